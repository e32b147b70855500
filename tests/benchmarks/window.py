"""A real window, offscreen, that tells what it sees: the child process of `tests.benchmarks.home`.

Says one JSON object a line: when the feed was painted after unlocking, and each row as it comes.
Times are of the monotonic clock, which all processes of one machine share.
"""

import json
import sys
import time
from pathlib import Path
from typing import cast

from PySide6.QtCore import QModelIndex, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow
from PySide6.QtQuickControls2 import QQuickStyle

from app.apart import HomeApart
from app.circle.state import HomeState
from app.commands import Unlock
from app.places import Places
from ui.bridge import Bridge
from ui.desktop import flower, show
from ui.feed.model import FeedModel
from ui.shell.shell import Shell
from ui.shell.visit import Visit
from ui.theme import install

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)


def say(**what: object) -> None:
    """One line for the parent."""
    print(json.dumps(what), flush=True)


class Watch(QObject):
    """Unlocks after `patience` ms, tells the first painted feed, then every new row."""

    def __init__(self, bridge: Bridge, shell: Shell, passphrase: str, patience: int) -> None:
        super().__init__()
        self._bridge = bridge
        self._passphrase = passphrase
        self._patience = patience
        self._begun = 0.0
        self._painted = False
        self._feed: FeedModel | None = None
        # Qt's properties are typed as what they are made of, not as what they hold.
        self._visit_here = cast("Visit", shell.visit)
        bridge.stateChanged.connect(self._state)
        self._visit_here.changed.connect(self._visit)

    def _state(self) -> None:
        if self._bridge.home_state is HomeState.LOCKED and not self._begun:
            self._begun = -1.0
            QTimer.singleShot(self._patience, self._unlock)

    def _unlock(self) -> None:
        self._begun = time.monotonic()
        self._bridge.ask(Unlock(passphrase=self._passphrase))

    def _visit(self) -> None:
        feed = cast("FeedModel | None", self._visit_here.feed)
        if feed is None or feed is self._feed:
            return
        self._feed = feed
        feed.modelReset.connect(self._filled)
        feed.rowsInserted.connect(self._inserted)
        if feed.rowCount():
            self._filled()

    def _filled(self) -> None:
        if not self._painted and self._feed is not None and self._feed.rowCount():
            self._painted = True
            QTimer.singleShot(0, self._paint)

    def _paint(self) -> None:
        rows = time.monotonic()
        window = next(w for w in QGuiApplication.topLevelWindows() if isinstance(w, QQuickWindow))
        # Twice, with the event loop in between: cards are laid out by the first and stand by the
        # second, which renders the scene to its end.
        window.grabWindow()
        QGuiApplication.processEvents()
        picture = window.grabWindow()
        if picture.isNull():
            say(what="failed")
        done = time.monotonic()
        say(what="painted", rows=rows - self._begun, painted=done - self._begun)

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        at = time.monotonic()
        self._filled()
        model = self._feed
        if model is None:
            return
        roles = {bytes(name.data()).decode(): role for role, name in model.roleNames().items()}
        for row in range(first, last + 1):
            body = model.data(model.index(row, 0), roles["body"])
            if isinstance(body, str) and body.startswith("ping "):
                say(what="row", body=body, at=at)


def main(folder: str, passphrase: str, patience: str) -> int:
    """Open the window on a home, and stay until standard input ends."""
    QQuickStyle.setStyle("Basic")
    application = QGuiApplication(["bench"])
    places = Places(Path(folder))
    bridge = Bridge(lambda: HomeApart(places.folder, listen=LOOPBACK))
    shell = Shell(bridge, lambda: flower(places))
    engine = QQmlApplicationEngine()
    install(engine, theme="light", text_scale=1.0)
    show(engine, shell)
    watch = Watch(bridge, shell, passphrase, int(patience))
    bridge.open()
    code = application.exec()
    bridge.close()
    del watch
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
