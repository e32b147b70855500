"""Who holds whose words, said through a mailbox: to authors who are not here when we are.

Each says it for each author in a parcel of its own, which only that author's computer can find and
open. What is said is what a conversation would say (`app.holdings`), signed by its holder.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from app.boxes.known import Known
from app.room import Room
from app.shelf import RoomShelf
from app.store import circles, holdings
from p2p import wire
from p2p.crypto import seal_public
from p2p.errors import OurFault, PeerFault
from p2p.ids import DeviceId
from p2p.mailbox import capability, parcel
from p2p.mailbox import wire as box_wire
from p2p.mailbox.caller import Caller

if TYPE_CHECKING:
    from app.boxes.visit import Memory

KEYS = 2  # of our seal keys, the newest, to look under: each is a question for each member
AT_ONCE = 16  # tags in one question: under each may lie four parcels


async def leave(  # noqa: PLR0917 - one mailbox's parts
    room: Room, caller: Caller, known: Known, memory: "Memory", shelf: RoomShelf,
    here: Callable[[], set[DeviceId]],
) -> None:  # fmt: skip
    """Say to each author who is not here what of their words is held on this computer."""
    me, devices = room.ledger.device, room.ledger.view.devices()
    away = [one for one in devices if one != me and one not in here()]
    shelf.hold(away)
    said = holdings.of_pairs(room.db, room.row.circle_no, [(me, author) for author in away])
    left: list[box_wire.Parcel] = []
    for (_, author), one in said.items():
        if memory.receipts.get(author, -1) >= one.counter:
            continue
        memory.receipts[author] = one.counter
        seal = devices[author].seal
        tag = capability.tag_held(seal, me, known.box)
        try:
            told = parcel.seal(seal, tag, wire.encode(wire.Holdings([one])))
        except PeerFault:  # a seal key that is none harms only its owner
            continue
        left.append(box_wire.Parcel(tag, told))
    for start in range(0, len(left), box_wire.MAX_PARCELS):
        await caller.do(box_wire.PutParcels(left[start : start + box_wire.MAX_PARCELS]))


async def collect(room: Room, caller: Caller, known: Known, shelf: RoomShelf) -> None:
    """Hear on whose computers our words are."""
    me = room.ledger.device
    seeds = [seed for _, seed in circles.seal_seeds(room.db, room.row.circle_no)][:KEYS]
    others = [one for one in room.ledger.view.devices() if one != me]
    tags = [
        capability.tag_held(seal_public(seed), other, known.box)
        for seed in seeds for other in others
    ]  # fmt: skip
    for start in range(0, len(tags), AT_ONCE):
        part = tags[start : start + AT_ONCE]
        answer = await caller.ask(wire.Collect(part))
        if not isinstance(answer, wire.Parcels):
            raise PeerFault("an answer to something else")
        _take(shelf, (parcel.open_(seeds, part, sealed) for sealed in answer.parcels))


def _take(shelf: RoomShelf, frames: Iterable[bytes | None]) -> None:
    for frame in frames:
        if frame is None:
            continue
        try:
            told = wire.decode(frame)
            if isinstance(told, wire.Holdings):
                shelf.take_holdings(told.holdings)
        except (PeerFault, OurFault):
            continue  # by whom it was left nobody knows; the others are heard all the same
