"""Lines that break at a byte that is chosen: in the middle of a word, and of a frame.

A `Line` is a TCP port of the test that leads to another one; it breaks off as often as it is told
to, so that both sides hear of it. Where the two live apart, in namespaces, a line leads through a
place between them (`line_through`): there it is a process of its own, and in place of breaking off
its cables are pulled, so that neither side is told anything.
"""

import struct
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from socket import SO_LINGER, SOL_SOCKET
from subprocess import PIPE
from typing import Final, NamedTuple

import trio

from app.rpc_client import PATIENCE
from tests.journeys.namespaces import Places

# What a line that is a process says: that it can be called, and that it has carried what it may.
HOLDS: Final = b"+"
IS_SPENT: Final = b"."


class End(NamedTuple):
    """Where a line begins or leads to."""

    host: str
    port: int


class Line:
    """A TCP port that leads to another one, as long as it holds.

    `budget` says after how many bytes towards the caller a connection breaks: in the middle of
    whatever is under way, without a goodbye. None: this one holds.
    """

    def __init__(self, here: End, to: End, budget: Callable[[], int | None]) -> None:
        self.carried = 0
        self.breaks = 0
        self._here = here
        self._to = to
        self._budget = budget
        self._scope = trio.CancelScope()

    async def holds(
        self,
        task_status: trio.TaskStatus[list[trio.SocketListener]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        with self._scope:
            await trio.serve_tcp(
                self._carry, self._here.port, host=self._here.host, task_status=task_status
            )

    def ends(self) -> None:
        self._scope.cancel()

    async def breaks_off(self, *streams: trio.SocketStream) -> None:
        """What happens where the budget is spent: closing them will be a reset."""
        for stream in streams:
            stream.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))

    async def _carry(self, caller: trio.SocketStream) -> None:
        try:
            called = await trio.open_tcp_stream(*self._to)
        except OSError:
            return
        async with called, trio.open_nursery() as nursery:
            nursery.start_soon(self._there, caller, called, nursery.cancel_scope)
            nursery.start_soon(self._back, caller, called, nursery.cancel_scope)

    async def _there(
        self, caller: trio.SocketStream, called: trio.SocketStream, scope: trio.CancelScope
    ) -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async for piece in caller:
                await called.send_all(piece)
        scope.cancel()

    async def _back(
        self, caller: trio.SocketStream, called: trio.SocketStream, scope: trio.CancelScope
    ) -> None:
        left = self._budget()
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async for piece in called:
                part = piece if left is None else piece[:left]
                await caller.send_all(part)
                self.carried += len(part)
                left = None if left is None else left - len(part)
                if left == 0:
                    self.breaks += 1
                    await self.breaks_off(caller, called)
                    break
        scope.cancel()


class _Held(Line):
    """A line that says when it has carried what it may, and then carries nothing back."""

    async def breaks_off(self, *streams: trio.SocketStream) -> None:
        del streams
        _say(IS_SPENT)
        await trio.sleep_forever()


def _say(word: bytes) -> None:
    sys.stdout.buffer.write(word)
    sys.stdout.buffer.flush()


@asynccontextmanager
async def line_through(
    middle: str, places: Places, *, caller: str, called: str, port: int, carries: int
) -> AsyncIterator[End]:
    """A line through a place between two others, and where the caller finds it.

    The block ends when so many bytes have come to the caller, with every cable of the middle
    pulled: what is under way then is lost, and nobody is told.
    """
    here, to = End(places.address(middle, caller), port), End(places.address(called, middle), port)
    places.join(middle, caller)
    places.join(middle, called)
    words = (*here, *to, carries)
    process = await trio.lowlevel.open_process(
        [*places.command(middle), sys.executable, "-m", __name__, *map(str, words)], stdout=PIPE
    )
    try:
        assert process.stdout is not None
        with trio.fail_after(PATIENCE):
            assert await process.stdout.receive_some(1) == HOLDS
        yield here
        with trio.fail_after(PATIENCE):
            assert await process.stdout.receive_some(1) == IS_SPENT
        places.alone(middle)
    finally:
        process.kill()
        await process.wait()
        if process.stdout is not None:
            await process.stdout.aclose()


async def _main(*words: str) -> None:
    host, port, to_host, to_port, carries = words
    line = _Held(End(host, int(port)), End(to_host, int(to_port)), lambda: int(carries))
    async with trio.open_nursery() as nursery:
        await nursery.start(line.holds)
        _say(HOLDS)


if __name__ == "__main__":
    trio.run(_main, *sys.argv[1:])
