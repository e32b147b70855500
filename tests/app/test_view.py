"""What a view answers to those who ask it, and that the fold lets just that count."""

import dataclasses
from collections.abc import Iterator

import msgspec
import pytest

from app.circle import acts, facts, state
from app.circle.fold import AuthorityOp, Folding, fold
from app.circle.proofs import Proofs
from app.circle.state import History, Role
from app.circle.view import View
from p2p.ids import EpochId, MemberId, OpId
from p2p.op import Header
from tests.app.test_authority import (
    cut_at,
    device,
    gives,
    house,
    member,
    proof,
    removes,
)
from tests.app.test_fold import CASTS, EPOCH, Story, public, summary, void, with_cast
from tests.app.test_rules import an_epoch, with_door


@pytest.fixture(autouse=True, params=CASTS, ids=["one cast", "another"])
def cast(request: pytest.FixtureRequest) -> Iterator[None]:
    with with_cast(request.param):
        yield


EVERYBODY = {"Ada": "host", "Mo": "moderator", "Bo": "member", "Gil": "guest", "Dee": "member"}


@pytest.mark.parametrize("invites", ["hosts", "members"])
@pytest.mark.parametrize("admits", ["hosts", "members"])
def test_who_may_invite_and_admit_is_as_the_founding_says(invites: str, admits: str) -> None:
    """Hosts always, guests and who is gone never; and what is answered is what counts."""
    story = Story(invites=invites, admits=admits).with_(*list(EVERYBODY)[1:])
    story.invite(code="open", uses=9)
    for name in ("Mo", "Gil"):
        gives(story, "Ada", name, EVERYBODY[name])
    story.says("Dee", acts.Leave([]))
    view = story.view()
    may = {"hosts": {"Ada"}, "members": {"Ada", "Mo", "Bo"}}
    names = [*EVERYBODY, "Nobody"]
    assert {name for name in names if view.may_invite(member(name))} == may[invites]
    assert {name for name in names if view.may_admit(member(name))} == may[admits]
    for name in names:
        counts = not void(story, story.says(name, story.an_invite(f"by {name}")))
        assert counts is (name in may[invites]), name
        counts = not void(story, story.says(name, story.an_admit(f"{name}'s", "open")))
        assert counts is (name in may[admits]), name


def test_before_the_founding_nobody_may_anything() -> None:
    """Nor is anybody known by anything."""
    view = View()
    assert not view.may_invite(member("Ada"))
    assert not view.may_admit(member("Ada"))
    assert not view.may_remove(member("Ada"), member("Bo"))
    assert not view.is_founder(member("Ada"))
    assert (view.invite(EPOCH), view.epoch(EpochId(EPOCH))) == (None, None)
    assert (view.door_of(device("Ada")), view.has_door(public("Ada", "Ada"))) == (None, False)
    assert view.within_cut(device("Ada"), 10**9)


def test_whom_somebody_may_remove_is_who_is_in_and_junior() -> None:
    """As the fold has it."""
    story = house(Mo="moderator", Bo="member", Gil="guest", Dee="member")
    story.says("Dee", acts.Leave([]))
    view = story.view()
    names = [*EVERYBODY, "Nobody"]
    may = {
        by: {whom for whom in names if view.may_remove(member(by), member(whom))}
        for by in EVERYBODY
    }
    nobody = set[str]()
    assert may == {
        "Ada": {"Mo", "Bo", "Gil"}, "Mo": {"Bo", "Gil"}, "Bo": nobody, "Gil": nobody, "Dee": nobody
    }  # fmt: skip


def test_who_stands_in_is_known_by_their_key_however_it_came() -> None:
    """The same 32 bytes, read anew."""
    story = house(Bo="member")
    story.says("Ada", acts.Leave([]))
    view, anew = story.view(), MemberId(bytes(bytearray(member("Bo"))))
    assert view.standing.role(anew, view.everything) is Role.HOST
    assert view.may_invite(anew)


def test_who_is_founder_is_told_after_a_handover_too() -> None:
    """There is one at most."""
    story = house(Bo="host")
    assert [name for name in EVERYBODY if story.view().is_founder(member(name))] == ["Ada"]
    story.says("Ada", acts.Handover(member("Bo"), at_once=True))
    assert [name for name in EVERYBODY if story.view().is_founder(member(name))] == ["Bo"]


