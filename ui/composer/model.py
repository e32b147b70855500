"""The sheet on which something is written for the circle, as QML binds to it."""

from dataclasses import replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from app.circle.state import Draft, Feeling, PostKind, Want
from app.commands import ListDrafts, PostMade
from app.refused import Refused
from ui.asking import Asks
from ui.composer.item import BODY_LABELS, HEADINGS, PLACE, TITLE_LABELS, VERBS, Sheet
from ui.drafting import DraftKeeper
from ui.faces import Faces
from ui.wording import FEELINGS, KINDS, WANT_ICONS, WANTS, people

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

KIND_ICONS = {
    PostKind.CHECKIN: "hand-heart",
    PostKind.QUESTION: "question",
    PostKind.STORY: "book-open",
}
KEPT = "Draft kept on this computer"


@QmlElement
@QmlUncreatable("The shell makes one for each circle.")
class ComposerModel(QObject):  # type: ignore[operator]
    """One unfinished post of one circle. Closing the sheet keeps it; only sharing ends it."""

    changed = Signal()
    kindChanged = Signal()
    replaced = Signal()  # words were set from here, not typed
    peopleChanged = Signal()
    shared = Signal(str)  # the id of the new post

    def __init__(self, bridge: Asks, circle: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._sheet = Sheet()
        self._touched = False
        self._lacks = ""
        self._refusal = ""
        self._sending = False
        self._open = True
        self._keeper = DraftKeeper(bridge, self)
        self._keeper.changed.connect(self.changed)
        self._faces = Faces(bridge, circle, self)
        self._faces.changed.connect(self.peopleChanged)
        bridge.ask(ListDrafts(circle=circle), self._restore, self._ignore)

    # ---- what QML reads ---------------------------------------------------------------------

    @Property(str, notify=kindChanged)
    def kind(self) -> str:
        """checkin, question or story."""
        return self._sheet.kind.value

    @Property(str, notify=kindChanged)
    def heading(self) -> str:
        """The question at the top of the sheet."""
        return HEADINGS[self._sheet.kind]

    @Property(str, notify=kindChanged)
    def verb(self) -> str:
        """What the button does."""
        return VERBS[self._sheet.kind]

    @Property(str, notify=kindChanged)
    def titleLabel(self) -> str:
        """What the title's line asks for; empty for a check-in, which has none."""
        return TITLE_LABELS[self._sheet.kind]

    @Property(str, notify=kindChanged)
    def bodyLabel(self) -> str:
        """What the box asks for."""
        return BODY_LABELS[self._sheet.kind]

    @Property(list, constant=True)
    def kinds(self) -> list[dict[str, str]]:
        """What can be written: value, text, icon."""
        return [
            {"value": kind.value, "text": KINDS[kind], "icon": icon}
            for kind, icon in KIND_ICONS.items()
        ]

    @Property(list, constant=True)
    def feelings(self) -> list[dict[str, str]]:
        """The words of a check-in: value, text."""
        return [{"value": one.value, "text": text} for one, text in FEELINGS.items()]

    @Property(list, constant=True)
    def wants(self) -> list[dict[str, str]]:
        """What may help: value, text, icon."""
        return [
            {"value": one.value, "text": text, "icon": WANT_ICONS[one]}
            for one, text in WANTS.items()
        ]

    @Property(str, notify=changed)
    def feeling(self) -> str:
        """The word chosen, or empty."""
        return self._sheet.feeling.value if self._sheet.feeling is not None else ""

    @Property(str, notify=changed)
    def want(self) -> str:
        """What was chosen to help, or empty."""
        return self._sheet.want.value if self._sheet.want is not None else ""

    @Property(str, notify=replaced)
    def title(self) -> str:
        """The words of the title's line."""
        return self._sheet.title

    @Property(str, notify=replaced)
    def body(self) -> str:
        """The words of the box."""
        return self._sheet.body

    @Property(str, notify=replaced)
    def note(self) -> str:
        """The content note."""
        return self._sheet.note

    @Property(str, notify=changed)
    def error(self) -> str:
        """Why it was not or cannot be shared, in a sentence."""
        return self._sheet.fault or self._lacks or self._refusal or self._keeper.trouble

    @Property(bool, notify=changed)
    def sending(self) -> bool:
        """Whether the home has been asked and has not answered yet."""
        return self._sending

    @Property(str, notify=changed)
    def keeping(self) -> str:
        """What to say about the draft."""
        return KEPT if self._keeper.kept and not self._sheet.empty else ""

    @Property(str, notify=peopleChanged)
    def readers(self) -> str:
        """How many will be able to read it."""
        match self._faces.count:
            case 0:
                return "The people"
            case 1:
                return "Only you so far"
            case count:
                return people(count)

    @Property(str, notify=peopleChanged)
    def readersNote(self) -> str:
        """What that means, as people read it."""
        who = {0: "them", 1: "everyone who comes in"}.get(
            self._faces.count, f"these {self._faces.count} people"
        )
        return (
            "Everyone in the circle can read what you post, and could copy it or take a photo. "
            f"Share what you'd trust {who} with."
        )

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def begin(self, kind: str) -> None:
        """The sheet opens; an empty `kind` goes on with whatever was begun."""
        self._lacks = self._refusal = ""
        if kind and PostKind(kind) is not self._sheet.kind:
            self.setKind(kind)
        self.changed.emit()

    @Slot(str)
    def setKind(self, kind: str) -> None:
        """Another kind, the same words."""
        self._edit(replace(self._sheet, kind=PostKind(kind)))
        self.kindChanged.emit()

    @Slot(str)
    def setTitle(self, words: str) -> None:
        self._edit(replace(self._sheet, title=words))

    @Slot(str)
    def setBody(self, words: str) -> None:
        self._edit(replace(self._sheet, body=words))

    @Slot(str)
    def setNote(self, words: str) -> None:
        self._edit(replace(self._sheet, note=words))

    @Slot(str)
    def choose(self, feeling: str) -> None:
        """One word; the same one again takes it back."""
        wanted = Feeling(feeling)
        self._edit(replace(self._sheet, feeling=None if self._sheet.feeling is wanted else wanted))

    @Slot(str)
    def ask(self, want: str) -> None:
        """What would help; the same one again takes it back."""
        wanted = Want(want)
        self._edit(replace(self._sheet, want=None if self._sheet.want is wanted else wanted))

    @Slot()
    def send(self) -> None:
        """Share it; everything stays on the sheet until the home has it."""
        if self._sending or self._sheet.fault:
            return
        self._lacks = self._sheet.lacks
        self._refusal = ""
        if not self._lacks:
            self._sending = True
            self._bridge.ask(
                self._sheet.to_share(self._circle), self._was_shared, self._was_refused
            )
        self.changed.emit()

    @Slot()
    def leave(self) -> None:
        """The sheet closes: the draft is kept now."""
        self._keeper.flush()

    @Slot()
    def close(self) -> None:
        """The circle is left or the home is about to be locked: keep, and listen no more."""
        if self._open:
            self._open = False
            self._keeper.flush()
            self._faces.close()

    # ---- what the home answers --------------------------------------------------------------

    def _edit(self, sheet: Sheet) -> None:
        if sheet == self._sheet or self._sending:
            return
        worth_keeping = not (sheet.empty and self._sheet.empty)
        self._sheet = sheet
        self._lacks = self._refusal = ""
        if worth_keeping:
            self._touched = True
            self._keeper.keep(sheet.to_keep(self._circle))
        self.changed.emit()

    def _restore(self, drafts: list[Draft]) -> None:
        if self._touched or not self._open:
            return  # what is typed now is newer than what was kept
        for draft in drafts:
            if draft.place == PLACE and draft.kind in KIND_ICONS:
                self._set(
                    Sheet(
                        kind=draft.kind,
                        title=draft.title,
                        body=draft.body,
                        feeling=draft.feeling,
                        want=draft.want,
                        note=draft.content_note,
                    )
                )
                self._keeper.restored()

    def _ignore(self, _refused: Refused) -> None:
        """Without its drafts the sheet is simply empty."""

    def _was_shared(self, made: PostMade) -> None:
        self._sending = False
        self._touched = False
        self._keeper.forget(Sheet().to_keep(self._circle))
        self._set(Sheet(kind=self._sheet.kind))
        if self._open:
            self.shared.emit(made.post)

    def _was_refused(self, refused: Refused) -> None:
        self._sending = False
        self._refusal = refused.message
        self.changed.emit()

    def _set(self, sheet: Sheet) -> None:
        self._sheet = sheet
        for signal in (self.kindChanged, self.replaced, self.changed):
            signal.emit()
