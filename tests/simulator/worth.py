"""What ops are worth, worked out once more from the page alone, beside what a home has found.

`docs/protocol.md`, sections 3, 6 and 7. On one disk: where all are alike that is enough.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.circle import acts
from app.circle.view import View
from app.store import ops
from app.store.ops import OpState
from p2p.arriving import by_id
from p2p.ids import DeviceId
from p2p.op import Header, Log, SignedOp, verify_signature
from tests.simulator.homes import Diary, Home
from tests.simulator.invariants import Broken, envelopes_of, shown


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
            if _is_judged(view, header):
                raise Broken(f"{home.name} waits to judge what it can judge")
            continue
        why = _void(view, one.op, places.get((header.device, header.seq - 1), set()))
        if why and one.state is OpState.ACCEPTED:
            raise Broken(f"{home.name} lets words count {why}")
        act = acts.decode(header.kind, one.op.payload)
        if not why and isinstance(act, acts.Writing):
            said[view.owner[header.device], act.nonce].append(one)
    for rivals in said.values():
        first = min(rivals, key=lambda one: (one.op.header.seq, one.op.op_id))
        if any(one.state is OpState.ACCEPTED for one in rivals if one is not first):
            raise Broken(f"{home.name} shows the later of two ops that say the same")


def _is_judged(view: View, header: Header) -> bool:
    """Whether all is known that words wait for: their heads, and whether anybody let them in."""
    known = all(head in view.at for head in header.authority_heads)
    return known and (header.device in view.owner or _fell(view, header.device))


def _fell(view: View, device: DeviceId) -> bool:
    """Whether a device was let in, by acts that are all taken back."""
    came = view.standing.arrivals.get(device, ())
    return bool(came) and all(one.at.op in view.void for one in came)


def _void(view: View, op: SignedOp, before: set[bytes]) -> str | None:
    """Why an op cannot count, with these in the place before it."""
    header = op.header
    if header.device not in view.owner:
        return "of nobody who is in"
    left = view.people[view.owner[header.device]].left
    if left and header.seq >= view.cuts.get(header.device, 0):
        return "beyond a cut"
    if header.seq and before and header.prev not in before:
        return "after another than they name"
    if not view.was_admitted(header.device, header.authority_heads):
        return "of nobody who was in then"
    return None


def nobody_is_made_to_say_what_they_did_not(
    homes: Sequence[Home], honest: Sequence[Home], diary: Diary
) -> None:
    """What stands under the name of somebody honest is what they wrote."""
    names = {home.circle.room.ledger.me.hex(): home.name for home in honest if home.circle}
    for home in homes[:1]:
        for _, author, body, _, _ in shown(home):
            if author in names and (names[author], body) not in diary.meant:
                raise Broken(f"{home.name} shows words that {names[author]} never wrote")


def nothing_that_is_here_is_buried(homes: Sequence[Home]) -> None:
    """An envelope gave way or is in the set, never both."""
    for home in homes:
        assert home.db is not None
        if home.db.read("SELECT 1 FROM ops JOIN tombstones USING (circle_no, envelope) LIMIT 1"):
            raise Broken(f"{home.name} has buried an envelope that it holds")


def what_gave_way_is_not_wanted_again(homes: Sequence[Home], diary: Diary) -> None:
    """Of two envelopes of one op the lower id is here: the other counts as held, once it came.

    It is brought once more to whoever it may not have come to.
    """
    for home in homes:
        assert home.circle is not None
        shelf = home.circle.shelf
        for twins in diary.twins:
            named = by_id([envelope for _, envelope in twins])
            log = twins[0][0]
            low, high = sorted(named)
            if low not in envelopes_of(home, log):
                continue
            taken = shelf.take_in(log, {high: named[high]})
            if taken.new or high not in shelf.held(log, [high]):
                raise Broken(f"{home.name} would fetch again what gave way to another envelope")
