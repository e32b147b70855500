"""Putting in a word for whoever comes by an invite; what was typed is never lost."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Draft
from app.commands import MAX_VOUCH, KeepDraft, ListDrafts, Nothing, Vouch
from app.refused import Refused
from ui.asking import Asks
from ui.drafting import DraftKeeper

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

NOTHING = "Write a few words. Everyone in the circle can read them."
TOO_LONG = "That is a little long. Up to {most} letters fit, these are {count}."
KEPT = "Kept on this computer"


@QmlElement
class Vouching(QObject):
    """An invite and a few words, which are a draft like any other until they are said."""

    changed = Signal()
    replaced = Signal()  # the words were set from here, not typed
    asking = Signal()  # the sheet is to be opened
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """For nobody."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = self._invite = self._title = ""
        self._words = self._problem = ""
        self._working = False
        self._keeper = DraftKeeper(bridge, self)
        self._keeper.changed.connect(self.changed)

    # ---- what QML reads ---------------------------------------------------------------------

    title = Property(str, lambda self: self._title, notify=changed)
    words = Property(str, lambda self: self._words, notify=replaced)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)

    @Property(str, notify=changed)
    def keeping(self) -> str:
        """What to say about the draft."""
        if self._keeper.trouble:
            return self._keeper.trouble
        return KEPT if self._keeper.kept and self._words.strip() else ""

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def type(self, words: str) -> None:
        """The person typed."""
        if words == self._words or not self._invite:
            return
        self._words = words
        self._problem = too_long(words)
        self._keeper.keep(self._draft(words))
        self.changed.emit()

    @Slot()
    def say(self) -> None:
        """Say it to the circle. The list changes when the home says that it is said."""
        if self._working or not self._invite:
            return
        words = self._words.strip()
        self._problem = too_long(words) if words else NOTHING
        self._working = not self._problem
        self.changed.emit()
        if not self._working:
            return
        self._keeper.flush()
        asked, empty = self._invite, self._draft("")

        def said(_nothing: Nothing) -> None:
            if asked == self._invite:
                self._keeper.forget(empty)
                self._working = False
                self._forget()
                self.done.emit()
            else:
                self._bridge.ask(empty)
            self.told.emit("Your word stands with the invite now.")

        def refused(why: Refused) -> None:
            if asked == self._invite:
                self._working, self._problem = False, why.message
                self.changed.emit()

        command = Vouch(circle=self._circle, invite=asked, words=words)
        self._bridge.ask(command, said, refused)

    @Slot()
    def keep(self) -> None:
        """The sheet closes: the words are kept now, not in a moment."""
        self._keeper.flush()

    # ---- what the shell does ----------------------------------------------------------------

    def begin(self, circle: str, invite: str, title: str) -> None:
        """For whoever comes by this invite."""
        self.close()
        self._circle, self._invite, self._title = circle, invite, title
        self.changed.emit()
        self._bridge.ask(
            ListDrafts(circle=circle),
            lambda drafts: self._restore(invite, drafts),
            lambda _refused: None,
        )
        self.asking.emit()

    def close(self) -> None:
        """For nobody; the words are with the home."""
        self._keeper.flush()
        self._working = False
        self._forget()

    def _forget(self) -> None:
        self._circle = self._invite = self._title = self._words = self._problem = ""
        self.replaced.emit()
        self.changed.emit()

    def _restore(self, asked: str, drafts: list[Draft]) -> None:
        if asked != self._invite or self._words:
            return
        found = next((one for one in drafts if one.place == asked), None)
        if found is not None:
            self._words, self._problem = found.body, too_long(found.body)
            self._keeper.restored()
            self.replaced.emit()
            self.changed.emit()

    def _draft(self, words: str) -> KeepDraft:
        # An invite's key is as long as a post's id, and never the id of one: its place is its own.
        return KeepDraft(circle=self._circle, place=self._invite, body=words)


def too_long(words: str) -> str:
    """Why these words are too many for a vouch, or empty."""
    count = len(words.strip())
    return TOO_LONG.format(most=MAX_VOUCH, count=count) if count > MAX_VOUCH else ""
