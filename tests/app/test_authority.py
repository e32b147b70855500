"""Roles, removals, cuts, forks and handing over: each sentence of docs/authority.md."""

from collections.abc import Iterator

import msgspec
import pytest

from app.circle import acts
from app.circle.facts import Removal
from app.circle.state import Role
from app.circle.view import Person
from p2p.crypto import sign, sign_public
from p2p.ids import ZERO, DeviceId, EpochId, MemberId, OpId
from p2p.op import SIGNATURE_DOMAIN, Header, Log, op_id
from tests.app.test_fold import CASTS, EPOCH, Story, public, seed, void, with_cast
from tests.app.test_rules import with_door


@pytest.fixture(autouse=True, params=CASTS, ids=["one cast", "another"])
def cast(request: pytest.FixtureRequest) -> Iterator[None]:
    with with_cast(request.param):
        yield


def member(name: str) -> MemberId:
    return MemberId(sign_public(seed(name)))


def device(name: str) -> DeviceId:
    return DeviceId(sign_public(seed(name)))


def gives(story: Story, by: str, whom: str, role: str, **more: object) -> OpId:
    act = acts.Assign(member(whom), role)  # type: ignore[arg-type]  # one of four
    return story.says(by, act, **more)  # type: ignore[arg-type]


def removes(
    story: Story, by: str, whom: str, *cuts: acts.Cut, reason: str = "", **more: object
) -> OpId:
    act = acts.Remove(member(whom), reason, list(cuts))
    return story.says(by, act, **more)  # type: ignore[arg-type]


def cut_at(story: Story, whom: str, op: OpId | None) -> acts.Cut:
    """Everything of somebody's authority log up to an op; None: nothing."""
    if op is None:
        return acts.Cut(device(whom), 0, 0, ZERO)
    return acts.Cut(device(whom), 0, story.ops[op].header.seq + 1, op)


def person(story: Story, name: str) -> Person:
    return story.view().people[member(name)]


def house(**roles: str) -> Story:
    """Ada's circle, and in it everybody named with a role, in this order."""
    story = Story(admits="members").with_(*roles)
    story.says("Ada", acts.Profile("Ada"))
    for name, role in roles.items():
        if role != "member":
            gives(story, "Ada", name, role)
    return story


# ------------------------------------------------------------------------------------------- roles


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (
            "host",
            {
                "name",
                "role",
                "step back",
                "remove a moderator",
                "remove a member",
                "invite",
                "admit",
            },
        ),
        ("moderator", {"remove a member", "invite", "admit"}),
        ("member", {"invite", "admit"}),
        ("guest", set()),
    ],
)
def test_what_each_role_may(role: str, may: set[str]) -> None:
    """Bo tries everything, in a circle where members invite and admit."""
    story = house(Bo=role, Mo="moderator", Cy="member")
    story.invite(code="open", uses=9)
    tries = {
        "name": acts.Rules("Other", ""),
        "role": acts.Assign(member("Cy"), "guest"),
        "invite": story.an_invite("Bo's"),
        "admit": story.an_admit("Dee", "open"),
        "remove a member": acts.Remove(member("Cy"), "", []),
        "remove a moderator": acts.Remove(member("Mo"), "", []),
        "remove the founder": acts.Remove(member("Ada"), "", []),
        "demote the founder": acts.Assign(member("Ada"), "member"),
        "remove nobody": acts.Remove(member("Nobody"), "", []),
        "raise nobody": acts.Assign(member("Nobody"), "host"),
        "remove oneself": acts.Remove(member("Bo"), "", []),
        "rise": acts.Assign(member("Bo"), "host"),
        "step back": acts.Assign(member("Bo"), "member" if role == "host" else "moderator"),
        "hand over": acts.Handover(member("Bo"), at_once=True),
    }
    before = story.heads(), story.last["Bo"]
    for what, act in tries.items():
        story.last["Bo"] = before[1]
        said = story.says("Bo", act, sees=before[0])
        assert void(story, said) is (what not in may), what
        del story.ops[said]


def test_the_earlier_host_is_the_senior() -> None:
    """Bo was host before Cy: Bo removes Cy, Cy does not remove Bo; raised anew is new."""
    story = house(Bo="host", Cy="host")
    assert void(story, removes(story, "Cy", "Bo"))
    assert void(story, gives(story, "Cy", "Bo", "member"))
    assert not void(story, gives(story, "Bo", "Cy", "member"))
    assert not void(story, gives(story, "Ada", "Cy", "host"))
    assert not void(story, gives(story, "Bo", "Bo", "member"))  # steps back
    assert not void(story, gives(story, "Ada", "Bo", "host"))
    assert not void(story, removes(story, "Cy", "Bo"))
    assert person(story, "Bo").left


def test_nobody_removes_a_senior() -> None:
    """Not a moderator a moderator, nor anybody the founder; a host removes every moderator."""
    story = house(Bo="moderator", Cy="moderator", Dee="host")
    assert void(story, removes(story, "Bo", "Cy"))
    assert void(story, removes(story, "Bo", "Dee"))
    assert void(story, removes(story, "Dee", "Ada"))
    assert not void(story, removes(story, "Dee", "Bo"))


def test_a_role_that_one_has_is_not_given_again() -> None:
    """Or somebody who is host already could be made a junior one."""
    story = house(Bo="host", Cy="host")
    assert void(story, gives(story, "Ada", "Bo", "host"))
    assert void(story, gives(story, "Ada", "Ada", "host"))
    assert not void(story, removes(story, "Bo", "Cy"))


