"""The window: starts Qt, opens the home in its own process, and closes both again."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import cast

from PySide6.QtCore import (
    QMessageLogContext,
    QSocketNotifier,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuickControls2 import QQuickStyle

import resources
from app.apart import HomeApart
from app.places import Places
from ui.bridge import Bridge
from ui.shell.shell import Shell
from ui.theme import install
from ui.theme.installing import UI
from ui.theme.portraits import Portraits
from ui.theme.remembered import recall
from ui.tidying import Tidying

NAME = "Hearthside"
# A flower of nobody: what a lock screen shows before there is a store with a number beside it.
NEUTRAL = "hearthside"

NO_DISPLAY = (
    "Hearthside can't open a window here: the display does not answer. "
    "To see it at work without one: tools/run demo\n"
)

log = logging.getLogger("hearthside.ui")


def run(
    places: Places,
    *,
    listen: Sequence[str] = (),
    lan: bool = True,
    link: str | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Show the window until it is closed; the process's exit code.

    `link` is an invite to begin with; `listen` and `lan` as for `hearthside rpc`. The home claims
    `places` itself, in a process of its own.
    """
    sys.excepthook = _tell_type
    QGuiApplication.setApplicationName(NAME)
    QGuiApplication.setApplicationDisplayName(NAME)
    QGuiApplication.setDesktopFileName("hearthside")
    QQuickStyle.setStyle("Basic")
    with _one_sentence_without_display():
        application = QGuiApplication([NAME, *arguments])
    Tidying(application)
    application.setWindowIcon(QIcon(str(resources.path("icons/hearthside.svg"))))

    bridge = Bridge(lambda: HomeApart(places.folder, listen=listen, lan=lan))
    shell = Shell(bridge, lambda: flower(places), link=link or "")
    engine = QQmlApplicationEngine()
    # Kept in hand: QML loses every colour if Python takes the object behind them away.
    look = recall(places.appearance)
    appearance = install(engine, theme=look.theme, text_scale=look.text / 100)
    appearance.keep_in(places.appearance)
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
    portraits = cast("Portraits", engine.singletonInstance("Hearthside", "Portraits"))
    portraits.look_into(shell.album)
    engine.setInitialProperties({"shell": shell})
    engine.load(QUrl.fromLocalFile(str(UI / "shell" / "Main.qml")))
    windows = engine.rootObjects()
    for window in windows:
        window.setProperty("visible", True)
    return bool(windows)


def flower(places: Places) -> str:
    """What the lock screen's flower is drawn from: random bytes beside the store, of no person."""
    return places.flower().hex() or NEUTRAL


@contextmanager
def _one_sentence_without_display() -> Iterator[None]:
    """Where Qt finds no display it tells a page and aborts; a person gets one sentence instead.

    Only while Qt starts: it speaks from threads of its own later, and one that waits for Python
    while Python waits for it would be the end of both.
    """
    held: list[str] = []

    def hear(kind: QtMsgType, _where: QMessageLogContext, words: str | None) -> None:
        if kind is QtMsgType.QtFatalMsg:
            sys.stderr.write(NO_DISPLAY)
            sys.stderr.flush()
            os._exit(1)
        held.append(words or "")

    before = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
        sys.stderr.writelines(f"{words}\n" for words in held)


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
