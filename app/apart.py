"""A home in a process of its own, for the window: the same commands, the same events.

The window and the home each have an interpreter to themselves, so that a hundred thousand posts
coming in do not hold up a key press (docs/adr/0013). Between them runs the JSON-RPC of `app.rpc`
over two pipes, which nobody else can open. The home ends when its input does, so it never outlives
the window for long, however that came to its end.
"""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import trio

from app.circle.state import HomeState
from app.command import answer_of
from app.commands import Command, HomeStatus, Stop
from app.events import HomeChanged, Said, Trouble
from app.hearing import Ears
from app.jsonrpc import Heard, read_heard, request_line
from app.places import LETTING_GO
from app.stdio import Splitter, TooLong
from p2p.errors import OurFault

R = TypeVar("R")

LONGEST: Final = 256 * 1024 * 1024
"""Bytes of a line that are taken: a page of a thousand of the longest posts, escaped."""

FAREWELL: Final = 0.4
"""Seconds that a home has to end by itself after it was let go; then it is ended."""

BEHIND: Final = (
    "This window could not keep up and may not show everything. Nothing is lost: close it and open "
    "it again."
)

_TREE: Final = Path(__file__).parents[1]


class Ended(Exception):  # noqa: N818 - a fact about the other process
    """The home's process ended unasked."""


class HomeApart:
    """The window's end. Lives in one trio run; `run` serves it, `do` asks it."""

    def __init__(self, folder: Path, *, listen: Sequence[str] = (), lan: bool = True) -> None:
        """Nothing is started yet. Nobody may hold the home's claim: its process will."""
        self._words = [*_program(), "rpc", "--home", str(folder), "--patience", str(LETTING_GO)]
        for address in listen:
            self._words += ["--listen", address]
        if not lan:
            self._words.append("--no-lan")
        self._state = HomeState.LOCKED
        self._ears = Ears()
        self._asked = 0
        self._open: dict[int, tuple[trio.Event, list[Heard]]] = {}
        self._stopping = False
        self._process: trio.Process | None = None
        self._sending = trio.Lock()

    @property
    def state(self) -> HomeState:
        """New, locked or open, as last heard."""
        return self._state

    def listen(self) -> AbstractContextManager[trio.MemoryReceiveChannel[Said]]:
        """Every event from now on."""
        return self._ears.listen()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Start the home and serve until it has ended. `Ended` where nobody asked it to."""
        self._process = process = await _start(self._words)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._hear, process, nursery.cancel_scope)
                self._state = (await self.do(HomeStatus())).state
                task_status.started()
        finally:
            with trio.CancelScope(shield=True):
                await _let_go(process)
            self._ears.close()
        if not self._stopping:
            raise Ended

    async def do(self, command: Command[R]) -> R:
        """Answer, or raise `Refused`; `Ended` where the home is no more, `OurFault` for its own."""
        process = self._process
        if process is None or process.stdin is None:
            raise Ended
        self._asked += 1
        ident = self._asked
        line = request_line(ident, command)
        answered, heard = trio.Event(), list[Heard]()
        self._open[ident] = answered, heard
        try:
            async with self._sending:
                await process.stdin.send_all(line + b"\n")
            self._stopping = self._stopping or isinstance(command, Stop)
            await answered.wait()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Ended from None
        finally:
            self._open.pop(ident, None)
        if not heard:
            raise Ended
        return _result(heard[0], command)

    async def _hear(self, process: trio.Process, scope: trio.CancelScope) -> None:
        """Take every line until there are no more; then nothing is left to be done here."""
        splitter = Splitter(LONGEST)
        if process.stdout is not None:
            async for piece in process.stdout:
                for line in splitter.feed(bytes(piece)):
                    self._take(line)
        for answered, _ in self._open.values():
            answered.set()
        scope.cancel()

    def _take(self, line: bytes | TooLong) -> None:
        if isinstance(line, TooLong):
            raise OurFault("a line that no home writes")
        heard = read_heard(line)
        if heard.method:
            self._say(heard.event())
        elif heard.id is not None and heard.id in self._open:
            answered, answers = self._open[heard.id]
            answers.append(heard)
            answered.set()

    def _say(self, event: Said | int) -> None:
        if isinstance(event, int):
            event = Trouble(kind="behind", message=BEHIND)
        if isinstance(event, HomeChanged):
            self._state = event.state
        self._ears.say(event)


def _result(heard: Heard, command: Command[R]) -> R:
    if heard.error is not None:
        refusal = heard.error.as_refusal()
        if refusal is None:
            raise OurFault("the home stumbled over a command")
        raise refusal
    result: R = msgspec.json.decode(heard.result, type=answer_of(type(command)))
    return result


def _program() -> Sequence[str]:
    """Give the words that start this program once more."""
    if getattr(sys, "frozen", False):  # packed into one file, which takes our words itself
        return [sys.executable]
    return [sys.executable, "-m", "app"]


async def _start(words: Sequence[str]) -> trio.Process:
    """Start a home. Its log goes where ours goes.

    In a session of its own: a Ctrl+C is for the window, which then lets the home go in order; and
    where the system shares out processors by session, neither has to wait for the other.
    """
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW}
    return await trio.lowlevel.open_process(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_TREE, **apart
    )


async def _let_go(process: trio.Process) -> None:
    """End a home's input, which ends the home; and the process where that takes too long."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(trio.BrokenResourceError):
                await stream.aclose()
    with trio.move_on_after(FAREWELL):
        await process.wait()
    if process.poll() is None:
        process.kill()
        await process.wait()
