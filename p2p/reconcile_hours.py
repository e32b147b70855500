"""A set of items known by the sums of its hours; the ids of an hour are asked for when they matter.

Theory of operation. Items are (hour, id). A fingerprint needs the sum and the count of the ids in a
range; whole hours are added up from sums that are kept anyway, and only the hours that a range cuts
through are looked into. So two computers that agree look into the 15 hours at most in which the
first question parts the set, and two that differ in the last hour into that one besides. Hours
looked into are kept while this set lives, up to `ROOM` ids, so that one round does not read an hour
twice.

An index is the place of an item in the whole order, as in `ItemVector`, which this stands in for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from p2p.errors import OurFault
from p2p.ids import ID_SIZE
from p2p.reconcile_wire import SUM_MASK, Bound, fingerprint, parting_bound

ROOM: Final = 1 << 18
"""Ids kept of hours that were looked into: about 40 MB with their sums."""


@dataclass(frozen=True, slots=True)
class Hour:
    """The items of one hour: how many, and their ids' sum modulo 2²⁵⁶ as little-endian numbers."""

    hour: int
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class _Inside:
    """An hour looked into: its sorted ids and the sums up to each."""

    ids: list[bytes]
    sums: list[int]


class HourSet:
    """A set of items by the hour. Stands still: what is added later is in the next set."""

    __slots__ = ("_ends", "_hours", "_inside", "_kept", "_look_into", "_names", "_sums")

    def __init__(self, hours: Sequence[Hour], look_into: Callable[[int], list[bytes]]) -> None:
        """`hours` in ascending order; `look_into` gives the sorted 32 B ids of an hour."""
        self._hours = [hour for hour in hours if hour.count]
        self._names = [hour.hour for hour in self._hours]
        self._ends = list(accumulate((hour.count for hour in self._hours), initial=0))
        self._sums = list(
            accumulate(
                (hour.total for hour in self._hours), lambda a, b: (a + b) & SUM_MASK, initial=0
            )
        )
        self._look_into = look_into
        self._inside: dict[int, _Inside] = {}
        self._kept = 0

    def __len__(self) -> int:
        """Count the items."""
        return self._ends[-1]

    def find(self, bound: Bound, start: int) -> int:
        """Give the index of the first item at or above a bound, but at least ``start``."""
        created, prefix = bound
        at = bisect_left(self._names, created)
        index = self._ends[at]
        if prefix and at < len(self._names) and self._names[at] == created:
            index += bisect_left(self._into(at).ids, prefix)
        return max(index, start)

    def ids(self, start: int, end: int) -> list[bytes]:
        """List the ids of a range of indexes."""
        found: list[bytes] = []
        at = bisect_right(self._ends, start) - 1
        while start < end:
            first = start - self._ends[at]
            last = min(end, self._ends[at + 1]) - self._ends[at]
            found += self._into(at).ids[first:last]
            start = self._ends[at] + last
            at += 1
        return found

    def fingerprint(self, start: int, end: int) -> bytes:
        """Give the 16 B fingerprint of a range of indexes: its ids' sum and count, hashed."""
        return fingerprint(self._sum_before(end) - self._sum_before(start), end - start)

    def bound_before(self, index: int) -> Bound:
        """Give the shortest bound that parts item ``index`` from the one before it."""
        at = bisect_right(self._ends, index) - 1
        inside = index - self._ends[at]
        if inside == 0:
            return self._names[at], b""
        before, name = self._into(at).ids[inside - 1 : inside + 1]
        return parting_bound(self._names[at], before, name)

    def _sum_before(self, index: int) -> int:
        at = bisect_right(self._ends, index) - 1
        inside = index - self._ends[at]
        return self._sums[at] + (self._into(at).sums[inside] if inside else 0)

    def _into(self, at: int) -> _Inside:
        found = self._inside.get(at)
        if found is None:
            hour = self._hours[at]
            ids = self._look_into(hour.hour)
            if len(ids) != hour.count or any(len(name) != ID_SIZE for name in ids):
                raise OurFault("an hour whose ids are not those that were added up")
            numbers = (int.from_bytes(name, "little") for name in ids)
            # Not masked: 2**18 ids of 256 bits are numbers of at most 274 bits.
            found = _Inside(ids, list(accumulate(numbers, initial=0)))
            self._kept += len(ids)
            while self._kept > ROOM and self._inside:
                self._kept -= len(self._inside.pop(next(iter(self._inside))).ids)
            self._inside[at] = found
        return found
