"""Who is served at a mailbox: strangers who say nothing, callers in haste, a disk that is full."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
import trio

from app.mailbox.books import Ledgers
from app.mailbox.serving import BURST, HOLD, IDLE, PATIENCE, REFILL, STRANGERS, Counter
from app.mailbox.tables import STEPS
from app.store.db import Database, open_store
from p2p import wire as door
from p2p.crypto import sign_public
from p2p.host import Closed, FrameStream
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller, NotDone
from p2p.mailbox.clerk import NO_ROOM
from p2p.op import Log
from tests.app.mailing import Circle, a_mailbox, sealed, someone

HOUR, TOKEN, KEY = 497_000, b"t" * 16, b"k" * 32
PEER, ADA = sign_public(b"m" * 32), b"a" * 32
CIRCLE = Circle()


class Clock(Protocol):
    """Trio's clock of the tests, as far as it is used here."""

    def current_time(self) -> float: ...


class Pipe:
    """One end of a line in memory."""

    def __init__(
        self, into: "trio.MemorySendChannel[bytes]", out: "trio.MemoryReceiveChannel[bytes]"
    ) -> None:
        self.written = 0
        self._into, self._out = into, out
        self._left = b""

    async def read(self, most: int) -> bytes:
        if not self._left:
            try:
                self._left = await self._out.receive()
            except (trio.EndOfChannel, trio.ClosedResourceError):
                raise Closed from None
        came, self._left = self._left[:most], self._left[most:]
        return came

    async def write(self, data: bytes) -> None:
        try:
            await self._into.send(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Closed from None
        self.written += len(data)

    async def finish(self) -> None:
        self._into.close()
        self._out.close()


@dataclass
class Open:
    """A mailbox's counter over real books, and the callers at it."""

    db: Database
    nursery: trio.Nursery | None = None
    passed: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.books = Ledgers(self.db, TOKEN, lambda: HOUR, self._came)
        self.counter = Counter(self.books, PEER, lambda: HOUR, self._opened)
        owner, key = sign_public(CIRCLE.owner), CIRCLE.key
        assert self.books.found(CIRCLE.box, owner, key)

    def _came(self, box: bytes) -> None:
        self.counter.came(box)

    def _opened(self, *what: bytes) -> None:
        peer, box, key = what
        self.passed.append((peer, box, key))

    def call(self, peer: bytes = ADA) -> FrameStream:
        assert self.nursery is not None
        to_us, ours = trio.open_memory_channel[bytes](math.inf)
        to_them, theirs = trio.open_memory_channel[bytes](math.inf)
        self.nursery.start_soon(
            self.counter.serve, FrameStream(Pipe(to_them, ours), peer=peer, remote="")
        )
        return FrameStream(Pipe(to_us, theirs), peer=PEER, remote="")

    async def member(self, peer: bytes = ADA) -> Caller:
        caller = Caller(self.call(peer))
        opening = capability.opening(CIRCLE.seed, CIRCLE.box, PEER, peer)
        assert isinstance(await caller.ask(opening), wire.Opened)
        return caller


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Open]:
    db = open_store(tmp_path / "m.db", KEY, create=True, steps=STEPS)
    yield Open(db)
    db.close()


async def hung_up(stream: FrameStream) -> bool:
    """Whether the other side ends it within a moment."""
    with trio.move_on_after(0.01):
        try:
            await stream.receive()
        except Closed:
            return True
    return False


async def test_strangers_who_say_nothing_shut_out_nobody(
    place: Open, autojump_clock: Clock
) -> None:
    """A full house of them: whoever holds a key comes in at once, and the oldest has to go."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        silent = []
        for _ in range(STRANGERS):
            silent.append(place.call(b"s" * 32))
            await trio.sleep(0.001)
        begun = autojump_clock.current_time()
        ada = await place.member()
        assert autojump_clock.current_time() - begun < 0.1
        assert isinstance(await ada.ask(wire.Listen(0)), wire.News)
        assert await hung_up(silent[0])
        assert not await hung_up(silent[1])
        nursery.cancel_scope.cancel()


async def test_there_are_never_more_strangers_than_there_is_room_for(
    place: Open, autojump_clock: Clock
) -> None:
    """Also when they come all at once."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        ada = await place.member()
        silent = [place.call(b"s" * 32) for _ in range(3 * STRANGERS)]
        await trio.sleep(0.1)
        assert len(place.counter._strangers) == STRANGERS
        gone = [await hung_up(stream) for stream in silent]
        assert gone.count(True) == 2 * STRANGERS
        assert isinstance(await ada.ask(wire.Listen(0)), wire.News)  # who is known stays
        nursery.cancel_scope.cancel()
    assert autojump_clock is not None


async def test_a_stranger_has_a_short_while_in_all(place: Open, autojump_clock: Clock) -> None:
    """Also one who knows a code and goes on knocking."""
    known = place.books.box(CIRCLE.box)
    assert known is not None
    place.books.put_capsule(known, b"r" * 32, b"capsule", HOUR + 9)
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        begun = autojump_clock.current_time()
        guest = place.call(b"s" * 32)
        with suppress(Closed):
            while True:
                await guest.send(wire.encode(door.Knock(b"r" * 32)))
                assert wire.answer(await guest.receive()) == door.Capsule(b"capsule")
                await trio.sleep(1)
        assert PATIENCE - 1 <= autojump_clock.current_time() - begun <= PATIENCE + 1
        nursery.cancel_scope.cancel()


