"""What came or was sealed just now: known and handed on without the store, while it is true."""

import random

import pytest

from app import fresh
from app.store import ops
from p2p.envelope import envelope_id
from p2p.ids import EnvelopeId
from p2p.op import Log
from tests.app.test_hostile_words import another_signature
from tests.app.test_outbox import log_of
from tests.p2p.village import Person, Village


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    return person


def no_store(*_: object) -> None:
    raise AssertionError


def test_a_copy_costs_no_look_and_handing_on_no_seal(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """For whoever wrote it and for whoever it came to; and after a restart the store is asked."""
    ada.write("words")
    ada.sign()
    ((name, envelope),) = ada.shelf.envelopes([EnvelopeId(ada.items(Log.WORDS)[0][1])])
    assert bo.takes_in(Log.WORDS, [envelope]).new == (name,)
    with monkeypatch.context() as patched:
        patched.setattr(ops, "held", no_store)
        patched.setattr(ops, "bodies", no_store)
        patched.setattr(ops, "apart", no_store)
        for person in (ada, bo):
            assert list(person.shelf.envelopes([name])) == [(name, envelope)]
            assert not person.takes_in(Log.WORDS, [envelope]).new
    bo.restart()
    assert list(bo.shelf.envelopes([name])) == [(name, envelope)]
    assert not bo.takes_in(Log.WORDS, [envelope]).new


def test_what_gave_way_is_not_handed_on(ada: Person, bo: Person) -> None:
    """Of two true signatures the lower id stays; the other is in no memory."""
    ada.write("signed twice")
    ada.sign()
    op = log_of(ada, Log.WORDS)[-1]
    chance = random.Random(7)
    while envelope_id(
        ada.seals(twin := another_signature(ada.room.row.device_seed, op, chance))
    ) > (envelope_id(ada.seals(op))):
        pass
    first, second = ada.seals(op), ada.seals(twin)
    bo.takes(first, log=Log.WORDS)
    bo.takes(second, log=Log.WORDS)
    names = [envelope_id(first), envelope_id(second)]
    assert list(bo.shelf.envelopes(names)) == [(names[0], b""), (names[1], second)]
    assert list(bo.shelf.envelopes(names[:1])) == [(names[0], b"")]


def test_what_was_undone_is_not_remembered(ada: Person) -> None:
    """A change that failed has left nothing."""
    name = EnvelopeId(b"n" * 32)

    def fails() -> None:
        with ada.room.change() as change:
            change.envelopes[name] = b"never on disk"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert name not in ada.room.fresh


def test_memory_is_bounded_and_the_oldest_make_room() -> None:
    """However much comes."""
    kept = fresh.Fresh()
    names = [EnvelopeId(number.to_bytes(32, "big")) for number in range(100)]
    for name in names:
        kept.keep({name: bytes(60_000)})
        kept.keep({name: bytes(60_000)})
    last = fresh.MOST // 60_000
    assert [name in kept for name in names] == [False] * (100 - last) + [True] * last
    assert kept.all_of(names[-2:]) == [(name, bytes(60_000)) for name in names[-2:]]
    assert kept.all_of(names) is None
    kept.forget()
    assert kept.all_of(names[-1:]) is None
