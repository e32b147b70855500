"""Where a log ends and begins here: told to others under any clock and at any seq."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.circle import acts
from p2p import wire
from p2p.envelope import envelope_id
from p2p.ids import OpId
from p2p.op import INT_LIMIT, Kind, Log
from p2p.ports import Hole
from tests.p2p.village import Person, Village, Watch, a_village


class Running(Watch):
    """A clock that goes on whenever somebody looks at it, as a real one does."""

    def now(self) -> int:
        self.at += 1
        return self.at


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with a_village(tmp_path) as made:
        made.watch = Running()
        yield made


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


def post_at(author: Person, seq: int) -> bytes:
    """A post of Bo's somewhere in his log, behind one that nobody has."""
    payload = acts.encode(acts.Writing(author.entropy(16), "story", "", "Good evening."))
    op = author.signs(Log.WORDS, Kind.POST, payload, seq=seq, prev=OpId(b"p" * 32))
    return author.seals(op)


def test_a_hole_before_new_words_is_told_while_the_clock_goes_on(ada: Person, bo: Person) -> None:
    """The time at which words are kept is not the time at which one looks at what is missing."""
    envelope = post_at(bo, 7)
    taken = ada.shelf.take_in(Log.WORDS, {envelope_id(envelope): envelope})
    assert taken.new == (envelope_id(envelope),)
    assert taken.holes == (Hole(bo.device, Log.WORDS, 0, 7),)


def test_a_log_with_the_last_seq_of_all_can_still_be_told(ada: Person, bo: Person) -> None:
    """Bo gives the greatest number there is: who tells of his log must not break a rule by it."""
    ada.takes(post_at(bo, INT_LIMIT - 1), log=Log.WORDS)
    rows = ada.shelf.logs(frozenset(ada.shelf.epochs()))
    told = wire.decode(wire.encode(wire.Logs(logs=rows)))
    assert isinstance(told, wire.Logs)
    tops = {row.top for row in told.logs if row.log and row.device == bo.device}
    assert tops == {wire.MAX_SAFE}
