"""One set of acts, one circle: who is in and who may what, on every machine alike."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.circle import acts
from app.circle.acts import Act, DeviceKeys
from app.circle.fold import AuthorityOp, fold
from app.circle.rules import CERTIFY, DOOR, JOIN, request_message
from app.circle.state import History, Role
from app.circle.view import View
from p2p.crypto import digest, sign, sign_public
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, MemberId, OpId
from p2p.op import Header, Kind, Log, op_id

SEAL = bytes(1216)  # what it opens is no matter of membership
EPOCH = b"e" * 32


CAST = ContextVar("cast", default="")
CASTS = ("", "4669 ")  # of 136 pairs of names here 108 have their keys the other way round, then


@contextmanager
def with_cast(name: str) -> Iterator[None]:
    """The same people with other keys: nothing may hang on whose sorts first."""
    before = CAST.set(name)
    try:
        yield
    finally:
        CAST.reset(before)


def seed(text: str) -> bytes:
    return digest(CAST.get() + text)


def public(member: str, device: str, *, certified_by: str = "") -> DeviceKeys:
    """The keys of somebody's device, certified by the member (or by another)."""
    door = seed(f"{device}'s door")
    bare = DeviceKeys(
        sign_public(seed(member)), sign_public(seed(device)), SEAL, sign_public(door),
        bytes(64), bytes(64),
    )  # fmt: skip
    return certify(bare, certified_by or member, door)


def certify(keys: DeviceKeys, member: str, door: bytes) -> DeviceKeys:
    """The keys with both signatures over them."""
    signed = keys.certified()
    return msgspec.structs.replace(
        keys, by_door=sign(door, DOOR, signed), certificate=sign(seed(member), CERTIFY, signed)
    )


@dataclass
class Story:
    """A circle that Ada founds; everybody named writes in their own log."""

    history: History = History.OPEN
    invites: str = "members"
    admits: str = "hosts"
    ops: dict[OpId, AuthorityOp] = field(default_factory=dict)
    last: dict[str, OpId] = field(default_factory=dict)
    circle: CircleId = field(default=CircleId(ZERO))

    def __post_init__(self) -> None:
        founding = acts.Founding(
            public("Ada", "Ada"), self.history, self.invites, self.admits,  # type: ignore[arg-type]  # literals
            b"r" * 32, b"n" * 16,
        )  # fmt: skip
        self.founded = self.says("Ada", founding, sees=(), circle=CircleId(ZERO))
        self.circle = CircleId(self.founded)

    def heads(self) -> tuple[OpId, ...]:
        return self.view().heads

    def view(self) -> View:
        return fold(self.ops.values())

    def says(
        self,
        who: str,
        act: Act | None,
        /,
        *,
        sees: tuple[OpId, ...] | None = None,
        **changes: object,
    ) -> OpId:
        """Write an op having seen all there is, or only some; answers with its id."""
        fields: dict[str, object] = {
            "version": 1, "circle": self.circle, "device": DeviceId(sign_public(seed(who))),
            "log": Log.AUTHORITY, "seq": 0, "prev": self.last.get(who, OpId(ZERO)), "heads": (),
            "authority_heads": self.heads() if sees is None else sees, "epoch": EpochId(ZERO),
            "hour": 494_000 + len(self.ops), "kind": 0,
            "payload_hash": digest(f"{who} {len(self.ops)}"), "payload_size": 0, "written_at": 0,
        }  # fmt: skip
        header = Header(**{**fields, **changes})  # type: ignore[arg-type]  # as above
        name = op_id(msgspec.msgpack.encode(header))
        self.ops[name] = AuthorityOp(name, header, act)
        self.last[who] = name
        return name

    def invite(self, by: str = "Ada", code: str = "code", uses: int = 1) -> OpId:
        return self.says(by, self.an_invite(code, uses))

    def an_invite(self, code: str = "code", uses: int = 1) -> acts.Invite:
        return acts.Invite(
            sign_public(seed(code)), digest(code, b"rendezvous"), 2**40, uses, b"", SEAL
        )

    def an_admit(
        self,
        member: str,
        code: str = "code",
        *,
        device: str = "",
        certified_by: str = "",
        signed_by: dict[str, str] | None = None,
        circle: bytes = b"",
        keys: DeviceKeys | None = None,
    ) -> acts.Admit:
        """Somebody's admission; `signed_by` puts a forger in place of a signer."""
        device = device or member
        forged = signed_by or {}
        keys = keys or public(member, device, certified_by=certified_by)
        invite = sign_public(seed(code))
        message = request_message(circle or self.circle, invite, keys, b"n" * 16)
        signatures = (
            sign(seed(forged.get(name, right)), JOIN, message)
            for name, right in (("invite", code), ("member", member), ("device", device))
        )
        return acts.Admit(invite, keys, b"n" * 16, *signatures)

    def admit(self, member: str, code: str = "code", by: str = "Ada") -> OpId:
        return self.says(by, self.an_admit(member, code))

    def with_(self, *names: str) -> "Story":
        """These come in, each by an invite of their own."""
        for name in names:
            self.invite(code=f"for {name}")
            self.admit(name, f"for {name}")
            self.says(name, acts.Profile(name))
        return self

    def people(self) -> dict[str, Role]:
        view = self.view()
        return {p.name: p.role for p in view.people.values() if not p.left}


