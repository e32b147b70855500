"""Address cards: where each computer of a circle says that it can be reached, signed by itself."""

from collections.abc import Sequence

from app.room import Room
from app.store import circles
from p2p.crypto import sign, verify
from p2p.errors import PeerFault
from p2p.host import well_formed
from p2p.ids import DeviceId
from p2p.wire import Card

CARD = "hearthside/card/1"


class Cards:
    """Those that one room knows: the newest of each."""

    def __init__(self, room: Room) -> None:
        """They are kept in its store."""
        self._room = room

    def write(self, addresses: Sequence[str]) -> Card:
        """Write our own: where we can be reached now; newer than all before."""
        room = self._room
        with room.db.write():
            # Never behind what a disk that was put back had told: so not a bare count.
            counter = circles.count_card(room.db, room.row.circle_no, room.clock.now())
            told = list(addresses)[:16]
            signed = message(room.row.circle, counter, told)
            card = Card(
                device=room.ledger.device, counter=counter, addresses=told,
                signature=sign(room.row.device_seed, CARD, signed),
            )  # fmt: skip
            circles.keep_cards(room.db, room.row.circle_no, [card])
        return card

    def known(self) -> list[Card]:
        """The newest of every current device, our own too."""
        members = self._room.ledger.view.devices()
        known = circles.cards_of(self._room.db, self._room.row.circle_no)
        return [card for device, card in known.items() if device in members]

    def take(self, cards: Sequence[Card]) -> list[Card]:
        """Keep what is newer; answers with those that were. Raises `PeerFault` on a false one."""
        room = self._room
        members = room.ledger.view.devices()
        known = circles.cards_of(room.db, room.row.circle_no)
        newer: dict[DeviceId, Card] = {}
        for card in cards:
            device = DeviceId(card.device)
            if device not in members or device == room.ledger.device:
                continue
            if not all(well_formed(address) for address in card.addresses):
                raise PeerFault("a card with an address that is none")
            if device in known and known[device].counter >= card.counter:
                continue
            signed = message(room.row.circle, card.counter, card.addresses)
            if not verify(card.device, CARD, signed, card.signature):
                raise PeerFault("a card not signed by its device")
            known[device] = newer[device] = card
        if newer:
            with room.db.write():
                circles.keep_cards(room.db, room.row.circle_no, newer.values())
        return list(newer.values())


def message(circle: bytes, counter: int, addresses: Sequence[str]) -> bytes:
    """What a card is signed over."""
    # Each with its length, or one address with a break in it would pass for two.
    told = [address.encode() for address in addresses]
    parts = b"".join(len(part).to_bytes(2, "big") + part for part in told)
    return circle + counter.to_bytes(8, "big") + parts
