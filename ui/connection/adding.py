"""Adding a mailbox to a circle: what it can and can't do is read first, then its card is pasted."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import AddMailbox, MailboxAdded
from app.refused import Refused
from ui.asking import Asks

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

BEGINS = "hearthside-mailbox:"
COMMAND = "hearthside mailbox --home mailbox"
NO_CARD = "Paste the line that the mailbox shows. It begins with hearthside-mailbox:"
LOOKS_WHOLE = "This looks like a mailbox's line. Whether it answers is seen when you add it."


@QmlElement
class AddingMailbox(QObject):
    """One sheet at a time. What was typed stays until it was taken, or the home is locked."""

    changed = Signal()
    asking = Signal()  # the sheet is to be opened
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = self._name = ""
        self._people = 0
        self._card = self._called = self._problem = ""
        self._working = False

    circleName = Property(str, lambda self: self._name, notify=changed)
    people = Property(int, lambda self: self._people, notify=changed)
    card = Property(str, lambda self: self._card, notify=changed)
    called = Property(str, lambda self: self._called, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    command = Property(str, lambda _self: COMMAND, constant=True)

    @Property(str, notify=changed)
    def found(self) -> str:
        """That what was pasted may be a card; empty before."""
        return LOOKS_WHOLE if self._whole() and not self._problem else ""

    @Slot(str)
    def paste(self, card: str) -> None:
        """Its card was typed or pasted."""
        if card != self._card:
            self._card, self._problem = card, ""
            self.changed.emit()

    @Slot(str)
    def call(self, name: str) -> None:
        """What the circle is to call it was typed."""
        if name != self._called:
            self._called = name
            self.changed.emit()

    @Slot()
    def add(self) -> None:
        """Have it found, and the circle told."""
        if self._working or not self._circle:
            return
        if not self._whole():
            self._say(NO_CARD)
            return
        circle = self._circle
        name = self._called.strip()
        self._working = True
        self._say("")

        def added(_made: MailboxAdded) -> None:
            self.told.emit(
                f"“{name}” is a mailbox of the circle."
                if name
                else "It is a mailbox of the circle."
            )
            if circle == self._circle:
                self.close()
                self.done.emit()

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working = False
                self._say(why.message)
            else:
                self.told.emit(why.message)

        asked = AddMailbox(circle=circle, card=self._card.strip(), name=name or None)
        self._bridge.ask(asked, added, refused)

    def begin(self, circle: str, name: str, people: int) -> None:
        """Open the sheet; what was typed for this circle is still there."""
        if circle != self._circle:
            self.close()
        self._circle, self._name, self._people = circle, name, people
        self.changed.emit()
        self.asking.emit()

    def close(self) -> None:
        """Of no circle."""
        self._circle = self._name = self._card = self._called = self._problem = ""
        self._people, self._working = 0, False
        self.changed.emit()

    def _whole(self) -> bool:
        return self._card.strip().startswith(BEGINS) and len(self._card.strip()) > len(BEGINS)

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()
