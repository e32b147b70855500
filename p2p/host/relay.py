"""Circuit relay v2, the relay's side: sealed bytes carried between two who can't meet otherwise.

Theory of operation. Somebody reserves a place over a connection that stays; that holds as long as
the connection, and for `RelayRules.reservation` at the most. A caller asks on a stream (HOP) to be
put through; the relay opens a stream (STOP) on the connection of whoever is called, and when they
take the call, bytes go to and fro. What goes is sealed end to end: the two do Noise inside it.

Written here, since libp2p 0.8.1's own stands on its whole host and is unsafe to run beside other
people: a circuit that ends takes along all others with the same peer, a message says for whom a
place is reserved, and a reader who pauses for 10 s breaks the circuit (docs/adr/0015). Here a
circuit is two streams and two tasks that know nothing of any other:

- *Back-pressure*: what was read from one side is written to the other before more is read.
- *Half close*: one side's last word is handed on, the other direction lasts.
- *Cleaning up*: a reset or a cut line on either side ends both, and nothing else.

Spec: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trio
from libp2p.custom_types import TProtocol

from p2p.errors import PeerFault
from p2p.host.addresses import key_in, parse
from p2p.host.frames import Closed, Path
from p2p.host.guards import Quota
from p2p.host.messages import (
    Answer,
    Cap,
    Code,
    Connect,
    Hop,
    Reserve,
    read_hop,
    read_message,
    read_stop,
    write_hop,
    write_message,
    write_stop,
)
from p2p.host.muxing import CHUNK, GuardedYamux, session_of
from p2p.host.rules import Carried, RelayRules

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.host.pipe import YamuxPipe
    from p2p.host.swarm import GuardedSwarm

HOP = TProtocol("/libp2p/circuit/relay/0.2.0/hop")
STOP = TProtocol("/libp2p/circuit/relay/0.2.0/stop")


@dataclass(frozen=True, slots=True)
class Place:
    """A reservation: over which connection somebody is called, and until when (trio's clock)."""

    conn: "SwarmConn"
    until: float


class Circuit:
    """Two streams joined."""

    def __init__(self, caller: bytes, called: bytes) -> None:
        """Between these two keys; it ends with `scope`."""
        self.ends = (caller, called)
        self.scope = trio.CancelScope()


class Relay:
    """Relays for one host, by its rules."""

    def __init__(
        self, swarm: "GuardedSwarm", rules: RelayRules, addresses: Callable[[], list[str]]
    ) -> None:
        """Be asked over `swarm`. `addresses`: where others may dial us, without a peer."""
        self._swarm = swarm
        self._rules = rules
        self._addresses = addresses
        self._places: dict[bytes, Place] = {}
        self._circuits: dict[Circuit, None] = {}
        self._asking = Quota(rules.pending_per_peer)
        self._pending = 0
        self._circuits_ever = self._bytes_ever = 0
        swarm.offer(HOP, self._serve, apart=True)

    def carried(self) -> Carried:
        """What is carried now, and was until now."""
        held = sum(self._place(peer) is not None for peer in list(self._places))
        return Carried(held, len(self._circuits), self._circuits_ever, self._bytes_ever)

    def recheck(self) -> None:
        """Ask anew who may relay; what nobody may any more ends."""
        for peer in [peer for peer in self._places if not self._rules.may_relay(peer)]:
            del self._places[peer]
        for circuit in self._circuits:
            if not all(map(self._rules.may_relay, circuit.ends)):
                circuit.scope.cancel()

    async def _serve(self, pipe: "YamuxPipe", conn: "SwarmConn") -> None:
        peer = key_in(conn.muxed_conn.peer_id.to_bytes()) or b""
        with self._one_more_asks(peer) as may_ask:
            if not may_ask:
                await write_message(pipe, write_hop(Answer(Code.RESOURCE_LIMIT_EXCEEDED)))
                return
            said = await self._asked(pipe)
            if said is None:
                return
            if self._swarm.under(conn).path is Path.RELAYED or not self._rules.may_relay(peer):
                # Nobody is put through from one circuit into another.
                await _refuse(pipe, Code.PERMISSION_DENIED)
                return
            match said:
                case Reserve():
                    await self._reserve(pipe, conn, peer)
                    return
                case Connect(called) if (code := self._objection(peer, called)) is not None:
                    await _refuse(pipe, code)
                    return
                case Connect(called):
                    circuit = Circuit(peer, called)
                    place = self._places[called]
                case _:
                    await _refuse(pipe, Code.UNEXPECTED_MESSAGE)
                    return
            self._circuits[circuit] = None  # from now on it counts
            other = None
            try:
                other = await self._call(place.conn, peer)
                if other is None:
                    await _refuse(pipe, Code.CONNECTION_FAILED)
                else:
                    await write_message(pipe, write_hop(Answer(Code.OK), self._cap))
            finally:
                if other is None:
                    self._circuits.pop(circuit, None)
        if other is not None:
            await self._join(circuit, pipe, other, session_of(conn), session_of(place.conn))

    # -- being asked ----------------------------------------------------------------------------

    @contextmanager
    def _one_more_asks(self, peer: bytes) -> Iterator[bool]:
        with self._asking.one_of(peer) as allowed:
            if not allowed or self._pending >= self._rules.pending:
                yield False
                return
            self._pending += 1
            try:
                yield True
            finally:
                self._pending -= 1

    async def _asked(self, pipe: "YamuxPipe") -> Hop | None:
        with trio.fail_after(self._rules.answer):
            data = await read_message(pipe)
        try:
            return read_hop(data)
        except PeerFault:
            await _refuse(pipe, Code.MALFORMED_MESSAGE)
            return None

    async def _reserve(self, pipe: "YamuxPipe", conn: "SwarmConn", peer: bytes) -> None:
        for other in [other for other in self._places if self._place(other) is None]:
            del self._places[other]
        if peer not in self._places and len(self._places) >= self._rules.reservations:
            await _refuse(pipe, Code.RESERVATION_REFUSED)
            return
        until = trio.current_time() + self._rules.reservation
        self._places[peer] = Place(conn, until)
        session_of(conn).kept_until = until
        expires = int(time.time() + self._rules.reservation)
        ours = [parsed.binary for text in self._addresses() if (parsed := parse(text))]
        await write_message(pipe, write_hop(Answer(Code.OK, expires), self._cap, ours))
        await pipe.part()

    def _place(self, peer: bytes) -> Place | None:
        place = self._places.get(peer)
        if place is None or place.conn.is_closed or trio.current_time() >= place.until:
            return None
        return place

    def _objection(self, caller: bytes, called: bytes) -> Code | None:
        """Why somebody can't be put through; None if nothing is against it."""
        if caller == called or self._place(called) is None or not self._rules.may_relay(called):
            return Code.NO_RESERVATION
        with_either = Counter(end for circuit in self._circuits for end in circuit.ends)
        most = self._rules.circuits_per_peer
        if max(with_either[caller], with_either[called]) >= most:
            return Code.RESOURCE_LIMIT_EXCEEDED
        same = sum(circuit.ends == (caller, called) for circuit in self._circuits)
        full = len(self._circuits) >= self._rules.circuits
        if full or same >= self._rules.circuits_per_pair:
            return Code.RESOURCE_LIMIT_EXCEEDED
        return None

    # -- carrying -------------------------------------------------------------------------------

    async def _call(self, conn: "SwarmConn", caller: bytes) -> "YamuxPipe | None":
        """A stream to whoever is called; None when they don't take the call in time."""
        pipe: YamuxPipe | None = None
        taken = False
        try:
            with trio.move_on_after(self._rules.answer):
                pipe = await self._swarm.open_pipe(conn, STOP)
                if pipe is None:
                    return None
                await write_message(pipe, write_stop(Connect(caller), self._cap))
                said = read_stop(await read_message(pipe))
                taken = isinstance(said, Answer) and said.code == Code.OK
        except (Closed, PeerFault):
            pass
        finally:
            if pipe is not None and not taken:
                await pipe.finish()
        return pipe if taken else None

    async def _join(
        self,
        circuit: Circuit,
        one: "YamuxPipe",
        other: "YamuxPipe",
        *sessions: GuardedYamux,
    ) -> None:
        self._circuits_ever += 1
        for session in sessions:
            session.circuits += 1
        try:
            with circuit.scope, trio.move_on_after(self._rules.circuit_time):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._carry, circuit, one, other)
                    nursery.start_soon(self._carry, circuit, other, one)
        finally:
            self._circuits.pop(circuit, None)
            for session in sessions:
                session.circuits -= 1
            await other.finish()  # the caller's is finished by the swarm

    async def _carry(self, circuit: Circuit, source: "YamuxPipe", sink: "YamuxPipe") -> None:
        """One direction, to its end."""
        left = self._rules.circuit_bytes
        try:
            while left > 0 and (data := await _next(source)):
                await sink.write(data)
                left -= len(data)
                self._bytes_ever += len(data)
            if left > 0 and not source.broken:
                await sink.end()
                return
        except Closed:
            pass
        circuit.scope.cancel()

    @property
    def _cap(self) -> Cap:
        return Cap(int(self._rules.circuit_time), self._rules.circuit_bytes)


async def _next(source: "YamuxPipe") -> bytes:
    try:
        return await source.read(CHUNK)
    except Closed:
        return b""


async def _refuse(pipe: "YamuxPipe", code: Code) -> None:
    await write_message(pipe, write_hop(Answer(code)))
    await pipe.part()
