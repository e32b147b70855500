"""What members do at a mailbox: sans network, with the real clerk, real books and real homes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import commands as c
from app import governing, settings
from app.boxes import known as keyed
from app.boxes import parcels, visit
from app.circle import acts
from app.circle.retention import GRACE
from app.circle.state import CircleState, Post, Role
from app.mailbox.books import DAYS
from p2p.host import Closed
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller
from p2p.op import Kind, Log
from tests.app.cupboards import BOX, Cupboard, a_cupboard, two
from tests.app.mailing import sealed
from tests.p2p.village import Person, Village, lapse, meet


@pytest.fixture
def cupboard(village: Village, tmp_path: Path) -> Iterator[Cupboard]:
    with a_cupboard(village, tmp_path) as made:
        yield made


async def test_words_cross_and_both_say_so(cupboard: Cupboard, ada: Person) -> None:
    """Bo has what Ada wrote, and Ada hears by the same way that he has; nobody met."""
    bo = await two(cupboard, ada)
    post = ada.write("Come when you like.")
    assert not the(ada, post).in_mailbox
    await cupboard.visited_by(ada)
    assert the(ada, post).in_mailbox
    assert the(ada, post).reached == 0
    await cupboard.visited_by(bo)
    assert bo.bodies() == {"Come when you like."}
    await cupboard.visited_by(ada)
    assert (the(ada, post).reached, the(ada, post).of) == (1, 1)


async def test_a_visit_where_nothing_is_new_asks_for_little(
    cupboard: Cupboard, ada: Person
) -> None:
    """Nothing is carried, and no parcel is left twice."""
    bo = await two(cupboard, ada)
    ada.write("Once.")
    for _ in range(2):
        await cupboard.visited_by(ada)
        await cupboard.visited_by(bo)
    street = await cupboard.visited_by(ada)
    carried = (wire.Put, wire.Want, wire.PutParcels, wire.PutCapsule, wire.Succeed, wire.Retain)
    assert not [one for one in street.asked if isinstance(one, carried)]
    assert len(street.asked) < 16


async def test_junk_that_a_holder_left_keeps_nothing_out(cupboard: Cupboard, ada: Person) -> None:
    """Envelopes that nobody can open, parcels and requests that are none: the good words come.

    And what is of no use is taken out once, not at every visit.
    """
    bo = await two(cupboard, ada)
    hour = cupboard.village.watch.hour()
    caller, _ = await cupboard.opened(ada)
    junk = sealed(50, hour)
    await caller.pay_in(Log.WORDS, list(junk.values()))
    await caller.pay_in(Log.AUTHORITY, list(sealed(50, hour, Log.AUTHORITY).values()))
    seal = bo.room.ledger.view.devices()[bo.device].seal
    for tag in (
        capability.tag_held(seal, ada.device, BOX),
        *(capability.tag_of(seal, epoch, BOX) for epoch in bo.room.ledger.view.epochs),
    ):
        await caller.do(wire.PutParcels([wire.Parcel(tag, b"junk" * 700)]))
    ada.write("Among all that.")
    await cupboard.visited_by(ada)
    await cupboard.visited_by(bo)
    assert bo.bodies() == {"Among all that."}
    street = await cupboard.visited_by(bo)
    asked = [one for one in street.asked if isinstance(one, wire.Want) and one.log == Log.WORDS]
    assert not [name for one in asked for name in one.ids if name in junk]


async def test_words_left_for_the_next_visit_come_before_own_ones_are_numbered(
    cupboard: Cupboard, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among what was not taken out yet may be words of our own, from before a copy was put back."""
    bo = await two(cupboard, ada)
    monkeypatch.setattr(visit, "USELESS", 1)
    caller, _ = await cupboard.opened(ada)
    junk = [*sealed(120, cupboard.village.watch.hour(), size=4_000).values()]
    for first in range(0, len(junk), 30):
        await caller.pay_in(Log.WORDS, junk[first : first + 30])
    post = bo.write("After all that.")
    visits = 0
    while not visits or cupboard.memories["Bo"].more:
        assert not the(bo, post).in_mailbox
        assert the(bo, post).unsent
        await cupboard.visited_by(bo)
        visits += 1
    assert visits > 1
    assert the(bo, post).in_mailbox


async def test_a_full_mailbox_is_not_said_to_keep_what_it_refused(
    cupboard: Cupboard, ada: Person
) -> None:
    """The words stay here, and go on waiting; those that found room are said to be there."""
    await two(cupboard, ada)
    cupboard.quota = 12_000
    posts = [ada.write(f"{number} " + "long " * 200) for number in range(20)]
    await cupboard.visited_by(ada)
    assert cupboard.memories["Ada"].full
    kept = [the(ada, post).in_mailbox for post in posts]
    assert any(kept)
    assert not all(kept)
    cupboard.quota = 1 << 20
    await cupboard.visited_by(ada)
    assert all(the(ada, post).in_mailbox for post in posts)
    assert not cupboard.memories["Ada"].full


async def test_what_is_gone_from_a_mailbox_is_not_said_to_be_there(
    cupboard: Cupboard, ada: Person
) -> None:
    """Its disk was lost and it has no room now; and what it keeps no longer, by its age."""
    await two(cupboard, ada)
    post = ada.write("Here and there. " + "long " * 400)
    await cupboard.visited_by(ada)
    assert the(ada, post).in_mailbox
    with cupboard.db.write():
        cupboard.db.execute("DELETE FROM envelopes WHERE log = 1")
        cupboard.db.execute("UPDATE boxes SET used = 0, seen = seen + 1")
    cupboard.quota = 100
    await cupboard.visited_by(ada)
    assert not the(ada, post).in_mailbox
    cupboard.quota = 1 << 20
    await cupboard.visited_by(ada)
    assert the(ada, post).in_mailbox
    cupboard.village.watch.go_on(hours=24 * DAYS)
    await cupboard.visited_by(ada)
    assert not the(ada, post).in_mailbox


