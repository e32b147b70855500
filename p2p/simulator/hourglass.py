"""The clock of a run: time stands still while anybody has something to do, and then jumps.

Trio's own `MockClock` does the same with an extra round of the loop for each jump, and looks at the
real time whenever it is asked. Here the loop's question how long it may sleep is the sign that all
wait: nothing in a village waits for files, sockets or threads.

Whoever waits for the next bytes on a line is woken by a `Bell`, at the very step at which a trio
timeout would have ended. Most waits are of this kind, and a timeout costs a scope and an exception.
"""

import heapq
import math
from itertools import count

import trio

AFTER_ALL = 999_999_999.0  # seconds of real time that the loop may sleep where nothing is planned
MOST_AT_ONCE = 100_000  # looks at the clock in one moment; a whole village needs some hundreds


class StandsStill(BaseException):
    """Somebody goes round without waiting for anything, so that time never goes on.

    No `Exception`: nothing in a house may catch it and go round again.
    """


class Bell:
    """One task waiting once, for a time or for whoever rings earlier."""

    __slots__ = ("_task",)

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._task: trio.lowlevel.Task | None = None

    @property
    def heard(self) -> bool:
        """Whether somebody waits for it."""
        return self._task is not None

    async def wait(self, until: float = math.inf) -> None:
        """Until it is rung, or that time has come. May be cancelled."""
        self._task = trio.lowlevel.current_task()
        if until < math.inf:
            clock = trio.lowlevel.current_clock()
            assert isinstance(clock, Hourglass)  # noqa: S101 - what a village runs by
            clock.rings(until, self)
        await trio.lowlevel.wait_task_rescheduled(self._given_up)

    def _given_up(self, _: object) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED

    def ring(self) -> None:
        """Wake whoever waits."""
        task, self._task = self._task, None
        if task is not None:
            trio.lowlevel.reschedule(task)


class Hourglass(trio.abc.Clock):
    """Simulated seconds."""

    def __init__(self) -> None:
        """At the beginning."""
        self._now = 0.0
        self._looks = 0  # since it last went on
        self._bells: list[tuple[float, int, Bell]] = []
        self._count = count()

    def rings(self, when: float, bell: Bell) -> None:
        """At that time, which is yet to come, unless nobody hears it any more."""
        heapq.heappush(self._bells, (when, next(self._count), bell))

    def start_clock(self) -> None:
        """See trio."""

    def current_time(self) -> float:
        """See trio, whose loop asks at each of its rounds.

        Raises:
            StandsStill: in a task, when there were too many looks in one moment.
        """
        self._looks += 1
        if self._looks > MOST_AT_ONCE and trio.lowlevel.in_trio_task():
            self._looks = 0
            raise StandsStill
        return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Not at all: it is that time already. Where nobody waits for any time: for ever."""
        bells = self._bells
        while bells and not bells[0][2].heard:
            heapq.heappop(bells)
        if bells and bells[0][0] < deadline:
            deadline = bells[0][0]
        if deadline == math.inf:
            return AFTER_ALL
        if deadline > self._now:
            self._now += deadline - self._now  # as trio's clock adds it up, to the last bit
            self._looks = 0
        while bells and bells[0][0] <= self._now:
            heapq.heappop(bells)[2].ring()
        return 0.0
