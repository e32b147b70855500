"""One round over one set, led from this side: what the other has, what it lacks, what is asked for.

The round is over when Negentropy has named everything and all that was asked for has come, or the
other side has said that it is gone.
"""

from collections.abc import Callable, Iterable, Sequence

from p2p import wire
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf
from p2p.reconcile import MOST_RANGES, Initiator, ItemSet, listed, respond

RECONCILE_LIMIT = 128 * 1024  # bytes of one Negentropy message
MOST_ASKED = 1 << 18  # ids waited for at once; what is more is left to the next round


class Leading:
    """A round in progress."""

    def __init__(
        self, shelf: Shelf, out: Outgoing, log: Log, items: ItemSet, *, whole: bool,
        waits: Callable[[EnvelopeId], bool],
    ) -> None:  # fmt: skip
        """Begins the round: the first message is on its way.

        `whole`: both are likely to hold the same, so one fingerprint is enough to begin with.
        `waits`: whether an envelope is here and waits to be taken in.
        """
        self._shelf = shelf
        self._out = out
        self._waits = waits
        self.log = log
        self.size = len(items)
        self._initiator = Initiator(items, RECONCILE_LIMIT, MOST_RANGES)
        self._named = False
        self._asked: set[EnvelopeId] = set()
        out.put(wire.Reconcile(log=log, message=self._initiator.start(whole=whole)))

    @property
    def over(self) -> bool:
        """Whether all that was named has come."""
        return self._named and not self._asked

    def receive(self, log: Log, message: bytes) -> None:
        """The other side's answer: give what it lacks, ask for what is lacking here."""
        if self._named or log is not self.log:
            raise PeerFault("a reconciliation nobody began")
        step = self._initiator.receive(message)
        have = [EnvelopeId(i) for i in step.have]
        if log is Log.WORDS:
            self._out.put_bulk(have)
        else:
            self._out.put_envelopes(log, have, live=False)
        self._ask([EnvelopeId(i) for i in step.need], [EnvelopeId(i) for i in listed(message)])
        if step.reply is None or len(self._asked) >= MOST_ASKED:
            self._named = True
        else:
            self._out.put(wire.Reconcile(log=log, message=step.reply))

    def came(self, ids: Iterable[EnvelopeId]) -> None:
        """These have come, or are gone."""
        self._asked.difference_update(ids)

    def _ask(self, ids: list[EnvelopeId], named: list[EnvelopeId]) -> None:
        # What was pushed while the message that names it was made is here by now. What came once
        # and was not kept is asked for like anything else: there may be room for it now.
        absent = [i for i in dict.fromkeys(ids) if i not in self._asked and not self._waits(i)]
        held = self._shelf.held(self.log, absent)
        lacking = [i for i in absent if i not in held]
        self._asked.update(lacking)
        asked_now = set(lacking)
        others = [i for i in named if i not in asked_now]
        if lacking and len(others) < len(lacking) and len(others) <= wire.MAX_IDS:
            # Nearly all of it: the few others are told instead. Half the ids of a first sync.
            self._out.put(wire.Want(log=self.log, ids=list(others), listed=True))
            return
        for start in range(0, len(lacking), wire.MAX_IDS):
            part = lacking[start : start + wire.MAX_IDS]
            self._out.put(wire.Want(log=self.log, ids=list(part)))


class Answered:
    """The side that is asked: it keeps nothing of a round but what its last answer listed."""

    def __init__(self) -> None:
        """Nothing was listed."""
        self._listed: dict[Log, list[EnvelopeId]] = {}

    def answer(self, log: Log, items: ItemSet, message: bytes) -> bytes:
        """Our side of a round."""
        reply = respond(items, message, RECONCILE_LIMIT, MOST_RANGES)
        self._listed[log] = [EnvelopeId(name) for name in listed(reply)]
        return reply

    def meant(self, log: Log, ids: Sequence[bytes], *, listed: bool) -> list[EnvelopeId]:
        """What a `Want` asks for: these, or what our last answer listed without these, once."""
        if not listed:
            return [EnvelopeId(name) for name in ids]
        left = set(ids)
        return [name for name in self._listed.pop(log, ()) if name not in left]
