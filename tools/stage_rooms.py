"""The scenes about people: roles, a removal, the open log, invites, and the removed one."""

from typing import Protocol

from PySide6.QtCore import Qt
from stage import Theatre
from stage_clock import StageClock
from stage_people import Village

from app.commands import MakeInvite

WEEK = 604_800  # seconds
REASON = "Offered supplements for sale again, after two notes."


class Scene(Protocol):
    """What these scenes need of the play."""

    village: Village
    stage: Theatre
    clock: StageClock
    circle: str


def looks(stage: Theatre, name: str) -> None:
    """The same screen in light, in dark, and with text half as large again."""
    stage.shoot(name)
    stage.look.choose("dark")
    stage.shoot(f"{name}-dark")
    stage.look.choose("light")
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
