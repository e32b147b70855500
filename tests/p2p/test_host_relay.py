"""Talking through somebody in the middle: Rosa relays, Ada and Ben listen on nothing."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
import trio

from p2p.host import (
    MAX_FRAME,
    Closed,
    FrameStream,
    Host,
    Limits,
    Path,
    Reservation,
    Unreachable,
    address_peer,
    load,
)

load()

from p2p.host import messages, muxing
from p2p.host import relay as relaying
from p2p.host.addresses import peer_text
from p2p.host.pipe import YamuxPipe
from p2p.host.relay import HOP, STOP
from tests.p2p.hosting import HERE, ROOT, at_home, says_hello, wait_for
from tests.p2p.relaying import (
    FOR_ALL,
    States,
    callable_only,
    calls,
    echoes,
    has_a_place,
    in_the_middle,
    only_for,
)

# ---------------------------------------------------------------------------------- a conversation


async def test_two_who_listen_on_nothing_talk_through_a_third() -> None:
    """Frames of any size go both ways, the keys are proven end to end, and the way says so."""
    async with in_the_middle() as rosa, callable_only(rosa) as ben, at_home(listen=()) as ada:
        assert ben.circuits() == [f"{rosa.addresses()[0]}/p2p-circuit/p2p/{ben.peer_id}"]
        stream = await calls(ada, ben)
        assert (stream.peer, stream.path, ada.path(ben.peer)) == (
            ben.peer, Path.RELAYED, Path.RELAYED,
        )  # fmt: skip
        assert stream.remote == f"{rosa.addresses()[0]}/p2p-circuit"
        for size in (0, 1, 65_535, MAX_FRAME):
            await echoes(stream, secrets.token_bytes(size))
        assert (ada.path(rosa.peer), ben.path(ada.peer)) == (Path.DIRECT, Path.RELAYED)
        done = rosa.carried()
        assert (done.reservations, done.circuits, done.circuits_ever) == (1, 1, 1)
        assert done.bytes_ever > 2 * MAX_FRAME
        await stream.close()


async def test_the_one_in_the_middle_carries_sealed_bytes_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not a word of what Ada says can be read where Rosa reads it."""
    seen = bytearray()
    real = relaying._next

    async def listening_in(source: YamuxPipe) -> bytes:
        data = await real(source)
        seen.extend(data)
        return data

    monkeypatch.setattr(relaying, "_next", listening_in)
    async with in_the_middle() as rosa, callable_only(rosa) as ben, at_home(listen=()) as ada:
        await echoes(await calls(ada, ben), b"CANARY" * 1000)
    assert len(seen) > 12_000
    assert b"CANARY" not in seen
    assert ada.peer not in seen


async def test_two_conversations_that_share_an_end_do_not_end_each_other() -> None:
    """Cleo talks with Ben too, and Ada with Dora: when Ada leaves Ben, only that is over."""
    async with (
        in_the_middle() as rosa,
        callable_only(rosa) as ben,
        callable_only(rosa) as dora,
        at_home(listen=()) as ada,
        at_home(listen=()) as cleo,
    ):
        first = await calls(ada, ben)
        shares_ben, shares_ada = await calls(cleo, ben), await calls(ada, dora)
        for stream in (first, shares_ben, shares_ada):
            await echoes(stream)
        await ada.disconnect(ben.peer)
        await wait_for(lambda: rosa.carried().circuits == 2)
        for stream in (shares_ben, shares_ada):
            await echoes(stream, b"still here")
        with pytest.raises(Closed):
            await first.receive()
        await echoes(await calls(ada, ben), b"and again")


async def test_a_reader_who_pauses_holds_up_the_writer_and_nobody_else() -> None:
    """Back-pressure reaches through the relay, for as long as the pause; all of it arrives."""
    go_on = trio.Event()
    heard = 0

    async def pausing(stream: FrameStream) -> None:
        nonlocal heard
        await go_on.wait()
        while True:
            heard += len(await stream.receive())

    async with (
        in_the_middle() as rosa,
        callable_only(rosa, pausing) as ben,
        callable_only(rosa) as dora,
        at_home(listen=()) as ada,
    ):
        stream = await calls(ada, ben)
        other = await calls(ada, dora)
        sent = 0

        async def write() -> None:
            nonlocal sent
            for _ in range(40):
                await stream.send(bytes(256 * 1024))
                sent += 1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write)
            await trio.sleep(1.5)
            held_up = sent
            assert held_up < 12  # windows on the way, not all that was to be sent
            await echoes(other, b"not held up")
            await trio.sleep(0.5)
            assert sent == held_up
            go_on.set()
        await wait_for(lambda: heard == 40 * 256 * 1024)


