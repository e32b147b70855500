"""A second implementation of docs/authority.md, last part: "What it comes to".

Made from that page alone, in its words. Its only merit is that nobody copied it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.circle import acts
from app.circle.acts import Act
from p2p.op import Header, Log
from tests.authority.second_facts import History, Op, arranged
from tests.authority.second_view import AsOf
from tests.authority.second_void import Judge


@dataclass
class Person:
    role: str
    name: str
    picture: bytes
    devices: set[bytes]
    gone: bool
    removed: bytes | None  # by which op


@dataclass
class Result:
    """What it comes to."""

    people: dict[bytes, Person]
    waits_for_host: set[bytes]
    rules: bytes | None  # the op
    door: bytes | None  # the op
    keeps: list[tuple[int, int]]  # since which hour, days
    mailboxes: list[tuple[bytes, bytes, bytes]]  # its number, the op, the device that was first
    vouches: dict[bytes, list[tuple[bytes, str]]]  # of an invite: by whom, what
    invites: dict[bytes, tuple[bytes, bool]]  # by key: the op, and whether it was taken back
    words: dict[bytes, int]
    forked: set[bytes]
    epochs: dict[bytes, set[bytes]]
    out: dict[bytes, set[bytes]]  # as of each epoch
    granted: dict[bytes, set[bytes]]
    first: bytes | None
    heir: bytes | None
    void: set[bytes]
    fallen: set[bytes]  # of the void ones those that were allowed
    waiting: set[bytes]


def resolve(ops: Iterable[tuple[bytes, Header, Act | None]]) -> Result:
    history, waiting = arranged(ops)
    judge = Judge(history)
    everything = frozenset(history.ops)
    seen = judge.as_of(everything)
    holding = [o for o in history.ops.values() if seen.holds(o.op)]
    epochs = {
        o.op: judge.rules.epoch_members(o.op, o.act)
        for o in holding
        if isinstance(o.act, acts.Epoch)
    }
    granted: dict[bytes, set[bytes]] = {}
    invites: dict[bytes, tuple[bytes, bool]] = {}
    rules = door = None
    keeps: list[tuple[int, int]] = []
    vouches: dict[bytes, list[tuple[bytes, str]]] = {}
    for o in holding:
        match o.act:
            case acts.Granted(epoch=epoch, devices=devices):
                granted.setdefault(epoch, set()).update(devices)
            case acts.Invite(key=key):
                invites.setdefault(key, (o.op, judge.rules.withdrawn(o.op, seen)))
            case acts.Rules():
                rules = o.op
            case acts.Door():
                door = o.op
            case acts.Retention(days=days):
                keeps.append((o.header.hour, days))
            case acts.Vouch(invite=key, words=text):
                vouches.setdefault(key, []).append((history.author[o.op], text))
            case _:
                pass
    return Result(
        people=people(history, seen),
        waits_for_host={a.device for a in seen.arrivals if seen.waits(a.device)},
        rules=rules,
        door=door,
        keeps=keeps,
        mailboxes=mailboxes(holding),
        vouches=vouches,
        invites=invites,
        words=words(history, seen),
        forked={f.device for f in history.forks if f.op in seen.alive},
        epochs=epochs,
        out={epoch: judge.rules.epoch_out(epoch) for epoch in epochs},
        granted=granted,
        first=seen.line.first,
        heir=seen.line.heir,
        void=set(everything) - {o.op for o in holding},
        fallen={o for o in history.allowed if not seen.holds(o)},
        waiting=waiting,
    )


def mailboxes(holding: list[Op]) -> list[tuple[bytes, bytes, bytes]]:
    told = [(o.act, o) for o in holding if isinstance(o.act, acts.Mailbox)]
    firsts = [
        (act.box, o.device)
        for at, (act, o) in enumerate(told)
        if act.box not in {a.box for a, _ in told[:at]}
    ]
    lasts = [
        next((a, o.op, first) for a, o in reversed(told) if a.box == box) for box, first in firsts
    ]
    return [(act.box, op, first) for act, op, first in lasts if not act.retired][:8]


def people(history: History, seen: AsOf) -> dict[bytes, Person]:
    devices: dict[bytes, set[bytes]] = {}
    for device in {a.device for a in seen.arrivals}:
        owner = seen.owner(device)
        if owner is not None:
            devices.setdefault(owner, set()).add(device)
    return {
        member: Person(
            seen.role(member),
            next(
                (
                    o.act.name
                    for o in reversed(history.ops.values())
                    if isinstance(o.act, acts.Profile)
                    and seen.holds(o.op)
                    and history.author[o.op] == member
                ),
                "",
            ),
            next(
                (
                    o.act.picture if isinstance(o.act, acts.Portrait) else b""
                    for o in reversed(history.ops.values())
                    if isinstance(o.act, acts.Profile)
                    and seen.holds(o.op)
                    and history.author[o.op] == member
                ),
                b"",
            ),
            theirs,
            gone=member not in seen.members,
            removed=next(
                (
                    r.op
                    for r in history.removals
                    if r.op in seen.alive
                    and not r.leaving
                    and r.whom == member
                    and member not in seen.members
                ),
                None,
            ),
        )
        for member, theirs in devices.items()
    }


def words(history: History, seen: AsOf) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for device in {a.device for a in seen.arrivals}:
        came = [a for a in seen.arrivals if a.device == device]
        owner = seen.owner(device)
        if owner is None:  # none of the people of this view
            continue
        for r in history.removals:
            if r.op not in seen.alive or r.whom != owner:
                continue
            if all(r.op in history.past(a.op) for a in came):
                continue
            named = [c.seq for c in r.cuts if c.device == device and c.log == Log.WORDS]
            found[device] = max(found.get(device, 0), *named, 0)
    for device in {f.device for f in history.forks if f.op in seen.alive}:
        most = max(f.words for f in history.forks if f.device == device and f.op in seen.alive)
        found[device] = min(found.get(device, most), most)
    return found
