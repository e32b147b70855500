"""What stands in one of the sheets that change a circle, set or typed. Knows no Qt."""

import msgspec
from msgspec import Struct

from app.circle.state import Settings
from app.commands import MAX_ABOUT, SetDoor, SetRules

PROMISE, CIRCLE, DOOR = "promise", "circle", "door"
MOST = {PROMISE: 6, DOOR: 5, CIRCLE: 0}  # lines
LONGEST_LINE = 160
LONGEST_NAME = 64

NO_NAME = "Give the circle a name."
LONG_NAME = f"That name is too long. Up to {LONGEST_NAME} letters fit."
LONG_ABOUT = f"That is a little long. Up to {MAX_ABOUT} letters fit."
LONG_LINE = f"A line is too long. Up to {LONGEST_LINE} letters fit into each."


class Words(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sheet's. `lines`: of the promise, or the questions; those that are free are ""."""

    lines: tuple[str, ...] = ()
    name: str = ""
    about: str = ""
    asks: bool = False
    vouch: bool = False
    affiliation: bool = False

    def padded(self, what: str) -> list[str]:
        """The lines, as many as there can be."""
        lines = list(self.lines[: MOST[what]])
        return [*lines, *[""] * (MOST[what] - len(lines))]

    def typed(self, what: str, place: int, words: str) -> "Words":
        """With other words in one line."""
        lines = self.padded(what)
        if not 0 <= place < len(lines):
            return self
        lines[place] = words
        while lines and not lines[-1]:
            lines.pop()
        return msgspec.structs.replace(self, lines=tuple(lines))

    def shown(self, what: str) -> int:
        """How many lines to show: those that are taken, and one that is free."""
        lines = self.padded(what)
        last = max((at for at, words in enumerate(lines, start=1) if words.strip()), default=0)
        return min(MOST[what], last + 1)

    def said(self) -> list[str]:
        """The lines as they are to be set."""
        lines = (" ".join(one.split()) for one in self.lines)
        return [one for one in lines if one]

    def fault(self, what: str) -> str:
        """Why it can't be set like this, or empty."""
        if what != CIRCLE:
            return LONG_LINE if any(len(one) > LONGEST_LINE for one in self.said()) else ""
        name = " ".join(self.name.split())
        if not name:
            return NO_NAME
        if len(name) > LONGEST_NAME:
            return LONG_NAME
        return LONG_ABOUT if len(self.about.strip()) > MAX_ABOUT else ""

    def command(self, circle: str, what: str) -> SetDoor | SetRules:
        """What has the home set it."""
        match what:
            case "promise":
                return SetDoor(circle=circle, promise=self.said())
            case "circle":
                name = " ".join(self.name.split())
                return SetRules(circle=circle, name=name, about=self.about.strip())
            case _:
                return SetDoor(
                    circle=circle, admit="ask" if self.asks else "invite",
                    questions=self.said(), vouch=self.vouch, affiliation=self.affiliation,
                )  # fmt: skip


class Kept(Struct, frozen=True, kw_only=True):
    """A draft: what was typed, and what was set then. Set differently since, it is of no use."""

    was: Words
    now: Words


def words_of(what: str, now: Settings) -> Words:
    """What is set."""
    match what:
        case "promise":
            return Words(lines=tuple(now.promise))
        case "circle":
            return Words(name=now.name, about=now.about)
        case _:
            return Words(
                lines=tuple(now.questions), asks=now.asks, vouch=now.vouch,
                affiliation=now.affiliation,
            )  # fmt: skip


def packed(kept: Kept) -> str:
    """A draft's body."""
    return msgspec.json.encode(kept).decode()


def unpacked(body: str) -> Kept | None:
    """What a draft's body holds; None where it is none of ours."""
    try:
        return msgspec.json.decode(body, type=Kept)
    except (msgspec.MsgspecError, UnicodeError):
        return None
