"""Where lines are written from the right the window is turned, and nothing lies on another."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from pytestqt.qtbot import QtBot

from tests.ui.hearth import TABLE, FakeHome, Hearth, circle
from tests.ui.neighbour import key, post
from tests.ui.village import chronicle, invitations, stranger, villagers


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Hearth]:
    home = FakeHome()
    home.circles = {TABLE: circle(members=7, unread=3, requests=1, me=key("Juniper"))}
    home.posts = {TABLE: [post("one"), post("two", "Juniper")]}
    home.members, home.log, home.invites = villagers(), chronicle(), invitations()
    home.requests = [stranger("Moss")]
    made = Hearth(qtbot, home)
    made.unlock()
    made.until(lambda: bool(made.all("post")))
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    made.rest()
    yield made
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    complaints = list(made.warnings)
    made.close()
    assert complaints == []


def place(item: QQuickItem) -> QRectF:
    return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))


def seen(item: QQuickItem) -> QRectF:
    """The part of it that is not cut off by what it scrolls in."""
    left = place(item)
    around: QQuickItem | None = item.parentItem()
    while around is not None:
        if around.clip():
            left = left.intersected(place(around))
        around = around.parentItem()
    return left


def inside(item: QQuickItem) -> Iterator[QQuickItem]:
    todo = [item]
    while todo:
        one = todo.pop()
        if one.isVisible():
            yield one
            todo += one.childItems()


def overlapping(item: QQuickItem) -> list[str]:
    """Words with an icon or other words over them."""
    marks = [
        (str(words), seen(one))
        for one in inside(item)
        if one.property("lineCount") or one.property("along") is not None
        if (words := one.property("text") or one.property("name")) and one.opacity() > 0
    ]
    return [
        f"{words} | {others}"
        for at, (words, here) in enumerate(marks)
        for others, there in marks[at + 1 :]
        if (shared := here.intersected(there)).width() > 1 and shared.height() > 1
    ]


def test_the_sidebar_stands_on_the_right(window: Hearth) -> None:
    assert place(window.find("lock")).left() > place(window.find("post")).right()
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    window.rest()
    assert place(window.find("lock")).right() < place(window.find("post")).left()


@pytest.mark.parametrize("page", ["home", "people", "log", "invites", "settings", "door"])
def test_no_words_lie_on_others(window: Hearth, page: str) -> None:
    window.shell._rooms.go(page)
    window.rest(400)
    assert overlapping(window.window.contentItem()) == []


def test_what_points_back_points_the_other_way(window: Hearth) -> None:
    window.shell._rooms.go("people")
    window.rest(300)
    window.shell._rooms.see(key("Ines"))
    window.rest(300)
    ways = {
        str(one.property("name")): bool(one.property("mirror"))
        for one in inside(window.window.contentItem())
        if one.property("along") is not None
    }
    assert ways["arrow-left"]
    assert not ways["lock"]


def test_a_sheet_is_turned_too(window: Hearth) -> None:
    window.shell._rooms.go("settings")
    window.rest(300)
    window.press("doorCardAction")
    window.until(lambda: bool(window.all("saveDoor")))
    window.rest(300)
    assert place(window.find("saveDoor")).right() < place(window.find("keepDoor")).left()
