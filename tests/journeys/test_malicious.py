"""A member's key in bad hands, against real homes: memory, time, and what the others notice."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from app.clock import SystemClock
from app.store import circles
from p2p import wire
from p2p.crypto import system_entropy
from p2p.host import Closed, FrameStream, Host, Unreachable, address_peer, load
from p2p.sync import Phase
from tests.journeys.people import Person, the_same, village
from tests.p2p import attacks
from tests.p2p.malice import Attack, Mallory
from tests.p2p.village import Person as Computer
from tests.p2p.village import Watch

HANG_UP = 30.0  # seconds
MEMORY = 50_000_000  # bytes by which a home may grow
ARRIVES = 10.0  # seconds in which an honest word arrives, on a busy machine too
STAY = 4.0  # seconds for which the streams of a crowd stay, if they are let
CROWD = 24  # streams that are tried at once

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how large a home is")


class Memory:
    """How large a running home becomes from now on."""

    def __init__(self, person: Person) -> None:
        self._folder = Path(f"/proc/{person.pid}")
        (self._folder / "clear_refs").write_text("5", "ascii")
        self._before = self._told("VmRSS")

    def _told(self, field: str) -> int:
        lines = (self._folder / "status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

    @property
    def grown(self) -> int:
        """Bytes between what it had and the most it had since."""
        return self._told("VmHWM") - self._before


async def nobody(stream: FrameStream) -> None:
    await stream.close()


def turned(person: Person, circle: str) -> Computer:
    """All that is in the home of somebody whose program no longer runs."""
    db = person.store()
    computer = Computer(person.name, person.folder, db, _Now(), system_entropy)
    row = next(row for row in circles.all_circles(db) if row.circle.hex() == circle)
    computer.move_in(row)
    return computer


class _Now(Watch):
    """The true clock, where a village has one that stands still."""

    def now(self) -> int:
        return SystemClock().now()

    def hour(self) -> int:
        return SystemClock().hour()


async def attacked(
    mallory: Computer, address: str, host: Host, attack: Attack, seconds: float
) -> float | None:
    """Seconds until Mallory was hung up on; None: it never was."""
    door = address_peer(address) or b""
    stream = await host.open(door, [address])
    begun = trio.current_time()
    with trio.move_on_after(seconds) as scope:
        with suppress(Closed):
            await attack(Mallory(mallory, door, stream, leads=True))
    await stream.close()
    return None if scope.cancelled_caught else trio.current_time() - begun


async def chats(circle: str, ada: Person, ben: Person, posts: list[str]) -> None:
    """Ada and Ben write to each other all the time, and each word arrives soon."""
    while True:
        for writer, reader in ((ada, ben), (ben, ada)):
            body = f"word {len(posts)} of {writer.name}"
            with trio.fail_after(ARRIVES):
                await writer.writes(circle, body)
                await reader.has(circle, body)
            posts.append(body)
        await trio.sleep(0.5)


async def besieged(
    folder: Path, named: Sequence[tuple[str, Attack]], seconds: float
) -> dict[str, tuple[float | None, int]]:
    """One attack after the other on Ada's home; what became of each: (seconds, bytes grown)."""
    load()
    told: dict[str, tuple[float | None, int]] = {}
    posts: list[str] = []
    async with village(folder) as new:
        ada, ben, eve = await new("Ada"), await new("Ben"), await new("Mallory")
        circle = await ada.founds("By the water")
        address = (await ada.addresses())[0]  # an invite made sooner would name none
        link = await ada.invites(circle, uses=2)
        for guest in (ben, eve):
            await guest.comes_in(link)
        await ada.writes(circle, "Something to ask for. " * 100)
        await the_same(circle, ada, ben, eve, posts=1)
        await eve.sleeps()
        mallory = turned(eve, circle)
        host = Host(mallory.room.row.door_seed, listen=(), on_stream=nobody)
        async with host.run(), trio.open_nursery() as nursery:
            nursery.start_soon(chats, circle, ada, ben, posts)
            for name, attack in named:
                memory = Memory(ada)
                ended = await attacked(mallory, address, host, attack, seconds)
                told[name] = (ended, memory.grown)
            memory = Memory(ada)
            await crowds(mallory, address, host)
            told["a crowd of streams"] = (0.0, memory.grown)
            nursery.cancel_scope.cancel()
        mallory.db.close()
        before = len(posts)
        await the_same(circle, ada, ben)
        assert before >= 2 * len(told) or before > 20  # they really talked all the while
        assert ada.home.stderr == b""
        assert ben.home.stderr == b""
    return told


