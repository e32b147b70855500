"""People: roles in words, only what one may do is offered, and a removal that loses no word."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from app.circle.state import Draft, Member, PostKind, Role
from app.commands import MAX_REASON, KeepDraft, ListMembers, RemoveMember, SetProfile, SetRole
from app.events import MemberChanged, NetChanged
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, NOW, Neighbour, clock, key
from tests.ui.village import REASON, villagers
from ui.people.item import PersonItem, in_order
from ui.people.model import People
from ui.people.person import Person
from ui.people.removal import Removal
from ui.wording import A_ROLE, ROLE_ICONS, ROLE_MEANS, ROLES

pytestmark = pytest.mark.usefixtures("qtbot")


@pytest.fixture
def home() -> Neighbour:
    made = Neighbour()
    made.members = villagers()
    return made


def people_of(home: Neighbour) -> People:
    people = People(home, clock=clock)
    people.show(CIRCLE)
    return people


def page_of(home: Neighbour, name: str) -> Person:
    person = Person(home, people_of(home))
    person.show(key(name))
    return person


def column(people: People, field: str) -> list[Any]:
    role = next(at for at, name in people._names.items() if name == field)
    return [people.data(people.index(row), role) for row in range(people.rowCount())]


def item(one: Member, **more: Any) -> PersonItem:  # noqa: ANN401 - as msgspec has it
    return PersonItem(
        msgspec.structs.replace(one, **more), first=more.get("founder", False), hue=0, now=NOW
    )


def test_every_role_has_words() -> None:
    for words in (ROLES, A_ROLE, ROLE_MEANS, ROLE_ICONS):
        assert set(words) == set(Role)


def test_who_looks_after_the_circle_comes_first_and_each_role_is_said(home: Neighbour) -> None:
    people = people_of(home)
    assert column(people, "name") == [
        "Ines", "Old Heron", "Juniper (you)", "Marisol", "Tomasz", "Pavel", "Wren",
    ]  # fmt: skip
    assert column(people, "role") == [
        "Host", "Host", "Host", "Moderator", "Member", "Member", "Guest",
    ]  # fmt: skip
    assert list(dict.fromkeys(column(people, "section"))) == [
        "Looking after the circle", "Members", "Guests",
    ]  # fmt: skip
    assert people.property("line") == "7 people"


def test_the_founder_is_said_to_have_begun_the_circle(home: Neighbour) -> None:
    people = people_of(home)
    assert column(people, "since")[0] == "Began this circle on 15 August"
    assert column(people, "spoken")[0] == "Ines. Host. Began this circle on 15 August. Here now"
    # Of two who came within one hour the founder was first.
    ines, heron = (msgspec.structs.replace(one, joined_at=NOW) for one in villagers()[:2])
    rows = in_order([heron, ines], {}, NOW)
    assert (rows[0].name, rows[0].since) == ("Ines", "Began this circle today")


def test_who_was_handed_the_circle_did_not_begin_it(home: Neighbour) -> None:
    ines, heron, *rest = villagers()
    home.members = [
        msgspec.structs.replace(ines, founder=False),
        msgspec.structs.replace(heron, founder=True),
        *rest,
    ]
    people = people_of(home)
    assert column(people, "name")[0] == "Old Heron"
    assert column(people, "since")[:2] == ["The circle was handed to them", "Joined on 15 August"]


def test_presence_is_rough_and_a_mailbox_is_nobody(home: Neighbour) -> None:
    told = dict(
        zip(*(column(people_of(home), field) for field in ("name", "presence")), strict=True)
    )
    assert told["Ines"] == told["Tomasz"] == "Here now"
    assert told["Old Heron"] == "Last here yesterday morning"
    assert told["Juniper (you)"] == told["Marisol"] == told["Wren"] == ""
    later = item(villagers()[1], last_met=NOW - timedelta(days=4))
    assert later.presence == "Last here on Thursday"


def test_the_list_changes_step_by_step_and_only_when_the_home_says_so(home: Neighbour) -> None:
    people = people_of(home)
    resets: list[bool] = []
    people.modelReset.connect(lambda: resets.append(True))
    home.members = [one for one in home.members if one.display_name != "Pavel"]
    assert people.rowCount() == 7
    home.say(MemberChanged(circle="f" * 64, member=key("Pavel")))
    people.hear([MemberChanged(circle="f" * 64, member=key("Pavel"))])
    assert people.rowCount() == 7
    people.hear([MemberChanged(circle=CIRCLE, member=key("Pavel"))])
    assert people.rowCount() == 6
    home.members = villagers()
    people.hear([NetChanged()])
    assert column(people, "name")[5] == "Pavel"
    assert resets == []


def test_what_is_answered_late_is_not_shown_in_another_circle(home: Neighbour) -> None:
    home.slow = {ListMembers}
    people = People(home)
    people.show(CIRCLE)
    people.show("d" * 64)
    home.members = []
    home.answer()
    assert people.rowCount() == 0
    assert not people.property("loaded")
    home.answer()
    assert people.property("loaded")


def test_people_that_cannot_be_read_say_why_and_may_be_asked_again(home: Neighbour) -> None:
    home.refuse = {ListMembers: Refused(Why.DAMAGED_STORE, "Part of your store can't be read.")}
    people = people_of(home)
    assert people.property("trouble") == "Part of your store can't be read."
    home.refuse = {}
    people.refresh()
    assert (people.property("trouble"), people.property("count")) == ("", 7)


# ---- one person ---------------------------------------------------------------------------------


def test_only_roles_one_may_give_are_offered_each_with_what_it_means(home: Neighbour) -> None:
    person = page_of(home, "Tomasz")
    offered = person.property("roles")
    assert [one["title"] for one in offered] == ["Host", "Moderator", "Member, as now", "Guest"]
    assert all(one["text"] == ROLE_MEANS[Role(one["role"])] for one in offered)
    assert [one["role"] for one in offered if one["chosen"]] == ["member"]
    home.members = [
        msgspec.structs.replace(one, may_be=[Role.GUEST] if one.may_be else [])
        for one in villagers()
    ]
    assert [one["role"] for one in page_of(home, "Tomasz").property("roles")] == ["member", "guest"]


def test_a_role_is_given_by_a_button_that_names_it_and_shown_when_it_is_so(home: Neighbour) -> None:
    person = page_of(home, "Tomasz")
    told: list[str] = []
    person.told.connect(told.append)
    assert person.property("act") == ""
    person.choose("moderator")
    assert person.property("act") == "Make Tomasz a moderator"
    assert home.all(SetRole) == []
    home.slow = {SetRole}
    person.give()
    person.give()
    assert home.all(SetRole) == [SetRole(circle=CIRCLE, member=key("Tomasz"), role=Role.MODERATOR)]
    assert (person.property("working"), person.property("role")) == (True, "Member")
    home.members = [
        msgspec.structs.replace(one, role=Role.MODERATOR, may_be=[Role.HOST, Role.MEMBER])
        if one.display_name == "Tomasz"
        else one
        for one in home.members
    ]
    person._people.hear([MemberChanged(circle=CIRCLE, member=key("Tomasz"))])
    home.answer()
    assert (person.property("working"), person.property("role")) == (False, "Moderator")
    assert person.property("act") == ""
    assert told == ["Tomasz is a moderator now."]


def test_a_refused_role_says_why_and_keeps_the_choice(home: Neighbour) -> None:
    home.refuse = {SetRole: Refused(Why.NOT_ALLOWED, "You can't give this role.")}
    person = page_of(home, "Tomasz")
    person.choose("host")
    person.give()
    assert person.property("problem") == "You can't give this role."
    assert person.property("act") == "Make Tomasz a host"
    assert not person.property("working")


def test_stepping_down_is_warned_of_and_nobody_removes_themselves(home: Neighbour) -> None:
    person = page_of(home, "Juniper")
    assert not person.property("mayRemove")
    person.choose("member")
    assert person.property("act") == "Become a member"
    assert "can't take this back yourself" in str(person.property("warning"))


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("Ines", "Nobody can change Ines's role or remove Ines, who comes first among the hosts."),
        ("Old Heron", "Nobody can do that to someone who was host before them."),
        ("Tomasz", ""),
    ],
)
def test_who_looks_after_the_circle_reads_why_they_cant(
    home: Neighbour, name: str, note: str
) -> None:
    assert str(page_of(home, name).property("note")).endswith(note)
    assert bool(page_of(home, name).property("note")) == bool(note)


def test_a_member_is_offered_nothing_and_told_nothing_of_power(home: Neighbour) -> None:
    home.members = [
        msgspec.structs.replace(
            one, may_be=[], may_remove=False, role=Role.MEMBER if one.me else one.role
        )
        for one in villagers()
    ]
    person = page_of(home, "Pavel")
    assert person.property("roles") == []
    assert not person.property("mayRemove")
    assert person.property("note") == ""


def test_whoever_goes_takes_their_page_along(home: Neighbour) -> None:
    person = page_of(home, "Pavel")
    gone: list[bool] = []
    person.gone.connect(lambda: gone.append(True))
    home.members = [one for one in home.members if one.display_name != "Pavel"]
    person._people.refresh()
    assert gone == [True]
    assert person.property("key") == ""


# ---- removing -----------------------------------------------------------------------------------


def removal_of(home: Neighbour, name: str = "Pavel") -> Removal:
    one = next(one for one in villagers() if one.display_name == name)
    removal = Removal(home)
    removal.begin(CIRCLE, item(one), "Juniper")
    return removal


def test_the_question_says_truly_what_follows(home: Neighbour) -> None:
    follows = " ".join(one["text"] for one in removal_of(home).property("follows"))
    assert "Pavel can't read or post anything new from now on." in follows
    assert "What has already arrived stays with Pavel." in follows
    assert "before this news reaches them may still be read by Pavel." in follows
    assert "Everyone sees in the open log that you did this, and why." in follows
    assert "Pavel is told the same." in follows


def test_nobody_is_removed_without_a_reason(home: Neighbour) -> None:
    removal = removal_of(home)
    removal.remove()
    removal.type("   ")
    removal.remove()
    assert "Everyone in the circle will read it." in str(removal.property("problem"))
    assert home.all(RemoveMember) == []


def test_a_reason_fits_into_500_letters(home: Neighbour) -> None:
    removal = removal_of(home)
    removal.type("é" * MAX_REASON)
    assert removal.property("problem") == ""
    assert removal.property("keeping") == "0 of 500 letters left"
    removal.type("é" * (MAX_REASON + 1))
    assert "Up to 500 letters fit, these are 501." in str(removal.property("problem"))
    removal.remove()
    assert home.all(RemoveMember) == []


def test_how_it_will_stand_in_the_log_is_shown_before(home: Neighbour) -> None:
    removal = removal_of(home)
    assert removal.property("line") == ""
    removal.type(REASON)
    assert removal.property("line") == f"In the open log: “Juniper removed Pavel: {REASON}”"


def test_a_removal_is_asked_once_and_its_draft_forgotten(home: Neighbour) -> None:
    removal = removal_of(home)
    done: list[bool] = []
    told: list[str] = []
    removal.done.connect(lambda: done.append(True))
    removal.told.connect(told.append)
    removal.type(f" {REASON}\n")
    home.slow = {RemoveMember}
    removal.remove()
    removal.remove()
    assert home.all(RemoveMember) == [
        RemoveMember(circle=CIRCLE, member=key("Pavel"), reason=REASON)
    ]
    assert removal.property("working")
    assert done == []
    home.answer()
    assert done == [True]
    assert told == ["Pavel was removed. The open log says why."]
    assert home.all(KeepDraft)[-1].body == ""
    assert removal.property("reason") == ""


def test_a_reason_survives_closing_a_refusal_and_another_question(home: Neighbour) -> None:
    removal = removal_of(home)
    removal.type(REASON)
    home.refuse = {RemoveMember: Refused(Why.DISK_FULL, "No space is left on this computer.")}
    removal.remove()
    assert removal.property("problem") == "No space is left on this computer."
    assert removal.property("reason") == REASON
    removal.close()
    kept = home.all(KeepDraft)[-1]
    assert (kept.place, kept.body) == (key("Pavel"), REASON)
    home.drafts = [Draft(circle=CIRCLE, place=kept.place, kind=PostKind.STORY, title="",
                         body=kept.body)]  # fmt: skip
    assert removal_of(home, "Tomasz").property("reason") == ""
    assert removal_of(home).property("reason") == REASON


# ---------------------------------------------------------------------------------- own name


def test_a_name_is_changed_for_this_circle_and_said_when_the_home_has_it(home: Neighbour) -> None:
    """Nothing is asked for the same name, or none; what is typed stays after a refusal."""
    person = page_of(home, "Juniper")
    calling, told = person.property("calling"), list[str]()
    person.told.connect(told.append)
    assert person.property("me")
    assert (calling.property("name"), calling.property("other")) == ("Juniper", False)
    for typed in ("Juniper ", "  "):
        calling.type(typed)
        calling.keep()
    assert not any(isinstance(one, SetProfile) for one in home.asked)
    calling.type("June")
    assert calling.property("other")
    home.refuse[SetProfile] = Refused(Why.DISK_FULL, "The disk is full.")
    calling.keep()
    assert (calling.property("problem"), calling.property("name")) == ("The disk is full.", "June")
    del home.refuse[SetProfile]
    calling.keep()
    assert home.asked[-1] == SetProfile(circle=CIRCLE, display_name="June")
    assert told == ["This circle calls you by your new name now."]
    assert not page_of(home, "Ines").property("me")
