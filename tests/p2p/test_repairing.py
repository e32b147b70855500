"""What reconciliation cannot find is found by the frontier; what a push leaves out is asked for."""

import pytest

from app.store import frontier
from p2p import wire
from p2p.crypto import digest
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.ports import Hole
from p2p.repairing import AGAIN, ASKED, ASKINGS, OURS, TELLINGS, TOLD
from tests.p2p.village import Line, Person, Village, meet


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    return person


def write(person: Person, count: int) -> None:
    for number in range(count):
        person.write(f"{person.name} {number}")
    person.sign()


# ------------------------------------------------------------------------------------ live pushes


def test_a_hole_that_a_push_shows_is_asked_for_at_once(ada: Person, bo: Person) -> None:
    """Ada's third post is pushed and the second was not: it comes without another round."""
    line = meet(bo, ada)
    ada.write("one")
    line.carry()
    before = len(line.frames(wire.Reconcile))
    ada.write("two")
    for end in (line.left, line.right):
        end.conversation.to_send()  # lost on the way
    ada.write("three")
    line.carry()
    assert bo.bodies() == {"one", "two", "three"}
    assert frontier.holes(bo.db, bo.room.row.circle_no) == []
    (ask,) = line.frames(wire.Ask)
    assert isinstance(ask, wire.Ask)
    assert (ask.device, ask.log, ask.first, ask.end) == (ada.device, 1, 1, 2)
    assert len(line.frames(wire.Reconcile)) == before


def test_a_hole_is_asked_for_again_where_the_asking_was_lost(ada: Person, bo: Person) -> None:
    """They were silent twice, so nothing is on its way; a few times, and not when it has come."""
    line = meet(bo, ada)
    asking, asked = line.left.conversation, line.right.conversation
    ada.write("one")
    line.carry()
    ada.write("two")
    asked.to_send()  # lost on the way
    ada.write("three")

    def loses() -> list[wire.AnyFrame]:
        for frame in asked.to_send():
            asking.receive(frame)
        asking.flush(live=True)
        return [wire.decode(frame) for frame in asking.to_send()]

    beat = wire.encode(wire.Beat())
    ask = wire.Ask(device=ada.device, log=1, first=1, end=2)
    assert ask in loses()
    asking.receive(beat)
    assert ask not in loses()
    asking.receive(beat)
    assert ask in loses()
    asking.receive(beat)
    line.carry()
    assert bo.bodies() == {"one", "two", "three"}
    asking.receive(beat)
    assert not asking.to_send()
    assert not asking._repairing._open


def test_what_nobody_has_is_not_asked_for_without_end(ada: Person, bo: Person) -> None:
    """Ada's computer does not have it either."""
    line = meet(bo, ada)
    asking = line.left.conversation
    ada.write("one")
    line.carry()
    hole = Hole(ada.device, Log.WORDS, 5, 6)
    asking._repairing.ask_for(hole)
    beat, asks = wire.encode(wire.Beat()), 0
    for _ in range(10):
        asks += sum(isinstance(wire.decode(frame), wire.Ask) for frame in asking.to_send())
        asking.receive(beat)
    assert asks == 1 + AGAIN
    assert not asking._repairing._open


def test_a_hole_in_an_epoch_newer_than_the_scopes_is_filled_at_once(
    village: Village, ada: Person, bo: Person
) -> None:
    """Both are known to open it since, by grant and answer; no new round is needed."""
    cy = village.joined(ada, "Cy")
    line, other = meet(bo, ada), meet(cy, ada)
    before = frozenset(bo.shelf.epochs())
    cy.leave()
    other.carry()
    line.carry()
    bo.write("one")
    line.carry()
    for end in (line.left, line.right):  # as where no run followed, both have it from others
        end.conversation._scoping.theirs = before
    assert bo.epoch() not in before
    rounds = len(line.frames(wire.Reconcile))
    bo.write("two")
    for end in (line.left, line.right):
        end.conversation.to_send()  # lost on the way
    bo.write("three")
    line.carry()
    assert ada.bodies() == {"one", "two", "three"}
    assert len(line.frames(wire.Ask)) == 1
    assert len(line.frames(wire.Reconcile)) == rounds


