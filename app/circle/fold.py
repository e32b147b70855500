"""From authority ops to who is in, who may what, and which epochs there are. Pure.

Each op is judged by what lies in its *own* authority past, never by what happened to arrive first,
so the same set of ops gives the same view in every order of arrival (protocol, section 5). For now
the founder is the one host; roles, removals and forks come with the membership work.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.circle import rules
from app.circle.acts import (
    Act,
    Admit,
    Device,
    DeviceKeys,
    Epoch,
    Founding,
    Granted,
    Invite,
    Leave,
    Link,
    Profile,
    Rules,
)
from app.circle.state import History, Role
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.log import Order, Placed, arrange, heads_to_name
from p2p.op import Header, Log


@dataclass(frozen=True, slots=True)
class AuthorityOp:
    """An authority op as the fold needs it: signature checked, payload read."""

    op: OpId
    header: Header
    act: Act | None


@dataclass(slots=True)
class Person:
    """A member as the fold sees them; `left` once they went."""

    member: MemberId
    role: Role
    since_hour: int
    name: str = ""
    devices: dict[DeviceId, DeviceKeys] = field(default_factory=dict)
    left: bool = False


@dataclass(frozen=True, slots=True)
class InviteSeen:
    """An invite, who made it, and the admissions that used it."""

    op: OpId
    invite: Invite
    author: DeviceId
    used: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class EpochSeen:
    """An epoch: who made it, after which, and whose devices were members in its past."""

    epoch: EpochId
    author: DeviceId
    act: Epoch
    hour: int
    depth: int
    index: int
    members: frozenset[DeviceId]


@dataclass(slots=True)
class View:
    """A circle's authority as of a set of ops."""

    founding: Founding | None = None
    founder: OpId | None = None
    rules: Rules | None = None
    people: dict[MemberId, Person] = field(default_factory=dict)
    owner: dict[DeviceId, MemberId] = field(default_factory=dict)
    invites: dict[bytes, InviteSeen] = field(default_factory=dict)
    epochs: dict[EpochId, EpochSeen] = field(default_factory=dict)
    granted: dict[EpochId, frozenset[DeviceId]] = field(default_factory=dict)
    linked: dict[EpochId, tuple[EpochId, ...]] = field(default_factory=dict)
    admitted_by: dict[DeviceId, OpId] = field(default_factory=dict)
    cuts: dict[DeviceId, int] = field(default_factory=dict)
    arrived: dict[DeviceId, list[int]] = field(default_factory=dict)
    void: frozenset[OpId] = frozenset()
    heads: tuple[OpId, ...] = ()
    waiting: frozenset[OpId] = frozenset()
    order: Order | None = None
    at: dict[OpId, Placed] = field(default_factory=dict)

    def devices(self) -> dict[DeviceId, DeviceKeys]:
        """Devices of all who are members now."""
        return {
            device: keys
            for person in self.people.values()
            if not person.left
            for device, keys in person.devices.items()
        }

    def person_of(self, device: DeviceId) -> Person | None:
        """Whose device it is, also of somebody who went."""
        member = self.owner.get(device)
        return None if member is None else self.people.get(member)

    def within_cut(self, device: DeviceId, seq: int) -> bool:
        """Whether words with this seq count, of a known device: of who left, only up to the cut."""
        left = self.people[self.owner[device]].left
        return not left or seq < self.cuts.get(device, 0)

    def was_admitted(self, device: DeviceId, heads: Iterable[OpId]) -> bool:
        """Whether a known device was a member's as far as these heads tell.

        Heads that reach no admission tell nothing.
        """
        named = [self.at[head] for head in heads if head in self.at]
        return any(p.index == i or p.past >> i & 1 for p in named for i in self.arrived[device])

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
        if admit is None or self.order is None:
            return False
        made, came = self.at.get(op), self.at.get(admit)
        return made is not None and came is not None and self.order.before(made.index, came)


@dataclass(slots=True)
class Folding:
    """The state of a fold in progress, asked by the rules about the past of the op in hand."""

    view: View
    order: Order
    arrived: dict[DeviceId, list[int]] = field(default_factory=dict)
    gone: dict[MemberId, list[int]] = field(default_factory=dict)
    admissions: dict[bytes, list[tuple[int, DeviceId]]] = field(default_factory=dict)
    invited: dict[bytes, int] = field(default_factory=dict)
    granted: dict[tuple[EpochId, DeviceId], list[int]] = field(default_factory=dict)
    leaves: dict[DeviceId, list[Placed]] = field(default_factory=dict)

    def was_granted(self, epoch: EpochId, device: DeviceId, at: Placed) -> bool:
        """Whether a device had been granted an epoch in the authority past of an op."""
        return any(self.order.before(i, at) for i in self.granted.get((epoch, device), ()))

    def was_member(self, device: DeviceId, at: Placed) -> bool:
        """Whether a device was a member's in the authority past of an op."""
        # Whoever was let in by two at once may know of either admission only.
        arrived = self.arrived.get(device, ())
        if not any(index == at.index or self.order.before(index, at) for index in arrived):
            return False
        member = self.view.owner[device]
        return not any(self.order.before(left, at) for left in self.gone.get(member, ()))

    def was_host(self, device: DeviceId, at: Placed) -> bool:
        """Whether a device was a host's in the authority past of an op."""
        person = self.view.person_of(device)
        return person is not None and person.role is Role.HOST and self.was_member(device, at)

    def members_at(self, at: Placed) -> frozenset[DeviceId]:
        """All devices that were members' in the authority past of an op."""
        return frozenset(device for device in self.arrived if self.was_member(device, at))


