"""What one conversation brought goes to the others, once what came meanwhile is read.

It takes milliseconds to keep a post, and often its copies have come by then: nobody need send it to
those who sent it. No time is waited for, so on a line of any length it costs nobody any.
"""

from collections.abc import Callable, Iterable

import trio

from p2p.happened import Brought
from p2p.ids import EnvelopeId
from p2p.op import Log

# Of everybody else: one in which the sockets are read, one for the frames, and one to spare.
TURNS = 3


class HandingOn:
    """That of one circle."""

    def __init__(self, announce: Callable[[Log, Iterable[EnvelopeId]], None]) -> None:
        """`announce` hands envelopes to all who are not known to hold them."""
        self._announce = announce
        self._news: list[Brought] = []
        self._came = trio.Event()

    def came(self, brought: Brought) -> None:
        """This is on disk now."""
        self._news.append(brought)
        self._came.set()

    async def run(self) -> None:
        """Hand on until cancelled."""
        while True:
            await self._came.wait()
            for _ in range(TURNS):
                await trio.lowlevel.checkpoint()
            self._came = trio.Event()
            news, self._news = self._news, []
            for brought in news:
                self._announce(brought.log, brought.ids)