def test_what_a_long_stretch_is_answered_with_is_bounded(
    monkeypatch: pytest.MonkeyPatch, ada: Person
) -> None:
    """The newest of it; the rest comes by reconciling."""
    monkeypatch.setattr(frontier, "MAX_IDS", 5)
    write(ada, 12)
    hole = Hole(ada.device, Log.WORDS, 0, 2**53 - 1)
    scope = frozenset(ada.shelf.epochs())
    found = ada.shelf.in_log(hole, scope)
    assert found == [EnvelopeId(name) for _, name in _by_seq(ada)[::-1][:5]]
    assert ada.shelf.in_log(hole, frozenset()) == []


def _by_seq(person: Person) -> list[tuple[int, bytes]]:
    return person.db.read("SELECT seq, envelope FROM ops WHERE log = 1 ORDER BY seq")


# -------------------------------------------------------------------------------- unequal frontiers


@pytest.mark.parametrize("log", list(Log))
def test_logs_that_differ_are_told_and_what_is_lacking_is_asked_for(
    ada: Person, bo: Person, log: Log
) -> None:
    """By its holes, by what is beyond its end, and by nothing else."""
    write(ada, 6)
    meet(bo, ada).hang_up()
    scope = frozenset(bo.shelf.epochs())
    line = meet(bo, ada)
    if log is Log.WORDS:
        for seq, name in _by_seq(bo):
            if seq in {2, 5}:
                bo.loses(name)
    line.left.conversation._repairing.told(ada.shelf.logs(scope), scope)
    line.send()
    asked = [f for f in line.frames(wire.Ask) if isinstance(f, wire.Ask)]
    if log is Log.WORDS:
        assert [(f.first, f.end) for f in asked] == [(2, 3), (5, 6)]
        line.carry()
        assert bo.knows() == ada.knows()
    else:
        assert asked == []


def test_a_fork_or_another_verdict_has_the_whole_log_told_again(ada: Person, bo: Person) -> None:
    """No hole, no more beyond the end, and yet another digest."""
    write(ada, 3)
    line = meet(bo, ada)
    scope = frozenset(bo.shelf.epochs())
    (mine,) = [row for row in ada.shelf.logs(scope) if row.log and row.device == ada.device]
    other = wire.Logbook(device=mine.device, log=1, top=mine.top, digest=b"o" * 16)
    line.left.conversation._repairing.told([other], scope)
    line.send()
    (ask,) = line.frames(wire.Ask)
    assert isinstance(ask, wire.Ask)
    assert (ask.first, ask.end) == (0, 3)


def test_unequal_frontiers_are_told_by_both_after_equal_sets(ada: Person, bo: Person) -> None:
    """Ben's frontier is another although his set is the same: both say how their logs are."""
    write(ada, 3)
    meet(bo, ada).hang_up()
    with bo.db.write():
        bo.db.execute("UPDATE ops SET state = 0 WHERE log = 1 AND seq = 1")
    bo.room.version += 1
    line = meet(bo, ada)
    assert line.equal
    assert {who.name for who, f in line.said if isinstance(f, wire.Logs)} == {"Ada", "Bo"}


def test_equal_frontiers_say_nothing_of_logs(ada: Person, bo: Person) -> None:
    """The digest in what settles is all it costs."""
    write(ada, 3)
    line = meet(bo, ada)
    assert line.equal
    assert line.frames(wire.Logs) == []
    (settled, _) = [f for f in line.frames(wire.Settled) if isinstance(f, wire.Settled) and f.log]
    assert (
        settled.frontier
        == frontier.frontier(ada.db, ada.room.row.circle_no, frozenset(ada.shelf.epochs()))[0]
    )


def test_the_digest_of_a_log_is_over_its_seqs_and_ids(ada: Person) -> None:
    """As the protocol spells it."""
    write(ada, 2)
    rows = ada.own_words()
    told = digest("hearthside/log/1", b"".join(s.to_bytes(8) + o for s, o in rows), size=16)
    (row,) = [r for r in ada.shelf.logs(frozenset(ada.shelf.epochs())) if r.log]
    assert (row.device, row.top, row.digest) == (ada.device, 2, told)


# ------------------------------------------------------------------------------------ what it costs


def test_tellings_and_askings_come_to_an_end(ada: Person, bo: Person) -> None:
    """And are forgiven after a rest."""
    line = meet(bo, ada)
    talk = line.left.conversation
    logs = wire.encode(wire.Logs(logs=[]))
    for _ in range(TELLINGS):
        talk.receive(logs)
    with pytest.raises(PeerFault, match="without end"):
        talk.receive(logs)
    talk.rested()
    talk.receive(logs)
    ask = wire.encode(wire.Ask(device=b"d" * 32, log=1, first=0, end=9))
    for _ in range(ASKINGS):
        talk.receive(ask)
    with pytest.raises(PeerFault, match="without end"):
        talk.receive(ask)


