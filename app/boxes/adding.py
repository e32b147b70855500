"""A mailbox for a circle: found by its card, told to the members, retired again."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import trio

from app import commands as c
from app.boxes import known as keyed
from app.boxes.post import Post
from app.circle import acts
from app.circle.state import Role
from app.mailbox import card as cards
from app.refused import Refused, Why
from app.room import Room
from app.running import RunningCircle
from app.store import boxes
from app.store.boxes import BoxRow
from app.store.views import moment
from app.writing import clean_name
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream, Host, Unreachable
from p2p.ids import DeviceId
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller, NotDone
from p2p.op import Kind

Question: TypeAlias = wire.Open | wire.Found | wire.Look

ID = 32  # bytes
REACH = 15.0  # seconds to reach it and be answered
MOST = 8  # mailboxes of one circle
NAMED = "A mailbox"  # where nobody says what it is called

NO_CARD = (
    "This is not the card of a mailbox. Nothing was changed. The card is the line that the mailbox "
    "shows when it starts; it begins with hearthside-mailbox: and has to be copied whole."
)
SILENT = (
    "This mailbox does not answer, or its card is an old one. Nothing was changed. See that it is "
    "switched on and can be reached from this computer, then try again."
)
CROWDED = "This mailbox has as many circles as it takes. Nothing was changed. Use another one."
PAUSED = "Connecting is paused. Nothing was changed. Choose “Go on connecting” first."
NO_HOST = "Hosts add and retire mailboxes. Ask one of them."
ENOUGH = f"A circle has {MOST} mailboxes at the most. Retire one first."


async def add(
    running: RunningCircle, asked: c.AddMailbox, *, paused: bool = False
) -> c.MailboxAdded:
    """Have a box made at a mailbox, and tell the circle. `Refused` where that can't be.

    Where the circle has one there it is told where that is found now, and how it is called.
    """
    room = running.room
    card = _card(room, asked.card, paused=paused)
    name = clean_name(asked.name) if asked.name else ""
    here = _here(room, card)
    more = len(room.ledger.view.mailboxes) < MOST
    if here is None and not more:
        raise Refused(Why.NOT_ALLOWED, ENOUGH)
    box, owner = room.entropy(ID), room.entropy(ID)
    with room.change() as change:
        epoch = running.outbox.epoch(change)
    key = keyed.public(room, epoch, box)
    if key is None:
        raise Refused(Why.NOT_ALLOWED, "This computer lacks the circle's keys. Try again later.")

    def questions(caller: bytes) -> Iterator[Question]:
        yield from _openings(room, here, caller)
        if more:  # or its disk was lost, and it knows of none
            yield capability.founding(card.token, owner, box, card.peer, key)

    by, _ = await _ask(room, card, questions)
    if here is not None and isinstance(by, wire.Open):
        _tell_where(running, here.box, card, name)
        return c.MailboxAdded(mailbox=here.box.hex())
    act = acts.Mailbox(box, card.peer, list(card.addresses), name or NAMED, retired=False)
    with room.change() as change:
        boxes.add(room.db, room.row.circle_no, box, card.peer, card.addresses, owner)
        boxes.retained(room.db, room.row.circle_no, box, [epoch], 0)
        running.outbox.act(change, Kind.MAILBOX, act)
        change.circle = True
    running.postroom.look()
    return c.MailboxAdded(mailbox=box.hex())


def _tell_where(running: RunningCircle, box: bytes, card: cards.Card, name: str) -> None:
    """That a mailbox of the circle is found elsewhere now, or called something else."""
    room, seen = running.room, running.room.ledger.view.mailboxes[box].act
    act = acts.Mailbox(box, seen.peer, list(card.addresses), name or seen.name, retired=False)
    if act != seen:
        with room.change() as change:
            running.outbox.act(change, Kind.MAILBOX, act)
            change.circle = True
        running.postroom.look()


async def look(
    running: RunningCircle, asked: c.LookForMailbox, *, paused: bool = False
) -> c.MailboxFound:
    """Whether it answers, and what room it has for a circle. `Refused` where it does not."""
    room = running.room
    card = _card(room, asked.card, paused=paused)
    here = _here(room, card)

    def questions(caller: bytes) -> Iterator[Question]:
        yield from _openings(room, here, caller)
        yield wire.Look(card.token)

    by, answer = await _ask(room, card, questions)
    known = isinstance(by, wire.Open)
    return c.MailboxFound(room=answer.quota, days=answer.days, known=known)


def _openings(room: Room, here: keyed.Known | None, caller: bytes) -> Iterator[wire.Open]:
    """To open the box that the circle has there, if it has one, with each key of ours."""
    if here is not None:
        for seed in keyed.seeds(room, here.box):
            yield capability.opening(seed, here.box, here.peer, caller)


def _card(room: Room, text: str, *, paused: bool) -> cards.Card:
    _expect_a_host(room)
    if paused:
        raise Refused(Why.NOT_ALLOWED, PAUSED)
    try:
        return cards.read(text)
    except PeerFault:
        raise Refused(Why.BAD_REQUEST, NO_CARD) from None


def _here(room: Room, card: cards.Card) -> keyed.Known | None:
    """The one of the circle that is there."""
    return next((one for one in keyed.known(room) if one.peer == card.peer), None)


async def _ask(
    room: Room, card: cards.Card, questions: Callable[[bytes], Iterable[Question]]
) -> tuple[Question, wire.Opened]:
    """Ask one after the other, by our peer key, until one is answered. Else `Refused`."""
    host = Host(room.entropy(32), listen=(), on_stream=_nobody_home)
    try:
        with trio.fail_after(REACH):
            async with host.run():
                for asked in questions(host.peer):
                    stream = await host.open(card.peer, card.addresses, timeout=REACH)
                    try:
                        answer = await Caller(stream).ask(asked, patience=REACH)
                    except Closed:
                        continue  # silence: not by this key, or no such token
                    finally:
                        await stream.close()
                    if isinstance(answer, wire.Opened):
                        return asked, answer
    except NotDone:
        raise Refused(Why.NOT_ALLOWED, CROWDED) from None
    except (Unreachable, Closed, PeerFault, trio.TooSlowError):
        pass
    raise Refused(Why.BAD_REQUEST, SILENT)


def retire(running: RunningCircle, asked: c.RetireMailbox) -> c.Nothing:
    """The circle uses it no longer. What it holds is dropped with time."""
    room = running.room
    _expect_a_host(room)
    seen = room.ledger.view.mailboxes.get(bytes.fromhex(asked.mailbox))
    if seen is None:
        raise Refused(Why.BAD_REQUEST, "The circle has no such mailbox.")
    act = acts.Mailbox(seen.act.box, seen.act.peer, seen.act.addresses, seen.act.name, retired=True)
    with room.change() as change:
        running.outbox.act(change, Kind.MAILBOX, act)
        boxes.forget(room.db, room.row.circle_no, seen.act.box)
        change.circle = True
    running.postroom.look()
    return c.Nothing()


def listed(running: RunningCircle) -> list[c.Mailbox]:
    """The mailboxes of a circle, as this computer sees them."""
    room, view = running.room, running.room.ledger.view
    rows = {row.box: row for row in boxes.all_boxes(room.db, room.row.circle_no)}
    found = []
    for box, seen in view.mailboxes.items():
        owner = view.person_of(seen.first)
        post = running.postroom.of(box)
        due = _owner_due(running, rows.get(box), box)
        found.append(_row(post, box, seen.act.name, used=owner is not None and not owner.left,
                          mine=box in rows and rows[box].owner is not None, due=due,
                          owner=_name_of(room, seen.first)))  # fmt: skip
    return found


def _row(
    post: Post | None,
    box: bytes,
    name: str,
    *,
    used: bool,
    mine: bool,
    due: bool,
    owner: str,
) -> c.Mailbox:
    said = post.said if post is not None else None
    since = post.since if post is not None else None
    return c.Mailbox(
        mailbox=box.hex(), name=name, mine=mine, used=used, reachable=since is not None,
        since=moment(since) if since is not None else None,
        held=said.held if said is not None else None,
        bytes=said.used if said is not None else None,
        room=said.quota if said is not None else None,
        days=said.days if said is not None else None,
        full=post is not None and post.memory.full, owner_due=due,
        owner_name=owner,
    )  # fmt: skip


def _name_of(room: Room, device: DeviceId) -> str:
    member = room.ledger.view.owner.get(device)
    return room.ledger.name_of(member) if member is not None else ""


def _expect_a_host(room: Room) -> None:
    myself = room.ledger.myself()
    if myself is None or myself.left or myself.role is not Role.HOST:
        raise Refused(Why.NOT_ALLOWED, NO_HOST)


async def _nobody_home(stream: FrameStream) -> None:
    """Whoever asks for a box serves nobody."""
    await stream.close()


def _owner_due(running: RunningCircle, row: BoxRow | None, box: bytes) -> bool:
    """Whether keys of people who went may count there still.

    The owner knows what was ordered; others have tried an older key of their own.
    """
    room = running.room
    if row is not None and row.owner is not None:
        return not set(row.retained) <= set(keyed.retained(room))
    gone = any(person.removed is not None for person in room.ledger.view.people.values())
    post = running.postroom.of(box)
    return gone and (post is None or not post.ordered)
