"""A mailbox without a network, with the real clerk and real books, and members who go there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from app import epochs
from app.boxes import known as keyed
from app.boxes.known import Known
from app.boxes.visit import Around, Memory, Visit
from app.circle import acts
from app.mailbox.books import DAYS, Ledgers
from app.mailbox.tables import STEPS
from app.store import boxes
from app.store.db import Database, open_store
from p2p.crypto import sign_public
from p2p.errors import PeerFault
from p2p.host import Closed
from p2p.ids import EnvelopeId
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller
from p2p.mailbox.clerk import Clerk
from p2p.op import Kind, Log
from p2p.wire import Card
from tests.p2p.village import Person, Village

BOX, OWNER, PEER = b"b" * 32, b"o" * 32, sign_public(b"m" * 32)
AT = "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWBW1vPXg77bNgudVoFL7TTSmNk6p6WuoWHZuirLsz6Sdv"
CALLER = b"c" * 32


class Street:
    """A line to the mailbox: what is said is answered at once. It counts the questions."""

    def __init__(self, books: Ledgers, hour: int) -> None:
        self.asked: list[wire.Asked] = []
        self._clerk = Clerk(books, own=PEER, caller=CALLER, hour=lambda: hour)
        self._answer: bytes | None = None

    async def send(self, frame: bytes) -> None:
        await trio.lowlevel.checkpoint()
        asked = wire.question(frame)
        self.asked.append(asked)
        try:
            self._answer = wire.encode(self._clerk.answer(asked))
        except PeerFault:
            self._answer = None

    async def receive(self) -> bytes:
        await trio.lowlevel.checkpoint()
        if self._answer is None:
            raise Closed
        return self._answer


@dataclass
class Cupboard:
    """A mailbox on a disk, and who goes there."""

    db: Database
    village: Village
    quota: int = 1 << 20
    memories: dict[str, Memory] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)

    @property
    def books(self) -> Ledgers:
        return Ledgers(self.db, b"t" * 16, self.village.watch.hour, lambda _: None, self.quota)

    def street(self) -> Street:
        return Street(self.books, self.village.watch.hour())

    async def opened(self, person: Person, seed: bytes | None = None) -> tuple[Caller, Street]:
        for one in [seed] if seed is not None else keyed.seeds(person.room, BOX):
            street = self.street()
            caller = Caller(street)  # type: ignore[arg-type]  # as much of a stream as is asked for
            try:
                await caller.ask(capability.opening(one, BOX, PEER, CALLER))
            except Closed:
                continue
            return caller, street
        raise Closed

    async def is_added_by(self, host: Person) -> None:
        epoch = epochs.usable(host.room.ledger.view, host.room.ledger.keyring)
        assert epoch is not None
        key = keyed.public(host.room, epoch, BOX)
        assert key is not None
        caller = Caller(self.street())  # type: ignore[arg-type]  # the same
        await caller.ask(capability.founding(b"t" * 16, OWNER, BOX, PEER, key))
        with host.room.change() as change:
            boxes.add(host.db, host.room.row.circle_no, BOX, PEER, [AT], OWNER)
            boxes.retained(host.db, host.room.row.circle_no, BOX, [epoch], 0)
            host.outbox.act(change, Kind.MAILBOX, acts.Mailbox(BOX, PEER, [AT], "Cupboard", False))

    def words(self) -> set[bytes]:
        """The ids of the envelopes of words that lie there."""
        rows = self.db.read("SELECT envelope FROM envelopes WHERE log = 1")
        return {bytes(name) for (name,) in rows}

    async def visited_by(self, person: Person, *, seed: bytes | None = None) -> Street:
        caller, street = await self.opened(person, seed)
        here: Known = next(iter(keyed.known(person.room)))

        def tell(kind: Log, ids: list[EnvelopeId]) -> None:
            person.announce(kind, ids)

        around = Around(tell, self.cards.extend, set, lambda: None)
        await Visit(
            person.room, person.shelf, person.outbox, caller, here,
            self.memories.setdefault(person.name, Memory()), around,
            self.village.watch.hour(), DAYS,
        ).run()  # fmt: skip
        return street


@contextmanager
def a_cupboard(village: Village, folder: Path) -> Iterator[Cupboard]:
    db = open_store(folder / "mailbox.db", b"k" * 32, create=True, steps=STEPS)
    yield Cupboard(db, village)
    db.close()


async def two(cupboard: Cupboard, ada: Person) -> Person:
    """Ada has added the mailbox, and Bo knows of it. They don't meet again."""
    await cupboard.is_added_by(ada)
    bo = cupboard.village.joined(ada, "Bo")
    for person in (ada, bo):
        for end in list(person.ends):
            end.line.hang_up()
    return bo
