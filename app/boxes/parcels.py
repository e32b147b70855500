"""What lies at a mailbox for one computer each: secrets of epochs, and that it is out.

Theory of operation. An epoch's secrets lie for each member's computer under a tag made from its
seal key and the epoch, which it looks for as soon as it has heard of the epoch. Where the owner has
said that the keys of earlier epochs count no more, what followed lies under a tag made from one of
these: so whoever was away meanwhile, and is still a member, comes in again, and nobody else. Who
was removed finds there by whom, and why. Every parcel is sealed to its one reader, and of one of
two sizes.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from app import epochs
from app.boxes import known as keyed
from app.boxes.known import Known
from app.room import Room
from app.shelf import RoomShelf
from app.store import boxes, circles
from p2p import wire
from p2p.crypto import seal_public
from p2p.errors import OurFault, PeerFault
from p2p.ids import DeviceId, EpochId
from p2p.mailbox import capability, parcel
from p2p.mailbox import wire as box_wire
from p2p.mailbox.caller import Caller, NotDone

if TYPE_CHECKING:
    from app.boxes.visit import Memory

Tag: TypeAlias = Callable[[bytes, bytes, bytes], bytes]
"""Where something lies, by a seal key, an epoch and a box."""


FRESH = 8  # epochs of a circle whose history is fresh that are left for each computer
AFTER = 8  # retired epochs, the deepest, from which there is a way on


# -- for us ----------------------------------------------------------------------------------------


async def collect(room: Room, caller: Caller, known: Known, shelf: RoomShelf) -> bool:
    """Look for secrets of epochs that we have heard of and lack; whether one was learned."""
    ledger = room.ledger
    lacking = [
        epoch for epoch in ledger.view.epochs
        if (secrets := ledger.keyring.get(epoch)) is None or secrets.words is None
    ]  # fmt: skip
    order = epochs.deepest_first(ledger.view, lacking)
    return await _collect(room, caller, shelf, order[: wire.MAX_TAGS], known.box, capability.tag_of)


async def find_the_way(room: Room, caller: Caller, known: Known, shelf: RoomShelf) -> bool:
    """None of our keys counts any more: look for what followed. Whether a secret was learned.

    Or that we are out, which ends the circle here.
    """
    ledger = room.ledger
    order = epochs.deepest_first(ledger.view, ledger.keyring.epochs())
    return await _collect(room, caller, shelf, order[:AFTER], known.box, capability.tag_after)


async def _collect(  # noqa: PLR0917 - one question's parts
    room: Room, caller: Caller, shelf: RoomShelf, order: Sequence[EpochId], box: bytes,
    tag: Tag,
) -> bool:  # fmt: skip
    seeds = [seed for _, seed in circles.seal_seeds(room.db, room.row.circle_no)]
    tags = [tag(seal_public(seed), epoch, box) for epoch in order for seed in seeds]
    learned = False
    for start in range(0, len(tags), wire.MAX_TAGS):
        part = tags[start : start + wire.MAX_TAGS]
        answer = await caller.ask(wire.Collect(part))
        if not isinstance(answer, wire.Parcels):
            raise PeerFault("an answer to something else")
        for sealed in answer.parcels:
            frame = parcel.open_(seeds, part, sealed)
            learned = (frame is not None and _learn(shelf, frame)) or learned
    return learned


def _learn(shelf: RoomShelf, frame: bytes) -> bool:
    try:
        told = wire.decode(frame)
    except PeerFault:
        return False
    if isinstance(told, wire.Removed):
        with suppress(PeerFault, OurFault):  # by whom it was left nobody knows
            shelf.take_farewell(told)
        return False
    if not isinstance(told, wire.Grants):
        return False
    taken = [shelf.take_grant(grant) for grant in told.grants]  # each of them
    return any(taken)


# -- for the others --------------------------------------------------------------------------------


async def grants(
    room: Room, caller: Caller, known: Known, memory: "Memory", shelf: RoomShelf
) -> None:
    """Leave the secrets of the epochs that are used now, for each computer that may have them."""
    ledger = room.ledger
    wanted: dict[bytes, tuple[DeviceId, bytes, EpochId]] = {}
    for device, keys in ledger.view.devices().items():
        if device == ledger.device:
            continue
        for epoch in shelf.lacking(device, frozenset())[:FRESH]:
            tag = capability.tag_of(keys.seal, epoch, known.box)
            if tag not in memory.there:
                wanted[tag] = device, keys.seal, epoch
    names = list(wanted)
    for start in range(0, len(names), box_wire.MAX_TAGS):
        part = names[start : start + box_wire.MAX_TAGS]
        answer = await caller.ask(box_wire.Lacking(part))
        if not isinstance(answer, box_wire.Absent):
            raise PeerFault("an answer to something else")
        absent = [tag for tag in answer.tags if tag in wanted]
        await _leave(caller, [one for tag in absent for one in _granted(shelf, tag, *wanted[tag])])
        memory.there.update(part)


def _granted(
    shelf: RoomShelf, tag: bytes, device: DeviceId, seal: bytes, epoch: EpochId
) -> Iterable[box_wire.Parcel]:
    told = shelf.grant(device, [epoch])
    if told:
        try:
            sealed = parcel.seal(seal, tag, wire.encode(wire.Grants(told)))
        except PeerFault:  # a seal key that is none harms only its owner
            return
        yield box_wire.Parcel(tag, sealed)


async def _leave(caller: Caller, left: Sequence[box_wire.Parcel]) -> None:
    for start in range(0, len(left), box_wire.MAX_PARCELS):
        await caller.do(box_wire.PutParcels(list(left[start : start + box_wire.MAX_PARCELS])))


async def keys(
    room: Room, caller: Caller, known: Known, memory: "Memory", shelf: RoomShelf
) -> None:
    """Bring the key of the epoch that is used now; as the owner say which keys count."""
    if known.owner is not None:
        await _order(room, caller, known, shelf)
        return
    epoch = epochs.usable(room.ledger.view, room.ledger.keyring)
    key = keyed.public(room, epoch, known.box) if epoch is not None else None
    if key is None or key in memory.succeeded:
        return
    try:
        await caller.do(box_wire.Succeed(key))
    except NotDone:
        return  # there are as many as may be; the owner will say which count
    memory.succeeded.add(key)


async def _order(room: Room, caller: Caller, known: Known, shelf: RoomShelf) -> None:
    rows = boxes.all_boxes(room.db, room.row.circle_no)
    row = next((one for one in rows if one.box == known.box), None)
    counting = keyed.retained(room)
    if row is None or known.owner is None or not counting:
        return
    if set(row.retained) == set(counting):
        return
    gone = [EpochId(epoch) for epoch in row.retained if epoch not in set(counting)]
    await _leave_the_way(room, caller, known, shelf, gone)
    await _tell_who_is_out(room, caller, known, shelf, gone)
    public = [keyed.public(room, epoch, known.box) for epoch in counting]
    counter = boxes.next_counter(room.db, room.row.circle_no, known.box, room.clock.now())
    if counter is None:
        return
    order = capability.retaining(
        known.owner, known.box, known.peer, [key for key in public if key is not None], counter
    )
    await caller.do(order)
    with room.db.write():
        boxes.retained(room.db, room.row.circle_no, known.box, counting, counter)


async def _leave_the_way(
    room: Room, caller: Caller, known: Known, shelf: RoomShelf, gone: Sequence[EpochId]
) -> None:
    """Before keys are retired: a way on from them for each computer that is still a member's."""
    ledger = room.ledger
    for device, device_keys in ledger.view.devices().items():
        newest = shelf.lacking(device, frozenset())[:1] if device != ledger.device else ()
        for epoch in newest:
            for old in epochs.deepest_first(ledger.view, gone)[:AFTER]:
                tag = capability.tag_after(device_keys.seal, old, known.box)
                left = list(_granted(shelf, tag, device, device_keys.seal, epoch))
                await _leave(caller, left)


async def _tell_who_is_out(
    room: Room, caller: Caller, known: Known, shelf: RoomShelf, gone: Sequence[EpochId]
) -> None:
    """Before keys are retired: to whoever was removed and held them, by whom and why.

    Else they would find the mailbox silent, and wait for it.
    """
    view = room.ledger.view
    order = epochs.deepest_first(view, gone)[:AFTER]
    for person in view.people.values():
        for device, device_keys in person.devices.items():
            told = shelf.farewell(device_keys.door) if device not in view.devices() else None
            if isinstance(told, wire.Removed):
                held = [old for old in order if device in epochs.may_know(view, old)]
                seal = device_keys.seal
                tags = [capability.tag_after(seal, old, known.box) for old in held]
                await _leave(caller, [one for tag in tags for one in _farewell(told, tag, seal)])


def _farewell(told: wire.Removed, tag: bytes, seal: bytes) -> Iterable[box_wire.Parcel]:
    """In a parcel, which has no room for what it stands on: they know what lay there before."""
    frame = wire.encode(msgspec.structs.replace(told, acts=[]))
    with suppress(PeerFault, OurFault):  # a seal key that is none harms only its owner
        yield box_wire.Parcel(tag, parcel.seal(seal, tag, frame))
