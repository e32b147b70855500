"""A small circle that grows: two people, two epochs, some words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app import invite
from app.circle import acts, rules
from app.circle.acts import Act, DeviceKeys
from app.circle.fold import AuthorityOp, fold
from app.circle.state import History
from app.circle.view import View
from app.founding import Keys
from p2p.crypto import seal_public, sign, sign_public
from p2p.envelope import EpochSecrets, commitment
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, MemberId, OpId
from p2p.log import heads_to_name
from p2p.op import Header, Kind, Log, SignedOp, log_of, payload_hash, post_id, sign_op
from tools.vectors.tape import HOUR, Tape


@dataclass(slots=True)
class Someone:
    """A member's keys, and how far both logs have come."""

    keys: Keys
    next: dict[Log, tuple[int, OpId]] = field(default_factory=dict)

    @property
    def public(self) -> DeviceKeys:
        """Newly certified: Ed25519 signs the same twice."""
        return self.keys.public()

    @property
    def device(self) -> DeviceId:
        """The device key."""
        return DeviceId(sign_public(self.keys.device))


@dataclass(slots=True)
class Small:
    """A circle in the making: every op said so far, in the order of saying."""

    tape: Tape
    circle: CircleId = CircleId(ZERO)  # noqa: RUF009 - bytes
    hour: int = HOUR
    said: list[tuple[str, SignedOp]] = field(default_factory=list)
    secrets: dict[EpochId, EpochSecrets] = field(default_factory=dict)

    def view(self, but: Iterable[OpId] = ()) -> View:
        """What the authority ops fold to."""
        without = set(but)
        return fold(
            AuthorityOp(op.op_id, op.header, acts.decode(op.header.kind, op.payload))
            for _, op in self.said
            if op.header.log is Log.AUTHORITY and op.op_id not in without
        )

    def say(
        self, what: str, who: Someone, kind: int, payload: bytes, epoch: EpochId,
        *, blind: Iterable[OpId] = (), heads: tuple[OpId, ...] = (),
    ) -> SignedOp:  # fmt: skip
        """One more op; `blind` to some ops that its author had not seen."""
        log = log_of(kind)
        seq, prev = who.next.get(log, (0, OpId(ZERO)))
        salt = self.tape(16)
        founding = kind == Kind.FOUNDING
        header = Header(
            version=1, circle=self.circle, device=who.device, log=log, seq=seq, prev=prev,
            heads=heads, epoch=epoch, hour=self.hour, kind=kind,
            authority_heads=() if founding else heads_to_name_of(self.view(blind)),
            payload_hash=payload_hash(salt, payload), payload_size=len(payload),
            written_at=self.hour * 3_600_000 + len(self.said) * 1001,
        )  # fmt: skip
        op = sign_op(who.keys.device, header, salt, payload)
        who.next[log] = (seq + 1, op.op_id)
        self.said.append((what, op))
        self.hour += 1
        return op

    def act(self, what: str, who: Someone, kind: Kind, act: Act, epoch: EpochId) -> SignedOp:
        """The same for an act."""
        return self.say(what, who, kind, acts.encode(act), epoch)

    def begin_epoch(self, what: str, who: Someone, parents: list[EpochId]) -> EpochId:
        """An epoch and the link back."""
        words, authority = self.tape(32), self.tape(32)
        act = acts.Epoch(commitment(words), commitment(authority), [bytes(p) for p in parents])
        epoch = EpochId(self.act(what, who, Kind.EPOCH, act, parents[0]).op_id)
        self.secrets[epoch] = EpochSecrets(epoch, words, authority)
        told = [
            acts.ParentSecrets(p, self.secrets[p].authority or b"", self.secrets[p].words)
            for p in parents
        ]
        self.act(f"link of the {what}", who, Kind.LINK, acts.Link(epoch, told), epoch)
        return epoch


def heads_to_name_of(view: View) -> tuple[OpId, ...]:
    """The heads that a new op names."""
    return heads_to_name(view.order) if view.order is not None else ()


def admission(small: Small, code: invite.Code, who: Someone) -> acts.Admit:
    """What a host says when somebody comes in."""
    nonce = small.tape(16)
    signed = rules.request_message(small.circle, code.key, who.public, nonce)
    return acts.Admit(
        code.key, who.public, nonce, sign(code.key_seed, rules.JOIN, signed),
        sign(who.keys.member, rules.JOIN, signed), sign(who.keys.device, rules.JOIN, signed),
    )  # fmt: skip


