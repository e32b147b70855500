"""A goodbye that nobody has taken: said at the foot of the sidebar, and forgotten when asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtQuick import QQuickItem
from pytestqt.qtbot import QtBot

from app.circle.state import GoodbyeWaiting
from app.commands import Command, ForgetGoodbye, ListGoodbyes, Nothing
from app.events import CircleForgotten, NetChanged
from tests.ui.hearth import TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import CIRCLE, NOW, Neighbour, key
from tests.ui.test_accessible import is_clear
from ui.circles.goodbyes import Goodbyes

pytestmark = pytest.mark.usefixtures("qtbot")


class Leaver(Neighbour):
    """A home in which some goodbyes wait."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.waiting = [GoodbyeWaiting(goodbye=key(name), since=NOW) for name in names]

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401 - as the neighbour has it
        match command:
            case ListGoodbyes():
                return list(self.waiting)
            case ForgetGoodbye(goodbye=which):
                self.waiting = [one for one in self.waiting if one.goodbye != which]
                return Nothing()
            case _:
                return super()._answer(command)


def of(home: Leaver) -> Goodbyes:
    goodbyes = Goodbyes(home)
    goodbyes.refresh()
    return goodbyes


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ((), ""),
        (("one",), "A goodbye waits to be taken"),
        (("one", "two"), "2 goodbyes wait to be taken"),
    ],
)
def test_what_waits_is_said_in_words(names: tuple[str, ...], line: str) -> None:
    goodbyes = of(Leaver(*names))
    assert (goodbyes.property("count"), goodbyes.property("line")) == (len(names), line)


def test_a_goodbye_comes_with_the_erasing_and_goes_when_it_is_taken() -> None:
    home = Leaver()
    goodbyes = of(home)
    home.waiting = [GoodbyeWaiting(goodbye=key("one"), since=NOW)]
    goodbyes.hear([CircleForgotten(circle=CIRCLE)])
    assert goodbyes.property("count") == 1
    home.waiting = []
    goodbyes.hear([NetChanged()])
    assert goodbyes.property("count") == 0


def test_all_are_forgotten_when_asked_and_nothing_stays_while_locked() -> None:
    home = Leaver("one", "two")
    goodbyes = of(home)
    told: list[str] = []
    goodbyes.told.connect(told.append)
    goodbyes.close()
    assert goodbyes.property("count") == 0
    goodbyes.refresh()
    goodbyes.forget()
    assert (goodbyes.property("count"), home.waiting) == (0, [])
    assert set(told) == {"Forgotten. The others may not be told that you left."}
    many = len(told)
    goodbyes.forget()
    assert len(told) == many


# ---- in the window ------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Hearth]:
    home = FakeHome()
    home.circles = {TABLE: circle()}
    home.goodbyes = [GoodbyeWaiting(goodbye=key(name), since=NOW) for name in ("one", "two")]
    made = Hearth(qtbot, home)
    made.unlock()
    made.until(lambda: bool(made.all("goodbye")))
    yield made
    complaints = list(made.warnings)
    made.close()
    assert complaints == []


def words_of(item: QQuickItem) -> list[QQuickItem]:
    """Every label in it."""
    found, todo = [], [item]
    while todo:
        one = todo.pop()
        if one.isVisible() and one.property("lineCount") and one.property("text"):
            found.append(one)
        todo += one.childItems()
    return found


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_of_it_is_cut_off_however_large_the_text(window: Hearth, scale: float) -> None:
    """What is chosen in that menu can't be taken back: it is read to its end."""
    window.window.setProperty("width", 2000)  # so that the words stand there at all
    window.appearance.set_scale(scale)
    window.rest(200)
    row = window.find("goodbye")
    assert words_of(row)
    assert not any(one.property("truncated") for one in words_of(row))
    is_clear(window)
    window.press("goodbye")
    window.until(lambda: bool(window.all("menuForget")))
    window.rest(200)
    entry = window.find("menuForget")
    assert entry.property("text") == "Forget them now, and tell nobody"
    (label,) = words_of(entry)
    end = label.mapToItem(entry, QPointF(label.property("implicitWidth"), 0)).x()
    assert end <= entry.width()
    # Above the row it belongs to, not over it.
    assert entry.mapToScene(QPointF(0, entry.height())).y() <= row.mapToScene(QPointF(0, 0)).y()
    is_clear(window)
    window.key(Qt.Key.Key_Down)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: not window.all("goodbye"))
    assert "Forgotten. The others may not be told that you left." in window.seen()
