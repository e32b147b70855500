"""What came to be held here while a conversation was not live yet: handed over on going live."""

from collections.abc import Iterable

from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import Outgoing

MOST = 4096  # ids remembered; beyond it another round is asked for


class Backlog:
    """That of one conversation. `missed`: more came than was remembered, or can be read now."""

    def __init__(self) -> None:
        """Nothing waits."""
        self.missed = False
        self._ids: dict[EnvelopeId, Log] = {}

    def add(self, log: Log, ids: list[EnvelopeId]) -> None:
        """These are newly held here."""
        if len(self._ids) + len(ids) > MOST:
            self.missed = True
        else:
            self._ids.update(dict.fromkeys(ids, log))

    def forget(self, ids: Iterable[EnvelopeId]) -> None:
        """The other side holds these."""
        for name in ids:
            self._ids.pop(name, None)

    def hand_over(self, out: Outgoing) -> bool:
        """Put all of it on its way. True: something was missed, another round is due."""
        for log in (Log.AUTHORITY, Log.WORDS):
            out.put_envelopes(log, [i for i, kept in self._ids.items() if kept is log], live=True)
        self._ids.clear()
        missed, self.missed = self.missed, False
        return missed
