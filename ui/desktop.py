"""The window: starts Qt, opens the home on its own thread, and closes both again."""

import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from types import TracebackType

from PySide6.QtCore import QSocketNotifier, QUrl
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuickControls2 import QQuickStyle

import resources
from app.home import Home, Settings
from app.places import Places
from ui.bridge import Bridge
from ui.shell.shell import Shell
from ui.theme import install
from ui.theme.installing import UI

NAME = "Hearthside"
# A flower of nobody: what a lock screen shows before there is a store with a number beside it.
NEUTRAL = "hearthside"

log = logging.getLogger("hearthside.ui")


def run(
    places: Places,
    settings: Settings,
    *,
    theme: str | None = None,
    text_scale: float = 1.0,
    link: str | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Show the window until it is closed; the process's exit code.

    `theme` is a name out of the tokens or None to follow the system; `link` an invite to begin
    with. The caller holds the claim on `places`.
    """
    sys.excepthook = _tell_type
    QGuiApplication.setApplicationName(NAME)
    QGuiApplication.setApplicationDisplayName(NAME)
    QGuiApplication.setDesktopFileName("hearthside")
    QQuickStyle.setStyle("Basic")
    application = QGuiApplication([NAME, *arguments])
    application.setWindowIcon(QIcon(str(resources.path("icons/hearthside.svg"))))

    bridge = Bridge(lambda: Home(places, settings))
    shell = Shell(bridge, lambda: flower(places), link=link or "")
    engine = QQmlApplicationEngine()
    # Kept in hand: QML loses every colour if Python takes the object behind them away.
    appearance = install(engine, theme=theme, text_scale=text_scale)
    if not show(engine, shell):
        sys.stderr.write("Hearthside's window could not be shown. Reinstalling it may help.\n")
        return 1
    with _heed_signals(application.quit):
        bridge.open()
        code = application.exec()
    # The clipboard first: it is the one thing of ours that outlives the process.
    shell.part()
    bridge.close()
    # Before Python takes the models apart, so that no binding looks for what has gone.
    del engine, appearance
    return code


def show(engine: QQmlApplicationEngine, shell: Shell) -> bool:
    """Load the window, which the engine then owns, and show it; False if it cannot be made."""
    engine.setInitialProperties({"shell": shell})
    engine.load(QUrl.fromLocalFile(str(UI / "shell" / "Main.qml")))
    windows = engine.rootObjects()
    for window in windows:
        window.setProperty("visible", True)
    return bool(windows)


def flower(places: Places) -> str:
    """What the lock screen's flower is drawn from: the clear header, which knows no person.

    The header's salt is random and lies open beside the store; the flower shows a few bits of it.
    """
    try:
        return sha256(places.header.read_bytes()).hexdigest()
    except OSError:
        return NEUTRAL


@contextmanager
def _heed_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Have Ctrl+C and SIGTERM close the window as its own button does.

    Qt sleeps outside Python, where no signal handler runs; a byte on a socket wakes it.
    """
    ear, mouth = socket.socketpair()
    ear.setblocking(False)
    mouth.setblocking(False)
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, lambda *_: None) for number in numbers]
    notifier = QSocketNotifier(ear.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_: stop())
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)
        ear.close()
        mouth.close()


def _tell_type(
    kind: type[BaseException], _fault: BaseException, trace: TracebackType | None
) -> None:
    """A fault in a screen is told by its type and place: its message may hold what people wrote."""
    where = trace
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = "" if where is None else f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}"
    log.error("%s in %s", kind.__name__, place)
