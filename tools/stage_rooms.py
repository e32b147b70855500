"""The scenes about people: roles, a removal, the open log, invites, and the removed one."""

from base64 import b64encode
from typing import Protocol

from PySide6.QtCore import Qt, QUrl
from stage import Theatre
from stage_clock import StageClock
from stage_people import Village
from stage_photographs import photograph

from app.commands import MakeInvite
from ui.portraits import made

WEEK = 604_800  # seconds
REASON = "Offered supplements for sale again, after two notes."


class Scene(Protocol):
    """What these scenes need of the play."""

    village: Village
    stage: Theatre
    clock: StageClock
    circle: str


def looks(stage: Theatre, name: str) -> None:
    """The same screen in light, dark, high contrast, from the right, and with larger text."""
    stage.shoot(name)
    stage.look.choose("dark")
    stage.shoot(f"{name}-dark")
    stage.look.choose("hc_light")
    stage.shoot(f"{name}-hc-light")
    stage.look.choose("light")
    stage.turn(Qt.LayoutDirection.RightToLeft)
    stage.shoot(f"{name}-rtl")
    stage.turn(Qt.LayoutDirection.LeftToRight)
    stage.look.set_scale(1.5)
    stage.shoot(f"{name}-150")
    stage.look.set_scale(1.0)


def member(play: Scene, name: str) -> str:
    """Somebody's id, as Ines knows it."""
    people = play.village.ask("Ines", "circle.members", circle=play.circle)
    return next(str(one["member"]) for one in people if one["display_name"] == name)


def people(play: Scene) -> None:
    """Juniper is made host, and removes Wren."""
    stage, village = play.stage, play.village
    for moment, name, role in (
        ("2026-11-24 12:05", "Old Heron", "moderator"),
        ("2026-11-24 12:06", "Juniper", "host"),
    ):
        play.clock.set(moment)
        village.ask(
            "Ines", "member.set_role", circle=play.circle, member=member(play, name), role=role
        )
    play.clock.set("2026-11-24 12:30")
    stage.press("people")
    stage.until(lambda: stage.seen().count("Host") > 1, "Juniper is a host")
    looks(stage, "40-people")
    wren = member(play, "Wren")
    _own_page(play)
    stage.shell.rooms.see(wren)
    stage.reads("Remove from the circle…")
    looks(stage, "41-person")
    stage.press("removePerson")
    stage.type(REASON, into="reasonInput")
    stage.rest(600)  # until the reason is kept
    looks(stage, "42-remove")
    stage.press("confirmRemove")
    stage.until(lambda: wren not in _shown(stage), "Wren is gone")
    stage.press("log")
    stage.reads(f"You removed Wren: {REASON}")
    looks(stage, "43-open-log")
    for uses, label in ((3, "From the clinic café"), (1, "For my sister")):
        done: list[object] = []
        stage.bridge.ask(
            MakeInvite(circle=play.circle, uses=uses, expires_in=WEEK, label=label), done.append
        )
        stage.until(lambda done=done: bool(done), "there is an invite")
    stage.press("invites")
    stage.reads("For my sister")
    looks(stage, "44-invites")
    stage.press("takeBack")
    stage.shoot("45-take-back")
    stage.key(Qt.Key.Key_Escape)
    stage.press("home")


def _own_page(play: Scene) -> None:
    """Ines and Tomasz have pictures here; Juniper chooses one, and has a new name."""
    stage, village = play.stage, play.village
    for name in ("Ines", "Tomasz"):
        village.ask(
            name, "member.set_profile", circle=play.circle,
            picture=b64encode(made(photograph(name))).decode(),
        )  # fmt: skip
    people = stage.shell.rooms.people
    stage.until(
        lambda: sum(row.one.picture != "" for row in people._rows) == 2,  # noqa: PLR2004, SLF001
        "their pictures are here",
    )
    stage.rest()
    stage.shoot("41-people-with-pictures")
    stage.shell.rooms.see(people.myself().key)
    stage.find("choosePicture")
    looks(stage, "41-own-page")
    file = stage.folder / "chosen.png"
    file.write_bytes(photograph("Juniper"))
    portraying = stage.shell.rooms.portraying
    portraying.take(QUrl.fromLocalFile(str(file)))
    stage.find("usePicture")
    file.unlink()
    looks(stage, "41-own-picture-chosen")
    stage.press("usePicture")
    stage.find("takePictureAway")
    stage.rest(9000)  # until the toast has gone
    stage.shoot("41-own-picture-used")
    portraying.take(QUrl("file:///nowhere/at/all.jpg"))
    stage.find("pictureProblem")
    stage.shoot("41-own-picture-problem")
    stage.type("June", into="ownNameInput")
    stage.shoot("41-own-name")
    stage.press("home")
    stage.shoot("41-home-with-pictures")
    stage.press("people")


def goodbye(play: Scene) -> None:
    """Thursday's table is left and erased while nobody is there: its goodbye waits."""
    stage = play.stage
    play.village.sleep("Wren")
    stage.press("circle", 1)
    stage.until(lambda: stage.shell.room.property("name") == "Thursday's table", "it is open")
    stage.until(lambda: stage.shell.room.property("hereNow") == "", "Wren is away")
    stage.press("roomMenu")
    stage.press("menuLeave")
    stage.press("erase")
    stage.press("leave")
    stage.find("goodbye")
    stage.rest(9000)  # until the toast has gone
    looks(stage, "48-goodbye")
    stage.press("goodbye")
    stage.shoot("48-goodbye-menu")
    stage.key(Qt.Key.Key_Escape)
    stage.size(820, 900)
    stage.shoot("48-goodbye-narrow")
    stage.size(1440, 900)


def removed(play: Scene) -> None:
    """Ines removes Juniper, who reads it."""
    stage = play.stage
    play.clock.set("2026-11-24 13:10")
    play.village.ask(
        "Ines", "member.remove", circle=play.circle, member=member(play, "Juniper"), reason=REASON
    )
    stage.reads("You were removed from this circle by Ines.")
    stage.rest(9000)  # until the toast has gone
    looks(stage, "46-removed")
    stage.press("eraseRemoved")
    stage.shoot("47-erase")
    stage.key(Qt.Key.Key_Escape)


def _shown(stage: Theatre) -> set[str]:
    return {str(item.property("member")) for item in stage.all("person")}
