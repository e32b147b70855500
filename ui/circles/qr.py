"""An invite's link as a QR picture, painted from its matrix; no file and no network is involved."""

import segno
from PySide6.QtCore import Property, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

# ISO/IEC 18004 asks for a quiet zone of four modules; readers fail on dark grounds without it.
QUIET = 4


@QmlElement
class QrCode(QQuickPaintedItem):
    """Dark on white whatever the theme: many readers cannot see it the other way round."""

    linkChanged = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        """Empty until it has a link."""
        super().__init__(parent)
        self._link = ""
        self._rows: list[bytes] = []

    def _get_link(self) -> str:
        return self._link

    def _set_link(self, link: str) -> None:
        if link == self._link:
            return
        self._link = link
        # A screen is not torn or stained: the lowest correction gives the largest modules.
        made = segno.make(link, error="l", micro=False, boost_error=False) if link else None
        self._rows = [bytes(row) for row in made.matrix] if made is not None else []
        self.linkChanged.emit()
        self.update()

    link = Property(str, _get_link, _set_link, notify=linkChanged)

    def paint(self, painter: QPainter) -> None:
        """Fill the ground, then every dark run of a row at once."""
        painter.fillRect(QRectF(0, 0, self.width(), self.height()), Qt.GlobalColor.white)
        if not self._rows:
            return
        across = len(self._rows) + 2 * QUIET
        # Whole device pixels only: a blurred module edge costs a reader more than a wider margin.
        module = max(1, int(min(self.width(), self.height()) // across))
        left = int(self.width() - module * across) // 2 + module * QUIET
        top = int(self.height() - module * across) // 2 + module * QUIET
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(
                        left + x * module, top + y * module, module, module, Qt.GlobalColor.black
                    )
