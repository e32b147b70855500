"""A port on the router for each circle: asked for, held, and given back.

Nobody waits for it: it begins when the network is there, in a worker thread, and what it finds is
told whenever it is found. A lease runs for `LEASE` seconds and is renewed at half of it, so a home
that was killed leaves nothing open for long; where a router knows leases for ever only, the port is
closed at the end, or taken over at the next start. A router that opens nothing is asked again when
the networks change or the computer woke up, and not before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import trio

from p2p.crypto import Entropy

if TYPE_CHECKING:
    from p2p.router import Router

LEASE: Final = 3600  # seconds
CLOSING: Final = 1.0  # seconds that a home which ends gives to closing its ports
NETWORKS: Final = 4  # searched for a router, one after the other
THREADS: Final = 2  # in all; one that was given up may hang in a router for a while
LOWEST, PORTS = 20_000, 40_000  # of the ports tried where ours is taken

T = TypeVar("T")
Place: TypeAlias = tuple[str, int]
"""An IPv4 address and a port."""


@dataclass(slots=True, kw_only=True)
class Opening:
    """The ports of one home. `opened` is told which of our ports can be reached where, by port."""

    opened: Callable[[Mapping[int, Place]], None]
    find: Callable[[str], "Router | None"]
    entropy: Entropy
    _wanted: frozenset[Place] = frozenset()
    _held: dict[int, Place] = field(default_factory=dict)
    _router: "Router | None" = None
    _life: trio.CancelScope | None = None
    _again: trio.Event = field(default_factory=trio.Event)
    _other: trio.Event = field(default_factory=trio.Event)
    _threads: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(THREADS))

    async def run(self) -> None:
        """Serve until cancelled, then close what is open. Never raises of its own."""
        try:
            while True:
                again = self._again
                with trio.CancelScope() as self._life:
                    await self._hold()
                self._life = None
                if self._held:  # no router any more; else it is found again, and then compared
                    self._tell({})
                await again.wait()
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(CLOSING):
                await self._close(self._held)
            self._tell({})

    def want(self, places: Iterable[Place]) -> None:
        """We listen at these now."""
        wanted = frozenset(place for place in places if is_elsewhere(place[0]))
        if wanted != self._wanted:
            self._wanted = wanted
            self._other.set()
            if self._life is None:
                self.again()

    def again(self) -> None:
        """The networks are others now, or the computer slept: look for a router anew."""
        self._again.set()
        self._again = trio.Event()
        if self._life is not None:
            self._life.cancel()

    async def _hold(self) -> None:
        """Find a router and hold our ports there, for as long as it does what it is asked."""
        self._router = await self._found()
        while self._router is not None:
            self._other = trio.Event()
            opened = await self._open_all(self._router)
            gone = {p: at for p, at in self._held.items() if opened.get(p) != at}
            self._tell(opened)
            await self._close(gone)
            if not opened:
                return
            with trio.move_on_after(LEASE / 2) as waited:
                await self._other.wait()
            if waited.cancelled_caught:  # its address may be another by now
                self._router = await self._in_thread(partial(self.find, self._router.lan))

    async def _found(self) -> "Router | None":
        for ip in sorted({ip for ip, _ in self._wanted})[:NETWORKS]:
            router = await self._in_thread(partial(self.find, ip))
            if router is not None:
                return router
        return None

    async def _open_all(self, router: "Router") -> dict[int, Place]:
        opened: dict[int, Place] = {}
        for ip, port in sorted(self._wanted):
            if ip == router.lan:
                outside = await self._open(router, port)
                if outside is not None:
                    opened[port] = (router.external, outside)
        return opened

    async def _open(self, router: "Router", port: int) -> int | None:
        """The router's port that leads to one of ours: the one it was, its like, or another."""
        before = self._held.get(port)
        other = LOWEST + int.from_bytes(self.entropy(4), "big") % PORTS
        tries = dict.fromkeys([before[1] if before is not None else port, port, other])
        for outside in tries:
            for lease in (LEASE, 0):
                if await self._in_thread(partial(router.open, outside, port, lease)):
                    return outside
        return None

    async def _close(self, places: Mapping[int, Place]) -> None:
        router = self._router
        if router is not None:
            for _, outside in list(places.values()):
                await self._in_thread(partial(router.close, outside))

    def _tell(self, opened: dict[int, Place]) -> None:
        if opened != self._held:
            self._held = opened
            self.opened(dict(opened))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)


def is_elsewhere(ip: str) -> bool:
    """Whether an address of ours is one that a router could lead to."""
    return not IPv4Address(ip).is_loopback
