"""What we put on the clipboard, and its way off again."""

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

# Long enough to paste a link into a letter, short enough that it is gone before the computer
# is handed to somebody else.
STAYS = 60_000  # ms


class Clipboard(QObject):
    """Puts one text on the system's clipboard; takes it away if nobody has replaced it."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing of ours is there yet."""
        super().__init__(parent)
        self._ours = ""
        self._timer = QTimer(self, singleShot=True, interval=STAYS)
        self._timer.timeout.connect(self.clear)

    @Slot(str)
    def put(self, text: str) -> None:
        """Copy `text` for a minute."""
        self._ours = text
        QGuiApplication.clipboard().setText(text)
        self._timer.start()

    @Slot()
    def clear(self) -> None:
        """Take ours away now; what somebody else has put there stays."""
        self._timer.stop()
        ours, self._ours = self._ours, ""
        board = QGuiApplication.clipboard()
        if ours and board.text() == ours:
            board.clear()
