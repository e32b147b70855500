"""The circle's door from inside: who may come in, by which invite, and what they are given."""

import msgspec
import pytest

from app import commands as c
from app import doorkeeping, governing, invite
from app.circle.state import CircleState, History, Role
from app.doorkeeping import DECLINED, EXPIRED, USED
from app.epochs import ROOT
from app.founding import Keys
from app.refused import Refused, Why
from app.store import circles
from p2p.crypto import box, sign
from p2p.door import LetIn, ToldToWait, TurnedAway
from p2p.errors import PeerFault
from p2p.ids import DeviceId
from p2p.ports import Answer
from tests.p2p.village import Person, Village, knock, meet, seeded, settle, spoilt


def somebody(name: str) -> Keys:
    return Keys.fresh(seeded(name))


def a_request(person: Person, code: invite.Code, keys: Keys, nonce: bytes = b"n" * 16) -> bytes:
    sealed = doorkeeping.capsule(person.room, code.rendezvous)
    assert sealed is not None
    capsule = invite.open_capsule(code, sealed)
    return invite.make_request(
        code, capsule, "Bo", keys.public(), (keys.member, keys.device), nonce
    )


def ask(person: Person, request: bytes, door: bytes) -> Answer:
    return doorkeeping.request(person.room, person.outbox, request, door)


def test_the_capsule_is_there_for_whoever_names_it(village: Village, ada: Person) -> None:
    """At every member's, also when the invite is used up; not at somebody's who left."""
    code = ada.invites()
    bo = village.joined(ada, "Bo", code)
    for person in (ada, bo):
        sealed = doorkeeping.capsule(person.room, code.rendezvous)
        assert sealed is not None
        assert invite.open_capsule(code, sealed).inviter == "Ada"
        assert doorkeeping.capsule(person.room, b"x" * 32) is None
    with bo.db.write():
        circles.set_state(bo.db, bo.room.row.circle_no, CircleState.LEFT)
    bo.restart()
    assert doorkeeping.capsule(bo.room, code.rendezvous) is None


def test_an_invite_lets_in_and_gives_what_is_needed(ada: Person) -> None:
    """The admission, and an epoch that the newcomer is a holder of."""
    keys = somebody("Bo")
    capsule, outcome = knock(ada, ada.invites(), keys, "Bo", b"n" * 16)
    assert isinstance(outcome, LetIn)
    assert capsule.circle == ada.circle
    device = DeviceId(keys.public().device)
    view = ada.room.ledger.view
    assert view.admitted_by[device] == outcome.admit
    (grant,) = outcome.grants
    assert grant.epoch == ada.epoch()


@pytest.mark.parametrize("history", list(History))
def test_a_lost_answer_is_given_again(village: Village, history: History) -> None:
    """The same keys: the same admission, the same secrets, no use spent, no op written."""
    ada = village.founder("Ada", history=history)
    code, keys = ada.invites(), somebody("Bo")
    first = knock(ada, code, keys, "Bo", b"n" * 16)[1]
    before = ada.knows()
    again = knock(ada, code, keys, "Bo", b"m" * 16)[1]
    assert isinstance(first, LetIn)
    assert isinstance(again, LetIn)
    assert again.admit == first.admit
    assert {g.epoch for g in again.grants} == {g.epoch for g in first.grants}
    assert ada.knows() == before


def test_an_invite_is_used_up(ada: Person) -> None:
    """Two uses let two in, and the third is told."""
    code = ada.invites(uses=2)
    for name in ("Bo", "Cy"):
        assert isinstance(knock(ada, code, somebody(name), name, b"n" * 16)[1], LetIn)
    before = ada.knows()
    assert knock(ada, code, somebody("Dee"), "Dee", b"n" * 16)[1] == TurnedAway(USED)
    assert ada.knows() == before


