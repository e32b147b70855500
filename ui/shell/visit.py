"""One visit to a circle: its feed, the box to write in, and the thread that is open beside it."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import HomeStatus
from ui.bridge import Bridge
from ui.composer.model import ComposerModel
from ui.feed.model import FeedModel
from ui.thread.model import ThreadModel

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class Visit(QObject):
    """Makes the models of the open circle and ends them when another one is opened.

    `here` and `threadHere` turn false before the models go, so that no view is left holding one.
    Closing a model keeps its draft: the bridge serves in order, so a lock asked for after it finds
    every word on disk.
    """

    hereChanged = Signal()
    threadHereChanged = Signal()
    changed = Signal()
    threadChanged = Signal()
    replying = Signal()  # the thread was opened in order to write in it

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        """Nowhere."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._here = False
        self._thread_here = False
        self._feed: FeedModel | None = None
        self._composer: ComposerModel | None = None
        self._thread: ThreadModel | None = None
        self._post = ""

    here = Property(bool, lambda self: self._here, notify=hereChanged)
    threadHere = Property(bool, lambda self: self._thread_here, notify=threadHereChanged)
    feed = Property(QObject, lambda self: self._feed, notify=changed)
    composer = Property(QObject, lambda self: self._composer, notify=changed)
    replies = Property(QObject, lambda self: self._thread, notify=threadChanged)
    post = Property(str, lambda self: self._post, notify=threadChanged)

    def to(self, circle: str) -> None:
        """Go to this circle, or nowhere."""
        if circle == self._circle:
            return
        self.end()
        if circle:
            self._circle = circle
            self._feed = FeedModel(self._bridge, circle, self)
            self._composer = ComposerModel(self._bridge, circle, self)
            self.changed.emit()
            self._here = True
            self.hereChanged.emit()

    @Slot(str)
    def read_drafts(self, circle: str) -> None:
        """There is a draft in this circle that the open boxes do not know of."""
        if circle == self._circle:
            self.to("")
            self.to(circle)

    def end(self) -> None:
        """Forget everything of this visit; drafts are kept by the home."""
        self.closeThread()
        self._circle = ""
        if not self._here:
            return
        self._here = False
        self.hereChanged.emit()
        feed, self._feed = self._feed, None
        composer, self._composer = self._composer, None
        self.changed.emit()
        for model in (feed, composer):
            if model is not None:
                model.close()
                self._bury(model)

    @Slot(str, bool)
    def openThread(self, post: str, reply: bool) -> None:
        """Open this post's replies; with `reply` the box to write in has the focus."""
        if post != self._post:
            self.closeThread()
            self._post = post
            self._thread = ThreadModel(self._bridge, self._circle, post, self)
            self.threadChanged.emit()
            self._thread_here = True
            self.threadHereChanged.emit()
        if reply:
            self.replying.emit()

    @Slot()
    def closeThread(self) -> None:
        """Back to the posts."""
        if not self._thread_here:
            return
        self._thread_here = False
        self.threadHereChanged.emit()
        old, self._thread, self._post = self._thread, None, ""
        self.threadChanged.emit()
        if old is not None:
            old.close()
            self._bury(old)

    def _bury(self, model: QObject) -> None:
        """Delete it once nothing it asked for can still be answered: answers come in order."""
        self._bridge.ask(
            HomeStatus(), lambda _status: model.deleteLater(), lambda _refused: model.deleteLater()
        )
