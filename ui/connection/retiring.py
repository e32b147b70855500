"""The question before a mailbox is retired, with what follows from it."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import Nothing, RetireMailbox
from app.refused import Refused
from ui.asking import Asks

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

FOLLOWS = (
    ("envelope-simple", "Nobody of the circle brings posts there any more, or takes any out."),
    ("users", "What has reached people stays with them. The rest waits on your computers."),
    (
        "hourglass",
        "What it holds goes with time. Until then it stays sealed: the mailbox can't open it.",
    ),
    ("scroll", "Everyone sees in the open log that you retired it."),
)


@QmlElement
class RetiringMailbox(QObject):
    """A host is asked, reads what follows from it, and does it."""

    changed = Signal()
    asking = Signal()
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """None."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = self._box = self._name = self._problem = ""
        self._working = False

    name = Property(str, lambda self: self._name, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)

    @Property(list, constant=True)
    def follows(self) -> list[dict[str, str]]:
        """What follows, one sentence each, with an icon."""
        return [{"glyph": glyph, "text": text} for glyph, text in FOLLOWS]

    @Slot()
    def retire(self) -> None:
        """Do it."""
        if self._working or not self._box:
            return
        box, name = self._box, self._name
        self._working = True
        self._say("")

        def retired(_nothing: Nothing) -> None:
            self.told.emit(f"The circle doesn't use “{name}” any more.")
            if box == self._box:
                self.close()
                self.done.emit()

        def refused(why: Refused) -> None:
            if box == self._box:
                self._working = False
                self._say(why.message)

        self._bridge.ask(RetireMailbox(circle=self._circle, mailbox=box), retired, refused)

    def begin(self, circle: str, box: str, name: str) -> None:
        """Ask."""
        self.close()
        self._circle, self._box, self._name = circle, box, name
        self.changed.emit()
        self.asking.emit()

    def close(self) -> None:
        """None."""
        self._circle = self._box = self._name = self._problem = ""
        self._working = False
        self.changed.emit()

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()
