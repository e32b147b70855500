"""How much going round one conversation bears before it is ended: reconciling costs the asked more.

A question of thirty bytes makes the other side sort and sum all it holds, so somebody who never has
enough must be hung up on. `rested` begins anew; whoever holds the conversation calls it as often as
sets are gone through again anyway. Honest rounds need a tenth of this.
"""

from p2p.errors import PeerFault

MESSAGES = 512  # of Negentropy, and one more for so many ops held:
EACH = 256
SETTLED = 64  # digests asked for
AGAINS = 24  # further rounds asked for


class Patience:
    """That of one conversation, until it has rested."""

    def __init__(self) -> None:
        """Fresh."""
        self.rested()

    def rested(self) -> None:
        """Some time has passed."""
        self._messages = self._settled = self._agains = 0

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
