"""Coming in: the sheet that takes an invite, and the waiting room behind the door."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Join, JoinState
from app.commands import CancelJoin, JoinBegun, JoinCircle
from app.refused import Refused
from ui.asking import Asks
from ui.circles.answering import Answering
from ui.telling import local_now, told_shortly

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

LONGEST_CODE = 4096
NO_CODE = "Paste the invite first: the link that begins with hearthside://join."
LONG_CODE = "This is too long to be an invite. Copy it again."
NO_NAME = "Type the name that people in this circle will see."
LONG_NAME = "That name is too long. Up to 64 letters fit."


@QmlElement
class Knocking(QObject):
    """An invite and a name."""

    changed = Signal()
    begun = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._bridge = bridge
        self._problem = ""
        self._where = ""
        self._working = False
        self._link = ""

    @Property(str, notify=changed)
    def problem(self) -> str:
        """What keeps the person from knocking, or empty."""
        return self._problem

    @Property(str, notify=changed)
    def where(self) -> str:
        """The field it is about: code or name."""
        return self._where

    @Property(bool, notify=changed)
    def working(self) -> bool:
        """The knock is being made."""
        return self._working

    @Property(str, notify=changed)
    def link(self) -> str:
        """A link that Hearthside was started with, to begin from."""
        return self._link

    def begin(self, link: str = "") -> None:
        """A fresh sheet."""
        self._link = link
        self._working = False
        self._say("", "")

    @Slot()
    def clear(self) -> None:
        """The person is typing again."""
        if self._problem:
            self._say("", "")

    @Slot(str, str)
    def knock(self, code: str, name: str) -> None:
        """Begin to come in; it goes on by itself until it succeeds or is stopped."""
        if self._working:
            return
        code, name = code.strip(), " ".join(name.split())
        if not code:
            self._say(NO_CODE, "code")
        elif len(code) > LONGEST_CODE:
            self._say(LONG_CODE, "code")
        elif not name:
            self._say(NO_NAME, "name")
        elif len(name) > 64:  # noqa: PLR2004 - as `LONG_NAME` says
            self._say(LONG_NAME, "name")
        else:
            self._working = True
            self._say("", "")
            command = JoinCircle(code=code, display_name=name)
            self._bridge.ask(command, self._knocked, self._refused)

    def _knocked(self, begun: JoinBegun) -> None:
        self._working = False
        self._link = ""
        self.changed.emit()
        self.begun.emit(begun.join)

    def _refused(self, refused: Refused) -> None:
        self._working = False
        self._say(refused.message, "code")

    def _say(self, sentence: str, where: str) -> None:
        self._problem, self._where = sentence, where
        self.changed.emit()


@QmlElement
class Waiting(QObject):
    """One join: what it waits for, and nothing of the circle beyond what an invite shows."""

    changed = Signal()
    waitingForChanged = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """No join."""
        super().__init__(parent)
        self._bridge = bridge
        self._join: Join | None = None
        self._stopping = False
        self._answering = Answering(bridge, self)

    answering = Property(QObject, lambda self: self._answering, constant=True)

    @Property(str, notify=changed)
    def join(self) -> str:
        """Its id, or empty."""
        return "" if self._join is None else self._join.join

    @Property(bool, notify=changed)
    def refused(self) -> bool:
        """The door stayed closed."""
        return self._turned_away()

    @Property(bool, notify=changed)
    def known(self) -> bool:
        """The invite has been read by somebody of the circle."""
        return self._join is not None and bool(self._join.circle_name)

    @Property(bool, notify=changed)
    def knocked(self) -> bool:
        """The knock has been made; somebody has to open."""
        return self._join is not None and self._join.state is JoinState.WAITING

    @Property(str, notify=changed)
    def title(self) -> str:
        """The large line."""
        if self._join is None:
            return ""
        if self._turned_away():
            return "You didn't come in"
        if self._join.asks:
            return f"{self._join.circle_name or 'The circle'} asks you first"
        if self._join.circle_name:
            return f"You're at the door of {self._join.circle_name}"
        return "Looking for the circle"

    @Property(str, notify=waitingForChanged)
    def waitingFor(self) -> str:
        """The home's own sentence."""
        return "" if self._join is None else self._join.waiting_for

    @Property(str, notify=changed)
    def circleName(self) -> str:
        """As the invite says."""
        return "" if self._join is None else self._join.circle_name or ""

    @Property(str, notify=changed)
    def about(self) -> str:
        """Who it is for, as the invite says."""
        return "" if self._join is None else self._join.about or ""

    @Property(str, notify=changed)
    def inviter(self) -> str:
        """Who invited."""
        return "" if self._join is None else self._join.inviter or ""

    @Property(bool, notify=changed)
    def asks(self) -> bool:
        """Nothing goes on before the person has answered."""
        return self._join is not None and self._join.asks

    @Property(bool, notify=changed)
    def withHost(self) -> bool:
        """A host has the knock before them and will decide."""
        return self._join is not None and self._join.kept

    @Property(list, notify=changed)
    def promise(self) -> list[str]:
        """What everybody agrees to who comes in."""
        return [] if self._join is None else self._join.promise

    @Property(bool, notify=changed)
    def asksPromise(self) -> bool:
        """Whether the person has still to agree to it."""
        return self._join is not None and self._join.asks and self._join.asks_promise

    @Property(str, notify=changed)
    def note(self) -> str:
        """What a host said to a refusal, or empty."""
        return self._join.note if self._join is not None and self._turned_away() else ""

    @Property(str, notify=changed)
    def displayName(self) -> str:
        """What they will see of the reader."""
        return "" if self._join is None else self._join.display_name

    @Property(str, notify=changed)
    def seed(self) -> str:
        """What the circle's mark is drawn from."""
        return "" if self._join is None else self._join.circle or self._join.join

    @Property(str, notify=changed)
    def since(self) -> str:
        """When the knocking began, in words."""
        if self._join is None or self._join.since is None:
            return ""
        return told_shortly(self._join.since, local_now())

    @Property(bool, notify=changed)
    def stopping(self) -> bool:
        """Being stopped."""
        return self._stopping

    def show(self, join: Join | None) -> None:
        """Show this one."""
        if join != self._join:
            if join is None or self._join is None or join.join != self._join.join:
                self._stopping = False
            before, self._join = self._join, join
            self._answering.show(join)
            self.changed.emit()
            if before is None or join is None or before.waiting_for != join.waiting_for:
                self.waitingForChanged.emit()

    def forget(self) -> None:
        """No join, and nothing typed: the home is locked."""
        self.show(None)
        self._answering.forget()

    @Slot()
    def stop(self) -> None:
        """Stop knocking; the row goes when the home has said so."""
        if self._join is None or self._stopping:
            return
        self._stopping = True
        self.changed.emit()
        self._bridge.ask(CancelJoin(join=self._join.join), None, self._kept)

    def _turned_away(self) -> bool:
        return self._join is not None and self._join.state is JoinState.REFUSED

    def _kept(self, _refused: Refused) -> None:
        self._stopping = False
        self.changed.emit()
