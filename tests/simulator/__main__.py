"""Plays villages: `--seed N` one of them, told in full; `--seeds A B` all from A up to B."""

import argparse
import gc
import os
import sys
import time

from p2p.simulator.besides import besides
from p2p.simulator.lapsing import lapsing
from p2p.simulator.stage import HASHES, hashes_are_fixed
from p2p.simulator.story import draw
from tests.simulator.planted import ALL
from tests.simulator.towns import towns
from tests.simulator.village import Told, run

WRONG = 1
SELDOM = 20_000  # new objects after which Python looks for cycles; there are few, and villages end


def tell(told: Told) -> None:
    """The whole story of one seed."""
    story = told.story
    print(f"seed {told.seed}: {story.people} people, "
          f"history {'fresh' if story.fresh else 'open'}, liars {sorted(story.liars)}")  # fmt: skip
    if told.habits:
        print(f"  the liar {', '.join(told.habits)}")
    for at, act in story.acts:
        print(f"  {at:8.3f} s  {act}")
    print(f"  {story.length:8.3f} s  good weather; all lines cut first: {story.hang_up}")
    for why in sorted(set(told.hung_up)):
        print(f"  hung up {told.hung_up.count(why)} times: {why}")
    print(f"  {told.people} members at the end, {told.posts} posts acknowledged, "
          f"{told.failures} power cuts, healed after {told.healed_after} s, "
          f"{told.cpu:.2f} s of CPU, final state {told.state}")  # fmt: skip


def told_of(seed: int, *, lapses: bool) -> Told:
    return run(seed, lapsing(besides(draw(seed))) if lapses else None)


def catch(planted: str, begin: int, end: int, *, lapses: bool) -> int:
    """Play with a bug until a seed goes wrong."""
    towns().build()
    begun = time.process_time()
    with ALL[planted]():
        for seed in range(begin, end):
            told = told_of(seed, lapses=lapses)
            if told.broken is not None:
                spent = time.process_time() - begun
                print(f"{planted}: caught by seed {seed}, {spent:.1f} s of CPU: {told.broken}")
                return 0
    print(f"{planted}: not caught by seeds {begin} to {end - 1}")
    return WRONG


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/simulate", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, nargs=2, metavar=("FROM", "TO"))
    parser.add_argument("--states", action="store_true", help="tell the final state of each seed")
    parser.add_argument("--lapsing", action="store_true", help="words do not stay for good")
    parser.add_argument("--planted", choices=sorted(ALL), help="with this bug, to the first catch")
    asked = parser.parse_args()
    if asked.seed is None and asked.seeds is None:
        parser.error("which seed? --seed N, or --seeds FROM TO")
    if not hashes_are_fixed():  # sets of bytes would be gone through in another order
        os.environ[HASHES] = "0"
        again = [sys.executable, "-m", "tests.simulator", *sys.argv[1:]]
        os.execv(sys.executable, again)  # noqa: S606 - our own program once more
    if asked.planted is not None:
        begin, end = asked.seeds or (asked.seed, asked.seed + 1)
        return catch(asked.planted, begin, end, lapses=asked.lapsing)
    gc.set_threshold(SELDOM)
    begin, end = asked.seeds or (asked.seed, asked.seed + 1)
    more = " --lapsing" if asked.lapsing else ""
    wrong = 0
    begun = time.process_time()
    for seed in range(begin, end):
        told = told_of(seed, lapses=asked.lapsing)
        if asked.seed is not None:
            tell(told)
        if asked.states:
            print(f"seed {seed}: state {told.state}")
        if told.broken is not None:
            wrong += 1
            print(
                f"seed {seed}: {told.broken}\n  replay: tools/simulate --seed {seed}{more}",
                flush=True,
            )
    spent = time.process_time() - begun
    print(f"{end - begin} seeds, {wrong} wrong, {spent / max(1, end - begin):.3f} s of CPU a seed")
    return WRONG if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
