"""The second implementation, third part: "What is allowed".

Made from docs/authority.md alone, in its words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from app.circle import acts
from app.circle.acts import Act, DeviceKeys, SignedHeader
from p2p.crypto import verify
from p2p.errors import PeerFault
from p2p.ids import ZERO
from p2p.op import Header, op_id, read_header
from tests.authority.second_facts import History, Op, View
from tests.authority.second_view import GUEST, HOST, MEMBER, AsOf

verified = cache(verify)


def certified(keys: DeviceKeys) -> bool:
    signed = keys.member + keys.device + keys.door + keys.seal
    return verified(keys.door, "hearthside/door/1", signed, keys.by_door) and verified(
        keys.member, "hearthside/certify/1", signed, keys.certificate
    )


def requested(circle: bytes, act: acts.Admit) -> bool:
    keys = act.keys
    message = circle + act.invite + keys.member + keys.device + keys.door + keys.seal + act.nonce
    return all(
        verified(key, "hearthside/join/1", message, signature)
        for key, signature in (
            (act.invite, act.by_invite),
            (keys.member, act.by_member),
            (keys.device, act.by_device),
        )
    )


@cache
def shown(proof: bytes, signature: bytes) -> Header | None:
    try:
        return read_header(proof, signature)
    except PeerFault:
        return None


@dataclass(frozen=True)
class Rules:
    """Whether an op is allowed, as of its past."""

    history: History
    as_of: Callable[[View], AsOf]

    def founds(self, op: Op, act: acts.Founding) -> bool:
        return (
            self.history.founding is None
            and not op.past
            and op.header.circle == ZERO
            and op.header.epoch == ZERO
            and op.device == act.keys.device
            and certified(act.keys)
        )

    def _founding(self) -> acts.Founding:
        assert self.history.founding is not None
        act = self.history.ops[self.history.founding].act
        assert isinstance(act, acts.Founding)
        return act

    def invite(self, key: bytes, seen: AsOf) -> bytes | None:
        """The first invite with this key that holds."""
        for op in self.history.ops.values():
            if isinstance(op.act, acts.Invite) and op.act.key == key and seen.holds(op.op):
                return op.op
        return None

    def withdrawn(self, invite: bytes, seen: AsOf) -> bool:
        return any(seen.holds(w) and i == invite for w, i in self.history.invite_of.items())

    def allows(self, op: Op, act: Act, author: bytes, seen: AsOf) -> bool:
        host, guest = seen.role(author) == HOST, seen.role(author) == GUEST
        match act:
            case acts.Profile() | acts.Leave():
                return True
            case acts.Rules() | acts.Door() | acts.Retention() | acts.Mailbox():
                return host
            case acts.Vouch(invite=key):
                return not guest and self.invite(key, seen) is not None
            case acts.Invite(key=key):
                may = host or (self._founding().invites == "members" and not guest)
                return may and self.invite(key, seen) is None
            case acts.Withdraw(invite=key):
                invite = self.invite(key, seen)
                return invite is not None and (host or self.history.author[invite] == author)
            case acts.Admit():
                may = host or (self._founding().admits == "members" and not guest)
                return may and self._admits(op, act, seen)
            case acts.Assign() | acts.Remove() | acts.Handover():
                return self._governs(act, author, seen)
            case _:
                return self._tells(op, act, author, seen)

    def _governs(
        self, act: acts.Assign | acts.Remove | acts.Handover, author: bytes, seen: AsOf
    ) -> bool:
        match act:
            case acts.Assign(member=whom, role=role):
                appointed = seen.appointment(whom) is not None or role == MEMBER
                return (
                    whom in seen.members
                    and whom != seen.line.first
                    and seen.role(author) == HOST
                    and (author == whom or seen.may_remove(author, whom))
                    and not (seen.role(whom) == role and appointed)
                )
            case acts.Remove(member=whom):
                return whom in seen.members and seen.may_remove(author, whom)
            case acts.Handover(to=to, at_once=at_once):
                if author == to:
                    return at_once and seen.line.heir == to
                return seen.line.first == author and to in seen.members and seen.role(to) == HOST

    def _tells(self, op: Op, act: Act, author: bytes, seen: AsOf) -> bool:
        """Of devices and of secrets."""
        match act:
            case acts.Device(keys=keys):
                came = [a for a in self.history.arrivals_of(op.device) if a.op in op.past]
                return (
                    keys.device == op.device
                    and keys.member == author
                    and keys.door == came[0].door
                    and certified(keys)
                )
            case acts.Fork(one=one, other=other):
                return self._proves(op, one, other, seen)
            case acts.Epoch(parents=parents):
                known = {o for o in op.past if isinstance(self.history.ops[o].act, acts.Epoch)}
                first = parents == [ZERO] and not known & self.history.allowed
                known_all = all(p in known and seen.holds(p) for p in parents)
                return parents[0] == op.header.epoch and (first or known_all)
            case acts.Granted():
                return self._grants(op, act, seen)
            case acts.Link(epoch=epoch, parents=parents):
                made = self._epoch(epoch, seen)
                return (
                    made is not None
                    and self.history.ops[epoch].device == op.device
                    and op.header.epoch == epoch
                    and {p.epoch for p in parents} <= set(made.parents)
                )
            case _:
                return False

    def _admits(self, op: Op, act: acts.Admit, seen: AsOf) -> bool:
        invite, keys, history = self.invite(act.invite, seen), act.keys, self.history
        if invite is None or self.withdrawn(invite, seen):
            return False
        if history.author[invite] not in seen.members:
            return False
        came = [a for a in history.arrivals if a.op in op.past]
        if any(a.member == keys.member and a.device != keys.device for a in came):
            return False
        before = [a for a in came if a.device == keys.device]
        if any(a.member != keys.member for a in before):
            return False
        if before and seen.member(keys.device) is None and not seen.waits(keys.device):
            return False
        if any(a.door == keys.door and a.device != keys.device for a in came):
            return False
        by_it = {a.device for a in seen.arrivals if a.invite == invite}
        if keys.device not in by_it and len(by_it) >= history.uses(invite):
            return False
        assert history.founding is not None
        return certified(keys) and requested(history.founding, act)

    def _proves(self, op: Op, one: SignedHeader, other: SignedHeader, seen: AsOf) -> bool:
        left, right = shown(one.header, one.signature), shown(other.header, other.signature)
        return (
            left is not None
            and right is not None
            and left.circle in {self.history.founding, ZERO}
            and left.circle == right.circle
            and (left.device, left.log, left.seq) == (right.device, right.log, right.seq)
            and op_id(one.header) != op_id(other.header)
            and left.device != op.device
            and seen.member(left.device) is not None
        )

    def _epoch(self, epoch: bytes, seen: AsOf) -> acts.Epoch | None:
        if not seen.holds(epoch):
            return None
        act = self.history.ops[epoch].act
        return act if isinstance(act, acts.Epoch) else None

    def epoch_members(self, epoch: bytes, act: acts.Epoch) -> set[bytes]:
        seen = self.as_of(self.history.past(epoch))
        devices = {a.device for a in seen.arrivals}
        return {d for d in devices if seen.member(d) is not None} - set(act.excepted)

    def epoch_out(self, epoch: bytes) -> set[bytes]:
        seen = self.as_of(self.history.past(epoch))
        came = {a.device for a in self.history.arrivals if a.op in self.history.past(epoch)}
        return {d for d in came if seen.member(d) is None}

    def _grants(self, op: Op, act: acts.Granted, seen: AsOf) -> bool:
        made = self._epoch(act.epoch, seen)
        if made is None or any(seen.member(d) is None for d in act.devices):
            return False
        if self._founding().history == "open":
            return True
        given = self.epoch_members(act.epoch, made) | {self.history.ops[act.epoch].device}
        for other in self.history.ops.values():
            if seen.holds(other.op) and isinstance(other.act, acts.Granted):
                given |= set(other.act.devices) if other.act.epoch == act.epoch else set()
        return op.device in given and not any(
            act.epoch in self.history.past(seen.placed(d)[0].op) for d in act.devices
        )
