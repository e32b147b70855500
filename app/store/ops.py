"""Rows of ops: what was signed and by whom, found by place or by envelope."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from app.store import short, sums
from app.store.db import Database
from app.store.parts import marks, parts
from p2p.ids import CircleId, DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Log, Place, SignedOp, decode, encode


class OpState(IntEnum):
    """What an op is worth so far. Pending: its past is not complete. Void: without effect."""

    PENDING = 0
    ACCEPTED = 1
    VOID = 2


class NewOp(msgspec.Struct, frozen=True, gc=False):
    """An op about to be kept, under the id of its envelope."""

    op: SignedOp
    envelope: EnvelopeId
    state: OpState
    linked: bool = True


class Held(msgspec.Struct, frozen=True, gc=False):
    """An op that is here, as far as others of its place have to know."""

    op_no: int
    op: OpId
    envelope: EnvelopeId
    state: OpState


class Body(NamedTuple):
    """What an op says, unread, and the place that its envelope tells."""

    log: Log
    hour: int
    epoch: EpochId
    body: bytes


def insert(db: Database, circle_no: int, new: Sequence[NewOp], now: int) -> range:
    """Keep ops, and add them to the sums of their hours; `now` in ms. Their row numbers, in order.

    A few statements for any number of ops: in a large sync most of the time goes in here. Of all
    types for bytes the driver takes a bytearray as it is, and asks of others how to adapt them.
    """
    last = last_row(db)
    numbers = range(last + 1, last + 1 + len(new))
    devices = _numbers(db, "device", circle_no, {one.op.header.device for one in new})
    epochs = _numbers(db, "epoch", circle_no, {one.op.header.epoch for one in new})
    db.executemany(
        "INSERT INTO ops (op_no, circle_no, log, device_no, seq, hour, epoch_no, kind, state,"
        " linked, first_seen, op, envelope) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            (op_no, circle_no, int(h.log), devices[h.device], h.seq, h.hour, epochs[h.epoch],
             h.kind, int(one.state), int(one.linked), now, bytearray(one.op.op_id),
             bytearray(one.envelope))
            for op_no, one in zip(numbers, new, strict=True)
            for h in (one.op.header,)
        ],
    )  # fmt: skip
    db.executemany(
        "INSERT INTO bodies VALUES (?,?)",
        [(op_no, bytearray(encode(one.op))) for op_no, one in zip(numbers, new, strict=True)],
    )
    db.executemany(
        "UPDATE ops SET stripped = 1 WHERE op_no = ?",
        [(op_no,) for op_no, one in zip(numbers, new, strict=True) if one.op.stripped],
    )
    sums.add(
        db, circle_no,
        (((int(h.log), h.hour, epochs[h.epoch]), one.envelope)
         for one in new for h in (one.op.header,)),
    )  # fmt: skip
    return numbers


def last_row(db: Database) -> int:
    """The greatest row number so far; 0 where there is none."""
    ((last,),) = db.read("SELECT coalesce(max(op_no), 0) FROM ops")
    return int(last)


def _numbers(db: Database, what: str, circle_no: int, names: Iterable[bytes]) -> dict[bytes, int]:
    """The small numbers that stand for devices or epochs; new ones are given."""
    found: dict[bytes, int] = {}
    for name in names:
        db.execute(
            f"INSERT INTO {what}s (circle_no, {what}) VALUES (?,?) ON CONFLICT DO NOTHING",  # noqa: S608 - constant names
            (circle_no, name),
        )
        rows = db.read(
            f"SELECT {what}_no FROM {what}s WHERE circle_no = ? AND {what} = ?",  # noqa: S608 - the same
            (circle_no, name),
        )
        found[name] = int(rows[0][0])
    return found


def replace(db: Database, circle_no: int, held: Held, op: SignedOp, envelope: EnvelopeId) -> None:
    """The same op in another envelope: under another signature, or without its payload."""
    rows = db.execute(
        "UPDATE ops SET envelope = ?, stripped = ? WHERE op_no = ? RETURNING log, hour, epoch_no",
        (envelope, int(op.stripped), held.op_no),
    )
    sums.exchange(db, circle_no, sums.Slot(*rows[0]), held.envelope, envelope)
    db.execute("UPDATE bodies SET body = ? WHERE op_no = ?", (encode(op), held.op_no))


def bury(db: Database, circle_no: int, envelope: EnvelopeId) -> None:
    """An envelope that gave way: never fetched again."""
    db.execute("INSERT OR IGNORE INTO tombstones VALUES (?,?)", (circle_no, envelope))


def set_state(db: Database, op_nos: Iterable[int], state: OpState) -> None:
    """Ops found accepted or void, by row number."""
    db.executemany(
        "UPDATE ops SET state = ? WHERE op_no = ?", [(int(state), op_no) for op_no in op_nos]
    )


def set_authority_state(db: Database, circle_no: int, ops: Iterable[OpId], state: OpState) -> None:
    """Authority ops found accepted or void, by their ids."""
    db.executemany(
        "UPDATE ops SET state = ? WHERE circle_no = ? AND op = ? AND log = 0",
        [(int(state), circle_no, op) for op in ops],
    )


_DEVICE: Final = "device_no = (SELECT device_no FROM devices WHERE circle_no = ?1 AND device = ?2)"
_WHOLE: Final = (
    "SELECT op_no, log, hour, epoch, body FROM ops JOIN bodies USING (op_no)"
    " JOIN epochs USING (epoch_no)"
)


def _signed(circle: CircleId, row: Sequence[object]) -> SignedOp:
    _, log, hour, epoch, body = row
    place = Place(circle, Log(log), EpochId(epoch), hour)  # type: ignore[arg-type]  # the columns
    return decode(body, place)  # type: ignore[arg-type]  # of the statement above


def authority_ops(db: Database, circle_no: int, circle: CircleId) -> list[SignedOp]:
    """All authority ops held, in the order they came."""
    rows = db.read(f"{_WHOLE} WHERE ops.circle_no = ? AND log = 0 ORDER BY op_no", (circle_no,))
    return [_signed(circle, row) for row in rows]


def one_authority(db: Database, circle_no: int, circle: CircleId, op: OpId) -> SignedOp:
    """An authority op that is here."""
    (row,) = db.read(f"{_WHOLE} WHERE ops.circle_no = ? AND log = 0 AND op = ?", (circle_no, op))
    return _signed(circle, row)


def pending_words(db: Database, circle_no: int, circle: CircleId) -> list[tuple[int, SignedOp]]:
    """Words whose authority past was not complete when they came: (row number, op)."""
    rows = db.read(
        f"{_WHOLE} WHERE ops.circle_no = ? AND log = 1 AND state = 0 ORDER BY op_no", (circle_no,)
    )
    return [(int(row[0]), _signed(circle, row)) for row in rows]


def states(db: Database, op_nos: Sequence[int]) -> dict[int, OpState]:
    """What ops are worth so far, by row number."""
    found: dict[int, OpState] = {}
    for part in parts(op_nos):
        rows = db.read(f"SELECT op_no, state FROM ops WHERE op_no IN ({marks(part)})", part)  # noqa: S608 - marks only
        found.update((op_no, OpState(state)) for op_no, state in rows)
    return found


def as_held(db: Database, op_no: int) -> Held:
    """A row that is known to be there, as it is now."""
    ((op, envelope, state),) = db.read(
        "SELECT op, envelope, state FROM ops WHERE op_no = ?", (op_no,)
    )
    return Held(op_no, OpId(op), EnvelopeId(envelope), OpState(state))


def one(db: Database, circle: CircleId, op_no: int) -> SignedOp:
    """The op of a row that is known to be there."""
    (row,) = db.read(f"{_WHOLE} WHERE op_no = ?", (op_no,))
    return _signed(circle, row)


def at_place(
    db: Database, circle_no: int, circle: CircleId, device: DeviceId, place: tuple[Log, int]
) -> list[SignedOp]:
    """All ops held of one place (log, seq) of a device, by their ids."""
    log, seq = place
    rows = db.read(
        f"{_WHOLE} WHERE ops.circle_no = ?1 AND {_DEVICE} AND log = ?3 AND seq = ?4 ORDER BY op",
        (circle_no, device, int(log), seq),
    )
    return [_signed(circle, row) for row in rows]


def bodies(
    db: Database, circle_no: int, ids: Sequence[EnvelopeId]
) -> Iterator[tuple[EnvelopeId, Body | None]]:
    """Each id with the body of its op, a hundred looked up at a time, in the order asked."""
    for part in parts(ids, 100):
        rows = db.read(
            f"{short.ASKED} SELECT envelope, log, hour, epoch, body"  # noqa: S608 - constants
            f" FROM asked CROSS JOIN ops INDEXED BY ops_by_envelope ON {short.stands('envelope')}"
            f" JOIN bodies USING (op_no) JOIN epochs USING (epoch_no) WHERE ops.circle_no = ?2",
            (short.together(part), circle_no),
        )
        found = {name: Body(Log(log), *rest) for name, log, *rest in rows}
        for name in part:
            yield name, found.get(name)


def held(db: Database, circle_no: int, ids: Iterable[EnvelopeId]) -> set[EnvelopeId]:
    """Which envelopes are here, or were and gave way, or are set aside."""
    names = short.together(ids)
    rows = db.read(
        f"{short.ASKED} SELECT envelope FROM asked CROSS JOIN ops INDEXED BY ops_by_envelope"  # noqa: S608 - constants
        f" ON {short.stands('envelope')} WHERE circle_no = ?2",
        (names, circle_no),
    )
    return {row[0] for row in rows} | _apart(db, circle_no, names)


def apart(db: Database, circle_no: int, ids: Iterable[EnvelopeId]) -> set[EnvelopeId]:
    """Which envelopes were here and gave way, or are set aside. Nearly always nothing is."""
    return _apart(db, circle_no, short.together(ids))


def _apart(db: Database, circle_no: int, names: bytes) -> set[EnvelopeId]:
    found: set[EnvelopeId] = set()
    for table in ("tombstones", "quarantine"):
        if db.read(f"SELECT 1 FROM {table} WHERE circle_no = ? LIMIT 1", (circle_no,)):  # noqa: S608 - constants
            rows = db.read(
                f"{short.ASKED} SELECT envelope FROM asked CROSS JOIN {table}"  # noqa: S608 - constants
                f" ON circle_no = ?2 AND envelope = {short.THIS}",
                (names, circle_no),
            )
            found.update(row[0] for row in rows)
    return found


def newest_first(
    db: Database, circle_no: int, ids: Sequence[EnvelopeId]
) -> list[tuple[tuple[int, int, int], EnvelopeId]]:
    """Those of some envelopes that are here, each with the key to hand them over by.

    Newest hour first; within an hour a device's log without a break, its head before the rest.
    """
    rows = db.read(
        f"{short.ASKED} SELECT -hour, device_no, -seq, envelope FROM asked"  # noqa: S608 - constants
        f" CROSS JOIN ops INDEXED BY ops_by_envelope ON {short.stands('envelope')}"
        f" WHERE circle_no = ?2",
        (short.together(ids), circle_no),
    )
    return [((hour, device, seq), EnvelopeId(name)) for hour, device, seq, name in rows]


def at_places(
    db: Database, circle_no: int, log: Log, device: DeviceId, seqs: Sequence[int]
) -> dict[int, list[Held]]:
    """What is held of a device's log at some ascending seqs; two at one seq are a fork."""
    found: dict[int, list[Held]] = {}
    for part in parts(seqs):
        dense = part[-1] - part[0] < 2 * len(part)
        rows = db.read(
            f"SELECT seq, op_no, op, envelope, state FROM ops"  # noqa: S608 - marks only
            f" WHERE circle_no = ? AND log = ? AND device_no ="
            f" (SELECT device_no FROM devices WHERE circle_no = ? AND device = ?)"
            f" AND seq {'BETWEEN ? AND ?' if dense else f'IN ({marks(part)})'}",
            (circle_no, int(log), circle_no, device, *((part[0], part[-1]) if dense else part)),
        )
        for seq, op_no, op, envelope, state in rows:
            held_ = Held(op_no, op, envelope, OpState(state))
            found.setdefault(seq, []).append(held_)
    return found


