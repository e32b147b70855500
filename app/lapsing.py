"""Words that have lapsed: which, and what stays of them.

What a circle keeps no longer loses its payload on every computer: header and signature stay, so the
logs have no holes and nobody fetches it again (protocol, section 6). Two computers that hold the
same op, one with and one without its payload, agree by the hour which of the two stays.
"""

from app.circle.retention import DAY, NOTHING, lapsed_for_some, lapsed_until
from app.room import Room
from p2p.envelope import seal
from p2p.ids import EnvelopeId
from p2p.op import SignedOp, verify_signature

AHEAD = DAY  # hours by which the clock of whoever stripped an op may be before ours


def until(room: Room) -> int:
    """The hour up to which words have lapsed here; `NOTHING` where none have."""
    keeps = room.ledger.view.keeps
    return lapsed_until(keeps, room.clock.hour()) if keeps else NOTHING


def soon(room: Room) -> int:
    """The hour up to which words count as lapsed where somebody's are without their payload."""
    keeps = room.ledger.view.keeps
    return lapsed_until(keeps, room.clock.hour(), AHEAD) if keeps else NOTHING


def perhaps(room: Room) -> int:
    """The hour up to which somebody may have taken words for lapsed, who knew of less."""
    return lapsed_for_some(room.ledger.view.keeps, room.clock.hour(), AHEAD)


def worth(room: Room, name: EnvelopeId, op: SignedOp) -> tuple[bool, bool, EnvelopeId]:
    """Of two envelopes of one op the lower worth stays.

    One with a true signature; then without its payload where it has lapsed, with it where not; then
    the lower id.
    """
    return not verify_signature(op), op.stripped is not (op.header.hour <= soon(room)), name


def sealed(room: Room, op: SignedOp) -> bytes | None:
    """The envelope of an op, the same on every computer; None where its epoch's secret has gone.

    So it may be where that was never proven, and what came to be known made it a lie.
    """
    secrets = room.ledger.keyring.get(op.header.epoch)
    keys = secrets.keys(op.header.log) if secrets is not None else None
    return seal(op, keys) if keys is not None else None
