"""A cable between two houses: two lanes of bytes, each of its own quality, with back-pressure."""

import math
import random
from collections import deque
from collections.abc import Callable
from functools import partial

import trio

from p2p import wire
from p2p.errors import PeerFault
from p2p.host.frames import Closed
from p2p.simulator.hourglass import Bell
from p2p.simulator.weather import Line

HEAD = 4  # bytes that tell how long a frame is
WORDS = 300  # bytes of a frame that may hold somebody's words
WINDOW = 256 * 1024  # bytes under way at which a writer waits


def _brings(frame: bytes) -> bool:
    """Whether it brings envelopes: what is lost of anything else nobody asks for before long."""
    try:
        return isinstance(wire.decode(frame[HEAD:]), wire.Envelopes)
    except PeerFault:
        return False


class Lane:
    """One direction. Bytes come in order; what `line` does to frames is done when they go in."""

    def __init__(self, line: Line, chance: random.Random, lost: Callable[[], object]) -> None:
        """`chance` is this lane's own; `lost` is told of each frame that never comes."""
        self.line = line
        self._chance = chance
        self._lost = lost
        self._coming: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self._sent = 0
        self._held_back: bytes | None = None
        self._free = 0.0  # when the line has sent all before
        self._writers = trio.lowlevel.ParkingLot()
        self._reader = Bell()
        self.ended = False  # no more is written; what is under way still comes
        self.gone = False  # nothing comes any more, and the reader is told
        self.still = False  # nothing moves for now, and nobody is told
        self.dead = False  # the same for ever
        self.swallows = False  # the next frame that brings words or acts is lost

    def wake(self) -> None:
        """Something has changed for whoever waits at either end."""
        self._writers.unpark_all()
        self._reader.ring()

    async def put(self, frame: bytes) -> None:
        """Send; waits while too much is under way."""
        while self._size > WINDOW and not (self.gone or self.ended):
            await self._writers.park()
        if self.gone or self.ended:
            raise Closed
        for whole in self._mangled(frame):
            self._send(whole)
        self.wake()

    def _mangled(self, frame: bytes) -> list[bytes]:
        line, roll = self.line, self._chance.random
        if self.swallows and len(frame) >= WORDS and _brings(frame):
            self.swallows = False
            self._lost()
            return self._released()
        if line.whole:
            return [*self._released(), frame]
        if roll() < line.lost:
            self._lost()
            return self._released()
        if roll() < line.swapped and self._held_back is None:
            self._held_back = frame
            return []
        copies = [frame, frame] if roll() < line.twice else [frame]
        return [*copies, *self._released()]

    def _released(self) -> list[bytes]:
        frame, self._held_back = self._held_back, None
        return [] if frame is None else [frame]

    def _send(self, frame: bytes) -> None:
        line = self.line
        edge = line.cut_after if line.cut_after is not None else line.dead_after
        if edge is not None and self._sent + len(frame) > edge:
            frame = frame[: max(0, edge - self._sent)]
        self._sent += len(frame)
        pieces = self._chance.randint(1, line.pieces) if line.pieces > 1 else 1
        size = max(1, -(-len(frame) // pieces))
        for start in range(0, len(frame), size):
            part = frame[start : start + size]
            now = max(self._free, trio.current_time())
            self._free = now + len(part) / line.rate
            due = self._free + line.latency + line.jitter * self._chance.random()
            if self._coming:
                due = max(due, self._coming[-1][0])
            self._coming.append((due, part))
            self._size += len(part)
        if edge is not None and self._sent >= edge:
            if line.cut_after is not None:
                self.ended = True
            else:
                self.dead = True

    async def take(self, most: int) -> bytes:
        """The next bytes, as soon as they are here."""
        while True:
            if self.gone:
                raise Closed
            moves = not (self.still or self.dead)
            if moves and self._coming and self._coming[0][0] <= trio.current_time():
                return self._take_now(most)
            if moves and self.ended and not self._coming:
                raise Closed
            self._reader = Bell()
            await self._reader.wait(self._coming[0][0] if moves and self._coming else math.inf)

    def _take_now(self, most: int) -> bytes:
        due, data = self._coming.popleft()
        if len(data) > most:
            self._coming.appendleft((due, data[most:]))
            data = data[:most]
        was_full = self._size > WINDOW
        self._size -= len(data)
        if was_full:
            self.wake()
        return data


class End:
    """One end of a cable; a `p2p.host.frames.Pipe`."""

    def __init__(self, cable: "Cable", out: Lane, coming: Lane) -> None:
        """`out` is written to, `coming` is read from."""
        self.written = 0
        self._cable = cable
        self._out = out
        self._coming = coming

    async def read(self, most: int) -> bytes:
        """See the port."""
        return await self._coming.take(most)

    async def write(self, data: bytes) -> None:
        """See the port. A frame goes whole or not at all; cut lines cut it further on."""
        await self._out.put(data)
        self.written += len(data)

    async def finish(self) -> None:
        """See the port."""
        self._out.ended = True
        self._coming.gone = True
        self._out.wake()
        self._coming.wake()
        self._cable.over()


class Cable:
    """Two lanes between two houses."""

    def __init__(
        self, left: str, right: str, lines: tuple[Line, Line], seeds: tuple[int, int],
        lost: Callable[[str], object],
    ) -> None:  # fmt: skip
        """`left` called `right`; each lane draws from its own seed. `lost` is told whose frames."""
        self.houses = (left, right)
        self.lanes = tuple(
            Lane(line, random.Random(seed), partial(lost, house))
            for line, seed, house in zip(lines, seeds, self.houses, strict=True)
        )
        self.ends = (
            End(self, self.lanes[0], self.lanes[1]),
            End(self, self.lanes[1], self.lanes[0]),
        )
        self.finished = False

    def over(self) -> None:
        """One end hung up."""
        self.finished = all(lane.ended or lane.gone for lane in self.lanes)

    def cut(self) -> None:
        """Both ends are told, and what was under way is lost."""
        for lane in self.lanes:
            lane.gone = lane.ended = True
            lane.wake()
        self.finished = True

    def still(self, *, still: bool) -> None:
        """Nothing moves, or it moves again."""
        for lane in self.lanes:
            lane.still = still
            lane.wake()

    def calm(self, line: Line) -> None:
        """From now on both lanes are like this. What died stays dead."""
        for lane in self.lanes:
            lane.line, lane.swallows = line, False

    def swallow(self) -> None:
        """The next words on both lanes are lost."""
        for lane in self.lanes:
            lane.swallows = True
