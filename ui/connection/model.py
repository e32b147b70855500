"""The connection pill's model: asks once, and again only when the home says something changed."""

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import NetStatus
from app.commands import ReadNetwork
from app.events import (
    MemberChanged,
    NetChanged,
    PostArrived,
    PostChanged,
    PostReached,
    PostsReached,
    Said,
)
from ui.asking import Asks
from ui.connection.item import LOOKING, Pill, Tone, pill

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

# A home that has just opened, or begun its first circle, needs a moment before it listens.
PATIENCE = 5000  # ms


@QmlElement
class Connection(QObject):
    """What the pill shows."""

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Nothing is asked before `refresh`."""
        super().__init__(parent)
        self._bridge = bridge
        self._net: NetStatus | None = None
        self._knocking = 0
        self._circles = 0
        self._pill = LOOKING
        self._patient = True
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._lose_patience)
        self._asking = False
        self._again = False

    @Property(str, notify=changed)
    def icon(self) -> str:
        """The icon's name."""
        return self._pill.icon

    @Property(str, notify=changed)
    def headline(self) -> str:
        """Who is reachable."""
        return self._pill.headline

    @Property(str, notify=changed)
    def detail(self) -> str:
        """What waits."""
        return self._pill.detail

    @Property(str, notify=changed)
    def tone(self) -> str:
        """One of `Tone`."""
        return self._pill.tone.value

    def hear(self, events: list[Said]) -> None:
        """Look again where one of these may have changed the two lines."""
        for event in events:
            match event:
                case NetChanged() | PostReached() | PostsReached() | MemberChanged():
                    self.refresh()
                case PostArrived(content=post) | PostChanged(content=post) if post.mine:
                    self.refresh()
                case _:
                    continue
            return

    def count(self, circles: int, knocking: int) -> None:
        """So many circles are there, and so many joins under way."""
        self._circles, self._knocking = circles, knocking
        self._paint()

    def refresh(self) -> None:
        """Ask; a second wish while one is under way is kept for afterwards, a third is the same."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._bridge.ask(ReadNetwork(), self._heard, lambda _refused: self._done())

    def forget(self) -> None:
        """Empty: the home is locked."""
        self._net = None
        self._knocking = self._circles = 0
        self._asking = self._again = False
        self._patience.stop()
        self._patient = True
        self._show(LOOKING)

    def _heard(self, net: NetStatus) -> None:
        if self._asking:  # else locked meanwhile
            self._net = net
            self._paint()
            self._done()

    def _done(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self.refresh()

    def _paint(self) -> None:
        if self._net is None:
            return
        new = pill(self._net, self._knocking, circles=self._circles)
        if new.tone is not Tone.OFFLINE:
            self._patience.stop()
            self._patient = True
        elif self._patient:
            if not self._patience.isActive():
                self._patience.start()
            new = LOOKING
        self._show(new)

    @Slot()
    def _lose_patience(self) -> None:
        self._patient = False
        self._paint()

    def _show(self, new: Pill) -> None:
        if new != self._pill:
            self._pill = new
            self.changed.emit()
