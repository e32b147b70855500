"""`tools/bench mesh`: a post in a simulated circle, by every way that was weighed (docs/adr/0006).

No network and no clock: the figures are the same on every machine. Means over `--runs` seeds.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from statistics import mean

from p2p.simulator import mesh

SIZES = (20, 150, 2000)
MUTE = 0.1


def row(what: str, spreads: Sequence[mesh.Spread]) -> None:
    """One line of the table."""
    here = [len(spread.times) for spread in spreads]
    reached = sum(here) / sum(spread.count for spread in spreads)
    hops = mean(spread.mean_hops for spread in spreads)
    copies = mean(spread.copies / spread.count for spread in spreads)
    bytes_ = mean(spread.bytes_ / spread.count for spread in spreads)
    times = " | ".join(
        f"{1000 * mean(spread.time_to(share) for spread in spreads):.0f} ms"
        for share in (0.5, 0.99, 1.0)
    )
    most = max(max(spread.hops) for spread in spreads)
    print(
        f"| {what} | {100 * reached:.4g} % | {hops:.2f} / {most} | {copies:.2f} "
        f"| {bytes_:,.0f} | {times} |",
        flush=True,
    )


def runs(count: int, seeds: int) -> dict[str, list[mesh.Spread]]:
    """Every way, over some seeds."""
    told: dict[str, list[mesh.Spread]] = {}
    for seed in range(seeds):
        chance = random.Random(seed)
        graph = mesh.rings(count, chance)
        mute = frozenset(chance.sample(range(1, count), int(count * MUTE)))
        some = mesh.rings(count, chance, away=0.3)
        gossips, beside = mesh.meshed(count, chance)
        ours, hurt = mesh.World(graph, chance), mesh.World(graph, chance, mute=mute)
        theirs, theirs_hurt = mesh.World(gossips, chance), mesh.World(gossips, chance, mute=mute)
        drawn = mesh.push(ours, count // 2)
        ways = {
            "push": mesh.push(ours, 0),
            "ids first": mesh.ids_first(ours, 0),
            "tree and ids": mesh.tree(ours, 0, drawn),
            "GossipSub": mesh.gossip(theirs, beside, 0),
            "push, 30 % offline": mesh.push(mesh.World(some, chance), 0),
            "push, 10 % mute": mesh.push(hurt, 0),
            "tree and ids, 10 % mute": mesh.tree(hurt, 0, drawn),
            "GossipSub, 10 % mute": mesh.gossip(theirs_hurt, beside, 0),
        }
        for what, spread in ways.items():
            told.setdefault(what, []).append(spread)
    return told


def beside_theory(count: int, seeds: int) -> None:
    """What random graphs of degree 8 should do, and what these do."""
    hops, times = [], []
    for seed in range(seeds):
        graph = mesh.rings(count, random.Random(seed))
        hops.append(mesh.push(mesh.World(graph, random.Random(seed), mesh.steady), 0))
        times.append(mesh.push(mesh.World(graph, random.Random(seed), mesh.exponential), 0))
    mean_hops, most = mesh.theory_of_hops(count, 8)
    typical, last = mesh.theory_of_time(count, 8, 0.06)
    print("| beside the theory | measured | theory |\n|---|---|---|")
    print(
        f"| mean hops, equal latencies | {mean(s.mean_hops for s in hops):.2f} | {mean_hops:.2f} |"
    )
    print(f"| most hops | {max(max(s.hops) for s in hops)} | {most} |")
    for what, share, theory in (("50 %", 0.5, typical), ("all", 1.0, last)):
        took = 1000 * mean(spread.time_to(share) for spread in times)
        print(f"| to {what}, exponential latencies | {took:.0f} ms | {1000 * theory:.0f} ms |")


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="tools/bench mesh")
    parser.add_argument("--runs", type=int, default=10)
    asked = parser.parse_args()
    for count in SIZES:
        print(f"\n{count} members, degree 8, latencies of 60 ms (median), posts of {mesh.POST} B\n")
        print(
            "| way | reached | hops, mean / most | copies a member | bytes a member "
            "| to 50 % | to 99 % | to all |\n|---|---|---|---|---|---|---|---|"
        )
        for what, spreads in runs(count, asked.runs).items():
            row(what, spreads)
    print()
    beside_theory(SIZES[-1], asked.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
