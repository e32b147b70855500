"""Around the window: the display it needs, the flower it locks with, and the look it remembers."""

import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtQml import QQmlEngine
from pytestqt.qtbot import QtBot

from app.places import Places
from app.vault import KdfCost, derive, make_header, with_check, write_header
from p2p.crypto import system_entropy
from ui.desktop import NEUTRAL, NO_DISPLAY, flower
from ui.theme import install
from ui.theme.remembered import Look, keep, recall
from ui.tidying import SETTLED, Tidying

TREE = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "screen", [{"DISPLAY": ":77"}, {"QT_QPA_PLATFORM": "nonsense"}], ids=["display", "platform"]
)
def test_a_display_that_does_not_answer_is_one_sentence(
    tmp_path: Path, screen: dict[str, str]
) -> None:
    """Qt would say a page of its own and abort."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
    ended = subprocess.run(
        [sys.executable, "-m", "app", "--home", str(tmp_path / "home")],
        cwd=TREE,
        env=plain | {"WAYLAND_DISPLAY": ""} | screen,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stderr, ended.stdout) == (1, NO_DISPLAY, "")
    assert "tools/run demo" in NO_DISPLAY


def test_the_flower_is_of_the_header_and_survives_a_damaged_one(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert flower(places) == NEUTRAL
    header = make_header(KdfCost(ops=1, mem_bytes=8192), system_entropy)
    write_header(places.header, with_check(header, derive(header, "nine lamps along the quay")))
    assert flower(places) == header.flower.hex()
    places.header.write_bytes(b"{")
    assert flower(places) == NEUTRAL


def test_a_look_is_kept_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "appearance.json"
    for look in (Look(), Look(text=150), Look(theme="hc_dark", text=90)):
        keep(file, look)
        assert recall(file) == look
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "words", [b"", b"[" * 900, b'{"text": "large"}', b'{"theme": "neon", "text": 120}', b"\xff"]
)
def test_a_look_that_cannot_be_understood_is_the_usual_one(tmp_path: Path, words: bytes) -> None:
    file = tmp_path / "appearance.json"
    file.write_bytes(words)
    assert recall(file).theme is None
    assert recall(file).text in {100, 120}
    assert recall(tmp_path / "nothing" / "here") == Look()
    keep(tmp_path / "nothing" / "here", Look())


def test_larger_text_is_still_larger_at_the_next_start(tmp_path: Path, qtbot: QtBot) -> None:
    engine = QQmlEngine()
    file = tmp_path / "appearance.json"
    appearance = install(engine, theme="light", text_scale=1.0)
    appearance.keep_in(file)
    appearance.larger()
    assert recall(file) == Look(theme="light", text=110)
    appearance.usual()
    assert recall(file) == Look(theme="light")
    with qtbot.waitSignal(engine.destroyed):
        engine.deleteLater()


def test_no_other_thread_takes_objects_of_qt_apart(qtbot: QtBot) -> None:  # noqa: ARG001 - it brings the application
    """Python's own tidying did, and the window fell over now and then while libp2p was loading."""

    class Leftover(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.myself = self

    tidying = Tidying()
    alive = weakref.ref(Leftover())
    rubbish = threading.Thread(target=lambda: [[] for _ in range(200_000)])
    rubbish.start()
    rubbish.join()
    assert alive() is not None
    gc.collect()
    held = [[] for _ in range(gc.get_threshold()[0] + 1)]  # type: ignore[var-annotated]
    alive = weakref.ref(Leftover())
    tidying.look()
    assert alive() is None
    assert held


def test_what_is_loaded_at_the_start_is_not_gone_through_again(qtbot: QtBot) -> None:  # noqa: ARG001 - it brings the application
    """It takes longer than anybody should see a window stand still."""
    tidying = Tidying()
    before = gc.get_freeze_count()
    try:
        for _ in range(SETTLED):
            tidying.look()
        frozen = gc.get_freeze_count()
        tidying.look()
        assert before < frozen
        assert gc.get_freeze_count() <= frozen
    finally:
        gc.unfreeze()
