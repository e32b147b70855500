"""A home that keeps nothing: it remembers what was asked and answers as told."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import trio

from app import commands
from app.circle.state import HomeState
from app.commands import Command, Nothing, Status
from app.events import Said
from app.version import VERSION

R = TypeVar("R")
Answer = Callable[[Any], Awaitable[object]]


class StandIn:
    """Answers `home.*` by itself, and anything else by the function given for its type."""

    def __init__(self, **answers: Answer) -> None:
        self.asked: list[Command[Any]] = []
        self.answers = answers
        self._state = HomeState.NEW
        self._said, self._listener = trio.open_memory_channel[Said](1000)
        self._stop = trio.Event()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        await self._stop.wait()

    async def do(self, command: Command[R]) -> R:
        self.asked.append(command)
        return cast("R", await self._answer(command))

    @contextmanager
    def listen(self) -> Iterator[trio.MemoryReceiveChannel[Said]]:
        with self._listener:
            yield self._listener

    def say(self, event: Said) -> None:
        self._said.send_nowait(event)

    async def _answer(self, command: Command[Any]) -> object:
        if answer := self.answers.get(type(command).__name__):
            return await answer(command)
        match command:
            case commands.HomeStatus():
                return Status(state=self._state, version=VERSION)
            case commands.Unlock() | commands.CreateHome():
                await trio.sleep(0.05)
                self._state = HomeState.OPEN
            case commands.Stop():
                self._stop.set()
        return Nothing()
