"""Posts carried by hand, in the window: what follows is read before, what came is told after."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.circle.state import CircleState
from app.commands import BringPosts, Command, PostsBrought, PostsTaken, TakePosts
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, TABLE, FakeHome, Hearth, circle, focused, tab_to
from tests.ui.neighbour import CIRCLE, Neighbour, clock, key, post
from tests.ui.village import villagers
from ui.connection.carrying import ELSEWHERE, FOR_ONE, Carrying

pytestmark = pytest.mark.usefixtures("qtbot")
FILE = QUrl("file:///media/stick/carry.sealed")
PATH = "/media/stick/carry.sealed"


class Circles(Neighbour):
    """Writes and takes in as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.circles = [circle(of=CIRCLE), circle("Carers", CARERS)]
        self.taken = PostsTaken(posts=42, bytes=1_234_567, people=7)
        self.brought = PostsBrought(circle=CIRCLE, new=12)

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case TakePosts():
                return self.taken
            case BringPosts():
                return self.brought
            case _:
                return super()._answer(command)


@pytest.fixture
def circles() -> Circles:
    return Circles()


def carrying(circles: Circles, *, bringing: bool, people: int = 7, seen: bool = True) -> Carrying:
    model = Carrying(circles, clock=clock)
    model.begin(CIRCLE, "Kitchen table", people, bringing=bringing)
    model.watch(seen)
    return model


def told_by(model: Carrying) -> list[str]:
    told: list[str] = []
    model.told.connect(told.append)
    return told


def texts(model: Carrying) -> str:
    entries: Any = model.property("follows")
    return " ".join(one["text"] for one in entries)


# ---- the model ----------------------------------------------------------------------------------


def test_what_is_in_a_file_and_who_opens_it_is_said_before(circles: Circles) -> None:
    model = carrying(circles, bringing=False)
    said = texts(model)
    assert "All posts of Kitchen table that are here go into one sealed file." in said
    assert "The 7 people who are in the circle now can open it, and nobody else." in said
    assert "no word, no name" in said
    assert "reaches nobody yet" in said
    assert FOR_ONE in texts(carrying(circles, bringing=False, people=1))
    assert circles.asked == []


def test_the_name_it_suggests_tells_nothing_but_the_day(circles: Circles) -> None:
    suggested: Any = carrying(circles, bringing=False).property("suggested")
    assert suggested.isLocalFile()
    assert suggested.fileName() == "carry-2026-11-23.sealed"


def test_a_file_is_written_and_its_posts_are_counted(circles: Circles) -> None:
    model = carrying(circles, bringing=False)
    model.chosen(FILE)
    assert circles.all(TakePosts) == [TakePosts(circle=CIRCLE, path=PATH, replace=True)]
    assert model.property("done") == "42 posts are in the file: 1.2 MB."
    assert model.property("more") == ""
    circles.taken = PostsTaken(posts=1, bytes=75_010, people=1, waiting=2)
    model = carrying(circles, bringing=False)
    model.chosen(FILE)
    assert model.property("done") == "One post is in the file: 75.0 kB."
    assert "2 of your own are not in it." in str(model.property("more"))
    circles.taken = PostsTaken(posts=0, bytes=75_010, people=1)
    model = carrying(circles, bringing=False)
    model.chosen(FILE)
    assert str(model.property("done")).startswith("There are no posts yet in the file")


@pytest.mark.parametrize(
    ("came", "sentence", "more"),
    [
        (PostsBrought(circle=CIRCLE, new=12), "12 posts came in.", ""),
        (PostsBrought(circle=CIRCLE, new=1), "One post came in.", ""),
        (PostsBrought(circle=CIRCLE, new=0), "All of it was here already.", ""),
        (PostsBrought(circle=CARERS, new=3), "3 posts came into Carers.", ""),
        (PostsBrought(circle=CARERS, new=0), "All of it was in Carers already.", ""),
        (PostsBrought(circle=CIRCLE, new=2, closed=5), "2 posts came in.",
         "5 more can't be read here: they are from before you came."),
    ],
)  # fmt: skip
def test_what_came_is_counted_and_into_which_circle(
    circles: Circles, came: PostsBrought, sentence: str, more: str
) -> None:
    circles.brought = came
    model = carrying(circles, bringing=True)
    model.chosen(FILE)
    assert circles.all(BringPosts) == [BringPosts(path=PATH)]
    assert (model.property("done"), model.property("more")) == (sentence, more)


