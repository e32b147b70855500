"""What a mailbox keeps and lets go of, and where it says that there is no room: on real disks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.mailbox.books import (
    DAY,
    DAYS,
    FORGOTTEN,
    MOST_BOXES,
    MOST_CAPSULES,
    MOST_PARCELS,
    MOST_REQUESTS,
    MOST_UNDER_A_TAG,
    RESERVE,
    Ledgers,
)  # fmt: skip
from app.mailbox.pruning import prune
from app.mailbox.tables import STEPS
from app.refused import Refused, Why
from app.store.db import Database, open_store
from p2p import wire as door
from p2p.crypto import sign_public
from p2p.errors import PeerFault
from p2p.mailbox import capability, wire
from p2p.mailbox.books import Box
from p2p.mailbox.clerk import MAX_HAND_INS, NO_ROOM, NOT_YOURS, TOO_MANY, Clerk
from p2p.mailbox.wire import MAX_CAPABILITIES
from p2p.op import Log
from tests.app.mailing import sealed

HOUR, TOKEN, KEY = 497_000, b"t" * 16, b"k" * 32
BOX, OTHER, OWNER, AUTHORITY = b"b" * 32, b"2" * 32, b"o" * 32, b"a" * 32
PEER, CALLER = sign_public(b"m" * 32), b"c" * 32
RENDEZVOUS, TAG = b"r" * 32, b"g" * 32


@dataclass
class Shelf:
    """A mailbox's store and its clock."""

    db: Database
    hour: int = HOUR
    quota: int = 1 << 20

    def __post_init__(self) -> None:
        self.books = Ledgers(self.db, TOKEN, lambda: self.hour, lambda _: None, self.quota)

    def box(self, name: bytes = BOX) -> Box:
        found = self.books.box(name)
        assert found is not None
        return found

    def made(self, name: bytes = BOX) -> Box:
        assert self.books.found(name, sign_public(OWNER), capability.public(AUTHORITY, name))
        return self.box(name)

    def stranger(self) -> Clerk:
        return Clerk(self.books, own=PEER, caller=CALLER, hour=lambda: self.hour)

    def holder(self, seed: bytes | None = None, name: bytes = BOX) -> Clerk:
        clerk = self.stranger()
        key = seed or capability.seed(AUTHORITY, name)
        assert isinstance(clerk.answer(capability.opening(key, name, PEER, CALLER)), wire.Opened)
        return clerk


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    db = open_store(tmp_path / "m.db", KEY, create=True, steps=STEPS)
    made = Shelf(db)
    made.made()
    yield made
    db.close()


def handed(count: int, log: Log = Log.WORDS, size: int = 200, hour: int = HOUR) -> list[bytes]:
    return list(sealed(count, hour, log, size).values())


def refused(answer: wire.Answered) -> int:
    assert isinstance(answer, wire.Refusal)
    return answer.reason


# ------------------------------------------------------------------------------------------- room


def test_words_fill_the_quota_in_bytes_and_no_further(shelf: Shelf) -> None:
    """What is counted is bytes of envelopes; the same envelope again costs nothing."""
    shelf.books.quota = 10_000
    clerk, envelopes = shelf.holder(), handed(40)
    kept = clerk.answer(wire.Put(1, envelopes))
    assert isinstance(kept, wire.Kept)
    size = len(envelopes[0])
    assert len(kept.ids) == 10_000 // size
    assert shelf.box().used == len(kept.ids) * size <= 10_000
    assert shelf.box().held == len(kept.ids)
    again = clerk.answer(wire.Put(1, envelopes[: len(kept.ids)]))
    assert again == kept
    assert shelf.box().used == len(kept.ids) * size
    assert refused(clerk.answer(wire.Put(1, envelopes[-3:]))) == NO_ROOM


