"""Whoever dials a home and is no member: always the same nothing, and the home stays well."""

import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio

from p2p import wire
from p2p.crypto import system_entropy
from p2p.host import Closed, FrameStream, Host, Unreachable, address_peer, load
from tests.journeys.people import Person, port_in, the_same, village

HANG_UP = 12  # seconds after which also a silent stranger is hung up on
SETTLE = 10.0
WATCH = 5.0
CALM = 0.01  # a hundredth of one core


@asynccontextmanager
async def stranger() -> AsyncIterator[Host]:
    """Somebody with a true libp2p identity that nobody knows."""

    async def nobody(stream: FrameStream) -> None:
        await stream.close()

    load()
    host = Host(system_entropy(32), listen=(), on_stream=nobody)
    async with host.run():
        yield host


async def answer_to(host: Host, address: str, *frames: bytes) -> tuple[int, bool]:
    """Open a stream and say this: (bytes that came back, whether it was closed in time)."""
    stream = await host.open(address_peer(address) or b"", [address])
    closed = False
    with trio.move_on_after(HANG_UP):
        try:
            for frame in frames:
                await stream.send(frame)
            while True:
                await stream.receive()
        except Closed:
            closed = True
    told = stream.bytes_received
    await stream.close()
    return told, closed


def all_that_could_be_said(circle: str) -> dict[str, list[bytes]]:
    """Every frame of the protocol, and what is none."""
    chance = random.Random(8)
    id32, envelope = chance.randbytes(32), chance.randbytes(400)
    known = bytes.fromhex(circle)
    card = wire.Card(
        device=id32, counter=1, addresses=["/ip4/127.0.0.1/tcp/1"], signature=bytes(64)
    )
    grant = wire.Grant(epoch=id32, granter=id32, box=chance.randbytes(1200))
    frames: list[wire.AnyFrame] = [
        wire.Hello(version=1, hour=490_000, nonce=bytes(16), held=(0, 0)),
        wire.Hello(version=2, hour=0, nonce=bytes(16), held=(9, 9)),
        wire.Chain(envelopes=[]),
        wire.Chain(envelopes=[envelope] * 64),
        wire.Reconcile(log=0, message=b"\x61\x00\x00\x00"),
        wire.Envelopes(log=0, envelopes=[envelope]),
        wire.Want(log=1, ids=[id32]),
        wire.Gone(log=1, ids=[id32]),
        wire.Epochs(ids=[id32]),
        wire.Grants(grants=[grant]),
        wire.Ack(epochs=[id32]),
        wire.Need(epochs=[id32, bytes(32)]),
        wire.Settled(log=0, digest=id32),
        wire.Scope(ids=[id32], held=0),
        wire.Again(),
        wire.Beat(),
        wire.Cards(cards=[card]),
        wire.Knock(rendezvous=id32),
        wire.Knock(rendezvous=known),  # also to who knows the circle's id
        wire.Request(box=chance.randbytes(3000)),
        wire.Capsule(sealed=chance.randbytes(300)),
        wire.Wait(),
        wire.Sorry(reason=1),
        wire.Admitted(admit=id32, grants=[]),
    ]
    said = {f"{type(f).__name__} {number}": [wire.encode(f)] for number, f in enumerate(frames)}
    hello, chain = wire.encode(frames[0]), wire.encode(frames[3])
    return said | {
        "chain and hello": [chain, hello],
        "knock and request": [wire.encode(frames[17]), wire.encode(frames[19])],
        "empty": [b""],
        "zeros": [bytes(1000)],
        "noise": [chance.randbytes(50_000)],
        "deep": [b"\x91" * 100_000],
        "a huge array announced": [b"\xdd\xff\xff\xff\xff"],
        "text": [b"GET / HTTP/1.1\r\n\r\n"],
        "a long frame": [bytes(500 * 1024)],
        "json": [b'{"jsonrpc":"2.0","id":1,"method":"circle.list"}'],
    }


