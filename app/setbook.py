"""The sets of one circle as reconciliation asks for them, remembered until they change.

Whoever comes online meets several people within a second, and each asks for the same sums, the same
sorted ids and the same frontier. They are made once for each version of the room.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

from app.room import Room
from app.store import frontier, ops, sums
from p2p.ids import ID_SIZE, DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Kind, Log
from p2p.ports import Hole
from p2p.reconcile import ItemSet, ItemVector
from p2p.reconcile_hours import HourSet
from p2p.wire import Logbook

MOST_KEPT = 8 << 20  # bytes of sorted ids worth remembering: 262,144 of them

Value = TypeVar("Value")
Scope = frozenset[EpochId] | None


class Setbook:
    """What was made for the present version of one room."""

    def __init__(self, room: Room) -> None:
        """Nothing is made before it is asked for."""
        self._room = room
        self._version = -1
        self._made: dict[tuple[object, ...], object] = {}

    def items(
        self, log: Log, epochs: Scope, since: int, but: Collection[EnvelopeId] = ()
    ) -> ItemSet:
        """(hour, envelope id) of a log, or of some epochs of it, from an hour on. Stands still.

        `but`: of a log of which these are kept from the others, the whole of it is read.
        """

        def make() -> ItemSet:
            db, circle_no = self._room.db, self._room.row.circle_no
            if but:
                found = sums.items(db, circle_no, log, epochs)
                return ItemVector([one for one in found if one[0] >= since and one[1] not in but])
            upto = ops.last_row(db)
            look_into = partial(sums.ids_of_hour, db, circle_no, log, epochs, upto)
            hours = sums.hours(db, circle_no, log, epochs)
            return HourSet([one for one in hours if one.hour >= since], look_into)

        return self._once(("items", log, epochs, since, *but), make)

    def sorted_ids(self, log: Log, epochs: Scope, but: Collection[EnvelopeId] = ()) -> bytes:
        """The envelope ids of the same set, sorted, end to end."""
        room = self._room

        def make() -> bytes:
            ids = sums.sorted_ids(room.db, room.row.circle_no, log, epochs)
            names = (ids[at : at + ID_SIZE] for at in range(0, len(ids), ID_SIZE))
            return ids if not but else b"".join(one for one in names if one not in but)

        return self._once(("ids", log, epochs, *but), make)

    def parting(self) -> tuple[EnvelopeId, ...]:
        """What of authority is kept from the others, where we left: see `p2p.ports.Shelf`."""
        return self._once(("parting",), self._parting)

    def _parting(self) -> tuple[EnvelopeId, ...]:
        ledger, view = self._room.ledger, self._room.ledger.view
        myself = ledger.myself()
        act = self._leaving(ledger.device) if myself is not None and myself.left else None
        if act is None:
            return ()
        # What waits for its past is placed nowhere yet, and in nobody's past.
        known = view.at[act].past if act in view.at else 0
        others = (
            self._leaving(device)
            for person in view.people.values() if person.left and person is not myself
            for device in person.devices
        )  # fmt: skip
        since = [
            op for op in others
            if op is not None and not (op in view.at and known >> view.at[op].index & 1)
        ]  # fmt: skip
        db, circle_no = self._room.db, self._room.row.circle_no
        names = (ops.authority_envelope(db, circle_no, op) for op in (act, *since))
        return tuple(name for name in names if name is not None)

    def _leaving(self, device: DeviceId) -> OpId | None:
        room = self._room
        return ops.last_of_kind(room.db, room.row.circle_no, device, int(Kind.LEAVE))

    def frontier(self, epochs: frozenset[EpochId]) -> bytes:
        """The digest over all authentic words of these epochs."""
        room = self._room
        return self._once(
            ("frontier", epochs),
            lambda: frontier.frontier(room.db, room.row.circle_no, epochs)[0],
        )

    def logs(self, epochs: frozenset[EpochId]) -> list[Logbook]:
        """The authentic words of these epochs, a log at a time."""
        room = self._room
        return self._once(
            ("logs", epochs), lambda: frontier.logs(room.db, room.row.circle_no, epochs)
        )

    def holes(self) -> list[Hole]:
        """What is missing below the highest seq held of each log."""
        room = self._room
        return self._once(("holes",), lambda: frontier.holes(room.db, room.row.circle_no))

    def _once(self, key: tuple[object, ...], make: Callable[[], Value]) -> Value:
        if self._version != self._room.version:
            self._version = self._room.version
            self._made.clear()
        if key not in self._made:
            made = make()
            if isinstance(made, bytes) and len(made) > MOST_KEPT:
                return made
            self._made[key] = made
        return self._made[key]  # type: ignore[return-value]  # of the kind that its key names
