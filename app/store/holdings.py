"""Rows about who holds whose words: what devices said, and what is held here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.store.db import Database
from p2p.ids import DeviceId, EpochId
from p2p.wire import Holding

HEAD = 8  # bytes of an op's id

_COLUMNS = "holder, author, counter, first, top, head, signature"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one device without a gap: from seq `first` up to before `top`; the last one's id."""

    first: int
    top: int
    head: bytes


def run(db: Database, circle_no: int, author: DeviceId) -> Run | None:
    """The newest run that is here of a device's words. None: there is none.

    By whether each op is linked to the one before it, so that it costs a look-up or two.
    """
    rows = db.read(
        "SELECT device_no, seq, op FROM ops JOIN devices USING (device_no) WHERE"
        " ops.circle_no = ?1 AND log = 1 AND device_no ="
        "  (SELECT device_no FROM devices WHERE circle_no = ?1 AND device = ?2)"
        " ORDER BY seq DESC, op LIMIT 1",
        (circle_no, author),
    )
    if not rows:
        return None
    device_no, last, op = rows[0]
    ((first,),) = db.read(
        "SELECT coalesce(max(seq), 0) FROM ops INDEXED BY ops_unlinked"
        " WHERE circle_no = ? AND linked = 0 AND log = 1 AND device_no = ?",
        (circle_no, device_no),
    )
    return Run(int(first), int(last) + 1, bytes(op)[:HEAD])


def of_pairs(
    db: Database, circle_no: int, pairs: Iterable[tuple[DeviceId, DeviceId]]
) -> dict[tuple[DeviceId, DeviceId], Holding]:
    """What is known of some pairs of (holder, author)."""
    found = {}
    for holder, author in pairs:
        for row in db.read(
            f"SELECT {_COLUMNS} FROM holdings WHERE circle_no = ? AND author = ? AND holder = ?",  # noqa: S608 - constants
            (circle_no, author, holder),
        ):
            found[holder, author] = Holding(*row)
    return found


def about(db: Database, circle_no: int, author: DeviceId) -> list[Holding]:
    """What is known of who holds a device's words."""
    rows = db.read(
        f"SELECT {_COLUMNS} FROM holdings WHERE circle_no = ? AND author = ?",  # noqa: S608 - constants
        (circle_no, author),
    )
    return [Holding(*row) for row in rows]


def every(db: Database, circle_no: int, most: int) -> list[Holding]:
    """All that is known, the newest of it where it is much."""
    rows = db.read(
        f"SELECT {_COLUMNS} FROM holdings WHERE circle_no = ? ORDER BY holding_no DESC LIMIT ?",  # noqa: S608 - constants
        (circle_no, most),
    )
    return [Holding(*row) for row in rows]


def keep(db: Database, circle_no: int, holdings: Iterable[Holding]) -> None:
    """Keep newer ones in place of what was said before."""
    db.executemany(
        f"INSERT OR REPLACE INTO holdings (circle_no, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",  # noqa: S608 - constants
        [
            (circle_no, h.holder, h.author, h.counter, h.first, h.top, h.head, h.signature)
            for h in holdings
        ],
    )


def forget_beyond(db: Database, circle_no: int, most: int, me: DeviceId) -> None:
    """Of what is carried for others only the last so many."""
    db.execute(
        "DELETE FROM holdings WHERE circle_no = ?1 AND author != ?2 AND holder != ?2"
        " AND holding_no <= coalesce((SELECT holding_no FROM holdings WHERE circle_no = ?1"
        "  AND author != ?2 AND holder != ?2 ORDER BY holding_no DESC LIMIT 1 OFFSET ?3), 0)",
        (circle_no, me, most),
    )


def place(db: Database, op_no: int) -> tuple[DeviceId, int, EpochId] | None:
    """Of the op of a row: whose it is, its seq, and the epoch it is sealed under."""
    rows = db.read(
        "SELECT device, seq, epoch FROM ops JOIN devices USING (device_no)"
        " JOIN epochs USING (epoch_no) WHERE op_no = ?",
        (op_no,),
    )
    return (DeviceId(rows[0][0]), int(rows[0][1]), EpochId(rows[0][2])) if rows else None


def posts_in(
    db: Database, circle_no: int, author: DeviceId, runs: Sequence[tuple[int, int]], most: int
) -> list[bytes]:
    """The posts that a device's words of some stretches say, newest first, at most `most`."""
    found: dict[bytes, None] = {}
    for first, end in runs:
        rows = db.read(
            "SELECT post FROM ops CROSS JOIN posts INDEXED BY posts_by_op USING (op_no)"
            " WHERE ops.circle_no = ?1 AND log = 1 AND device_no ="
            "  (SELECT device_no FROM devices WHERE circle_no = ?1 AND device = ?2)"
            " AND seq >= ?3 AND seq < ?4 AND op_no IS NOT NULL ORDER BY seq DESC LIMIT ?5",
            (circle_no, author, first, end, most),
        )
        found.update(dict.fromkeys(bytes(post) for (post,) in rows))
    return list(found)[:most]
