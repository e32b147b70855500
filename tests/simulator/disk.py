"""A real store on a computer whose power fails: between two statements, or in the middle of one.

The power is asked before each statement. When it goes the connection is closed at once, with
whatever transaction was open, as the end of a process would; from then on nothing answers.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.store.db import Args, Database, open_store
from p2p.simulator.power import Mains, PowerCut

KEY = bytes(range(32))


class Wire:
    """A connection, as far as `Database` uses it, behind the power of a house."""

    def __init__(self, connection: Any, mains: Mains) -> None:  # noqa: ANN401 - SQLCipher's own
        self._connection = connection
        self._mains = mains
        self._gone = False

    def execute(self, sql: str, args: Args = ()) -> Any:  # noqa: ANN401 - SQLCipher's own
        self._look()
        fails = self._mains.draw(commits=sql == "COMMIT")
        done = self._connection.execute(sql, args)
        if fails:
            self._mains.fail()
        return done

    def executemany(self, sql: str, rows: Iterable[Args]) -> Any:  # noqa: ANN401 - the same
        self._look()
        fails = self._mains.draw()
        done = self._connection.executemany(sql, rows)
        if fails:
            self._mains.fail()
        return done

    def _look(self) -> None:
        if self._gone:
            raise PowerCut

    @property
    def in_transaction(self) -> bool:
        return not self._gone and bool(self._connection.in_transaction)

    def close(self) -> None:
        self._gone = True
        self._connection.close()


def open_disk(path: Path, mains: Mains) -> Database:
    """The store of a house, as it was left."""
    db = open_store(path, KEY, create=False)
    # The power is cut here between statements; what the system's cache does is no part of this.
    db.read("PRAGMA synchronous=OFF")
    db._connection = Wire(db._connection, mains)  # type: ignore[assignment]
    return db
