"""Leaving told after everything else is erased: one signed goodbye, until somebody has taken it.

Whoever takes it in talks with nobody who has this door key any more, and shows the leaving when
they come again. That proves that it was taken; that it went out well, or that the line ended, does
not.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import trio

from app.air import Ending
from app.logs import leaves
from app.room import Clock, Room
from app.shelf import RoomShelf
from app.store import goodbyes, ops
from app.store.db import Database
from app.store.goodbyes import GoodbyeRow
from p2p import wire
from p2p.crypto import Entropy
from p2p.directory import Way
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream, Host, Unreachable
from p2p.ids import DeviceId, EnvelopeId
from p2p.op import Kind, Log

log = logging.getLogger("hearthside.goodbye")

FIRST, LONGEST = 2.0, 60.0  # seconds between tries
ANSWER = 10.0  # seconds until whoever is reached has said Hello, or has not
GIVEN_UP_AFTER = 30 * 86_400_000  # ms
AT_LEAST = 600.0  # seconds that the home is open and tries, however long it was closed
AT_ONCE = 128 * 1024  # bytes of envelopes in a frame
NAME = 32  # bytes of its id
GRANTS = 16  # secrets brought to each: one frame
NO_GRANTS = wire.encode(wire.Grants(grants=[]))


def write(room: Room, shelf: RoomShelf, ways: Mapping[DeviceId, Way]) -> GoodbyeRow:
    """The goodbye to those at `ways`, and all they need to believe it.

    Our own acts, since what the leaving stands on may have reached nobody; with them those of who
    left not long before, whom perhaps only we heard. And the secrets that these are sealed under:
    who seals the leaving makes a new epoch for it where somebody else has gone.
    """
    return GoodbyeRow(
        goodbye=room.entropy(NAME), door_seed=room.row.door_seed,
        envelopes=[envelope for _, envelope in shelf.envelopes(acts(room, shelf))],
        doors={way.door: list(way.addresses) for way in ways.values()},
        grants={way.door: _grants(room, shelf, device) for device, way in ways.items()},
        made_at=room.clock.now(),
    )  # fmt: skip


def acts(room: Room, shelf: RoomShelf) -> list[EnvelopeId]:
    view, circle_no = room.ledger.view, room.row.circle_no
    since = room.clock.now() - GIVEN_UP_AFTER
    untold = set(shelf.parting()[1:])  # whose words we did not keep
    told = []
    for person in view.people.values():
        for device in person.devices if person.left else ():
            if device != room.ledger.device:
                left = ops.last_act(room.db, circle_no, device, int(Kind.LEAVE))
                if left is not None and left >= since:
                    theirs = ops.authority_of(room.db, circle_no, device)
                    told += [] if untold.intersection(theirs) else theirs
    return told + ops.authority_of(room.db, circle_no, room.ledger.device)


def _grants(room: Room, shelf: RoomShelf, device: DeviceId) -> bytes:
    """A frame of the newest secrets whose maker is out, as we are: nobody else may have them."""
    view = room.ledger.view
    made = [(e, view.epoch(e)) for e in shelf.lacking(device, frozenset())]
    ours = [e for e, seen in made if seen is not None and seen.author not in view.devices()]
    return wire.encode(wire.Grants(grants=shelf.grant(device, ours[:GRANTS])))


@dataclass(slots=True)
class Goodbye:
    """One goodbye on its way."""

    db: Database
    row: GoodbyeRow
    clock: Clock
    entropy: Entropy
    over: Callable[["Goodbye"], None]
    scope: Ending = field(default_factory=Ending)

    def forget(self) -> None:
        """Nobody is told any more."""
        with self.db.write():
            goodbyes.forget(self.db, self.row.goodbye)
        self.scope.cancel()
        self.over(self)

    async def run(self) -> None:
        """Try everybody, again and again, until one has taken it. A failure is not its end."""
        with self.scope:
            while True:
                try:
                    await self._until_taken()
                    self.forget()  # which ends this, unless the store refuses
                except* Exception as group:  # noqa: BLE001 - nothing of this may end the home
                    kinds = ", ".join(type(error).__name__ for error in leaves(group))
                    log.warning("a goodbye stays for now: %s", kinds)
                await trio.sleep(LONGEST)

    async def _until_taken(self) -> None:
        host = Host(self.row.door_seed, listen=(), on_stream=_nobody_home)
        async with host.run():
            pause = FIRST
            enough = trio.current_time() + AT_LEAST
            while not self._is_old() or trio.current_time() < enough:
                if await self._told_somebody(host):
                    return
                await trio.sleep(pause)
                pause = min(pause * 2, LONGEST)

    def _is_old(self) -> bool:
        return self.clock.now() - self.row.made_at >= GIVEN_UP_AFTER

    async def _told_somebody(self, host: Host) -> bool:
        for door, addresses in self.row.doors.items():
            with suppress(Unreachable, Closed, PeerFault, trio.TooSlowError):
                for _ in range(2):  # the first visit tells them, the second shows that they know
                    if await self._visit(host, door, addresses):
                        return True
        return False

    async def _visit(self, host: Host, door: bytes, addresses: list[str]) -> bool:
        """Whether somebody who is reached knows of it; tells them where they do not."""
        with trio.fail_after(3 * ANSWER):
            stream = await host.open(door, addresses)
            try:
                return await self._speak(stream, self.row.grants.get(door, NO_GRANTS))
            finally:
                await stream.close()

    async def _speak(self, stream: FrameStream, grants: bytes) -> bool:
        hello = wire.Hello(
            version=wire.VERSION, hour=self.clock.hour(), nonce=self.entropy(16), held=(0, 0)
        )
        await stream.send(wire.encode(hello))
        with trio.fail_after(ANSWER):
            answer = wire.decode(await stream.receive())
        if not isinstance(answer, wire.Hello):
            return isinstance(answer, wire.Removed)  # by this leaving, or by another's act
        await stream.send(grants)
        for batch in _batches(self.row.envelopes):
            told = wire.Envelopes(log=int(Log.AUTHORITY), envelopes=batch, live=True)
            await stream.send(wire.encode(told))
        with trio.move_on_after(ANSWER), suppress(Closed):
            while True:  # until they hang up, as on nobody they know
                if isinstance(wire.decode(await stream.receive()), wire.Removed):
                    return True
        return False


def _batches(envelopes: list[bytes]) -> list[list[bytes]]:
    batches: list[list[bytes]] = [[]]
    for envelope in envelopes:
        if batches[-1] and sum(map(len, batches[-1])) + len(envelope) > AT_ONCE:
            batches.append([])
        batches[-1].append(envelope)
    return batches


async def _nobody_home(stream: FrameStream) -> None:
    """Whoever left serves nobody."""
    await stream.close()
