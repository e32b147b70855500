"""Frames on one stream: four bytes of length, big-endian, and then that many bytes.

Nothing here knows libp2p. A `FrameStream` stands on a `Pipe`, which moves bytes and says `Closed`.
The length prefix is needed because Yamux reports a reset as an end of stream: without it a cut-off
message could not be told from a whole one.
"""

from enum import Enum
from typing import Protocol

import trio

from p2p.errors import OurFault, PeerFault

PREFIX = 4
# The largest frame of the protocol has 384 KiB (protocol, section 8); the rest is room around it.
MAX_FRAME = 512 * 1024
AHEAD = 16 * 1024  # bytes taken from the pipe at once, where they have come


class Path(Enum):
    """Which way a connection goes; a better one is smaller."""

    DIRECT = 1
    """One computer has dialled the other."""
    PUNCHED = 2
    """Both dialled at once, through routers that let nobody in."""
    RELAYED = 3
    """Through a third computer, which sees sealed bytes only."""


class Closed(Exception):  # noqa: N818 - an event of every day, not an error
    """The other side is gone: it ended the stream, reset it, or the connection was cut.

    Carries no address and no identity, and never a libp2p exception as its cause.
    """


async def taken(lock: trio.Lock) -> None:
    """Take a lock; at once where it is free, without giving the others their turn first."""
    try:
        lock.acquire_nowait()
    except trio.WouldBlock:
        await lock.acquire()


class Pipe(Protocol):
    """What a frame stream stands on: bytes both ways, with back-pressure."""

    written: int

    async def read(self, most: int) -> bytes:
        """Take 1 to `most` bytes. Raises Closed. A cancelled read has taken nothing."""

    async def write(self, data: bytes) -> None:
        """Hand over all of `data`. Raises Closed. `written` has counted what went, always."""

    async def finish(self) -> None:
        """End both directions. Never raises; returns within a second or two."""


class FrameStream:
    """One conversation of frames with one peer, whose key Noise has proven.

    One task may send while another receives; several senders take turns. A cancelled `receive`
    loses nothing and can be repeated. A `send` cancelled part-way through ends the sending side:
    half a frame has gone, so every later `send` raises Closed.
    """

    def __init__(self, pipe: Pipe, *, peer: bytes, remote: str, path: Path = Path.DIRECT) -> None:
        """Wrap `pipe`; `peer` is a 32-byte Ed25519 public key, `remote` a multiaddr or ""."""
        self.peer = peer
        self.remote = remote
        self.path = path
        self.bytes_sent = 0
        self.bytes_received = 0
        self.heard = 0.0  # when bytes came last, by trio's clock
        self._pipe = pipe
        self._partial = bytearray()
        self._torn = False
        self._closed = False
        self._sending = trio.Lock()
        self._receiving = trio.Lock()

    async def send(self, frame: bytes) -> None:
        """Send one frame of at most `MAX_FRAME` bytes; returns when the transport has taken it.

        Waits for as long as the other side does not read: bound it with a timeout if that matters.
        Raises Closed when the other side is gone, OurFault for a frame that is too long.
        """
        if len(frame) > MAX_FRAME:
            raise OurFault("a frame longer than the protocol allows")
        await taken(self._sending)
        try:
            if self._torn or self._closed:
                raise Closed
            before = self._pipe.written
            try:
                await self._pipe.write(len(frame).to_bytes(PREFIX, "big") + frame)
            finally:
                gone = self._pipe.written - before
                self.bytes_sent += gone
                self._torn = 0 < gone < PREFIX + len(frame)
        finally:
            self._sending.release()

    async def receive(self) -> bytes:
        """Receive the next frame.

        Raises Closed when the other side is gone, also in the middle of a frame, and PeerFault when
        it announces more than `MAX_FRAME` bytes.
        """
        await taken(self._receiving)
        try:
            partial = self._partial
            if self._missing() <= 0:  # read ahead: the others have their turn all the same
                await trio.lowlevel.checkpoint()
            while (missing := self._missing()) > 0:
                if self._closed:
                    raise Closed
                chunk = await self._pipe.read(max(missing, AHEAD))
                partial += chunk
                self.bytes_received += len(chunk)
                self.heard = trio.current_time()
            end = PREFIX + int.from_bytes(partial[:PREFIX], "big")
            frame = bytes(memoryview(partial)[PREFIX:end])
            del partial[:end]
            return frame
        finally:
            self._receiving.release()

    async def close(self) -> None:
        """End the conversation: half-close, so what was sent still arrives, then reset.

        Never raises, may be called again, and does its work even when the caller is cancelled.
        """
        if self._closed:
            return
        self._closed = True
        self._partial.clear()
        with trio.CancelScope(shield=True):
            await self._pipe.finish()

    def _missing(self) -> int:
        """How many bytes are wanting until the frame at the front is whole."""
        if len(self._partial) < PREFIX:
            return PREFIX - len(self._partial)
        length = int.from_bytes(self._partial[:PREFIX], "big")
        if length > MAX_FRAME:
            raise PeerFault("announced a frame longer than the protocol allows")
        return PREFIX + length - len(self._partial)
