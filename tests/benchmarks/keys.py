"""`tools/bench keys`: what a removal costs, what folding the acts of a circle costs, and a peer's.

Everything goes the ways of the program, on SQLCipher stores that are not flushed; only the sockets
are left out. Times are processor time of the one computer in question, and medians.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.circle.fold import AuthorityOp, Folding, fold
from app.circle.proofs import Proofs
from tests.benchmarks.keys_circle import MOST_USES, Crowd, Removed
from tests.benchmarks.keys_peer import Turns, beside
from tests.benchmarks.measuring import machine
from tests.benchmarks.sync_peers import NoPeers

NEWEST = 60  # ops that are folded one by one
TIMES = 5


def row(what: str, value: float, unit: str, budget: float) -> None:
    """One line of the table of budgets."""
    mark = "" if value <= budget else "**OVER**"
    told = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    print(f"| {what} | {told} {unit} | {budget:g} {unit} | {mark} |", flush=True)


def from_scratch(ops: Sequence[AuthorityOp]) -> tuple[float, float]:
    """Milliseconds for all, with every signature inside of them checked, and with all known."""
    cold, known = list[float](), list[float]()
    for _ in range(TIMES):
        proofs = Proofs()
        for times in (cold, known):
            begun = time.process_time()
            fold(ops, proofs)
            times.append((time.process_time() - begun) * 1000)
    return statistics.median(cold), statistics.median(known)


def one_more(ops: Sequence[AuthorityOp], newest: int) -> dict[str, list[float]]:
    """Milliseconds for each of the newest ops after all before it, by what they are.

    All that an op holds is asked for the first time, signatures too.
    """
    folding, took = Folding(), dict[str, list[float]]()
    for op in ops[:-newest]:
        folding.add(op)
    folding.view()
    for op in ops[-newest:]:
        begun = time.process_time()
        folding.add(op)
        folding.view()
        name = type(op.act).__name__.lower()
        took.setdefault(name, []).append((time.process_time() - begun) * 1000)
    return took


def removals(crowd: Crowd, times: int) -> list[Removed]:
    """So many removals, one after the other."""
    return [crowd.removes() for _ in range(times)]


def tell_removals(size: int, found: list[Removed], budget: float) -> None:
    """The lines about removals from a circle of that size."""
    act = statistics.median(one.act for one in found)
    boxes = statistics.median(one.boxes for one in found)
    row(f"a removal of {size:,}: its acts", act, "ms", budget)
    row(f"the same, and a box for each of {found[0].boxed:,}", act + boxes, "ms", budget)
    envelopes = statistics.median(one.envelopes for one in found)
    grants = statistics.median(one.grants for one in found)
    row(f"bytes to each who remains, of {size:,}", envelopes + grants, "B", 2000)
    print(f"| of these the acts {envelopes:,.0f} B, the secrets {grants:,.0f} B | | | |")


def tell_folding(ops: Sequence[AuthorityOp], newest: int) -> None:
    """The lines about folding."""
    cold, known = from_scratch(ops)
    admissions = sum(type(op.act).__name__ == "Admit" for op in ops)
    what = f"{len(ops):,} ops from scratch"
    row(f"{what}, with {5 * admissions:,} signatures in {admissions} admissions", cold, "ms", 200)
    row(f"{what}, these known", known, "ms", 200)
    for name, took in sorted(one_more(ops, newest).items()):
        row(f"one more: {name}, median of {len(took)}", statistics.median(took), "ms", 2)


def ours(crowd: Crowd, times: int) -> Turns:
    """Letting somebody in and removing them again."""
    add, remove, sent = list[float](), list[float](), list[float]()
    for _ in range(times):
        add.append(crowd.comes())
        removed = crowd.removes()
        remove.append(removed.act)
        sent.append(removed.envelopes + removed.grants)
    return Turns(add, remove, sent)


def tell_beside(size: int, mine: Turns, times: int) -> None:
    """The lines about adding and removing, ours and theirs."""
    found = {"Hearthside": mine}
    try:
        found["@localfirst/auth"] = beside(size, times)
    except NoPeers as reason:
        print(f"({reason})", flush=True)
    for name, turns in found.items():
        figures = [statistics.median(each) for each in (turns.add, turns.remove, turns.sent)]
        print("| {} | {} | {:.3g} ms | {:.3g} ms | {:,.0f} B |".format(name, size, *figures),
              flush=True)  # fmt: skip


def measure(base: Path, sizes: Sequence[int], large: int, times: int) -> None:
    """Everything. `sizes`: circles that are measured beside a peer; the last has the budget."""
    crowds = [Crowd.grown(base / str(size), size) for size in sizes]
    print("| what | measured | budget | |\n|---|---|---|---|")
    crowd = crowds[-1]
    tell_folding(crowd.authority(), min(NEWEST, len(crowd.authority()) // 2))
    tell_removals(sizes[-1], removals(crowd, times), 60)
    newest = one_more(crowd.authority(), 3 * times)
    for name in ("remove", "epoch", "link"):
        row(f"one more: {name}, median of {times}", statistics.median(newest[name]), "ms", 2)
    if large:
        great = Crowd.grown(base / str(large), large, uses=MOST_USES)
        tell_removals(large, removals(great, times), 500)
        great.close()
    print("\n| who | members | add | remove | bytes of a removal |\n|---|---|---|---|---|")
    for size, one in zip(sizes, crowds, strict=True):
        while len(one.keys) < size - 2:
            one.comes()
        tell_beside(size, ours(one, times), times)
        one.close()


def main() -> int:
    """Grow the circles, then measure."""
    parser = argparse.ArgumentParser(prog="tools/bench keys", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 250], help="of circles")
    parser.add_argument("--large", type=int, default=2000, help="one more; 0 for none")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is done")
    given = parser.parse_args()
    print(f"{machine()}, load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="hearthside-bench-") as base:
        measure(Path(base), given.sizes, given.large, given.times)
    return 0


if __name__ == "__main__":
    sys.exit(main())
