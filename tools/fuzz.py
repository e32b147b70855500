"""Fuzzes the parsers of tests/fuzz: guided by coverage where atheris is installed, else blindly.

    tools/fuzz --list
    tools/fuzz --target frame --seconds 60
    tools/fuzz --seconds 300 --findings /some/folder      every target, five minutes each

Each target runs in a process of its own, which prints how many inputs it tried and what it found.
A finding is written down as a file of the corpus (hex); bring it to tests/fuzz/corpus/TARGET/.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LONGEST = 0.050  # seconds of processor time that a parser may take for one input
OURS = ("p2p", "app")
INSTRUMENTED = 4  # times slower, where coverage is counted


def main() -> int:
    """Fuzz what the arguments name; 1 where something was found."""
    arguments = _arguments()
    guided = find_spec("atheris") is not None and not arguments.blind
    if guided:
        import atheris  # noqa: PLC0415 - only where it is

        with atheris.instrument_imports(include=list(OURS)):
            import_module("app.household")
            import_module("p2p.node")
    from tests.fuzz.table import NAMES  # noqa: PLC0415 - after ours were instrumented

    if arguments.list:
        print("\n".join(NAMES))
        return 0
    unknown = [name for name in arguments.target or () if name not in NAMES]
    if unknown:
        print(f"There is no target {unknown[0]!r}; --list names them.")
        return 2
    if arguments.target and len(arguments.target) == 1:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            return _one(arguments, Path(folder), guided=guided)
    found = 0
    for name in arguments.target or NAMES:
        same = ["--seconds", str(arguments.seconds), "--seed", str(arguments.seed)]
        if arguments.findings:
            same += ["--findings", str(arguments.findings)]
        if arguments.blind:
            same += ["--blind"]
        again = [sys.executable, "-m", "tools.fuzz", "--target", name, *same]
        found |= subprocess.run(again, check=False).returncode != 0
    return int(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/fuzz", description="Fuzz the parsers.")
    parser.add_argument("--list", action="store_true", help="name the targets")
    parser.add_argument("--target", action="append", help="only this one; may be repeated")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1, help="of all chance")
    parser.add_argument("--findings", type=Path, help="a folder for what is found")
    parser.add_argument("--blind", action="store_true", help="without atheris, also where it is")
    return parser.parse_args()


class Run:
    """One target being fuzzed: counts, judges, writes down."""

    def __init__(self, target: Any, arguments: argparse.Namespace, longest: float) -> None:  # noqa: ANN401
        self.target = target
        self.executions = 0
        self.findings: dict[str, bytes] = {}
        self._longest = longest
        self._folder = arguments.findings
        self._begun = time.monotonic()
        self._seconds = arguments.seconds

    @property
    def over(self) -> bool:
        return time.monotonic() - self._begun > self._seconds

    def tries(self, data: bytes) -> None:
        """One input."""
        self.executions += 1
        begun = time.process_time()
        fault = self.target.survives(data)
        if fault is not None:
            where = traceback.extract_tb(fault.__traceback__)[-1]
            self._found(
                f"{type(fault).__name__} at {Path(where.filename).name}:{where.lineno}", data
            )
        elif self.target.parses and time.process_time() - begun > self._longest:
            # Others use this computer too, so a slow moment is no finding.
            least = min(self._time(data) for _ in range(10))
            if least > self._longest:
                self._found(f"more than {self._longest * 1000:.0f} ms", data)

    def _time(self, data: bytes) -> float:
        begun = time.process_time()
        self.target.survives(data)
        return time.process_time() - begun

    def _found(self, what: str, data: bytes) -> None:
        if what in self.findings:
            return
        self.findings[what] = data
        print(f"  {self.target.name}: {what}, {len(data)} bytes: {data[:40].hex()}", flush=True)
        if self._folder is not None:
            from tests.fuzz.targets import spelled  # noqa: PLC0415 - see main

            name = f"{self.target.name}-{len(self.findings)}".replace(" ", "-")
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.hex").write_text(spelled(data), "ascii")
            (self._folder / f"{name}.txt").write_text(what + "\n", "utf-8")

    def told(self, how: str) -> int:
        """Say how it went; the exit status."""
        seconds = time.monotonic() - self._begun
        print(
            f"{self.target.name}: {self.executions} executions in {seconds:.0f} s ({how}), "
            f"{len(self.findings)} findings",
            flush=True,
        )
        return int(bool(self.findings))


def _one(arguments: argparse.Namespace, folder: Path, *, guided: bool) -> int:
    from tests.fuzz.mutating import edited, some_edits  # noqa: PLC0415 - see main
    from tests.fuzz.table import table  # noqa: PLC0415 - see main

    with table(folder) as targets:
        target = targets[arguments.target[0]]
        run = Run(target, arguments, LONGEST * (INSTRUMENTED if guided else 1))
        seeds = [*target.seeds, *target.corpus()]

        def bent(data: bytes, chance: random.Random, most: int) -> bytes:
            return edited(data, some_edits(chance), seeds, min(most, target.limit))

        if guided:
            _guided(run, seeds, bent, folder, arguments.seed)
        chance = random.Random(arguments.seed)  # noqa: S311 - so that a run can be repeated
        for seed in seeds:
            run.tries(seed)
        while not run.over:
            for _ in range(16):
                run.tries(bent(chance.choice(seeds), chance, target.limit))
        return run.told("blind")


def _guided(
    run: Run, seeds: list[bytes], bent: Callable[..., bytes], folder: Path, seed: int
) -> None:
    """Let atheris choose. Ends the process: libFuzzer gives nothing back."""
    import atheris  # noqa: PLC0415 - only where it is

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(seeds):
        (corpus / str(number)).write_bytes(data)

    def one(data: bytes) -> None:
        run.tries(data)
        if run.over:
            status = run.told("guided")
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(status)

    def mutator(data: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)  # noqa: S311 - so that a run can be repeated
        if chance.random() < 0.4:  # noqa: PLR2004 - a good part each
            return bytes(atheris.Mutate(data, most))
        return bent(data, chance, most)

    options = [f"-max_len={run.target.limit}", f"-seed={seed}", "-timeout=60", "-rss_limit_mb=0"]
    quiet = ["-verbosity=0", "-print_final_stats=0", "-detect_leaks=0"]
    atheris.Setup(["fuzz", str(corpus), *options, *quiet], one, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
