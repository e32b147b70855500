"""What people of a circle do about each other: roles, removals, invites; and the open log.

Each asks the rule first, by all that is known here, so that nobody signs an act that does not
count; what the others know beyond that may take it back all the same.
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from app import commands as c
from app import doorqueue, portraits
from app.circle import acts
from app.circle.names import clean, line, one_line
from app.circle.openlog import LogEntry, What
from app.circle.state import InviteMade, Role
from app.circle.view import Told
from app.outbox import Outbox
from app.refused import Refused, Why
from app.room import Room
from app.store import circles
from app.store.views import moment
from app.writing import clean_name
from p2p.ids import MemberId
from p2p.op import Kind

Governing: TypeAlias = c.SetProfile | c.SetRole | c.RemoveMember | c.HandOver | c.WithdrawInvite


def govern(room: Room, outbox: Outbox, asked: Governing) -> None:
    """Do it, in one change. `Refused` where the rule says no, and then nothing was said."""
    view, me = room.ledger.view, room.ledger.me
    match asked:
        case c.SetProfile():
            _be_seen(room, outbox, asked)
        case c.SetRole():
            whom = _somebody(room, asked.member)
            if asked.role not in roles_to_give(room, whom):
                raise _not_yours("give this role to this person")
            with room.change() as change:
                outbox.act(change, Kind.ROLE, acts.Assign(whom, asked.role.value))
        case c.RemoveMember():
            whom = _somebody(room, asked.member)
            if not view.may_remove(me, whom):
                raise _not_yours("remove this person")
            with room.change() as change:
                outbox.remove(change, whom, line(asked.reason))
        case c.HandOver():
            whom = _somebody(room, asked.member)
            if not _may_hand_over(room, whom, at_once=asked.at_once):
                raise _not_yours("hand the circle over to this person")
            with room.change() as change:
                outbox.act(change, Kind.HANDOVER, acts.Handover(whom, asked.at_once))
        case c.WithdrawInvite():
            _withdraw(room, outbox, bytes.fromhex(asked.invite))


def roles_to_give(room: Room, whom: MemberId) -> list[Role]:
    """Which other roles we may give somebody who is in."""
    view, me = room.ledger.view, room.ledger.me
    person, myself = view.people[whom], room.ledger.myself()
    if myself is None or myself.left or myself.role is not Role.HOST or view.is_founder(whom):
        return []
    if whom != me and not view.may_remove(me, whom):
        return []
    return [role for role in Role if role is not person.role]


def _be_seen(room: Room, outbox: Outbox, asked: c.SetProfile) -> None:
    """Another name or picture, here. Also what a computer says that comes to know us later."""
    ledger = room.ledger
    now, myself = ledger.name_of(ledger.me), ledger.myself()
    name = clean_name(asked.display_name) if asked.display_name is not None else now
    said = portraits.profile(room, name, asked.picture)
    before = myself.picture if myself is not None else b""
    if now == name and portraits.picture_of(said) == before:
        return
    with room.change() as change:
        outbox.act(change, Kind.PROFILE, said)
        circles.set_display_name(room.db, room.row.circle_no, name)
        change.circle = True
    room.read_row()


def _may_hand_over(room: Room, whom: MemberId, *, at_once: bool) -> bool:
    view, me = room.ledger.view, room.ledger.me
    if whom == me:
        return at_once and view.heir == me
    return view.is_founder(me) and view.people[whom].role is Role.HOST


def _withdraw(room: Room, outbox: Outbox, key: bytes) -> None:
    view = room.ledger.view
    seen = view.invites.get(key)
    if seen is None or seen.withdrawn:
        raise Refused(Why.BAD_INVITE, "There is no such invite here, or it was taken back already.")
    myself = room.ledger.myself()
    if view.owner.get(seen.author) != room.ledger.me and (
        myself is None or myself.role is not Role.HOST
    ):
        raise _not_yours("take back an invite that somebody else made")
    with room.change() as change:
        outbox.act(change, Kind.WITHDRAW, acts.Withdraw(key))


def _somebody(room: Room, member: str) -> MemberId:
    whom = MemberId(bytes.fromhex(member))
    person = room.ledger.view.people.get(whom)
    if person is None or person.left:
        raise Refused(Why.NO_SUCH_MEMBER, "This person is not in the circle.")
    return whom


def _not_yours(what: str) -> Refused:
    return Refused(
        Why.NOT_ALLOWED,
        f"You can't {what}. Hosts can do this, and nobody can to someone who was host before them.",
    )


# -- reading ---------------------------------------------------------------------------------------


def invites(room: Room) -> list[InviteMade]:
    """All invites, newest first."""
    view, ledger = room.ledger.view, room.ledger
    labels = circles.invite_labels(room.db, room.row.circle_no)
    found = []
    for key, seen in view.invites.items():
        by = view.owner[seen.author]
        found.append(
            InviteMade(
                invite=key.hex(), by=by.hex(), by_name=ledger.name_of(by), mine=by == ledger.me,
                label=one_line(labels.get(key, "")), expires_at=moment(seen.invite.expires * 1000),
                uses=seen.invite.uses, used=len(seen.used), withdrawn=seen.withdrawn,
                vouches=doorqueue.vouches(room, key),
            )
        )  # fmt: skip
    return found[::-1]


def log(room: Room) -> list[LogEntry]:
    """The open log, newest first."""
    entries: list[LogEntry] = []
    called: dict[MemberId, tuple[str, bytes]] = {}
    boxes: dict[bytes, acts.Mailbox] = {}
    name = ""
    for told in room.ledger.view.told:
        if isinstance(told.act, acts.Profile):
            entries += _renamed(room, told, called)
        elif isinstance(told.act, acts.Mailbox):
            entries += _mailbox(room, told, told.act, boxes)
        elif isinstance(told.act, acts.Rules):
            before, now = name, clean(told.act.name)
            entries.append(_entry(room, told, What.RULES, reason=now if now != before else None))
            name = now if told.holds else before
        else:
            entries += _entries(room, told)
    return entries[::-1]


def _renamed(
    room: Room, told: Told, called: dict[MemberId, tuple[str, bytes]]
) -> Iterator[LogEntry]:
    """That somebody is seen differently; nothing for the first name. `called`: so far."""
    assert isinstance(told.act, acts.Profile)  # noqa: S101 - looked at by who asks
    if not told.holds:
        return
    before = called.get(told.by)
    name, picture = called[told.by] = clean(told.act.name), portraits.picture_of(told.act)
    if before is None:
        return
    if before[0] != name:
        entry = _entry(room, told, What.RENAMED, reason=name)
        yield msgspec.structs.replace(entry, whom_name=before[0])
    if before[1] != picture:
        yield _entry(room, told, What.PICTURED)


def _mailbox(
    room: Room, told: Told, act: acts.Mailbox, boxes: dict[bytes, acts.Mailbox]
) -> Iterator[LogEntry]:
    """That a mailbox is there, is another, or is retired; nothing for the same again.

    `boxes`: what was said of each so far. Who retires one calls it what the others know it by.
    """
    before = boxes.get(act.box)
    if told.holds:
        boxes[act.box] = act
    name, known = clean(act.name), clean(before.name) if before is not None else None
    if before == act:
        return
    if act.retired:
        yield _entry(room, told, What.MAILBOX_RETIRED, reason=name if known is None else known)
    elif before is None or before.retired:
        yield _entry(room, told, What.MAILBOX, reason=name)
    else:
        if known != name:
            entry = _entry(room, told, What.MAILBOX_RENAMED, reason=name)
            yield msgspec.structs.replace(entry, whom_name=known)
        if (before.peer, before.addresses) != (act.peer, act.addresses):
            yield _entry(room, told, What.MAILBOX_MOVED, reason=name)


def _entries(room: Room, told: Told) -> Iterator[LogEntry]:  # noqa: C901, PLR0912 - a table
    """What an act says in the log; nothing, where it is not about people or the door."""
    match told.act:
        case acts.Founding():
            yield _entry(room, told, What.FOUNDED)
        case acts.Admit(keys=keys):
            yield _entry(room, told, What.ADMITTED, MemberId(keys.member))
        case acts.Assign(member, role):
            yield _entry(room, told, What.ROLE, MemberId(member), role=Role(role))
        case acts.Remove(member, reason):
            yield _entry(room, told, What.REMOVED, MemberId(member), reason=line(reason))
        case acts.Leave():
            yield _entry(room, told, What.LEFT)
        case acts.Handover(to, at_once):
            what = What.HANDED_OVER if at_once else What.NAMED_HEIR
            yield _entry(room, told, what, MemberId(to))
        case acts.Invite():
            yield _entry(room, told, What.INVITED)
        case acts.Withdraw():
            yield _entry(room, told, What.WITHDREW)
        case acts.Fork():
            yield _entry(room, told, What.FORKED)
        case acts.Door():
            yield _entry(room, told, What.DOOR)
        case acts.Retention(days=days):
            yield _entry(room, told, What.RETENTION, reason=str(days))
        case acts.Vouch(words=words):
            yield _entry(room, told, What.VOUCHED, reason=line(words))
        case _:
            return


def _entry(
    room: Room, told: Told, what: What, whom: MemberId | None = None, *,
    role: Role | None = None, reason: str | None = None,
) -> LogEntry:  # fmt: skip
    ledger = room.ledger
    return LogEntry(
        at=moment(told.at.header.written_at), by=told.by.hex(), by_name=ledger.name_of(told.by),
        what=what, whom=whom.hex() if whom is not None else None,
        whom_name=ledger.name_of(whom) if whom is not None else None, role=role, reason=reason,
        counts=told.holds,
    )  # fmt: skip
