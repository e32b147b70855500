"""How everybody stands, as of any closed set of authority ops: the arithmetic under the rules.

Theory of operation. A *past* is a set of ops that holds the past of each of its members; it is kept
as an integer whose bit i is the i-th op in the order (`p2p.log`). What an op was allowed to do
hangs on its own past alone and is found once. What holds as of a set of ops is asked here, with
that set as the past: of all that was allowed some is *void*, because a removal, a fork or a lack of
places took it back. So nobody's answer hangs on which op happened to arrive first, and what a
person could not know is never held against them. Source: `docs/authority.md`.

Removals are gone through once, the most senior author's first, and never come back to. What falls
with them (who was let in by an act that is void; what a role was needed for that is void) falls in
the order, in which everything stands behind what it rests on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.circle.facts import Appointment, Arrival, Line, Removal, Seniority
from app.circle.record import Record, bit
from app.circle.state import Role
from p2p.ids import DeviceId, MemberId, OpId
from p2p.log import Placed
from p2p.op import Log


@dataclass(slots=True)
class Standing(Record):
    """How everybody stands as of a past, by all that was allowed."""

    _void: dict[int, int] = field(default_factory=dict)

    # -- who is in -----------------------------------------------------------------------------

    def member(self, device: DeviceId, past: int) -> MemberId | None:
        """Whose device it is, of those who are members as of a past."""
        void = self.void(past)
        if any(_has(past & ~void, forked.at) for forked in self.forks.get(device, ())):
            return None
        owner: MemberId | None = None
        for arrival in self.arrivals.get(device, ()):
            if not _has(past & ~void, arrival.at) or not self._has_place(arrival, past, void):
                continue
            owner = owner or arrival.member
            if arrival.member == owner and not self._left_since(owner, arrival.at, past & ~void):
                return owner
        return None

    def is_member(self, member: MemberId, past: int) -> bool:
        """Whether somebody is a member as of a past."""
        return any(self.member(d, past) == member for d in self.devices.get(member, ()))

    def present(self, past: int) -> list[MemberId]:
        """All who are members as of a past, in no order that counts."""
        return [member for member in self.devices if self.is_member(member, past)]

    def with_place(self, device: DeviceId, past: int) -> list[Arrival]:
        """The arrivals of a device that hold and have a place, in the order."""
        void = self.void(past)
        came = [a for a in self.arrivals.get(device, ()) if _has(past & ~void, a.at)]
        return [a for a in came if self._has_place(a, past, void)]

    def waits(self, device: DeviceId, past: int) -> bool:
        """Whether a device was let in beyond an invite's uses, and waits for a host."""
        void = self.void(past)
        came = [a for a in self.arrivals.get(device, ()) if _has(past & ~void, a.at)]
        if any(self._has_place(a, past, void) for a in came):
            return False
        return any(not self._left_since(a.member, a.at, past & ~void) for a in came)

    def came_by(self, device: DeviceId, past: int) -> Placed:
        """What brought in a device that came in a past."""
        return self.with_place(device, past)[0].at

    def _left_since(self, member: MemberId, came: Placed, alive: int) -> bool:
        """Whether a removal that holds was not known to what brought somebody in, or up."""
        return bool(self._gone.get(member, 0) & alive & ~came.past)

    def _has_place(self, arrival: Arrival, past: int, void: int) -> bool:
        """Of two who claim one door the first has it; an invite has so many places."""
        if self.sure_of_place(arrival):
            return True
        alive = past & ~void
        doors = self.doors[arrival.keys.door]
        if len(doors) > 1 and not all(one.device == arrival.device for one in doors):
            first = next(one for one in doors if _has(alive, one.at))
            if first.device != arrival.device:
                return False
        if arrival.invite is None or arrival.again:
            return True
        if (self.users[arrival.invite] & alive).bit_count() <= self.uses[arrival.invite]:
            return True
        came = [one for one in self.admitted[arrival.invite] if _has(alive, one.at)]
        confirmed = {one.device for one in came if one.again}
        places = dict.fromkeys(one.device for one in came if one.device not in confirmed)
        first_ones = list(places)[: self.uses[arrival.invite]]
        return arrival.device in confirmed or arrival.device in first_ones

    # -- who may what --------------------------------------------------------------------------

    def line(self, past: int) -> Line:
        """Who is the founder, who comes after, and who was before."""
        alive = past & ~self.void(past)
        line = Line(self.founder)
        for handed in self.handed_over:
            if not _has(alive, handed.at) or self._left_since(handed.to, handed.at, alive):
                continue
            takes_over = handed.by == handed.to == line.heir
            if handed.by == line.first and not handed.at_once:
                line = Line(line.first, line.since, handed.to, line.former)
            elif handed.by == line.first or takes_over:
                former = (*line.former, line.first) if line.first is not None else line.former
                line = Line(handed.to, handed.at, None, former)
        gone = self._gone.get(line.first, 0) if line.first is not None else 0
        if gone & alive & ~(line.since.past if line.since is not None else 0):
            return Line(None, None, line.heir, line.former)
        return line

    def first(self, past: int) -> MemberId | None:
        """The founder, or to whom that was handed over; None once they left."""
        return self.line(past).first if self.handed_over else self._founder(past)

    def _founder(self, past: int) -> MemberId | None:
        alive = past & ~self.void(past)
        left = self.founder is not None and self._gone.get(self.founder, 0) & alive
        return None if left else self.founder

    def appointment(self, member: MemberId, past: int) -> Appointment | None:
        """What gave a present member the role they have, where anything did."""
        alive = past & ~self.void(past)
        last: Appointment | None = None
        for one in self.roles.get(member, ()):
            if _has(alive, one.at) and not self._left_since(member, one.at, alive):
                last = one
        return last

    def support(self, member: MemberId, past: int) -> Placed | None:
        """What a present member's rights rest on, besides their own coming."""
        line = self.line(past)
        if member == line.first:
            return line.since
        appointed = self.appointment(member, past)
        return appointed.at if appointed is not None else None

    def role(self, member: MemberId, past: int) -> Role:
        """The role of a present member."""
        given = self.given_role(member, past)
        if given is not Role.HOST and self.stands_in(past) == member:
            return Role.HOST
        return given

    def given_role(self, member: MemberId, past: int) -> Role:
        """The role of a present member, where nobody has to stand in for a host."""
        if member == self.first(past):
            return Role.HOST
        appointed = self.appointment(member, past)
        if appointed is not None:
            return appointed.role
        return Role.HOST if member in self.line(past).former else Role.MEMBER

    def stands_in(self, past: int) -> MemberId | None:
        """Where no host remains, the most senior of those who do."""
        first = self.first(past)
        candidates = [first, *self.roles] if first is not None else list(self.roles)
        for member in candidates:
            if self.given_role(member, past) is Role.HOST and self.is_member(member, past):
                return None
        return min(self.present(past), key=lambda m: self.seniority(m, past), default=None)

    def seniority(self, member: MemberId, past: int) -> Seniority:
        """How senior a present member is; less is more."""
        line = self.line(past)
        if member == line.first:
            return (0, 0, b"")
        appointed = self.appointment(member, past)
        if appointed is None and member in line.former:
            return (1, 0, line.former.index(member).to_bytes(4))
        role = appointed.role if appointed is not None else Role.MEMBER
        if appointed is not None and role in {Role.HOST, Role.MODERATOR}:
            return (_RANK[role], appointed.at.depth, bytes(appointed.at.op))
        alive = past & ~self.void(past)
        came = min(
            (a.at.depth, bytes(a.at.op))
            for device in self.devices[member]
            for a in self.arrivals[device]
            if a.member == member and _has(alive, a.at)
        )
        return (_RANK[role], *came)

    # -- what is void --------------------------------------------------------------------------

    def void(self, past: int) -> int:
        """The ops of a past that were allowed and are taken back in it, as bits."""
        if not past & (self._upsetting | self._crowding):
            return 0
        known = self._void.get(past)
        if known is None:
            last = self.placed[past.bit_length() - 1]
            quiet = not bit(last) & (self._upsetting | self._crowding)
            # What knew of all the rest was judged with all the rest: nothing is taken back by it.
            alone = quiet and last.past | bit(last) == past
            known = self.void(last.past) if alone else self._judge(past)
            self._void[past] = known
        return known

    def _judge(self, past: int) -> int:
        taken = 0  # back, by a removal or a fork; what falls with that is found anew each time
        settled = 0  # removals and forks that were gone through and hold, for good
        void = self._fall(past, 0, 0) if past & self._crowding else 0
        cut: set[DeviceId] = set()
        concerned = [r for r in self.removals if _has(past, r.at)]
        for removal in sorted(concerned, key=_turn):
            if _has(void, removal.at):
                taken |= bit(removal.at)
                continue
            settled |= bit(removal.at)
            more = self._beyond(removal, past, cut) & ~settled
            void, taken = self._take_back(past, void, taken, more, settled)
        removing = sum(bit(r.at) for r in concerned)
        for device in self._forked(past):
            shown = self.forks[device]
            holding = [forked.at for forked in shown if _has(past & ~void, forked.at)]
            stands = removing
            for at in holding:
                settled |= bit(at)
                stands |= at.past
            if holding:
                more = self.signed.get(device, 0) & past & ~stands & ~settled
                void, taken = self._take_back(past, void, taken, more, settled)
        return void

    def _forked(self, past: int) -> list[DeviceId]:
        """Devices with forks in a past, by the first of each."""
        first = {
            device: min(f.at.index for f in forks if _has(past, f.at))
            for device, forks in self.forks.items()
            if any(_has(past, f.at) for f in forks)
        }
        return sorted(first, key=first.__getitem__)

    def _take_back(
        self, past: int, void: int, taken: int, more: int, settled: int
    ) -> tuple[int, int]:
        """What is void, and what was taken back, with more of it."""
        # Only what others may rest on takes anything with it, or gives anybody's place to another.
        falls = more & ~taken & self._lifting
        taken |= more
        return (self._fall(past, taken, settled) if falls else void | more), taken

    def _beyond(self, removal: Removal, past: int, cut: set[DeviceId]) -> int:
        """What of a removed member's does not count, where nobody more senior has said so."""
        found = 0
        for device in self.devices.get(removal.member, ()):
            came = [a for a in self.arrivals[device] if _has(past, a.at)]
            # As of this past: it may be let in as theirs elsewhere, and somebody else's here.
            if device in cut or all(a.member != removal.member for a in came):
                continue
            cut.add(device)
            found |= self.signed.get(device, 0) & past & ~self._within(removal, device)
            found &= ~sum(bit(a.at) for a in came if a.invite is None)  # never the founding
        if removal.leaving:  # of two leaves neither undoes the other
            found &= ~sum(bit(r.at) for r in self.removals if r.leaving)
        for index in _bits(found & self._lifting):
            if not self._could_take_back(removal, self.lifts[index]):
                found &= ~(1 << index)
        return found

    def _within(self, removal: Removal, device: DeviceId) -> int:
        """The authority ops of a device that a removal lets stand."""
        mine = removal.at.past | bit(removal.at)
        for one in removal.cuts:
            if one.device != device or one.log != Log.AUTHORITY or removal.leaving:
                continue
            if one.seq == 0:
                return 0
            last = self.at.get(OpId(one.op))
            known = last is not None and removal.at.past >> last.index & 1
            if known and last is not None and (last.header.device, last.header.seq) == (
                device, one.seq - 1,
            ):  # fmt: skip
                return self.chains[last.index]
        return mine

    def _could_take_back(self, removal: Removal, lifted: MemberId) -> bool:
        """Whether who removed somebody could also have removed whom that one let in or raised."""
        past = removal.at.past
        if lifted == removal.member:
            return True
        if removal.leaving:
            return False
        return not self.is_member(lifted, past) or self.may_remove(removal.by, lifted, past)

    def may_remove(self, by: MemberId, whom: MemberId, past: int) -> bool:
        """Hosts remove all who are no hosts, and hosts appointed later; moderators who is neither.

        Nobody removes the founder, or themselves: they leave.
        """
        if by == whom or whom == self.first(past):
            return False
        mine, theirs = self.role(by, past), self.role(whom, past)
        if mine is Role.HOST:
            senior = self.seniority(by, past) < self.seniority(whom, past)
            return theirs is not Role.HOST or senior
        return mine is Role.MODERATOR and theirs in {Role.MEMBER, Role.GUEST}

    def _fall(self, past: int, void: int, settled: int) -> int:
        """Void too is what rests on something void; all stands behind what it rests on."""
        for index in _bits(past & ~void & ~settled):
            op = self.placed[index]
            rest = self.rests_on.get(index)
            fallen = rest is not None and void >> rest & 1
            if fallen or not self._still_came(op, past, void):
                void |= 1 << index
        return void

    def _still_came(self, op: Placed, past: int, void: int) -> bool:
        """Whether an author's arrival holds: that which the op knew of, and one with a place."""
        came = self.arrivals.get(DeviceId(op.header.device), ())
        knew = any(
            (a.at.index == op.index or op.past >> a.at.index & 1) and not _has(void, a.at)
            for a in came
        )
        return knew and any(
            _has(past & ~void, a.at) and self._has_place(a, past, void) for a in came
        )


_RANK: Final = {Role.HOST: 1, Role.MODERATOR: 2, Role.MEMBER: 3, Role.GUEST: 4}


def _turn(removal: Removal) -> tuple[Seniority, bool, int, bytes]:
    return removal.seniority, not removal.leaving, removal.at.depth, bytes(removal.at.op)


def _has(past: int, op: Placed) -> bool:
    return bool(past >> op.index & 1)


def _bits(past: int) -> Iterator[int]:
    """The indexes of a past, from the lowest."""
    while past:
        low = past & -past
        yield low.bit_length() - 1
        past ^= low