# ---------------------------------------------------------------------------------------- removals


def test_who_was_removed_is_told_by_whom_and_why() -> None:
    """They stay known, are no member any more, and nothing they say counts."""
    story = house(Bo="moderator", Cy="member")
    at = removes(story, "Bo", "Cy", reason="sold pills")
    gone = person(story, "Cy")
    assert gone.left
    assert isinstance(gone.removed, Removal)
    assert (gone.removed.by, gone.removed.reason) == (member("Bo"), "sold pills")
    assert gone.removed.at.op == at
    assert device("Cy") not in story.view().devices()
    assert void(story, story.says("Cy", acts.Profile("C.")))
    assert void(story, removes(story, "Bo", "Cy"))


def test_of_two_who_remove_each_other_the_senior_stays() -> None:
    """Mo, a moderator, removes Bo while Ada makes Bo a host, and Bo removes Mo: Mo is out."""
    story = house(Mo="moderator", Bo="member", Dee="member")
    before = story.heads()
    junior = removes(story, "Mo", "Bo", sees=before)
    story.says("Dee", acts.Profile("Saw only Mo"), sees=(junior,))
    assert person(story, "Bo").left
    raised = gives(story, "Ada", "Bo", "host", sees=before)
    senior = removes(story, "Bo", "Mo", sees=(raised,))
    assert person(story, "Mo").left
    assert (person(story, "Bo").left, person(story, "Bo").role) == (False, Role.HOST)
    assert void(story, junior)
    assert not void(story, senior)
    assert person(story, "Dee").name == "Saw only Mo"


def test_a_junior_cannot_remove_a_senior_at_the_same_time_either() -> None:
    """Of two hosts who remove each other only the senior's removal was ever allowed."""
    story = house(Bo="host", Cy="host")
    before = story.heads()
    junior = removes(story, "Cy", "Bo", sees=before)
    assert void(story, junior)
    removes(story, "Bo", "Cy", sees=before)
    assert (person(story, "Bo").left, person(story, "Cy").left) == (False, True)


def test_a_cut_takes_back_what_lies_beyond() -> None:
    """And lets stand what lies within, though it is not in the removal's past."""
    story = house(Bo="moderator", Cy="member", Dee="member")
    before = story.heads()
    first = story.says("Bo", acts.Profile("Bobby"), sees=before, seq=7)
    second = removes(story, "Bo", "Cy", sees=(first,), seq=8)
    third = removes(story, "Bo", "Dee", sees=(second,), seq=9)
    removes(story, "Ada", "Bo", cut_at(story, "Bo", second), sees=(*before, third))
    assert person(story, "Bo").left
    assert person(story, "Bo").name == "Bobby"
    assert person(story, "Cy").left
    assert not person(story, "Dee").left
    assert void(story, third)
    late = story.says("Bo", acts.Profile("Late"), sees=(third,), seq=10)
    assert void(story, late)
    assert person(story, "Bo").name == "Bobby"


def test_a_cut_of_words_takes_back_no_act() -> None:
    """Nor does one of acts count words."""
    story = house(Bo="moderator", Cy="member")
    said = story.says("Bo", acts.Profile("Bobby"))
    words, theirs = acts.Cut(device("Bo"), 1, 0, ZERO), acts.Cut(device("Cy"), 0, 0, ZERO)
    removes(story, "Ada", "Bo", theirs, words, cut_at(story, "Bo", said))
    assert (person(story, "Bo").name, story.view().cuts[device("Bo")]) == ("Bobby", 0)


@pytest.mark.parametrize("last", [5, 6, 7])
def test_a_cut_is_told_by_how_many_acts_stand(last: int) -> None:
    """The number is of the op that is named, odd or even, and one more."""
    story = house(Bo="moderator")
    said = [story.says("Bo", acts.Profile(f"Bo {n}"), seq=n) for n in range(5, 9)]
    removes(story, "Ada", "Bo", cut_at(story, "Bo", said[last - 5]))
    assert person(story, "Bo").name == f"Bo {last}"


def test_without_a_cut_all_counts_that_the_removal_knew_of() -> None:
    """And nothing that was said beside it, however it is dated."""
    story = house(Bo="moderator", Cy="member", Dee="member")
    before = story.heads()
    known = removes(story, "Bo", "Cy", sees=before)
    beside = removes(story, "Bo", "Dee", sees=(known,))
    removes(story, "Ada", "Bo", sees=(known,))
    assert person(story, "Cy").left
    assert not person(story, "Dee").left
    assert void(story, beside)


@pytest.mark.parametrize("hostile", ["unknown", "another's", "a wrong number", "not known then"])
def test_a_cut_names_an_op_of_that_device_that_the_remover_knew(hostile: str) -> None:
    """Any other is as none: what the removal knew of counts, and no more."""
    story = house(Bo="moderator", Cy="member", Dee="member")
    before = story.heads()
    known = removes(story, "Bo", "Cy", sees=before, seq=7)
    beside = removes(story, "Bo", "Dee", sees=(known,), seq=8)
    cut = {
        "unknown": acts.Cut(device("Bo"), 0, 2**53 - 1, b"x" * 32),
        "another's": acts.Cut(device("Bo"), 0, 8, story.founded),
        "a wrong number": acts.Cut(device("Bo"), 0, 2**53 - 1, known),
        "not known then": cut_at(story, "Bo", beside),
    }[hostile]
    removes(story, "Ada", "Bo", cut, sees=(known,))
    assert person(story, "Cy").left
    assert void(story, beside)


