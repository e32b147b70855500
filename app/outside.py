"""What an open home does on the networks around it, for all its circles at once.

It says on the same network that it is there (`app.nearby`), has the router let people in
(`p2p.opening`), and follows what happens around it (`p2p.surroundings`): addresses that change are
told to the circles at once, and after sleep everything is tried anew. Nobody waits for any of it,
and whatever fails in it leaves the circles alone.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Final

import trio

from app.logs import leaves
from app.nearby import Nearby
from app.net_commands import NetSettings, ReadNetSettings, SetNet
from app.room import Clock
from app.running import RunningCircle
from app.store import network
from app.store.db import Database
from app.whereabouts import places, port_of
from p2p.crypto import Entropy
from p2p.lan_names import until_change
from p2p.networks import Network
from p2p.surroundings import Surroundings

if TYPE_CHECKING:
    from p2p.lan import Lan
    from p2p.opening import Opening, Place

GATHER: Final = 0.2  # seconds: much changes together
LONGEST: Final = 3600.0  # seconds between looks at the day
RESTART: Final = 60.0  # seconds after a failure

log = logging.getLogger("hearthside.outside")


@dataclass(slots=True)
class Outside:
    """Serves while `run` runs. `stir` may be called at any time."""

    db: Database
    clock: Clock
    entropy: Entropy
    circles: Callable[[], Iterable[RunningCircle]]
    lan_allowed: bool = True  # by the command line
    nearby: Nearby = field(init=False)
    surroundings: Surroundings = field(init=False)
    _lan: "Lan | None" = None
    _opening: "Opening | None" = None
    _stirred: trio.Event = field(default_factory=trio.Event)

    def __post_init__(self) -> None:
        """Nothing is heard or said before `run`."""
        self.nearby = Nearby(self.clock)
        self.surroundings = Surroundings(
            moved=self._moved, woke=self._woke, set_back=self._set_back, wall=self.clock.now
        )

    def stir(self) -> None:
        """A circle came or went, or its names, people or addresses may be others."""
        self._stirred.set()

    def settle(self, asked: ReadNetSettings | SetNet) -> NetSettings:
        """What is allowed, after a change if one is asked for."""
        chosen = network.read(self.db)
        if isinstance(asked, SetNet):
            chosen = NetSettings(
                lan=chosen.lan if asked.lan is None else asked.lan,
                port_mapping=(
                    chosen.port_mapping if asked.port_mapping is None else asked.port_mapping
                ),
                relay=chosen.relay if asked.relay is None else asked.relay,
                paused=chosen.paused if asked.paused is None else asked.paused,
            )
            with self.db.write():
                network.keep(self.db, chosen)
            self.stir()
        return chosen

    async def run(self) -> None:
        """Serve until cancelled."""
        await trio.to_thread.run_sync(_load, abandon_on_cancel=True)
        from p2p import router  # noqa: PLC0415 - loaded just now, in a thread
        from p2p.lan import Lan  # noqa: PLC0415 - the same
        from p2p.opening import Opening  # noqa: PLC0415 - the same

        self._lan = self.nearby.air = Lan(heard=self.nearby.heard, entropy=self.entropy)
        self._opening = Opening(opened=self._opened, find=router.find, entropy=self.entropy)
        async with trio.open_nursery() as nursery:
            for part in (self.surroundings.run, self._lan.run, self._opening.run, self._follow):
                nursery.start_soon(_again_and_again, part)

    async def _follow(self) -> None:
        while True:
            self._stirred = trio.Event()
            self._look()
            with trio.move_on_after(min(LONGEST, until_change(self.clock.now()) / 1000)):
                await self._stirred.wait()
            await trio.sleep(GATHER)

    def _look(self) -> None:
        allowed = network.read(self.db)
        networks = self.surroundings.networks
        for running in self.circles():
            running.networks = networks
            running.relaying.allow(allowed=allowed.relay)
        if allowed.lan and self.lan_allowed:
            self.nearby.look(self.circles(), networks)
        else:
            self.nearby.silence()
        if self._opening is not None:
            own = [place for running in self.circles() for place in places(running.listening)]
            self._opening.want(own if allowed.port_mapping else [])

    def _moved(self, networks: Sequence[Network]) -> None:
        for running in self.circles():
            running.networks = networks
            running.look_around()
            running.woke()
        self._begin_anew()

    def _woke(self) -> None:
        for running in self.circles():
            running.woke()
        self._begin_anew()

    def _set_back(self) -> None:
        for running in self.circles():
            running.woke()
        self.stir()

    def _begin_anew(self) -> None:
        if self._lan is not None:
            self._lan.again()
        if self._opening is not None:
            self._opening.again()
        self.stir()

    def _opened(self, opened: "Mapping[int, Place]") -> None:
        for running in self.circles():
            outside = opened.get(port_of(running.listening[0])) if running.listening else None
            running.reached_at(() if outside is None else (f"/ip4/{outside[0]}/tcp/{outside[1]}",))


def _load() -> None:
    """Import what takes a tenth of a second."""
    for name in ("p2p.lan", "p2p.router"):
        import_module(name)


async def _again_and_again(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part; what fails in it is told by type, since it may hold addresses."""
    while True:
        try:
            await part()
        except* Exception as group:  # noqa: BLE001 - no part of this may end the home
            kinds = ", ".join(type(error).__name__ for error in leaves(group))
            log.error("a part that looks around failed: %s", kinds)  # noqa: TRY400
        await trio.sleep(RESTART)
