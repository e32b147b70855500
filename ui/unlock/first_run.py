"""The first run's model: a name, a passphrase, a first step. Nothing is written before step two.

The name stays in memory until a circle is begun or joined with it; a store that does not exist
yet can keep no secret, and a name in a clear file would be one.
"""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import CreateHome, Nothing
from app.refused import Refused
from ui.asking import Asks
from ui.unlock.strength import EMPTY, Strength, judge
from ui.unlock.words import a_passphrase, some_names

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

STEPS = 3
NAME, PASSPHRASE, FIRST_STEP = 1, 2, 3
LONGEST_NAME = 64

NO_NAME = "Type a name, or take one of these."
LONG_NAME = "That name is too long. Up to 64 letters fit."
NOTHING_TYPED = "Type a passphrase first. Four or more ordinary words work best."
DIFFERENT = "The two aren't the same. Type it once more."


@QmlElement
class FirstSteps(QObject):
    """Where the person is on the way in."""

    stepChanged = Signal()
    nameChanged = Signal()
    suggestionsChanged = Signal()
    strengthChanged = Signal()
    problemChanged = Signal()
    workingChanged = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Start at the name."""
        super().__init__(parent)
        self._bridge = bridge
        self._step = NAME
        self._name = ""
        self._suggestions = some_names()
        self._suggested = ""
        self._strength = EMPTY
        self._problem = ""
        self._where = ""
        self._working = False

    @Property(int, notify=stepChanged)
    def step(self) -> int:
        """1 name, 2 passphrase, 3 first step."""
        return self._step

    @Property(int, constant=True)
    def steps(self) -> int:
        """How many there are."""
        return STEPS

    @Property(str, notify=nameChanged)
    def name(self) -> str:
        """What people may call this person."""
        return self._name

    @Property(list, notify=suggestionsChanged)
    def suggestions(self) -> list[str]:
        """A few names to take."""
        return self._suggestions

    @Property(float, notify=strengthChanged)
    def share(self) -> float:
        """How full the bar is, 0 to 1."""
        return self._strength.share

    @Property(str, notify=strengthChanged)
    def level(self) -> str:
        """One of none, weak, fair, strong."""
        return self._strength.level

    @Property(str, notify=strengthChanged)
    def verdict(self) -> str:
        """How strong, in words."""
        return self._strength.sentence

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        """What keeps the person from going on, or empty."""
        return self._problem

    @Property(str, notify=problemChanged)
    def where(self) -> str:
        """The field that the problem is about: name, passphrase, again, or home."""
        return self._where

    @Property(bool, notify=workingChanged)
    def working(self) -> bool:
        """The store is being made."""
        return self._working

    @Slot()
    def shuffle(self) -> None:
        """Offer other names."""
        self._suggestions = some_names(besides=tuple(self._suggestions))
        self.suggestionsChanged.emit()

    @Slot(str)
    def take(self, name: str) -> None:
        """This is the name, as typed so far or picked."""
        if name != self._name:
            self._name = name
            self.nameChanged.emit()
        self._trouble("", "")

    @Slot()
    def back(self) -> None:
        """One step back, never out of the last: the store is made by then."""
        if self._step == PASSPHRASE and not self._working:
            self._trouble("", "")
            self._go(NAME)

    @Slot()
    def named(self) -> None:
        """The name is chosen."""
        name = " ".join(self._name.split())
        if not name:
            self._trouble(NO_NAME, "name")
        elif len(name) > LONGEST_NAME:
            self._trouble(LONG_NAME, "name")
        else:
            self.take(name)
            self._go(PASSPHRASE)

    @Slot(str)
    def weigh(self, passphrase: str) -> None:
        """Say how strong this is; nothing of it is kept."""
        self._judge(judge(passphrase, suggested=passphrase == self._suggested != ""))
        if self._where == "passphrase":
            self._trouble("", "")

    @Slot(result=str)
    def suggest(self) -> str:
        """Five words at random, to be read and typed again."""
        self._suggested = a_passphrase()
        return self._suggested

    @Slot(str, str)
    def compare(self, passphrase: str, again: str) -> None:
        """On leaving the second field: say if they differ."""
        if again and again != passphrase:
            self._trouble(DIFFERENT, "again")
        elif self._where == "again":
            self._trouble("", "")

    @Slot(str, str)
    def choose(self, passphrase: str, again: str) -> None:
        """Make the store with this passphrase."""
        if self._working:
            return
        strength = judge(passphrase)
        if not passphrase.strip():
            self._trouble(NOTHING_TYPED, "passphrase")
        elif not strength.enough:
            self._trouble(strength.sentence, "passphrase")
        elif again != passphrase:
            self._trouble(DIFFERENT, "again")
        else:
            self._trouble("", "")
            self._work(on=True)
            self._bridge.ask(CreateHome(passphrase=passphrase), self._made, self._refused)

    def forget(self) -> None:
        """Back to the start, with nothing of the person in it."""
        self._suggested = ""
        self._judge(EMPTY)
        self._trouble("", "")
        self._work(on=False)
        self.take("")
        self._go(NAME)

    def _made(self, _nothing: Nothing) -> None:
        self._suggested = ""
        self._judge(EMPTY)
        self._work(on=False)
        self._go(FIRST_STEP)

    def _refused(self, refused: Refused) -> None:
        self._work(on=False)
        self._trouble(refused.message, "home")

    def _go(self, step: int) -> None:
        if step != self._step:
            self._step = step
            self.stepChanged.emit()

    def _judge(self, strength: Strength) -> None:
        if strength != self._strength:
            self._strength = strength
            self.strengthChanged.emit()

    def _trouble(self, sentence: str, where: str) -> None:
        if (sentence, where) != (self._problem, self._where):
            self._problem, self._where = sentence, where
            self.problemChanged.emit()

    def _work(self, *, on: bool) -> None:
        if on is not self._working:
            self._working = on
            self.workingChanged.emit()
