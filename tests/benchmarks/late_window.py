"""A real window that times its own timer while posts come in: the child of `benchmarks.late`.

    python -m tests.benchmarks.late_window FOLDER LINK POSTS

Says one JSON object: the lateness in ms of each tick at rest and while the posts came, how much of
the latter this thread was ready but had no processor, and how many seconds the posts took from
being let in.
"""

import json
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuickControls2 import QQuickStyle

from app.apart import HomeApart
from app.circle.state import HomeState
from app.commands import JoinCircle, Unlock
from app.events import CircleJoined, PostArrived, PostsArrived, Said
from app.places import Places
from tests.benchmarks.sync_village import PASSPHRASE
from ui.bridge import Bridge
from ui.desktop import flower, show
from ui.shell.shell import Shell
from ui.theme import install
from ui.tidying import Tidying

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)
EVERY = 10  # ms
SETTLING = 3000  # ms after unlocking before anything is timed
REST = 10_000  # ms that the window is timed at rest
LONGEST = 900_000  # ms after which the posts count as not coming


def without_processor() -> int:
    """Nanoseconds that this thread was ready to run and others had the processors; 0: unknown."""
    try:
        told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text()
    except OSError:
        return 0
    return int(told.split()[1])


class Timed(QObject):
    """A precise timer, how late each of its ticks was, and how late but for other programs."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self.own: list[float] = []
        self._last = self._waited = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Begin anew."""
        self.late, self.own = [], []
        self._last, self._waited = time.monotonic_ns(), without_processor()
        self._timer.start()

    def end(self) -> list[float]:
        """Stop; ms beyond `EVERY` of each tick."""
        self._timer.stop()
        return self.late

    def _tick(self) -> None:
        now, waited = time.monotonic_ns(), without_processor()
        late = (now - self._last) / 1e6 - EVERY
        self.late.append(max(0.0, late))
        self.own.append(max(0.0, late - (waited - self._waited) / 1e6))
        self._last, self._waited = now, waited


class Story(QObject):
    """Unlock, rest, come in, watch until all posts are here."""

    def __init__(self, bridge: Bridge, link: str, posts: int) -> None:
        super().__init__()
        self._bridge = bridge
        self._link = link
        self._posts = posts
        self._arrived = 0
        self._let_in = 0.0
        self._asked = False
        self._timed = Timed()
        self._rest: list[float] = []
        bridge.stateChanged.connect(self._state)
        bridge.said.connect(self._hear)
        QTimer.singleShot(LONGEST, lambda: QGuiApplication.exit(1))

    def _state(self) -> None:
        if self._bridge.home_state is HomeState.LOCKED and not self._asked:
            self._asked = True
            self._bridge.ask(Unlock(passphrase=PASSPHRASE))
            QTimer.singleShot(SETTLING, self._timed.begin)
            QTimer.singleShot(SETTLING + REST, self._join)

    def _join(self) -> None:
        self._rest = self._timed.end()
        self._bridge.ask(JoinCircle(code=self._link, display_name="Newcomer"))

    def _hear(self, events: list[Said]) -> None:
        for event in events:
            match event:
                case CircleJoined():
                    self._let_in = time.monotonic()
                    self._timed.begin()
                case PostsArrived(count=count):
                    self._arrived += count
                case PostArrived():
                    self._arrived += 1
                case _:
                    continue
        if self._let_in and self._arrived >= self._posts:
            seconds = time.monotonic() - self._let_in
            busy, self._let_in = self._timed.end(), 0.0
            told = {
                "rest": self._rest, "busy": busy, "own": self._timed.own, "seconds": [seconds],
            }  # fmt: skip
            print(json.dumps(told), flush=True)
            QGuiApplication.exit(0)


def main(folder: str, link: str, posts: str) -> int:
    """Open the window on a locked home and stay until the story is over."""
    QQuickStyle.setStyle("Basic")
    application = QGuiApplication(["bench"])
    tidying = Tidying(application)
    tidying.setObjectName("tidying")
    places = Places(Path(folder))
    bridge = Bridge(lambda: HomeApart(places.folder, listen=LOOPBACK))
    shell = Shell(bridge, lambda: flower(places))
    engine = QQmlApplicationEngine()
    install(engine, theme="light", text_scale=1.0)
    show(engine, shell)
    story = Story(bridge, link, int(posts))
    bridge.open()
    code = application.exec()
    bridge.close()
    # Before Python takes the models apart, so that no binding looks for what has gone.
    del story, engine
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
