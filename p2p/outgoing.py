"""What one conversation has yet to send: frames, and envelopes by name until they leave.

Three lines wait here. What is *urgent* goes in the order it was put: all frames, pushes, authority.
The *bulk* of words goes when nothing urgent waits, newest hour first, whatever order it was asked
for in. What has to come *behind* goes when the bulk has gone. Envelopes are made only when they go
out, so a slow reader costs ids and not bytes; but a line that took them fast and stands still has
the next frames of the bulk made ahead, for then the other side is busy with those before. What the
other side is known to hold is not sent twice.
"""

import heapq
import struct
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from p2p import wire
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.ports import Shelf, Turn

CROWD = 512  # frames waiting to be sent at which reading pauses
HEAP = 8 << 20  # bytes of them at which it does too
MOST_BULK = 1 << 18  # words waiting to be sent at which reading pauses; about 35 MB
SEEN = 16384  # ids known to be at the other side, so that a push is not sent back
AHEAD = 4 << 20  # bytes of frames made ahead: as many as are taken in at once (`arriving`)
EACH_ID = 80  # bytes of memory
EACH_HOLDING = 400  # the same
AT_ONCE = 512  # envelopes made for one frame at most
FIRST_BATCH = 16 * 1024  # bytes of envelopes in the first frame; each next may be twice as large

_TURN: Final = struct.Struct(">QQQ")
_MIDDLE: Final = 1 << 62  # so that what is below zero has its order too


@dataclass(frozen=True, slots=True)
class _Batch:
    """Envelopes to be sent, by name."""

    log: Log
    ids: tuple[EnvelopeId, ...]
    live: bool


