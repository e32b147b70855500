"""A newcomer among many who hold the same fetches it once."""

import pytest

from p2p import wire
from p2p.catching_up import MUCH, PATIENCE, CatchingUp
from p2p.op import Log
from p2p.scoping import FIRST
from p2p.sync import Conversation, Phase
from tests.p2p.village import Line, Person, Village, settle


class Now:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def a_line(newcomer: Person, other: Person, turn: CatchingUp, *, leads: bool) -> Line:
    """A line on which the newcomer shares its turn with its other lines."""
    line = Line(newcomer, other, chain=True) if leads else Line(other, newcomer, chain=True)
    end = line.left if leads else line.right
    end.conversation = Conversation(
        newcomer.shelf, door=other.door, leads=leads, clock=newcomer.watch.hour,
        nonce=newcomer.entropy(16), show_chain=leads, turn=turn,
    )  # fmt: skip
    return line


def words_said(line: Line) -> int:
    """How many envelopes of words went over a line; the newest posts go over each."""
    frames = [f for _, f in line.said if isinstance(f, wire.Envelopes) and f.log]
    return sum(len(frame.envelopes) for frame in frames)


def a_full_circle(village: Village, posts: int) -> list[Person]:
    """Three people who hold the same."""
    ada = village.founder("Ada")
    others = [village.joined(ada, name) for name in ("Bo", "Cy")]
    for number in range(posts):
        ada.write(f"{number}")
    ada.sign()
    settle(ada, *others, rounds=1)
    for person in (ada, *others):
        for end in list(person.ends):
            end.line.hang_up()
    return [ada, *others]


@pytest.mark.parametrize("leads", [True, False])
def test_much_is_fetched_from_one_and_the_others_go_live_at_once(
    village: Village, *, leads: bool
) -> None:
    """News flows on every line meanwhile; when the turn is free the next finds nothing left."""
    ada, bo, cy = a_full_circle(village, MUCH + 20)
    dee = village.joined(ada, "Dee")
    for end in list(ada.ends):
        end.line.hang_up()
    for _, name in dee.items(Log.WORDS):
        dee.loses(name)
    settle(ada, bo, cy, rounds=1)
    turn = CatchingUp(Now())
    first = a_line(dee, bo, turn, leads=True)
    while not words_said(first):
        assert first.step()
    second = a_line(dee, cy, turn, leads=leads)
    second.carry()
    here = (second.left if leads else second.right).conversation
    assert (here.phase, here.due) == (Phase.LIVE, True)
    assert words_said(second) <= FIRST
    cy.write("news")
    second.carry()
    assert "news" in dee.bodies()
    first.carry()
    assert len(dee.items(Log.WORDS)) == MUCH + 21
    turn.leave(first.left.conversation)
    here.reconcile()
    before = words_said(second)
    second.carry()
    assert (here.phase, here.due) == (Phase.LIVE, False)
    assert second.equal
    assert words_said(second) == before
    assert dee.knows() == cy.knows()


def test_a_little_is_fetched_without_a_turn(village: Village) -> None:
    """Only what is much waits."""
    ada, bo, _ = a_full_circle(village, 10)
    turn = CatchingUp(Now())
    assert turn.take("somebody else")
    ada.write("one more")
    ada.sign()
    line = a_line(bo, ada, turn, leads=True)
    line.carry()
    assert line.equal
    assert "one more" in bo.bodies()


def test_who_is_slow_loses_the_turn_to_the_next_who_asks() -> None:
    """Nobody can keep everybody from catching up."""
    now = Now()
    turn = CatchingUp(now)
    assert turn.take("Bo")
    assert turn.take("Bo")
    assert not turn.take("Cy")
    now.at = PATIENCE - 1
    assert not turn.take("Cy")
    now.at = PATIENCE
    assert turn.take("Cy")
    assert not turn.take("Bo")
    turn.leave("Bo")
    assert not turn.free
    turn.leave("Cy")
    assert turn.free


def test_the_turn_lapses_by_itself_and_not_before_its_time() -> None:
    """However busy its holder is with dripping words."""
    now = Now()
    turn = CatchingUp(now)
    assert turn.lapses == PATIENCE
    now.at = 10.0
    assert turn.take("Bo")
    now.at = PATIENCE
    assert turn.take("Bo")
    turn.lapse()
    assert (turn.free, turn.lapses) == (False, PATIENCE + 10.0)
    now.at = PATIENCE + 10.0
    turn.lapse()
    assert (turn.free, turn.lapses) == (True, now.at + PATIENCE)
