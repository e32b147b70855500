"""Each rule of the circle once as it lets through, and once for everything it refuses."""

from collections.abc import Iterator

import msgspec
import pytest

from app.circle import acts
from app.circle.fold import fold
from app.circle.rules import DOOR, a_device_is_certified_by_its_member
from app.circle.state import History, Role
from p2p.crypto import sign, sign_public
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from tests.app.test_fold import CASTS, EPOCH, Story, certify, public, seed, void, with_cast


@pytest.fixture(autouse=True, params=CASTS, ids=["one cast", "another"])
def cast(request: pytest.FixtureRequest) -> Iterator[None]:
    with with_cast(request.param):
        yield


def test_a_device_is_certified_by_its_member() -> None:
    """The member key signs all four keys; a forged or moved certificate is none."""
    keys = public("Bo", "Bo's laptop")
    assert a_device_is_certified_by_its_member(keys)
    assert not a_device_is_certified_by_its_member(public("Bo", "Bo's laptop", certified_by="Eve"))
    for name in ("member", "device", "door", "seal"):
        value = getattr(keys, name)
        bent = msgspec.structs.replace(keys, **{name: bytes((value[0] ^ 1,)) + value[1:]})
        assert not a_device_is_certified_by_its_member(bent), name


def test_a_door_key_agrees_to_be_this_devices_door() -> None:
    """Nobody names another's door as their own: it would have to sign for it."""
    keys = public("Bo", "Bo")
    forged = msgspec.structs.replace(keys, by_door=sign(seed("Eve"), DOOR, keys.certified()))
    assert not a_device_is_certified_by_its_member(forged)


def a_founding(**changes: object) -> tuple[Story, OpId]:
    """A circle with a founding op that the changes make another."""
    story = Story()
    story.ops.clear()
    story.last.clear()
    keys = changes.pop("keys", public("Ada", "Ada"))
    act = acts.Founding(keys, History.OPEN, "members", "hosts", EPOCH, b"n" * 16)  # type: ignore[arg-type]
    fields = {"sees": (), "circle": CircleId(ZERO), **changes}
    return story, story.says("Ada", act, **fields)  # type: ignore[arg-type]


def test_only_the_first_op_founds_a_circle() -> None:
    """Signed by the device it names, with no circle and no epoch; anything else founds nothing."""
    story, op = a_founding()
    assert not void(story, op)
    for changes in (
        {"circle": CircleId(b"c" * 32)},
        {"epoch": EpochId(b"e" * 32)},
        {"device": DeviceId(sign_public(seed("Eve")))},
        {"keys": public("Ada", "Ada", certified_by="Eve")},
    ):
        story, op = a_founding(**changes)
        assert void(story, op), changes
        assert fold(story.ops.values()).founding is None
        assert not fold(story.ops.values()).people


def test_a_founding_with_a_past_founds_nothing() -> None:
    """Also where nothing was founded before."""
    story, _ = a_founding(keys=public("Ada", "Ada", certified_by="Eve"))
    again = acts.Founding(public("Bo", "Bo"), History.OPEN, "members", "hosts", EPOCH, b"n" * 16)
    assert void(story, story.says("Bo", again, circle=CircleId(ZERO)))
    assert story.view().founding is None


def test_only_the_device_itself_renews_its_keys() -> None:
    """For its own member and certified anew; nobody speaks for another device."""
    story = Story().with_("Bo", "Cy")
    assert not void(story, story.says("Bo", acts.Device(public("Bo", "Bo"))))
    before = story.view().devices()
    mine, door = public("Bo", "Bo"), seed("Bo's door")
    others = [  # of Bo, behind the door of the device that speaks, certified by both
        certify(
            msgspec.structs.replace(mine, device=public("Bo", f"Bo's {number}").device), "Bo", door
        )
        for number in range(8)
    ]
    assert {one.device < mine.device for one in others} == {True, False}
    for forged in (
        public("Cy", "Cy"),
        *others,
        public("Bo", "Bo's other"),
        public("Cy", "Bo"),
        public("Bo", "Bo", certified_by="Cy"),
    ):
        assert void(story, story.says("Bo", acts.Device(forged)))
    assert story.view().devices() == before


def test_only_a_host_names_the_circle() -> None:
    """Bo's rules are void, Ada's count."""
    story = Story().with_("Bo")
    assert not void(story, story.says("Ada", acts.Rules("Evenings", "")))
    assert void(story, story.says("Bo", acts.Rules("Bo's", "")))
    rules = story.view().rules
    assert rules is not None
    assert rules.name == "Evenings"


