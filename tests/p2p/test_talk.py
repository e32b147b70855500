"""A talk on lines as people have them: thin, broken off, or with somebody who does not listen."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import itertools
from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock

from p2p.happened import Happened
from p2p.host import Closed, FrameStream
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.sync import Conversation, Phase
from p2p.talk import BEAT, PAUSE, SENDING, SILENCE, TICK, Talk
from tests.p2p.test_node import Tube
from tests.p2p.village import Person, Village


class Thin(Tube):
    """A pipe that carries so many bytes a second, and breaks after so many in all."""

    def __init__(self, stream: trio.StapledStream, rate: float, breaks_after: float) -> None:  # type: ignore[type-arg]  # either half
        super().__init__(stream)
        self._rate = rate
        self._left = breaks_after

    async def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            part = bytes(rest[:1000])
            await trio.sleep(len(part) / self._rate)
            if len(part) > self._left:
                await self.finish()
                raise Closed
            self._left -= len(part)
            await super().write(part)
            rest = rest[len(part) :]


class Halting(Tube):
    """A pipe that carries all at once, but for some seconds nothing after so many bytes."""

    def __init__(self, stream: trio.StapledStream, after: int, seconds: float) -> None:  # type: ignore[type-arg]  # either half
        super().__init__(stream)
        self._left, self._seconds = after, seconds

    async def write(self, data: bytes) -> None:
        if 0 < self._left <= len(data):
            await trio.sleep(self._seconds)
        self._left -= len(data)
        await super().write(data)


class Call:
    """Two talks over one line, and what came about."""

    def __init__(
        self, leader: Person, other: Person, rate: float, breaks_after: float = float("inf")
    ) -> None:
        mine, theirs = trio.testing.memory_stream_pair()
        self.people = (leader, other)
        self.told: list[Happened] = []
        self._both_live = trio.Event()
        self._over = trio.Event()
        pipes = Thin(mine, rate, float("inf")), Thin(theirs, rate, breaks_after)
        doors = other.door, leader.door
        self.talks = [
            Talk(self._conversation(place), FrameStream(pipe, peer=door, remote=""), self._react)
            for place, (pipe, door) in enumerate(zip(pipes, doors, strict=True))
        ]

    def _conversation(self, place: int) -> Conversation:
        mine, other = self.people[place], self.people[1 - place]
        return Conversation(
            mine.shelf, door=other.door, leads=place == 0, clock=mine.watch.hour,
            nonce=mine.entropy(16), show_chain=False,
        )  # fmt: skip

    def _react(self, _talk: Talk, happened: Happened) -> bool:
        self.told.append(happened)
        if all(talk.conversation.phase is Phase.LIVE for talk in self.talks):
            self._both_live.set()
            self._over.set()
        return True

    async def run_to_the_end(self) -> None:
        """Hold both talks until both are live, or the line is broken."""
        async with trio.open_nursery() as nursery:

            async def hold(talk: Talk) -> None:
                await talk.run()
                self._over.set()

            for talk in self.talks:
                nursery.start_soon(hold, talk)
            await self._over.wait()
            await trio.sleep(1)  # the other side hears of it
            nursery.cancel_scope.cancel()

    async def run_until_live(self) -> float:
        """Hold both talks until both are live; how many seconds that took."""
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            for talk in self.talks:
                nursery.start_soon(talk.run)
            await self._both_live.wait()
            nursery.cancel_scope.cancel()
        return trio.current_time() - begun


def a_pair(village: Village, posts: int, size: int) -> tuple[Person, Person]:
    """Ada with so much to hand over, and Bo who has nothing of it."""
    ada = village.founder("Ada")
    bo = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    for number in range(posts):
        ada.write(f"{number} " + "x" * size)
    ada.sign()
    return ada, bo


async def test_a_thin_line_is_no_silence_and_whoever_takes_in_is_heard(
    village: Village, autojump_clock: MockClock
) -> None:
    """Frames that take many seconds each, and a minute in which one side has nothing to say."""
    ada, bo = a_pair(village, 30, 40_000)
    call = Call(bo, ada, rate=20_000)
    with trio.fail_after(120):
        took = await call.run_until_live()
    assert took > 50
    assert len(bo.items(Log.WORDS)) == 30
    assert bo.knows() == ada.knows()


@pytest.fixture
def made_ahead(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When frames were made before the line could take them."""
    times: list[float] = []
    real = Outgoing.prepare

    def noted(self: Outgoing) -> None:
        times.append(trio.current_time())
        real(self)

    monkeypatch.setattr(Outgoing, "prepare", noted)
    return times


