"""The village's network: who listens where, who can reach whom, and the cables that are laid."""

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import trio

from p2p.crypto import sign_public
from p2p.host import Closed, FrameStream, Path, Unreachable
from p2p.host.addresses import parse, peer_text
from p2p.simulator.cable import Cable
from p2p.simulator.power import HOUSE
from p2p.simulator.weather import CALM, Line, Weather

log = logging.getLogger("hearthside.simulator")

Serve = Callable[[FrameStream], Awaitable[None]]
MakeStream = Callable[..., FrameStream]


class Network:
    """All cables of a village."""

    def __init__(self, chance: random.Random) -> None:
        """`chance` draws the lines and delays."""
        self.weather: Weather = CALM
        self.streams: dict[str, MakeStream] = {}
        self.shun: Callable[[str, str], bool] = lambda _one, _other: False  # who never meet
        self.mangled = False  # whether any line ever lost, doubled or swapped a frame
        self.lost_from: set[str] = set()  # houses of which a frame was lost on a line that went on
        self._chance = chance
        self._doors: dict[str, SimulatedHost] = {}
        self._numbers: dict[str, int] = {}
        self._cables: list[Cable] = []
        self._parts: dict[str, int] = {}

    # -- what the village does to it -----------------------------------------------------------

    def part(self, parts: Sequence[Sequence[str]]) -> None:
        """Only houses of one part reach each other; cables between parts are cut, or go still."""
        self._parts = {house: number for number, part in enumerate(parts) for house in part}
        for cable in self._living():
            if not self._together(*cable.houses):
                if self._chance.random() < 0.3:
                    cable.cut()
                else:
                    cable.still(still=True)

    def join(self) -> None:
        """Everybody reaches everybody; what went still may move again, or was given up."""
        self._parts = {}
        for cable in self._living():
            cable.still(still=False)

    def calm(self, weather: Weather, *, hang_up: bool) -> None:
        """Good weather from now on, on old cables too; or those are cut."""
        self.weather = weather
        self.join()
        for cable in self._living():
            if hang_up:
                cable.cut()
            else:
                cable.calm(Line())

    def swallow(self) -> None:
        """The next words on every living cable are lost."""
        self.mangled = True
        for cable in self._living():
            cable.swallow()

    def unplug(self, house: str, *, silently: bool) -> None:
        """A house is off the net: its peers are told, or hear nothing any more."""
        for address, host in list(self._doors.items()):
            if host.house == house:
                del self._doors[address]
        for cable in self._living():
            if house in cable.houses:
                if silently:
                    cable.still(still=True)
                else:
                    cable.cut()

    # -- what hosts ask ------------------------------------------------------------------------

    def host(
        self,
        seed: bytes,
        *,
        listen: Sequence[str],
        on_stream: Serve,
        **_better_ways: object,  # here nobody needs a relay, so all ways are direct
    ) -> "SimulatedHost":
        """In place of `p2p.host.Host`, for whoever's task is running."""
        return SimulatedHost(self, HOUSE.get(), seed, listen=listen, on_stream=on_stream)

    def number_of(self, house: str) -> int:
        """Each house has an address of its own, for good."""
        return self._numbers.setdefault(house, len(self._numbers) + 1)

    def plug(self, host: "SimulatedHost") -> None:
        """Somebody listens."""
        if host.address:
            self._doors[host.address] = host

    def unlisten(self, host: "SimulatedHost") -> None:
        """Nobody listens there any more."""
        if self._doors.get(host.address) is host:
            del self._doors[host.address]

    async def call(
        self, caller: "SimulatedHost", peer: bytes, addresses: Sequence[str], patience: float
    ) -> FrameStream:
        """A stream to a peer at one of these addresses."""
        with trio.move_on_after(patience):
            await trio.sleep(0.001 + self._chance.random() * 0.05)
            for address in addresses:
                stream = self._connect(caller, peer, address)
                if stream is not None:
                    return stream
                if self._chance.random() < 0.5:  # nobody says no, so one waits
                    await trio.sleep(patience * self._chance.random())
        raise Unreachable

    def _connect(self, caller: "SimulatedHost", peer: bytes, address: str) -> FrameStream | None:
        parsed = parse(address)
        host = self._doors.get(parsed.bare) if parsed is not None else None
        if host is None or host.peer != peer or host.house == caller.house:
            return None
        if not self._together(caller.house, host.house):
            return None
        if self._chance.random() < self.weather.deaf:
            return None
        lines = self.weather.line(self._chance), self.weather.line(self._chance)
        self.mangled = self.mangled or not all(line.whole for line in lines)
        seeds = self._chance.getrandbits(32), self._chance.getrandbits(32)
        cable = Cable(caller.house, host.house, lines, seeds, self.lost_from.add)
        self._cables = [*self._living(), cable]
        near, far = cable.ends
        host.accept(self._stream(host.house)(far, peer=caller.peer, remote=caller.address))
        return self._stream(caller.house)(near, peer=peer, remote=address)

    def _stream(self, house: str) -> MakeStream:
        return self.streams.get(house, FrameStream)

    def _living(self) -> list[Cable]:
        return [cable for cable in self._cables if not cable.finished]

    def _together(self, one: str, other: str) -> bool:
        return self._parts.get(one, -1) == self._parts.get(other, -1) and not self.shun(one, other)


