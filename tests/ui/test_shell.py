"""The window as a whole: the way in, several circles, and a lock that hides everything at once."""

import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.circle.state import CircleState, HomeState, JoinState
from app.commands import CreateCircle, CreateHome, JoinCircle, KeepDraft, Lock, MakeInvite
from app.events import CircleJoined, Trouble
from tests.ui.hearth import CARERS, CODE, KNOCK, LINK, PASSPHRASE, TABLE, FakeHome, Hearth, circle

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier

Opens = Callable[..., Hearth]


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Opens]:
    """Windows on homes; none of them may leave a complaint of QML behind."""
    windows: list[Hearth] = []

    def window(home: FakeHome, link: str = "") -> Hearth:
        windows.append(Hearth(qtbot, home, link))
        return windows[-1]

    yield window
    complaints = [line for one in windows for line in one.warnings]
    for one in windows:
        one.close()
    assert complaints == []


def two_circles() -> FakeHome:
    home = FakeHome()
    home.circles = {
        TABLE: circle(members=4),
        CARERS: circle("Carers", CARERS, members=7, unread=3, display_name="Wren"),
    }
    return home


def test_from_nothing_to_an_invite_by_keyboard(opens: Opens) -> None:
    """Name, passphrase, circle, invite: no mouse, and no word of it outside the window."""
    window = opens(FakeHome(HomeState.NEW))
    assert window.text("stepCount") == "Step 1 of 3"
    window.tap("Juniper")
    window.key(Qt.Key.Key_Return)
    window.tap(PASSPHRASE)
    window.key(Qt.Key.Key_Return)
    window.tap(PASSPHRASE)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: window.text("stepCount") == "Step 3 of 3")
    assert window.asked(CreateHome) == [CreateHome(passphrase=PASSPHRASE)]
    window.key(Qt.Key.Key_Tab)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("circleNameInput")))
    window.rest(300)
    window.tap("Kitchen table")
    window.key(Qt.Key.Key_Return)
    window.tap("Cooks")
    window.key(Qt.Key.Key_Tab)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("showInvite")))
    made = window.asked(CreateCircle)[0]
    assert (made.name, made.about, made.display_name) == ("Kitchen table", "Cooks", "Juniper")
    window.until(lambda: window.text("roomName") == "Kitchen table")
    assert window.asked(MakeInvite) == []
    window.rest(300)
    window.press("showInvite")
    window.until(lambda: bool(window.asked(MakeInvite)))
    window.rest()
    assert LINK in window.seen()
    assert window.window.title() == "Hearthside"


def test_how_long_words_stay_is_chosen_at_the_beginning_and_said_where_one_writes(
    opens: Opens,
) -> None:
    """By keyboard: the answers are radio buttons of one group, and the sheet says what follows."""
    home = FakeHome()
    home.circles = {CARERS: circle("Carers", CARERS, members=7)}
    window = opens(home)
    window.unlock()
    window.until(lambda: window.text("roomName") == "Carers")
    window.shell.begin()
    window.until(lambda: bool(window.all("circleNameInput")))
    window.rest(300)
    window.tap("Kitchen table")
    assert "Nothing goes by itself" in window.seen()
    window.find("stay3").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Space)
    window.until(lambda: "Then they are gone from everyone's computers" in window.seen())
    window.press("begin")
    window.until(lambda: window.text("roomName") == "Kitchen table")
    assert [made.keep_days for made in window.asked(CreateCircle)] == [7]
    window.key(Qt.Key.Key_Escape)
    window.rest(300)
    window.key(Qt.Key.Key_N, CTRL)
    window.until(lambda: "It goes from everyone's computers after 7 days." in window.seen())


def test_the_lock_screen_knows_nobody(opens: Opens) -> None:
    window = opens(two_circles())
    seen = window.seen()
    for word in ("Juniper", "Wren", "Kitchen", "Carers", "3 new"):
        assert word not in seen


def test_locking_hides_everything_at_once(opens: Opens) -> None:
    """Before the home has even heard of it, nothing of a person is on the screen."""
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: "Carers" in window.seen())
    window.shell.invite()
    window.rest(300)
    window.press("copyInvite")
    window.until(lambda: QGuiApplication.clipboard().text() == LINK)
    began = time.monotonic()
    window.shell.lock()
    took = time.monotonic() - began
    assert took < 0.1
    seen = window.seen()
    for word in ("Juniper", "Wren", "Kitchen", "Carers", LINK):
        assert word not in seen
    assert QGuiApplication.clipboard().text() == ""
    assert window.shell._circles.rows == []
    window.until(lambda: bool(window.asked(Lock)))
    assert "Locked at" in window.text("lockedAt")
    window.unlock()
    window.until(lambda: window.text("roomName") == "Kitchen table")


