"""One visit to a mailbox: acts first, then words, then what is left there for others.

Theory of operation. What the mailbox holds and we lack is taken out, and goes through the same
checks as what a member brings. Acts come first and completely, with the parcels in which secrets of
new epochs lie for us. All words that are there are taken out before a word of ours is numbered, so
that a disk that was put back gives no number twice; then what it lacks is paid in. In the end both
sides compare true digests. What is there of no use to us (sealed under secrets that are not ours to
have, or no envelope at all) is remembered and not asked for again until a secret comes.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf

import trio

from app.boxes import cards, door, dropping, parcels, receipts
from app.boxes.known import Known
from app.circle.state import CircleState
from app.events import PostsReached
from app.outbox import Outbox
from app.room import Room
from app.shelf import RoomShelf
from app.store import boxes, ops
from p2p.errors import PeerFault
from p2p.greeting import AHEAD, CLOCKS_APART
from p2p.ids import DeviceId, EnvelopeId, EpochId
from p2p.mailbox.caller import MOST_NAMED, Caller, NotDone
from p2p.mailbox.wire import BATCH
from p2p.op import Kind, Log
from p2p.reconcile import ItemSet
from p2p.unopened import Unopened
from p2p.wire import Card

DAY = 24  # hours
SLACK = 1  # days by which less is compared than the mailbox keeps: clocks differ
ROUNDS = 6  # how often acts are gone through, as each may bring secrets for more
USELESS = 16 << 20  # bytes taken out in one visit that are of no use; the rest is left to the next
FEW = 16  # computers up to which cards and receipts are asked for at each visit
SELDOM = 60.0  # seconds between it in larger circles
UNTOLD = 30 * 86_400_000  # ms for which a leaving waits until there is room for words
PASSED = MOST_NAMED  # ids of no use that are remembered

log = logging.getLogger("hearthside.boxes")


@dataclass(slots=True)
class Memory:
    """What one computer knows of one mailbox while it runs."""

    passed: dict[EnvelopeId, None] = field(default_factory=dict)
    keys: int = -1  # the version of the keyring for which `passed` holds
    there: set[bytes] = field(default_factory=set)  # tags under which something lies
    shown: dict[bytes, bytes] = field(default_factory=dict)  # rendezvous id -> capsule
    answered: dict[bytes, bytes] = field(default_factory=dict)  # tag -> frame
    receipts: dict[DeviceId, int] = field(default_factory=dict)  # author -> counter of what is left
    succeeded: set[bytes] = field(default_factory=set)
    card: tuple[EpochId, int] | None = None  # ours that is there: sealed under which, its counter
    looked: float = -inf  # when it was asked for cards and receipts
    more: bool = False  # words were left there for the next visit
    full: bool = False  # it had no room for something
    lapsed: dict[EnvelopeId, int] = field(default_factory=dict)  # whole there, not here: the hour


@dataclass(frozen=True, slots=True)
class Around:
    """What goes on in the circle besides: who is here, and who is to be told."""

    tell: Callable[[Log, list[EnvelopeId]], None]
    """These came: hand them on to whoever is here."""
    tell_cards: Callable[[Sequence[Card]], None]
    """People may be reached there."""
    here: Callable[[], set[DeviceId]]
    changed: Callable[[], None]
    """A mailbox is reached, or not any more, or holds more."""


@dataclass(slots=True)
class Visit:
    """A visit. `hour`, `days`: of the mailbox."""

    room: Room
    shelf: RoomShelf
    outbox: Outbox
    caller: Caller
    known: Known
    memory: Memory
    around: "Around"
    hour: int
    days: int

    async def run(self) -> None:
        """Go through everything once. Raises what `Caller` raises."""
        self.memory.full = False
        if self.room.row.state is CircleState.LEFT:
            await self._part()
            return
        if self.memory.keys != self.room.ledger.keyring.version:
            self.memory.passed.clear()
            self.memory.keys = self.room.ledger.keyring.version
        await self._acts()
        if self.room.row.state is not CircleState.MEMBER or self.room.ledger.myself() is None:
            return
        self.shelf.authority_settled()
        # Before words of ours are there for whose keys should count no more.
        await parcels.keys(self.room, self.caller, self.known, self.memory, self.shelf)
        await cards.leave(self.room, self.caller, self.known, self.memory)
        looks = self._looks_for_what_others_left()
        if looks and (news := await cards.collect(self.room, self.caller, self.known, self.shelf)):
            self.around.tell_cards(news)
        await self._words()
        here = self.around.here
        await receipts.leave(self.room, self.caller, self.known, self.memory, self.shelf, here)
        if looks:
            await receipts.collect(self.room, self.caller, self.known, self.shelf)
        box = self.known.box
        replies = await door.judge(self.room, self.outbox, self.caller, self.memory, box)
        await parcels.grants(self.room, self.caller, self.known, self.memory, self.shelf)
        await self._pay_in_acts(self.shelf.parting())
        await door.reply(self.caller, self.memory, replies)

    async def _part(self) -> None:
        """All that is left to say: words, the secrets that they are sealed under, and that we left.

        That last, and where words found no room only after a time: whoever hears of it may see to
        it that our keys count no more.
        """
        if not self.shelf.parting():  # our own admission may be there
            await self._acts()
            self.shelf.authority_settled()
        await self._pay_in_words()
        with suppress(NotDone):
            await parcels.grants(self.room, self.caller, self.known, self.memory, self.shelf)
        last = self.shelf.parting()
        waits = self.memory.full and not self._waited_long()
        await self._pay_in_acts(last if waits else last[1:])

    def _waited_long(self) -> bool:
        room = self.room
        left = ops.last_act(room.db, room.row.circle_no, room.ledger.device, int(Kind.LEAVE))
        return left is not None and room.clock.now() - left >= UNTOLD

    def _looks_for_what_others_left(self) -> bool:
        """Whether cards and receipts are asked for: in a large circle not at each post of somebody.

        One question for each sixteen computers.
        """
        now, few = trio.current_time(), len(self.room.ledger.view.devices()) <= FEW
        if not few and now - self.memory.looked < SELDOM:
            return False
        self.memory.looked = now
        return True

    # -- acts ----------------------------------------------------------------------------------

    async def _acts(self) -> None:
        unopened = Unopened(self.shelf)
        for _ in range(ROUNDS):
            items = self.shelf.item_set(Log.AUTHORITY, None, but=self.shelf.parting())
            found = await self.caller.compare(Log.AUTHORITY, 0, items)
            need = [name for name in found.need if name not in unopened]
            came = await self._take_out(Log.AUTHORITY, need, unopened.take_in)
            learned = await parcels.collect(self.room, self.caller, self.known, self.shelf)
            if learned:
                came += unopened.try_again()
                self.around.tell(Log.AUTHORITY, list(came))
            if not came and not learned:
                break
        await self._pay_in(Log.AUTHORITY, found.have)

    async def _pay_in_acts(self, but: Collection[EnvelopeId]) -> None:
        """Those of this visit: an admission, a grant.

        `but`: our leaving before its time, and that others left since, which only we know.
        """
        items = self.shelf.item_set(Log.AUTHORITY, None, but=but)
        found = await self.caller.compare(Log.AUTHORITY, 0, items)
        await self._pay_in(Log.AUTHORITY, found.have)

    # -- words ---------------------------------------------------------------------------------

    async def _pay_in_words(self) -> None:
        """What of ours is not there yet, and of others' what we hold."""
        since = self._since
        found = await self.caller.compare(Log.WORDS, since, self._items(since))
        await self._pay_in(Log.WORDS, found.have)

    @property
    def _since(self) -> int:
        """The hour from which on words are compared."""
        return max(0, self.hour - (self.days - SLACK) * DAY)

    async def _words(self) -> None:
        room, since = self.room, self._since
        found = await self.caller.compare(Log.WORDS, since, self._items(since))
        await self._take_out(Log.WORDS, found.need, self._take_words)
        await dropping.order(room, self.caller, self.known, self.memory)
        if self.memory.more:
            return  # words of ours may be among the rest: nothing is numbered before
        self.shelf.sign_waiting(self._latest_hour())
        await self._pay_in_acts(self.shelf.parting())  # what words stand on, before they are there
        found = await self.caller.compare(Log.WORDS, since, self._items(since))
        with room.db.write():  # a disk may have been lost there, and words go with time
            boxes.lacks(room.db, room.row.circle_no, self.known.box, found.have, since)
        await self._pay_in(Log.WORDS, found.have)
        if self.memory.full:
            return
        items = self._items(since)
        ours = items.ids(0, len(items))
        nonce = room.entropy(16)
        if await self.caller.agrees(Log.WORDS, since, nonce, {*ours, *found.need}):
            with room.db.write():
                news = boxes.keeps_all(
                    room.db, room.row.circle_no, self.known.box, room.ledger.device, since
                )
            self._tell_kept(news)

    def _items(self, since: int) -> ItemSet:
        return self.shelf.item_set(Log.WORDS, None, since)

    def _take_words(self, envelopes: dict[EnvelopeId, bytes]) -> tuple[EnvelopeId, ...]:
        if self.shelf.parting():  # they were not written for somebody who has gone
            return ()
        return self.shelf.take_in(Log.WORDS, envelopes).new

    def _latest_hour(self) -> int:
        """See `p2p.greeting.Greeting.latest_hour`."""
        apart = self.hour - self.room.clock.hour()
        return self.room.clock.hour() + AHEAD + (apart if abs(apart) <= CLOCKS_APART else 0)

    # -- both ----------------------------------------------------------------------------------

    async def _take_out(
        self,
        kind: Log,
        need: Sequence[EnvelopeId],
        take: Callable[[dict[EnvelopeId, bytes]], tuple[EnvelopeId, ...]],
    ) -> tuple[EnvelopeId, ...]:
        held = self.shelf.held(kind, need)
        left = [i for i in need if i not in held and i not in self.memory.passed]
        came: tuple[EnvelopeId, ...] = ()
        useless = 0
        while left and useless < USELESS:
            given, done = await self.caller.take_out(kind, left)
            new = self._take(given, take)
            rest = given.keys() - set(new)
            useless += sum(len(given[name]) for name in rest)
            if kind is Log.WORDS:  # acts that nothing opens yet are tried again in this visit
                self._pass(rest)
                if self.known.owner is not None:
                    whole = {name: given[name] for name in rest}
                    dropping.remember(self.room, self.memory, whole)
            left = left[done:]
            if new:
                self.around.tell(kind, list(new))
            came += new
            await trio.lowlevel.checkpoint()
        self.memory.more = kind is Log.WORDS and bool(left)
        return came

    def _take(
        self,
        given: dict[EnvelopeId, bytes],
        take: Callable[[dict[EnvelopeId, bytes]], tuple[EnvelopeId, ...]],
    ) -> tuple[EnvelopeId, ...]:
        """What is wrong with one envelope does not keep out the others: nobody vouches for them."""
        try:
            return take(given)
        except PeerFault:
            new: tuple[EnvelopeId, ...] = ()
            for name, envelope in given.items():
                try:
                    new += take({name: envelope})
                except PeerFault:
                    self._pass([name])
            return new

    def _pass(self, ids: Iterable[EnvelopeId]) -> None:
        self.memory.passed.update(dict.fromkeys(ids))
        while len(self.memory.passed) > PASSED:
            del self.memory.passed[next(iter(self.memory.passed))]

    async def _pay_in(self, kind: Log, have: Sequence[EnvelopeId]) -> None:
        batch: list[bytes] = []
        size = 0
        for _, envelope in self.shelf.envelopes(have):
            if not envelope:
                continue
            if batch and size + len(envelope) + 5 > BATCH:
                await self._hand_over(kind, batch)
                batch, size = [], 0
            batch.append(envelope)
            size += len(envelope) + 5
        if batch:
            await self._hand_over(kind, batch)

    async def _hand_over(self, kind: Log, batch: list[bytes]) -> None:
        room = self.room
        try:
            kept = await self.caller.pay_in(kind, batch)
        except NotDone:
            self.memory.full = True
            return
        self.memory.full = self.memory.full or len(kept) < len(batch)
        if kind is Log.WORDS:
            with room.db.write():
                news = boxes.keeps(
                    room.db, room.row.circle_no, self.known.box, room.ledger.device, kept
                )
            self._tell_kept(news)

    def _tell_kept(self, news: int) -> None:
        if news:
            self.room.say(PostsReached(circle=self.room.hex))