def grow(tape: Tape) -> Small:
    """Ada founds, Bo comes in and goes; with what the rules forbid in between."""
    small = Small(tape)
    ada, bo, cyd = (Someone(Keys.fresh(tape)) for _ in range(3))
    root = EpochId(ZERO)
    small.secrets[root] = EpochSecrets(root, None, tape(32))
    founding = acts.Founding(
        ada.public, History.OPEN, "members", "hosts",
        commitment(small.secrets[root].authority or b""), tape(16),
    )  # fmt: skip
    small.circle = CircleId(
        small.act("founding", ada, Kind.FOUNDING, founding, root).op_id
    )  # fmt: skip
    first = small.begin_epoch("first epoch", ada, [root])
    small.act("rules", ada, Kind.RULES, acts.Rules("Low tide 🌊", "After a loss."), first)
    small.act("profile", ada, Kind.PROFILE, acts.Profile("Ada"), first)
    code = invite.Code(tape(16))
    public = seal_public(invite.request_seed(small.secrets[first].authority or b"", code.key))
    way_in = acts.Invite(code.key, code.rendezvous, HOUR * 3600 + 604_800, 1, tape(300), public)
    small.act("invite", ada, Kind.INVITE, way_in, first)
    small.act("admit", ada, Kind.ADMIT, admission(small, code, bo), first)
    granted = acts.Granted(first, [bo.device])
    small.act("granted", ada, Kind.GRANTED, granted, first)
    small.act("void: the invite is used up", ada, Kind.ADMIT, admission(small, code, cyd), first)
    small.act("second profile", bo, Kind.PROFILE, acts.Profile("Bo"), first)
    bo.keys = Keys(bo.keys.member, bo.keys.device, bo.keys.door, tape(96))
    small.act("device record", bo, Kind.DEVICE, acts.Device(bo.public), first)
    small.act("void: no host", bo, Kind.RULES, acts.Rules("Mine", ""), first)
    small.say("void: a kind of later", ada, 15, b"\x90", first)
    second = small.begin_epoch("second epoch", ada, [first])
    say_words(small, ada, bo, first, second)
    cuts = [
        acts.Cut(bo.device, int(log), *bo.next[log]) for log in (Log.AUTHORITY, Log.WORDS)
    ]  # fmt: skip
    left = small.act("leave", bo, Kind.LEAVE, acts.Leave(cuts), second)
    late = acts.encode(acts.Profile("Still Bo"))
    small.say("void: after leaving", bo, Kind.PROFILE, late, second, blind=[left.op_id])
    govern(small, ada, second)
    return small


def govern(small: Small, ada: Someone, first: EpochId) -> None:
    """Three more come in; one rises, one is removed, one forks; an invite is taken back."""
    tape = small.tape
    cyd, dee, eve = (Someone(Keys.fresh(tape)) for _ in range(3))
    code = invite.Code(tape(16))
    public = seal_public(invite.request_seed(small.secrets[first].authority or b"", code.key))
    way_in = acts.Invite(code.key, code.rendezvous, HOUR * 3600 + 604_800, 5, tape(300), public)
    small.act("second invite", ada, Kind.INVITE, way_in, first)
    for name, who in (("Cyd", cyd), ("Dee", dee), ("Eve", eve)):
        small.act(f"admit {name}", ada, Kind.ADMIT, admission(small, code, who), first)
    policy = acts.Door(
        asks=True, promise=["It stays here."], questions=["Why?"], vouch=True, affiliation=False
    )
    small.act("door", ada, Kind.DOOR, policy, first)
    small.act("retention", ada, Kind.RETENTION, acts.Retention(30), first)
    for what, name, address, retired in (
        ("mailbox", "Cupboard laptop", "/ip4/192.0.2.7/tcp/4001", False),
        ("mailbox retired", "Attic", "/dns6/box.example/tcp/4001", True),
    ):
        box = acts.Mailbox(tape(32), tape(32), [address], name, retired)
        small.act(what, ada, Kind.MAILBOX, box, first)
    small.act("vouch", ada, Kind.VOUCH, acts.Vouch(code.key, "I know them."), first)
    small.act("withdraw", ada, Kind.WITHDRAW, acts.Withdraw(code.key), first)
    members = [sign_public(who.keys.member) for who in (cyd, dee)]
    small.act("role", ada, Kind.ROLE, acts.Assign(members[0], "moderator"), first)
    small.act("void: one's own role", dee, Kind.ROLE, acts.Assign(members[1], "host"), first)
    cut = acts.Cut(dee.device, int(Log.AUTHORITY), *dee.next[Log.AUTHORITY])
    gone = acts.Remove(members[1], "Sold pills.", [cut])
    small.act("remove", cyd, Kind.REMOVE, gone, first)
    small.act("host", ada, Kind.ROLE, acts.Assign(members[0], "host"), first)
    small.act("handover", ada, Kind.HANDOVER, acts.Handover(members[0], at_once=False), first)
    pair: list[SignedOp] = []
    for name in ("Eve", "Evelyn"):
        eve.next.pop(Log.AUTHORITY, None)  # both are her first
        act = acts.encode(acts.Profile(name))
        blind = [op.op_id for op in pair]
        pair.append(small.say(f"profile {name}", eve, Kind.PROFILE, act, first, blind=blind))
    shown = [acts.SignedHeader(op.header_bytes, op.signature) for op in pair]
    small.act("fork", cyd, Kind.FORK, acts.Fork(shown[0], shown[1], 0), first)


def say_words(small: Small, ada: Someone, bo: Someone, first: EpochId, second: EpochId) -> None:
    """A post, a reply, and a kind of words that is not built yet."""
    told = acts.Writing(
        small.tape(16), "story", "The first week", "Nobody tells you about the mornings. ☕",
        content_note="grief", want="listening",
    )  # fmt: skip
    post = small.say("post", ada, Kind.POST, acts.encode(told), first)
    name = post_id(MemberId(sign_public(ada.keys.member)), told.nonce)
    answer = acts.Writing(
        small.tape(16), "reply", "", "They get shorter.", reply_to=name, thread=name
    )  # fmt: skip
    said = acts.encode(answer)
    small.say("reply", bo, Kind.REPLY, said, second, heads=(post.op_id,))
    asked = acts.Writing(small.tape(16), "checkin", "", "", feeling="so_so", want="company")
    small.say("check-in", ada, Kind.POST, acts.encode(asked), second)
    small.say("words of a later kind", ada, 69, small.tape(40), second)
