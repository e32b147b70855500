"""The waiting room of a circle that asks: nothing typed is lost, and what a host said is shown."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from app.circle.state import Join, JoinState
from app.commands import (
    AnswerQuestions,
)
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, CODE, KNOCK, TABLE, FakeHome, Hearth, circle, focused, tab_to
from tests.ui.neighbour import Neighbour, key, post
from tests.ui.test_accessible import is_clear, name_of, of_role, opened
from ui.circles.coming_in import Waiting

pytestmark = pytest.mark.usefixtures("qtbot")

Opens = Callable[[FakeHome], Hearth]
QUESTION = "How did you hear of us?"


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
    made.circles = {
        TABLE: circle(members=7, me=key("Juniper")),
        CARERS: circle("Carers", CARERS, members=3),
    }
    made.posts = {TABLE: [post("one")]}
    return made


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
        "Hosts are shown this. They forget it once you are in, or a month after you last knocked."
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
    opened(window, "answerInput")
    window.find("answerInput").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.tap("A kidney")
    window.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.unlock()
    window.until(lambda: KNOCK in [row.key for row in window.shell._circles.rows])
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