class Outgoing:
    """The queue of one conversation, in order."""

    def __init__(self, shelf: Shelf) -> None:
        """`shelf` makes the envelopes."""
        self._shelf = shelf
        self._urgent: deque[wire.AnyFrame | _Batch] = deque()
        self._weight = 0  # of the urgent frames, in bytes
        self._bulk: list[bytes] = []
        self._in_bulk: set[bytes] = set()
        self._ahead: deque[bytes] = deque()
        self._ahead_size = 0
        self._behind: deque[Callable[[], wire.AnyFrame | None]] = deque()
        self.renamed = False  # words were named, and were not here (by that name) to be handed over
        # In two generations: taking the oldest out one by one costs more than all the rest.
        self._seen: set[EnvelopeId] = set()
        self._seen_before: set[EnvelopeId] = set()
        # What is lost with a line is the frame under way, so frames grow as the line proves good.
        self._batch = FIRST_BATCH

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._urgent or self._ahead or self._bulk or self._behind)

    @property
    def crowded(self) -> bool:
        """Whether so much waits that nothing more should be read for now."""
        many = len(self._urgent) > CROWD or len(self._bulk) > MOST_BULK
        return many or self._weight > HEAP

    def put(self, frame: "wire.AnyFrame | _Batch") -> None:
        """A frame, after all before it."""
        self._weight += _weight(frame)
        self._urgent.append(frame)

    def put_cards(self, cards: Sequence[wire.Card]) -> None:
        """Address cards, after all before them."""
        for start in range(0, len(cards), 64):
            self.put(wire.Cards(cards=list(cards[start : start + 64])))

    def put_holdings(self, holdings: Sequence[wire.Holding]) -> None:
        """Who holds what, after all before it."""
        for start in range(0, len(holdings), 256):
            self.put(wire.Holdings(holdings=list(holdings[start : start + 256])))

    def put_behind(self, frame: Callable[[], wire.AnyFrame | None]) -> None:
        """A frame that is made, and goes, when nothing else waits; or None: none does."""
        self._behind.append(frame)

    def put_envelopes(self, log: Log, ids: Iterable[EnvelopeId], *, live: bool) -> None:
        """Envelopes, after all before them; `live` ones seen meanwhile are left out."""
        if names := tuple(ids):
            self.put(_Batch(log, names, live=live))

    def put_bulk(self, ids: Sequence[EnvelopeId]) -> set[EnvelopeId]:
        """Words, each in its turn; those that are here at all. What waits already waits once."""
        entries = self._shelf.newest_first(ids)
        for turn, name in entries:
            entry = _entry(turn, name)
            if entry not in self._in_bulk:
                self._in_bulk.add(entry)
                heapq.heappush(self._bulk, entry)
        held = {name for _, name in entries}
        self.renamed = self.renamed or not held.issuperset(ids)
        return held

    def wanted(self, log: Log, ids: Sequence[EnvelopeId]) -> None:
        """The other side asks for these: hand them over, and say which are not here (any more)."""
        ids = list(dict.fromkeys(ids))  # who asks for one thing often gets it once
        if log is Log.WORDS:
            held = self.put_bulk(ids)
        else:
            held = self._shelf.held(log, ids)
            self.put_envelopes(log, [i for i in ids if i in held], live=False)
        if gone := [i for i in ids if i not in held]:
            self.put(wire.Gone(log=log, ids=list(gone)))

    def saw(self, ids: Iterable[EnvelopeId]) -> None:
        """The other side holds these."""
        self._seen.update(ids)
        if len(self._seen) > SEEN // 2:
            self._seen, self._seen_before = set(), self._seen

    def unseen(self, ids: Iterable[EnvelopeId]) -> list[EnvelopeId]:
        """Those that the other side is not known to hold."""
        return [n for n in ids if n not in self._seen and n not in self._seen_before]

    @property
    def may_prepare(self) -> bool:
        """Whether there is more of the bulk to be made ahead."""
        return bool(self._bulk) and self._ahead_size < AHEAD

    def prepare(self) -> None:
        """Make one more frame of the bulk ahead, where one `may`."""
        if self.may_prepare and (data := self._fill_from_bulk()) is not None:
            self._ahead.append(data)
            self._ahead_size += len(data)

    def take(self, limit: int) -> list[bytes]:
        """Frames to send now, about `limit` bytes; call again until it is empty."""
        frames: list[bytes] = []
        size = 0
        while size < limit:
            if self._urgent:
                item = self._urgent.popleft()
                self._weight -= _weight(item)
                data = self._fill(item) if isinstance(item, _Batch) else wire.encode(item)
            elif self._ahead:
                data = self._ahead.popleft()
                self._ahead_size -= len(data)
            elif self._bulk:
                data = self._fill_from_bulk()
            elif self._behind:
                last = self._behind.popleft()()
                data = None if last is None else wire.encode(last)
            else:
                break
            if data is not None:
                frames.append(data)
                size += len(data)
        return frames

    def _back(self, item: wire.AnyFrame | _Batch) -> None:
        self._weight += _weight(item)
        self._urgent.appendleft(item)

    def _fill_from_bulk(self) -> bytes | None:
        turns = [heapq.heappop(self._bulk) for _ in range(min(AT_ONCE, len(self._bulk)))]
        envelopes: list[bytes] = []
        gone: list[EnvelopeId] = []
        size = 0
        for place, (name, envelope) in enumerate(
            self._shelf.envelopes([_name(turn) for turn in turns])
        ):
            if size + len(envelope) > self._batch and envelopes:
                for turn in turns[place:]:
                    heapq.heappush(self._bulk, turn)
                del turns[place:]
                break
            if envelope:
                envelopes.append(envelope)
                size += len(envelope)
            else:
                gone.append(name)
        self._batch = min(2 * self._batch, wire.BATCH)
        self._in_bulk.difference_update(turns)
        self.saw([_name(turn) for turn in turns])
        if gone:
            self.renamed = True
            self.put(wire.Gone(log=Log.WORDS, ids=list(gone)))
        return (
            wire.encode(wire.Envelopes(log=Log.WORDS, envelopes=envelopes)) if envelopes else None
        )

    def _fill(self, batch: _Batch) -> bytes | None:
        """As many envelopes of a batch as one frame holds; the rest goes back to the front."""
        envelopes: list[bytes] = []
        sent: list[EnvelopeId] = []
        gone: list[EnvelopeId] = []
        size = 0
        ids = tuple(self.unseen(batch.ids)) if batch.live else batch.ids
        for place, (name, envelope) in enumerate(self._shelf.envelopes(ids)):
            if envelopes and size + len(envelope) > self._batch:
                self._back(_Batch(batch.log, ids[place:], batch.live))
                break
            if envelope:
                envelopes.append(envelope)
                size += len(envelope)
                sent.append(name)
            elif not batch.live:
                gone.append(name)  # asked for, and replaced or erased since
        if gone:
            self._back(wire.Gone(log=batch.log, ids=list(gone[: wire.MAX_IDS])))
        if not envelopes:
            return None
        self._batch = min(2 * self._batch, wire.BATCH)
        self.saw(sent)
        return wire.encode(wire.Envelopes(log=batch.log, envelopes=envelopes, live=batch.live))


def _entry(turn: Turn, name: EnvelopeId) -> bytes:
    # Half of what a tuple of tuples takes, and there may be very many.
    return _TURN.pack(*(part + _MIDDLE for part in turn)) + name


def _name(entry: bytes) -> EnvelopeId:
    return EnvelopeId(entry[_TURN.size :])


def _weight(item: wire.AnyFrame | _Batch) -> int:
    """About how many bytes something takes while it waits."""
    match item:
        case wire.Reconcile(_, message):
            return len(message)
        case wire.Want(_, ids) | wire.Gone(_, ids):
            return EACH_ID * len(ids)
        case _Batch():
            return EACH_ID * len(item.ids)
        case wire.Holdings(holdings):
            return EACH_HOLDING * len(holdings)
        case _:
            return 0
