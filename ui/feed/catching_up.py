"""That a great deal is coming in at the moment, and how much so far: one quiet line."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

MANY = 100  # posts; fewer are here before anybody has read the line
PAUSE = 4000  # ms without anything more, after which it is over


class CatchingUp(QObject):
    """Counts what comes in one go, from the first to the last of it."""

    changed = Signal()
    told = Signal(str)  # a sentence for screen readers, when it begins and when it is over

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing is coming."""
        super().__init__(parent)
        self._count = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._over)

    @property
    def words(self) -> str:
        """What to show; empty where little or nothing comes."""
        return f"Catching up… {self._count:,} posts so far" if self._count >= MANY else ""

    def came(self, count: int) -> None:
        """So many have come at once."""
        before = self._count
        self._count += count
        self._pause.start()
        if self._count >= MANY:
            self.changed.emit()
            if before < MANY:
                self.told.emit("Catching up.")

    def close(self) -> None:
        """Say nothing more."""
        self._pause.stop()

    @Slot()
    def _over(self) -> None:
        count, self._count = self._count, 0
        if count >= MANY:
            self.changed.emit()
            self.told.emit(f"{count:,} posts have arrived.")
