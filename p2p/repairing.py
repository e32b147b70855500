"""Where two frontiers differ and nothing is left to reconcile: which log, and which seqs of it.

Equal sets should mean equal frontiers. Where they do not, or where the sets stay unequal because
somebody chose ids that add up alike, each side tells what it holds of every log of words that the
other may know, a row a log; who finds a row that is not its own asks for its holes, for what lies
beyond its end, or, where it has neither, for the whole log again. Source: protocol, sections 8, 11
and 12.
"""

from collections.abc import Sequence

from p2p import wire
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EpochId
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.ports import Hole, Shelf

TELLINGS = 8  # how often the other side may tell its logs, until the conversation has rested
ASKED = 256  # stretches asked for after one telling; what is left comes with the next meeting
ASKINGS = 1024  # stretches that may be asked for, until the conversation has rested
TOLD = 4  # frames of ours: half of TELLINGS, as the two sides do not rest together
AGAIN = 2  # further times that a hole is asked for
OURS = 512  # of ours: who makes holes for us to see must not make us ask until we are hung up on


class Repairing:
    """The logs of one conversation."""

    def __init__(self, shelf: Shelf, out: Outgoing) -> None:
        """`shelf` knows the logs."""
        self._shelf = shelf
        self._out = out
        self.rested()

    def rested(self) -> None:
        """Some time has passed."""
        self._told = self._telling = self._asked = self._ours = 0
        self._open: dict[Hole, int] = {}  # asked for, and how often they were silent since

    def tell(self, scope: frozenset[EpochId]) -> None:
        """Say what is held of each log here; too often is left to a later run."""
        rows = self._shelf.logs(scope)
        for start in range(0, len(rows), wire.MAX_IDS):
            if self._telling >= TOLD:
                return
            self._telling += 1
            self._out.put(wire.Logs(logs=rows[start : start + wire.MAX_IDS]))

    def told(self, theirs: Sequence[wire.Logbook], scope: frozenset[EpochId]) -> None:
        """Ask for what the other side holds of its logs and this one does not."""
        self._told += 1
        if self._told > TELLINGS:
            raise PeerFault("tells its logs without end")
        ours = {(row.device, row.log): row for row in self._shelf.logs(scope)}
        holes: dict[tuple[bytes, int], list[Hole]] = {}
        for hole in self._shelf.holes():
            holes.setdefault((hole.device, hole.log), []).append(hole)
        asked = 0
        for row in theirs:
            mine = ours.get((row.device, row.log))
            if mine is not None and mine.digest == row.digest:
                continue
            lacking = [h for h in holes.get((row.device, row.log), ()) if h.first < row.top]
            top = mine.top if mine is not None else 0
            device, log = DeviceId(row.device), Log(row.log)
            if top < row.top:
                lacking.append(Hole(device, log, top, row.top))
            for hole in lacking or [Hole(device, log, 0, row.top)]:
                if asked >= ASKED:
                    return
                asked += 1
                self.ask(hole)

    def ask(self, hole: Hole) -> None:
        """Ask for what the other side holds in a stretch of a log; too much is left to a run."""
        self._ours += 1
        if self._ours > OURS:
            return
        end = min(hole.end, wire.MAX_SAFE)
        self._out.put(wire.Ask(device=hole.device, log=hole.log, first=hole.first, end=end))

    def ask_for(self, hole: Hole) -> None:
        """Ask for a hole that words have shown which came just now, and see to it that it comes."""
        if self._ours < OURS:
            self._open[hole] = 0
        self.ask(hole)

    def they_are_silent(self) -> None:
        """The other side has had nothing to send for a while: what was asked for is not on its way.

        The question may have been lost, like the words before it, and nothing else shows the hole.
        """
        for hole, times in list(self._open.items()):
            here = self._shelf.in_log(hole, frozenset(self._shelf.epochs()))
            if times > AGAIN or len(here) >= hole.end - hole.first:
                del self._open[hole]
                continue
            self._open[hole] = times + 1
            if times:  # it was asked for before they were silent last
                self.ask(hole)

    def asked(self, frame: wire.Ask, scope: frozenset[EpochId]) -> int:
        """Hand over what is held in a stretch of a log; how much."""
        self._asked += 1
        if self._asked > ASKINGS:
            raise PeerFault("asks for stretches without end")
        hole = Hole(DeviceId(frame.device), Log(frame.log), frame.first, frame.end)
        names = self._shelf.in_log(hole, scope)
        if hole.log is Log.WORDS:
            self._out.put_bulk(names)
        else:
            self._out.put_envelopes(hole.log, names, live=False)
        return len(names)
