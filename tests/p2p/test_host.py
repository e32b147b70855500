"""The door to libp2p: who gets in, what comes through, and what it survives."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import itertools
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from p2p.errors import OurFault, PeerFault
from p2p.host import (
    MAX_FRAME,
    Closed,
    FrameStream,
    Host,
    HostCrashed,
    Limits,
    PortTaken,
    Unreachable,
    address_peer,
    load,
    well_formed,
)
from p2p.host.addresses import peer_text
from p2p.host.guards import contained
from p2p.host.listening import reachable

load()

from libp2p import new_host
from libp2p.crypto.ed25519 import Ed25519PublicKey, create_new_key_pair
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.rsa import create_new_key_pair as create_rsa_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.custom_types import TMuxerOptions, TProtocol, TSecurityOptions
from libp2p.host.basic_host import BasicHost
from libp2p.host.exceptions import StreamFailure
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.exceptions import SwarmException
from libp2p.network.stream.net_stream import NetStream
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from libp2p.protocol_muxer.multiselect_client import MultiselectClient
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator
from libp2p.security.insecure.transport import PLAINTEXT_PROTOCOL_ID as PLAINTEXT
from libp2p.security.insecure.transport import InsecureTransport
from libp2p.security.noise.messages import NoiseExtensions, NoiseHandshakePayload
from libp2p.security.noise.patterns import PatternXX
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise
from libp2p.security.secio import transport as secio
from libp2p.security.tls.transport import PROTOCOL_ID as TLS
from libp2p.security.tls.transport import TLSTransport
from libp2p.stream_muxer.mplex.mplex import MPLEX_PROTOCOL_ID, Mplex
from libp2p.stream_muxer.yamux.yamux import Yamux, YamuxStream
from multiaddr import Multiaddr

HERE = "/ip4/127.0.0.1/tcp/0"
ROOT = Path(__file__).parents[2]
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
) -> AsyncIterator[Host]:
    """Somebody whose host is running."""
    host = Host(seed or secrets.token_bytes(32), listen=listen, on_stream=on_stream, limits=limits)
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


# ------------------------------------------------------------------------------ what comes through


async def test_frames_go_both_ways_small_and_large() -> None:
    """What Ada sends arrives as she sent it, from nothing at all to the longest frame."""
    async with at_home() as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        sizes = (0, 1, 65_535, 400 * 1024, MAX_FRAME)
        for size in sizes:
            frame = secrets.token_bytes(size)
            await stream.send(frame)
            assert await stream.receive() == frame
        assert stream.bytes_sent == stream.bytes_received == sum(sizes) + 4 * len(sizes)


async def test_streams_run_side_by_side() -> None:
    """Six conversations with one person do not mix and do not wait for each other."""
    async with at_home() as ben, at_home(listen=()) as ada:

        async def talk(number: int) -> None:
            stream = await ada.open(ben.peer, ben.addresses())
            for turn in range(20):
                frame = bytes([number, turn]) * 20_000
                await stream.send(frame)
                assert await stream.receive() == frame

        async with trio.open_nursery() as nursery:
            for number in range(6):
                nursery.start_soon(talk, number)
        assert ada.connected() == {ben.peer}
        assert ben.connected() == {ada.peer}


async def test_a_peer_is_its_public_key() -> None:
    """The key a stream names is the Ed25519 key of the seed, on both sides and in addresses."""

    seed = secrets.token_bytes(32)
    book = Guestbook()
    async with at_home(book) as ben, at_home(seed=seed, listen=()) as ada:
        assert ada.peer == create_new_key_pair(seed).public_key.to_bytes()
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"it is me")
        assert stream.peer == ben.peer
        assert address_peer(ben.addresses()[0]) == ben.peer
        assert ben.addresses()[0].endswith(ben.peer_id)
        await wait_for(lambda: book.words == [b"it is me"])
        assert book.guests == [ada.peer]


async def test_the_last_words_before_a_close_still_arrive() -> None:
    """Ada sends her frames and hangs up; Ben, who reads slowly, has all of them."""
    heard: list[bytes] = []
    done = trio.Event()

    async def slow(stream: FrameStream) -> None:
        await trio.sleep(0.3)
        try:
            while True:
                heard.append(await stream.receive())
        except Closed:
            done.set()

    async with at_home(slow) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        for number in range(10):
            await stream.send(bytes([number]) * 20_000)
        await stream.close()
        await ada.disconnect(ben.peer)
        with trio.fail_after(3):
            await done.wait()
    assert heard == [bytes([number]) * 20_000 for number in range(10)]


async def test_a_writer_waits_for_a_reader_who_pauses() -> None:
    """Back-pressure lasts as long as the pause; libp2p's own writer would give up after 5 s."""
    go_on = trio.Event()
    heard = 0

    async def pausing(stream: FrameStream) -> None:
        nonlocal heard
        await go_on.wait()
        while True:
            heard += len(await stream.receive())

    async with at_home(pausing) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        sent = 0

        async def write() -> None:
            nonlocal sent
            for _ in range(12):
                await stream.send(bytes(256 * 1024))
                sent += 1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write)
            await trio.sleep(5.3)
            assert sent < 4  # a window, not all that was to be sent
            go_on.set()
        await wait_for(lambda: heard == 12 * 256 * 1024)


