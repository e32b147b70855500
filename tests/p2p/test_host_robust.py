"""What the door survives: failing handlers, garbage, crowds, crashes."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import logging
import os
import secrets
import subprocess
import sys
import time

import pytest
import trio
import trio.testing

from p2p.errors import PeerFault
from p2p.host import (
    Closed,
    FrameStream,
    Host,
    HostCrashed,
    Limits,
    Unreachable,
    load,
)
from p2p.host.guards import contained

load()

from libp2p.stream_muxer.yamux.yamux import Yamux, YamuxStream

from tests.p2p.hosting import (
    GARBAGE,
    HERE,
    ROOT,
    Guestbook,
    Stranger,
    at_home,
    echo,
    never_reads,
    raw_to,
    says_hello,
    wait_for,
)

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
