"""The only door to SQLCipher: open the store, read it, change it in transactions.

Theory of operation. One connection, one thread, one file. The key comes raw from `app.vault`, which
has already told a wrong passphrase from a right one; so whatever SQLCipher cannot decipher here is
damage. Every page is authenticated (HMAC), so damage is noticed and never read as data.

Durability: WAL with `synchronous=FULL`, so whoever leaves `write()` without an exception has the
change on disk, also through a power cut. Nothing is said to have happened before.

Creating is made crash-safe by building the whole store under another name and renaming it into
place last: `store.db` either is not there (the home is new) or is complete. The header is written
before that, see `app.vault`. A half-built file of an earlier try holds nothing and is removed.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

from sqlcipher3 import dbapi2 as sqlcipher

from app.diskfaults import as_refusal, sync_folder
from app.refused import Refused, Why
from app.store.faults import damaged, refusal
from app.store.migrations import STEPS
from p2p.errors import OurFault

Row: TypeAlias = tuple[Any, ...]
Value: TypeAlias = str | bytes | bytearray | int | float | None
Args: TypeAlias = Sequence[Value] | Mapping[str, Value]

KEY_SIZE: Final = 32
FORMAT: Final = 0x48534832
"""SQLite's application id: "HSH2". Stores of trial versions have none (docs/adr/0009)."""

