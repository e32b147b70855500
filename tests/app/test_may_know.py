"""Nobody seals for somebody who is out and has the secret by a way that was not heard of here.

Grants are acts, and acts can be late, be kept back or never be said. So an epoch is sealed under
only by those who know of nobody out whom its maker did not know to be out.
"""

import pytest

from app import commands as c
from app import epochs, governing, invite
from app.circle import acts
from app.circle.state import Role
from app.circle.view import View
from app.store import ops
from p2p.crypto import seal_public
from p2p.envelope import commitment
from p2p.ids import EpochId
from p2p.op import AUTHORITY_HEADS_LIMIT, Kind, Log
from tests.p2p.village import Person, Village, meet, settle


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return joined(village, ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person, bo: Person) -> Person:
    person = joined(village, ada, "Cy")
    settle(ada, bo, person)
    return person


def joined(village: Village, host: Person, name: str) -> Person:
    """Somebody who came in, has everything, and hung up."""
    person = village.joined(host, name)
    for end in list(host.ends):
        end.line.hang_up()
    return person


def view(person: Person) -> View:
    return person.room.ledger.view


def new_epoch(person: Person) -> EpochId:
    with person.room.change() as change:
        return person.outbox.new_epoch(change)


def removes(by: Person, whom: Person) -> None:
    asked = c.RemoveMember(circle=by.room.hex, member=whom.room.ledger.me.hex(), reason="")
    governing.govern(by.room, by.outbox, asked)


def last_act(person: Person, kind: Kind) -> bytes:
    """The envelope of the last act of a kind that somebody said."""
    order = view(person).order
    assert order is not None
    mine = [
        at.op for at in order.placed
        if at.header.kind == kind and at.header.device == person.device
    ]  # fmt: skip
    name = ops.authority_envelope(person.db, person.room.row.circle_no, mine[-1])
    assert name is not None
    ((_, envelope),) = person.shelf.envelopes([name])
    return envelope


def grants(by: Person, to: Person, epoch: EpochId) -> None:
    """A box as anybody can make it, and no word of it."""
    secrets = by.room.ledger.keyring.get(epoch)
    assert secrets is not None
    grant = epochs.seal_grant(by.circle, secrets, by.device, to.device, seal_public(to.keys.seal))
    assert to.shelf.take_grant(grant)


def word(person: Person) -> bytes:
    """Somebody says one thing more; its envelope."""
    before = set(person.gives(Log.WORDS))
    person.write("among us")
    person.sign()
    (envelope,) = set(person.gives(Log.WORDS)) - before
    return envelope


def reads_nothing_more(dee: Person, bo: Person, ada: Person, aside: EpochId) -> None:
    """Bo holds `aside`, and hears that Ada removed Dee, but not of Ada's new epoch."""
    assert dee.room.ledger.keyring.get(aside) is not None
    bo.takes(*ada.gives())
    assert dee.device in view(bo).devices()
    assert dee.device not in epochs.holders(view(bo), aside)
    removes(ada, dee)
    bo.takes(last_act(ada, Kind.REMOVE))
    assert dee.device not in view(bo).devices()
    assert not dee.opens(word(bo))
    bo.does(Kind.PROFILE, acts.Profile("Bo"))
    assert not dee.opens(last_act(bo, Kind.PROFILE))


@pytest.fixture
def aside(ada: Person, bo: Person, cy: Person) -> EpochId:
    """An epoch that Cy made and Bo has, and Ada has not heard of."""
    made = new_epoch(cy)
    bo.takes(*cy.gives())
    grants(cy, bo, made)
    assert made not in view(ada).epochs
    return made


def test_who_was_given_an_epoch_by_a_grant_not_heard_of_reads_nothing_more(
    village: Village, ada: Person, bo: Person, cy: Person, aside: EpochId
) -> None:
    """Cy rightly granted it, and said so, and that has not come yet."""
    dee = joined(village, ada, "Dee")
    cy.takes(*ada.gives())
    (grant,) = cy.shelf.grant(dee.device, [aside])
    assert dee.device in view(cy).granted[aside]
    assert dee.shelf.take_grant(grant)
    reads_nothing_more(dee, bo, ada, aside)


def test_who_was_given_an_epoch_by_a_grant_never_told_of_reads_nothing_more(
    village: Village, ada: Person, bo: Person, cy: Person, aside: EpochId
) -> None:
    """Cy turned, and says nothing, or that it was somebody else."""
    dee = joined(village, ada, "Dee")
    grants(cy, dee, aside)
    act = acts.Granted(aside, [cy.device])
    bo.takes(cy.seals(cy.signs(Log.AUTHORITY, Kind.GRANTED, acts.encode(act))))
    reads_nothing_more(dee, bo, ada, aside)