async def test_a_cancelled_receive_loses_nothing() -> None:
    """Ben looks for a frame again and again, a moment at a time; not one byte goes missing."""
    heard: list[bytes] = []

    async def impatient(stream: FrameStream) -> None:
        while True:
            with trio.move_on_after(0.0005):
                heard.append(await stream.receive())

    async with at_home(impatient) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        frames = [secrets.token_bytes(300_000) for _ in range(12)]
        for frame in frames:
            await stream.send(frame)
        await wait_for(lambda: len(heard) == len(frames))
        assert heard == frames
        await stream.close()


async def test_a_cancelled_send_ends_its_stream_and_no_other() -> None:
    """Half a frame has gone: that stream is over, the one beside it goes on."""

    async def deaf_to_some(stream: FrameStream) -> None:
        if await stream.receive() == b"do not listen":
            await trio.sleep_forever()
        await echo(stream)

    async with at_home(deaf_to_some) as ben, at_home(listen=()) as ada:
        blocked = await ada.open(ben.peer, ben.addresses())
        other = await ada.open(ben.peer, ben.addresses())
        await blocked.send(b"do not listen")
        await other.send(b"listen")
        with trio.move_on_after(0.2) as scope:
            while True:
                await blocked.send(bytes(MAX_FRAME))
        assert scope.cancelled_caught
        with pytest.raises(Closed):
            await blocked.send(b"more")
        await blocked.close()
        await other.send(b"still here")
        assert await other.receive() == b"still here"


async def test_cancelling_sends_at_random_never_breaks_the_connection() -> None:
    """Two hundred sends cut off at any moment, and the next conversation works all the same."""
    async with at_home() as ben, at_home(listen=()) as ada:
        for number in range(200):
            stream = await ada.open(ben.peer, ben.addresses())
            with trio.move_on_after(0.00002 * number):
                await stream.send(bytes(100_000))
                await stream.receive()
            await stream.close()
        await says_hello(ada, ben)
        assert len(ben._swarm.live()) == 1


async def test_a_frame_of_ours_that_is_too_long_is_our_fault() -> None:
    """We do not send what the protocol forbids."""
    async with at_home() as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        with pytest.raises(OurFault):
            await stream.send(bytes(MAX_FRAME + 1))


async def test_what_is_on_the_wire_is_sealed() -> None:
    """A line that listens in sees neither the words nor the keys of the two who talk."""
    seen = bytearray()

    async with at_home() as ben, at_home(listen=()) as ada, trio.open_nursery() as nursery:

        async def pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
            async for data in source:
                seen.extend(data)
                await sink.send_all(data)

        async def listen_in(caller: trio.SocketStream) -> None:
            called = await raw_to(ben)
            async with called, trio.open_nursery() as line:
                line.start_soon(pump, caller, called)
                line.start_soon(pump, called, caller)

        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, listen_in, listeners)
        port = listeners[0].socket.getsockname()[1]
        stream = await ada.open(ben.peer, [f"/ip4/127.0.0.1/tcp/{port}"])
        await stream.send(b"CANARY" * 1000)
        assert await stream.receive() == b"CANARY" * 1000
        assert len(seen) > 12_000
        for secret in (b"CANARY", ada.peer, ben.peer):
            assert secret not in seen
        nursery.cancel_scope.cancel()


class Chopped:
    """A pipe that hands out what it was given in pieces of any size."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.written = 0
        self._data = data
        self._sizes = itertools.cycle(sizes)

    async def read(self, most: int) -> bytes:
        if not self._data:
            raise Closed
        size = min(most, next(self._sizes))
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    async def write(self, data: bytes) -> None:
        self._data += data
        self.written += len(data)

    async def finish(self) -> None:
        self._data = b""


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(1, 50), min_size=1))
async def test_frames_survive_any_chopping(frames: list[bytes], sizes: list[int]) -> None:
    """However the bytes come in, the frames that come out are those that went in."""
    stream = FrameStream(Chopped(b"", sizes), peer=bytes(32), remote="")
    for frame in frames:
        await stream.send(frame)
    assert [await stream.receive() for _ in frames] == frames
    with pytest.raises(Closed):
        await stream.receive()


@given(st.binary(max_size=200), st.lists(st.integers(1, 50), min_size=1))
async def test_any_bytes_are_frames_or_a_fault_or_an_end(data: bytes, sizes: list[int]) -> None:
    """Whatever a peer sends: frames, then Closed or a PeerFault, and never anything else."""
    stream = FrameStream(Chopped(data, sizes), peer=bytes(32), remote="")
    ended = False
    for _ in range(len(data) + 1):
        try:
            await stream.receive()
        except (Closed, PeerFault):
            ended = True
    assert ended


# ---------------------------------------------------------------------------------------- reaching


async def test_a_dead_first_address_costs_nothing() -> None:
    """One address refuses, one swallows everything, the last is good: Ada is through at once."""
    silent = socket.create_server(("127.0.0.1", 0))
    refusing = socket.create_server(("127.0.0.1", 0))
    dead_port = refusing.getsockname()[1]
    refusing.close()
    async with at_home() as ben, at_home(listen=()) as ada:
        addresses = [
            f"/ip4/127.0.0.1/tcp/{dead_port}",
            f"/ip4/127.0.0.1/tcp/{silent.getsockname()[1]}",
            "nonsense",
            f"/ip4/127.0.0.1/tcp/{port_of(ben)}/p2p/{ada.peer_id}",  # names somebody else
            *ben.addresses(),
        ]
        before = trio.current_time()
        stream = await ada.open(ben.peer, addresses)
        assert trio.current_time() - before < 0.5
        await stream.send(b"here")
        assert await stream.receive() == b"here"
    silent.close()


async def test_nobody_home_is_unreachable_and_says_no_address() -> None:
    """A refusing port, a silent one and no address at all: Unreachable, in time, without names."""
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    somebody = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        for addresses in ([], ["/ip4/127.0.0.1/tcp/1"], [f"/ip4/127.0.0.1/tcp/{port}"]):
            before = trio.current_time()
            with pytest.raises(Unreachable) as told:
                await ada.open(somebody, addresses, timeout=0.4)
            assert trio.current_time() - before < 1
            assert "127.0.0.1" not in str(told.value)
            assert told.value.__cause__ is None
        with pytest.raises(Unreachable):
            await ada.open(ada.peer, ["/ip4/127.0.0.1/tcp/1"])
    silent.close()


async def test_everybody_asking_at_once_makes_one_connection() -> None:
    """Five conversations begun in the same moment share one dial."""
    async with at_home() as ben, at_home(listen=()) as ada, trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(says_hello, ada, ben)
        await trio.sleep(0.3)
        assert len(ada._swarm.live()) == 1


async def test_two_who_dial_each_other_at_once_both_get_through() -> None:
    """Ada and Ben call each other in the same moment, ten times."""
    for _ in range(10):
        async with at_home() as ben, at_home() as ada, trio.open_nursery() as nursery:
            nursery.start_soon(says_hello, ada, ben)
            nursery.start_soon(says_hello, ben, ada)


async def test_a_restarted_host_is_reached_at_once_on_its_old_port() -> None:
    """Ben's program ends and starts again: same port, same key, no waiting."""
    seed = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        async with at_home(seed=seed) as ben:
            await says_hello(ada, ben)
            old = ben.listening()
        async with at_home(seed=seed, listen=tuple(old)) as ben:
            assert ben.listening() == old
            before = trio.current_time()
            await says_hello(ada, ben)
            assert trio.current_time() - before < 0.5


CHILD = """
import sys, trio
from p2p.host import Host
async def echo(stream):
    while True:
        await stream.send(await stream.receive())
async def main():
    host = Host(bytes.fromhex(sys.argv[1]), listen=[sys.argv[2]], on_stream=echo)
    async with host.run():
        print(*host.addresses(), flush=True)
        await trio.sleep_forever()
trio.run(main)
"""


