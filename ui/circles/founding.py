"""The sheet that begins a circle, and the question before leaving one."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import History
from app.commands import MAX_ABOUT, CircleMade, CreateCircle, LeaveCircle, Nothing
from app.refused import Refused
from ui.asking import Asks
from ui.wording import STAYS, how_long

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

LONGEST_NAME = 64
HISTORIES = (History.OPEN, History.FRESH)
HISTORY_WORDS = ["Newcomers can read what was written before", "Newcomers start fresh"]

NO_NAME = "Give the circle a name."
LONG_NAME = "That name is too long. Up to 64 letters fit."
NO_MYSELF = "Type the name that people in this circle will see."
LONG_ABOUT = f"That is a little long. Up to {MAX_ABOUT} letters fit."


@QmlElement
class Founding(QObject):
    """A name, a sentence, a name for oneself, what newcomers may read, and how long words stay."""

    changed = Signal()
    made = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._bridge = bridge
        self._problem = ""
        self._where = ""
        self._working = False

    @Property(list, constant=True)
    def histories(self) -> list[str]:
        """The two answers to what newcomers may read."""
        return HISTORY_WORDS

    @Property(list, constant=True)
    def stays(self) -> list[str]:
        """The answers to how long words stay, "for good" first."""
        return [how_long(days) for days in STAYS]

    @Property(str, notify=changed)
    def problem(self) -> str:
        """What is missing, or empty."""
        return self._problem

    @Property(str, notify=changed)
    def where(self) -> str:
        """The field it is about: name, about, me."""
        return self._where

    @Property(bool, notify=changed)
    def working(self) -> bool:
        """It is being made."""
        return self._working

    def begin(self) -> None:
        """A fresh sheet."""
        self._working = False
        self._say("", "")

    @Slot()
    def clear(self) -> None:
        """The person is typing again."""
        if self._problem:
            self._say("", "")

    @Slot(str, str, str, int, int)
    def create(self, name: str, about: str, me: str, history: int, stay: int) -> None:
        """Make it. `history` and `stay` are places in the lists of answers."""
        if self._working:
            return
        name, me, about = " ".join(name.split()), " ".join(me.split()), about.strip()
        if not name:
            self._say(NO_NAME, "name")
        elif len(name) > LONGEST_NAME:
            self._say(LONG_NAME, "name")
        elif len(about) > MAX_ABOUT:
            self._say(LONG_ABOUT, "about")
        elif not me:
            self._say(NO_MYSELF, "me")
        elif len(me) > LONGEST_NAME:
            self._say(LONG_NAME, "me")
        else:
            self._working = True
            self._say("", "")
            kept = HISTORIES[history] if 0 <= history < len(HISTORIES) else History.FRESH
            days = STAYS[stay] if 0 <= stay < len(STAYS) else 0
            asked = CreateCircle(
                name=name, display_name=me, about=about, history=kept, keep_days=days
            )
            self._bridge.ask(asked, self._created, self._refused)

    def _created(self, circle: CircleMade) -> None:
        self._working = False
        self.changed.emit()
        self.made.emit(circle.circle)

    def _refused(self, refused: Refused) -> None:
        self._working = False
        self._say(refused.message, "name")

    def _say(self, sentence: str, where: str) -> None:
        self._problem, self._where = sentence, where
        self.changed.emit()


@QmlElement
class Leaving(QObject):
    """Leaves a circle; the dialog has asked before."""

    changed = Signal()
    gone = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Nothing is being left."""
        super().__init__(parent)
        self._bridge = bridge
        self._problem = ""
        self._working = False

    @Property(str, notify=changed)
    def problem(self) -> str:
        """Why one is still in it, or empty."""
        return self._problem

    @Property(bool, notify=changed)
    def working(self) -> bool:
        """On the way out."""
        return self._working

    @Slot()
    def begin(self) -> None:
        """The question is asked anew."""
        self._problem, self._working = "", False
        self.changed.emit()

    @Slot(str, bool)
    def leave(self, circle: str, erase: bool) -> None:
        """Go; with `erase` nothing of the circle stays on this computer."""
        if self._working:
            return
        self._problem, self._working = "", True
        self.changed.emit()
        self._bridge.ask(LeaveCircle(circle=circle, erase=erase), self._left, self._refused)

    def _left(self, _nothing: Nothing) -> None:
        self._working = False
        self.changed.emit()
        self.gone.emit()

    def _refused(self, refused: Refused) -> None:
        self._problem, self._working = refused.message, False
        self.changed.emit()
