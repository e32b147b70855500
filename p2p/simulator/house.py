"""A house of the village: its computer is on or off, and what runs on it lives from its disk alone.

off --wake--> on --sleep--> off            the person closes the lid: everything is put away
on --power fails--> off      nothing is put away; the disk keeps what was committed
"""

import random
from collections.abc import Awaitable, Callable

import trio

from p2p.simulator.clock import Watch
from p2p.simulator.network import Network
from p2p.simulator.power import HOUSE, Fuses, Mains, PowerCut


class House:
    """What every house has. Subclasses say how one lives in it."""

    def __init__(
        self, name: str, network: Network, fuses: Fuses, watch: Watch, chance: random.Random
    ) -> None:
        """`chance` is that of everything random in the house."""
        self.name = name
        self.network = network
        self.watch = watch
        self.chance = chance
        self.mains = Mains()
        self.failures = 0
        self._fuses = fuses
        self._wanted = False
        self._switched = trio.Event()
        self._scope: trio.CancelScope | None = None
        self._inside: trio.Nursery | None = None
        self._back_after: float | None = None

    # -- for subclasses ------------------------------------------------------------------------

    async def dwell(self, nursery: trio.Nursery) -> None:
        """Read the disk and live, until cancelled. All tasks in this nursery."""
        raise NotImplementedError

    def put_away(self) -> None:
        """The computer was shut down in peace, or has lost its power: let go of the disk."""

    # -- on and off ----------------------------------------------------------------------------

    @property
    def awake(self) -> bool:
        """Whether the computer runs."""
        return self._inside is not None and self.mains.on

    def wake(self) -> None:
        """Switch it on."""
        self._wanted = True
        self._switched.set()

    def sleep(self) -> None:
        """Shut it down."""
        self._wanted = False
        self._back_after = None
        if self._scope is not None:
            self._scope.cancel()

    def fail_after_steps(self, steps: int, *, back_after: float, silently: bool) -> None:
        """Lose power at the so-manieth step of any task in here."""
        self._fuses.set(self.name, steps, lambda: self._fail(back_after, silently=silently))

    def fail_at_use(
        self, uses: int, *, after: bool, back_after: float, silently: bool, commits: bool = False
    ) -> None:
        """Lose power at the so-manieth use of the disk: before it is done, or just after."""
        self.mains.set(
            uses, lambda: self._fail(back_after, silently=silently), after=after, commits=commits
        )

    def _fail(self, back_after: float, *, silently: bool) -> None:
        if not self.awake:
            return
        self.failures += 1
        self._back_after = back_after
        self.mains.on = False
        self.network.unplug(self.name, silently=silently)
        self.put_away()
        if self._scope is not None:
            self._scope.cancel()

    async def live(self) -> None:
        """On and off, until cancelled."""
        HOUSE.set(self.name)
        while True:
            while not self._wanted:
                await self._switched.wait()
                self._switched = trio.Event()
            await self._one_day()
            if self._back_after is not None:
                pause, self._back_after = self._back_after, None
                await trio.sleep(pause)

    async def _one_day(self) -> None:
        self.mains.on = True
        try:
            with trio.CancelScope() as self._scope:
                async with trio.open_nursery() as self._inside:
                    await self.dwell(self._inside)
        except* PowerCut:
            pass
        finally:
            self._inside = None
            if self.mains.on:
                self.put_away()
            self.mains.on = False
            self.mains.clear()

    def does(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Begin something in here, as a task of the house. False: the computer is off."""
        if self._inside is None or not self.mains.on:
            return False
        self._inside.start_soon(self._at_home, act)
        return True

    async def _at_home(self, act: Callable[[], Awaitable[None]]) -> None:
        HOUSE.set(self.name)
        await act()
