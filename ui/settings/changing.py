"""The sheets by which hosts change the promise, the circle's own words, and the door."""

import msgspec
from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Draft, Settings
from app.commands import KeepDraft, ListDrafts, Nothing
from app.refused import Refused
from ui.asking import Asks
from ui.drafting import DraftKeeper
from ui.settings.words import (
    CIRCLE,
    DOOR,
    LONGEST_LINE,
    LONGEST_NAME,
    MOST,
    PROMISE,
    Kept,
    Words,
    packed,
    unpacked,
    words_of,
)

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

DONE = {
    PROMISE: "The promise has new words. The open log says that you changed them.",
    CIRCLE: "The circle says it of itself now. The open log says that you changed it.",
    DOOR: "People come in like this from now on. The open log says that you changed it.",
}
KEPT = "Kept on this computer"
NONE = Words()


@QmlElement
class Changing(QObject):
    """One sheet at a time. What was typed is a draft, until it is set or somebody else changes it.

    Esc, a refusal, a lock or a crash leave it as it is.
    """

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
        self._was: dict[str, Words] = {}
        self._now: dict[str, Words] = {}
        self._problem = ""
        self._working = False
        self._keepers = {what: DraftKeeper(bridge, self) for what in MOST}
        for keeper in self._keepers.values():
            keeper.changed.connect(self.changed)

    # ---- what QML reads ---------------------------------------------------------------------

    longestLine = Property(int, lambda _self: LONGEST_LINE, constant=True)
    longestName = Property(int, lambda _self: LONGEST_NAME, constant=True)
    name = Property(str, lambda self: self._of(CIRCLE).name, notify=replaced)
    about = Property(str, lambda self: self._of(CIRCLE).about, notify=replaced)
    asks = Property(bool, lambda self: self._of(DOOR).asks, notify=changed)
    vouch = Property(bool, lambda self: self._of(DOOR).vouch, notify=changed)
    affiliation = Property(bool, lambda self: self._of(DOOR).affiliation, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)

    @Property(list, notify=replaced)
    def promise(self) -> list[str]:
        """The lines of the promise, as many as there can be; "" for those that are free."""
        return self._of(PROMISE).padded(PROMISE)

    @Property(list, notify=replaced)
    def questions(self) -> list[str]:
        """The questions, as many as there can be; "" for those that are free."""
        return self._of(DOOR).padded(DOOR)

    @Property(int, notify=changed)
    def promiseShown(self) -> int:
        """How many lines to show: those that are taken, and one that is free."""
        return self._of(PROMISE).shown(PROMISE)

    @Property(int, notify=changed)
    def questionsShown(self) -> int:
        """The same for questions."""
        return self._of(DOOR).shown(DOOR)

    @Property(str, notify=changed)
    def keeping(self) -> str:
        """What to say about the draft."""
        keeper = self._keepers.get(self._what)
        if keeper is None or not self._differs(self._what):
            return ""
        return keeper.trouble or (KEPT if keeper.kept else "")

    # ---- what the person does ---------------------------------------------------------------

    @Slot(int, str)
    def typePromise(self, place: int, words: str) -> None:
        """The person typed in a line of the promise."""
        self._edit(PROMISE, self._of(PROMISE).typed(PROMISE, place, words))

    @Slot(int, str)
    def typeQuestion(self, place: int, words: str) -> None:
        """The person typed a question."""
        self._edit(DOOR, self._of(DOOR).typed(DOOR, place, words))

    @Slot(str)
    def typeName(self, words: str) -> None:
        """The person typed the circle's name."""
        self._edit(CIRCLE, msgspec.structs.replace(self._of(CIRCLE), name=words))

    @Slot(str)
    def typeAbout(self, words: str) -> None:
        """The person typed what it is about."""
        self._edit(CIRCLE, msgspec.structs.replace(self._of(CIRCLE), about=words))

    @Slot(bool)
    def decide(self, asks: bool) -> None:
        """Whether a host decides; else an invite is enough."""
        self._edit(DOOR, msgspec.structs.replace(self._of(DOOR), asks=asks))

    @Slot(bool)
    def wantVouch(self, wanted: bool) -> None:
        """Whether a member has to put in a word first."""
        self._edit(DOOR, msgspec.structs.replace(self._of(DOOR), vouch=wanted))

    @Slot(bool)
    def wantAffiliation(self, wanted: bool) -> None:
        """Whether newcomers say whom they are here for."""
        self._edit(DOOR, msgspec.structs.replace(self._of(DOOR), affiliation=wanted))

    @Slot()
    def keep(self) -> None:
        """The sheet closes: what was typed is kept now, not in a moment."""
        for keeper in self._keepers.values():
            keeper.flush()

    @Slot()
    def save(self) -> None:
        """Have it so. The page changes when the home says that it is."""
        if self._working or not self._circle:
            return
        circle, what = self._circle, self._what
        self._say(self._of(what).fault(what))
        if self._problem:
            return
        self.keep()
        self._working = True
        self.changed.emit()
        empty = _draft(circle, what, "")

        def saved(_nothing: Nothing) -> None:
            if circle == self._circle:
                self._working = False
                self._was.pop(what, None)
                self._keepers[what].forget(empty)
                self.changed.emit()
                self.done.emit()
                self.told.emit(DONE[what])
            else:
                self._bridge.ask(empty, otherwise=_no_matter)

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working = False
                self._say(why.message)

        self._bridge.ask(self._of(what).command(circle, what), saved, refused)

    # ---- what the page does -----------------------------------------------------------------

    def begin(self, circle: str, what: str, now: Settings) -> None:
        """Open this sheet with what is set now, or with what was typed into it before."""
        if self._working or what not in MOST:
            return
        if circle != self._circle:
            self.close()
        self._circle, self._what = circle, what
        set_now = words_of(what, now)
        if self._was.get(what) != set_now:
            self._was[what] = self._now[what] = set_now
            self._bridge.ask(
                ListDrafts(circle=circle),
                lambda drafts: self._restore(circle, what, set_now, drafts),
                _no_matter,
            )
        self._say("")
        self.replaced.emit()
        self.asking.emit(what)

    def close(self) -> None:
        """Of no circle: nobody looks, or the home is to be locked, which then has every word."""
        self.keep()
        self._circle = self._what = self._problem = ""
        self._was, self._now = {}, {}
        self._working = False
        self.replaced.emit()
        self.changed.emit()

    # ---- inside -----------------------------------------------------------------------------

    def _of(self, what: str) -> Words:
        return self._now.get(what, NONE)

    def _differs(self, what: str) -> bool:
        return self._now.get(what) != self._was.get(what)

    def _edit(self, what: str, words: Words) -> None:
        if words == self._of(what) or not self._circle or what not in self._was:
            return
        self._now[what] = words
        # What is set needs no draft: typed back to it, the one that was there goes.
        kept = Kept(was=self._was[what], now=words)
        body = packed(kept) if self._differs(what) else ""
        self._keepers[what].keep(_draft(self._circle, what, body))
        self._say("")

    def _restore(self, circle: str, what: str, was: Words, drafts: list[Draft]) -> None:
        if circle != self._circle or self._was.get(what) != was or self._differs(what):
            return  # what is typed now is newer than what was kept
        empty = _draft(circle, what, "")
        found = next((one for one in drafts if one.place == empty.place), None)
        if found is None:
            return
        kept = unpacked(found.body)
        if kept is None or kept.was != was:
            self._bridge.ask(empty, otherwise=_no_matter)
            return
        self._now[what] = kept.now
        self._keepers[what].restored()
        self.replaced.emit()
        self.changed.emit()

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()


def _draft(circle: str, what: str, body: str) -> KeepDraft:
    # Neither "circle" nor an id, so that it stands in no other box.
    return KeepDraft(circle=circle, place=f"settings/{what}", body=body)


def _no_matter(_refused: Refused) -> None:
    """A draft that can't be read or forgotten is no news for a person."""
