"""Removing somebody, from the act to the words: who counts, who reads, who is told, who is not."""

import msgspec
import pytest

from app import commands as c
from app import epochs, governing
from app.circle import acts
from app.circle.openlog import What
from app.circle.state import CircleState, Role
from app.refused import Refused, Why
from app.store import circles
from p2p import wire
from p2p.crypto import sign
from p2p.errors import PeerFault
from p2p.ids import DeviceId
from p2p.op import SIGNATURE_DOMAIN, Kind, Log, op_id
from tests.p2p.village import Person, Village, hang_up, meet, settle, spoilt


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Cy")


def removes(by: Person, whom: Person, reason: str = "") -> None:
    asked = c.RemoveMember(circle=by.room.hex, member=whom.room.ledger.me.hex(), reason=reason)
    governing.govern(by.room, by.outbox, asked)


def gives(by: Person, whom: Person, role: Role) -> None:
    asked = c.SetRole(circle=by.room.hex, member=whom.room.ledger.me.hex(), role=role)
    governing.govern(by.room, by.outbox, asked)


def stands(person: Person) -> CircleState:
    return person.room.row.state


def farewell(by: Person, whom: Person) -> wire.Removed:
    told = by.shelf.farewell(whom.door)
    assert isinstance(told, wire.Removed)
    return told


def test_a_removal_makes_an_epoch_that_the_removed_never_holds(
    ada: Person, bo: Person, cy: Person
) -> None:
    """In the same batch; words are sealed under it from then on, and Cy has it by grant."""
    hang_up(ada, bo, cy)
    before = epochs.usable(ada.room.ledger.view, ada.room.ledger.keyring)
    removes(ada, bo)
    after = epochs.usable(ada.room.ledger.view, ada.room.ledger.keyring)
    assert after is not None
    assert after != before
    assert bo.device not in epochs.holders(ada.room.ledger.view, after)
    ada.write("among us")
    ada.sign()
    meet(cy, ada)
    assert cy.bodies() == {"among us"}
    bo.takes(*ada.gives())
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert bo.bodies() == set()
    assert bo.room.ledger.keyring.get(after) is None


def test_who_hears_of_it_by_the_acts_is_out_too(ada: Person, bo: Person) -> None:
    """Without a last word: the acts themselves say it."""
    hang_up(ada, bo)
    removes(ada, bo, "Sold pills.")
    bo.takes(*ada.gives())
    assert bo.room.row.state is CircleState.REMOVED
    removal = bo.room.ledger.my_removal()
    assert removal is not None
    assert (removal.by, removal.reason) == (ada.room.ledger.me, "Sold pills.")
    assert bo.shelf.device_at(ada.door) is None


def test_a_farewell_is_believed_of_who_may_and_stays_over_a_restart(
    ada: Person, bo: Person
) -> None:
    """Bo never had the epoch that the removal is sealed under."""
    hang_up(ada, bo)
    removes(ada, bo, "Sold pills.")
    assert ada.shelf.farewell(ada.door) is None
    assert ada.shelf.farewell(b"x" * 32) is None
    bo.shelf.take_farewell(farewell(ada, bo))
    assert bo.room.row.state is CircleState.REMOVED
    bo.room.ledger.load()
    removal = bo.room.ledger.my_removal()
    assert removal is not None
    assert (removal.by, removal.reason) == (ada.room.ledger.me, "Sold pills.")


