"""libp2p's swarm, kept to dialling, upgrading and remembering connections.

What libp2p 0.8.1 does and this must not:

- An accepted connection holds its inbound slot until the *host* ends, so that after 250 callers in
  all, however short, nobody gets in any more [seen]. Here the place is given back.
- Connections are made to remembered peers and cut again at watermarks, in the background. Not here.
- A connection task that raises ends the host. Here it ends itself (`guards.Tasks`).
"""

import logging
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import trio
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.custom_types import TProtocol
from libp2p.network.config import ConnectionConfig, RetryConfig
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.network.exceptions import SwarmException
from libp2p.network.stream.net_stream import NetStream
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from libp2p.peer.peerstore import PeerStore
from libp2p.protocol_muxer.multiselect import Multiselect
from libp2p.protocol_muxer.multiselect_client import MultiselectClient
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator
from libp2p.rcmgr import Direction
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise
from libp2p.transport.upgrader import TransportUpgrader
from multiaddr import Multiaddr
from multiaddr.utils import get_network_addrs

from p2p.errors import PeerFault
from p2p.host.addresses import ED25519_ID, Address, key_in
from p2p.host.frames import Closed, FrameStream
from p2p.host.guards import Limits, Quota, Tasks, Waiting, contained, shielded
from p2p.host.muxing import GuardedYamux, OnlyYamux, ShortReads, session_of
from p2p.host.pipe import YamuxPipe
from p2p.host.tcp import Tcp, TcpStream
from p2p.host.underlay import Underlay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from libp2p.abc import IMuxedConn, INetConn, INetStream
    from libp2p.network.connection.swarm_connection import SwarmConn

# Says nothing about the product; whoever dials us learns only that something answers.
PROTOCOL = TProtocol("/flow/1.0.0")
# What libp2p is told about the listener a caller came through: it only logs it.
UNKNOWN = Multiaddr("/ip4/0.0.0.0/tcp/0")


Service: TypeAlias = "Callable[[YamuxPipe, SwarmConn], Awaitable[None]]"


