"""Nonsense on libp2p's own protocols: a stream is reset, and nothing else comes of it."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import random
from contextlib import suppress

import pytest
import trio

from p2p.errors import PeerFault
from p2p.host import Closed, Host, Path, load

load()

from libp2p.custom_types import TProtocol

from p2p.host import messages
from p2p.host.identify import IDENTIFY, PING
from p2p.host.pipe import YamuxPipe
from p2p.host.punching import DCUTR
from p2p.host.relay import HOP, STOP
from tests.p2p.hosting import at_home, says_hello, wait_for
from tests.p2p.relaying import FOR_ALL, callable_only, calls, echoes, in_the_middle

KEY = bytes(range(32))


def nonsense(seed: int) -> list[bytes]:
    """Honest messages bent, messages of another protocol, and noise."""
    chance = random.Random(seed)
    honest = [
        messages.write_hop(messages.Reserve()),
        messages.write_hop(messages.Connect(KEY)),
        messages.write_hop(messages.Answer(messages.Code.OK, 1)),
        messages.write_stop(messages.Connect(KEY)),
        messages.write_stop(messages.Answer(messages.Code.OK)),
        messages.write_punch(messages.Sync()),
        messages.write_punch(messages.Holes(())),
    ]
    found = [b"", b"\xff" * 40, messages.framed(b""), messages.framed(bytes(4000))[:9]]
    for message in honest:
        bent = bytearray(messages.framed(message) * chance.randint(1, 3))
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        found += [bytes(bent), messages.framed(message), chance.randbytes(chance.randint(1, 200))]
    return found


async def _says(host: Host, other: Host, protocol: TProtocol, data: bytes) -> None:
    """Open a stream, say this, listen until it ends or for a moment, and go."""
    pipe = await host._swarm.open_pipe(host._swarm.live(other.peer)[0], protocol)
    if pipe is None:  # more at once than one may ask for: reset before it began
        return
    with suppress(Closed), trio.move_on_after(0.05):
        await pipe.write(data)
        while True:
            await pipe.read(4096)
    await pipe.finish()


@pytest.mark.parametrize("protocol", [HOP, STOP, DCUTR, IDENTIFY, PING])
async def test_nonsense_is_answered_with_a_reset_and_disturbs_nobody(protocol: TProtocol) -> None:
    """Mallory says all of it, to the relay and to Ben, directly and through a circuit."""
    async with (
        in_the_middle() as rosa,
        callable_only(rosa, may_punch=lambda _peer: True) as ben,
        at_home(listen=(), may_punch=lambda _peer: True, relay=FOR_ALL) as mallory,
        at_home(listen=()) as ada,
    ):
        stream = await calls(ada, ben)
        await says_hello(mallory, rosa)
        await (await calls(mallory, ben)).close()
        for seed in range(3):
            for data in nonsense(seed):
                await _says(mallory, rosa, protocol, data)
                await _says(mallory, ben, protocol, data)
        await echoes(stream, b"as if nothing had been")
        await echoes(await calls(mallory, ben))
        assert ben.path(mallory.peer) is Path.RELAYED
        await mallory.disconnect(rosa.peer)
        await wait_for(lambda: rosa.carried().circuits == 1)
        assert rosa._ways.relay is not None
        assert rosa._ways.relay._pending == 0
        assert len(rosa._ways.relay._asking._open) == 0


@pytest.mark.parametrize("seed", range(4))
async def test_a_relay_that_talks_nonsense_is_no_relay(seed: int) -> None:
    """What answers a call or a request for a place is bent: refused, and the host goes on."""
    answers = iter(nonsense(seed) * 2)

    async def answering(pipe: YamuxPipe, _conn: object) -> None:
        with suppress(Closed):
            await pipe.write(next(answers))

    async with at_home() as mallory, at_home(listen=()) as ada, in_the_middle() as rosa:
        mallory._swarm.offer(HOP, answering)
        await says_hello(ada, mallory)
        conn = ada._swarm.live(mallory.peer)[0]
        for _ in range(20):
            with suppress(Closed, PeerFault), trio.move_on_after(0.2):
                await ada._ways._circuits.reserve(conn)
            pipe = await ada._swarm.open_pipe(conn, HOP)
            assert pipe is not None
            with suppress(Exception), trio.move_on_after(0.2):  # libp2p has many names for "no"
                await ada._ways._circuits.dial(conn, pipe, KEY)
        assert ada.path(KEY) is None
        await says_hello(ada, rosa)
        await says_hello(ada, mallory)