def test_a_false_farewell_is_a_fault_and_nobody_is_out(ada: Person, bo: Person, cy: Person) -> None:
    """By a member who may not, of somebody else, unsigned, bent, of another circle."""
    settle(ada, bo, cy, rounds=1)
    hang_up(ada, bo, cy)
    op = cy.signs(
        Log.AUTHORITY, Kind.REMOVE, acts.encode(acts.Remove(bo.room.ledger.me, "No.", []))
    )
    by_cy = wire.Removed(op.header_bytes, op.signature, op.salt, op.payload)
    removes(ada, cy)
    of_cy = farewell(ada, cy)
    other = msgspec.structs.replace(op.header, circle=b"o" * 32, device=ada.device)
    data = msgspec.msgpack.encode(other)
    seed = ada.room.row.device_seed
    elsewhere = wire.Removed(data, sign(seed, SIGNATURE_DOMAIN, op_id(data)), op.salt, op.payload)
    profile = ada.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile("Ada")))
    for told in (
        by_cy,
        of_cy,
        elsewhere,
        wire.Removed(profile.header_bytes, profile.signature, profile.salt, profile.payload),
        msgspec.structs.replace(of_cy, signature=bytes(64)),
        msgspec.structs.replace(of_cy, payload=acts.encode(acts.Remove(bo.room.ledger.me, "", []))),
        msgspec.structs.replace(of_cy, header=b"\x90"),
    ):
        with pytest.raises(PeerFault):
            bo.shelf.take_farewell(told)
    assert bo.room.row.state is CircleState.MEMBER
    assert bo.room.ledger.my_removal() is None


def test_who_left_and_was_removed_elsewhere_has_left(ada: Person, bo: Person) -> None:
    """Ada did not know of it. They stay gone by their own word; it is nobody's fault."""
    hang_up(ada, bo)
    bo.leave()
    with bo.db.write():
        circles.set_state(bo.db, bo.room.row.circle_no, CircleState.LEFT)
    bo.room.read_row()
    removes(ada, bo)
    bo.shelf.take_farewell(farewell(ada, bo))
    assert stands(bo) is CircleState.LEFT


