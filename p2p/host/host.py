"""One identity on the network: it listens, it opens streams, and it hands on those that come in."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import trio

from p2p.errors import OurFault
from p2p.host.addresses import KEY_BYTES, Address, key_in, peer_text
from p2p.host.dialer import Unreachable, candidates
from p2p.host.frames import Path
from p2p.host.guards import Limits
from p2p.host.listening import open_listeners
from p2p.host.loading import load
from p2p.host.rules import Carried, RelayRules, Reservation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.crypto import Entropy
    from p2p.host.frames import FrameStream
    from p2p.host.swarm import GuardedSwarm
    from p2p.host.ways import Ways

# The share of an `open` that a connection already there may use up before it counts as dead.
OLD_CONNECTION_SHARE = 0.4


class HostCrashed(Exception):  # noqa: N818 - an event, told from `run`
    """Something inside the host has failed; it is closed. Make a new one and run that."""


class Host:
    """The door of one circle.

    `async with host.run():` and everything else inside it. One host per circle, because its peer id
    is the circle's door key (protocol, section 2).
    """

    def __init__(
        self,
        seed: bytes,
        *,
        listen: Sequence[str],
        on_stream: Callable[[FrameStream], Awaitable[None]],
        limits: Limits | None = None,
        relay: RelayRules | None = None,
        may_punch: Callable[[bytes], bool] | None = None,
        on_direct: Callable[[bytes], None] | None = None,
    ) -> None:
        """Prepare a host. Imports libp2p if `load` has not.

        `seed` is the 32-byte Ed25519 seed of the door key. `listen` holds multiaddrs such as
        `/ip4/0.0.0.0/tcp/0`, and may be empty. `on_stream` is run for every stream a peer opens;
        when it returns or raises, the stream is closed. Anybody may dial: it has to look at
        `FrameStream.peer`, and not wait for ever for a first frame.

        With `relay`, others may meet through this host, by those rules. Who `may_punch` (a key) is
        told our addresses through a circuit, so that the two can meet directly. `on_direct` is told
        the key of whom we could only talk with through a relay and now can directly; what is open
        stays as it is, new streams go the better way.
        """
        if len(seed) != KEY_BYTES:
            raise OurFault("a door key's seed has 32 bytes")
        load()
        from p2p.host import ways  # noqa: PLC0415 - this is where libp2p comes in

        self._ways: Ways = ways.Ways(seed, limits or Limits(), on_stream, self._bound)
        if relay is not None:
            self._ways.relays(relay)
        if may_punch is not None:
            self._ways.punches(may_punch)
        if on_direct is not None:
            self._ways.tells(on_direct)
        self._swarm: GuardedSwarm = self._ways.swarm
        self._listen = tuple(listen)
        self._listeners: list[trio.SocketListener] = []
        self._running = False
        self.peer: bytes = self._swarm.key
        self.peer_id: str = peer_text(self.peer)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Be on the network during the block.

        Raises PortTaken before the block when an address is taken, and HostCrashed out of it, with
        the block cancelled, when the host itself fails. At its end all connections are closed, and
        whoever still holds a stream is told Closed. A host runs once.
        """
        if self._running:
            raise OurFault("a host runs once")
        self._listeners = await open_listeners(self._listen)
        self._running = True
        crash: list[BaseException] = []
        block: list[BaseException] = []
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._serve, nursery.cancel_scope, crash)
                try:
                    yield
                except BaseException as error:
                    block.append(error)
                    raise
                finally:
                    nursery.cancel_scope.cancel()
        except BaseExceptionGroup:
            # The nursery's wrapping is ours; the block's own exception goes on as it was raised.
            if not block:
                raise
            raise block[0] from block[0].__cause__
        finally:
            for listener in self._listeners:
                listener.socket.close()
        if crash:
            raise HostCrashed from crash[0]

    def listening(self) -> list[str]:
        """Where others may dial: multiaddrs without a peer, wildcards spelled out, real ports."""
        return self._ways.listening()

    def addresses(self) -> list[str]:
        """The same with `/p2p/` and our peer id, as they stand on cards and invites."""
        return [f"{address}/p2p/{self.peer_id}" for address in self.listening()]

    def circuits(self) -> list[str]:
        """Where others may call us through the relays that keep a place for us now."""
        return self._ways.circuits()

    async def keep_reservation(
        self,
        relay: bytes,
        addresses: Sequence[str],
        on_state: Callable[[Reservation], None],
        *,
        entropy: Entropy,
    ) -> None:
        """Keep a place at `relay` (32-byte key), so that others can call us through it.

        Runs until it is cancelled, whatever becomes of the relay; `on_state` is told each change.
        Raises Unreachable at once where no direct address of `relay` is among `addresses`.
        """
        if not self._running:
            raise OurFault("a host that is not running keeps no reservation")
        await self._ways.keep_reservation(relay, addresses, on_state, entropy)

    def check_lines(self) -> None:
        """Time is missing or the network is another: find out in the background which lines hold.

        Those on which nothing comes for five seconds are cut, and places at relays that are not
        held are asked for at once.
        """
        if self._running:
            self._ways.check_lines()

    def recheck_relay(self) -> None:
        """Others may relay now: ask `RelayRules.may_relay` about all that runs."""
        if self._ways.relay is not None:
            self._ways.relay.recheck()

    def carried(self) -> Carried:
        """What we carry for others."""
        return Carried() if self._ways.relay is None else self._ways.relay.carried()

    def path(self, peer: bytes) -> Path | None:
        """The best way that is up to `peer`; None if there is none."""
        return self._ways.path(peer)

    async def open(
        self,
        peer: bytes,
        addresses: Sequence[str],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - a promise to the caller, who need not bound it again
    ) -> FrameStream:
        """Open a stream to `peer` (32-byte key), over a connection at hand or a new one.

        Every address is tried at once, circuits a little later; once a circuit is up, direct ones
        are tried on beside it. One that names another peer is skipped. Raises Unreachable after at
        most `timeout` seconds.
        """
        if not self._running:
            raise OurFault("a host that is not running opens nothing")
        if peer == self.peer or len(peer) != KEY_BYTES:
            raise Unreachable
        stream: FrameStream | None = None
        with trio.move_on_after(timeout):
            ways = [one for one in candidates(peer, addresses) if one.relay != self.peer]
            stream = await self._open(peer, ways, timeout * OLD_CONNECTION_SHARE)
            self._ways.improve(peer, ways)
        if stream is None:
            raise Unreachable
        return stream

    def connected(self) -> set[bytes]:
        """The keys of the peers we have a connection with."""
        return {peer for peer in map(_key, self._swarm.live()) if peer is not None}

    def improve(self, peer: bytes, addresses: Sequence[str]) -> None:
        """Try these in the background, where only a relay leads to `peer`; see `on_direct`."""
        self._ways.improve(peer, candidates(peer, addresses))

    async def disconnect(self, peer: bytes) -> None:
        """Cut every connection with `peer`; its streams are Closed on both sides. Never raises."""
        await self._swarm.cut(self._swarm.live(peer))

    async def _open(
        self, peer: bytes, addresses: list[Address], patience: float
    ) -> FrameStream | None:
        for ready in self._swarm.live(peer):
            stream = None
            with trio.move_on_after(patience) as waited:
                stream = await self._swarm.start_stream(ready)
            if waited.cancelled_caught:
                # Up as far as the system knows, but nobody is there: asleep, or a lost network.
                await self._swarm.cut([ready])
            elif stream is not None or not ready.is_closed:
                return stream
        conn = await self._ways.connect(peer, addresses)
        return None if conn is None else await self._swarm.start_stream(conn)

    async def _serve(self, scope: trio.CancelScope, crash: list[BaseException]) -> None:
        """Accept callers until cancelled; on any failure note it and end the block."""
        try:
            async with trio.open_nursery() as nursery:
                self._swarm.work_in(nursery)
                try:
                    if self._listeners:
                        await trio.serve_listeners(
                            self._swarm.serve, self._listeners, handler_nursery=nursery
                        )
                    await trio.sleep_forever()
                finally:
                    await self._swarm.cut(self._swarm.live())
        except Exception as error:  # noqa: BLE001 - told by `run` as HostCrashed
            crash.append(error)
            scope.cancel()

    def _bound(self) -> Iterator[tuple[str, int]]:
        for listener in self._listeners:
            if listener.socket.fileno() >= 0:
                ip, port = listener.socket.getsockname()[:2]
                yield str(ip), int(port)


def _key(conn: SwarmConn) -> bytes | None:
    return key_in(conn.muxed_conn.peer_id.to_bytes())
