"""The invite sheet's model: nothing is made before the person asks to see or copy it."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Property, QDate, QLocale, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Invite, Settings
from app.commands import MAX_VOUCH, MakeInvite, ReadSettings
from app.refused import Refused
from ui.asking import Asks
from ui.circles.clipboard import Clipboard

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

DAY = 86_400  # seconds
USES = (1, 3, 10)
USES_WORDS = ["One person", "3 people", "10 people"]
DAYS = (1, 7, 30)
DAYS_WORDS = ["1 day", "7 days", "30 days"]
A_WEEK = 1  # index in DAYS
LONGEST_NOTE = 100
LONG_WORD = f"Your word for them is too long. Up to {MAX_VOUCH} letters fit."

GROUPS, GROUP = 7, 4
DOTS = "•" * GROUP
SCHEME = "hearthside://join/"


@QmlElement
class Inviting(QObject):
    """One way in. Code, link and picture are shown together or not at all."""

    changed = Signal()
    copied = Signal()
    exists = Signal()  # there is one more in the circle

    def __init__(self, bridge: Asks, clipboard: Clipboard, parent: QObject | None = None) -> None:
        """For no circle yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._clipboard = clipboard
        self._circle = ""
        self._invite: Invite | None = None
        self._uses = 0
        self._days = A_WEEK
        self._note = ""
        self._word = ""
        self._settings: Settings | None = None
        self._shown = False
        self._working = False
        self._problem = ""

    @Property(list, constant=True)
    def usesWords(self) -> list[str]:
        """For how many people."""
        return USES_WORDS

    @Property(list, constant=True)
    def daysWords(self) -> list[str]:
        """For how long."""
        return DAYS_WORDS

    @Property(int, notify=changed)
    def uses(self) -> int:
        """Which of `usesWords`."""
        return self._uses

    @Property(int, notify=changed)
    def days(self) -> int:
        """Which of `daysWords`."""
        return self._days

    @Property(bool, notify=changed)
    def made(self) -> bool:
        """It exists; what it is good for cannot be changed any more."""
        return self._invite is not None

    @Property(bool, notify=changed)
    def shown(self) -> bool:
        """Code, link and picture are readable."""
        return self._shown and self._invite is not None

    @Property(bool, notify=changed)
    def working(self) -> bool:
        """It is being made."""
        return self._working

    @Property(list, notify=changed)
    def groups(self) -> list[str]:
        """Seven groups of the code, or of dots."""
        if self._invite is None or not self._shown:
            return [DOTS] * GROUPS
        return self._invite.code.split("-")

    @Property(str, notify=changed)
    def link(self) -> str:
        """The link, masked unless shown."""
        if self._invite is None or not self._shown:
            return f"{SCHEME}{DOTS} {DOTS} {DOTS}"
        return self._invite.link

    @Property(str, notify=changed)
    def picture(self) -> str:
        """What the QR picture says; empty unless shown."""
        return self._invite.link if self._invite is not None and self._shown else ""

    @Property(str, notify=changed)
    def goodFor(self) -> str:
        """For whom and until when, once it is made."""
        if self._invite is None:
            return ""
        whom = "one person" if self._invite.uses == 1 else f"{self._invite.uses} people"
        return f"Good for {whom}, until {_day(self._invite.expires_at)}."

    @Property(bool, notify=changed)
    def asks(self) -> bool:
        """In this circle a host decides about whoever comes by it."""
        return self._settings is not None and self._settings.asks

    @Property(bool, notify=changed)
    def wantsWord(self) -> bool:
        """In this circle a member has to put in a word first."""
        return self._settings is not None and self._settings.asks and self._settings.vouch

    @Property(str, notify=changed)
    def problem(self) -> str:
        """Why there is none, or empty."""
        return self._problem

    def begin(self, circle: str) -> None:
        """A fresh sheet for this circle."""
        if circle != self._circle:
            self._settings = None
        self._circle = circle
        self._invite = None
        self._uses, self._days, self._note, self._word = 0, A_WEEK, "", ""
        self._shown = self._working = False
        self._problem = ""
        self.changed.emit()

    def look(self) -> None:
        """Learn how people come into this circle, to say so beside the invite."""
        circle = self._circle

        def read(settings: Settings) -> None:
            if circle == self._circle:
                self._settings = settings
                self.changed.emit()

        # Not knowing it is no reason not to invite anybody.
        self._bridge.ask(ReadSettings(circle=circle), read, lambda _refused: None)

    @Slot(int)
    def chooseUses(self, index: int) -> None:
        """For this many."""
        if self._invite is None and not self._working and 0 <= index < len(USES):
            self._uses = index
            self.changed.emit()

    @Slot(int)
    def chooseDays(self, index: int) -> None:
        """For this long."""
        if self._invite is None and not self._working and 0 <= index < len(DAYS):
            self._days = index
            self.changed.emit()

    @Slot(str)
    def note(self, words: str) -> None:
        """What it is called in the list of invites; nobody else ever sees that."""
        self._note = " ".join(words.split())[:LONGEST_NOTE]

    @Slot(str)
    def sayWord(self, words: str) -> None:
        """A word for whoever comes by it, which everyone in the circle can read."""
        self._word = words
        if self._problem == LONG_WORD and len(words.strip()) <= MAX_VOUCH:
            self._problem = ""
            self.changed.emit()

    @Slot()
    def another(self) -> None:
        """Choose again; the invite made before stays good."""
        if not self._working:
            self.begin(self._circle)

    @Slot()
    def show(self) -> None:
        """Show all three, or hide them again."""
        if self._invite is not None:
            self._shown = not self._shown
            self.changed.emit()
        else:
            self._make(self._reveal)

    @Slot()
    def copy(self) -> None:
        """Put the link on the clipboard for a minute; it need not be shown for that."""
        if self._invite is None:
            self._make(self._put)
        else:
            self._put()

    @Slot()
    def close(self) -> None:
        """Forget it here; the invite itself stays good, and so does what was copied."""
        self.begin("")

    def _reveal(self) -> None:
        self._shown = True
        self.changed.emit()

    def _put(self) -> None:
        if self._invite is not None:
            self._clipboard.put(self._invite.link)
            self.copied.emit()

    def _make(self, then: Callable[[], None]) -> None:
        if self._working or not self._circle:
            return
        if len(self._word.strip()) > MAX_VOUCH:
            self._problem = LONG_WORD
            self.changed.emit()
            return
        self._working = True
        self._problem = ""
        self.changed.emit()
        asked = self._circle

        def made(invite: Invite) -> None:
            self.exists.emit()
            if asked == self._circle:
                self._working = False
                self._invite = invite
                self.changed.emit()
                then()

        def refused(why: Refused) -> None:
            if asked == self._circle:
                self._working = False
                self._problem = why.message
                self.changed.emit()

        self._bridge.ask(
            MakeInvite(
                circle=asked,
                uses=USES[self._uses],
                expires_in=DAYS[self._days] * DAY,
                label=self._note,
                vouch=self._word.strip(),
            ),
            made,
            refused,
        )


def _day(when: datetime) -> str:
    here = when.astimezone()
    return QLocale().toString(QDate(here.year, here.month, here.day), "dddd d MMMM")