def summary(view: View) -> bytes:
    """All that a view says, as bytes."""
    order = view.order
    assert order is not None
    said = [
        str(view.founding), str(view.founder), str(view.rules), str(list(view.people.items())),
        str(list(view.owner.items())), str(list(view.invites.items())),
        str([(e, s.depth, s.author, sorted(s.members)) for e, s in view.epochs.items()]),
        str([(e, sorted(d)) for e, d in sorted(view.granted.items())]),
        str(sorted(view.linked.items())), str(sorted(view.admitted_by.items())),
        str(sorted(view.void)), str(view.heads), str(sorted(view.waiting)),
        str([(p.op, p.depth, p.past) for p in order.placed]),
    ]  # fmt: skip
    return "\n".join(said).encode()


def void(story: Story, op: OpId) -> bool:
    """Whether an op has no effect; and it is not merely waiting."""
    view = story.view()
    assert op not in view.waiting
    return op in view.void


# ------------------------------------------------------------------------------------- founding


def test_the_founder_is_the_host() -> None:
    """One person, one device, no name yet."""
    story = Story()
    view = story.view()
    (ada,) = view.people.values()
    assert (ada.role, ada.left, ada.name) == (Role.HOST, False, "")
    assert view.founder == story.founded
    assert list(view.devices()) == [sign_public(seed("Ada"))]
    assert view.admitted_by == {DeviceId(sign_public(seed("Ada"))): story.founded}
    assert not view.void


def test_nothing_is_a_circle_without_anybody() -> None:
    """Before the founding has come."""
    view = fold([])
    assert (view.founding, view.heads, view.history) == (None, (), History.OPEN)
    assert view.devices() == {}
    assert view.person_of(DeviceId(b"d" * 32)) is None
    assert not View().in_past_of_admission(EpochId(EPOCH), DeviceId(b"d" * 32))


def test_founding_again_is_void() -> None:
    """Neither the founder nor anybody else founds a circle within a circle."""
    story = Story().with_("Bo")
    again = acts.Founding(public("Bo", "Bo"), History.OPEN, "members", "members", EPOCH, b"n" * 16)
    assert void(story, story.says("Bo", again))
    assert void(story, story.says("Bo", again, circle=CircleId(ZERO)))
    assert story.view().founder == story.founded


# --------------------------------------------------------------------------------------- people


def test_people_come_in_and_say_their_names() -> None:
    """In the order in which they were let in."""
    story = Story().with_("Bo", "Cy")
    story.says("Ada", acts.Profile("Ada"))
    assert story.people() == {"Ada": Role.HOST, "Bo": Role.MEMBER, "Cy": Role.MEMBER}
    story.says("Bo", acts.Profile("Bobby"))
    assert "Bobby" in story.people()