async def test_a_last_word_is_handed_on_and_the_answer_still_comes() -> None:
    """Half close, seen raw: Ada's side ends, Ben's goes on until it ends too."""
    async with in_the_middle() as rosa, at_home(listen=()) as ada, at_home(listen=()) as ben:
        answers = trio.Event()

        async def answering(pipe: messages.Stream, _conn: object) -> None:
            assert isinstance(
                messages.read_stop(await messages.read_message(pipe)), messages.Connect
            )
            said = messages.write_stop(messages.Answer(messages.Code.OK))
            await messages.write_message(pipe, said)
            heard = b""
            with suppress(Closed):
                while True:
                    heard += await pipe.read(100)
            await answers.wait()
            await pipe.write(b"you said " + heard)

        ben._swarm.offer(STOP, answering, apart=True)
        async with has_a_place(ben, rosa):
            await says_hello(ada, rosa)
            pipe = await ada._swarm.open_pipe(ada._swarm.live(rosa.peer)[0], HOP)
            assert pipe is not None
            await messages.write_message(pipe, messages.write_hop(messages.Connect(ben.peer)))
            answer = messages.read_hop(await messages.read_message(pipe))
            assert answer == messages.Answer(messages.Code.OK)
            await pipe.write(b"good-bye")
            await pipe.end()
            answers.set()
            heard = b""
            with suppress(Closed):
                while True:
                    heard += await pipe.read(100)
            assert heard == b"you said good-bye"
            assert not pipe.broken
            await wait_for(lambda: rosa.carried().circuits == 0)


@pytest.mark.parametrize("goes", ["caller", "called"])
async def test_when_either_goes_the_circuit_is_cleared_away(goes: str) -> None:
    """The other is told at once, and nothing is left at the relay."""
    async with in_the_middle() as rosa, callable_only(rosa) as ben, at_home(listen=()) as ada:
        stream = await calls(ada, ben)
        await echoes(stream)
        who, other = (ada, ben) if goes == "caller" else (ben, ada)
        assert other.path(who.peer) is Path.RELAYED
        await who.disconnect(rosa.peer)
        await wait_for(lambda: other.path(who.peer) is None)
        await wait_for(lambda: rosa.carried().circuits == 0)
        with pytest.raises(Closed):
            await stream.receive()
        assert {session.circuits for session in _sessions(rosa)} <= {0}


def _sessions(host: Host) -> list[muxing.GuardedYamux]:
    return [muxing.session_of(conn) for conn in host._swarm.live()]


async def test_who_is_called_has_to_be_who_was_meant() -> None:
    """A relay that puts Ada through to somebody else: they can't prove Ben's key."""
    async with in_the_middle() as rosa, callable_only(rosa) as mallory, at_home(listen=()) as ada:
        assert rosa._ways.relay is not None
        ben = secrets.token_bytes(32)
        rosa._ways.relay._places[ben] = rosa._ways.relay._places[mallory.peer]
        address = mallory.circuits()[0].replace(mallory.peer_id, peer_text(ben))
        with pytest.raises(Unreachable):
            await ada.open(ben, [address], timeout=2)
        assert ada.path(ben) is None


# ---------------------------------------------------------------------------- who may, how much


async def test_only_who_may_has_a_place_or_is_put_through() -> None:
    """A stranger is refused a place and a call; a member who is one no more loses both."""
    members: set[bytes] = set()
    async with (
        in_the_middle(only_for(members)) as rosa,
        at_home(listen=()) as ben,
        at_home(listen=()) as ada,
    ):
        members.add(ben.peer)
        async with has_a_place(ben, rosa):
            with pytest.raises(Unreachable):
                await calls(ada, ben, timeout=2)
            states = States()
            async with trio.open_nursery() as nursery:

                async def keep() -> None:
                    await ada.keep_reservation(
                        rosa.peer, rosa.addresses(), states, entropy=os.urandom
                    )

                nursery.start_soon(keep)
                await wait_for(lambda: states.now is Reservation.REFUSED)
                assert ada.circuits() == []
                nursery.cancel_scope.cancel()
            assert rosa.carried() == type(rosa.carried())(reservations=1)

            members.add(ada.peer)
            stream = await calls(ada, ben)
            await echoes(stream)
            members.discard(ada.peer)
            rosa.recheck_relay()
            with pytest.raises(Closed), trio.fail_after(2):
                await stream.receive()
            await wait_for(lambda: rosa.carried().circuits == 0)
            members.clear()
            rosa.recheck_relay()
            assert rosa.carried().reservations == 0


