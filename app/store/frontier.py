"""How far each device's logs are known here: the digest over them, the holes in them, and forks."""

from itertools import groupby

from app.store.db import Database
from p2p.crypto import digest
from p2p.ids import DeviceId, EnvelopeId, EpochId
from p2p.op import Log
from p2p.ports import Hole
from p2p.wire import MAX_IDS, MAX_SAFE, Logbook


def frontier(
    db: Database, circle_no: int, epochs: frozenset[EpochId] | None = None
) -> tuple[bytes, int]:
    """Digest over all authentic ops but pending ones by (device, log, seq, id), and their number.

    `epochs`: only of the words of these epochs.
    """
    rows = db.read(
        "SELECT device, log, seq, op, epoch FROM ops JOIN devices USING (device_no)"
        " JOIN epochs USING (epoch_no) WHERE ops.circle_no = ? AND state != 0"
        " ORDER BY device, log, seq, op",
        (circle_no,),
    )
    parts = [
        b"%b%c%b%b" % (device, log, seq.to_bytes(8), op)
        for device, log, seq, op, epoch in rows
        if epochs is None or (log and epoch in epochs)
    ]
    return digest("hearthside/frontier/1", b"".join(parts)), len(parts)


def holes(db: Database, circle_no: int) -> list[Hole]:
    """What is missing below the highest held seq of each log, oldest first."""
    rows = db.read(
        "SELECT device, log, before, seq FROM (SELECT device_no, log, seq,"
        "  lag(seq, 1, -1) OVER (PARTITION BY log, device_no ORDER BY seq) AS before"
        "  FROM ops WHERE circle_no = ?) JOIN devices USING (device_no)"
        " WHERE seq > before + 1",
        (circle_no,),
    )
    return [Hole(DeviceId(d), Log(log), before + 1, seq) for d, log, before, seq in rows]


def gaps(db: Database, circle_no: int) -> int:
    """How many ops are missing below the highest held seq of each log."""
    return sum(hole.end - hole.first for hole in holes(db, circle_no))


def holes_before(db: Database, circle_no: int, op_nos: list[int]) -> list[Hole]:
    """What is missing right before some ops of words."""
    found = []
    for op_no in op_nos:
        rows = db.read(
            "SELECT device, o.seq, (SELECT max(p.seq) FROM ops p WHERE p.circle_no = o.circle_no"
            "  AND p.log = o.log AND p.device_no = o.device_no AND p.seq < o.seq)"
            " FROM ops o JOIN devices USING (device_no) WHERE o.circle_no = ? AND op_no = ?",
            (circle_no, op_no),
        )
        for device, seq, before in rows:
            first = 0 if before is None else before + 1
            if first < seq:
                found.append(Hole(DeviceId(device), Log.WORDS, first, seq))
    return found


def logs(db: Database, circle_no: int, epochs: frozenset[EpochId]) -> list[Logbook]:
    """The authentic words of some epochs but pending ones, a log at a time."""
    rows = db.read(
        "SELECT device, log, seq, op, epoch FROM ops JOIN devices USING (device_no)"
        " JOIN epochs USING (epoch_no) WHERE ops.circle_no = ? AND state != 0"
        " ORDER BY device, log, seq, op",
        (circle_no,),
    )
    wanted = (row for row in rows if row[1] and row[4] in epochs)
    found = []
    for (device, log), group in groupby(wanted, lambda row: (row[0], row[1])):
        held = [(seq, op) for _, _, seq, op, _ in group]
        parts = b"".join(seq.to_bytes(8) + op for seq, op in held)
        told = digest("hearthside/log/1", parts, size=16)
        # A liar may have given its last seq of all; a top beyond is no number on the wire.
        top = min(held[-1][0] + 1, MAX_SAFE)
        found.append(Logbook(device=device, log=log, top=top, digest=told))
    return found


def in_log(
    db: Database, circle_no: int, hole: Hole, epochs: frozenset[EpochId]
) -> list[EnvelopeId]:
    """What is held in a stretch of a log: of its newest `MAX_IDS`, words only of some epochs."""
    rows = db.read(
        "SELECT envelope, epoch FROM ops JOIN epochs USING (epoch_no)"
        " WHERE ops.circle_no = ?1 AND log = ?3 AND device_no ="
        "  (SELECT device_no FROM devices WHERE circle_no = ?1 AND device = ?2)"
        " AND seq >= ?4 AND seq < ?5 ORDER BY seq DESC LIMIT ?6",
        (circle_no, hole.device, int(hole.log), hole.first, hole.end, MAX_IDS),
    )
    return [EnvelopeId(name) for name, epoch in rows if not hole.log or epoch in epochs]


def first_words(db: Database, circle_no: int) -> dict[DeviceId, int]:
    """The lowest seq held of each device's words."""
    rows = db.read(
        "SELECT device, min(seq) FROM ops JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND log = 1 GROUP BY device_no",
        (circle_no,),
    )
    return {DeviceId(device): int(seq) for device, seq in rows}


def keep_fork(db: Database, circle_no: int, device: DeviceId, log: Log, seq: int) -> bool:
    """A device signed two different ops with one seq. False: that was known."""
    return bool(
        db.execute(
            "INSERT INTO forks VALUES (?,?,?,?) ON CONFLICT DO NOTHING RETURNING 1",
            (circle_no, device, int(log), seq),
        )
    )


def forks(db: Database, circle_no: int) -> dict[DeviceId, list[tuple[Log, int]]]:
    """The places that each device is known to have given twice, acts first, lowest seq first."""
    rows = db.read(
        "SELECT device, log, seq FROM forks WHERE circle_no = ? ORDER BY device, log, seq",
        (circle_no,),
    )
    found: dict[DeviceId, list[tuple[Log, int]]] = {}
    for device, log, seq in rows:
        found.setdefault(DeviceId(device), []).append((Log(log), int(seq)))
    return found


def count_forks(db: Database, circle_no: int) -> int:
    """How many devices are known to have signed two different ops with one seq."""
    ((count,),) = db.read(
        "SELECT count(DISTINCT device) FROM forks WHERE circle_no = ?", (circle_no,)
    )
    return int(count)
