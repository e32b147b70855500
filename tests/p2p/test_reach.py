"""Reaching people: soon at first, then patiently, and at once when there is a reason."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from p2p.ids import DeviceId
from p2p.neighbours import MESH, Choice
from p2p.reach import EAGER, FIRST, KNOCKS, PATIENT, SLOW, SPARE, VISIT, Reach

ADA = b"a" * 32
BO = DeviceId(b"b" * 32)
CY = DeviceId(b"c" * 32)
CROWD = [DeviceId(random.Random(n).randbytes(32)) for n in range(40)]


@dataclass
class Street:
    """Who is at home, who is talking, and when anybody was tried."""

    home: set[DeviceId] = field(default_factory=set)
    talking: set[DeviceId] = field(default_factory=set)
    words_wait: bool = False
    tried: list[tuple[DeviceId, float]] = field(default_factory=list)
    lasts: float = 5.0
    slow: set[DeviceId] = field(default_factory=set)  # they take long to say no
    lines: dict[DeviceId, trio.CancelScope] = field(default_factory=dict)
    reach: Reach | None = None

    async def dial(self, device: DeviceId) -> bool:
        self.tried.append((device, trio.current_time()))
        if device in self.slow:
            await trio.sleep(5)
        if device not in self.home:
            return False
        self.talking.add(device)
        with trio.CancelScope() as self.lines[device]:
            self.moved()
            await trio.sleep(self.lasts)
        del self.lines[device]
        self.talking.discard(device)
        self.moved()
        return True

    def moved(self) -> None:
        if self.reach is not None:
            self.reach.look()

    def part(self, device: DeviceId) -> None:
        self.lines[device].cancel()

    def times(self, device: DeviceId = BO) -> list[float]:
        return [at for who, at in self.tried if who == device]

    def pauses(self, device: DeviceId = BO) -> list[float]:
        times = self.times(device)
        return [later - earlier for earlier, later in pairwise(times)]


@asynccontextmanager
async def reaching(street: Street, *devices: DeviceId, dice: int = 0) -> AsyncIterator[Reach]:
    """Somebody who tries to reach these."""
    choice = Choice(ADA, {device: device for device in (BO, CY, *devices)})
    reach = Reach(
        dial=street.dial, here=lambda: set(street.talking), waiting=lambda: street.words_wait,
        led=lambda: set(street.lines), choose=choice.near, part=street.part,
        entropy=lambda size: bytes((dice,)) * size,
    )  # fmt: skip
    street.reach = reach
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
    """A big circle is not dialled whole; a word is carried to some more."""
    street = Street(home=set(CROWD), lasts=10_000)
    async with reaching(street, *CROWD) as reach:
        await trio.sleep(100)
        chosen = set(street.talking)
        assert {who for who, _ in street.tried} == chosen
        assert MESH / 2 <= len(chosen) <= MESH
        street.words_wait = True
        reach.nudge()
        await trio.sleep(1)
        assert chosen < street.talking
        assert len(street.talking) <= 2 * MESH


async def test_a_small_circle_is_dialled_whole(autojump_clock: MockClock) -> None:
    """Nine devices talk with each other, every one with every one."""
    street = Street(home=set(CROWD[:MESH]), lasts=10_000)
    reach = reaching(street, BO, CY, *CROWD[: MESH - 2])
    async with reach:
        await trio.sleep(1)
    assert {who for who, _ in street.tried} == {BO, CY, *CROWD[: MESH - 2]}


async def test_who_does_not_answer_is_passed_over_and_tried_again(
    autojump_clock: MockClock,
) -> None:
    """With most away, a few seconds suffice to be with 8; those who stand nearer stay awaited."""
    at_home = CROWD[::5]
    street = Street(home=set(at_home), slow=set(CROWD) - set(at_home), lasts=10_000)
    async with reaching(street, *CROWD):
        await trio.sleep(40 * SLOW)
        assert len(street.talking) >= MESH / 2
        assert street.talking <= set(at_home)
        away = {who for who, _ in street.tried} - street.talking
        assert away
        tried = len(street.tried)
        await trio.sleep(3 * PATIENT)
        assert away <= {who for who, _ in street.tried[tried:]}


async def test_who_came_home_and_stands_nearer_takes_the_place_of_another(
    autojump_clock: MockClock,
) -> None:
    """Only when they have been here for a while is anybody parted from."""
    street = Street(home=set(CROWD[:20]), lasts=10_000)
    async with reaching(street, *CROWD) as reach:
        await trio.sleep(5)
        first = set(street.talking)
        street.home |= set(CROWD)
        reach.nudge()
        await trio.sleep(5)
        assert first < street.talking
        await trio.sleep(SPARE + 1)
        assert len(street.talking) <= MESH
        assert street.talking == reach.chosen


async def test_nobody_is_parted_from_while_words_wait(autojump_clock: MockClock) -> None:
    """Or while the other began it: they know what they need it for."""
    street = Street(talking=set(CROWD), words_wait=True)
    async with reaching(street, *CROWD):
        street.lines = {who: trio.CancelScope() for who in CROWD}
        street.moved()
        await trio.sleep(2 * SPARE)
        assert not any(line.cancel_called for line in street.lines.values())
        street.words_wait = False
        theirs = street.lines.pop(CROWD[0])
        await trio.sleep(2 * SPARE)
        street.moved()
        await trio.sleep(2 * SPARE)
        assert sum(line.cancel_called for line in street.lines.values()) >= len(CROWD) - MESH - 1
        assert not theirs.cancel_called


@pytest.mark.parametrize("dice", [3, 77, 200])
async def test_now_and_then_somebody_else_is_visited(dice: int, autojump_clock: MockClock) -> None:
    """Drawn by chance, and parted from again; of those away only a few are tried for it."""
    street = Street(home=set(CROWD), lasts=10_000)
    async with reaching(street, *CROWD, dice=dice):
        await trio.sleep(VISIT - 1)
        usual = set(street.talking)
        await trio.sleep(SPARE / 2)
        assert len(street.talking - usual) == 1
        await trio.sleep(SPARE)
        assert street.talking == usual
        street.home = set(usual)
        tried = len(street.tried)
        await trio.sleep(VISIT)
        assert len(street.tried) == tried + KNOCKS


async def test_somebody_hinted_at_is_tried_though_not_chosen(autojump_clock: MockClock) -> None:
    """Once, and never twice at a time."""
    street = Street(home=set(CROWD), lasts=10_000)
    async with reaching(street, *CROWD) as reach:
        await trio.sleep(5)
        other = next(iter(set(CROWD) - street.talking))
        for _ in range(3):
            reach.visit(other)
        await trio.sleep(1)
        assert len(street.times(other)) == 1
        assert other in street.talking


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
