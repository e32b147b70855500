"""What was allowed, put down in the order of the ops; nothing is judged here."""

from dataclasses import dataclass, field

from app.circle.facts import Appointment, Arrival, Forked, HandedOver, Removal
from p2p.ids import DeviceId, MemberId, OpId
from p2p.log import Placed


@dataclass(slots=True)
class Record:
    """All that was allowed in a circle, by what it concerns; each list in the order."""

    placed: list[Placed] = field(default_factory=list)
    at: dict[OpId, Placed] = field(default_factory=dict)
    arrivals: dict[DeviceId, list[Arrival]] = field(default_factory=dict)
    devices: dict[MemberId, dict[DeviceId, None]] = field(default_factory=dict)
    doors: dict[bytes, list[Arrival]] = field(default_factory=dict)
    admitted: dict[OpId, list[Arrival]] = field(default_factory=dict)
    uses: dict[OpId, int] = field(default_factory=dict)
    users: dict[OpId, int] = field(default_factory=dict)  # admissions by an invite, as bits
    roles: dict[MemberId, list[Appointment]] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)
    forks: dict[DeviceId, list[Forked]] = field(default_factory=dict)
    signed: dict[DeviceId, int] = field(default_factory=dict)  # all ops of a device, as bits
    chains: list[int] = field(default_factory=list)  # of each op: itself and all before it by prev
    rests_on: dict[int, int] = field(default_factory=dict)  # an op, and the appointment it needed
    lifts: dict[int, MemberId] = field(default_factory=dict)  # admissions and appointments, of whom
    founder: MemberId | None = None
    _lifting: int = 0  # ops that others may rest on
    _crowding: int = 0  # admissions of which not all may have a place
    _upsetting: int = 0  # removals and forks
    _gone: dict[MemberId, int] = field(default_factory=dict)  # removals of a member, as bits

    # -- putting down what was allowed ---------------------------------------------------------

    def place(self, op: Placed) -> None:
        """The next op in the order, allowed or not."""
        device = DeviceId(op.header.device)
        before = self.at.get(OpId(op.header.prev))
        follows = before is not None and before.header.device == device
        self.chains.append((self.chains[before.index] if before and follows else 0) | bit(op))
        self.signed[device] = self.signed.get(device, 0) | bit(op)
        self.at[op.op] = op
        self.placed.append(op)

    def arrive(self, arrival: Arrival) -> None:
        """Somebody came, or was let in once more."""
        self.arrivals.setdefault(arrival.device, []).append(arrival)
        self.devices.setdefault(arrival.member, {})[arrival.device] = None
        doors = self.doors.setdefault(arrival.keys.door, [])
        doors.append(arrival)
        self._lift(arrival.at, arrival.member)
        if arrival.invite is None:
            self.founder = arrival.member
            return
        admitted = self.admitted.setdefault(arrival.invite, [])
        admitted.append(arrival)
        self.users[arrival.invite] = self.users.get(arrival.invite, 0) | bit(arrival.at)
        if len(admitted) > self.uses[arrival.invite]:
            for one in admitted:
                self._crowding |= bit(one.at)
        if any(one.device != arrival.device for one in doors):
            for one in doors:
                self._crowding |= bit(one.at)

    def appoint(self, member: MemberId, appointment: Appointment) -> None:
        """Somebody was given a role."""
        self.roles.setdefault(member, []).append(appointment)
        self._lift(appointment.at, member)

    def remove(self, removal: Removal) -> None:
        """Somebody was removed, or left."""
        self.removals.append(removal)
        self._gone[removal.member] = self._gone.get(removal.member, 0) | bit(removal.at)
        self._upsetting |= bit(removal.at)

    def hand_over(self, handed: HandedOver) -> None:
        """The founder named an heir, or the heir took over."""
        self.handed_over.append(handed)
        self._lift(handed.at, handed.to)

    def fork(self, device: DeviceId, forked: Forked) -> None:
        """A device was proven to have forked."""
        self.forks.setdefault(device, []).append(forked)
        self._upsetting |= bit(forked.at)

    def sure_of_place(self, arrival: Arrival) -> bool:
        """Whether nobody but this device claims its place and its door."""
        return not self._crowding >> arrival.at.index & 1

    def _lift(self, op: Placed, member: MemberId) -> None:
        self.lifts[op.index] = member
        self._lifting |= bit(op)


def bit(op: Placed) -> int:
    """An op as a past of one."""
    return 1 << op.index
