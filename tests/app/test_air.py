"""A home that stands still: all that goes out ends at once, and begins anew when told to go on."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from app import commands as c
from app.air import Air, Ending
from app.clock import SystemClock
from app.events import NetChanged
from app.home import Home, Settings
from app.places import Places
from app.refused import Refused, Why
from app.vault import KdfCost

PASSPHRASE = "amber kettle north willow"
QUICK = Settings(listen=("/ip4/127.0.0.1/tcp/0",), lan=False, kdf=KdfCost(1, 8192))


async def test_what_runs_is_stopped_and_begun_anew(autojump_clock: MockClock) -> None:
    """And what ends by itself is not begun again."""
    air, told = Air(), list[str]()

    async def run() -> None:
        told.append("begun")
        try:
            await trio.sleep(10)
            told.append("over")
        finally:
            told.append("ended")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(air.hold, run)
        await wait_all_tasks_blocked()
        air.pause()
        await wait_all_tasks_blocked()
        assert told == ["begun", "ended"]
        await trio.sleep(100)
        assert told == ["begun", "ended"]
        air.go_on()
    assert told == ["begun", "ended", "begun", "over", "ended"]


async def test_nothing_begins_in_a_home_that_was_left_standing_still(
    autojump_clock: MockClock,
) -> None:
    """Not before it is told to go on."""
    air, begun = Air(paused=True), trio.Event()

    async def run() -> None:
        begun.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(air.hold, run)
        await wait_all_tasks_blocked()
        assert not begun.is_set()
        air.go_on()
    assert begun.is_set()


async def test_what_was_ended_for_good_stays_ended_over_a_pause(autojump_clock: MockClock) -> None:
    """A circle that was left while paused is not dialled for afterwards."""
    air, ending, rounds = Air(), Ending(), list[bool]()

    async def run() -> None:
        with ending:
            rounds.append(ending.cancel_called)
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(air.hold, run)
        await wait_all_tasks_blocked()
        air.pause()
        await wait_all_tasks_blocked()
        ending.cancel()
        air.go_on()
    assert rounds == [False, True]


async def listens(home: Home) -> None:
    """Wait until it is heard on the network."""
    with home.listen() as said, trio.fail_after(20):
        while not (await home.do(c.ReadNetwork())).listening:
            await said.receive()


async def test_a_home_stands_still_and_says_so_also_after_a_restart(tmp_path: Path) -> None:
    """Nobody is listened to; the circles stay readable, and what is written waits."""
    places = Places(tmp_path)
    circle = ""
    for again in (False, True):
        home = Home(places, QUICK, clock=SystemClock())
        async with trio.open_nursery() as nursery:
            await nursery.start(home.run)
            if not again:
                await home.do(c.CreateHome(passphrase=PASSPHRASE))
                circle = (await home.do(c.CreateCircle(name="Tea", display_name="Ada"))).circle
                await listens(home)
                with home.listen() as said:
                    assert (await home.do(c.SetNet(paused=True))).paused
                    with trio.fail_after(5):
                        while not isinstance(await said.receive(), NetChanged):
                            pass
                await wait_all_tasks_blocked(0.2)
            else:
                await home.do(c.Unlock(passphrase=PASSPHRASE))
                await trio.sleep(0.3)
            net = await home.do(c.ReadNetwork())
            assert (net.paused, net.listening, net.reachable) == (True, [], 0)
            await home.do(c.WritePost(circle=circle, body="for later"))
            with pytest.raises(Refused) as refused:
                await home.do(c.TryNow())
            assert refused.value.kind is Why.NOT_ALLOWED
            with pytest.raises(Refused, match="paused"):
                await home.do(c.AddMailbox(circle=circle, card="hearthside-mailbox:"))
            if again:
                assert not (await home.do(c.SetNet(paused=False))).paused
                await listens(home)
                assert not (await home.do(c.ReadNetwork())).paused
            await home.do(c.Stop())