def unlinked(db: Database, circle_no: int) -> list[int]:
    """The words whose op before is not here, or not where it should be: their row numbers."""
    rows = db.read(
        "SELECT op_no FROM ops INDEXED BY ops_unlinked"
        " WHERE circle_no = ? AND linked = 0 AND log = 1",
        (circle_no,),
    )
    return [int(op_no) for (op_no,) in rows]


def link(db: Database, op_nos: Iterable[int]) -> None:
    """The ops before these have come."""
    db.executemany("UPDATE ops SET linked = 1 WHERE op_no = ?", [(op_no,) for op_no in op_nos])


def authority_envelope(db: Database, circle_no: int, op: OpId) -> EnvelopeId | None:
    """The envelope id of an authority op that is here."""
    rows = db.read(
        "SELECT envelope FROM ops WHERE circle_no = ? AND op = ? AND log = 0", (circle_no, op)
    )
    return EnvelopeId(rows[0][0]) if rows else None


def authority_of(db: Database, circle_no: int, device: DeviceId) -> list[EnvelopeId]:
    """The envelopes of all authority ops of a device, the first one first."""
    rows = db.read(
        "SELECT envelope FROM ops JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND device = ? AND log = 0 ORDER BY seq",
        (circle_no, device),
    )
    return [EnvelopeId(row[0]) for row in rows]