class SimulatedHost:
    """What `p2p.host.Host` is to a home, on the simulated network."""

    def __init__(
        self, network: Network, house: str, seed: bytes, *, listen: Sequence[str], on_stream: Serve
    ) -> None:
        """`listen` may be empty: then nobody can call here."""
        self.house = house
        self.peer = sign_public(seed)
        self.address = f"/ip4/10.0.0.{network.number_of(house)}/tcp/4001" if listen else ""
        self._network = network
        self._on_stream = on_stream
        self._send, self._callers = trio.open_memory_channel[FrameStream](64)

    def listening(self) -> list[str]:
        """See `p2p.host.Host`."""
        return [self.address] if self.address else []

    def addresses(self) -> list[str]:
        """See `p2p.host.Host`."""
        return [f"{a}/p2p/{peer_text(self.peer)}" for a in self.listening()]

    def circuits(self) -> list[str]:
        """See `p2p.host.Host`: nobody relays here."""
        return []

    def path(self, _peer: bytes) -> Path | None:
        """See `p2p.host.Host`: it is asked about circuits only, and there are none."""
        return None

    def check_lines(self) -> None:
        """See `p2p.host.Host`: a talk notices silence by itself."""

    def recheck_relay(self) -> None:
        """See `p2p.host.Host`: nobody relays here."""

    async def keep_reservation(
        self, _relay: bytes, _addresses: Sequence[str], _on_state: object, *, entropy: object
    ) -> None:
        """See `p2p.host.Host`: there is no place to be had."""
        del entropy
        await trio.sleep_forever()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """See `p2p.host.Host`."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._accept_all)
            self._network.plug(self)
            try:
                yield
            finally:
                self._network.unlisten(self)
                nursery.cancel_scope.cancel()

    async def open(
        self,
        peer: bytes,
        addresses: Sequence[str],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the host's own shape
    ) -> FrameStream:
        """See `p2p.host.Host`."""
        return await self._network.call(self, peer, addresses, timeout)

    def accept(self, stream: FrameStream) -> None:
        """Somebody has called."""
        try:
            self._send.send_nowait(stream)
        except trio.WouldBlock:
            return  # more callers than a host takes: they hear nothing

    async def _accept_all(self) -> None:
        # Served from here, so that it is this house's task whoever called.
        async with trio.open_nursery() as nursery:
            async for stream in self._callers:
                nursery.start_soon(self._serve, stream)

    async def _serve(self, stream: FrameStream) -> None:
        try:
            await self._on_stream(stream)
        except Closed:
            pass
        except Exception as error:  # noqa: BLE001 - as the real host: one stream, not the house
            log.error("a stream failed: %s", type(error).__name__)  # noqa: TRY400
        finally:
            await stream.close()
