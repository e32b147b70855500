"""People whose hosts run at other places, each a process in a network namespace (`far_host`)."""

import json
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from subprocess import PIPE
from typing import Any

import trio

from tests.p2p.hosting import ROOT

PATIENCE = 30.0  # seconds for one answer


class FarAway:
    """Somebody at another place."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.peer = ""
        self.addresses: list[str] = []
        self._unread = b""

    async def does(self, what: str, **more: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """One thing of `far_host`; its answer."""
        assert self.process.stdin is not None
        await self.process.stdin.send_all(json.dumps({"do": what, **more}).encode() + b"\n")
        return await self.answer()

    async def answer(self) -> Any:  # noqa: ANN401 - as JSON has it
        assert self.process.stdout is not None
        with trio.fail_after(PATIENCE):
            while b"\n" not in self._unread:
                data = await self.process.stdout.receive_some()
                assert data, "it has ended"
                self._unread += data
        line, self._unread = self._unread.split(b"\n", 1)
        return json.loads(line)


@asynccontextmanager
async def at_another_place(
    command: Sequence[str], *listen: str, seed: bytes | None = None
) -> AsyncIterator[FarAway]:
    """Somebody's host, running at the place that `command` leads to."""
    program = (sys.executable, "-m", "tests.p2p.far_host", (seed or secrets.token_bytes(32)).hex())
    async with trio.open_nursery() as nursery:
        runs = partial(trio.run_process, stdin=PIPE, stdout=PIPE, check=False, cwd=ROOT)
        process: trio.Process = await nursery.start(runs, [*command, *program, *listen])
        person = FarAway(process)
        try:
            said = await person.answer()
            person.peer, person.addresses = said["peer"], said["addresses"]
            yield person
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            nursery.cancel_scope.cancel()
