"""What reconciliation adds up, kept for each hour of each epoch; and the ids behind the sums.

A set of a hundred thousand ops is one of some hundred hours: their sums are read in a moment, and
the ids of an hour only where two sides differ in it. Source: protocol, section 8.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from app.store.db import Database
from p2p.crypto import digest
from p2p.ids import EnvelopeId, EpochId
from p2p.op import Log
from p2p.reconcile import Item
from p2p.reconcile_hours import Hour
from p2p.reconcile_wire import SUM_MASK

_Slot: TypeAlias = tuple[int, int, int]
"""A `Slot`, made plainly where there is one for each of very many envelopes."""


class Slot(NamedTuple):
    """What a sum is over: a log, an hour, and the number that stands for an epoch."""

    log: int
    hour: int
    epoch_no: int


def add(db: Database, circle_no: int, ids: Iterable[tuple[_Slot, EnvelopeId]]) -> None:
    """Envelopes that are held now."""
    come: dict[_Slot, list[int]] = {}
    for slot, name in ids:
        come.setdefault(slot, []).append(int.from_bytes(name, "little"))
    _apply(db, circle_no, {slot: (len(each), sum(each)) for slot, each in come.items()})


def exchange(
    db: Database, circle_no: int, slot: Slot, before: EnvelopeId, after: EnvelopeId
) -> None:
    """One envelope gave way to another of the same op."""
    difference = int.from_bytes(after, "little") - int.from_bytes(before, "little")
    _apply(db, circle_no, {slot: (0, difference)})


def _apply(db: Database, circle_no: int, change: Mapping[_Slot, tuple[int, int]]) -> None:
    rows = []
    for slot, (more, difference) in change.items():
        known = db.read(
            "SELECT count, total FROM sums"
            " WHERE circle_no = ? AND log = ? AND hour = ? AND epoch_no = ?",
            (circle_no, *slot),
        )
        count, total = (known[0][0], known[0][1]) if known else (0, b"")
        total_now = (int.from_bytes(total, "little") + difference) & SUM_MASK
        rows.append((circle_no, *slot, count + more, total_now.to_bytes(32, "little")))
    db.executemany("INSERT OR REPLACE INTO sums VALUES (?,?,?,?,?,?)", rows)


def hours(db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None) -> list[Hour]:
    """The sums of a log, or of some epochs of it, oldest hour first."""
    rows = db.read(
        "SELECT hour, count, total, epoch FROM sums JOIN epochs USING (epoch_no)"
        " WHERE sums.circle_no = ? AND log = ? ORDER BY hour",
        (circle_no, int(log)),
    )
    added: dict[int, tuple[int, int]] = {}
    for hour, count, total, epoch in rows:
        if epochs is None or epoch in epochs:
            before = added.get(hour, (0, 0))
            added[hour] = before[0] + count, before[1] + int.from_bytes(total, "little")
    return [Hour(hour, count, total & SUM_MASK) for hour, (count, total) in added.items()]


def ids_of_hour(  # noqa: PLR0917 - a set's own parts, then the hour
    db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None, upto: int, hour: int
) -> list[bytes]:
    """The sorted envelope ids of one hour, of rows up to `upto`.

    SQLite sorts them: it lets other threads run meanwhile, and Python does not.
    """
    rows = db.read(
        "SELECT envelope, epoch_no FROM ops WHERE circle_no = ? AND log = ? AND hour = ?"
        " AND op_no <= ? ORDER BY envelope",
        (circle_no, int(log), hour, upto),
    )
    wanted = epoch_numbers(db, circle_no, epochs)
    return [name for name, epoch in rows if wanted is None or epoch in wanted]


def sorted_ids(db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None) -> bytes:
    """All envelope ids of a log, or of some epochs of it, sorted, end to end: 32 B each."""
    rows = db.read(
        "SELECT envelope, epoch_no FROM ops WHERE circle_no = ? AND log = ? ORDER BY envelope",
        (circle_no, int(log)),
    )
    wanted = epoch_numbers(db, circle_no, epochs)
    return b"".join([name for name, epoch in rows if wanted is None or epoch in wanted])


def epoch_numbers(
    db: Database, circle_no: int, epochs: frozenset[EpochId] | None
) -> frozenset[int] | None:
    """The numbers that stand for some epochs; None for all."""
    if epochs is None:
        return None
    rows = db.read("SELECT epoch_no, epoch FROM epochs WHERE circle_no = ?", (circle_no,))
    return frozenset(number for number, epoch in rows if epoch in epochs)


def items(db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None) -> list[Item]:
    """(hour, envelope id) of a log, or of some epochs of it, in reconciliation order."""
    wanted = epoch_numbers(db, circle_no, epochs)
    rows = db.read(
        "SELECT hour, envelope, epoch_no FROM ops WHERE circle_no = ? AND log = ?"
        " ORDER BY hour, envelope",
        (circle_no, int(log)),
    )
    return [(hour, name) for hour, name, epoch in rows if wanted is None or epoch in wanted]


def epoch_digests(db: Database, circle_no: int) -> dict[str, str]:
    """For each epoch, as hex, the digest over its sorted envelope ids."""
    rows = db.read(
        "SELECT epoch, envelope FROM ops JOIN epochs USING (epoch_no)"
        " WHERE ops.circle_no = ? AND state != 0 ORDER BY epoch, envelope",
        (circle_no,),
    )
    ids: dict[bytes, list[bytes]] = {}
    for epoch, envelope in rows:
        ids.setdefault(epoch, []).append(envelope)
    return {e.hex(): digest("hearthside/epoch-set/1", b"".join(i)).hex() for e, i in ids.items()}
