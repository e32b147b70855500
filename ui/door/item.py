"""Somebody who asks to come in, in words. Before it is opened nothing of theirs is in it.

Knows no Qt.
"""

from dataclasses import dataclass
from datetime import datetime

from app.circle.state import DoorRequest, VouchMade
from ui.telling import told, told_shortly

LACKS = "Nobody has put in a word yet. This circle wants a member's word before anybody comes in."
THEMSELVES = "They are here for themselves."


@dataclass(frozen=True, slots=True)
class RequestItem:
    """A request as the reader sees it at a moment. `opened`: they have chosen to look.

    `me` is the reader's member id; `asking`, that they are about to ask back; `problem` is why the
    last act was refused.
    """

    one: DoorRequest
    me: str
    now: datetime
    opened: bool = False
    asking: bool = False
    working: bool = False
    problem: str = ""

    @property
    def key(self) -> str:
        """The request's id."""
        return self.one.request

    @property
    def looked(self) -> bool:
        """Whether what the stranger said is shown."""
        return self.opened and not self.one.second_place

    @property
    def title(self) -> str:
        """The first line: nobody's name before it is looked at."""
        one = self.one
        if one.second_place:
            by = "you" if one.by == self.me else one.by_name
            return (
                f"Let in by {by}, by an invite that two people used at once. They wait for a host."
            )
        return one.display_name if self.looked else f"Somebody with {self._invite} asks to come in"

    @property
    def when(self) -> str:
        """Since when, and how they came by it once that is not the title."""
        one = self.one
        since = f"since {_small(told_shortly(one.since, self.now))}"
        if one.second_place:
            return _large(since)
        parts = [since, f"last knock {_small(told(one.last_knock, self.now))}"]
        if self.looked:
            parts.insert(0, f"with {self._invite}")
        return _large(", ".join(parts))

    @property
    def answers(self) -> list[dict[str, str]]:
        """Each question with what they say to it."""
        if not self.looked:
            return []
        return [{"question": one.question, "answer": one.answer} for one in self.one.answers]

    @property
    def here_for(self) -> str:
        """Whom they are here for; empty where the circle does not ask."""
        whom = self.one.affiliation
        if not self.looked or whom is None:
            return ""
        return f"They are here for {whom}" if whom else THEMSELVES

    @property
    def vouches(self) -> list[dict[str, str]]:
        """What members say for them."""
        return [self._vouch(one) for one in self.one.vouches] if self.opened_or_second else []

    @property
    def opened_or_second(self) -> bool:
        """Whether there is more than the first lines; a second place has nothing to hide."""
        return self.opened or self.one.second_place

    @property
    def lacks(self) -> str:
        """Why nobody can let them in yet, or empty."""
        return LACKS if self.looked and self.one.lacks_vouch else ""

    @property
    def asked(self) -> str:
        """What was asked back and is not answered yet."""
        return (self.one.asked or "") if self.looked else ""

    @property
    def who(self) -> str:
        """What they are called in a sentence."""
        return self.one.display_name if self.looked else "Somebody"

    @property
    def spoken(self) -> str:
        """All that is shown, for who cannot see it."""
        told_of = [self.title, self.when]
        told_of += [f"{one['question']} {one['answer']}" for one in self.answers]
        told_of.append(self.here_for)
        told_of += [f"{one['name']}: {one['words']}" for one in self.vouches]
        told_of.append(self.lacks)
        if self.asked:
            told_of.append(f"Waiting for their answer to: {self.asked}")
        return ". ".join(part.rstrip(".") for part in told_of if part)

    @property
    def _invite(self) -> str:
        by = "you" if self.one.by == self.me else self.one.by_name
        return (
            f"the invite “{self.one.label}” (by {by})" if self.one.label else f"an invite by {by}"
        )

    def _vouch(self, one: VouchMade) -> dict[str, str]:
        name = "You" if one.by == self.me else one.by_name
        return {"by": one.by, "name": name, "words": f"“{one.words}”"}


def _small(moment: str) -> str:
    """`Today, 09:12` in the middle of a sentence; the names of days stay large."""
    return (
        moment[0].lower() + moment[1:] if moment.startswith(("Today", "Yest", "Just")) else moment
    )


def _large(words: str) -> str:
    return words[0].upper() + words[1:]
