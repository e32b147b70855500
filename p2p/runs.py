"""Which words are authentic: one signature at the head of a run serves the whole run.

Theory of operation. An op is authentic if its own signature holds, or if an authentic op right
after it in the same log names it as `prev`: the name is a hash over the whole header, so whoever
signed the later one vouched for the earlier one. Of a run that arrives together, or newest part
first, only the head's signature is looked at. What one op vouches for is remembered until it comes,
however long that takes; an op that nobody vouches for yet waits outside the set, and is no fault of
whoever brought it. Source: protocol, section 3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from p2p.ids import DeviceId, OpId
from p2p.op import SignedOp, verify_signature

_Named: TypeAlias = tuple[OpId, DeviceId, int]
"""An op that another names as the one before it, and the place (device, seq) where it has to be."""


@dataclass(slots=True)
class Vouched:
    """The ops that are not here and that authentic ops name as the one before them."""

    _awaited: set[_Named] = field(default_factory=set)

    def remember(self, ops: Iterable[SignedOp]) -> None:
        """These are authentic and here, and what they name as `prev` is not."""
        for op in ops:
            if op.header.seq:
                self._awaited.add(_before(op))

    def linked(self, ops: Iterable[SignedOp]) -> None:
        """The ops before these are here after all."""
        self._awaited.difference_update(_before(op) for op in ops)

    def awaits(self, op: SignedOp) -> bool:
        """Whether an authentic op has this one as its `prev`, in this very place."""
        return _itself(op) in self._awaited

    def part(self, ops: Sequence[SignedOp]) -> tuple[list[SignedOp], list[SignedOp]]:
        """Part ops of any logs into authentic ones and others, and learn from the former.

        Heads first, so that a run costs one signature. Gives the authentic ones in that order.
        """
        authentic: list[SignedOp] = []
        others: list[SignedOp] = []
        awaited = self._awaited
        come: set[OpId] = set()
        for op in sorted(ops, key=_heads_first):
            # Twins of one op stand side by side here: what is said of one is said of each.
            itself = _itself(op)
            if itself in awaited:
                awaited.discard(itself)
            elif op.op_id not in come and not verify_signature(op):
                others.append(op)
                continue
            authentic.append(op)
            come.add(op.op_id)
            if op.header.seq:
                awaited.add(_before(op))
        return authentic, others


def _itself(op: SignedOp) -> _Named:
    header = op.header
    return op.op_id, header.device, header.seq


def _before(op: SignedOp) -> _Named:
    header = op.header
    return header.prev, header.device, header.seq - 1


def _heads_first(op: SignedOp) -> tuple[bytes, int]:
    header = op.header
    return header.device, -header.seq
