"""Plays stories of secrets: `--seed N` one of them, in full; `--seeds A B` all from A up to B."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from app.store.db import open_store
from p2p.simulator.stage import HASHES, hashes_are_fixed
from tests.p2p.village import KEY
from tests.secrecy.planted import ALL, Plant
from tests.secrecy.stories import Story

WRONG = 1


def run(seed: int, plant: Plant = nullcontext) -> Story:
    """The story of a seed, to its end. What breaks it off is wrong with it, too."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        open_store(empty, KEY, create=True).close()
        story = Story(seed, Path(folder), empty)
        with plant():
            try:
                story.play()
            except Exception as broke:  # noqa: BLE001 - whatever it is, the seed is to be named
                story.wrong.append(f"step {story.oracle.step} broke off: {broke!r}")
        return story


def tell(story: Story) -> None:
    """The whole story, who knows what, and how; then what was sealed for whom."""
    archive, oracle = story.hamlet.archive, story.oracle
    turned = [home.name for home in story.hamlet.homes if home.turned]
    print(f"seed {story.seed}: history {story.history.value}, turned {turned}")
    for line in story.told:
        print(f"  {line}")
    for device in archive.devices:
        print(f"  {archive.name_of(device)} knows")
        known = archive.known([device])
        for secret in known:
            name = archive.names.get(secret.epoch, "an epoch of nobody")
            print(f"    {secret.log.name.lower()} of {name}: {archive.path(known, secret)}")
    for sealed in oracle.sealed:
        out = ", ".join(sorted(archive.name_of(d) for d in sealed.out)) or "nobody"
        secret = sealed.secret
        name = f"{secret.log.name.lower()} of {archive.names.get(secret.epoch, '?')}"
        print(f"  {sealed.step:3} {sealed.writer} seals {sealed.what} under {name}; out: {out}")


def catch(planted: str, begin: int, end: int) -> int:
    """Play without a check until a seed goes wrong."""
    for seed in range(begin, end):
        wrong = run(seed, ALL[planted]).wrong
        if wrong:
            print(f"{planted}: caught by seed {seed}: {wrong[0]}")
            return 0
    print(f"{planted}: not caught by seeds {begin} to {end - 1}")
    return WRONG


def play(begin: int, end: int, *, in_full: bool) -> int:
    """Play some seeds; how it went, of each that went wrong and of all together."""
    begun = time.process_time()
    wrong = sealed = while_out = compared = 0
    for seed in range(begin, end):
        story = run(seed)
        if in_full:
            tell(story)
        sealed += len(story.oracle.sealed)
        while_out += sum(bool(one.out) for one in story.oracle.sealed)
        compared += story.oracle.compared
        if story.wrong:
            wrong += 1
            print(f"seed {seed}: {'; '.join(dict.fromkeys(story.wrong))}", flush=True)
    print(f"{sealed} envelopes, {while_out} while somebody is out, {compared} views compared")
    if not in_full:
        spent = time.process_time() - begun
        print(f"{end - begin} seeds, {wrong} wrong, {spent / (end - begin):.3f} s of CPU a seed")
    return WRONG if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.secrecy", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, nargs=2, metavar=("FROM", "TO"))
    parser.add_argument("--planted", choices=sorted(ALL), help="without this check, to the catch")
    asked = parser.parse_args()
    if asked.seed is None and asked.seeds is None:
        parser.error("which seed? --seed N, or --seeds FROM TO")
    if not hashes_are_fixed():  # sets of bytes would be gone through in another order
        os.environ[HASHES] = "0"
        again = [sys.executable, "-m", "tests.secrecy", *sys.argv[1:]]
        os.execv(sys.executable, again)  # noqa: S606 - our own program once more
    begin, end = asked.seeds or (asked.seed, asked.seed + 1)
    if asked.planted is not None:
        return catch(asked.planted, begin, end)
    return play(begin, end, in_full=asked.seed is not None)


if __name__ == "__main__":
    sys.exit(main())
