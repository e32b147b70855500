"""Where members' computers are, said through a mailbox: address cards, sealed for the circle.

Two who never met know each other's addresses by this, and can go on to talk directly, or through
the mailbox. Each leaves its own card under a tag that only holders of the epoch can work out, and
looks for those of the others.
"""

from typing import TYPE_CHECKING

from app import epochs
from app.boxes.known import Known
from app.room import Room
from app.shelf import RoomShelf
from app.store import circles
from p2p import wire
from p2p.errors import OurFault, PeerFault
from p2p.ids import EpochId
from p2p.mailbox import capability, parcel
from p2p.mailbox import wire as box_wire
from p2p.mailbox.caller import Caller

if TYPE_CHECKING:
    from app.boxes.visit import Memory

AT_ONCE = 16  # tags in one question: under each may lie four parcels
EPOCHS = 2  # the newest held here in which others' cards are looked for


async def leave(room: Room, caller: Caller, known: Known, memory: "Memory") -> None:
    """Say where we are, where that is news there."""
    ledger = room.ledger
    epoch = epochs.usable(ledger.view, ledger.keyring)
    card = circles.cards_of(room.db, room.row.circle_no).get(ledger.device)
    secret = _secret(room, epoch) if epoch is not None else None
    if epoch is None or card is None or secret is None or memory.card == (epoch, card.counter):
        return
    tag = capability.tag_card(secret, ledger.device, known.box)
    key = capability.card_key(secret, known.box)
    sealed = parcel.seal_shared(key, tag, wire.encode(wire.Cards([card])), room.entropy)
    await caller.do(box_wire.PutParcels([box_wire.Parcel(tag, sealed)]))
    memory.card = epoch, card.counter


async def collect(
    room: Room, caller: Caller, known: Known, shelf: RoomShelf
) -> list[wire.Card]:  # fmt: skip
    """Where the others are; the cards that are news."""
    ledger = room.ledger
    others = [one for one in ledger.view.devices() if one != ledger.device]
    order = epochs.deepest_first(ledger.view, ledger.keyring.readable())[:EPOCHS]
    keys: dict[bytes, bytes] = {}
    for epoch in order:
        secret = _secret(room, epoch)
        if secret is not None:
            key = capability.card_key(secret, known.box)
            keys |= {capability.tag_card(secret, one, known.box): key for one in others}
    tags, news = list(keys), []
    for start in range(0, len(tags), AT_ONCE):
        part = tags[start : start + AT_ONCE]
        answer = await caller.ask(wire.Collect(part))
        if not isinstance(answer, wire.Parcels):
            raise PeerFault("an answer to something else")
        for sealed in answer.parcels:
            frame = parcel.open_shared({tag: keys[tag] for tag in part}, sealed)
            news += _taken(shelf, frame) if frame is not None else []
    return news


def _taken(shelf: RoomShelf, frame: bytes) -> list[wire.Card]:
    try:
        told = wire.decode(frame)
        return shelf.take_cards(told.cards) if isinstance(told, wire.Cards) else []
    except (PeerFault, OurFault):
        return []  # by whom it was left nobody knows; the others are heard all the same


def _secret(room: Room, epoch: EpochId) -> bytes | None:
    secrets = room.ledger.keyring.get(epoch)
    return secrets.authority if secrets is not None else None
