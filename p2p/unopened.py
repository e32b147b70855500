"""Authority envelopes that no secret opens yet: held back, and tried again when one was learned."""

from collections.abc import Sequence

from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.ports import Shelf, TakenIn

MOST = 8 << 20  # bytes held back for one conversation


class Unopened:
    """Those of one conversation."""

    def __init__(self, shelf: Shelf) -> None:
        """`shelf` opens what it can."""
        self._shelf = shelf
        self._held: dict[bytes, None] = {}

    def take_in(self, log: Log, envelopes: Sequence[bytes]) -> tuple[EnvelopeId, ...]:
        """Hand envelopes in; what is new, also of those held back before."""
        taken = self._shelf.take_in(log, envelopes)
        if log is Log.WORDS:
            return taken.new
        self._hold(taken)
        return taken.new + (self.try_again() if taken.learned else ())

    def try_again(self) -> tuple[EnvelopeId, ...]:
        """A secret was learned: what opens now."""
        new: tuple[EnvelopeId, ...] = ()
        while self._held:
            held, self._held = list(self._held), {}
            taken = self._shelf.take_in(Log.AUTHORITY, held)
            self._hold(taken)
            new += taken.new
            if not taken.learned:
                break
        return new

    def _hold(self, taken: TakenIn) -> None:
        self._held.update(dict.fromkeys(taken.closed))
        if sum(map(len, self._held)) > MOST:
            raise PeerFault("too many envelopes that nothing opens")
