"""What is committed stays; what is damaged, full, newer or read-only is said in a sentence."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from app.refused import Refused, Why
from app.store.db import Database, open_store
from p2p.errors import OurFault
from tests.app.folders import a_persons_folder

KEY = bytes(range(32))
STEPS = (
    """
    CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT NOT NULL UNIQUE);  -- a; b
    CREATE TABLE heard (count INTEGER NOT NULL);
    INSERT INTO heard VALUES (0);
    CREATE TRIGGER listen AFTER INSERT ON word BEGIN
        UPDATE heard SET count = count + 1;
        SELECT 1;
    END;
    -- the end
    """,
)


@contextmanager
def opened(
    path: Path, *, create: bool = False, key: bytes = KEY, steps: tuple[str, ...] = STEPS
) -> Iterator[Database]:
    """Open a store for as long as the block lasts."""
    database = open_store(path, key, create=create, steps=steps)
    try:
        yield database
    finally:
        database.close()


def say(database: Database, *words: str) -> None:
    """Commit some words."""
    with database.write():
        database.executemany("INSERT INTO word (said) VALUES (?)", [(word,) for word in words])


def test_a_store_of_a_trial_version_is_left_alone(tmp_path: Path) -> None:
    """Its tables are others: said in a sentence, and nothing in it is changed."""
    path = tmp_path / "store.db"
    with opened(path, create=True) as database:
        say(database, "kept")
        database.read("PRAGMA application_id=0")
    before = path.read_bytes()
    assert why_not(path) is Why.DAMAGED_STORE
    assert path.read_bytes() == before


def words(database: Database) -> list[str]:
    """Read all words back, in order."""
    return [said for (said,) in database.read("SELECT said FROM word ORDER BY id")]


def why_not(path: Path, *, key: bytes = KEY, steps: tuple[str, ...] = STEPS) -> Why:
    """Open and read a store that must be refused, and say why it was."""
    with pytest.raises(Refused) as refusal, opened(path, key=key, steps=steps) as database:
        words(database)
    return refusal.value.kind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a store with two hundred words in it, closed."""
    path = tmp_path / "store.db"
    with opened(path, create=True) as database:
        say(database, *(f"word {number} " + "x" * 100 for number in range(200)))
    return path