@asynccontextmanager
async def another_program(seed: bytes, listen: str) -> AsyncIterator[tuple[int, str]]:
    """A host in a process of its own: its process id and address."""
    command = [sys.executable, "-c", CHILD, seed.hex(), listen]
    with subprocess.Popen(  # noqa: ASYNC220 - our own few lines
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        try:
            assert child.stdout is not None
            address = await trio.to_thread.run_sync(child.stdout.readline)
            yield child.pid, address.strip()
        finally:
            child.kill()


async def test_a_killed_program_is_noticed_and_its_port_is_free_at_once() -> None:
    """kill -9: the blocked read ends at once, and the next run binds the same port."""
    seed = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        async with another_program(seed, HERE) as (pid, address):
            peer = address_peer(address)
            assert peer is not None
            stream = await ada.open(peer, [address])
            await stream.send(b"x")
            assert await stream.receive() == b"x"
            os.kill(pid, signal.SIGKILL)
            with trio.fail_after(1), pytest.raises(Closed):
                await stream.receive()
        async with at_home(seed=seed, listen=(address.split("/p2p/")[0],)) as ben:
            await says_hello(ada, ben)


async def test_a_sleeping_peer_does_not_hold_up_the_next_dial() -> None:
    """Ben's laptop is asleep behind a connection that looks alive; his new address is tried."""
    seed = secrets.token_bytes(32)
    async with another_program(seed, HERE) as (pid, address), at_home(listen=()) as ada:
        peer = address_peer(address)
        assert peer is not None
        await (await ada.open(peer, [address])).send(b"x")
        os.kill(pid, signal.SIGSTOP)
        async with at_home(seed=seed) as awake:
            before = trio.current_time()
            stream = await ada.open(peer, awake.addresses(), timeout=2)
            assert trio.current_time() - before < 1.5
            await stream.send(b"y")
            assert await stream.receive() == b"y"


# --------------------------------------------------------------------------------------- listening


async def test_a_taken_port_is_told_before_anything_runs() -> None:
    """Another host, or any program, has the port, even one that would share it."""
    async with at_home() as ben:
        with pytest.raises(PortTaken):
            async with at_home(listen=(HERE, ben.listening()[0])):
                pytest.fail("two hosts on one port")
    sharing = socket.socket()
    sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sharing.bind(("127.0.0.1", 0))
    sharing.listen()
    with pytest.raises(PortTaken):
        async with at_home(listen=(f"/ip4/127.0.0.1/tcp/{sharing.getsockname()[1]}",)):
            pytest.fail("two programs on one port")
    sharing.close()


async def test_what_is_listened_on_is_said_with_real_ports() -> None:
    """Loopback asked for is loopback said; IPv4 and IPv6 of one port do not disturb each other."""
    async with at_home() as ben:
        port = port_of(ben)
        assert ben.listening() == [f"/ip4/127.0.0.1/tcp/{port}"]
        assert ben.addresses() == [f"/ip4/127.0.0.1/tcp/{port}/p2p/{ben.peer_id}"]
    async with at_home(listen=("/ip4/0.0.0.0/tcp/0",)) as ben:
        port = port_of(ben)
        assert port != 0
        assert not any("0.0.0.0" in address for address in ben.listening())  # noqa: S104
    both = (f"/ip4/0.0.0.0/tcp/{port}", f"/ip6/::/tcp/{port}")
    async with at_home(listen=both) as ben, at_home(listen=()) as ada:
        await says_hello(ada, ben)
        loopback = [f"/ip4/127.0.0.1/tcp/{port}"]
        await (await ada.open(ben.peer, loopback)).close()
    with pytest.raises(OurFault):
        async with at_home(listen=("/ip4/nowhere/tcp/0",)):
            pytest.fail("listening nowhere")


async def test_ipv6_works_and_names_the_remote_address() -> None:
    """Over ::1 too both sides know where the other is."""
    seen: list[str] = []

    async def note(stream: FrameStream) -> None:
        seen.append(stream.remote)
        await echo(stream)

    async with at_home(note, listen=("/ip6/::1/tcp/0",)) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"x")
        await stream.receive()
        assert stream.remote == ben.listening()[0]
        assert seen[0].startswith("/ip6/::1/tcp/")


def test_a_wildcard_means_the_addresses_of_the_machine() -> None:
    """Loopback only stands in where the machine has nothing else of that kind."""
    bound = [("0.0.0.0", 4001), ("::", 4002)]  # noqa: S104 - what the socket says
    machine = ["192.0.2.7", "2001:db8::7"]
    assert reachable(bound, machine) == ["/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::7/tcp/4002"]
    assert reachable(bound, ["192.0.2.7"]) == ["/ip4/192.0.2.7/tcp/4001", "/ip6/::1/tcp/4002"]


