"""A fold that grows op by op says what a fold from scratch says, to the byte, after every op."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from app.circle import acts
from app.circle.fold import AuthorityOp, Folding, fold
from app.circle.state import Role
from app.circle.view import View
from p2p.crypto import sign_public
from p2p.ids import MemberId, OpId
from tests.app.test_fold import Story, seed
from tests.authority.histories import a_history
from tests.authority.test_agreement import SAID, plain

SEEDS, LONG, BATCH = 60, 3_000, 10
MORE = ("told", "fallen_invites", "arrived", "at", "everything")


def to_bytes(view: View) -> bytes:
    return repr([(name, plain(getattr(view, name))) for name in (*SAID, *MORE)]).encode()


def in_some_order(number: int) -> list[AuthorityOp]:
    """As they were told, as the fold goes through them, nearly so, or anyhow."""
    ops, chance = a_history(number), random.Random(number)
    order = fold(ops).order
    assert order is not None
    place = {p.op: p.index for p in order.placed}
    match number % 4:
        case 0:
            return ops
        case 1:
            return sorted(ops, key=lambda o: place.get(o.op, len(ops)))
        case 2:  # each a little too early or too late
            late = {o.op: place.get(o.op, 0) + chance.uniform(-4, 4) for o in ops}
            return sorted(ops, key=lambda o: late[o.op])
        case _:
            return chance.sample(ops, len(ops))


def departs(number: int) -> str:
    """What is wrong when the history of a seed grows, by one op or by a few at a time."""
    ops, chance = in_some_order(number), random.Random(number)
    folding, here = Folding(), list[AuthorityOp]()
    before, said = View(), to_bytes(View())
    while len(here) < len(ops):
        some = ops[len(here) :][: chance.choice((1, 1, 1, 2, 5))]
        here += some
        for op in some:
            folding.add(op)
        view = folding.view()
        if to_bytes(before) != said:
            return f"a view that was handed out has changed with op {len(here)}"
        before, said = view, to_bytes(view)
        if said != to_bytes(fold(here)):
            return f"another view than from scratch after {len(here)} ops"
    return ""


def departures(numbers: range) -> dict[int, str]:
    return {number: wrong for number in numbers if (wrong := departs(number))}


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_a_circle_that_grows_is_the_circle_from_scratch(first: int) -> None:
    """After every op, in every order; and no view that somebody holds changes under them."""
    assert departures(range(first, first + BATCH)) == {}


@pytest.mark.long
@pytest.mark.parametrize("first", range(SEEDS, LONG, BATCH * 10))
def test_very_many_circles_grow_as_from_scratch(first: int) -> None:
    """The same, for many minutes."""
    assert departures(range(first, first + BATCH * 10)) == {}


def test_what_stands_is_added_to_unless_an_op_comes_late() -> None:
    """Or the tests above would say nothing of growing."""
    seen: Counter[tuple[bool, bool]] = Counter()
    for number in range(20):
        folding, views = Folding(), list[View]()
        for op in in_some_order(number):
            folding.add(op)
            views.append(folding.view())
        for one, other in pairwise(views):
            first, then = placed(one), placed(other)
            if first:
                kept = one.standing is other.standing
                seen[then[: len(first)] == first, kept] += 1
    assert seen.keys() == {(True, True), (False, False)}
    assert seen[True, True] > 300
    assert seen[False, False] > 50


def placed(view: View) -> list[OpId]:
    return [] if view.order is None else [p.op for p in view.order.placed]


def grows(story: Story) -> Folding:
    """Op by op, as they were said; at its end all that is said is what is from scratch."""
    folding, here = Folding(), list[AuthorityOp]()
    for op in story.ops.values():
        folding.add(op)
        here.append(op)
        grown, anew = to_bytes(folding.view()), to_bytes(fold(here))
        assert grown == anew
    return folding


def member(name: str) -> MemberId:
    return MemberId(sign_public(seed(name)))


def test_who_stands_in_gives_way_to_who_is_more_senior() -> None:
    """The last host goes, a guest stands in and lets a member in: two other roles at once."""
    story = Story().with_("Bo", "Cy", "Dee")
    story.says("Ada", acts.Assign(member("Bo"), "host"))
    for name in ("Cy", "Dee"):
        story.says("Ada", acts.Assign(member(name), "guest"))
    for name in ("Ada", "Bo"):
        story.says(name, acts.Leave([]))
    assert story.people() == {"Cy": Role.HOST, "Dee": Role.GUEST}
    story.invite("Cy", "for Eli")
    story.says("Cy", story.an_admit("Eli", "for Eli"))
    story.says("Eli", acts.Profile("Eli"))
    assert story.people() == {"Cy": Role.GUEST, "Dee": Role.GUEST, "Eli": Role.HOST}
    grows(story)


def test_who_stood_in_gives_way_to_the_host_they_name() -> None:
    """Nobody but Cy is named in that act, and yet Bo is no host any more."""
    story = Story().with_("Bo", "Cy", "Dee")
    story.says("Ada", acts.Leave([]))
    assert story.people() == {"Bo": Role.HOST, "Cy": Role.MEMBER, "Dee": Role.MEMBER}
    story.says("Bo", acts.Assign(member("Cy"), "host"))
    assert story.people() == {"Bo": Role.MEMBER, "Cy": Role.HOST, "Dee": Role.MEMBER}
    story.says("Cy", acts.Assign(member("Cy"), "member"))
    grows(story)


def test_who_came_last_by_one_place_waits_and_moves_nobody() -> None:
    """Also behind a door that is another's; later a host lets them in after all."""
    story = Story(admits="members").with_("Bo")
    story.invite()
    before = story.heads()
    story.says("Ada", story.an_admit("Cy"), sees=before)
    story.says("Bo", acts.Profile("Bobby"), sees=before)
    story.says("Bo", story.an_admit("Dee"), sees=(story.last["Bo"],))
    assert len(grows(story).view().waits_for_host) == 1
    story.says("Ada", story.an_admit("Dee"))
    assert not grows(story).view().waits_for_host