def test_a_removal_that_a_senior_takes_back_lets_them_in_again(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cy, a moderator, removed Bo; Ada removes Cy with a cut before that: Bo is a member again."""
    gives(ada, cy, Role.MODERATOR)
    settle(ada, bo, cy, rounds=2)
    hang_up(ada, bo, cy)
    removes(cy, bo, "Mine.")
    bo.takes(*cy.gives())
    assert stands(bo) is CircleState.REMOVED
    removes(ada, cy)
    bo.takes(*ada.gives())
    assert stands(bo) is CircleState.MEMBER
    assert [p.name for p in bo.room.ledger.view.people.values() if not p.left] == ["Ada", "Bo"]


def test_words_beyond_the_cut_do_not_count_however_they_come(ada: Person, bo: Person) -> None:
    """What Ada had of Bo stays; what Bo signed without knowing of it is void with everybody."""
    bo.write("before")
    bo.sign()
    settle(ada, bo, rounds=1)
    hang_up(ada, bo)
    removes(ada, bo)
    bo.write("after")
    bo.sign()
    ada.takes(*bo.gives(Log.WORDS), log=Log.WORDS)
    assert ada.bodies() == {"before"}


@pytest.mark.parametrize("what", ["role", "removal", "handing over", "nobody", "invite"])
def test_nobody_signs_an_act_that_would_not_count(ada: Person, bo: Person, what: str) -> None:
    """It is refused in one sentence, and nothing is said."""
    code = ada.invites()
    settle(ada, bo, rounds=1)
    before = len(bo.gives())
    circle, adas = bo.room.hex, ada.room.ledger.me.hex()
    asked: governing.Governing = {
        "role": c.SetRole(circle=circle, member=adas, role=Role.GUEST),
        "removal": c.RemoveMember(circle=circle, member=adas, reason=""),
        "handing over": c.HandOver(circle=circle, member=bo.room.ledger.me.hex()),
        "nobody": c.RemoveMember(circle=circle, member="00" * 32, reason=""),
        "invite": c.WithdrawInvite(circle=circle, invite=code.key.hex()),
    }[what]  # type: ignore[assignment]  # one of four
    with pytest.raises(Refused) as caught:
        governing.govern(bo.room, bo.outbox, asked)
    assert caught.value.kind is (Why.NO_SUCH_MEMBER if what == "nobody" else Why.NOT_ALLOWED)
    assert len(bo.gives()) == before


def test_the_open_log_tells_every_act_and_what_became_of_it(
    ada: Person, bo: Person, cy: Person
) -> None:
    """The same on all computers; what a senior took back is marked."""
    code = ada.invites()
    asked = c.WithdrawInvite(circle=ada.room.hex, invite=code.key.hex())
    governing.govern(ada.room, ada.outbox, asked)
    with pytest.raises(Refused):
        governing.govern(ada.room, ada.outbox, asked)
    gives(ada, bo, Role.MODERATOR)
    settle(ada, bo, cy, rounds=2)
    hang_up(ada, bo, cy)
    removes(bo, cy, "  Two\u202e \n lines ")
    ada_before = list(ada.gives())
    ada.takes(*bo.gives())
    assert len(ada.gives()) > len(ada_before)
    log = governing.log(ada.room)
    assert log == governing.log(bo.room)
    assert [e.what for e in log[:3]] == [What.REMOVED, What.ROLE, What.WITHDREW]
    assert (log[0].by_name, log[0].whom_name, log[0].reason) == ("Bo", "Cy", "Two\nlines")
    assert (log[1].by_name, log[1].whom_name, log[1].role) == ("Ada", "Bo", Role.MODERATOR)
    assert log[-1].what is What.FOUNDED
    assert all(e.counts for e in log)
    (made,) = [i for i in governing.invites(ada.room) if i.invite == code.key.hex()]
    assert (made.mine, made.withdrawn, made.used) == (True, True, 0)


def test_whoever_is_removed_hears_it_on_the_line_and_nothing_else(ada: Person, bo: Person) -> None:
    """The conversation takes it and says so to its node."""
    line = meet(bo, ada)
    removes(ada, bo)
    line.left.conversation.receive(wire.encode(farewell(ada, bo)))
    assert bo.room.row.state is CircleState.REMOVED
    assert DeviceId(bo.device) not in ada.room.ledger.view.devices()


def test_an_epoch_that_fell_holds_nobody_up_who_had_been_granted_it(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cy got it of Bo, whose removal takes it back: what Cy says then can be judged by Ada."""
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    with bo.room.change() as change:
        bo.outbox.new_epoch(change)
    meet(bo, cy).hang_up()
    fallen = bo.epoch()
    assert fallen in cy.room.ledger.keyring.readable()
    removes(ada, bo)
    meet(ada, cy).hang_up()
    assert fallen not in cy.room.ledger.view.epochs
    cy.invites()
    meet(ada, cy).hang_up()
    assert ada.room.ledger.view.waiting == frozenset()
    assert len(ada.room.ledger.view.invites) == len(cy.room.ledger.view.invites)


def test_a_name_is_changed_for_one_circle_and_all_read_that_it_was(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cleaned as every name is; the old one stands in the log; the same one again is no act."""
    settle(ada, bo, cy)
    before = len(ada.room.ledger.view.at)
    for name in ("Bonnie\u202e ", "Bonnie"):
        asked = c.SetProfile(circle=bo.room.hex, display_name=name)
        governing.govern(bo.room, bo.outbox, asked)
    settle(ada, bo, cy)
    assert len(ada.room.ledger.view.at) == before + 1
    for person in (ada, bo, cy):
        assert person.room.ledger.name_of(bo.room.ledger.me) == "Bonnie"
        (entry,) = [e for e in governing.log(person.room) if e.what is What.RENAMED]
        assert (entry.whom_name, entry.reason, entry.by) == (
            "Bo",
            "Bonnie",
            bo.room.ledger.me.hex(),
        )
    bo.restart()
    assert bo.room.row.display_name == "Bonnie"


def each_removes_the_other(ada: Person, bo: Person, cy: Person, dee: Person) -> None:
    """Bo, a moderator, removes Cy as Dee hears; Cy, made a host by Ada meanwhile, removes Bo."""
    gives(ada, bo, Role.MODERATOR)
    settle(ada, bo, cy, dee, rounds=3)
    hang_up(ada, bo, cy, dee)
    removes(bo, cy, "Mine.")
    dee.takes(*bo.gives())
    gives(ada, cy, Role.HOST)
    cy.takes(*ada.gives())
    removes(cy, bo, "Mine, too.")


def test_a_farewell_shows_the_acts_by_which_it_holds(village: Village, ada: Person) -> None:
    """Bo never heard that Cy is a host, and by all he knows Cy is out: the acts convince him."""
    bo, cy, dee = (village.joined(ada, name) for name in ("Bo", "Cy", "Dee"))
    each_removes_the_other(ada, bo, cy, dee)
    ada.takes(*cy.gives())
    told = farewell(ada, bo)
    assert told.acts
    with pytest.raises(PeerFault):  # as it was said before
        bo.shelf.take_farewell(msgspec.structs.replace(told, acts=[]))
    bent = [*told.acts[:-1], spoilt(told.acts[-1])]
    with pytest.raises(PeerFault):
        bo.shelf.take_farewell(msgspec.structs.replace(told, acts=bent[-1:]))
    assert stands(bo) is CircleState.MEMBER
    bo.shelf.take_farewell(told)
    assert stands(bo) is CircleState.REMOVED
    removal = bo.room.ledger.my_removal()
    assert removal is not None
    assert (removal.by, removal.reason) == (cy.room.ledger.me, "Mine, too.")


def test_a_farewell_shows_nothing_that_the_removed_may_not_read(
    ada: Person, bo: Person, cy: Person
) -> None:
    """What lies under an epoch made without them is not handed to them, sealed or not."""
    hang_up(ada, bo, cy)
    removes(ada, bo)
    gives(ada, cy, Role.HOST)
    removal = ada.room.ledger.view.people[bo.room.ledger.me].removed
    assert removal is not None
    for envelope in farewell(ada, bo).acts:
        assert bo.opens(envelope)


def test_who_is_out_for_others_shows_them_the_removal_that_they_lack(
    village: Village, ada: Person
) -> None:
    """Dee knows only that Bo removed Cy, and talks to Cy no more: Cy's chain tells her better."""
    bo, cy, dee = (village.joined(ada, name) for name in ("Bo", "Cy", "Dee"))
    each_removes_the_other(ada, bo, cy, dee)
    assert dee.shelf.device_at(cy.door) is None
    dee.shelf.take_chain(cy.shelf.chain(dee.device), cy.door)
    assert dee.shelf.device_at(cy.door) is None  # his admission proves nothing
    with pytest.raises(PeerFault):
        cy.shelf.take_farewell(farewell(dee, cy))
    assert stands(cy) is CircleState.MEMBER
    dee.shelf.take_chain(cy.shelf.chain(dee.device), cy.door)
    assert dee.shelf.device_at(cy.door) == cy.device
    assert dee.shelf.device_at(bo.door) is None


def test_words_under_an_epoch_that_fell_with_its_author_are_handed_on(
    village: Village, ada: Person
) -> None:
    """Dee wrote under the epoch of Bo's removal of Cy, which does not hold: all may read her."""
    bo, cy, dee = (village.joined(ada, name) for name in ("Bo", "Cy", "Dee"))
    each_removes_the_other(ada, bo, cy, dee)
    meet(bo, dee)
    dee.write("in good faith")
    dee.sign()
    hang_up(bo, dee)
    ada.takes(*cy.gives())
    fallen = epochs.usable(dee.room.ledger.view, dee.room.ledger.keyring)
    assert fallen is not None
    settle(ada, cy, dee, rounds=3)
    for person in (ada, cy, dee):
        assert person.bodies() == {"in good faith"}
        assert fallen not in person.room.ledger.view.epochs
        assert fallen in person.room.ledger.keyring.readable()
        assert person.knows() == ada.knows()
    ada.write("after")
    ada.sign()
    assert [bo.opens(e) for e in ada.gives(Log.WORDS)].count(True) == 1  # of two


def test_what_one_brings_opens_with_the_secret_that_another_hands_over(
    ada: Person, bo: Person, cy: Person
) -> None:
    """It is not held back until the next time that both sets are gone through."""
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    line = meet(bo, cy)
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    ada.invites()
    brought = [envelope for envelope in ada.gives() if envelope not in cy.gives()]
    (end,) = cy.ends
    end.conversation.receive(wire.encode(wire.Envelopes(log=0, envelopes=brought, live=True)))
    assert len(cy.room.ledger.view.invites) == len(bo.room.ledger.view.invites)
    (grant,) = ada.shelf.grant(cy.device, [epoch])
    assert cy.shelf.take_grant(grant)
    assert len(cy.room.ledger.view.invites) == len(ada.room.ledger.view.invites)
    line.hang_up()
