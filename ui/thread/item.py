"""One reply, and the sentence that helps to answer well. Knows no Qt."""

from dataclasses import dataclass
from datetime import datetime

from app.circle.state import Post, PostKind, Want
from ui.delivery import Delivery, delivery
from ui.telling import told, told_shortly
from ui.wording import FEELINGS, WANT_ICONS, WANTS

TAKEN_BACK = "This was taken back."
MISSING = "It answers something that is not here."  # it has not come, or has gone with time
ADRIFT = (
    "What this answers has not arrived yet. It comes as soon as someone who has it can be reached."
)
ADRIFT_GONE = "What this answers is not here. Words go with time in this circle."
ADRIFT_LATE = "What this answers is not here. It may be from before you came."


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, whom it answers if that is another reply, and whether its note was opened."""

    post: Post
    to: str = ""
    opened: bool = False

    @property
    def author(self) -> str:
        """Who wrote it, as the reader calls them."""
        return "You" if self.post.mine else self.post.author_name

    @property
    def note(self) -> str:
        """The content note, where there is one."""
        return self.post.content_note or ""

    @property
    def hidden(self) -> bool:
        """Whether the words stay covered until the reader asks for them."""
        return bool(self.note) and not self.opened

    @property
    def body(self) -> str:
        """The words; none while hidden."""
        if self.post.erased:
            return TAKEN_BACK
        return "" if self.hidden else self.post.body

    @property
    def missing(self) -> str:
        """That what it answers is not here."""
        # Of replies to the first post of the thread the panel says it once, above them all.
        apart = self.post.parent_missing and self.post.reply_to != self.post.thread
        return MISSING if apart else ""

    @property
    def delivery(self) -> Delivery:
        """On whose computers it is, of one's own."""
        return delivery(self.post)

    def time(self, now: datetime) -> str:
        """When it was written, shortly."""
        return told_shortly(self.post.written_at, now)

    def name(self, now: datetime) -> str:
        """The reply in one breath."""
        said = [f"Reply from {self.author}, {self.time(now)}."]
        if self.to:
            said.append(f"To {self.to}.")
        if self.hidden:
            said.append(f"Content note: {self.note}.")
        if self.missing:
            said.append(self.missing)
        if self.delivery.words:
            said.append(self.delivery.sentence)
        return " ".join(said)


def answers(replies: list[Post], root: str) -> list[Answer]:
    """Replies as rows, oldest first; one that answers another than `root` names whom."""
    names = {one.post: "you" if one.mine else one.author_name for one in replies}
    return [
        Answer(one, "" if one.reply_to in {None, root} else names.get(one.reply_to or "", ""))
        for one in replies
    ]


def root_words(post: Post, now: datetime, *, opened: bool) -> dict[str, str | bool]:
    """The post that is answered, as the panel shows it; nothing of it while its note is closed."""
    covered = Answer(post, opened=opened)
    return {
        "author": covered.author,
        "authorKey": post.author,
        "kind": post.kind.value,
        "time": told(post.written_at, now),
        "title": "" if covered.hidden or post.erased else post.title or "",
        "feeling": FEELINGS[post.feeling].lower() if post.feeling is not None else "",
        "body": covered.body,
        "note": covered.note,
        "hidden": covered.hidden,
        "want": WANTS[post.want] if post.want is not None else "",
        "wantIcon": WANT_ICONS[post.want] if post.want is not None else "",
        "guidance": guidance(post),
        "delivery": delivery(post).words,
        "deliveryMore": delivery(post).more,
        "deliveryTone": delivery(post).tone.value,
        "edited": post.edited,
    }


def guidance(post: Post) -> str:
    """What helps this writer, from what they asked for; nothing above one's own post."""
    if post.mine or post.erased:
        return ""
    name = post.author_name
    match post.want:
        case Want.EXPERIENCES:
            return _experience(name)
        case Want.LISTENING:
            return f"{name} asked for someone to listen. You don't need to have an answer."
        case Want.HELP:
            return f"{name} asked for practical help. Say what you can do, and when."
        case Want.COMPANY:
            return f"{name} asked for some company. A few words are enough."
        case Want.NOTHING:
            return f"{name} needs nothing right now. A hello is enough."
        case None:
            pass
    match post.kind:
        case PostKind.QUESTION:
            return _experience(name)
        case PostKind.STORY:
            return "Stories don't need advice."
        case _:
            return ""


def _experience(name: str) -> str:
    return f"{name} asked for experience. What happened to you helps more than what they should do."
