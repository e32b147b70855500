"""Pictures in hand: asked for when they are looked at, of one circle, and never too many."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.apart import HomeApart
from app.circle.state import HomeState
from app.commands import (
    CircleMade,
    Command,
    CreateCircle,
    CreateHome,
    Lock,
    Picture,
    ReadPicture,
    Unlock,
)
from app.commands import ListMembers as Members
from app.home import Home, Settings
from app.places import Places
from app.refused import Refused, Why
from app.vault import KdfCost
from tests.ui.hearth import PASSPHRASE
from tests.ui.neighbour import CIRCLE, Neighbour
from tests.ui.pictures import file_of, noise, plain
from tests.ui.test_bridge import LOOPBACK
from ui.album import MOST, Album
from ui.bridge import Bridge
from ui.people.model import People
from ui.people.portraying import Portraying
from ui.portraits import SIDE, WIDEST, made
from ui.theme.portraits import rounded

pytestmark = pytest.mark.usefixtures("qtbot")

RED = made(file_of(plain("red", 200, 200), "PNG"))
BLUE = made(file_of(plain("blue", 200, 200), "PNG"))


class Pictured(Neighbour):
    """Gives the picture it was given."""

    pictures: dict[str, bytes | None] = {}  # noqa: RUF012 - given anew by each test

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401 - as Qt and msgspec have it
        if isinstance(command, ReadPicture):
            return Picture(picture=self.pictures.get(command.member))
        return super()._answer(command)


@pytest.fixture
def home() -> Pictured:
    made_ = Pictured()
    made_.pictures = {"ines": RED, "tomasz": BLUE}
    made_.slow = {ReadPicture}
    return made_


def test_a_picture_is_asked_for_once_it_is_looked_at(home: Pictured) -> None:
    album = Album(home)
    changes: list[bool] = []
    album.show(CIRCLE, {"ines": "1", "tomasz": "2"})
    album.changed.connect(lambda: changes.append(True))
    assert home.asked == []
    assert album.mark("ines") == album.mark("ines") == ""
    assert home.asked == [ReadPicture(circle=CIRCLE, member="ines")]
    home.answer()
    assert changes == [True]
    assert album.mark("ines") == "1"
    image = album.image("1")
    assert image is not None
    assert image.pixelColor(90, 90).red() > 200
    assert album.mark("nobody") == ""
    assert album.image("2") is None
    assert len(home.asked) == 1


def test_a_new_picture_takes_the_place_of_the_old_when_it_is_here(home: Pictured) -> None:
    album = Album(home)
    album.show(CIRCLE, {"ines": "1"})
    album.mark("ines")
    home.answer()
    home.pictures["ines"] = BLUE
    assert album.mark("ines") == "1"
    album.show(CIRCLE, {"ines": "3"})
    assert album.mark("ines") == "1", "nobody turns into a flower for a moment"
    home.answer()
    assert album.mark("ines") == "3"
    album.show(CIRCLE, {})
    assert album.mark("ines") == ""


def test_what_was_asked_before_a_change_is_not_taken_for_what_came_after(home: Pictured) -> None:
    album = Album(home)
    album.show(CIRCLE, {"ines": "1"})
    album.mark("ines")
    album.show(CIRCLE, {"ines": "3"})
    album.mark("ines")
    home.answer()
    assert album.mark("ines") == ""
    home.answer()
    assert album.mark("ines") == "3"


def test_a_picture_of_another_circle_or_after_a_lock_is_not_kept(home: Pictured) -> None:
    album = Album(home)
    album.show(CIRCLE, {"ines": "1"})
    album.mark("ines")
    album.show("d" * 64, {"ines": "1"})
    home.answer()
    assert album.image("1") is None
    album.mark("ines")
    home.answer()
    assert album.image("1") is not None
    album.close()
    assert album.mark("ines") == ""
    assert album.image("1") is None


@pytest.mark.parametrize("picture", [None, b"", b"\xff\xd8\xff", RED[:-30], b"GIF89a"])
def test_what_cannot_be_shown_is_asked_for_once(home: Pictured, picture: bytes | None) -> None:
    album = Album(home)
    home.pictures["ines"] = picture
    album.show(CIRCLE, {"ines": "1"})
    album.mark("ines")
    home.answer()
    assert album.mark("ines") == ""
    assert len(home.asked) == 1
    home.pictures["ines"] = RED
    album.show(CIRCLE, {"ines": "2"})
    album.mark("ines")
    home.answer()
    assert album.mark("ines") == "2"


def test_a_refusal_leaves_the_flower(home: Pictured) -> None:
    home.refuse = {ReadPicture: Refused(Why.NO_SUCH_MEMBER, "This person is not in the circle.")}
    album = Album(home)
    album.show(CIRCLE, {"ines": "1"})
    album.mark("ines")
    home.answer()
    assert album.mark("ines") == ""


def test_there_are_never_more_in_hand_than_a_window_shows(home: Pictured) -> None:
    """Who was looked at last stays; who went out of hand is asked for again."""
    home.slow = set()
    album = Album(home)
    names = [f"member {number}" for number in range(MOST + 20)]
    home.pictures = dict.fromkeys(names, RED)
    album.show(CIRCLE, {name: f"mark {name}" for name in names})
    for name in names:
        album.mark(name)
        album.mark(names[0])
    assert len(album._images) == MOST
    assert album.image(f"mark {names[0]}") is not None
    assert album.image(f"mark {names[1]}") is None
    asked = len(home.asked)
    album.mark(names[1])
    assert len(home.asked) == asked + 1
    assert album.mark(names[1]) != ""


def test_what_is_kept_is_small_and_square(home: Pictured) -> None:
    """What another program makes may be larger, and long: it takes no more room for that."""
    long = plain("red", WIDEST, 100)
    for x in range(206, 306):
        for y in range(100):
            long.setPixelColor(x, y, QColor("blue"))
    album = Album(home)
    home.pictures["ines"] = file_of(long, "JPEG")
    home.pictures["tomasz"] = file_of(plain("red", WIDEST, WIDEST), "JPEG")
    album.show(CIRCLE, {"ines": "1", "tomasz": "2"})
    for name, mark, side in (("ines", "1", 100), ("tomasz", "2", SIDE)):
        album.mark(name)
        home.answer()
        image = album.image(mark)
        assert image is not None
        assert image.size() == QSize(side, side)
    middle = album.image("1")
    assert middle is not None
    assert middle.pixelColor(5, 50).blue() > 150


def test_nothing_is_drawn_for_what_is_not_known() -> None:
    assert rounded(None, QSize(40, 40)).pixelColor(20, 20).alpha() == 0


@pytest.mark.parametrize("apart", [False, True], ids=["thread", "process"])
def test_a_real_home_keeps_a_picture_and_refuses_the_same_in_two_circles(
    qtbot: QtBot, tmp_path: Path, apart: bool
) -> None:
    """From a file to the store and back, over a lock; the second circle turns it away."""
    cheap = KdfCost(ops=1, mem_bytes=8192)
    folder = tmp_path / "home"
    folder.mkdir()
    places = Places(folder)

    def home() -> HomeApart | Home:
        if apart:
            return HomeApart(folder, listen=LOOPBACK, lan=False)
        return Home(places, Settings(listen=LOOPBACK, kdf=cheap))

    bridge = Bridge(home)
    album, people = Album(bridge), People(bridge)
    portraying = Portraying(bridge, people, album)
    bridge.said.connect(people.hear)
    file = tmp_path / "me.png"
    file.write_bytes(file_of(noise(300, 200), "PNG"))
    circles: list[CircleMade] = []
    bridge.open()
    qtbot.waitUntil(lambda: bridge.home_state is HomeState.NEW, timeout=10_000)
    bridge.ask(CreateHome(passphrase=PASSPHRASE))
    for name in ("Kitchen table", "Carers"):
        bridge.ask(CreateCircle(name=name, display_name="Juniper"), circles.append)
    qtbot.waitUntil(lambda: len(circles) == 2, timeout=20_000)

    def choose(circle: str) -> None:
        people.show(circle)
        qtbot.waitUntil(lambda: people.myself() is not None, timeout=10_000)
        portraying.take(QUrl.fromLocalFile(str(file)))
        qtbot.waitUntil(lambda: portraying.property("trial") != "", timeout=10_000)
        portraying.use()

    first, second = (one.circle for one in circles)
    choose(first)
    qtbot.waitUntil(lambda: portraying.property("has"), timeout=10_000)
    bridge.ask(Lock())
    bridge.ask(Unlock(passphrase=PASSPHRASE))
    found: list[Any] = []
    bridge.ask(Members(circle=first), found.extend)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    (me,) = found
    album.show(first, {me.member: me.picture})
    qtbot.waitUntil(lambda: album.mark(me.member) == me.picture != "", timeout=10_000)
    assert getattr(album.image(me.picture), "size", QSize)() == QSize(SIDE, SIDE)
    choose(second)
    qtbot.waitUntil(lambda: portraying.property("problem") != "", timeout=10_000)
    assert "Another of your circles sees you with this very picture." in str(
        portraying.property("problem")
    )
    assert portraying.property("trial") != ""
    people.show(first)
    qtbot.waitUntil(lambda: portraying.property("has"), timeout=10_000)
    portraying.takeAway()
    qtbot.waitUntil(lambda: not portraying.property("has"), timeout=10_000)
    choose(second)
    qtbot.waitUntil(lambda: portraying.property("has"), timeout=10_000)
    bridge.close()
    # Nothing of it lies beside the store, and in the store it is sealed.
    assert RED[:12] not in b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
