"""Adding a mailbox to a circle: what it can and can't do is read first, then its card is pasted."""

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import AddMailbox, LookForMailbox, MailboxAdded, MailboxFound
from app.refused import Refused
from ui.asking import Asks
from ui.wording import bytes_told

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

BEGINS = "hearthside-mailbox:"
COMMAND = "hearthside mailbox --home mailbox"
NO_CARD = "Paste the line that the mailbox shows. It begins with hearthside-mailbox:"
LOOKING = "Looking for it…"
FOUND = "Found. It answers, and has room for {room}, kept for up to {days}."
KNOWN = (
    "Found. The circle uses it already. Add it again if it is found elsewhere now: then the others "
    "are told."
)
PAUSE = 400  # ms without a further letter until it is looked for


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
        self._found = ""
        self._working = False
        self._typed = QTimer(self, singleShot=True, interval=PAUSE)
        self._typed.timeout.connect(self._look)

    circleName = Property(str, lambda self: self._name, notify=changed)
    people = Property(int, lambda self: self._people, notify=changed)
    card = Property(str, lambda self: self._card, notify=changed)
    called = Property(str, lambda self: self._called, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    found = Property(str, lambda self: self._found, notify=changed)
    answers = Property(bool, lambda self: self._found not in {"", LOOKING}, notify=changed)
    command = Property(str, lambda _self: COMMAND, constant=True)

    @Slot(str)
    def paste(self, card: str) -> None:
        """Its card was typed or pasted."""
        if card != self._card:
            self._card, self._problem, self._found = card, "", ""
            self.changed.emit()
            self._typed.start()

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
        self._typed.stop()
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
        self._found = ""
        self._people, self._working = 0, False
        self._typed.stop()
        self.changed.emit()

    @Slot()
    def _look(self) -> None:
        """See whether it answers: nothing is changed by it."""
        if not self._whole() or self._working:
            return
        circle, card = self._circle, self._card
        self._found = LOOKING
        self.changed.emit()

        def told(one: MailboxFound) -> None:
            if (circle, card) == (self._circle, self._card) and not self._problem:
                days = "a day" if one.days == 1 else f"{one.days} days"
                room = FOUND.format(room=bytes_told(one.room), days=days)
                self._found = KNOWN if one.known else room
                self.changed.emit()

        def refused(why: Refused) -> None:
            if (circle, card) == (self._circle, self._card) and not self._working:
                self._say(why.message)

        asked = LookForMailbox(circle=circle, card=card.strip())
        self._bridge.ask(asked, told, refused)

    def _whole(self) -> bool:
        return self._card.strip().startswith(BEGINS) and len(self._card.strip()) > len(BEGINS)

    def _say(self, problem: str) -> None:
        self._problem = problem
        if problem:
            self._found = ""
        self.changed.emit()
