"""Words set aside, outside of every set: what does not open yet, and what nobody vouches for yet.

Both are bounded for themselves, by number and by bytes, the oldest going first: whoever floods one
shuts nothing out of the other, and neither can fill a disk or a memory.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from app.store.db import Database
from app.store.parts import marks, parts
from p2p.ids import EnvelopeId, OpId

MOST: Final = 2000  # envelopes of either kind in a circle
MOST_BYTES: Final = 16 << 20  # of either kind in a circle


def set_aside(
    db: Database, circle_no: int, waiting: Sequence[tuple[EnvelopeId, bytes, OpId | None]]
) -> None:
    """Keep envelopes: with the op where it opened and nobody vouches for it, else without."""
    if not waiting:
        return
    db.executemany(
        "INSERT OR IGNORE INTO quarantine (circle_no, envelope, bytes, op) VALUES (?,?,?,?)",
        [(circle_no, *one) for one in waiting],
    )
    for which in ("IS NULL", "IS NOT NULL"):
        db.execute(
            f"DELETE FROM quarantine WHERE rowid IN (SELECT row FROM (SELECT rowid AS row,"  # noqa: S608 - constants
            f"  row_number() OVER newest AS number, sum(length(bytes)) OVER newest AS size"
            f"  FROM quarantine WHERE circle_no = ? AND op {which}"
            f"  WINDOW newest AS (ORDER BY rowid DESC)) WHERE number > ? OR size > ?)",
            (circle_no, MOST, MOST_BYTES),
        )


def closed(db: Database, circle_no: int) -> list[tuple[EnvelopeId, bytes]]:
    """What does not open yet, in the order it came."""
    rows = db.read(
        "SELECT envelope, bytes FROM quarantine WHERE circle_no = ? AND op IS NULL ORDER BY rowid",
        (circle_no,),
    )
    return [(EnvelopeId(name), envelope) for name, envelope in rows]


def any_unsigned(db: Database, circle_no: int) -> bool:
    """Whether anything waits to be vouched for."""
    return bool(
        db.read(
            "SELECT 1 FROM quarantine WHERE circle_no = ? AND op IS NOT NULL LIMIT 1", (circle_no,)
        )
    )


def opened(db: Database, circle_no: int) -> list[tuple[EnvelopeId, bytes]]:
    """What opened and waits to be vouched for, in the order it came."""
    rows = db.read(
        "SELECT envelope, bytes FROM quarantine WHERE circle_no = ? AND op IS NOT NULL"
        " ORDER BY rowid",
        (circle_no,),
    )
    return [(EnvelopeId(name), envelope) for name, envelope in rows]


def unsigned(db: Database, circle_no: int, named: Iterable[OpId]) -> list[tuple[EnvelopeId, bytes]]:
    """What waits to be vouched for, of these ops."""
    found: list[tuple[EnvelopeId, bytes]] = []
    for part in parts(named):
        found += db.read(
            f"SELECT envelope, bytes FROM quarantine WHERE circle_no = ? AND op IN ({marks(part)})",  # noqa: S608 - marks only
            (circle_no, *part),
        )
    return found


def let_out(db: Database, circle_no: int, names: Iterable[EnvelopeId]) -> None:
    """These wait no longer."""
    db.executemany(
        "DELETE FROM quarantine WHERE circle_no = ? AND envelope = ?",
        [(circle_no, name) for name in names],
    )