async def crowds(mallory: Computer, address: str, host: Host) -> None:
    """Many streams at once, each with a hello; most are reset, and all end."""
    door = address_peer(address) or b""

    async def one() -> None:
        try:
            stream = await host.open(door, [address])
        except Unreachable:
            return
        other = Mallory(mallory, door, stream, leads=True)
        with trio.move_on_after(STAY):
            try:
                await other.behaves_until(Phase.LIVE)
                await other.while_listening(trio.sleep_forever)
            except Closed:
                pass
        await stream.close()

    with trio.fail_after(HANG_UP + 5):
        async with trio.open_nursery() as nursery:
            for _ in range(CROWD):
                nursery.start_soon(one)


def _hold(told: dict[str, tuple[float | None, int]]) -> None:
    for name, (ended, grown) in told.items():
        assert grown <= MEMORY, f"{name}: {grown / 1e6:.0f} MB"
        assert ended is not None, f"{name}: never hung up on"
        assert ended <= HANG_UP, f"{name}: {ended:.0f} s"


QUICK = (
    "four gibibytes announced", "half a mebibyte of junk", "4096 tiny envelopes", "settled",
    "ever new epochs",
)  # fmt: skip


async def test_a_home_under_attack_hangs_up_and_stays_small(tmp_path: Path) -> None:
    """Huge frames, tiny envelopes, digests without end, a crowd of streams; Ben hears Ada."""
    _hold(await besieged(tmp_path, [(n, attacks.HUNG_UP[n]) for n in QUICK], HANG_UP))


@pytest.mark.long
async def test_every_attack_on_a_home_is_ended(tmp_path: Path) -> None:
    """All that a rule ends, on a real network and a real clock."""
    _hold(await besieged(tmp_path, list(attacks.HUNG_UP.items()), HANG_UP + 5))


async def test_a_crowd_of_strangers_costs_little_and_shuts_nobody_out(tmp_path: Path) -> None:
    """Two dozen announce huge frames, drip, or say nothing; Ben and Ada talk on."""
    load()
    posts: list[str] = []
    said = (
        b"\xff\xff\xff\xff" + bytes(4000), b"\0", b"", (300_000).to_bytes(4) + bytes(200_000),
        wire.encode(wire.Knock(bytes(32))),
    )  # fmt: skip
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        address = (await ada.addresses())[0]  # an invite made sooner would name none
        await ben.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben)
        memory = Memory(ada)
        slowest = 0.0

        async def stands_there(number: int) -> None:
            nonlocal slowest
            host = Host(system_entropy(32), listen=(), on_stream=nobody)
            async with host.run():
                begun = trio.current_time()
                try:
                    stream = await host.open(address_peer(address) or b"", [address])
                    await stream._pipe.write(said[number % len(said)])
                    await stream.receive()
                except (Unreachable, Closed):
                    slowest = max(slowest, trio.current_time() - begun)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(chats, circle, ada, ben, posts)
            with trio.fail_after(HANG_UP + 10):
                async with trio.open_nursery() as crowd:
                    for number in range(CROWD):
                        crowd.start_soon(stands_there, number)
            nursery.cancel_scope.cancel()
        assert 0 < slowest <= HANG_UP
        assert memory.grown <= MEMORY, f"{memory.grown / 1e6:.0f} MB"
        assert len(posts) > 4
        assert ada.home.stderr == b""
