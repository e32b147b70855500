"""Yamux as it has to be on a connection from a stranger, and the one muxer that is offered.

Theory of operation. libp2p 0.8.1's Yamux session parses frames well and is kept for that. Around
it, here for a connection and in `pipe` for a stream:

- *A frame is written whole or the connection ends.* A cancelled write would leave half a Noise
  message on the wire, after which nothing on the connection can be read, on any stream. So a write
  that has begun is shielded, for `Limits.stuck` seconds at most.
- *Unread bytes are bounded.* libp2p only logs when a peer exceeds its window, and grows windows to
  16 MiB. Here a stream has a window of `WINDOW`, and a connection with more unread than its streams
  can honestly have is cut.
- *Waiting for room ends only with room.* libp2p looks every 10 ms and gives up after 5 s, so that a
  reader who pauses breaks its writer. Here the writer sleeps until room or the end is announced.
- *A cancelled read has taken nothing*, and what came before the end of a connection can be read.
- *Most frames cost little.* libp2p's loop makes a dozen lines of text for a log that nobody keeps,
  each with the peer's id in base 58. Plain frames are taken before it sees them.

Frame layout: https://github.com/hashicorp/yamux/blob/master/spec.md
"""

import struct
from typing import Any, Protocol, cast

import trio
from libp2p.abc import IMuxedConn, INetConn, ISecureConn
from libp2p.custom_types import TProtocol
from libp2p.io.abc import ReadWriteCloser
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.peer.id import ID
from libp2p.stream_muxer.muxer_multistream import MuxerMultistream
from libp2p.stream_muxer.yamux.yamux import (
    FLAG_SYN,
    PROTOCOL_ID,
    TYPE_DATA,
    TYPE_PING,
    TYPE_WINDOW_UPDATE,
    Yamux,
    YamuxStream,
)

from p2p.host.frames import Closed, Path, taken
from p2p.host.guards import Limits, shielded
from p2p.host.line import Line

YAMUX = TProtocol(PROTOCOL_ID)
HEADER = struct.Struct("!BBHII")
# What a peer may send before we have read it. 512 KiB fill a line of 40 Mbit/s at 100 ms.
WINDOW = 512 * 1024
# With its header it just fits into one Noise message of 65,535 bytes, of which 16 are the tag.
CHUNK = 65535 - 16 - HEADER.size
# What a frame inside a circuit has around it: the length and tag of Noise, and a header.
AROUND = 2 + 16 + HEADER.size
# In seconds: how often something is said on a line, and how long it may stay silent after that.
KEEPALIVE, DEAD = 30.0, 15.0
LARGEST = 0xFFFFFFFF
# The longest protocol name anybody sends while a protocol is being agreed on.
LONGEST_NAME = 1024


class RoomyStream(YamuxStream):
    """A Yamux stream that tells when the peer has made room, where libp2p's looks every 10 ms."""

    room: trio.Event
    _credit: int

    @property
    def send_window(self) -> int:
        """Bytes that may be sent now."""
        return self._credit

    @send_window.setter
    def send_window(self, credit: int) -> None:
        self._credit = credit
        if credit > 0:
            self.room.set()

    @classmethod
    def adopt(cls, stream: YamuxStream) -> "RoomyStream":
        """Turn a stream made by libp2p, which names its class outright, into one of these."""
        credit = vars(stream).pop("send_window")
        cast("Any", stream).__class__ = cls  # Any: a change of class is beyond the type checker
        roomy = cast("RoomyStream", stream)
        roomy.room = trio.Event()
        roomy.send_window = credit
        return roomy


