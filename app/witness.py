"""A device signed two different things with one number: somebody shows both, and it is out.

Each home that holds both waits for a moment first, so that not all of them say it at once; who has
heard it from another by then says nothing. How many of the device's words count is told with it:
those before the first number given twice, or, where only acts were forked, all that are here.
"""

from collections.abc import Iterator

import trio

from app.circle import acts
from app.circle.state import CircleState
from app.inbox import Inbox
from app.outbox import Outbox
from app.room import Room
from app.store import frontier, ops
from app.verdicts import standing
from p2p.ids import DeviceId
from p2p.op import Kind, Log, SignedOp, verify_signature

LONGEST = 60.0  # seconds that a home waits before it speaks, at most
PARTS = 65_536


class Witness:
    """Shows the forks that one home has noticed in one circle."""

    def __init__(self, room: Room, inbox: Inbox, outbox: Outbox) -> None:
        """Nothing is said before `run`, or `tell`."""
        self._room = room
        self._inbox = inbox
        self._outbox = outbox
        self._noticed = trio.Event()

    def look(self) -> None:
        """A fork, or whose device it is, may be known now."""
        self._noticed.set()

    async def run(self) -> None:
        """Wait for forks, and show them a random while later."""
        while True:
            await self._noticed.wait()
            self._noticed = trio.Event()
            if any(self._proofs()):
                await trio.sleep(int.from_bytes(self._room.entropy(2)) / PARTS * LONGEST)
                self.tell()

    def tell(self) -> None:
        """Write a fork op for every device that forked, is a member's, and is not shown yet."""
        for proof in list(self._proofs()):
            with self._room.change() as change:
                before = standing(self._room.ledger.view)
                self._outbox.act(change, Kind.FORK, proof)
                self._inbox.judge_anew(change, before)

    def _proofs(self) -> Iterator[acts.Fork]:
        room, view = self._room, self._room.ledger.view
        present = view.devices()
        if room.row.state is not CircleState.MEMBER or room.ledger.device not in present:
            return
        if self._outbox.mute:
            return
        for device, places in frontier.forks(room.db, room.row.circle_no).items():
            if device == room.ledger.device or device not in present:
                continue
            for place in places:
                two = self._two(device, place)
                if two is not None:
                    one, other = (acts.SignedHeader(op.header_bytes, op.signature) for op in two)
                    yield acts.Fork(one, other, self._words(device, places))
                    break

    def _two(self, device: DeviceId, place: tuple[Log, int]) -> tuple[SignedOp, SignedOp] | None:
        """Two ops of one place that the device signed itself; a later op's word is no proof."""
        room = self._room
        found = ops.at_place(room.db, room.row.circle_no, room.row.circle, device, place)
        signed = [op for op in found if verify_signature(op)]
        return (signed[0], signed[1]) if len(signed) > 1 else None

    def _words(self, device: DeviceId, places: list[tuple[Log, int]]) -> int:
        twice = [seq for log, seq in places if log is Log.WORDS]
        if twice:
            return min(twice)
        held, _ = ops.next_place(self._room.db, self._room.row.circle_no, Log.WORDS, device)
        return min(held, acts.MAX_SAFE)
