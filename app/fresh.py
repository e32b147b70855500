"""The envelopes that came or were sealed just now.

Each new post comes from several neighbours and goes to several. By this the copies are known again
without the store being asked, and what is handed on is neither read nor sealed again.
"""

from collections.abc import Mapping, Sequence

from p2p.ids import EnvelopeId

MOST = 1 << 20  # bytes of them; the oldest make room


class Fresh:
    """Those of words of one circle, all of them on disk and none replaced since."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._envelopes: dict[EnvelopeId, bytes] = {}
        self._size = 0

    def __contains__(self, name: EnvelopeId) -> bool:
        """Whether it is one of them."""
        return name in self._envelopes

    def keep(self, envelopes: Mapping[EnvelopeId, bytes]) -> None:
        """These are on disk now."""
        for name, envelope in envelopes.items():
            if name not in self._envelopes:
                self._envelopes[name] = envelope
                self._size += len(envelope)
        while self._size > MOST:
            oldest = next(iter(self._envelopes))
            self._size -= len(self._envelopes.pop(oldest))

    def all_of(self, ids: Sequence[EnvelopeId]) -> list[tuple[EnvelopeId, bytes]] | None:
        """Each id with its envelope, if all of them are here."""
        found = [(name, self._envelopes[name]) for name in ids if name in self._envelopes]
        return found if len(found) == len(ids) else None

    def forget(self) -> None:
        """One of them may have been replaced: the store knows."""
        self._envelopes.clear()
        self._size = 0
