"""The words of one circle as chains: which op follows which, here and where it says it does.

Two things hang on it. An op is authentic by its own signature or by the one after it (`p2p.runs`);
and an op whose place says that another came before it than the one it names does not count, in any
order of arrival. Memory follows the disk: after a failed transaction it is read anew.
"""

from dataclasses import dataclass, field

from app.store import ops
from app.store.db import Database
from app.store.ops import Held
from p2p.ids import CircleId, OpId
from p2p.op import Log, SignedOp
from p2p.runs import Spot, Vouched


@dataclass(slots=True)
class Neighbourhood:
    """What is held in the places of some ops, and right before and behind them."""

    held: dict[Spot, list[Held]] = field(default_factory=dict)

    def twin(self, op: SignedOp) -> Held | None:
        """The same op, if it is here."""
        for other in self.here(op):
            if other.op == op.op_id:
                return other
        return None

    def here(self, op: SignedOp) -> list[Held]:
        """What is held in an op's own place."""
        return self.held.get(Spot(op.header.device, op.header.seq), [])

    def add(self, op: SignedOp, held: Held) -> None:
        """One more is here."""
        self.held.setdefault(Spot(op.header.device, op.header.seq), []).append(held)

    def before(self, op: SignedOp) -> list[OpId]:
        """What is held in the place before an op's."""
        header = op.header
        spot = Spot(header.device, header.seq - 1)
        return [held.op for held in self.held.get(spot, ())] if header.seq else []

    def behind(self, op: SignedOp) -> list[Held]:
        """What is held in the place behind an op's."""
        header = op.header
        return list(self.held.get(Spot(header.device, header.seq + 1), ()))


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
        seqs: dict[bytes, set[int]] = {}
        for op in new:
            seq = op.header.seq
            seqs.setdefault(op.header.device, set()).update((max(seq - 1, 0), seq, seq + 1))
        found = Neighbourhood()
        for op in {one.header.device: one for one in new}.values():
            device = op.header.device
            places = ops.at_places(
                self._db, self._circle_no, Log.WORDS, device, sorted(seqs[device])
            )
            for seq, held in places.items():
                found.held[Spot(device, seq)] = held
        return found