async def test_after_a_removal_the_owner_retires_keys_and_leaves_a_way(
    cupboard: Cupboard, ada: Person
) -> None:
    """Bo, who knew of nothing, finds it; Cy, whose key was the same, finds who removed them."""
    bo = await two(cupboard, ada)
    cy = cupboard.village.joined(ada, "Cy")
    for end in list(ada.ends):
        end.line.hang_up()
    await cupboard.visited_by(ada)
    await cupboard.visited_by(bo)
    before = keyed.seeds(cy.room, BOX)[0]
    assert keyed.stale(ada.room, BOX) is None
    member = cy.room.ledger.me.hex()
    governing.govern(
        ada.room, ada.outbox,
        c.RemoveMember(circle=ada.room.hex, member=member, reason="As they wished."),
    )  # fmt: skip
    assert keyed.stale(ada.room, BOX) is not None
    await cupboard.visited_by(cy, seed=before)  # until the owner has been there
    ada.write("Fresh keys, fresh words.")
    await cupboard.visited_by(ada)
    for seed in (before, keyed.seeds(bo.room, BOX)[0]):
        with pytest.raises(Closed):
            await cupboard.opened(bo, seed)
    here = next(iter(keyed.known(bo.room)))
    stranger = Caller(cupboard.street())  # type: ignore[arg-type]  # as above
    assert not await parcels.find_the_way(cy.room, stranger, here, cy.shelf)
    assert cy.room.row.state is CircleState.REMOVED
    removal = cy.room.ledger.my_removal()
    assert removal is not None
    assert (removal.by, removal.reason) == (ada.room.ledger.me, "As they wished.")
    assert cy.bodies() == set()
    stranger = Caller(cupboard.street())  # type: ignore[arg-type]  # as above
    assert await parcels.find_the_way(bo.room, stranger, here, bo.shelf)
    await cupboard.visited_by(bo)
    assert bo.bodies() == {"Fresh keys, fresh words."}


async def test_cards_go_through_it(cupboard: Cupboard, ada: Person) -> None:
    """Where Ada is, Bo knows by the mailbox, and only by the newest she left."""
    bo = await two(cupboard, ada)
    for port in (1, 2):
        ada.shelf.own_card([f"/ip4/192.0.2.1/tcp/{port}"])
        await cupboard.visited_by(ada)
    cupboard.cards.clear()
    await cupboard.visited_by(bo)
    assert [card.addresses for card in cupboard.cards] == [["/ip4/192.0.2.1/tcp/2"]]


async def test_a_mailbox_goes_unused_when_its_owner_has_left(
    cupboard: Cupboard, ada: Person
) -> None:
    """Only the owner could say whose keys count there."""
    bo = await two(cupboard, ada)
    meet(ada, bo)
    ada.does(Kind.ROLE, acts.Assign(bo.room.ledger.me, Role.HOST.value))
    ada.does(Kind.HANDOVER, acts.Handover(bo.room.ledger.me, at_once=True))
    meet(bo, ada)
    assert len(keyed.known(bo.room)) == 1
    ada.leave()
    meet(bo, ada)
    assert keyed.known(bo.room) == []


async def test_who_leaves_puts_their_words_there_and_then_says_so(
    cupboard: Cupboard, ada: Person
) -> None:
    """What nobody has taken yet would be with nobody: who hears of it talks with them no more."""
    bo = await two(cupboard, ada)
    bo.write("said last")
    bo.sign()
    bo.goes()
    await cupboard.visited_by(bo)
    await cupboard.visited_by(ada)
    assert "said last" in ada.bodies()
    assert ada.room.ledger.view.people[bo.room.ledger.me].left


def the(person: Person, post: str) -> Post:
    found = person.room.posts.one(bytes.fromhex(post))
    assert found is not None
    return found


async def test_words_that_lapsed_are_dropped_at_the_owners_visit(
    cupboard: Cupboard, ada: Person
) -> None:
    """A day later than here, as another clock may be behind; what is said without them stays."""
    bo = await two(cupboard, ada)
    ada.does(Kind.RETENTION, acts.Retention(7))
    watch = cupboard.village.watch
    watch.go_on(hours=2 * GRACE)
    old = ada.write("For a week.")
    await cupboard.visited_by(ada)
    await cupboard.visited_by(bo)
    assert the(bo, old).body == "For a week."
    whole = cupboard.words()
    assert settings.effect(ada.room, 7).mailbox
    assert not settings.effect(ada.room, DAYS).mailbox  # nothing is kept longer there
    watch.go_on(hours=24 * 7)
    new = ada.write("For another.")
    lapse(ada, bo)
    assert {person.room.posts.one(bytes.fromhex(old)) for person in (ada, bo)} == {None}
    for person in (bo, ada, ada, bo):
        await cupboard.visited_by(person)
    assert whole <= cupboard.words()
    watch.go_on(hours=25)
    await cupboard.visited_by(bo)
    assert whole <= cupboard.words()  # only the owner has anything dropped
    street = await cupboard.visited_by(ada)
    assert [len(one.ids) for one in street.asked if isinstance(one, wire.Drop)] == [len(whole)]
    assert not whole & cupboard.words()
    for person in (bo, ada, bo):
        street = await cupboard.visited_by(person)
    assert not [one for one in street.asked if isinstance(one, wire.Put | wire.Drop)]
    assert the(bo, new).body == "For another."
    assert len(cupboard.words()) == 2
