"""The streams of a mailbox: who calls, how often they may ask, and who waits for news.

Strangers have room and time of their own, so they can't shut out those who hold a key; when it is
full, the one who has been here longest is sent away. Whoever asks faster than `REFILL` a second for
long is answered more slowly. What the disk refuses is told as "no room" and ends nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import trio

from app.mailbox.books import Ledgers
from app.refused import Refused
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream
from p2p.mailbox import wire
from p2p.mailbox.clerk import NO_ROOM, Clerk

STRANGERS: Final = 64  # served at once
PATIENCE: Final = 15.0  # seconds that a stranger may take in all
IDLE: Final = 60.0  # seconds without a question after which a holder is hung up on
SENDING: Final = 25.0  # seconds that one answer may take
BURST: Final = 256  # questions at once
REFILL: Final = 32.0  # questions a second after that
HOLD: Final = 4.0  # seconds after which who listens is told that nothing came

log = logging.getLogger("hearthside.mailbox")


@dataclass(slots=True)
class Counter:
    """Everybody who is being served. `peer`: our own key.

    `opened`: told each caller who has opened a box, with the box and its key.
    """

    books: Ledgers
    peer: bytes
    hour: Callable[[], int]
    opened: Callable[[bytes, bytes, bytes], None]
    _strangers: dict[trio.CancelScope, None] = field(default_factory=dict)
    _listening: dict[bytes, trio.Event] = field(default_factory=dict)

    def came(self, box: bytes) -> None:
        """Something came for a box: tell whoever listens."""
        event = self._listening.pop(box, None)
        if event is not None:
            event.set()

    async def serve(self, stream: FrameStream) -> None:
        """Serve one stream to its end. Never raises for what a caller does."""
        if len(self._strangers) >= STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]  # at once, so that the next to come sends away another
            oldest.cancel()
        scope = trio.CancelScope(deadline=trio.current_time() + PATIENCE)
        self._strangers[scope] = None
        try:
            with scope:
                await self._converse(stream, scope)
        except (PeerFault, Closed, trio.TooSlowError):
            pass
        finally:
            self._strangers.pop(scope, None)
            await stream.close()

    async def _converse(self, stream: FrameStream, scope: trio.CancelScope) -> None:
        clerk = Clerk(self.books, own=self.peer, caller=stream.peer, hour=self.hour)
        pace = _Pace()
        while True:
            with trio.fail_after(IDLE):
                data = await stream.receive()
            await pace.wait()
            asked = wire.question(data)
            if isinstance(asked, wire.Listen) and (box := clerk.box) is not None:
                await self._news(box.box, asked.seen)
            answer = self._answer(clerk, asked)
            if scope in self._strangers and (box := clerk.box) is not None:
                del self._strangers[scope]
                scope.deadline = float("inf")
                self.opened(stream.peer, box.box, clerk.key)
                self._visited(box.box)
            with trio.fail_after(SENDING):
                await stream.send(wire.encode(answer))

    def _answer(self, clerk: Clerk, asked: wire.Asked) -> wire.Answered:
        try:
            return clerk.answer(asked)
        except Refused as refused:
            log.warning("the store refused: %s", refused.kind.value)
            return wire.Refusal(NO_ROOM)

    def _visited(self, box: bytes) -> None:
        known = self.books.box(box)
        if known is not None:
            try:
                self.books.visited(known)
            except Refused as refused:
                log.warning("a visit was not noted: %s", refused.kind.value)

    async def _news(self, box: bytes, seen: int) -> None:
        """Wait until there is more than that, or for a while."""
        known = self.books.box(box)
        if known is None or known.seen != seen:
            return
        event = self._listening.setdefault(box, trio.Event())
        with trio.move_on_after(HOLD):
            await event.wait()


class _Pace:
    """How fast one caller may ask."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at = trio.current_time()

    async def wait(self) -> None:
        """Until one more question may be answered."""
        now = trio.current_time()
        self._left = min(float(BURST), self._left + (now - self._at) * REFILL) - 1
        self._at = now
        if self._left < 0:
            await trio.sleep(-self._left / REFILL)