def test_an_invite_that_was_taken_back_lets_nobody_in(village: Village, ada: Person) -> None:
    """Its bearer is told so, and nothing is signed that would not count."""
    code = ada.invites(uses=5)
    bo = village.joined(ada, "Bo", code)
    asked = c.WithdrawInvite(circle=ada.room.hex, invite=code.key.hex())
    governing.govern(ada.room, ada.outbox, asked)
    before = ada.knows()
    assert knock(ada, code, somebody("Cy"), "Cy", b"n" * 16)[1] == TurnedAway(DECLINED)
    assert ada.knows() == before
    assert isinstance(knock(ada, code, bo.keys, "Bo", b"n" * 16)[1], LetIn)


def test_a_guest_makes_no_invite(village: Village, ada: Person) -> None:
    """It would let nobody in; as a member they may again."""
    bo = village.joined(ada, "Bo")
    for role in (Role.GUEST, Role.MEMBER):
        member = bo.room.ledger.me.hex()
        asked = c.SetRole(circle=ada.room.hex, member=member, role=role)
        governing.govern(ada.room, ada.outbox, asked)
        settle(ada, bo)
        if role is Role.MEMBER:
            bo.invites()
            continue
        before = bo.knows()
        with pytest.raises(Refused) as caught:
            bo.invites()
        assert caught.value.kind is Why.NOT_ALLOWED
        assert bo.knows() == before


def test_an_invite_runs_out_at_its_second(ada: Person) -> None:
    """Not before, and then for everybody."""
    code = ada.invites(uses=5, seconds=60)
    ada.watch.go_on(ms=60_000)
    assert isinstance(knock(ada, code, somebody("Bo"), "Bo", b"n" * 16)[1], LetIn)
    ada.watch.go_on(ms=1)
    assert knock(ada, code, somebody("Cy"), "Cy", b"n" * 16)[1] == TurnedAway(EXPIRED)
    assert isinstance(knock(ada, code, somebody("Bo"), "Bo", b"n" * 16)[1], LetIn)


def test_a_member_who_may_not_admit_says_wait(village: Village, ada: Person) -> None:
    """And writes nothing; the host then lets in."""
    bo = village.joined(ada, "Bo")
    code = bo.invites()
    settle(ada, bo)
    before = bo.knows()
    keys = somebody("Cy")
    assert knock(bo, code, keys, "Cy", b"n" * 16)[1] == ToldToWait()
    assert bo.knows() == before
    assert isinstance(knock(ada, code, keys, "Cy", b"n" * 16)[1], LetIn)


def test_whoever_has_just_come_in_themselves_says_wait(village: Village, ada: Person) -> None:
    """Before the history has come nothing is known of any invite."""
    code = ada.invites()
    bo = village.newcomer(ada, "Bo")
    request = a_request(ada, code, somebody("Cy"))
    assert ask(bo, request, somebody("Cy").public().door) == Answer()


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 32, b"x" * 2000])
def test_a_request_by_no_invite_of_ours_waits(ada: Person, data: bytes) -> None:
    """We may not have heard of that invite yet."""
    assert ask(ada, data, b"d" * 32) == Answer()


def test_a_request_that_does_not_open_is_a_fault(ada: Person) -> None:
    """Cut, bent, or of another circle."""
    code, keys = ada.invites(), somebody("Bo")
    good = a_request(ada, code, keys)
    door = keys.public().door
    for bad in (good[:32], good[:-1], spoilt(good, 40), code.key + bytes(1400)):
        with pytest.raises(PeerFault):
            ask(ada, bad, door)
    assert ask(ada, good, door).admit is not None


def test_a_request_is_from_the_door_it_says(ada: Person) -> None:
    """Nobody hands in another's request as their own."""
    code, keys = ada.invites(), somebody("Bo")
    with pytest.raises(PeerFault, match="another's door"):
        ask(ada, a_request(ada, code, keys), b"e" * 32)


