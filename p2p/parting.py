"""Our own leaving is what we say last, in each conversation; and from then on we only give.

Whoever hears of it talks no more with us. So who left goes through both sets with the others as if
that one act were not there, and says it once they hold all the words that both may read: else what
was not handed over yet would be with nobody. Words of theirs that come meanwhile are not kept: they
were not written for somebody who has gone. So nor are the leavings of others handed on that came
since: the words of those are not here. Source: protocol, section 8.
"""

from collections.abc import Iterable, Mapping

from p2p import wire
from p2p.backlog import Backlog
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Shelf, TakenIn
from p2p.scoping import Scoping


class Parting:
    """That of one conversation; there is nothing to it while we are a member."""

    def __init__(self, shelf: Shelf, out: Outgoing, scoping: Scoping, backlog: Backlog) -> None:
        """`scoping`: whether the words were gone through; `backlog`: what came while they were."""
        self._shelf = shelf
        self._out = out
        self._scoping = scoping
        self._backlog = backlog

    @property
    def begun(self) -> bool:
        """Whether we left."""
        return bool(self._shelf.parting())

    def take_in(self, words: Mapping[EnvelopeId, bytes]) -> TakenIn:
        """Words of theirs: kept by a member only."""
        return TakenIn() if self.begun else self._shelf.take_in(Log.WORDS, words)

    def without(self, ids: Iterable[EnvelopeId]) -> list[EnvelopeId]:
        """All of these that may be handed over at any time."""
        last = self._shelf.parting()
        return [name for name in ids if name not in last]

    def say(self) -> None:
        """Both sets were gone through: say it, after all that waits.

        Not yet where words are put off, by us or by them (who then tells no epochs), or where
        another run has to follow.
        """
        last = self._shelf.parting()
        if last and not self._scoping.put_off and self._scoping.theirs:
            if self._backlog.hand_over(self._out):
                self._backlog.missed = True
            else:
                self._out.put_behind(lambda: self._leaving(last[0]))

    def may_end(self, *, leads: bool) -> bool:
        """A round of words is over. Whether it was the last although the digests differ.

        They do where we answer and did not keep words of theirs. But where words of ours lapsed
        after they were named, they have another name now, by which the next round hands them over.
        """
        renamed, self._out.renamed = self._out.renamed, False
        return self.begun and not leads and not renamed

    def _leaving(self, name: EnvelopeId) -> wire.Envelopes | None:
        if self._out.renamed:
            return None  # digests that differ follow, and another round
        envelopes = [envelope for _, envelope in self._shelf.envelopes([name])]
        return wire.Envelopes(log=int(Log.AUTHORITY), envelopes=envelopes, live=True)
