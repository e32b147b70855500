"""What is being written, and whether it can be shared as it is. Knows no Qt."""

from dataclasses import dataclass

from app.circle.state import Feeling, PostKind, Want
from app.commands import MAX_NOTE, MAX_TITLE, KeepDraft, WritePost
from ui.drafting import TOO_LONG, too_long

HEADINGS = {
    PostKind.CHECKIN: "How is it today?",
    PostKind.QUESTION: "What would you like to ask?",
    PostKind.STORY: "What would you like to tell?",
}
VERBS = {
    PostKind.CHECKIN: "Share check-in",
    PostKind.QUESTION: "Ask the circle",
    PostKind.STORY: "Share story",
}
TITLE_LABELS = {
    PostKind.CHECKIN: "",
    PostKind.QUESTION: "Your question",
    PostKind.STORY: "Title (or leave it out)",
}
BODY_LABELS = {
    PostKind.CHECKIN: "Anything you'd like to say (or leave it there)",
    PostKind.QUESTION: "A little more about it (or leave it there)",
    PostKind.STORY: "Your story",
}
PLACE = "circle"

NO_WORD = "Choose one word first. One word is enough."
NO_QUESTION = "Write your question first. One line is enough."
NO_STORY = "Write a few words first."
LONG_TITLE = f"That line is too long. Keep it under {MAX_TITLE} letters; there is room below."
LONG_NOTE = f"The content note is too long. Keep it under {MAX_NOTE} letters."


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the sheet. Changing the kind keeps all words, also those it does not show."""

    kind: PostKind = PostKind.CHECKIN
    title: str = ""
    body: str = ""
    feeling: Feeling | None = None
    want: Want | None = None
    note: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was written or chosen."""
        words = self.title.strip() or self.body.strip() or self.note.strip()
        return not words and self.feeling is None and self.want is None

    @property
    def fault(self) -> str:
        """Why it cannot be shared however long one waits: it is too long. Said while typing."""
        if too_long(self.body):
            return TOO_LONG
        if len(self.title) > MAX_TITLE:
            return LONG_TITLE
        return LONG_NOTE if len(self.note) > MAX_NOTE else ""

    @property
    def lacks(self) -> str:
        """What is still missing. Said only when one wants to share it."""
        match self.kind:
            case PostKind.CHECKIN:
                return NO_WORD if self.feeling is None else ""
            case PostKind.QUESTION:
                return "" if self.title.strip() else NO_QUESTION
            case _:
                return "" if self.title.strip() or self.body.strip() else NO_STORY

    def to_share(self, circle: str) -> WritePost:
        """The post; what this kind does not show is not sent along."""
        checkin = self.kind is PostKind.CHECKIN
        return WritePost(
            circle=circle,
            kind=self.kind,
            title=None if checkin else self.title.strip() or None,
            body=self.body.strip(),
            feeling=self.feeling if checkin else None,
            want=self.want,
            content_note=self.note.strip() or None,
        )

    def to_keep(self, circle: str) -> KeepDraft:
        """The draft; over-long lines are cut, since a draft must never be refused for them."""
        return KeepDraft(
            circle=circle,
            place=PLACE,
            kind=self.kind,
            title=self.title[:MAX_TITLE],
            body=self.body,
            feeling=self.feeling,
            want=self.want,
            content_note=self.note[:MAX_NOTE],
        )
