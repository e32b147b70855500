"""Whoever leaves is heard of, and what they wrote is there: at a mailbox, by a goodbye, anew."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
import trio

from app import commands as c
from app import goodbye, settings
from app.boxes.known import Known
from app.boxes.post import FIRST, Post
from app.boxes.visit import Around
from app.circle.state import CircleState
from app.running import RunningCircle
from app.store import boxes, frontier
from p2p import wire
from p2p.op import Log
from p2p.sync import Conversation
from tests.app.cupboards import AT, BOX, PEER, Cupboard, Street, a_cupboard, two
from tests.app.mailing import a_mailbox
from tests.p2p.village import Line, Person, Village, hang_up, lapse, meet, settle

LONG = 20_000  # letters of a post of which a small mailbox holds few
MANY = 12


@pytest.fixture
def cupboard(village: Village, tmp_path: Path) -> Iterator[Cupboard]:
    with a_cupboard(village, tmp_path) as made:
        yield made


def knows_of(one: Person, other: Person) -> bool:
    """Whether it is known here that somebody left."""
    return one.room.ledger.view.people[other.room.ledger.me].left


# -- at a mailbox ----------------------------------------------------------------------------------


async def test_the_second_of_two_who_leave_leaves_the_secrets_too(
    village: Village, cupboard: Cupboard, ada: Person
) -> None:
    """Bo knows that Cy went, so what he says last is under a new secret: it lies there for Ada."""
    bo = await two(cupboard, ada)
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    for person in (ada, bo, cy, ada, bo):
        await cupboard.visited_by(person)
    cy.goes()
    meet(cy, bo).hang_up()
    assert knows_of(bo, cy)
    bo.write("said last")
    bo.sign()
    bo.goes()
    await cupboard.visited_by(bo)
    await cupboard.visited_by(ada)
    assert "said last" in ada.bodies()
    assert knows_of(ada, bo)


@pytest.mark.parametrize("days", [0, 29, 31])
async def test_a_leaving_waits_until_a_full_mailbox_has_the_words(
    village: Village, cupboard: Cupboard, ada: Person, days: int
) -> None:
    """Whoever hears of it turns the keys there: then none of the words could come. For a month."""
    bo = await two(cupboard, ada)
    cupboard.quota = 1 << 17
    for person in (ada, bo):
        await cupboard.visited_by(person)
    for number in range(MANY):
        bo.write(f"{number} " + "x" * LONG)
    bo.sign()
    bo.goes()
    village.watch.go_on(hours=24 * days)
    await cupboard.visited_by(bo)
    assert cupboard.memories["Bo"].full
    ada.write("Well?")
    await cupboard.visited_by(ada)
    assert len(ada.bodies()) < MANY
    assert knows_of(ada, bo) is (days == 31)
    if days < 31:
        cupboard.quota = 1 << 20
        await cupboard.visited_by(bo)
        await cupboard.visited_by(ada)
        assert bo.bodies() < ada.bodies()
        assert knows_of(ada, bo)


async def test_who_left_before_anything_came_says_so_at_the_mailbox(
    village: Village, cupboard: Cupboard, ada: Person
) -> None:
    """Their own admission lies there. With it comes the leaving, and what they wrote before."""
    await two(cupboard, ada)
    await cupboard.visited_by(ada)
    cy = village.newcomer(ada, "Cy")
    await cupboard.visited_by(ada)
    with cy.db.write():
        boxes.add(cy.db, cy.room.row.circle_no, BOX, PEER, [AT], None)
    cy.write("Hello all.")
    cy.goes()
    assert cy.room.arriving
    await cupboard.visited_by(cy)
    assert cy.shelf.parting()
    await cupboard.visited_by(ada)
    assert knows_of(ada, cy)
    assert "Hello all." in ada.bodies()


@pytest.mark.parametrize("question", range(2, 14))
async def test_who_leaves_during_a_visit_says_it_at_the_next(
    cupboard: Cupboard, ada: Person, question: int
) -> None:
    """Then no words of others are kept any more, and the leaving is not there before the words."""
    bo = await two(cupboard, ada)
    for person in (ada, bo):
        await cupboard.visited_by(person)
    ada.write("For those who are here.")
    await cupboard.visited_by(ada)
    bo.write("mine")
    bo.sign()
    asked, took = 0, True
    send = Street.send

    async def go_then(street: Street, frame: bytes) -> None:
        nonlocal asked, took
        asked += 1
        if asked == question:
            took = "For those who are here." in bo.bodies()
            bo.goes()
        await send(street, frame)

    with patch.object(Street, "send", go_then):
        await cupboard.visited_by(bo)
    assert asked >= question
    assert took == ("For those who are here." in bo.bodies())
    await cupboard.visited_by(ada)
    assert not knows_of(ada, bo)
    await cupboard.visited_by(bo)
    await cupboard.visited_by(ada)
    assert "mine" in ada.bodies()
    assert knows_of(ada, bo)


# -- by a goodbye ----------------------------------------------------------------------------------


def speaks(cy: Person, bo: Person) -> wire.Removed | wire.Waiting | None:
    """What Bo answers Cy, who left, once the goodbye was said in a conversation."""
    told = [envelope for _, envelope in cy.shelf.envelopes(goodbye.acts(cy.room, cy.shelf))]
    line = Conversation(
        bo.shelf, door=cy.door, leads=False, clock=bo.watch.hour, nonce=bytes(16), show_chain=False
    )
    hello = wire.Hello(version=wire.VERSION, hour=cy.watch.hour(), nonce=bytes(16), held=(0, 0))
    line.receive(wire.encode(hello))
    line.receive(goodbye.NO_GRANTS)
    line.receive(wire.encode(wire.Envelopes(log=int(Log.AUTHORITY), envelopes=told, live=True)))
    return bo.shelf.farewell(cy.door)


def test_who_left_does_not_take_a_goodbye_that_they_would_tell_nobody(
    village: Village, ada: Person
) -> None:
    """Bo left before; that Cy did he keeps to himself, so it has to be said to somebody else."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    bo.goes()
    cy.goes()
    assert speaks(cy, bo) is None
    assert knows_of(bo, cy)
    assert isinstance(speaks(cy, ada), wire.Removed)
    assert knows_of(ada, cy)


