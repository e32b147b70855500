"""One's own picture in a circle: chosen, looked at, used, taken away; and everybody else's."""

import os
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import pytest
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.commands import ReadPicture, SetProfile
from app.refused import Refused, Why
from tests.ui.hearth import TABLE, FakeHome, Hearth, circle, focused, tab_to
from tests.ui.neighbour import key, post
from tests.ui.pictures import file_of, plain
from tests.ui.test_accessible import is_clear
from tests.ui.village import villagers
from ui.portraits import BROKEN, NO_PICTURE, TOO_WIDE, UNREADABLE, made

Opens = Callable[[FakeHome], Hearth]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Opens]:
    windows: list[Hearth] = []

    def window(home: FakeHome) -> Hearth:
        windows.append(Hearth(qtbot, home))
        windows[-1].unlock()
        return windows[-1]

    yield window
    complaints = [line for one in windows for line in one.warnings]
    for one in windows:
        one.close()
    assert complaints == []


@pytest.fixture
def home() -> FakeHome:
    made_ = FakeHome()
    made_.members = villagers()
    made_.circles = {
        TABLE: circle(members=7, me=key("Juniper")),
        "2" * 64: circle("Carers", "2" * 64, me=key("Juniper")),
    }
    made_.posts = {TABLE: [post("story", "Ines"), post("mine", "Juniper")]}
    return made_


def looks_like(home: FakeHome, name: str, picture: bytes) -> None:
    """They have this picture, from before the window was opened."""
    home.pictures[key(name)] = picture
    mark = blake2b(picture, digest_size=16).hexdigest()
    home.members = [
        msgspec.structs.replace(one, picture=mark) if one.display_name == name else one
        for one in home.members
    ]


def own_page(window: Hearth) -> None:
    window.press("people")
    window.until(lambda: bool(window.all("person")))
    window.shell._rooms.see(key("Juniper"))
    window.until(lambda: bool(window.all("choosePicture")))
    window.rest()


def chosen(window: Hearth, file: Path | str) -> None:
    """As the dialog says it."""
    portraying = window.shell._rooms._portraying
    portraying.take(QUrl.fromLocalFile(str(file)))
    window.until(lambda: not portraying.property("reading"))
    window.rest()


def colour_of(window: Hearth, name: str, place: int = 0) -> QColor:
    """What is in the middle of it, on the screen."""
    item = window.find(name, place=place)
    spot = item.mapToScene(item.boundingRect().center()).toPoint()
    return window.window.grabWindow().pixelColor(spot)


def avatars(window: Hearth, name: str) -> list[QQuickItem]:
    found, todo = [], [window.window.contentItem()]
    while todo:
        item = todo.pop(0)
        if item.isVisible():
            if item.property("picture") is not None and item.property("key") == key(name):
                found.append(item)
            todo += item.childItems()
    return found


def pictured(window: Hearth, name: str) -> bool:
    """Everywhere they are seen, it is by their picture."""
    there = avatars(window, name)
    return bool(there) and all(
        str(one.property("source").toString()).startswith("image://portrait/") for one in there
    )


def flowers(window: Hearth, name: str) -> bool:
    there = avatars(window, name)
    return bool(there) and all("/person/" in one.property("source").toString() for one in there)


def is_red(colour: QColor) -> bool:
    return colour.red() > 200 and colour.green() < 60 and colour.blue() < 60


def red(folder: Path) -> Path:
    file = folder / "me.png"
    file.write_bytes(file_of(plain("red", 400, 300), "PNG"))
    return file


# ---- one's own ------------------------------------------------------------------------------


