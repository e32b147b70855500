"""Ways through others: places kept for us where others can call, and what we carry for our circle.

A place is kept at every mailbox of the circle, which gives it to whoever shows a key of the box.
Where there is none, and somebody with whom we should talk is not here for a while, who may have no
way to us, one is asked for at members with whom we talk directly. What is carried for others is
sealed between them; we carry for members of this circle only, and only while the person allows it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import trio

from app.boxes.known import Known, known, seeds
from app.circle.state import CircleState
from app.room import Room
from p2p.directory import Way
from p2p.errors import OurFault, PeerFault
from p2p.host import Closed, Host, Path, RelayRules, Reservation, Unreachable
from p2p.ids import DeviceId
from p2p.mailbox import capability
from p2p.mailbox.caller import Caller

MEMBERS = 2  # members at whose computers a place is kept
UNREACHED = 15.0  # seconds for which somebody is not here before members are asked for one
PASS = 1800.0  # seconds after which a mailbox is shown a key again
AGAIN = 60.0  # seconds after which it is, where it refused us a place
GATHER = 0.5  # seconds: much changes together
WAIT = 5.0  # seconds to wait at a mailbox that is not reached

log = logging.getLogger("hearthside.relaying")


class Company(Protocol):
    """What is asked of the node."""

    def here(self) -> set[DeviceId]:
        """The devices in a conversation."""

    def near(self) -> set[DeviceId]:
        """The devices with which there would be one if everybody were there."""

    def line(self, device: DeviceId) -> tuple[Path, str]:
        """Which way the conversation with a device goes."""


@dataclass(slots=True)
class Relaying:
    """That of one circle while it is on the air."""

    room: Room
    company: Company
    ways: Callable[[], Mapping[DeviceId, Way]]
    is_member: Callable[[bytes], bool]
    moved: Callable[[], None]
    allowed: bool = True  # whether others of the circle may meet through us
    _keeping: dict[bytes, trio.CancelScope] = field(default_factory=dict)
    _refused: set[bytes] = field(default_factory=set)
    _host: Host | None = None  # while it runs
    _stirred: trio.Event = field(default_factory=trio.Event)

    def rules(self) -> RelayRules:
        """For whom we carry."""
        return RelayRules(
            may_relay=lambda peer: self.allowed and self.is_member(peer),
            reservations=32, circuits=32, circuits_per_peer=8,
        )  # fmt: skip

    def allow(self, *, allowed: bool) -> None:
        """Whether others of the circle may meet through us."""
        if allowed is not self.allowed:
            self.allowed = allowed
            self.people_changed()

    def people_changed(self) -> None:
        """Others may be carried for now, and other mailboxes be used."""
        if self._host is not None:
            self._host.recheck_relay()
        self.stir()

    def stir(self) -> None:
        """People came or went, or other mailboxes are used."""
        self._stirred.set()

    async def run(self, host: Host) -> None:
        """Keep places until cancelled."""
        self._host = host
        self._keeping.clear()
        self._refused.clear()
        due: float | None = None  # when members are asked: somebody is away who may not find us
        async with trio.open_nursery() as nursery:
            while True:
                self._stirred = trio.Event()
                self._look(host, nursery)
                now = trio.current_time()
                if not self._somebody_is_away() or host.circuits():
                    due = None
                elif due is None:
                    due = now + UNREACHED
                elif now >= due:  # the same number that is slept until: rounded, it may never come
                    self._ask_members(host, nursery)
                    due = now + UNREACHED
                with trio.move_on_at(now + PASS if due is None else due):
                    await self._stirred.wait()
                    await trio.sleep(GATHER)

    def _somebody_is_away(self) -> bool:
        here = self.company.here()
        return bool(here) and not self.company.near() <= here

    def _look(self, host: Host, nursery: trio.Nursery) -> None:
        """Keep a place at each mailbox that is used, and none where nobody is of ours any more."""
        used = {one.peer: one for one in self._mailboxes()}
        for peer, scope in list(self._keeping.items()):
            if peer not in used and not self.is_member(peer):
                del self._keeping[peer]
                scope.cancel()
        for peer, one in used.items():
            if peer not in self._keeping:
                nursery.start_soon(self._at_mailbox, host, one, self._kept_at(peer))

    def _mailboxes(self) -> list[Known]:
        return known(self.room) if self.room.row.state is CircleState.MEMBER else []

    def _ask_members(self, host: Host, nursery: trio.Nursery) -> None:
        ways = self.ways()
        for device in sorted(self.company.here()):
            way = ways.get(device) if self.company.line(device)[0] is Path.DIRECT else None
            if way is None or way.door in self._keeping or way.door in self._refused:
                continue
            if sum(self.is_member(peer) for peer in self._keeping) >= MEMBERS:
                return
            nursery.start_soon(self._at_member, host, way, self._kept_at(way.door))

    def _kept_at(self, peer: bytes) -> trio.CancelScope:
        scope = self._keeping[peer] = trio.CancelScope()
        return scope

    async def _at_member(self, host: Host, way: Way, scope: trio.CancelScope) -> None:
        def told(state: Reservation) -> None:
            if state is Reservation.REFUSED:  # switched off, or full: another one may carry for us
                self._refused.add(way.door)
                scope.cancel()
            self.moved()

        with scope:
            try:
                await host.keep_reservation(
                    way.door, way.addresses, told, entropy=self.room.entropy
                )
            except Unreachable:
                self._refused.add(way.door)
        if self._keeping.get(way.door) is scope:
            del self._keeping[way.door]
            self.stir()

    async def _at_mailbox(self, host: Host, one: Known, scope: trio.CancelScope) -> None:
        refused = trio.Event()

        def told(state: Reservation) -> None:
            if state is Reservation.REFUSED:
                refused.set()
            self.moved()

        async def keep() -> None:
            try:
                await host.keep_reservation(
                    one.peer, one.addresses, told, entropy=self.room.entropy
                )
            except Unreachable:
                log.debug("a mailbox without an address")

        with scope:
            async with trio.open_nursery() as nursery:
                begun = False
                while True:
                    shown = await self._show_a_key(host, one)
                    if shown and not begun:
                        nursery.start_soon(keep)
                        begun = True
                    with trio.move_on_after(PASS if shown else WAIT):
                        await refused.wait()
                        await trio.sleep(AGAIN)
                    refused = trio.Event()

    async def _show_a_key(self, host: Host, one: Known) -> bool:
        """Have the mailbox know this peer as one who holds a key. Whether it does."""
        for seed in seeds(self.room, one.box):
            try:
                caller = Caller(await host.open(one.peer, one.addresses))
            except Unreachable:
                return False
            try:
                await caller.ask(capability.opening(seed, one.box, one.peer, host.peer))
            except (Closed, PeerFault, OurFault, trio.TooSlowError):
                continue  # this key counts there no more
            else:
                return True
            finally:
                await caller.close()
        return False
