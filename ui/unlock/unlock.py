"""The lock screen's model: one field, and a rest after five wrong tries.

It knows no name, no circle and no count. The rest is a courtesy against a cat on the keyboard
and a hasty hand, not a defence: that is Argon2id's work, which no rest on a screen can replace.
"""

from collections.abc import Callable

from PySide6.QtCore import Property, QLocale, QObject, QTime, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import Nothing, Unlock
from app.refused import Refused, Why
from ui.asking import Asks
from ui.telling import local_now

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

TRIES = 5
REST = 30  # seconds
SECOND = 1000  # ms

WRONG = "That didn't open it. Check Caps Lock; words are separated by spaces."
NOTHING_TYPED = "Type your passphrase first."


@QmlElement
class LockScreen(QObject):
    """What the lock screen shows."""

    changed = Signal()
    refusedAgain = Signal()
    announced = Signal(str)

    def __init__(
        self, bridge: Asks, flower: Callable[[], str], parent: QObject | None = None
    ) -> None:
        """`flower` gives the seed of the picture beside the store."""
        super().__init__(parent)
        self._bridge = bridge
        self._read_flower = flower
        self._flower = flower()
        self._problem = ""
        self._working = False
        self._wrong = 0
        self._rest = 0
        self._locked_at = ""
        self._second = QTimer(self)
        self._second.setInterval(SECOND)
        self._second.timeout.connect(self._tick)

    @Property(str, notify=changed)
    def flower(self) -> str:
        """The seed of the picture."""
        return self._flower

    @Property(str, notify=changed)
    def problem(self) -> str:
        """Why it is still closed, or empty."""
        return self._problem

    @Property(bool, notify=changed)
    def working(self) -> bool:
        """The store is being opened."""
        return self._working

    @Property(int, notify=changed)
    def rest(self) -> int:
        """Seconds until one may try again."""
        return self._rest

    @Property(str, notify=changed)
    def lockedAt(self) -> str:
        """When this window locked, in words; empty after a start."""
        return self._locked_at

    @Slot(str)
    def open(self, passphrase: str) -> None:
        """Try this passphrase."""
        if self._working or self._rest:
            return
        if not passphrase:
            self._say(NOTHING_TYPED)
            return
        self._working = True
        self._say("")
        self._bridge.ask(Unlock(passphrase=passphrase), self._opened, self._refused)

    def locked(self) -> None:
        """The window has locked just now."""
        here = local_now()
        now = QLocale().toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)
        self._flower = self._read_flower()
        self._locked_at = f"Locked at {now}"
        self._working = False
        self._say("")

    def _opened(self, _nothing: Nothing) -> None:
        self._working = False
        self._wrong = 0
        self._say("")

    def _refused(self, refused: Refused) -> None:
        self._working = False
        if refused.kind is not Why.WRONG_PASSPHRASE:
            self._say(refused.message)
            self.announced.emit(refused.message)
            return
        self._wrong += 1
        if self._wrong < TRIES:
            self._say(WRONG)
            self.announced.emit(WRONG)
            self.refusedAgain.emit()
            return
        self._wrong = 0
        self._rest = REST
        self._second.start()
        self._say(_resting(REST))
        # Once only: a countdown read out every second keeps a person from hearing anything else.
        self.announced.emit(_resting(REST))

    @Slot()
    def _tick(self) -> None:
        self._rest -= 1
        if self._rest:
            self._say(_resting(self._rest))
            return
        self._second.stop()
        self._say("You can try again now.")
        self.announced.emit("You can try again now.")
        self.refusedAgain.emit()

    def _say(self, sentence: str) -> None:
        self._problem = sentence
        self.changed.emit()


def _resting(seconds: int) -> str:
    unit = "second" if seconds == 1 else "seconds"
    return f"That was five times. Take a breath: you can try again in {seconds} {unit}."