def test_what_was_said_is_there_again(tmp_path: Path) -> None:
    """Close and open: the same words; one private file and nothing else in the folder."""
    path = tmp_path / "store.db"
    with opened(path, create=True) as database:
        say(database, "lantern", "harbour")
        assert database.read("SELECT count FROM heard") == [(2,)]
    with opened(path) as database:
        assert words(database) == ["lantern", "harbour"]
    assert [file.name for file in tmp_path.iterdir()] == ["store.db"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_readable_lies_on_disk(tmp_path: Path) -> None:
    """Not in the store, not in its side files, not while it is open."""
    path = tmp_path / "store.db"
    with opened(path, create=True) as database:
        say(database, "lantern")
        for file in tmp_path.iterdir():
            raw = file.read_bytes()
            assert b"lantern" not in raw
            assert b"CREATE TABLE" not in raw
            assert b"SQLite format" not in raw


def test_the_settings_hold(path: Path) -> None:
    """Durable, overwriting what is erased, nothing in temporary files."""
    with opened(path) as database:
        for setting, value in {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
            "temp_store": 2,
            "cache_size": -16384,
            "mmap_size": 0,
            "locking_mode": "exclusive",
        }.items():
            assert database.read(f"PRAGMA {setting}") == [(value,)], setting
        assert database.read("PRAGMA cipher_memory_security")[0][0] in (0, "0")


def test_a_wrong_key_is_silent_on_stderr(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The vault knows wrong passphrases; a key that does not fit here means damage."""
    assert why_not(path, key=bytes(32)) is Why.DAMAGED_STORE
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [0, 100, 4096, 8192, 20000, -4096, -10])
def test_a_truncated_store_is_damaged(path: Path, size: int) -> None:
    """However much is cut off, also all of it: never an empty home, never half of the words."""
    raw = path.read_bytes()
    path.write_bytes(raw[:size])
    assert why_not(path) is Why.DAMAGED_STORE
    assert path.read_bytes() == raw[:size]


@pytest.mark.parametrize("place", [0, 20, 5000, 0.5, -100])
def test_one_flipped_bit_is_noticed(path: Path, place: float) -> None:
    """Every page is authenticated: damage is an error and never a changed word."""
    raw = bytearray(path.read_bytes())
    raw[int(place * len(raw)) if place == 0.5 else int(place)] ^= 1
    path.write_bytes(raw)
    assert why_not(path) is Why.DAMAGED_STORE


def test_a_store_that_is_not_there_is_damage(tmp_path: Path) -> None:
    """Opening makes nothing."""
    assert why_not(tmp_path / "store.db") is Why.DAMAGED_STORE
    assert not list(tmp_path.iterdir())


def test_a_store_is_never_made_over_another(path: Path) -> None:
    """Creating where a store is already is refused, and the words stay."""
    with pytest.raises(Refused) as refusal, opened(path, create=True):
        pytest.fail("made a store over another")
    assert refusal.value.kind is Why.ALREADY_EXISTS
    with opened(path) as database:
        assert len(words(database)) == 200


def test_a_half_made_store_is_begun_again(tmp_path: Path) -> None:
    """A crash while creating leaves a piece that the next attempt clears away."""
    for name in ("store.db.new", "store.db.new-wal", "store.db-wal"):
        (tmp_path / name).write_bytes(b"half")
    with opened(tmp_path / "store.db", create=True) as database:
        say(database, "lantern")
    assert [file.name for file in tmp_path.iterdir()] == ["store.db"]


def test_a_newer_store_is_left_alone(path: Path) -> None:
    """A store that has seen more steps than we know is not opened."""
    before = path.read_bytes()
    assert why_not(path, steps=()) is Why.NEWER_STORE
    assert path.read_bytes() == before


def test_an_older_store_is_brought_to_today(path: Path) -> None:
    """Steps that are new are run once, and the words stay."""
    newer = (*STEPS, "ALTER TABLE word ADD COLUMN loud INTEGER NOT NULL DEFAULT 0")
    for _ in range(2):
        with opened(path, steps=newer) as database:
            assert database.read("SELECT count(*), sum(loud) FROM word") == [(200, 0)]
            assert database.read("PRAGMA user_version") == [(2,)]


def test_a_step_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    """A step is one transaction: half a step never stays."""
    broken = (*STEPS, "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(sqlcipher.OperationalError), opened(path, steps=broken):
        pytest.fail("a broken step went through")
    with opened(path) as database:
        assert database.read("SELECT name FROM sqlite_schema WHERE name = 'half'") == []
        assert len(words(database)) == 200


def test_values_come_back_as_they_went(path: Path) -> None:
    """Also those that the driver has to be told how to adapt."""
    with opened(path) as database:
        row = database.read(
            "SELECT ?, ?, ?, ?, ?, ?", (b"a\0b", bytearray(b"c"), True, None, 2, "d")
        )
        assert row == [(b"a\0b", b"c", 1, None, 2, "d")]
        assert database.read("SELECT typeof(?), typeof(?)", (b"", None)) == [("blob", "null")]


def test_an_exception_undoes_the_whole_transaction(path: Path) -> None:
    """All or nothing, and the next transaction is not hindered.

    A broken constraint is no refusal: nobody but the programmer can do anything about it.
    """
    with opened(path) as database:
        with pytest.raises(sqlcipher.IntegrityError):
            say(database, "never", "never")
        say(database, "later")
        assert words(database)[-1] == "later"
        assert len(words(database)) == 201


def test_transactions_do_not_nest_and_changes_need_one(path: Path) -> None:
    """Both would make a promise about the disk that nobody can keep."""
    with opened(path) as database:
        with pytest.raises(OurFault), database.write(), database.write():
            pytest.fail("a transaction in a transaction")
        with pytest.raises(OurFault):
            database.execute("DELETE FROM word")
        with pytest.raises(OurFault):
            database.executemany("DELETE FROM word WHERE id = ?", [(1,)])
        assert len(words(database)) == 200


def test_a_second_thread_is_turned_away(path: Path) -> None:
    """The connection belongs to one thread."""
    raised: list[BaseException] = []

    def look(database: Database) -> None:
        try:
            words(database)
        except OurFault as fault:
            raised.append(fault)

    with opened(path) as database:
        other = threading.Thread(target=look, args=(database,))
        other.start()
        other.join()
    assert len(raised) == 1


def test_a_full_disk_is_said_and_nothing_is_lost(path: Path) -> None:
    """The words before stay, and once there is room again writing goes on."""
    with opened(path) as database:
        [(pages,)] = database.read("PRAGMA page_count")
        database.read(f"PRAGMA max_page_count={pages}")
        with pytest.raises(Refused, match="can't save any more") as refusal:
            say(database, *(f"more {number} " + "y" * 1000 for number in range(200)))
        assert refusal.value.kind is Why.DISK_FULL
        assert len(words(database)) == 200
        database.read("PRAGMA max_page_count=100000")
        say(database, "again")
        assert words(database)[-1] == "again"


def test_a_folder_that_cannot_be_written() -> None:
    """Making and opening a store there are both refused, with a sentence; nothing is left."""
    with a_persons_folder() as folder:
        path = folder / "store.db"
        folder.chmod(0o500)
        with pytest.raises(Refused) as refusal, opened(path, create=True):
            pytest.fail("made a store in a read-only folder")
        assert refusal.value.kind is Why.READ_ONLY
        assert not list(folder.iterdir())
        folder.chmod(0o700)
        with opened(path, create=True) as database:
            say(database, "lantern")
        folder.chmod(0o500)
        assert why_not(path) is Why.READ_ONLY
        folder.chmod(0o700)
        path.chmod(0o400)
        assert why_not(path) is Why.READ_ONLY
        path.chmod(0o600)
        with opened(path) as database:
            assert words(database) == ["lantern"]


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from tests.app.test_db import KEY, STEPS, say
from app.store.db import open_store
database = open_store(Path(sys.argv[1]), KEY, create=True, steps=STEPS)
for number in range(1_000_000):
    say(database, str(number))
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_what_was_committed_outlives_a_kill(tmp_path: Path) -> None:
    """Killed in the middle of writing: everything that was said to be kept is there."""
    path = tmp_path / "store.db"
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_FOR_EVER, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as writer:
        assert writer.stdout is not None
        for _ in range(300):
            last = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        rest = [int(line) for line in writer.stdout.read().split(b"\n")[:-1]]
    with opened(path) as database:
        kept = [int(word) for word in words(database)]
    assert kept == list(range(len(kept)))
    assert len(kept) > (rest or [last])[-1]