def test_acts_of_nobody_are_void() -> None:
    """Eve is no member, whatever she writes and whatever she has seen."""
    story = Story().with_("Bo")
    for act in (
        acts.Profile("Eve"),
        acts.Device(public("Eve", "Eve")),
        acts.Rules("Eve's", ""),
        story.an_invite("eve"),
        story.an_admit("Eve", "for Bo"),
        acts.Leave([]),
        acts.Epoch(b"w" * 32, b"a" * 32, [ZERO]),
        acts.Granted(EPOCH, [b"d" * 32]),
        acts.Link(EPOCH, []),
    ):
        assert void(story, story.says("Eve", act)), act
    view = story.view()
    assert len(view.people) == 2
    assert not view.epochs
    assert not view.granted
    assert not view.linked


def test_acts_from_before_ones_own_admission_are_void() -> None:
    """Bo is a member, but did not know it when this was written: not in its past."""
    story = Story()
    story.invite()
    early = story.says("Bo", acts.Profile("Too early"), sees=(story.founded,))
    story.admit("Bo")
    assert void(story, early)
    assert not void(story, story.says("Bo", acts.Profile("In time")))


def test_an_unknown_act_is_void_and_stays_in_the_order() -> None:
    """A newer program's kind, a payload that is none, and a post in the wrong log."""
    story = Story()
    after = story.says("Ada", None)
    assert void(story, after)
    writing = acts.Writing(b"n" * 16, "story", "", "words")
    assert void(story, story.says("Ada", writing))
    assert not void(story, story.says("Ada", acts.Profile("Ada")))
    assert after in {p.op for p in story.view().order.placed}  # type: ignore[union-attr]


# -------------------------------------------------------------------------------------- leaving


def test_who_left_does_nothing_more_and_stays_known() -> None:
    """With all devices; what they did before stands."""
    story = Story().with_("Bo")
    story.says("Bo", acts.Leave([]))
    assert story.people() == {"": Role.HOST}
    view = story.view()
    bo = view.person_of(DeviceId(sign_public(seed("Bo"))))
    assert bo is not None
    assert (bo.name, bo.left) == ("Bo", True)
    for act in (acts.Profile("Back"), story.an_invite("back"), acts.Leave([])):
        assert void(story, story.says("Bo", act))


def test_what_the_one_who_left_did_not_know_of_does_not_count() -> None:
    """Whatever Bo wrote beside the leave; what is in its past stands, and one leave is enough."""
    story = Story().with_("Bo")
    known = story.says("Bo", acts.Profile("Bobby"))
    before, at = story.heads(), story.last["Bo"]
    leave = story.says("Bo", acts.Leave([]), sees=before)
    story.last["Bo"] = at
    beside = [story.says("Bo", act, sees=before) for act in (acts.Profile("B."), acts.Leave([]))]
    view = story.view()
    assert not view.void & {known, leave}
    assert beside[0] in view.void
    bo = view.person_of(DeviceId(sign_public(seed("Bo"))))
    assert bo is not None
    assert (bo.name, bo.left) == ("Bobby", True)


def test_leaving_from_far_back_throws_nobody_out() -> None:
    """Bo's invite stays, though the leave does not know of it; but it lets in nobody any more."""
    story = Story().with_("Bo")
    before, at = story.heads(), story.last["Bo"]
    story.invite("Bo", "from Bo", uses=2)
    story.admit("Cy", "from Bo")
    story.says("Cy", acts.Profile("Cy"))
    story.last["Bo"] = at
    story.says("Bo", acts.Leave([]), sees=before)
    assert set(story.people()) == {"", "Cy"}
    assert void(story, story.admit("Dee", "from Bo"))