def test_acts_have_room_of_their_own_when_words_have_filled_theirs(shelf: Shelf) -> None:
    """Who is in and out gets through; but that room has an end, too."""
    shelf.books.quota = 1000
    clerk = shelf.holder()
    clerk.answer(wire.Put(1, handed(3)))
    assert refused(clerk.answer(wire.Put(1, handed(9)[3:]))) == NO_ROOM
    large = handed(300, Log.AUTHORITY, 60_000)
    for start in range(0, len(large), 3):
        answer = clerk.answer(wire.Put(0, large[start : start + 3]))
        if isinstance(answer, wire.Refusal):
            break
    assert refused(answer) == NO_ROOM
    assert 1000 + RESERVE - 65_536 < shelf.box().used <= 1000 + RESERVE


def test_what_the_owner_drops_gives_its_room_back(shelf: Shelf) -> None:
    """And a name that is not there takes none away."""
    clerk, envelopes = shelf.holder(), handed(5)
    kept = clerk.answer(wire.Put(1, envelopes))
    assert isinstance(kept, wire.Kept)
    order = capability.dropping(OWNER, BOX, PEER, [*kept.ids[:2], b"x" * 32], 1)
    assert clerk.answer(order) == wire.Done()
    assert (shelf.box().held, shelf.box().used) == (3, 3 * len(envelopes[0]))
    assert refused(clerk.answer(order)) == NOT_YOURS
    assert clerk.answer(wire.Want(1, kept.ids)) == wire.Given(envelopes[2:], 5)


def test_a_quota_is_one_boxs_own(shelf: Shelf) -> None:
    """A circle that fills its box takes nothing from another."""
    shelf.books.quota = 1000
    shelf.made(OTHER)
    ours = shelf.holder()
    ours.answer(wire.Put(1, handed(9)))
    assert isinstance(shelf.holder(name=OTHER).answer(wire.Put(1, handed(3))), wire.Kept)


def test_an_envelope_is_of_the_box_it_was_paid_into(shelf: Shelf) -> None:
    """Who holds a key of one box takes nothing out of another, whatever they name."""
    shelf.made(OTHER)
    kept = shelf.holder().answer(wire.Put(1, handed(2)))
    assert isinstance(kept, wire.Kept)
    assert shelf.holder(name=OTHER).answer(wire.Want(1, kept.ids)) == wire.Given([], 2)


def test_there_are_so_many_boxes_and_no_more(shelf: Shelf) -> None:
    """Whoever has the card can't fill the disk with empty ones."""
    with shelf.db.write():
        shelf.db.executemany(
            "INSERT INTO boxes (box, owner, visited) VALUES (?,?,?)",
            [(n.to_bytes(32, "big"), KEY, HOUR) for n in range(MOST_BOXES - 2)],
        )
    clerk = shelf.stranger()
    assert clerk.answer(wire.Look(TOKEN)) == wire.Opened(HOUR, 0, shelf.quota, DAYS, 0)
    last = capability.founding(TOKEN, OWNER, OTHER, PEER, KEY)
    assert isinstance(clerk.answer(last), wire.Opened)
    assert refused(shelf.stranger().answer(wire.Look(TOKEN))) == TOO_MANY
    more = capability.founding(TOKEN, OWNER, b"3" * 32, PEER, KEY)
    assert refused(shelf.stranger().answer(more)) == TOO_MANY
    assert isinstance(shelf.holder().answer(wire.Listen(0)), wire.News)


def test_a_box_has_so_many_keys_and_the_owner_makes_room(shelf: Shelf) -> None:
    """Who brings keys without end shuts out nobody for good."""
    clerk = shelf.holder()
    for number in range(MAX_CAPABILITIES - 1):
        assert clerk.answer(wire.Succeed(number.to_bytes(32, "big"))) == wire.Done()
    assert refused(clerk.answer(wire.Succeed(KEY))) == TOO_MANY
    assert clerk.answer(wire.Succeed(bytes(32))) == wire.Done()  # it is there
    owner = shelf.holder(OWNER)
    assert owner.answer(capability.retaining(OWNER, BOX, PEER, [KEY, KEY], 1)) == wire.Done()
    assert shelf.box().capabilities == {KEY}
    with pytest.raises(PeerFault):
        clerk.answer(wire.Listen(0))


# ---------------------------------------------------------------------------------------- parcels


