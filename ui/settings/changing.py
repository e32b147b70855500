"""The sheets by which hosts change the promise, the circle's own words, and the door."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Settings
from app.commands import MAX_ABOUT, Nothing, SetDoor, SetRules
from app.refused import Refused
from ui.asking import Asks

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

PROMISE, CIRCLE, DOOR = "promise", "circle", "door"
MOST = {PROMISE: 6, DOOR: 5, CIRCLE: 0}  # lines
LONGEST_LINE = 160
LONGEST_NAME = 64

DONE = {
    PROMISE: "The promise has new words. The open log says that you changed them.",
    CIRCLE: "The circle says it of itself now. The open log says that you changed it.",
    DOOR: "People come in like this from now on. The open log says that you changed it.",
}
NO_NAME = "Give the circle a name."
LONG_NAME = f"That name is too long. Up to {LONGEST_NAME} letters fit."
LONG_ABOUT = f"That is a little long. Up to {MAX_ABOUT} letters fit."
LONG_LINE = f"A line is too long. Up to {LONGEST_LINE} letters fit into each."


@QmlElement
class Changing(QObject):
    """One sheet at a time. What was typed stays while the page is open, also over Esc."""

    changed = Signal()
    replaced = Signal()  # the words were set from here, not typed
    asking = Signal(str)  # this sheet is to be opened
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = self._what = ""
        self._from: dict[str, Settings] = {}
        self._lines: dict[str, list[str]] = {}
        self._name = self._about = ""
        self._asks = self._vouch = self._affiliation = False
        self._problem = ""
        self._working = False

    # ---- what QML reads ---------------------------------------------------------------------

    longestLine = Property(int, lambda _self: LONGEST_LINE, constant=True)
    longestName = Property(int, lambda _self: LONGEST_NAME, constant=True)
    name = Property(str, lambda self: self._name, notify=replaced)
    about = Property(str, lambda self: self._about, notify=replaced)
    asks = Property(bool, lambda self: self._asks, notify=changed)
    vouch = Property(bool, lambda self: self._vouch, notify=changed)
    affiliation = Property(bool, lambda self: self._affiliation, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)

    @Property(list, notify=replaced)
    def promise(self) -> list[str]:
        """The lines of the promise, as many as there can be; "" for those that are free."""
        return self._padded(PROMISE)

    @Property(list, notify=replaced)
    def questions(self) -> list[str]:
        """The questions, as many as there can be; "" for those that are free."""
        return self._padded(DOOR)

    @Property(int, notify=changed)
    def promiseShown(self) -> int:
        """How many lines to show: those that are taken, and one that is free."""
        return self._shown(PROMISE)

    @Property(int, notify=changed)
    def questionsShown(self) -> int:
        """The same for questions."""
        return self._shown(DOOR)

    # ---- what the person does ---------------------------------------------------------------

    @Slot(int, str)
    def typePromise(self, place: int, words: str) -> None:
        """The person typed in a line of the promise."""
        self._type(PROMISE, place, words)

    @Slot(int, str)
    def typeQuestion(self, place: int, words: str) -> None:
        """The person typed a question."""
        self._type(DOOR, place, words)

    @Slot(str)
    def typeName(self, words: str) -> None:
        """The person typed the circle's name."""
        self._name = words
        self._say("")

    @Slot(str)
    def typeAbout(self, words: str) -> None:
        """The person typed what it is about."""
        self._about = words
        self._say("")

    @Slot(bool)
    def decide(self, asks: bool) -> None:
        """Whether a host decides; else an invite is enough."""
        self._asks = asks
        self._say("")

    @Slot(bool)
    def wantVouch(self, wanted: bool) -> None:
        """Whether a member has to put in a word first."""
        self._vouch = wanted
        self._say("")

    @Slot(bool)
    def wantAffiliation(self, wanted: bool) -> None:
        """Whether newcomers say whom they are here for."""
        self._affiliation = wanted
        self._say("")

    @Slot()
    def save(self) -> None:
        """Have it so. The page changes when the home says that it is."""
        if self._working or not self._circle:
            return
        self._say(self._what_is_wrong())
        if self._problem:
            return
        self._working = True
        self.changed.emit()
        circle, what = self._circle, self._what

        def saved(_nothing: Nothing) -> None:
            if circle == self._circle:
                self._working = False
                self._from.pop(what, None)
                self.changed.emit()
                self.done.emit()
                self.told.emit(DONE[what])

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working = False
                self._say(why.message)

        self._bridge.ask(self._command(), saved, refused)

    # ---- what the page does -----------------------------------------------------------------

    def begin(self, circle: str, what: str, now: Settings) -> None:
        """Open this sheet with what is set now, or with what was typed into it before."""
        if self._working or what not in MOST:
            return
        if circle != self._circle:
            self.close()
        self._circle, self._what = circle, what
        if self._from.get(what) != now:
            self._from[what] = now
            self._fill(what, now)
        self._say("")
        self.replaced.emit()
        self.asking.emit(what)

    def close(self) -> None:
        """Of no circle: nobody looks, or the home is locked."""
        self._circle = self._what = self._name = self._about = self._problem = ""
        self._from, self._lines = {}, {}
        self._asks = self._vouch = self._affiliation = self._working = False
        self.replaced.emit()
        self.changed.emit()

    # ---- inside -----------------------------------------------------------------------------

    def _fill(self, what: str, now: Settings) -> None:
        match what:
            case "promise":
                self._lines[what] = list(now.promise)
            case "circle":
                self._name, self._about = now.name, now.about
            case _:
                self._lines[what] = list(now.questions)
                self._asks, self._vouch = now.asks, now.vouch
                self._affiliation = now.affiliation

    def _command(self) -> SetDoor | SetRules:
        match self._what:
            case "promise":
                return SetDoor(circle=self._circle, promise=self._said(PROMISE))
            case "circle":
                name = " ".join(self._name.split())
                return SetRules(circle=self._circle, name=name, about=self._about.strip())
            case _:
                return SetDoor(
                    circle=self._circle, admit="ask" if self._asks else "invite",
                    questions=self._said(DOOR), vouch=self._vouch, affiliation=self._affiliation,
                )  # fmt: skip

    def _what_is_wrong(self) -> str:
        if self._what == CIRCLE:
            name = " ".join(self._name.split())
            if not name:
                return NO_NAME
            if len(name) > LONGEST_NAME:
                return LONG_NAME
            return LONG_ABOUT if len(self._about.strip()) > MAX_ABOUT else ""
        return LONG_LINE if any(len(one) > LONGEST_LINE for one in self._said(self._what)) else ""

    def _said(self, what: str) -> list[str]:
        lines = (" ".join(one.split()) for one in self._lines.get(what, []))
        return [one for one in lines if one]

    def _type(self, what: str, place: int, words: str) -> None:
        lines = self._padded(what)
        if 0 <= place < len(lines):
            lines[place] = words
            self._lines[what] = lines
            self._say("")

    def _padded(self, what: str) -> list[str]:
        lines = self._lines.get(what, [])[: MOST[what]]
        return [*lines, *[""] * (MOST[what] - len(lines))]

    def _shown(self, what: str) -> int:
        lines = self._padded(what)
        last = max((at for at, words in enumerate(lines, start=1) if words.strip()), default=0)
        return min(MOST[what], last + 1)

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()
