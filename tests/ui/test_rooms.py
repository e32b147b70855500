"""The rooms beside the posts, in the whole window: by mouse, by keyboard, and when removed."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.circle.openlog import What
from app.circle.state import CircleState, Role
from app.commands import (
    KeepDraft,
    LeaveCircle,
    ListDrafts,
    ListInvites,
    ListMembers,
    Lock,
    MakeInvite,
    ReadLog,
    RemoveMember,
    SetRole,
    WithdrawInvite,
)
from app.events import CircleChanged, CircleRemoved, MemberChanged
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import key, post
from tests.ui.village import REASON, act, chronicle, invitation, invitations, villagers

Opens = Callable[[FakeHome], Hearth]
CTRL = Qt.KeyboardModifier.ControlModifier
WORDS = "Sold pills."


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Opens]:
    windows: list[Hearth] = []

    def window(home: FakeHome) -> Hearth:
        windows.append(Hearth(qtbot, home))
        windows[-1].unlock()
        windows[-1].until(lambda: bool(windows[-1].all("post")))
        return windows[-1]

    yield window
    complaints = [line for one in windows for line in one.warnings]
    for one in windows:
        one.close()
    assert complaints == []


@pytest.fixture
def home() -> FakeHome:
    made = FakeHome()
    made.circles = {
        TABLE: circle(members=7, me=key("Juniper")),
        CARERS: circle("Carers", CARERS, members=3),
    }
    made.posts = {TABLE: [post("one"), post("two", "Tomasz")]}
    made.members = villagers()
    made.log = chronicle()
    made.invites = invitations()
    return made


@pytest.fixture
def window(opens: Opens, home: FakeHome) -> Hearth:
    return opens(home)


def at_people(window: Hearth) -> None:
    window.press("people")
    window.until(lambda: len(window.all("person")) == 7)
    window.rest()


def at_person(window: Hearth, name: str) -> None:
    at_people(window)
    window.shell._rooms.see(key(name))
    window.until(lambda: bool(window.all("personName")))
    window.rest()


def asking(window: Hearth, name: str = "Pavel") -> None:
    at_person(window, name)
    window.press("removePerson")
    window.until(lambda: bool(window.all("reasonInput")))
    window.rest(300)


def focused(window: Hearth) -> str:
    return str(window.window.activeFocusItem().objectName())


def test_rooms_ask_nothing_before_they_are_entered(window: Hearth) -> None:
    asked = {type(one) for one in window.home.asked}
    assert not asked & {ReadLog, ListInvites}
    at_people(window)
    window.press("log")
    window.until(lambda: bool(window.all("logRow")))
    before = len(window.asked(ListMembers))
    window.press("home")
    window.rest()
    assert window.all("post")
    assert len(window.asked(ListMembers)) == before


def test_a_person_is_removed_by_keyboard_alone(window: Hearth, home: FakeHome) -> None:
    """From the posts to the last word: no mouse, and the list changes by the event only."""
    window.find("people").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: len(window.all("person")) == 7)
    window.key(Qt.Key.Key_F6)
    assert focused(window) == "person"
    window.key(Qt.Key.Key_End)
    window.key(Qt.Key.Key_Up)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: window.text("personName") == "Pavel")
    assert focused(window) == "back"
    for _ in range(8):
        window.key(Qt.Key.Key_Tab)
        if focused(window) == "removePerson":
            break
    assert focused(window) == "removePerson"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("reasonInput")))
    window.rest(300)
    assert focused(window) == "reasonInput"
    window.tap(WORDS)
    window.key(Qt.Key.Key_Return)  # a new line, not a yes
    assert window.asked(RemoveMember) == []
    window.key(Qt.Key.Key_Tab)
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "confirmRemove"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.asked(RemoveMember)))
    window.until(lambda: len(window.all("person")) == 6)
    window.rest(300)
    assert window.asked(RemoveMember) == [
        RemoveMember(circle=TABLE, member=key("Pavel"), reason=WORDS)
    ]
    assert not window.all("confirmRemove")
    assert "Pavel was removed. The open log says why." in window.seen()
    assert home.drafts == []


def test_escape_keeps_the_person_and_the_reason(window: Hearth, home: FakeHome) -> None:
    asking(window)
    window.tap(WORDS)
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all("reasonInput"))
    assert window.asked(RemoveMember) == []
    assert window.text("personName") == "Pavel"
    window.until(lambda: [one.body for one in home.drafts] == [WORDS])
    window.press("removePerson")
    window.until(lambda: bool(window.all("reasonInput")))
    window.until(lambda: window.text("reasonInput") == WORDS)


def test_the_safe_button_keeps_the_person(window: Hearth) -> None:
    asking(window)
    window.press("keepPerson")
    window.until(lambda: not window.all("reasonInput"))
    assert window.asked(RemoveMember) == []


def test_a_store_that_is_full_loses_no_word(window: Hearth, home: FakeHome) -> None:
    home.refuse = {RemoveMember: Refused(Why.DISK_FULL, "No space is left.")}
    asking(window)
    window.tap(WORDS)
    window.press("confirmRemove")
    window.until(lambda: "No space is left." in window.seen())
    assert window.text("reasonInput") == WORDS
    home.refuse = {}
    window.press("confirmRemove")
    window.until(lambda: len(window.all("person")) == 6)


def test_a_lock_hides_the_question_at_once_and_keeps_the_reason(
    window: Hearth, home: FakeHome
) -> None:
    asking(window)
    window.tap(WORDS)
    window.key(Qt.Key.Key_L, CTRL)
    for word in ("Pavel", WORDS, "Marisol"):
        assert word not in window.seen()
    window.until(lambda: bool(window.asked(Lock)))
    kinds = [type(one) for one in home.asked]
    assert kinds.index(KeepDraft) < kinds.index(Lock)
    assert window.shell._rooms._people.rowCount() == 0
    window.unlock()
    asking(window)
    window.until(lambda: window.text("reasonInput") == WORDS)


def test_somebody_else_removes_whose_page_is_open(window: Hearth, home: FakeHome) -> None:
    at_person(window, "Pavel")

    def gone() -> None:
        home.members = [one for one in home.members if one.display_name != "Pavel"]
        home.say(MemberChanged(circle=TABLE, member=key("Pavel")))

    window.later(gone)
    window.until(lambda: len(window.all("person")) == 6)
    assert "Pavel" not in window.seen()


def test_a_role_is_given_and_the_chip_changes_with_the_event(
    window: Hearth, home: FakeHome
) -> None:
    at_person(window, "Tomasz")
    window.press("role_moderator")
    assert window.text("personRole") == "Member"
    window.press("giveRole")
    window.until(lambda: window.text("personRole") == "Moderator")
    assert window.asked(SetRole) == [
        SetRole(circle=TABLE, member=key("Tomasz"), role=Role.MODERATOR)
    ]
    assert "Tomasz is a moderator now." in window.seen()
    assert home.members[4].role is Role.MODERATOR


def test_back_is_back_at_whom_one_looked_at(window: Hearth) -> None:
    at_people(window)
    window.press("person", place=4)
    window.until(lambda: window.text("personName") == "Tomasz")
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: len(window.all("person")) == 7)
    window.rest()
    item = window.window.activeFocusItem()
    assert (focused(window), item.property("member")) == ("person", key("Tomasz"))


def test_the_open_log_is_walked_by_keys_and_shows_what_does_not_count(window: Hearth) -> None:
    window.press("log")
    window.until(lambda: len(window.all("logRow")) == 7)
    window.key(Qt.Key.Key_F6)
    assert focused(window) == "log"
    window.key(Qt.Key.Key_Down)
    assert [row.property("focused") for row in window.all("logRow")][:2] == [False, True]
    assert f"Ines removed Ben: {REASON}" in window.seen()
    assert window.text("takenBack") == "Doesn't count: it was taken back, or what it rested on was."
    window.key(Qt.Key.Key_End)
    assert window.all("logRow")[-1].property("focused")


def test_a_new_act_comes_into_sight_above(window: Hearth, home: FakeHome) -> None:
    window.press("log")
    window.until(lambda: len(window.all("logRow")) == 7)

    def left() -> None:
        home.log.insert(0, act("Pavel", What.LEFT))
        home.say(MemberChanged(circle=TABLE, member=key("Pavel")))

    window.later(left)
    window.until(lambda: len(window.all("logRow")) == 8)
    window.rest()
    rows = {row.property("sentence"): row.mapToScene(QPointF()).y() for row in window.all("logRow")}
    assert min(rows.values()) == rows["Pavel left."]
    assert rows["Pavel left."] >= window.find("pageTitle").height()


def test_an_empty_log_says_what_will_stand_there(window: Hearth, home: FakeHome) -> None:
    home.log = []
    window.press("log")
    window.until(lambda: bool(window.all("emptyLog")))


def test_markup_in_a_reason_stays_letters(window: Hearth, home: FakeHome) -> None:
    entry = msgspec.structs.replace(chronicle()[0], reason="<b>No</b> <img src='http://x/y'>")
    home.log = [entry]
    window.press("log")
    window.until(lambda: "<b>No</b> <img src='http://x/y'>" in window.seen())


def test_an_invite_is_taken_back_by_keyboard(window: Hearth, home: FakeHome) -> None:
    window.press("invites")
    window.until(lambda: len(window.all("takeBack")) == 3)
    window.key(Qt.Key.Key_F6)
    assert focused(window) == "newInvite"
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "takeBack"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("keepInvite")))
    window.rest(300)
    assert focused(window) == "keepInvite"
    window.key(Qt.Key.Key_Tab)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.asked(WithdrawInvite)))
    window.until(lambda: len(window.all("takeBack")) == 2)
    assert not window.all("keepInvite")
    assert len(home.invites) == 5


def test_an_invite_that_was_just_made_stands_in_the_list(window: Hearth, home: FakeHome) -> None:
    window.press("invites")
    window.until(lambda: len(window.all("takeBack")) == 3)
    window.press("newInvite")
    window.until(lambda: bool(window.all("showInvite")))
    window.rest(300)
    window.write("inviteNoteInput", "For Wren")
    home.invites.insert(0, invitation("new", label="For Wren"))
    window.press("showInvite")
    window.until(lambda: len(window.all("takeBack")) == 4)
    assert window.asked(MakeInvite)[0].label == "For Wren"
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all("showInvite"))
    tops = {it.property("text"): it.mapToScene(QPointF()).y() for it in window.all("inviteTitle")}
    assert 0 < tops["For Wren"] == min(tops.values())
    assert tops["For Wren"] > window.find("newInvite").mapToScene(QPointF()).y() > 0


def test_no_open_invites(window: Hearth, home: FakeHome) -> None:
    home.invites = []
    window.press("invites")
    window.until(lambda: bool(window.all("noInvites")))
    assert window.all("firstInvite")


def removed(home: FakeHome, of: str = TABLE) -> None:
    """As the home says it: the row first, then that it was us."""
    home.circles[of] = msgspec.structs.replace(
        home.circles[of], state=CircleState.REMOVED, removed_by="Ada", removed_reason=REASON
    )
    home.members = [one for one in home.members if not one.me]
    home.say(CircleChanged(circle=of), CircleRemoved(circle=of))


def test_who_was_removed_reads_by_whom_why_and_what_stays(window: Hearth, home: FakeHome) -> None:
    at_people(window)
    window.later(lambda: removed(home))
    window.until(lambda: bool(window.all("removed")))
    window.rest()
    assert window.text("removedBy") == "You were removed from this circle by Ada."
    assert window.text("removedReason") == f"“{REASON}”"
    assert window.text("remains").startswith("What has arrived stays readable here.")
    assert "You were removed from Kitchen table." in window.seen()
    assert len(window.all("post")) == 2
    assert not window.all("share")
    assert not window.all("invite")
    assert not window.all("invites")
    window.key(Qt.Key.Key_N, CTRL)
    window.until(lambda: "You were removed from this circle, so you can't write" in window.seen())
    window.shell._visit.openThread(key("one"), True)
    window.until(lambda: bool(window.all("mute")))
    assert not window.all("replyBoxInput")


def test_who_was_removed_keeps_what_is_here(window: Hearth, home: FakeHome) -> None:
    window.later(lambda: removed(home))
    window.press("keepRemoved")
    assert not window.all("keepRemoved")
    assert window.all("removedBy")
    assert window.asked(LeaveCircle) == []


def test_or_erases_it_after_a_question(window: Hearth, home: FakeHome) -> None:
    window.later(lambda: removed(home))
    window.press("eraseRemoved")
    window.until(lambda: bool(window.all("leave")))
    window.rest(300)
    assert window.asked(LeaveCircle) == []
    window.press("leave")
    window.until(lambda: bool(window.asked(LeaveCircle)))
    assert window.asked(LeaveCircle) == [LeaveCircle(circle=TABLE, erase=True)]
    window.until(lambda: window.text("roomName") == "Carers")
    assert not window.all("removed")


def test_a_removal_without_name_or_reason_is_told_as_it_is(window: Hearth, home: FakeHome) -> None:
    def so() -> None:
        home.circles[TABLE] = msgspec.structs.replace(
            home.circles[TABLE], state=CircleState.REMOVED
        )
        home.say(CircleChanged(circle=TABLE), CircleRemoved(circle=TABLE))

    window.later(so)
    window.until(lambda: bool(window.all("removed")))
    assert window.text("removedBy") == "You were removed from this circle."
    assert window.text("removedReason") == "No reason was given."


def test_a_computer_that_is_not_heard_any_more_says_why_and_what_to_do(
    window: Hearth, home: FakeHome
) -> None:
    def so() -> None:
        home.circles[TABLE] = msgspec.structs.replace(
            home.circles[TABLE], state=CircleState.REMOVED, forked=True
        )
        home.say(CircleChanged(circle=TABLE), CircleRemoved(circle=TABLE, forked=True))

    window.later(so)
    window.until(lambda: bool(window.all("removed")))
    assert window.text("removedBy") == "This computer is not heard in this circle any more."
    assert "older copy of its disk" in window.text("removedReason")
    assert "new invite" in window.text("remains")
    assert "This computer is not heard in Kitchen table any more." in window.seen()
    assert "removed" not in window.seen()


def test_another_circle_begins_at_its_posts(window: Hearth) -> None:
    at_people(window)
    window.key(Qt.Key.Key_2, CTRL)
    window.until(lambda: window.text("roomName") == "Carers")
    assert window.shell._rooms.property("page") == "home"
    assert window.asked(ListDrafts)