def test_under_a_tag_lie_the_newest_few(shelf: Shelf) -> None:
    """Who leaves more pushes out the oldest of that tag, and of no other."""
    clerk = shelf.holder()
    for number in range(MOST_UNDER_A_TAG + 2):
        parcels = [wire.Parcel(TAG, bytes((number,))), wire.Parcel(KEY, b"k")]
        assert clerk.answer(wire.PutParcels(parcels[: 1 + (not number)])) == wire.Done()
    found = shelf.stranger().answer(door.Collect([TAG]))
    assert found == door.Parcels([bytes((n,)) for n in (5, 4, 3, 2)])
    assert shelf.stranger().answer(door.Collect([KEY])) == door.Parcels([b"k"])
    assert clerk.answer(wire.Lacking([TAG, KEY, BOX])) == wire.Absent([BOX])


def test_there_are_so_many_parcels_and_no_more(shelf: Shelf) -> None:
    """Then there is no room, and what lies there stays."""
    with shelf.db.write():
        shelf.db.executemany(
            "INSERT INTO parcels (box_no, tag, sealed, arrived) VALUES (?,?,?,?)",
            [
                (shelf.box().box_no, n.to_bytes(32, "big"), b"p", HOUR)
                for n in range(MOST_PARCELS - 1)
            ],
        )
    clerk = shelf.holder()
    assert refused(clerk.answer(wire.PutParcels([wire.Parcel(TAG, b"p")] * 2))) == NO_ROOM
    assert clerk.answer(wire.PutParcels([wire.Parcel(TAG, b"p")])) == wire.Done()
    assert refused(clerk.answer(wire.PutParcels([wire.Parcel(KEY, b"p")]))) == NO_ROOM
    assert isinstance(shelf.stranger().answer(door.Collect([bytes(32)])), door.Parcels)


def test_what_is_collected_at_once_has_room_in_one_frame(shelf: Shelf) -> None:
    """However much lies under the tags that are named."""
    clerk, tags = shelf.holder(), [n.to_bytes(32, "big") for n in range(64)]
    for tag in tags:
        parcels = [wire.Parcel(tag, bytes(wire.MAX_PARCEL))] * MOST_UNDER_A_TAG
        assert clerk.answer(wire.PutParcels(parcels)) == wire.Done()
    found = clerk.answer(door.Collect(tags))
    assert isinstance(found, door.Parcels)
    assert found.parcels
    assert wire.answer(wire.encode(found)) == found


# --------------------------------------------------------------------------------------- the door


def test_a_capsule_of_another_circle_is_not_replaced(shelf: Shelf) -> None:
    """One's own is; who knows somebody's code can't put their own door in its place."""
    shelf.made(OTHER)
    ours, theirs = shelf.holder(), shelf.holder(name=OTHER)
    assert ours.answer(wire.PutCapsule(RENDEZVOUS, b"ours", HOUR + 9)) == wire.Done()
    assert refused(theirs.answer(wire.PutCapsule(RENDEZVOUS, b"theirs", HOUR + 9))) == NO_ROOM
    assert shelf.stranger().answer(door.Knock(RENDEZVOUS)) == door.Capsule(b"ours")
    assert ours.answer(wire.PutCapsule(RENDEZVOUS, b"newer", HOUR + 9)) == wire.Done()
    assert shelf.stranger().answer(door.Knock(RENDEZVOUS)) == door.Capsule(b"newer")
    guest = shelf.stranger()
    guest.answer(door.Knock(RENDEZVOUS))
    guest.answer(door.Request(b"let me in"))
    assert theirs.answer(wire.Ask([RENDEZVOUS], 0)) == wire.Requests([], 0)
    assert ours.answer(wire.Ask([RENDEZVOUS], 0)) == wire.Requests([b"let me in"], 1)


