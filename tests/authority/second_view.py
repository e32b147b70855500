"""The second implementation, second part: "As of a view".

Made from docs/authority.md alone, in its words and its order. Sets and plain recursion; slow.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from tests.authority.second_facts import Appointment, Arrival, History, Seniority, View

HOST, MODERATOR, MEMBER, GUEST = "host", "moderator", "member", "guest"


@dataclass(frozen=True)
class Line:
    """The founders, one after the other."""

    first: bytes | None = None
    since: bytes | None = None
    heir: bytes | None = None
    former: tuple[bytes, ...] = ()


class AsOf:
    """Who is who as of a view, where some of it is void."""

    def __init__(self, history: History, view: View, void: View) -> None:
        self.history, self.view, self.alive = history, view, view - void
        self.arrivals = [a for a in history.arrivals if a.op in self.alive]
        # What is asked often is found once.
        self.has_place = cache(self._has_place)
        self.member = cache(self._member)
        self.appointment = cache(self._appointment)
        self.role = cache(self._role)
        self.seniority = cache(self._seniority)

    def holds(self, op: bytes) -> bool:
        return op in self.alive and op in self.history.allowed

    def removed_since(self, member: bytes, op: bytes) -> bool:
        return any(
            r.whom == member and r.op in self.alive and r.op not in self.history.past(op)
            for r in self.history.removals
        )

    def _has_place(self, arrival: Arrival) -> bool:
        same_door = [a for a in self.arrivals if a.door == arrival.door]
        if same_door and same_door[0].device != arrival.device:
            return False
        if arrival.invite is None or arrival.again:
            return True
        came = [a for a in self.arrivals if a.invite == arrival.invite]
        confirmed = {a.device for a in came if a.again}
        devices = list(dict.fromkeys(a.device for a in came))  # by the first arrival of each
        places = [d for d in devices if d not in confirmed]
        uses = self.history.uses(arrival.invite)
        return arrival.device in confirmed or arrival.device in places[:uses]

    def placed(self, device: bytes) -> list[Arrival]:
        return [a for a in self.arrivals if a.device == device and self.has_place(a)]

    def waits(self, device: bytes) -> bool:
        came = [a for a in self.arrivals if a.device == device]
        stays = any(not self.removed_since(a.member, a.op) for a in came)
        return stays and not self.placed(device)

    def owner(self, device: bytes) -> bytes | None:
        placed = self.placed(device)
        return placed[0].member if placed else None

    def _member(self, device: bytes) -> bytes | None:
        if any(f.device == device and f.op in self.alive for f in self.history.forks):
            return None
        owner = self.owner(device)
        for arrival in self.placed(device):
            if arrival.member == owner and not self.removed_since(owner, arrival.op):
                return owner
        return None

    @cached_property
    def members(self) -> set[bytes]:
        """All that are members."""
        found = {self.member(a.device) for a in self.arrivals}
        return {m for m in found if m is not None}

    @cached_property
    def line(self) -> Line:
        founding = self.history.founding
        if founding is None or founding not in self.view:
            return Line()
        line = Line(first=self.history.author[founding])
        for h in self.history.handovers:
            if h.op not in self.alive or self.removed_since(h.to, h.op):
                continue
            if h.by == line.first and not h.at_once:
                line = Line(line.first, line.since, h.to, line.former)
            elif h.by == line.first or h.by == h.to == line.heir:
                former = line.former if line.first is None else (*line.former, line.first)
                line = Line(h.to, h.op, None, former)
        for r in self.history.removals:
            known = line.since is not None and r.op in self.history.past(line.since)
            if r.whom == line.first and r.op in self.alive and not known:
                return Line(None, None, line.heir, line.former)
        return line

    def _appointment(self, member: bytes) -> Appointment | None:
        return next(
            (
                a
                for a in reversed(self.history.appointments)
                if a.member == member
                and a.op in self.alive
                and not self.removed_since(member, a.op)
            ),
            None,
        )

    def given_role(self, member: bytes) -> str:
        if member == self.line.first:
            return HOST
        if appointment := self.appointment(member):
            return appointment.role
        return HOST if member in self.line.former else MEMBER

    @cached_property
    def stands_in(self) -> bytes | None:
        if not self.members or any(self.given_role(m) == HOST for m in self.members):
            return None
        return min(self.members, key=self.seniority)

    def _role(self, member: bytes) -> str:
        return HOST if self.stands_in == member else self.given_role(member)

    def _seniority(self, member: bytes) -> Seniority:
        appointment = self.appointment(member)
        if member == self.line.first:
            return (0, 0, b"")
        if appointment is None and member in self.line.former:
            return (1, 0, self.line.former.index(member).to_bytes(4, "big"))
        if appointment and appointment.role in {HOST, MODERATOR}:
            rank = 1 if appointment.role == HOST else 2
            return (rank, self.history.ops[appointment.op].depth, appointment.op)
        first = next(a for a in self.arrivals if a.member == member)
        rank = 4 if self.given_role(member) == GUEST else 3
        return (rank, self.history.ops[first.op].depth, first.op)

    def support(self, member: bytes) -> bytes | None:
        if member == self.line.first:
            return self.line.since
        appointment = self.appointment(member)
        return appointment.op if appointment else None

    def may_remove(self, by: bytes, whom: bytes) -> bool:
        if whom in {by, self.line.first}:
            return False
        if self.role(by) == HOST:
            return self.role(whom) != HOST or self.seniority(by) < self.seniority(whom)
        return self.role(by) == MODERATOR and self.role(whom) in {MEMBER, GUEST}
