"""Mailboxes a circle has: what hosts say of them counts, the same on every computer."""

from collections.abc import Iterator
from itertools import permutations
from random import Random

import msgspec
import pytest

from app import governing
from app.circle import acts
from app.circle.fold import Folding, fold
from app.circle.mailboxes import in_use
from app.circle.openlog import LogEntry, What
from app.circle.view import MAX_MAILBOXES, MailboxSeen, View
from p2p.crypto import digest
from p2p.ids import OpId
from p2p.op import Kind
from tests.app.test_authority import cut_at, device, gives, house, removes
from tests.app.test_fold import CASTS, Story, void, with_cast
from tests.p2p.village import Person, Village, settle


@pytest.fixture(autouse=True, params=CASTS, ids=["one cast", "another"])
def cast(request: pytest.FixtureRequest) -> Iterator[None]:
    with with_cast(request.param):
        yield


def a_mailbox(of: str, name: str = "", *, retired: bool = False) -> acts.Mailbox:
    """One box; whoever gives it another name says of the same one."""
    address = f"/dns4/{of.replace(' ', '-')}.example/tcp/4001"
    return acts.Mailbox(digest(of), digest(of, b"peer"), [address], name or of, retired)


def retires(of: str) -> acts.Mailbox:
    return a_mailbox(of, retired=True)


def names(view: View) -> list[str]:
    return [seen.act.name for seen in view.mailboxes.values()]


def everywhere(story: Story) -> list[str]:
    """The names of those that count, in fifty orders of arrival and grown op by op."""
    ops, chance = [*story.ops.values()], Random(7)
    expected = story.view().mailboxes
    for _ in range(50):
        found = fold(chance.sample(ops, len(ops))).mailboxes
        assert [*found.items()] == [*expected.items()]
    folding = Folding()
    for op in chance.sample(ops, len(ops)):
        folding.add(op)
        folding.view()
    assert [*folding.view().mailboxes.items()] == [*expected.items()]
    return names(story.view())


# ------------------------------------------------------------------------------------ who may


def test_only_a_host_says_what_mailboxes_there_are() -> None:
    """Nobody else's word of one counts, also not that it is retired."""
    story = house(Bo="host", Cy="moderator", Dee="member", Eve="guest")
    said = story.says("Bo", a_mailbox("attic"))
    assert not void(story, said)
    for who in ("Cy", "Dee", "Eve", "Zoe"):
        assert void(story, story.says(who, a_mailbox("another")))
        assert void(story, story.says(who, retires("attic")))
    assert everywhere(story) == ["attic"]


def test_one_is_used_for_as_long_as_whoever_told_of_it_first_is_a_member() -> None:
    """Only they can say whose keys count there; whoever told of it last can't."""
    story = house(Bo="host")
    story.says("Bo", a_mailbox("attic"))
    story.says("Ada", a_mailbox("attic", "loft"))
    story.says("Ada", a_mailbox("cellar"))
    assert in_use(story.view()) == {digest("attic"), digest("cellar")}
    removes(story, "Ada", "Bo")
    assert names(story.view()) == ["loft", "cellar"]
    assert in_use(story.view()) == {digest("cellar")}


def test_who_says_it_and_when_is_known_of_each() -> None:
    """By the op that was the last to say it; and who was the first, whose the key to it is."""
    story = house(Bo="host")
    story.says("Ada", a_mailbox("attic"))
    said = story.says("Bo", a_mailbox("attic", "Laptop upstairs"))
    act, hour = a_mailbox("attic", "Laptop upstairs"), story.ops[said].header.hour
    expected = MailboxSeen(act, device("Bo"), said, hour, first=device("Ada"))
    assert story.view().mailboxes == {act.box: expected}


# --------------------------------------------------------------------------------- the latest


