"""Lines in and lines out over two file descriptors, so that neither side ever blocks the home.

Reading and writing are blocking system calls in worker threads: that works alike for pipes, files
and terminals on every platform, and leaves the descriptors as they were found (a non-blocking
stdin would stay so for the shell). The threads are left behind at the end.

A reader who is too slow must not fill the memory. Answers are bounded by whoever asks: see
`app.rpc`. Of events the oldest `MAX_WAITING` bytes are kept; those beyond are counted, and one
line says how many, so that the reader knows to look for themselves.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

import trio

MAX_LINE: Final = 1024 * 1024
"""Bytes of one line that are taken. The longest post has 48 KiB, all escaped six times that."""
MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes of events that wait for a slow reader."""

_CHUNK: Final = 64 * 1024


class TooLong:
    """Stands for a line of more than `MAX_LINE` bytes, whose bytes were not kept."""


class Splitter:
    """Bytes in pieces of any size become lines without their ends."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        """Take lines of at most `limit` bytes."""
        self._limit = limit
        self._begun = bytearray()
        self._overrun = False

    def feed(self, piece: bytes) -> Iterator[bytes | TooLong]:
        """Give the lines that this piece completes."""
        *ends, rest = piece.split(b"\n")
        for end in ends:
            self._add(end)
            yield self._take()
        self._add(rest)

    def end(self) -> Iterator[bytes | TooLong]:
        """Give what was begun and never ended, if anything."""
        if self._begun or self._overrun:
            yield self._take()

    def _add(self, piece: bytes) -> None:
        self._overrun = self._overrun or len(self._begun) + len(piece) > self._limit
        if self._overrun:
            self._begun.clear()
        else:
            self._begun += piece

    def _take(self) -> bytes | TooLong:
        line = TooLong() if self._overrun else bytes(self._begun)
        self._begun.clear()
        self._overrun = False
        return line


async def read_piece(descriptor: int) -> bytes:
    """Wait for some bytes; none means the end of input."""
    return await trio.to_thread.run_sync(
        os.read, descriptor, _CHUNK, abandon_on_cancel=True, limiter=trio.CapacityLimiter(1)
    )


async def write_piece(descriptor: int, piece: bytes) -> None:
    """Write all of it, however long the reader takes. `OSError` if nobody reads any more."""
    await trio.to_thread.run_sync(
        _write_all, descriptor, piece, abandon_on_cancel=True, limiter=trio.CapacityLimiter(1)
    )


def _write_all(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]


class Outgoing:
    """The lines that wait to be written, in order."""

    def __init__(self, missed: Callable[[int], bytes]) -> None:
        """`missed` makes the line that tells of so many events left out."""
        self._missed = missed
        self._waiting: deque[tuple[bytes, Callable[[], object] | None]] = deque()
        self._events = 0
        self._left_out = 0
        self._something = trio.Event()
        self._nothing = trio.Event()
        self._nothing.set()

    def answer(self, line: bytes, written: Callable[[], object]) -> None:
        """Send an answer; `written` is called when it has gone out."""
        self._put(line, written)

    def event(self, line: bytes) -> None:
        """Send an event, or count it as left out where too many wait already."""
        if self._left_out or self._events + len(line) > MAX_WAITING:
            self._left_out += 1
            return
        self._events += len(line)
        self._put(line, None)

    async def drained(self) -> None:
        """Wait until everything has been written."""
        await self._nothing.wait()

    async def run(self, descriptor: int) -> None:
        """Write, for ever. `OSError` if nobody reads any more."""
        while True:
            await self._something.wait()
            batch = list(self._waiting)
            self._waiting.clear()
            self._something = trio.Event()
            self._events = 0
            if self._left_out:
                batch.append((self._missed(self._left_out), None))
                self._left_out = 0
            await write_piece(descriptor, b"".join(line + b"\n" for line, _ in batch))
            for _, written in batch:
                if written is not None:
                    written()
            if not self._waiting:
                self._nothing.set()

    def _put(self, line: bytes, written: Callable[[], object] | None) -> None:
        self._waiting.append((line, written))
        self._something.set()
        if self._nothing.is_set():
            self._nothing = trio.Event()
