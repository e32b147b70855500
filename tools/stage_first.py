"""The scene of a first start: a name, a passphrase, where to begin."""

from stage_people import PASSPHRASE
from stage_rooms import Scene


def first_run(play: Scene) -> None:
    """Three steps."""
    stage = play.stage
    play.clock.set("2026-11-23 20:40")
    stage.type("Juniper", into="nameInput")
    stage.shoot("01-first-run-name")
    stage.press("continue")
    stage.type(PASSPHRASE, into="passphraseInput")
    stage.press("reveal")
    stage.type(PASSPHRASE, into="againInput")
    stage.shoot("02-first-run-passphrase")
    stage.press("continue")
    stage.reads("Step 3 of 3")
    stage.shoot("03-first-run-beginning")
