"""The question before somebody is removed: what follows from it, and the reason, never lost."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Draft
from app.commands import MAX_REASON, KeepDraft, ListDrafts, Nothing, RemoveMember
from app.refused import Refused
from ui.asking import Asks
from ui.drafting import DraftKeeper
from ui.people.item import PersonItem

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

NEARLY = 100  # letters left from which on they are counted aloud

NO_REASON = "Write why in a few words. Everyone in the circle will read it."
TOO_LONG = "That is a little long. Up to {most} letters fit, these are {count}."
KEPT = "Kept on this computer"


@QmlElement
class Removal(QObject):
    """A member, a reason, and a button that names the act.

    The reason is a draft like any other: closing, a refusal, a lock or a crash leave it as it is.
    """

    changed = Signal()
    replaced = Signal()  # the reason was set from here, not typed
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of nobody."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._member = ""
        self._name = ""
        self._by = ""
        self._hue = -1
        self._reason = ""
        self._problem = ""
        self._working = False
        self._keeper = DraftKeeper(bridge, self)
        self._keeper.changed.connect(self.changed)

    # ---- what QML reads ---------------------------------------------------------------------

    member = Property(str, lambda self: self._member, notify=changed)
    name = Property(str, lambda self: self._name, notify=changed)
    hue = Property(int, lambda self: self._hue, notify=changed)
    reason = Property(str, lambda self: self._reason, notify=replaced)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)

    @Property(list, notify=changed)
    def follows(self) -> list[dict[str, str]]:
        """What follows from it, one sentence each, with an icon."""
        name = self._name
        return [
            {"glyph": "prohibit", "text": f"{name} can't read or post anything new from now on."},
            {"glyph": "book-open", "text": f"What has already arrived stays with {name}."},
            {"glyph": "hourglass", "text": "What people share before this news reaches them may "
             f"still be read by {name}."},
            {"glyph": "scroll", "text": "Everyone sees in the open log that you did this, and why. "
             f"{name} is told the same."},
        ]  # fmt: skip

    @Property(str, notify=changed)
    def keeping(self) -> str:
        """How many letters are left, once it matters; else what to say about the draft."""
        left = MAX_REASON - len(self._reason)
        if self._keeper.trouble:
            return self._keeper.trouble
        if left < NEARLY:
            return f"{max(0, left)} of {MAX_REASON} letters left"
        return KEPT if self._keeper.kept and self._reason.strip() else ""

    @Property(str, notify=changed)
    def line(self) -> str:
        """How it will stand in the open log; empty before there is a reason."""
        reason = self._reason.strip()
        return f"In the open log: “{self._by} removed {self._name}: {reason}”" if reason else ""

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def type(self, words: str) -> None:
        """The person typed."""
        if words == self._reason or not self._member:
            return
        self._reason = words
        self._problem = _too_long(words)
        self._keeper.keep(self._draft(words))
        self.changed.emit()

    @Slot()
    def remove(self) -> None:
        """Have them removed. The list changes when the home says that they have gone."""
        if self._working or not self._member:
            return
        reason = self._reason.strip()
        self._problem = _too_long(reason) if reason else NO_REASON
        self._working = not self._problem
        self.changed.emit()
        if not self._working:
            return
        self._keeper.flush()
        asked, name = self._member, self._name
        empty = self._draft("")

        def removed(_nothing: Nothing) -> None:
            if asked == self._member:
                self._keeper.forget(empty)
                self._working = False
                self._forget()
                self.done.emit()
            else:
                self._bridge.ask(empty)
            self.told.emit(f"{name} was removed. The open log says why.")

        def refused(why: Refused) -> None:
            if asked == self._member:
                self._working, self._problem = False, why.message
                self.changed.emit()

        command = RemoveMember(circle=self._circle, member=asked, reason=reason)
        self._bridge.ask(command, removed, refused)

    @Slot()
    def keep(self) -> None:
        """The sheet closes: the words are kept now, not in a moment."""
        self._keeper.flush()

    # ---- what the shell does ----------------------------------------------------------------

    def begin(self, circle: str, person: PersonItem, by: str) -> None:
        """Ask about this person; `by` is what the others call the reader."""
        self.close()
        self._circle, self._member = circle, person.key
        self._name, self._hue, self._by = person.one.display_name, person.hue, by
        self.changed.emit()
        asked = self._member
        self._bridge.ask(
            ListDrafts(circle=circle),
            lambda drafts: self._restore(asked, drafts),
            lambda _refused: None,
        )

    def close(self) -> None:
        """Of nobody; the words are with the home."""
        self._keeper.flush()
        self._working = False
        self._forget()

    def _forget(self) -> None:
        self._circle = self._member = self._name = self._reason = self._problem = ""
        self._hue = -1
        self.replaced.emit()
        self.changed.emit()

    def _restore(self, asked: str, drafts: list[Draft]) -> None:
        if asked != self._member or self._reason:
            return
        found = next((one for one in drafts if one.place == asked), None)
        if found is not None:
            self._reason = found.body
            self._problem = _too_long(found.body)
            self._keeper.restored()
            self.replaced.emit()
            self.changed.emit()

    def _draft(self, words: str) -> KeepDraft:
        # A member's id is as long as a post's, and never the id of one: its place is its own.
        return KeepDraft(circle=self._circle, place=self._member, body=words)


def _too_long(words: str) -> str:
    count = len(words.strip())
    return TOO_LONG.format(most=MAX_REASON, count=count) if count > MAX_REASON else ""
