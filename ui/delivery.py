"""Where a post of one's own is, in words: the one place that makes them. Knows no Qt."""

from dataclasses import dataclass
from enum import StrEnum

from app.circle.state import Post

ONLY_HERE = "Only on this computer"
WAITING = "Waiting"
EVERYONE = "Reached everyone"
AT_MAILBOX = "Kept at the mailbox"


class Tone(StrEnum):
    """Green or amber; plain where there is nobody to wait for."""

    PLAIN = "plain"
    WAITING = "waiting"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A few words for a card, and one sentence more for whoever asks."""

    words: str = ""
    more: str = ""
    tone: Tone = Tone.PLAIN

    @property
    def sentence(self) -> str:
        """Both in one breath; empty where nothing is said."""
        return f"{self.words}. {self.more}".strip() if self.words else ""


def delivery(post: Post) -> Delivery:
    """On whose computers a post is, as far as these have said so. Nothing of what others wrote."""
    if not post.mine or post.erased:
        return Delivery()
    if post.reached is None or post.of is None:
        # Out of the circle nobody tells any more; what was never handed over is here, though.
        return Delivery(ONLY_HERE) if post.unsent else Delivery()
    if post.of == 0:
        return Delivery(ONLY_HERE, "Nobody else can read this so far.")
    if post.reached == post.of:
        return Delivery(EVERYONE, "It is on a computer of everyone who can read it.", Tone.REACHED)
    not_yet = f"Not yet: {people_named(post.not_yet, post.of - post.reached)}."
    if post.reached == 0 and post.in_mailbox:
        return Delivery(AT_MAILBOX, f"Nobody has taken it out so far. {not_yet}", Tone.WAITING)
    if post.reached == 0 and post.unsent:
        return Delivery(ONLY_HERE, f"It is safe here until then. {not_yet}", Tone.WAITING)
    if post.reached == 0:
        more = f"Nobody has said so far that they have it. It is safe here. {not_yet}"
        return Delivery(WAITING, more, Tone.WAITING)
    kept = " The mailbox keeps it for them." if post.in_mailbox else ""
    return Delivery(f"Reached {post.reached} of {post.of}", not_yet + kept, Tone.WAITING)


def people_named(names: list[str], count: int) -> str:
    """Some of so many people by their names: "Old Heron, Pavel and 3 more"."""
    told = names[:count]
    if not told:
        return f"{count} of them"
    if len(told) < count:
        return f"{', '.join(told)} and {count - len(told)} more"
    return " and ".join([*([", ".join(told[:-1])] if told[1:] else []), told[-1]])
