"""Tells histories by chance: who writes, after what, having seen what, honestly or not.

What is drawn is rather sensible than random, or nearly everything would be void at once: the teller
keeps a rough idea of who is who. It is never told whether it was right.
"""

import random
from dataclasses import dataclass, field

import msgspec

from app.circle import acts
from app.circle.acts import Act
from app.circle.fold import AuthorityOp
from p2p.crypto import digest
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import Header, Kind, Log, op_id
from tests.authority.people import public

ROLES = ("host", "moderator", "member", "guest")
KINDS = {
    acts.Founding: Kind.FOUNDING, acts.Device: Kind.DEVICE, acts.Profile: Kind.PROFILE,
    acts.Portrait: Kind.PROFILE,
    acts.Invite: Kind.INVITE, acts.Admit: Kind.ADMIT, acts.Assign: Kind.ROLE,
    acts.Remove: Kind.REMOVE, acts.Leave: Kind.LEAVE, acts.Handover: Kind.HANDOVER,
    acts.Fork: Kind.FORK, acts.Epoch: Kind.EPOCH, acts.Granted: Kind.GRANTED,
    acts.Link: Kind.LINK, acts.Rules: Kind.RULES, acts.Withdraw: Kind.WITHDRAW,
    acts.Door: Kind.DOOR, acts.Retention: Kind.RETENTION, acts.Vouch: Kind.VOUCH,
    acts.Mailbox: Kind.MAILBOX, acts.Writing: Kind.POST,
}  # fmt: skip


@dataclass
class Teller:
    """Tells one history; every device is named by its owner, or "… again" for a second one."""

    chance: random.Random
    ops: dict[OpId, AuthorityOp] = field(default_factory=dict)
    parents: dict[OpId, frozenset[OpId]] = field(default_factory=dict)
    past: dict[OpId, frozenset[OpId]] = field(default_factory=dict)
    logs: dict[str, list[OpId]] = field(default_factory=dict)
    knows: dict[str, set[OpId]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)  # of devices, as the teller thinks
    gone: list[str] = field(default_factory=list)
    camp: dict[str, int] = field(default_factory=dict)
    talk: float = 0.5  # how often somebody hears from all before writing
    circle: CircleId = field(default=CircleId(ZERO))

    # ------------------------------------------------------------------------------ writing

    def says(
        self, who: str, act: Act | None, *, sees: tuple[OpId, ...] | None = None,
        prev: OpId | None = None, epoch: bytes = ZERO, circle: bytes | None = None,
    ) -> OpId:  # fmt: skip
        """Write an op after the last of its device or after `prev`, having seen all known to it."""
        log = self.logs.setdefault(who, [])
        prev = prev or (log[-1] if log else OpId(ZERO))
        known = self.knows.setdefault(who, set())
        if sees is None:
            heads = known - frozenset[OpId]().union(*(self.parents[o] for o in known))
            sees = tuple(sorted(heads, key=lambda o: (-len(self.past[o]), o))[:4])
        header = Header(
            version=1, circle=self.circle if circle is None else CircleId(circle),
            device=DeviceId(public(who)), log=Log.AUTHORITY,
            seq=self.ops[prev].header.seq + 1 if prev in self.ops else 0, prev=prev, heads=(),
            authority_heads=sees, epoch=EpochId(epoch), hour=494_000,
            kind=KINDS[type(act)] if act else 40, payload_hash=self.hashed(act), payload_size=0,
            written_at=0,
        )  # fmt: skip
        name = op_id(msgspec.msgpack.encode(header))
        self.ops[name] = AuthorityOp(name, header, act)
        self.parents[name] = frozenset({*sees, prev} - {ZERO})
        self.past[name] = self.parents[name].union(
            *(self.past.get(p, frozenset()) for p in self.parents[name])
        )
        log.append(name)
        if self.past[name] <= self.ops.keys():
            known |= {name, *self.past[name]}
        return name

    def hashed(self, act: Act | None) -> bytes:
        payload = acts.encode(act) if act else b""
        return digest("", len(self.ops).to_bytes(16, "big"), payload)

    def hears(self, who: str, other: str) -> None:
        self.knows.setdefault(who, set()).update(self.knows.get(other, ()))

    # ------------------------------------------------------------------------------ drawing

    def odds(self, of: float) -> bool:
        return self.chance.random() < of

    def somebody(self, *roles: str) -> str:
        """Somebody with one of these roles, if there is one; now and then anybody at all."""
        if self.odds(0.06):
            return self.chance.choice([*self.roles, *self.gone, "Zoe"])
        some = [n for n, r in self.roles.items() if r in roles]
        return self.chance.choice(some or [*self.roles] or ["Ada"])

    def anybody(self) -> str:
        return self.somebody(*ROLES)

    def author(self, *roles: str) -> str:
        """Who writes next, after hearing from all, from some or from nobody."""
        if self.gone and self.odds(0.12):  # who is out and may not know it, or does not care
            return self.chance.choice(self.gone)
        who = self.somebody(*roles)
        if self.odds(self.talk):
            for other in self.logs:
                if self.camp.get(who, 0) == self.camp.get(other, 0):
                    self.hears(who, other)
        elif self.odds(0.5):
            self.hears(who, self.chance.choice([*self.logs]))
        return who

    def any_op(self, who: str | None = None) -> OpId:
        return self.chance.choice(self.logs.get(who or "") or [*self.ops])

    def writes(self, who: str, act: Act | None, *, epoch: bytes = ZERO) -> None:
        """As a good computer would; or from far back, or having seen only a part."""
        log = self.logs.get(who, [])
        prev = self.chance.choice(log) if log and self.odds(0.07) else None
        sees: tuple[OpId, ...] | None = None
        if self.odds(0.1):
            known = sorted(self.knows.get(who, ())) or [*self.ops]
            sees = tuple(self.chance.sample(known, min(len(known), self.chance.randint(1, 2))))
        if self.odds(0.008):
            sees = (OpId(self.chance.randbytes(32)),)
        self.says(who, act, prev=prev, sees=sees, epoch=epoch)
