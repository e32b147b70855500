"""A member who turns: true keys, a true certificate, and then whatever does harm.

Mallory talks to Ada over a line that holds as much as a Yamux window, so that not reading is felt;
and sends at a pace, because on a clock that jumps a flood without one takes no time at all.
"""

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import trio
from msgspec import structs

from p2p import wire
from p2p.crypto import NONCE_SIZE, box
from p2p.envelope import padme
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream
from p2p.op import Kind, Log
from p2p.reconcile_wire import INFINITY, Bound, Fingerprint, Range, spell
from p2p.sync import Conversation, Phase
from tests.p2p.village import Person

WINDOW: Final = 256 * 1024  # bytes on the way
PACE: Final = 0.01  # seconds between frames


class _Way:
    """One direction of a line: bytes under way, no more than fit."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.closed = False
        self._news = trio.Event()

    def changed(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            while len(self.data) >= WINDOW and not self.closed:
                await self._news.wait()
            if self.closed:
                raise Closed
            size = WINDOW - len(self.data)
            self.data += rest[:size]
            rest = rest[size:]
            self.changed()
        await trio.lowlevel.checkpoint()

    async def get(self, most: int) -> bytes:
        await trio.lowlevel.checkpoint()
        while not self.data:
            if self.closed:
                raise Closed
            await self._news.wait()
        found = bytes(self.data[:most])
        del self.data[:most]
        self.changed()
        return found


class Rope:
    """A pipe that holds a window's worth in each direction."""

    def __init__(self, out: _Way, back: _Way) -> None:
        self.written = 0
        self._out = out
        self._back = back

    async def read(self, most: int) -> bytes:
        return await self._back.get(most)

    async def write(self, data: bytes) -> None:
        await self._out.put(data)
        self.written += len(data)

    async def finish(self) -> None:
        for way in (self._out, self._back):
            way.closed = True
            way.changed()


def roped(mine: bytes, peer: bytes) -> tuple[FrameStream, FrameStream]:
    """Two ends: what `mine` holds, and what `peer` holds."""
    there, back = _Way(), _Way()
    return (
        FrameStream(Rope(there, back), peer=peer, remote=""),
        FrameStream(Rope(back, there), peer=mine, remote=""),
    )


@dataclass
class Mallory:
    """The one who turns, on one line to Ada."""

    person: Person
    door: bytes
    """Ada's."""
    stream: FrameStream
    leads: bool
    chance: random.Random = field(default_factory=lambda: random.Random(13))
    sent: int = 0
    _envelopes: dict[Log, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.talk = Conversation(
            self.person.shelf, door=self.door, leads=self.leads,
            clock=self.person.watch.hour, nonce=b"m" * 16, show_chain=False,
        )  # fmt: skip

    async def behaves_until(self, phase: Phase, *, says: bool = True) -> None:
        """Hold an honest conversation until it has come so far, by Mallory's own view.

        `says`: also what is said on coming there.
        """
        while self.talk.phase is not phase:
            await self._flush()
            await self.hears(await self.stream.receive())
        if says:
            await self._flush()

    async def hears(self, data: bytes) -> None:
        """One frame, as an honest member takes it in."""
        with suppress(PeerFault):
            self.talk.receive(data)
            self.talk.flush()
        await trio.lowlevel.checkpoint()

    async def _flush(self) -> None:
        while frames := self.talk.to_send():
            for frame in frames:
                await self.stream.send(frame)

    async def says(self, *frames: wire.AnyFrame, pace: float = PACE) -> None:
        """Send frames, one after the other."""
        for frame in frames:
            await self.stream.send(wire.encode(frame))
            self.sent += 1
            await trio.sleep(pace)

    async def listens(self) -> None:
        """Read and forget, to the end."""
        while True:
            await self.stream.receive()

    async def while_listening(self, attack: Callable[[], Awaitable[object]]) -> None:
        """Attack and read what comes back; ends when the line is cut."""
        with suppress(Closed):
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self.listens)
                    await attack()
                    await trio.sleep_forever()
            except* Closed:
                raise Closed from None

    # -- parts of attacks ----------------------------------------------------------------------

    def ids(self, count: int) -> list[bytes]:
        """Ids of nothing."""
        return [self.chance.randbytes(32) for _ in range(count)]

    def ranges(self, count: int) -> bytes:
        """A message about so many ranges, each with a new lie."""
        at, before = self.person.watch.hour() - count, 0
        message = bytearray(b"\x61")
        for number in range(count):
            upper: Bound = (at + number, b"") if number + 1 < count else INFINITY
            message += spell(Range(upper, Fingerprint(self.chance.randbytes(16))), before)
            before = upper[0]
        return bytes(message)

    def envelope(self, log: Log, size: int = 256) -> bytes:
        """What looks like an envelope under an epoch that nobody knows."""
        head = bytes((1, log)) + self.person.watch.hour().to_bytes(4)
        return head + self.chance.randbytes(NONCE_SIZE + 4 + padme(size) + 16)

    def forged(self, count: int, size: int = 50_000) -> list[bytes]:
        """Words under a true key that nobody signed, each in another envelope."""
        true = self.person.signs(Log.WORDS, Kind.POST, bytes(size))
        return [
            self.person.seals(structs.replace(true, signature=self.chance.randbytes(64)))
            for _ in range(count)
        ]

    def held(self, log: Log) -> list[bytes]:
        """Ids of what Ada has."""
        return [bytes(i) for _, i in self.person.items(log)]

    def ada(self) -> bytes:
        """Her device."""
        return self.person.shelf.device_at(self.door) or b""

    def gives(self, log: Log) -> list[bytes]:
        """The same in their envelopes; made once."""
        if log not in self._envelopes:
            self._envelopes[log] = self.person.gives(log)
        return self._envelopes[log]

    def grant(self) -> wire.Grant:
        """Secrets of an epoch that there is not, in a box that opens."""
        epoch = self.chance.randbytes(32)
        devices = self.person.room.ledger.view.devices()
        recipient, keys = next(d for d in devices.items() if d[1].door == self.door)
        mine = self.person.device
        info = b"hearthside/grant/1" + self.person.circle + epoch + mine + recipient
        return wire.Grant(epoch, mine, box(keys.seal, info, self.chance.randbytes(64)))


Attack: TypeAlias = Callable[[Mallory], Awaitable[None]]


async def for_ever(mallory: Mallory, frames: Iterator[wire.AnyFrame], pace: float = PACE) -> None:
    """The same again and again, while listening."""

    async def attack() -> None:
        for frame in frames:
            await mallory.says(frame, pace=pace)

    await mallory.while_listening(attack)


def again(make: Callable[[], wire.AnyFrame]) -> Iterator[wire.AnyFrame]:
    while True:
        yield make()