async def test_a_stranger_gets_the_same_nothing_whatever_they_say(tmp_path: Path) -> None:
    """Hello, knock, request, chain, garbage: the stream is closed without one byte, every time."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        address = (await ada.addresses())[0]
        answers: dict[str, tuple[int, bool]] = {}

        async def say(name: str, frames: list[bytes]) -> None:
            async with stranger() as host:
                answers[name] = await answer_to(host, address, *frames)

        said = all_that_could_be_said(circle)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, "nothing at all", [])
            for name, frames in said.items():
                await say(name, frames)
        assert set(answers) == {"nothing at all", *said}
        assert {name for name, answer in answers.items() if answer != (0, True)} == set()
        # The home knows its own, and lets an honest guest in.
        assert await ben.comes_in(link) == circle
        await ben.writes(circle, "Quite a crowd outside.")
        await the_same(circle, ada, ben, posts=1)
        assert ada.home.stderr == b""


async def test_who_guesses_about_an_invite_is_told_nothing_more(tmp_path: Path) -> None:
    """The bearer of a code gets its capsule; a request that is none then ends it in silence."""
    from app import invite  # noqa: PLC0415

    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        code, addresses = invite.read(link)
        async with stranger() as host:
            for box in (b"", b"\0" * 32, code.key, code.key + system_entropy(2000)):
                stream = await host.open(address_peer(addresses[0]) or b"", addresses)
                await stream.send(wire.encode(wire.Knock(rendezvous=code.rendezvous)))
                answer = wire.decode(await stream.receive())
                assert isinstance(answer, wire.Capsule)
                # Sealed with a key from the code: on the wire it says nothing, not even the circle.
                assert bytes.fromhex(circle) not in answer.sealed
                assert invite.open_capsule(code, answer.sealed).name == "By the water"
                await stream.send(wire.encode(wire.Request(box=box)))
                with trio.fail_after(HANG_UP):
                    try:
                        said = wire.decode(await stream.receive())
                    except Closed:
                        continue
                assert isinstance(said, wire.Wait), said
                await stream.close()
        await ada.knows(circle, "Ada")
        assert await ben.comes_in(link) == circle


async def raw_garbage(port: int, chance: random.Random) -> None:
    """What port scanners send: other protocols, half handshakes, noise, silence."""
    multistream = b"\x13/multistream/1.0.0\n"
    for opening in (
        b"", b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff" * 4096, multistream, multistream + b"\x07/noise\n",
        multistream + b"\x07/noise\n" + b"\x00\x20" + chance.randbytes(32),
        multistream + b"\x0b/tls/1.0.0\n", multistream + b"\x11/plaintext/2.0.0\n",
        multistream + b"\x0d/secio/1.0.0\n", chance.randbytes(20_000),
    ):  # fmt: skip
        try:
            stream = await trio.open_tcp_stream("127.0.0.1", port)
            async with stream:
                await stream.send_all(opening)
                with trio.move_on_after(0.2):  # hear what comes, not for ever
                    while await stream.receive_some():
                        pass
        except OSError:
            pass


def seconds_of_work(person: Person) -> float:
    """How much processor time a home has used so far."""
    fields = Path(f"/proc/{person.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much a process has worked")
async def test_garbage_leaves_no_work_behind(tmp_path: Path) -> None:
    """Ten seconds after a storm of nonsense the home idles below 1 % and serves an honest guest."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, uses=2)
        await ben.comes_in(link)
        await the_same(circle, ada, ben)
        address = (await ada.addresses())[0]
        chance = random.Random(9)

        async def storm() -> None:
            async with stranger() as host:
                for frames in list(all_that_could_be_said(circle).values())[::3]:
                    with suppress(Unreachable):
                        await answer_to(host, address, *frames)

        async with trio.open_nursery() as nursery:
            for _ in range(2):
                nursery.start_soon(storm)
            for _ in range(4):
                nursery.start_soon(raw_garbage, port_in(address), chance)
        await trio.sleep(SETTLE)  # the promise is about the time after this
        before, since = seconds_of_work(ada), time.monotonic()
        await trio.sleep(WATCH)
        used = (seconds_of_work(ada) - before) / (time.monotonic() - since)
        assert used <= CALM, f"{used:.1%} of a core"
        await ada.reaches(ben)
        cleo = await new("Cleo")
        assert await cleo.comes_in(link) == circle
        await cleo.writes(circle, "Calm weather.")
        await the_same(circle, ada, ben, cleo, posts=1)
        assert ada.home.stderr == b""
