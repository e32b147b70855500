"""One great catch-up at a time: whoever comes online meets eight people who all hold the same.

A conversation in which much is lacking here asks for the turn before it begins. If another has it,
this one goes live with no words in its scope, so that news flows at once, and goes through its sets
when the turn is free. A holder who is slow loses the turn, to the next who asks or to who waits.
"""

from collections.abc import Callable
from typing import Final

MUCH: Final = 500  # words that the other side holds beyond ours at which it is a catch-up
PATIENCE: Final = 120.0  # seconds after which somebody else may begin


class CatchingUp:
    """The turn of one circle on one computer."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now`: a clock in seconds that only goes on."""
        self._now = now
        self._holder: object | None = None
        self._since = 0.0

    @property
    def free(self) -> bool:
        """Whether nobody has it."""
        return self._holder is None

    @property
    def lapses(self) -> float:
        """When whoever has it now, or takes it from now on, has had it for long enough."""
        return (self._now() if self.free else self._since) + PATIENCE

    def lapse(self) -> None:
        """Take it away from somebody who has had it for long enough, however busy they are."""
        if self._now() >= self.lapses:
            self._holder = None

    def take(self, who: object) -> bool:
        """Take the turn, or keep it. False: somebody else has it."""
        if self._holder is not who:
            self.lapse()
        if self._holder not in {None, who}:
            return False
        if self._holder is not who:
            self._holder, self._since = who, self._now()
        return True

    def leave(self, who: object) -> None:
        """This one is over; if it had the turn, that is free now."""
        if self._holder is who:
            self._holder = None
