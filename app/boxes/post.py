"""One mailbox of one circle: found, opened, visited whenever there is a reason, and listened to.

We call under a peer key made for this run. The mailbox can tell who calls all the same where we
have a place at its relay, under our door key (`app.relaying`). Two streams: on one we visit, on the
other we are told when something came.
"""

import logging
from dataclasses import dataclass, field

import trio

from app.boxes import parcels
from app.boxes.known import Known, seeds, stale
from app.boxes.visit import Around, Memory, Visit
from app.circle.state import CircleState
from app.logs import leaves
from app.outbox import Outbox
from app.refused import Refused
from app.room import Room
from app.shelf import RoomShelf
from p2p.errors import OurFault, PeerFault
from p2p.host import Closed, FrameStream, Host, HostCrashed, Unreachable
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller

FIRST, LONGEST = 0.5, 30.0  # seconds between tries, doubled, each with up to a quarter more
EAGER = 3.0  # seconds between tries at the least, whatever happens
AGAIN = 900.0  # seconds after which a visit is due in any case
GATHER = 0.5  # seconds for which what comes from others is gathered before it is brought there
LOCKED_OUT = 3  # tries in a row at which none of our keys counts: who left gives up then
WAYS = 3  # times that a way on is looked for, in a row, where our keys count no more
TIMEOUT = 10.0  # seconds to reach it

log = logging.getLogger("hearthside.boxes")


