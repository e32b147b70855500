"""A window for one screen: loads a few lines of QML, finds what is in it, presses keys."""

import gc
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAccessible
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from shiboken6 import isValid

from ui.theme import install

HEAD = "import QtQuick\nimport Hearthside\nimport theme\nimport components\n"


def wait(milliseconds: int) -> None:
    """Time passes, for everybody: `QTest.qWait` keeps Python's lock, so no other thread gets on."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def undecorated() -> set[str]:
    """Methods of ours that a signal is connected to although they are no `Slot`.

    Such an object gets a meta-object of its own. It goes with its object, but the next engine may
    still know what stood at that address; what stands there then has none of its properties for
    QML: a window without colours, where nothing is found.
    """
    return {
        f"{type(one).__name__}.{name}"
        for one in gc.get_objects()
        if isinstance(one, QObject) and type(one).__module__.startswith("ui.") and isValid(one)
        for name in own_methods(one)
        if isinstance(method := getattr(type(one), name, None), FunctionType)
        and not hasattr(method, "_slots")
    }


def own_methods(one: QObject) -> Iterator[str]:
    """Names of what its meta-object has beyond those it inherits from."""
    meta = one.metaObject()
    for place in range(meta.methodOffset(), meta.methodCount()):
        yield meta.method(place).name().toStdString()


class Stage:
    """One engine and one window. `warnings` is what QML complained of: nothing, it is hoped."""

    def __init__(self, *, theme: str = "light", scale: float = 1.0) -> None:
        self.engine = QQmlEngine()
        self.warnings: list[str] = []
        self.engine.warnings.connect(
            lambda them: self.warnings.extend(one.toString() for one in them)
        )
        self.appearance = install(self.engine, theme=theme, text_scale=scale)
        self.window: QQuickWindow | None = None
        self._given: dict[str, Any] = {}
        self._component: QQmlComponent | None = None  # the window goes when it goes

    def show(self, body: str, imports: str = "", **given: Any) -> QQuickWindow:  # noqa: ANN401 - as Qt and msgspec have it
        """A window around `body`; each of `given` is a property of it called `given.<name>`."""
        self._given = given  # QML keeps no model alive
        names = "".join(f"  property var {name}\n" for name in given)
        text = (
            f"{HEAD}{imports}\nWindow {{ id: given; width: 1200; height: 800; visible: true\n"
            f"  color: Theme.bg\n{names}{body}\n}}"
        )
        component = self._component = QQmlComponent(self.engine)
        component.setData(text.encode(), QUrl("file:///stage.qml"))
        window = component.createWithInitialProperties(given)
        assert isinstance(window, QQuickWindow), component.errorString()
        self.window = window
        window.requestActivate()
        wait(50)
        return window

    def find(self, name: str) -> QQuickItem:
        found = next(self._named(name), None)
        assert found is not None, name
        return found

    def all(self, name: str) -> list[QQuickItem]:
        return list(self._named(name))

    def press(self, name: str) -> None:
        """A click in the middle of it."""
        item = self.find(name)
        assert self.window is not None
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        QTest.mouseClick(self.window, Qt.MouseButton.LeftButton, pos=middle)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        assert self.window is not None
        QTest.keyClick(self.window, key, modifier or Qt.KeyboardModifier.NoModifier)

    def write(self, words: str) -> None:
        assert self.window is not None
        for letter in words:
            QTest.keyClick(self.window, letter)  # type: ignore[call-overload]  # stubs lack it

    def focus(self) -> QQuickItem:
        assert self.window is not None
        return self.window.activeFocusItem()

    def spoken(self) -> Iterator[Any]:
        """Everything a screen reader can come to."""
        assert self.window is not None
        todo = [QAccessible.queryAccessibleInterface(self.window)]
        while todo:
            one = todo.pop()
            if one is not None:
                yield one
                todo += [one.child(place) for place in range(one.childCount())]

    def close(self) -> None:
        """The window before the engine, and both before the models they read from."""
        careless = undecorated()
        self._component = self.window = None
        # In a loop of Qt's own, which lets go of Python's lock: the engine waits for its threads.
        loop = QEventLoop()
        self.engine.destroyed.connect(loop.quit)
        self.engine.deleteLater()
        QTimer.singleShot(2000, loop.quit)
        loop.exec()
        assert not careless, careless

    def _named(self, name: str) -> Iterator[QQuickItem]:
        assert self.window is not None
        todo: list[QQuickItem] = [self.window.contentItem()]
        while todo:
            item = todo.pop(0)
            if item.objectName() == name and item.isVisible():
                yield item
            todo += item.childItems()


def read(thing: QObject, name: str) -> Any:  # noqa: ANN401 - as Qt and msgspec have it
    return thing.property(name)
