"""One conversation on one stream: its frames moved both ways until somebody hangs up.

A talk knows silence, back-pressure and blame; what is said is the `Conversation`'s concern, and
what comes of it the node's.
"""

import logging
from collections.abc import Callable, Iterable
from math import ceil, floor, inf

import trio

from p2p import sync, wire
from p2p.errors import OurFault, PeerFault
from p2p.happened import Happened
from p2p.host import Closed, FrameStream

BEAT = 2.0  # seconds of our silence after which a heartbeat is sent, about
TICK = 1.0  # seconds: heartbeats are sent at multiples of it
SLACK = 0.75  # seconds that one may come early for that; the latest has 2.25
SILENCE = 6.0  # seconds of their silence after which we hang up
STALL = 25.0  # seconds without a step forward after which a conversation is given up
SENDING = 25.0  # seconds that one frame may take, theirs or ours: 10 kB a second at the least
PARTING = 2.0  # seconds for a last word to somebody who was removed
BRISK = 1.0  # seconds within which a line takes a bulky frame that has the next ones made ahead
PAUSE = 0.01  # seconds for which a line has taken nothing when the next ones are made
BULKY = 24 * 1024  # bytes of a frame that is a step forward by itself, theirs or ours
LINGER = 0.02  # seconds without a frame after which gathered words are taken in

log = logging.getLogger("hearthside.node")

React = Callable[["Talk", Happened], bool]