def test_words_of_who_left_count_up_to_the_cut() -> None:
    """And only with heads that lead to the admission; of a stranger never."""
    story = Story()
    bo = DeviceId(sign_public(seed("Bo")))
    assert not View().may_write(bo, [story.founded], 0)
    assert not story.view().may_write(bo, [story.founded], 0)
    story.invite(code="for Bo")
    admitted = story.admit("Bo", "for Bo")
    profile = story.says("Bo", acts.Profile("Bo"))
    view = story.view()
    for heads in ([admitted], [profile], [story.founded, admitted]):
        assert view.may_write(bo, heads, 0)
    assert not view.may_write(bo, [story.founded], 0)
    assert not view.may_write(bo, [OpId(EPOCH)], 0)
    assert not view.may_write(bo, [], 0)
    ada = DeviceId(sign_public(seed("Ada")))
    cuts = [
        acts.Cut(bo, Log.WORDS, 3, EPOCH), acts.Cut(bo, Log.AUTHORITY, 1, EPOCH),
        acts.Cut(ada, Log.WORDS, 0, EPOCH),
    ]  # fmt: skip
    story.says("Bo", acts.Leave(cuts))
    view = story.view()
    assert view.cuts == {bo: 3}
    assert [view.may_write(bo, [profile], n) for n in (0, 2, 3, 4)] == [True, True, False, False]
    assert view.may_write(ada, [story.founded], 9)


def test_whoever_was_let_in_by_somebody_who_then_left_stays() -> None:
    """Leaving undoes nothing."""
    story = Story(admits="members").with_("Bo")
    story.invite("Bo", "from Bo")
    story.admit("Cy", "from Bo", by="Bo")
    story.says("Cy", acts.Profile("Cy"))
    story.says("Bo", acts.Leave([]))
    assert set(story.people()) == {"", "Cy"}


def test_readmission_needs_new_keys() -> None:
    """The old keys do not open the door again; new ones do, as somebody new."""
    story = Story().with_("Bo")
    story.says("Bo", acts.Leave([]))
    story.invite(code="again", uses=3)
    story.admit("Bo", "again")
    assert void(story, story.says("Bo", acts.Profile("Back")))
    assert void(story, story.says("Ada", story.an_admit("Bo", "again", device="Bo's other")))
    story.admit("Bo anew", "again")
    story.says("Bo anew", acts.Profile("Bo"))
    assert set(story.people()) == {"", "Bo"}


# ----------------------------------------------------------------------------------- admissions


def test_the_same_keys_admitted_twice_are_admitted_once() -> None:
    """By the same invite or by another; no use is lost."""
    story = Story()
    story.invite(uses=2)
    story.invite(code="other")
    first = story.admit("Bo")
    assert not void(story, story.admit("Bo"))
    assert not void(story, story.admit("Bo", "other"))
    story.admit("Cy")
    view = story.view()
    assert len(view.people) == 3
    assert [len(seen.used) for seen in view.invites.values()] == [2, 0]
    assert view.admitted_by[DeviceId(sign_public(seed("Bo")))] == first


def test_two_who_let_the_same_person_in_at_once() -> None:
    """Whichever admission Cy has seen, what Cy then does counts."""
    for seen_by_cy in (0, 1):
        story = Story(admits="members").with_("Bo")
        story.invite(uses=2)
        before = story.heads()
        both = [
            story.says(by, story.an_admit("Cy"), sees=before) for by in ("Ada", "Bo")
        ]  # fmt: skip
        profile = story.says("Cy", acts.Profile("Cy"), sees=(both[seen_by_cy],))
        assert not void(story, profile)
        assert "Cy" in story.people()


def test_a_device_belongs_to_one_member() -> None:
    """Eve can not be let in with Bo's device as hers, nor Bo with a second one by an invite."""
    story = Story().with_("Bo")
    story.invite(uses=5)
    assert void(story, story.says("Ada", story.an_admit("Eve", device="Bo")))
    assert void(story, story.says("Ada", story.an_admit("Bo", device="Bo's other")))
    assert len(story.view().people) == 2


@pytest.mark.parametrize("uses", [1, 2, 3, 4, 7])
def test_an_invite_lets_in_as_many_as_it_says(uses: int) -> None:
    """Whoever knows that they are used up lets nobody else in by it."""
    story = Story()
    story.invite(uses=uses)
    for number in range(uses):
        assert not void(story, story.admit(f"the {number}th"))
    assert void(story, story.admit("Dee"))
    assert len(story.view().people) == 1 + uses


