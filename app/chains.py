"""The words of one circle as chains: which op follows which, here and where it says it does.

Two things hang on it. An op is authentic by its own signature or by the one after it (`p2p.runs`);
and an op whose place says that another came before it than the one it names does not count, in any
order of arrival. Memory follows the disk: after a failed transaction it is read anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.store import ops
from app.store.db import Database
from app.store.ops import Held
from p2p.ids import CircleId, DeviceId, OpId
from p2p.op import Log, SignedOp
from p2p.runs import Vouched


@dataclass(slots=True)
class Neighbourhood:
    """What is held in the places of some ops, and right before and behind them.

    A place is a plain (device, seq): a hundred thousand posts ask for half a million of them.
    """

    held: dict[tuple[DeviceId, int], list[Held]] = field(default_factory=dict)

    def twin(self, op: SignedOp) -> Held | None:
        """The same op, if it is here."""
        for other in self.here(op):
            if other.op == op.op_id:
                return other
        return None

    def here(self, op: SignedOp) -> Sequence[Held]:
        """What is held in an op's own place."""
        header = op.header
        return self.held.get((header.device, header.seq), ())

    def add(self, op: SignedOp, held: Held) -> bool:
        """One more is here. Whether another op is in its place: that is a fork."""
        header = op.header
        here = self.held.setdefault((header.device, header.seq), [])
        here.append(held)
        return len(here) > 1 and any(other.op != held.op for other in here)

    def before(self, op: SignedOp) -> list[OpId]:
        """What is held in the place before an op's."""
        header = op.header
        here = self.held.get((header.device, header.seq - 1), ()) if header.seq else ()
        return [held.op for held in here]

    def behind(self, op: SignedOp) -> Sequence[Held]:
        """What is held in the place behind an op's."""
        header = op.header
        return self.held.get((header.device, header.seq + 1), ())


def is_linked(op: SignedOp, before: list[OpId]) -> bool:
    """Whether the op that this one names as `prev` is in the place before it."""
    return not op.header.seq or op.header.prev in before


def an_op_follows_the_one_before_it(op: SignedOp, before: list[OpId]) -> bool:
    """Void otherwise: another op is in the place before it than the one it names.

    With nothing there it counts, and the hole is shown.
    """
    return not before or is_linked(op, before)


class Chains:
    """The chains of one circle."""

    def __init__(self, db: Database, circle_no: int, circle: CircleId) -> None:
        """Nothing is read before it is asked for."""
        self._db = db
        self._circle_no = circle_no
        self._circle = circle
        self._vouched: Vouched | None = None

    @property
    def vouched(self) -> Vouched:
        """What the ops here vouch for and is not here."""
        if self._vouched is None:
            self._vouched = Vouched()
            rows = ops.unlinked(self._db, self._circle_no)
            self._vouched.remember(ops.one(self._db, self._circle, row) for row in rows)
        return self._vouched

    def forget(self) -> None:
        """A transaction failed: read anew when asked."""
        self._vouched = None

    def around(self, new: list[SignedOp]) -> Neighbourhood:
        """What is held around ops that are about to be kept."""
        seqs: dict[DeviceId, set[int]] = {}
        for op in new:
            header = op.header
            of = seqs.get(header.device)
            if of is None:
                of = seqs[header.device] = set()
            of.add(header.seq)
        found = Neighbourhood()
        for device, own in seqs.items():
            near = sorted(own.union((seq - 1 for seq in own if seq), (seq + 1 for seq in own)))
            places = ops.at_places(self._db, self._circle_no, Log.WORDS, device, near)
            for seq, held in places.items():
                found.held[device, seq] = held
        return found