def test_ctrl_l_locks_and_words_being_written_are_kept_first(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    window.key(Qt.Key.Key_N, CTRL)
    window.rest(300)
    composer = window.shell._visit._composer
    assert composer is not None
    composer.setBody("half a thought")
    window.key(Qt.Key.Key_L, CTRL)
    window.until(lambda: bool(window.asked(Lock)))
    kinds = [type(one) for one in window.home.asked]
    assert KeepDraft in kinds
    assert kinds.index(KeepDraft) < kinds.index(Lock)
    assert window.screen() == "locked"


def test_numbers_and_news_lead_to_circles(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: window.text("roomName") == "Kitchen table")
    window.key(Qt.Key.Key_2, CTRL)
    window.until(lambda: window.text("roomName") == "Carers")
    assert window.text("me") == "Wren"
    window.key(Qt.Key.Key_1, CTRL)
    window.key(Qt.Key.Key_Down, ALT)
    window.until(lambda: window.text("roomName") == "Carers")


def test_several_joins_knock_side_by_side_and_the_open_one_leads_in(opens: Opens) -> None:
    home = two_circles()
    window = opens(home)
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    window.shell.join()
    window.rest(300)
    window.write("inviteCodeInput", "nonsense")
    window.press("knock")
    window.until(lambda: "This code isn't complete." in window.seen())
    window.write("inviteCodeInput", CODE)
    window.press("knock")
    window.until(lambda: bool(window.all("waitingFor")))
    assert window.text("waitingFor") == "Looking for someone in the circle."
    assert len(window.asked(JoinCircle)) == 2

    def at_the_door() -> None:
        home.change(
            msgspec.structs.replace(
                home.joins[KNOCK],
                state=JoinState.WAITING,
                circle_name="Slow mornings",
                waiting_for="Waiting for Ines.",
            )
        )

    window.later(at_the_door)
    window.until(lambda: window.text("waitingFor") == "Waiting for Ines.")
    assert window.text("waitingCircle") == "Slow mornings"

    def inside() -> None:
        slow = circle("Slow mornings", "5" * 64, members=3, join=KNOCK)
        home.circles["5" * 64] = slow
        home.joins[KNOCK] = msgspec.structs.replace(home.joins[KNOCK], state=JoinState.JOINED)
        home.say(CircleJoined(join=KNOCK, circle="5" * 64))

    window.later(inside)
    window.until(lambda: bool(window.all("roomName")))
    assert window.text("roomName") == "Slow mornings"


def test_one_can_stop_knocking(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    window.shell.join()
    window.rest(300)
    window.write("inviteCodeInput", CODE)
    window.press("knock")
    window.until(lambda: bool(window.all("stopKnocking")))
    window.press("stopKnocking")
    window.until(lambda: bool(window.all("roomName")))
    window.until(lambda: "Knocking…" not in window.seen())


def test_leaving_asks_first_and_the_safe_answer_has_the_focus(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    window.press("roomMenu")
    window.rest(200)
    window.press("menuLeave")
    window.rest(300)
    assert window.window.activeFocusItem().objectName() == "stay"
    window.press("leave")
    window.until(lambda: bool(window.all("closed")))
    assert window.home.circles[TABLE].state is CircleState.LEFT
    assert not window.all("invite")


def test_a_circle_that_was_erased_is_gone_from_the_window(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    window.shell._leaving.leave(TABLE, True)
    window.until(lambda: window.text("roomName") == "Carers")
    assert "Kitchen table" not in window.seen()


def test_no_circle_yet_is_said_kindly(opens: Opens) -> None:
    window = opens(FakeHome())
    window.unlock()
    window.until(lambda: bool(window.all("noCircle")))
    assert "You can join a circle someone invited you to, or begin one." in window.seen()


def test_a_link_opens_its_invite_after_unlocking(opens: Opens) -> None:
    window = opens(two_circles(), LINK)
    window.unlock()
    window.until(lambda: bool(window.all("inviteCodeInput")))
    window.rest(300)
    assert window.text("inviteCodeInput") == LINK


def test_trouble_is_a_sentence_at_the_foot_of_the_room(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.later(lambda: window.home.say(Trouble(kind="disk_full", message="No space is left.")))
    window.until(lambda: bool(window.all("trouble")))
    assert window.text("trouble") == "No space is left."


def test_a_home_that_falls_over_is_told_on_every_screen(opens: Opens) -> None:
    window = opens(two_circles())
    window.later(lambda: window.home.end(crash=True))
    window.until(lambda: bool(window.all("trouble")))
    assert "stopped working" in window.text("trouble")


def test_the_sidebar_becomes_a_rail_in_a_narrow_window(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("sidebar")))
    assert window.find("sidebar").width() == 276
    window.window.setProperty("width", 820)
    window.rest()
    assert window.find("sidebar").width() == 64
    assert window.find("lock").isVisible()


def test_f6_goes_round_the_panes(opens: Opens) -> None:
    window = opens(two_circles())
    window.unlock()
    window.until(lambda: bool(window.all("roomName")))
    places: list[str] = []
    for _ in range(4):
        window.key(Qt.Key.Key_F6)
        item: QObject | None = window.window.activeFocusItem()
        places.append("" if item is None else item.objectName())
    assert "circle" in places
    assert "invite" in places
    window.key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
