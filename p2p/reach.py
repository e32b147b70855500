"""How to get to a person: which devices to dial, when, and how patiently.

The ladder, best rung first: an address seen on the same network (p2p.lan_names), addresses on
cards, among them those that a router opened (p2p.opening), raced; beside them, a moment later,
circuits through a member or a mailbox, from which two go on directly where their routers let them
(p2p.host.punching). What nobody takes over a line lies at a mailbox (app.boxes) or goes by hand
(p2p.handfile).

Whom to dial is chosen by p2p.neighbours; this module finds out who answers. Somebody who does not,
or takes longer than `SLOW`, is passed over, so that the next in line is tried as well; those passed
over are tried again with growing pauses. While words wait, no pause is longer than `EAGER` seconds
and a quarter. Anything that makes success likelier (a new address, a hint, a new word to hand over)
ends every pause at once; if words wait although the chosen are here, the next ones in line are
tried, too.

A conversation that we began and that is not among the chosen any more, since somebody nearer came,
is given up `SPARE` seconds later. Every `VISIT` seconds we dial somebody else, drawn by our own
chance, and part again in the same way: so no two parts of a circle stay strangers to each other for
reasons that the rings can't see, and nobody can arrange who all our neighbours are.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import trio

from p2p.crypto import Entropy
from p2p.ids import DeviceId

FIRST = 0.4  # seconds before the second try; each pause has up to a quarter more, by chance
EAGER = 3.0  # longest pause in seconds while something waits
PATIENT = 30.0  # longest pause in seconds otherwise
SLOW = 1.0  # seconds after which whoever has not answered yet is passed over
SPARE = 60.0  # seconds that a conversation goes on after somebody nearer has come
VISIT = 900.0  # seconds between visits
KNOCKS = 4  # doors tried for one visit


@dataclass(slots=True, kw_only=True)
class Reach:
    """Keeps trying to reach the chosen devices of a circle that are not in a conversation.

    `choose`: the devices to talk with when the given ones don't answer. `led`: those in a
    conversation that we began. `part`: ends such a conversation.
    """

    dial: Callable[[DeviceId], Awaitable[bool]]
    here: Callable[[], set[DeviceId]]
    led: Callable[[], set[DeviceId]]
    waiting: Callable[[], bool]
    choose: Callable[[Iterable[DeviceId]], set[DeviceId]]
    part: Callable[[DeviceId], None]
    entropy: Entropy
    _wanted: set[DeviceId] = field(default_factory=set)
    _passed: set[DeviceId] = field(default_factory=set)
    _further: set[DeviceId] = field(default_factory=set)  # tried besides, while words wait
    _trying: set[DeviceId] = field(default_factory=set)
    _sparing: set[DeviceId] = field(default_factory=set)
    _nudge: trio.Event = field(default_factory=trio.Event)
    _nursery: trio.Nursery | None = None

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; may be called again afterwards."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            try:
                task_status.started()
                self.look()
                await self._visit_now_and_then(nursery)
            finally:
                # Not later: conversations that end together with this look once more.
                self._nursery = None

    def want(self, devices: Iterable[DeviceId]) -> None:
        """These are the devices of the circle now, without our own."""
        self._wanted = set(devices)
        self._passed &= self._wanted
        self._further &= self._wanted
        self.look()

    def nudge(self) -> None:
        """Try everybody again now."""
        self._further = self.choose(self._passed | self.here()) if self.waiting() else set()
        self._nudge.set()
        self._nudge = trio.Event()
        self.look()

    def visit(self, device: DeviceId) -> None:
        """Try this one once, also if it is not among the chosen."""
        if self._nursery is not None and device in self._wanted - self.here() - self._trying:
            self._trying.add(device)
            self._nursery.start_soon(self._visit, device)

    def look(self) -> None:
        """Somebody came, went, or did not answer: dial or part from whom it concerns."""
        if self._nursery is None:
            return
        self._passed -= self.here()
        for device in self._due() - self._trying:
            self._trying.add(device)
            self._nursery.start_soon(self._keep_trying, device)
        for device in self._spare() - self._sparing:
            self._sparing.add(device)
            self._nursery.start_soon(self._part_later, device)

    @property
    def chosen(self) -> set[DeviceId]:
        """With whom we should talk, as far as is known."""
        return self.choose(self._passed) & self._wanted

    def _due(self) -> set[DeviceId]:
        """Whom to try to reach."""
        further = self._further if self._further and self.waiting() else set()
        return (self.chosen | further & self._wanted) - self.here()

    def _spare(self) -> set[DeviceId]:
        """With whom we talk without need, and by our own doing."""
        spare = self.led() - self.chosen
        return spare if spare and not self.waiting() else set()

    async def _keep_trying(self, device: DeviceId) -> None:
        delay = FIRST
        try:
            while device in self._due():
                nudge = self._nudge
                if await self._try(device):
                    delay = FIRST
                    continue
                # Up to a quarter more, or a whole circle coming back would dial in step.
                pause = delay * (1 + self.entropy(1)[0] / 1024)
                with trio.move_on_after(pause) as scope:
                    await nudge.wait()
                longest = EAGER if self.waiting() else PATIENT
                delay = min(delay * 2, longest) if scope.cancelled_caught else FIRST
        finally:
            self._trying.discard(device)

    async def _try(self, device: DeviceId) -> bool:
        """Dial, and hold the conversation to its end; False if nobody was reached."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._pass_over, device, SLOW)
            reached = await self.dial(device)
            nursery.cancel_scope.cancel()
        if not reached:
            await self._pass_over(device)
        return reached

    async def _pass_over(self, device: DeviceId, after: float = 0) -> None:
        await trio.sleep(after)
        if device in self._wanted and device not in self.here() and device not in self._passed:
            self._passed.add(device)
            self.look()

    async def _part_later(self, device: DeviceId) -> None:
        try:
            await trio.sleep(SPARE)
            if device in self._spare():
                self.part(device)
        finally:
            self._sparing.discard(device)

    async def _visit(self, device: DeviceId) -> bool:
        try:
            reached = await self.dial(device)
        finally:
            self._trying.discard(device)
        self.look()
        return reached

    async def _visit_now_and_then(self, nursery: trio.Nursery) -> None:
        while True:
            await trio.sleep(VISIT)
            nursery.start_soon(self._call_on_somebody)

    async def _call_on_somebody(self) -> None:
        for _ in range(KNOCKS):
            strangers = sorted(self._wanted - self.here() - self._trying)
            if not strangers:
                return
            device = strangers[int.from_bytes(self.entropy(8), "big") % len(strangers)]
            self._trying.add(device)
            if await self._visit(device):
                return
