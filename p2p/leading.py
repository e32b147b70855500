"""One round over one set, led from this side: what the other has, what it lacks, what is asked for.

The round is over when Negentropy has named everything and all that was asked for has come, or the
other side has said that it is gone.
"""

from collections.abc import Iterable

from p2p import wire
from p2p.crypto import digest
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId, EpochId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf
from p2p.reconcile import Initiator, ItemVector

RECONCILE_LIMIT = 128 * 1024  # bytes of one Negentropy message
MOST_ASKED = 1 << 18  # ids waited for at once; what is more is left to the next round


class Leading:
    """A round in progress."""

    def __init__(self, shelf: Shelf, out: Outgoing, log: Log, vector: ItemVector) -> None:
        """Begins the round: the first message is on its way."""
        self._shelf = shelf
        self._out = out
        self.log = log
        self.size = len(vector)
        self._initiator = Initiator(vector, RECONCILE_LIMIT)
        self._named = False
        self._asked: set[EnvelopeId] = set()
        out.put(wire.Reconcile(log=log, message=self._initiator.start()))

    @property
    def over(self) -> bool:
        """Whether all that was named has come."""
        return self._named and not self._asked

    def receive(self, log: Log, message: bytes) -> None:
        """The other side's answer: give what it lacks, ask for what is lacking here."""
        if self._named or log is not self.log:
            raise PeerFault("a reconciliation nobody began")
        step = self._initiator.receive(message)
        self._out.put_envelopes(log, [EnvelopeId(i) for i in step.have], live=False)
        self._ask([EnvelopeId(i) for i in step.need])
        if step.reply is None or len(self._asked) >= MOST_ASKED:
            self._named = True
        else:
            self._out.put(wire.Reconcile(log=log, message=step.reply))

    def came(self, ids: Iterable[EnvelopeId]) -> None:
        """These have come, or are gone."""
        self._asked.difference_update(ids)

    def _ask(self, ids: list[EnvelopeId]) -> None:
        # What was pushed while the message that names it was made is here by now.
        held = self._shelf.held(self.log, ids)
        lacking = [i for i in dict.fromkeys(ids) if i not in self._asked and i not in held]
        self._asked.update(lacking)
        for start in range(0, len(lacking), wire.MAX_IDS):
            part = lacking[start : start + wire.MAX_IDS]
            self._out.put(wire.Want(log=self.log, ids=list(part)))


def settled(
    shelf: Shelf, log: Log, scope: frozenset[EpochId] | None, nonces: tuple[bytes, ...]
) -> wire.Settled:
    """A digest over all ids of a set, keyed by both session nonces, the leader's first.

    Sums of ids can be forged by whoever chooses ids; this can't (protocol, section 7.4).
    """
    ids = sorted(name for _, name in shelf.items(log, scope))
    value = digest("hearthside/settled/1", *nonces, bytes((log,)), b"".join(ids))
    return wire.Settled(log=log, digest=value)
