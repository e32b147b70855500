"""Words without their payload: those that lapsed, and which are to."""

from app.store.db import Database


def whole(db: Database, circle_no: int, hours: tuple[int, int], most: int) -> list[int]:
    """Words that have their payload, of hours beyond the first up to the second: row numbers."""
    rows = db.read(
        "SELECT op_no FROM ops WHERE circle_no = ? AND log = 1 AND hour > ? AND hour <= ?"
        " AND stripped = 0 ORDER BY hour, op_no LIMIT ?",
        (circle_no, *hours, most),
    )
    return [int(op_no) for (op_no,) in rows]


def is_here(db: Database, circle_no: int, op: bytes) -> bool:
    """Whether an op is here, and without its payload."""
    return bool(
        db.read(
            "SELECT 1 FROM ops WHERE circle_no = ? AND op = ? AND stripped = 1", (circle_no, op)
        )
    )


def count(db: Database, circle_no: int, hours: tuple[int, int]) -> int:
    """How many words of hours beyond the first up to the second are without their payload."""
    ((found,),) = db.read(
        "SELECT count(*) FROM ops WHERE circle_no = ? AND log = 1 AND hour > ? AND hour <= ?"
        " AND stripped = 1",
        (circle_no, *hours),
    )
    return int(found)


def any_until(db: Database, circle_no: int, hour: int) -> bool:
    """Whether words of the hours up to one are without their payload."""
    return bool(
        db.read(
            "SELECT 1 FROM ops WHERE circle_no = ? AND log = 1 AND hour <= ? AND stripped = 1"
            " LIMIT 1",
            (circle_no, hour),
        )
    )


def shown_until(db: Database, circle_no: int, hour: int) -> int:
    """How many posts and replies are shown of the hours up to one."""
    ((found,),) = db.read(
        "SELECT count(*) FROM posts JOIN ops USING (op_no)"
        " WHERE ops.circle_no = ? AND log = 1 AND hour <= ?",
        (circle_no, hour),
    )
    return int(found)
