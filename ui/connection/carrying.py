"""Posts carried by hand: what goes into a file and who opens it, said before; what came, after."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Property, QDir, QLocale, QObject, QStandardPaths, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Circle
from app.commands import BringPosts, ListCircles, PostsBrought, PostsTaken, TakePosts
from app.refused import Refused
from ui.asking import Asks
from ui.telling import Clock, local_now
from ui.theme.local_only import stays_here

R = TypeVar("R")

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

ENDING = "sealed"
ELSEWHERE = "Choose a place on this computer, or on a stick in it."
HOLDS = "All posts of {name} that are here go into one sealed file. Your newest go along."
FOR_ALL = "The {count} people who are in the circle now can open it, and nobody else."
FOR_ONE = "Only you can open it: nobody else is in the circle yet."
TELLS_NOTHING = (
    "A stranger who finds it sees that it is such a file and how large: no word, no name. Whoever "
    "was in this circle before can know it as a file of this circle, but not open it."
)
ON_ITS_WAY = "Put it on a stick, or send it any way you like. The others choose “Bring posts in”."
NOBODY_YET = "Making a file reaches nobody yet. Your posts count as reached when others have them."
ANYBODYS = "Any file that somebody of your circle made with “Take posts with me” will do."
CHECKED = "Each post is checked before it is kept. It doesn't matter who carried the file."
ONCE = "What is here already stays as it is. Nothing comes twice."
HANDED_ON = "What is new goes on to those of the circle who are connected with you."
STILL_HERE = (
    "{count} of your own are not in it. This computer was put back to an earlier day. Somebody "
    "holds newer words of yours, which have to come back first."
)
CLOSED = "{count} more can't be read here: they are from before you came."


@QmlElement
class Carrying(QObject):
    """One file at a time. It goes on when the sheet is closed, and is told then."""

    changed = Signal()
    asking = Signal()  # the sheet is to be opened
    told = Signal(str)

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Nothing is carried."""
        super().__init__(parent)
        self._bridge = bridge
        self._clock = clock
        self._circle = self._name = ""
        self._people = 0
        self._attempt = 0
        self._bringing = self._working = self._watched = False
        self._problem = self._done = self._more = ""

    # ---- what QML reads ---------------------------------------------------------------------

    bringing = Property(bool, lambda self: self._bringing, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    done = Property(str, lambda self: self._done, notify=changed)
    more = Property(str, lambda self: self._more, notify=changed)
    ending = Property(str, lambda _self: ENDING, constant=True)

    @Property(list, notify=changed)
    def follows(self) -> list[dict[str, str]]:
        """What one should know before, one sentence each, with an icon."""
        if self._bringing:
            return [
                {"glyph": "envelope-simple", "text": ANYBODYS},
                {"glyph": "shield-check", "text": CHECKED},
                {"glyph": "check-circle", "text": ONCE},
                {"glyph": "users", "text": HANDED_ON},
            ]
        several = self._people > 1
        return [
            {"glyph": "envelope-simple", "text": HOLDS.format(name=self._name)},
            {"glyph": "users", "text": FOR_ALL.format(count=self._people) if several else FOR_ONE},
            {"glyph": "lock", "text": TELLS_NOTHING},
            {"glyph": "hand-waving", "text": ON_ITS_WAY},
            {"glyph": "hourglass", "text": NOBODY_YET},
        ]

    @Property(QUrl, notify=changed)
    def suggested(self) -> QUrl:
        """Where a new file might go, under a name that tells nothing but the day."""
        where = QStandardPaths.StandardLocation
        documents = QStandardPaths.writableLocation(where.DocumentsLocation)
        home = QStandardPaths.writableLocation(where.HomeLocation)
        folder = documents if QDir(documents).exists() else home
        return QUrl.fromLocalFile(f"{folder}/carry-{self._clock():%Y-%m-%d}.{ENDING}")

    # ---- what the person does ---------------------------------------------------------------

    @Slot(QUrl)
    def chosen(self, file: QUrl) -> None:
        """This file: it is written, or brought in. The dialog has asked before one is replaced."""
        if self._working or not self._circle:
            return
        if file.scheme() != "file" or not stays_here(file):
            self._say(ELSEWHERE)
            return
        self._working = True
        self._say("")
        if self._bringing:
            self._bring(file.toLocalFile())
        else:
            self._take(file.toLocalFile())

    @Slot(bool)
    def watch(self, watched: bool) -> None:
        """Whether the sheet is open: what has come of it is told there, or else by a toast."""
        self._watched = watched

    # ---- what the shell does ----------------------------------------------------------------

    def begin(self, circle: str, name: str, people: int, *, bringing: bool) -> None:
        """Open the sheet; while a file is under way it shows that one."""
        if not self._working:
            self.close()
            self._circle, self._name, self._people = circle, name, people
            self._bringing = bringing
            self.changed.emit()
        self.asking.emit()

    def close(self) -> None:
        """Nothing is carried, or nobody is to be told: the home is to be locked."""
        self._attempt += 1
        self._circle = self._name = ""
        self._problem = self._done = self._more = ""
        self._bringing = self._working = False
        self.changed.emit()

    # ---- inside -----------------------------------------------------------------------------

    def _take(self, path: str) -> None:
        def taken(file: PostsTaken) -> None:
            more = STILL_HERE.format(count=file.waiting) if file.waiting else ""
            self._end(f"{_posts(file.posts)} in the file: {_size(file.bytes)}.", more)

        asked = TakePosts(circle=self._circle, path=path, replace=True)
        self._bridge.ask(asked, self._now(taken), self._now(self._refused))

    def _bring(self, path: str) -> None:
        def brought(came: PostsBrought) -> None:
            more = CLOSED.format(count=came.closed) if came.closed else ""

            def named(rows: list[Circle]) -> None:
                self._end(_came(came, self._circle, rows), more)

            self._bridge.ask(ListCircles(), self._now(named), self._now(self._refused))

        self._bridge.ask(BringPosts(path=path), self._now(brought), self._now(self._refused))

    def _now(self, then: Callable[[R], None]) -> Callable[[R], None]:
        """Only as long as nobody has begun anew: a lock forgets what was under way."""
        attempt = self._attempt

        def once(answer: R) -> None:
            if attempt == self._attempt:
                then(answer)

        return once

    def _refused(self, why: Refused) -> None:
        self._working = False
        self._say(why.message)
        if not self._watched:
            self.told.emit(why.message)

    def _end(self, sentence: str, more: str) -> None:
        self._working = False
        self._done, self._more = sentence, more
        self.changed.emit()
        if not self._watched:
            self.told.emit(sentence)

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()


def _posts(count: int) -> str:
    if count == 0:
        return "There are no posts yet"
    return "One post is" if count == 1 else f"{count} posts are"


def _came(came: PostsBrought, here: str, rows: list[Circle]) -> str:
    """What a file brought; and into which circle, where that is not the one that is open."""
    other = next((row.name for row in rows if row.circle == came.circle), "")
    elsewhere = bool(other) and came.circle != here
    if not came.new:
        return f"All of it was in {other} already." if elsewhere else "All of it was here already."
    into = f"into {other}" if elsewhere else "in"
    return f"One post came {into}." if came.new == 1 else f"{came.new} posts came {into}."


def _size(count: int) -> str:
    """Bytes as people count them."""
    metric = QLocale.DataSizeFormat.DataSizeSIFormat
    return QLocale(QLocale.Language.English).formattedDataSize(count, 1, metric)