def words_from(db: Database, circle_no: int, device: DeviceId, seq: int) -> list[int]:
    """The words of a device from a seq on, whatever they are worth: their row numbers."""
    rows = db.read(
        f"SELECT op_no FROM ops WHERE circle_no = ?1 AND log = 1 AND {_DEVICE} AND seq >= ?3"  # noqa: S608 - constants
        f" ORDER BY seq, op",
        (circle_no, device, seq),
    )
    return [int(op_no) for (op_no,) in rows]


def void_words(db: Database, circle_no: int, devices: Iterable[DeviceId]) -> list[int]:
    """The words of some devices that have no effect, in the order of their logs: row numbers."""
    found: list[int] = []
    for device in devices:
        rows = db.read(
            f"SELECT op_no FROM ops WHERE circle_no = ?1 AND log = 1 AND {_DEVICE}"  # noqa: S608 - constants
            f" AND state = 2 ORDER BY seq, op",
            (circle_no, device),
        )
        found += [int(op_no) for (op_no,) in rows]
    return found


def next_place(db: Database, circle_no: int, log: Log, device: DeviceId) -> tuple[int, OpId | None]:
    """The seq that follows the highest held of a device's log, and the op before it."""
    rows = db.read(
        f"SELECT seq, op FROM ops WHERE circle_no = ?1 AND log = ?3 AND {_DEVICE}"  # noqa: S608 - constants
        f" ORDER BY seq DESC LIMIT 1",
        (circle_no, device, int(log)),
    )
    return (int(rows[0][0]) + 1, OpId(rows[0][1])) if rows else (0, None)


