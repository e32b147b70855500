"""What leaves a mailbox by itself, with time."""

from app.mailbox.books import DAY, DAYS, FORGOTTEN
from app.store.db import Database
from p2p.op import Log


def prune(db: Database, hour: int) -> int:
    """Let go of what has been here for long enough; how many envelopes went."""
    until = hour - DAYS * DAY
    with db.write():
        rows = db.execute(
            "SELECT box_no, count(*), sum(length(bytes)) FROM envelopes"
            " WHERE log = ? AND arrived < ? GROUP BY box_no",
            (int(Log.WORDS), until),
        )
        for box_no, count, size in rows:
            db.execute(
                "UPDATE boxes SET used = used - ?, held = held - ?, seen = seen + 1"
                " WHERE box_no = ?",
                (size, count, box_no),
            )
        db.execute("DELETE FROM envelopes WHERE log = ? AND arrived < ?", (int(Log.WORDS), until))
        db.execute("DELETE FROM parcels WHERE arrived < ?", (until,))
        db.execute("DELETE FROM requests WHERE arrived < ?", (until,))
        db.execute("DELETE FROM capsules WHERE until < ?", (hour,))
        db.execute("DELETE FROM boxes WHERE visited < ?", (hour - FORGOTTEN * DAY,))
    return sum(count for _, count, _ in rows)
