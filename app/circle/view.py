"""A circle's authority as of a set of ops: who is in, who may what, which epochs there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.circle.acts import Act, DeviceKeys, Door, Epoch, Founding, Invite, Mailbox, Rules
from app.circle.facts import Forked, Removal
from app.circle.retention import Keeps
from app.circle.standing import Standing
from app.circle.state import History, Role
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.log import Order, Placed

MAX_MAILBOXES = 8  # of a circle that count


@dataclass(slots=True)
class Person:
    """A member as the fold sees them; `left` once they went, `removed` where others saw to that."""

    member: MemberId
    role: Role
    since_hour: int
    name: str = ""
    devices: dict[DeviceId, DeviceKeys] = field(default_factory=dict)
    left: bool = False
    removed: Removal | None = None
    picture: bytes = b""  # as it came: nobody has looked at it


@dataclass(frozen=True, slots=True)
class InviteSeen:
    """An invite, who made it, the admissions that used it, and whether it was taken back."""

    op: OpId
    invite: Invite
    author: DeviceId
    used: tuple[OpId, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class MailboxSeen:
    """A mailbox by the latest that was said of it: what, by whom, in which op, in which hour.

    `first`: who told of it first, and holds the key that gives orders there.
    """

    act: Mailbox
    author: DeviceId
    op: OpId
    hour: int
    first: DeviceId


@dataclass(frozen=True, slots=True)
class EpochSeen:
    """An epoch: who made it, after which, whose devices were members in its past, and who was out.

    `out`: devices that had come in its past and were no members as of it. Whoever hands the epoch
    on knows that past.
    """

    epoch: EpochId
    author: DeviceId
    act: Epoch
    hour: int
    depth: int
    index: int
    members: frozenset[DeviceId]
    out: frozenset[DeviceId] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """An act of somebody who was a member, and whether it holds."""

    at: Placed
    by: MemberId
    act: Act
    holds: bool


@dataclass(slots=True)
class View:
    """What `fold` answers. Nothing in it is judged any more."""

    founding: Founding | None = None
    founder: OpId | None = None
    first: MemberId | None = None
    heir: MemberId | None = None
    rules: Rules | None = None
    door: Door | None = None
    strips: bool = False  # whether words may be without their payload: also by what was taken back
    keeps: tuple[Keeps, ...] = ()  # how long words stay: all that was said of it, in the order
    mailboxes: dict[bytes, MailboxSeen] = field(
        default_factory=dict
    )  # by box, the first said first
    vouches: dict[bytes, list[tuple[MemberId, str]]] = field(default_factory=dict)  # by invite
    people: dict[MemberId, Person] = field(default_factory=dict)
    owner: dict[DeviceId, MemberId] = field(default_factory=dict)
    invites: dict[bytes, InviteSeen] = field(default_factory=dict)
    fallen_invites: dict[bytes, InviteSeen] = field(default_factory=dict)
    epochs: dict[EpochId, EpochSeen] = field(default_factory=dict)
    fallen_epochs: dict[EpochId, EpochSeen] = field(default_factory=dict)  # words may lie in them
    granted: dict[EpochId, frozenset[DeviceId]] = field(default_factory=dict)
    linked: dict[EpochId, tuple[EpochId, ...]] = field(default_factory=dict)
    admitted_by: dict[DeviceId, OpId] = field(default_factory=dict)
    waits_for_host: dict[DeviceId, OpId] = field(default_factory=dict)
    cuts: dict[DeviceId, int] = field(default_factory=dict)
    arrived: dict[DeviceId, list[Placed]] = field(default_factory=dict)
    came: frozenset[DeviceId] = frozenset()  # all with an arrival that holds, with a place or not
    forks: dict[DeviceId, Forked] = field(default_factory=dict)  # the first act that shows it
    void: frozenset[OpId] = frozenset()
    heads: tuple[OpId, ...] = ()
    waiting: frozenset[OpId] = frozenset()
    order: Order | None = None
    at: dict[OpId, Placed] = field(default_factory=dict)
    told: tuple[Told, ...] = ()
    standing: Standing = field(default_factory=Standing)
    everything: int = 0  # all ops that do not wait, as a past
    _devices: dict[DeviceId, DeviceKeys] | None = None  # asked for at every meeting

    @property
    def keeps_days(self) -> int:
        """How long words stay by the last choice; 0: for good."""
        return self.keeps[-1].days if self.keeps else 0

    def invite(self, key: bytes) -> InviteSeen | None:
        """The invite with this key, also one that does not hold: its bearer is to be told so."""
        return self.invites.get(key) or self.fallen_invites.get(key)

    def epoch(self, epoch: EpochId) -> EpochSeen | None:
        """An epoch that was allowed, also one that was taken back with its author's acts.

        Others sealed words under it in good faith: these count, so it is proven and handed on.
        """
        return self.epochs.get(epoch) or self.fallen_epochs.get(epoch)

    def may_remove(self, by: MemberId, whom: MemberId) -> bool:
        """Whether somebody who is in may remove somebody else now."""
        return self.standing.is_member(whom, self.everything) and self.standing.may_remove(
            by, whom, self.everything
        )

    def may_invite(self, member: MemberId) -> bool:
        """Whether an invite by somebody would let anybody in."""
        if self.founding is None or not self.standing.is_member(member, self.everything):
            return False
        role = self.standing.role(member, self.everything)
        return role is Role.HOST or (self.founding.invites == "members" and role is not Role.GUEST)

    def may_admit(self, member: MemberId) -> bool:
        """Whether somebody may let others in."""
        if self.founding is None or not self.standing.is_member(member, self.everything):
            return False
        role = self.standing.role(member, self.everything)
        return role is Role.HOST or (self.founding.admits == "members" and role is not Role.GUEST)

    def is_founder(self, member: MemberId) -> bool:
        """Whether this is the founder, or who was handed the circle."""
        return member == self.first

    @property
    def forked(self) -> frozenset[DeviceId]:
        """The devices of which a fork is shown."""
        return frozenset(self.forks)

    def devices(self) -> Mapping[DeviceId, DeviceKeys]:
        """Devices of all who are members now."""
        if self._devices is None:
            self._devices = {
                device: keys
                for person in self.people.values()
                if not person.left
                for device, keys in person.devices.items()
                if device not in self.forks
            }
        return self._devices

    def person_of(self, device: DeviceId) -> Person | None:
        """Whose device it is, also of somebody who went."""
        member = self.owner.get(device)
        return None if member is None else self.people.get(member)

    def door_of(self, device: DeviceId) -> bytes | None:
        """The door key of a device that came in, or waits for a place."""
        came = self.standing.arrivals.get(device)
        return came[0].keys.door if came else None

    def has_door(self, keys: DeviceKeys) -> bool:
        """Whether the door key of these keys is, or was, another device's."""
        return any(
            device != keys.device and known.door == keys.door
            for person in self.people.values()
            for device, known in person.devices.items()
        )

    def within_cut(self, device: DeviceId, seq: int) -> bool:
        """Whether words with this seq count: of who went, only up to the cut."""
        return device not in self.cuts or seq < self.cuts[device]

    def was_admitted(self, device: DeviceId, heads: Iterable[OpId]) -> bool:
        """Whether a known device was a member's as far as these heads tell.

        Heads that reach no admission tell nothing.
        """
        named = [self.at[head] for head in heads if head in self.at]
        return any(
            head.index == came.index or head.past >> came.index & 1
            for head in named
            for came in self.arrived[device]
        )

    def may_write(self, device: DeviceId, heads: Iterable[OpId], seq: int) -> bool:
        """Whether words count: their author was a member as far as their own heads tell."""
        if device not in self.owner:
            return False
        return self.within_cut(device, seq) and self.was_admitted(device, heads)

    @property
    def history(self) -> History:
        """What newcomers may read of before."""
        return self.founding.history if self.founding else History.OPEN

    def in_past_of_admission(self, epoch: EpochId, device: DeviceId) -> bool:
        """Whether an epoch was made before (as its admission knew) a device came in."""
        return self._before_admission(OpId(epoch), device)

    def came_before(self, earlier: DeviceId, later: DeviceId) -> bool:
        """Whether a device was there already when another came in."""
        admit = self.admitted_by.get(earlier)
        return admit is not None and self._before_admission(admit, later)

    def _before_admission(self, op: OpId, device: DeviceId) -> bool:
        admit = self.admitted_by.get(device)
        if admit is None:
            return False
        made, came = self.at.get(op), self.at.get(admit)
        return made is not None and came is not None and bool(came.past >> made.index & 1)
