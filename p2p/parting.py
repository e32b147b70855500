"""Our own leaving is what we say last, in each conversation; and from then on we only give.

Whoever hears of it talks no more with us. So who left goes through both sets with the others as if
that one act were not there, and says it once they hold all the words that we do: else what was not
handed over yet would be with nobody. Words of theirs that come meanwhile are not kept: they were
not written for somebody who has gone. Source: protocol, section 8.
"""

from collections.abc import Iterable, Mapping

from p2p import wire
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf, TakenIn
from p2p.scoping import Scoping


class Parting:
    """That of one conversation; there is nothing to it while we are a member."""

    def __init__(self, shelf: Shelf, out: Outgoing, scoping: Scoping) -> None:
        """`scoping`: whether the words were gone through."""
        self._shelf = shelf
        self._out = out
        self._scoping = scoping

    @property
    def begun(self) -> bool:
        """Whether we left."""
        return self._shelf.parting() is not None

    def take_in(self, words: Mapping[EnvelopeId, bytes]) -> TakenIn:
        """Words of theirs: kept by a member only."""
        return TakenIn() if self.begun else self._shelf.take_in(Log.WORDS, words)

    def but_this(self, ids: Iterable[EnvelopeId], *, live: bool) -> list[EnvelopeId]:
        """All of these that may be handed over now; the leaving goes by itself, where it may go."""
        last = self._shelf.parting()
        names = list(ids)
        if last in names:
            names.remove(last)
            if live:
                self.say()
        return names

    def say(self) -> bool:
        """Both sets were gone through: say it, after all that waits. False: nothing is to be said.

        Nor is it while words are put off, by us or by them: who puts them off tells no epochs.
        """
        last = self._shelf.parting()
        if last is None or self._scoping.put_off or not self._scoping.theirs:
            return False
        self._out.put_behind(lambda: self._leaving(last))
        return True

    def _leaving(self, name: EnvelopeId) -> wire.Envelopes:
        envelopes = [envelope for _, envelope in self._shelf.envelopes([name])]
        return wire.Envelopes(log=int(Log.AUTHORITY), envelopes=envelopes, live=True)