@pytest.mark.parametrize(("policy", "bo_may"), [("members", True), ("hosts", False)])
def test_only_those_the_circle_allows_invite(policy: str, bo_may: bool) -> None:
    """The host always, a member where the policy says so, nobody else, and none who left."""
    story = Story(invites=policy).with_("Bo")
    assert not void(story, story.invite("Ada", "by Ada"))
    assert void(story, story.invite("Bo", "by Bo")) is not bo_may
    assert void(story, story.invite("Eve", "by Eve"))
    story.says("Bo", acts.Leave([]))
    assert void(story, story.invite("Bo", "after"))
    assert len(story.view().invites) == 2 + bo_may


@pytest.mark.parametrize(("policy", "bo_may"), [("members", True), ("hosts", False)])
def test_only_those_the_circle_allows_admit(policy: str, bo_may: bool) -> None:
    """The same for the door."""
    story = Story(admits=policy).with_("Bo")
    story.invite(uses=10)
    assert not void(story, story.admit("Cy", by="Ada"))
    assert void(story, story.admit("Dee", by="Bo")) is not bo_may
    assert void(story, story.admit("Fay", by="Eve"))
    assert len(story.view().people) == 3 + bo_may


def test_an_invite_key_is_made_once() -> None:
    """A second invite with the same key, by whomever, changes nothing of the first."""
    story = Story().with_("Bo")
    first = story.invite(uses=1)
    assert void(story, story.invite("Bo", uses=1000))
    seen = story.view().invites[sign_public(seed("code"))]
    assert (seen.op, seen.invite.uses) == (first, 1)


@pytest.mark.parametrize("forged", ["invite", "member", "device"])
def test_an_admission_is_signed_by_all_three(forged: str) -> None:
    """Invite, member and device; one forged signature and nobody comes in."""
    story = Story()
    story.invite(uses=5)
    assert void(story, story.says("Ada", story.an_admit("Bo", signed_by={forged: "Eve"})))
    assert not void(story, story.says("Ada", story.an_admit("Bo")))


def test_an_admission_is_for_this_circle_and_these_keys() -> None:
    """A request to another circle, or with a forged certificate, lets nobody in here."""
    story = Story()
    story.invite(uses=5)
    assert void(story, story.says("Ada", story.an_admit("Bo", circle=b"x" * 32)))
    assert void(story, story.says("Ada", story.an_admit("Bo", certified_by="Eve")))
    moved = msgspec.structs.replace(story.an_admit("Bo"), nonce=b"m" * 16)
    assert void(story, story.says("Ada", moved))
    assert story.people() == {"": Role.HOST}


def test_an_admission_names_an_invite_that_its_author_knew() -> None:
    """Unknown, or known only to others when it was written: void."""
    story = Story(admits="members").with_("Bo")
    assert void(story, story.admit("Cy", "no such code"))
    before = story.heads()
    story.invite("Ada", "fresh")
    for _ in range(2):  # beside the invite, and deeper than it
        assert void(story, story.says("Bo", story.an_admit("Cy", "fresh"), sees=before))
    assert not void(story, story.says("Bo", story.an_admit("Cy", "fresh")))


def with_door(member: str, device: str, door: str) -> acts.DeviceKeys:
    """Keys of one device with the door of another, all signed as they should be."""
    stolen = msgspec.structs.replace(
        public(member, device), door=sign_public(seed(f"{door}'s door"))
    )
    return certify(stolen, member, seed(f"{door}'s door"))


def test_nobody_takes_anothers_door() -> None:
    """Neither on coming in nor by renewing keys, not even of who left; one's own stays."""
    story = Story().with_("Bo", "Cy")
    story.says("Cy", acts.Leave([]))
    story.invite(uses=9)
    for door in ("Ada", "Bo", "Cy"):
        keys = with_door("Dee", "Dee", door)
        act = story.an_admit("Dee", keys=keys)
        assert void(story, story.says("Ada", act)), door
    assert not void(story, story.admit("Dee"))
    assert void(story, story.says("Bo", acts.Device(with_door("Bo", "Bo", "Ada"))))
    assert not void(story, story.says("Bo", acts.Device(with_door("Bo", "Bo", "Bo"))))
    assert void(story, story.says("Bo", acts.Device(with_door("Bo", "Bo", "Bo's new"))))


# ------------------------------------------------------------------------------------------ epochs


