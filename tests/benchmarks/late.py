"""`tools/bench late`: how late a 10 ms timer of a window is while 100,000 posts come into it.

The window is the real one, offscreen with the software renderer, on a fresh home that comes in by
a link; the feed is shown while it fills. Lateness is the time between two ticks beyond 10 ms. The
same window at rest is measured first, because the machine has a say in it too; and beside the
lateness stands what is left of it without the time in which other programs had the processors.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import trio

from app import commands as c
from app.home import Home, Settings
from app.places import Places
from tests.benchmarks.measuring import machine, percentile
from tests.benchmarks.sync_homes import LOOPBACK, fresh_copy, prepared, sending
from tests.benchmarks.sync_village import CHEAP, PASSPHRASE

WINDOW = "tests.benchmarks.late_window"
BUDGETS = {"p50": None, "p99": None, "p99.9": 25.0, "max": 50.0}  # ms


async def _empty_home(folder: Path) -> None:
    places = Places(folder)
    with places.claim():
        home = Home(places, Settings(listen=LOOPBACK, kdf=CHEAP))
        async with trio.open_nursery() as nursery:
            await nursery.start(home.run)
            await home.do(c.CreateHome(passphrase=PASSPHRASE))
            await home.do(c.Stop())


async def _watch(folder: Path, posts: int) -> dict[str, list[float]]:
    await _empty_home(folder / "Newcomer")
    async with sending(folder) as ada:
        done = await trio.run_process(
            [sys.executable, "-m", WINDOW, str(folder / "Newcomer"), ada.link, str(posts)],
            capture_stdout=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"},
        )
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _told(what: str, late: Sequence[float], *, budgets: bool) -> None:
    values = {
        "p50": percentile(late, 0.5), "p99": percentile(late, 0.99),
        "p99.9": percentile(late, 0.999), "max": max(late),
    }  # fmt: skip
    for name, value in values.items():
        budget = BUDGETS[name] if budgets else None
        if budget is None:
            print(f"| {what}, {name} | {value:.2f} ms | | |")
            continue
        mark = "" if value <= budget else " OVER"
        print(f"| {what}, {name} | {value:.2f} ms | {budget:g} ms | {value / budget:.2f}{mark} |")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tools/bench late")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep what was written in this folder")
    given = parser.parse_args()
    print(f"{machine()}, load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="hearthside-bench-") as base:
        source = prepared(given.keep or Path(base), given.posts)
        with fresh_copy(source, "Ada") as folder:
            late = trio.run(_watch, folder, given.posts)
    (seconds,) = late["seconds"]
    print(f"({given.posts} posts came in {seconds:.1f} s, {len(late['busy'])} ticks)\n")
    print("| lateness of a 10 ms timer | measured | budget | measured / budget |")
    print("|---|---|---|---|")
    _told("window at rest", late["rest"], budgets=False)
    _told(f"while {given.posts} posts come in", late["busy"], budgets=True)
    _told("the same without waiting for a processor", late["own"], budgets=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