def test_a_capsule_is_shown_until_its_hour(shelf: Shelf) -> None:
    """And never longer than parcels lie, whatever hour was named."""
    clerk = shelf.holder()
    clerk.answer(wire.PutCapsule(RENDEZVOUS, b"short", HOUR + 1))
    clerk.answer(wire.PutCapsule(TAG, b"long", 2**53 - 1))
    shelf.hour += 1
    assert shelf.stranger().answer(door.Knock(RENDEZVOUS)) == door.Capsule(b"short")
    shelf.hour += 1
    with pytest.raises(PeerFault):
        shelf.stranger().answer(door.Knock(RENDEZVOUS))
    shelf.hour = HOUR + DAYS * DAY + 1
    with pytest.raises(PeerFault):
        shelf.stranger().answer(door.Knock(TAG))


def test_a_box_has_so_many_capsules(shelf: Shelf) -> None:
    """One that is there can still be renewed."""
    clerk = shelf.holder()
    for number in range(MOST_CAPSULES):
        asked = wire.PutCapsule(number.to_bytes(32, "big"), b"c", HOUR)
        assert clerk.answer(asked) == wire.Done()
    assert refused(clerk.answer(wire.PutCapsule(TAG, b"c", HOUR))) == NO_ROOM
    assert clerk.answer(wire.PutCapsule(bytes(32), b"d", HOUR)) == wire.Done()


def test_requests_by_one_invite_have_an_end(shelf: Shelf) -> None:
    """Who has a code can hand in so many; the same one again takes no room."""
    holder = shelf.holder()
    holder.answer(wire.PutCapsule(RENDEZVOUS, b"c", HOUR + 9))
    holder.answer(wire.PutCapsule(TAG, b"c", HOUR + 9))
    for number in range(MOST_REQUESTS):
        guest = shelf.stranger()
        guest.answer(door.Knock(RENDEZVOUS))
        assert guest.answer(door.Request(bytes((number,)))) == door.Held()
    guest = shelf.stranger()
    guest.answer(door.Knock(RENDEZVOUS))
    assert refused(guest.answer(door.Request(b"one more"))) == NO_ROOM
    assert guest.answer(door.Request(b"\0")) == door.Held()
    guest.answer(door.Knock(TAG))
    assert guest.answer(door.Request(b"one more")) == door.Held()
    told, after = [], 0
    while True:
        answer = holder.answer(wire.Ask([RENDEZVOUS], after))
        assert isinstance(answer, wire.Requests)
        if not answer.boxes:
            break
        told += answer.boxes
        after = answer.last
    assert told == [bytes((number,)) for number in range(MOST_REQUESTS)]


def test_a_stranger_hands_in_a_few_and_is_sent_away(shelf: Shelf) -> None:
    """On one stream; also when it knocks again in between."""
    shelf.holder().answer(wire.PutCapsule(RENDEZVOUS, b"c", HOUR + 9))
    guest = shelf.stranger()
    for number in range(MAX_HAND_INS):
        guest.answer(door.Knock(RENDEZVOUS))
        assert guest.answer(door.Request(bytes((number,)))) == door.Held()
    guest.answer(door.Knock(RENDEZVOUS))
    with pytest.raises(PeerFault):
        guest.answer(door.Request(b"one more"))


def test_a_request_without_a_knock_is_met_with_silence(shelf: Shelf) -> None:
    with pytest.raises(PeerFault):
        shelf.stranger().answer(door.Request(b"let me in"))


# ------------------------------------------------------------------------------------------- time


def test_words_leave_ninety_days_after_they_came(shelf: Shelf) -> None:
    """Counted from when they came, not from when they were sealed; acts stay."""
    clerk = shelf.holder()
    old = clerk.answer(wire.Put(1, handed(3, hour=HOUR - 2000)))
    acts = clerk.answer(wire.Put(0, handed(2, Log.AUTHORITY)))
    clerk.answer(wire.PutParcels([wire.Parcel(TAG, b"p")]))
    shelf.hour += 24
    late = clerk.answer(wire.Put(1, handed(5)[3:]))
    assert isinstance(old, wire.Kept)
    assert isinstance(acts, wire.Kept)
    assert isinstance(late, wire.Kept)
    before = shelf.box()
    assert prune(shelf.db, HOUR + DAYS * DAY) == 0
    assert prune(shelf.db, HOUR + DAYS * DAY + 1) == 3
    now = shelf.box()
    assert now.held == 4
    assert now.used == sum(map(len, [*handed(2, Log.AUTHORITY), *handed(5)[3:]]))
    assert now.seen > before.seen  # who compares again does not hear of what is gone
    assert len(shelf.books.items(now, Log.WORDS, 0)) == 2
    given = clerk.answer(wire.Want(1, [*old.ids, *late.ids]))
    assert given == wire.Given(handed(5)[3:], 5)
    with pytest.raises(PeerFault):
        shelf.stranger().answer(door.Collect([TAG]))
    assert len(shelf.books.items(now, Log.AUTHORITY, 0)) == 2


