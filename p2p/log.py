"""What follows from what: the causal order of authority ops.

Theory of operation. Every authority op names its predecessor in its device's log and up to four
authority heads; both are edges into its past. From these edges alone come the depth of an op (the
longest way back to the founding), its *authority past* (everything reachable), the heads (named by
nobody) and the total order in which all computers fold: (depth, op id). An op whose past is not
all here is *waiting*; it becomes ready when the missing one arrives. Source: protocol, section 7.

Pasts are kept as integers used as bit sets (bit i = the i-th op in `order`), so that "was x known
when y was written" is one shift, also in a circle with thousands of ops.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from p2p.ids import ZERO, OpId
from p2p.op import AUTHORITY_HEADS_LIMIT, Header


@dataclass(frozen=True, slots=True)
class Placed:
    """An op with its place: depth from the founding, index in the order, its past as bits."""

    op: OpId
    header: Header
    depth: int
    index: int
    past: int


@dataclass(frozen=True, slots=True)
class Order:
    """All ready ops in fold order, and those that wait for something missing."""

    placed: tuple[Placed, ...]
    waiting: frozenset[OpId]
    missing: frozenset[OpId]
    heads: tuple[OpId, ...]

    def before(self, earlier: int, later: Placed) -> bool:
        """Whether the op at index `earlier` lies in the authority past of `later`."""
        return bool(later.past >> earlier & 1)


def parents(header: Header) -> frozenset[OpId]:
    """The ops that a header's authority past begins with: prev (in this log) and heads."""
    named = set(header.authority_heads)
    if header.log == 0:
        named.add(header.prev)
    return frozenset(OpId(op) for op in named if op != ZERO)


def arrange(headers: Iterable[tuple[OpId, Header]]) -> Order:
    """Put authority ops into their one order. The same set gives the same order on every machine.

    Ops that name one that is not among them wait, and so do all that name a waiting one. A cycle
    can't be made (an id is a hash over what it names), so it is not looked for.
    """
    known = dict(headers)
    named = {op: parents(header) for op, header in known.items()}
    missing = frozenset(p for ps in named.values() for p in ps if p not in known)
    children: dict[OpId, list[OpId]] = {}
    due: dict[OpId, int] = {}
    for op, before in named.items():
        due[op] = len(before)
        for parent in before:
            children.setdefault(parent, []).append(op)
    depth: dict[OpId, int] = {}
    ready = [op for op, count in due.items() if count == 0]
    while ready:
        op = ready.pop()
        depth[op] = 1 + max((depth[p] for p in named[op]), default=-1)
        for child in children.get(op, ()):
            due[child] -= 1
            if due[child] == 0:
                ready.append(child)
    ordered = sorted(depth, key=lambda op: (depth[op], op))
    index = {op: number for number, op in enumerate(ordered)}
    pasts: list[int] = []
    placed: list[Placed] = []
    for number, op in enumerate(ordered):
        past = 0
        for parent in named[op]:
            at = index[parent]
            past |= pasts[at] | 1 << at
        pasts.append(past)
        placed.append(Placed(op, known[op], depth[op], number, past))
    covered = {p for op in ordered for p in named[op]}
    heads = sorted((op for op in ordered if op not in covered), key=lambda op: (-depth[op], op))
    return Order(
        tuple(placed),
        frozenset(known) - frozenset(depth),
        missing,
        tuple(heads),
    )


def heads_to_name(order: Order, without: frozenset[OpId] = frozenset()) -> tuple[OpId, ...]:
    """The authority heads a new op names: at most four, deepest first, then lowest id.

    `without`: ops that are not to be named, and need not be known to whoever reads the new one.
    """
    heads = order.heads
    if without:
        left = [one for one in order.placed if one.op not in without]
        covered = 0
        for one in left:
            covered |= one.past
        ends = [one for one in left if not covered >> one.index & 1]
        heads = tuple(one.op for one in sorted(ends, key=lambda one: (-one.depth, one.op)))
    return heads[:AUTHORITY_HEADS_LIMIT]
