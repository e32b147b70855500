"""Circuit relay v2, the sides of those who talk: being called through a relay, and calling.

A circuit carries what a TCP connection would: multistream, Noise and Yamux between the two ends, so
the relay sees sealed bytes only and cannot pretend to be either of them. Whom a relay says it puts
through has to prove that key. We are called only through a relay where we keep a place.

Spec: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import trio
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.peer.id import ID

from p2p.errors import PeerFault
from p2p.host.addresses import ED25519_ID, key_in, peer_text
from p2p.host.frames import Closed, Path
from p2p.host.guards import Limits, Quota
from p2p.host.messages import (
    Answer,
    Code,
    Connect,
    Reserve,
    read_hop,
    read_message,
    read_stop,
    write_hop,
    write_message,
    write_stop,
)
from p2p.host.muxing import CHUNK, session_of
from p2p.host.pipe import YamuxPipe
from p2p.host.relay import HOP, STOP
from p2p.host.underlay import Underlay

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.host.swarm import GuardedSwarm


class CircuitStream(Underlay):
    """A way through somebody else: a stream on our connection with the relay."""

    def __init__(self, pipe: YamuxPipe, via: "SwarmConn", remote: str, peer: bytes) -> None:
        """Take over `pipe`, a stream on `via`, which leads to `peer`."""
        super().__init__(Path.RELAYED, remote, expected=peer)
        self.via = via
        self._pipe = pipe
        self._open = True
        session_of(via).circuits += 1

    async def more(self) -> bytes:
        """Wait for what comes next; b"" at the end."""
        try:
            return await self._pipe.read(CHUNK)
        except Closed:
            return b""

    async def write(self, data: bytes) -> None:
        """Write all of `data`; raises ConnectionClosedError."""
        try:
            await self._pipe.write(data)
        except Closed:
            raise ConnectionClosedError("the circuit has ended") from None

    async def close(self) -> None:
        """Hang up."""
        if self._open:
            self._open = False
            session_of(self.via).circuits -= 1
            await self._pipe.finish()


class Circuits:
    """Calls through relays, both ways, for one host."""

    def __init__(self, swarm: "GuardedSwarm", limits: Limits) -> None:
        """Be called over `swarm`."""
        self._swarm = swarm
        self._limits = limits
        self._relays: Counter[bytes] = Counter()
        self._quota = Quota(limits.circuits_per_peer)
        swarm.offer(STOP, self._called, apart=True)

    @contextmanager
    def through(self, relay: bytes) -> Iterator[None]:
        """During the block `relay` may call us for others."""
        self._relays[relay] += 1
        try:
            yield
        finally:
            self._relays[relay] -= 1

    async def reserve(self, conn: "SwarmConn") -> Answer:
        """Ask whoever `conn` leads to for a place. Raises Closed, PeerFault."""
        pipe = await self._swarm.open_pipe(conn, HOP)
        if pipe is None:
            return Answer(Code.PERMISSION_DENIED)  # no relay, or none any more
        try:
            await write_message(pipe, write_hop(Reserve()))
            return _answer(read_hop(await read_message(pipe)))
        finally:
            await pipe.finish()

    async def dial(self, via: "SwarmConn", pipe: YamuxPipe, peer: bytes) -> "SwarmConn":
        """Call `peer` over `pipe`, a HOP stream on `via`; raises when that fails."""
        under = CircuitStream(pipe, via, self._remote(via), peer)
        try:
            await write_message(pipe, write_hop(Connect(peer)))
            _answer(read_hop(await read_message(pipe))).or_raise()
            raw = RawConnection(under, initiator=True)
            return await self._swarm.upgrade_outbound_raw_conn(raw, ID(ED25519_ID + peer))
        except BaseException:
            await under.close()
            raise

    async def _called(self, pipe: YamuxPipe, via: "SwarmConn") -> None:
        relay = key_in(via.muxed_conn.peer_id.to_bytes()) or b""
        with self._quota.one_of(relay) as allowed:
            with trio.fail_after(self._limits.handshake):
                said = read_stop(await read_message(pipe))
            peer = said.peer if isinstance(said, Connect) else b""
            if not self._relays[relay] or self._swarm.under(via).path is Path.RELAYED:
                await write_message(pipe, write_stop(Answer(Code.PERMISSION_DENIED)))
                await pipe.part()
                return
            if not allowed or peer in {b"", relay, self._swarm.key}:
                await write_message(pipe, write_stop(Answer(Code.RESOURCE_LIMIT_EXCEEDED)))
                await pipe.part()
                return
            await write_message(pipe, write_stop(Answer(Code.OK)))
            under = CircuitStream(pipe, via, self._remote(via), peer)
            try:
                await self._swarm.let_in(under)
            finally:
                await under.close()

    def _remote(self, via: "SwarmConn") -> str:
        relay = key_in(via.muxed_conn.peer_id.to_bytes()) or b""
        return f"{self._swarm.under(via).remote}/p2p/{peer_text(relay)}/p2p-circuit"


def _answer(said: object) -> Answer:
    if not isinstance(said, Answer):
        raise PeerFault("a relay that asks where it should answer")
    return said
