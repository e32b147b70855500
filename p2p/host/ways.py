"""All ways from one host to others: direct, through a relay, and from the one to the other.

This is what `load` imports: everything of ours that stands on libp2p.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import trio
from libp2p.rcmgr import Direction

from p2p.host.addresses import Address, key_in
from p2p.host.circuits import Circuits
from p2p.host.dialer import Unreachable, candidates, race
from p2p.host.frames import FrameStream, Path
from p2p.host.guards import Limits
from p2p.host.identify import Identity
from p2p.host.listening import reachable
from p2p.host.muxing import session_of
from p2p.host.punching import Punching
from p2p.host.relay import HOP, Relay
from p2p.host.reserving import Asking, Keeper
from p2p.host.rules import RelayRules, Reservation
from p2p.host.swarm import GuardedSwarm, machine_addresses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.crypto import Entropy

# In seconds.
IMPROVING = 10.0  # for direct addresses, beside a circuit that is up
CHECKING = 5.0  # after which a line that says nothing is cut, when something was different
CALLING = 2.0  # after which a relay that says nothing counts as dead


class Ways:
    """The connections of one host."""

    def __init__(
        self,
        seed: bytes,
        limits: Limits,
        on_stream: Callable[[FrameStream], Awaitable[None]],
        bound: "Callable[[], Iterable[tuple[str, int]]]",
    ) -> None:
        """Be the peer of the Ed25519 `seed`. `bound`: the IPs and ports we listen on."""
        self.swarm = GuardedSwarm(seed, limits, on_stream)
        self.swarm.heed = self._came
        self.relay: Relay | None = None
        self._identity = Identity(self.swarm)
        self._circuits = Circuits(self.swarm, limits)
        self._bound = bound
        self._punching: Punching | None = None
        self._on_direct: Callable[[bytes], None] | None = None
        self._dialling: dict[tuple[bytes, bool], trio.Lock] = {}
        self._improving: set[bytes] = set()
        self._places: dict[bytes, list[Address]] = {}
        self._keepers: set[Keeper] = set()

    def relays(self, rules: RelayRules) -> None:
        """Be a relay, by these rules."""
        self.relay = Relay(self.swarm, rules, self.listening)

    def punches(self, may_punch: Callable[[bytes], bool]) -> None:
        """Meet those directly who may, and first met through a relay."""
        self._punching = Punching(self.swarm, self._identity, may_punch, self.listening)

    def tells(self, on_direct: Callable[[bytes], None]) -> None:
        """Say when somebody can be talked with directly whom only a relay led to."""
        self._on_direct = on_direct

    def listening(self) -> list[str]:
        """Where others may dial: multiaddrs without a peer, wildcards spelled out, real ports."""
        bound = list(self._bound())
        return reachable(bound, machine_addresses()) if bound else []

    def circuits(self) -> list[str]:
        """Where others may call us through relays, as it stands on cards."""
        me = self.swarm.key
        return [
            Address(at.kind, at.host, at.port, me, relay).text
            for relay, addresses in self._places.items()
            for at in addresses
        ]

    def path(self, peer: bytes) -> Path | None:
        """The best way that is up to `peer`; None for no way."""
        found = self.swarm.live(peer)
        return self.swarm.under(found[0]).path if found else None

    async def connect(self, peer: bytes, addresses: list[Address]) -> "SwarmConn | None":
        """A connection to `peer`, one at hand or a new one; None when nothing led there."""
        direct = all(address.relay is None for address in addresses)
        return await self._sharing(peer, addresses, self.swarm.live, direct=direct)

    def improve(self, peer: bytes, addresses: list[Address]) -> None:
        """Try direct addresses in the background, if only a circuit leads to `peer`."""
        direct = [address for address in addresses if address.relay is None]
        if direct and peer not in self._improving and self.path(peer) is Path.RELAYED:
            self._improving.add(peer)
            self.swarm.background(self._improve, peer, direct)

    async def keep_reservation(
        self,
        relay: bytes,
        addresses: Sequence[str],
        on_state: Callable[[Reservation], None],
        entropy: "Entropy",
    ) -> None:
        """Keep a place at `relay` until cancelled; see `Host.keep_reservation`."""
        ways = [one for one in candidates(relay, addresses) if one.relay is None]
        if not ways or relay == self.swarm.key:
            raise Unreachable

        def told(state: Reservation) -> None:
            if state is Reservation.HELD:
                self._places[relay] = ways
            else:
                self._places.pop(relay, None)
            on_state(state)

        asking = Asking(
            connect=partial(self._directly, relay, ways),
            reserve=self._circuits.reserve,
            keep=_keep,
            is_there=_is_there,
            cut=self._cut,
            wall=time.time,
        )
        keeper = Keeper(asking, told, entropy)
        self._keepers.add(keeper)
        try:
            with self._circuits.through(relay):
                await keeper.run()
        finally:
            self._keepers.discard(keeper)
            self._places.pop(relay, None)

    def check_lines(self) -> None:
        """See `Host.check_lines`."""
        for keeper in self._keepers:
            keeper.nudge()
        for conn in self.swarm.live():
            self.swarm.background(self._check, conn)

    async def _dial(self, peer: bytes, address: Address) -> "SwarmConn":
        if address.relay is None:
            return await self.swarm.dial_one(peer, address)
        ways = [Address(address.kind, address.host, address.port, address.relay)]
        for _ in range(2):
            via = await self._directly(address.relay, ways)
            if via is None:
                break
            pipe = None
            with trio.move_on_after(CALLING) as waited:
                pipe = await self.swarm.open_pipe(via, HOP)
            if pipe is not None:
                return await self._circuits.dial(via, pipe, peer)
            if not waited.cancelled_caught:
                break
            await self._cut(via)  # it looked alive; dial it anew, once
        raise Unreachable

    async def _directly(self, peer: bytes, addresses: list[Address]) -> "SwarmConn | None":
        """The same, but no circuit: so whoever dials a relay waits for nobody else's circuit."""
        return await self._sharing(peer, addresses, self._direct, direct=True)

    async def _sharing(
        self,
        peer: bytes,
        addresses: list[Address],
        ready: "Callable[[bytes], list[SwarmConn]]",
        *,
        direct: bool,
    ) -> "SwarmConn | None":
        """Who wants the same connection waits for it instead of dialling too."""
        lock = self._dialling.setdefault((peer, direct), trio.Lock())
        try:
            async with lock:
                if found := ready(peer):
                    return found[0]
                return await race(addresses, partial(self._dial, peer), self.swarm.drop)
        finally:
            if not lock.locked():
                self._dialling.pop((peer, direct), None)

    def _direct(self, peer: bytes) -> "list[SwarmConn]":
        up = self.swarm.live(peer)
        return [conn for conn in up if self.swarm.under(conn).path is not Path.RELAYED]

    async def _improve(self, peer: bytes, direct: list[Address]) -> None:
        try:
            with trio.move_on_after(IMPROVING):
                await self._directly(peer, direct)
        finally:
            self._improving.discard(peer)

    async def _check(self, conn: "SwarmConn") -> None:
        if not await _is_there(conn, CHECKING):
            await self._cut(conn)

    async def _cut(self, conn: "SwarmConn") -> None:
        await self.swarm.cut([conn])

    def _came(self, conn: "SwarmConn") -> None:
        """A connection has come up."""
        peer = key_in(conn.muxed_conn.peer_id.to_bytes()) or b""
        if self.swarm.under(conn).path is Path.RELAYED:
            if self._punching is not None and conn.direction is Direction.INBOUND:
                self.swarm.background(self._punching.begin, conn)
            return
        others = (self.swarm.under(other).path for other in self.swarm.live(peer))
        if self._on_direct is not None and Path.RELAYED in others:
            self._on_direct(peer)


async def _is_there(conn: "SwarmConn", seconds: float) -> bool:
    return await session_of(conn).is_there(seconds)


def _keep(conn: "SwarmConn", seconds: float) -> None:
    session_of(conn).kept_until = trio.current_time() + seconds
