"""The scene about how people are reached: the screen, pausing, and a mailbox added and retired."""

from PySide6.QtCore import Qt
from stage_rooms import Scene, looks

ESC = Qt.Key.Key_Escape


def connecting(play: Scene) -> None:
    """Juniper looks who can be reached, and at the sheet for a mailbox."""
    stage = play.stage
    stage.press("connection")
    stage.find("reach")
    stage.rest(400)
    looks(stage, "63-connection")
    stage.size(820, 900)
    stage.shoot("63-connection-narrow")
    stage.size(1440, 900)
    stage.press("pauseConnecting")
    stage.reads("Go on connecting")
    stage.rest(400)
    stage.shoot("64-connection-paused")
    stage.press("pauseConnecting")
    stage.reads("Pause connecting")
    stage.shell.reach.add(play.circle)
    stage.find("mailboxCardInput")
    stage.rest(400)
    looks(stage, "65-add-mailbox")
    stage.key(ESC)
    stage.rest(400)
    stage.shell.reach.close()
    stage.rest(400)
