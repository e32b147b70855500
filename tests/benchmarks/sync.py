"""`tools/bench sync`: replication beside its budgets and beside two peers, all on loopback.

The sender is a `hearthside rpc` on a copy of Ada's home, the receiver a fresh home in a process of
its own, let in by a link: real libp2p, SQLCipher on disk, every post judged and readable. Ours and
the peers take turns in one run, and the median counts, because the machine may be shared.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trio

from tests.benchmarks import growth
from tests.benchmarks.measuring import cpu_seconds, machine, peak_mb
from tests.benchmarks.sync_homes import fresh_copy, prepared, sending
from tests.benchmarks.sync_peers import NoPeers, Peer, Run, installed
from tests.benchmarks.sync_words import Said, conversations

CHILD = "tests.benchmarks.sync_child"
PAGE = 50
PARTS = ("bulk", "newest", "words")


def row(what: str, value: float, unit: str, budget: float) -> None:
    """One line of the table of budgets."""
    mark = "" if value <= budget else " OVER"
    print(f"| {what} | {value:.3g} {unit} | {budget:g} {unit} | {value / budget:.2f}{mark} |")


async def _receive(folder: Path, posts: int, *, newest: bool) -> Run:
    async with sending(folder) as ada:
        page = []
        if newest:
            feed = await ada.home.call("post.list", circle=ada.circle, limit=PAGE)
            page = [post["post"] for post in feed]
        before = cpu_seconds(ada.pid)
        done = await trio.run_process(
            [sys.executable, "-m", CHILD, str(folder / "Newcomer"), ada.link, str(posts),
             ",".join(page)],
            capture_stdout=True,
        )  # fmt: skip
        found = json.loads(done.stdout)
        return Run(
            wall=found["wall"], cpu=found["cpu"], sender_cpu=cpu_seconds(ada.pid) - before,
            peak=found["peak"] / 1e6, sender_peak=peak_mb(ada.pid), wired=found["bytes"],
            whole=found["whole"], more=found,
        )  # fmt: skip


def ours(source: Path, posts: int, *, newest: bool = False) -> Run:
    """One newcomer gets everything, or the newest page."""
    with fresh_copy(source, "Ada") as folder:
        return trio.run(lambda: _receive(folder, posts, newest=newest))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    posts: int
    repeat: int
    ssb_posts: int
    ssb_repeat: int
    peers: bool


def _peers(source: Path, asked: Asked, *, search: bool) -> dict[str, Callable[[], Run]]:
    """The peers, each with its posts written; what replicates them once more."""
    if not asked.peers:
        return {}
    try:
        programs = installed()
    except NoPeers as reason:
        print(f"({reason})\n")
        return {}
    found: dict[str, Callable[[], Run]] = {}
    for program, posts, more in (
        ("hypercore.js", asked.posts, ()),
        ("ssb.js", asked.ssb_posts, ("1" if search else "0",)),
    ):
        store = source / f"{program}-{posts}"
        peer = Peer(programs, program, store, posts)
        if not store.exists():
            took = peer.write(source / "texts.txt")
            print(f"({program}: {posts} posts written in {took:.1f} s)", flush=True)

        def once(peer: Peer = peer, more: tuple[str, ...] = more) -> Run:
            with tempfile.TemporaryDirectory(dir=source.parent, prefix="run-") as folder:
                return peer.replicate(Path(folder) / "store", *more)

        found[program.removesuffix(".js")] = once
    return found


def bulk(source: Path, asked: Asked) -> dict[str, list[Run]]:
    """All runs of everybody, in turns; the first of ours tells whether there is a search index."""
    runs = {"hearthside": [ours(source, asked.posts)]}
    search = bool(runs["hearthside"][0].more["search"])
    others = _peers(source, asked, search=search)
    for turn in range(asked.repeat):
        if turn:
            runs["hearthside"].append(ours(source, asked.posts))
        for name, once in others.items():
            if name == "ssb" and turn >= asked.ssb_repeat:
                continue
            try:
                runs.setdefault(name, []).append(once())
            except subprocess.SubprocessError as fault:
                print(f"({name} did not come to its end: {type(fault).__name__})", flush=True)
    runs = {name: each for name, each in runs.items() if each}
    print(
        "\n| bulk | posts | wall, median | all walls | CPU receiver | CPU sender | peak receiver "
        "| peak sender | on the wire |\n|---|---|---|---|---|---|---|---|---|"
    )
    for name, each in runs.items():
        posts = asked.ssb_posts if name == "ssb" else asked.posts
        walls = ", ".join(f"{run.wall:.1f}" for run in each)
        wired = [run.wired for run in each if run.wired is not None]
        print(
            f"| {name} | {posts} | {_median(each, 'wall'):.2f} s | {walls} "
            f"| {_median(each, 'cpu'):.1f} s | {_median(each, 'sender_cpu'):.1f} s "
            f"| {_median(each, 'peak'):.0f} MB | {_median(each, 'sender_peak'):.0f} MB "
            f"| {statistics.median(wired) / 1e6 if wired else 0:.1f} MB |"
            + ("" if all(run.whole for run in each) else " NOT WHOLE")
        )
    index = "with its search index" if search else "this store has no search index"
    print(
        f"\nOurs: from being let in to the last post on disk and readable, {index}. hypercore: from"
        " connecting to every block on disk. ssb: from connecting to indexed (base, keys, ebt,"
        f" jitdb by type{', then ssb-search2' if search else ''}).\n"
    )
    return runs


def _median(runs: list[Run], part: str) -> float:
    return statistics.median(float(getattr(run, part)) for run in runs)


def _show(what: str, said: Said) -> None:
    kinds = ", ".join(
        f"{count} {kind} {size} B" for kind, (count, size) in sorted(said.kinds.items())
    )
    print(
        f"| {what} | {said.reconciling} B | {said.whole} B | {said.trips['authority']} "
        f"| {said.trips['words']} | {kinds} |" + ("" if said.equal else " NOT EQUAL")
    )


def measure(source: Path, asked: Asked, parts: list[str]) -> None:
    """Everything that was asked for, then the table of budgets."""
    rows: list[tuple[str, float, str, float]] = []
    if "bulk" in parts:
        runs = bulk(source, asked)
        each = {
            name: _median(found, "wall") / (asked.ssb_posts if name == "ssb" else asked.posts)
            for name, found in runs.items()
        }
        for name, budget in (("hypercore", 0.7), ("ssb", 0.35)):
            if name in each:
                ratio = each["hearthside"] / each[name]
                rows.append((f"bulk, ours / {name} (wall a post)", ratio, "", budget))
    if "newest" in parts:
        first = ours(source, asked.posts, newest=True)
        rows.append(
            (f"newest {PAGE} of {asked.posts} readable, no authority before", first.wall, "s", 1.0)
        )
    if "words" in parts:
        with fresh_copy(source, "Ada", "Ben") as folder:
            said = conversations(folder)
        print(
            "| conversation | reconciling | whole | trips, authority | trips, words | frames |\n"
            "|---|---|---|---|---|---|"
        )
        for what, one in said.items():
            _show(what, one)
            idle = what.startswith("nothing")
            rows.append((f"{what}: bytes reconciling", one.reconciling, "B", 500 if idle else 3000))
            if not idle:
                rows.append((f"{what}: round trips", one.trips["words"], "", 2))
    print("\n| what | measured | budget | measured / budget |\n|---|---|---|---|")
    for line in rows:
        row(*line)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tools/bench sync")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ssb-posts", type=int, help="as many as --posts if not given")
    parser.add_argument("--ssb-repeat", type=int, default=1)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be repeated")
    parser.add_argument("--keep", type=Path, help="keep what was written in this folder")
    parser.add_argument("--growth", action="store_true", help="also how cost grows with the set")
    given = parser.parse_args()
    asked = Asked(
        given.posts, given.repeat, min(given.posts, given.ssb_posts or given.posts),
        given.ssb_repeat, not given.without_peers,
    )  # fmt: skip
    print(f"{machine()}, load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="hearthside-bench-") as base:
        source = prepared(given.keep or Path(base), asked.posts)
        measure(source, asked, given.only or list(PARTS))
    return growth.main([]) if given.growth else 0


if __name__ == "__main__":
    sys.exit(main())
