"""Range-based set reconciliation, Negentropy V1 on the wire: finds what either side lacks.

Theory of operation. Two sides hold items (created, id) in one order. A message is a list of
adjacent ranges of that order, each with what its sender says about it: *skip* (nothing to do),
*fingerprint* (a digest of my ids there) or *id list* (all of them). Whoever receives a fingerprint
equal to its own skips; else it splits the range into 16 fingerprints, or lists the ids if they are
few. Whoever began, learns: an id list from the other side is compared and the range is done; an id
list to the other side is answered with the other's own. When the one who began has nothing left to
say, it knows both differences. Behind the last range, skip to infinity is meant.

A frame limit cuts a message short: what did not fit becomes one fingerprint up to infinity, and is
taken up again in the next round. Every frame settles or splits at least its first open range, so
both sides come to an end.

Work is bounded: in a conversation a message has at most `MOST_RANGES` ranges, elsewhere a third
of its bytes; they never overlap, each is a binary search and two sums; an answer has at most all
our ids and 16 fingerprints for each range asked about. How many rounds a peer may ask for is the
budget of whoever holds the conversation.

Fingerprints add up ids, so a *member* can forge equal ones; sync therefore compares true digests
afterwards (protocol, section 8). Sources: Negentropy Protocol V1 (github.com/hoytech/negentropy,
docs/negentropy-protocol-v1.md); A. Meyer, Range-Based Set Reconciliation, 2023.
"""

import sys
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Protocol

from p2p.errors import OurFault, PeerFault
from p2p.ids import ID_SIZE
from p2p.reconcile_wire import (
    FINGERPRINT_SIZE,
    FOREVER,
    INFINITY,
    LONGEST_BOUND,
    LONGEST_VARINT,
    PROTOCOL,
    START,
    SUM_MASK,
    Bound,
    Fingerprint,
    IdList,
    Range,
    Say,
    Skip,
    fingerprint,
    parse,
    parting_bound,
    spell,
    version,
)

Item = tuple[int, bytes]
"""(created, id): a time of 0 to 2⁶⁴−2 in any unit, here hours; 32 bytes."""

LEAST_FRAME: Final = 4096
"""Smallest frame limit in bytes: a split, or a list of 47 ids, must always fit."""

MOST_RANGES: Final = 2048
"""Ranges in one message of a conversation: what bounds the work, as its frame limit does bytes.

Not of the protocol's own: an implementation without a frame limit says more at once.
"""

_BUCKETS: Final = 16
# Fewer items than this are listed, where a set is not begun with: half as many again as the 32 of
# the reference. A few new items in the last of 16³ parts of a hundred thousand then cost no third
# round trip. Which of the two a side says is its own choice.
_LISTED: Final = 48
# What every message keeps room for: one skip, and one fingerprint to infinity (two bytes).
_RESERVED_RANGES: Final = 2
_RESERVE: Final = LONGEST_BOUND + 1 + 2 + 1 + FINGERPRINT_SIZE
# What an id list takes beside its ids: a skip before it, its own bound and mode, its count.
_LIST_OVERHEAD: Final = 2 * (LONGEST_BOUND + 1) + LONGEST_VARINT


@dataclass(frozen=True, slots=True)
class Step:
    """What one message taught the side that began; without a reply, it now knows everything."""

    have: list[bytes]
    """Ids that we hold and they do not."""
    need: list[bytes]
    """Ids that they hold and we do not."""
    reply: bytes | None
    """The next message to send, or None: done."""


class ItemSet(Protocol):
    """What a side asks of its set: items in one order, named by their index in it."""

    def __len__(self) -> int:
        """Count the items."""

    def find(self, bound: Bound, start: int) -> int:
        """Give the index of the first item at or above a bound, but at least ``start``."""

    def ids(self, start: int, end: int) -> list[bytes]:
        """List the ids of a range of indexes."""

    def fingerprint(self, start: int, end: int) -> bytes:
        """Give the 16 B fingerprint of a range of indexes."""

    def bound_before(self, index: int) -> Bound:
        """Give the shortest bound that parts item ``index`` from the one before it."""


