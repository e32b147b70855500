"""For those who cannot see it: every screen, walked through as a screen reader would."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from app.circle.state import (
    CircleState,
    Feeling,
    HomeState,
    JoinState,
    NetStatus,
    Post,
    PostKind,
    Want,
)
from app.events import CircleChanged, NetChanged, Trouble
from tests.ui.hearth import CARERS, CODE, KNOCK, PASSPHRASE, TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import NOW, PROMISE, key, post, settings
from tests.ui.village import REASON, chronicle, invitations, villagers, word
from ui.wording import ADRIFT

CTRL = Qt.KeyboardModifier.ControlModifier
PRESSED = {
    QAccessible.Role.Button,
    QAccessible.Role.RadioButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.MenuItem,
    QAccessible.Role.ListItem,
    QAccessible.Role.Link,
}
QUESTION = post(
    "question",
    kind=PostKind.QUESTION,
    title="How did you tell work?",
    want=Want.EXPERIENCES,
    replies=2,
    unread=True,
)
POSTS = [
    post("checkin", "Tomasz", PostKind.CHECKIN, feeling=Feeling.WOBBLY, want=Want.LISTENING),
    QUESTION,
    post("noted", "Marisol", content_note="needles, hospital"),
    post("mine", "Juniper", unsent=True),
]

Opens = Callable[[FakeHome], Hearth]


def answer(name: str, author: str, **more: Any) -> Post:  # noqa: ANN401 - as msgspec has it
    return post(
        name, author, PostKind.REPLY, thread=QUESTION.post, reply_to=QUESTION.post,
        written_at=NOW - timedelta(minutes=30), **more,
    )  # fmt: skip


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Opens]:
    windows: list[Hearth] = []

    def window(home: FakeHome) -> Hearth:
        windows.append(Hearth(qtbot, home))
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
        TABLE: circle(members=5, unread=1, about="Cooks"),
        CARERS: circle("Carers", CARERS),
    }
    made.posts = {TABLE: POSTS}
    made.replies = [
        answer("one", "Marisol"),
        answer("two", "Old Heron", content_note="loss"),
    ]
    return made


@pytest.fixture
def window(opens: Opens, home: FakeHome) -> Hearth:
    """A home that is open, with its first circle in front."""
    made = opens(home)
    made.unlock()
    made.until(lambda: len(made.all("post")) >= 3)
    return made


def shown(window: Hearth) -> list[Any]:
    return [one for one in window.spoken() if not one.state().invisible]


def name_of(one: Any) -> str:  # noqa: ANN401 - QAccessibleInterface has no stub
    return str(one.text(QAccessible.Text.Name))


def is_clear(window: Hearth) -> None:
    """Whatever takes keys or presses says what it is, and no two neighbours say the same."""
    nameless: list[str] = []
    twins: list[str] = []
    for one in shown(window):
        item = one.object()
        if (one.role() in PRESSED or one.state().focusable) and not name_of(one).strip():
            nameless.append(item.objectName() or item.metaObject().className())
        beside = Counter(
            name_of(child)
            for place in range(one.childCount())
            if (child := one.child(place)) is not None
            and child.role() in PRESSED
            and not child.state().invisible
        )
        twins += [name for name, count in beside.items() if count > 1]
    assert nameless == []
    assert twins == []


def of_role(window: Hearth, role: QAccessible.Role) -> list[Any]:
    return [one for one in shown(window) if one.role() == role]


def opened(window: Hearth, name: str) -> None:
    window.until(lambda: bool(window.all(name)))
    window.rest(300)


def closed(window: Hearth, name: str) -> None:
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all(name))
    window.rest()


def test_the_first_run(opens: Opens) -> None:
    window = opens(FakeHome(HomeState.NEW))
    is_clear(window)
    window.shell._first.take("Juniper")
    window.shell._first.named()
    window.rest()
    is_clear(window)
    window.shell._first.choose(PASSPHRASE, PASSPHRASE)
    window.until(lambda: window.text("stepCount") == "Step 3 of 3")
    is_clear(window)
    assert {"I have an invite", "Begin a circle"} <= {name_of(one) for one in shown(window)}


def test_the_lock_screen_also_after_a_wrong_passphrase(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    is_clear(window)
    window.write("unlockInput", "wrong")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: "That didn't open it." in window.seen())
    is_clear(window)


def test_no_circle_yet(opens: Opens) -> None:
    window = opens(FakeHome())
    window.unlock()
    opened(window, "noCircle")
    is_clear(window)


def test_an_empty_circle(window: Hearth) -> None:
    window.key(Qt.Key.Key_2, CTRL)
    opened(window, "emptyCircle")
    is_clear(window)


def test_the_home_in_three_widths(window: Hearth) -> None:
    for width in (1440, 1100, 820):
        window.window.setProperty("width", width)
        window.rest()
        is_clear(window)


def test_cards_are_list_items_that_know_their_place(window: Hearth) -> None:
    cards = [
        one
        for one in of_role(window, QAccessible.Role.ListItem)
        if "Post " in one.text(QAccessible.Text.Description)
    ]
    said = [one.text(QAccessible.Text.Description).rsplit("Post ", 1)[1] for one in cards]
    assert sorted(said) == [f"{place} of {len(POSTS)}" for place in range(1, len(cards) + 1)]
    names = [name_of(one) for one in cards]
    assert any(
        name.startswith("Question from Ines, ")
        and "How did you tell work? Experiences welcome. 2 replies." in name
        for name in names
    )
    assert any("Only on this computer" in name for name in names)
    for one in cards:
        inside = [one.child(place) for place in range(one.childCount())]
        assert any(child.role() == QAccessible.Role.Button for child in inside)


def test_words_behind_a_content_note_are_not_read_out(window: Hearth) -> None:
    told = "\n".join(
        one.text(which)
        for one in shown(window)
        for which in (QAccessible.Text.Name, QAccessible.Text.Description)
    )
    assert "needles, hospital" in told
    assert "words of noted" not in told


def test_a_thread_beside_the_feed_and_in_its_place(window: Hearth) -> None:
    window.shell._visit.openThread(QUESTION.post, False)
    opened(window, "reply")
    is_clear(window)
    replies = [
        one.text(QAccessible.Text.Description)
        for one in of_role(window, QAccessible.Role.ListItem)
        if name_of(one).startswith("Reply from ")
    ]
    assert sorted(replies) == ["Reply 2 of 2", "words of one Reply 1 of 2"]
    window.window.setProperty("width", 1000)
    window.rest()
    is_clear(window)


def test_a_reply_whose_beginning_has_not_arrived(opens: Opens, home: FakeHome) -> None:
    """In the feed, and opened as a thread without a beginning."""
    lost = answer("lost", "Tomasz", parent_missing=True, thread_missing=True)
    home.posts = {TABLE: [lost, *POSTS]}
    window = opens(home)
    window.unlock()
    window.until(lambda: len(window.all("post")) >= 3)
    is_clear(window)
    assert any(name_of(one).endswith(f"{ADRIFT}.") for one in shown(window))
    window.key(Qt.Key.Key_F6)
    window.key(Qt.Key.Key_F6)
    window.key(Qt.Key.Key_F6)
    window.key(Qt.Key.Key_Return)
    opened(window, "reply")
    is_clear(window)
    assert "What this answers has not arrived yet." in window.seen()
    window.key(Qt.Key.Key_R)
    assert window.window.activeFocusItem().objectName() == "replyBoxInput"


@pytest.mark.parametrize("kind", ["checkin", "question", "story"])
def test_the_sheet_to_write_on(window: Hearth, kind: str) -> None:
    window.key(Qt.Key.Key_N, CTRL)
    opened(window, "contentNote")
    window.press(f"kind_{kind}")
    is_clear(window)
    window.press("contentNote")
    is_clear(window)
    window.press("shareButton")
    is_clear(window)


def test_the_sheets_and_menus(window: Hearth) -> None:
    for menu, entry in (("newOrJoin", "menuBegin"), ("roomMenu", "menuLeave")):
        window.press(menu)
        opened(window, entry)
        is_clear(window)
        closed(window, entry)
    for ask, there in (
        (window.shell.begin, "begin"),
        (window.shell.join, "knock"),
        (window.shell.invite, "showInvite"),
    ):
        ask()
        opened(window, there)
        is_clear(window)
        if there == "showInvite":
            window.press(there)
            window.until(lambda: CODE.split("-")[0] in window.seen())
            is_clear(window)
        else:
            window.write("inviteCodeInput" if there == "knock" else "circleNameInput", "")
            window.press(there)
            is_clear(window)
        closed(window, there)
    window.press("roomMenu")
    opened(window, "menuLeave")
    window.press("menuLeave")
    opened(window, "stay")
    is_clear(window)
    window.press("erase")
    is_clear(window)


def test_posts_that_are_carried_by_hand(window: Hearth) -> None:
    for entry in ("menuTake", "menuBring"):
        window.press("roomMenu")
        opened(window, entry)
        is_clear(window)
        window.press(entry)
        opened(window, "carryChoose")
        is_clear(window)
        window.shell._rooms._carrying.chosen(QUrl("file:///somewhere"))
        opened(window, "carryDone")
        is_clear(window)
        closed(window, "carryDone")


def test_the_waiting_room_and_a_door_that_stays_closed(window: Hearth, home: FakeHome) -> None:
    window.shell.join()
    opened(window, "knock")
    window.write("inviteCodeInput", CODE)
    window.press("knock")
    opened(window, "waitingFor")
    is_clear(window)
    refused = msgspec.structs.replace(home.joins[KNOCK], state=JoinState.REFUSED)
    window.later(lambda: home.change(refused))
    opened(window, "putAway")
    is_clear(window)


def test_people_and_what_one_may_do_about_them(window: Hearth, home: FakeHome) -> None:
    home.members, home.log = villagers(), chronicle()
    window.press("people")
    window.until(lambda: len(window.all("person")) == len(home.members))
    is_clear(window)
    names = {name_of(one) for one in of_role(window, QAccessible.Role.Button)}
    assert "Ines. Host. Began this circle on 15 August. Here now" in names
    for name in ("Ines", "Old Heron", "Juniper", "Pavel"):
        window.shell._rooms.see(key(name))
        opened(window, "personName")
        is_clear(window)
    said = {
        name_of(one): bool(one.state().checked)
        for one in of_role(window, QAccessible.Role.RadioButton)
    }
    assert said["Member, as now. Reads, writes, and can invite people."]
    assert not said["Guest. Reads and writes, but can't invite anyone."]
    window.press("removePerson")
    opened(window, "confirmRemove")
    is_clear(window)
    spoken = {name_of(one) for one in shown(window)}
    assert "Remove Pavel from Kitchen table?" in spoken
    assert "Your reason. Everyone in the circle can read it." in spoken
    assert "What has already arrived stays with Pavel." in spoken
    window.press("confirmRemove")
    window.until(lambda: bool(window.all("reasonError")))
    is_clear(window)


def test_the_open_log_and_invites(window: Hearth, home: FakeHome) -> None:
    home.members, home.log, home.invites = villagers(), chronicle(), invitations()
    window.press("log")
    opened(window, "logRow")
    is_clear(window)
    # Nothing accessible is kept: Qt frees it with its page, and PySide takes what is made at the
    # same place later for it.
    acts = {
        name_of(one): one.text(QAccessible.Text.Description)
        for one in of_role(window, QAccessible.Role.ListItem)
    }
    first = next(name for name in acts if name.startswith(f"Ines removed Ben: {REASON[:-1]}"))
    assert acts[first] == f"Entry 1 of {len(home.log)}"
    window.press("invites")
    opened(window, "takeBack")
    is_clear(window)
    names = {name_of(one) for one in shown(window)}
    assert "Take back: From the clinic café" in names
    window.press("takeBack")
    opened(window, "confirmTakeBack")
    is_clear(window)


def test_circle_settings_and_the_sheets_that_change_them(window: Hearth, home: FakeHome) -> None:
    home.members, home.invites = villagers(), invitations()
    window.press("settings")
    opened(window, "promiseCard")
    is_clear(window)
    lists = {name_of(one) for one in of_role(window, QAccessible.Role.ListItem)}
    assert {*PROMISE, "A member has to put in a word for them first."} <= lists
    cards = {name_of(one) for one in of_role(window, QAccessible.Role.Grouping)}
    assert {"Our promise", "How people come in", "Invites", "Leaving"} <= cards
    for card, save in (
        ("promise", "savePromise"),
        ("circle", "saveCircle"),
        ("door", "saveDoor"),
    ):
        window.press(f"{card}CardAction")
        opened(window, save)
        is_clear(window)
        if card == "door":
            assert "Question 2" in {name_of(one) for one in shown(window)}
            ticks = [
                bool(one.state().checked) for one in of_role(window, QAccessible.Role.CheckBox)
            ]
            assert ticks in ([True, False], [False, True])
        closed(window, save)


def test_handing_a_circle_over(opens: Opens, home: FakeHome) -> None:
    home.members = [
        msgspec.structs.replace(one, founder=one.display_name == "Juniper") for one in villagers()
    ]
    home.settings = settings(heir=key("Old Heron"))
    window = opens(home)
    window.unlock()
    window.press("settings")
    opened(window, "hostsCard")
    is_clear(window)
    window.press("hostsCardAction")
    opened(window, "keepCircleMine")
    is_clear(window)
    window.press("heir0")
    window.press("handNow")
    is_clear(window)
    spoken = {name_of(one) for one in shown(window)}
    assert {"Hand over to Ines now", "You can't take it back. Only Ines can hand it on."} <= spoken


def test_a_word_for_whoever_comes(window: Hearth, home: FakeHome) -> None:
    home.invites = invitations()
    home.invites[0] = msgspec.structs.replace(home.invites[0], vouches=[word("Ines", "A friend.")])
    window.press("invites")
    opened(window, "putInWord")
    is_clear(window)
    names = {name_of(one) for one in shown(window)}
    assert {"A word by Ines: A friend.", "Put in a word: From the clinic café"} <= names
    window.press("putInWord")
    opened(window, "sayVouch")
    is_clear(window)
    window.press("sayVouch")
    window.until(lambda: bool(window.all("vouchWordsError")))
    is_clear(window)


def test_a_circle_one_was_removed_from(window: Hearth, home: FakeHome) -> None:
    def so() -> None:
        home.circles[TABLE] = msgspec.structs.replace(
            home.circles[TABLE], state=CircleState.REMOVED, removed_by="Ada", removed_reason=REASON
        )
        home.say(CircleChanged(circle=TABLE))

    window.later(so)
    opened(window, "removed")
    is_clear(window)
    assert any(
        name_of(one).startswith(f"You were removed from this circle by Ada. “{REASON}” What has")
        for one in shown(window)
    )
    window.shell._visit.openThread(QUESTION.post, False)
    opened(window, "mute")
    is_clear(window)


def test_a_circle_that_was_left_offline_and_in_trouble(window: Hearth, home: FakeHome) -> None:
    """It stays readable, cannot be written in, and is not called new."""

    def left() -> None:
        home.circles[CARERS] = circle("Carers", CARERS, state=CircleState.LEFT)
        home.net = NetStatus(listening=[], reachable=0, of=4, people=[])
        home.say(
            CircleChanged(circle=CARERS), NetChanged(),
            Trouble(kind="disk_full", message="No space is left."),
        )  # fmt: skip

    window.shell._connection._patient = False
    window.later(left)
    opened(window, "offline")
    assert window.all("trouble")
    is_clear(window)
    window.key(Qt.Key.Key_2, CTRL)
    opened(window, "closed")
    is_clear(window)
    assert "There is nothing to read here." in window.seen()
    assert "This circle is new" not in window.seen()
    assert not window.all("writeWelcome")
