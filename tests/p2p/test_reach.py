"""Reaching people: soon at first, then patiently, and at once when there is a reason."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from p2p.ids import DeviceId
from p2p.reach import EAGER, ENOUGH, FIRST, PATIENT, Reach

BO = DeviceId(b"b" * 32)
CY = DeviceId(b"c" * 32)


@dataclass
class Street:
    """Who is at home, who is talking, and when anybody was tried."""

    home: set[DeviceId] = field(default_factory=set)
    talking: set[DeviceId] = field(default_factory=set)
    words_wait: bool = False
    tried: list[tuple[DeviceId, float]] = field(default_factory=list)
    lasts: float = 5.0

    async def dial(self, device: DeviceId) -> bool:
        self.tried.append((device, trio.current_time()))
        if device not in self.home:
            return False
        self.talking.add(device)
        await trio.sleep(self.lasts)
        self.talking.discard(device)
        return True

    def times(self, device: DeviceId = BO) -> list[float]:
        return [at for who, at in self.tried if who == device]

    def pauses(self, device: DeviceId = BO) -> list[float]:
        times = self.times(device)
        return [later - earlier for earlier, later in pairwise(times)]


@asynccontextmanager
async def reaching(street: Street, *devices: DeviceId, dice: int = 0) -> AsyncIterator[Reach]:
    """Somebody who tries to reach these."""
    reach = Reach(
        dial=street.dial, here=lambda: street.talking, waiting=lambda: street.words_wait,
        entropy=lambda size: bytes((dice,)) * size,
    )  # fmt: skip
    reach.want(devices)
    async with trio.open_nursery() as nursery:
        await nursery.start(reach.run)
        yield reach
        nursery.cancel_scope.cancel()


async def test_pauses_grow_to_patience(autojump_clock: MockClock) -> None:
    """Doubling from 0.4 to 30 seconds, and never giving up."""
    street = Street()
    async with reaching(street, BO):
        await trio.sleep(300)
    pauses = street.pauses()
    assert pauses[:4] == pytest.approx([FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST])
    assert pauses[-1] == pytest.approx(PATIENT)
    assert max(pauses) <= PATIENT * 1.001


async def test_while_words_wait_nobody_is_patient(autojump_clock: MockClock) -> None:
    """At most three seconds between tries."""
    street = Street(words_wait=True)
    async with reaching(street, BO):
        await trio.sleep(60)
    assert max(street.pauses()) <= EAGER * 1.001


async def test_chance_keeps_a_circle_out_of_step(autojump_clock: MockClock) -> None:
    """Up to a quarter more."""
    street = Street()
    async with reaching(street, BO, dice=255):
        await trio.sleep(10)
    assert FIRST * 1.2 < street.pauses()[0] < FIRST * 1.25


async def test_a_nudge_ends_every_pause(autojump_clock: MockClock) -> None:
    """And begins with short ones again."""
    street = Street()
    async with reaching(street, BO, CY) as reach:
        await trio.sleep(200)
        before = trio.current_time()
        reach.nudge()
        await trio.sleep(FIRST * 2)
    for device in (BO, CY):
        later = [at for at in street.times(device) if at >= before]
        assert later == pytest.approx([before, before + FIRST])


async def test_whoever_is_here_is_not_dialled(autojump_clock: MockClock) -> None:
    """Until they are gone and somebody says so."""
    street = Street(talking={BO})
    async with reaching(street, BO) as reach:
        await trio.sleep(100)
        assert street.tried == []
        street.talking.clear()
        reach.nudge()
        await trio.sleep(1)
    assert street.times() != []


async def test_after_a_talk_it_begins_again_at_once(autojump_clock: MockClock) -> None:
    """Whoever was reached is tried again as soon as the talk has ended, with short pauses."""
    street = Street(home={BO}, lasts=50)
    async with reaching(street, BO):
        await trio.sleep(120)
    assert street.times() == pytest.approx([0, 50, 100])


async def test_enough_conversations_are_enough_unless_words_wait(autojump_clock: MockClock) -> None:
    """A big circle is not dialled whole; a word is carried to one more."""
    others = {DeviceId(bytes((n,)) * 32) for n in range(ENOUGH)}
    street = Street(talking=set(others))
    async with reaching(street, BO) as reach:
        await trio.sleep(100)
        assert street.tried == []
        street.words_wait = True
        reach.nudge()
        await trio.sleep(1)
    assert street.times() != []


async def test_who_is_not_wanted_any_more_is_left_alone(autojump_clock: MockClock) -> None:
    """And who is new is tried at once."""
    street = Street()
    async with reaching(street, BO) as reach:
        await trio.sleep(1)
        reach.want([CY])
        now = trio.current_time()
        await trio.sleep(100)
    assert [at for at in street.times(BO) if at > now + FIRST * 4] == []
    assert street.times(CY)[0] == pytest.approx(now)


async def test_wanting_again_tries_once(autojump_clock: MockClock) -> None:
    """The same people named twice are not dialled twice at a time."""
    street = Street()
    async with reaching(street, BO) as reach:
        for _ in range(5):
            reach.want([BO])
        await trio.sleep(FIRST / 2)
    assert len(street.tried) == 1


async def test_somebody_wanted_anew_is_tried_by_one_task(autojump_clock: MockClock) -> None:
    """Gone and back within a pause: not two of us at the same door ever after."""
    street = Street()
    async with reaching(street, BO) as reach:
        await trio.sleep(100)
        reach.want([])
        reach.want([BO])
        await trio.sleep(300)
    late = [at for at in street.times() if at > 200]
    assert min(b - a for a, b in pairwise(late)) > 1