def test_a_picture_is_chosen_looked_at_and_used(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    """Nothing leaves before it was looked at; then it is seen wherever the reader is."""
    window = opens(home)
    own_page(window)
    assert flowers(window, "Juniper")
    assert "Choose a picture…" in window.seen()
    for words in ("Only this circle sees it.", "Take one that you use nowhere else"):
        assert words in window.seen()
    chosen(window, red(tmp_path))
    assert "This is how it will look. Nobody sees it yet." in window.seen()
    assert "Earlier pictures stay with those who have them." in window.seen()
    assert is_red(colour_of(window, "ownPicture"))
    assert window.asked(SetProfile) == []
    window.press("usePicture")
    window.until(lambda: pictured(window, "Juniper"))
    (asked,) = window.asked(SetProfile)
    assert asked == SetProfile(circle=TABLE, picture=made(red(tmp_path).read_bytes()))
    assert "This circle sees you with this picture now." in window.seen()
    assert not window.all("usePicture")
    # QML would keep it for a while after a lock.
    assert not any(one.property("cache") for one in avatars(window, "Juniper"))
    assert len(avatars(window, "Juniper")) >= 3  # sidebar, head of the page, its card
    window.press("home")
    window.until(lambda: len(window.all("post")) >= 2)
    assert pictured(window, "Juniper")
    assert flowers(window, "Ines")


def test_not_now_changes_nothing(opens: Opens, home: FakeHome, tmp_path: Path) -> None:
    window = opens(home)
    own_page(window)
    chosen(window, red(tmp_path))
    window.press("discardPicture")
    assert not window.all("usePicture")
    assert flowers(window, "Juniper")
    chosen(window, red(tmp_path))
    window.shell._rooms.go("people")
    window.shell._rooms.see(key("Juniper"))
    window.rest()
    assert not window.all("usePicture"), "what was not used is forgotten with the page"
    assert window.asked(SetProfile) == []


def test_it_is_taken_away(opens: Opens, home: FakeHome) -> None:
    looks_like(home, "Juniper", made(file_of(plain("red", 300, 300), "PNG")))
    window = opens(home)
    own_page(window)
    window.until(lambda: pictured(window, "Juniper"))
    assert "Choose another picture…" in window.seen()
    assert "Earlier pictures stay with those who have them." in window.seen()
    window.press("takePictureAway")
    window.until(lambda: flowers(window, "Juniper"))
    assert window.asked(SetProfile) == [SetProfile(circle=TABLE, picture=None)]
    assert "This circle sees your flower again." in window.seen()
    assert not window.all("takePictureAway")


def test_a_refusal_says_why_and_the_picture_stays_chosen(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    why = "Another of your circles sees you with this very picture."
    home.refuse = {SetProfile: Refused(Why.NOT_ALLOWED, why)}
    window = opens(home)
    own_page(window)
    chosen(window, red(tmp_path))
    window.press("usePicture")
    window.until(lambda: why in window.seen())
    assert window.text("pictureProblem") == why
    assert is_red(colour_of(window, "ownPicture"))
    assert window.all("usePicture")
    assert flowers(window, "Juniper") is False
    home.refuse = {}
    window.press("usePicture")
    window.until(lambda: pictured(window, "Juniper"))
    assert not window.all("pictureProblem")


def files(folder: Path) -> dict[str, tuple[Path, str]]:
    """What nobody should be able to end a window with, and what is said of it."""
    folder.mkdir(exist_ok=True)
    whole = file_of(plain("blue", 300, 300), "PNG")
    wide = bytearray(whole)
    wide[16:24] = (50_000).to_bytes(4, "big") * 2
    wide[29:33] = crc32(wide[12:29]).to_bytes(4, "big")
    os.mkfifo(folder / "pipe.png")
    contents = {
        "words.jpg": (b"Dear diary", NO_PICTURE),
        "drawing.svg": (b"<svg width='9' height='9'/>", NO_PICTURE),
        "wide.png": (bytes(wide), TOO_WIDE),
        "cut.png": (whole[: len(whole) // 2], BROKEN),
        "cut.jpg": (file_of(plain("blue", 300, 300), "JPEG")[:-400], BROKEN),
        "nothing.png": (b"", NO_PICTURE),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    told = {name: (folder / name, why) for name, (_, why) in contents.items()}
    return told | {
        "folder": (folder, UNREADABLE),
        "pipe": (folder / "pipe.png", UNREADABLE),
        "gone": (folder / "gone.png", UNREADABLE),
    }


def test_every_file_that_is_none_gets_a_sentence(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    """A hostile file costs nothing but itself: what was chosen before is still there."""
    window = opens(home)
    own_page(window)
    chosen(window, red(tmp_path))
    for name, (file, why) in files(tmp_path / "bad").items():
        chosen(window, file)
        assert window.text("pictureProblem") == why, name
        assert is_red(colour_of(window, "ownPicture")), name
    chosen(window, red(tmp_path))
    assert not window.all("pictureProblem")
    assert window.asked(SetProfile) == []


@pytest.mark.parametrize(
    "address",
    ["https://192.0.2.1/me.jpg", "file://192.0.2.1/share/me.jpg", "image://icon/x", "data:,x", ""],
)
def test_nothing_is_fetched_from_anywhere(opens: Opens, home: FakeHome, address: str) -> None:
    window = opens(home)
    own_page(window)
    window.shell._rooms._portraying.take(QUrl(address))
    assert not window.shell._rooms._portraying.property("reading")
    window.rest()
    assert window.text("pictureProblem") == UNREADABLE


def test_what_comes_late_is_not_shown_in_another_circle(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    window = opens(home)
    own_page(window)
    portraying = window.shell._rooms._portraying
    portraying.take(QUrl.fromLocalFile(str(red(tmp_path))))
    window.shell.selectPlace(1)
    window.qtbot.wait(400)
    assert portraying.property("trial") == ""
    assert not portraying.property("reading")
    window.press("people")
    window.until(lambda: bool(window.all("person")))
    window.shell._rooms.see(key("Juniper"))
    window.until(lambda: bool(window.all("choosePicture")))
    assert not window.all("usePicture")


def test_by_keyboard_alone(opens: Opens, home: FakeHome, tmp_path: Path) -> None:
    """To the button, into Qt's own dialog and out of it, and the focus is where one goes on."""
    red(tmp_path)
    window = opens(home)
    own_page(window)
    dialog = window.window.findChild(QObject, "pictureDialog")
    assert dialog is not None
    dialog.setProperty("currentFolder", QUrl.fromLocalFile(str(tmp_path)))
    tab_to(window, "choosePicture")
    window.key(Qt.Key.Key_Return)
    box = asking(window)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    window.until(lambda: not box.isVisible())
    back(window)
    assert focused(window) == "choosePicture"
    window.key(Qt.Key.Key_Return)
    box = asking(window)
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Up)
    window.until(lambda: box.activeFocusItem().objectName() == "fileDialogDelegate0")
    QTest.keyClick(box, Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("usePicture")))
    back(window)
    window.until(lambda: focused(window) == "usePicture")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: pictured(window, "Juniper"))
    window.until(lambda: focused(window) == "choosePicture")
    window.key(Qt.Key.Key_Tab)
    assert focused(window) == "takePictureAway"
    window.key(Qt.Key.Key_Space)
    window.until(lambda: flowers(window, "Juniper"))
    window.until(lambda: focused(window) == "choosePicture")


def asking(window: Hearth) -> QQuickWindow:
    """Qt's own dialog, where the desktop has none."""
    found: list[Any] = []

    def there() -> bool:
        found[:] = [one for one in QGuiApplication.topLevelWindows()
                    if one.isVisible() and one.title() == "Choose a picture"]  # fmt: skip
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


def test_a_lock_takes_the_dialog_and_every_picture_along(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    looks_like(home, "Ines", made(file_of(plain("blue", 300, 300), "PNG")))
    window = opens(home)
    window.until(lambda: pictured(window, "Ines"))
    own_page(window)
    chosen(window, red(tmp_path))
    window.press("choosePicture")
    box = asking(window)
    window.shell.lock()
    window.until(lambda: window.screen() == "locked")
    window.until(lambda: not box.isVisible())
    album = window.shell.album
    assert (album._images, album._marks, album._trial) == ({}, {}, None)
    assert window.shell._rooms._portraying._picture == b""
    back(window)
    window.unlock()
    window.until(lambda: pictured(window, "Ines"))


def test_what_can_be_done_next_is_in_sight_in_a_small_window(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    """With the largest text the card is higher than the window; the focus brings its button."""
    window = opens(home)
    own_page(window)
    window.window.setProperty("width", 820)
    window.appearance.set_scale(2.0)
    window.rest(200)

    def in_sight(name: str) -> bool:
        item = window.find(name)
        there = item.mapRectToScene(item.boundingRect())
        return there.top() > 100 and there.bottom() < window.window.height()

    assert not in_sight("choosePicture")
    window.find("choosePicture").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.until(lambda: in_sight("choosePicture"))
    chosen(window, red(tmp_path))
    window.until(lambda: focused(window) == "usePicture")
    window.until(lambda: in_sight("usePicture"))
    for name in ("usePicture", "choosePicture", "discardPicture"):
        assert window.find(name).mapRectToScene(window.find(name).boundingRect()).right() < 820
    window.find("discardPicture").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.until(lambda: in_sight("discardPicture"))
    window.press("discardPicture")
    window.until(lambda: focused(window) == "choosePicture")
    window.until(lambda: in_sight("choosePicture"))


def test_what_the_card_says_to_who_cannot_see_it(
    opens: Opens, home: FakeHome, tmp_path: Path
) -> None:
    window = opens(home)
    own_page(window)

    def named(role: QAccessible.Role) -> set[str]:
        return {
            str(one.text(QAccessible.Text.Name))
            for one in window.spoken()
            if one.role() == role and not one.state().invisible
        }

    graphic, button = QAccessible.Role.Graphic, QAccessible.Role.Button
    assert "Your flower: you have no picture in this circle" in named(graphic)
    assert "Choose a picture…" in named(button)
    is_clear(window)
    assert "Your picture in this circle" in named(QAccessible.Role.Heading)
    chosen(window, red(tmp_path))
    assert "The picture you chose, as this circle would see it" in named(graphic)
    assert {"Use this picture here", "Choose another picture…", "Not now"} <= named(button)
    is_clear(window)
    window.press("usePicture")
    window.until(lambda: pictured(window, "Juniper"))
    assert "Your picture in this circle" in named(graphic)
    assert {"Choose another picture…", "Take it away"} <= named(button)
    is_clear(window)
    # Elsewhere the name stands beside it: a picture says nothing twice.
    assert len(named(graphic)) == 1


# ---- the others' ----------------------------------------------------------------------------


def test_a_picture_that_arrives_is_shown_without_a_click(opens: Opens, home: FakeHome) -> None:
    window = opens(home)
    window.until(lambda: len(window.all("post")) >= 2)
    assert flowers(window, "Ines")
    window.later(
        lambda: home.picture(TABLE, key("Ines"), made(file_of(plain("red", 300, 300), "PNG")))
    )
    window.until(lambda: pictured(window, "Ines"))
    (face, *_) = [one for one in avatars(window, "Ines") if one.width() == 40]
    spot = face.mapToScene(face.boundingRect().center()).toPoint()
    assert is_red(window.window.grabWindow().pixelColor(spot))
    window.later(lambda: home.picture(TABLE, key("Ines"), None))
    window.until(lambda: flowers(window, "Ines"))


def test_a_broken_picture_of_somebody_leaves_their_flower(opens: Opens, home: FakeHome) -> None:
    """Cut, huge by its head, or nothing at all: it is asked for once and then let be."""
    whole = made(file_of(plain("red", 300, 300), "PNG"))
    huge = bytearray(whole)
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    looks_like(home, "Ines", whole[: len(whole) // 2])
    looks_like(home, "Tomasz", bytes(huge))
    looks_like(home, "Wren", b"\xff\xd8\xff" + bytes(50))
    looks_like(home, "Pavel", whole)
    window = opens(home)
    window.press("people")
    window.until(lambda: pictured(window, "Pavel"))
    for name in ("Ines", "Tomasz", "Wren"):
        assert flowers(window, name)
        window.press("log")
        window.press("people")
    asked = [one.member for one in window.asked(ReadPicture)]
    for name in ("Ines", "Tomasz", "Wren"):
        assert asked.count(key(name)) == 1


def test_nobody_is_asked_for_who_is_not_to_be_seen_or_has_none(
    opens: Opens, home: FakeHome
) -> None:
    looks_like(home, "Ines", made(file_of(plain("red", 300, 300), "PNG")))
    window = opens(home)
    window.until(lambda: pictured(window, "Ines"))
    window.rest(300)
    assert window.asked(ReadPicture) == [ReadPicture(circle=TABLE, member=key("Ines"))]


def test_a_picture_is_drawn_round(opens: Opens, home: FakeHome) -> None:
    looks_like(home, "Juniper", made(file_of(plain("red", 300, 300), "PNG")))
    window = opens(home)
    own_page(window)
    window.until(lambda: pictured(window, "Juniper"))
    item = window.find("ownPicture")
    seen: QImage = window.window.grabWindow()
    corner = item.mapToScene(item.boundingRect().topLeft()).toPoint()
    assert not is_red(seen.pixelColor(corner.x() + 4, corner.y() + 4))
    assert is_red(seen.pixelColor(corner.x() + 48, corner.y() + 3))