def test_what_was_said_last_of_a_mailbox_counts() -> None:
    """Another name, other addresses, retired by another host, and back where it stood."""
    story = house(Bo="host")
    for name in ("attic", "cellar"):
        story.says("Ada", a_mailbox(name))
    moved = msgspec.structs.replace(a_mailbox("attic"), addresses=["/ip6/::1/tcp/1"] * 2)
    story.says("Bo", moved)
    assert [*story.view().mailboxes] == [digest("attic"), digest("cellar")]
    assert story.view().mailboxes[digest("attic")].act == moved
    story.says("Bo", retires("attic"))
    assert everywhere(story) == ["cellar"]
    story.says("Bo", retires("attic"))
    story.says("Ada", retires("never there"))
    assert everywhere(story) == ["cellar"]
    story.says("Ada", a_mailbox("attic", "Attic again"))
    assert everywhere(story) == ["Attic again", "cellar"]


def test_two_hosts_at_once_lead_to_one_mailbox_everywhere() -> None:
    """Neither knew of the other: the order decides, and whoever speaks next has the last word."""
    for first, second in permutations(("Ada", "Bo")):
        story = house(Bo="host")
        story.says("Ada", a_mailbox("attic"))
        before = story.heads()
        said = {
            story.says(first, a_mailbox("attic", "Renamed"), sees=before): ["Renamed"],
            story.says(second, retires("attic"), sees=before): [],
        }
        order = story.view().order
        assert order is not None
        (last,) = [at.op for at in order.placed if at.op in said][-1:]
        assert everywhere(story) == said[last]
        assert not story.view().void & said.keys()
        story.says(first, a_mailbox("attic", "Settled"))
        assert everywhere(story) == ["Settled"]


def test_two_mailboxes_at_once_are_two() -> None:
    """Each host gets theirs, in the same order on all computers."""
    story = house(Bo="host")
    before = story.heads()
    for who in ("Ada", "Bo"):
        story.says(who, a_mailbox(f"{who}'s"), sees=before)
    assert sorted(everywhere(story)) == ["Ada's", "Bo's"]


# ---------------------------------------------------------------------------------- how many


def test_eight_mailboxes_count_and_the_next_has_to_wait() -> None:
    """Until one of them is retired; that one comes back in its place, and the next waits again."""
    story = house(Bo="host")
    for number in range(10):
        said = story.says("Ada", a_mailbox(f"box {number}"))
    first = [f"box {number}" for number in range(MAX_MAILBOXES)]
    assert len(first) == 8
    assert everywhere(story) == first
    assert not void(story, said)  # it counts as said, and has no effect yet
    story.says("Bo", a_mailbox("box 9", "Ninth"))
    assert everywhere(story) == first
    story.says("Ada", retires("box 8"))
    story.says("Bo", retires("box 3"))
    assert everywhere(story) == [name for name in first if name != "box 3"] + ["Ninth"]
    story.says("Bo", a_mailbox("box 3"))
    assert everywhere(story) == first


# --------------------------------------------------------------------------------- taken back


@pytest.mark.parametrize("cut", ["nothing", "all before", "no cut"])
def test_mailboxes_of_a_removed_host_stand_as_far_as_the_cut_says(cut: str) -> None:
    """What was said before a removal stands like any act, what lies beyond does not."""
    story = house(Bo="host")
    known = story.says("Bo", a_mailbox("attic"))
    before = story.heads()
    beside = story.says("Bo", a_mailbox("cellar"))
    late = story.says("Bo", retires("attic"))
    cuts = {
        "nothing": [cut_at(story, "Bo", None)],
        "all before": [cut_at(story, "Bo", known)],
        "no cut": [],
    }[cut]
    removes(story, "Ada", "Bo", *cuts, sees=before)
    assert everywhere(story) == ([] if cut == "nothing" else ["attic"])
    fallen: set[OpId] = {beside, late} | ({known} if cut == "nothing" else set())
    assert story.view().void & {known, beside, late} == fallen


