"""Where a village runs: trio with a clock that jumps, and a scheduler whose order is the seed's.

Trio shuffles tasks that are ready at once. Under a seed it does so in a known order, as it does for
property tests. What else differs between two processes is the hash of bytes, and with it the order
of sets: `hashes_are_fixed` tells whether a replay elsewhere would be the same.
"""

import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
from trio._core import _run

from p2p.simulator.hourglass import Hourglass

T = TypeVar("T")

HASHES = "PYTHONHASHSEED"
IN_ORDER = "_ALLOW_DETERMINISTIC_SCHEDULING"


def hashes_are_fixed() -> bool:
    """Whether sets of bytes have the same order in every process begun like this one."""
    return os.environ.get(HASHES, "random") == "0"


def perform(play: Callable[[], Awaitable[T]], seed: int) -> T:
    """Run to the end in simulated time, always in the same order."""
    # Trio keeps these two for tests like ours; there is no public name for them.
    setattr(_run, IN_ORDER, True)
    _run._r.seed(seed)  # noqa: SLF001
    try:
        return trio.run(play, clock=Hourglass())
    finally:
        setattr(_run, IN_ORDER, False)
