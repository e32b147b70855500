"""The bytes of one Yamux stream, with back-pressure both ways (theory in `muxing`)."""

from contextlib import suppress
from typing import cast

import trio
from libp2p.network.stream.net_stream import NetStream
from libp2p.stream_muxer.yamux.yamux import TYPE_DATA, TYPE_WINDOW_UPDATE, YamuxStream

from p2p.host.frames import Closed
from p2p.host.guards import shielded
from p2p.host.muxing import HEADER, WINDOW, GuardedYamux, RoomyStream

# Both ends of a Yamux stream start with this much, whatever they grant later.
FIRST_WINDOW = 256 * 1024
CREDIT_STEP = WINDOW // 4
# How long `finish` waits, in seconds, before it leaves its two small frames to the background.
FINISHING = 1.0
PARTING = 3.0


class YamuxPipe:
    """The bytes of one stream: a `p2p.host.frames.Pipe`."""

    def __init__(self, stream: NetStream) -> None:
        """Take over `stream`, just opened or just accepted on a `GuardedYamux`."""
        self.written = 0
        self._net = stream
        self._stream = RoomyStream.adopt(cast("YamuxStream", stream.muxed_stream))
        self._session = cast("GuardedYamux", self._stream.conn)
        self._id = self._stream.stream_id
        # Our own hold on the buffer: libp2p forgets it when the connection ends, read or not.
        self._buffer = self._session.stream_buffers.get(self._id, bytearray())
        self._owed = 0
        self._granted = FIRST_WINDOW
        self._over = False

    async def read(self, most: int) -> bytes:
        """Take 1 to `most` bytes. Raises Closed. A cancelled read has taken nothing."""
        if self._buffer:
            await trio.lowlevel.checkpoint()
        await self._give_credit()
        while not self._buffer:
            event = self._session.stream_events.get(self._id)
            if self._over or event is None or self._receiving_is_over():
                raise Closed
            if event.is_set():
                # libp2p sets the event and leaves it set. A fresh one misses nothing: the buffer
                # was looked at just now, without a pause in between.
                event = self._session.stream_events[self._id] = trio.Event()
            await event.wait()
        data = bytes(memoryview(self._buffer)[:most])
        del self._buffer[:most]
        self._owed += len(data)
        return data

    async def write(self, data: bytes) -> None:
        """Hand over all of `data`. Raises Closed. `written` has counted what went, always."""
        await trio.lowlevel.checkpoint_if_cancelled()
        rest = memoryview(data)
        while rest:
            size = min(await self._room(), self._session.chunk, len(rest))
            header = HEADER.pack(0, TYPE_DATA, 0, self._id, size)
            self._stream.send_window -= size
            try:
                await self._write(b"".join((header, rest[:size])))
            except trio.Cancelled:
                self._stream.send_window += size
                raise
            self.written += size
            rest = rest[size:]

    @property
    def broken(self) -> bool:
        """Whether reading has ended with a reset or a cut line, rather than with a last word."""
        return self._stream.reset_received or self._over

    async def end(self) -> None:
        """Say that nothing more will be written; what the other side writes still comes.

        Raises Closed.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        if self._over or self._stream.closed or self._stream.send_closed:
            return
        with shielded(self._session.stuck):
            await self._stream.close()

    async def part(self) -> None:
        """Say that nothing more comes, and wait until the other side has nothing more either.

        Others than us throw away what they have not read when a reset comes [seen: js-libp2p], so
        the last word of a protocol that is not ours waits to be heard, `PARTING` seconds at most.
        """
        with trio.move_on_after(PARTING), suppress(Closed):
            await self.end()
            while True:
                await self.read(WINDOW)

    async def finish(self) -> None:
        """Half-close, then reset. Never raises; returns within `FINISHING` seconds."""
        if self._over:
            return
        self._over = True
        self._buffer.clear()
        self._stream.room.set()
        event = self._session.stream_events.get(self._id)
        if event is not None:
            event.set()
        done = trio.Event()
        connection = self._net.swarm_conn
        if connection is None:
            return
        # Two small frames, but a stuck line may not take them for a while: not the caller's wait.
        connection.swarm.manager.run_task(self._say_goodbye, done)
        with shielded(FINISHING):
            await done.wait()

    async def _say_goodbye(self, done: trio.Event) -> None:
        try:
            # FIN before RST: the peer keeps what came before a FIN.
            await self._net.close()
        finally:
            try:
                await self._net.reset()
            finally:
                done.set()

    async def _room(self) -> int:
        """Wait until something may be sent; how much. Raises Closed."""
        stream = self._stream
        while True:
            ended = (
                stream.closed or stream.send_closed or self._session.event_shutting_down.is_set()
            )
            if self._over or ended:
                raise Closed
            if stream.send_window > 0:
                return stream.send_window
            stream.room = trio.Event()
            await stream.room.wait()

    async def _give_credit(self) -> None:
        """Let the peer send more, in steps, for what has been read."""
        if self._owed < CREDIT_STEP or self._receiving_is_over():
            return
        more = self._owed + WINDOW - self._granted
        await self._write(HEADER.pack(0, TYPE_WINDOW_UPDATE, 0, self._id, more))
        self._stream.recv_window += more
        self._owed = 0
        self._granted = WINDOW

    def _receiving_is_over(self) -> bool:
        stream = self._stream
        return stream.recv_closed or stream.closed or self._session.event_shutting_down.is_set()

    async def _write(self, frame: bytes) -> None:
        try:
            await self._session._write_frame(frame)  # noqa: SLF001 - overridden above
        except Exception:  # noqa: BLE001 - whatever libp2p calls it, the connection is gone
            raise Closed from None
