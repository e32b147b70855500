"""Who leaves says so last: whoever knows that they left holds all that they had written."""

from unittest.mock import patch

import pytest
import trio
from trio.testing import MockClock

from app.circle.state import CircleState
from app.store import circles, frontier
from p2p import patience, scoping, wire
from p2p.catching_up import CatchingUp
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.parting import Parting
from p2p.sync import Conversation, Phase
from tests.p2p.village import PATIENCE, Line, Person, Village, hang_up, meet, settle

MANY = 40  # posts of a kilobyte: several frames


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    """In the circle, with words that nobody else has, and nobody is talking."""
    person = village.joined(ada, "Bo")
    hang_up(ada, person)
    for number in range(MANY):
        person.write(f"{number} " + "x" * 1000)
    person.sign()
    return person


def knows_of(one: Person, other: Person) -> bool:
    """Whether it is known here that somebody left."""
    return one.room.ledger.view.people[other.room.ledger.me].left


def has_all(one: Person, other: Person) -> bool:
    holes = frontier.holes(one.db, one.room.row.circle_no)
    return other.bodies() <= one.bodies() and not holes


def none_is_lost(one: Person, other: Person) -> None:
    assert not knows_of(one, other) or has_all(one, other)


@pytest.mark.parametrize("leads", [True, False])
@pytest.mark.parametrize("cut_after", range(5, 14))
def test_a_line_that_breaks_on_whoever_leaves_loses_no_word(
    ada: Person, bo: Person, cut_after: int, leads: bool
) -> None:
    """Newest first: what came before the cut has holes below it. Then Bo leaves, and comes back."""
    first, second = (bo, ada) if leads else (ada, bo)
    line = Line(first, second)
    line.carry(most=cut_after)
    line.hang_up()
    assert not has_all(ada, bo)
    bo.leave()
    for cut in (cut_after, cut_after // 2, PATIENCE - 1):
        if not knows_of(ada, bo):
            line = Line(first, second)
            line.carry(most=cut, between=lambda: none_is_lost(ada, bo))
            line.hang_up()
    assert knows_of(ada, bo)
    assert has_all(ada, bo)


@pytest.mark.parametrize("leads", [True, False])
@pytest.mark.parametrize("leaves_after", [2, 5, 8, 11, 13])
def test_leaving_while_words_are_handed_over_waits_for_them(
    ada: Person, bo: Person, leaves_after: int, leads: bool
) -> None:
    """The conversation goes on to its end, and the leaving with it."""
    line = Line(*((bo, ada) if leads else (ada, bo)))
    line.carry(most=leaves_after)
    assert not has_all(ada, bo)
    bo.leave()
    line.carry(between=lambda: none_is_lost(ada, bo))
    assert knows_of(ada, bo)
    assert has_all(ada, bo)


@pytest.mark.parametrize("leads", [True, False])
def test_who_left_gets_nothing_new(
    ada: Person, bo: Person, leads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Ada wrote before she heard of it is not kept, however much; nobody is blamed."""
    monkeypatch.setattr(patience, "NOTHING", 4096)
    monkeypatch.setattr(patience, "NOTHING_EACH", 1)
    for number in range(MANY):
        ada.write(f"{number} " + "y" * 1000)
    ada.sign()
    before = bo.bodies()
    bo.leave()
    line = Line(*((bo, ada) if leads else (ada, bo)))
    line.carry(between=lambda: none_is_lost(ada, bo))
    assert knows_of(ada, bo)
    assert len(ada.bodies()) == 2 * MANY
    assert bo.bodies() == before
    if leads:
        assert not line.frames(wire.Want, by=bo)


@pytest.mark.parametrize("leads", [True, False])
def test_who_left_before_any_history_had_come_says_so_when_it_has(
    village: Village, ada: Person, leads: bool
) -> None:
    """Let in, and gone before there was anything to put the leaving on."""
    ada.write("welcome")
    cy = village.newcomer(ada, "Cy")
    with cy.db.write():
        circles.set_state(cy.db, cy.room.row.circle_no, CircleState.LEFT)
    cy.room.read_row()
    line = Line(*((cy, ada) if leads else (ada, cy)))
    line.carry()
    assert knows_of(ada, cy)
    assert cy.bodies() == set()


@pytest.mark.parametrize("leads", [True, False])
def test_what_is_written_while_both_go_through_their_words_goes_before_it(
    ada: Person, bo: Person, leads: bool
) -> None:
    """Goodbye, all of you: said in the middle of a run, and then gone."""
    line = meet(*((bo, ada) if leads else (ada, bo)), chain=False)
    for end in (line.left, line.right):
        end.conversation.rested()
    line.left.conversation.reconcile()
    talk = (line.left if leads else line.right).conversation
    while talk.phase is not Phase.WORDS:
        assert line.step()
    bo.write("Goodbye, all of you.")
    bo.leave()
    line.carry(between=lambda: none_is_lost(ada, bo))
    assert knows_of(ada, bo)
    assert "Goodbye, all of you." in ada.bodies()


def test_of_two_who_leave_neither_tells_of_the_other_without_their_words(
    village: Village, ada: Person, bo: Person
) -> None:
    """Cy keeps nothing of Bo's, who is gone when she meets Ada."""
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    bo.write("the last")
    bo.sign()
    bo.leave()
    cy.leave()
    meet(bo, cy).hang_up()
    assert knows_of(cy, bo)
    meet(cy, ada).hang_up()
    assert knows_of(ada, cy)
    assert not knows_of(ada, bo)
    meet(bo, ada)
    assert knows_of(ada, bo)
    assert has_all(ada, bo)


def test_a_push_that_was_lost_is_found_before_it(ada: Person, bo: Person) -> None:
    """The line goes on, and nothing shows that the last of what Bo wrote never came."""
    line = meet(bo, ada, chain=False)
    bo.write("the last")
    line.left.conversation.to_send()
    bo.leave()
    line.carry()
    assert knows_of(ada, bo)
    assert "the last" in ada.bodies()


def test_who_cannot_open_it_settles_as_ever(ada: Person, bo: Person) -> None:
    """And asks for what is missing, instead of standing still."""
    with patch.object(Parting, "_leaving", lambda *_: wire.Beat()):
        bo.leave()
        line = meet(bo, ada, chain=False)
        assert line.left.conversation.phase is line.right.conversation.phase is Phase.LIVE
    assert not knows_of(ada, bo)


def test_whoever_is_here_is_told_at_once(ada: Person, bo: Person) -> None:
    """Live, with nothing to hand over before."""
    line = meet(bo, ada, chain=False)
    bo.leave()
    line.carry()
    assert knows_of(ada, bo)
    assert not line.open
    assert has_all(ada, bo)


def test_words_asked_for_while_live_go_before_it(ada: Person, bo: Person) -> None:
    """Bulk that waits on a live line: the leaving goes behind it."""
    line = meet(bo, ada, chain=False)
    bo.write("the newest")
    names = [EnvelopeId(name) for _, name in bo.items(Log.WORDS)]
    for _, name in ada.items(Log.WORDS)[3:9]:
        ada.loses(name)
    line.left.conversation.out.put_bulk(names)
    bo.leave()
    line.carry(between=lambda: none_is_lost(ada, bo))
    assert knows_of(ada, bo)
    assert has_all(ada, bo)


def test_who_puts_the_words_off_is_not_told_yet(
    ada: Person, bo: Person, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """She catches up on somebody else first, who may have none of Bo's words."""

    async def story() -> None:
        monkeypatch.setattr(scoping, "MUCH", 5)
        turn = CatchingUp(trio.current_time)
        line = Line(ada, bo)
        busy, free = (
            Conversation(
                ada.shelf, door=bo.door, leads=True, clock=ada.watch.hour,
                nonce=ada.entropy(16), show_chain=False, turn=turn,
            )
            for _ in range(2)
        )  # fmt: skip
        assert turn.take(busy)
        line.left.conversation = free
        bo.leave()
        line.carry()
        assert line.equal
        assert not knows_of(ada, bo)
        turn.leave(busy)
        assert free.due
        assert free.reconcile()
        line.carry()
        assert knows_of(ada, bo)
        assert has_all(ada, bo)

    trio.run(story, clock=autojump_clock)