def test_a_goodbye_tells_of_nobody_whose_words_were_not_kept(village: Village, ada: Person) -> None:
    """Both have gone when they meet: Cy hears of Bo, and keeps no words of his."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    bo.write("the last")
    bo.sign()
    bo.goes()
    cy.goes()
    meet(bo, cy).hang_up()
    assert knows_of(cy, bo)
    assert "the last" not in cy.bodies()
    speaks(cy, ada)
    assert knows_of(ada, cy)
    assert not knows_of(ada, bo)
    meet(bo, ada).hang_up()
    assert knows_of(ada, bo)
    assert "the last" in ada.bodies()


# -- before anything has come ----------------------------------------------------------------------


@pytest.mark.parametrize("leads", [True, False])
def test_who_leaves_before_anything_came_says_first_what_waited(
    village: Village, ada: Person, *, leads: bool
) -> None:
    """Signed as soon as it can be, and so before the leaving."""
    ada.write("Welcome.")
    ada.sign()
    cy = village.newcomer(ada, "Cy")
    cy.write("Hello all.")
    cy.goes()
    Line(*((cy, ada) if leads else (ada, cy))).carry()
    assert knows_of(ada, cy)
    assert "Hello all." in ada.bodies()
    assert not cy.room.posts.any_unsent()


def test_who_said_that_they_know_is_not_called_again(village: Village, ada: Person) -> None:
    """Also where nothing of the circle ever came, and where a clock was put back since."""
    cy, bo = village.newcomer(ada, "Cy"), village.joined(ada, "Bo")
    hang_up(ada, bo)
    running = RunningCircle(cy.room, (), cy.heard.append)
    running.shelf.sponsors = {ada.door: ada.device}
    at = {ada.door: ["/ip4/127.0.0.1/tcp/9"]}
    with patch.object(RunningCircle, "_sponsor_ways", lambda _: at):
        cy.goes()
        running.left()
        with ada.room.change() as change:
            ada.outbox.remove(change, cy.room.ledger.me, "As they wished.")
        assert set(running.ways()) == {ada.device}
        told = ada.shelf.farewell(cy.door)
        assert told is not None
        running.shelf.take_farewell(told)
        running.dismissed(ada.device)
        assert running.ways() == {}
    assert cy.room.row.state is CircleState.LEFT
    running = RunningCircle(bo.room, (), bo.heard.append)
    village.watch.go_on(hours=720)
    bo.goes()
    running.left()
    village.watch.go_on(hours=-720)
    assert ada.device in running.ways()
    running.dismissed(ada.device)
    assert ada.device not in running.ways()


@pytest.mark.parametrize("left", [True, False])
async def test_who_left_gives_a_mailbox_up_that_takes_none_of_their_keys(
    village: Village, tmp_path: Path, ada: Person, *, left: bool
) -> None:
    """Another host moved the circle's keys on there: a member goes on trying, and nobody else."""
    async with a_mailbox(tmp_path) as standing:
        bo = village.joined(ada, "Bo")
        hang_up(ada, bo)
        if left:
            bo.goes()
        box = Known(BOX, standing.card.peer, standing.card.addresses, None)
        around = Around(lambda *_: None, lambda _: None, set, lambda: None)
        post = Post(bo.room, bo.shelf, bo.outbox, box, around)
        begun = trio.current_time()
        with trio.move_on_after(8) as limit:
            await post.run()
        assert limit.cancelled_caught is not left
        if left:
            assert trio.current_time() - begun > FIRST * 3, "a pause between the tries"


@pytest.mark.parametrize("leads", [True, False])
@pytest.mark.parametrize("steps", range(3, 19))
def test_what_lapses_while_who_left_hands_it_over_leaves_no_hole(
    village: Village, ada: Person, steps: int, leads: bool
) -> None:
    """Its envelope has another name from then on: neither the one that was named, nor unknown."""
    bo = village.joined(ada, "Bo")
    settings.change(ada.room, ada.outbox, c.SetRetention(circle=ada.room.hex, days=7))
    ada.write("welcome")  # who has none is handed the newest at once
    settle(ada, bo)
    hang_up(ada, bo)
    bo.write("old")
    bo.sign()
    village.watch.go_on(hours=7 * 24 - 1)
    bo.write("young")
    bo.sign()
    bo.goes()
    line = Line(*((bo, ada) if leads else (ada, bo)))
    line.carry(most=steps)
    village.watch.go_on(hours=1)
    lapse(bo)
    line.carry()
    assert knows_of(ada, bo)
    assert "young" in ada.bodies()
    assert frontier.holes(ada.db, ada.room.row.circle_no) == []
