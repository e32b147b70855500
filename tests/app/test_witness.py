"""Who gives one number twice is shown to all, once, by whoever noticed it; and is out by that."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import shutil

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from app import epochs, governing
from app.circle import acts
from app.circle.openlog import LogEntry, What
from app.circle.state import CircleState
from app.store import frontier
from app.store.db import open_store
from app.witness import LONGEST, Witness
from p2p import wire
from p2p.errors import PeerFault
from p2p.op import Kind, Log, SignedOp
from tests.p2p.village import KEY, Person, Village, hang_up, meet, settle


def witness(person: Person) -> Witness:
    found = Witness(person.room, person.inbox, person.outbox)
    person.room.fork_noticed = found.look
    return found


def post(by: Person, body: str, **changes: object) -> SignedOp:
    payload = acts.encode(acts.Writing(by.entropy(16), "story", "", body))
    return by.signs(Log.WORDS, Kind.POST, payload, **changes)


def profile(by: Person, name: str) -> SignedOp:
    return by.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile(name)))


def forked(person: Person) -> list[LogEntry]:
    return [entry for entry in governing.log(person.room) if entry.what is What.FORKED]


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def eve(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Eve")


@pytest.mark.parametrize("log", Log)
def test_a_fork_between_two_homes_is_shown_and_the_forker_is_out(
    ada: Person, bo: Person, eve: Person, log: Log
) -> None:
    """Eve tells each something else. Both stay readable up to the number that she gave twice."""
    eve.write("before")
    eve.sign()
    settle(ada, bo, eve, rounds=2)
    hang_up(ada, bo, eve)
    make = post if log is Log.WORDS else profile
    one, other = make(eve, "To Ada"), make(eve, "To Bo")
    ada.takes(eve.seals(one), log=log)
    bo.takes(eve.seals(other), log=log)
    for person in (ada, bo):
        witness(person).tell()
        assert forked(person) == []  # neither has both yet
    settle(ada, bo, rounds=2)
    witness(ada).tell()
    hang_up(ada)
    (entry,) = forked(ada)
    assert (entry.by_name, entry.counts) == ("Ada", True)
    settle(ada, bo, rounds=1)
    witness(bo).tell()
    settle(ada, bo, rounds=1)
    assert len(forked(ada)) == 1
    assert governing.log(ada.room) == governing.log(bo.room)
    for person in (ada, bo):
        assert person.room.ledger.view.forked == {eve.device}
        assert person.shelf.device_at(eve.door) is None
        assert person.bodies() == {"before"}
        assert person.knows() == ada.knows()

    # Whoever writes next makes an epoch first, which Eve does not hold, however she hears of it.
    before = epochs.usable(eve.room.ledger.view, eve.room.ledger.keyring)
    assert epochs.usable(bo.room.ledger.view, bo.room.ledger.keyring) is None
    had = set(bo.gives(Log.WORDS))
    bo.write("among us")
    bo.sign()
    (later,) = set(bo.gives(Log.WORDS)) - had
    settle(ada, bo, rounds=1)
    assert ada.bodies() == {"before", "among us"}
    eve.takes(*bo.gives())
    eve.takes(later, log=Log.WORDS)
    assert not eve.opens(later)
    after = epochs.usable(bo.room.ledger.view, bo.room.ledger.keyring)
    assert after is not None
    assert after != before
    assert eve.room.ledger.keyring.get(after) is None
    assert eve.device in eve.room.ledger.view.forked


def test_what_a_device_did_not_sign_itself_is_no_proof(ada: Person, eve: Person) -> None:
    """Of two runs that part at a number maybe only the heads are signed: then these show it."""
    hang_up(ada, eve)
    first = [post(eve, "left"), post(eve, "right")]
    runs = [(op, post(eve, "then", seq=op.header.seq + 1, prev=op.op_id)) for op in first]
    for op, head in runs:
        bare = eve.seals(replace(op, signature=bytes(64)))
        ada.takes(bare, eve.seals(head), log=Log.WORDS)
    places = frontier.forks(ada.db, ada.room.row.circle_no)[eve.device]
    assert [seq for _, seq in places] == [0, 1]
    witness(ada).tell()
    (told,) = [t.act for t in ada.room.ledger.view.told if isinstance(t.act, acts.Fork)]
    assert told.words == 0
    assert ada.room.ledger.view.forked == {eve.device}
    assert ada.bodies() == set()


def out_by_a_fork(person: Person) -> bool:
    removal = person.room.ledger.my_removal()
    out = person.room.row.state is CircleState.REMOVED
    return out and removal is not None and removal.by == person.room.ledger.me


def told(by: Person, whom: Person) -> wire.Removed:
    last = by.shelf.farewell(whom.door)
    assert isinstance(last, wire.Removed)
    return last


def parts(first: Person, *forkers: Person) -> None:
    """Disks were put back: each says two things in one place, and somebody shows it."""
    hang_up(first, *forkers)
    both = [
        one.seals(post(one, body)) for one in forkers for body in ("On one disk", "On the other")
    ]
    first.takes(*both, log=Log.WORDS)
    witness(first).tell()


def test_who_forked_is_told_at_the_next_meeting_and_knows_it_from_then_on(
    ada: Person, bo: Person, eve: Person
) -> None:
    """By whoever she meets, also one who let nobody in; what she has stays readable."""
    eve.write("before")
    eve.sign()
    settle(ada, bo, eve, rounds=2)
    hang_up(bo)
    parts(ada, eve)
    settle(ada, bo, rounds=1)
    hang_up(ada, bo)
    assert not out_by_a_fork(eve)
    eve.shelf.take_farewell(told(bo, eve))
    assert out_by_a_fork(eve)
    assert eve.bodies() == {"before"}
    assert eve.shelf.device_at(bo.door) is None
    eve.restart()
    assert out_by_a_fork(eve)


def test_a_fork_is_believed_for_its_two_signatures_and_nothing_less(
    ada: Person, bo: Person, eve: Person
) -> None:
    """Not Bo's shown to Eve, not one unsigned, not one thing twice; by a stranger, if it is one."""
    settle(ada, bo, eve, rounds=2)
    parts(ada, bo, eve)
    ada.write("among us")
    ada.sign()  # which makes the epoch that is needed from now on
    true = told(ada, eve)
    act = acts.decode(Kind.FORK, true.payload)
    assert isinstance(act, acts.Fork)

    def shown(fork: acts.Fork, by: Person = ada) -> wire.Removed:
        op = by.signs(Log.AUTHORITY, Kind.FORK, acts.encode(fork))
        return wire.Removed(op.header_bytes, op.signature, op.salt, op.payload)

    unsigned = acts.SignedHeader(act.other.header, bytes(64))
    for false in (
        told(ada, bo),
        shown(acts.Fork(act.one, unsigned, 0)),
        shown(acts.Fork(act.one, act.one, 0)),
        replace(true, payload=acts.encode(acts.Fork(act.one, act.other, 9))),
        replace(true, signature=bytes(64)),
    ):
        with pytest.raises(PeerFault):
            eve.shelf.take_farewell(false)
    assert eve.room.row.state is CircleState.MEMBER
    eve.shelf.take_farewell(shown(act, by=bo))
    assert out_by_a_fork(eve)


