"""The clock of a village: it jumps from deadline to deadline and from bell to bell."""

import pytest
import trio

from p2p.simulator import hourglass
from p2p.simulator.hourglass import Bell, Hourglass
from p2p.simulator.stage import perform


def test_time_jumps_to_whatever_comes_first_and_all_of_one_moment_wake_together() -> None:
    heard: list[tuple[str, float]] = []

    async def wait_for_bell(bell: Bell, until: float) -> None:
        await bell.wait(until)
        heard.append(("bell", trio.current_time()))

    async def sleep(until: float) -> None:
        await trio.sleep_until(until)
        heard.append(("sleep", trio.current_time()))

    async def play() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait_for_bell, Bell(), 2.0)
            nursery.start_soon(sleep, 3.0)
            nursery.start_soon(wait_for_bell, Bell(), 3.0)
            nursery.start_soon(sleep, 1_000_000.0)

    perform(play, 1)
    assert heard[0] == ("bell", 2.0)
    assert {("bell", 3.0), ("sleep", 3.0)} == set(heard[1:3])
    assert heard[3] == ("sleep", 1_000_000.0)


def test_a_bell_rung_early_or_given_up_holds_up_no_time() -> None:
    async def play() -> None:
        early, never = Bell(), Bell()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(early.wait, 5.0)
            await trio.sleep(1)
            early.ring()
        assert trio.current_time() == 1.0
        assert not early.heard
        with trio.move_on_after(1):
            await never.wait()
        assert not never.heard
        never.ring()  # nobody hears it
        with trio.move_on_after(1):
            await never.wait(100.0)
        await trio.sleep(0.5)
        assert trio.current_time() == 3.5

    perform(play, 1)


def test_without_anything_to_wait_for_the_loop_may_sleep() -> None:
    assert Hourglass().deadline_to_sleep_time(float("inf")) > 1000


def test_whoever_goes_round_without_waiting_ends_the_run_instead_of_holding_it_up_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hourglass, "MOST_AT_ONCE", 1_000)

    async def play() -> None:
        while True:
            with trio.move_on_at(trio.current_time()):
                await trio.sleep_forever()

    with pytest.raises(hourglass.StandsStill):
        perform(play, 1)