@pytest.mark.parametrize("bringing", [True, False])
def test_a_refusal_is_said_and_one_may_try_again(circles: Circles, bringing: bool) -> None:
    command = BringPosts if bringing else TakePosts
    circles.refuse = {command: Refused(Why.DISK_FULL, "There is not enough room.")}
    model = carrying(circles, bringing=bringing)
    model.chosen(FILE)
    assert (model.property("problem"), model.property("working")) == (
        "There is not enough room.", False,
    )  # fmt: skip
    circles.refuse = {}
    model.chosen(FILE)
    assert model.property("problem") == ""
    assert model.property("done") != ""


@pytest.mark.parametrize("address", ["https://example.org/f", "file://host/share/f", "qrc:/f"])
def test_a_place_on_the_network_is_none(circles: Circles, address: str) -> None:
    model = carrying(circles, bringing=True)
    model.chosen(QUrl(address))
    assert model.property("problem") == ELSEWHERE
    assert circles.asked == []


def test_it_goes_on_when_the_sheet_is_closed_and_is_told_then(circles: Circles) -> None:
    """One at a time: whoever asks meanwhile sees the one that is under way."""
    circles.slow = {BringPosts}
    model = carrying(circles, bringing=True, seen=False)
    told = told_by(model)
    model.chosen(FILE)
    model.chosen(FILE)
    model.begin(CARERS, "Carers", 3, bringing=False)
    assert (model.property("bringing"), model.property("working")) == (True, True)
    assert len(circles.all(BringPosts)) == 1
    circles.answer()
    assert told == ["12 posts came in."]
    model.begin(CARERS, "Carers", 3, bringing=False)
    assert (model.property("bringing"), model.property("done")) == (False, "")
    circles.slow = set()
    circles.refuse = {TakePosts: Refused(Why.READ_ONLY, "Hearthside may not write there.")}
    model.chosen(FILE)
    assert told[1:] == ["Hearthside may not write there."]


def test_what_comes_after_a_lock_is_told_to_nobody(circles: Circles) -> None:
    circles.slow = {TakePosts}
    model = carrying(circles, bringing=False, seen=False)
    told = told_by(model)
    model.chosen(FILE)
    model.close()
    circles.answer()
    assert told == []
    assert (model.property("done"), model.property("working")) == ("", False)


# ---- in the window ------------------------------------------------------------------------------


Opens = Callable[[FakeHome], Hearth]


@pytest.fixture
def home() -> FakeHome:
    made = FakeHome()
    made.circles = {TABLE: circle(members=7, me=key("Juniper"))}
    made.posts = {TABLE: [post("one")]}
    made.members = villagers()
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


def asks(window: Hearth, entry: str) -> None:
    window.press("roomMenu")
    window.press(entry)
    window.until(lambda: bool(window.all("carryChoose")))
    window.rest(300)


def chosen(window: Hearth, file: Path) -> None:
    """As the dialog says it."""
    window.shell._rooms._carrying.chosen(QUrl.fromLocalFile(str(file)))
    window.rest()


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [("menuTake", "42 posts are in the file: 1.2 MB."), ("menuBring", "12 posts came in.")],
)
def test_from_the_menu_to_what_came_of_it(
    opens: Opens, home: FakeHome, tmp_path: Path, entry: str, sentence: str
) -> None:
    window = opens(home)
    asks(window, entry)
    chosen(window, tmp_path / "file")
    assert window.text("carryDone") == sentence
    assert not window.all("carryChoose")
    window.until(lambda: focused(window) == "carryClose")
    assert window.text("carryClose") == "Done"
    window.key(Qt.Key.Key_Return)
    window.until(lambda: not window.all("carryClose"))
    asks(window, entry)
    assert not window.all("carryDone")


