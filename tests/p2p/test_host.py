"""What comes through the door to libp2p: frames, both ways, whole and sealed."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import itertools
import secrets
from contextlib import suppress

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
    address_peer,
    load,
)

load()

from libp2p.crypto.ed25519 import create_new_key_pair

from p2p.host.muxing import GuardedYamux
from tests.p2p.hosting import (
    Guestbook,
    at_home,
    echo,
    raw_to,
    says_hello,
    wait_for,
)

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
            # On a busy machine Ben still has more streams of Ada's than he bears, and resets one.
            with trio.move_on_after(0.00002 * number), suppress(Closed):
                await stream.send(bytes(100_000))
                await stream.receive()
            await stream.close()
        await says_hello(ada, ben)
        assert len(ben._swarm.live()) == 1


async def test_a_frame_costs_one_read_and_nothing_of_libp2ps_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small frames, large ones, room for more go past it; what was read ahead ends at a close."""
    seen: list[int] = []
    real = GuardedYamux._read_data_body

    async def by_libp2p(self: GuardedYamux, length: int) -> bytes:
        seen.append(length)
        return await real(self, length)

    async with at_home() as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"first")
        assert await stream.receive() == b"first"
        monkeypatch.setattr(GuardedYamux, "_read_data_body", by_libp2p)
        for size in (0, 1, 8, 12, 1000, 65_000, 300_000):
            await stream.send(bytes(size))
            assert await stream.receive() == bytes(size)
    assert seen == []

    pipe = Chopped(b"\0\0\0\1x" * 100, [1000])
    frames = FrameStream(pipe, peer=bytes(32), remote="")
    assert [await frames.receive() for _ in range(50)] == [b"x"] * 50
    assert pipe.reads == 1
    await frames.close()
    with pytest.raises(Closed):
        await frames.receive()


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
        self.written = self.reads = 0
        self._data = data
        self._sizes = itertools.cycle(sizes)

    async def read(self, most: int) -> bytes:
        if not self._data:
            raise Closed
        self.reads += 1
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
