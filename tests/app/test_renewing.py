"""Keys that age: an epoch is followed by the next after a week, by one who writes, and by one."""

import trio
from trio.testing import MockClock

from app.circle import acts
from app.circle.state import History
from app.epochs import RENEWED_AFTER, is_old, leaves_out, usable
from app.running import RENEWAL, RunningCircle
from p2p.ids import EpochId
from p2p.op import Kind
from tests.p2p.village import Person, Village, meet, settle


def under(person: Person) -> EpochId:
    found = usable(person.room.ledger.view, person.room.ledger.keyring)
    assert found is not None
    return found


def test_an_epoch_is_followed_by_the_next_after_a_week(village: Village, ada: Person) -> None:
    """Not an hour before; who hears of it makes none; both write under it then."""
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    first = under(ada)
    made = ada.room.ledger.view.epochs[first].hour
    ada.watch.at = bo.watch.at = (made + RENEWED_AFTER - 1) * 3_600_000
    assert not ada.outbox.renew()
    ada.watch.go_on(hours=1)
    bo.watch.at = ada.watch.at
    assert bo.outbox.may_renew
    assert ada.outbox.renew()
    second = under(ada)
    assert second != first
    meet(ada, bo).hang_up()
    assert not bo.outbox.renew()
    assert under(bo) == second
    for person, body in ((ada, "one"), (bo, "two")):
        person.write(body)
        person.sign()
    settle(ada, bo)
    assert ada.bodies() == bo.bodies() == {"one", "two"}


def test_an_epoch_is_old_a_week_after_its_hour_and_ever_after(ada: Person) -> None:
    """And not for a clock that is behind it."""
    view, first = ada.room.ledger.view, under(ada)
    made = view.epochs[first].hour
    assert [is_old(view, first, made + hours) for hours in (-1, 0, RENEWED_AFTER - 1)] == [
        False
    ] * 3
    assert all(is_old(view, first, made + hours) for hours in (RENEWED_AFTER, RENEWED_AFTER + 1))
    assert RENEWED_AFTER / 24 == 7


def test_two_made_at_once_leave_nothing_out(village: Village) -> None:
    """Neither maker knew of the other's: nothing is to be followed once more for that."""
    ada = village.founder("Ada", history=History.FRESH)
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    for person in (ada, bo):
        for end in list(person.ends):
            end.line.hang_up()
    made = []
    for name in ("Bobby", "Robert", "Bo"):  # however much else one of them knew
        bo.does(Kind.PROFILE, acts.Profile(name))
    for person in (ada, bo):
        with person.room.change() as change:
            made.append(person.outbox.new_epoch(change))
    settle(ada, bo)
    for person in (ada, bo):
        ledger = person.room.ledger
        assert ledger.view.epochs.keys() >= {*made}
        assert not any(leaves_out(ledger.view, ledger.keyring, epoch) for epoch in made)


def test_two_renewed_at_once_are_followed_by_one_that_names_both(
    village: Village, ada: Person
) -> None:
    """All agree on one of the two, and the older words stay open."""
    bo = village.joined(ada, "Bo")
    ada.write("before")
    ada.sign()
    settle(ada, bo)
    ada.watch.go_on(hours=RENEWED_AFTER)
    bo.watch.at = ada.watch.at
    assert ada.outbox.renew()
    assert bo.outbox.renew()
    settle(ada, bo)
    assert under(ada) == under(bo)
    ada.watch.go_on(hours=RENEWED_AFTER)
    assert ada.outbox.renew()
    assert len(ada.room.ledger.view.epochs[under(ada)].act.parents) == 2
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    assert cy.bodies() == {"before"}


def test_whoever_writes_renews_a_moment_later(ada: Person) -> None:
    """Words go out at once, under the old epoch; the next is made within a minute, once."""
    running = RunningCircle(ada.room, ("/ip4/127.0.0.1/tcp/0",), ada.heard.append)

    async def write_and_wait() -> tuple[EpochId, EpochId, EpochId]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(running.renew)
            first = under(ada)
            ada.write("at once")
            running.outbox.sign_waiting(ada.watch.hour())
            await trio.sleep(RENEWAL + 1)
            young = under(ada)
            ada.watch.go_on(hours=RENEWED_AFTER)
            ada.write("under the old one")
            running.outbox.sign_waiting(ada.watch.hour())
            old = ada.room.db.read("SELECT count(*) FROM epochs")[0][0]
            await trio.sleep(RENEWAL + 1)
            last = under(ada)
            await trio.sleep(RENEWAL + 1)
            assert under(ada) == last
            assert ada.room.db.read("SELECT count(*) FROM epochs")[0][0] == old + 1
            nursery.cancel_scope.cancel()
        return first, young, last

    first, young, last = trio.run(write_and_wait, clock=MockClock(autojump_threshold=0))
    assert first == young
    assert last != first


def with_one_beside(village: Village) -> tuple[Person, Person, Person, EpochId]:
    """Ada, who knows of an epoch of Bo's and can't open it yet, and Dee, let in under her own."""
    ada = village.founder("Ada", history=History.FRESH)
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy)
    for person in (ada, bo, cy):
        for end in list(person.ends):
            end.line.hang_up()
    with cy.room.change() as change:
        cy.outbox.leave(change)
    bo.takes(*cy.gives())
    with bo.room.change() as change:
        beside = bo.outbox.new_epoch(change)
    ada.takes(*cy.gives())
    ada.takes(*bo.gives())
    assert beside in ada.room.ledger.view.epochs
    assert beside not in ada.room.ledger.keyring.readable()
    return ada, bo, village.joined(ada, "Dee"), beside


def test_an_epoch_that_was_known_and_not_open_is_followed_later(village: Village) -> None:
    """Else who was let in meanwhile has no way to what is sealed under it, if all is fresh."""
    ada, bo, dee, beside = with_one_beside(village)
    settle(ada, bo, dee)
    assert beside in ada.room.ledger.keyring.readable()
    assert set(dee.room.ledger.view.at) == set(ada.room.ledger.view.at)
    assert beside not in dee.room.ledger.keyring.readable()
    before = len(ada.room.ledger.view.at)
    settle(ada, bo, dee)
    assert len(ada.room.ledger.view.at) == before
    assert not bo.outbox.renew()
    assert not dee.outbox.renew()


def test_another_follows_it_while_its_maker_sleeps(village: Village) -> None:
    """Whoever can open both, and in a while; who can't is not due."""
    ada, bo, dee, beside = with_one_beside(village)
    for end in list(ada.ends):
        end.line.hang_up()
    for grant in ada.shelf.grant(bo.device, ada.shelf.epochs()):
        bo.shelf.take_grant(grant)
    bo.takes(*ada.gives())
    settle(bo, dee)
    assert ada.device == bo.room.ledger.view.epochs[under(bo)].author
    assert bo.due
    assert not dee.due
    assert not dee.outbox.may_renew
    assert len(dee.room.ledger.view.at) < len(bo.room.ledger.view.at)
    assert bo.outbox.renew()
    settle(bo, dee)
    assert set(dee.room.ledger.view.at) == set(bo.room.ledger.view.at)
    assert beside not in dee.room.ledger.keyring.readable()
    assert under(bo) == under(dee)
    assert not bo.outbox.renew()
    settle(ada, bo, dee)
    assert len({frozenset(person.room.ledger.view.at) for person in (ada, bo, dee)}) == 1
    assert not ada.outbox.renew()