def test_a_door_is_known_of_all_who_ever_came() -> None:
    """Also who left, and who waits for a place; nobody else comes in by it."""
    story = Story(admits="members").with_("Bo", "Cy")
    story.says("Cy", acts.Leave([]))
    story.invite(uses=1)
    before = story.heads()
    for by, name in (("Ada", "Dee"), ("Bo", "Eve")):
        story.says(by, story.an_admit(name), sees=before)
    view = story.view()
    for name in ("Ada", "Bo", "Cy", "Dee", "Eve"):
        assert view.door_of(device(name)) == public(name, name).door
    assert view.door_of(device("Nobody")) is None
    for name in ("Ada", "Bo", "Cy"):
        assert not view.has_door(public(name, name))  # it is their own
        assert view.has_door(with_door("Fay", "Fay", name))
    assert not view.has_door(public("Fay", "Fay"))


def test_whose_a_device_is_stays_known() -> None:
    """Those that count are the members' who did not fork; asked twice it says the same."""
    story = house(Mo="moderator", Bo="member", Cy="member")
    story.says("Cy", acts.Leave([]))
    story.says("Bo", proof(story, "Mo"))
    view = story.view()
    assert view.devices().keys() == {device("Ada"), device("Bo")}
    assert view.devices() is view.devices()
    for name in ("Ada", "Bo", "Cy", "Mo"):
        person = view.person_of(device(name))
        assert person is not None
        assert person.member == member(name)
    assert view.person_of(device("Nobody")) is None


def test_an_invite_that_fell_is_told_from_one_that_never_was() -> None:
    """Its bearer is told that it was taken back; one that holds goes before it."""
    story = house(Cy="host", Bo="member", Dee="member")
    before = story.heads()
    made = story.says("Bo", story.an_invite("late"), sees=before)
    removes(story, "Cy", "Bo", cut_at(story, "Bo", None), sees=before)
    key = story.an_invite("late").key
    seen = story.view().invite(key)
    assert seen is not None
    assert (seen.op, seen.author, seen.withdrawn) == (made, device("Bo"), True)
    assert story.view().invite(b"k" * 32) is None
    again = story.says("Dee", story.an_invite("late"), sees=before)
    seen = story.view().invite(key)
    assert seen is not None
    assert (seen.op, seen.withdrawn) == (again, False)


def test_who_was_let_in_by_an_act_that_fell_never_came() -> None:
    """As far as epochs are concerned: nobody thinks of them when one is made."""
    story = house(Cy="host", Bo="host")
    story.invite(uses=2)
    before = story.heads()
    story.says("Bo", story.an_admit("Dee"), sees=before)
    assert device("Dee") in story.view().came
    removes(story, "Ada", "Bo", cut_at(story, "Bo", None), sees=before)
    assert device("Dee") not in story.view().came


def test_how_long_words_stay_is_what_was_said_last() -> None:
    """For good, where nobody said anything."""
    story = Story()
    assert story.view().keeps_days == 0
    for days in (30, 7, 0):
        story.says("Ada", acts.Retention(days))
        assert story.view().keeps_days == days


def test_an_epoch_that_fell_is_known_still() -> None:
    """Words may have been sealed under it; it is told from those that hold."""
    story = house(Bo="member")
    first = an_epoch(story, "Ada")
    before = story.heads()
    fallen = EpochId(an_epoch(story, "Bo", first))
    removes(story, "Ada", "Bo", cut_at(story, "Bo", None), sees=before)
    view = story.view()
    assert (fallen in view.epochs, fallen in view.fallen_epochs) == (False, True)
    seen = view.epoch(fallen)
    assert seen is not None
    assert (seen.author, seen.act.parents) == (device("Bo"), [first])
    assert view.fallen_epochs.keys() == {fallen}


def test_what_newcomers_may_read_is_what_the_founding_says() -> None:
    """Before it has come they may read all: nothing is there yet."""
    assert View().history is History.OPEN
    for history in History:
        assert Story(history=history).view().history is history


def test_a_signature_once_proven_is_not_asked_for_again() -> None:
    """However often a circle is judged anew; of whatever it was: yes, no, or the header shown."""
    proofs = Proofs()
    header = next(iter(Story().ops.values())).header

    def never() -> bool:
        raise AssertionError

    def shows_never() -> Header | None:
        raise AssertionError

    for number, answer in enumerate((True, False)):
        op = OpId(bytes([number]) * 32)
        assert proofs.signed(op, lambda answer=answer: answer) is answer  # type: ignore[misc]
        assert proofs.signed(op, never) is answer
    for number, shown in enumerate((header, None)):
        op = OpId(bytes([number]) * 32)
        assert proofs.forked(op, lambda shown=shown: shown) is shown  # type: ignore[misc]
        assert proofs.forked(op, shows_never) is shown


