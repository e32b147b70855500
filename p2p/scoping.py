"""Which words two computers go through together: those of the epochs that both can open.

Each tells its epochs and how many words it holds in them. To somebody who has none the newest posts
are handed over at once: a newcomer reads within a second, while the rest is still being named. Only
then: on a line that breaks again and again they would be all that ever comes.
"""

from collections.abc import Callable

from p2p import wire
from p2p.catching_up import MUCH
from p2p.ids import EpochId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf
from p2p.reconcile import ItemSet

FIRST = 50  # newest posts handed over before anything else


class Scoping:
    """The scope of one conversation."""

    def __init__(self, shelf: Shelf, out: Outgoing, may_catch_up: Callable[[], bool]) -> None:
        """Nothing is shared before both have told theirs.

        `may_catch_up`: asked where much is lacking here; no: it is put off.
        """
        self._shelf = shelf
        self._out = out
        self._may_catch_up = may_catch_up
        self.put_off = False
        self._mine: frozenset[EpochId] = frozenset()
        self._count = 0
        self._their_count = 0
        self.theirs: frozenset[EpochId] | None = None

    @property
    def shared(self) -> frozenset[EpochId]:
        """The epochs of both; before theirs was heard, ours."""
        return self._mine if self.theirs is None else self._mine & self.theirs

    def items(self, log: Log) -> ItemSet:
        """What both go through of a log."""
        if log is Log.WORDS:
            return self._shelf.item_set(log, self.shared)
        return self._shelf.item_set(log, None, but=self._shelf.parting())

    def sorted_ids(self, log: Log) -> bytes:
        """The envelope ids of the same, sorted, end to end."""
        if log is Log.WORDS:
            return self._shelf.sorted_ids(log, self.shared)
        return self._shelf.sorted_ids(log, None, but=self._shelf.parting())

    def epochs(self) -> list[bytes]:
        """The epochs whose words open here, as many as a frame holds, the newest first."""
        return [bytes(e) for e in self._shelf.epochs()[: wire.MAX_IDS]]

    def say(self) -> None:
        """Tell ours: none of them where going through the words is put off."""
        ids = [] if self.put_off else self.epochs()
        self._mine = frozenset(EpochId(e) for e in ids)
        if not self.put_off:
            self._count = len(self._shelf.item_set(Log.WORDS, self._mine))
        self._out.put(wire.Scope(ids=ids, held=self._count))

    def hear(self, theirs: frozenset[EpochId], held: int) -> bool:
        """Take theirs. True: much is lacking here and another has the turn: it is put off now."""
        self.theirs, self._their_count = theirs, held
        if self.put_off or held - self._known() < MUCH or self._may_catch_up():
            return False
        self.put_off = True
        return True

    def begin(self) -> None:
        """A new round: nothing is put off, nothing of theirs known."""
        self.theirs, self.put_off = None, False

    def _known(self) -> int:
        return len(self._shelf.item_set(Log.WORDS, frozenset(self._shelf.epochs())))

    @property
    def as_many(self) -> bool:
        """Whether both hold as many words, and so are likely to hold the same."""
        return self._count == self._their_count

    def hand_over_newest(self) -> None:
        """To somebody who holds no words: what a person reads first."""
        if self._their_count == 0:
            newest = self._shelf.newest(self.shared, FIRST)
            self._out.put_envelopes(Log.WORDS, newest, live=False)
