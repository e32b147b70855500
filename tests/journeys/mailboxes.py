"""A mailbox as a process of its own, for the journeys: started, killed, started again."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE

import trio

PATIENCE = 30.0  # seconds until it shows its card; five are promised where nothing else runs
PROGRAM = (sys.executable, "-m", "app", "mailbox")


class Mailbox:
    """A mailbox, its folder, and its process while it runs."""

    def __init__(self, folder: Path, listen: str, before: Sequence[str] = ()) -> None:
        """`before`: what its command line begins with."""
        self.folder = folder
        self.card = ""
        self.quota = 256  # MB for a circle, from its next start on
        self.process: trio.Process | None = None
        self._listen = listen
        self._before = tuple(before)

    async def starts(self) -> str:
        where = ["--home", str(self.folder), "--listen", self._listen, "--quota", str(self.quota)]
        command = [*self._before, *PROGRAM, *where]
        self.process = await trio.lowlevel.open_process(command, stdin=None, stdout=PIPE)
        assert self.process.stdout is not None
        line = bytearray()
        with trio.fail_after(PATIENCE):
            while not line.endswith(b"\n"):
                came = await self.process.stdout.receive_some(1)
                assert came, "the mailbox ended before it showed its card"
                line += came
        self.card = line.decode().strip()
        return self.card

    async def dies(self) -> None:
        """As in a power cut."""
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.process = None

    async def stops(self) -> int:
        """In good order."""
        assert self.process is not None
        self.process.terminate()
        with trio.fail_after(PATIENCE):
            status = await self.process.wait()
        self.process = None
        return status


@asynccontextmanager
async def a_mailbox(
    folder: Path, listen: str = "/ip4/127.0.0.1/tcp/0", before: Sequence[str] = ()
) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(folder, listen, before)
    try:
        await mailbox.starts()
        yield mailbox
    finally:
        with trio.CancelScope(shield=True):
            await mailbox.dies()