# -------------------------------------------------------------------------------------- who gets in


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


@pytest.mark.parametrize("kind", ["plaintext", "tls", "secio", "mplex"])
async def test_whoever_offers_anything_but_noise_and_yamux_is_refused(kind: str) -> None:
    """Neither calling nor called: no connection comes about and no handler runs."""

    book = Guestbook()
    async with at_home(book) as ben, offering(kind).at_home() as visitor:
        with pytest.raises(SwarmException), trio.fail_after(5):
            await visitor.dials(ben)
        with pytest.raises(Unreachable):
            await ben.open(visitor.key, visitor.listening(), timeout=2)
        assert ben.connected() == set()
    assert book.guests == []


async def test_a_stock_host_with_noise_and_yamux_gets_in_and_learns_little() -> None:
    """The control for the refusals; it is told one neutral protocol and has no identify or ping."""

    async with at_home() as ben, Stranger().at_home() as visitor:
        conn = await visitor.dials(ben)
        stream = await conn.new_stream()
        names = await MultiselectClient().query_multistream_command(
            MultiselectCommunicator(stream), "ls"
        )
        assert names == ["/flow/1.0.0"]
        stream = await visitor.opens(ben)
        await stream.write(b"\0\0\0\2hi")
        assert await stream.read(6) == b"\0\0\0\2hi"


async def test_an_unknown_protocol_is_turned_away_and_nothing_happens() -> None:
    """Ping, identify or a made-up name: no handler of ours runs, the host goes on."""

    book = Guestbook()
    async with at_home(book) as ben, at_home(listen=()) as ada:
        async with Stranger().at_home() as visitor:
            await visitor.dials(ben)
            for name in ("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", "/made/up"):
                with pytest.raises(StreamFailure):
                    await visitor.opens(ben, name)
        assert book.guests == []
        await (await ada.open(ben.peer, ben.addresses())).close()


async def test_a_forged_identity_is_refused_calling_and_called() -> None:
    """Mallory shows Ada's key, signed with her own; and answers at an address said to be Ada's."""

    book = Guestbook()
    async with at_home(book) as ben, at_home(listen=()) as ada:
        adas_key = Ed25519PublicKey.from_bytes(ada.peer)

        class Forged(PatternXX):
            def make_handshake_payload(
                self, extensions: NoiseExtensions | None = None
            ) -> NoiseHandshakePayload:
                honest = super().make_handshake_payload(extensions)
                return NoiseHandshakePayload(adas_key, honest.id_sig)

        class Forger(Noise):
            def get_pattern(self) -> PatternXX:
                return Forged(self.local_peer, self.libp2p_privkey, self.noise_privkey)

        def forging(keys: KeyPair) -> TSecurityOptions:
            return {NOISE: Forger(keys, noise_privkey=create_noise_key_pair().private_key)}

        async with Stranger(security=forging).at_home() as mallory:
            with pytest.raises(SwarmException), trio.fail_after(5):
                await mallory.dials(ben)
            with pytest.raises(Unreachable):
                await ben.open(ada.peer, mallory.listening(), timeout=2)
        async with Stranger().at_home() as mallory:
            with pytest.raises(Unreachable):
                await ben.open(ada.peer, mallory.listening(), timeout=2)
        assert ben.connected() == set()
    assert book.guests == []


async def test_a_peer_with_a_key_of_another_kind_is_nobody() -> None:
    """Our keys are Ed25519; an RSA peer that Noise proves correctly is refused all the same."""

    book = Guestbook()
    async with at_home(book) as ben:
        async with Stranger(keys=create_rsa_key_pair()).at_home() as visitor:
            conn = await visitor.dials(ben)
            await wait_for(lambda: conn.is_closed)
        assert ben.connected() == set()
    assert book.guests == []


# -------------------------------------------------------------------------------- what it survives


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("a bug"),
        ExceptionGroup("two", [ValueError("one"), KeyError("other")]),
        BaseExceptionGroup("nested", [ExceptionGroup("inner", [OSError("x")])]),
        PeerFault("they broke a rule"),
        trio.TooSlowError(),
    ],
)
async def test_a_failing_handler_ends_its_stream_and_nothing_else(failure: Exception) -> None:
    """A bug in what handles a stream, alone or in a group, closes that stream only."""

    async def fails_once(stream: FrameStream) -> None:
        if await stream.receive() == b"fail":
            raise failure
        await stream.send(b"fine")

    async with at_home(fails_once) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"fail")
        with pytest.raises(Closed), trio.fail_after(2):
            await stream.receive()
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"go on")
        assert await stream.receive() == b"fine"


