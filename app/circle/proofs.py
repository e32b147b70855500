"""What signatures inside of acts have proven, remembered by op: an answer never changes.

An admission holds five, and a circle is folded anew with every act that comes.
"""

from collections.abc import Callable

from p2p.ids import OpId
from p2p.op import Header


class Proofs:
    """Answers to questions about the signatures of one circle's ops, each asked for once."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._signed: dict[OpId, bool] = {}
        self._forked: dict[OpId, Header | None] = {}

    def signed(self, op: OpId, ask: Callable[[], bool]) -> bool:
        """Whether the keys or the request in an op are signed as they must be."""
        if op not in self._signed:
            self._signed[op] = ask()
        return self._signed[op]

    def forked(self, op: OpId, ask: Callable[[], Header | None]) -> Header | None:
        """One of the two headers of which a fork op shows that they make a fork."""
        if op not in self._forked:
            self._forked[op] = ask()
        return self._forked[op]
