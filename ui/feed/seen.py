"""Whether what is new has been seen: looked at for a while, and not only passed."""

from PySide6.QtCore import QObject, QTimer, Slot

from app.commands import MarkRead
from app.refused import Refused
from ui.asking import Asks

# What is looked at for this long has been seen; a glance while passing through marks nothing.
DWELL = 1500  # ms


class Seen(QObject):
    """Tells the home that all is read, once something was new and somebody has looked."""

    def __init__(self, bridge: Asks, circle: str, parent: QObject | None = None) -> None:
        """Nothing is new yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._unmarked = False
        self._dwell = QTimer(self, singleShot=True, interval=DWELL)
        self._dwell.timeout.connect(self._mark_read)

    def new(self) -> None:
        """Something is here that was not read."""
        self._unmarked = True

    def looked_at(self) -> None:
        """Somebody looks at the newest now."""
        if self._unmarked:
            self._dwell.start()

    def away(self) -> None:
        """Nobody looks any more."""
        self._dwell.stop()

    @Slot()
    def _mark_read(self) -> None:
        self._unmarked = False
        self._bridge.ask(MarkRead(circle=self._circle), otherwise=self._not_marked)

    def _not_marked(self, _refused: Refused) -> None:
        self._unmarked = True  # the next look marks it
