"""`tools/bench growth`: what one reconciliation costs as the set grows, as a table and a picture.

Two sides hold the same set but for some items that the leader lacks: none, ten of the newest, or
ten from anywhere. 70 items an hour, as in a lively circle. Only Negentropy is measured: its bytes
both ways, its round trips and the processor time of both sides together, with the same frame limit
as in a conversation.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from p2p.leading import RECONCILE_LIMIT
from p2p.reconcile import MOST_RANGES, Initiator, Item, respond
from p2p.reconcile_hours import Hour, HourSet
from p2p.reconcile_wire import SUM_MASK
from tests.benchmarks.growth_picture import Curve, Panel, picture
from tests.benchmarks.measuring import machine

SIZES: Final = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
CASES: Final = ("no difference", "10 recent", "10 anywhere")
DIFFERENCES: Final = 10
AN_HOUR: Final = 70  # items
NOW: Final = 495_000  # hours since 1970
PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "reconciliation-growth.svg"


@dataclass(frozen=True, slots=True)
class Cost:
    """One reconciliation."""

    size: int
    case: str
    sent: int  # bytes, both ways
    trips: int
    seconds: float  # of processor time, both sides together
    making: float  # the same for putting one side's set together


def items(size: int) -> list[Item]:
    """A set in reconciliation order, the newest last."""
    chance = random.Random(size)
    hours = sorted(NOW - number // AN_HOUR for number in range(size))
    return sorted((hour, chance.randbytes(32)) for hour in hours)


def lacking(held: Sequence[Item], case: str) -> list[Item]:
    """The same set without what the case takes away."""
    if case == CASES[0]:
        return list(held)
    if case == CASES[1]:
        return list(held[:-DIFFERENCES])
    gone = set(random.Random(len(held)).sample(range(len(held)), DIFFERENCES))
    return [item for place, item in enumerate(held) if place not in gone]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store keeps of a set: the sums of its hours, and the sorted ids of each."""

    hours: list[Hour]
    ids: dict[int, list[bytes]]


def kept(held: Sequence[Item]) -> Kept:
    """Keep items as a store does while they come; no part of what is measured."""
    ids: dict[int, list[bytes]] = {}
    for hour, name in sorted(held):
        ids.setdefault(hour, []).append(name)
    sums = ((sum(int.from_bytes(i, "little") for i in names)) for names in ids.values())
    hours = [
        Hour(hour, len(names), total & SUM_MASK)
        for (hour, names), total in zip(ids.items(), sums, strict=True)
    ]
    return Kept(hours, ids)


def side(store: Kept) -> HourSet:
    """One side's set as reconciliation wants it. The only place here that knows what that is."""
    return HourSet(store.hours, lambda hour: store.ids[hour])


def reconcile(size: int, case: str, held: Sequence[Item], theirs: HourSet) -> Cost:
    """Go through one set once."""
    fewer = lacking(held, case)
    store = kept(fewer)
    begun = time.process_time()
    mine = side(store)
    making = time.process_time() - begun
    begun = time.process_time()
    initiator = Initiator(mine, RECONCILE_LIMIT, MOST_RANGES)
    message: bytes | None = initiator.start()
    sent = trips = 0
    need: set[bytes] = set()
    while message is not None:
        answer = respond(theirs, message, RECONCILE_LIMIT, MOST_RANGES)
        sent += len(message) + len(answer)
        trips += 1
        step = initiator.receive(answer)
        need.update(step.need)
        message = step.reply
    seconds = time.process_time() - begun
    if need != {name for _, name in held} - {name for _, name in fewer}:
        raise AssertionError("it has not found the differences")
    return Cost(size, case, sent, trips, seconds, making)


def costs(largest: int) -> list[Cost]:
    """Every case at every size up to the largest."""
    found = []
    for size in (size for size in SIZES if size <= largest):
        held = items(size)
        theirs = side(kept(held))
        found += [reconcile(size, case, held, theirs) for case in CASES]
    return found


def _told(found: Sequence[Cost]) -> None:
    print("| items | difference | bytes | round trips | CPU, both sides | CPU, making one side |")
    print("|---|---|---|---|---|---|")
    for cost in found:
        print(
            f"| {cost.size:,} | {cost.case} | {cost.sent:,} | {cost.trips} "
            f"| {cost.seconds * 1000:.2f} ms | {cost.making * 1000:.1f} ms |"
        )


def _drawn(found: Sequence[Cost]) -> str:
    each = {case: [cost for cost in found if cost.case == case] for case in CASES}
    sent = [Curve(case, [(c.size, c.sent) for c in some]) for case, some in each.items()]
    sizes = [cost.size for cost in each[CASES[0]]]
    sent.append(Curve("sending all ids", [(size, 32 * size) for size in sizes]))
    spent = [
        Curve(case, [(c.size, max(c.seconds * 1000, 0.01)) for c in some])
        for case, some in each.items()
    ]
    spent.append(Curve("making one side", [(c.size, c.making * 1000) for c in each[CASES[0]]]))
    return picture(
        "One reconciliation as the set grows",
        [Panel("bytes, both ways", "items held", sent), Panel("CPU in ms", "items held", spent)],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(prog="tools/bench growth")
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--picture", type=Path, default=PICTURE)
    given = parser.parse_args(arguments)
    print(f"\n{machine()}\n")
    found = costs(given.largest)
    _told(found)
    given.picture.write_text(_drawn(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
