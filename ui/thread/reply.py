"""The reply that is being written: kept as a draft, shared once, never lost in between."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from app.circle.state import Draft, PostKind
from app.commands import KeepDraft, ListDrafts, PostMade, WritePost
from app.refused import Refused
from ui.asking import Asks
from ui.drafting import TOO_LONG, DraftKeeper, too_long

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

EMPTY = "Write a few words first."


@QmlElement
@QmlUncreatable("It belongs to a ThreadModel.")
class ReplyDraft(QObject):  # type: ignore[operator]
    """What is in the box below a post."""

    changed = Signal()
    replaced = Signal()  # the text was set from here, not typed
    shared = Signal()

    def __init__(self, bridge: Asks, circle: str, post: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._post = post
        self._text = ""
        self._error = ""
        self._sending = False
        self._open = True
        self._keeper = DraftKeeper(bridge, self)
        self._keeper.changed.connect(self.changed)
        bridge.ask(ListDrafts(circle=circle), self._restore, self._ignore)

    @Property(str, notify=replaced)
    def text(self) -> str:
        """The words in the box."""
        return self._text

    @Property(str, notify=changed)
    def error(self) -> str:
        """Why it was not shared, in a sentence."""
        return self._error

    @Property(bool, notify=changed)
    def sending(self) -> bool:
        """Whether the home has been asked and has not answered yet."""
        return self._sending

    @Property(str, notify=changed)
    def keeping(self) -> str:
        """What to say about the draft."""
        if self._keeper.trouble:
            return self._keeper.trouble
        return "Draft kept here" if self._keeper.kept and self._text.strip() else ""

    @Slot(str)
    def type(self, words: str) -> None:
        """The person typed."""
        if words == self._text:
            return
        self._text = words
        self._error = TOO_LONG if too_long(words) else ""
        self._keeper.keep(self._draft(words))
        self.changed.emit()

    @Slot()
    def send(self) -> None:
        """Share it; the words stay until the home has them."""
        if self._sending:
            return
        if not self._text.strip():
            self._say(EMPTY)
            return
        if too_long(self._text):
            self._say(TOO_LONG)
            return
        self._sending = True
        self._error = ""
        self.changed.emit()
        self._bridge.ask(
            WritePost(
                circle=self._circle,
                body=self._text,
                kind=PostKind.REPLY,
                reply_to=self._post,
            ),
            self._was_shared,
            self._refused,
        )

    def close(self) -> None:
        """Keep what is there now."""
        self._open = False
        self._keeper.flush()

    def _draft(self, words: str) -> KeepDraft:
        return KeepDraft(circle=self._circle, place=self._post, kind=PostKind.REPLY, body=words)

    def _restore(self, drafts: list[Draft]) -> None:
        for draft in drafts:
            if draft.place == self._post and draft.body and not self._text and self._open:
                self._text = draft.body
                self._keeper.restored()
                self.replaced.emit()
                self.changed.emit()

    def _ignore(self, _refused: Refused) -> None:
        """Without its drafts the box is simply empty."""

    def _was_shared(self, _made: PostMade) -> None:
        self._sending = False
        self._text = ""
        self._keeper.forget(self._draft(""))
        if self._open:
            self.replaced.emit()
            self.changed.emit()
            self.shared.emit()

    def _refused(self, refused: Refused) -> None:
        self._sending = False
        self._say(refused.message)

    def _say(self, sentence: str) -> None:
        self._error = sentence
        self.changed.emit()