async def test_not_all_say_it_at_once(
    ada: Person, bo: Person, eve: Person, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for a while of its own; who has heard it by then says nothing. Within a minute."""
    settle(ada, bo, eve, rounds=1)
    hang_up(ada, bo, eve)
    people = (ada, bo)
    found = [witness(person) for person in people]
    for person, chance in zip(people, (b"\xff\xff", b"\x00\x80"), strict=True):
        monkeypatch.setattr(
            person.room, "entropy",
            lambda size, chance=chance, real=person.entropy: chance if size == 2 else real(size),
        )  # fmt: skip
    async with trio.open_nursery() as nursery:
        for one in found:
            nursery.start_soon(one.run)
        both = [eve.seals(post(eve, body)) for body in ("One", "Other")]
        for person in people:
            person.takes(*both, log=Log.WORDS)
        await trio.sleep(1)
        meet(ada, bo)
        await trio.sleep(LONGEST)
        nursery.cancel_scope.cancel()
    assert [entry.by_name for entry in forked(ada)] == ["Bo"]
    assert forked(ada) == forked(bo)


def test_a_disk_that_was_put_back_is_no_fork(ada: Person, bo: Person) -> None:
    """It signs nothing before it has its own words back, so nobody has anything to show."""
    settle(ada, bo, rounds=1)
    hang_up(ada, bo)
    bo.db.fold()
    kept = bo.path.with_suffix(".kept")
    shutil.copy(bo.path, kept)
    bo.write("After the copy was made")
    meet(ada, bo)
    hang_up(ada, bo)
    bo.db.close()
    for file in bo.path.parent.glob(bo.path.name + "-*"):
        file.unlink()
    shutil.copy(kept, bo.path)
    bo.db = open_store(bo.path, KEY, create=False)
    bo.restart()
    bo.write("On the old disk")
    settle(ada, bo, rounds=2)
    assert ada.bodies() == bo.bodies() == {"After the copy was made", "On the old disk"}
    for person in (ada, bo):
        assert frontier.forks(person.db, person.room.row.circle_no) == {}
        witness(person).tell()
        assert forked(person) == []