async def test_who_holds_a_key_and_says_nothing_is_hung_up_on(
    place: Open, autojump_clock: Clock
) -> None:
    """After a minute, and not after a stranger's while."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        ada = await place.member()
        await trio.sleep(IDLE - 1)
        assert isinstance(await ada.ask(wire.Listen(0)), wire.News)
        await trio.sleep(IDLE + 1)
        with pytest.raises(Closed):
            await ada.ask(wire.Listen(0))
        nursery.cancel_scope.cancel()
    assert autojump_clock is not None


async def test_who_asks_without_end_is_answered_more_slowly(
    place: Open, autojump_clock: Clock
) -> None:
    """A visit's worth goes at once; what is beyond goes at a steady pace, and is answered."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        ada = await place.member()
        begun = autojump_clock.current_time()
        for _ in range(BURST - 1):
            await ada.do(wire.Succeed(CIRCLE.key))
        assert autojump_clock.current_time() - begun < 0.1
        for _ in range(int(4 * REFILL)):
            await ada.do(wire.Succeed(CIRCLE.key))
        assert 3.5 < autojump_clock.current_time() - begun < 4.5
        bo = await place.member(b"b" * 32)  # nobody else is slowed
        begun = autojump_clock.current_time()
        await bo.do(wire.Succeed(CIRCLE.key))
        assert autojump_clock.current_time() - begun < 0.1
        nursery.cancel_scope.cancel()


async def test_who_listens_is_told_in_a_while_that_nothing_came(
    place: Open, autojump_clock: Clock
) -> None:
    """And two of a circle who listen hear of the same thing, each."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        ada, bo = await place.member(), await place.member(b"b" * 32)
        cyd = await place.member(b"c" * 32)
        begun = autojump_clock.current_time()
        first = await ada.ask(wire.Listen(0))
        assert autojump_clock.current_time() - begun == pytest.approx(HOLD, abs=0.1)
        assert first == wire.News(0)
        heard: list[wire.Answered] = []

        async def listens(caller: Caller) -> None:
            heard.append(await caller.ask(wire.Listen(0)))

        async with trio.open_nursery() as listening:
            listening.start_soon(listens, ada)
            listening.start_soon(listens, bo)
            await trio.sleep(1)
            begun = autojump_clock.current_time()
            await cyd.pay_in(Log.WORDS, list(sealed(1, HOUR).values()))
        assert heard == [wire.News(1), wire.News(1)]
        assert autojump_clock.current_time() - begun < 0.1
        nursery.cancel_scope.cancel()


def _filled(db: Database) -> Callable[[], None]:
    """The disk has not one page more; what is given back makes room again."""
    [(pages,)] = db.read("PRAGMA page_count")
    db.read(f"PRAGMA max_page_count={pages}")

    def makes_room() -> None:
        db.read("PRAGMA max_page_count=1000000")

    return makes_room


async def test_a_full_disk_is_no_room_and_the_mailbox_goes_on(
    place: Open, autojump_clock: Clock
) -> None:
    """The stream stays, what is held is still given, and with room again it is kept."""
    async with trio.open_nursery() as nursery:
        place.nursery = nursery
        ada = await place.member()
        few, many = sealed(3, HOUR), list(sealed(60, HOUR, size=3000).values())
        kept = await ada.pay_in(Log.WORDS, list(few.values()))
        makes_room = _filled(place.db)
        for asked in (
            wire.Put(1, many), wire.PutParcels([wire.Parcel(KEY, bytes(12_000))] * 4),
        ):  # fmt: skip
            with pytest.raises(NotDone) as refused:
                await ada.ask(asked)
            assert refused.value.reason == NO_ROOM
        assert await ada.take_out(Log.WORDS, kept) == (few, 3)
        bo = await place.member(b"b" * 32)  # whose visit may not even be noted
        assert await bo.take_out(Log.WORDS, kept) == (few, 3)
        makes_room()
        assert len(await ada.pay_in(Log.WORDS, many)) == len(many)
        nursery.cancel_scope.cancel()
    assert autojump_clock is not None


async def test_a_pass_is_worth_as_much_as_the_key_that_it_was_shown_for(tmp_path: Path) -> None:
    """Who may call through a mailbox: whoever has shown a key that counts, while it counts."""
    async with (
        a_mailbox(tmp_path / "m") as standing, someone(standing.card) as owner,
        someone(standing.card) as bo, someone(standing.card) as mallory,
    ):  # fmt: skip
        card, may = standing.card, standing.mailbox._may_relay
        assert not may(bo.host.peer)
        mine = await owner.call()
        await mine.ask(CIRCLE.founds(card))
        await (await bo.call()).ask(CIRCLE.opens(bo, card))
        with pytest.raises(Closed):
            await (await mallory.call()).ask(Circle(authority=b"x" * 32).opens(mallory, card))
        assert [may(one.host.peer) for one in (owner, bo, mallory)] == [True, True, False]
        after = Circle(authority=b"n" * 32)
        await mine.do(capability.retaining(CIRCLE.owner, CIRCLE.box, card.peer, [after.key], 1))
        assert [may(one.host.peer) for one in (owner, bo, mallory)] == [True, False, False]
        await (await bo.call()).ask(after.opens(bo, card))
        assert may(bo.host.peer)
