"""What homes say and hear, looked at while it goes by: promises that no final state could show.

- Nothing is said while a change is not on disk yet.
- Who leads goes on after equal digests only, or after the sixth time (protocol, section 8).
- Nobody waits for a silent line much longer than it may be silent.
- A stranger is not served for longer than strangers are (section 10).
"""

from collections import Counter
from typing import TYPE_CHECKING

import trio

from p2p import wire
from p2p.host import FrameStream
from p2p.host.frames import Pipe
from p2p.patience import ROUNDS
from p2p.talk import SILENCE
from p2p.threshold import PATIENCE

if TYPE_CHECKING:
    from tests.simulator.homes import Home

# Two whole windows: what came at the beginning of the first is no silence of it.
SILENT = 2 * SILENCE + 0.5
AT_THE_DOOR = PATIENCE + 0.5

HELLO, RECONCILE, SETTLED, SCOPE, BEAT = 1, 3, 11, 12, 14  # tags, section 8


class Tap:
    """What was heard to go wrong in a village."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.streams: list[TappedStream] = []

    def says(self, what: str) -> None:
        if what not in self.broken:
            self.broken.append(what)

    def look(self) -> None:
        """At what stands open still."""
        for stream in self.streams:
            stream.look()


class _Heard:
    """A pipe that knows how long nothing has come while somebody waited for it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._since = self._until = trio.current_time()
        self.longest = 0.0
        self.written = pipe.written

    async def read(self, most: int) -> bytes:
        now = trio.current_time()
        if now > self._until:  # nobody waited in between
            self._since = now
        try:
            data = await self._pipe.read(most)
        finally:
            self._until = trio.current_time()
            self.longest = max(self.longest, self._until - self._since)
        self._since = self._until
        return data

    async def write(self, data: bytes) -> None:
        try:
            await self._pipe.write(data)
        finally:
            self.written = self._pipe.written

    async def finish(self) -> None:
        await self._pipe.finish()


class TappedStream(FrameStream):
    """An honest home's end of a stream."""

    def __init__(self, home: "Home", pipe: Pipe, *, peer: bytes, remote: str) -> None:
        self._heard = _Heard(pipe)
        super().__init__(self._heard, peer=peer, remote=remote)
        self._home = home
        self._tap = home.diary.tap
        self._begun = trio.current_time()
        circle = home.circle if home.member else None
        self._strange = circle is not None and circle.shelf.device_at(peer) is None
        self._greeted = False
        self._settling = _Settling()
        self._tap.streams.append(self)

    async def send(self, frame: bytes) -> None:
        if self._home.is_changing:
            self._tap.says(f"{self._home.name} speaks of what is not on disk yet")
        tag = frame[1]
        if tag == HELLO:
            self._greeted = True
        elif tag in {RECONCILE, SETTLED, SCOPE, BEAT} and self._settling.said(tag, frame):
            self._tap.says(f"{self._home.name} goes on although digests differ")
        await super().send(frame)

    async def receive(self) -> bytes:
        frame = await super().receive()
        tag = frame[1] if len(frame) > 1 else 0
        if tag == SETTLED:
            self._settling.heard(frame)
        if self._greeted and self._heard.longest > SILENT:
            self._tap.says(f"{self._home.name} holds on to a silent line")
        return frame

    async def close(self) -> None:
        self.look()
        if self in self._tap.streams:
            self._tap.streams.remove(self)
        await super().close()

    def look(self) -> None:
        """Whether it has gone on for too long."""
        if self._greeted and self._heard.longest > SILENT:
            self._tap.says(f"{self._home.name} holds on to a silent line")
        stays = trio.current_time() - self._begun
        if self._strange and not self._greeted and stays > AT_THE_DOOR:
            self._tap.says(f"{self._home.name} lets a stranger stay")


class _Settling:
    """Of a conversation that is led here: whether a set has to be gone through once more."""

    def __init__(self) -> None:
        self._sent: dict[int, bytes] = {}
        # By them, who lead then; a line that doubles frames may ask twice before it is answered.
        self._asked: Counter[int] = Counter()
        self._unequal = [0, 0]
        self._owed: int | None = None

    def said(self, tag: int, frame: bytes) -> bool:
        """One of ours. True: it goes on where a set is still owed."""
        if tag == SETTLED:
            ours = wire.decode(frame)
            if isinstance(ours, wire.Settled) and self._asked[ours.log]:
                self._asked[ours.log] -= 1
            elif isinstance(ours, wire.Settled):
                self._sent[ours.log] = ours.digest
        elif tag == RECONCILE:
            again = wire.decode(frame)
            if isinstance(again, wire.Reconcile) and again.log == self._owed:
                self._owed = None
        return self._owed is not None and tag in {SCOPE, BEAT}

    def heard(self, frame: bytes) -> None:
        """One of theirs: an answer, if ours went before."""
        theirs = wire.decode(frame)
        if not isinstance(theirs, wire.Settled):
            return
        ours = self._sent.pop(theirs.log, None)
        if ours is None:
            self._asked[theirs.log] += 1
            return
        log = theirs.log
        self._unequal[log] = self._unequal[log] + 1 if ours != theirs.digest else 0
        over = self._unequal[log] in {0, ROUNDS}
        self._owed = None if over else log
        if over:
            self._unequal[log] = 0
