"""A goodbye that nobody has taken: said at the foot of the sidebar, and forgotten when asked."""

from typing import Any

import pytest

from app.circle.state import GoodbyeWaiting
from app.commands import Command, ForgetGoodbye, ListGoodbyes, Nothing
from app.events import CircleForgotten, NetChanged
from tests.ui.neighbour import CIRCLE, NOW, Neighbour, key
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
