"""Circle settings: read by all, changed by hosts, and a circle handed over knowing what follows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.circle.state import Draft, History, HomeState, Member, PostKind, RetentionEffect, Role
from app.commands import (
    CircleMade,
    Command,
    CreateCircle,
    CreateHome,
    HandOver,
    KeepDraft,
    ListDrafts,
    ListInvites,
    Lock,
    MakeInvite,
    Nothing,
    ReadLog,
    ReadRetention,
    ReadSettings,
    SetDoor,
    SetRetention,
    SetRules,
    Vouch,
)
from app.commands import ListMembers as People
from app.events import CircleChanged
from app.home import Home
from app.home import Settings as HomeSettings
from app.places import Places
from app.refused import Refused, Why
from app.vault import KdfCost
from tests.ui.hearth import PASSPHRASE, TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import CIRCLE, PROMISE, Neighbour, clock, key, post, settings
from tests.ui.village import changed, invitations, villagers, word
from ui.bridge import Bridge
from ui.circles.invites import Invites
from ui.circles.item import InviteItem
from ui.circles.vouching import Vouching
from ui.settings.changing import KEPT, Changing
from ui.settings.handing import HandingOver
from ui.settings.item import FIXED, FOR_A_WHILE, FOR_GOOD
from ui.settings.keeping import Keeping
from ui.settings.model import CircleSettings
from ui.settings.words import LONG_LINE, NO_NAME, Kept, Words, packed, unpacked

pytestmark = pytest.mark.usefixtures("qtbot")
WHY = "What brings you here?"
A_WORD = "From my Tuesday group."


class Hosts(Neighbour):
    """Does as it is told about the circle."""

    def __init__(self, *, founder: str = "Ines") -> None:
        super().__init__()
        self.members = [_founded(one, founder) for one in villagers()]
        self.mailbox = False

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case SetDoor() | SetRules():
                self.settings = changed(self.settings, command)
                return Nothing()
            case SetRetention(days=days):
                self.settings = msgspec.structs.replace(self.settings, keeps_days=days)
                return Nothing()
            case ReadRetention(days=days):
                posts = {30: 1, 7: 140}.get(days, 0)
                return RetentionEffect(posts=posts, mailbox=self.mailbox)
            case HandOver(member=whom, at_once=False):
                self.settings = msgspec.structs.replace(self.settings, heir=whom)
                return Nothing()
            case _:
                return super()._answer(command)


def _founded(one: Member, founder: str) -> Member:
    return msgspec.structs.replace(one, founder=one.display_name == founder)


def page_of(home: Neighbour) -> CircleSettings:
    page = CircleSettings(home, clock=clock)
    page.show(CIRCLE)
    return page


def told_by(model: CircleSettings) -> list[str]:
    told: list[str] = []
    model.told.connect(told.append)
    return told


def texts(entries: Any) -> list[str]:  # noqa: ANN401 - a property of Qt's
    return [one["text"] for one in entries]


# ---- reading ------------------------------------------------------------------------------------


def test_a_member_reads_all_of_it_and_changes_nothing() -> None:
    home = Hosts()
    home.settings = settings(may_change=False, affiliation=True)
    page = page_of(home)
    assert (page.property("name"), page.property("about")) == ("Kitchen table", "Cooks")
    assert page.property("promise") == PROMISE
    assert page.property("questions") == [WHY]
    assert texts(page.property("door")) == [
        "A host decides about everybody who comes by an invite.",
        "A member has to put in a word for them first.",
        "They say whom they are here for.",
    ]
    assert not page.property("mayChange")
    asking: list[str] = []
    page.property("changing").asking.connect(asking.append)
    for what in ("promise", "circle", "door"):
        page.change(what)
    page.handOver()
    page.takeOver()
    assert asking == []
    assert {type(one) for one in home.asked} == {ReadSettings, People}


def test_where_an_invite_is_enough_no_question_is_shown() -> None:
    home = Hosts()
    home.settings = settings(asks=False)
    page = page_of(home)
    assert texts(page.property("door")) == ["An invite is enough: whoever holds one comes in."]
    assert page.property("questions") == []


@pytest.mark.parametrize("history", list(History))
def test_what_newcomers_read_is_said_and_that_it_is_fixed(history: History) -> None:
    home = Hosts()
    home.settings = settings(history=history)
    page = page_of(home)
    before = "before they came" in str(page.property("newcomers"))
    assert before is (history is History.OPEN)
    assert page.property("fixed") == FIXED
    assert page.property("keeps") == "For good"


def test_who_looks_after_the_circle_is_shown_with_who_began_it_and_who_comes_after() -> None:
    home = Hosts()
    home.settings = settings(heir=key("Old Heron"))
    rows = page_of(home).property("keepers")
    assert [(one["name"], one["role"]) for one in rows] == [
        ("Ines", "Host"), ("Old Heron", "Host"), ("Juniper (you)", "Host"),
        ("Marisol", "Moderator"),
    ]  # fmt: skip
    assert rows[0]["since"].startswith("Began this circle on ")
    assert rows[1]["since"].endswith(" · Named to take the circle over later")
    assert rows[2]["spoken"] == f"Juniper (you). Host. {rows[2]['since']}"


def test_who_was_handed_the_circle_did_not_begin_it() -> None:
    rows = page_of(Hosts(founder="Juniper")).property("keepers")
    assert rows[0]["name"] == "Juniper (you)"
    assert rows[0]["since"].endswith(" · The circle was handed to you")
    assert rows[1]["since"].startswith("Began this circle on ")


def test_it_is_read_again_when_the_home_says_so_and_late_answers_are_dropped() -> None:
    home = Hosts()
    page = page_of(home)
    home.settings = settings(promise=["Anew."])
    page.hear([CircleChanged(circle="f" * 64)])
    assert page.property("promise") == PROMISE
    page.hear([CircleChanged(circle=CIRCLE)])
    assert page.property("promise") == ["Anew."]
    home.slow = {ReadSettings}
    page.refresh()
    page.show("d" * 64)
    home.answer()
    assert not page.property("loaded")
    home.answer()
    assert page.property("loaded")
    page.close()
    assert (page.property("name"), page.property("keepers")) == ("", [])


def test_what_cannot_be_read_is_said() -> None:
    home = Hosts()
    home.refuse = {ReadSettings: Refused(Why.DAMAGED_STORE, "Part of your store can't be read.")}
    page = page_of(home)
    assert page.property("trouble") == "Part of your store can't be read."
    home.refuse = {}
    page.refresh()
    assert (page.property("trouble"), page.property("loaded")) == ("", True)


# ---- changing -----------------------------------------------------------------------------------


def sheet_of(page: CircleSettings, what: str) -> Changing:
    page.change(what)
    sheet = page.property("changing")
    assert isinstance(sheet, Changing)
    return sheet


def test_the_promise_is_changed_line_by_line() -> None:
    home = Hosts()
    page = page_of(home)
    told = told_by(page)
    sheet = sheet_of(page, "promise")
    assert sheet.property("promise") == [*PROMISE, "", "", "", ""]
    assert sheet.property("promiseShown") == 3
    sheet.typePromise(2, "  Nobody   sells anything. ")
    assert sheet.property("promiseShown") == 4
    sheet.typePromise(0, "")
    sheet.save()
    wanted = [PROMISE[1], "Nobody sells anything."]
    assert home.all(SetDoor) == [SetDoor(circle=CIRCLE, promise=wanted)]
    assert page.property("promise") == wanted
    assert told == ["The promise has new words. The open log says that you changed them."]


def test_six_lines_of_160_letters_and_no_more() -> None:
    home = Hosts()
    page = page_of(home)
    sheet = sheet_of(page, "promise")
    for place in range(7):
        sheet.typePromise(place, "é" * 160)
    assert sheet.property("promiseShown") == 6
    sheet.typePromise(5, "é" * 161)
    sheet.save()
    assert sheet.property("problem") == LONG_LINE
    assert home.all(SetDoor) == []


def test_what_was_typed_stays_over_esc_until_it_is_set_or_somebody_else_changes_it() -> None:
    home = Hosts()
    page = page_of(home)
    sheet_of(page, "promise").typePromise(2, "Half a th")
    assert sheet_of(page, "promise").property("promise")[2] == "Half a th"
    home.settings = settings(promise=["Anew."])
    page.refresh()
    assert sheet_of(page, "promise").property("promise")[:2] == ["Anew.", ""]
    page.close()
    assert page.property("changing").property("promise") == [""] * 6


def test_name_and_what_it_is_about() -> None:
    home = Hosts()
    page = page_of(home)
    sheet = sheet_of(page, "circle")
    sheet.typeName("  ")
    sheet.save()
    assert sheet.property("problem") == NO_NAME
    sheet.typeName(" Low  tide ")
    sheet.typeAbout(" Rowers ")
    sheet.save()
    assert home.all(SetRules) == [SetRules(circle=CIRCLE, name="Low tide", about="Rowers")]
    assert (page.property("name"), page.property("about")) == ("Low tide", "Rowers")


def test_how_people_come_in_is_changed_as_a_whole() -> None:
    home = Hosts()
    page = page_of(home)
    sheet = sheet_of(page, "door")
    sheet.typeQuestion(1, "Who told you of us?")
    sheet.wantVouch(False)
    sheet.wantAffiliation(True)
    sheet.save()
    sheet = sheet_of(page, "door")
    sheet.decide(False)
    sheet.save()
    both = [WHY, "Who told you of us?"]
    assert home.all(SetDoor) == [
        SetDoor(circle=CIRCLE, admit="ask", questions=both, vouch=False, affiliation=True),
        SetDoor(circle=CIRCLE, admit="invite", questions=both, vouch=False, affiliation=True),
    ]


def test_a_refusal_says_why_and_keeps_the_words() -> None:
    home = Hosts()
    home.refuse = {SetDoor: Refused(Why.NOT_ALLOWED, "Hosts change this. Ask one of them.")}
    page = page_of(home)
    sheet = sheet_of(page, "promise")
    sheet.typePromise(2, "More.")
    sheet.save()
    assert sheet.property("problem") == "Hosts change this. Ask one of them."
    assert sheet.property("promise")[2] == "More."
    assert not sheet.property("working")


def drafts_of(home: Neighbour) -> list[Draft]:
    """What is on disk, after all that was asked."""
    found: dict[str, Draft] = {}
    for one in home.all(KeepDraft):
        found.pop(one.place, None)
        if one.body:
            found[one.place] = Draft(circle=one.circle, place=one.place, kind=one.kind, title="",
                                     body=one.body)  # fmt: skip
    return list(found.values())


def test_what_was_typed_is_there_after_a_lock_in_all_three_sheets() -> None:
    """Closing the page keeps it at once, as before a lock; another page finds it."""
    home = Hosts()
    page = page_of(home)
    sheet_of(page, "promise").typePromise(2, "Half a th")
    sheet_of(page, "circle").typeAbout("Rowers and")
    door = sheet_of(page, "door")
    door.typeQuestion(1, "Who told")
    door.wantVouch(False)
    page.close()
    assert page.property("changing").property("promise") == [""] * 6
    home.drafts = drafts_of(home)
    assert {one.place for one in home.drafts} == {
        "settings/promise", "settings/circle", "settings/door",
    }  # fmt: skip
    again = page_of(home)
    sheet = sheet_of(again, "promise")
    assert sheet.property("promise") == [*PROMISE, "Half a th", "", "", ""]
    assert sheet.property("keeping") == KEPT
    sheet = sheet_of(again, "circle")
    assert (sheet.property("name"), sheet.property("about")) == ("Kitchen table", "Rowers and")
    sheet = sheet_of(again, "door")
    assert sheet.property("questions")[:2] == [WHY, "Who told"]
    assert (sheet.property("vouch"), sheet.property("asks")) == (False, True)
    sheet.save()
    assert home.all(SetDoor) == [
        SetDoor(circle=CIRCLE, admit="ask", questions=[WHY, "Who told"], vouch=False,
                affiliation=False),
    ]  # fmt: skip


def test_a_draft_of_settings_ends_when_it_is_set_or_typed_back() -> None:
    home = Hosts()
    page = page_of(home)
    sheet = sheet_of(page, "promise")
    sheet.typePromise(2, "More.")
    sheet.keep()
    assert len(drafts_of(home)) == 1
    sheet.typePromise(2, "")
    sheet.keep()
    assert drafts_of(home) == []
    assert sheet.property("keeping") == ""
    sheet.typePromise(2, "More.")
    sheet.save()
    assert drafts_of(home) == []
    assert home.all(SetDoor)
    home.refuse = {SetDoor: Refused(Why.NOT_ALLOWED, "Hosts change this. Ask one of them.")}
    sheet = sheet_of(page, "promise")
    sheet.typePromise(3, "And more.")
    sheet.save()
    assert len(drafts_of(home)) == 1, "a refusal loses nothing"


def test_a_draft_made_of_other_settings_is_not_put_over_them() -> None:
    """Another host changed the promise meanwhile: their words stand there, ours would undo them."""
    home = Hosts()
    page = page_of(home)
    sheet_of(page, "promise").typePromise(0, "Mine.")
    sheet_of(page, "circle").typeName("Low tide")
    page.close()
    home.drafts = drafts_of(home)
    home.settings = settings(promise=["Anew."])
    again = page_of(home)
    assert sheet_of(again, "promise").property("promise")[:2] == ["Anew.", ""]
    assert sheet_of(again, "circle").property("name") == "Low tide"
    assert [one.place for one in drafts_of(home)] == ["settings/circle"]


def test_what_is_typed_before_a_draft_has_come_is_newer_than_it() -> None:
    home = Hosts()
    was = Words(lines=tuple(PROMISE))
    kept = Kept(was=was, now=was.typed("promise", 2, "Old"))
    home.drafts = [
        Draft(circle=CIRCLE, place="settings/promise", kind=PostKind.STORY, title="",
              body=packed(kept)),
    ]  # fmt: skip
    home.slow = {ListDrafts}
    page = page_of(home)
    sheet = sheet_of(page, "promise")
    sheet.typePromise(2, "New")
    home.answer()
    assert sheet.property("promise")[2] == "New"
    sheet_of(page, "circle")
    page.show("d" * 64)
    home.answer()
    assert sheet.property("name") == ""


def test_a_draft_that_is_none_of_ours_is_nothing() -> None:
    home = Hosts()
    for body in ("{}", "words", '{"was": {}, "now": {"lines": [1]}}', "[]"):
        assert unpacked(body) is None
        home.drafts = [
            Draft(circle=CIRCLE, place="settings/promise", kind=PostKind.STORY, title="", body=body)
        ]
        page = page_of(home)
        assert sheet_of(page, "promise").property("promise")[:3] == [*PROMISE, ""]


# ---- handing over -------------------------------------------------------------------------------


def handing_of(page: CircleSettings) -> HandingOver:
    page.handOver()
    sheet = page.property("handing")
    assert isinstance(sheet, HandingOver)
    return sheet


def test_only_the_founder_hands_over_and_only_to_hosts() -> None:
    assert not page_of(Hosts()).property("mayHandOver")
    page = page_of(Hosts(founder="Juniper"))
    assert page.property("mayHandOver")
    assert [one["name"] for one in handing_of(page).property("hosts")] == ["Ines", "Old Heron"]


def test_without_another_host_the_page_says_what_is_missing() -> None:
    home = Hosts(founder="Juniper")
    home.members = [
        one if one.me else msgspec.structs.replace(one, role=Role.MEMBER) for one in home.members
    ]
    page = page_of(home)
    assert page.property("lacksHost")
    assert not page.property("mayHandOver")


def test_what_follows_is_said_before_and_nothing_happens_without_a_choice() -> None:
    home = Hosts(founder="Juniper")
    page = page_of(home)
    sheet = handing_of(page)
    assert (sheet.property("act"), sheet.property("follows")) == ("", [])
    sheet.hand()
    assert home.all(HandOver) == []
    sheet.choose(key("Ines"))
    assert sheet.property("act") == "Name Ines"
    later = " ".join(texts(sheet.property("follows")))
    assert "Nothing changes until Ines takes over." in later
    assert "without asking you" in later
    sheet.when(True)
    assert sheet.property("act") == "Hand over to Ines now"
    now = " ".join(texts(sheet.property("follows")))
    assert "You stay a host, but Ines can change your role or remove you." in now
    assert "You can't take it back." in now
    assert "open log" in later
    assert "open log" in now


@pytest.mark.parametrize(
    ("at_once", "sentence"),
    [
        (True, "The circle is handed over to Old Heron."),
        (False, "Old Heron can take the circle over from now on."),
    ],
)
def test_it_is_handed_over_once(at_once: bool, sentence: str) -> None:
    home = Hosts(founder="Juniper")
    home.slow = {HandOver}
    page = page_of(home)
    told = told_by(page)
    sheet = handing_of(page)
    sheet.choose(key("Old Heron"))
    sheet.when(at_once)
    sheet.hand()
    sheet.hand()
    assert home.all(HandOver) == [HandOver(circle=CIRCLE, member=key("Old Heron"), at_once=at_once)]
    assert sheet.property("working")
    home.answer()
    assert told == [sentence]
    if not at_once:
        sheet = handing_of(page)
        sheet.choose(key("Old Heron"))
        assert sheet.property("act") == ""  # named already


def keeping_of(page: CircleSettings) -> Keeping:
    page.keepFor()
    sheet = page.property("keeping")
    assert isinstance(sheet, Keeping)
    return sheet


def test_how_long_words_stay_is_chosen_knowing_what_goes() -> None:
    home = Hosts()
    page = page_of(home)
    assert (page.property("keeps"), page.property("keepsMeans")) == ("For good", FOR_GOOD)
    told = told_by(page)
    sheet = keeping_of(page)
    names = [one["name"] for one in sheet.property("choices")]
    assert names == ["For good", "For 90 days", "For 30 days", "For 7 days"]
    assert (sheet.property("act"), sheet.property("follows")) == ("", [])
    sheet.keep()
    for days, sentence in (
        (90, "Nothing here is that old yet."),
        (30, "One here is older: it goes after a day."),
        (7, "About 140 here are older: they go after a day."),
    ):
        sheet.choose(days)
        assert (
            f"{days} days after they were sent. {sentence}" in texts(sheet.property("follows"))[0]
        )
        assert "What has gone does not come back" in " ".join(texts(sheet.property("follows")))
        assert sheet.property("shortens")
    assert not any("mailbox" in one for one in texts(sheet.property("follows")))
    home.mailbox = True
    sheet.choose(30)
    sheet.choose(7)
    assert any(one.startswith("At a mailbox") for one in texts(sheet.property("follows")))
    assert home.all(SetRetention) == []
    assert sheet.property("act") == "Let words stay for 7 days"
    home.slow = {SetRetention}
    sheet.keep()
    sheet.keep()
    sheet.choose(30)
    assert home.all(SetRetention) == [SetRetention(circle=CIRCLE, days=7)]
    home.answer()
    assert told == ["Words stay for 7 days. The open log says that you decided it."]
    assert (page.property("keeps"), page.property("keepsMeans")) == ("For 7 days", FOR_A_WHILE)


def test_words_that_are_kept_longer_bring_none_back() -> None:
    home = Hosts()
    home.settings = msgspec.structs.replace(home.settings, keeps_days=14)
    page = page_of(home)
    sheet = keeping_of(page)
    assert [one["days"] for one in sheet.property("choices")] == [0, 90, 30, 7, 14]
    sheet.choose(30)
    assert not sheet.property("shortens")
    sheet.choose(0)
    assert not sheet.property("shortens")
    assert sheet.property("act") == "Let words stay for good"
    said = texts(sheet.property("follows"))
    assert said[:2] == [
        "From now on nothing goes by itself.",
        "What has gone does not come back, whatever is chosen later.",
    ]


def test_what_goes_is_told_of_the_last_choice_only() -> None:
    home = Hosts()
    home.slow = {ReadRetention}
    page = page_of(home)
    sheet = keeping_of(page)
    sheet.choose(30)
    sheet.choose(7)
    assert texts(sheet.property("follows"))[0].endswith("7 days after they were sent.")
    home.answer()
    assert texts(sheet.property("follows"))[0].endswith("7 days after they were sent.")
    home.answer()
    assert "About 140" in texts(sheet.property("follows"))[0]
    home.slow = set()
    home.refuse = {SetRetention: Refused(Why.NOT_ALLOWED, "Hosts change this. Ask one of them.")}
    sheet.keep()
    assert sheet.property("problem") == "Hosts change this. Ask one of them."
    assert not sheet.property("working")


def test_who_was_named_takes_over_with_their_own_id() -> None:
    home = Hosts()
    home.settings = settings(heir=key("Juniper"))
    page = page_of(home)
    assert page.property("mayTakeOver")
    page.takeOver()
    sheet = page.property("handing")
    assert sheet.property("taking")
    assert "Ines comes after you" in " ".join(texts(sheet.property("follows")))
    sheet.hand()
    assert home.all(HandOver) == [HandOver(circle=CIRCLE, member=key("Juniper"), at_once=True)]


# ---- a word for whoever comes -------------------------------------------------------------------


def test_a_word_is_said_once_and_its_draft_forgotten() -> None:
    home = Neighbour()
    sheet = Vouching(home)
    sheet.begin(CIRCLE, key("sister"), "My sister")
    sheet.say()
    assert "Everyone in the circle" in str(sheet.property("problem"))
    sheet.type("é" * 501)
    sheet.say()
    assert home.all(Vouch) == []
    sheet.type(f" {A_WORD} ")
    home.slow = {Vouch}
    sheet.say()
    sheet.say()
    assert home.all(Vouch) == [Vouch(circle=CIRCLE, invite=key("sister"), words=A_WORD)]
    home.answer()
    assert home.all(KeepDraft)[-1].body == ""
    assert (sheet.property("title"), sheet.property("words")) == ("", "")


def test_a_word_not_said_yet_is_with_the_home() -> None:
    home = Neighbour()
    sheet = Vouching(home)
    sheet.begin(CIRCLE, key("sister"), "My sister")
    sheet.type(A_WORD)
    sheet.close()
    kept = home.all(KeepDraft)[-1]
    assert (kept.place, kept.body) == (key("sister"), A_WORD)


# ---- in the window ------------------------------------------------------------------------------


Opens = Callable[[FakeHome], Hearth]


@pytest.fixture
def home() -> FakeHome:
    made = FakeHome()
    made.circles = {TABLE: circle(members=7, me=key("Juniper"))}
    made.posts = {TABLE: [post("one")]}
    made.members = villagers()
    made.invites = invitations()
    return made


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


def focused(window: Hearth) -> str:
    return str(window.window.activeFocusItem().objectName())


def at_settings(window: Hearth) -> None:
    window.press("settings")
    window.until(lambda: bool(window.all("promiseCard")))
    window.rest(300)


def test_a_host_changes_the_promise_by_keyboard_alone(opens: Opens, home: FakeHome) -> None:
    """From the sidebar to the last word, with no mouse; the page changes when the home says so."""
    window = opens(home)
    window.find("settings").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("promiseCard")))
    assert PROMISE[0] in window.seen()
    window.key(Qt.Key.Key_F6)
    window.until(lambda: focused(window) == "tab_promise")
    window.key(Qt.Key.Key_Return)
    assert focused(window) == "promiseCard"
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "promiseCardAction"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: focused(window) == "line0Input")
    window.key(Qt.Key.Key_Return)
    window.key(Qt.Key.Key_Return)
    assert focused(window) == "line2Input"
    window.tap("Silence is fine.")
    window.until(lambda: len(window.all("line3")) == 1)
    for _ in range(3):
        window.key(Qt.Key.Key_Tab)
    assert focused(window) == "savePromise"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: not window.all("savePromise"))
    assert window.asked(SetDoor)[-1].promise == [*PROMISE, "Silence is fine."]
    window.until(lambda: "Silence is fine." in window.seen())
    assert focused(window) == "promiseCardAction"
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: bool(window.all("post")))


@pytest.mark.parametrize("width", [1440, 900])
def test_each_anchor_leads_to_its_card(opens: Opens, home: FakeHome, width: int) -> None:
    window = opens(home)
    window.window.setProperty("width", width)
    at_settings(window)
    view = window.find("settingsView")
    for name in ("circle", "hosts", "door", "newcomers", "words", "leave"):
        window.find(f"tab_{name}").forceActiveFocus(Qt.FocusReason.TabFocusReason)
        window.key(Qt.Key.Key_Return)
        card = window.window.activeFocusItem()
        assert card.objectName() == f"{name}Card"
        top = card.mapToItem(view, 0, 0).y()
        assert -1 <= top <= view.height() - min(card.height(), view.height()) + 1, name


def test_how_long_words_stay_by_keyboard_alone(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    at_settings(window)
    window.find("tab_words").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "wordsCardAction"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: focused(window) == "keepAsItIs")
    assert not window.all("confirmKeep")
    window.find("keep7").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Space)
    window.until(lambda: "About 140 here are older" in window.seen())
    window.find("confirmKeep").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: home.settings.keeps_days == 7)
    window.until(lambda: "After that they go from everyone's computers" in window.seen())
    assert "For 7 days" in window.seen()


def test_what_hosts_change_is_not_offered_to_others(opens: Opens, home: FakeHome) -> None:
    home.settings = settings(may_change=False)
    window = opens(home)
    at_settings(window)
    for name in ("promise", "circle", "door", "hosts", "words"):
        assert not window.all(f"{name}CardAction"), name
    assert "A host decides about everybody who comes by an invite." in window.seen()
    assert window.all("leaveCardAction")


def test_leaving_and_inviting_are_the_sheets_of_elsewhere(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    at_settings(window)
    window.press("cardInvite")
    window.until(lambda: bool(window.all("showInvite")))
    window.rest(300)
    assert "nobody comes in before a member has put in a word" in window.text("wantsWord")
    assert "Anyone holding this code can knock." in window.seen()
    window.write("inviteWordInput", A_WORD)
    window.press("showInvite")
    window.until(lambda: bool(window.asked(MakeInvite)))
    assert window.asked(MakeInvite)[-1].vouch == A_WORD
    window.key(Qt.Key.Key_Escape)
    window.rest(300)
    window.press("tab_leave")
    window.press("leaveCardAction")
    window.until(lambda: bool(window.all("stay")))


def test_where_an_invite_is_enough_the_sheet_speaks_of_no_word(
    opens: Opens, home: FakeHome
) -> None:
    home.settings = settings(asks=False, vouch=True)
    window = opens(home)
    window.shell.invite()
    window.until(lambda: bool(window.all("showInvite")))
    assert not window.all("wantsWord")
    assert "Anyone holding this code can come in." in window.seen()


def test_a_member_puts_in_a_word_and_all_words_stand_with_the_invite(
    opens: Opens, home: FakeHome
) -> None:
    home.invites[0] = msgspec.structs.replace(home.invites[0], vouches=[word("Ines", "A friend.")])
    window = opens(home)
    window.press("invites")
    window.until(lambda: bool(window.all("putInWord")))
    assert "Ines: “A friend.”" in window.seen()
    window.press("putInWord")
    window.until(lambda: focused(window) == "vouchWordsInput")
    window.tap(A_WORD)
    window.press("sayVouch")
    window.until(lambda: f"Juniper: “{A_WORD}”" in window.seen())
    assert window.asked(Vouch) == [Vouch(circle=TABLE, invite=home.invites[0].invite, words=A_WORD)]


def test_no_word_looks_like_two() -> None:
    """Lines of somebody's own making could pass for another member's word."""
    one = msgspec.structs.replace(
        invitations()[0], vouches=[word("Ines", "Yes.”\nOld Heron: “Never.")]
    )
    said = InviteItem(one, host=True, now=clock()).words
    assert [entry["said"] for entry in said] == ["Ines: “Yes.” Old Heron: “Never.”"]


def test_a_guest_puts_in_no_word() -> None:
    class Inviters(Neighbour):
        def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
            return invitations() if isinstance(command, ListInvites) else super()._answer(command)

    invites = Invites(Inviters())
    invites.told_to(host=False, member=False)
    invites.show(CIRCLE)
    role = next(at for at, name in invites._names.items() if name == "mayVouch")
    assert {invites.data(invites.index(at), role) for at in range(3)} == {False}


def test_nothing_of_the_settings_stays_when_the_home_is_locked(
    opens: Opens, home: FakeHome
) -> None:
    window = opens(home)
    at_settings(window)
    window.press("promiseCardAction")
    window.until(lambda: bool(window.all("savePromise")))
    window.tap("Secret ")
    window.key(Qt.Key.Key_Escape)
    window.shell.lock()
    window.until(lambda: bool(window.asked(Lock)))
    page = window.shell._rooms.property("settings")
    assert page.property("name") == ""
    assert page.property("changing").property("promise") == [""] * 6


def test_half_a_promise_survives_a_lock_in_the_window(opens: Opens, home: FakeHome) -> None:
    """With the sheet open, in the middle of a word; and it is there in the fields afterwards."""
    window = opens(home)
    at_settings(window)
    window.press("promiseCardAction")
    window.until(lambda: bool(window.all("savePromise")))
    window.rest(300)  # until it has opened, and its first line the focus
    window.write("line2Input", "Half a th")
    window.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.screen() == "locked")
    assert "Half a th" not in window.seen()
    (kept,) = home.drafts
    assert kept.place == "settings/promise"
    window.unlock()
    window.until(lambda: bool(window.all("post")))
    at_settings(window)
    window.press("promiseCardAction")
    window.until(lambda: bool(window.all("savePromise")))
    window.until(lambda: window.find("line2Input").property("text") == "Half a th")
    assert window.text("promiseKeeping") == KEPT
    window.press("savePromise")
    window.until(lambda: "Half a th" in home.settings.promise)
    window.until(lambda: home.drafts == [])


def test_a_real_home_is_changed_from_the_page(qtbot: QtBot, tmp_path: Path) -> None:
    """What the page asks for is so: read again from the store, and told in the open log."""
    cheap = KdfCost(ops=1, mem_bytes=8192)
    bridge = Bridge(
        lambda: Home(Places(tmp_path), HomeSettings(listen=("/ip4/127.0.0.1/tcp/0",), kdf=cheap))
    )
    page = CircleSettings(bridge)
    bridge.said.connect(page.hear)
    found: list[CircleMade] = []
    log: list[Any] = []
    bridge.open()
    qtbot.waitUntil(lambda: bridge.home_state is HomeState.NEW)
    bridge.ask(CreateHome(passphrase=PASSPHRASE))
    bridge.ask(CreateCircle(name="Kitchen table", display_name="Juniper"), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=10_000)
    page.show(found[0].circle)
    qtbot.waitUntil(lambda: bool(page.property("loaded")), timeout=10_000)
    assert page.property("mayChange")
    assert page.property("lacksHost")
    sheet = sheet_of(page, "promise")
    sheet.typePromise(0, PROMISE[0])
    sheet.save()
    qtbot.waitUntil(lambda: page.property("promise") == PROMISE[:1], timeout=10_000)
    sheet = sheet_of(page, "door")
    sheet.decide(True)
    sheet.typeQuestion(0, WHY)
    sheet.save()
    qtbot.waitUntil(lambda: page.property("questions") == [WHY], timeout=10_000)
    assert page.property("promise") == PROMISE[:1]
    sheet = sheet_of(page, "circle")
    sheet.typeAbout("Rowers and")
    page.close()
    page.show(found[0].circle)
    qtbot.waitUntil(lambda: bool(page.property("loaded")), timeout=10_000)
    assert sheet_of(page, "circle").property("about") == ""
    qtbot.waitUntil(lambda: sheet.property("about") == "Rowers and", timeout=10_000)
    keeping = keeping_of(page)
    keeping.choose(30)
    qtbot.waitUntil(lambda: "that old yet" in texts(keeping.property("follows"))[0], timeout=10_000)
    keeping.keep()
    qtbot.waitUntil(lambda: page.property("keeps") == "For 30 days", timeout=10_000)
    bridge.ask(ReadLog(circle=found[0].circle), log.extend)
    qtbot.waitUntil(lambda: bool(log), timeout=10_000)
    assert [one.what.value for one in log[:3]] == ["retention", "door", "door"]
    bridge.close()