def test_what_is_remembered_of_proofs_changes_no_view() -> None:
    """Folded with what an earlier folding has proven, and as it grows backwards."""
    story = house(Mo="moderator", Bo="member")
    story.says("Bo", proof(story, "Mo"))
    story.says("Bo", acts.Device(public("Bo", "Bo", certified_by="Eve")))
    expected, proofs = summary(story.view()), Proofs()
    for _ in range(2):
        assert summary(fold(story.ops.values(), proofs)) == expected
    folding = Folding(proofs)
    for op in reversed(story.ops.values()):
        folding.add(op)
        folding.view()
    assert summary(folding.view()) == expected


def test_of_one_op_the_first_reading_counts() -> None:
    """Whoever adds it again with something else has changed nothing."""
    story = Story()
    said = story.says("Ada", acts.Profile("Ada"))
    folding = Folding()
    for op in (*story.ops.values(), AuthorityOp(said, story.ops[said].header, None)):
        folding.add(op)
    assert [p.name for p in folding.view().people.values()] == ["Ada"]


def test_words_tell_that_their_author_was_in_if_one_head_knows_it() -> None:
    """The admission itself, or what came after it; not what came before or beside it."""
    story = Story(admits="members").with_("Bo")
    story.invite(uses=9)
    before = story.heads()
    came = [story.says("Ada", story.an_admit("Cy"), sees=before)]
    came += [story.says("Bo", story.an_admit("Dee"), sees=before)]
    after = [
        story.says(name, acts.Profile(name), sees=(op,))
        for name, op in zip(CAME, came, strict=True)
    ]
    for number in range(6):
        after.append(story.says("Ada", acts.Profile(f"Ada {number}"), sees=(after[number],)))
    view = story.view()
    for name, admitted in zip(CAME, came, strict=True):
        for op, at in view.at.items():
            knows = op == admitted or admitted in past(view, op)
            assert view.was_admitted(device(name), [op]) is knows
            assert view.may_write(device(name), [story.founded, op], 7) is knows
            assert at.op == op


def test_words_of_somebody_let_in_twice_at_once_may_name_either_admission() -> None:
    """Which of the two they heard of first is chance."""
    story = Story(admits="members").with_("Bo")
    story.invite(uses=9)
    before = story.heads()
    for by in ("Ada", "Bo"):
        admitted = story.says(by, story.an_admit("Cy"), sees=before)
        assert story.view().may_write(device("Cy"), [admitted], 0)
    assert len(story.view().arrived[device("Cy")]) == 2


def test_words_of_a_device_let_in_as_two_people_name_the_admission_that_counts() -> None:
    """The other one made it somebody else's. Whichever of the two ids is less."""
    orders = set()
    for names in (("Dee", "Eve"), ("Eve", "Dee")):
        for number in range(4):
            story = Story(admits="members").with_("Bo")
            story.invite(code=f"code {number}", uses=9)
            before = story.heads()
            came = {
                member(name): story.says(
                    by, story.an_admit(name, f"code {number}", device="Cy"), sees=before
                )
                for by, name in zip(("Ada", "Bo"), names, strict=True)
            }
            view = story.view()
            owner = view.owner[device("Cy")]
            (other,) = came.keys() - {owner}
            orders.add(owner < other)
            assert view.may_write(device("Cy"), [came[owner]], 0)
            assert not view.may_write(device("Cy"), [came[other]], 0)
    assert orders == {True, False}


CAME = ("Cy", "Dee")


def past(view: View, op: OpId) -> set[OpId]:
    """All that an op stands on, by what it names."""
    header = view.at[op].header
    parents = {OpId(p) for p in (*header.authority_heads, header.prev) if p in view.at}
    return parents.union(*(past(view, parent) for parent in parents))


def test_what_is_handed_out_does_not_change_under_who_holds_it() -> None:
    """Acts, facts and what screens read: frozen, and what has many parts is made by their names.

    An act has no more parts than it says.
    """
    for module in (acts, state):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                assert kind.__struct_config__.frozen or kind is msgspec.Struct, name
                if module is acts and kind is not msgspec.Struct:
                    assert kind.__struct_config__.forbid_unknown_fields, name
    for kind in vars(facts).values():
        if dataclasses.is_dataclass(kind):
            (first, *_) = dataclasses.fields(kind)
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(object.__new__(kind), first.name, 0)  # type: ignore[arg-type]
    for name, kind in vars(state).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_fields__:
            with pytest.raises(TypeError, match="positional"):
                kind(None)
            assert name
