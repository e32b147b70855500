"""Frames on one stream: four bytes of length, big-endian, and then that many bytes.

Nothing here knows libp2p. A `FrameStream` stands on a `Pipe`, which moves bytes and says `Closed`.
The length prefix is needed because Yamux reports a reset as an end of stream: without it a cut-off
message could not be told from a whole one.
"""

from typing import Protocol

import trio

from p2p.errors import OurFault, PeerFault

PREFIX = 4
# The largest frame of the protocol has 384 KiB (protocol, section 8); the rest is room around it.
MAX_FRAME = 512 * 1024


class Closed(Exception):  # noqa: N818 - an event of every day, not an error
    """The other side is gone: it ended the stream, reset it, or the connection was cut.

    Carries no address and no identity, and never a libp2p exception as its cause.
    """


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

    def __init__(self, pipe: Pipe, *, peer: bytes, remote: str) -> None:
        """Wrap `pipe`; `peer` is a 32-byte Ed25519 public key, `remote` a multiaddr or ""."""
        self.peer = peer
        self.remote = remote
        self.bytes_sent = 0
        self.bytes_received = 0
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
        async with self._sending:
            if self._torn or self._closed:
                raise Closed
            before = self._pipe.written
            try:
                await self._pipe.write(len(frame).to_bytes(PREFIX, "big") + frame)
            finally:
                gone = self._pipe.written - before
                self.bytes_sent += gone
                self._torn = 0 < gone < PREFIX + len(frame)

    async def receive(self) -> bytes:
        """Receive the next frame.

        Raises Closed when the other side is gone, also in the middle of a frame, and PeerFault when
        it announces more than `MAX_FRAME` bytes.
        """
        async with self._receiving:
            partial = self._partial
            while (missing := self._missing()) > 0:
                if self._closed:
                    raise Closed
                chunk = await self._pipe.read(missing)
                partial += chunk
                self.bytes_received += len(chunk)
            frame = bytes(memoryview(partial)[PREFIX:])
            partial.clear()
            return frame

    async def close(self) -> None:
        """End the conversation: half-close, so what was sent still arrives, then reset.

        Never raises, may be called again, and does its work even when the caller is cancelled.
        """
        if self._closed:
            return
        self._closed = True
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
