"""One home over JSON-RPC 2.0: one object a line on stdin, answers and events on stdout.

Theory of operation. Lines are taken in order and commands begin in that order; answers come as they
are ready, each with its id, and after the events of what it did. What opens or closes the home
(`home.create`, `home.unlock`, `home.lock`, `home.stop`) is finished before the next command begins,
so a script may write `home.unlock` and `circle.list` in one go; only `home.status` and
`rpc.discover` go past the queue.
At most `MAX_OPEN` requests are open, counted until their answers are written: whoever asks without
reading is no longer read from. End of input lets the open requests finish, then stops the home;
`home.stop`, SIGTERM and Ctrl+C stop it at once.

Nothing that a line can hold ends the process, and no message repeats what a line held: errors end
up in logs.
"""

import logging
import os
import signal
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

import trio

from app import commands
from app.commands import Command
from app.events import Said
from app.hearing import at_once, let_listeners_run
from app.jsonrpc import (
    DISCOVER,
    INTERNAL,
    REFUSED,
    WRONG_PARAMETERS,
    NotUnderstood,
    Request,
    answer_line,
    error_line,
    event_line,
    missed_line,
    read_command,
    read_request,
)
from app.openrpc import describe
from app.refused import Refused, Why
from app.stdio import Outgoing, Splitter, TooLong, read_piece

MAX_OPEN: Final = 256
"""Requests taken and not yet answered."""

_GRACE: Final = 10.0
"""Seconds that open requests may take after the end of input, and the home to stop."""

_LAST_LINES: Final = 2.0
"""Seconds that the reader has for the last lines; one who does not read must not keep us here."""

_DOORS: Final = (commands.CreateHome, commands.Unlock, commands.Lock, commands.Stop)
_STUMBLED: Final = "That didn't work, and it is a fault of Hearthside's own. Please try once more."

_log = logging.getLogger(__name__)

R = TypeVar("R")


class Served(Protocol):
    """What is needed of a home; `app.home.Home` is one."""

    async def run(self, *, task_status: Any = ...) -> None:  # noqa: ANN401 - trio's type is private
        """Serve until stopped or cancelled."""

    async def do(self, command: Command[R]) -> R:
        """Answer, or raise `Refused`."""

    def listen(self) -> AbstractContextManager[trio.MemoryReceiveChannel[Said]]:
        """Every event from now on."""


def serve_stdio(home: Served) -> None:
    """Run a home over this process's own stdin and stdout, until it has stopped."""
    # Whatever else prints something must not print into the conversation.
    sink = os.dup(1)
    os.dup2(2, 1)
    trio.run(serve, home, 0, sink)


async def serve(home: Served, source: int, sink: int) -> None:
    """Run a home and speak with whoever holds the other ends of two file descriptors.

    Returns when the home has stopped. What the home itself cannot survive is raised.
    """
    outgoing = Outgoing(missed_line)
    ended = trio.Event()

    async def run_home(task_status: trio.TaskStatus[None]) -> None:
        await home.run(task_status=task_status)
        ended.set()

    with home.listen() as said:
        async with trio.open_nursery() as nursery:
            conversation = _Conversation(home, outgoing)
            await nursery.start(_heed_signals, conversation)
            await nursery.start(run_home)
            nursery.start_soon(_tell, said, outgoing)
            nursery.start_soon(_write, outgoing, sink, conversation)
            await conversation.hold(source)
            if not ended.is_set():
                await home.do(commands.Stop())
            with trio.move_on_after(_GRACE):
                await ended.wait()
            if not conversation.gone:
                with trio.move_on_after(_LAST_LINES):
                    await outgoing.drained()
            nursery.cancel_scope.cancel()


class _Conversation:
    """The requests of one process, from the first line to the end."""

    def __init__(self, home: Served, outgoing: Outgoing) -> None:
        self.gone = False
        self._stopped = False
        self._home = home
        self._outgoing = outgoing
        self._scope = trio.CancelScope()
        self._slots = trio.Semaphore(MAX_OPEN)
        self._turn = trio.Lock()  # first come, first served: trio's locks are fair

    def end(self, *, gone: bool = False) -> None:
        """Take nothing more and let go of what is open; `gone`: nobody reads any more."""
        self.gone = self.gone or gone
        self._scope.cancel()

    async def hold(self, source: int) -> None:
        """Take lines until the end of input, or until `end`."""
        splitter = Splitter()
        with self._scope:
            async with trio.open_nursery() as nursery:
                while piece := await read_piece(source):
                    for line in splitter.feed(piece):
                        await self._take(line, nursery)
                for line in splitter.end():
                    await self._take(line, nursery)
                nursery.cancel_scope.deadline = trio.current_time() + _GRACE

    async def _take(self, line: bytes | TooLong, nursery: trio.Nursery) -> None:
        """Let a line's request begin; returns once it has its place in the queue."""
        try:
            request = read_request(line)
        except NotUnderstood as fault:
            if fault.wants_answer:
                await self._slots.acquire()
                self._say(error_line(fault.ident, fault.code, fault.kind, fault.message))
            return
        await self._slots.acquire()
        begun = trio.Event()
        nursery.start_soon(self._serve, request, begun)
        await begun.wait()

    async def _serve(self, request: Request, begun: trio.Event) -> None:
        begun.set()  # nothing lets another task run between this and the queue for the turn
        try:
            result = await self._result(request)
            await let_listeners_run()
            answer = answer_line(request.ident, result)
        except NotUnderstood as fault:
            answer = error_line(request.ident, fault.code, fault.kind, fault.message)
        except Refused as refusal:
            await let_listeners_run()
            code = WRONG_PARAMETERS if refusal.kind is Why.BAD_REQUEST else REFUSED
            answer = error_line(request.ident, code, refusal.kind, refusal.message)
        except Exception:  # noqa: BLE001 - whatever it was, the process lives
            _log.exception("a command failed")
            await let_listeners_run()
            answer = error_line(request.ident, INTERNAL, "internal", _STUMBLED)
        if request.wants_answer:
            self._say(answer)
        else:
            self._slots.release()
        if self._stopped:
            self.end()

    async def _result(self, request: Request) -> object:
        if request.method == DISCOVER:
            return describe()
        command = read_command(request)
        if isinstance(command, commands.HomeStatus):
            return await self._home.do(command)
        async with self._turn:
            if isinstance(command, _DOORS):
                result = await self._home.do(command)
                self._stopped = self._stopped or isinstance(command, commands.Stop)
                return result
        # Letting go of the turn lets no other task run, so this begins before the next in line.
        return await self._home.do(command)

    def _say(self, line: bytes) -> None:
        self._outgoing.answer(line, self._slots.release)


async def _tell(said: trio.MemoryReceiveChannel[Said], outgoing: Outgoing) -> None:
    async for first in said:
        for event in at_once(first, said):
            outgoing.event(event_line(event))


async def _write(outgoing: Outgoing, sink: int, conversation: _Conversation) -> None:
    try:
        await outgoing.run(sink)
    except OSError:
        # Nobody reads any more: as good as the end of input.
        conversation.end(gone=True)


async def _heed_signals(conversation: _Conversation, task_status: trio.TaskStatus[None]) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for _ in signals:
            conversation.end()
