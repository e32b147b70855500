"""What hosts set, and who looks after the circle, in words. Knows no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.circle.state import History, Member, Role, Settings
from ui.telling import told_on
from ui.wording import ROLE_ICONS, ROLES

EARLIEST = datetime.min.replace(tzinfo=UTC)
KEEPERS = (Role.HOST, Role.MODERATOR)

INVITE_IS_ENOUGH = "An invite is enough: whoever holds one comes in."
HOST_DECIDES = "A host decides about everybody who comes by an invite."
VOUCH_WANTED = "A member has to put in a word for them first."
FOR_WHOM = "They say whom they are here for."
NO_QUESTIONS = "They are asked no questions."
NEWCOMERS = {
    History.OPEN: "Everything, also what was written before they came.",
    History.FRESH: "What is written from the day they join.",
}
FIXED = "This was chosen when the circle began, and can't be changed."
FOR_GOOD = "They stay on the computers of everybody who has them."
FOR_A_WHILE = "After that they go from everyone's computers, each post and each reply by itself."


@dataclass(frozen=True, slots=True)
class Keeper:
    """A host or moderator. `first`: nobody was here before them; `heir`: named to come after."""

    one: Member
    hue: int
    first: bool
    heir: bool
    now: datetime

    @property
    def name(self) -> str:
        """What they are called; the reader is told which one they are."""
        return f"{self.one.display_name} (you)" if self.one.me else self.one.display_name

    @property
    def since(self) -> str:
        """How they came to be here, and whether they are to come after the founder."""
        day = "" if self.one.joined_at is None else f" {told_on(self.one.joined_at, self.now)}"
        parts = [f"Joined{day}"] if day else []
        if self.first:
            parts = [f"Began this circle{day}"]
        if self.one.founder and not self.first:
            parts.append(f"The circle was handed to {'you' if self.one.me else 'them'}")
        if self.heir:
            parts.append("Named to take the circle over later")
        return " · ".join(parts)

    def row(self) -> dict[str, object]:
        """As the card shows it."""
        role = ROLES[self.one.role]
        return {
            "member": self.one.member, "hue": self.hue, "name": self.name, "role": role,
            "sign": ROLE_ICONS[self.one.role], "since": self.since,
            "spoken": ". ".join(part for part in (self.name, role, self.since) if part),
        }  # fmt: skip


def keepers(
    members: Iterable[Member], heir: str | None, hues: dict[str, int], now: datetime
) -> list[Keeper]:
    """Who looks after the circle: the founder, hosts, moderators; each as they came."""
    there = sorted(members, key=came)
    rows = [
        Keeper(
            one, hues.get(one.member, -1), first=place == 0 and not one.gone,
            heir=one.member == heir, now=now,
        )
        for place, one in enumerate(there)
        if one.role in KEEPERS and not one.gone
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (KEEPERS.index(row.one.role), not row.one.founder))


def came(member: Member) -> tuple[datetime, bool, str]:
    """The order of joining; within one hour whoever is founder was first."""
    return member.joined_at or EARLIEST, not member.founder, member.member


def door(settings: Settings) -> list[dict[str, str]]:
    """How people come in, one sentence each, with an icon."""
    if not settings.asks:
        return [{"glyph": "door-open", "text": INVITE_IS_ENOUGH}]
    told = [{"glyph": "key", "text": HOST_DECIDES}]
    if settings.vouch:
        told.append({"glyph": "hand-heart", "text": VOUCH_WANTED})
    if settings.affiliation:
        told.append({"glyph": "users", "text": FOR_WHOM})
    if not settings.questions:
        told.append({"glyph": "question", "text": NO_QUESTIONS})
    return told
