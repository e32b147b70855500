"""The better way: direct where it can be, through a relay until then."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import socket
from collections.abc import Callable
from contextlib import suppress

import pytest
import trio

from p2p.host import Path, load

load()

from tests.p2p.hosting import HERE, at_home, port_of, wait_for
from tests.p2p.relaying import callable_only, calls, echoes, in_the_middle


async def test_a_direct_address_that_answers_is_taken_before_a_circuit() -> None:
    """Ben can be dialled: Rosa is not even asked."""
    async with (
        in_the_middle() as rosa,
        callable_only(rosa, listen=(HERE,)) as ben,
        at_home(listen=()) as ada,
    ):
        stream = await ada.open(ben.peer, [*ben.circuits(), *ben.addresses()])
        assert stream.path is Path.DIRECT
        assert ada.connected() == {ben.peer}


async def test_a_direct_address_that_says_nothing_holds_a_circuit_up_for_a_moment_only() -> None:
    """The dead address has its head start, not more; nothing waits where it is refused at once."""
    silent = socket.create_server(("127.0.0.1", 0))
    dead = f"/ip4/127.0.0.1/tcp/{silent.getsockname()[1]}"
    async with in_the_middle() as rosa, callable_only(rosa) as ben:
        for address, most in ((dead, 0.8), ("/ip4/127.0.0.1/tcp/1", 0.25)):
            async with at_home(listen=()) as ada:
                begun = trio.current_time()
                stream = await ada.open(ben.peer, [address, *ben.circuits()])
                assert trio.current_time() - begun < most
                assert stream.path is Path.RELAYED
                await echoes(stream)
    silent.close()


async def test_a_slow_direct_way_is_taken_up_when_it_comes() -> None:
    """The direct line is slower than the circuit: the talk begins there, and both hear of it."""
    told: list[tuple[str, bytes]] = []
    async with (
        in_the_middle() as rosa,
        callable_only(
            rosa, listen=(HERE,), on_direct=lambda peer: told.append(("ben", peer))
        ) as ben,
        at_home(listen=(), on_direct=lambda peer: told.append(("ada", peer))) as ada,
        trio.open_nursery() as nursery,
    ):
        ready = trio.Event()

        async def slow_line(caller: trio.SocketStream) -> None:
            await ready.wait()
            called = await trio.open_tcp_stream("127.0.0.1", port_of(ben))
            async with called, trio.open_nursery() as line:
                line.start_soon(_pump, caller, called)
                line.start_soon(_pump, called, caller)

        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, slow_line, listeners)
        slow = f"/ip4/127.0.0.1/tcp/{listeners[0].socket.getsockname()[1]}"
        first = await ada.open(ben.peer, [slow, *ben.circuits()])
        assert (first.path, told) == (Path.RELAYED, [])
        ready.set()
        await wait_for(lambda: len(told) == 2)
        assert sorted(told) == [("ada", ben.peer), ("ben", ada.peer)]
        second = await ada.open(ben.peer, ben.circuits())
        assert second.path is Path.DIRECT
        await echoes(first, b"what was open goes on")
        await echoes(second)
        nursery.cancel_scope.cancel()


async def _pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        async for data in source:
            await sink.send_all(data)


async def test_two_who_may_tell_each_other_where_they_are_and_meet() -> None:
    """Ada knows only the circuit, and Ben can be dialled: within seconds they talk directly."""
    met = trio.Event()
    async with (
        in_the_middle() as rosa,
        callable_only(rosa, listen=(HERE,), may_punch=lambda _peer: True) as ben,
        at_home(listen=(), may_punch=lambda _peer: True, on_direct=lambda _peer: met.set()) as ada,
    ):
        assert (await calls(ada, ben)).path is Path.RELAYED
        with trio.fail_after(3):
            await met.wait()
        assert (ada.path(ben.peer), ben.path(ada.peer)) == (Path.DIRECT, Path.DIRECT)


async def test_an_address_that_is_found_later_is_tried_beside_the_circuit() -> None:
    """As on one network: Ada knew only the circuit. A wrong address changes nothing."""
    met = trio.Event()
    async with (
        in_the_middle() as rosa,
        callable_only(rosa, listen=(HERE,)) as ben,
        at_home(listen=(), on_direct=lambda _peer: met.set()) as ada,
    ):
        stream = await calls(ada, ben)
        assert stream.path is Path.RELAYED
        ada.improve(ben.peer, [f"/ip4/127.0.0.1/tcp/{port_of(rosa)}"])
        await trio.sleep(0.5)
        assert ada.path(ben.peer) is Path.RELAYED
        ada.improve(ben.peer, ben.addresses())
        with trio.fail_after(3):
            await met.wait()
        assert ada.path(ben.peer) is Path.DIRECT
        await echoes(stream, b"what was open goes on")


@pytest.mark.parametrize("unwilling", ["ada", "ben"])
async def test_nobody_learns_where_somebody_is_who_does_not_tell_them(unwilling: str) -> None:
    """One of both does not permit it: they stay with the relay, and nothing is dialled."""

    def may(name: str) -> Callable[[bytes], bool]:
        return lambda _peer: name != unwilling

    async with (
        in_the_middle() as rosa,
        callable_only(rosa, listen=(HERE,), may_punch=may("ben")) as ben,
        at_home(may_punch=may("ada")) as ada,
    ):
        stream = await calls(ada, ben)
        await trio.sleep(1.5)
        assert (ada.path(ben.peer), ben.path(ada.peer)) == (Path.RELAYED, Path.RELAYED)
        await echoes(stream)