class ItemVector:
    """A sealed, sorted set of items that adds up any range in two look-ups."""

    __slots__ = ("_items", "_sums")

    def __init__(self, items: Iterable[Item]) -> None:
        """Sort the items, in any order; n log n. ``OurFault`` for a bad or a repeated item."""
        ordered = sorted(items)
        if any(len(name) != ID_SIZE or not 0 <= created < FOREVER for created, name in ordered):
            raise OurFault("an item out of range")
        if any(left == right for left, right in pairwise(ordered)):
            raise OurFault("an item given twice")
        ids = (int.from_bytes(name, "little") for _, name in ordered)
        self._items = ordered
        self._sums = list(accumulate(ids, lambda sum_, id_: (sum_ + id_) & SUM_MASK, initial=0))

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    def find(self, bound: Bound, start: int) -> int:
        """Give the index of the first item at or above a bound, looking from ``start`` on."""
        return bisect_left(self._items, bound, start)

    def ids(self, start: int, end: int) -> list[bytes]:
        """List the ids of a range of indexes."""
        return [name for _, name in self._items[start:end]]

    def fingerprint(self, start: int, end: int) -> bytes:
        """Give the 16 B fingerprint of a range of indexes: its ids' sum and count, hashed."""
        return fingerprint(self._sums[end] - self._sums[start], end - start)

    def bound_before(self, index: int) -> Bound:
        """Give the shortest bound that parts item ``index`` from the one before it."""
        (created_before, before), (created, name) = self._items[index - 1 : index + 1]
        if created != created_before:
            return created, b""
        return parting_bound(created, before, name)


class Initiator:
    """The side that begins and learns. One run: ``start``, then ``receive`` until no reply."""

    __slots__ = ("_awaiting", "_frame_limit", "_most_ranges", "_started", "_vector")

    def __init__(
        self, vector: ItemSet, frame_limit: int = 0, most_ranges: int = sys.maxsize
    ) -> None:
        """Take our set and the most bytes a message may have: 0 for no limit, or at least 4,096.

        ``OurFault`` for a limit between. `most_ranges`: in one message, of either side.
        """
        _expect_limit(frame_limit)
        self._vector = vector
        self._frame_limit = frame_limit
        self._most_ranges = most_ranges
        self._started = False
        self._awaiting = False

    def start(self, *, whole: bool = False) -> bytes:
        """Give the first message. ``OurFault`` the second time.

        `whole`: one fingerprint over all. Twenty bytes where both are likely to have the same, and
        half a round trip more where they have not.
        """
        if self._started:
            raise OurFault("a reconciliation begun twice")
        self._started = self._awaiting = True
        message = _Message(self._vector, self._frame_limit, self._most_ranges)
        if whole:
            message.put_off(START, 0)
        else:
            message.split(START, 0, len(self._vector), INFINITY)
        return bytes(message.content)

    def receive(self, message: bytes) -> Step:
        """Learn from an answer. With a frame limit an id may be named again in a later step.

        ``PeerFault`` for what is no message of version 1; ``OurFault`` when none is awaited.
        """
        if not self._awaiting:
            raise OurFault("no answer is awaited")
        if version(message) != PROTOCOL:
            raise PeerFault("a reconciliation in another version")
        learned = Step([], [], None)
        answer = _Message(self._vector, self._frame_limit, self._most_ranges)
        reply = _answer(answer, message, learned)
        self._awaiting = len(reply) > 1
        return Step(learned.have, learned.need, reply if self._awaiting else None)


def respond(
    vector: ItemSet, message: bytes, frame_limit: int = 0, most_ranges: int = sys.maxsize
) -> bytes:
    """Answer one message as the side that is asked; it keeps no state and learns nothing.

    An answer of the version byte alone means: nothing to add, or "I speak only this version".
    ``PeerFault`` for what is no message, or has more than `most_ranges`; ``OurFault`` for a frame
    limit of 1 to 4,095.
    """
    _expect_limit(frame_limit)
    if version(message) != PROTOCOL:
        return bytes((PROTOCOL,))
    return _answer(_Message(vector, frame_limit, most_ranges), message, None)


