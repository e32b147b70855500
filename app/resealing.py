"""The key that secrets are sealed to for this device: it grows old and is followed by another.

A device record tells the new one, and the latest counts. Whoever has not heard of it seals to the
one before; and may be apart for long, let somebody in, and be gone for good, so that the secrets by
which that somebody is understood come to the old key alone. So some old ones are kept. Keeping them
opens no more words: the epoch secrets that were sealed to them are in the same store.
"""

from app.circle import acts
from app.founding import Keys
from app.outbox import Outbox
from app.room import Room
from app.store import circles
from p2p.crypto import SEAL_SEED_SIZE, seal_public
from p2p.op import Kind

ROTATED_AFTER = 30 * 86_400_000  # ms
KEPT = 4  # keys, the newest among them: the oldest was followed three months before it goes


def settled(room: Room, outbox: Outbox) -> None:
    """All of authority is the same here and there: see whether a key is due."""
    known = circles.seal_keys(room.db, room.row.circle_no)
    if room.clock.now() - known[0].made_at >= ROTATED_AFTER:
        _rotate(room, outbox)


def _rotate(room: Room, outbox: Outbox) -> None:
    row, seed = room.row, room.entropy(SEAL_SEED_SIZE)
    keys = Keys(row.member_seed, row.device_seed, row.door_seed, seed).public()
    with room.change() as change:
        circles.add_seal_key(room.db, row.circle_no, (seal_public(seed), seed), room.clock.now())
        circles.forget_seal_keys(room.db, row.circle_no, but=KEPT)
        outbox.act(change, Kind.DEVICE, acts.Device(keys))
