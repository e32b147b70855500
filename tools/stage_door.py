"""The scenes at a door that asks: what a newcomer answers, what a host reads, and a kind no."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from stage_rooms import Scene, looks

from app.commands import Command, MakeInvite, SetDoor

PROMISE = (
    "What is said here stays here.",
    "Experience, not medical advice.",
    "Nobody sells anything.",
    "Silence is fine. So is 3 a.m.",
)
BRINGS = "What brings you here?"
WISH = "What would you like from the circle?"
LONG = (
    "Four years on the list. Tired of explaining it to people who then tell me about their cousin. "
    "Ines said there is somebody here who has been waiting as long as I have, and that he is funny."
)
SELLS = "We help people on the list with our kidney tea. There is a price for members of circles."
ESC = Qt.Key.Key_Escape


def _asked(play: Scene, command: Command[Any]) -> Any:  # noqa: ANN401 - whatever it answers
    done: list[Any] = []
    play.stage.bridge.ask(command, done.append)
    play.stage.until(lambda: bool(done), "the home has answered")
    return done[0]


def knocking(play: Scene) -> None:
    """Juniper asks to come into a circle of Marisol's, which asks first."""
    stage, village = play.stage, play.village
    play.clock.set("2026-11-24 12:36")
    water = village.found("Marisol", "By the water", "Donors, before and after")
    village.ask(
        "Marisol", "circle.door", circle=water, admit="ask", questions=[BRINGS, WISH],
        affiliation=True, promise=list(PROMISE),
    )  # fmt: skip
    link = village.ask("Marisol", "circle.invite", circle=water)["link"]
    stage.shell.join()
    stage.type(link, into="inviteCodeInput")
    stage.press("knock")
    stage.reads("Answer and knock")
    looks(stage, "50-waiting-room-asks")
    stage.press("agree")
    stage.press("forMyself")
    for place, words in enumerate(("My sister gave me hers. I would do the asking.", "Company.")):
        stage.find("answerInput", place).forceActiveFocus()
        stage.type(words)
    stage.shoot("51-waiting-room-answered")
    stage.press("answerAndKnock")
    stage.reads("A host has it before them")
    looks(stage, "52-waiting-room-with-a-host")
    (asked,) = village.ask("Marisol", "door.list", circle=water)
    village.ask(
        "Marisol", "door.answer", circle=water, request=asked["request"], admit=False,
        note="We are twelve now, and that is what we can carry. Ask again in spring?",
    )  # fmt: skip
    stage.reads("What a host said")
    looks(stage, "53-waiting-room-closed")
    stage.press("putAway")
    stage.shell.select(play.circle)


def deciding(play: Scene) -> None:
    """Two ask to come in; Juniper, who is a host, looks."""
    stage, village, circle = play.stage, play.village, play.circle
    _asked(play, SetDoor(circle=circle, admit="ask", questions=[BRINGS], affiliation=True,
                         vouch=True, promise=list(PROMISE)))  # fmt: skip
    village.wake("Pavel", "Moss")
    for moment, name, label, words, whom in (
        ("2026-11-24 12:41", "Pavel", "From the clinic", LONG, ""),
        ("2026-11-24 12:44", "Moss", "", SELLS, "Glow Tea Ltd."),
    ):
        play.clock.set(moment)
        made = _asked(play, MakeInvite(circle=circle, label=label))
        if name == "Pavel":
            village.ask(
                "Ines", "circle.vouch", circle=circle, invite=made.invite,
                words="We share a Tuesday chair. I'd trust him with my spare key.",
            )  # fmt: skip
        join = village.ask(name, "circle.join", code=made.link, display_name=name)["join"]
        _until_asked(play, name, join)
        village.ask(
            name, "circle.answer", join=join, answers=[words], affiliation=whom, promise=True
        )
        stage.until(lambda: bool(stage.all("door")), "somebody is at the door")
    play.clock.set("2026-11-24 12:58")
    stage.press("door")
    stage.until(lambda: len(stage.all("look")) == 2, "both are at the door")  # noqa: PLR2004
    looks(stage, "54-at-the-door")
    stage.press("look", 0)
    stage.press("look", 1)
    looks(stage, "55-at-the-door-opened")
    stage.press("askBack")
    stage.type("Which days would you be around?")
    stage.shoot("56-ask-back")
    stage.press("sendQuestion")
    stage.reads("Waiting for their answer.")
    stage.rest(9000)  # until the toast has gone
    stage.shoot("57-asked-back")
    stage.size(820, 900)
    stage.shoot("57-asked-back-narrow")
    stage.size(1440, 900)
    stage.press("notThisTime", 1)
    stage.reads("Take this invite back, too")
    stage.type("We leave companies out, whoever they are.", into="noteInput")
    looks(stage, "58-not-this-time")
    stage.press("confirmDecline")
    stage.until(lambda: len(stage.all("look")) == 1, "one has gone")
    stage.press("people")
    stage.reads("1 person asks to come in")
    stage.rest(9000)
    stage.shoot("59-people-and-the-door")
    stage.press("door")
    stage.press("look")
    stage.press("letIn")
    stage.reads("Nobody is at the door.")
    looks(stage, "60-nobody-at-the-door")
    stage.press("home")
    _second_place(play)
    _asked(play, SetDoor(circle=circle, admit="invite", vouch=False))


def _until_asked(play: Scene, name: str, join: str) -> None:
    """Its capsule has come."""

    def so() -> bool:
        joins = play.village.ask(name, "circle.joins")
        return any(one["join"] == join and one["asks"] for one in joins)

    play.stage.until(so, "the door has asked")


def _second_place(play: Scene) -> None:
    """What somebody reads who came beyond an invite's uses; the window alone is told that it is so.

    When two come at once cannot be chosen.
    """
    stage = play.stage
    row = stage.shell.circles.find(play.circle)
    stage.rest(9000)  # until the toast has gone
    stage.shell.room.show(replace(row, waits_for_host=True))
    looks(stage, "61-waits-for-a-host")
    stage.press("composeCheckin")
    stage.find("shareButton")
    stage.shoot("62-waits-for-a-host-writing")
    stage.key(ESC)
    stage.shell.room.show(row)
