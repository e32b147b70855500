"""Lines that stay although nobody uses them, and lines that are dead although they look alive."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trio

from p2p.host import MAX_FRAME, Closed, Limits, Reservation, Unreachable, load

load()

from p2p.host import muxing, reserving, ways
from p2p.host.messages import Answer, Code
from tests.p2p.hosting import at_home, port_of, says_hello, wait_for
from tests.p2p.relaying import (
    FOR_ALL,
    States,
    callable_only,
    calls,
    echoes,
    has_a_place,
    in_the_middle,
)


class Road:
    """A line between two that can be blocked: it stays up, and nothing comes through."""

    def __init__(self) -> None:
        self.address = ""
        self.open = trio.Event()
        self.open.set()
        self.thin = 0.0  # seconds for each 8 KiB

    def block(self) -> None:
        self.open = trio.Event()


@asynccontextmanager
async def a_road_to(port: int) -> AsyncIterator[Road]:
    road = Road()

    async def pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
        while data := await source.receive_some(8192):
            await trio.sleep(road.thin)
            await road.open.wait()
            await sink.send_all(data)
        await sink.aclose()

    async def carry(caller: trio.SocketStream) -> None:
        called = await trio.open_tcp_stream("127.0.0.1", port)
        with trio.CancelScope() as scope:
            try:
                async with called, trio.open_nursery() as line:
                    line.start_soon(pump, caller, called)
                    line.start_soon(pump, called, caller)
            except* (trio.BrokenResourceError, trio.ClosedResourceError):
                scope.cancel()

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, carry, listeners)
        road.address = f"/ip4/127.0.0.1/tcp/{listeners[0].socket.getsockname()[1]}"
        yield road
        nursery.cancel_scope.cancel()


async def test_a_line_on_which_nothing_comes_any_more_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both sides notice for themselves, also without a conversation; until then it stays."""
    monkeypatch.setattr(muxing, "KEEPALIVE", 0.3)
    monkeypatch.setattr(muxing, "DEAD", 0.5)
    async with at_home() as ben, at_home(listen=()) as ada, a_road_to(port_of(ben)) as road:
        stream = await ada.open(ben.peer, [road.address])
        await echoes(stream)
        await trio.sleep(2)
        await echoes(stream)
        road.block()
        with pytest.raises(Closed), trio.fail_after(3):
            await stream.receive()
        await wait_for(lambda: not ada.connected() and not ben.connected())


async def test_a_thin_line_under_load_is_not_taken_for_a_dead_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Answers come late, behind much else; what comes before them counts."""
    monkeypatch.setattr(muxing, "KEEPALIVE", 0.2)
    monkeypatch.setattr(muxing, "DEAD", 1.0)  # a machine under load stands still for a moment
    async with at_home() as ben, at_home(listen=()) as ada, a_road_to(port_of(ben)) as road:
        stream = await ada.open(ben.peer, [road.address])

        road.thin = 0.03
        with trio.fail_after(20):
            await echoes(stream, bytes(MAX_FRAME))


async def test_a_place_is_kept_although_nobody_uses_the_line() -> None:
    """Both close what nobody uses after a moment; not the line by which Ben can be called."""
    limits = Limits(idle=0.2)
    async with (
        at_home(relay=FOR_ALL, limits=limits) as rosa,
        callable_only(rosa, limits=limits) as ben,
        at_home(listen=(), limits=limits) as ada,
    ):
        await says_hello(ada, rosa)
        await wait_for(lambda: ada.connected() == set())
        await trio.sleep(1)
        assert rosa.connected() == {ben.peer}
        await echoes(await calls(ada, ben))


async def test_a_place_that_nobody_renews_is_over() -> None:
    """After its time nobody is put through, and the room is another's."""
    rules = replace(FOR_ALL, reservation=0.5, reservations=1)
    async with (
        in_the_middle(rules) as rosa,
        at_home(listen=()) as ben,
        at_home(listen=()) as dora,
        at_home(listen=()) as ada,
    ):
        for person in (ben, dora):
            await says_hello(person, rosa)
        (to_ben,), (to_dora,) = ben._swarm.live(rosa.peer), dora._swarm.live(rosa.peer)
        with ben._ways._circuits.through(rosa.peer):
            first = await ben._ways._circuits.reserve(to_ben)
            assert first.code == Code.OK
            assert await dora._ways._circuits.reserve(to_dora) == Answer(Code.RESERVATION_REFUSED)
            at = [f"{rosa.addresses()[0]}/p2p-circuit/p2p/{ben.peer_id}"]
            await echoes(await ada.open(ben.peer, at))
            await ada.disconnect(ben.peer)
            await trio.sleep(0.6)
            with pytest.raises(Unreachable):
                await ada.open(ben.peer, at, timeout=1)
            assert rosa.carried().reservations == 0
            assert (await dora._ways._circuits.reserve(to_dora)).code == Code.OK


async def test_a_relay_that_falls_silent_loses_the_place_and_gets_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line to Rosa is blocked: Ben notices, says so, and is back when it is free."""
    monkeypatch.setattr(reserving, "PING_EVERY", 0.3)
    monkeypatch.setattr(reserving, "PING_PATIENCE", 0.4)
    monkeypatch.setattr(reserving, "ATTEMPT", 1.0)
    async with (
        in_the_middle() as rosa,
        at_home(listen=()) as ben,
        at_home(listen=()) as ada,
        a_road_to(port_of(rosa)) as road,
        trio.open_nursery() as nursery,
    ):
        states = States()

        async def keep() -> None:
            await ben.keep_reservation(rosa.peer, [road.address], states, entropy=bytes)

        nursery.start_soon(keep)
        await wait_for(lambda: states.held)
        road.block()
        await wait_for(lambda: states.now is Reservation.SEEKING)
        assert ben.circuits() == []
        road.open.set()
        await wait_for(lambda: states.held)
        circuit = f"{rosa.addresses()[0]}/p2p-circuit/p2p/{ben.peer_id}"
        await echoes(await ada.open(ben.peer, [circuit]))
        nursery.cancel_scope.cancel()


async def test_after_sleep_lines_are_looked_at_and_the_dead_ones_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two lines one is dead: that one is cut within moments, the other goes on."""
    monkeypatch.setattr(ways, "CHECKING", 0.5)
    async with (
        at_home() as ben,
        at_home() as cleo,
        at_home(listen=()) as ada,
        a_road_to(port_of(ben)) as road,
    ):
        to_ben = await ada.open(ben.peer, [road.address])
        to_cleo = await ada.open(cleo.peer, cleo.addresses())
        for stream in (to_ben, to_cleo):
            await echoes(stream)
        road.block()
        ada.check_lines()
        with pytest.raises(Closed), trio.fail_after(2):
            await to_ben.receive()
        await trio.sleep(0.3)
        await echoes(to_cleo)
        assert ada.connected() == {cleo.peer}


async def test_a_second_relay_takes_over_when_the_first_is_gone() -> None:
    """Ben keeps two places; Ada tries both ways at once and talks by the one that is there."""
    async with in_the_middle() as sara, at_home(listen=()) as ben, at_home(listen=()) as ada:
        async with in_the_middle() as rosa, has_a_place(ben, rosa), has_a_place(ben, sara):
            both = ben.circuits()
            assert len(both) == 2
            await (await ada.open(ben.peer, both)).close()
            await ada.disconnect(ben.peer)
            await ada.disconnect(rosa.peer)
            await rosa.disconnect(ben.peer)
        async with has_a_place(ben, sara):
            stream = await ada.open(ben.peer, both)
            assert sara.peer_id in stream.remote
            await echoes(stream)
