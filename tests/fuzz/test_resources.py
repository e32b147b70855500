"""What one input may cost: 50 ms of processor time and 64 MB, however it was made."""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fuzz.table import NAMES, table
from tests.fuzz.targets import Target

LONGEST = 0.050  # seconds of this process's processor time, the least of three
LARGEST = 64_000_000  # bytes
TRIES = 3


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    with table(tmp_path_factory.mktemp("fuzz")) as made:
        yield made


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of a few tries; no more tries than needed."""
    least = float("inf")
    for _ in range(TRIES):
        begun = time.process_time()
        work()
        least = min(least, time.process_time() - begun)
        if least <= LONGEST:
            break
    return least


def high_water() -> int:
    """The most memory this process ever had since `forgotten`, in bytes; 0 where nobody tells."""
    if sys.platform != "linux":
        return 0
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def forgotten() -> None:
    """Begin the high-water mark anew."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak(work: Callable[[], object]) -> int:
    """Bytes that some work had at once: what Python counts, or what the kernel saw, if more."""
    forgotten()
    before = high_water()
    work()
    seen = high_water() - before
    tracemalloc.start()
    try:
        work()
        return max(seen, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", NAMES)
def test_the_dearest_inputs_stay_within_their_bounds(targets: dict[str, Target], name: str) -> None:
    """Thousands of tiny ranges, deep nests, full frames, numbers without end, and the corpus."""
    target = targets[name]
    inputs = [*target.worst, *target.corpus(), max(target.seeds, key=len)]
    for data in inputs:
        assert len(data) <= max(target.limit, 1)

        def work(data: bytes = data) -> None:
            assert target.survives(data) is None

        if target.parses:
            assert seconds(work) <= LONGEST, f"{data[:24].hex()}…, {len(data)} bytes"
        assert peak(work) <= LARGEST, f"{data[:24].hex()}…, {len(data)} bytes"