def test_a_failure_is_kept_in_and_an_interruption_is_not() -> None:
    """Errors in a group are taken out of it; what is meant for the whole program goes on."""
    mixed = BaseExceptionGroup("both", [ValueError("a bug"), KeyboardInterrupt()])
    with pytest.raises(BaseExceptionGroup) as told, contained("a test"):
        raise mixed
    assert [type(one) for one in told.value.exceptions] == [KeyboardInterrupt]


async def test_a_line_that_takes_nothing_any_more_is_given_up() -> None:
    """The network swallows no more bytes: the send ends with Closed, and the host is done soon."""

    async def swallow(_data: bytes) -> None:
        await trio.sleep_forever()

    async with at_home() as ben, at_home(listen=(), limits=Limits(stuck=0.3)) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        session = ada._swarm.live()[0].muxed_conn
        assert isinstance(session, Yamux)
        vars(session.secured_conn)["write"] = swallow
        with trio.fail_after(2), pytest.raises(Closed):
            await stream.send(b"into nothing")
        await wait_for(lambda: ada.connected() == set())
        await says_hello(ada, ben)


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


async def test_garbage_of_every_layer_is_survived_without_work_afterwards() -> None:
    """Random bytes before, in and after the handshake, and frames of absurd length: then silence.

    An honest peer works all the time, and the process is idle again afterwards.
    """
    faults: list[PeerFault] = []

    async def strict(stream: FrameStream) -> None:
        try:
            await echo(stream)
        except PeerFault as fault:
            faults.append(fault)
            raise

    async with at_home(strict) as ben, at_home(listen=()) as ada:
        left_open: list[trio.SocketStream] = []
        for data in GARBAGE.values():
            for hang_up in (True, False):
                raw = await raw_to(ben)
                left_open.append(raw)
                with trio.move_on_after(0.05):
                    try:
                        await raw.send_all(data)
                        while await raw.receive_some(4096):
                            pass
                    except trio.BrokenResourceError:
                        pass
                if hang_up:
                    await raw.aclose()
        await says_hello(ada, ben)

        async with Stranger().at_home() as visitor:
            conn = await visitor.dials(ben)
            stream = await visitor.opens(ben)
            await stream.write(b"\xff\xff\xff\xff" + os.urandom(1000))
            await wait_for(lambda: len(faults) == 1)
            # Not UTF-8 while a protocol is agreed on: enough to end a stock host.
            for data in (b"\x05\xff\xfe\xfd\xfc\n", b"\xff" * 32, os.urandom(2000)):
                await (await conn.new_stream()).write(data)
            # Yamux frames that make no sense, inside an authenticated connection.
            assert isinstance(conn.muxed_conn, Yamux)
            await conn.muxed_conn.secured_conn.write(b"\0\x07" + os.urandom(10))
            await conn.muxed_conn.secured_conn.write(os.urandom(600))
            await says_hello(ada, ben)
        await says_hello(ada, ben)

        await trio.sleep(0.5)
        before = time.process_time()
        await trio.sleep(3)
        assert time.process_time() - before <= 0.03
        await says_hello(ada, ben)
        for raw in left_open:
            await raw.aclose()


async def test_silent_callers_do_not_keep_an_honest_one_out() -> None:
    """Three hundred sockets that say nothing; Ada, who comes last, is through in no time."""
    async with at_home() as ben, at_home(listen=()) as ada:
        silent = [await raw_to(ben) for _ in range(300)]
        before = trio.current_time()
        await says_hello(ada, ben)
        assert trio.current_time() - before < 1
        for raw in silent:
            await raw.aclose()


async def test_a_caller_who_takes_too_long_is_hung_up_on() -> None:
    """The time to prove a key is bounded, also for those who drip a byte now and then."""
    async with at_home(limits=Limits(handshake=0.3)) as ben:
        raw = await raw_to(ben)
        with trio.fail_after(2):
            await raw.send_all(b"\x13/multi")
            await trio.sleep(0.1)
            await raw.send_all(b"s")
            while await raw.receive_some():
                pass
        await raw.aclose()


async def test_places_are_given_back() -> None:
    """Twelve visits through a door for three; stock libp2p counts a place for ever."""
    async with at_home(limits=Limits(inbound=3, outbound=1)) as ben:
        for _ in range(12):
            async with at_home(listen=()) as guest:
                await says_hello(guest, ben)
            await wait_for(lambda: ben.connected() == set())