def asking(window: Hearth, title: str) -> QQuickWindow:
    """Qt's own dialog, where the desktop has none."""
    found: list[Any] = []

    def there() -> bool:
        found[:] = [one for one in QGuiApplication.topLevelWindows()
                    if one.isVisible() and one.title() == title]  # fmt: skip
        return bool(found) and found[0] is QGuiApplication.focusWindow()

    window.until(there)
    window.rest(200)
    assert isinstance(found[0], QQuickWindow)
    return found[0]


def back(window: Hearth) -> None:
    """To the window behind it: a desktop does that by itself, and there is none here."""
    window.window.requestActivate()
    window.until(lambda: QGuiApplication.focusWindow() is window.window)
    window.until(lambda: window.window.activeFocusItem() is not None)


def tab_in(box: QQuickWindow, so: Callable[[QQuickItem], bool]) -> None:
    for _ in range(30):
        if so(box.activeFocusItem()):
            return
        QTest.keyClick(box, Qt.Key.Key_Tab)
    raise AssertionError("it can't be reached by Tab")


def test_by_keyboard_alone(opens: Opens, home: FakeHome, tmp_path: Path) -> None:
    """Into the menu, the sheet and Qt's own dialog, out of it, in again, and to the end."""
    (tmp_path / "carry.sealed").write_bytes(b"sealed")
    window = opens(home)
    window.key(Qt.Key.Key_F6)
    tab_to(window, "roomMenu")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("menuBring")))
    for _ in range(3):
        window.key(Qt.Key.Key_Down)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: focused(window) == "carryChoose")
    dialog = window.window.findChild(QObject, "bringDialog")
    assert dialog is not None
    dialog.setProperty("currentFolder", QUrl.fromLocalFile(str(tmp_path)))
    window.key(Qt.Key.Key_Return)
    box = asking(window, "Choose the file")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    window.until(lambda: not box.isVisible())
    back(window)
    window.until(lambda: focused(window) == "carryChoose")
    window.key(Qt.Key.Key_Return)
    box = asking(window, "Choose the file")
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Up)
    window.until(lambda: box.activeFocusItem().objectName() == "fileDialogDelegate0")
    QTest.keyClick(box, Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("carryDone")))
    assert window.asked(BringPosts) == [BringPosts(path=str(tmp_path / "carry.sealed"))]
    back(window)
    window.until(lambda: focused(window) == "carryClose")
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all("carryClose"))


def test_a_new_file_gets_its_name_in_the_dialog(
    opens: Opens, home: FakeHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the ending, so that others find it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    window = opens(home)
    asks(window, "menuTake")
    window.press("carryChoose")
    box = asking(window, "Where the file goes")
    tab_in(box, lambda item: item.property("placeholderText") is not None)
    for letter in "letters":
        QTest.keyClick(box, letter)  # type: ignore[call-overload]  # stubs lack it
    tab_in(box, lambda item: item.property("text") == "Save")
    QTest.keyClick(box, Qt.Key.Key_Space)
    window.until(lambda: bool(window.asked(TakePosts)))
    written = str(tmp_path / "letters.sealed")
    assert window.asked(TakePosts) == [TakePosts(circle=TABLE, path=written, replace=True)]


def test_a_lock_takes_the_sheet_and_the_dialog_along(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    asks(window, "menuBring")
    window.press("carryChoose")
    box = asking(window, "Choose the file")
    window.shell.lock()
    window.until(lambda: window.screen() == "locked")
    window.until(lambda: not box.isVisible())
    back(window)
    window.unlock()
    window.until(lambda: bool(window.all("post")))
    assert not window.all("carryClose")


def test_who_has_left_is_offered_neither(opens: Opens, home: FakeHome) -> None:
    home.circles = {TABLE: circle(state=CircleState.LEFT, me=key("Juniper"))}
    window = opens(home)
    window.press("roomMenu")
    window.until(lambda: bool(window.all("menuLeave")))
    assert not window.all("menuTake")
    assert not window.all("menuBring")
    window.shell._rooms.carry(True)
    window.rest()
    assert not window.all("carryChoose")
