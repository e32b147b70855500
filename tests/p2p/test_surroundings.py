"""What happens around a home is noticed: networks that change, sleep, a clock that is set."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Interface

import trio
from trio.testing import MockClock

from p2p.networks import Network
from p2p.surroundings import LOOK, LOST, SETTLE, TICK, Surroundings

YEAR = 365 * 24 * 3600.0
HOME, CAFE = Network(IPv4Interface("192.168.1.7/24")), Network(IPv4Interface("10.3.2.1/16"))


@dataclass
class Around:
    """A computer, and what its home was told."""

    networks: tuple[Network, ...] = (HOME,)
    ahead: float = 0.0  # seconds of wall time beyond the home's own
    messages: socket.socket | None = None
    looks: int = 0
    told: list[tuple[str, float]] = field(default_factory=list)

    def wall(self) -> int:
        return round((trio.current_time() + self.ahead) * 1000) + 1_781_870_400_000

    def look(self) -> Sequence[Network]:
        self.looks += 1
        return self.networks

    def says(self, what: str) -> None:
        self.told.append((what, trio.current_time()))

    def what(self) -> list[str]:
        return [what for what, _ in self.told]


@asynccontextmanager
async def around(computer: Around) -> AsyncIterator[None]:
    watch = Surroundings(
        moved=lambda _: computer.says("moved"), woke=lambda: computer.says("woke"),
        set_back=lambda: computer.says("set back"), wall=computer.wall, look=computer.look,
        listen=lambda: computer.messages,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.run)
        await trio.sleep(0.1)
        yield
        nursery.cancel_scope.cancel()


async def test_sleep_is_noticed_a_moment_after_waking(autojump_clock: MockClock) -> None:
    """A simulated week in which the home's own clock stood still."""
    computer = Around()
    async with around(computer):
        await trio.sleep(7)
        computer.ahead += 7 * 24 * 3600
        woke = trio.current_time()
        await trio.sleep(60)
    assert computer.what() == ["moved", "woke"]
    assert computer.told[-1][1] - woke <= TICK


async def test_a_program_that_was_stopped_has_slept_too(mock_clock: MockClock) -> None:
    """Both clocks went on, and nothing was done meanwhile."""
    mock_clock.autojump_threshold = 0
    computer = Around()
    async with around(computer):
        await trio.sleep(7)
        mock_clock.jump(300)
        await trio.sleep(60)
    assert computer.what() == ["moved", "woke"]


async def test_a_wall_clock_may_jump_by_years(autojump_clock: MockClock) -> None:
    """Each jump is told once, and between them nothing runs faster, slower, or not at all."""
    computer = Around()
    async with around(computer):
        for jump in (-YEAR, YEAR, YEAR, -YEAR):
            computer.ahead += jump
            await trio.sleep(100)
    assert computer.what() == ["moved", "set back", "woke", "woke", "set back"]
    passed = 401
    assert computer.looks <= passed / LOOK + 4


async def test_small_corrections_are_nothing(autojump_clock: MockClock) -> None:
    """A clock that is set by a second or two now and then."""
    computer = Around()
    async with around(computer):
        for jump in (1.5, -2.0, LOST / 2, -LOST / 2):
            computer.ahead += jump
            await trio.sleep(30)
    assert computer.what() == ["moved"]


async def test_where_nobody_tells_the_networks_are_looked_at(autojump_clock: MockClock) -> None:
    """Every thirty seconds, and only a difference is told."""
    computer = Around()
    async with around(computer):
        await trio.sleep(10 * LOOK)
        assert computer.what() == ["moved"]
        computer.networks = (CAFE,)
        at = trio.current_time()
        await trio.sleep(2 * LOOK)
    assert computer.what() == ["moved", "moved"]
    assert computer.told[-1][1] - at <= LOOK


async def test_where_the_system_tells_nothing_is_looked_at_in_vain() -> None:
    """A message, however many more come with it, makes one look; no message, none."""
    kernel, messages = socket.socketpair()
    messages.setblocking(False)
    computer = Around(messages=messages)
    with kernel:
        async with around(computer):
            assert computer.looks == 1
            computer.networks = (HOME, CAFE)
            for _ in range(50):
                kernel.send(b"something")
            await trio.sleep(SETTLE * 3)
            assert computer.looks <= 3
            assert computer.what() == ["moved", "moved"]
            before = computer.looks
            kernel.send(b"something that is nothing")
            await trio.sleep(SETTLE * 2)
            assert computer.looks == before + 1
    assert computer.what() == ["moved", "moved"]
    assert messages.fileno() == -1


async def test_after_waking_the_networks_are_looked_at_first(autojump_clock: MockClock) -> None:
    """So that whoever is told of the waking finds the new ones."""
    computer = Around()
    async with around(computer):
        computer.ahead += 3600
        computer.networks = (CAFE,)
        await trio.sleep(TICK + 1)
    assert computer.what() == ["moved", "moved", "woke"]