_STATEMENTS: Final = 512
"""Compiled statements kept: more than this program has, so that none is compiled twice."""
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")
_SETTINGS: Final = (
    # Set straight after keying.
    "cipher_memory_security=OFF",  # locking every page costs 16 times the speed, as measured
    "journal_mode=WAL",  # readers never wait for the writer, one flush for each commit
    "synchronous=FULL",  # a commit survives a power cut, not only a crash of ours
    "secure_delete=ON",  # what was erased is overwritten, not only unlinked
    "foreign_keys=ON",
    "temp_store=MEMORY",  # SQLite's temporary files are not enciphered
    "cache_size=-16384",  # 16 MiB: the index pages that a large sync touches again and again
    "wal_autocheckpoint=4000",  # 16 MB: a page that changes often is written back once
    "mmap_size=0",  # a disk error in a mapped page would kill the process
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


# Of all but numbers and texts the driver asks how to adapt them; where nobody has told it, it
# raises and catches two exceptions for each value: 2.4 us in place of 0.5.
sqlcipher.register_adapter(bytes, bytearray)
sqlcipher.register_adapter(bool, int)
sqlcipher.register_adapter(type(None), lambda nothing: nothing)


class _SaidToThePerson:
    """Turn what SQLCipher raises into a refusal, where it is about this disk and not about us.

    A class, because every statement goes through it: a generator costs several times as much.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _: type[BaseException] | None, fault: BaseException | None, __: TracebackType | None
    ) -> None:
        match fault:
            case sqlcipher.ProgrammingError():
                # Also what it raises for a second thread; its text would tell thread ids.
                raise OurFault("the store was used wrongly") from fault
            case sqlcipher.Error():
                code: int = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
                if (refused := refusal(code)) is not None:
                    raise refused from None
            case _:
                pass


_SAID_TO_THE_PERSON: Final = _SaidToThePerson()


class Database:
    """The open store. Belongs to the thread that opened it; used from another it is `OurFault`.

    Everything here raises `Refused`: DISK_FULL, READ_ONLY or DAMAGED_STORE, as the case may be. A
    constraint that does not hold is our own bug and stays SQLite's `IntegrityError`.
    """

    def __init__(self, connection: sqlcipher.Connection) -> None:
        """Take over a keyed, migrated connection; made by `open_store`."""
        self._connection = connection
        self._writing = False

    def read(self, sql: str, args: Args = ()) -> list[Row]:
        """Give all rows of a query, inside or outside of a `write()`."""
        with _SAID_TO_THE_PERSON:
            return self._connection.execute(sql, args).fetchall()

    @contextmanager
    def write(self) -> Iterator[Self]:
        """One transaction: on disk when the block ends, undone wholly if it raises.

        Not to be nested (`OurFault`): the inner one could not promise its end. Never await inside.
        """
        if self._writing:
            raise OurFault("a transaction inside a transaction")
        with _SAID_TO_THE_PERSON:
            self._connection.execute("BEGIN IMMEDIATE")
        self._writing = True
        try:
            yield self
            with _SAID_TO_THE_PERSON:
                self._connection.execute("COMMIT")
        finally:
            self._writing = False
            # Still open only if something raised; on a full disk SQLite may have undone it itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def execute(self, sql: str, args: Args = ()) -> list[Row]:
        """Change something inside a `write()`; gives the rows of a RETURNING clause."""
        self._expect_writing()
        return self.read(sql, args)

    def executemany(self, sql: str, rows: Iterable[Args]) -> None:
        """Change something once for each row, inside a `write()`."""
        self._expect_writing()
        with _SAID_TO_THE_PERSON:
            self._connection.executemany(sql, rows)

    def fold(self) -> None:
        """Write the WAL back and empty it: what was erased is then in no file. May be put off."""
        with suppress(sqlcipher.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Fold the WAL into the one file and let go of the key. Never raises for a full disk."""
        # What is in the WAL is already durable; folding it in is tidiness and may fail.
        self.fold()
        self._connection.close()

    def _expect_writing(self) -> None:
        if not self._writing:
            raise OurFault("a change outside of a transaction")


def open_store(path: Path, key: bytes, *, create: bool, steps: Sequence[str] = STEPS) -> Database:
    """Open the store with its raw 32-byte key, or make it first, and bring it to today's tables.

    Takes some milliseconds. `Refused`: ALREADY_EXISTS (create), DAMAGED_STORE (also if there is no
    such file), NEWER_STORE, READ_ONLY, DISK_FULL.
    """
    if len(key) != KEY_SIZE:
        raise OurFault("a store key of the wrong size")
    if create:
        _build(path, key, steps)
    else:
        _expect_a_file(path)
    return _open(path, key, steps)


def _expect_a_file(path: Path) -> None:
    """Look before SQLite does: it takes an empty file for a new store, without a word.

    And a file without write permission for a damaged one.
    """
    try:
        with path.open("rb+") as file:
            if not file.read(1):
                raise damaged()
    except FileNotFoundError:
        raise damaged() from None
    except OSError as fault:
        raise as_refusal(fault) from None


def _build(path: Path, key: bytes, steps: Sequence[str]) -> None:
    """Make a complete store beside `path`, then rename it into place."""
    if path.exists():
        raise Refused(
            Why.ALREADY_EXISTS, "There is already a home here. Open it with its passphrase."
        )
    half = path.with_name(path.name + ".new")
    try:
        half.unlink(missing_ok=True)
        for end in _SIDE_FILES:  # a WAL left by another store would be taken for the new one's
            half.with_name(half.name + end).unlink(missing_ok=True)
            path.with_name(path.name + end).unlink(missing_ok=True)
        # Made here and not by SQLite, so that it is 0600; its side files take the same mode.
        os.close(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _open(half, key, steps).close()
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        half.rename(path)
        sync_folder(path.parent)
    except OSError as fault:
        raise as_refusal(fault) from None


def _open(path: Path, key: bytes, steps: Sequence[str]) -> Database:
    with _SAID_TO_THE_PERSON:
        connection = sqlcipher.connect(
            str(path), isolation_level=None, cached_statements=_STATEMENTS
        )
    try:
        with _SAID_TO_THE_PERSON:
            # Before the key: otherwise SQLCipher writes ERROR lines to stderr by itself.
            connection.execute("PRAGMA cipher_log_level=NONE")
            connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
            # Nobody else ever has this file open, so the index of the WAL can live in memory: one
            # file less, and none that has to be mapped on a disk that may be full.
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}").fetchall()
            _migrate(connection, steps)
            _try_to_write(connection)
    except BaseException:
        connection.close()
        raise
    return Database(connection)


def _migrate(connection: sqlcipher.Connection, steps: Sequence[str]) -> None:
    """Run the steps that this store has not been through, each in a transaction of its own."""
    done = _user_version(connection)
    if done > len(steps):
        raise Refused(
            Why.NEWER_STORE,
            "This home was last used by a newer Hearthside. Nothing in it is lost. "
            "Install the newer version to open it.",
        )
    if not done:
        connection.execute(f"PRAGMA application_id={FORMAT}")
    elif int(connection.execute("PRAGMA application_id").fetchall()[0][0]) != FORMAT:
        raise Refused(
            Why.DAMAGED_STORE,
            "This home was made by a trial version of Hearthside, from before the first release, "
            "and this one can't read it. Nothing in it was changed; make a new home in another "
            "folder.",
        )
    for number, script in enumerate(steps[done:], start=done + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _try_to_write(connection: sqlcipher.Connection) -> None:
    """Find out now whether this file can be changed, not at the first post.

    SQLite opens a file without write permission silently, and even begins a transaction on it. The
    change is undone, so nothing reaches the disk.
    """
    version = _user_version(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version={version}")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _user_version(connection: sqlcipher.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchall()[0][0])


def _statements(script: str) -> Iterator[str]:
    """Part a script at the semicolons that end statements, so not at those inside a trigger.

    SQLite's own `executescript` commits first, which would break the step's transaction.
    """
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement
