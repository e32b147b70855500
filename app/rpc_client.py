"""A home in a process of its own, spoken to over JSON-RPC: for the demo, journeys and bots.

    async with RpcProcess.start(folder) as ada:
        await ada.call("home.create", passphrase="…")
        made = await ada.call("circle.create", name="…", display_name="Ada")
        await ada.wait_for(lambda event: event["type"] == "post.arrived")

Nothing waits for ever: what does not come within `PATIENCE` seconds is a `TimeoutError`.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import trio

Json: TypeAlias = Any
Event: TypeAlias = dict[str, Json]

PATIENCE: Final = 30.0
"""Seconds that an answer or an event may take."""

LOOPBACK: Final = ("/ip4/127.0.0.1/tcp/0",)

_TREE: Final = Path(__file__).parents[1]


class RpcError(Exception):
    """The home answered with an error."""

    def __init__(self, code: int, kind: str, message: str) -> None:
        """As in the error object; `kind` is `data.kind`."""
        super().__init__(f"{kind}: {message}")
        self.code = code
        self.kind = kind
        self.message = message


class Ended(Exception):  # noqa: N818 - it tells that a process is no more
    """The process ended while something was still awaited from it."""


class RpcProcess:
    """The other end of one `hearthside rpc`. Made by `start`."""

    def __init__(self, process: trio.Process) -> None:
        """Take over a process whose three streams are pipes."""
        self.process = process
        self.events: list[Event] = []
        self.unasked: list[Json] = []
        self.stderr = b""
        self._answers: dict[int, Json] = {}
        self._asked = 0
        self._over = False
        self._news = trio.Event()
        self._sending = trio.Lock()

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        folder: Path,
        *,
        listen: Sequence[str] = LOOPBACK,
        lan: bool = False,
        program: Sequence[str] = (sys.executable, "-m", "app"),
    ) -> AsyncIterator[Self]:
        """Run a home for as long as the block lasts; then its input ends and it stops by itself.

        If the block raises, or the home does not stop within `PATIENCE` seconds, it is killed.
        """
        words = [*program, "rpc", "--home", str(folder)]
        for address in listen:
            words += ["--listen", address]
        if not lan:
            words.append("--no-lan")
        process = await trio.lowlevel.open_process(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_TREE,
        )
        home = cls(process)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(home._hear)
                nursery.start_soon(home._overhear)
                yield home
                await home.stop()
                nursery.cancel_scope.cancel()
        finally:
            if process.poll() is None:
                process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()
                await _close(process)

    async def call(self, method: str, /, **params: Json) -> Json:
        """Ask and wait for the result. `RpcError`, `Ended` or `TimeoutError` if none comes."""
        self._asked += 1
        ident = self._asked
        await self.send({"jsonrpc": "2.0", "id": ident, "method": method, "params": params})
        answer = await self._until(lambda: self._answers.pop(ident, None), method)
        if "error" in answer:
            error = answer["error"]
            raise RpcError(error["code"], error["data"]["kind"], error["message"])
        return answer["result"]

    async def send(self, call: Json) -> None:
        """Send one JSON value as a line, whatever it is."""
        await self.send_raw(json.dumps(call).encode() + b"\n")

    async def send_raw(self, raw: bytes) -> None:
        """Send bytes as they are. What answers no `call` is found in `unasked`, in order."""
        pipe = self.process.stdin
        if pipe is None:
            raise Ended
        try:
            async with self._sending:
                await pipe.send_all(raw)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Ended from None

    async def next_unasked(self) -> Json:
        """Wait for an answer to something that was no `call`."""
        return await self._until(lambda: self.unasked.pop(0) if self.unasked else None, "an answer")

    async def wait_for(
        self, predicate: Callable[[Event], bool], seconds: float = PATIENCE
    ) -> Event:
        """Wait for an event for which this is true; one that has already come counts too."""
        seen = 0

        def look() -> Event | None:
            nonlocal seen
            while seen < len(self.events):
                seen += 1
                if predicate(self.events[seen - 1]):
                    return self.events[seen - 1]
            return None

        found: Event = await self._until(look, "an event", seconds)
        return found

    async def wait_until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something asked of the home is so; it is asked anew after each event."""
        with trio.move_on_after(PATIENCE):
            while True:
                seen = len(self.events)
                if await holds():
                    return
                while len(self.events) == seen and not self._over:
                    await self._news.wait()
        raise TimeoutError(f"what was awaited did not come within {PATIENCE:.0f} s")

    async def stop(self) -> int:
        """End the home's input and wait until it has stopped; gives its exit status."""
        if self.process.stdin is not None:
            await self.process.stdin.aclose()
        return await self.wait()

    async def wait(self) -> int:
        """Wait until the process has ended by itself; gives its exit status."""
        with trio.fail_after(PATIENCE):
            status = await self.process.wait()
        with trio.move_on_after(1):
            await self._until(lambda: self._over or None, "the last lines")
        return status

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self.process.wait()

    async def _until(
        self, look: Callable[[], Json | None], what: str, seconds: float = PATIENCE
    ) -> Json:
        with trio.move_on_after(seconds):
            while (found := look()) is None:
                if self._over:
                    raise Ended(what)
                await self._news.wait()
            return found
        raise TimeoutError(f"{what} did not come within {seconds:.0f} s")

    async def _hear(self) -> None:
        """Sort what comes: answers by their id, events, and the rest."""
        stream, begun = self.process.stdout, b""
        if stream is not None:
            async for piece in stream:
                *lines, begun = (begun + piece).split(b"\n")
                for line in lines:
                    self._sort(json.loads(line))
        self._over = True
        self._tell()

    def _sort(self, said: Json) -> None:
        ident = said.get("id") if isinstance(said, dict) else None
        if isinstance(said, dict) and said.get("method") == "event":
            self.events.append(said["params"])
        elif type(ident) is int and 0 < ident <= self._asked:
            self._answers[ident] = said
        else:
            self.unasked.append(said)
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def _overhear(self) -> None:
        if self.process.stderr is not None:
            async for piece in self.process.stderr:
                self.stderr = (self.stderr + piece)[-65536:]


async def _close(process: trio.Process) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(trio.BrokenResourceError):
                await stream.aclose()
