"""The rule that a window never asks the network for anything: a picture could tell on us."""

from PySide6.QtCore import QIODevice, QObject, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest
from PySide6.QtQml import QQmlNetworkAccessManagerFactory

LOCAL = frozenset({"file", "qrc", "image", "data", ""})


def stays_here(url: QUrl) -> bool:
    """Whether reading this address touches nothing but this computer."""
    if url.scheme() == "file":
        return url.host() == ""  # file://host/share is the network on Windows
    return url.scheme() in LOCAL


class LocalOnly(QNetworkAccessManager):
    """Answers every foreign address with one that cannot be read."""

    def createRequest(
        self,
        op: QNetworkAccessManager.Operation,
        request: QNetworkRequest,
        outgoing: QIODevice | None = None,
    ) -> QNetworkReply:
        """Rewrite what is not local; Qt then reports an error and sends nothing."""
        if not stays_here(request.url()):
            request = QNetworkRequest(QUrl("file:///nowhere"))
            op = QNetworkAccessManager.Operation.GetOperation
            outgoing = None
        return super().createRequest(op, request, outgoing)


class LocalOnlyFactory(QQmlNetworkAccessManagerFactory):
    """Hands such managers to a QML engine.

    A URL interceptor would be the shorter way, but Qt calls it on its type loader's thread while
    the thread of the window, which holds Python's lock, waits for that one: both stop for ever.
    """

    def create(self, parent: QObject) -> QNetworkAccessManager:
        """One manager for one thread of the engine."""
        return LocalOnly(parent)
