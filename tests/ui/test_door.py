"""The door: nothing of a stranger before one looks, a no only after a question, and a form."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtQml import QQmlExpression, qmlContext
from pytestqt.qtbot import QtBot

from app.circle.state import CircleState, DoorRequest, InviteMade, Join, JoinState, VouchMade
from app.commands import (
    AnswerQuestions,
    AnswerRequest,
    AskBack,
    CircleMade,
    Command,
    CreateCircle,
    CreateHome,
    JoinBegun,
    JoinCircle,
    ListCircles,
    ListInvites,
    ListRequests,
    MakeInvite,
    SetDoor,
    WithdrawInvite,
    WritePost,
)
from app.events import CircleChanged, DoorChanged
from app.home import Home, Settings
from app.places import Places
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, CODE, KNOCK, TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import CIRCLE, Neighbour, clock, key, post
from tests.ui.test_accessible import is_clear, name_of, of_role, opened, shown
from tests.ui.village import invitation, stranger
from ui.bridge import Bridge
from ui.circles.coming_in import Waiting
from ui.door.declining import Declining
from ui.door.item import LACKS
from ui.door.model import Door

pytestmark = pytest.mark.usefixtures("qtbot")

Opens = Callable[[FakeHome], Hearth]
VOUCH = VouchMade(by=key("Ines"), by_name="Ines", words="We shared a ward.")
QUESTION = "How did you hear of us?"
BY_INES = "Somebody with an invite by Ines asks to come in"


class Doorkeeper(Neighbour):
    """Has people at the door."""

    def __init__(self, *requests: DoorRequest) -> None:
        super().__init__()
        self.requests = list(requests)
        self.invites: list[InviteMade] = []

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case ListRequests():
                return list(self.requests)
            case ListInvites():
                return list(self.invites)
            case AnswerRequest(request=request):
                self.requests = [one for one in self.requests if one.request != request]
        return super()._answer(command)


def door_of(home: Doorkeeper) -> Door:
    door = Door(home, clock=clock)
    door.told_to(key("Juniper"))
    door.show(CIRCLE)
    return door


def row(door: Door, place: int = 0) -> dict[str, Any]:
    return {name: door.data(door.index(place), at) for at, name in door._names.items()}


def everything(door: Door) -> str:
    return " ".join(str(row(door, place)) for place in range(door.rowCount()))


# ---- before it is opened ------------------------------------------------------------------------


def test_nothing_of_a_stranger_is_there_before_one_looks() -> None:
    """Not in any role of the list, which is all that a screen can show or say."""
    door = door_of(Doorkeeper(
        stranger("Pavel", affiliation="Glow Tea Ltd.", asked="Why now?", vouches=[VOUCH],
                 lacks_vouch=True)
    ))  # fmt: skip
    told = everything(door)
    for words in ("Pavel", "Words of", "What brings", "Glow", "Why now", "We shared", LACKS):
        assert words not in told
    assert row(door)["title"] == BY_INES
    assert row(door)["when"] == "Since yesterday, 20:40, last knock 25 min ago"
    assert row(door)["spoken"].startswith(BY_INES)


def test_whose_invite_it_is_and_its_note_are_said() -> None:
    door = door_of(Doorkeeper(
        stranger("Pavel", "Juniper", label="For my sister"), stranger("Wren", "Juniper")
    ))  # fmt: skip
    assert row(door)["title"] == (
        "Somebody with the invite “For my sister” (by you) asks to come in"
    )
    assert row(door, 1)["title"] == "Somebody with an invite by you asks to come in"
    assert door.property("line") == "2 people ask to come in"


def test_looking_shows_what_they_say_and_looking_away_hides_it() -> None:
    door = door_of(Doorkeeper(
        stranger("Pavel", affiliation="", vouches=[VOUCH], asked="Why now?"),
        stranger("Wren", affiliation="Glow Tea Ltd."),
    ))  # fmt: skip
    door.look(key("Pavel"))
    one = row(door)
    assert (one["title"], one["opened"]) == ("Pavel", True)
    assert one["answers"] == [{"question": "What brings you here?", "answer": "Words of Pavel."}]
    assert one["hereFor"] == "They are here for themselves."
    assert one["vouches"] == [{"by": key("Ines"), "name": "Ines", "words": "“We shared a ward.”"}]
    assert one["asked"] == "Why now?"
    assert "with an invite by Ines" in one["when"].lower().replace("ines", "Ines")
    assert "Wren" not in everything(door)
    door.look(key("Wren"))
    assert row(door, 1)["hereFor"] == "They are here for Glow Tea Ltd."
    door.look(key("Pavel"))
    assert "Words of Pavel" not in everything(door)


def test_what_was_opened_stays_open_while_the_list_is_read_anew_and_not_after() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    door.look(key("Pavel"))
    home.requests.append(stranger("Wren"))
    door.hear([DoorChanged(circle="f" * 64)])
    assert door.rowCount() == 1
    door.hear([DoorChanged(circle=CIRCLE)])
    assert (row(door)["title"], row(door, 1)["title"]) == ("Pavel", BY_INES)
    door.close()
    door.show(CIRCLE)
    assert row(door)["title"] == BY_INES


# ---- what a host answers ------------------------------------------------------------------------


def test_who_is_let_in_goes_once_the_home_says_so() -> None:
    home = Doorkeeper(stranger("Pavel"), stranger("Wren"))
    door, told = door_of(home), list[str]()
    door.told.connect(told.append)
    door.look(key("Pavel"))
    home.slow = {AnswerRequest}
    door.letIn(key("Pavel"))
    door.letIn(key("Pavel"))
    assert home.all(AnswerRequest) == [
        AnswerRequest(circle=CIRCLE, request=key("Pavel"), admit=True)
    ]
    assert (door.rowCount(), row(door)["working"], told) == (2, True, [])
    home.answer()
    assert (door.rowCount(), told) == (1, ["Pavel was let in."])


def test_without_a_members_word_nobody_is_let_in_and_the_page_says_why() -> None:
    home = Doorkeeper(stranger("Pavel", lacks_vouch=True))
    door = door_of(home)
    door.look(key("Pavel"))
    assert row(door)["lacks"] == LACKS
    assert LACKS.rstrip(".") in row(door)["spoken"]
    door.letIn(key("Pavel"))
    assert home.all(AnswerRequest) == []


def test_a_refusal_is_shown_at_the_card_or_said_when_the_card_has_gone() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door, told = door_of(home), list[str]()
    door.told.connect(told.append)
    used = "The invite this person came by has let in all it may. Give them a new one."
    home.refuse = {AnswerRequest: Refused(Why.NOT_ALLOWED, used)}
    door.letIn(key("Pavel"))
    assert (row(door)["problem"], row(door)["working"], told) == (used, False, [])
    home.requests = []
    door.letIn(key("Pavel"))
    assert (door.rowCount(), told) == (0, [used])


def test_one_question_is_asked_back_and_waited_for() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    door.look(key("Pavel"))
    door.ask(key("Pavel"))
    door.askBack(key("Pavel"))
    assert row(door)["problem"] == "Write what you would like to know first."
    door.type(key("Pavel"), "é" * 501)
    door.askBack(key("Pavel"))
    assert "Up to 500 letters fit" in row(door)["problem"]
    assert home.all(AskBack) == []
    door.type(key("Pavel"), f" {QUESTION}\n")
    door.hear([DoorChanged(circle=CIRCLE)])
    assert (row(door)["asking"], door.typed(key("Pavel"))) == (True, f" {QUESTION}\n")
    home.requests = [stranger("Pavel", asked=QUESTION)]
    door.askBack(key("Pavel"))
    assert home.all(AskBack) == [AskBack(circle=CIRCLE, request=key("Pavel"), question=QUESTION)]
    assert (row(door)["asking"], row(door)["asked"]) == (False, QUESTION)
    assert door.typed(key("Pavel")) == ""


def test_a_second_place_has_no_name_and_is_let_in_or_left() -> None:
    second = stranger("", "Bo", second_place=True, answers=[])
    home = Doorkeeper(second)
    door = door_of(home)
    assert row(door)["title"] == (
        "Let in by Bo, by an invite that two people used at once. They wait for a host."
    )
    assert not row(door)["opened"]
    declining = no_of(home, door, second.request)
    assert not declining.property("takesNote")
    assert home.all(ListInvites) == []
    assert declining.property("act") == "Leave it"
    declining.decline()
    assert home.all(AnswerRequest)[-1].admit is False


# ---- no -----------------------------------------------------------------------------------------


def no_of(home: Doorkeeper, door: Door, request: str, *, host: bool = True) -> Declining:
    declining = Declining(home, door)
    one = door.one(request)
    assert one is not None
    declining.begin(CIRCLE, one, host=host)
    return declining


def test_what_a_no_means_is_said_before_it() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"))
    assert "Pavel" not in str(declining.property("follows")) + declining.property("act")
    door.look(key("Pavel"))
    declining = no_of(home, door, key("Pavel"))
    said = " ".join(one["text"] for one in declining.property("follows"))
    assert "Pavel doesn't come in, and is told so at the next knock." in said
    assert "is forgotten on this computer" in said
    assert declining.property("act") == "Don't let Pavel in"
    assert home.all(AnswerRequest) == []


@pytest.mark.parametrize(
    ("more", "host", "offered"),
    [
        ({}, False, True),
        ({"by": "Ines"}, True, True),
        ({"by": "Ines"}, False, False),
        ({"uses": 3}, True, False),
        ({"withdrawn": True}, True, False),
    ],
)
def test_only_an_invite_for_one_that_is_ours_to_take_back_is_offered(
    more: dict[str, Any], host: bool, offered: bool
) -> None:
    home = Doorkeeper(stranger("Pavel"))
    home.invites = [invitation("sister", **more)]
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"), host=host)
    assert declining.property("mayTakeBack") is offered
    declining.decline()
    assert bool(home.all(WithdrawInvite)) is offered


def test_the_invite_stays_where_the_tick_is_taken_away() -> None:
    home = Doorkeeper(stranger("Pavel"))
    home.invites = [invitation("sister")]
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"))
    assert declining.property("takeBack")
    declining.tick()
    declining.decline()
    assert home.all(WithdrawInvite) == []


def test_a_note_is_told_once_and_survives_a_refusal_and_another_question() -> None:
    home = Doorkeeper(stranger("Pavel"), stranger("Wren"))
    door = door_of(home)
    declining, done = no_of(home, door, key("Pavel")), list[str]()
    declining.done.connect(done.append)
    declining.type("é" * 501)
    declining.decline()
    assert "Up to 500 letters fit" in str(declining.property("problem"))
    assert home.all(AnswerRequest) == []
    declining.type("Not now, with love. ")
    home.refuse = {AnswerRequest: Refused(Why.DISK_FULL, "No space is left.")}
    declining.decline()
    assert (declining.property("problem"), done) == ("No space is left.", [])
    for name, kept in (("Wren", ""), ("Pavel", "Not now, with love. ")):
        one = door.one(key(name))
        assert one is not None
        declining.begin(CIRCLE, one, host=True)
        assert declining.property("note") == kept
    home.refuse, home.slow = {}, {AnswerRequest}
    declining.decline()
    declining.decline()
    assert len(home.all(AnswerRequest)) == 2
    assert home.all(AnswerRequest)[-1].note == "Not now, with love."
    home.answer()
    assert done == [key("Pavel")]
    assert declining.property("note") == ""


# ---- the whole window ---------------------------------------------------------------------------


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Opens]:
    windows: list[Hearth] = []

    def window(home: FakeHome) -> Hearth:
        windows.append(Hearth(qtbot, home))
        windows[-1].unlock()
        windows[-1].until(lambda: bool(windows[-1].all("circle")))
        return windows[-1]

    yield window
    complaints = [line for one in windows for line in one.warnings]
    for one in windows:
        one.close()
    assert complaints == []


@pytest.fixture
def home() -> FakeHome:
    made = FakeHome()
    made.requests = [
        stranger("Pavel", vouches=[VOUCH]),
        stranger("Wren", lacks_vouch=True, affiliation="Glow Tea Ltd."),
        stranger("", "Bo", second_place=True, answers=[], request=key("second")),
    ]
    made.circles = {
        TABLE: circle(members=7, me=key("Juniper"), requests=3),
        CARERS: circle("Carers", CARERS, members=3),
    }
    made.posts = {TABLE: [post("one")]}
    made.invites = [invitation("sister")]
    return made


def focused(window: Hearth) -> str:
    return str(window.window.activeFocusItem().objectName())


def tab_to(window: Hearth, name: str, *, most: int = 30) -> None:
    for _ in range(most):
        if focused(window) == name:
            return
        window.key(Qt.Key.Key_Tab)
    raise AssertionError(f"{name} can't be reached by Tab; it is at {focused(window)}")


def spoken(window: Hearth) -> str:
    return "\n".join(
        one.text(which)
        for one in shown(window)
        for which in (QAccessible.Text.Name, QAccessible.Text.Description)
    )


def at_door(window: Hearth) -> None:
    window.press("door")
    window.until(lambda: len(window.all("letIn")) + len(window.all("look")) == 3)
    window.rest()


def test_the_door_stands_in_the_sidebar_only_while_somebody_waits(
    opens: Opens, home: FakeHome
) -> None:
    window = opens(home)
    row = window.find("door")
    assert row.property("note") == "3"
    assert "At the door of Kitchen table, 3 waiting" in spoken(window)
    window.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    window.rest()
    assert window.all("door") == []
    window.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    window.later(lambda: home.knock(TABLE, []))
    window.until(lambda: window.all("door") == [])
    assert window.asked(ListRequests) == []


def test_a_guest_of_the_rule_sees_no_door_anywhere(opens: Opens, home: FakeHome) -> None:
    home.circles[TABLE] = msgspec.structs.replace(home.circles[TABLE], requests=0)
    window = opens(home)
    window.press("people")
    window.rest()
    assert window.all("door") == window.all("toTheDoor") == []


def test_people_lead_to_the_door_too(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    window.press("people")
    window.until(lambda: bool(window.all("toTheDoor")))
    assert window.text("toTheDoor") == "3 people ask to come in"
    is_clear(window)
    window.press("toTheDoor")
    opened(window, "look")


def test_nothing_of_a_stranger_is_seen_heard_or_in_the_title(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    at_door(window)
    is_clear(window)
    for words in ("Pavel", "Wren", "Words of", "Glow Tea", "We shared"):
        assert words not in window.seen()
        assert words not in spoken(window)
    window.press("look")
    window.rest()
    is_clear(window)
    assert "Words of Pavel." in window.seen()
    assert "We shared a ward." in spoken(window)
    assert "Wren" not in window.seen() + spoken(window)
    assert window.window.title() == "Hearthside"


def test_all_of_it_by_keyboard_alone(opens: Opens, home: FakeHome) -> None:
    """Look, ask back, let in, and a no with a note; the focus is never lost."""
    window = opens(home)
    window.find("door").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    opened(window, "look")
    window.key(Qt.Key.Key_F6)
    assert focused(window) == "look"
    window.key(Qt.Key.Key_Return)
    assert (focused(window), window.text("requestTitle")) == ("look", "Pavel")
    tab_to(window, "askBack")
    window.key(Qt.Key.Key_Return)
    assert focused(window) == "questionInput"
    window.tap("Who sent you")
    tab_to(window, "sendQuestion")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("asked")))
    assert window.asked(AskBack)[0].question == "Who sent you"
    window.rest()
    assert focused(window) == "look"
    assert not window.all("askBack")
    tab_to(window, "letIn")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: len(window.all("look")) == 1)
    window.rest()
    assert focused(window) == "look"


def test_a_no_by_keyboard_alone(opens: Opens, home: FakeHome) -> None:
    """Esc is the safe answer; afterwards the focus is at whoever comes next, or at nobody."""
    home.requests = home.requests[1:]
    window = opens(home)
    window.press("door")
    opened(window, "look")
    window.find("look").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: window.text("requestTitle") == "Wren")
    assert not window.find("letIn").isEnabled()
    assert LACKS in window.seen() + spoken(window)
    tab_to(window, "notThisTime")
    window.key(Qt.Key.Key_Return)
    opened(window, "confirmDecline")
    assert focused(window) == "decideLater"
    is_clear(window)
    window.key(Qt.Key.Key_Escape)
    window.rest()
    assert window.asked(AnswerRequest) == []
    assert focused(window) == "notThisTime"
    window.key(Qt.Key.Key_Return)
    opened(window, "confirmDecline")
    tab_to(window, "noteInput")
    window.tap("Not now")
    tab_to(window, "takeBackToo")
    assert window.find("takeBackToo").property("ticked")
    tab_to(window, "confirmDecline")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: not window.all("confirmDecline"))
    last = window.asked(AnswerRequest)[-1]
    assert (last.request, last.admit, last.note) == (key("Wren"), False, "Not now")
    assert window.asked(WithdrawInvite) == [WithdrawInvite(circle=TABLE, invite=key("sister"))]
    window.until(lambda: focused(window) == "letIn")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("nobodyAtTheDoor")))
    window.until(lambda: focused(window) == "nobodyAtTheDoor")
    is_clear(window)
    assert "Nobody is at the door." in window.seen()


def test_words_of_strangers_are_shown_as_they_are_typed(opens: Opens, home: FakeHome) -> None:
    """No tag of theirs becomes a picture or bold letters, in whatever part it stands."""
    tag = "<b>x</b><img src='http://192.0.2.1/a.png'>"
    home.requests = [
        stranger(
            "Pavel", display_name=tag, affiliation=tag, asked=tag,
            answers=[{"question": tag, "answer": tag}],
            vouches=[{"by": key("Ines"), "by_name": "Ines", "words": tag}],
        )
    ]  # fmt: skip
    home.requests = [
        msgspec.convert(msgspec.to_builtins(one), DoorRequest) for one in home.requests
    ]
    window = opens(home)
    window.press("door")
    opened(window, "look")
    window.press("look")
    todo, found = [window.window.contentItem()], 0
    while todo:
        item = todo.pop()
        todo += item.childItems()
        meta = item.metaObject()
        which = meta.indexOfProperty("textFormat")
        if which >= 0 and tag in str(item.property("text") or ""):
            found += 1
            plain = QQmlExpression(qmlContext(item), item, "textFormat === Text.PlainText")
            assert plain.evaluate()[0] is True, item.objectName()
    assert found >= 6


def test_the_door_at_150_percent_and_narrow_stays_within_its_card(
    opens: Opens, home: FakeHome
) -> None:
    window = opens(home)
    window.appearance.set_scale(1.5)
    window.window.setProperty("width", 820)
    window.press("door")
    opened(window, "look")
    window.press("look")
    for name in ("letIn", "askBack", "notThisTime"):
        button = window.find(name)
        right = button.mapToScene(button.boundingRect().bottomRight()).x()
        assert right <= 820 - 20
        assert button.width() >= button.implicitWidth() - 1


# ---- the waiting room ---------------------------------------------------------------------------


PROMISE = ["What is said here stays here.", "Nobody sells anything."]
ASKS: dict[str, Any] = {
    "circle": "e" * 64, "circle_name": "By the water", "inviter": "Ines", "asks": True,
    "promise": PROMISE, "asks_promise": True, "questions": ["What brings you here?", QUESTION],
    "asks_affiliation": True, "waiting_for": "The circle asks you something first.",
}  # fmt: skip


def knocking(window: Hearth, home: FakeHome) -> None:
    window.shell.join()
    window.until(lambda: bool(window.all("inviteCodeInput")))
    window.rest(300)
    window.write("inviteCodeInput", CODE)
    window.press("knock")
    window.until(lambda: KNOCK in home.joins)
    window.later(lambda: home.change(msgspec.structs.replace(home.joins[KNOCK], **ASKS)))
    opened(window, "answerAndKnock")


def test_a_join_is_answered_by_keyboard_and_nothing_typed_is_lost(
    opens: Opens, home: FakeHome
) -> None:
    """By going to another circle, by a refusal, or by another word of the home."""
    window = opens(home)
    knocking(window, home)
    is_clear(window)
    assert window.text("whoReads") == (
        "Only whoever decides reads this. It is forgotten once they have decided."
    )
    assert not window.all("steps")
    boxes = {name_of(one) for one in of_role(window, QAccessible.Role.EditableText)}
    assert {"What brings you here?", QUESTION} <= boxes
    window.find("agree").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Space)
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "answerInput"
    window.tap("A kidney")
    window.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    window.rest()
    assert "A kidney" not in window.seen()
    window.shell.select(KNOCK)
    opened(window, "answerAndKnock")
    assert "A kidney" in window.seen()
    assert window.find("agree").property("ticked")
    no = "There is a question that has no answer yet."
    home.refuse = {AnswerQuestions: Refused(Why.BAD_REQUEST, no)}
    window.find("answerInput", place=1).forceActiveFocus(Qt.FocusReason.TabFocusReason)
    tab_to(window, "answerAndKnock")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("answerProblem")))
    assert window.text("answerProblem") == no
    assert "A kidney" in window.seen()
    home.refuse = {}
    window.find("answerInput", place=1).forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.tap("From Ines")
    tab_to(window, "forMyself")
    window.key(Qt.Key.Key_Down)
    window.key(Qt.Key.Key_Space)
    tab_to(window, "affiliationInput")
    window.tap("Glow Tea")
    is_clear(window)
    tab_to(window, "answerAndKnock")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("steps")))
    assert window.asked(AnswerQuestions)[-1] == AnswerQuestions(
        join=KNOCK, answers=["A kidney", "From Ines"], affiliation="Glow Tea", promise=True
    )
    window.until(lambda: focused(window) == "stopKnocking")
    is_clear(window)
    assert "A host has it before them" in window.seen()
    assert all(line in window.seen() for line in PROMISE)


def test_what_is_typed_at_a_door_goes_with_the_lock(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    knocking(window, home)
    window.find("answerInput").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.tap("A kidney")
    window.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.unlock()
    window.shell.select(KNOCK)
    opened(window, "answerAndKnock")
    assert "A kidney" not in window.seen()


def test_for_oneself_for_nobody_yet_and_for_others_are_three_answers() -> None:
    home = Neighbour()
    room = Waiting(home)
    answering = room.property("answering")
    join = msgspec.structs.replace(
        msgspec.convert(
            {"join": KNOCK, "state": "looking", "circle": None, "waiting_for": "",
             "display_name": "Wren"}, type=Join,
        ), **ASKS | {"questions": []},
    )  # fmt: skip
    room.show(join)
    for whom, sent in (("", None), ("myself", ""), ("others", "…")):
        answering.hereFor(whom)
        before = len(home.all(AnswerQuestions))
        answering.send()
        if whom == "others":
            assert "Say which company" in answering.property("problem")
            assert len(home.all(AnswerQuestions)) == before
            answering.name("…")
            answering.send()
        assert home.all(AnswerQuestions)[-1].affiliation == sent


def test_a_note_is_shown_as_what_a_host_said(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    knocking(window, home)
    refused = msgspec.structs.replace(
        home.joins[KNOCK], state=JoinState.REFUSED, asks=False, note="Not now, with love."
    )
    window.later(lambda: home.change(refused))
    opened(window, "putAway")
    assert "What a host said\n“Not now, with love.”" in window.seen().replace("\n\n", "\n")
    assert not window.all("answerAndKnock")
    is_clear(window)


# ---- who waits for a host -----------------------------------------------------------------------


def test_who_waits_for_a_host_is_told_and_nothing_pretends_to_be_sent(
    opens: Opens, home: FakeHome
) -> None:
    home.circles[TABLE] = circle(members=7, waits_for_host=True)
    window = opens(home)
    opened(window, "waitsForHost")
    is_clear(window)
    assert "A host has to let you in; nothing you write goes out before." in window.seen()
    window.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    opened(window, "shareButton")
    assert window.text("shareButton") == "Keep it until then"
    assert "Nobody yet: a host has to let you in first" in window.seen()
    window.key(Qt.Key.Key_Escape)
    home.circles[TABLE] = circle(members=7)
    window.later(lambda: home.say(CircleChanged(circle=TABLE)))
    window.until(lambda: not window.all("waitsForHost"))


# ---- real homes ---------------------------------------------------------------------------------


class Side:
    """A home of one's own on loopback, behind the bridge a window has."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        folder.mkdir()
        settings = Settings(listen=("/ip4/127.0.0.1/tcp/0",), lan=False)
        self.bridge = Bridge(lambda: Home(Places(folder), settings))
        self.bridge.open()
        self.do(CreateHome(passphrase="amber kettle north willow"))

    def do(self, command: Command[Any]) -> Any:  # noqa: ANN401
        told: list[Any] = []
        refused: list[Refused] = []
        self.bridge.ask(command, told.append, refused.append)
        self.until(lambda: bool(told or refused))
        assert not refused, refused[0].message
        return told[0]

    def until(self, so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(so, timeout=20_000)


@pytest.fixture
def sides(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    both = Side(qtbot, tmp_path / "host"), Side(qtbot, tmp_path / "guest")
    yield both
    for side in both:
        side.bridge.close()


def at_a_real_door(host: Side, guest: Side, **door: Any) -> tuple[str, Door, Waiting, str]:  # noqa: ANN401
    """The guest has answered; the host has it before them."""
    made: CircleMade = host.do(CreateCircle(name="By the water", display_name="Ines"))
    host.do(SetDoor(circle=made.circle, admit="ask", questions=[QUESTION], **door))
    link = host.do(MakeInvite(circle=made.circle, label="Café")).link
    begun: JoinBegun = guest.do(JoinCircle(code=link, display_name="Pavel"))
    shell = Door(host.bridge)
    shell.show(made.circle)
    host.bridge.said.connect(shell.hear)
    room = Waiting(guest.bridge)

    def follow(events: list[Any]) -> None:
        for event in events:
            if getattr(event, "join", "") == begun.join and hasattr(event, "now"):
                room.show(event.now)

    guest.bridge.said.connect(follow)
    guest.until(lambda: room.property("asks") is True)
    return made.circle, shell, room, begun.join


def test_two_real_homes_ask_answer_ask_back_and_let_in(sides: tuple[Side, Side]) -> None:
    host, guest = sides
    home, door, room, _join = at_a_real_door(host, guest, promise=PROMISE, affiliation=True)
    form = room.property("answering")
    assert form.property("questions") == [QUESTION]
    assert room.property("promise") == PROMISE
    form.type(QUESTION, "From the café")
    form.send()
    guest.until(lambda: form.property("problem") != "")
    assert form.property("problem") == "Everybody agrees to the promise before they come in."
    form.agree()
    form.hereFor("myself")
    form.send()
    host.until(lambda: door.rowCount() == 1)
    guest.until(lambda: room.property("withHost") is True)
    assert "Pavel" not in everything(door)
    assert "Café" in row(door)["title"]
    request = row(door)["request"]
    door.look(request)
    assert row(door)["answers"] == [{"question": QUESTION, "answer": "From the café"}]
    assert row(door)["hereFor"] == "They are here for themselves."
    door.ask(request)
    door.type(request, "Which one?")
    door.askBack(request)
    guest.until(lambda: room.property("asks") is True)
    assert form.property("questions") == ["Which one?"]
    assert not room.property("asksPromise")
    host.until(lambda: row(door)["asked"] == "Which one?")
    form.type("Which one?", "The blue one")
    form.send()
    host.until(lambda: len(row(door)["answers"]) == 2)
    assert row(door)["asked"] == ""
    door.letIn(request)
    host.until(lambda: door.rowCount() == 0)
    guest.until(lambda: any(one.state is CircleState.MEMBER for one in guest.do(ListCircles())))
    guest.do(WritePost(circle=home, body="Hello"))


def test_a_real_no_brings_the_note_and_takes_the_invite_back(sides: tuple[Side, Side]) -> None:
    host, guest = sides
    home, door, room, _join = at_a_real_door(host, guest)
    room.property("answering").type(QUESTION, "From the café")
    room.property("answering").send()
    host.until(lambda: door.rowCount() == 1)
    asked = door.one(row(door)["request"])
    assert asked is not None
    declining = Declining(host.bridge)
    declining.done.connect(door.declined)
    declining.begin(home, asked, host=True)
    host.until(lambda: declining.property("mayTakeBack") is True)
    declining.type("Not now, with love.")
    declining.decline()
    host.until(lambda: door.rowCount() == 0)
    guest.until(lambda: room.property("refused") is True)
    assert room.property("note") == "Not now, with love."
    host.until(lambda: all(one.withdrawn for one in host.do(ListInvites(circle=home))))
