"""A place at a relay, kept: asked for, renewed at half time, asked for again when it is lost.

libp2p's own refresher spins in the last half minute when the relay is gone, and gives up after it.
This one waits longer each time, up to a minute and with a quarter of chance, so that all who lose a
relay in one moment do not come back in one. It goes by trio's clock: whatever the wall clock does,
and whatever a relay says about time, it neither spins nor forgets. The wall clock is only asked
whether more of it has passed, which is how a laptop that slept finds its place gone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trio

from p2p.errors import PeerFault
from p2p.host.frames import Closed
from p2p.host.messages import Answer, Code
from p2p.host.rules import Reservation

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.crypto import Entropy

# All in seconds.
ATTEMPT = 15.0  # for one try: dialling, asking and the answer
FIRST, LONGEST = 1.0, 60.0  # between tries
SHORTEST_LIFE, LONGEST_LIFE = 60.0, 3600.0  # what a relay's word about time is taken for
PING_EVERY, PING_PATIENCE = 15.0, 5.0


@dataclass(frozen=True, slots=True)
class Asking:
    """What the keeper needs of a host."""

    connect: Callable[[], Awaitable["SwarmConn | None"]]
    """A direct connection to the relay, one at hand or a new one."""
    reserve: Callable[["SwarmConn"], Awaitable[Answer]]
    keep: Callable[["SwarmConn", float], None]
    """Keep a connection for so many seconds although nobody uses it."""
    is_there: Callable[["SwarmConn", float], Awaitable[bool]]
    """Whether anything comes from the relay within so many seconds."""
    cut: Callable[["SwarmConn"], Awaitable[None]]
    wall: Callable[[], float]
    """The wall clock, in Unix seconds."""


class Keeper:
    """Keeps one place at one relay."""

    def __init__(
        self, asking: Asking, on_state: Callable[[Reservation], None], entropy: "Entropy"
    ) -> None:
        """`on_state` is told each change; `entropy` gives so many random bytes."""
        self._asking = asking
        self._on_state = on_state
        self._entropy = entropy
        self._state: Reservation | None = None
        self._pause = FIRST
        self._nudged = trio.Event()

    def nudge(self) -> None:
        """Something is different now: ask at once, if it is not held."""
        self._pause = FIRST
        self._nudged.set()
        self._nudged = trio.Event()

    async def run(self) -> None:
        """Keep it until cancelled."""
        self._tell(Reservation.SEEKING)
        while True:
            conn, answer = await self._ask()
            if conn is None or answer is None or answer.code != Code.OK:
                refused = conn is not None and answer is not None
                self._tell(Reservation.REFUSED if refused else Reservation.SEEKING)
                nudged = self._nudged
                with trio.move_on_after(self._pause * self._chance()) as waited:
                    await nudged.wait()
                if waited.cancelled_caught:
                    self._pause = min(self._pause * 2, LONGEST)
                continue
            self._pause = FIRST
            life = min(max(answer.expires - self._asking.wall(), SHORTEST_LIFE), LONGEST_LIFE)
            self._asking.keep(conn, life)
            self._tell(Reservation.HELD)
            if not await self._hold(conn, life / 2):
                self._tell(Reservation.SEEKING)
                await trio.sleep(FIRST * (self._chance() - 1))

    async def _ask(self) -> "tuple[SwarmConn | None, Answer | None]":
        """The connection that was asked over, and what was said; None for each that failed."""
        conn = None
        with trio.move_on_after(ATTEMPT):
            conn = await self._asking.connect()
            if conn is None:
                return None, None
            try:
                return conn, await self._asking.reserve(conn)
            except (Closed, PeerFault):
                return conn, None
        if conn is not None:  # up as far as the system knows, but it says nothing
            await self._asking.cut(conn)
        return conn, None

    async def _hold(self, conn: "SwarmConn", seconds: float) -> bool:
        """Wait until it is time to renew; False when the connection was lost before."""
        due, wall_due = trio.current_time() + seconds, self._asking.wall() + seconds
        while (left := due - trio.current_time()) > 0:
            with trio.move_on_after(min(left, PING_EVERY)):
                await conn.event_closed.wait()
                return False
            if not await self._asking.is_there(conn, PING_PATIENCE):
                await self._asking.cut(conn)
                return False
            if self._asking.wall() > wall_due + PING_EVERY:
                break
        return not conn.is_closed

    def _chance(self) -> float:
        """1 to 1.25."""
        return 1 + self._entropy(1)[0] / 1024

    def _tell(self, state: Reservation) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)
