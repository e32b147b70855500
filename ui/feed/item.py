"""One post of the feed, as the words a card shows and a screen reader says. Knows no Qt."""

from dataclasses import dataclass
from datetime import datetime

from app.circle.state import Post, Want
from ui.delivery import Delivery, delivery
from ui.telling import told
from ui.wording import FEELINGS, KINDS, WANT_ICONS, WANTS, replies

TAKEN_BACK = "This was taken back."


@dataclass(frozen=True, slots=True)
class Row:
    """A post and whether the reader has opened its content note."""

    post: Post
    opened: bool = False

    @property
    def adrift(self) -> bool:
        """Whether it is a reply whose thread has no beginning here yet."""
        return self.post.thread_missing

    @property
    def author(self) -> str:
        """Who wrote it, as the reader calls them."""
        return "You" if self.post.mine else self.post.author_name

    @property
    def title(self) -> str:
        """The title, or nothing."""
        return "" if self.post.erased else self.post.title or ""

    @property
    def feeling(self) -> str:
        """The one word of a check-in, small as in a sentence."""
        return FEELINGS[self.post.feeling].lower() if self.post.feeling is not None else ""

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
        """The words; none while hidden, so that nothing leaks into a name or a picture."""
        if self.post.erased:
            return TAKEN_BACK
        return "" if self.hidden else self.post.body

    @property
    def want(self) -> str:
        """What would help, as the writer says it."""
        if self.post.want is Want.LISTENING:
            return "Just listening, please"
        return WANTS[self.post.want] if self.post.want is not None else ""

    @property
    def want_icon(self) -> str:
        """The icon beside it."""
        return WANT_ICONS[self.post.want] if self.post.want is not None else ""

    @property
    def replies(self) -> str:
        """How many replies, in words on a button."""
        return "Reply" if self.post.replies == 0 else replies(self.post.replies)

    @property
    def delivery(self) -> Delivery:
        """On whose computers it is, of one's own."""
        return delivery(self.post)

    def time(self, now: datetime) -> str:
        """When it was written."""
        return told(self.post.written_at, now)

    def name(self, now: datetime, adrift: str = "") -> str:
        """The card in one breath: kind, author, time, what it is about, replies, delivery.

        `adrift`: what is to be said of a reply whose thread has no beginning here.
        """
        when = self.time(now)
        said = [f"{KINDS[self.post.kind]} from {self.author}, {when[0].lower()}{when[1:]}"]
        if adrift:
            said.append(adrift)
        if self.feeling:
            said.append(f"Feeling {self.feeling}")
        if self.title and not self.hidden:
            said.append(self.title)
        if self.hidden:
            said.append(f"Content note: {self.note}")
        if self.want:
            said.append(self.want)
        if self.post.replies:
            said.append(replies(self.post.replies))
        if self.post.edited:
            said.append("Edited")
        if self.delivery.words:
            said.append(self.delivery.words)
        return " ".join(one if one.endswith((".", "?", "!")) else f"{one}." for one in said)

    def description(self, place: int, count: int, *, more: bool) -> str:
        """The words, whom they have not reached yet, and where in the list they are.

        `more`: earlier posts are not shown yet.
        """
        where = f"Post {place} of {count}" + (" shown" if more else "")
        return " ".join(one for one in (self.body, self.delivery.more, where) if one)
