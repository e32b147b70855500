"""A home folder is private, and open in one process at a time."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.places import AlreadyOpen, Places
from app.refused import Refused, Why
from app.vault import KdfCost, make_header, with_check, write_header
from p2p.crypto import system_entropy

HOLD = (
    "import sys; from pathlib import Path; from app.places import Places\n"
    "with Places(Path(sys.argv[1])).claim(): print('held', flush=True); sys.stdin.read()"
)


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    """Claiming a home that is not there yet makes a folder that nobody else can look into."""
    places = Places(tmp_path / "far" / "home")
    with places.claim():
        assert stat.S_IMODE(places.folder.stat().st_mode) == 0o700
        assert places.is_new


def test_a_home_is_claimed_once_at_a_time(tmp_path: Path) -> None:
    """The second claim is turned away; after the first has ended it is welcome."""
    places = Places(tmp_path)
    with places.claim(), pytest.raises(AlreadyOpen, match="already open"), places.claim():
        pytest.fail("two claims at once")
    with places.claim():
        assert places.lock.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    """No lock file has to be removed by hand after a crash."""
    places = Places(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyOpen), places.claim():
            pytest.fail("claimed although another process holds it")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with places.claim():
        assert places.lock.exists()


def test_a_file_is_no_home(tmp_path: Path) -> None:
    """A path that names a file is refused in a sentence, and the file is left alone."""
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(Refused, match="not a folder") as refusal, Places(path).claim():
        pytest.fail("claimed a file")
    assert refusal.value.kind is Why.READ_ONLY
    assert path.read_text() == "mine"


def test_the_usual_place_is_the_persons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --home the home is where the platform keeps a person's data."""
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/else")
    assert Places.default().folder.name == "hearthside"


def test_every_home_has_a_flower_of_its_own(tmp_path: Path) -> None:
    """The lock screen draws it without a passphrase; before there is a home there is none."""
    places = Places(tmp_path)
    assert places.flower() == b""
    header = make_header(KdfCost(ops=1, mem_bytes=8192), system_entropy)
    write_header(places.header, with_check(header, bytes(32)))
    assert places.flower() == header.flower
    assert len(places.flower()) == 16
