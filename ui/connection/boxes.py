"""A circle's mailboxes in words. A mailbox is a computer, not a person. Knows no Qt."""

from datetime import datetime

from app.circle.state import Circle, Role
from app.commands import Mailbox
from ui.telling import told_on
from ui.wording import bytes_told

NONE_HERE = (
    "This circle has no mailbox. Without one, two people who are never on at the same time wait."
)
ONLY_HOSTS = "Hosts add and retire mailboxes. Ask one of them."
NOT_USED = "Not used any more: whoever looked after it has left the circle."
AWAY = "Can't be reached right now. What it holds stays there."
MOVED = "If it is found elsewhere now, add it again with the line it shows there."
FULL = (
    "It is full. What has no room there waits on your computers. Give it more room where it runs, "
    "or add another one."
)
DUE = (
    "Somebody is out of the circle. Until your computer has been connected with this mailbox since "
    "then, they may still take out sealed posts, read those whose writer hadn't heard of it, and "
    "fill its room."
)
MAYBE_DUE = (
    "Somebody is out of the circle. Until {owner}'s computer has been connected with this mailbox "
    "since then, they may still take out sealed posts, read those whose writer hadn't heard of it, "
    "and fill its room. This computer doesn't know yet that it has been."
)


def mailbox(one: Mailbox, now: datetime, *, host: bool = False) -> dict[str, object]:
    """Its row: the name, whether it is reached, what it holds, what there is to know.

    `host`: the reader is one, and may add it again.
    """
    told = NOT_USED
    if one.used and one.reachable:
        told = "Reachable" if one.since is None else f"Reachable since {_since(one.since, now)}"
    elif one.used:
        told = f"{AWAY} {MOVED}" if host else AWAY
    holds = _holds(one)
    notes = [FULL] if one.used and one.full else []
    if one.used and one.owner_due:
        notes.append(DUE if one.mine else MAYBE_DUE.format(owner=one.owner_name or "its owner"))
    return {
        "mailbox": one.mailbox, "name": one.name, "state": told, "here": one.reachable,
        "holds": holds, "notes": notes,
        "spoken": ". ".join([one.name, told.rstrip("."), *([holds] if holds else []), *notes]),
    }  # fmt: skip


def _holds(one: Mailbox) -> str:
    parts = []
    if one.bytes is not None and one.room is not None:
        parts.append(f"Holds {bytes_told(one.bytes)} of {bytes_told(one.room)}")
    if one.days is not None:
        parts.append("kept for a day" if one.days == 1 else f"kept for {one.days} days")
    if one.mine or one.owner_name:
        parts.append(f"looked after by {'you' if one.mine else one.owner_name}")
    told = " · ".join(parts)
    return told[:1].upper() + told[1:]


def group(
    circle: Circle, boxes: list[Mailbox], now: datetime, *, loaded: bool, several: bool
) -> dict[str, object]:
    """A circle's mailboxes, and whether the reader may add one."""
    host = circle.role is Role.HOST
    return {
        "circle": circle.circle or "", "name": circle.name if several else "", "host": host,
        "add": f"Add a mailbox to {circle.name}",
        "boxes": [mailbox(one, now, host=host) for one in boxes],
        "none": NONE_HERE if loaded and not boxes else "",
        "hosts": "" if host else ONLY_HOSTS,
    }  # fmt: skip


def _since(when: datetime, now: datetime) -> str:
    here = when.astimezone(now.tzinfo)
    return f"{here:%H:%M}" if here.date() == now.date() else told_on(when, now).removeprefix("on ")
