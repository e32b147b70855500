"""What one conversation has yet to send: frames, and envelopes by name until they leave.

Envelopes are made only when they go out, so a slow reader costs ids and not bytes. What the other
side is known to hold is not sent twice.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from p2p import wire
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.ports import Shelf

CROWD = 512  # frames waiting to be sent at which reading pauses
SEEN = 16384  # ids known to be at the other side, so that a push is not sent back


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
        self._queue: deque[wire.AnyFrame | _Batch] = deque()
        self._seen: dict[EnvelopeId, None] = {}

    @property
    def crowded(self) -> bool:
        """Whether so much waits that nothing more should be read for now."""
        return len(self._queue) > CROWD

    def put(self, frame: wire.AnyFrame) -> None:
        """A frame, after all before it."""
        self._queue.append(frame)

    def put_envelopes(self, log: Log, ids: Iterable[EnvelopeId], *, live: bool) -> None:
        """Envelopes, after all before them; `live` ones seen meanwhile are left out."""
        if names := tuple(ids):
            self._queue.append(_Batch(log, names, live))

    def saw(self, ids: Iterable[EnvelopeId]) -> None:
        """The other side holds these."""
        self._seen.update(dict.fromkeys(ids))
        while len(self._seen) > SEEN:
            del self._seen[next(iter(self._seen))]

    def unseen(self, ids: Iterable[EnvelopeId]) -> list[EnvelopeId]:
        """Those that the other side is not known to hold."""
        return [name for name in ids if name not in self._seen]

    def take(self, limit: int) -> list[bytes]:
        """Frames to send now, about `limit` bytes; call again until it is empty."""
        frames: list[bytes] = []
        size = 0
        while self._queue and size < limit:
            item = self._queue.popleft()
            data = self._fill(item) if isinstance(item, _Batch) else wire.encode(item)
            if data is not None:
                frames.append(data)
                size += len(data)
        return frames

    def _fill(self, batch: _Batch) -> bytes | None:
        """As many envelopes of a batch as one frame holds; the rest goes back to the front."""
        envelopes: list[bytes] = []
        sent: list[EnvelopeId] = []
        gone: list[EnvelopeId] = []
        size = 0
        ids = tuple(self.unseen(batch.ids)) if batch.live else batch.ids
        for place, (name, envelope) in enumerate(self._shelf.envelopes(ids)):
            if envelopes and size + len(envelope) > wire.BATCH:
                self._queue.appendleft(_Batch(batch.log, ids[place:], batch.live))
                break
            if envelope:
                envelopes.append(envelope)
                size += len(envelope)
                sent.append(name)
            elif not batch.live:
                gone.append(name)  # asked for, and replaced or erased since
        if gone:
            self._queue.appendleft(wire.Gone(log=batch.log, ids=list(gone[: wire.MAX_IDS])))
        if not envelopes:
            return None
        self.saw(sent)
        return wire.encode(wire.Envelopes(log=batch.log, envelopes=envelopes, live=batch.live))
