"""What happens around a running home: its networks change, it slept, its clock was set.

On Linux the kernel tells of every change of an address (rtnetlink), so nothing is looked at until
something happened. Elsewhere the addresses are compared every `LOOK` seconds; that is the fallback,
for a change that no conversation notices by itself.

That the computer slept nobody tells a program in a way that is the same anywhere. So every `TICK`
seconds two clocks are compared: wall time runs on in sleep, and trio's does not on Linux and macOS.
Where it does, or where the program itself was stopped, the tick comes late by both. A wall clock
that somebody sets forward looks like sleep and is taken for it; set back it is told as such, and
means only that days and hours are others now. Everything else here goes by trio's clock.
"""

import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import trio

from p2p.networks import Network, own_networks

TICK: Final = 5.0  # seconds between looks at the clocks
LOST: Final = 20.0  # seconds missing from which on the computer is taken to have slept
LOOK: Final = 30.0  # seconds between looks at the addresses, where nobody tells of them
SETTLE: Final = 0.3  # seconds: one change comes as several messages

_MESSAGE: Final = 65536  # bytes
_GROUPS: Final = 0x1 | 0x10 | 0x100  # RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR


def kernel_messages() -> socket.socket | None:
    """A socket that is readable when an interface or address came or went; None: there is none."""
    if sys.platform != "linux":
        return None
    try:
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        sock.setblocking(False)  # noqa: FBT003 - its only form
        sock.bind((0, _GROUPS))
    except OSError:  # a sandbox
        sock.close()
        return None
    return sock


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """Tells of changes while `run` runs. `wall`: ms since 1970.

    `moved`: the networks of this computer are others now. `woke`: time is missing, so whoever was
    here may be gone. `set_back`: the wall clock is behind where it was.
    """

    moved: Callable[[Sequence[Network]], None]
    woke: Callable[[], None]
    set_back: Callable[[], None]
    wall: Callable[[], int]
    look: Callable[[], Sequence[Network]] = own_networks
    listen: Callable[[], socket.socket | None] = kernel_messages
    networks: Sequence[Network] = field(default=(), init=False)

    async def run(self) -> None:
        """Serve until cancelled; what the networks are is told at once."""
        listening = self.listen()  # before the first look, so that nothing falls between
        try:
            self._look()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch_the_clocks)
                if listening is None:
                    nursery.start_soon(self._look_now_and_then)
                else:
                    nursery.start_soon(self._heed, listening)
        finally:
            if listening is not None:
                listening.close()

    async def _watch_the_clocks(self) -> None:
        wall, own = self.wall(), trio.current_time()
        while True:
            await trio.sleep(TICK)
            wall_before, own_before = wall, own
            wall, own = self.wall(), trio.current_time()
            ran, passed = (wall - wall_before) / 1000, own - own_before
            if max(ran, passed) > TICK + LOST:
                self._look()
                self.woke()
            elif ran < passed - LOST:
                self.set_back()

    async def _look_now_and_then(self) -> None:
        while True:
            await trio.sleep(LOOK)
            self._look()

    async def _heed(self, messages: socket.socket) -> None:
        while True:
            await trio.lowlevel.wait_readable(messages)
            await trio.sleep(SETTLE)
            _drain(messages)
            self._look()

    def _look(self) -> None:
        networks = tuple(self.look())
        if networks != self.networks:
            self.networks = networks
            self.moved(networks)


def _drain(messages: socket.socket) -> None:
    """Take what has come. What it says is not read: the addresses are looked at anyway."""
    try:
        while messages.recv(_MESSAGE):
            pass
    except OSError:  # nothing more; or more had come than there was room for, which says as much
        pass
