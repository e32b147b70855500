"""Ways through others are looked for when they are due, and not in between."""

from collections.abc import Mapping
from typing import cast

import trio

from app.relaying import UNREACHED, Relaying
from app.room import Room
from p2p.directory import Way
from p2p.host import Host, Path
from p2p.ids import DeviceId
from p2p.simulator.stage import perform

HERE, AWAY = DeviceId(b"h" * 32), DeviceId(b"a" * 32)


class _Company:
    def __init__(self, near: set[DeviceId]) -> None:
        self._near = near

    def here(self) -> set[DeviceId]:
        return {HERE}

    def near(self) -> set[DeviceId]:
        return self._near

    def line(self, device: DeviceId) -> tuple[Path, str]:  # noqa: ARG002
        return Path.DIRECT, ""


class _Looking(Relaying):
    """Without a circle: notes when it looks around, and when members are asked."""

    def __init__(self, *near: DeviceId) -> None:
        super().__init__(
            cast("Room", None), _Company({*near}), self._everybody, lambda _: True, lambda: None
        )
        self.looked: list[float] = []
        self.asked: list[float] = []

    def _everybody(self) -> Mapping[DeviceId, Way]:
        return {HERE: Way(b"", ()), AWAY: Way(b"", ())}

    def _look(self, host: Host, nursery: trio.Nursery) -> None:  # noqa: ARG002
        self.looked.append(trio.current_time())

    def _ask_members(self, host: Host, nursery: trio.Nursery) -> None:  # noqa: ARG002
        self.asked.append(trio.current_time())


class _Host:
    def circuits(self) -> list[str]:
        return []


def _first_whose_wait_is_rounded() -> float:
    """A time t for which t + UNREACHED - t is less than UNREACHED."""
    return next(t for t in (n / 10 for n in range(1, 10_000)) if t + UNREACHED - t < UNREACHED)


def test_members_are_asked_once_each_time_that_is_due_also_where_the_sum_is_rounded() -> None:
    looking = _Looking(HERE, AWAY)
    begun = _first_whose_wait_is_rounded()

    async def play() -> None:
        await trio.sleep_until(begun)
        with trio.move_on_after(UNREACHED * 2.5):
            await looking.run(cast("Host", _Host()))

    perform(play, 1)
    assert looking.looked == [begun, begun + UNREACHED, begun + UNREACHED + UNREACHED]
    assert looking.asked == looking.looked[1:]


def test_nobody_is_asked_for_a_way_to_whom_one_would_not_talk_anyway() -> None:
    """In a circle of many nobody talks with everybody."""
    looking = _Looking(HERE)

    async def play() -> None:
        with trio.move_on_after(UNREACHED * 2.5):
            await looking.run(cast("Host", _Host()))

    perform(play, 1)
    assert looking.asked == []
