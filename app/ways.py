"""How the people of one circle are reached, for screens and links: by which way, and since when."""

from app.boxes.known import known
from app.circle.names import clean
from app.circle.state import Path, Role
from app.circle.view import Person
from app.running import RunningCircle
from app.whereabouts import is_circuit, relay_of, wide
from p2p.host import Path as Line
from p2p.ids import MemberId
from p2p.networks import is_near

MOST_IN_LINK = 3  # addresses


def path_to(running: RunningCircle, member: MemberId) -> tuple[Path, int | None]:
    """How a member is reached now, and since when (ms).

    Where none of their computers is, but a mailbox is: `Path.MAILBOX`, since the mailbox is.
    """
    person = running.room.ledger.view.people.get(member)
    here = running.node.here()
    for device in person.devices if person is not None else ():
        if device in here:
            return _line(running, running.node.line(device)), running.since.get(device)
    since = running.postroom.since
    return (Path.NONE, None) if since is None else (Path.MAILBOX, since)


def through(running: RunningCircle, member: MemberId) -> tuple[str, bool]:
    """Whose computer or which mailbox the way leads through, by its name; True: a mailbox.

    "" where it leads through none, or through one that is not known.
    """
    view = running.room.ledger.view
    person = view.people.get(member)
    here = running.node.here()
    for device in person.devices if person is not None else ():
        if device in here:
            relay = relay_of(running.node.line(device)[1])
            door = running.shelf.device_at(relay) if relay is not None else None
            if door is not None and (owner := view.owner.get(door)) is not None:
                return running.room.ledger.name_of(owner), False
            return next((_name(running, one.box) for one in known(running.room)
                         if relay is not None and one.peer == relay), ""), True  # fmt: skip
    reached = running.postroom.reached()
    return (_name(running, reached), True) if reached is not None else ("", False)


def _name(running: RunningCircle, box: bytes) -> str:
    seen = running.room.ledger.view.mailboxes.get(box)
    return clean(seen.act.name) if seen is not None else ""


def _line(running: RunningCircle, line: tuple[Line, str]) -> Path:
    path, remote = line
    match path:
        case Line.RELAYED:
            return Path.RELAY
        case Line.PUNCHED:
            return Path.PUNCHED
        case _:
            return Path.LAN if is_near(remote, running.networks) else Path.DIRECT


def last_met(running: RunningCircle, member: MemberId) -> int | None:
    """When a member's computer was last met (ms)."""
    person = running.room.ledger.view.people.get(member)
    before = running.met_before
    times = [before[d] for d in (person.devices if person else ()) if d in before]
    return max(times, default=None)


def link_addresses(running: RunningCircle) -> list[str]:
    """Up to three addresses for a link: ours first, then a mailbox's, if there is one.

    Loopback only if there is no other.
    """
    own = list(running.addresses)
    beyond = wide(own)
    # Which of a mailbox's addresses leads there from elsewhere can't be told from here.
    mailboxes = [address for one in known(running.room)[:1] for address in one.addresses[:2]]
    told = [one for one in beyond or own if not is_circuit(one)]
    told = told[: 1 if mailboxes else 2] + mailboxes
    people = running.room.ledger.view
    ways = list(running.ways().items())
    # Only hosts let people in, so a member's link leads to one, whoever else is in the circle.
    ways.sort(key=lambda way: not _is_host(people.person_of(way[0])))
    for _, way in ways:
        theirs = [one for one in way.addresses if not is_circuit(one)]  # no way for a stranger
        told += (wide(theirs) if beyond else theirs)[:1]
    return told[:MOST_IN_LINK]


def _is_host(person: Person | None) -> bool:
    return person is not None and person.role is Role.HOST
