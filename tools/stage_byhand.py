"""The scene about posts that are carried by hand: both sheets, before and after."""

import tempfile
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from stage_rooms import Scene, looks

ESC = Qt.Key.Key_Escape


def carrying(play: Scene) -> None:
    """Juniper takes the circle with her on a stick, and brings in what Ines gave her."""
    with tempfile.TemporaryDirectory() as folder:
        _carried(play, Path(folder))


def _carried(play: Scene, folder: Path) -> None:
    stage, village = play.stage, play.village
    for entry, name, file in (
        ("menuTake", "57-take-posts", folder / "mine.sealed"),
        ("menuBring", "59-bring-posts", folder / "theirs.sealed"),
    ):
        if entry == "menuBring":
            village.ask("Ines", "circle.take_posts", circle=play.circle, path=str(file))
        stage.press("roomMenu")
        stage.press(entry)
        stage.find("carryChoose")
        stage.rest(400)
        looks(stage, name)
        # A dialog of the desktop's own would stand here; Qt's is none of ours to photograph.
        stage.shell.rooms.carrying.chosen(QUrl.fromLocalFile(str(file)))
        stage.find("carryDone")
        looks(stage, f"{name}-done")
        stage.key(ESC)
        stage.rest(400)