def test_a_cut_at_nothing_takes_everything_back() -> None:
    """Whom a rogue moderator had thrown out is in again, and whom they let in is out."""
    story = house(Bo="moderator", Cy="member")
    story.invite(code="open", uses=9)
    story.admit("Puppet", "open", by="Bo")
    story.says("Puppet", acts.Profile("Puppet"))
    removes(story, "Bo", "Cy")
    assert story.people().keys() == {"Ada", "Bo", "Puppet"}
    removes(story, "Ada", "Bo", cut_at(story, "Bo", None))
    assert story.people().keys() == {"Ada", "Cy"}


def test_a_cut_spares_whom_the_remover_could_not_remove() -> None:
    """Bo had let Dee in, who was made host before Cy was: Cy cannot undo that by way of Bo."""
    story = house(Bo="moderator")
    story.invite(code="open", uses=9)
    story.admit("Dee", "open", by="Bo")
    story.says("Dee", acts.Profile("Dee"))
    gives(story, "Ada", "Dee", "host")
    story.admit("Eve", "open", by="Bo")
    story.says("Eve", acts.Profile("Eve"))
    story.with_("Cy")
    gives(story, "Ada", "Cy", "host")
    removes(story, "Cy", "Bo", cut_at(story, "Bo", None))
    assert story.people().keys() == {"Ada", "Dee", "Cy"}


def test_what_somebody_removed_did_to_themselves_falls_with_the_rest() -> None:
    """Cy had stepped back, and nobody who removed Cy knew: it stands in the log as void."""
    story = house(Cy="host")
    before = story.heads()
    steps_back = gives(story, "Cy", "Cy", "member", sees=before)
    removes(story, "Ada", "Cy", sees=before)
    assert void(story, steps_back)


def test_the_cut_of_the_most_senior_counts() -> None:
    """Two remove Bo at once: what Ada lets stand stands, though Cy would take it back."""
    story = house(Bo="moderator", Cy="host", Dee="member")
    known = removes(story, "Bo", "Dee", seq=7)
    removes(story, "Cy", "Bo", cut_at(story, "Bo", None), sees=(known,))
    assert not person(story, "Dee").left
    removes(story, "Ada", "Bo", sees=(known,))
    assert person(story, "Dee").left


def test_words_of_who_was_removed_count_as_far_as_any_removal_says() -> None:
    """The greatest number that one of them names; none that falls is heard."""
    story = house(Bo="member", Cy="moderator", Dee="moderator")
    before = story.heads()
    words = acts.Cut(device("Bo"), 1, 5, b"w" * 32)
    more = acts.Cut(device("Bo"), 1, 9, b"w" * 32)
    removes(story, "Cy", "Bo", words, sees=before)
    assert story.view().cuts == {device("Bo"): 5}
    removes(story, "Dee", "Bo", more, sees=before)
    assert story.view().cuts == {device("Bo"): 9}
    assert story.view().within_cut(device("Bo"), 8)
    assert not story.view().within_cut(device("Bo"), 9)
    assert story.view().within_cut(device("Cy"), 10**9)
    removes(story, "Ada", "Dee", sees=before)
    assert story.view().cuts == {device("Bo"): 5, device("Dee"): 0}


def test_a_promotion_beside_a_removal_loses() -> None:
    """So does an admission once more; after it, nobody who is gone can rise."""
    story = house(Bo="member", Cy="host", Mo="moderator")
    before = story.heads()
    raised = gives(story, "Ada", "Bo", "host", sees=before)
    acted = removes(story, "Bo", "Mo", sees=(raised,))
    removes(story, "Cy", "Bo", sees=before)
    assert person(story, "Bo").left
    assert not person(story, "Mo").left
    assert void(story, acted)
    assert void(story, gives(story, "Ada", "Bo", "moderator"))


def test_what_rests_on_something_void_falls_with_it() -> None:
    """Cy raised Dee, Dee gave Eve a role: with Cy's acts all of it falls."""
    story = house(Cy="host", Dee="member", Eve="member")
    before = story.heads()
    raised = gives(story, "Cy", "Dee", "host", sees=before)
    given = gives(story, "Dee", "Eve", "guest", sees=(raised,))
    named = story.says("Dee", acts.Profile("Deirdre"), sees=(given,))
    assert (person(story, "Dee").role, person(story, "Eve").role) == (Role.HOST, Role.GUEST)
    removes(story, "Ada", "Cy", cut_at(story, "Cy", None), sees=before)
    assert (person(story, "Dee").role, person(story, "Eve").role) == (Role.MEMBER, Role.MEMBER)
    assert void(story, given)
    assert not void(story, named)


def test_removals_are_gone_through_once() -> None:
    """Ada removes Bo, who had removed Cy, who had removed Dee: Cy is in, so Dee is out."""
    story = house(Bo="host", Cy="host", Dee="host")
    before = story.heads()
    last = removes(story, "Cy", "Dee", sees=before)
    middle = removes(story, "Bo", "Cy", sees=before)
    assert story.people().keys() == {
        "Ada",
        "Bo",
        "Dee",
    }
    removes(story, "Ada", "Bo", sees=before)
    assert story.people().keys() == {"Ada", "Cy"}
    assert void(story, middle)
    assert not void(story, last)