def last_act(db: Database, circle_no: int, device: DeviceId, kind: int) -> int | None:
    """When the last op of a kind by a device was first seen here, in ms."""
    ((seen,),) = db.read(
        "SELECT max(first_seen) FROM ops JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND log = 0 AND kind = ? AND device = ?",
        (circle_no, kind, device),
    )
    return seen if seen is None else int(seen)


def last_of_kind(db: Database, circle_no: int, device: DeviceId, kind: int) -> OpId | None:
    """The last act of a kind by a device."""
    rows = db.read(
        "SELECT op FROM ops JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND log = 0 AND kind = ? AND device = ?"
        " ORDER BY seq DESC LIMIT 1",
        (circle_no, kind, device),
    )
    return OpId(rows[0][0]) if rows else None


def words_heads(db: Database, circle_no: int, me: DeviceId, most: int) -> tuple[OpId, ...]:
    """The last words op of each other device that came after my own last one, at most `most`.

    Newest hour first. What came before lies in the past of my last one already. By row numbers, so
    that it costs as much as has come since, and not as much as there is.
    """
    mine = db.read(
        f"SELECT op_no FROM ops WHERE circle_no = ?1 AND log = 1 AND {_DEVICE}"  # noqa: S608 - constants
        f" ORDER BY seq DESC LIMIT 1",
        (circle_no, me),
    )
    rows = db.read(
        "SELECT op, hour, max(seq) FROM ops NOT INDEXED JOIN devices USING (device_no)"
        " WHERE op_no > ? AND ops.circle_no = ? AND log = 1 AND device != ?"
        " GROUP BY device_no ORDER BY hour DESC, op LIMIT ?",
        (mine[0][0] if mine else 0, circle_no, me, most),
    )
    return tuple(OpId(row[0]) for row in rows)
