"""One row of the sidebar's list of circles, and one invite of a circle, in words."""

from dataclasses import dataclass
from datetime import datetime

from app.circle.state import Circle, CircleState, InviteMade, Join, JoinState
from ui.telling import told_date

UNKNOWN = "A circle"
ONLY_YOU = "Only you so far"


@dataclass(frozen=True, slots=True)
class CircleItem:
    """A circle, or a join that is under way. `key` is stable as long as the row lives.

    `kind` is one of circle, knocking, refused, archived. `seed` draws the mark.
    """

    key: str
    kind: str
    name: str
    sub: str
    unread: int
    seed: str
    circle: str
    join: str
    about: str
    display_name: str
    me: str
    role: str
    members: int
    state: str
    history: str
    removed_by: str = ""
    forked: bool = False
    removed_reason: str = ""
    requests: int = 0
    waits_for_host: bool = False
    keeps_days: int = 0


@dataclass(frozen=True, slots=True)
class InviteItem:
    """An invite as the reader sees it at a moment. `host`: they may take back any.

    `member`: no guest; they may put in a word.
    """

    one: InviteMade
    host: bool
    now: datetime
    member: bool = True

    @property
    def key(self) -> str:
        """Its id."""
        return self.one.invite

    @property
    def open(self) -> bool:
        """Whether somebody can still come in by it."""
        one = self.one
        return not one.withdrawn and one.used < one.uses and one.expires_at > self.now

    @property
    def title(self) -> str:
        """The note that only its maker sees; else whose it is."""
        if self.one.label:
            return self.one.label
        return "An invite of yours" if self.one.mine else f"An invite by {self.one.by_name}"

    @property
    def by(self) -> str:
        """Who made it, where the title does not say so."""
        return "by you" if self.one.label else ""

    @property
    def used(self) -> str:
        """How far it is used."""
        return f"Used {self.one.used} of {self.one.uses}"

    @property
    def until(self) -> str:
        """Until when it is good."""
        here = self.one.expires_at.astimezone(self.now.tzinfo)
        days = (here.date() - self.now.date()).days
        if days < 2:  # noqa: PLR2004 - today and tomorrow have names
            return f"until {'tomorrow' if days else 'today'}, {here:%H:%M}"
        return f"until {told_date(self.one.expires_at, self.now)}"

    @property
    def may_take_back(self) -> bool:
        """Whether the reader may."""
        return self.one.mine or self.host

    @property
    def words(self) -> list[dict[str, str]]:
        """What members say for whoever comes by it, one entry each, and each one line.

        A line of somebody's own making could pass for another member's word.
        """
        said = [(one.by_name, " ".join(one.words.split())) for one in self.one.vouches]
        return [
            {"said": f"{by}: “{words}”", "spoken": f"A word by {by}: {words}"} for by, words in said
        ]

    @property
    def spoken(self) -> str:
        """All of it, for who cannot see it."""
        who = f"{self.title}, {self.by}" if self.by else self.title
        count = len(self.one.vouches)
        said = "" if not count else f", {'a word' if count == 1 else f'{count} words'} for them"
        return f"{who}. {self.used}, {self.until}{said}"


def people(count: int) -> str:
    """`9 people`, or that nobody else is here yet."""
    return ONLY_YOU if count <= 1 else f"{count} people"


def of_circle(row: Circle) -> CircleItem:
    """The row of a circle that this home is or was in."""
    joining = row.state is CircleState.JOINING
    return CircleItem(
        key=(row.join or row.circle or "") if joining else (row.circle or row.join or ""),
        kind=_kind(row.state),
        name=row.name or UNKNOWN,
        sub=_sub(row),
        unread=0 if joining else row.unread,
        seed=row.circle or row.join or "",
        circle=row.circle or "",
        join=row.join or "",
        about=row.about,
        display_name=row.display_name,
        me=row.me or "",
        role="" if row.role is None else row.role.value,
        members=row.members,
        state=row.state.value,
        history=row.history.value,
        keeps_days=row.keeps_days,
        removed_by=row.removed_by or "",
        forked=row.forked,
        removed_reason=row.removed_reason or "",
        requests=row.requests if row.state is CircleState.MEMBER else 0,
        waits_for_host=row.waits_for_host and row.state is CircleState.MEMBER,
    )


def of_join(join: Join) -> CircleItem:
    """The row of a join, knocking or turned away."""
    refused = join.state is JoinState.REFUSED
    return CircleItem(
        key=join.join,
        kind="refused" if refused else "knocking",
        name=join.circle_name or UNKNOWN,
        sub="The door stayed closed" if refused else "Knocking…",
        unread=0,
        seed=join.circle or join.join,
        circle=join.circle or "",
        join=join.join,
        about=join.about or "",
        display_name=join.display_name,
        me="",
        role="",
        members=0,
        state=CircleState.JOINING.value,
        history="",
    )


def rows(circles: list[Circle], joins: list[Join], refused_shown: set[str]) -> list[CircleItem]:
    """Circles in their order, then the joins that no circle row speaks for.

    A join that was refused stays only while somebody who saw it happen has not put it away.
    """
    known = {join.join: join for join in joins}
    found: list[CircleItem] = []
    spoken_for: set[str] = set()
    for circle in circles:
        if circle.state is CircleState.JOINING:
            continue
        found.append(of_circle(circle))
        if circle.join:
            spoken_for.add(circle.join)
    for circle in circles:
        if circle.state is CircleState.JOINING and circle.join not in known:
            found.append(of_circle(circle))
            spoken_for.add(circle.join or "")
    for join in joins:
        under_way = join.state in {JoinState.LOOKING, JoinState.WAITING}
        kept = join.state is JoinState.REFUSED and join.join in refused_shown
        if join.join not in spoken_for and (under_way or kept):
            found.append(of_join(join))
    return found


def _kind(state: CircleState) -> str:
    match state:
        case CircleState.MEMBER:
            return "circle"
        case CircleState.JOINING:
            return "knocking"
        case CircleState.LEFT | CircleState.REMOVED:
            return "archived"


def _sub(row: Circle) -> str:
    match row.state:
        case CircleState.JOINING:
            return "Knocking…"
        case CircleState.LEFT:
            return "You left · still readable"
        case CircleState.REMOVED:
            return "Closed to you · still readable"
        case CircleState.MEMBER:
            count = people(row.members)
            return f"{row.about} · {count}" if row.about and row.members > 1 else count
