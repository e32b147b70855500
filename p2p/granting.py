"""Handing epoch secrets to one other device, and taking those it hands over.

What the other side can open is known from its last list, and since then its `Ack`s and our own
grants, so that nothing is granted twice; a `Need` asks again. Source: protocol, section 5.
"""

from collections.abc import Sequence

from p2p import wire
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EpochId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf

AT_ONCE = 32  # grants in one frame: at most 40 KiB
MAX_EPOCHS = 16384  # that one device may say it opens; their names are kept as long as it talks
MAX_GRANTS = 16384  # that one device may hand over, until the conversation has rested
FRAME = 16  # grants that a frame counts as, if it has fewer
MAX_CLOSED = 1024  # of these that do not open
MAX_NEEDS = 8  # how often one conversation may ask for what did not open, and be asked


class Granting:
    """The epochs of one conversation."""

    def __init__(self, shelf: Shelf, out: Outgoing) -> None:
        """`shelf` judges who may have what."""
        self._shelf = shelf
        self._out = out
        self._theirs: frozenset[EpochId] = frozenset()
        self._needed = 0
        self._asked = 0
        self.rested()

    def rested(self) -> None:
        """Some time has passed."""
        self._taken = self._closed = 0

    def they_open(self, epochs: Sequence[bytes]) -> None:
        """The other side says it can open these."""
        self._theirs |= {EpochId(e) for e in epochs}
        if len(self._theirs) > MAX_EPOCHS:
            raise PeerFault("opens more epochs than a circle has")

    def they_list(self, epochs: Sequence[bytes]) -> None:
        """All that the other side can open: what was granted and is not among it is granted again.

        A grant may have been lost there. One that is still on its way goes twice, which harms not.
        """
        self._theirs = frozenset()
        self.they_open(epochs)

    def both_open(self) -> frozenset[EpochId]:
        """Epochs that are open here, and there as far as is known; also since the last Scope."""
        return self._theirs & frozenset(self._shelf.epochs())

    def offer(self, device: DeviceId) -> bool:
        """Grant what is known here, may be known there, and is not yet. See `_give`."""
        return self._give(device, self._shelf.lacking(device, self._theirs))

    def needed(self, device: DeviceId, epochs: Sequence[bytes]) -> bool:
        """Grant again what did not open there. See `_give`."""
        self._asked += 1
        if self._asked > MAX_NEEDS:
            raise PeerFault("asks for the same secrets for ever")
        return self._give(device, [EpochId(e) for e in epochs])

    def take(self, grants: Sequence[wire.Grant]) -> bool:
        """Open what came and answer. True if something was opened."""
        self._taken += max(FRAME, len(grants))
        opened = [g.epoch for g in grants if self._shelf.take_grant(g)]
        closed = [g.epoch for g in grants if g.epoch not in opened]
        self._closed += len(closed)
        if self._taken > MAX_GRANTS or self._closed > MAX_CLOSED:
            raise PeerFault("hands over secrets without end")
        if opened:
            self._out.put(wire.Ack(epochs=opened))
        if closed and self._needed < MAX_NEEDS:
            self._needed += 1
            self._out.put(wire.Need(epochs=closed))
        return bool(opened)

    def _give(self, device: DeviceId, epochs: Sequence[EpochId]) -> bool:
        """True if words are held here that the other side can read only now."""
        grants = self._shelf.grant(device, epochs) if epochs else []
        for start in range(0, len(grants), AT_ONCE):
            self._out.put(wire.Grants(grants=grants[start : start + AT_ONCE]))
        given = frozenset(EpochId(g.epoch) for g in grants)
        self.they_open(list(given))
        return bool(given) and len(self._shelf.item_set(Log.WORDS, given)) > 0
