"""One row of the sidebar's list of circles, in words."""

from dataclasses import dataclass

from app.circle.state import Circle, CircleState, Join, JoinState

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
