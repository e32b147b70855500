"""The clock of a run: time stands still while anybody has something to do, and then jumps.

Trio's own `MockClock` does the same with an extra round of the loop for each jump, and looks at the
real time whenever it is asked. Here the loop's question how long it may sleep is the sign that all
wait: nothing in a village waits for files, sockets or threads.
"""

import math

import trio

BEGIN = 0.0
AFTER_ALL = 999_999_999.0  # seconds of real time that the loop may sleep where nothing is planned


class Hourglass(trio.abc.Clock):
    """Simulated seconds."""

    def __init__(self) -> None:
        """At the beginning."""
        self._now = BEGIN

    def start_clock(self) -> None:
        """See trio."""

    def current_time(self) -> float:
        """See trio."""
        return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Not at all: it is that time already. Where nobody waits for any time: for ever."""
        if deadline == math.inf:
            return AFTER_ALL
        if deadline > self._now:
            self._now += deadline - self._now  # as trio's clock adds it up, to the last bit
        return 0.0
