"""One real window on one real home: pressed, written into, and photographed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from stage_clock import StageClock

from app.home import Home, Settings
from app.places import Places
from app.rpc_client import LOOPBACK
from ui.bridge import Bridge
from ui.circles import coming_in
from ui.circles.invites import Invites
from ui.desktop import flower, show
from ui.door.model import Door
from ui.feed.model import FeedModel
from ui.openlog.model import OpenLog
from ui.people.model import People
from ui.shell.shell import Shell
from ui.theme import install
from ui.thread.model import ThreadModel
from ui.tidying import Tidying
from ui.unlock import unlock

PATIENCE = 30_000  # ms
TICK = 20


def tell_time_by(clock: StageClock) -> None:
    """Let this process, its home and its screens, live at the stage's time."""
    clock.rule()
    for model in (FeedModel, ThreadModel, People, OpenLog, Invites, Door):
        model.__init__.__kwdefaults__["clock"] = clock.local  # type: ignore[misc,index]
    coming_in.local_now = unlock.local_now = clock.local


class Theatre:
    """One real window on one real home. Pictures go into `folder`."""

    def __init__(self, home: Path, folder: Path) -> None:
        """The window is there, offscreen or not, and its home begins to open."""
        self.folder = folder
        places = Places(home)
        self._claim = places.claim()
        self._claim.__enter__()
        self.tidying = Tidying()
        self.bridge = Bridge(lambda: Home(places, Settings(listen=LOOPBACK, lan=False)))
        self.shell = Shell(self.bridge, lambda: flower(places))
        self.engine = QQmlApplicationEngine()
        self.complaints: list[str] = []
        self.engine.warnings.connect(
            lambda them: self.complaints.extend(one.toString() for one in them)
        )
        self.look = install(self.engine, theme="light", text_scale=1.0)
        # Nothing is photographed half way.
        self.look.move_less(less=True)
        if not show(self.engine, self.shell):
            raise RuntimeError(self.complaints)
        window = self.engine.rootObjects()[0]
        assert isinstance(window, QQuickWindow)  # noqa: S101 - for the type checker
        self.window = window
        self.size(1440, 900)
        window.requestActivate()
        self.bridge.open()
        self.until(lambda: self.screen != "opening", "the home has looked")

    @property
    def screen(self) -> str:
        """Which of the window's screens is shown."""
        return str(self.shell.property("screen"))

    def size(self, width: int, height: int) -> None:
        """Make the window this large."""
        self.window.setProperty("width", width)
        self.window.setProperty("height", height)
        self.rest()

    def turn(self, direction: Qt.LayoutDirection) -> None:
        """From the left or from the right, as the language is written."""
        QGuiApplication.setLayoutDirection(direction)
        self.rest()

    def rest(self, milliseconds: int = 250) -> None:
        """Let things happen. A loop of Qt's own lets go of Python's lock, which the home needs."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, so: Callable[[], bool], what: str) -> None:
        """Wait until it is so."""
        for _ in range(PATIENCE // TICK):
            if so():
                self.rest(80)
                return
            self.rest(TICK)
        raise TimeoutError(f"waited in vain until {what}")

    def all(self, name: str) -> list[QQuickItem]:
        """Everything of that name that can be seen."""
        found, todo = [], [self.window.contentItem()]
        while todo:
            item = todo.pop(0)
            if item.isVisible():
                if item.objectName() == name:
                    found.append(item)
                todo += item.childItems()
        return found

    def find(self, name: str, place: int = 0) -> QQuickItem:
        """The one of that name, once it is there."""
        self.until(lambda: len(self.all(name)) > place, f"{name} is to be seen")
        return self.all(name)[place]

    def seen(self) -> str:
        """Every word on the screen, one line each."""
        words, todo = [], [self.window.contentItem()]
        while todo:
            item = todo.pop(0)
            if item.isVisible():
                words += [str(item.property(name) or "") for name in ("text", "displayText")]
                todo += item.childItems()
        return "\n".join(words)

    def reads(self, words: str) -> None:
        """Wait until these words are on the screen."""
        self.until(lambda: words in self.seen(), f"“{words}” is on the screen")

    def press(self, name: str, place: int = 0) -> None:
        """A click in its middle."""
        item = self.find(name, place)
        self.rest(60)
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        QTest.mouseClick(self.window, Qt.MouseButton.LeftButton, pos=middle)
        self.rest()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """One key."""
        QTest.keyClick(self.window, key, modifier or Qt.KeyboardModifier.NoModifier)
        self.rest(120)

    def type(self, words: str, into: str = "") -> None:
        """Letters; `into` names a field to empty and fill."""
        if into:
            item = self.find(into)
            item.forceActiveFocus()
            item.setProperty("text", "")
        for letter in words:
            QTest.keyClick(self.window, letter)
        self.rest(60)

    def shoot(self, name: str) -> QImage:
        """Take a picture, with nobody's pointer in it."""
        QTest.mouseMove(self.window, QPointF(0, 0).toPoint())
        self.rest(400)
        image = self.window.grabWindow().convertToFormat(QImage.Format.Format_RGB888)
        path = self.folder / f"{name}.png"
        if not image.save(str(path), "PNG", 0):  # type: ignore[call-overload]  # 0: as small as can be
            raise OSError(f"{path} could not be written")
        print(f"  {path.name}", flush=True)
        return image

    def close(self) -> None:
        """The window, the home, and its folder's claim."""
        self.window.close()
        self.shell.part()
        self.bridge.close()
        loop = QEventLoop()
        self.engine.destroyed.connect(loop.quit)
        self.engine.deleteLater()
        QTimer.singleShot(2000, loop.quit)
        del self.window
        loop.exec()
        self._claim.__exit__(None, None, None)
