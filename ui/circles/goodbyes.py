"""Goodbyes to circles that were erased here, which nobody has taken yet. Which circles is gone."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import GoodbyeWaiting
from app.commands import ForgetGoodbye, ListGoodbyes, Nothing
from app.events import CircleForgotten, NetChanged, Said
from ui.asking import Asks

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class Goodbyes(QObject):
    """How many wait; they can be forgotten, and then nobody is told."""

    changed = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """None known."""
        super().__init__(parent)
        self._bridge = bridge
        self._waiting: list[GoodbyeWaiting] = []

    @Property(int, notify=changed)
    def count(self) -> int:
        """How many nobody has taken."""
        return len(self._waiting)

    @Property(str, notify=changed)
    def line(self) -> str:
        """That in words, or empty."""
        many = len(self._waiting)
        if not many:
            return ""
        return "A goodbye waits to be taken" if many == 1 else f"{many} goodbyes wait to be taken"

    @Slot()
    def forget(self) -> None:
        """Forget them all, now."""
        for one in self._waiting:
            self._bridge.ask(ForgetGoodbye(goodbye=one.goodbye), self._forgotten)

    def refresh(self) -> None:
        """The home is open: see what waits."""
        self._read()

    def close(self) -> None:
        """The home is locked: nothing is shown."""
        self._take([])

    def hear(self, events: list[Said]) -> None:
        """Look again where one may have come, or been taken."""
        for event in events:
            match event:
                case CircleForgotten():
                    self._read()
                case NetChanged() if self._waiting:
                    self._read()
                case _:
                    pass

    def _forgotten(self, _nothing: Nothing) -> None:
        self.told.emit("Forgotten. The others may not be told that you left.")
        self._read()

    def _read(self) -> None:
        self._bridge.ask(ListGoodbyes(), self._take)

    def _take(self, waiting: list[GoodbyeWaiting]) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self.changed.emit()
