"""The second implementation, first part: histories, and what is taken down of them.

Made from docs/authority.md alone, in its words and its order. Sets and plain recursion; slow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.circle import acts
from app.circle.acts import Act, Cut
from p2p.ids import ZERO
from p2p.op import Header

View = frozenset[bytes]
Seniority = tuple[int, int, bytes]


@dataclass(frozen=True)
class Op:
    """One act with the place where it was said."""

    op: bytes
    header: Header
    act: Act | None
    parents: frozenset[bytes]
    past: View
    depth: int

    @property
    def place(self) -> tuple[int, bytes]:
        return self.depth, self.op

    @property
    def device(self) -> bytes:
        return self.header.device


@dataclass(frozen=True)
class Arrival:
    op: bytes
    device: bytes
    member: bytes
    door: bytes
    invite: bytes | None = None
    again: bool = False


@dataclass(frozen=True)
class Appointment:
    op: bytes
    member: bytes
    role: str


@dataclass(frozen=True)
class Removal:
    op: bytes
    by: bytes
    whom: bytes
    seniority: Seniority
    cuts: Sequence[Cut]
    leaving: bool


@dataclass(frozen=True)
class HandingOver:
    op: bytes
    by: bytes
    to: bytes
    at_once: bool


@dataclass(frozen=True)
class ForkShown:
    op: bytes
    device: bytes
    words: int


@dataclass
class History:
    """All ops that do not wait, in the order, and what was taken down of them so far."""

    ops: dict[bytes, Op] = field(default_factory=dict)
    allowed: set[bytes] = field(default_factory=set)
    founding: bytes | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    handovers: list[HandingOver] = field(default_factory=list)
    forks: list[ForkShown] = field(default_factory=list)
    invite_of: dict[bytes, bytes] = field(default_factory=dict)  # of a withdraw: the invite's op
    author: dict[bytes, bytes] = field(default_factory=dict)  # the member, as it was
    rests_on: dict[bytes, bytes] = field(default_factory=dict)

    def past(self, op: bytes) -> View:
        return self.ops[op].past

    def arrivals_of(self, device: bytes) -> list[Arrival]:
        return [a for a in self.arrivals if a.device == device]

    def uses(self, invite: bytes) -> int:
        act = self.ops[invite].act
        assert isinstance(act, acts.Invite)
        return act.uses

    def chain(self, op: bytes) -> set[bytes]:
        """An op, and all before it in the log of its device, as far as they are linked."""
        linked: set[bytes] = set()
        device = self.ops[op].device
        while op in self.ops and self.ops[op].device == device:
            linked.add(op)
            op = self.ops[op].header.prev
        return linked


def arranged(ops: Iterable[tuple[bytes, Header, Act | None]]) -> tuple[History, set[bytes]]:
    """The ops in their order, and those that wait."""
    here = {op: (header, act) for op, header, act in ops}
    placed: dict[bytes, Op] = {}
    moved = True
    while moved:  # as long as one more finds its past
        moved = False
        for op in here.keys() - placed.keys():
            header, act = here[op]
            parents = frozenset({*header.authority_heads, header.prev} - {ZERO})
            if parents <= placed.keys():
                past = parents.union(*(placed[p].past for p in parents))
                depth = 1 + max((placed[p].depth for p in parents), default=-1)
                placed[op] = Op(op, header, act, parents, past, depth)
                moved = True
    order = sorted(placed.values(), key=lambda o: o.place)
    return History({o.op: o for o in order}), here.keys() - placed.keys()