class _Message:
    """A message being written, never longer than its limit.

    ``split`` and ``list_ids`` give the point (bound, index) up to which the message then speaks:
    the range's end, or less if it did not fit. A skip is written once something follows it.
    """

    __slots__ = ("_ranges", "_room", "_spoken", "content", "most_ranges", "vector")

    def __init__(self, vector: ItemSet, limit: int, most_ranges: int) -> None:
        self.vector = vector
        self.most_ranges = most_ranges
        self._room = limit - _RESERVE if limit else sys.maxsize
        self._ranges = most_ranges - _RESERVED_RANGES
        self._spoken = START
        self.content = bytearray((PROTOCOL,))

    def split(self, lower: Bound, start: int, end: int, upper: Bound) -> tuple[Bound, int]:
        """Say more about a range: 16 fingerprints of equal parts, or the ids where they are few."""
        few = _LISTED if self._spoken != START or lower != START else 2 * _BUCKETS
        if end - start < few:
            return self.list_ids(lower, start, end, upper)
        size, larger = divmod(end - start, _BUCKETS)
        edges = [start + part * size + min(part, larger) for part in range(_BUCKETS + 1)]
        bounds = [*map(self.vector.bound_before, edges[1:-1]), upper]
        parts = zip(bounds, pairwise(edges), strict=True)
        ranges = [Range(bound, self._fingerprint(*edge)) for bound, edge in parts]
        return (upper, end) if self._add(lower, ranges, self._room) else (lower, start)

    def list_ids(self, lower: Bound, start: int, end: int, upper: Bound) -> tuple[Bound, int]:
        """Say which ids there are in a range, or in as much of its beginning as fits."""
        fitting = max(0, self._room - len(self.content) - _LIST_OVERHEAD) // ID_SIZE
        if end - start > fitting > 0:
            end = start + fitting
            upper = self.vector.bound_before(end)
        ranges = [Range(upper, IdList(self.vector.ids(start, end)))]
        return (upper, end) if self._add(lower, ranges, self._room) else (lower, start)

    def put_off(self, lower: Bound, start: int) -> None:
        """Say all that is left in one fingerprint, for which room was kept."""
        rest = Range(INFINITY, self._fingerprint(start, len(self.vector)))
        self._ranges += _RESERVED_RANGES
        self._add(lower, [rest], self._room + _RESERVE)

    def _fingerprint(self, start: int, end: int) -> Say:
        return Fingerprint(self.vector.fingerprint(start, end))

    def _add(self, lower: Bound, ranges: list[Range], room: int) -> bool:
        if lower != self._spoken:
            ranges = [Range(lower, Skip()), *ranges]
        before = [self._spoken, *(given.upper for given in ranges)]
        chunk = b"".join(spell(given, at[0]) for given, at in zip(ranges, before, strict=False))
        if len(self.content) + len(chunk) > room or len(ranges) > self._ranges:
            return False
        self.content += chunk
        self._ranges -= len(ranges)
        self._spoken = before[-1]
        return True


def _answer(answer: _Message, message: bytes, learned: Step | None) -> bytes:
    """Answer a message of our version; ``learned`` is filled for the side that began."""
    vector = answer.vector
    lower, start = START, 0
    # Read to its end before anything is answered: a message is whole, or it is a fault.
    for given in list(parse(message, answer.most_ranges)):
        upper = given.upper
        if upper == lower:
            continue
        end = vector.find(upper, start)
        reached = upper, end
        match given.say:
            case Fingerprint(digest) if digest != vector.fingerprint(start, end):
                reached = answer.split(lower, start, end, upper)
            case IdList() if learned is None:
                reached = answer.list_ids(lower, start, end, upper)
            case IdList(ids) if learned is not None:
                _compare(vector.ids(start, end), ids, learned)
            case _:
                pass  # skipped, or equal: nothing to say, and none of our ids to look at
        if reached != (upper, end):
            answer.put_off(*reached)
            break
        lower, start = upper, end
    return bytes(answer.content)


def listed(message: bytes) -> list[bytes]:
    """Give all ids that a message lists, in its order."""
    return [
        name for given in parse(message) if isinstance(given.say, IdList) for name in given.say.ids
    ]


def _compare(ours: list[bytes], theirs: list[bytes], learned: Step) -> None:
    # dict.fromkeys names each id once and in order: the same run is the same every time.
    our_ids, their_ids = dict.fromkeys(ours), dict.fromkeys(theirs)
    learned.have.extend(name for name in our_ids if name not in their_ids)
    learned.need.extend(name for name in their_ids if name not in our_ids)


def _expect_limit(frame_limit: int) -> None:
    if frame_limit and frame_limit < LEAST_FRAME:
        raise OurFault("a frame limit too small")


if __name__ == "__main__":
    # The heart does no I/O: lines and streams are the harness's, and only when run as a program.
    from p2p.reconcile_harness import main

    main()
