"""Words on their way into the store: gathered for a moment, because many at once cost less.

A commit has to reach the disk, and each page of an index is enciphered anew for every commit that
touches it, so four frames in one change cost hardly more than one. Nothing waits here for long:
whoever holds the conversation flushes as soon as no further frame is at hand.
"""

from collections.abc import Iterable

from p2p.envelope import envelope_id
from p2p.ids import EnvelopeId

ENOUGH = 4 << 20  # bytes of envelopes taken in at once: 4 MiB, about 6,500 short posts


class Arriving:
    """Those of one conversation."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._waiting: dict[EnvelopeId, bytes] = {}
        self._size = 0

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._waiting)

    def __contains__(self, name: EnvelopeId) -> bool:
        """Whether it waits."""
        return name in self._waiting

    def add(self, envelopes: dict[EnvelopeId, bytes]) -> bool:
        """One more frame of them. True: it is enough, take them."""
        self._waiting.update(envelopes)
        self._size += sum(map(len, envelopes.values()))
        return self._size >= ENOUGH

    def take(self) -> dict[EnvelopeId, bytes]:
        """All that waits; nothing does then."""
        waiting, self._waiting, self._size = self._waiting, {}, 0
        return waiting


def by_id(envelopes: Iterable[bytes]) -> dict[EnvelopeId, bytes]:
    """Envelopes by their ids, each once."""
    return {envelope_id(envelope): envelope for envelope in envelopes}
