"""The question before somebody is not let in: what follows, a note for them, and the invite."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import InviteMade
from app.commands import AnswerRequest, ListInvites, Nothing, WithdrawInvite
from app.refused import Refused
from ui.asking import Asks
from ui.door.item import RequestItem

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

MOST = 500  # letters in a note, as the command says
TOLD = "They are told at their next knock."
LEFT = "They stay at the door."
TOO_LONG = "That is a little long. Up to {most} letters fit, these are {count}."


@QmlElement
class Declining(QObject):
    """Somebody at the door, a note, and a button that names the act.

    A note half written stays for as long as the request is asked about.
    """

    changed = Signal()
    replaced = Signal()  # the note was set from here, not typed
    done = Signal(str)  # the request that was answered
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of nobody."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._row: RequestItem | None = None
        self._host = False
        self._single = False  # the invite lets in one person, and the reader may take it back
        self._take_back = True
        self._notes: dict[str, str] = {}
        self._problem = ""
        self._working = False

    # ---- what QML reads ---------------------------------------------------------------------

    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    mayTakeBack = Property(bool, lambda self: self._single, notify=changed)
    takeBack = Property(bool, lambda self: self._take_back, notify=changed)

    @Property(str, notify=replaced)
    def note(self) -> str:
        """What they will read."""
        return self._notes.get(self._key, "")

    @Property(bool, notify=changed)
    def takesNote(self) -> bool:
        """Whoever came in the second place is not told a note."""
        return self._row is not None and not self._row.one.second_place

    @Property(str, notify=changed)
    def title(self) -> str:
        """The question."""
        if self._row is None:
            return ""
        return f"Not let {self._name} in?" if self._row.one.second_place else "Not this time?"

    @Property(str, notify=changed)
    def act(self) -> str:
        """The button."""
        if self._row is None or self._row.one.second_place:
            return "Leave it"
        return f"Don't let {self._name} in"

    @Property(list, notify=changed)
    def follows(self) -> list[dict[str, str]]:
        """What follows from it, one sentence each, with an icon."""
        row = self._row
        if row is None:
            return []
        if row.one.second_place:
            return [
                {"glyph": "prohibit", "text": "They stay at the door: they read nothing new, and "
                 "nothing they write goes out."},
                {"glyph": "eye-slash", "text": "You aren't asked about them again."},
            ]  # fmt: skip
        name = self._name
        who = name[0].upper() + name[1:]
        return [
            {"glyph": "prohibit", "text": f"{who} doesn't come in, and is told so at the next "
             "knock."},
            {"glyph": "eye-slash", "text": f"What {name} wrote is forgotten on this computer. "
             "Nothing of it stands in the open log."},
        ]  # fmt: skip

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def type(self, words: str) -> None:
        """The person typed."""
        if self._row is not None and words != self._notes.get(self._key, ""):
            self._notes[self._key] = words
            self._problem = _too_long(words)
            self.changed.emit()

    @Slot()
    def tick(self) -> None:
        """Take the invite back, too; or not."""
        if not self._working:
            self._take_back = not self._take_back
            self.changed.emit()

    @Slot()
    def decline(self) -> None:
        """Say no. The list changes when the home says so."""
        row = self._row
        if self._working or row is None:
            return
        note = self._notes.get(row.key, "").strip() if not row.one.second_place else ""
        self._problem = _too_long(note)
        self._working = not self._problem
        self.changed.emit()
        if not self._working:
            return
        circle, withdraw = self._circle, self._single and self._take_back

        def declined(_nothing: Nothing) -> None:
            self._notes.pop(row.key, None)
            if withdraw:
                self._withdraw(circle, row.one.invite)
            else:
                self.told.emit(LEFT if row.one.second_place else TOLD)
            if row is self._row:
                self._working = False
                self.done.emit(row.key)
                self.close()

        def refused(why: Refused) -> None:
            if row is self._row:
                self._working, self._problem = False, why.message
                self.changed.emit()

        command = AnswerRequest(circle=circle, request=row.key, admit=False, note=note)
        self._bridge.ask(command, declined, refused)

    # ---- what the shell does ----------------------------------------------------------------

    def begin(self, circle: str, row: RequestItem, *, host: bool) -> None:
        """Ask about this request. Whether its invite can be taken back is read first."""
        self._circle, self._row, self._host = circle, row, host
        self._single, self._take_back, self._working, self._problem = False, True, False, ""
        self._problem = _too_long(self._notes.get(row.key, ""))
        self.changed.emit()
        self.replaced.emit()
        if not row.one.second_place:
            self._bridge.ask(
                ListInvites(circle=circle),
                lambda invites: self._know(row, invites),
                lambda _refused: None,  # then it is not offered
            )

    def close(self) -> None:
        """Of nobody."""
        self._row = None
        self._circle = self._problem = ""
        self._working = self._single = False
        self.changed.emit()
        self.replaced.emit()

    def forget(self) -> None:
        """Of nobody, and no note is kept: the home is locked, or another circle is open."""
        self._notes = {}
        self.close()

    def _know(self, row: RequestItem, invites: list[InviteMade]) -> None:
        if row is not self._row:
            return
        one = next((it for it in invites if it.invite == row.one.invite), None)
        self._single = (
            one is not None
            and one.uses == 1
            and not one.withdrawn
            and (one.mine or self._host)
        )  # fmt: skip
        self.changed.emit()

    def _withdraw(self, circle: str, invite: str) -> None:
        self._bridge.ask(
            WithdrawInvite(circle=circle, invite=invite),
            lambda _nothing: self.told.emit("They are told, and the invite was taken back."),
            lambda why: self.told.emit(f"The invite was not taken back. {why.message}"),
        )

    @property
    def _key(self) -> str:
        return "" if self._row is None else self._row.key

    @property
    def _name(self) -> str:
        if self._row is None or self._row.one.second_place:
            return "them"
        return self._row.who if self._row.looked else "this person"


def _too_long(words: str) -> str:
    count = len(words.strip())
    return TOO_LONG.format(most=MOST, count=count) if count > MOST else ""
