"""What a conversation says besides the sets: where devices are, and on which ones words are held.

Both are signed by the device of which they tell, so anybody may hand them on. They are no ops: who
never hears of them holds the same circle. Cards go out whenever a conversation goes live. On going
live for the first time each side says what it has *heard* of who holds what; the other answers with
what is newer, and from then on tells it what is new; each quarter of an hour they begin anew. So
where nothing is new two frames are said.
"""

from collections.abc import Sequence

from p2p import wire
from p2p.happened import Happened, NewCards, NewHoldings
from p2p.ids import DeviceId
from p2p.outgoing import Outgoing
from p2p.patience import Patience
from p2p.ports import Shelf


class Hearsay:
    """That of one conversation."""

    def __init__(self, shelf: Shelf, out: Outgoing, patience: Patience) -> None:
        """`out`: what is to be sent; `patience`: how much of theirs is borne."""
        self._shelf = shelf
        self._out = out
        self._patience = patience
        self._asked = self._answered = False

    def rested(self) -> None:
        """A quarter of an hour has passed: ask once more, for what went amiss."""
        self._asked = False

    def go_live(self, device: DeviceId | None) -> None:
        """Tell all addresses. Ask who holds what, once: from then on it is told when it is new."""
        self._out.put_cards(self._shelf.cards())
        if device is not None and not self._asked:
            self._asked = True
            self._out.put(wire.Heard(rows=self._shelf.heard(device)))

    def tell(self, holdings: Sequence[wire.Holding]) -> None:
        """What is new. Not before they said what they know: with the answer it goes anyway."""
        if self._answered:
            self._out.put_holdings(holdings)

    def take(
        self, frame: wire.Cards | wire.Heard | wire.Holdings, device: DeviceId
    ) -> list[Happened]:
        """One of theirs; what came of it. Raises `PeerFault`."""
        match frame:
            case wire.Cards(cards):
                if newer := self._shelf.take_cards(cards):
                    self._patience.cards(newer)
                    return [NewCards(tuple(newer))]
            case wire.Heard(rows):
                self._out.put_holdings(self._shelf.unheard(device, rows))
                self._answered = True
            case wire.Holdings(holdings):
                if said := self._shelf.take_holdings(holdings):
                    self._patience.holdings(said)
                    return [NewHoldings(tuple(said))]
        return []