def test_what_was_said_by_a_right_that_is_void_is_void() -> None:
    """Bo made Cy a host while Ada removed Bo: Cy never was one, and the mailbox is as before."""
    story = house(Bo="host", Cy="member")
    story.says("Ada", a_mailbox("attic"))
    before = story.heads()
    raised = gives(story, "Bo", "Cy", "host")
    said = story.says("Cy", a_mailbox("attic", "Cy's now"))
    assert names(story.view()) == ["Cy's now"]
    removes(story, "Ada", "Bo", sees=before)
    assert story.view().void >= {raised, said}
    assert everywhere(story) == ["attic"]


def test_a_host_no_more_has_said_what_they_said() -> None:
    """Losing the role later takes nothing back."""
    story = house(Bo="host")
    story.says("Bo", a_mailbox("attic"))
    gives(story, "Ada", "Bo", "member")
    assert void(story, story.says("Bo", retires("attic")))
    story.says("Bo", acts.Leave([]))
    assert everywhere(story) == ["attic"]


# -------------------------------------------------------------------------------- the open log


def told(log: list[LogEntry]) -> list[tuple[str, str, str | None, str | None, bool]]:
    """Those about mailboxes, the oldest first."""
    return [
        (one.by_name, one.what.value, one.reason, one.whom_name, one.counts)
        for one in log[::-1]
        if one.what.value.startswith("mailbox")
    ]


def test_the_open_log_tells_what_became_of_each_mailbox(village: Village, ada: Person) -> None:
    """Added, renamed, reached otherwise, retired under the name that people know, and back."""
    bo = village.joined(ada, "Bo")
    box = acts.Mailbox(b"b" * 32, b"p" * 32, ["/ip4/192.0.2.7/tcp/1"], "Attic", False)
    moved = msgspec.structs.replace(box, name="Loft", addresses=["/ip4/192.0.2.8/tcp/1"])
    gone = msgspec.structs.replace(moved, name="Cellar", retired=True)
    for act in (box, box, moved, gone, gone, box, msgspec.structs.replace(box, peer=b"q" * 32)):
        ada.does(Kind.MAILBOX, act)
    settle(ada, bo)
    log = governing.log(ada.room)
    assert told(log) == [
        ("Ada", What.MAILBOX, "Attic", None, True),
        ("Ada", What.MAILBOX_RENAMED, "Loft", "Attic", True),
        ("Ada", What.MAILBOX_MOVED, "Loft", None, True),
        ("Ada", What.MAILBOX_RETIRED, "Loft", None, True),
        ("Ada", What.MAILBOX, "Attic", None, True),
        ("Ada", What.MAILBOX_MOVED, "Attic", None, True),
    ]
    assert governing.log(bo.room) == log
    assert names(bo.room.ledger.view) == ["Attic"]


def test_the_open_log_marks_what_was_taken_back(village: Village, ada: Person) -> None:
    """Bo's word of a mailbox falls with Bo, and what was known of it before is known again."""
    bo = village.joined(ada, "Bo")
    ada.does(Kind.ROLE, acts.Assign(bo.room.ledger.me, "host"))
    box = acts.Mailbox(b"b" * 32, b"p" * 32, ["/ip4/192.0.2.7/tcp/1"], "Attic", False)
    ada.does(Kind.MAILBOX, box)
    settle(ada, bo)
    for end in [*ada.ends, *bo.ends]:
        end.line.hang_up()
    bo.does(Kind.MAILBOX, msgspec.structs.replace(box, name="Mine"))
    ada.does(Kind.REMOVE, acts.Remove(bo.room.ledger.me, "", []))
    ada.takes(*bo.gives())
    ada.does(Kind.MAILBOX, msgspec.structs.replace(box, retired=True))
    found = told(governing.log(ada.room))
    assert sorted(found[1:]) == [
        ("Ada", What.MAILBOX_RETIRED, "Attic", None, True),
        ("Bo", What.MAILBOX_RENAMED, "Mine", "Attic", False),
    ]
    assert names(ada.room.ledger.view) == []