async def test_a_quick_line_that_stands_still_has_frames_made_ahead(
    village: Village, autojump_clock: MockClock, made_ahead: list[float]
) -> None:
    """While the other side is busy, and all of it comes."""
    ada, bo = a_pair(village, 200, 20_000)  # the newest 50 go before the bulk
    call = Call(bo, ada, rate=1_000_000)
    stream = call.talks[1].stream
    pipe = stream._pipe
    assert isinstance(pipe, Tube)
    stream._pipe = Halting(pipe._stream, after=2_000_000, seconds=3)
    begun = trio.current_time()
    with trio.fail_after(60):
        assert await call.run_until_live() > 3
    assert made_ahead
    assert all(PAUSE <= at - begun < 3.5 for at in made_ahead)
    assert bo.knows() == ada.knows()


async def test_on_a_thin_line_nothing_is_made_ahead(
    village: Village, autojump_clock: MockClock, made_ahead: list[float]
) -> None:
    """It would only lie there."""
    ada, bo = a_pair(village, 200, 20_000)
    call = Call(bo, ada, rate=40_000)
    with trio.fail_after(200):
        await call.run_until_live()
    assert made_ahead == []
    assert bo.knows() == ada.knows()


async def test_what_came_whole_before_a_line_broke_is_kept(
    village: Village, autojump_clock: MockClock
) -> None:
    """A line that breaks again and again brings everything in the end, and little of it twice."""
    ada, bo = a_pair(village, 120, 4_000)
    calls = 0
    while len(bo.items(Log.WORDS)) < 120:
        calls += 1
        before = len(bo.items(Log.WORDS))
        call = Call(bo, ada, rate=1_000_000, breaks_after=100_000)
        with trio.fail_after(60):
            await call.run_to_the_end()
        assert len(bo.items(Log.WORDS)) > before, "a line that never gets anywhere"
    assert calls <= 12


async def test_what_cannot_be_kept_after_a_line_broke_ends_nothing_else(
    village: Village, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with it: the talk is over, and whoever holds it goes on."""
    ada, bo = a_pair(village, 120, 4_000)
    call = Call(bo, ada, rate=1_000_000, breaks_after=100_000)
    monkeypatch.setattr("p2p.talk.LINGER", 60.0)  # so that something is gathered and not kept yet
    real = call.talks[0]._keep_what_came
    refused: list[int] = []

    def breaks(*_: object) -> None:
        refused.append(1)
        raise RuntimeError

    def keeps() -> None:
        monkeypatch.setattr(bo.shelf, "take_in", breaks)
        real()

    monkeypatch.setattr(call.talks[0], "_keep_what_came", keeps)
    with trio.fail_after(60):
        await call.run_to_the_end()
    assert refused


async def test_whoever_never_listens_is_hung_up_on(
    village: Village, autojump_clock: MockClock
) -> None:
    """They say that they are there, and take nothing."""
    ada, bo = a_pair(village, 40, 40_000)
    call = Call(bo, ada, rate=1_000_000)
    begun = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(call.talks[0].run)
        stuck = call.talks[1]

        async def never_taken(_data: bytes) -> None:
            await trio.sleep_forever()

        stuck.stream._pipe.write = never_taken  # type: ignore[assignment,method-assign]
        await stuck.run()
        nursery.cancel_scope.cancel()
    assert trio.current_time() - begun <= SENDING + 5


async def test_silence_ends_a_talk(village: Village, autojump_clock: MockClock) -> None:
    """Not one byte for so long."""
    ada, bo = a_pair(village, 1, 10)
    call = Call(bo, ada, rate=1_000_000)
    begun = trio.current_time()
    await call.talks[1].run()
    assert SILENCE <= trio.current_time() - begun < SILENCE + 3


async def test_heartbeats_wake_a_home_together(village: Village, autojump_clock: MockClock) -> None:
    """At full ticks, whenever the talks began; not more than one in two seconds, or in 2.25."""
    ada, bo = a_pair(village, 1, 10)
    calls = [Call(bo, ada, rate=1_000_000) for _ in range(3)]
    said: list[list[float]] = []
    async with trio.open_nursery() as nursery:
        for call in calls:
            await trio.sleep(0.37)
            for talk in call.talks:
                nursery.start_soon(talk.run)
                times: list[float] = []
                said.append(times)
                real = talk.stream._pipe.write

                async def noted(
                    data: bytes,
                    times: list[float] = times,
                    real: Callable[[bytes], Awaitable[None]] = real,
                ) -> None:
                    times.append(trio.current_time())
                    await real(data)

                talk.stream._pipe.write = noted  # type: ignore[method-assign]
        await trio.sleep(5)
        for times in said:
            last = times[-1]
            times[:] = [last]
        await trio.sleep(60)
        nursery.cancel_scope.cancel()
    for times in said:
        gaps = [after - before for before, after in itertools.pairwise(times)]
        assert max(gaps) <= BEAT + 0.25
        assert len(gaps) <= 60 / BEAT + 1
        assert all(at % TICK < 0.01 for at in times)
