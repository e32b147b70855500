"""Circles: rows in words, an invite that stays hidden, a door one can stop knocking at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import segno
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from app.circle.state import CircleState, History, Invite, Join, JoinState, NetStatus, Path, Role
from app.commands import (
    CancelJoin,
    CircleMade,
    Command,
    CreateCircle,
    JoinBegun,
    JoinCircle,
    LeaveCircle,
    MakeInvite,
    ReadNetwork,
)
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, CODE, KNOCK, LINK, TABLE, circle
from tests.ui.neighbour import Neighbour, member
from ui.circles.clipboard import Clipboard
from ui.circles.coming_in import Knocking, Waiting
from ui.circles.founding import Founding, Leaving
from ui.circles.invite import Inviting
from ui.circles.item import of_circle, rows
from ui.circles.qr import QUIET, QrCode
from ui.circles.room import Room
from ui.connection.item import LOOKING, Tone, pill
from ui.connection.model import Connection

pytestmark = pytest.mark.usefixtures("qtbot")


class Answering(Neighbour):
    """Answers the commands of these screens too."""

    net = NetStatus(listening=["here"], reachable=0, of=0, people=[])

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case MakeInvite(uses=uses):
                until = datetime.now(UTC) + timedelta(days=1)
                return Invite(invite="9" * 64, code=CODE, link=LINK, expires_at=until, uses=uses)
            case CreateCircle():
                return CircleMade(circle=TABLE)
            case JoinCircle():
                return JoinBegun(join=KNOCK)
            case ReadNetwork():
                return self.net
            case _:
                return super()._answer(command)


def join(state: JoinState = JoinState.WAITING, **more: Any) -> Join:  # noqa: ANN401
    plain: dict[str, Any] = {
        "circle": None,
        "waiting_for": "Waiting for Ines.",
        "display_name": "Juniper",
    }
    return Join(join=KNOCK, state=state, **plain | more)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "Only you so far"),
        ({"members": 9}, "9 people"),
        ({"members": 9, "about": "Kidney transplant"}, "Kidney transplant · 9 people"),
        ({"about": "Kidney transplant"}, "Only you so far"),
        ({"state": CircleState.LEFT, "members": 9}, "You left · still readable"),
        ({"state": CircleState.REMOVED, "members": 9}, "Closed to you · still readable"),
    ],
)
def test_a_row_says_in_words_how_it_stands(more: dict[str, Any], line: str) -> None:
    assert of_circle(circle(**more)).sub == line


def test_a_join_has_one_row_until_it_is_a_circle() -> None:
    """The list of circles and the list of joins may both speak of it."""
    begun = circle("", of="", state=CircleState.JOINING, join=KNOCK)
    begun = msgspec.structs.replace(begun, circle=None)
    knocking = rows([circle(), begun], [join()], set())
    assert [(row.kind, row.sub) for row in knocking] == [
        ("circle", "Only you so far"),
        ("knocking", "Knocking…"),
    ]
    inside = rows([circle(), circle("Carers", CARERS, join=KNOCK)], [join(JoinState.JOINED)], set())
    assert [row.name for row in inside] == ["Kitchen table", "Carers"]


def test_a_refused_join_stays_until_it_is_put_away() -> None:
    refused = join(JoinState.REFUSED)
    assert [row.kind for row in rows([], [refused], {KNOCK})] == ["refused"]
    assert rows([], [refused], set()) == []
    assert rows([], [join(JoinState.CANCELLED)], {KNOCK}) == []


def test_an_invite_is_made_only_when_it_is_to_be_seen() -> None:
    home = Answering()
    sheet = Inviting(home, Clipboard())
    sheet.begin(TABLE)
    sheet.chooseUses(1)
    sheet.chooseDays(0)
    assert home.asked == []
    assert set(sheet.property("groups")) == {"••••"}
    sheet.show()
    assert home.asked == [MakeInvite(circle=TABLE, uses=3, expires_in=86_400)]
    assert sheet.property("groups") == CODE.split("-")
    assert sheet.property("link") == sheet.property("picture") == LINK
    assert str(sheet.property("goodFor")).startswith("Good for 3 people, until ")
    sheet.chooseUses(0)
    assert sheet.property("uses") == 1


def test_code_link_and_picture_hide_together() -> None:
    sheet = Inviting(Answering(), Clipboard())
    sheet.begin(TABLE)
    sheet.show()
    sheet.show()
    assert "H4K2" not in str(sheet.property("groups")) + str(sheet.property("link"))
    assert sheet.property("picture") == ""
    assert sheet.property("made")


def test_copying_needs_no_showing_and_leaves_after_a_minute() -> None:
    board = QGuiApplication.clipboard()
    clipboard = Clipboard()
    sheet = Inviting(Answering(), clipboard)
    sheet.begin(TABLE)
    sheet.copy()
    assert board.text() == LINK
    assert not sheet.property("shown")
    assert clipboard._timer.interval() == 60_000
    clipboard._timer.timeout.emit()
    assert board.text() == ""


def test_what_somebody_else_copied_stays() -> None:
    board = QGuiApplication.clipboard()
    clipboard = Clipboard()
    clipboard.put(LINK)
    board.setText("a recipe")
    clipboard.clear()
    assert board.text() == "a recipe"
    board.clear()


def test_a_late_answer_does_not_show_in_another_circles_sheet() -> None:
    home = Answering()
    home.slow = {MakeInvite}
    sheet = Inviting(home, Clipboard())
    sheet.begin(TABLE)
    sheet.show()
    sheet.begin(CARERS)
    home.answer()
    assert not sheet.property("made")


def test_the_picture_is_dark_on_white_with_a_quiet_zone() -> None:
    code = QrCode()
    code.setProperty("link", LINK)
    matrix = segno.make(LINK, error="l", micro=False, boost_error=False).matrix
    across = len(matrix) + 2 * QUIET
    code.setSize(QImage(across * 3, across * 3, QImage.Format.Format_RGB32).size().toSizeF())
    image = QImage(across * 3, across * 3, QImage.Format.Format_RGB32)
    image.fill(QColor("green"))
    painter = QPainter(image)
    code.paint(painter)
    painter.end()
    read = [
        [image.pixelColor(x * 3 + 1, y * 3 + 1).lightness() < 128 for x in range(across)]
        for y in range(across)
    ]
    inside = [row[QUIET:-QUIET] for row in read[QUIET:-QUIET]]
    assert inside == [[bool(dark) for dark in row] for row in matrix]
    assert not any(read[0])


@pytest.mark.parametrize(
    ("code", "name", "where"),
    [("", "Juniper", "code"), ("x" * 5000, "Juniper", "code"), (CODE, " ", "name")],
)
def test_nobody_knocks_without_invite_and_name(code: str, name: str, where: str) -> None:
    home = Answering()
    sheet = Knocking(home)
    sheet.knock(code, name)
    assert sheet.property("where") == where
    assert home.asked == []


def test_a_bad_invite_is_told_at_the_code() -> None:
    home = Answering()
    home.refuse = {JoinCircle: Refused(Why.BAD_INVITE, "This code isn't complete.")}
    sheet = Knocking(home)
    sheet.knock("nonsense", "Juniper")
    assert (sheet.property("problem"), sheet.property("where")) == (
        "This code isn't complete.",
        "code",
    )
    assert not sheet.property("working")


def test_the_waiting_room_says_the_homes_sentence_and_stops_once() -> None:
    home = Neighbour()
    room = Waiting(home)
    room.show(join(JoinState.LOOKING))
    assert room.property("title") == "Looking for the circle"
    room.show(join(circle_name="Slow mornings", inviter="Ines"))
    assert room.property("waitingFor") == "Waiting for Ines."
    assert room.property("title") == "You're at the door of Slow mornings"
    room.stop()
    room.stop()
    assert home.asked == [CancelJoin(join=KNOCK)]


def test_beginning_asks_for_a_name_for_circle_and_person() -> None:
    home = Answering()
    sheet = Founding(home)
    sheet.create(" ", "", "Juniper", 0, 0)
    assert sheet.property("where") == "name"
    sheet.create("Kitchen table", "", "", 0, 0)
    assert sheet.property("where") == "me"
    sheet.create("Kitchen  table", "Cooks", "Juniper", 1, 2)
    assert home.asked == [
        CreateCircle(
            name="Kitchen table",
            display_name="Juniper",
            about="Cooks",
            history=History.FRESH,
            keep_days=30,
        )
    ]


def test_leaving_says_what_is_asked_and_shows_a_refusal() -> None:
    home = Neighbour()
    leaving = Leaving(home)
    leaving.leave(TABLE, False)
    assert home.asked == [LeaveCircle(circle=TABLE, erase=False)]
    home.refuse = {LeaveCircle: Refused(Why.NOT_ALLOWED, "You are its only host.")}
    leaving.leave(TABLE, True)
    assert leaving.property("problem") == "You are its only host."


def test_the_head_of_a_circle_counts_who_is_here_without_oneself() -> None:
    home = Neighbour()
    home.members = [
        member("Juniper"),
        msgspec.structs.replace(member("Ines", 1), reach=Path.DIRECT),
        msgspec.structs.replace(member("Marisol", 2), reach=Path.MAILBOX),
        member("Tomasz", 3),
    ]
    room = Room(home)
    room.show(of_circle(circle(members=4)))
    assert room.property("line") == "4 people · nobody comes in without an invite"
    assert room.property("hereNow") == "1 here now"
    assert room.property("faces")[0]["key"] == member("Ines").member
    room.show(of_circle(circle(members=4, role=Role.GUEST)))
    assert not room.property("mayInvite")
    room.show(of_circle(circle(members=4, state=CircleState.LEFT)))
    assert not room.property("open")
    assert "stays readable" in str(room.property("closed"))


@pytest.mark.parametrize(
    ("net", "knocking", "said"),
    [
        ({"listening": []}, 0, ("Offline", "Nothing is waiting", Tone.OFFLINE)),
        ({}, 0, ("Ready", "Nothing is waiting", Tone.CONNECTED)),
        ({}, 2, ("Ready", "Still knocking", Tone.CONNECTED)),
        ({"of": 8}, 0, ("Nobody reachable", "Nothing is waiting", Tone.WAITING)),
        (
            {"of": 8, "reachable": 5, "waiting": 2},
            0,
            ("5 of 8 reachable", "2 posts waiting", Tone.SOME),
        ),
        (
            {"of": 8, "reachable": 8, "waiting": 1},
            0,
            ("Everyone reachable", "1 post waiting", Tone.CONNECTED),
        ),
    ],
)
def test_the_pill_tells_delivery_in_people(
    net: dict[str, Any], knocking: int, said: tuple[str, str, Tone]
) -> None:
    plain: dict[str, Any] = {"listening": ["here"], "reachable": 0, "of": 0, "people": []}
    one = pill(NetStatus(**plain | net), knocking)
    assert (one.headline, one.detail, one.tone) == said


def test_nobody_is_called_offline_who_has_only_just_opened() -> None:
    """Nor who has no circle yet: nothing listens then, and nothing is wrong."""
    away = NetStatus(listening=[], reachable=0, of=4, people=[])
    home = Answering()
    home.net = msgspec.structs.replace(away, of=0)
    connection = Connection(home)
    connection.refresh()
    connection.count(0, 0)
    assert connection.property("headline") == "Ready"
    home.net = away
    connection.refresh()
    connection.count(1, 0)
    assert connection.property("headline") == LOOKING.headline
    connection._lose_patience()
    assert connection.property("headline") == "Offline"
    home.net = msgspec.structs.replace(away, listening=["here"])
    connection.refresh()
    assert connection.property("headline") == "Nobody reachable"


def test_a_room_knows_whether_anybody_else_is_in_it() -> None:
    home = Answering()
    room = Room(home)
    room.show(of_circle(circle(members=1, history=History.FRESH)))
    assert (room.property("alone"), room.property("shownToNewcomers")) == (True, False)
    room.show(of_circle(circle(members=2)))
    assert (room.property("alone"), room.property("shownToNewcomers")) == (False, True)


def test_a_room_says_when_what_is_written_goes() -> None:
    room = Room(Answering())
    for days, said in (
        (0, ""),
        (1, "It goes from everyone's computers after one day."),
        (30, "It goes from everyone's computers after 30 days."),
    ):
        room.show(of_circle(circle(keeps_days=days)))
        assert room.property("goes") == said
