"""How to get to a person: which devices to dial, when, and how patiently.

For now there is one rung of the ladder: known addresses, raced. Everybody who is not here is
tried at start and then with growing pauses; while somebody's words wait, no pause is longer than
`EAGER` seconds. Anything that makes success likelier (a new address, a hint, a new word to hand
over) ends the pause at once.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import trio

from p2p.crypto import Entropy
from p2p.ids import DeviceId

FIRST = 0.4  # seconds before the second try
EAGER = 3.0  # longest pause in seconds while something waits
PATIENT = 30.0  # longest pause in seconds otherwise
ENOUGH = 16  # conversations that we dial for one circle


@dataclass(slots=True)
class Reach:
    """Keeps trying to reach every device of a circle that is not in a conversation."""

    dial: Callable[[DeviceId], Awaitable[bool]]
    here: Callable[[], set[DeviceId]]
    waiting: Callable[[], bool]
    entropy: Entropy
    _wanted: set[DeviceId] = field(default_factory=set)
    _nudge: trio.Event = field(default_factory=trio.Event)
    _nursery: trio.Nursery | None = None

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            task_status.started()
            for device in list(self._wanted):
                nursery.start_soon(self._keep_trying, device)
            await trio.sleep_forever()

    def want(self, devices: Iterable[DeviceId]) -> None:
        """These are the devices of the circle now, without our own."""
        now = set(devices)
        new = now - self._wanted
        self._wanted = now
        if self._nursery is not None:
            for device in new:
                self._nursery.start_soon(self._keep_trying, device)

    def nudge(self) -> None:
        """Try everybody again now."""
        self._nudge.set()
        self._nudge = trio.Event()

    async def _keep_trying(self, device: DeviceId) -> None:
        delay = FIRST
        while device in self._wanted:
            nudge = self._nudge
            here = self.here()
            if device in here or (len(here) >= ENOUGH and not self.waiting()):
                await nudge.wait()
                delay = FIRST
                continue
            if await self.dial(device):
                delay = FIRST
                continue
            # Up to a quarter more, or a whole circle coming back would dial in step.
            pause = delay * (1 + self.entropy(1)[0] / 1024)
            with trio.move_on_after(pause) as scope:
                await nudge.wait()
            longest = EAGER if self.waiting() else PATIENT
            delay = min(delay * 2, longest) if scope.cancelled_caught else FIRST
