"""What ops are worth, worked out once more from the page alone, beside what a home has found.

`docs/protocol.md`, sections 3, 6 and 7. On one disk: where all are alike that is enough.
"""

from collections import defaultdict
from dataclasses import dataclass

from app.circle import acts
from app.store import ops
from app.store.ops import OpState
from p2p.op import Log, SignedOp, verify_signature
from tests.simulator.homes import Home
from tests.simulator.invariants import Broken


@dataclass(frozen=True, slots=True)
class Judged:
    """An op, and what a home holds it for."""

    op: SignedOp
    state: OpState


def all_judged(home: Home) -> list[Judged]:
    """All ops on the disk of a home, in the order of their logs."""
    assert home.db is not None
    assert home.circle is not None
    db, circle = home.db, home.circle.room.row.circle
    rows = db.read("SELECT op_no, state FROM ops ORDER BY log, device_no, seq, op")
    return [Judged(ops.one(db, circle, op_no), OpState(state)) for op_no, state in rows]


def everything_is_signed_for(home: Home, judged: list[Judged]) -> None:
    """By its own signature, or by the op after it, which names it."""
    vouched: set[tuple[bytes, int, bytes]] = set()
    for one in sorted(judged, key=lambda one: -one.op.header.seq):
        header = one.op.header
        by_another = header.log and (header.device, header.log, one.op.op_id) in vouched
        if not by_another and not verify_signature(one.op):
            raise Broken(f"{home.name} holds an op that nobody has signed for")
        vouched.add((header.device, header.log, header.prev))


def words_are_worth_what_the_page_says(home: Home, judged: list[Judged]) -> None:
    """None counts beyond a cut, after another than it names, or beside one that says the same."""
    assert home.circle is not None
    view = home.circle.room.ledger.view
    words = [one for one in judged if one.op.header.log is Log.WORDS]
    places: dict[tuple[bytes, int], set[bytes]] = defaultdict(set)
    for one in words:
        places[one.op.header.device, one.op.header.seq].add(one.op.op_id)
    said: dict[tuple[bytes, bytes], list[Judged]] = defaultdict(list)
    for one in words:
        header = one.op.header
        if one.state is OpState.PENDING:
            continue
        owner = view.owner[header.device]
        before = places.get((header.device, header.seq - 1), set())
        why = ""
        if view.people[owner].left and header.seq >= view.cuts.get(header.device, 0):
            why = "beyond a cut"
        elif header.seq and before and header.prev not in before:
            why = "after another than they name"
        elif not view.was_admitted(header.device, header.authority_heads):
            why = "of nobody who was in"
        elif isinstance(writing := _said_by(one.op), acts.Writing):
            said[owner, writing.nonce].append(one)
        if why and one.state is OpState.ACCEPTED:
            raise Broken(f"{home.name} lets words count {why}")
    for rivals in said.values():
        first = min(rivals, key=lambda one: (one.op.header.seq, one.op.op_id))
        if any(one.state is OpState.ACCEPTED for one in rivals if one is not first):
            raise Broken(f"{home.name} shows the later of two ops that say the same")


def _said_by(op: SignedOp) -> acts.Act | None:
    return acts.decode(op.header.kind, op.payload)
