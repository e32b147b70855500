"""What a home tells of its circles as they are now: rows, people, digests, the network."""

from collections.abc import Iterable

from app import doorqueue, epochs, governing, lapsing, portraits, ways
from app import waiting as unreached
from app.circle.names import clean, line
from app.circle.retention import NOTHING
from app.circle.state import (
    Circle,
    CircleState,
    Digest,
    History,
    Member,
    NetStatus,
    Path,
    Reach,
    Role,
)
from app.room import Room
from app.running import RunningCircle
from app.store import frontier, stripped, sums
from app.store.views import moment
from p2p.ids import MemberId
from p2p.op import HOUR_LIMIT

AWAY = (Path.NONE, Path.MAILBOX)
"""Ways of people whose computers are not reached: what is written waits, at a mailbox or here."""


def row(running: RunningCircle) -> Circle:
    """A circle in the sidebar."""
    room = running.room
    view = room.ledger.view
    rules = view.rules
    myself = room.ledger.myself()
    removal = room.ledger.my_removal()
    forked = removal is not None and removal.by == room.ledger.me
    return Circle(
        circle=room.hex,
        name=clean(rules.name if rules else room.row.name) or "A circle",
        about=line(rules.about if rules else room.row.about),
        display_name=room.ledger.name_of(room.ledger.me),
        me=room.ledger.me.hex(),
        role=myself.role if myself else Role.MEMBER,
        state=room.row.state,
        members=max(1, sum(not p.left for p in view.people.values())),
        unread=room.posts.unread(),
        history=view.history,
        founder=view.is_founder(room.ledger.me),
        removed_by=room.ledger.name_of(removal.by) if removal and not forked else None,
        waits_for_host=room.waits_for_host,
        requests=doorqueue.count(room),
        removed_reason=line(removal.reason) if removal and not forked else None,
        forked=forked,
        keeps_days=view.keeps_days,
        lapses=_lapses(room),
    )


def _lapses(room: Room) -> bool:
    """Whether something here has lapsed."""
    until = lapsing.until(room)
    return until > NOTHING and stripped.any_until(room.db, room.row.circle_no, until)


def members(running: RunningCircle) -> list[Member]:
    """The people of a circle, longest members first."""
    ledger = running.room.ledger
    found = []
    for member, person in ledger.view.people.items():
        if person.left:
            continue
        met = ways.last_met(running, member)
        mine = member == ledger.me
        found.append(
            Member(
                member=member.hex(), display_name=ledger.name_of(member), role=person.role,
                me=mine, reach=Path.NONE if mine else ways.path_to(running, member)[0],
                last_met=moment(met) if met is not None else None,
                joined_at=moment(person.since_hour * 3_600_000),
                founder=ledger.view.is_founder(member),
                may_remove=ledger.view.may_remove(ledger.me, member),
                may_be=governing.roles_to_give(running.room, member),
                picture=portraits.mark(person.picture),
            )
        )  # fmt: skip
    return found


def digest(room: Room) -> Digest:
    """What two homes compare."""
    told, count = frontier.frontier(room.db, room.row.circle_no)
    closed = _closed_words(room)
    no, lapse = room.row.circle_no, lapsing.perhaps(room)
    lapsed = stripped.count(room.db, no, (NOTHING, lapse)) if room.ledger.view.strips else 0
    parents = max(0, room.posts.missing_parents() - closed - lapsed)
    withheld = stripped.count(room.db, no, (lapse, HOUR_LIMIT)) if room.ledger.view.strips else 0
    # Of an epoch whose words are closed to us we hold a part, which compares with nobody's.
    whole = {epoch.hex() for epoch in (*room.ledger.keyring.readable(), epochs.ROOT)}
    each = sums.epoch_digests(room.db, room.row.circle_no)
    return Digest(
        frontier=told.hex(), ops=count, posts=room.posts.count_signed(),
        missing=withheld + parents + frontier.gaps(room.db, room.row.circle_no) - closed,
        epochs={e: one for e, one in each.items() if not closed or e in whole},
        forks=frontier.count_forks(room.db, room.row.circle_no),
    )  # fmt: skip


def network(circles: Iterable[RunningCircle], *, paused: bool = False) -> NetStatus:
    """Where we listen, whom we reach."""
    listening: list[str] = []
    people: list[Reach] = []
    waiting = waiting_for = 0
    for running in circles:
        if running.room.row.state is not CircleState.MEMBER:
            continue
        listening += running.addresses if running.host is not None else ()
        posts, lacking = unreached.counts(running.room)
        waiting += posts
        waiting_for += len(lacking)
        ledger = running.room.ledger
        for member, person in ledger.view.people.items():
            if person.left or member == ledger.me:
                continue
            path, since = ways.path_to(running, member)
            via, by_mailbox = ways.through(running, member)
            met = ways.last_met(running, member)
            people.append(
                Reach(
                    circle=running.room.hex, member=member.hex(), path=path,
                    since=moment(since) if since is not None else None,
                    display_name=ledger.name_of(MemberId(member)),
                    via=via, by_mailbox=by_mailbox and via != "", waiting=lacking[member],
                    last_met=moment(met) if met is not None else None,
                )
            )  # fmt: skip
    return NetStatus(
        listening=listening, reachable=sum(p.path not in AWAY for p in people),
        of=len(people), people=people, waiting=waiting,
        waiting_for=waiting_for, paused=paused,
    )  # fmt: skip


def _closed_words(room: Room) -> int:
    """How many ops are not here because they are from before we came, where history is fresh.

    The words of others before the first that we may read: each device goes on to a newer epoch and
    never back. Only of those who were there before us; who came later has no words closed to us.
    """
    ledger = room.ledger
    if ledger.view.history is not History.FRESH:
        return 0
    firsts = frontier.first_words(room.db, room.row.circle_no)
    return sum(seq for d, seq in firsts.items() if ledger.view.came_before(d, ledger.device))