def test_a_box_that_nobody_opens_is_forgotten_with_all_that_is_in_it(shelf: Shelf) -> None:
    """After more than a year. A visit is enough to keep it."""
    shelf.made(OTHER)
    for name in (BOX, OTHER):
        clerk = shelf.holder(name=name)
        clerk.answer(wire.Put(0, handed(2, Log.AUTHORITY)))
        clerk.answer(wire.PutCapsule(name, b"c", HOUR + 9))
        guest = shelf.stranger()
        guest.answer(door.Knock(name))
        guest.answer(door.Request(name))
    shelf.hour += FORGOTTEN * DAY
    shelf.books.visited(shelf.box(OTHER))
    prune(shelf.db, shelf.hour)
    assert shelf.books.box(BOX) is not None
    prune(shelf.db, shelf.hour + 1)
    assert shelf.books.box(BOX) is None
    assert shelf.box(OTHER).held == 2
    assert shelf.db.read("SELECT count(*) FROM capabilities") == [(1,)]
    assert shelf.db.read("SELECT count(*) FROM envelopes") == [(2,)]


def test_a_box_made_anew_shows_nothing_of_one_that_was_forgotten(shelf: Shelf) -> None:
    """Its number in the tables may be the same one; what is held of it is not."""
    clerk = shelf.holder()
    kept = clerk.answer(wire.Put(0, handed(2, Log.AUTHORITY)))
    assert isinstance(kept, wire.Kept)
    assert len(shelf.books.items(shelf.box(), Log.AUTHORITY, 0)) == 2
    seen, number = shelf.box().seen, shelf.box().box_no
    prune(shelf.db, HOUR + FORGOTTEN * DAY + 1)
    shelf.hour += FORGOTTEN * DAY + 1
    other = shelf.made(OTHER)
    assert other.box_no == number
    theirs = shelf.holder(name=OTHER)
    while shelf.box(OTHER).seen < seen:
        theirs.answer(wire.PutParcels([wire.Parcel(TAG, b"p")]))
    assert len(shelf.books.items(shelf.box(OTHER), Log.AUTHORITY, 0)) == 0


def test_sets_asked_for_from_many_hours_are_not_all_kept(shelf: Shelf) -> None:
    """A holder who names another hour each time costs time, and no memory."""
    clerk = shelf.holder()
    clerk.answer(wire.Put(1, handed(50)))
    for since in range(200):
        clerk.answer(wire.Settle(1, since, b"n" * 16))
    assert sum(len(kept[-1]) for kept in shelf.books._sets.values()) <= 50


# ------------------------------------------------------------------------------------ a full disk


def test_a_full_disk_is_no_room_and_what_was_said_before_stays(shelf: Shelf) -> None:
    """The store refuses as it does at home; half of a batch is never there."""
    clerk = shelf.holder()
    first = clerk.answer(wire.Put(1, handed(3)))
    assert isinstance(first, wire.Kept)
    [(pages,)] = shelf.db.read("PRAGMA page_count")
    shelf.db.read(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Refused) as refusal:
        clerk.answer(wire.Put(1, handed(200, size=3000)))
    assert refusal.value.kind is Why.DISK_FULL
    assert shelf.box().held == 3
    assert clerk.answer(wire.Want(1, first.ids)) == wire.Given(handed(3), 3)
    shelf.db.read("PRAGMA max_page_count=1000000")
    assert isinstance(clerk.answer(wire.Put(1, handed(200, size=3000))), wire.Kept)
