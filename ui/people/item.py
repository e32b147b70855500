"""One person of a circle, in words. Knows no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.circle.state import Member, Path, Role
from ui.telling import told_on, told_roughly
from ui.wording import ROLE_ICONS, ROLE_MEANS, ROLES

LOOKING_AFTER = "Looking after the circle"
MEMBERS = "Members"
GUESTS = "Guests"
SECTIONS = {Role.HOST: LOOKING_AFTER, Role.MODERATOR: LOOKING_AFTER, Role.MEMBER: MEMBERS,
            Role.GUEST: GUESTS}  # fmt: skip
ORDER = list(Role)
EARLIEST = datetime.min.replace(tzinfo=UTC)
NOT_HERE = {Path.NONE, Path.MAILBOX}


@dataclass(frozen=True, slots=True)
class PersonItem:
    """Somebody as the reader sees them at a moment. `first`: nobody was here before them."""

    one: Member
    first: bool
    hue: int
    now: datetime

    @property
    def key(self) -> str:
        """Their member id."""
        return self.one.member

    @property
    def name(self) -> str:
        """What they are called; the reader is told which one they are."""
        return f"{self.one.display_name} (you)" if self.one.me else self.one.display_name

    @property
    def role(self) -> str:
        """The role in a word."""
        return ROLES[self.one.role]

    @property
    def icon(self) -> str:
        """The role's icon."""
        return ROLE_ICONS[self.one.role]

    @property
    def means(self) -> str:
        """What somebody in this role does."""
        return ROLE_MEANS[self.one.role]

    @property
    def section(self) -> str:
        """The heading they stand below."""
        return SECTIONS[self.one.role]

    @property
    def since(self) -> str:
        """How they came to be here."""
        day = "" if self.one.joined_at is None else f" {told_on(self.one.joined_at, self.now)}"
        if self.one.founder:
            # Who was handed the circle did not begin it.
            return f"Began this circle{day}" if self.first else "The circle was handed to them"
        return f"Joined{day}" if day else ""

    @property
    def presence(self) -> str:
        """Whether their computer is reached now, or when it last was; roughly, in words."""
        if self.one.me:
            return ""
        if self.one.reach not in NOT_HERE:
            return "Here now"
        met = self.one.last_met
        return "" if met is None else f"Last here {_roughly(met, self.now)}"

    @property
    def here(self) -> bool:
        """Their computer is reached now."""
        return not self.one.me and self.one.reach not in NOT_HERE

    @property
    def spoken(self) -> str:
        """All of it, for who cannot see it."""
        return ". ".join(part for part in (self.name, self.role, self.since, self.presence) if part)


def in_order(members: Iterable[Member], hues: dict[str, int], now: datetime) -> list[PersonItem]:
    """Who looks after the circle first, then members, then guests; each as they came."""
    there = sorted(members, key=came)
    rows = [
        PersonItem(one, first=place == 0, hue=hues.get(one.member, -1), now=now)
        for place, one in enumerate(there)
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row.one.role), not row.one.founder))


def came(member: Member) -> tuple[datetime, bool, str]:
    """The order of joining; within one hour whoever is founder was first."""
    return member.joined_at or EARLIEST, not member.founder, member.member


def _roughly(met: datetime, now: datetime) -> str:
    words = told_roughly(met, now)  # "this morning", "last night", "Tuesday", "4 March"
    return words if words[0].islower() else f"on {words}"
