"""Python's tidying up of circular leftovers, on the Qt thread and on no other.

Python does it on whichever thread happens to allocate. Here that could be the home's, or the one
that loads libp2p, and an object of Qt's that is taken apart there, behind Qt's back, ends the
process. So the automatic way is off while the window is there, and this looks instead, with the
same thresholds: as often as Python would have, and for nothing where there is nothing.

What has been loaded by the time the window is there (Qt, libp2p: some hundred thousand objects)
stays to the end. Going through it all takes more than 100 ms, in which the window would stand
still; so once, early, it is set aside for good.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL = 1000  # ms; what piles up meanwhile is a few megabytes at most
SETTLED = 8  # looks, after which all that is loaded at the start has been


class Tidying(QObject):
    """From its making on, to the end of the process: other threads may outlive the window."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Python itself tidies no more."""
        super().__init__(parent)
        gc.disable()
        self._looks = 0
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Tidy as far as is due; once, set aside what stays anyway."""
        self._looks += 1
        if self._looks == SETTLED:
            gc.collect(1)
            gc.freeze()
        due = [
            generation
            for generation, (count, most) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if most and count > most
        ]
        if due:
            gc.collect(max(due))
