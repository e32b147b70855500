"""A place at a relay is kept by a loop that neither spins nor forgets, by a clock that jumps."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

from typing import TYPE_CHECKING, cast

import pytest
import trio
import trio.testing

from p2p.host import Closed, Reservation, load

load()

from p2p.host import reserving
from p2p.host.messages import Answer, Code

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn


class Line:
    """A connection with a relay, as the keeper sees one."""

    def __init__(self) -> None:
        self.event_closed = trio.Event()

    @property
    def is_closed(self) -> bool:
        return self.event_closed.is_set()


class Rosa:
    """A relay as the keeper meets it: there or not, with a clock of her own."""

    def __init__(self) -> None:
        self.there = self.answers = True
        self.code = Code.OK
        self.life = 3600.0
        self.wall = self.clock = 1.8e9  # when we began, by our wall clock and by hers
        self.asked: list[float] = []
        self.dialled: list[float] = []
        self.told: list[tuple[float, Reservation]] = []
        self.line = Line()
        self.asking = reserving.Asking(
            connect=self._connect,
            reserve=self._reserve,
            keep=lambda _conn, _seconds: None,
            is_there=self._is_there,
            cut=self._cut,
            wall=self._wall,
        )

    def keeper(self) -> reserving.Keeper:
        begun = trio.current_time()

        def tell(state: Reservation) -> None:
            self.told.append((trio.current_time() - begun, state))

        return reserving.Keeper(self.asking, tell, bytes)  # no chance: each pause is the shortest

    def goes(self) -> None:
        self.there = False
        self.line.event_closed.set()

    def _wall(self) -> float:
        return self.wall + trio.current_time()

    async def _connect(self) -> "SwarmConn | None":
        self.dialled.append(trio.current_time())
        await trio.sleep(0.01)
        if not self.there:
            return None
        if self.line.is_closed:
            self.line = Line()
        return cast("SwarmConn", self.line)

    async def _reserve(self, _conn: "SwarmConn") -> Answer:
        self.asked.append(trio.current_time())
        if not self.answers:
            await trio.sleep_forever()
        if not self.there:
            raise Closed
        return Answer(self.code, int(self.clock + trio.current_time() + self.life))

    async def _is_there(self, _conn: "SwarmConn", seconds: float) -> bool:
        if not self.answers:
            await trio.sleep(seconds)
        return self.answers

    async def _cut(self, conn: "SwarmConn") -> None:
        cast("Line", conn).event_closed.set()

    def state(self) -> Reservation:
        return self.told[-1][1]

    def pauses(self) -> list[float]:
        return [b - a for a, b in zip(self.dialled, self.dialled[1:], strict=False)]


async def test_a_place_is_renewed_at_half_time(autojump_clock: trio.testing.MockClock) -> None:
    """Held without a break for a day; asked for every half hour of an hour's word."""
    del autojump_clock
    rosa = Rosa()
    with trio.move_on_after(86_400):
        await rosa.keeper().run()
    assert [state for _, state in rosa.told] == [Reservation.SEEKING, Reservation.HELD]
    assert 47 <= len(rosa.asked) <= 49


@pytest.mark.parametrize(
    ("life", "least", "most"), [(-9e8, 28, 32), (0, 28, 32), (4e9, 1700, 1810)]
)
async def test_whatever_a_relay_says_of_time_it_is_neither_forgotten_nor_pestered(
    autojump_clock: trio.testing.MockClock, life: float, least: float, most: float
) -> None:
    """A moment long past, or in a hundred years: renewed each half minute, or each half hour."""
    del autojump_clock
    rosa = Rosa()
    rosa.life = life
    with trio.move_on_after(7200):
        await rosa.keeper().run()
    pauses = rosa.pauses()
    assert least <= min(pauses) <= max(pauses) <= most


async def test_a_relay_that_is_gone_is_asked_for_with_growing_pauses(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The loss is told once; then 1, 2, 4… up to 60 seconds; and it is held when it is back."""
    del autojump_clock
    rosa = Rosa()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(rosa.keeper().run)
        await trio.sleep(100)
        rosa.goes()
        await trio.sleep(3600)
        assert [state for _, state in rosa.told][2:] == [Reservation.SEEKING]
        assert len(rosa.dialled) < 75
        assert [round(pause) for pause in rosa.pauses()[-3:]] == [60, 60, 60]
        rosa.there = True
        await trio.sleep(61)
        assert rosa.state() is Reservation.HELD
        nursery.cancel_scope.cancel()


async def test_a_nudge_ends_the_pause_and_no_more(autojump_clock: trio.testing.MockClock) -> None:
    """The network is another now: the relay is asked at once, and patiently again after that."""
    del autojump_clock
    rosa = Rosa()
    rosa.there = False
    keeper = rosa.keeper()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.run)
        await trio.sleep(600)
        before = len(rosa.dialled)
        keeper.nudge()
        keeper.nudge()
        await trio.sleep(0.1)
        assert len(rosa.dialled) == before + 1
        await trio.sleep(600)
        assert len(rosa.dialled) < before + 20
        rosa.there = True
        keeper.nudge()
        await trio.sleep(0.1)
        assert rosa.state() is Reservation.HELD
        nursery.cancel_scope.cancel()


async def test_a_relay_that_refuses_is_told_apart_and_asked_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """It is full, or does not know us yet; when that changes we have a place within a minute."""
    del autojump_clock
    rosa = Rosa()
    rosa.code = Code.RESERVATION_REFUSED
    async with trio.open_nursery() as nursery:
        nursery.start_soon(rosa.keeper().run)
        await trio.sleep(600)
        assert [state for _, state in rosa.told] == [Reservation.SEEKING, Reservation.REFUSED]
        assert len(rosa.asked) < 20
        rosa.code = Code.OK
        await trio.sleep(61)
        assert rosa.state() is Reservation.HELD
        nursery.cancel_scope.cancel()


async def test_a_relay_that_has_fallen_silent_is_noticed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The line looks alive, as after a night's sleep: after 20 seconds the place counts as lost."""
    del autojump_clock
    rosa = Rosa()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(rosa.keeper().run)
        await trio.sleep(100)
        rosa.answers = False
        await trio.sleep(21)
        assert rosa.state() is Reservation.SEEKING
        rosa.answers = True
        await trio.sleep(61)
        assert rosa.state() is Reservation.HELD
        nursery.cancel_scope.cancel()


async def test_a_night_that_only_the_wall_clock_saw_has_the_place_renewed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The laptop slept, its own clock stood still: it asks at once, not half an hour later."""
    del autojump_clock
    rosa = Rosa()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(rosa.keeper().run)
        await trio.sleep(60)
        assert len(rosa.asked) == 1
        rosa.wall += 30_000
        rosa.clock += 30_000
        await trio.sleep(16)
        assert len(rosa.asked) == 2
        rosa.wall -= 60_000
        await trio.sleep(60)
        assert len(rosa.asked) == 2
        assert [state for _, state in rosa.told] == [Reservation.SEEKING, Reservation.HELD]
        nursery.cancel_scope.cancel()
