"""When a set has been gone through often enough: both digests, compared, and rounds counted."""

from dataclasses import dataclass

from p2p import wire
from p2p.crypto import digest, same
from p2p.errors import PeerFault
from p2p.greeting import Greeting
from p2p.op import Log
from p2p.patience import ROUNDS
from p2p.ports import Shelf
from p2p.scoping import Scoping


@dataclass(frozen=True, slots=True)
class Compared:
    """Our digest beside theirs. `over`: equal, or gone through often enough."""

    mine: wire.Settled
    equal: bool
    frontiers_equal: bool
    over: bool


class Settling:
    """The digests of one conversation.

    Both decide on the same pair: the one who leads compares with what it sent, the one who answers
    with what it is about to send. What came in between waits to be handed over on going live.
    """

    def __init__(self, shelf: Shelf, greeting: Greeting, scoping: Scoping, *, leads: bool) -> None:
        """The nonces are those of the greeting, the words those of the scope."""
        self._shelf = shelf
        self._greeting = greeting
        self._scoping = scoping
        self._leads = leads
        self._sent: dict[Log, wire.Settled] = {}
        self.rounds = 0

    def mine(self, log: Log) -> wire.Settled:
        """Our digest of a set as it is now; of words with their frontier. To be sent as it is.

        Over all ids and keyed by both session nonces, the leader's first: sums of ids can be forged
        by whoever chooses ids; this can't (protocol, section 8).
        """
        nonces, ids = self._greeting.nonces(leads=self._leads), self._scoping.sorted_ids(log)
        words = log is Log.WORDS
        self._sent[log] = wire.Settled(
            log=log,
            digest=digest("hearthside/settled/1", *nonces, bytes((log,)), ids),
            frontier=self._shelf.frontier(self._scoping.shared) if words else None,
        )
        return self._sent[log]

    def expect(self, theirs: wire.Settled) -> None:
        """Raise `PeerFault` for words where there is nothing to compare yet."""
        if theirs.log and (self._scoping.theirs is None or theirs.frontier is None):
            raise PeerFault("settled before any scope, or without a frontier")

    def compare(self, log: Log, theirs: wire.Settled) -> Compared:
        """Compare theirs with ours, and count the round. `PeerFault` if ours was not sent yet."""
        mine = self._sent.pop(log, None) if self._leads else self.mine(log)
        if mine is None:
            raise PeerFault("settled before it was asked")
        # Of authority the one who answers keeps no count: it does not decide what comes next.
        self.rounds += self._leads or log is Log.WORDS
        equal = same(mine.digest, theirs.digest)
        frontiers_equal = same(mine.frontier or b"", theirs.frontier or b"")
        return Compared(mine, equal, frontiers_equal, equal or self.rounds >= ROUNDS)