def test_who_is_removed_while_waiting_for_a_place_waits_no_more() -> None:
    """By somebody who knew that they had been let in, and not that another had been."""
    story = Story(admits="members").with_("Bo", "Hal")
    story.says("Ada", acts.Assign(member("Hal"), "host"))
    story.invite()
    before, at = story.heads(), story.last["Hal"]
    came = {
        member(name): story.says(by, story.an_admit(name), sees=before)
        for by, name in (("Ada", "Cy"), ("Bo", "Dee"))
    }
    ((waits, _),) = story.view().waits_for_host.items()
    whom = MemberId(waits)  # of one device each: one key for both
    for number in range(5):
        story.says("Ada", acts.Profile(f"Ada {number}"))
    story.last["Hal"] = at
    known = story.says("Hal", acts.Rules("Evenings", ""), sees=(came[whom],))
    while story.view().at[known].depth < story.view().at[story.last["Ada"]].depth:
        known = story.says("Hal", acts.Rules("Evenings", ""), sees=(known,))
    story.says("Hal", acts.Remove(whom, "", []), sees=(known,))
    assert not grows(story).view().waits_for_host


def test_what_comes_beside_changes_nothing_that_was_found_before() -> None:
    """Ada removes Mia and lets somebody in by an invite of Nan's; late, Dot is let in as Mia's."""
    story = Story().with_("Bo", "Cy")
    story.says("Ada", acts.Assign(member("Bo"), "host"))
    story.invite(uses=9)
    before = story.heads()
    came = story.says("Ada", story.an_admit("Mia"), sees=before)
    both = story.says("Ada", story.an_admit("Nan", device="Dot"), sees=(came,))
    theirs = story.says("Dot", story.an_invite("Nan's"), sees=(both,))
    gone = story.says("Ada", acts.Remove(member("Mia"), "", []), sees=(both,))
    for number in range(5):
        late = story.says("Cy", acts.Profile(f"Cy {number}"), sees=before)
    ends, at = (theirs, gone, late), dict(story.last)
    for hour in range(100):  # until the order has what Ada does behind what Bo does
        story.last.update(at)
        beside = story.says("Bo", story.an_admit("Mia", device="Dot"), sees=(late,))
        last = story.says("Ada", story.an_admit("Pat", "Nan's"), sees=ends, hour=hour)
        if beside < last:
            break
        del story.ops[beside], story.ops[last]
    assert beside < last
    assert last not in grows(story).view().void


def test_the_same_op_again_changes_nothing() -> None:
    """Nor does asking again."""
    folding, ops = Folding(), a_history(7)
    for op in ops:
        folding.add(op)
    view = folding.view()
    for op in ops:
        folding.add(op)
    assert to_bytes(folding.view()) == to_bytes(view) == to_bytes(fold(ops))
