"""Rows of ops: the set that reconciliation is about. Their meaning lives in the views."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

import msgspec

from app.store.db import Database
from p2p.crypto import digest
from p2p.ids import DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Header, Log, SignedOp
from p2p.reconcile import Item

_header = msgspec.msgpack.Decoder(Header)


class OpState(IntEnum):
    """What an op is worth so far. Pending: its past is not complete. Void: without effect."""

    PENDING = 0
    ACCEPTED = 1
    VOID = 2


def insert(  # noqa: PLR0917 - a row's own parts
    db: Database, circle_no: int, op: SignedOp, envelope: EnvelopeId, state: OpState, now: int
) -> int:
    """Keep an op; `now` in ms. Answers with its row number."""
    h = op.header
    rows = db.execute(
        "INSERT INTO ops (circle_no, op, envelope, log, device, seq, hour, epoch, kind, state,"
        " first_seen) VALUES (?,?,?,?,?,?,?,?,?,?,?) RETURNING op_no",
        (circle_no, op.op_id, envelope, int(h.log), h.device, h.seq, h.hour, h.epoch, h.kind,
         int(state), now),
    )  # fmt: skip
    op_no = int(rows[0][0])
    db.execute(
        "INSERT INTO bodies VALUES (?,?,?,?,?)",
        (op_no, op.header_bytes, op.signature, op.salt, op.payload),
    )
    return op_no


def replace(db: Database, circle_no: int, op: SignedOp, envelope: EnvelopeId) -> None:
    """The same op under another signature, and so another envelope."""
    rows = db.execute(
        "UPDATE ops SET envelope = ? WHERE circle_no = ? AND op = ? RETURNING op_no",
        (envelope, circle_no, op.op_id),
    )
    db.execute("UPDATE bodies SET signature = ? WHERE op_no = ?", (op.signature, rows[0][0]))


def bury(db: Database, circle_no: int, envelope: EnvelopeId) -> None:
    """An envelope that gave way: never fetched again."""
    db.execute("INSERT OR IGNORE INTO tombstones VALUES (?,?)", (circle_no, envelope))


def set_state(db: Database, circle_no: int, ops: Iterable[OpId], state: OpState) -> None:
    """Ops found accepted or void."""
    db.executemany(
        "UPDATE ops SET state = ? WHERE circle_no = ? AND op = ?",
        [(int(state), circle_no, op) for op in ops],
    )


def _signed(row: Sequence[bytes]) -> SignedOp:
    header, signature, salt, payload = row
    return SignedOp(_header.decode(header), header, signature, salt, payload)


def authority_ops(db: Database, circle_no: int) -> list[SignedOp]:
    """All authority ops held, in the order they came."""
    rows = db.read(
        "SELECT header, signature, salt, payload FROM ops JOIN bodies USING (op_no)"
        " WHERE circle_no = ? AND log = 0 ORDER BY op_no",
        (circle_no,),
    )
    return [_signed(r) for r in rows]


def pending_words(db: Database, circle_no: int) -> list[tuple[int, SignedOp]]:
    """Words whose authority past was not complete when they came: (row number, op)."""
    rows = db.read(
        "SELECT op_no, header, signature, salt, payload FROM ops JOIN bodies USING (op_no)"
        " WHERE circle_no = ? AND log = 1 AND state = 0 ORDER BY op_no",
        (circle_no,),
    )
    return [(int(r[0]), _signed(r[1:])) for r in rows]


def words_from(db: Database, circle_no: int, device: DeviceId, seq: int) -> dict[int, OpId]:
    """The accepted words of a device from a seq on: the op by its row number."""
    rows = db.read(
        "SELECT op_no, op FROM ops"
        " WHERE circle_no = ? AND log = 1 AND device = ? AND seq >= ? AND state = 1",
        (circle_no, device, seq),
    )
    return {int(op_no): OpId(bytes(op)) for op_no, op in rows}


def by_envelope(
    db: Database, circle_no: int, ids: Iterable[EnvelopeId]
) -> Iterator[tuple[EnvelopeId, SignedOp | None]]:
    """Each id with its op, one look-up at a time, in the order asked."""
    for name in ids:
        rows = db.read(
            "SELECT header, signature, salt, payload FROM ops JOIN bodies USING (op_no)"
            " WHERE circle_no = ? AND envelope = ?",
            (circle_no, name),
        )
        yield name, _signed(rows[0]) if rows else None


def held(db: Database, circle_no: int, ids: Iterable[EnvelopeId]) -> set[EnvelopeId]:
    """Which envelopes are here, or were and gave way."""
    found: set[EnvelopeId] = set()
    names = list(ids)
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = db.read(
            f"SELECT envelope FROM ops WHERE circle_no = ? AND envelope IN ({marks})"  # noqa: S608 - marks only
            f" UNION SELECT envelope FROM tombstones WHERE circle_no = ? AND envelope IN ({marks})",
            (circle_no, *part, circle_no, *part),
        )
        found.update(EnvelopeId(bytes(r[0])) for r in rows)
    return found


def envelope_of(db: Database, circle_no: int, op: OpId) -> EnvelopeId | None:
    """The envelope id of an op that is here."""
    rows = db.read("SELECT envelope FROM ops WHERE circle_no = ? AND op = ?", (circle_no, op))
    return EnvelopeId(bytes(rows[0][0])) if rows else None


def items(db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None) -> list[Item]:
    """(hour, envelope id) of a log, or of some epochs of it, in reconciliation order."""
    rows = db.read(
        "SELECT hour, envelope, epoch FROM ops WHERE circle_no = ? AND log = ?"
        " ORDER BY hour, envelope",
        (circle_no, int(log)),
    )
    return [(h, e) for h, e, epoch in rows if epochs is None or epoch in epochs]


def next_place(db: Database, circle_no: int, log: Log, device: DeviceId) -> tuple[int, OpId | None]:
    """The seq that follows the highest held of a device's log, and the op before it."""
    rows = db.read(
        "SELECT seq, op FROM ops WHERE circle_no = ? AND log = ? AND device = ?"
        " ORDER BY seq DESC LIMIT 1",
        (circle_no, int(log), device),
    )
    return (int(rows[0][0]) + 1, OpId(bytes(rows[0][1]))) if rows else (0, None)