async def test_who_never_asked_is_not_called() -> None:
    """Ben has no place at Rosa's: nobody is put through to him, and she can't call him either."""
    async with in_the_middle() as rosa, at_home(listen=()) as ben, at_home(listen=()) as ada:
        await says_hello(ben, rosa)
        with pytest.raises(Unreachable):
            await ada.open(
                ben.peer, [f"{rosa.addresses()[0]}/p2p-circuit/p2p/{ben.peer_id}"], timeout=2
            )
        pipe = await rosa._swarm.open_pipe(rosa._swarm.live(ben.peer)[0], STOP)
        assert pipe is not None
        await messages.write_message(pipe, messages.write_stop(messages.Connect(ada.peer)))
        refused = messages.read_stop(await messages.read_message(pipe))
        assert refused == messages.Answer(messages.Code.PERMISSION_DENIED)
        await says_hello(ben, rosa)


async def test_a_relay_has_room_for_so_many_and_says_no_to_the_next() -> None:
    """Places, circuits with one peer, and circuits in all; what runs goes on."""
    async with (
        in_the_middle(replace(FOR_ALL, reservations=2, circuits_per_peer=2, circuits=3)) as rosa,
        callable_only(rosa) as ben,
        callable_only(rosa) as dora,
        at_home(listen=()) as ada,
        at_home(listen=()) as cleo,
        at_home(listen=()) as emma,
    ):
        states = States()
        async with trio.open_nursery() as nursery:

            async def keep() -> None:
                await emma.keep_reservation(rosa.peer, rosa.addresses(), states, entropy=os.urandom)

            nursery.start_soon(keep)
            await wait_for(lambda: states.now is Reservation.REFUSED)
            nursery.cancel_scope.cancel()

        running = [await calls(ada, ben), await calls(cleo, ben)]
        with pytest.raises(Unreachable):
            await calls(emma, ben, timeout=1)
        running.append(await calls(ada, dora))
        with pytest.raises(Unreachable):
            await calls(cleo, dora, timeout=1)
        for stream in running:
            await echoes(stream)
        await ada.disconnect(ben.peer)
        await wait_for(lambda: rosa.carried().circuits == 2)
        await echoes(await calls(emma, ben))


async def test_one_caller_alone_does_not_fill_all_the_room_of_another() -> None:
    """Mallory, a member, calls Ben again and again and says nothing; Ada is put through."""
    async with (
        in_the_middle() as rosa,
        callable_only(rosa) as ben,
        at_home(listen=()) as mallory,
        at_home(listen=()) as ada,
    ):
        await says_hello(mallory, rosa)
        conn = mallory._swarm.live(rosa.peer)[0]
        codes = []
        for _ in range(6):
            pipe = await mallory._swarm.open_pipe(conn, HOP)
            assert pipe is not None
            await messages.write_message(pipe, messages.write_hop(messages.Connect(ben.peer)))
            answer = messages.read_hop(await messages.read_message(pipe))
            assert isinstance(answer, messages.Answer)
            codes.append(answer.code)
        full = messages.Code.RESOURCE_LIMIT_EXCEEDED
        assert codes == [messages.Code.OK] * 4 + [full] * 2
        await echoes(await calls(ada, ben))


async def test_a_circuit_carries_so_much_and_lasts_so_long() -> None:
    """Then it ends, for both; the next one is as good as the first."""
    rules = replace(FOR_ALL, circuit_bytes=300_000, circuit_time=1.5)
    async with in_the_middle(rules) as rosa, callable_only(rosa) as ben, at_home(listen=()) as ada:
        stream = await calls(ada, ben)
        await echoes(stream, bytes(100_000))
        with pytest.raises(Closed):
            await echoes(stream, bytes(300_000))
        stream = await calls(ada, ben)
        await echoes(stream)
        with pytest.raises(Closed), trio.fail_after(3):
            await stream.receive()
        await echoes(await calls(ada, ben))