@dataclass(slots=True)
class Post:
    """The task of one mailbox."""

    room: Room
    shelf: RoomShelf
    outbox: Outbox
    known: Known
    around: Around
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    since: int | None = None  # ms, since when it is reached
    visited: bool = False  # a visit was gone through since it was reached
    said: wire.Opened | None = None  # the last time that it was asked
    ordered: bool = False  # no key counts there that somebody holds who went
    memory: Memory = field(default_factory=Memory)
    _locked_out: int = 0
    _wake: trio.Event = field(default_factory=trio.Event)
    _idle: trio.Event = field(default_factory=trio.Event)
    _nudge: trio.Event = field(default_factory=trio.Event)

    def poke(self, *, eager: bool = False) -> None:
        """There may be something to bring. `eager`: it is worth another try to reach it, too."""
        if self._idle.is_set():
            self._idle = trio.Event()
        self._wake.set()
        if eager:
            self._nudge.set()

    async def settle(self) -> None:
        """Return when nothing is left to be brought there, or it is not reached."""
        if self.since is not None:
            await self._idle.wait()

    async def run(self) -> None:
        """Be there as far as can be, until cancelled. What goes wrong ends no more than a try."""
        pause = FIRST
        with self.scope:
            while True:
                begun = trio.current_time()
                try:
                    await self._try()
                except* (Unreachable, Closed, PeerFault, trio.TooSlowError, HostCrashed):
                    pass
                except* (OurFault, Refused):
                    log.warning("a mailbox waits: the store refused")
                except* Exception as group:  # noqa: BLE001 - told by type: it may hold words
                    kinds = ", ".join(type(error).__name__ for error in leaves(group))
                    log.error("a mailbox failed for now: %s", kinds)  # noqa: TRY400
                self._lost()
                if self._locked_out >= LOCKED_OUT and self.room.row.state is CircleState.LEFT:
                    break
                if trio.current_time() - begun > LONGEST:
                    pause = FIRST
                with trio.move_on_after(pause * (1 + self.room.entropy(1)[0] / 1024)) as waited:
                    self._nudge = trio.Event()
                    await self._nudge.wait()
                if not waited.cancelled_caught:  # not at each word of somebody who writes on
                    await trio.sleep_until(begun + EAGER)
                pause = min(pause * 2, LONGEST) if waited.cancelled_caught else FIRST
        self._lost()

    def _lost(self) -> None:
        self._idle.set()
        if self.since is not None:
            self.since, self.visited = None, False
            self.around.changed()

    async def _try(self) -> None:
        host = Host(self.room.entropy(32), listen=(), on_stream=_nobody_home)
        async with host.run():
            opened, caller = await self._open(host)
            _, ear = await self._open(host)
            self.since = self.room.clock.now()
            self.said = opened
            self.around.changed()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._listen, ear)
                await self._visit_again_and_again(caller, opened, host)

    async def _visit_again_and_again(self, caller: Caller, opened: wire.Opened, host: Host) -> None:
        while True:
            self._wake, self._idle = trio.Event(), trio.Event()
            await Visit(
                self.room, self.shelf, self.outbox, caller, self.known, self.memory, self.around,
                opened.hour, opened.days,
            ).run()  # fmt: skip
            self.visited = True
            # With a key that counts after it, which the visit may have retired.
            self.said = opened = await self._ask_anew(caller, host.peer) or opened
            self.ordered = await self._is_in_order(host)
            self.around.changed()
            if self.memory.more:
                self._wake.set()
            if not self._wake.is_set():
                self._idle.set()
                if self.room.row.state is CircleState.LEFT and self._all_is_said:
                    self.scope.cancel()  # no more of us there
            with trio.move_on_after(AGAIN):
                await self._wake.wait()
                await trio.sleep(GATHER)

    @property
    def _all_is_said(self) -> bool:
        return bool(self.shelf.parting()) and not self.memory.full

    async def _listen(self, ear: Caller) -> None:
        seen = 0
        while True:
            answer = await ear.ask(wire.Listen(seen))
            if not isinstance(answer, wire.News):
                raise PeerFault("an answer to something else")
            if seen and answer.seen != seen:
                self._wake.set()
            seen = answer.seen

    async def _open(self, host: Host) -> tuple[wire.Opened, Caller]:
        """A stream on which the box is open. Raises `Closed` where none of our keys counts."""
        for _ in range(WAYS):
            shown = seeds(self.room, self.known.box)
            if self.known.owner is not None:
                shown.append(self.known.owner)
            for seed in shown:
                caller = await self._call(host)
                asked = capability.opening(seed, self.known.box, self.known.peer, host.peer)
                try:
                    answer = await caller.ask(asked)
                except Closed:
                    await caller.close()
                    continue  # silence: this key does not count there
                if isinstance(answer, wire.Opened):
                    self._locked_out = 0
                    return answer, caller
            if not await self._find_the_way(host):
                break
        self._locked_out += 1
        raise Closed

    async def _is_in_order(self, host: Host) -> bool:
        """Whether the newest of our keys that should count no more does not."""
        seed = stale(self.room, self.known.box)
        if seed is None:
            return True
        caller = await self._call(host)
        try:
            await caller.ask(capability.opening(seed, self.known.box, self.known.peer, host.peer))
        except Closed:
            return True
        finally:
            await caller.close()
        return False

    async def _ask_anew(self, caller: Caller, peer: bytes) -> wire.Opened | None:
        """How much there is now."""
        shown = seeds(self.room, self.known.box)[:1]
        if self.known.owner is not None:
            shown = [self.known.owner]
        for seed in shown:
            asked = capability.opening(seed, self.known.box, self.known.peer, peer)
            answer = await caller.ask(asked)
            return answer if isinstance(answer, wire.Opened) else None
        return None

    async def _find_the_way(self, host: Host) -> bool:
        caller = await self._call(host)
        try:
            return await parcels.find_the_way(self.room, caller, self.known, self.shelf)
        except Closed:
            return False
        finally:
            await caller.close()

    async def _call(self, host: Host) -> Caller:
        stream = await host.open(self.known.peer, self.known.addresses, timeout=TIMEOUT)
        return Caller(stream)


async def _nobody_home(stream: FrameStream) -> None:
    """Whoever calls a mailbox serves nobody under that key."""
    await stream.close()
