"""What a member who turned may do to epochs, links and grants. Each was a hole once."""

import msgspec
import pytest

from app import commands, epochs
from app.circle import acts
from app.circle.state import Digest, History
from app.circle.view import View
from p2p import wire
from p2p.crypto import seal_public
from p2p.envelope import EpochSecrets, envelope_id
from p2p.errors import PeerFault
from p2p.ids import ZERO, DeviceId, EpochId, OpId
from p2p.op import Kind, Log
from p2p.sync import Phase
from p2p.wire import Grant
from tests.app.test_fold import Story, void
from tests.app.test_household import opened
from tests.p2p.village import Line, Person, Village, meet, settle

LIE = b"l" * 32
MANY = 200  # epochs of an old circle; only so many unproven ones are taken from grants


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


def a_grant(by: Person, to: Person, secrets: EpochSecrets) -> Grant:
    """A box as anybody can make it, with whatever in it."""
    key = seal_public(to.keys.seal)
    return epochs.seal_grant(by.circle, secrets, by.device, to.device, key)


# -------------------------------------------------------------------------------------- getting in


def test_a_newcomer_to_a_circle_with_many_epochs_gets_everything(
    village: Village, ada: Person
) -> None:
    """They walk back by the links alone, before any of these epochs is proven."""
    for _ in range(MANY):
        new_epoch(ada)
    ada.write("after all this")
    ada.sign()
    bo = joined(village, ada, "Bo")
    assert len(bo.shelf.epochs()) == MANY + 1
    assert bo.bodies() == {"after all this"}
    assert bo.knows() == ada.knows()


# ------------------------------------------------------------------------------------------- links


