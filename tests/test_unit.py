"""The unit by which a mailbox runs from the start of the computer on: whole, tight, as told."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.mailbox.running import CALLERS, PROVING

HOUSE = Path(__file__).resolve().parent.parent
UNIT = HOUSE / "resources" / "systemd" / "hearthside-mailbox.service"
GUIDE = HOUSE / "docs" / "mailbox.md"
TIGHT = 2.0  # of ten, by systemd's own measure: less is tighter
LEAST = 250  # the first systemd that judges a file offline

only_with_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="not here: systemd-analyze"
)


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def analyze(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The same file with a program that is here: systemd looks whether it can be run."""
    text = UNIT.read_text(encoding="utf-8")
    made = tmp_path / UNIT.name
    said, changes = re.subn(r"(?<=^ExecStart=)\S+", sys.executable, text, flags=re.MULTILINE)
    assert changes == 1
    made.write_text(said, encoding="utf-8")
    return made


@only_with_systemd
def test_systemd_understands_every_line(unit: Path) -> None:
    """A name that it does not know would be passed over, and protect nothing."""
    told = analyze("verify", str(unit))
    assert told.returncode == 0, told.stderr
    assert unit.name not in told.stderr, told.stderr
    unit.write_text(unit.read_text(encoding="utf-8") + "\n[Service]\nProtectAll=yes\n", "utf-8")
    assert "ProtectAll" in analyze("verify", str(unit)).stderr  # it does tell


@only_with_systemd
def test_it_may_do_little(unit: Path) -> None:
    """By systemd's own measure."""
    version = re.search(r"systemd (\d+)", analyze("--version").stdout)
    if version is None or int(version[1]) < LEAST:
        pytest.skip(f"not here: systemd {LEAST} or newer")
    told = analyze("security", "--offline=true", "--no-pager", str(unit)).stdout
    level = re.search(r"exposure level for \S+: ([0-9.]+)", told)
    assert level is not None, told[-500:]
    assert float(level[1]) <= TIGHT


def test_the_program_understands_its_words() -> None:
    """Each option of the unit is one that `hearthside mailbox` has."""
    (command,) = settings()["ExecStart"]
    _, mode, *words = command.split()
    assert mode == "mailbox"
    told = subprocess.run(
        [sys.executable, "-m", "app", mode, "--help"],
        capture_output=True, text=True, check=True, timeout=60, cwd=HOUSE,
    ).stdout  # fmt: skip
    options = {word for word in words if word.startswith("--")}
    assert options
    assert all(f"{option} " in told for option in options)


def test_it_has_room_for_all_who_may_call() -> None:
    """Each caller is an open file; the default of a thousand would turn people away."""
    assert int(settings()["LimitNOFILE"][0]) >= 2 * (CALLERS + PROVING)


def test_what_it_may_write_is_one_folder_and_the_guide_names_it() -> None:
    told = settings()
    (folder,) = told["StateDirectory"]
    assert told["DynamicUser"] == told["NoNewPrivileges"] == ["yes"]
    assert told["ProtectSystem"] == ["strict"]
    assert "ReadWritePaths" not in told
    assert f"--home %S/{folder} " in told["ExecStart"][0]
    said = GUIDE.read_text(encoding="utf-8")
    assert f"/var/lib/{folder}" in said
    assert UNIT.name in said
    assert told["ExecStart"][0].split("/tcp/")[1].split()[0] in said  # the port to be opened
