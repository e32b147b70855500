"""The systems that replication is measured beside: Node programs in `peers/`, two processes each.

Their packages are installed once, by `npm ci` from the lock file, into a cache folder outside the
repository. Whatever is missing for that is said in one sentence, and the rest is measured alone.
"""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

from tests.benchmarks.measuring import cpu_seconds, peak_mb

HERE: Final = Path(__file__).parent / "peers"
OLDEST_NODE: Final = 20
PROGRAMS: Final = ("hypercore.js", "ssb.js")
LONGEST: Final = 900  # seconds for one thing that a peer does


class NoPeers(Exception):  # noqa: N818 - a reason to go on without them
    """They can't be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """One replication, of theirs or of ours. Seconds, bytes."""

    wall: float
    cpu: float  # of the receiver
    sender_cpu: float
    peak: float  # MB, of the receiver
    sender_peak: float
    wired: int | None  # TCP payload, both ways
    whole: bool
    more: dict[str, Any]


def installed(here: Path = HERE, programs: Sequence[str] = PROGRAMS, *more: str) -> Path:
    """The folder with the programs and their packages, made if need be. Raises `NoPeers`.

    `here`: where they and the lock file are; `more`: what else npm is told.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoPeers("Node and npm are not installed, so nothing is measured beside us.")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    if int("0" + said.strip().lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise NoPeers(f"Node {said.strip()} is older than 20, so nothing is measured beside us.")
    lock = (here / "package-lock.json").read_bytes()
    name = hashlib.sha256(lock).hexdigest()[:16]
    folder = user_cache_path("hearthside-bench", appauthor=False) / f"peers-{name}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copyfile(here / file, folder / file)
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", *more],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise NoPeers("npm could not fetch the packages, so nothing is measured beside us.")
        (folder / "complete").touch()
    for program in programs:
        shutil.copyfile(here / program, folder / program)
    return folder


@dataclass(frozen=True, slots=True)
class Peer:
    """One of the two, with what it wrote once."""

    folder: Path  # of the programs
    program: str
    store: Path
    posts: int

    def write(self, texts: Path) -> float:
        """Write the posts; seconds."""
        told = self._run("write", self.store, str(texts), str(self.posts))
        return float(told["wrote"])

    def replicate(self, fresh: Path, *more: str) -> Run:
        """Copy everything into a fresh folder."""
        with self._serving() as (sender, told):
            where = [str(told["port"]), told["key"]] if "port" in told else list(told.values())
            before = cpu_seconds(sender)
            found = self._run("read", fresh, *where, str(self.posts), *more)
            return Run(
                wall=found["wall"], cpu=found["cpu"], sender_cpu=cpu_seconds(sender) - before,
                peak=found["peak"] / 1e6, sender_peak=peak_mb(sender), wired=found["bytes"],
                whole=found["whole"], more=found,
            )  # fmt: skip

    @contextmanager
    def _serving(self) -> Iterator[tuple[int, dict[str, Any]]]:
        with subprocess.Popen(
            self._words("serve", self.store), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                line = process.stdout.readline() if process.stdout is not None else b""
                time.sleep(1)  # whatever it still does at its start is no part of the measure
                yield process.pid, json.loads(line)
            finally:
                process.terminate()

    def _run(self, what: str, folder: Path, *more: str) -> dict[str, Any]:
        done = subprocess.run(
            self._words(what, folder, *more), capture_output=True, check=True, timeout=LONGEST
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _words(self, what: str, folder: Path, *more: str) -> list[str]:
        return ["node", str(self.folder / self.program), what, os.fspath(folder), *more]