def test_a_link_left_short_hides_no_holder(
    village: Village, ada: Person, bo: Person, cy: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cy's link says nothing, and Cy tells Dee the old secret in private; then Dee leaves."""
    old = cy.epoch()
    with monkeypatch.context() as turned:
        turned.setattr(epochs, "link", lambda _, __, epoch, ___: acts.Link(epoch, []))
        new_epoch(cy)
    settle(ada, bo, cy)
    dee = village.newcomer(ada, "Dee")
    told = cy.room.ledger.keyring.get(old)
    assert told is not None
    with dee.db.write():
        dee.room.ledger.learn(old, told.words, told.authority)
    dee.takes(*ada.gives())
    assert old in dee.shelf.epochs()
    dee.leave()
    ada.takes(*dee.gives())
    ada.write("without Dee")
    ada.sign()
    (envelope,) = ada.gives(Log.WORDS)
    assert not dee.opens(envelope)


def test_a_link_by_another_than_the_maker_or_about_others_is_void() -> None:
    """And one that is not sealed under the epoch it speaks of."""
    story = Story().with_("Bo")
    first = EpochId(story.says("Ada", acts.Epoch(LIE, LIE, [ZERO]), epoch=EpochId(ZERO)))
    back = acts.Link(first, [acts.ParentSecrets(ZERO, LIE, None)])
    aside = acts.Link(first, [acts.ParentSecrets(LIE, LIE, LIE)])
    for op in (
        story.says("Bo", back, epoch=first),
        story.says("Bo", acts.Link(first, []), epoch=first),
        story.says("Ada", back, epoch=EpochId(ZERO)),
        story.says("Ada", aside, epoch=first),
        story.says("Ada", acts.Link(LIE, []), epoch=EpochId(LIE)),
    ):
        assert void(story, op)
    assert story.view().linked == {}
    assert not void(story, story.says("Ada", back, epoch=first))
    assert story.view().linked == {first: (EpochId(ZERO),)}


def test_an_epoch_follows_only_what_lies_in_its_own_past() -> None:
    """Back-dated past a newcomer, after an epoch it can't know, or as if it were the first."""
    story = Story().with_("Bo")

    def says(who: str, *parents: bytes, sees: tuple[OpId, ...] | None = None) -> OpId:
        act = acts.Epoch(LIE, LIE, list(parents))
        return story.says(who, act, epoch=EpochId(parents[0]), sees=sees)

    first = says("Ada", ZERO)
    before = story.heads()
    second = says("Ada", first)
    assert not void(story, first)
    assert not void(story, second)
    story.with_("Cy")
    assert void(story, says("Bo", second, sees=before))
    assert void(story, says("Bo", first, second, sees=before))
    assert void(story, says("Bo", LIE))
    assert void(story, says("Bo", ZERO))
    act = acts.Epoch(LIE, LIE, [second, first])
    assert void(story, story.says("Bo", act, epoch=EpochId(first)))
    honest = says("Bo", first, sees=before)
    assert not void(story, honest)
    assert set(map(OpId, story.view().epochs)) == {first, second, honest}


def test_an_epoch_whose_secret_has_not_come_leaves_no_gap(
    village: Village, ada: Person, bo: Person
) -> None:
    """Bo knows of Ada's new epoch and can't open it; the one Bo makes links to what Bo holds."""
    old = bo.epoch()
    closed = new_epoch(ada)
    bo.takes(*ada.gives())
    assert closed in view(bo).epochs
    assert closed not in bo.shelf.epochs()
    made = new_epoch(bo)
    assert view(bo).epochs[made].act.parents == [old]
    settle(ada, bo)
    assert ada.knows() == bo.knows()
    dee = joined(village, ada, "Dee")
    assert dee.knows() == ada.knows()


# ------------------------------------------------------------------------------------------ grants


def test_nobody_is_given_the_past_of_a_fresh_start_by_a_member(village: Village) -> None:
    """Neither by their own hand nor by an accomplice's."""
    ada = village.founder("Ada", history=History.FRESH)
    ada.write("before Bo")
    ada.sign()
    old = ada.epoch()
    bo = joined(village, ada, "Bo")
    ada.write("before Cy")
    settle(ada, bo)
    later = ada.epoch()
    cy = joined(village, ada, "Cy")
    settle(ada, bo, cy)
    bo.does(Kind.GRANTED, acts.Granted(old, [bo.device]))
    bo.does(Kind.GRANTED, acts.Granted(later, [cy.device]))
    cy.does(Kind.GRANTED, acts.Granted(old, [bo.device, cy.device]))
    settle(ada, bo, cy)
    assert bo.bodies() == {"before Cy"}
    assert cy.bodies() == set()
    for person in (ada, bo, cy):
        assert not epochs.reads(view(person), bo.device, old)
        assert not epochs.reads(view(person), cy.device, later)


@pytest.mark.parametrize("history", History)
def test_a_grant_to_nobody_leaves_the_epoch_as_it_was(village: Village, history: History) -> None:
    """Or one member could make every epoch unusable, over and over."""
    ada = village.founder("Ada", history=history)
    bo = joined(village, ada, "Bo")
    epoch = ada.epoch()
    act = acts.Granted(epoch, [DeviceId(LIE)])
    op = bo.does(Kind.GRANTED, act)
    ada.takes(*bo.gives())
    assert op in view(ada).void
    assert ada.epoch() == epoch


@pytest.mark.parametrize("by", ["grant", "link"])
def test_a_lie_that_comes_first_does_not_shut_out_the_truth(
    ada: Person, bo: Person, cy: Person, by: str
) -> None:
    """Cy is quicker than Ada to tell Bo of the new epoch, and wrong."""
    new = new_epoch(ada)
    if by == "grant":
        assert bo.shelf.take_grant(a_grant(cy, bo, EpochSecrets(new, LIE, LIE)))
    else:
        lie = acts.Link(cy.epoch(), [acts.ParentSecrets(new, LIE, LIE)])
        bo.takes(cy.seals(cy.signs(Log.AUTHORITY, Kind.LINK, acts.encode(lie))))
        assert new in bo.shelf.epochs()
    (grant,) = ada.shelf.grant(bo.device, [new])
    assert bo.shelf.take_grant(grant)
    bo.restart()  # what came is on disk, but only one of each
    bo.shelf.take_grant(grant)
    bo.takes(*ada.gives())
    ada.write("the truth")
    ada.sign()
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert bo.bodies() == {"the truth"}
    assert bo.room.ledger.keyring.get(new) == ada.room.ledger.keyring.get(new)


def test_a_secret_that_came_before_its_epoch_is_handed_on(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Ada, Bo and Cy in a row: Bo gets the grant first, then the op, and Cy gets both of Bo."""
    line = meet(bo, cy)
    new = new_epoch(ada)
    (grant,) = ada.shelf.grant(bo.device, [new])
    assert bo.shelf.take_grant(grant)
    line.carry()
    assert new not in cy.shelf.epochs()
    bo.announce(Log.AUTHORITY, list(bo.takes_in(Log.AUTHORITY, ada.gives()).new))
    line.carry()
    assert new in cy.shelf.epochs()
    assert new in view(cy).epochs


# --------------------------------------------------------------------- what can't be had or read


def test_acts_under_an_epoch_that_is_kept_back_are_in_nobodys_set(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cy gave Ada its secret, and nobody its op: Bo could never open what Ada had in her set."""
    before = set(cy.gives())
    epoch = new_epoch(cy)
    founding = set(cy.gives()) - before
    cy.does(Kind.PROFILE, acts.Profile("Cyd"))
    later = set(cy.gives()) - before - founding
    secrets = cy.room.ledger.keyring.get(epoch)
    assert secrets is not None
    assert ada.shelf.take_grant(a_grant(cy, ada, secrets))
    for _ in range(2):
        ada.takes(*later)
        bo.takes(*later)
        assert set(ada.gives()) == set(bo.gives()) == before
        assert view(ada).waiting == view(bo).waiting == frozenset()
    ada.takes(*later, *founding)
    assert set(ada.gives()) == set(cy.gives())
    meet(ada, bo)
    assert set(bo.gives()) == set(cy.gives())


@pytest.mark.parametrize("chained", [False, True])
def test_words_under_an_epoch_that_is_kept_back_are_in_nobodys_set(
    ada: Person, bo: Person, cy: Person, *, chained: bool
) -> None:
    """The same of words; they count as soon as its op comes, in whatever way."""
    before = set(cy.gives())
    epoch = new_epoch(cy)
    founding = [envelope for envelope in cy.gives() if envelope not in before]
    cy.write("whispered")
    cy.sign()
    words = cy.gives(Log.WORDS)
    secrets = cy.room.ledger.keyring.get(epoch)
    assert secrets is not None
    assert ada.shelf.take_grant(a_grant(cy, ada, secrets))
    for _ in range(2):
        assert ada.takes_in(Log.WORDS, words).new == bo.takes_in(Log.WORDS, words).new == ()
    meet(ada, bo)
    assert ada.gives(Log.WORDS) == bo.gives(Log.WORDS) == []
    assert ada.bodies() == set()
    if chained:
        ada.shelf.take_chain(wire.Chain(founding), cy.door)
    else:
        taken = ada.takes_in(Log.AUTHORITY, founding)
        # Of the acts only: words are pushed on as words.
        assert set(taken.new) == {envelope_id(one) for one in founding}
    assert ada.gives(Log.WORDS) == words
    assert ada.bodies() == {"whispered"}
    settle(ada, bo)
    assert bo.bodies() == {"whispered"}
    assert bo.knows() == ada.knows()


def test_what_cannot_be_given_is_said_to_be_gone(village: Village, ada: Person) -> None:
    """Ada lost a secret; who asks for what was sealed under it does not wait for ever."""
    bo = village.newcomer(ada, "Bo")
    ada.room.ledger.keyring._epochs.pop(epochs.ROOT)
    line = meet(bo, ada)
    assert line.frames(wire.Gone, by=ada)
    assert [end.conversation.phase for end in (line.left, line.right)] == [Phase.LIVE] * 2
    assert view(bo).founding is None


@pytest.mark.parametrize("tag", [-1, 0, 16, 31, 38, 127, 128, 129, 130, 255, 2**40])
def test_frames_of_a_later_version_are_passed_over_from_128_on(
    ada: Person, bo: Person, tag: int
) -> None:
    """In the middle of a talk, with whatever in them; below 128, or known, it is a fault."""
    line = Line(bo, ada)
    for _ in range(3):
        line.step()
    for frame in ([tag], [tag, b"new", {"a": [1.5, None]}, -3]):
        data = msgspec.msgpack.encode(frame)
        if tag >= wire.FIRST_IGNORABLE == 128 and tag not in {128, 129}:
            line.right.take(data)
        else:
            with pytest.raises(PeerFault):
                line.right.take(data)
    line.carry()
    assert line.equal


def test_a_hint_that_fits_by_chance_is_nobodys_fault(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here every hint fits every epoch: all is opened all the same, and nobody is hung up on."""
    monkeypatch.setattr("p2p.envelope._hint", lambda _, __: b"hint")
    ada = village.founder("Ada")
    bo = joined(village, ada, "Bo")
    for number in range(3):
        new_epoch((ada, bo)[number % 2])
        settle(ada, bo)
        ada.write(f"word {number}")
        settle(ada, bo)
    new_epoch(ada)
    ada.write("not for Bo yet")
    ada.sign()
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert bo.bodies() == {f"word {number}" for number in range(3)}
    cy = joined(village, ada, "Cy")
    line = Line(bo, ada)
    line.carry()
    assert line.equal
    settle(ada, bo, cy)
    assert ada.knows() == bo.knows() == cy.knows()
    assert cy.bodies() == bo.bodies() == {*(f"word {n}" for n in range(3)), "not for Bo yet"}


async def test_what_is_closed_in_a_fresh_start_is_not_missing(village: Village) -> None:
    """Bo's digest names no hole, and compares with Ada's in every epoch that both read."""
    ada = village.founder("Ada", history=History.FRESH)
    for number in range(3):
        ada.write(f"before {number}")
    ada.sign()
    bo = joined(village, ada, "Bo")
    root = bo.write("who is here?")
    settle(ada, bo)
    ada.write("we are", to=root)
    settle(ada, bo)
    adas, bos = await digest_of(ada), await digest_of(bo)
    assert (adas.missing, bos.missing) == (0, 0)
    assert adas.posts - bos.posts == 3
    assert bos.epochs
    assert bos.epochs == {epoch: adas.epochs[epoch] for epoch in bos.epochs}


async def digest_of(person: Person) -> Digest:
    async with opened(person.db, person.watch, person.name) as home:
        return home.household.digest(commands.ReadDigest(circle=person.circle.hex()))
