"""Authority envelopes that no secret opens yet: held back, and tried again when one was learned."""

from collections.abc import Mapping

from p2p.envelope import envelope_id
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
        self._held: dict[EnvelopeId, bytes] = {}
        self._lacking = False

    def __contains__(self, name: EnvelopeId) -> bool:
        """Whether it is held back."""
        return name in self._held

    def take_in(self, envelopes: Mapping[EnvelopeId, bytes]) -> tuple[EnvelopeId, ...]:
        """Hand authority envelopes in; what is new, also of those held back before."""
        taken = self._shelf.take_in(Log.AUTHORITY, envelopes)
        self._hold(taken)
        return taken.new + (self.try_again() if taken.learned else ())

    def try_again(self) -> tuple[EnvelopeId, ...]:
        """A secret was learned: what opens now."""
        new: tuple[EnvelopeId, ...] = ()
        while self._held:
            held, self._held = self._held, {}
            taken = self._shelf.take_in(Log.AUTHORITY, held)
            self._hold(taken)
            new += taken.new
            if not taken.learned:
                break
        return new

    def lacking(self) -> bool:
        """Whether what was taken in since this was last asked has a past that is not here."""
        lacking, self._lacking = self._lacking, False
        return lacking

    def _hold(self, taken: TakenIn) -> None:
        self._lacking = self._lacking or taken.lacking
        self._held.update((envelope_id(envelope), envelope) for envelope in taken.closed)
        if sum(map(len, self._held.values())) > MOST:
            raise PeerFault("too many envelopes that nothing opens")