def test_who_is_let_in_again_past_a_removal_is_in_whatever_becomes_of_it() -> None:
    """Bo's removal of Mia was taken back by Sal, and counts again as Hal takes Sal's acts back."""
    story = house(Hal="host", Sal="host", Bo="host", Xan="moderator")
    story.invite(code="open", uses=9)
    before, at = story.heads(), story.last["Hal"]
    first = story.says("Xan", story.an_admit("Mia", "open"), sees=before)
    removal = removes(story, "Bo", "Mia", acts.Cut(device("Mia"), 1, 4, EPOCH), sees=(first,))
    assert story.view().cuts == {device("Mia"): 4}
    taken_back = removes(story, "Sal", "Bo", cut_at(story, "Bo", None), sees=(removal,))
    assert void(story, removal)
    again = story.says("Ada", story.an_admit("Mia", "open"), sees=(taken_back,))
    story.last["Hal"] = at
    for name in ("Sal", "Xan"):
        removes(story, "Hal", name, cut_at(story, name, None), sees=before)
    view = story.view()
    assert view.void & {first, taken_back, removal, again} == {first, taken_back}
    assert not person(story, "Mia").left
    assert person(story, "Mia").removed is None
    assert view.admitted_by[device("Mia")] == again
    assert device("Mia") not in view.cuts


def test_what_somebody_did_before_they_were_rightly_let_in_falls_with_how_they_came() -> None:
    """Xan had let Mia in, and that is taken back; Ada did beside it, and Mia did not know."""
    story = house(Hal="host", Xan="moderator")
    story.invite(code="open", uses=9)
    before = story.heads()
    came = {by: story.says(by, story.an_admit("Mia", "open"), sees=before) for by in ("Xan", "Ada")}
    said = story.says("Mia", acts.Profile("Mia"), sees=(came["Xan"],))
    assert person(story, "Mia").name == "Mia"
    removes(story, "Hal", "Xan", cut_at(story, "Xan", None), sees=before)
    assert story.view().void >= {came["Xan"], said}
    assert (person(story, "Mia").name, person(story, "Mia").left) == ("", False)
    assert not void(story, story.says("Mia", acts.Profile("Mia Maria")))


# ------------------------------------------------------------------------------- leaving, no hosts


def test_if_no_host_remains_the_most_senior_is_one() -> None:
    """First the moderators, then members, then guests; and what they do as hosts stays."""
    story = house(Gil="guest", Bo="member", Cy="member", Mo="moderator")
    story.says("Ada", acts.Leave([]))
    assert person(story, "Mo").role is Role.HOST
    assert not void(story, gives(story, "Mo", "Cy", "moderator"))
    story.says("Mo", acts.Leave([]))
    assert person(story, "Cy").role is Role.HOST
    story.says("Cy", acts.Leave([]))
    assert person(story, "Bo").role is Role.HOST
    assert not void(story, story.says("Bo", acts.Rules("Still here", "")))
    story.says("Bo", acts.Leave([]))
    assert person(story, "Gil").role is Role.HOST
    story.says("Gil", acts.Leave([]))
    assert all(p.left for p in story.view().people.values())


def test_a_role_for_a_while_costs_no_seniority_among_members() -> None:
    """Bo came before Cy, was a guest, and is a member again."""
    story = house(Bo="guest", Cy="member")
    gives(story, "Ada", "Bo", "member")
    story.says("Ada", acts.Leave([]))
    assert person(story, "Bo").role is Role.HOST


def test_a_leaver_throws_nobody_out() -> None:
    """Bo leaves from far back in their log: whom they let in meanwhile stays."""
    story = house(Bo="member")
    story.invite(code="open", uses=9)
    before, at = story.heads(), story.last["Bo"]
    story.admit("Cy", "open", by="Bo")
    story.says("Cy", acts.Profile("Cy"))
    story.last["Bo"] = at
    story.says("Bo", acts.Leave([]), sees=before)
    assert story.people().keys() == {"Ada", "Cy"}


# ------------------------------------------------------------------------------------------- forks


def shown(name: str, *, seq: int, log: Log, payload: bytes, circle: bytes) -> acts.SignedHeader:
    """Some op of a device, as somebody would show it."""
    header = Header(
        version=1, circle=circle, device=device(name), log=log, seq=seq,  # type: ignore[arg-type]
        prev=OpId(b"p" * 32 if seq else ZERO), heads=(), authority_heads=(), epoch=EpochId(ZERO),
        hour=1, kind=64 if log else 2, payload_hash=payload, payload_size=0, written_at=0,
    )  # fmt: skip
    data = msgspec.msgpack.encode(header)
    return acts.SignedHeader(data, sign(seed(name), SIGNATURE_DOMAIN, op_id(data)))


def proof(story: Story, name: str, *, words: int = 3, **other: object) -> acts.Fork:
    same: dict[str, object] = {
        "seq": 5, "log": Log.WORDS, "payload": b"1" * 32, "circle": story.circle,
    }  # fmt: skip
    one = shown(name, **same)  # type: ignore[arg-type]
    two = shown(name, **{**same, "payload": b"2" * 32, **other})  # type: ignore[arg-type]
    return acts.Fork(one, two, words)


