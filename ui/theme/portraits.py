"""Pictures of people as `image://portrait/<mark>`, and which mark is whose, for `Avatar`."""

from typing import Any, Protocol

from PySide6.QtCore import Property, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtQml import QmlElement, QmlSingleton
from PySide6.QtQuick import QQuickImageProvider

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

USUAL = 40


class Pictures(Protocol):
    """Where pictures are; `ui.album.Album` is one."""

    @property
    def changed(self) -> Any:  # noqa: ANN401 - a Signal on the class, a SignalInstance on the object
        """Emits when a member may be shown by another picture."""

    def mark(self, member: str) -> str:
        """What stands for a member's picture; empty for none."""

    def image(self, mark: str) -> QImage | None:
        """The pixels behind a mark."""


@QmlElement
@QmlSingleton
class Portraits(QObject):
    """Everybody is shown by their flower, until pictures are to be had somewhere."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """None are."""
        super().__init__(parent)
        self._pictures: Pictures | None = None
        self._turn = 0

    turn = Property(int, lambda self: self._turn, notify=changed)

    @Slot(str, int, result=str)
    def of(self, member: str, turn: int) -> str:  # noqa: ARG002 - QML binds to it
        """What stands for a member's picture; empty for none. `turn`: so that QML asks again."""
        return "" if self._pictures is None else self._pictures.mark(member)

    def look_into(self, pictures: Pictures) -> None:
        """They are to be had here."""
        self._pictures = pictures
        pictures.changed.connect(self._again)
        self._again()

    def image(self, mark: str) -> QImage | None:
        """The pixels behind a mark."""
        return None if self._pictures is None else self._pictures.image(mark)

    @Slot()
    def _again(self) -> None:
        self._turn += 1
        self.changed.emit()


class PortraitProvider(QQuickImageProvider):
    """Draws what is in hand, round. QML must not keep it: a lock leaves nothing of a person."""

    def __init__(self, portraits: Portraits) -> None:
        """For images, not pixmaps: those need no window."""
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._portraits = portraits

    def requestImage(self, key: str, size: QSize, requested: QSize) -> QImage:
        """`key` is a mark; nothing to be seen where it is not known any more."""
        wanted = requested if requested.width() > 0 else QSize(USUAL, USUAL)
        size.setWidth(wanted.width())
        size.setHeight(wanted.height())
        return rounded(self._portraits.image(key), wanted)


def rounded(image: QImage | None, size: QSize) -> QImage:
    """A square picture in a circle."""
    drawn = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(Qt.GlobalColor.transparent)
    if image is None:
        return drawn
    path = QPainterPath()
    path.addEllipse(drawn.rect())
    painter = QPainter(drawn)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.setPen(Qt.PenStyle.NoPen)
    # Filled with the picture, not clipped by it: only that has a smooth edge.
    painter.setBrush(
        image.scaled(
            size,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    )
    painter.drawPath(path)
    painter.end()
    return drawn