def an_epoch(story: Story, by: str, *parents: OpId, sealed: OpId | None = None) -> OpId:
    named = [bytes(p) for p in parents] or [ZERO]
    under = sealed if sealed is not None else OpId(named[0])
    return story.says(by, acts.Epoch(b"w" * 32, b"a" * 32, named), epoch=EpochId(under))


def test_an_epoch_follows_epochs_of_its_own_past() -> None:
    """The first of all follows the root; the others only what their author knew of."""
    story = Story().with_("Bo")
    first = an_epoch(story, "Ada")
    before = story.heads()
    second = an_epoch(story, "Ada", first)
    assert not void(story, second)
    beside = story.says(
        "Bo", acts.Epoch(b"x" * 32, b"b" * 32, [first]), sees=before, epoch=EpochId(first)
    )
    assert not void(story, beside)
    assert not void(story, an_epoch(story, "Bo", second, beside))
    assert void(story, an_epoch(story, "Bo"))
    assert void(story, an_epoch(story, "Bo", second, sealed=first))
    for other in (OpId(ZERO), OpId(b"\xff" * 32)):
        assert void(story, an_epoch(story, "Bo", second, sealed=other))
    assert void(story, an_epoch(story, "Bo", OpId(EPOCH)))
    assert void(story, an_epoch(story, "Bo", second, OpId(EPOCH)))
    assert void(story, an_epoch(story, "Bo", OpId(ZERO), second))
    blind = acts.Epoch(b"x" * 32, b"b" * 32, [second])
    assert void(story, story.says("Ada", blind, sees=(), prev=first, epoch=EpochId(second)))


def test_a_link_is_by_the_maker_of_its_epoch() -> None:
    """Sealed under the epoch it speaks of, and only about that epoch's parents."""
    story = Story().with_("Bo")
    first = an_epoch(story, "Ada")
    second = an_epoch(story, "Ada", first)

    def link(by: str, of: OpId, *parents: OpId, under: OpId) -> bool:
        told = [acts.ParentSecrets(p, b"a" * 32, None) for p in parents]
        return not void(story, story.says(by, acts.Link(of, told), epoch=EpochId(under)))

    assert link("Ada", second, first, under=second)
    assert link("Ada", second, under=second)
    assert not link("Bo", second, first, under=second)
    assert not link("Ada", second, first, under=first)
    assert not link("Ada", second, OpId(EPOCH), under=second)
    assert not link("Ada", second, first, OpId(ZERO), under=second)
    assert not link("Ada", OpId(EPOCH), under=OpId(EPOCH))
    assert story.view().linked[EpochId(second)] == (EpochId(first),)


def granted(
    story: Story, by: str, epoch: OpId, *names: str, sees: tuple[OpId, ...] | None = None
) -> bool:
    devices = [sign_public(seed(name)) for name in names]
    return not void(story, story.says(by, acts.Granted(epoch, devices), sees=sees))


@pytest.mark.parametrize("history", list(History))
def test_a_grant_is_of_a_known_epoch_to_members(history: History) -> None:
    """Never to a stranger, to somebody who left, or to somebody not known of."""
    story = Story(history=history).with_("Bo", "Cy", "Dee")
    story.says("Cy", acts.Leave([]))
    before = story.heads()
    epoch = an_epoch(story, "Ada")
    assert granted(story, "Ada", epoch, "Bo", "Dee")
    assert granted(story, "Bo", epoch, "Ada")
    assert granted(story, "Ada", epoch, "Dee")  # once more: lost on the way, for all that one knows
    for names in (("Cy",), ("Eve",), ("Bo", "Eve")):
        assert not granted(story, "Ada", epoch, *names)
    assert not granted(story, "Ada", OpId(EPOCH), "Bo")
    assert not granted(story, "Dee", epoch, "Bo", sees=before)
    bo, ada, dee = (DeviceId(sign_public(seed(n))) for n in ("Bo", "Ada", "Dee"))
    assert story.view().granted[EpochId(epoch)] == {bo, ada, dee}


def test_where_history_is_fresh_nobody_is_granted_the_past() -> None:
    """And only those grant who were given it themselves; where it is open everybody may."""
    for history, may in ((History.OPEN, True), (History.FRESH, False)):
        story = Story(history=history).with_("Bo")
        old = an_epoch(story, "Ada")
        story.with_("Cy")
        assert granted(story, "Ada", old, "Cy") is may
        assert granted(story, "Bo", old, "Cy") is may
        assert granted(story, "Cy", old, "Bo") is may


