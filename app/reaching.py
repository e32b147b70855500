"""On how many people's computers a post of ours is: counted from what they said, never guessed.

A device counts for a run of our words where the end of that run is our own op at that seq: it is
chained to all before. So what somebody holds of a log that is not ours any more, because a disk was
put back and went on otherwise, counts for nothing. A person counts once, however many devices they
have, and only while they are in; who may not read a post, because they came later into a circle
whose newcomers begin fresh, is not waited for.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app import epochs
from app.circle.mailboxes import in_use
from app.circle.state import CircleState
from app.ledger import Ledger
from app.store import boxes, holdings, ops
from app.store.db import Database
from app.store.views import Delivery
from p2p.ids import DeviceId, EpochId, MemberId
from p2p.op import Log

NAMES = 3  # told of those who have not got a post yet

Runs = dict[MemberId, list[tuple[int, int]]]


@dataclass(slots=True)
class _Line:
    """One of our logs, as far as one epoch's words go: who may read them, and who holds what."""

    readers: frozenset[MemberId]
    runs: Runs
    edges: list[int]
    told: dict[int, Delivery] = field(default_factory=dict)

    def at(self, seq: int, name_of: Callable[[MemberId], str]) -> Delivery:
        """Of the post with this seq; between two edges it is the same of all."""
        part = bisect_right(self.edges, seq)
        if part not in self.told:
            have = {m for m, runs in self.runs.items() if any(f <= seq < t for f, t in runs)}
            self.told[part] = _delivery(self.readers, have, name_of)
        return self.told[part]


class Reaching:
    """That of one circle. What was counted is remembered until something else is known."""

    def __init__(self, db: Database, ledger: Ledger) -> None:
        """`ledger` knows who is in, and who may read what."""
        self._db = db
        self._ledger = ledger
        self._view = ledger.view
        self._unsure_at: int | None = None  # the last row when something could not be told
        self._unsent: Delivery | None = None
        self._held: dict[DeviceId, Runs] = {}
        self._lines: dict[tuple[DeviceId, EpochId], _Line] = {}

    def forget(self) -> None:
        """Something else is known of who holds what."""
        self._unsure_at = self._unsent = None
        self._held.clear()
        self._lines.clear()

    def of_op(self, op_no: int | None) -> Delivery | None:
        """Of the post that our op of this row says; None: of one that waits to be handed over.

        Answers None where we are out: nobody tells us any more.
        """
        if self._ledger.row.state is not CircleState.MEMBER:
            return None
        more = self._unsure_at is not None and self._unsure_at != ops.last_row(self._db)
        if more or self._view is not self._ledger.view:
            self._view = self._ledger.view
            self.forget()
        place = holdings.place(self._db, op_no) if op_no is not None else None
        if place is None:
            if self._unsent is None:
                everybody = self._others(lambda _: True)
                self._unsent = _delivery(everybody, set(), self._ledger.name_of)
            return self._unsent
        device, seq, epoch = place
        line = self._lines.get((device, epoch))
        if line is None:
            line = self._line(device, epoch)
        told = line.at(seq, self._ledger.name_of)
        # Not remembered with the rest: a mailbox says it of each post by itself.
        return replace(told, in_mailbox=True) if op_no is not None and self._kept(op_no) else told

    def _kept(self, op_no: int) -> bool:
        """Whether a mailbox that is used keeps it."""
        used = in_use(self._view)
        return bool(used) and any(box in used for box in boxes.keeping(self._db, op_no))

    def _line(self, device: DeviceId, epoch: EpochId) -> _Line:
        if device not in self._held:
            self._held[device] = self._runs(device)
        view = self._ledger.view
        readers = self._others(lambda one: epochs.may_have(view, one, epoch))
        theirs = {m: found for m, found in self._held[device].items() if m in readers}
        edges = sorted({edge for found in theirs.values() for run in found for edge in run})
        line = self._lines[device, epoch] = _Line(readers, theirs, edges)
        return line

    def _others(self, may: Callable[[DeviceId], bool]) -> frozenset[MemberId]:
        """The other people who are in, and of whom a device may."""
        view = self._ledger.view
        found = (view.owner[device] for device in view.devices() if may(device))
        return frozenset(found) - {self._ledger.me}

    def _runs(self, device: DeviceId) -> Runs:
        """What each person holds of a log of ours, as far as its end is an op of ours that is here.

        Words of ours that come back to a disk that was put back may tell more.
        """
        db, no, view = self._db, self._ledger.row.circle_no, self._ledger.view
        said = [one for one in holdings.about(db, no, device) if one.holder in view.devices()]
        ends = sorted({one.top - 1 for one in said})
        ours = ops.at_places(db, no, Log.WORDS, device, ends)
        runs: Runs = {}
        for one in said:
            ended = [op.op[: holdings.HEAD] for op in ours.get(one.top - 1, ())]
            if ended == [one.head]:
                person = view.owner[DeviceId(one.holder)]
                runs.setdefault(person, []).append((one.first, one.top))
            else:
                self._unsure_at = ops.last_row(db)
        return runs


def _delivery(
    readers: frozenset[MemberId], have: set[MemberId], name_of: Callable[[MemberId], str]
) -> Delivery:
    lacking = sorted(name_of(member) for member in readers - have)
    return Delivery(
        reached=len(readers & have), of=len(readers), not_yet=tuple(lacking[:NAMES]),
        lacks=readers - have,
    )  # fmt: skip
