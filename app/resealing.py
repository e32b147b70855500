"""The key that secrets are sealed to for this device: it grows old and is followed by another.

A device record tells the new one, and the latest counts. What was sealed to the old one may be on
its way still, so that is forgotten a while later, once everything of authority has been gone
through with somebody who then knew the new one.
"""

from app.circle import acts
from app.founding import Keys
from app.outbox import Outbox
from app.room import Room
from app.store import circles
from p2p.crypto import SEAL_SEED_SIZE, seal_public
from p2p.op import Kind

ROTATED_AFTER = 30 * 86_400_000  # ms
FORGOTTEN_AFTER = 86_400_000  # ms since the next was made


def settled(room: Room, outbox: Outbox) -> None:
    """All of authority is the same here and there: see whether a key is due, or one to go."""
    known = circles.seal_keys(room.db, room.row.circle_no)
    newest = known[0]
    age = room.clock.now() - newest.made_at
    if age >= ROTATED_AFTER:
        _rotate(room, outbox)
    elif len(known) > 1 and age >= FORGOTTEN_AFTER and _told(room, newest.public):
        with room.db.write():
            circles.forget_seal_keys(room.db, room.row.circle_no, but=newest.public)


def _rotate(room: Room, outbox: Outbox) -> None:
    row, seed = room.row, room.entropy(SEAL_SEED_SIZE)
    keys = Keys(row.member_seed, row.device_seed, row.door_seed, seed).public()
    with room.change() as change:
        circles.add_seal_key(room.db, row.circle_no, (seal_public(seed), seed), room.clock.now())
        outbox.act(change, Kind.DEVICE, acts.Device(keys))


def _told(room: Room, public: bytes) -> bool:
    """Whether the record that tells of a key holds."""
    mine = room.ledger.view.devices().get(room.ledger.device)
    return mine is not None and mine.seal == public