def test_a_device_that_forked_is_out_and_its_removals_stand() -> None:
    """What was known by then counts, what was not does not; but no removal is undone."""
    story = house(Mo="moderator", Bo="member", Cy="member")
    before = story.heads()
    known = story.says("Mo", acts.Profile("Maurice"), sees=before)
    unknown = story.says("Mo", acts.Profile("M."), sees=(known,))
    removal = removes(story, "Mo", "Cy", sees=(unknown,))
    fork = story.says("Bo", proof(story, "Mo"), sees=(*before, known))
    view = story.view()
    assert not void(story, fork)
    assert view.forked == {device("Mo")}
    assert device("Mo") not in view.devices()
    assert (person(story, "Mo").name, person(story, "Mo").left) == ("Maurice", True)
    assert void(story, unknown)
    assert not void(story, removal)
    assert person(story, "Cy").left
    assert view.cuts[device("Mo")] == 3
    assert void(story, story.says("Mo", acts.Profile("Again")))


@pytest.mark.parametrize(
    "other",
    [
        {"payload": b"1" * 32}, {"seq": 6}, {"log": Log.AUTHORITY}, {"circle": b"o" * 32},
    ],
    ids=str,
)  # fmt: skip
def test_a_fork_is_two_signed_ops_of_one_place(other: dict[str, object]) -> None:
    """The same op twice, other places, another circle: no proof."""
    story = house(Mo="moderator", Bo="member")
    false = proof(story, "Mo", **other)  # type: ignore[arg-type]  # as above
    assert void(story, story.says("Bo", false))
    assert story.view().forked == frozenset()


def test_a_proof_that_is_none_proves_nothing() -> None:
    """Not signed, not a header, of nobody, by a stranger."""
    story = house(Mo="moderator", Bo="member")
    good = proof(story, "Mo")
    for bad in (
        msgspec.structs.replace(good, other=acts.SignedHeader(good.other.header, bytes(64))),
        msgspec.structs.replace(good, one=acts.SignedHeader(b"\x90", good.one.signature)),
        msgspec.structs.replace(good, one=acts.SignedHeader(b"\xc1", good.one.signature)),
        proof(story, "Nobody"),
    ):
        assert void(story, story.says("Bo", bad))
    assert void(story, story.says("Stranger", good))
    assert not void(story, story.says("Bo", good))


def test_more_of_a_forked_device_counts_by_the_proof_that_knew_more() -> None:
    """Somebody who names little cannot take back what others have seen."""
    story = house(Mo="moderator", Bo="member", Cy="member")
    before = story.heads()
    known = story.says("Mo", acts.Profile("Maurice"), sees=before)
    story.says("Bo", proof(story, "Mo", words=1), sees=before)
    assert void(story, known)
    story.says("Cy", proof(story, "Mo", words=4), sees=(known,))
    assert not void(story, known)
    assert story.view().cuts[device("Mo")] == 4


def test_what_two_take_back_is_taken_back_once() -> None:
    """Mo is removed, and shown to have forked, by two who did not know what Mo said meanwhile."""
    story = house(Mo="moderator", Bo="member")
    before = story.heads()
    said = story.says("Mo", acts.Profile("Maurice"), sees=before)
    removes(story, "Ada", "Mo", sees=before)
    story.says("Bo", proof(story, "Mo"), sees=before)
    assert void(story, said)
    assert person(story, "Mo").name == "Mo"


def test_of_who_never_said_anything_nothing_is_taken_back() -> None:
    """Bo has taken over from Ada, who left, and removes Cy with a cut at nothing: no act falls."""
    story = house(Bo="host")
    story.invite(code="for Cy")
    story.admit("Cy", "for Cy")
    story.says("Ada", acts.Handover(member("Bo"), at_once=True))
    story.says("Ada", acts.Leave([]))
    removes(story, "Bo", "Cy", cut_at(story, "Cy", None))
    assert not story.view().void
    assert story.people() == {"Bo": Role.HOST}


# ------------------------------------------------------------------------------------- handing over


def test_the_founder_hands_over_at_once_or_by_an_heir() -> None:
    """Only to a host; the new one is first among all, and the old one a host like others."""
    story = house(Bo="host", Cy="host", Dee="member", Gil="guest", Mo="moderator")
    for other in ("Dee", "Gil", "Mo"):
        for at_once in (True, False):
            assert void(story, story.says("Ada", acts.Handover(member(other), at_once=at_once)))
    assert void(story, story.says("Bo", acts.Handover(member("Bo"), at_once=True)))
    assert void(story, story.says("Bo", acts.Handover(member("Cy"), at_once=True)))
    assert not void(story, story.says("Ada", acts.Handover(member("Cy"), at_once=False)))
    assert (story.view().first, story.view().heir) == (member("Ada"), member("Cy"))
    assert void(story, removes(story, "Cy", "Bo"))
    assert void(story, story.says("Cy", acts.Handover(member("Cy"), at_once=False)))
    assert not void(story, story.says("Cy", acts.Handover(member("Cy"), at_once=True)))
    assert (story.view().first, story.view().heir) == (member("Cy"), None)
    assert person(story, "Ada").role is Role.HOST
    assert void(story, removes(story, "Bo", "Ada"))
    assert void(story, removes(story, "Ada", "Cy"))
    assert not void(story, removes(story, "Cy", "Ada"))
    assert not void(story, story.says("Cy", acts.Handover(member("Bo"), at_once=True)))
    assert story.view().first == member("Bo")


def test_who_handed_over_and_is_a_member_like_others_leaves_like_others() -> None:
    """Ada has no role any more; or else Bo leaves, and she is founder again."""
    for leaves in ("Ada", "Bo"):
        story = house(Bo="host", Cy="member")
        story.says("Ada", acts.Handover(member("Bo"), at_once=True))
        gives(story, "Bo", "Ada", "member")
        assert person(story, "Ada").role is Role.MEMBER
        assert not void(story, story.says(leaves, acts.Leave([])))
        (first,) = {"Ada", "Bo"} - {leaves}
        assert story.view().first == member(first)
        assert story.people() == {first: Role.HOST, "Cy": Role.MEMBER}