def test_who_was_excepted_and_given_it_all_the_same_reads_nothing_more(
    village: Village, ada: Person, bo: Person, cy: Person
) -> None:
    """An exception says what its author did, who may have done otherwise."""
    dee = joined(village, ada, "Dee")
    settle(ada, bo, cy, dee, rounds=1)
    words, authority, under = cy.entropy(32), cy.entropy(32), cy.epoch()
    act = acts.Epoch(commitment(words), commitment(authority), [under], [dee.device])
    made = cy.signs(Log.AUTHORITY, Kind.EPOCH, acts.encode(act))
    aside = EpochId(made.op_id)
    with cy.db.write():
        cy.room.ledger.learn(aside, words, authority)
    for person in (bo, dee, cy):
        person.takes(cy.seals(made))
    for person in (bo, dee):
        grants(cy, person, aside)
    reads_nothing_more(dee, bo, ada, aside)


def test_who_was_shown_a_chain_reads_no_acts_after_it(
    village: Village, ada: Person, bo: Person, aside: EpochId
) -> None:
    """A chain tells the authority secrets it is sealed under, and no act says so."""
    asked = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, asked)
    bo.takes(*ada.gives())
    fay = joined(village, bo, "Fay")
    dee = joined(village, ada, "Dee")
    fay.takes(*ada.gives())
    dee.shelf.take_chain(fay.shelf.chain(dee.device), fay.door)
    assert aside in dee.room.ledger.keyring.epochs()
    reads_nothing_more(dee, bo, ada, aside)


def test_who_waits_for_a_place_may_have_been_let_in_and_given_all_by_others(
    village: Village, ada: Person, bo: Person, cy: Person
) -> None:
    """Two came by the last place at once. Whose it is not reads nothing from then on."""
    asked = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, asked)
    code = ada.invites(uses=1)
    settle(ada, bo, cy, rounds=1)
    shared = cy.epoch()
    dee = joined_by(village, ada, "Dee", code)
    eve = joined_by(village, bo, "Eve", code)
    admitted = {dee.device: last_act(ada, Kind.ADMIT), eve.device: last_act(bo, Kind.ADMIT)}
    cy.takes(*admitted.values())
    (waits,) = view(cy).waits_for_host
    assert {waits, *view(cy).devices()} >= {dee.device, eve.device}
    assert waits not in epochs.holders(view(cy), shared)
    out = dee if waits == dee.device else eve
    assert out.room.ledger.keyring.get(shared) is not None
    assert not out.opens(word(cy))


def joined_by(village: Village, host: Person, name: str, code: invite.Code) -> Person:
    person = village.newcomer(host, name, code)
    person.takes(*host.gives())
    return person


def test_who_was_out_as_far_as_the_maker_knew_makes_no_epoch_unusable(
    village: Village, ada: Person, bo: Person, cy: Person
) -> None:
    """Nor does whoever is in: one epoch after a removal, and no more."""
    dee = joined(village, ada, "Dee")
    settle(ada, bo, cy, dee, rounds=1)
    removes(ada, dee)
    after = ada.epoch()
    assert epochs.may_know(view(ada), after) == {ada.device, bo.device, cy.device}
    assert view(ada).epochs[after].out == {dee.device}
    settle(ada, bo, cy, rounds=1)
    eve = joined(village, ada, "Eve")
    settle(ada, bo, cy, eve, rounds=1)
    for person in (ada, bo, cy, eve):
        word(person)
        assert person.epoch() == after


def test_who_left_says_no_more_of_grants(
    village: Village, ada: Person, bo: Person, cy: Person, aside: EpochId
) -> None:
    """It would not count, so it would be said again and again, each time under a new epoch."""
    dee = joined(village, ada, "Dee")
    cy.takes(*ada.gives())
    cy.leave()
    assert aside in cy.shelf.lacking(dee.device, frozenset())
    before = set(cy.gives())
    line = meet(dee, cy)
    line.carry()
    assert set(cy.gives()) == before
    assert not view(cy).granted.get(aside)
    assert cy.shelf.grant(bo.device, [aside])  # who holds it by its making may ask again


def test_an_epoch_made_of_many_heads_is_followed_until_one_knows_all(village: Village) -> None:
    """An act names four heads at most; who went in a fifth would be a member as of a new epoch."""
    ada = village.founder("Ada")
    dee, *others = (joined(village, ada, name) for name in ("Dee", "Bo", "Cy", "Eve", "Fay"))
    for person in (dee, *others):
        person.takes(*ada.gives())
    dee.leave()
    for person in others:
        for number in range(3):
            person.does(Kind.PROFILE, acts.Profile(f"{person.name} {number}"))
    for person in (*others, dee):
        ada.takes(*person.gives())
    order = view(ada).order
    assert order is not None
    assert len(order.heads) > AUTHORITY_HEADS_LIMIT
    before = set(view(ada).epochs)
    envelope = word(ada)
    made = set(view(ada).epochs) - before
    assert dee.device in view(ada).epochs[ada.epoch()].out
    assert any(dee.device in view(ada).epochs[e].members for e in made)
    assert not dee.opens(envelope)
    for epoch in made:
        if dee.device in view(ada).epochs[epoch].members:
            grants(ada, dee, epoch)
    assert not dee.opens(envelope)
