"""What SQLite's result codes mean to the person: a full disk, a failing one, damage."""

import sqlite3

from app.diskfaults import disk_full, failing_disk, read_only
from app.refused import Refused, Why


def refusal(code: int) -> Refused | None:
    """What a fault means to the person; None where it is our own bug."""
    # Extended result codes carry the plain one in their low byte.
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return disk_full()
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return read_only()
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return damaged()
        case sqlite3.SQLITE_IOERR:
            return failing_disk()
        case _:
            return None


def damaged() -> Refused:
    """Part of the store cannot be read."""
    return Refused(
        Why.DAMAGED_STORE,
        "Part of your store can't be read. Don't reinstall; nothing was changed. Put store.db back "
        "from your last backup.",
    )
