"""What we write: numbered once, in the order of writing, under a secret that only members have."""

import pytest

from app.circle import acts
from app.events import PostArrived, PostChanged
from app.store import frontier
from app.store.ops import OpState
from p2p.envelope import envelope_id, open_, peek
from p2p.errors import OurFault
from p2p.ids import ZERO, EpochId, OpId
from p2p.op import Kind, Log, SignedOp, verify_signature
from tests.p2p.village import Person, Village, meet, settle


def log_of(person: Person, log: Log) -> list[SignedOp]:
    """This device's own log, as it would be handed over."""
    found = []
    for envelope in person.gives(log):
        (secrets,) = person.room.ledger.keyring.fitting(peek(envelope))
        keys = secrets.keys(log)
        assert keys is not None
        op = open_(envelope, keys, person.circle)
        if op.header.device == person.device:
            found.append(op)
    return sorted(found, key=lambda op: op.header.seq)


def assert_a_chain(own: list[SignedOp]) -> None:
    """Numbered from 0 without a gap, each naming the one before, all signed."""
    before = OpId(ZERO)
    for number, op in enumerate(own):
        assert (op.header.seq, op.header.prev) == (number, before)
        assert verify_signature(op)
        before = op.op_id


def test_both_logs_are_chains(village: Village, ada: Person) -> None:
    """Founding, epoch, link, rules, profile and what follows; and the words on their own."""
    bo = village.joined(ada, "Bo")
    for number in range(3):
        ada.write(f"Ada {number}")
        bo.write(f"Bo {number}")
        settle(ada, bo)
    for person in (ada, bo):
        for log in Log:
            assert_a_chain(log_of(person, log))
    kinds = [Kind(op.header.kind) for op in log_of(ada, Log.AUTHORITY)]
    assert kinds[:5] == [Kind.FOUNDING, Kind.EPOCH, Kind.LINK, Kind.RULES, Kind.PROFILE]
    assert [op.header.epoch == ZERO for op in log_of(ada, Log.AUTHORITY)][:3] == [True, True, False]
    assert frontier.gaps(ada.db, 1) == 0


def test_words_are_on_this_computer_only_until_somebody_takes_them(ada: Person) -> None:
    """No op, no number; the row says unsent."""
    ada.heard.clear()
    post = ada.write("not yet")
    assert ada.gives(Log.WORDS) == []
    (row,) = ada.feed()
    assert (row.post, row.unsent) == (post, True)
    assert [type(e) for e in ada.heard[:1]] == [PostArrived]
    ada.heard.clear()
    ada.sign()
    (row,) = ada.feed()
    assert (row.post, row.unsent, row.body) == (post, False, "not yet")
    assert [(e.post, e.content.unsent) for e in ada.heard if isinstance(e, PostChanged)] == [
        (post, False)
    ]


def test_signing_keeps_id_order_and_time_of_writing(ada: Person) -> None:
    """Numbered in writing order, also replies; written-at is as written, hour as of signing."""
    first = ada.write("one")
    posts = [first, ada.write("two", to=first), ada.write("three")]
    written = {p.post: p.written_at for p in ada.feed()}
    ada.watch.go_on(hours=30)
    ada.sign()
    own = log_of(ada, Log.WORDS)
    assert [op.header.kind for op in own] == [Kind.POST, Kind.REPLY, Kind.POST]
    assert [op.header.hour for op in own] == [ada.watch.hour()] * 3
    rows = ada.db.read("SELECT p.post FROM posts p JOIN ops USING (op_no) ORDER BY seq")
    assert [bytes(p).hex() for (p,) in rows] == posts
    assert {p.post: p.written_at for p in ada.feed()} == written


@pytest.mark.parametrize(("latest", "hour"), [(-3, -3), (0, 0), (5, 0)])
def test_no_word_bears_an_hour_later_than_its_reader_bears(
    ada: Person, latest: int, hour: int
) -> None:
    """The least of our clock and the latest asked for."""
    now = ada.watch.hour()
    ada.write("when?")
    ada.outbox.sign_waiting(now + latest)
    (op,) = log_of(ada, Log.WORDS)
    assert op.header.hour == now + hour


def test_signing_nothing_changes_nothing(ada: Person) -> None:
    """No empty transaction, no event."""
    before = ada.knows()
    ada.heard.clear()
    ada.sign()
    assert ada.knows() == before
    assert ada.heard == []


def test_many_words_are_signed_in_several_transactions(
    monkeypatch: pytest.MonkeyPatch, ada: Person
) -> None:
    """All of them, in order."""
    monkeypatch.setattr("app.outbox.MAX_BATCH", 4)
    for number in range(10):
        ada.write(f"{number}")
    ada.sign()
    assert_a_chain(log_of(ada, Log.WORDS))
    assert ada.room.posts.count_signed() == 10


def test_a_word_names_what_its_author_had_seen(village: Village, ada: Person) -> None:
    """The others' last words, and the newest authority; never its own log."""
    bo = village.joined(ada, "Bo")
    cy = village.joined(ada, "Cy")
    for person in (bo, cy):
        person.write(f"{person.name} first")
        person.write(f"{person.name} last")
    settle(ada, bo, cy)
    ada.write("having seen both")
    ada.sign()
    op = log_of(ada, Log.WORDS)[-1]
    assert set(op.header.heads) == {log_of(p, Log.WORDS)[-1].op_id for p in (bo, cy)}
    assert op.header.authority_heads == ada.room.ledger.view.heads
    assert 1 <= len(op.header.authority_heads) <= 4


def test_an_op_is_the_same_envelope_ever_after(ada: Person) -> None:
    """Sealed again from its parts it has the id it was announced by."""
    ada.write("once")
    ada.sign()
    for log in Log:
        names = [i for _, i in ada.items(log, None)]
        assert [envelope_id(e) for e in ada.gives(log)] == names
    ada.restart()
    ada.write("again")
    ada.sign()
    assert_a_chain(log_of(ada, Log.WORDS))


def test_nothing_is_sealed_without_its_secret(ada: Person) -> None:
    """Our own mistake, and the change is undone."""
    before = ada.knows()
    with pytest.raises(OurFault, match="secret"), ada.room.change() as change:  # noqa: PT012 - a change
        op = ada.signs(Log.AUTHORITY, Kind.PROFILE, b"", epoch=EpochId(b"x" * 32))
        ada.outbox._keep([op], OpState.PENDING, change)
    assert ada.knows() == before


def test_a_leave_and_its_word_reach_everybody(village: Village, ada: Person) -> None:
    """Who goes says so under the epoch that all can read; and writes nothing more."""
    bo = village.joined(ada, "Bo")
    bo.leave()
    bo.write("never mind")
    bo.sign()
    assert bo.room.posts.count_unsent() == 1
    meet(bo, ada)
    assert ada.bodies() == set()
    person = ada.room.ledger.view.person_of(bo.device)
    assert person is not None
    assert person.left


def test_the_authority_op_counts_for_its_author_at_once(ada: Person) -> None:
    """Accepted on disk, seen in the view; a void one is kept and marked."""
    ada.does(Kind.PROFILE, acts.Profile("Ada L."))
    assert ada.room.ledger.name_of(ada.room.ledger.me) == "Ada L."
    op = ada.does(Kind.ADMIT, acts.Profile("no admission"))
    rows: dict[bytes, int] = dict(ada.db.read("SELECT op, state FROM ops WHERE log = 0"))
    assert rows[op] == OpState.VOID
    assert {s for o, s in rows.items() if o != op} == {OpState.ACCEPTED}