def test_concurrent_admissions_beyond_the_uses_have_one_winner() -> None:
    """Ada and Bo each let somebody in by a one-use invite: the order decides, everywhere."""
    story = Story(admits="members").with_("Bo")
    story.invite()
    before = story.heads()
    pair = [
        story.says(by, story.an_admit(name), sees=before)
        for by, name in (("Ada", "Cy"), ("Bo", "Dee"))
    ]
    view = story.view()
    assert len(view.waits_for_host) == 1
    (seen,) = [s for s in view.invites.values() if s.invite.key == sign_public(seed("code"))]
    assert {*seen.used, *view.waits_for_host.values()} == set(pair)
    assert not view.void & set(pair)


def test_who_is_let_in_by_one_who_knew_of_no_other_admission_is_not_let_in_again() -> None:
    """However much else that one knew: Cy's place is still the one that Dee had first."""
    story = Story(admits="members").with_("Bo", "Eve")
    story.says("Ada", acts.Assign(public("Bo", "Bo").member, "host"))
    story.invite()
    before = story.heads()
    story.says("Ada", story.an_admit("Dee"), sees=before)
    late = story.says("Eve", acts.Profile("Eve"), sees=before)
    story.says("Eve", story.an_admit("Cy"), sees=(late,))
    later = story.says("Bo", acts.Profile("Bo"), sees=before)
    for name in ("Bobby", "Robert"):
        later = story.says("Bo", acts.Profile(name), sees=(later,))
    again = story.says("Bo", story.an_admit("Cy"), sees=(later,))
    assert not void(story, again)
    assert story.view().waits_for_host.keys() == {DeviceId(sign_public(seed("Cy")))}


# ------------------------------------------------------------------------- rules, devices, epochs


def test_the_newest_rules_and_profiles_count() -> None:
    """In the one order, so also of two at once."""
    story = Story().with_("Bo")
    story.says("Ada", acts.Rules("Evenings", "for us"))
    before = story.heads()
    at = story.last["Ada"]
    one = story.says("Ada", acts.Rules("One", ""), sees=before)
    story.last["Ada"] = at
    two = story.says("Ada", acts.Rules("Two", ""), sees=before)
    rules = story.view().rules
    assert rules is not None
    assert rules.name == ("Two" if two > one else "One")


def test_a_device_record_renews_the_keys() -> None:
    """The latest of a device wins."""
    story = Story().with_("Bo")
    keys = msgspec.structs.replace(public("Bo", "Bo"), seal=b"\1" * 1216)
    keys = certify(keys, "Bo", seed("Bo's door"))
    assert not void(story, story.says("Bo", acts.Device(keys)))
    assert story.view().devices()[DeviceId(keys.device)] == keys


def test_an_epoch_knows_who_was_in_when_it_was_made() -> None:
    """Without those left out, and without those who came or went before."""
    story = Story().with_("Bo", "Cy")
    story.says("Cy", acts.Leave([]))
    bo = DeviceId(sign_public(seed("Bo")))
    ada = DeviceId(sign_public(seed("Ada")))
    all_ = story.says("Ada", acts.Epoch(b"w" * 32, b"a" * 32, [ZERO]))
    less = story.says("Ada", acts.Epoch(b"w" * 32, b"a" * 32, [all_], [bo]), epoch=EpochId(all_))
    view = story.view()
    assert view.epochs[EpochId(all_)].members == {ada, bo}
    assert view.epochs[EpochId(less)].members == {ada}
    assert view.epochs[EpochId(less)].depth > view.epochs[EpochId(all_)].depth
    story.says("Ada", acts.Granted(less, [bo]))
    story.says("Bo", acts.Granted(less, [ada]))
    link = acts.Link(less, [acts.ParentSecrets(all_, b"a" * 32, None)])
    story.says("Ada", link, epoch=EpochId(less))
    view = story.view()
    assert view.granted[EpochId(less)] == {ada, bo}
    assert view.linked[EpochId(less)] == (EpochId(all_),)


