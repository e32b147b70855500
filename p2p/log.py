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


class Arranging:
    """The order of a set of authority ops that grows.

    What sorts behind all that is placed is put there, and all others keep their place and their
    past. That is how nearly every op comes. One that sorts further up moves what is behind it, and
    with that the meaning of all pasts; then everything is placed anew.
    """

    def __init__(self) -> None:
        """Begins empty."""
        self._headers: dict[OpId, Header] = {}
        self._named: dict[OpId, frozenset[OpId]] = {}
        self._depth: dict[OpId, int] = {}  # of all that do not wait
        self._due: dict[OpId, int] = {}  # of those that wait: for how many of those they name
        self._children: dict[OpId, list[OpId]] = {}  # who waits for an op
        self._fresh: list[OpId] = []  # no longer waiting, not placed yet
        self._placed: list[Placed] = []
        self._index: dict[OpId, int] = {}
        self._uncovered: set[OpId] = set()  # named by none of those that are placed

    def add(self, op: OpId, header: Header) -> None:
        """One more op; whatever waited for it alone is ready with it."""
        if op in self._headers:
            return
        self._headers[op] = header
        named = self._named[op] = parents(header)
        lacking = [parent for parent in named if parent not in self._depth]
        for parent in lacking:
            self._children.setdefault(parent, []).append(op)
        if lacking:
            self._due[op] = len(lacking)
            return
        ready = [op]
        while ready:
            one = ready.pop()
            self._depth[one] = 1 + max((self._depth[p] for p in self._named[one]), default=-1)
            self._fresh.append(one)
            for child in self._children.pop(one, ()):
                self._due[child] -= 1
                if not self._due[child]:
                    del self._due[child]
                    ready.append(child)

    def order(self) -> tuple[Order, int]:
        """The order of all that was added, and how many at its beginning stand as they stood."""
        fresh = sorted(self._fresh, key=self._turn)
        self._fresh = []
        if fresh and self._placed and self._turn(fresh[0]) < self._turn(self._placed[-1].op):
            fresh = sorted(self._depth, key=self._turn)
            self._placed, self._index, self._uncovered = [], {}, set()
        standing = len(self._placed)
        for op in fresh:
            self._place(op)
        heads = sorted(self._uncovered, key=lambda op: (-self._depth[op], op))
        missing = frozenset(p for p in self._children if p not in self._headers)
        return Order(tuple(self._placed), frozenset(self._due), missing, tuple(heads)), standing

    def _turn(self, op: OpId) -> tuple[int, OpId]:
        return self._depth[op], op

    def _place(self, op: OpId) -> None:
        named, index, past = self._named[op], len(self._placed), 0
        for parent in named:
            at = self._index[parent]
            past |= self._placed[at].past | 1 << at
        self._index[op] = index
        self._placed.append(Placed(op, self._headers[op], self._depth[op], index, past))
        self._uncovered -= named
        self._uncovered.add(op)


def arrange(headers: Iterable[tuple[OpId, Header]]) -> Order:
    """Put authority ops into their one order. The same set gives the same order on every machine.

    Ops that name one that is not among them wait, and so do all that name a waiting one. A cycle
    can't be made (an id is a hash over what it names), so it is not looked for.
    """
    arranging = Arranging()
    for op, header in headers:
        arranging.add(op, header)
    return arranging.order()[0]


def heads_to_name(order: Order) -> tuple[OpId, ...]:
    """The authority heads a new op names: at most four, deepest first, then lowest id."""
    return order.heads[:AUTHORITY_HEADS_LIMIT]