def test_an_heir_takes_over_when_the_founder_is_gone() -> None:
    """Ada has left, and named Bo before; Cy could not be removed by Bo until then."""
    story = house(Cy="host", Bo="host")
    story.says("Ada", acts.Handover(member("Bo"), at_once=False))
    story.says("Ada", acts.Leave([]))
    assert story.view().first is None
    assert void(story, removes(story, "Bo", "Cy"))
    assert not void(story, story.says("Bo", acts.Handover(member("Bo"), at_once=True)))
    assert story.view().first == member("Bo")
    assert not void(story, removes(story, "Bo", "Cy"))


@pytest.mark.parametrize("by", ["Bo", "Cy", "Dee", "Eve", "Fay", "Gil"])
def test_nobody_hands_over_for_the_founder(by: str) -> None:
    """No host names who comes after, for now or for later; not even themselves."""
    story = house(Bo="host", Cy="host", Dee="host", Eve="host", Fay="host", Gil="host")
    for to in ("Bo", "Gil", "Ada"):
        for at_once in (True, False):
            assert void(story, story.says(by, acts.Handover(member(to), at_once=at_once)))


@pytest.mark.parametrize(("first", "then"), [("Bo", "Cy"), ("Cy", "Bo")])
def test_who_is_not_the_heir_any_more_takes_over_nothing(first: str, then: str) -> None:
    """Ada names another one beside it; the order has the naming first."""
    story = house(Bo="host", Cy="host")
    named = story.says("Ada", acts.Handover(member(first), at_once=False))
    story.says("Ada", acts.Handover(member(then), at_once=False))
    late = story.says(first, acts.Profile(first), sees=(named,))
    takes = story.says(first, acts.Handover(member(first), at_once=True), sees=(late,))
    assert not void(story, takes)
    assert (story.view().first, story.view().heir) == (member("Ada"), member(then))


def test_handing_over_beside_a_removal_of_the_heir_loses() -> None:
    """And whoever is founder by then can be removed by nobody."""
    story = house(Cy="host", Bo="host")
    before = story.heads()
    story.says("Ada", acts.Handover(member("Bo"), at_once=True), sees=before)
    assert story.view().first == member("Bo")
    removes(story, "Cy", "Bo", sees=before)
    assert story.view().first == member("Ada")
    assert person(story, "Bo").left


# ----------------------------------------------------------------------------------------- invites


def test_a_host_lets_in_who_waits_for_a_place() -> None:
    """What they said meanwhile counts from then on; whoever is no host cannot help."""
    story = house(Bo="member")
    story.invite()
    before = story.heads()
    for by, name in (("Ada", "Cy"), ("Bo", "Dee")):
        story.says(by, story.an_admit(name), sees=before)
    (waits,) = [n for n in ("Cy", "Dee") if device(n) in story.view().waits_for_host]
    said = story.says(waits, acts.Profile(waits))
    assert void(story, said)
    assert member(waits) not in story.view().people
    story.says("Bo", story.an_admit(waits))
    assert member(waits) not in story.view().people
    assert not void(story, story.says("Ada", story.an_admit(waits)))
    assert not person(story, waits).left
    assert not story.view().waits_for_host


def test_an_invite_that_let_in_more_than_it_says_lets_in_nobody_else() -> None:
    """Two came by the last place at once; who knows of both lets in no third, nor who waits."""
    story = house(Bo="host", Cy="member")
    story.invite()
    before = story.heads()
    for by, name in (("Ada", "Pat"), ("Bo", "Dee")):
        story.says(by, story.an_admit(name), sees=before)
    for by in ("Ada", "Cy"):
        assert void(story, story.says(by, story.an_admit("Eve")))


def test_an_invite_can_be_taken_back() -> None:
    """By who made it or a host; whoever was let in beside it stays in."""
    story = house(Bo="member", Cy="member")
    story.invite(by="Bo", uses=9)
    key = story.an_invite().key
    before = story.heads()
    assert void(story, story.says("Cy", acts.Withdraw(key)))
    assert void(story, story.says("Ada", acts.Withdraw(b"k" * 32)))
    assert not void(story, story.says("Bo", acts.Withdraw(key)))
    assert void(story, story.admit("Dee"))
    assert not void(story, story.says("Cy", story.an_admit("Eve"), sees=before))
    assert story.view().invites[key].withdrawn
    story.invite(by="Cy", code="other", uses=9)
    assert not void(story, story.says("Ada", acts.Withdraw(story.an_invite("other").key)))


def test_one_door_is_one_devices_also_where_two_claim_it_at_once() -> None:
    """The order decides, everywhere alike."""
    story = house(Bo="member")
    story.invite(uses=9)
    before = story.heads()
    for by, name in (("Ada", "Cy"), ("Bo", "Dee")):
        keys = with_door(name, name, "One door")
        story.says(by, story.an_admit(name, keys=keys), sees=before)
    view = story.view()
    assert len(view.waits_for_host) == 1
    assert len(view.devices()) == 3


