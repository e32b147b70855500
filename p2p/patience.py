"""How much one conversation bears before it is ended, kind of frame by kind of frame.

A question of thirty bytes makes the other side sort and sum all it holds, or hand over all of it,
so somebody who never has enough must be hung up on. `rested` begins anew; whoever holds the
conversation calls it as often as sets are gone through again anyway. Honest conversations need a
fifth of each at the most, half of what is counted by runs. Where a bound grows with what is held,
that is counted only when it matters. What granting and repairing bear stands there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from p2p import wire
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.ports import Shelf

ROUNDS = 6  # how often a set is gone through before what is left is left to the next meeting

MESSAGES = 512  # of Negentropy, and one more for so many ops held:
EACH = 256
SETTLED = 128  # digests asked for
AGAINS = 24  # further rounds asked for
RUNS = 160  # Epochs, and as many Scopes: more than six rounds of each further run that is borne
TALK = 8192  # frames that bring nothing or little, and one more for each full PAGE of one
PAGE = 4096  # bytes
ASKED = 16384  # envelopes asked for, and ROUNDS times what is held
ASKING = 16  # what a Want costs besides; Asks are counted by who repairs
GONE = 16384  # envelopes said to be gone
NOTHING = 16 << 20  # bytes of envelopes that were here already or were not kept, and for each held:
NOTHING_EACH = 16 << 10
CARDS = 64  # newer and newer cards of one device
HOLDINGS = 1024  # newer and newer words of one device on what it holds of another
HEARD = 16  # askings for what is held


class Patience:
    """That of one conversation, until it has rested."""

    def __init__(self, shelf: Shelf) -> None:
        """Fresh. `shelf` knows how much is held."""
        self._shelf = shelf
        self.rested()

    def rested(self) -> None:
        """Some time has passed."""
        self._messages = self._settled = self._agains = 0
        self._talk = self._asked = self._gone = self._nothing = 0
        self._runs: Counter[type[wire.Frame]] = Counter()
        self._cards: Counter[bytes] = Counter()
        self._holdings: Counter[tuple[bytes, bytes]] = Counter()
        self._heard = 0

    def frame(self, frame: wire.AnyFrame, size: int) -> None:
        """One more frame of so many bytes."""
        match frame:
            case wire.Envelopes():
                self._nothing += size  # until it is known what was kept of it
            case wire.Epochs() | wire.Scope():
                self._runs[type(frame)] += 1
                if self._runs[type(frame)] > RUNS:
                    raise PeerFault("begins a run without end")
            case wire.Gone(_, ids):
                self._small(size)
                self._gone += len(ids)
                if self._gone > GONE:
                    raise PeerFault("has lost more than it may name")
            case wire.Beat() | wire.Ack() | wire.Cards() | wire.Holdings():
                self._small(size)
            case wire.Heard():
                self._heard += 1
                if self._heard > HEARD:
                    raise PeerFault("asks who holds what without end")
            case _:
                pass  # has a bound of its own, or is out of place

    def message(self, held: int) -> None:
        """One more message about a set of which so many are held here."""
        self._messages += 1
        if self._messages > MESSAGES + held // EACH:
            raise PeerFault("reconciles without end")

    def settled(self) -> None:
        """One more digest to compare."""
        self._settled += 1
        if self._settled > SETTLED:
            raise PeerFault("settles without end")

    def again(self) -> None:
        """One more round is asked for."""
        self._agains += 1
        if self._agains > AGAINS:
            raise PeerFault("asks for further rounds without end")

    def wanted(self, count: int) -> None:
        """One more Want: so many envelopes are to be handed over, or are said not to be here."""
        self.asked(ASKING + count)

    def asked(self, count: int) -> None:
        """So many envelopes are to be handed over."""
        self._asked += count
        if self._asked > ASKED and self._asked > ASKED + ROUNDS * self._held():
            raise PeerFault("asks for the same without end")

    def kept(self, came: Mapping[EnvelopeId, bytes], new: Iterable[EnvelopeId]) -> None:
        """These came, and of these and others some are new."""
        kept = sum(len(came.get(name, b"")) for name in new)
        self._nothing = max(0, self._nothing - kept)
        if not kept:
            self._small(0)
        if self._nothing > NOTHING and self._nothing > NOTHING + NOTHING_EACH * self._held():
            raise PeerFault("brings nothing new without end")

    def cards(self, newer: Iterable[wire.Card]) -> None:
        """These are newer than those known before."""
        self._cards.update(card.device for card in newer)
        if any(count > CARDS for count in self._cards.values()):
            raise PeerFault("has a newer card without end")

    def holdings(self, newer: Iterable[wire.Holding]) -> None:
        """These are newer than those known before."""
        self._holdings.update((one.holder, one.author) for one in newer)
        if any(count > HOLDINGS for count in self._holdings.values()):
            raise PeerFault("says what is held without end")

    def _small(self, size: int) -> None:
        self._talk += 1 + size // PAGE
        if self._talk > TALK:
            raise PeerFault("talks of nothing without end")

    def _held(self) -> int:
        return sum(len(self._shelf.item_set(log, None)) for log in Log)