class GuardedYamux(Yamux):
    """One Yamux session, with whole writes and bounded memory."""

    def __init__(self, secured: Line, peer: ID, limits: Limits) -> None:
        """Run Yamux over `secured`, which has proven `peer`."""
        super().__init__(secured, peer, is_initiator=secured.is_initiator)
        self._line = secured
        self._line.front = self._take_plain
        self.stuck = limits.stuck
        self.under = secured.under
        # So that a frame inside a circuit is one frame of the connection that carries it, not two.
        self.chunk = CHUNK - AROUND if self.under.path is Path.RELAYED else CHUNK
        self.circuits = 0  # streams that are one end of a circuit, besides all others
        self.kept_until = 0.0  # not cut before, although nobody uses it; trio's clock
        self._ping_event.set()  # nothing has been asked yet
        self._streams = 2 * limits.streams_per_peer

    async def is_there(self, seconds: float) -> bool:
        """Whether anything comes from the other side within `seconds` of our asking for it."""
        asked = trio.current_time()
        asking = self._ping_event.is_set()
        if asking:
            self._ping_event = trio.Event()
        answered = self._ping_event
        try:
            with trio.move_on_after(seconds):
                if asking:
                    self._ping_id += 1
                    ping = HEADER.pack(0, TYPE_PING, FLAG_SYN, 0, self._ping_id & LARGEST)
                    await self._write_frame(ping)
                await answered.wait()
                return not self.event_closed.is_set()
        except ConnectionClosedError:
            return False
        if self._ping_event is answered:  # whoever asks next asks anew
            self._ping_event = trio.Event()
            self._ping_event.set()
        # What is under way before the answer counts as one: a thin line is not a dead one.
        return self.under.heard > asked and not self.event_closed.is_set()

    async def _measure_rtt_loop(self) -> None:
        """Say something now and then, so that routers keep the line; cut it when it is dead."""
        while True:
            await trio.sleep(KEEPALIVE)
            if not await self.is_there(DEAD):
                await self.close()

    async def _write_frame(self, data: bytes) -> None:
        await taken(self._write_lock)
        try:
            if self.event_closed.is_set():
                raise ConnectionClosedError("the connection has ended")
            with shielded(self.stuck) as hold:
                await self.secured_conn.write(data)
            if hold.cancelled_caught:
                with trio.CancelScope(shield=True):
                    await self.secured_conn.close()
                raise ConnectionClosedError("the connection takes nothing any more")
        finally:
            self._write_lock.release()
        # No checkpoint after the write: whoever is told "cancelled" knows that nothing has gone.

    async def _read_data_body(self, length: int) -> bytes:
        if not self._may_bring(length):
            # The one exception on which libp2p's read loop ends the connection at once.
            raise trio.TooSlowError
        self._line.front = None  # what comes now is no header
        data = await super()._read_data_body(length)
        self._line.front = self._take_plain
        return data

    def _may_bring(self, length: int) -> bool:
        unread = sum(map(len, self.stream_buffers.values()))
        # Streams in both directions, and one window for frames on streams that are being refused.
        most = (self._streams + self.circuits + 1) * WINDOW
        return length <= WINDOW and unread + length <= most

    def _take_plain(self, came: bytearray) -> None:
        """Take the frames that nearly all are: whole ones, without flags, of a stream that is open.

        The next that is anything else, or has not come whole, is left for libp2p's loop.
        """
        while len(came) >= HEADER.size:
            version, kind, flags, name, length = HEADER.unpack_from(came)
            stream = self.streams.get(name)
            if version or flags or stream is None or stream.closed:
                return
            if kind == TYPE_WINDOW_UPDATE:
                stream.send_window += length
                del came[: HEADER.size]
                continue
            end = HEADER.size + length
            if kind != TYPE_DATA or len(came) < end or not self._may_bring(length):
                return
            self.stream_buffers[name] += memoryview(came)[HEADER.size : end]
            stream.recv_window = max(stream.recv_window - length, 0)
            self.stream_events[name].set()
            del came[:end]

    async def close(self, error_code: int = 0) -> None:
        """Cut the connection, without the goodbye frame: on a stuck line it would never leave."""
        del error_code
        if not self.event_closed.is_set():
            await self._cleanup_on_error()

    async def _cleanup_on_error(self) -> None:
        streams = list(self.streams.values())
        await super()._cleanup_on_error()
        for stream in streams:
            _wake(stream)

    def _finalize_stream_locked(self, stream: YamuxStream, *, fully_closed: bool) -> None:
        super()._finalize_stream_locked(stream, fully_closed=fully_closed)
        if fully_closed:
            _wake(stream)


def session_of(conn: INetConn) -> GuardedYamux:
    """The session of a connection; all of ours have one."""
    return cast("GuardedYamux", conn.muxed_conn)


def _wake(stream: YamuxStream) -> None:
    if isinstance(stream, RoomyStream):
        stream.room.set()


class OnlyYamux(MuxerMultistream):
    """Agrees on Yamux or on nothing."""

    def __init__(self, limits: Limits) -> None:
        """Offer Yamux, within `limits`."""
        super().__init__({YAMUX: GuardedYamux}, negotiate_timeout=int(limits.handshake))
        self._limits = limits

    async def new_conn(self, conn: ISecureConn, peer_id: ID) -> IMuxedConn:
        """Start a session over `conn`; libp2p's MultiselectError when the peer wants another."""
        line = Line(conn)
        await self._selector.select(ShortReads(line), line.is_initiator, self.negotiate_timeout)
        return GuardedYamux(line, peer_id, self._limits)


class Bytes(Protocol):
    """Anything that bytes can be read from and written to."""

    async def read(self, n: int, /) -> bytes:
        """Read up to `n` bytes."""

    async def write(self, data: bytes, /) -> None:
        """Write all of `data`."""


class ShortReads(ReadWriteCloser):
    """A connection during the agreement on a protocol, when nobody has reason to say much."""

    def __init__(self, inner: Bytes) -> None:
        """Read from and write to `inner`."""
        self._inner = inner

    async def read(self, n: int | None = None) -> bytes:
        """Read up to `n` bytes; raises libp2p's ConnectionClosedError when `n` is unreasonable."""
        if n is None or n > LONGEST_NAME:
            raise ConnectionClosedError("a longer name than any protocol has")
        try:
            return await self._inner.read(n)
        except Closed:
            raise ConnectionClosedError("the stream has ended") from None

    async def write(self, data: bytes) -> None:
        """Write all of `data`."""
        try:
            await self._inner.write(data)
        except Closed:
            raise ConnectionClosedError("the stream has ended") from None

    async def close(self) -> None:
        """Nothing: whoever began the agreement ends the connection."""

    def get_remote_address(self) -> tuple[str, int] | None:
        """Unknown, and of no use here."""
        return None
