"""A host in a process of its own, perhaps at another place, that does what it is told in lines.

    python -m tests.p2p.far_host SEED LISTEN...       the first line it says: peer and addresses
    {"do": "keep", "relay": key, "at": [address...]}  keep a place; answers when it is held
    {"do": "open", "peer": key, "at": [address...]}   a stream, and one word to and fro on it
    {"do": "say", "bytes": n}                         so many bytes on the newest stream, to and fro
    {"do": "give", "peer": key, "at": [...], "bytes": n}  so many bytes, and when they have come
    {"do": "part", "peer": key}                       hang up on somebody
    {"do": "meet", "peer": key, "within": seconds}    wait until there is a direct way
    {"do": "path", "peer": key}                       which way there is now

Every answer is one line of JSON; keys are hexadecimal. It relays for everybody, and lets everybody
know where it is.
"""

import json
import os
import sys
import time
from typing import Any

import trio

from p2p.host import Closed, FrameStream, Host, RelayRules, Reservation, Unreachable

PIECE = 256 * 1024
GIVEN = b"given"  # begins what is not given back


async def serve(stream: FrameStream) -> None:
    """Give every frame back; or take all that comes, and say so at the end."""
    frame = await stream.receive()
    if frame == GIVEN:
        while await stream.receive():
            pass
        await stream.send(b"taken")
        return
    while True:
        await stream.send(frame)
        frame = await stream.receive()


class Far:
    """The host, and what it has been told to do."""

    def __init__(self, seed: bytes, listen: list[str]) -> None:
        self.direct = trio.Event()
        self.host = Host(
            seed,
            listen=listen,
            on_stream=serve,
            relay=RelayRules(may_relay=lambda _peer: True),
            may_punch=lambda _peer: True,
            on_direct=lambda _peer: self.direct.set(),
        )
        self._stream: FrameStream | None = None

    async def does(self, told: dict[str, Any], nursery: trio.Nursery) -> dict[str, Any]:
        """One thing."""
        peer = bytes.fromhex(told.get("peer", told.get("relay", "")))
        begun = time.perf_counter()
        try:
            match told["do"]:
                case "keep":
                    await nursery.start(self._keep, peer, told["at"])
                    return {"circuits": self.host.circuits()}
                case "open":
                    stream = await self.host.open(peer, told["at"])
                    self._stream = stream
                    await stream.send(b"hello")
                    await stream.receive()
                    return {"path": stream.path.name, "seconds": time.perf_counter() - begun}
                case "say":
                    await self._say(told["bytes"])
                    return {"seconds": time.perf_counter() - begun}
                case "give":
                    return await self._give(peer, told["at"], told["bytes"])
                case "part":
                    await self.host.disconnect(peer)
                    return {}
                case "meet":
                    with trio.move_on_after(told["within"]):
                        await self.direct.wait()
                    return {"met": self.direct.is_set(), "seconds": time.perf_counter() - begun}
                case _:
                    path = self.host.path(peer)
                    return {"path": path.name if path else None}
        except (Closed, Unreachable) as error:
            return {"failed": type(error).__name__}

    async def _say(self, size: int) -> None:
        stream = self._stream
        assert stream is not None
        async with trio.open_nursery() as nursery:

            async def send() -> None:
                for _ in range(size // PIECE):
                    await stream.send(bytes(PIECE))

            nursery.start_soon(send)
            for _ in range(size // PIECE):
                await stream.receive()

    async def _give(self, peer: bytes, addresses: list[str], size: int) -> dict[str, Any]:
        stream = await self.host.open(peer, addresses)
        begun = time.perf_counter()
        await stream.send(GIVEN)
        for _ in range(size // PIECE):
            await stream.send(bytes(PIECE))
        await stream.send(b"")
        await stream.receive()
        return {"path": stream.path.name, "seconds": time.perf_counter() - begun}

    async def _keep(
        self,
        relay: bytes,
        addresses: list[str],
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        first = True

        def told(state: Reservation) -> None:
            nonlocal first
            if state is Reservation.HELD and first:
                first = False
                task_status.started()

        await self.host.keep_reservation(relay, addresses, told, entropy=os.urandom)


async def main() -> None:
    """Do as told until the lines end."""
    seed, *listen = sys.argv[1:]
    far = Far(bytes.fromhex(seed), listen)
    lines = trio.lowlevel.FdStream(os.dup(sys.stdin.fileno()))
    unread = b""
    async with far.host.run(), trio.open_nursery() as nursery:
        _say({"peer": far.host.peer.hex(), "addresses": far.host.addresses()})
        async for data in lines:
            unread += data
            while b"\n" in unread:
                line, unread = unread.split(b"\n", 1)
                _say(await far.does(json.loads(line), nursery))
        nursery.cancel_scope.cancel()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    trio.run(main)
