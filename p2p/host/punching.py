"""DCUtR over TCP: two who talk through a relay dial each other at once, and meet directly.

Theory of operation. A router lets in what answers what went out. Both tell each other, through the
circuit, where the relay sees them; then both dial that at the same time, from the very port of
their connection with the relay, since that is the one whose outside is known. Each router takes the
other's call for an answer, and the two calls become one connection (RFC 9293, simultaneous open).
Who was called through the relay begins, says when, and is the server of the new connection; who
called is its client. `tcp.dial_from` says how the port is shared and why the listener's is not.

What we listen on ourselves is told too and dialled in the usual way: where one of both can be
dialled after all, or on the same network, that is faster. Only somebody the upper floors permit
learns any of it, and addresses go through the circuit, which the relay cannot read.

Spec: https://github.com/libp2p/specs/blob/master/relay/DCUtR.md
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import trio
from libp2p.custom_types import TProtocol

from p2p.errors import PeerFault
from p2p.host.addresses import Address, key_in, parse, well_formed
from p2p.host.circuits import CircuitStream
from p2p.host.frames import Closed, Path
from p2p.host.messages import Holes, Sync, read_message, read_punch, write_message, write_punch
from p2p.host.tcp import TcpStream, dial_from

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.host.identify import Identity
    from p2p.host.pipe import YamuxPipe
    from p2p.host.swarm import GuardedSwarm

DCUTR = TProtocol("/libp2p/dcutr")
# All in seconds.
SETTLE = 0.3  # before the first round: a plain dial may have been on its way
ROUNDS = 3
BETWEEN = 1.0
TALKING = 5.0  # for all that is said before dialling
DIALLING = 4.0  # for one round of it: room for the system's second and third try
REFUSED = 0.1  # before a call that was turned away is made again
LATEST = 2.0  # what half a way to and fro is taken for at the most


class Punching:
    """Punches for one host."""

    def __init__(
        self,
        swarm: "GuardedSwarm",
        identity: "Identity",
        may_punch: Callable[[bytes], bool],
        addresses: Callable[[], list[str]],
    ) -> None:
        """`may_punch`: whether a key may learn where we are. `addresses`: what we listen on."""
        self._swarm = swarm
        self._identity = identity
        self._may_punch = may_punch
        self._addresses = addresses
        self._beginning: set[bytes] = set()
        self._answering: set[bytes] = set()
        swarm.offer(DCUTR, self._asked)

    async def begin(self, conn: "SwarmConn") -> None:
        """Somebody has called us through a relay: try to meet them directly."""
        peer = key_in(conn.muxed_conn.peer_id.to_bytes()) or b""
        await trio.sleep(SETTLE)
        for number in range(ROUNDS):
            if number:
                await trio.sleep(BETWEEN)
            if conn.is_closed or self._is_direct(peer) or not self._may_punch(peer):
                return
            if peer in self._beginning | self._answering:
                continue
            self._beginning.add(peer)
            try:
                await self._round(conn, peer)
            except (Closed, PeerFault, trio.TooSlowError):
                continue
            finally:
                self._beginning.discard(peer)

    async def _round(self, conn: "SwarmConn", peer: bytes) -> None:
        with trio.fail_after(TALKING):
            mine = await self._holes(conn)
            pipe = await self._swarm.open_pipe(conn, DCUTR)
            if pipe is None:
                raise Closed
            try:
                asked = trio.current_time()
                await write_message(pipe, write_punch(Holes(mine)))
                theirs = _holes(await read_message(pipe))
                half = min((trio.current_time() - asked) / 2, LATEST)
                await write_message(pipe, write_punch(Sync()))
            finally:
                self._swarm.background(pipe.finish)
        await trio.sleep(half)
        await self._dial(conn, peer, theirs, client=False)

    async def _asked(self, pipe: "YamuxPipe", conn: "SwarmConn") -> None:
        peer = key_in(conn.muxed_conn.peer_id.to_bytes()) or b""
        relayed = self._swarm.under(conn).path is Path.RELAYED
        if not relayed or peer in self._answering or not self._may_punch(peer):
            return
        if peer in self._beginning and self._swarm.key < peer:
            return  # both have called the other, and both begin: that of the lower key goes on
        self._answering.add(peer)
        try:
            with trio.fail_after(TALKING):
                theirs = _holes(await read_message(pipe))
                await write_message(pipe, write_punch(Holes(await self._holes(conn))))
                if not isinstance(read_punch(await read_message(pipe)), Sync):
                    raise PeerFault("a punch without a beginning")
            await self._dial(conn, peer, theirs, client=True)
        finally:
            self._answering.discard(peer)

    async def _holes(self, conn: "SwarmConn") -> tuple[Address, ...]:
        """Where the relay sees us, first; then what we listen on."""
        under = self._swarm.under(conn)
        seen = None
        if isinstance(under, CircuitStream):
            seen = await self._identity.observed_on(under.via)
        own = [address for text in self._addresses() if (address := parse(text))]
        return tuple(dict.fromkeys([seen, *own] if seen else own))

    async def _dial(
        self, conn: "SwarmConn", peer: bytes, holes: tuple[Address, ...], *, client: bool
    ) -> None:
        """Dial all of them until one leads to `peer`, or the round is over."""
        under = self._swarm.under(conn)
        via = self._swarm.under(under.via) if isinstance(under, CircuitStream) else None
        with trio.move_on_after(DIALLING):
            async with trio.open_nursery() as nursery:
                for hole in holes:
                    if not client or hole is not holes[0]:
                        nursery.start_soon(self._knock, peer, hole, nursery.cancel_scope)
                if holes and isinstance(via, TcpStream):
                    nursery.start_soon(
                        self._punch, peer, holes[0], via, client, nursery.cancel_scope
                    )

    async def _knock(self, peer: bytes, hole: Address, scope: trio.CancelScope) -> None:
        """Dial in the usual way."""
        try:
            await self._swarm.dial_one(peer, hole)
        except Exception:  # noqa: BLE001 - libp2p has many names for "no"
            return
        scope.cancel()

    async def _punch(
        self,
        peer: bytes,
        hole: Address,
        via: TcpStream,
        client: bool,  # noqa: FBT001 - handed to a nursery
        scope: trio.CancelScope,
    ) -> None:
        """Dial from the port whose outside the relay has seen, again where it is turned away."""
        while not self._is_direct(peer):
            try:
                stream = await dial_from(via.socket, hole)
                under = TcpStream(stream, Path.PUNCHED, expected=peer)
                await self._swarm.tie(under, peer, client=client)
            except Exception:  # noqa: BLE001 - the system's and libp2p's names for "no"
                await trio.sleep(REFUSED)
            else:
                break
        scope.cancel()

    def _is_direct(self, peer: bytes) -> bool:
        found = self._swarm.live(peer)
        return bool(found) and self._swarm.under(found[0]).path is not Path.RELAYED


def _holes(data: bytes) -> tuple[Address, ...]:
    said = read_punch(data)
    if not isinstance(said, Holes):
        raise PeerFault("a punch without addresses")
    return tuple(address for address in said.addresses if well_formed(address.bare))