class Talk:
    """A running conversation."""

    def __init__(self, conversation: sync.Conversation, stream: FrameStream, react: React) -> None:
        """`react` is told what comes about, and says whether to go on."""
        self.conversation = conversation
        self.stream = stream
        self.scope = trio.CancelScope()
        self.begun = self.heard = self._stepped = self._said = trio.current_time()
        self._asked = self._sending = inf  # since when a frame is waited for, or on its way out
        self._react = react
        self._wake = trio.Event()
        self._brisk = False  # whether the line took its last bulky frame quickly
        self._under_way = trio.Event()  # a frame on such a line
        self._last = b""  # said before we hang up
        self._drained = trio.Event()
        self._steps = self._reached = 0

    def _ends(self) -> bool:
        return bool(self._last)

    async def _part(self) -> None:
        self._keep_what_came()
        with trio.move_on_after(PARTING):
            await self.stream.send(self._last)
        self.scope.cancel()

    def end_with(self, frame: bytes) -> None:
        """Say one thing more and hang up; what waits to be sent does not go any more."""
        self._last = frame
        self._wake.set()

    def poke(self) -> None:
        """There may be something to send."""
        if self.conversation.has_to_send:
            self._wake.set()

    async def run(self, first: bytes | None = None) -> None:
        """Hold it to its end, whoever is to blame for that; the stream is closed then.

        `first`: a frame of theirs that was read already.
        """
        try:
            await self._move(first)
        except* PeerFault as faults:
            log.info("hung up: %s", "; ".join(str(f) for f in _leaves(faults)))
        except* OurFault as faults:
            log.warning("our fault: %s", "; ".join(str(f) for f in _leaves(faults)))
        except* Exception as faults:  # noqa: BLE001 - one broken conversation must not end the home
            log.error(  # noqa: TRY400 - a traceback could carry words
                "a conversation failed: %s", ", ".join(type(f).__name__ for f in _leaves(faults))
            )
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(2):
                await self.stream.close()

    async def _move(self, first: bytes | None) -> None:
        try:
            with self.scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write)
                    nursery.start_soon(self._prepare)
                    nursery.start_soon(self._watch_the_time)
                    await self._read(first)
                    nursery.cancel_scope.cancel()
        except* (Closed, trio.TooSlowError):
            self._keep_what_came()

    async def _read(self, data: bytes | None) -> None:
        while True:
            while self.conversation.out.crowded:
                with trio.fail_after(SENDING):
                    await self._drained.wait()
            if data is None:
                data = await self._next()
            if data is None:
                self.conversation.flush()
            else:
                self.conversation.receive(data)
                self.heard = trio.current_time()
                if len(data) > BULKY:
                    self._stepped = self.heard
            data = None
            self._expect_progress()
            for happened in self.conversation.happened():
                if not self._react(self, happened):
                    return
            self.poke()

    def _keep_what_came(self) -> None:
        """The line is cut: what has come whole is kept, and need not come again."""
        self.conversation.flush()
        for happened in self.conversation.happened():
            self._react(self, happened)

    async def _next(self) -> bytes | None:
        """The next frame; None where words were gathered and none is at hand for now."""
        if self.conversation.arriving:
            with trio.move_on_after(LINGER):
                return await self.stream.receive()
            return None
        self._asked = trio.current_time()
        try:
            return await self.stream.receive()
        finally:
            self._asked = inf

    def _expect_progress(self) -> None:
        """Heartbeats and small talk don't keep a conversation that gets nowhere before live.

        A step is: something new came, or a phase is reached for the first time in this run.
        """
        steps, phase = self.conversation.steps, self.conversation.phase
        if phase is sync.Phase.LIVE:
            self._reached, self._stepped = 0, self.heard
        elif steps != self._steps or phase.value > self._reached:
            self._reached, self._stepped = max(self._reached, phase.value), self.heard
        elif self.heard - self._stepped > STALL:
            raise PeerFault("a conversation that gets nowhere")
        self._steps = steps

    async def _write(self) -> None:
        while True:
            self._wake = trio.Event()
            while not self._ends() and (frames := self.conversation.to_send() or self._beat()):
                for frame in frames:
                    if self._ends():
                        break
                    begun = self._sending = trio.current_time()
                    if self._brisk and self.conversation.out.may_prepare:
                        self._under_way.set()
                    await self.stream.send(frame)
                    self._said, self._sending = trio.current_time(), inf
                    if len(frame) > BULKY:  # they take what they asked for, however slowly
                        self._stepped = self._said
                        self._brisk = self._said - begun < BRISK
                    self._drained.set()
                    self._drained = trio.Event()
            if self._ends():
                await self._part()
                return
            await self._wake.wait()
            # Whatever lies on the lines already is read first: who sent it needs no copy from us.
            await trio.lowlevel.checkpoint()

    async def _prepare(self) -> None:
        """Make the next frames while the line takes one, so that it does not wait for us."""
        while True:
            await self._under_way.wait()
            while self._sending < inf and self.conversation.out.may_prepare:
                # Making one holds up everything else: not while the line could take one at once.
                stuck_at = self._sending + PAUSE
                if trio.current_time() >= stuck_at:
                    self.conversation.out.prepare()
                await trio.sleep_until(stuck_at)
            self._under_way = trio.Event()

    def _beat(self) -> list[bytes]:
        """A heartbeat, if one is due."""
        return [wire.encode(wire.Beat())] if trio.current_time() >= self._beat_due() else []

    def _beat_due(self) -> float:
        """When a heartbeat is due, if nothing is said until then.

        At full ticks, so that all conversations wake the home together: waking costs the most.
        """
        # From our last word on: whoever only takes in is woken all the time and says nothing.
        return ceil((self._said + BEAT - SLACK) / TICK) * TICK

    async def _watch_the_time(self) -> None:
        """Have heartbeats sent when they are due, and end a conversation with one who is silent.

        One task for all of it: a time limit around each frame costs more than the frame.
        """
        while True:
            now = trio.current_time()
            # A frame under way is no silence: a thin line needs many seconds for a full one.
            silent = max(self._asked, self.stream.heard) + SILENCE
            slow = min(self._asked, self._sending) + SENDING
            if now >= min(silent, slow):
                raise trio.TooSlowError
            due = self._beat_due()
            if now >= due:
                self._wake.set()
                due = floor(now / TICK) * TICK + BEAT
            await trio.sleep_until(min(due, silent, slow))


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterable[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