def test_who_came_beside_an_epoch_is_neither_in_nor_out_as_of_it() -> None:
    """Its maker did not know of them; who had left was out."""
    story = Story(admits="members").with_("Bo", "Cy")
    story.says("Cy", acts.Leave([]))
    story.invite(uses=9)
    before = story.heads()
    late = story.says("Ada", acts.Profile("Ada"), sees=before)
    story.says("Bo", story.an_admit("Dee"), sees=before)
    epoch = EpochId(story.says("Ada", acts.Epoch(b"w" * 32, b"a" * 32, [ZERO]), sees=(late,)))
    ada, bo, cy = (DeviceId(sign_public(seed(name))) for name in ("Ada", "Bo", "Cy"))
    seen = story.view().epochs[epoch]
    assert (set(seen.members), set(seen.out)) == ({ada, bo}, {cy})


def test_whether_an_epoch_is_from_before_somebody_came() -> None:
    """As the admission itself knew; one made at the same time is not from before."""
    story = Story()
    old = EpochId(story.says("Ada", acts.Epoch(b"w" * 32, b"a" * 32, [ZERO])))
    story.invite(code="for Bo")
    before = story.heads()
    story.admit("Bo", "for Bo")
    story.last["Ada"] = before[0]
    after = acts.Epoch(b"x" * 32, b"b" * 32, [old])
    beside = EpochId(story.says("Ada", after, sees=before, epoch=old))
    view = story.view()
    bo = DeviceId(sign_public(seed("Bo")))
    assert view.in_past_of_admission(old, bo)
    assert not view.in_past_of_admission(beside, bo)
    assert not view.in_past_of_admission(EpochId(EPOCH), bo)
    assert not view.in_past_of_admission(old, DeviceId(b"d" * 32))
    ada = DeviceId(sign_public(seed("Ada")))
    assert view.came_before(ada, bo)
    assert not view.came_before(bo, ada)
    assert not view.came_before(DeviceId(b"d" * 32), bo)


# ------------------------------------------------------------------------------ orders of arrival


def a_long_story(number: int) -> Story:
    """Admissions, leaves, epochs, forgeries and concurrent acts, by chance."""
    chance = random.Random(number)
    story = Story(
        history=chance.choice(list(History)), invites=chance.choice(["members", "hosts"]),
        admits=chance.choice(["members", "hosts"]),
    )  # fmt: skip
    names = ["Ada"]
    for turn in range(45):
        by = chance.choice([*names, "Eve"])
        known = list(story.ops)
        some = tuple(chance.sample(known, min(3, len(known))))
        sees = story.heads() if chance.random() < 0.6 else some
        code = f"code {chance.randrange(4)}"
        match chance.randrange(9):
            case 0 | 1:
                act: Act | None = story.an_invite(code, uses=chance.randint(1, 2))
            case 2 | 3 | 4:
                name = chance.choice([f"P{chance.randrange(6)}", *names])
                forged = {"member": "Eve"} if chance.random() < 0.2 else None
                act = story.an_admit(name, code, signed_by=forged)
                names.append(name)
            case 5:
                act = acts.Profile(f"{by} {turn}")
            case 6:
                act = acts.Epoch(b"w" * 32, b"a" * 32, [chance.choice(known)])
            case 7:
                act = acts.Leave([]) if by != "Ada" or turn > 35 else acts.Rules(f"{turn}", "")
            case _:
                act = chance.choice([None, acts.Granted(chance.choice(known), [b"d" * 32])])
        story.says(by, act, sees=sees)
    return story


@pytest.mark.parametrize("number", range(6))
def test_fifty_orders_of_arrival_give_the_same_view_to_the_byte(number: int) -> None:
    """And so does each set that grew one by one, at its end."""
    story = a_long_story(number)
    expected = summary(story.view())
    for attempt in range(50):
        ops = list(story.ops.values())
        random.Random(attempt).shuffle(ops)
        assert summary(fold(ops)) == expected