def test_one_device_of_two_members_is_the_first_ones_and_renews_no_keys_of_the_others() -> None:
    """Two hosts let one device in at once, as two people; then it says new keys as the other."""
    for other in ("Dee", "Eve"):  # whichever comes first in the order
        story = house(Bo="host")
        story.invite(uses=9)
        before = story.heads()
        came = {
            by: story.says(by, story.an_admit(name, device="Cy"), sees=before)
            for by, name in (("Ada", "Dee"), ("Bo", "Eve"))
        }
        keys = public(other, "Cy")
        story.says("Cy", acts.Device(keys), sees=(came["Ada" if other == "Dee" else "Bo"],))
        view = story.view()
        owner = view.owner[device("Cy")]
        assert owner in {member("Dee"), member("Eve")}
        assert view.devices()[device("Cy")].member == owner


# What an act does not know of is no part of how it is judged: not even that somebody, beside it,
# let a device in as another person's, or with another door.


def test_who_comes_in_is_not_refused_for_what_nobody_knew_who_let_them_in() -> None:
    """Dot is Nan's; beside that Bo lets the same device in as Mia's. Ada had let in Mia before."""
    story = house(Bo="host")
    story.invite(uses=9)
    before = story.heads()
    first = story.says("Ada", story.an_admit("Nan", device="Dot"), sees=before)
    second = story.says("Ada", story.an_admit("Mia"), sees=(first,))
    assert not void(story, second)
    story.says("Bo", story.an_admit("Mia", device="Dot"), sees=before)
    assert not void(story, second)


def test_one_person_let_in_twice_at_once_by_two_devices_is_in_by_both() -> None:
    """Neither who let them in could know; later a third device is refused."""
    story = house(Bo="host")
    story.invite(uses=9)
    before = story.heads()
    came = [
        story.says(by, story.an_admit("Mia", device=name), sees=before)
        for by, name in (("Ada", "Mia"), ("Bo", "Dot"))
    ]
    assert not story.view().void & {*came}
    mia, first = person(story, "Mia"), min(came)
    assert [*mia.devices] == [story.ops[op].act.keys.device for op in sorted(came)]  # type: ignore[union-attr]
    assert mia.since_hour == story.ops[first].header.hour
    assert void(story, story.says("Ada", story.an_admit("Mia", device="Third")))


def test_one_device_let_in_as_two_people_at_once_is_refused_by_nobody_who_knows_of_one() -> None:
    """However late the second is; whoever knows of both, or of the other, refuses a third."""
    story = house(Bo="host")
    story.invite(uses=9)
    before = story.heads()
    story.says("Ada", story.an_admit("Nan", device="Dot"), sees=before)
    late = story.says("Bo", acts.Profile("Bo"), sees=before)
    for number in range(3):
        late = story.says("Bo", acts.Profile(f"Bo {number}"), sees=(late,))
    assert not void(story, story.says("Bo", story.an_admit("Mia", device="Dot"), sees=(late,)))
    for name in ("Pat", "Nan", "Mia"):
        assert void(story, story.says("Ada", story.an_admit(name, device="Dot")))


def test_keys_are_renewed_behind_the_door_that_their_device_came_by() -> None:
    """Beside that, and before it in the order, the same device is let in with another door."""
    story = house(Bo="host")
    story.invite(uses=9)
    before, at = story.heads(), story.last["Bo"]
    keys = with_door("Nan", "Dot", "One door")
    one = story.says("Ada", story.an_admit("Nan", device="Dot", keys=keys), sees=before)
    renewed = story.says("Dot", acts.Device(keys), sees=(one,))
    assert not void(story, renewed)
    other = story.an_admit("Nan", device="Dot", keys=with_door("Nan", "Dot", "Other door"))
    for hour in range(100):
        story.last["Bo"] = at
        if (beside := story.says("Bo", other, sees=before, hour=hour)) < one:
            break
        del story.ops[beside]
    assert not void(story, renewed)


def test_a_removal_reaches_no_device_that_was_not_theirs_by_then() -> None:
    """Ada removes Mia, and lets somebody in by an invite of Nan's; beside that Dot is Mia's too."""
    story = house(Bo="host")
    story.invite(uses=9)
    before = story.heads()
    came = story.says("Ada", story.an_admit("Mia"), sees=before)
    both = story.says("Ada", story.an_admit("Nan", device="Dot"), sees=(came,))
    theirs = story.says("Dot", story.an_invite("Nan's"), sees=(both,))
    gone = removes(story, "Ada", "Mia", sees=(both,))
    last = story.says("Ada", story.an_admit("Pat", "Nan's"), sees=(theirs, gone))
    assert not void(story, last)
    story.says("Bo", story.an_admit("Mia", device="Dot"), sees=before)
    assert not void(story, last)


@pytest.mark.parametrize(("gone", "other"), [("Mia", "Nan"), ("Nan", "Mia")])
def test_nobody_who_was_removed_is_in_by_a_device_that_is_now_anothers(
    gone: str, other: str
) -> None:
    """Beside it Dot had been let in as theirs: the device is nobody's then, and they stay out."""
    story = house(Bo="host")
    story.invite(uses=9)
    before, at = story.heads(), story.last["Bo"]
    came = story.says("Ada", story.an_admit(gone), sees=before)
    removal = removes(story, "Ada", gone, sees=(came,))
    story.says("Ada", story.an_admit(other, device="Dot"), sees=(removal,))
    assert not person(story, other).left
    story.last["Bo"] = at
    story.says("Bo", story.an_admit(gone, device="Dot"), sees=before)
    view = story.view()
    assert person(story, gone).left
    assert device("Dot") not in view.devices()
    assert not view.standing.is_member(member(gone), view.everything)


