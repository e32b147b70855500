"""The real `hearthside` window, in a process that also tells what a screen reader would find in it.

    python tests/journeys/window_driver.py --home DIR

One JSON object a line on stdin, one answer a line on stdout: `{"keys": ["Tab", "Ctrl+N"]}` and
`{"type": "words"}` press keys where no display brings them, `{"look": true}` tells what is there.
There is no way to point at anything.
"""

import json
import os
import sys
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow
from PySide6.QtTest import QTest

from app.__main__ import main
from ui import desktop
from ui.shell.shell import Shell

NAMES = {"Esc": "Escape"}
NOTHING_HELD = Qt.KeyboardModifier.NoModifier
PRESSED = {
    QAccessible.Role.Button,
    QAccessible.Role.RadioButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.MenuItem,
    QAccessible.Role.ListItem,
    QAccessible.Role.Link,
}


class Driver(QObject):
    """Answers one line at a time, on the thread of the window."""

    def __init__(self, engine: QQmlApplicationEngine) -> None:
        super().__init__(engine)
        window = engine.rootObjects()[0]
        assert isinstance(window, QQuickWindow)
        self._window = window
        self._half = b""
        self._complaints: list[str] = []
        engine.warnings.connect(
            lambda them: self._complaints.extend(one.toString() for one in them)
        )
        self._ear = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._ear.activated.connect(lambda *_: self._hear())
        if QGuiApplication.platformName() == "offscreen":
            window.requestActivate()

    def _hear(self) -> None:
        piece = os.read(0, 65536)
        if not piece:
            self._ear.setEnabled(False)
            QGuiApplication.quit()
            return
        *lines, self._half = (self._half + piece).split(b"\n")
        for line in lines:
            print(json.dumps(self._answer(json.loads(line))), flush=True)

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        for name in asked.get("keys", []):
            *held, key = name.split("+")
            modifier = Qt.KeyboardModifier.ControlModifier if held else NOTHING_HELD
            QTest.keyClick(self._window, Qt.Key[f"Key_{NAMES.get(key, key)}"], modifier)
        for letter in asked.get("type", ""):
            QTest.keyClick(self._window, letter)
        if "look" not in asked:
            return {}
        return self._look()

    def _look(self) -> dict[str, Any]:
        names: list[Any] = []
        unseen: list[Any] = []
        nameless: list[str] = []
        todo: list[Any] = [QAccessible.queryAccessibleInterface(self._window)]
        while todo:
            one = todo.pop()
            if one is None:
                continue
            name = one.text(QAccessible.Text.Name)
            hidden = bool(one.state().invisible)
            (unseen if hidden else names).extend([name, one.text(QAccessible.Text.Description)])
            if one.role() in PRESSED and not name and not hidden:
                nameless.append(f"{one.role()} {one.object().objectName()}")
            todo += [one.child(place) for place in reversed(range(one.childCount()))]
        return {
            "id": int(self._window.winId()),
            "active": self._window.isActive(),
            "focus": self._focus(),
            "names": list(filter(None, names)),
            "unseen": list(filter(None, unseen)),
            "nameless": nameless,
            "complaints": self._complaints,
        }

    def _focus(self) -> str:
        item: Any = self._window.activeFocusItem()  # or None, which the stubs do not know
        one: Any = item and QAccessible.queryAccessibleInterface(item)
        return str(one.text(QAccessible.Text.Name)) if one else ""


def listen_too() -> None:
    """Have the window that is about to open answer here."""
    plain = desktop.show

    def show(engine: QQmlApplicationEngine, shell: Shell) -> bool:
        shown = plain(engine, shell)
        if shown:
            Driver(engine)
        return shown

    desktop.show = show


if __name__ == "__main__":
    listen_too()
    sys.exit(main(sys.argv[1:]))
