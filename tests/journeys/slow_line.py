"""A bad line as a process: `python -m tests.journeys.slow_line HOST PORT TO_HOST TO_PORT SEED`.

A TCP port that leads to another one, 200 ms each way; of the pieces that go through it one in
twenty is held for a second more, as TCP does when a packet is lost. Loss itself can't be seen
through TCP, and this kernel has nothing that makes it below (`sch_netem`).
"""

import random
import sys
from contextlib import suppress

import trio

DELAY = 0.2  # seconds, one way
LOSS = 0.05
AGAIN = 1.0  # seconds until what was lost is sent again
PIECE = 16 * 1024  # bytes
ON_ITS_WAY = 256  # pieces each way


async def carry(
    one: trio.SocketStream, other: trio.SocketStream, chance: random.Random, scope: trio.CancelScope
) -> None:
    """Everything from one side to the other, in order, each piece late."""
    send, receive = trio.open_memory_channel[tuple[float, bytes]](ON_ITS_WAY)

    async def take() -> None:
        async with send:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                while piece := await one.receive_some(PIECE):
                    late = DELAY + (AGAIN if chance.random() < LOSS else 0)
                    await send.send((trio.current_time() + late, piece))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async for due, piece in receive:
                await trio.sleep_until(due)
                await other.send_all(piece)
    scope.cancel()


async def main(host: str, port: int, to: tuple[str, int], seed: int) -> None:
    """Serve until killed."""
    chance = random.Random(seed)

    async def serve(caller: trio.SocketStream) -> None:
        with suppress(OSError):
            called = await trio.open_tcp_stream(*to)
            async with called, trio.open_nursery() as nursery:
                scope = nursery.cancel_scope
                nursery.start_soon(carry, caller, called, chance, scope)
                nursery.start_soon(carry, called, caller, chance, scope)

    await trio.serve_tcp(serve, port, host=host)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]), (sys.argv[3], int(sys.argv[4])), int(sys.argv[5]))
