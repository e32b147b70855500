"""The village's time of day. It goes with trio's clock, and leaps over weeks when told to."""

from dataclasses import dataclass

import trio

MORNING = 1_781_870_400_000  # ms since 1970; a whole hour
HOUR = 3_600_000  # ms


class Sundial:
    """The true time of the village, in ms since 1970."""

    def __init__(self) -> None:
        """Begins with the run that it is made in."""
        self.begun = trio.current_time()
        self.first = MORNING
        self._leapt = 0

    def now(self) -> int:
        """Milliseconds since 1970."""
        return MORNING + self._leapt + int((trio.current_time() - self.begun) * 1000)

    def leap(self, ms: int) -> None:
        """Nothing happens for so long."""
        self._leapt += ms


@dataclass(slots=True)
class Watch:
    """The clock of one house, which may be wrong by so many ms."""

    sundial: Sundial
    wrong_by: int = 0

    def now(self) -> int:
        """Milliseconds since 1970."""
        return self.sundial.now() + self.wrong_by

    def hour(self) -> int:
        """Whole hours since 1970."""
        return self.now() // HOUR
