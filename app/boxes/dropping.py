"""What lapsed leaves a mailbox too: its owner has the whole envelopes dropped.

When words lapse each computer has another envelope of them, without their payload, and pays that
in. The one with the payload would lie there until it is as old as a mailbox keeps anything. Only
the owner's key has something dropped, so nobody else does it, and it is done at the owner's visits.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from app import lapsing
from app.boxes.known import Known
from app.circle.retention import AHEAD
from app.opening import Opening
from app.room import Room
from app.store import boxes, stripped
from p2p.envelope import peek
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.mailbox import capability
from p2p.mailbox.caller import Caller, NotDone
from p2p.mailbox.wire import MAX_IDS
from p2p.op import Log

if TYPE_CHECKING:
    from app.boxes.visit import Memory

MOST = 1 << 16  # ids of what is to be dropped that are remembered


def remember(room: Room, memory: "Memory", given: Mapping[EnvelopeId, bytes]) -> None:
    """Note which of these that lie there are whole, and of words that are here without payload."""
    opening = Opening(room.ledger, room.row.circle)
    until = lapsing.until(room)
    for name, envelope in given.items():
        try:
            seen = peek(envelope)
            if seen.envelope_class is not Log.WORDS or seen.hour > until:
                continue
            op = opening.open(envelope, seen)
        except PeerFault:  # by whom it was left nobody knows
            continue
        whole = op is not None and not op.stripped and len(memory.lapsed) < MOST
        if op is not None and whole and stripped.is_here(room.db, room.row.circle_no, op.op_id):
            memory.lapsed[name] = seen.hour


async def order(room: Room, caller: Caller, known: Known, memory: "Memory") -> None:
    """Have dropped what lapsed by everybody's clock.

    Whose clock is before ours may hold it whole for a day, and would bring it again.
    """
    until = lapsing.until(room) - AHEAD
    ready = [name for name, hour in memory.lapsed.items() if hour <= until]
    for start in range(0, len(ready), MAX_IDS):
        part = ready[start : start + MAX_IDS]
        if not await _ordered(room, caller, known, part):
            return
        for name in part:
            del memory.lapsed[name]


async def _ordered(room: Room, caller: Caller, known: Known, ids: Iterable[EnvelopeId]) -> bool:
    counter = boxes.next_counter(room.db, room.row.circle_no, known.box, room.clock.now())
    if known.owner is None or counter is None:
        return False
    try:
        await caller.do(capability.dropping(known.owner, known.box, known.peer, ids, counter))
    except NotDone:  # an order of another day had a greater number: our clock was put back
        return False
    with room.db.write():
        boxes.counted(room.db, room.row.circle_no, known.box, counter)
    return True