@pytest.mark.parametrize("forged", ["by_invite", "by_member", "by_device", "nonce", "keys"])
def test_a_request_with_a_forged_part_is_a_fault(ada: Person, forged: str) -> None:
    """Each signature, and all they are over."""
    code, keys = ada.invites(), somebody("Bo")
    (seen,) = ada.room.ledger.view.invites.values()
    secrets = ada.room.ledger.keyring.get(ada.epoch())
    assert secrets is not None
    assert secrets.authority is not None
    seed = invite.request_seed(secrets.authority, code.key)
    asked = invite.open_request(ada.circle, seed, a_request(ada, code, keys))
    public = keys.public()
    parts = {
        "nonce": b"x" * 16,
        "keys": msgspec.structs.replace(public, certificate=sign(b"e" * 32, "", b"")),
    }
    bent = msgspec.structs.replace(asked, **{forged: parts.get(forged, b"f" * 64)})
    plaintext = msgspec.msgpack.encode(bent)
    sealed = code.key + box(seen.invite.request, b"hearthside/join/1" + ada.circle, plaintext)
    before = ada.knows()
    with pytest.raises(PeerFault):
        ask(ada, sealed, public.door)
    assert ada.knows() == before


def test_a_member_does_not_come_in_again_with_another_device(ada: Person) -> None:
    """An invite makes members, not devices: refused, and nothing void is written."""
    code = ada.invites(uses=5)
    first = somebody("Bo")
    assert isinstance(knock(ada, code, first, "Bo", b"n" * 16)[1], LetIn)
    other = somebody("Bo's other")
    mixed = Keys(first.member, other.device, other.door, other.seal)
    before = ada.knows()
    outcome = knock(ada, code, mixed, "Bo", b"n" * 16)[1]
    assert isinstance(outcome, TurnedAway)
    assert ada.knows() == before


def test_an_invite_made_under_an_older_epoch_still_works(village: Village, ada: Person) -> None:
    """The request key follows from the epoch it was sealed under."""
    code = ada.invites()
    with ada.room.change() as change:
        ada.outbox.new_epoch(change)
    bo = village.joined(ada, "Bo", code)
    assert bo.epoch() == ada.epoch()


def test_an_invite_whose_epoch_is_closed_here_is_a_fault(ada: Person) -> None:
    """Nothing to open the request with."""
    code, keys = ada.invites(), somebody("Bo")
    request = a_request(ada, code, keys)
    ada.room.ledger.keyring._epochs.clear()
    with pytest.raises(PeerFault, match="not known here"):
        ask(ada, request, keys.public().door)


def test_nothing_is_boxed_for_who_is_no_member_or_what_is_not_whole(
    village: Village, ada: Person
) -> None:
    """An unknown device, an unknown epoch."""
    bo = village.joined(ada, "Bo")
    assert doorkeeping.boxes(ada.room, DeviceId(b"x" * 32), [ada.epoch()]) == []
    assert doorkeeping.boxes(ada.room, bo.device, [ada.epoch()])
    assert doorkeeping.boxes(ada.room, bo.device, [ROOT]) == []


def test_a_newcomer_to_a_fresh_start_begins_a_new_epoch(village: Village) -> None:
    """Everybody who comes in makes one, and it is all they are given."""
    ada = village.founder("Ada", history=History.FRESH)
    before = ada.epoch()
    bo = village.newcomer(ada, "Bo")
    assert ada.epoch() != before
    assert list(bo.shelf.epochs()) == [ada.epoch()]
    meet(bo, ada)
    assert before not in bo.shelf.epochs()


def test_whoever_let_us_in_is_trusted_until_our_own_admission_is_here(village: Village) -> None:
    """Also when the founding has come, and not yet who is host besides: the rest comes by them."""
    ada = village.founder("Ada")
    first = ada.gives()
    bo = village.joined(ada, "Bo")
    asked = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, asked)
    settle(ada, bo)
    cy = village.newcomer(bo, "Cy")
    cy.takes(*first)
    assert cy.room.ledger.view.founding is not None
    assert cy.room.ledger.myself() is None
    assert cy.shelf.device_at(bo.door) is not None
    meet(cy, bo).hang_up()
    assert cy.room.ledger.myself() is not None
    assert cy.shelf.device_at(bo.door) == bo.device
