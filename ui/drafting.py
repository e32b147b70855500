"""Words not yet shared, kept a moment after the last key: nothing typed is ever lost."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.commands import MAX_BODY, KeepDraft, Nothing
from app.refused import Refused
from ui.asking import Asks

# Long enough not to write to disk on every key, short enough that a crash takes a word at most.
DEBOUNCE = 300  # ms

TOO_LONG = "This is too long to share in one piece. Shorten it a little; your draft is kept."
NOT_KEPT = "Your draft could not be kept on this computer. It is still here while this is open."


def too_long(words: str) -> bool:
    """Whether a body is over the protocol's limit, counted as it travels: in bytes of UTF-8."""
    return len(words.encode("utf-8", "surrogatepass")) > MAX_BODY


class DraftKeeper(QObject):
    """Keeps the newest draft of one box. `kept` is said after the home has answered, not before."""

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._pending: KeepDraft | None = None
        self._kept = False
        self._trouble = ""
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self.flush)

    @property
    def kept(self) -> bool:
        """Whether what is in the box is on disk."""
        return self._kept

    @property
    def trouble(self) -> str:
        """Why it is not, if it cannot be."""
        return self._trouble

    def restored(self) -> None:
        """What is in the box came from disk."""
        self._say(kept=True, trouble="")

    def keep(self, draft: KeepDraft) -> None:
        """Keep this once the typing pauses."""
        self._pending = draft
        self._timer.start()
        self._say(kept=False, trouble=self._trouble)

    @Slot()
    def flush(self) -> None:
        """Keep it now: the box closes, or the home is about to be locked."""
        self._timer.stop()
        draft, self._pending = self._pending, None
        if draft is not None:
            self._bridge.ask(draft, self._was_kept, self._refused)

    def forget(self, empty: KeepDraft) -> None:
        """The words were shared: nothing is left to keep."""
        self._timer.stop()
        self._pending = None
        self._say(kept=False, trouble="")
        self._bridge.ask(empty, otherwise=self._refused)

    def _was_kept(self, _answer: Nothing) -> None:
        if self._pending is None:
            self._say(kept=True, trouble="")

    def _refused(self, _refused: Refused) -> None:
        self._say(kept=False, trouble=NOT_KEPT)

    def _say(self, *, kept: bool, trouble: str) -> None:
        if (kept, trouble) != (self._kept, self._trouble):
            self._kept, self._trouble = kept, trouble
            self.changed.emit()