class GuardedSwarm(Swarm):
    """The connections of one identity: Noise and Yamux, and the protocols that are offered."""

    def __init__(
        self,
        seed: bytes,
        limits: Limits,
        on_stream: "Callable[[FrameStream], Awaitable[None]]",
    ) -> None:
        """Be the peer of the Ed25519 `seed` (32 bytes)."""
        keys = create_new_key_pair(seed)
        # A fresh Noise key at every start: the identity signs it, it means nothing by itself.
        noise = Noise(keys, noise_privkey=create_noise_key_pair().private_key)
        upgrader = TransportUpgrader({NOISE: noise}, {})
        upgrader.muxer_multistream = OnlyYamux(limits)
        most = limits.inbound + limits.outbound
        super().__init__(
            ID.from_pubkey(keys.public_key),
            # In memory, and empty: libp2p's stores on disk keep private keys in the clear.
            PeerStore(),
            upgrader,
            transports=[Tcp()],
            retry_config=RetryConfig(max_retries=0),
            connection_config=ConnectionConfig(
                max_connections=most,
                high_watermark=most,
                low_watermark=0,
                min_connections=0,
                max_connections_per_peer=limits.connections_per_peer,
                grace_period=0,
                inbound_upgrade_timeout=limits.handshake,
                outbound_upgrade_timeout=limits.handshake,
            ),
        )
        self.notifees.clear()
        self.set_stream_handler(self._accept)
        self.key = keys.public_key.to_bytes()
        self._limits = limits
        self._on_stream = on_stream
        self._waiting = Waiting(limits.handshaking)
        self._quota = Quota(limits.streams_per_peer)
        self._agreeing = Quota(limits.streams_per_peer + limits.circuits_per_peer)
        self._services: dict[TProtocol, Service] = {}
        self._apart: set[TProtocol] = set()
        self._offered = Multiselect()
        self._offered_apart = Multiselect()
        self.public_key = keys.public_key.serialize()
        self.heed: Callable[[SwarmConn], None] = lambda _conn: None  # told of each new connection
        self.offer(PROTOCOL, self._serve_frames)

    def offer(self, protocol: TProtocol, service: "Service", *, apart: bool = False) -> None:
        """Run `service` for each stream of `protocol` that a peer opens, then close the stream.

        `apart`: its streams are not counted with a peer's others; the service has its own limits.
        """
        self._services[protocol] = service
        self._offered.add_handler(protocol, None)
        if apart:
            self._apart.add(protocol)
            self._offered_apart.add_handler(protocol, None)

    @property
    def protocols(self) -> list[str]:
        """The names of what is offered."""
        return [str(protocol) for protocol in self._services]

    def work_in(self, nursery: trio.Nursery) -> None:
        """Run every connection in `nursery`; call this before anything else."""
        cast("Any", self)._manager = Tasks(nursery)  # noqa: SLF001 - Any: it stands in for libp2p's own

    async def serve(self, tcp: trio.SocketStream) -> None:
        """Let one caller in, if they prove a key in time; returns when they are gone.

        Trio closes the socket then.
        """
        await self.let_in(TcpStream(tcp))

    async def let_in(self, under: Underlay) -> None:
        """The same for a caller who has come some other way."""
        with contained("a caller"):
            inbound = sum(conn.direction is Direction.INBOUND for conn in self.live())
            if inbound >= self._limits.inbound:
                return
            raw = RawConnection(under, initiator=False)
            session: GuardedYamux | None = None
            with self._waiting.place(self._limits.handshake):
                muxed = await self.upgrade_inbound_raw_conn(raw, UNKNOWN)
                session = cast("GuardedYamux", muxed)
            if session is not None:
                await session.event_closed.wait()

    async def dial_one(self, peer: bytes, address: Address) -> "SwarmConn":
        """Connect to `peer` at `address`; raises a libp2p exception when that fails."""
        conn = await self.dial_addr(Multiaddr(address.bare), ID(ED25519_ID + peer))
        return cast("SwarmConn", conn)

    async def tie(self, under: Underlay, peer: bytes, *, client: bool) -> None:
        """Make a connection to `peer` of what has just been dialled; raises when that fails."""
        raw = RawConnection(under, initiator=client)
        try:
            with trio.fail_after(self._limits.handshake):
                if client:
                    await self.upgrade_outbound_raw_conn(raw, ID(ED25519_ID + peer))
                else:
                    await self.upgrade_inbound_raw_conn(raw, UNKNOWN)
        except BaseException:
            await under.close()
            raise

    async def start_stream(self, conn: "SwarmConn") -> FrameStream | None:
        """Open a stream of our protocol on `conn`; None when the peer does not want it."""
        pipe = await self.open_pipe(conn, PROTOCOL)
        return None if pipe is None else self._frames(pipe, conn)

    async def open_pipe(self, conn: "SwarmConn", protocol: TProtocol) -> YamuxPipe | None:
        """Open a stream of `protocol` on `conn`; None when the peer does not want it."""
        # Shielded: libp2p forgets a stream whose opening is cancelled, and keeps its place taken.
        try:
            with trio.CancelScope(shield=True):
                opened = await conn.new_stream()
        except Exception:  # noqa: BLE001 - the connection has just ended; libp2p has many names
            return None
        pipe = YamuxPipe(opened)
        try:
            talk = MultiselectCommunicator(ShortReads(pipe))
            await MultiselectClient().select_one_of([protocol], talk, int(self._limits.handshake))
        except Exception:  # noqa: BLE001 - libp2p has many names for "no"
            await pipe.finish()
            return None
        except BaseException:
            await pipe.finish()
            raise
        return pipe

    def live(self, peer: bytes | None = None) -> "list[SwarmConn]":
        """The connections that are up, all of them or those to one peer, the best way first."""
        found = self.get_connections(None if peer is None else ID(ED25519_ID + peer))
        up = [cast("SwarmConn", conn) for conn in found if not conn.is_closed]
        return sorted(up, key=lambda conn: self.under(conn).path.value)

    def under(self, conn: "SwarmConn") -> Underlay:
        """What a connection stands on."""
        return session_of(conn).under

    async def cut(self, conns: "list[SwarmConn]") -> None:
        """Close connections, all at once; never raises, and works for a cancelled task too."""
        with shielded(self._limits.handshake):
            async with trio.open_nursery() as nursery:
                for conn in conns:
                    nursery.start_soon(self._close, conn)

    def drop(self, conn: "SwarmConn") -> None:
        """Close a connection in the background: libp2p takes a tenth of a second for it."""
        self.manager.run_task(self._close, conn)

    async def add_conn(self, muxed_conn: "IMuxedConn", direction: str = "unknown") -> "SwarmConn":
        """Take in a connection whose peer is proven, if the peer's key is of our kind."""
        session = cast("GuardedYamux", muxed_conn)
        key = key_in(session.peer_id.to_bytes())
        if (
            key is None
            or session.peer_id == self.self_id
            or session.under.expected not in {None, key}
        ):
            await session.close()
            raise SwarmException("not a peer of ours")
        conn = await super().add_conn(muxed_conn, direction)
        self.manager.run_task(self._watch, conn)
        self.heed(conn)
        return conn

    def background(self, work: "Callable[..., Awaitable[object]]", *arguments: object) -> None:
        """Run `work(*arguments)` until it or the host ends."""
        self.manager.run_task(work, *arguments)

    async def notify_disconnected(self, conn: "INetConn") -> None:
        """Tell nobody: libp2p would think about dialling somebody else."""

    def _schedule_auto_connect(self) -> None:
        """Never dial in the background."""

    def _schedule_prune(self) -> None:
        """Never cut what is in use."""

    async def _close(self, conn: "SwarmConn") -> None:
        with contained("closing a connection"):
            await conn.close()

    async def _watch(self, conn: "SwarmConn") -> None:
        """Close a connection that nobody uses or wants kept; it would only hold a place."""
        while not conn.event_closed.is_set():
            with trio.move_on_after(self._limits.idle) as waited:
                await conn.event_closed.wait()
            kept = trio.current_time() < session_of(conn).kept_until
            if waited.cancelled_caught and not kept and not conn.get_streams():
                await self._close(conn)

    async def _accept(self, opened: "INetStream") -> None:
        """Handle one stream that a peer has opened, to its end."""
        stream = cast("NetStream", opened)
        conn = stream.swarm_conn
        pipe = YamuxPipe(stream)
        try:
            with contained("a stream"), suppress(Closed, PeerFault, trio.TooSlowError):
                peer = key_in(stream.muxed_conn.peer_id.to_bytes())
                if conn is None or peer is None:
                    return
                with self._agreeing.one_of(peer) as allowed:
                    protocol = await self._agree(pipe, peer) if allowed else None
                if protocol is None:
                    return
                apart = protocol in self._apart
                with nullcontext(enter_result=True) if apart else self._quota.one_of(peer) as room:
                    if room:
                        await self._services[protocol](pipe, conn)
        finally:
            await pipe.finish()

    async def _agree(self, pipe: YamuxPipe, peer: bytes) -> TProtocol | None:
        talk = MultiselectCommunicator(ShortReads(pipe))
        offered = self._offered if self._quota.has_room(peer) else self._offered_apart
        protocol, _ = await offered.negotiate(talk, int(self._limits.handshake))
        return protocol if protocol in self._services else None

    async def _serve_frames(self, pipe: YamuxPipe, conn: "SwarmConn") -> None:
        frames = self._frames(pipe, conn)
        try:
            with contained("a stream handler", logging.ERROR), suppress(Closed, PeerFault):
                await self._on_stream(frames)
        finally:
            await frames.close()

    def _frames(self, pipe: YamuxPipe, conn: "SwarmConn") -> FrameStream:
        peer, under = key_in(conn.muxed_conn.peer_id.to_bytes()) or b"", self.under(conn)
        return FrameStream(pipe, peer=peer, remote=under.remote, path=under.path)


def machine_addresses() -> list[str]:
    """The IPs of this machine's interfaces, without loopback and link-local ones."""
    return [*get_network_addrs(4), *get_network_addrs(6)]