def words_heads(db: Database, circle_no: int, but: DeviceId, most: int) -> tuple[OpId, ...]:
    """The last words op of each other device, newest hour first, at most `most`."""
    rows = db.read(
        "SELECT op, hour, max(seq) FROM ops WHERE circle_no = ? AND log = 1 AND device != ?"
        " GROUP BY device ORDER BY hour DESC, op LIMIT ?",
        (circle_no, but, most),
    )
    return tuple(OpId(bytes(r[0])) for r in rows)


def frontier(db: Database, circle_no: int) -> tuple[bytes, int]:
    """Digest over all authentic ops sorted by (device, log, seq, id), and their number."""
    rows = db.read(
        "SELECT device, log, seq, op FROM ops WHERE circle_no = ? AND state != 0"
        " ORDER BY device, log, seq, op",
        (circle_no,),
    )
    parts = b"".join(
        bytes(d) + bytes((g,)) + s.to_bytes(8, "big") + bytes(o) for d, g, s, o in rows
    )
    return digest("hearthside/frontier/1", parts), len(rows)


def epoch_digests(db: Database, circle_no: int) -> dict[str, str]:
    """For each epoch, as hex, the digest over its sorted envelope ids."""
    rows = db.read(
        "SELECT epoch, envelope FROM ops WHERE circle_no = ? AND state != 0"
        " ORDER BY epoch, envelope",
        (circle_no,),
    )
    ids: dict[bytes, list[bytes]] = {}
    for epoch, envelope in rows:
        ids.setdefault(bytes(epoch), []).append(bytes(envelope))
    return {e.hex(): digest("hearthside/epoch-set/1", b"".join(i)).hex() for e, i in ids.items()}


def first_words(db: Database, circle_no: int) -> dict[DeviceId, int]:
    """The lowest seq held of each device's words."""
    rows = db.read(
        "SELECT device, min(seq) FROM ops WHERE circle_no = ? AND log = 1 GROUP BY device",
        (circle_no,),
    )
    return {DeviceId(bytes(device)): int(seq) for device, seq in rows}


def gaps(db: Database, circle_no: int) -> int:
    """How many ops are missing below the highest held seq of each log."""
    rows = db.read(
        "SELECT max(seq) + 1 - count(DISTINCT seq) FROM ops WHERE circle_no = ?"
        " GROUP BY log, device",
        (circle_no,),
    )
    return sum(int(r[0]) for r in rows)
