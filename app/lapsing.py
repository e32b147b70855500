"""Words that have lapsed: which, and what stays of them.

What a circle keeps no longer loses its payload on every computer: header and signature stay, so the
logs have no holes and nobody fetches it again (protocol, section 6). Two computers that hold the
same op, one with and one without its payload, agree by the hour which of the two stays.
"""

import msgspec

from app.circle.retention import NOTHING, lapsed_for_some, lapsed_until
from app.room import Room
from p2p.envelope import seal
from p2p.op import SignedOp, strip, verify_signature


def until(room: Room) -> int:
    """The hour up to which words have lapsed here; `NOTHING` where none have."""
    keeps = room.ledger.view.keeps
    return lapsed_until(keeps, room.clock.hour()) if keeps else NOTHING


def soon(room: Room) -> int:
    """The hour up to which words count as lapsed where somebody's are without their payload."""
    return lapsed_until(room.ledger.view.keeps, room.clock.hour(), soon=True)


def perhaps(room: Room) -> int:
    """The hour up to which somebody may have taken words for lapsed, who knew of less."""
    return lapsed_for_some(room.ledger.view.keeps, room.clock.hour())


def joined(room: Room, one: SignedOp, other: SignedOp) -> SignedOp:
    """What stays of an op that came once with its payload and once without.

    Without where it lapses soon. The true signature of the two, or the lower of two that are none:
    what makes it authentic may be the op after it, and then either may be poor.
    """
    whole, bare = (other, one) if one.stripped else (one, other)
    best = min(whole, bare, key=lambda op: (not verify_signature(op), op.signature))
    op = msgspec.structs.replace(whole, signature=best.signature)
    return strip(op) if op.header.hour <= soon(room) else op


def sealed(room: Room, op: SignedOp) -> bytes | None:
    """The envelope of an op, the same on every computer; None where its epoch's secret has gone.

    So it may be where that was never proven, and what came to be known made it a lie.
    """
    secrets = room.ledger.keyring.get(op.header.epoch)
    keys = secrets.keys(op.header.log) if secrets is not None else None
    return seal(op, keys) if keys is not None else None
