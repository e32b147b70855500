"""Power that fails: at a step of a house's tasks, or at a statement of its disk."""

from collections.abc import Callable
from contextvars import ContextVar

import trio

HOUSE: ContextVar[str] = ContextVar("house")
"""In whose house the running task is; tasks begun by it are in the same."""


class PowerCut(BaseException):
    """The computer is off. No `Exception`: nothing in the house may catch it and go on."""


class Fuses(trio.abc.Instrument):
    """Counts the steps of each house's tasks and blows where it was told to.

    Trio calls it at every step, so it is one of the run's instruments only while a fuse is set.
    """

    def __init__(self) -> None:
        """None is set."""
        self._left: dict[str, int] = {}
        self._blow: dict[str, Callable[[], None]] = {}

    def set(self, house: str, steps: int, blow: Callable[[], None]) -> None:
        """After so many further steps of that house `blow` is called; any earlier fuse is gone."""
        if not self._left:
            trio.lowlevel.add_instrument(self)
        self._left[house], self._blow[house] = steps, blow

    def clear(self) -> None:
        """No more of it."""
        if self._left:
            trio.lowlevel.remove_instrument(self)
        self._left.clear()
        self._blow.clear()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """See trio: called before every step of every task."""
        house = task.context.get(HOUSE)
        if house is None or house not in self._left:
            return
        self._left[house] -= 1
        if self._left[house] <= 0:
            del self._left[house]
            if not self._left:
                trio.lowlevel.remove_instrument(self)
            self._blow.pop(house)()


class Mains:
    """The power of one house. Whoever uses it asks `draw` first."""

    def __init__(self) -> None:
        """Off, until the house is opened."""
        self.on = False
        self._left = 0
        self._after = self._commits = False
        self._blow: Callable[[], None] | None = None

    def set(
        self, uses: int, blow: Callable[[], None], *, after: bool, commits: bool = False
    ) -> None:
        """Fail at this use from now: before it is done, or just after.

        `commits`: of those that end a change, no other counts.
        """
        self._left, self._blow, self._after, self._commits = uses, blow, after, commits

    def clear(self) -> None:
        """Fail no more by itself."""
        self._blow = None

    def draw(self, *, commits: bool = False) -> bool:
        """One use; whether it ends a change. True: do it, and then call `fail`."""
        if not self.on:
            raise PowerCut
        if self._blow is None or (self._commits and not commits):
            return False
        self._left -= 1
        if self._left > 0:
            return False
        if self._after:
            return True
        return self.fail()

    def fail(self) -> bool:
        """The power goes."""
        blow, self._blow = self._blow, None
        if blow is not None:
            blow()
        raise PowerCut