async def test_a_full_house_turns_callers_away_but_still_calls_out() -> None:
    """Inbound places do not use up outbound ones."""
    async with (
        at_home(limits=Limits(inbound=2, outbound=2)) as ben,
        at_home(listen=()) as ada,
        at_home(listen=()) as cleo,
        at_home() as dora,
    ):
        held = [await guest.open(ben.peer, ben.addresses()) for guest in (ada, cleo)]
        with pytest.raises(Unreachable):
            await dora.open(ben.peer, ben.addresses(), timeout=1)
        await says_hello(ben, dora)
        for stream in held:
            await stream.send(b"still here")
            assert await stream.receive() == b"still here"


async def test_a_peer_has_so_many_streams_and_no_more() -> None:
    """The fourth of three is reset, and a place that was given back can be used again."""
    async with at_home(limits=Limits(streams_per_peer=3)) as ben, at_home(listen=()) as ada:
        streams = [await ada.open(ben.peer, ben.addresses()) for _ in range(3)]
        with pytest.raises(Unreachable):
            await ada.open(ben.peer, ben.addresses(), timeout=1)
        await streams.pop().close()
        await wait_for(lambda: sum(ben._swarm._quota._open.values()) == 2)
        await says_hello(ada, ben)
        for stream in streams:
            await stream.send(b"still here")
            assert await stream.receive() == b"still here"


async def test_a_connection_without_streams_is_let_go() -> None:
    """Nobody keeps a place by being connected and saying nothing; whoever talks stays."""
    limits = Limits(idle=0.2)
    async with at_home(limits=limits) as ben, at_home(listen=()) as ada, at_home(listen=()) as cleo:
        await says_hello(ada, ben)
        talking = await cleo.open(ben.peer, ben.addresses())
        await wait_for(lambda: ben.connected() == {cleo.peer})
        await trio.sleep(0.5)
        await talking.send(b"still here")
        assert await talking.receive() == b"still here"


async def test_a_peer_that_ignores_the_window_is_cut() -> None:
    """Sending without being read fills their memory, not ours."""
    async with at_home(never_reads, limits=Limits(streams_per_peer=2)) as ben:
        async with Stranger().at_home() as visitor:
            conn = await visitor.dials(ben)
            stream = await visitor.opens(ben)
            muxed = stream.muxed_stream
            assert isinstance(muxed, YamuxStream)
            for _ in range(200):
                muxed.send_window = 1 << 30
                try:
                    await muxed.write(bytes(60_000))
                except Exception:  # noqa: BLE001 - whatever libp2p says when it is cut
                    break
            await wait_for(lambda: conn.is_closed)
        assert ben.connected() == set()


async def never_reads(_stream: FrameStream) -> None:
    await trio.sleep_forever()


async def test_closing_twice_or_while_cancelled_never_raises() -> None:
    """`close` does its work in a cancelled task too, and wakes whoever still reads."""
    book = Guestbook()
    async with at_home(book) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        told = trio.Event()

        async def read() -> None:
            with pytest.raises(Closed):
                await stream.receive()
            told.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            with trio.CancelScope() as scope:
                scope.cancel()
                await stream.close()
            await stream.close()
            with trio.fail_after(1):
                await told.wait()
        for use in (stream.receive, lambda: stream.send(b"x")):
            with pytest.raises(Closed):
                await use()


async def test_cutting_a_peer_off_tells_both_sides() -> None:
    """Ben disconnects Ada: her stream says Closed, his handler ends, and she may come again."""
    async with at_home() as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"x")
        await stream.receive()
        await ben.disconnect(ada.peer)
        with pytest.raises(Closed), trio.fail_after(1):
            await stream.receive()
        with pytest.raises(Closed):
            await stream.send(b"x")
        await wait_for(lambda: not ada.connected() and not ben.connected())
        await says_hello(ada, ben)


async def test_the_end_of_a_host_is_quick_and_told_to_everybody() -> None:
    """Leaving the block with ten visitors takes no time, and all of them hear of it."""
    streams: list[FrameStream] = []
    async with at_home() as ben:
        ending = trio.current_time()
        async with trio.open_nursery() as nursery:
            guests = [Host(secrets.token_bytes(32), listen=[], on_stream=echo) for _ in range(10)]
            leave = trio.Event()

            async def visit(guest: Host) -> None:
                async with guest.run():
                    streams.append(await guest.open(ben.peer, ben.addresses()))
                    await leave.wait()

            for guest in guests:
                nursery.start_soon(visit, guest)
            await wait_for(lambda: len(streams) == 10)
            ending = trio.current_time()
            leave.set()
        assert trio.current_time() - ending < 1
    for stream in streams:
        with pytest.raises(Closed):
            await stream.receive()


