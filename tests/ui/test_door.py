"""The door: nothing of a stranger before one looks, a no only after a question, and a form."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.circle.state import CircleState, DoorRequest, InviteMade, VouchMade
from app.commands import (
    AnswerRequest,
    AskBack,
    CircleMade,
    Command,
    CreateCircle,
    CreateHome,
    JoinBegun,
    JoinCircle,
    ListCircles,
    ListInvites,
    ListRequests,
    MakeInvite,
    SetDoor,
    WithdrawInvite,
    WritePost,
)
from app.events import DoorChanged, JoinChanged
from app.home import Home, Settings
from app.places import Places
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, Neighbour, clock, key
from tests.ui.village import invitation, stranger
from ui.bridge import Bridge
from ui.circles.coming_in import Waiting
from ui.door.declining import Declining
from ui.door.item import LACKS
from ui.door.model import Door

pytestmark = pytest.mark.usefixtures("qtbot")

VOUCH = VouchMade(by=key("Ines"), by_name="Ines", words="We shared a ward.")
PROMISE = ["What is said here stays here.", "Nobody sells anything."]
QUESTION = "How did you hear of us?"
BY_INES = "Somebody with an invite by Ines asks to come in"


class Doorkeeper(Neighbour):
    """Has people at the door."""

    def __init__(self, *requests: DoorRequest) -> None:
        super().__init__()
        self.requests = list(requests)
        self.invites: list[InviteMade] = []

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case ListRequests():
                return list(self.requests)
            case ListInvites():
                return list(self.invites)
            case AnswerRequest(request=request):
                self.requests = [one for one in self.requests if one.request != request]
        return super()._answer(command)


def door_of(home: Doorkeeper) -> Door:
    door = Door(home, clock=clock)
    door.told_to(key("Juniper"))
    door.show(CIRCLE)
    return door


def row(door: Door, place: int = 0) -> dict[str, Any]:
    return {name: door.data(door.index(place), at) for at, name in door._names.items()}


def everything(door: Door) -> str:
    return " ".join(str(row(door, place)) for place in range(door.rowCount()))


# ---- before it is opened ------------------------------------------------------------------------


def test_nothing_of_a_stranger_is_there_before_one_looks() -> None:
    """Not in any role of the list, which is all that a screen can show or say."""
    door = door_of(Doorkeeper(
        stranger("Pavel", affiliation="Glow Tea Ltd.", asked="Why now?", vouches=[VOUCH],
                 lacks_vouch=True)
    ))  # fmt: skip
    told = everything(door)
    for words in ("Pavel", "Words of", "What brings", "Glow", "Why now", "We shared", LACKS):
        assert words not in told
    assert row(door)["title"] == BY_INES
    assert row(door)["when"] == "Since yesterday, 20:40, last knock 25 min ago"
    assert row(door)["spoken"].startswith(BY_INES)


def test_whose_invite_it_is_and_its_note_are_said() -> None:
    door = door_of(Doorkeeper(
        stranger("Pavel", "Juniper", label="For my sister"), stranger("Wren", "Juniper")
    ))  # fmt: skip
    assert row(door)["title"] == (
        "Somebody with the invite “For my sister” (by you) asks to come in"
    )
    assert row(door, 1)["title"] == "Somebody with an invite by you asks to come in"
    assert door.property("line") == "2 people ask to come in"


def test_looking_shows_what_they_say_and_looking_away_hides_it() -> None:
    door = door_of(Doorkeeper(
        stranger("Pavel", affiliation="", vouches=[VOUCH], asked="Why now?"),
        stranger("Wren", affiliation="Glow Tea Ltd."),
    ))  # fmt: skip
    door.look(key("Pavel"))
    one = row(door)
    assert (one["title"], one["opened"]) == ("Pavel", True)
    assert one["answers"] == [{"question": "What brings you here?", "answer": "Words of Pavel."}]
    assert one["hereFor"] == "They are here for themselves."
    assert one["vouches"] == [{"by": key("Ines"), "name": "Ines", "words": "“We shared a ward.”"}]
    assert one["asked"] == "Why now?"
    assert "with an invite by Ines" in one["when"].lower().replace("ines", "Ines")
    assert "Wren" not in everything(door)
    door.look(key("Wren"))
    assert row(door, 1)["hereFor"] == "They are here for Glow Tea Ltd."
    door.look(key("Pavel"))
    assert "Words of Pavel" not in everything(door)


def test_what_was_opened_stays_open_while_the_list_is_read_anew_and_not_after() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    door.look(key("Pavel"))
    home.requests.append(stranger("Wren"))
    door.hear([DoorChanged(circle="f" * 64)])
    assert door.rowCount() == 1
    door.hear([DoorChanged(circle=CIRCLE)])
    assert (row(door)["title"], row(door, 1)["title"]) == ("Pavel", BY_INES)
    door.close()
    door.show(CIRCLE)
    assert row(door)["title"] == BY_INES


# ---- what a host answers ------------------------------------------------------------------------


def test_who_is_let_in_goes_once_the_home_says_so() -> None:
    home = Doorkeeper(stranger("Pavel"), stranger("Wren"))
    door, told = door_of(home), list[str]()
    door.told.connect(told.append)
    door.look(key("Pavel"))
    home.slow = {AnswerRequest}
    door.letIn(key("Pavel"))
    door.letIn(key("Pavel"))
    assert home.all(AnswerRequest) == [
        AnswerRequest(circle=CIRCLE, request=key("Pavel"), admit=True)
    ]
    assert (door.rowCount(), row(door)["working"], told) == (2, True, [])
    home.answer()
    assert (door.rowCount(), told) == (1, ["Pavel was let in."])


def test_without_a_members_word_nobody_is_let_in_and_the_page_says_why() -> None:
    home = Doorkeeper(stranger("Pavel", lacks_vouch=True))
    door = door_of(home)
    door.look(key("Pavel"))
    assert row(door)["lacks"] == LACKS
    assert LACKS.rstrip(".") in row(door)["spoken"]
    door.letIn(key("Pavel"))
    assert home.all(AnswerRequest) == []


def test_a_refusal_is_shown_at_the_card_or_said_when_the_card_has_gone() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door, told = door_of(home), list[str]()
    door.told.connect(told.append)
    used = "The invite this person came by has let in all it may. Give them a new one."
    home.refuse = {AnswerRequest: Refused(Why.NOT_ALLOWED, used)}
    door.letIn(key("Pavel"))
    assert (row(door)["problem"], row(door)["working"], told) == (used, False, [])
    home.requests = []
    door.letIn(key("Pavel"))
    assert (door.rowCount(), told) == (0, [used])


def test_one_question_is_asked_back_and_waited_for() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    door.look(key("Pavel"))
    door.ask(key("Pavel"))
    door.askBack(key("Pavel"))
    assert row(door)["problem"] == "Write what you would like to know first."
    door.type(key("Pavel"), "é" * 501)
    door.askBack(key("Pavel"))
    assert "Up to 500 letters fit" in row(door)["problem"]
    assert home.all(AskBack) == []
    door.type(key("Pavel"), f" {QUESTION}\n")
    door.hear([DoorChanged(circle=CIRCLE)])
    assert (row(door)["asking"], door.typed(key("Pavel"))) == (True, f" {QUESTION}\n")
    home.requests = [stranger("Pavel", asked=QUESTION)]
    door.askBack(key("Pavel"))
    assert home.all(AskBack) == [AskBack(circle=CIRCLE, request=key("Pavel"), question=QUESTION)]
    assert (row(door)["asking"], row(door)["asked"]) == (False, QUESTION)
    assert door.typed(key("Pavel")) == ""


def test_a_second_place_has_no_name_and_is_let_in_or_left() -> None:
    second = stranger("", "Bo", second_place=True, answers=[])
    home = Doorkeeper(second)
    door = door_of(home)
    assert row(door)["title"] == (
        "Let in by Bo, by an invite that two people used at once. They wait for a host."
    )
    assert not row(door)["opened"]
    declining = no_of(home, door, second.request)
    assert not declining.property("takesNote")
    assert home.all(ListInvites) == []
    assert declining.property("act") == "Leave it"
    declining.decline()
    assert home.all(AnswerRequest)[-1].admit is False


# ---- no -----------------------------------------------------------------------------------------


def no_of(home: Doorkeeper, door: Door, request: str, *, host: bool = True) -> Declining:
    declining = Declining(home, door)
    one = door.one(request)
    assert one is not None
    declining.begin(CIRCLE, one, host=host)
    return declining


def test_what_a_no_means_is_said_before_it() -> None:
    home = Doorkeeper(stranger("Pavel"))
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"))
    assert "Pavel" not in str(declining.property("follows")) + declining.property("act")
    door.look(key("Pavel"))
    declining = no_of(home, door, key("Pavel"))
    said = " ".join(one["text"] for one in declining.property("follows"))
    assert "Pavel doesn't come in, and is told so at the next knock." in said
    assert "is forgotten on this computer" in said
    assert declining.property("act") == "Don't let Pavel in"
    assert home.all(AnswerRequest) == []


@pytest.mark.parametrize(
    ("more", "host", "offered"),
    [
        ({}, False, True),
        ({"by": "Ines"}, True, True),
        ({"by": "Ines"}, False, False),
        ({"uses": 3}, True, False),
        ({"withdrawn": True}, True, False),
    ],
)
def test_only_an_invite_for_one_that_is_ours_to_take_back_is_offered(
    more: dict[str, Any], host: bool, offered: bool
) -> None:
    home = Doorkeeper(stranger("Pavel"))
    home.invites = [invitation("sister", **more)]
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"), host=host)
    assert declining.property("mayTakeBack") is offered
    declining.decline()
    assert bool(home.all(WithdrawInvite)) is offered


def test_the_invite_stays_where_the_tick_is_taken_away() -> None:
    home = Doorkeeper(stranger("Pavel"))
    home.invites = [invitation("sister")]
    door = door_of(home)
    declining = no_of(home, door, key("Pavel"))
    assert declining.property("takeBack")
    declining.tick()
    declining.decline()
    assert home.all(WithdrawInvite) == []


def test_a_note_is_told_once_and_survives_a_refusal_and_another_question() -> None:
    home = Doorkeeper(stranger("Pavel"), stranger("Wren"))
    door = door_of(home)
    declining, done = no_of(home, door, key("Pavel")), list[str]()
    declining.done.connect(done.append)
    declining.type("é" * 501)
    declining.decline()
    assert "Up to 500 letters fit" in str(declining.property("problem"))
    assert home.all(AnswerRequest) == []
    declining.type("Not now, with love. ")
    home.refuse = {AnswerRequest: Refused(Why.DISK_FULL, "No space is left.")}
    declining.decline()
    assert (declining.property("problem"), done) == ("No space is left.", [])
    for name, kept in (("Wren", ""), ("Pavel", "Not now, with love. ")):
        one = door.one(key(name))
        assert one is not None
        declining.begin(CIRCLE, one, host=True)
        assert declining.property("note") == kept
    home.refuse, home.slow = {}, {AnswerRequest}
    declining.decline()
    declining.decline()
    assert len(home.all(AnswerRequest)) == 2
    assert home.all(AnswerRequest)[-1].note == "Not now, with love."
    home.answer()
    assert done == [key("Pavel")]
    assert declining.property("note") == ""


# ---- real homes ---------------------------------------------------------------------------------


class Side:
    """A home of one's own on loopback, behind the bridge a window has."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        folder.mkdir()
        settings = Settings(listen=("/ip4/127.0.0.1/tcp/0",), lan=False)
        self.bridge = Bridge(lambda: Home(Places(folder), settings))
        self.bridge.open()
        self.do(CreateHome(passphrase="amber kettle north willow"))

    def do(self, command: Command[Any]) -> Any:  # noqa: ANN401
        told: list[Any] = []
        refused: list[Refused] = []
        self.bridge.ask(command, told.append, refused.append)
        self.until(lambda: bool(told or refused))
        assert not refused, refused[0].message
        return told[0]

    def until(self, so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(so, timeout=20_000)


@pytest.fixture
def sides(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    both = Side(qtbot, tmp_path / "host"), Side(qtbot, tmp_path / "guest")
    yield both
    for side in both:
        side.bridge.close()


def at_a_real_door(host: Side, guest: Side, **door: Any) -> tuple[str, Door, Waiting, str]:  # noqa: ANN401
    """The guest has answered; the host has it before them."""
    made: CircleMade = host.do(CreateCircle(name="By the water", display_name="Ines"))
    host.do(SetDoor(circle=made.circle, admit="ask", questions=[QUESTION], **door))
    link = host.do(MakeInvite(circle=made.circle, label="Café")).link
    room = Waiting(guest.bridge)

    def follow(events: list[Any]) -> None:
        for event in events:
            if isinstance(event, JoinChanged):
                room.show(event.now)

    # Before the join is begun: on a busy computer the questions are there before it has answered.
    guest.bridge.said.connect(follow)
    begun: JoinBegun = guest.do(JoinCircle(code=link, display_name="Pavel"))
    shell = Door(host.bridge)
    shell.show(made.circle)
    host.bridge.said.connect(shell.hear)
    guest.until(lambda: room.property("asks") is True)
    return made.circle, shell, room, begun.join


def test_two_real_homes_ask_answer_ask_back_and_let_in(sides: tuple[Side, Side]) -> None:
    host, guest = sides
    home, door, room, _join = at_a_real_door(host, guest, promise=PROMISE, affiliation=True)
    form = room.property("answering")
    assert form.property("questions") == [QUESTION]
    assert room.property("promise") == PROMISE
    form.type(QUESTION, "From the café")
    form.send()
    guest.until(lambda: form.property("problem") != "")
    assert form.property("problem") == "Everybody agrees to the promise before they come in."
    form.agree()
    form.hereFor("myself")
    form.send()
    host.until(lambda: door.rowCount() == 1)
    guest.until(lambda: room.property("withHost") is True)
    assert "Pavel" not in everything(door)
    assert "Café" in row(door)["title"]
    request = row(door)["request"]
    door.look(request)
    assert row(door)["answers"] == [{"question": QUESTION, "answer": "From the café"}]
    assert row(door)["hereFor"] == "They are here for themselves."
    door.ask(request)
    door.type(request, "Which one?")
    door.askBack(request)
    guest.until(lambda: room.property("asks") is True)
    assert form.property("questions") == ["Which one?"]
    assert not room.property("asksPromise")
    host.until(lambda: row(door)["asked"] == "Which one?")
    form.type("Which one?", "The blue one")
    form.send()
    host.until(lambda: len(row(door)["answers"]) == 2)
    assert row(door)["asked"] == ""
    door.letIn(request)
    host.until(lambda: door.rowCount() == 0)
    guest.until(lambda: any(one.state is CircleState.MEMBER for one in guest.do(ListCircles())))
    guest.do(WritePost(circle=home, body="Hello"))


def test_a_real_no_brings_the_note_and_takes_the_invite_back(sides: tuple[Side, Side]) -> None:
    host, guest = sides
    home, door, room, _join = at_a_real_door(host, guest)
    room.property("answering").type(QUESTION, "From the café")
    room.property("answering").send()
    host.until(lambda: door.rowCount() == 1)
    asked = door.one(row(door)["request"])
    assert asked is not None
    declining = Declining(host.bridge)
    declining.done.connect(door.declined)
    declining.begin(home, asked, host=True)
    host.until(lambda: declining.property("mayTakeBack") is True)
    declining.type("Not now, with love.")
    declining.decline()
    host.until(lambda: door.rowCount() == 0)
    guest.until(lambda: room.property("refused") is True)
    assert room.property("note") == "Not now, with love."
    host.until(lambda: all(one.withdrawn for one in host.do(ListInvites(circle=home))))
