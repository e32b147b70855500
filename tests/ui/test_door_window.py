"""The door in the whole window: by keyboard, by screen reader, and as plain words."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtQml import QQmlExpression, qmlContext
from pytestqt.qtbot import QtBot

from app.circle.state import DoorRequest, VouchMade
from app.commands import (
    AnswerRequest,
    AskBack,
    ListRequests,
    WithdrawInvite,
)
from app.events import CircleChanged
from tests.ui.hearth import CARERS, TABLE, FakeHome, Hearth, circle, focused, tab_to
from tests.ui.neighbour import key, post
from tests.ui.test_accessible import is_clear, opened, shown
from tests.ui.village import invitation, stranger
from ui.door.item import LACKS

pytestmark = pytest.mark.usefixtures("qtbot")

Opens = Callable[[FakeHome], Hearth]
VOUCH = VouchMade(by=key("Ines"), by_name="Ines", words="We shared a ward.")


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
            context = qmlContext(item)
            assert context is not None
            plain = QQmlExpression(context, item, "textFormat === Text.PlainText")
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