def test_two_hosts_who_let_the_same_in_at_once_have_not_said_so_twice() -> None:
    """A host's second word makes room for one more, and it is one that knew of the first."""
    story = house(Bo="host", Cy="host")
    story.invite()
    before = story.heads()
    for by, name in (("Ada", "Pat"), ("Bo", "Pat"), ("Cy", "Eve")):
        story.says(by, story.an_admit(name), sees=before)
    (waits,) = story.view().waits_for_host
    assert waits in {device("Pat"), device("Eve")}
    name = "Pat" if waits == device("Pat") else "Eve"
    story.says("Ada", story.an_admit(name))
    assert not story.view().waits_for_host
    assert {device("Pat"), device("Eve")} <= story.view().devices().keys()


def test_who_came_first_is_not_another_for_what_nobody_knew() -> None:
    """Nan came before Cy, and Mia after; beside it Nan's device is let in as Mia's, too."""
    story = house(Bo="host")
    story.invite(uses=9)
    before, at = story.heads(), story.last["Bo"]
    nan = story.says("Ada", story.an_admit("Nan", device="Dot"), sees=before)
    cy = story.says("Ada", story.an_admit("Cy"), sees=(nan,))
    mia = story.says("Ada", story.an_admit("Mia"), sees=(cy,))
    gone = [story.says(name, acts.Leave([]), sees=(mia,)) for name in ("Dot", "Bo", "Ada")]
    as_host = story.says("Cy", acts.Rules("Cy's", ""), sees=tuple(gone))
    assert not void(story, as_host)
    story.last["Bo"] = at
    story.says("Bo", story.an_admit("Mia", device="Dot"), sees=before)
    assert not void(story, as_host)


def test_a_place_that_a_cut_frees_is_had_by_the_next() -> None:
    """Dee lets Uma in while Ada removes Dee; Ada then lets Hal in by the same invite: he is in."""
    story = house(Dee="member")
    story.invite(code="two", uses=1)
    before = story.heads()
    removal = removes(story, "Ada", "Dee", sees=before)
    taken = story.says("Dee", story.an_admit("Uma", "two"), sees=before)
    story.says("Ada", story.an_admit("Hal", "two"), sees=(removal, taken))
    story.says("Hal", acts.Profile("Hal"))
    assert person(story, "Hal").name == "Hal"
    story.says("Stranger", acts.Profile("Nobody"), sees=(story.founded,))
    assert person(story, "Hal").name == "Hal"
    assert member("Uma") not in story.view().people


def test_nobody_shows_a_fork_of_their_own_device() -> None:
    """It would take back itself."""
    story = house(Mo="moderator")
    assert void(story, story.says("Mo", proof(story, "Mo")))
    assert story.view().forked == frozenset()


def test_the_founding_is_never_taken_back() -> None:
    """Ada has handed over and is removed with a cut at nothing: whom she let in is still in."""
    story = house(Bo="host", Cy="member")
    story.says("Ada", acts.Handover(member("Bo"), at_once=True))
    removes(story, "Bo", "Ada", cut_at(story, "Ada", None))
    view = story.view()
    assert view.founding is not None
    assert person(story, "Ada").left


def test_who_was_removed_while_waiting_for_a_place_does_not_wait_any_more() -> None:
    """Nor are they let in by a second word of a host."""
    story = house(Bo="member", Hal="host")
    story.invite()
    before = story.heads()
    admits = {
        name: story.says(by, story.an_admit(name), sees=before)
        for by, name in (("Ada", "Cy"), ("Bo", "Dee"))
    }
    (waits,) = [n for n in admits if device(n) in story.view().waits_for_host]
    removes(story, "Hal", waits, sees=(admits[waits],))
    assert not story.view().waits_for_host
    assert void(story, story.says("Ada", story.an_admit(waits)))
    assert member(waits) not in story.view().people


def test_an_invite_that_fell_can_have_been_taken_back() -> None:
    """Ada takes back an invite of Bo's, whom Cy removes beside it with a cut before it."""
    story = house(Cy="host", Bo="member")
    before = story.heads()
    made = story.invite(by="Bo", code="late")
    story.says("Ada", acts.Withdraw(story.an_invite("late").key), sees=(*before, made))
    removes(story, "Cy", "Bo", cut_at(story, "Bo", None), sees=before)
    assert story.an_invite("late").key not in story.view().invites
    assert not person(story, "Ada").left


def test_the_door_is_the_hosts_and_words_for_newcomers_are_the_members() -> None:
    """A host's door counts, the last one; a guest's word for somebody does not."""
    story = house(Bo="host", Cy="moderator", Dee="guest")
    story.invite(code="open")
    doors = [
        acts.Door(asks=asks, promise=[], questions=[], vouch=False, affiliation=False)
        for asks in (True, False)
    ]
    assert not void(story, story.says("Bo", doors[0]))
    assert void(story, story.says("Cy", doors[1]))
    assert story.view().door == doors[0]
    assert not void(story, story.says("Ada", doors[1]))
    assert story.view().door == doors[1]
    key = story.an_invite("open").key
    assert not void(story, story.says("Cy", acts.Vouch(key, "A friend.")))
    assert void(story, story.says("Dee", acts.Vouch(key, "Mine, too.")))
    assert void(story, story.says("Cy", acts.Vouch(bytes(32), "Of no invite.")))
    assert story.view().vouches == {key: [(member("Cy"), "A friend.")]}
    story.says("Ada", acts.Assign(member("Bo"), "member"))
    assert story.view().door == doors[1]