def test_nobody_tells_so_often_that_the_other_side_hangs_up(ada: Person, bo: Person) -> None:
    """The two do not rest together, so half of what is borne."""
    write(bo, 1)
    line = meet(bo, ada)
    talk = line.left.conversation
    for times in (1, 2):
        for _ in range(TELLINGS + 1):
            talk._repairing.tell(frozenset(bo.shelf.epochs()))
        line.send()
        assert len(line.frames(wire.Logs, by=bo)) == times * TOLD
        talk.rested()
    assert 2 * TOLD <= TELLINGS


def test_who_makes_holes_for_us_to_see_does_not_make_us_ask_without_end(
    ada: Person, bo: Person
) -> None:
    """Far less is asked for than the other side bears; after a rest it is asked again."""
    line = meet(bo, ada)
    talk = line.left.conversation
    for times in (1, 2):
        for first in range(OURS + 9):
            talk._repairing.ask(Hole(ada.device, Log.WORDS, first, first + 1))
        line.send()
        assert len(line.frames(wire.Ask)) == times * OURS
        talk.rested()
    assert 2 * OURS <= ASKINGS


def test_a_liar_with_many_logs_makes_us_ask_a_bounded_number_of_times(
    ada: Person, bo: Person
) -> None:
    """A thousand logs that nobody has heard of."""
    line = meet(bo, ada)
    rows = [
        wire.Logbook(device=n.to_bytes(32), log=1, top=9, digest=b"d" * 16) for n in range(1000)
    ]
    line.left.conversation.receive(wire.encode(wire.Logs(logs=rows)))
    line.send()
    assert len(line.frames(wire.Ask)) == ASKED


# ------------------------------------------------------------------------------------ newest first


def test_a_newcomer_reads_the_newest_posts_before_the_rest_is_named(
    village: Village, ada: Person
) -> None:
    """Fifty of them, from every hour they may be in."""
    for number in range(150):
        if number % 10 == 0:
            village.watch.go_on(hours=1)
        ada.write(f"{number}")
    ada.sign()
    bo = village.newcomer(ada, "Bo")
    line = Line(bo, ada)
    while not any(isinstance(f, wire.Envelopes) and f.log for _, f in line.said):
        assert line.step()
    first = next(f for _, f in line.said if isinstance(f, wire.Envelopes) and f.log)
    assert len(first.envelopes) == 50
    bo.takes(*first.envelopes, log=Log.WORDS)
    assert [p.body for p in bo.feed()] == [f"{n}" for n in range(149, 99, -1)]
    line.carry()
    assert bo.knows() == ada.knows()


@pytest.mark.parametrize("newcomer_leads", [True, False])
def test_the_newest_posts_come_once(village: Village, ada: Person, *, newcomer_leads: bool) -> None:
    """Whoever dialled: what came before the sets are gone through is not named in them."""
    write(ada, 60)
    bo = village.newcomer(ada, "Bo")
    meet(bo, ada).hang_up()
    for _, name in bo.items(Log.WORDS):
        bo.loses(name)
    line = Line(bo, ada) if newcomer_leads else Line(ada, bo)
    line.carry()
    assert len(bo.items(Log.WORDS)) == 60
    frames = [f for f in line.frames(wire.Envelopes, by=ada) if isinstance(f, wire.Envelopes)]
    assert sum(len(frame.envelopes) for frame in frames if frame.log) == 60


def test_words_are_handed_over_newest_hour_first(village: Village, ada: Person) -> None:
    """In whatever order they are asked for."""
    for number in range(40):
        village.watch.go_on(hours=1)
        ada.write(f"{number} " + "x" * 40_000)
        ada.sign()
    bo = village.newcomer(ada, "Bo")
    line = Line(bo, ada)
    line.carry()
    hours = [
        int.from_bytes(e[2:6])
        for who, f in line.said
        if who is ada and isinstance(f, wire.Envelopes) and f.log
        for e in f.envelopes
    ]
    assert hours == sorted(hours, reverse=True)
    assert len(hours) == 40
    assert bo.knows() == ada.knows()


def test_two_who_hold_about_as_much_hand_over_nothing_unasked(ada: Person, bo: Person) -> None:
    """A few differences cost a few envelopes."""
    write(ada, 80)
    meet(bo, ada).hang_up()
    write(ada, 10)
    line = meet(bo, ada)
    assert sum(line.envelopes_said().values()) == 10