def fold(ops: Iterable[AuthorityOp]) -> View:
    """The view that a set of authority ops leads to; the same for every order they came in."""
    known = {o.op: o for o in ops}
    order = arrange((o.op, o.header) for o in known.values())
    view = View(order=order, heads=heads_to_name(order), waiting=order.waiting)
    view.at = {placed.op: placed for placed in order.placed}
    folding = Folding(view, order)
    for placed in order.placed:
        if isinstance(known[placed.op].act, Leave):
            folding.leaves.setdefault(DeviceId(placed.header.device), []).append(placed)
    void = {
        placed.op for placed in order.placed if not _apply(folding, placed, known[placed.op].act)
    }
    view.void = frozenset(void)
    view.arrived = folding.arrived
    return view


def _apply(folding: Folding, at: Placed, act: Act | None) -> bool:  # noqa: C901, PLR0912 - a table
    """Let one act take effect if the rules allow it. False: it is void."""
    view, author = folding.view, at.header.device
    match act:
        case Founding():
            if not rules.only_the_first_op_founds_a_circle(view, at, act):
                return False
            view.founding, view.founder = act, at.op
            _add(folding, at, act.keys, Role.HOST)
        case None:
            return False
        case _ if not folding.was_member(author, at):
            return False
        case _ if not isinstance(act, Invite) and not rules.nothing_is_said_after_leaving(
            folding, at
        ):
            # An invite stays, or leaving from far back in one's log would throw others out who
            # came in by it. It admits nobody whose admission knows of the leaving.
            return False
        case Device(keys):
            if not rules.only_the_device_itself_renews_its_keys(view, at, keys):
                return False
            view.people[MemberId(keys.member)].devices[author] = keys
        case Profile(name):
            view.people[view.owner[author]].name = name
        case Rules():
            if not folding.was_host(author, at):
                return False
            view.rules = act
        case Invite():
            if not rules.only_those_the_circle_allows_invite(folding, at):
                return False
            if act.key in view.invites:
                return False
            folding.invited[act.key] = at.index
            view.invites[act.key] = InviteSeen(at.op, act, author, ())
        case Admit():
            return _admit(folding, at, act)
        case Leave(cuts):
            member = view.owner[author]
            view.people[member].left = True
            folding.gone.setdefault(member, []).append(at.index)
            for cut in cuts:
                if cut.log == Log.WORDS and view.owner.get(DeviceId(cut.device)) == member:
                    view.cuts[DeviceId(cut.device)] = cut.seq
        case Epoch():
            if not rules.an_epoch_follows_epochs_of_its_own_past(folding, at, act):
                return False
            members = folding.members_at(at) - {DeviceId(d) for d in act.excepted}
            view.epochs[EpochId(at.op)] = EpochSeen(
                EpochId(at.op), author, act, at.header.hour, at.depth,
                at.index, members,
            )  # fmt: skip
        case Granted(epoch, named):
            devices = [DeviceId(d) for d in named]
            if not rules.a_grant_is_by_one_who_has_it_to_one_who_may(
                folding, at, EpochId(epoch), devices
            ):
                return False
            before = view.granted.get(EpochId(epoch), frozenset())
            view.granted[EpochId(epoch)] = before | set(devices)
            for device in devices:
                folding.granted.setdefault((EpochId(epoch), device), []).append(at.index)
        case Link(epoch, parents):
            if not rules.a_link_is_by_the_maker_of_its_epoch(view, at, act):
                return False
            told = view.linked.get(EpochId(epoch), ())
            view.linked[EpochId(epoch)] = (*told, *(EpochId(p.epoch) for p in parents))
        case _:
            return False
    return True


def _admit(folding: Folding, at: Placed, act: Admit) -> bool:
    view = folding.view
    seen = view.invites.get(act.invite)
    if seen is None or not rules.an_admission_is_signed_by_all_three(view, act):
        return False
    if not rules.only_those_the_circle_allows_admit(folding, at):
        return False
    if not folding.was_member(seen.author, at):
        return False
    if not folding.order.before(folding.invited[act.invite], at):
        return False
    device = DeviceId(act.keys.device)
    if device in folding.arrived:
        if view.owner[device] != act.keys.member:
            return False
        folding.arrived[device].append(at.index)  # admitted twice with the same keys: once
        return True
    if MemberId(act.keys.member) in view.people:
        return False
    if not rules.nobody_takes_anothers_door(view, act.keys):
        return False
    used = folding.admissions.setdefault(act.invite, [])
    if len(used) >= seen.invite.uses:
        return False
    used.append((at.index, device))
    view.invites[act.invite] = InviteSeen(seen.op, seen.invite, seen.author, (*seen.used, at.op))
    _add(folding, at, act.keys, Role.MEMBER)
    return True


def _add(folding: Folding, at: Placed, keys: DeviceKeys, role: Role) -> None:
    view, member, device = folding.view, MemberId(keys.member), DeviceId(keys.device)
    view.people[member] = Person(member, role, at.header.hour, devices={device: keys})
    view.owner[device] = member
    view.admitted_by[device] = at.op
    folding.arrived[device] = [at.index]
