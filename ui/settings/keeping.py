"""How long words stay: what can be chosen, and what follows from it, said before it is done."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import RetentionEffect
from app.commands import Nothing, ReadRetention, SetRetention
from app.refused import Refused
from ui.asking import Asks
from ui.wording import STAYS, how_long, stay

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

LOGGED = "Everyone sees in the open log that you decided it."
AWAY = (
    "Computers that are off let words go when they are on again. Copies made elsewhere stay, and "
    "so may what people have who are not in the circle any more."
)
BOXED = (
    "At a mailbox they lie sealed for about a day longer, until the computer of whoever added it "
    "is connected. After 90 days they are gone there in any case."
)
STAYS_GONE = "What has gone does not come back, whatever is chosen later."


@QmlElement
class Keeping(QObject):
    """A host chooses, reads what would go, and has it so."""

    changed = Signal()
    asking = Signal()  # the sheet is to be opened
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._now = self._days = 0
        self._older: int | None = None  # posts and replies here; None: not told yet
        self._boxed = False  # the circle has a mailbox
        self._working = False
        self._problem = ""

    # ---- what QML reads ---------------------------------------------------------------------

    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)

    @Property(list, notify=changed)
    def choices(self) -> list[dict[str, object]]:
        """What can be chosen, and what is: what holds now is among it whatever it is."""
        days = [*STAYS, *([] if self._now in STAYS else [self._now])]
        return [
            {
                "days": one, "name": how_long(one), "chosen": one == self._days,
                "text": "So it is now" if one == self._now else "",
            }
            for one in days
        ]  # fmt: skip

    @Property(list, notify=changed)
    def follows(self) -> list[dict[str, str]]:
        """What follows from it, one sentence each, with an icon; empty where nothing changes."""
        if self._days == self._now:
            return []
        told = [{"glyph": "hourglass", "text": self._effect()}] if self._days else [
            {"glyph": "hourglass", "text": "From now on nothing goes by itself."},
        ]  # fmt: skip
        if self._days:
            told.append({"glyph": "moon", "text": AWAY})
        if self._days and self._boxed:
            told.append({"glyph": "envelope-simple", "text": BOXED})
        told.append({"glyph": "prohibit", "text": STAYS_GONE})
        return [*told, {"glyph": "scroll", "text": LOGGED}]

    @Property(str, notify=changed)
    def act(self) -> str:
        """What the button does, in words; empty where nothing changes."""
        if self._days == self._now:
            return ""
        return f"Let words {stay(self._days)}"

    @Property(bool, notify=changed)
    def shortens(self) -> bool:
        """Whether words go by it that would have stayed."""
        return self._days != 0 and (self._now == 0 or self._days < self._now)

    # ---- what the person does ---------------------------------------------------------------

    @Slot(int)
    def choose(self, days: int) -> None:
        """For so long. Nothing happens yet."""
        if self._working or days == self._days or not self._circle:
            return
        self._days, self._older = days, None
        self._say("")
        if days:
            self._ask_what_goes(days)

    @Slot()
    def keep(self) -> None:
        """Do it. The page changes when the home says that it is so."""
        if self._working or self._days == self._now:
            return
        self._working = True
        self._say("")
        circle, days = self._circle, self._days

        def kept(_nothing: Nothing) -> None:
            if circle == self._circle:
                self.close()
                self.done.emit()
            self.told.emit(f"Words {stay(days)}. The open log says that you decided it.")

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working = False
                self._say(why.message)

        self._bridge.ask(SetRetention(circle=circle, days=days), kept, refused)

    # ---- what the page does -----------------------------------------------------------------

    def begin(self, circle: str, now: int) -> None:
        """Open the sheet; `now`: how many days words stay, 0 for good."""
        self.close()
        self._circle, self._now, self._days = circle, now, now
        self.changed.emit()
        self.asking.emit()

    def close(self) -> None:
        """Of no circle."""
        self._circle = self._problem = ""
        self._now = self._days = 0
        self._older = None
        self._boxed = self._working = False
        self.changed.emit()

    # ---- inside -----------------------------------------------------------------------------

    def _ask_what_goes(self, days: int) -> None:
        circle = self._circle

        def told(effect: RetentionEffect) -> None:
            if (circle, days) == (self._circle, self._days):
                self._older, self._boxed = effect.posts, effect.mailbox
                self.changed.emit()

        def refused(why: Refused) -> None:
            if (circle, days) == (self._circle, self._days):
                self._say(why.message)

        self._bridge.ask(ReadRetention(circle=circle, days=days), told, refused)

    def _effect(self) -> str:
        goes = (
            f"Posts and replies go from everyone's computers {self._days} days after they were sent"
        )
        if self._older is None:
            return f"{goes}."
        if not self._older:
            return f"{goes}. Nothing here is that old yet."
        if self._older == 1:
            return f"{goes}. One here is older: it goes after a day."
        return f"{goes}. About {self._older} here are older: they go after a day."

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()