def test_two_first_epochs_at_once_both_follow_the_root() -> None:
    """Neither knew of the other; nobody who knows of one makes a third."""
    story = Story().with_("Bo")
    before = story.heads()
    for by in ("Ada", "Bo"):
        act = acts.Epoch(b"w" * 32, b"a" * 32, [ZERO])
        assert not void(story, story.says(by, act, sees=before))
    assert len(story.view().epochs) == 2
    assert void(story, an_epoch(story, "Ada"))


@pytest.mark.parametrize("by", ["Ada", "Bo", "Cy"])
def test_nobody_links_anothers_epoch(by: str) -> None:
    """Nor has theirs linked by anybody, host or not."""
    story = Story().with_("Bo", "Cy")
    first = an_epoch(story, "Ada")
    made = an_epoch(story, by, first)
    for other in {"Ada", "Bo", "Cy"} - {by}:
        assert void(story, story.says(other, acts.Link(made, []), epoch=EpochId(made)))
    assert not void(story, story.says(by, acts.Link(made, []), epoch=EpochId(made)))


def test_a_door_is_taken_from_the_moment_somebody_came_by_it() -> None:
    """The very next admission by it is refused."""
    story = Story()
    story.invite(uses=9)
    story.admit("Bo")
    assert void(story, story.says("Ada", story.an_admit("Dee", keys=with_door("Dee", "Dee", "Bo"))))


def test_a_door_is_not_taken_for_one_who_knew_of_nobody_behind_it() -> None:
    """However much else that one knew. Of the two the first has it."""
    story = Story(admits="members").with_("Bo")
    story.invite(uses=9)
    before = story.heads()
    keys = {name: with_door(name, name, "some") for name in ("Dee", "Eve")}
    story.says("Ada", story.an_admit("Dee", keys=keys["Dee"]), sees=before)
    later = story.says("Bo", acts.Profile("Bo"), sees=before)
    for name in ("Bobby", "Robert"):
        later = story.says("Bo", acts.Profile(name), sees=(later,))
    story.says("Bo", story.an_admit("Eve", keys=keys["Eve"]), sees=(later,))
    view = story.view()
    dee, eve = (DeviceId(sign_public(seed(name))) for name in ("Dee", "Eve"))
    assert dee in view.devices()
    assert eve not in view.devices()
    assert view.came >= {dee, eve}  # with a place or not


def test_a_grant_can_be_handed_on() -> None:
    """Who was granted an epoch that was made beside their admission may grant it, too."""
    story = Story(history=History.FRESH).with_("Bo")
    first = an_epoch(story, "Ada")
    before, at = story.heads(), story.last["Bo"]
    story.with_("Cy")
    assert story.last["Bo"] == at
    beside = story.says(
        "Bo", acts.Epoch(b"x" * 32, b"b" * 32, [first]), sees=before, epoch=EpochId(first)
    )
    assert not granted(story, "Cy", beside, "Ada")
    assert granted(story, "Bo", beside, "Cy")
    assert granted(story, "Cy", beside, "Ada")


def test_what_is_from_before_somebody_came_is_as_who_grants_it_knew() -> None:
    """Bo let Cy in beside the epoch, Ada after it: who knows of Bo's doing may grant it to Cy."""
    story = Story(history=History.FRESH, admits="members").with_("Bo")
    story.invite(uses=9)
    before = story.heads()
    epoch = an_epoch(story, "Ada")
    beside = story.says("Bo", story.an_admit("Cy"), sees=before)
    after = story.says("Ada", story.an_admit("Cy"), sees=(epoch,))
    assert not granted(story, "Ada", epoch, "Cy", sees=(after,))
    story.last["Ada"] = epoch
    assert granted(story, "Ada", epoch, "Cy", sees=(beside,))


def test_nothing_is_said_after_leaving() -> None:
    """What the leave knew of stands, the rest is void; of two leaves neither undoes the other."""
    story = Story().with_("Bo", "Cy")
    known = story.says("Bo", acts.Profile("Bobby"))
    before, at = story.heads(), story.last["Bo"]
    leaves = []
    for _ in range(2):
        story.last["Bo"] = at
        leaves.append(story.says("Bo", acts.Leave([]), sees=before))
    story.last["Bo"] = at
    beside = story.says("Bo", acts.Profile("B."), sees=before)
    others = story.says("Cy", acts.Profile("Cyrus"), sees=before)
    view = story.view()
    assert not view.void & {known, *leaves, others}
    assert beside in view.void
    assert set(story.people()) == {"", "Cyrus"}