async def test_a_crash_inside_is_told_by_run_and_ends_nothing_else() -> None:
    """The listening socket dies under the host: HostCrashed, and a new host can run at once."""
    ben = Host(secrets.token_bytes(32), listen=[HERE], on_stream=echo)

    async def live() -> None:
        async with ben.run():
            ben._listeners[0].socket.close()  # as a crash would
            await trio.sleep_forever()

    with trio.fail_after(5), pytest.raises(HostCrashed):
        await live()
    async with at_home() as again, at_home(listen=()) as ada:
        await says_hello(ada, again)


async def test_what_the_block_raises_comes_out_as_it_was_raised() -> None:
    """No group of the host's own making is wrapped around it."""
    with pytest.raises(KeyError, match="mine"):
        async with at_home():
            raise KeyError("mine")
    with trio.move_on_after(0.1) as scope:
        async with at_home():
            await trio.sleep_forever()
    assert scope.cancelled_caught


async def test_nothing_is_printed_and_no_address_is_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Even with everything logged, libp2p is silent and our lines hold no names."""
    caplog.set_level(logging.DEBUG)
    root = list(logging.getLogger().handlers)
    async with at_home() as ben, at_home(listen=()) as ada:
        await says_hello(ada, ben)
        raw = await raw_to(ben)
        await raw.send_all(os.urandom(500))
        await raw.aclose()
        await ada.disconnect(ben.peer)
        await trio.sleep(0.3)
        said = caplog.text + "".join(capfd.readouterr())
        assert "127.0.0.1" not in said
        assert ada.peer_id not in said
        assert ben.peer_id not in said
    assert logging.getLogger().handlers == root


def test_importing_the_door_does_not_import_libp2p() -> None:
    """The lock screen is up before libp2p is."""
    code = "import sys, p2p.host; sys.exit('libp2p' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# --------------------------------------------------------------------------------------- addresses


@given(st.text(), st.binary(min_size=32, max_size=32))
def test_no_text_is_too_strange_for_an_address(text: str, key: bytes) -> None:
    """Strangers write addresses; looking at one never raises."""
    for address in (
        text,
        f"/ip4/{text}/tcp/1",
        f"/ip4/1.2.3.4/tcp/{text}",
        f"/dns/x/tcp/1/p2p/{text}",
    ):
        well_formed(address)
        address_peer(address)
    assert address_peer(f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_text(key)}") == key


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("/ip4/192.0.2.7/tcp/4001", True),
        ("/ip6/2001:db8::7/tcp/4001", True),
        ("/dns4/home.example/tcp/4001", True),
        ("/ip4/192.0.2.7/tcp/0", False),
        ("/ip4/192.0.2.7/tcp/65536", False),
        ("/ip4/192.0.2.7/udp/4001/quic-v1", False),
        ("/ip4/192.0.2.7/tcp/4001/ws", False),
        ("/ip4/0.0.0.0/tcp/4001", False),
        ("/ip4/224.0.0.1/tcp/4001", False),
        ("/ip4/192.0.2.07/tcp/4001", False),
        ("/ip6/fe80::1%eth0/tcp/4001", False),
        ("/dns/abc.onion/tcp/4001", False),
        ("/dns/-x-/tcp/4001", False),
        ("/ip4/192.0.2.7/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", False),
        ("/ip4/192.0.2.7/tcp/4001/p2p/", False),
        ("ip4/192.0.2.7/tcp/4001", False),
        ("/" * 10_000, False),
        ("", False),
    ],
)
def test_which_addresses_could_be_dialled(address: str, *, good: bool) -> None:
    """TCP over IPv4, IPv6 or a name, with a real port and perhaps an Ed25519 peer."""
    assert well_formed(address) is good


def test_a_peer_id_has_one_spelling() -> None:
    """libp2p and we write the same text for the same key."""

    for first in itertools.chain(range(0, 256, 17)):
        key = bytes([first]) + secrets.token_bytes(31)
        assert peer_text(key) == str(ID.from_pubkey(Ed25519PublicKey.from_bytes(key)))
        assert address_peer(f"/ip4/192.0.2.7/tcp/1/p2p/1{peer_text(key)}") is None


async def wait_for(true: Callable[[], bool]) -> None:
    """Wait, a few seconds at most, until something is so."""
    with trio.fail_after(5):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await trio.sleep(0.01)
