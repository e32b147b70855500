"""What the tests of the door share: hosts at home, strangers of every kind, raw callers."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio
import trio.testing

from p2p.host import (
    FrameStream,
    Host,
    Limits,
    RelayRules,
    load,
)

load()

from libp2p import new_host
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.custom_types import TMuxerOptions, TProtocol, TSecurityOptions
from libp2p.host.basic_host import BasicHost
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.stream.net_stream import NetStream
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from libp2p.security.insecure.transport import PLAINTEXT_PROTOCOL_ID as PLAINTEXT
from libp2p.security.insecure.transport import InsecureTransport
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise
from libp2p.security.secio import transport as secio
from libp2p.security.tls.transport import PROTOCOL_ID as TLS
from libp2p.security.tls.transport import TLSTransport
from libp2p.stream_muxer.mplex.mplex import MPLEX_PROTOCOL_ID, Mplex
from multiaddr import Multiaddr

HERE = "/ip4/127.0.0.1/tcp/0"
ROOT = Path(__file__).parents[2]
# What a home says it speaks: its own neutral name, and what libp2p programs have in common.
OFFERED = [
    "/flow/1.0.0",
    "/ipfs/id/1.0.0",
    "/ipfs/ping/1.0.0",
    "/libp2p/circuit/relay/0.2.0/stop",
]
Handler = Callable[[FrameStream], Awaitable[None]]


async def echo(stream: FrameStream) -> None:
    """Give every frame back."""
    while True:
        await stream.send(await stream.receive())


class Guestbook:
    """A handler that remembers who came and what they said."""

    def __init__(self) -> None:
        self.guests: list[bytes] = []
        self.words: list[bytes] = []

    async def __call__(self, stream: FrameStream) -> None:
        self.guests.append(stream.peer)
        while True:
            self.words.append(await stream.receive())


@asynccontextmanager
async def at_home(
    on_stream: Handler = echo,
    *,
    listen: tuple[str, ...] = (HERE,),
    seed: bytes | None = None,
    limits: Limits | None = None,
    relay: RelayRules | None = None,
    may_punch: Callable[[bytes], bool] | None = None,
    on_direct: Callable[[bytes], None] | None = None,
) -> AsyncIterator[Host]:
    """Somebody whose host is running."""
    host = Host(
        seed or secrets.token_bytes(32),
        listen=listen,
        on_stream=on_stream,
        limits=limits,
        relay=relay,
        may_punch=may_punch,
        on_direct=on_direct,
    )
    async with host.run():
        yield host


async def says_hello(caller: Host, host: Host) -> None:
    """An honest visit: open, say something, hear it back."""
    stream = await caller.open(host.peer, host.addresses())
    await stream.send(b"hello")
    assert await stream.receive() == b"hello"
    await stream.close()


def port_of(host: Host) -> int:
    return int(host.listening()[0].rsplit("/", 1)[1])


def noise_only(keys: KeyPair) -> TSecurityOptions:
    return {NOISE: Noise(keys, noise_privkey=create_noise_key_pair().private_key)}


class Stranger:
    """A stock libp2p host, as anybody can run one."""

    def __init__(
        self,
        *,
        keys: KeyPair | None = None,
        security: Callable[[KeyPair], TSecurityOptions] = noise_only,
        muxer: TMuxerOptions | None = None,
    ) -> None:
        keys = keys or create_new_key_pair(secrets.token_bytes(32))
        self.key = keys.public_key.to_bytes()
        made = new_host(key_pair=keys, sec_opt=security(keys), muxer_opt=muxer)
        assert isinstance(made, BasicHost)
        self.host = made
        network = made.get_network()
        assert isinstance(network, Swarm)
        self.network = network
        self.network.retry_config.max_retries = 0

    @asynccontextmanager
    async def at_home(self) -> AsyncIterator["Stranger"]:
        async with self.host.run(listen_addrs=[Multiaddr(HERE)]):
            try:
                yield self
            finally:
                # A stock host that is stopped leaves its sockets to the garbage collector.
                with trio.CancelScope(shield=True):
                    for conn in self.network.get_connections():
                        await conn.close()

    async def dials(self, host: Host) -> SwarmConn:
        conn = await self.network.dial_addr(
            Multiaddr(host.listening()[0]), ID.from_base58(host.peer_id)
        )
        assert isinstance(conn, SwarmConn)
        return conn

    async def opens(self, host: Host, protocol: str = "/flow/1.0.0") -> NetStream:
        peer = ID.from_base58(host.peer_id)
        stream = await self.host.new_stream(peer, [TProtocol(protocol)])
        assert isinstance(stream, NetStream)
        return stream

    def listening(self) -> list[str]:
        return [str(address) for address in self.host.get_transport_addrs()]


def offering(kind: str) -> Stranger:
    """Somebody who speaks one thing that we do not."""
    match kind:
        case "plaintext":
            return Stranger(security=lambda keys: {PLAINTEXT: InsecureTransport(keys)})
        case "tls":
            return Stranger(security=lambda keys: {TLS: TLSTransport(keys)})
        case "secio":
            return Stranger(security=lambda keys: {TProtocol(secio.ID): secio.Transport(keys)})
        case _:
            return Stranger(muxer={MPLEX_PROTOCOL_ID: Mplex})


async def raw_to(host: Host) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", port_of(host))


def multistream(text: bytes) -> bytes:
    return bytes([len(text) + 1]) + text + b"\n"


GARBAGE = {
    "nothing": b"",
    "noise": os.urandom(4096),
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "not utf-8": bytes([5]) + b"\xff\xfe\xfd\xfc\n",
    "endless varint": b"\xff" * 64,
    "a name of 2 GiB": b"\xff\xff\xff\xff\x07" + b"x" * 65536,
    "after multistream": multistream(b"/multistream/1.0.0") + os.urandom(2048),
    "bad noise": multistream(b"/multistream/1.0.0") + multistream(b"/noise") + os.urandom(4096),
    "empty noise": multistream(b"/multistream/1.0.0") + multistream(b"/noise") + bytes(64),
}


async def never_reads(_stream: FrameStream) -> None:
    await trio.sleep_forever()


async def wait_for(true: Callable[[], bool]) -> None:
    """Wait, a few seconds at most, until something is so."""
    with trio.fail_after(5):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await trio.sleep(0.01)