async def test_many_requests_that_say_nothing_keep_nobody_else_out() -> None:
    """Ada asks and asks and never says for whom; Cleo is put through all the same."""
    async with (
        in_the_middle(replace(FOR_ALL, answer=2.0)) as rosa,
        callable_only(rosa) as ben,
        at_home(listen=()) as ada,
        at_home(listen=()) as cleo,
    ):
        await says_hello(ada, rosa)
        conn = ada._swarm.live(rosa.peer)[0]
        pipes = [await ada._swarm.open_pipe(conn, HOP) for _ in range(12)]
        assert all(pipes)
        refused = pipes[-1]
        assert refused is not None
        answer = messages.read_hop(await messages.read_message(refused))
        assert answer == messages.Answer(messages.Code.RESOURCE_LIMIT_EXCEEDED)
        await echoes(await calls(cleo, ben))


async def test_nobody_is_put_through_from_a_circuit_into_another() -> None:
    """Ben relays too, but not for those who reached him through Rosa."""
    async with (
        in_the_middle() as rosa,
        in_the_middle() as sara,
        at_home(listen=()) as ada,
        has_a_place(sara, rosa),
        callable_only(sara) as ben,
    ):
        stream = await ada.open(sara.peer, sara.circuits())
        await echoes(stream)
        pipe = await ada._swarm.open_pipe(ada._swarm.live(sara.peer)[0], HOP)
        assert pipe is not None
        await messages.write_message(pipe, messages.write_hop(messages.Connect(ben.peer)))
        answer = messages.read_hop(await messages.read_message(pipe))
        assert answer == messages.Answer(messages.Code.PERMISSION_DENIED)


async def test_more_calls_through_one_relay_than_streams_of_one_peer() -> None:
    """Circuits are not counted with a relay's own streams; they have a limit of their own."""
    limits = Limits(streams_per_peer=2, circuits_per_peer=5)
    through = 0
    done = trio.Event()

    async def visit(ben: Host) -> None:
        nonlocal through
        async with at_home(listen=()) as visitor:
            with suppress(Unreachable, Closed):
                await echoes(await calls(visitor, ben, timeout=2))
                through += 1
            await done.wait()

    async with (
        in_the_middle() as rosa,
        callable_only(rosa, limits=limits) as ben,
        trio.open_nursery() as nursery,
    ):
        for _ in range(6):
            nursery.start_soon(visit, ben)
        await trio.sleep(2.5)
        assert through == 5
        done.set()


# ---------------------------------------------------------------------------------- keeping a place


CHILD = """
import sys, trio
from p2p.host import Host, RelayRules
async def echo(stream):
    while True:
        await stream.send(await stream.receive())
async def main():
    rules = RelayRules(may_relay=lambda peer: True)
    host = Host(bytes.fromhex(sys.argv[1]), listen=[sys.argv[2]], on_stream=echo, relay=rules)
    async with host.run():
        print(*host.addresses(), flush=True)
        await trio.sleep_forever()
trio.run(main)
"""


@asynccontextmanager
async def a_relay_of_its_own(seed: bytes, listen: str) -> AsyncIterator[tuple[int, str]]:
    """Rosa in a process of her own: its process id and address."""
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


async def test_a_relay_that_is_killed_and_comes_back_has_everybody_again() -> None:
    """kill -9: the loss is told, it is asked for again without haste, and found within seconds."""
    seed = secrets.token_bytes(32)
    async with at_home(listen=()) as ben, at_home(listen=()) as ada, trio.open_nursery() as nursery:
        states = States()
        async with a_relay_of_its_own(seed, HERE) as (pid, address):
            key = address_peer(address)
            assert key is not None

            async def keep() -> None:
                await ben.keep_reservation(key, [address], states, entropy=os.urandom)

            nursery.start_soon(keep)
            await wait_for(lambda: states.held)
            await echoes(await calls(ada, ben))
            os.kill(pid, signal.SIGKILL)
            await wait_for(lambda: states.now is Reservation.SEEKING)
            assert ben.circuits() == []
        before = len(states.told)
        await trio.sleep(1.0)
        assert len(states.told) == before
        async with a_relay_of_its_own(seed, address.split("/p2p/")[0]):
            await wait_for(lambda: states.held)
            await echoes(await calls(ada, ben))
            nursery.cancel_scope.cancel()