@given(st.integers(0, 500), st.data())
def test_what_lacks_its_past_waits_and_counts_when_it_comes(
    number: int, data: st.DataObject
) -> None:
    """An op is void, waiting or in effect; a lost one keeps back only what stands on it."""
    story = a_long_story(number % 5)
    lost = data.draw(st.sampled_from(sorted(story.ops)))
    here = [o for o in story.ops.values() if o.op != lost]
    view = fold(here)
    assert not view.void & view.waiting
    assert view.order is not None
    assert view.waiting | {p.op for p in view.order.placed} == {o.op for o in here}
    assert summary(fold([*here, story.ops[lost]])) == summary(story.view())


def test_an_op_is_judged_by_its_own_past_only() -> None:
    """More ops that it does not know change nothing about it, save for those limited in number."""
    story = Story().with_("Bo")
    profile = story.says("Bo", acts.Profile("Bo"))
    small = story.view()
    story.says("Ada", acts.Rules("x", ""), sees=(story.founded,))
    story.says("Eve", acts.Leave([]), sees=(profile,))
    assert story.view().void - small.void <= set(story.ops) - {profile}
    assert story.people()["Bo"] is Role.MEMBER


# ----------------------------------------------------------------------------------- the payloads


EVERY_ACT: tuple[tuple[Kind, Act], ...] = (
    (
        Kind.FOUNDING,
        acts.Founding(public("A", "A"), History.FRESH, "hosts", "members", EPOCH, b"n" * 16),
    ),
    (Kind.DEVICE, acts.Device(public("A", "B"))),
    (Kind.PROFILE, acts.Profile("Zoë")),
    (Kind.INVITE, Story().an_invite()),
    (Kind.ADMIT, Story().an_admit("Bo")),
    (Kind.LEAVE, acts.Leave([])),
    (Kind.EPOCH, acts.Epoch(EPOCH, EPOCH, [ZERO], [EPOCH])),
    (Kind.GRANTED, acts.Granted(EPOCH, [EPOCH])),
    (Kind.LINK, acts.Link(EPOCH, [acts.ParentSecrets(ZERO, EPOCH, None)])),
    (Kind.RULES, acts.Rules("Evenings", "")),
    (Kind.POST, acts.Writing(b"n" * 16, "checkin", "", "", "good", "company", "note")),
    (Kind.REPLY, acts.Writing(b"n" * 16, "reply", "", "yes", reply_to=EPOCH, thread=EPOCH)),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "act"), EVERY_ACT, ids=lambda v: getattr(v, "name", ""))
def test_a_payload_has_one_spelling(kind: Kind, act: Act) -> None:
    """It comes out as it went in; longer spellings, tails and cuts say nothing."""
    payload = acts.encode(act)
    assert acts.decode(kind, payload) == act
    assert acts.decode(kind, payload + b"\0") is None
    assert acts.decode(kind, payload[:-1]) is None
    assert acts.decode(kind, b"\xdc\x00" + bytes((payload[0] & 15,)) + payload[1:]) is None
    assert acts.decode(kind, msgspec.msgpack.encode([*msgspec.msgpack.decode(payload), 0])) is None


@given(st.integers(0, 70), st.binary(max_size=200))
def test_any_payload_is_an_act_or_none(kind: int, payload: bytes) -> None:
    """Never an exception: a malformed one is void, not a fault."""
    act = acts.decode(kind, payload)
    assert act is None or acts.encode(act) == payload


def test_an_unknown_kind_says_nothing_here() -> None:
    """It is kept for a newer program."""
    assert acts.decode(Kind.HANDOVER, b"\x90") is None
    assert acts.decode(2**50, b"\x90") is None
    assert acts.decode(Kind.LEAVE, b"\x91" * 50_000) is None


def test_members_are_known_by_their_key() -> None:
    """The owner of a device, also after they left."""
    bo = sign_public(seed("Bo"))
    assert Story().with_("Bo").view().owner[DeviceId(bo)] == MemberId(bo)
