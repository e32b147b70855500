"""Makes the frozen vectors of docs/protocol.md, or says which of them no longer hold.

python -m tools.vectors            compares
python -m tools.vectors --write    writes tests/vectors/*.json

Everything comes out of one seeded entropy, so that writing twice changes nothing. Hybrid boxes draw
their own randomness and are therefore kept as long as they open to what they should.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from app import epochs, invite
from app.chains import an_op_follows_the_one_before_it
from app.circle import acts, rules
from app.circle.acts import Act, DeviceKeys
from app.circle.fold import AuthorityOp, View, fold
from app.circle.state import History
from app.founding import Keys
from app.refused import Refused
from app.shelf import CARD
from app.store import circles, frontier, ops, sums
from app.store.db import Database, open_store
from app.store.ops import NewOp, OpState
from p2p import wire
from p2p.crypto import derive, digest, keyed, seal_public, sign, sign_public, unbox
from p2p.door import Doorkeeper
from p2p.envelope import ClassKeys, EpochSecrets, commitment, envelope_id, open_, padme, seal
from p2p.errors import PeerFault
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, MemberId, OpId
from p2p.log import heads_to_name
from p2p.op import (
    INT_LIMIT,
    PAYLOAD_LIMIT,
    SIGNATURE_DOMAIN,
    Header,
    Kind,
    Log,
    SignedOp,
    encode,
    log_of,
    op_id,
    payload_hash,
    post_id,
    sign_op,
    strip,
    verify_signature,
)
from p2p.reconcile import Initiator, Item, ItemVector, respond
from p2p.runs import Spot, Vouched
from p2p.sync import Conversation
from tests.vectors.crooked import crooked

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "vectors"
HOUR = 497_000
"""September 2026: when the vectors' circle is founded."""
Json = dict[str, Any]


class Tape:
    """Entropy that says the same at every run: BLAKE2b of a name and a count."""

    def __init__(self, name: str) -> None:
        """One tape for each file, so that a new vector in one leaves the others as they are."""
        self._key = digest("hearthside/vectors/1", name.encode())
        self._count = 0

    def __call__(self, size: int) -> bytes:
        """Give the next bytes."""
        data = b""
        while len(data) < size:
            data += keyed(self._key, self._count.to_bytes(8), size=64)
            self._count += 1
        return data[:size]


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON can say
    """Bytes as hex, structs as arrays: the payload as MessagePack has it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, msgspec.Struct):
        return [plain(getattr(value, name)) for name in value.__struct_fields__]
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def named(header: Header) -> Json:
    """A header by its fields."""
    return {name: plain(getattr(header, name)) for name in header.__struct_fields__}


def sealed(op: SignedOp, secrets: EpochSecrets, circle: CircleId) -> Json:
    """An op, its envelope, and the circle where that is found."""
    keys = secrets.keys(op.header.log)
    assert keys is not None  # noqa: S101 - we made them
    envelope = seal(op, keys)
    return {
        "op_id": op.op_id.hex(),
        "circle": circle.hex(),
        "header": named(op.header),
        "header_bytes": op.header_bytes.hex(),
        "signature": op.signature.hex(),
        "salt": op.salt.hex(),
        "payload": op.payload.hex(),
        "body_size": len(encode(op)),
        "envelope": envelope.hex(),
        "envelope_id": envelope_id(envelope).hex(),
        "epoch": secrets.epoch.hex(),
        "words": secrets.words.hex() if secrets.words is not None else None,
        "authority": secrets.authority.hex() if secrets.authority is not None else None,
    }


# -- hashes and keys ----------------------------------------------------------------------------


def hashes(tape: Tape) -> Json:
    """Every plain and keyed hash of the protocol."""
    secret, member, nonce, salt = tape(32), tape(32), tape(16), tape(16)
    lengths = (0, 1, 255, 256, 257, 272, 273, 1000, 1024, 1025, 40_000, 54_367, 65_482)
    return {
        "digest": [
            {"domain": d, "data": data.hex(), "hash": digest(d, data).hex()}
            for d in ("", "hearthside/op/1") for data in (b"", b"tea", tape(200))
        ],
        "keyed": [
            {"key": k.hex(), "data": d.hex(), "size": s, "mac": keyed(k, d, size=s).hex()}
            for k in (tape(16), tape(32)) for d in (b"", tape(300)) for s in (24, 32, 64)
        ],
        "derive": [{"secret": secret.hex(), "label": label, "key": derive(secret, label).hex()}
                   for label in ("hearthside/words/message/1", "hearthside/invite/key/1")],
        "post_id": {"member": member.hex(), "nonce": nonce.hex(),
                    "id": post_id(MemberId(member), nonce).hex()},
        "payload_hash": {"salt": salt.hex(), "payload": b"tea".hex(),
                         "hash": payload_hash(salt, b"tea").hex()},
        "commitment": {"secret": secret.hex(), "commitment": commitment(secret).hex()},
        "padme": [[length, padme(length)] for length in lengths],
    }  # fmt: skip


def derived(tape: Tape) -> Json:
    """Keys out of seeds and secrets."""
    epoch, words, authority = EpochId(tape(32)), tape(32), tape(32)
    seed, seal_seed, invite_key = tape(32), tape(96), tape(32)

    def of(log: Log, secret: bytes) -> Json:
        keys = ClassKeys.from_secret(epoch, log, secret)
        return {
            "secret": secret.hex(), "message": keys.message.hex(), "nonce": keys.nonce.hex(),
            "hint": keys.hint.hex(),
        }  # fmt: skip

    request = invite.request_seed(authority, invite_key)
    return {
        "epoch": epoch.hex(),
        "words": of(Log.WORDS, words),
        "authority": of(Log.AUTHORITY, authority),
        "signing": {"seed": seed.hex(), "public": sign_public(seed).hex()},
        "sealing": {"seed": seal_seed.hex(), "public": seal_public(seal_seed).hex()},
        "request": {
            "authority": authority.hex(), "invite": invite_key.hex(), "seed": request.hex(),
            "public": seal_public(request).hex(),
        },
    }  # fmt: skip


# -- a small circle -----------------------------------------------------------------------------


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
    small.say("void: a kind of later", ada, 14, b"\x90", first)
    second = small.begin_epoch("second epoch", ada, [first])
    say_words(small, ada, bo, first, second)
    cuts = [
        acts.Cut(bo.device, int(log), *bo.next[log]) for log in (Log.AUTHORITY, Log.WORDS)
    ]  # fmt: skip
    left = small.act("leave", bo, Kind.LEAVE, acts.Leave(cuts), second)
    late = acts.encode(acts.Profile("Still Bo"))
    small.say("void: after leaving", bo, Kind.PROFILE, late, second, blind=[left.op_id])
    return small


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


def a_circle(tape: Tape) -> Json:
    """Every op of the small circle, what it folds to, and the digests of its sets."""
    small = grow(tape)
    view, order = small.view(), small.view().order
    assert order is not None  # noqa: S101 - fold sets it
    keyring = epochs.Keyring()
    for secrets in small.secrets.values():
        keyring.add(secrets.epoch, secrets.words, secrets.authority)
    usable = epochs.usable(view, keyring)
    goodbye = [op.op_id for _, op in small.said if op.header.kind == Kind.LEAVE]
    earlier = epochs.usable(small.view(goodbye), keyring)
    told = [
        {"what": what, **sealed(op, small.secrets[op.header.epoch], small.circle)}
        for what, op in small.said
    ]
    for (_, op), entry in zip(small.said, told, strict=True):
        act = acts.decode(op.header.kind, op.payload)
        entry["act"] = plain(act) if act is not None else None
        entry["body"] = encode(op).hex()
    return {
        "ops": told,
        "fold": {
            "order": [[p.op.hex(), p.depth] for p in order.placed],
            "void": sorted(op.hex() for op in view.void),
            "heads": plain(view.heads),
            "people": [
                [person.member.hex(), person.name, person.role.value, person.left,
                 sorted(device.hex() for device in person.devices)]
                for person in view.people.values()
            ],
            "holders": {
                epoch.hex(): sorted(d.hex() for d in epochs.holders(view, epoch))
                for epoch in view.epochs
            },
            "usable": usable.hex() if usable is not None else None,
            "usable_before_leaving": earlier.hex() if earlier is not None else None,
            "may_write": [
                [op.op_id.hex(), view.may_write(
                    op.header.device, op.header.authority_heads, op.header.seq
                )]
                for _, op in small.said if op.header.log is Log.WORDS
            ],
        },
        "frontier": digests(small),
        "settled": [settled(tape, small, log) for log in Log],
    }  # fmt: skip


@contextmanager
def kept(small: Small) -> Iterator[tuple[Database, int]]:
    """The circle in a store, as at home."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "store", bytes(32), create=True)
        with db.write():
            row = circles.add_circle(
                db, circle=small.circle, name="", about="", display_name="",
                seeds=(b"", b"", b""), seal=(b"", b""), port=0, now=0,
            )  # fmt: skip
            new = []
            for _, op in small.said:
                keys = small.secrets[op.header.epoch].keys(op.header.log)
                assert keys is not None  # noqa: S101 - we made them
                new.append(NewOp(op, envelope_id(seal(op, keys)), OpState.ACCEPTED))
            ops.insert(db, row.circle_no, new, 0)
        yield db, row.circle_no
        db.close()


def digests(small: Small) -> Json:
    """The digests that two homes compare, as the store makes them."""
    every = sorted(small.secrets)
    with kept(small) as (db, circle_no):
        whole, count = frontier.frontier(db, circle_no)
        scoped = [
            {
                "scope": plain(scope),
                "frontier": frontier.frontier(db, circle_no, frozenset(scope))[0].hex(),
                "logs": plain(frontier.logs(db, circle_no, frozenset(scope))),
            }
            for scope in (every, every[:2], every[:1])
        ]
        each = sums.epoch_digests(db, circle_no)
    return {"frontier": whole.hex(), "ops": count, "scoped": scoped, "epochs": each}


class OneSet:
    """As much of a shelf as `Settled` asks for; everything else is not there to be asked."""

    def __init__(self, small: Small) -> None:
        """All of the circle's envelopes."""
        self._small = small
        self._items: list[tuple[Log, EpochId, Item]] = []
        for _, op in small.said:
            keys = small.secrets[op.header.epoch].keys(op.header.log)
            assert keys is not None  # noqa: S101 - we made them
            item = (op.header.hour, bytes(envelope_id(seal(op, keys))))
            self._items.append((op.header.log, op.header.epoch, item))

    def device_at(self, door: bytes) -> DeviceId:
        """Somebody."""
        return DeviceId(door)

    def held_of(self, device: DeviceId) -> tuple[int, int]:
        """Nothing."""
        return len(device) - 32, 0

    def claims(self, device: DeviceId, words: int) -> None:
        """Nothing to remember."""

    def item_set(self, log: Log, among: frozenset[EpochId] | None) -> ItemVector:
        """The set."""
        return ItemVector(self.items(log, among))

    def sorted_ids(self, log: Log, among: frozenset[EpochId] | None) -> bytes:
        """The ids of it."""
        return b"".join(sorted(name for _, name in self.items(log, among)))

    def frontier(self, among: frozenset[EpochId]) -> bytes:
        """The digest over the ops."""
        with kept(self._small) as (db, circle_no):
            return frontier.frontier(db, circle_no, among)[0]

    def items(self, log: Log, among: frozenset[EpochId] | None) -> list[Item]:
        """The set."""
        return sorted(i for g, e, i in self._items if g is log and (among is None or e in among))

    def epochs(self) -> list[EpochId]:
        """Every epoch there is."""
        return sorted({epoch for _, epoch, _ in self._items})

    def sign_waiting(self, latest_hour: int) -> None:
        """Nothing waits."""

    def authority_settled(self) -> None:
        """Nothing is due."""

    def cards(self) -> list[wire.Card]:
        """Nobody moved."""
        return []


def settled(tape: Tape, small: Small, log: Log) -> Json:
    """What the one who answered says when all has come."""
    leaders, answerers = tape(16), tape(16)
    shelf: Any = OneSet(small)
    conversation = Conversation(
        shelf, door=tape(32), leads=False, hour=HOUR, nonce=answerers, show_chain=False
    )
    hello = wire.Hello(version=1, hour=HOUR, nonce=leaders, held=(0, 0))
    conversation.receive(wire.encode(hello))
    if log is Log.WORDS:
        conversation.receive(wire.encode(wire.Scope(ids=plain_ids(shelf.epochs()), held=1)))
    conversation.to_send()
    asked = wire.Settled(log=log, digest=bytes(32), frontier=bytes(32) if log else None)
    conversation.receive(wire.encode(asked))
    (said,) = conversation.to_send()
    answer = wire.decode(said)
    assert isinstance(answer, wire.Settled)  # noqa: S101 - nothing else is an answer
    return {
        "log": int(log), "leaders_nonce": leaders.hex(), "answerers_nonce": answerers.hex(),
        "ids": sorted(name.hex() for _, name in shelf.items(log, None)),
        "digest": answer.digest.hex(), "frontier": plain(answer.frontier), "frame": said.hex(),
    }  # fmt: skip


def plain_ids(names: Sequence[bytes]) -> list[bytes]:
    """Ids of any kind as frames carry them."""
    return [bytes(name) for name in names]


# -- envelopes at their limits ------------------------------------------------------------------


def extremes(tape: Tape) -> Json:
    """The smallest and the largest of both classes, stripped ones, and steps of the padding."""
    someone = Someone(Keys.fresh(tape))
    secrets = EpochSecrets(EpochId(tape(32)), tape(32), tape(32))
    cases = []
    for what, kind, size, full in (
        ("the smallest words", 64, 0, False),
        ("the smallest authority", 2, 0, False),
        ("the largest words", INT_LIMIT - 1, PAYLOAD_LIMIT, True),
        ("the largest authority", 63, PAYLOAD_LIMIT, True),
        *((f"a payload of {n} bytes", 64, n, False) for n in (1, 255, 256, 700, 4000)),
    ):
        log, salt, payload = log_of(kind), tape(16), tape(size)
        header = Header(
            version=1, circle=CircleId(tape(32)), device=someone.device, log=log,
            seq=INT_LIMIT - 1 if full else 0, prev=OpId(tape(32) if full else ZERO),
            heads=tuple(OpId(tape(32)) for _ in range(8 if full and log else 0)),
            authority_heads=tuple(OpId(tape(32)) for _ in range(4 if full else 0)),
            epoch=secrets.epoch, hour=2**32 - 1 if full else 0, kind=kind,
            payload_hash=payload_hash(salt, payload), payload_size=size,
            written_at=INT_LIMIT - 1 if full else 0,
        )  # fmt: skip
        op = sign_op(someone.keys.device, header, salt, payload)
        cases.append({"what": what, **sealed(op, secrets, op.header.circle)})
        if log is Log.WORDS and size in {0, PAYLOAD_LIMIT}:
            cases.append(
                {"what": f"{what}, stripped", **sealed(strip(op), secrets, op.header.circle)}
            )
    return {"envelopes": cases}


@dataclass(slots=True)
class Runs:
    """Words of two devices on which it matters which op names which as the one before it."""

    tape: Tape
    circle: CircleId
    secrets: EpochSecrets
    told: list[Json] = field(default_factory=list)
    ops: dict[str, SignedOp] = field(default_factory=dict)

    def say(self, what: str, who: Someone, seq: int, prev: OpId, *, signed: bool) -> OpId:
        """One op, with its author's signature or with none that is."""
        salt, payload = self.tape(16), self.tape(20)
        header = Header(
            version=1, circle=self.circle, device=who.device, log=Log.WORDS, seq=seq, prev=prev,
            heads=(), authority_heads=(), epoch=self.secrets.epoch, hour=HOUR, kind=int(Kind.POST),
            payload_hash=payload_hash(salt, payload), payload_size=len(payload), written_at=0,
        )  # fmt: skip
        op = sign_op(who.keys.device, header, salt, payload)
        if not signed:
            op = SignedOp(op.header, op.header_bytes, self.tape(64), salt, payload)
        self.ops[what] = op
        self.told.append({"what": what, "valid": signed, **sealed(op, self.secrets, self.circle)})
        return op.op_id


def runs(tape: Tape) -> Json:
    """Which words are authentic, and which are void for what they name as the one before."""
    ada, bo = Someone(Keys.fresh(tape)), Someone(Keys.fresh(tape))
    secrets = EpochSecrets(EpochId(tape(32)), tape(32), None)
    log = Runs(tape, CircleId(tape(32)), secrets)
    first = log.say("in the run of a signed head", ada, 0, OpId(ZERO), signed=False)
    second = log.say("before a signed head", ada, 1, first, signed=False)
    head = log.say("a signed head", ada, 2, second, signed=True)
    log.say("nobody vouches for it", ada, 3, head, signed=False)
    third = log.say("in the same place, signed", ada, 3, head, signed=True)
    log.say("names the one before the one before it", ada, 4, head, signed=True)
    log.say("behind a hole", ada, 9, OpId(tape(32)), signed=True)
    forged = log.say("in the name of another", bo, 0, OpId(ZERO), signed=False)
    log.say("names an op of another device", ada, 1, forged, signed=True)
    left = log.say("a fork, one side", bo, 5, OpId(tape(32)), signed=True)
    right = log.say("a fork, the other side", bo, 5, OpId(tape(32)), signed=False)
    log.say("behind one side", bo, 6, left, signed=True)
    log.say("behind the other side", bo, 6, right, signed=True)
    log.say("names an op of its own place", ada, 3, third, signed=True)
    authentic, _ = Vouched().part(list(log.ops.values()))
    names = {op.op_id for op in authentic}
    held: dict[Spot, list[OpId]] = {}
    for op in authentic:
        held.setdefault(Spot(op.header.device, op.header.seq), []).append(op.op_id)

    def before(op: SignedOp) -> list[OpId]:
        return held.get(Spot(op.header.device, op.header.seq - 1), []) if op.header.seq else []

    return {
        "ops": log.told,
        "authentic": [what for what, op in log.ops.items() if op.op_id in names],
        "void": [
            what
            for what, op in log.ops.items()
            if op.op_id in names and not an_op_follows_the_one_before_it(op, before(op))
        ],
        "forks": sorted([s.device.hex(), s.seq] for s, names_ in held.items() if len(names_) > 1),
    }  # fmt: skip


def signatures(tape: Tape) -> Json:
    """What this protocol says to signatures on which verifiers differ, inside envelopes too."""
    secrets = EpochSecrets(EpochId(tape(32)), tape(32), tape(32))
    keys = secrets.keys(Log.WORDS)
    assert keys is not None  # noqa: S101 - made in the line above
    circle, salt = CircleId(tape(32)), tape(16)

    def header(device: bytes, number: int) -> Header:
        return Header(
            version=1, circle=circle, device=DeviceId(device), log=Log.WORDS, seq=0,
            prev=OpId(ZERO), heads=(), authority_heads=(), epoch=secrets.epoch, hour=HOUR,
            kind=int(Kind.POST), payload_hash=payload_hash(salt, b"tea"), payload_size=3,
            written_at=number,
        )  # fmt: skip

    def message(device: bytes, number: int) -> bytes:
        return SIGNATURE_DOMAIN.encode() + op_id(msgspec.msgpack.encode(header(device, number)))

    cases = []
    for what, device, number, signature in crooked(tape(32), tape(32), message):
        spelled = msgspec.msgpack.encode(header(device, number))
        op = SignedOp(header(device, number), spelled, signature, salt, b"tea")
        envelope = seal(op, keys)
        cases.append({
            "what": what, "key": device.hex(), "message": message(device, number).hex(),
            "signature": signature.hex(), "envelope": envelope.hex(),
            "valid": verify_signature(open_(envelope, keys, circle)),
        })  # fmt: skip
    return {
        "circle": circle.hex(), "epoch": secrets.epoch.hex(),
        "words": (secrets.words or b"").hex(), "authority": (secrets.authority or b"").hex(),
        "cases": cases,
    }  # fmt: skip


# -- coming in ----------------------------------------------------------------------------------


ADDRESSES = (
    "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2",
    "/dns4/door.example/tcp/4001/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2",
)


def read_as(text: str) -> str | None:
    """The secret in a code or link, or None where it is refused."""
    try:
        return invite.read(text)[0].secret.hex()
    except Refused:
        return None


def invites(tape: Tape) -> Json:
    """Codes and what follows from them, a capsule, a request's message, a card."""
    codes = [invite.Code(secret) for secret in (bytes(16), b"\xff" * 16, tape(16), tape(16))]
    code = codes[-1]
    text = code.text()
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    readings = (
        text, text.lower(), text.replace("-", " "), text.replace("-", ""),
        text.replace("1", "I").replace("0", "o"), invite.link(code, list(ADDRESSES)), wrong,
        text[:-1], text + "0", "U" + text[1:], "2" + text[1:], "",
    )  # fmt: skip
    circle, seed = CircleId(tape(32)), tape(96)
    capsule = invite.Capsule(
        circle, "Low tide 🌊", "After a loss.", "Ada", seal_public(seed), list(ADDRESSES)
    )
    nonce = tape(24)
    someone, request_nonce = Someone(Keys.fresh(tape)), tape(16)
    keys = someone.public
    signed = rules.request_message(circle, code.key, keys, request_nonce)
    return {
        "codes": [
            {"secret": c.secret.hex(), "code": c.text(), "key_seed": c.key_seed.hex(),
             "key": c.key.hex(), "rendezvous": c.rendezvous.hex(),
             "capsule_key": c.capsule_key.hex()}
            for c in codes
        ],
        "links": [invite.link(code, list(ADDRESSES[:n])) for n in range(len(ADDRESSES) + 1)],
        "readings": [[reading, read_as(reading)] for reading in readings],
        "capsule": {
            "secret": code.secret.hex(), "nonce": nonce.hex(), "plaintext": plain(capsule),
            "sealed": invite.seal_capsule(code, capsule, lambda _: nonce).hex(),
        },
        "request": {
            "circle": circle.hex(), "keys": plain(keys), "nonce": request_nonce.hex(),
            "member_seed": someone.keys.member.hex(), "device_seed": someone.keys.device.hex(),
            "certified": keys.certified().hex(), "message": signed.hex(),
            "by_invite": sign(code.key_seed, rules.JOIN, signed).hex(),
            "by_member": sign(someone.keys.member, rules.JOIN, signed).hex(),
            "by_device": sign(someone.keys.device, rules.JOIN, signed).hex(),
        },
        "card": card(circle, someone),
    }  # fmt: skip


def card(circle: CircleId, someone: Someone) -> Json:
    """An address card, written out from docs/protocol.md."""
    parts = b"".join(len(a).to_bytes(2) + a.encode() for a in ADDRESSES)
    message = circle + (HOUR * 3_600_000).to_bytes(8) + parts
    told = wire.Card(
        device=someone.device, counter=HOUR * 3_600_000, addresses=list(ADDRESSES),
        signature=sign(someone.keys.device, CARD, message),
    )  # fmt: skip
    return {
        "circle": circle.hex(), "message": message.hex(), "card": plain(told),
        "frame": wire.encode(wire.Cards(cards=[told])).hex(),
    }  # fmt: skip


def boxes(tape: Tape, older: Json) -> Json:
    """Two hybrid boxes: a grant and a request. Kept as they are while they open."""
    ada, bo, epoch = DeviceId(tape(32)), DeviceId(tape(32)), EpochId(tape(32))
    circle, seed, words, authority = CircleId(tape(32)), tape(96), tape(32), tape(32)
    secrets = EpochSecrets(epoch, words, authority)
    grant = epochs.seal_grant(circle, secrets, ada, bo, seal_public(seed)).box
    code, host, someone = invite.Code(tape(16)), tape(32), Someone(Keys.fresh(tape))
    request_seed = invite.request_seed(host, code.key)
    capsule = invite.Capsule(circle, "Low tide", "", "Ada", seal_public(request_seed), [])
    nonce, seeds = tape(16), (someone.keys.member, someone.keys.device)
    request = invite.make_request(code, capsule, "Bo", someone.public, seeds, nonce)
    info = b"hearthside/join/1" + circle
    given = {
        "grant": {
            "circle": circle.hex(), "epoch": epoch.hex(), "granter": ada.hex(),
            "recipient": bo.hex(), "seal_seed": seed.hex(),
            "plaintext": (words + authority).hex(),
            "info": (b"hearthside/grant/1" + circle + epoch + ada + bo).hex(), "box": grant.hex(),
        },
        "request": {
            "authority": host.hex(), "invite": code.key.hex(), "request_seed": request_seed.hex(),
            "info": info.hex(), "plaintext": unbox(request_seed, info, request[32:]).hex(),
            "circle": circle.hex(), "data": request.hex(),
        },
    }  # fmt: skip
    return {name: _kept(told, older.get(name, {})) for name, told in given.items()}


def _kept(told: Json, old: Json) -> Json:
    box = "box" if "box" in told else "data"
    same = {k: v for k, v in old.items() if k != box} == {k: v for k, v in told.items() if k != box}
    return old if same and _opens(old, box) else told


def _opens(told: Json, box: str) -> bool:
    seed = bytes.fromhex(told["seal_seed" if box == "box" else "request_seed"])
    data = bytes.fromhex(told[box])[0 if box == "box" else 32 :]
    try:
        return unbox(seed, bytes.fromhex(told["info"]), data).hex() == str(told["plaintext"])
    except PeerFault:
        return False


# -- conversations ------------------------------------------------------------------------------


def reconciliations(tape: Tape) -> Json:
    """Whole exchanges, without and with a frame limit."""
    told = []
    for common, ours, theirs, limit in (
        (0, 0, 0, 0), (3, 1, 2, 0), (40, 0, 0, 0), (300, 20, 30, 0), (120, 90, 250, 4096),
    ):  # fmt: skip
        both = [_item(tape) for _ in range(common)]
        left = [*both, *(_item(tape) for _ in range(ours))]
        right = [*both, *(_item(tape) for _ in range(theirs))]
        begun = Initiator(ItemVector(left), limit)
        answering = ItemVector(right)
        messages: list[str] = []
        have: set[str] = set()
        need: set[str] = set()
        message: bytes | None = begun.start()
        while message is not None:
            answer = respond(answering, message, limit)
            messages += [message.hex(), answer.hex()]
            step = begun.receive(answer)
            have |= {name.hex() for name in step.have}
            need |= {name.hex() for name in step.need}
            message = step.reply
        told.append({
            "frame_limit": limit, "initiator": [[c, i.hex()] for c, i in sorted(left)],
            "responder": [[c, i.hex()] for c, i in sorted(right)], "messages": messages,
            "have": sorted(have), "need": sorted(need),
        })  # fmt: skip
    return {"exchanges": told}


def _item(tape: Tape) -> Item:
    return HOUR + tape(1)[0] % 8, tape(32)


def frames(tape: Tape) -> Json:
    """One frame of each tag, and bytes that are none."""
    id_, grant = tape(32), wire.Grant(epoch=tape(32), granter=tape(32), box=tape(80))
    every: tuple[wire.AnyFrame, ...] = (
        wire.Hello(version=1, hour=HOUR, nonce=tape(16), held=(3, 200)),
        wire.Chain(envelopes=[tape(64)]),
        wire.Reconcile(log=0, message=b"\x61"),
        wire.Envelopes(log=1, envelopes=[tape(64), tape(300)]),
        wire.Envelopes(log=1, envelopes=[tape(64)], live=True),
        wire.Want(log=0, ids=[id_]),
        wire.Gone(log=1, ids=[]),
        wire.Epochs(ids=[id_]),
        wire.Epochs(ids=[id_], answer=True),
        wire.Grants(grants=[grant]),
        wire.Ack(epochs=[id_]),
        wire.Need(epochs=[id_]),
        wire.Settled(log=0, digest=id_),
        wire.Settled(log=1, digest=id_, frontier=tape(32)),
        wire.Scope(ids=[id_], held=100_000),
        wire.Again(),
        wire.Beat(),
        wire.Cards(cards=[]),
        wire.Logs(logs=[wire.Logbook(device=id_, log=1, top=200, digest=tape(16))]),
        wire.Ask(device=id_, log=1, first=3, end=200),
        wire.Knock(rendezvous=id_),
        wire.Capsule(sealed=tape(40)),
        wire.Request(box=tape(40)),
        wire.Wait(),
        wire.Sorry(reason=2),
        wire.Admitted(admit=id_, grants=[grant]),
    )
    others = (
        b"", b"\x90", b"\x91\x00", b"\x91\x10", b"\x92\x10\x90", b"\x91\x12", b"\x91\x7f",
        b"\x91\xcc\x80", b"\x92\xcd\xff\xff\xc0",
        b"\x91\xcc\x0e", b"\x92\x0e\xc0", b"\x92\x07\x90", b"\x93\x07\x90\x00", b"\x92\x24\x04",
        b"\x91\x0e\x00", b"\xc0", b"\x81\x01\x02", b"\x91\xff", b"\x91\xca\x43\x00\x00\x00",
    )  # fmt: skip
    return {
        "frames": [
            {"name": type(f).__name__, "fields": plain(f), "frame": wire.encode(f).hex()}
            for f in every
        ],
        "readings": [[data.hex(), _frame(data)] for data in others],
        "stranger": [
            [wire.encode(f).hex(), _stranger_hears(f)] for f in every if f.__struct_config__.tag
        ],
    }


def _frame(data: bytes) -> str | None:
    try:
        return type(wire.decode(data)).__name__
    except PeerFault:
        return None


def _stranger_hears(frame: wire.AnyFrame) -> str | None:
    """What a doorkeeper that knows no invite answers to this first frame."""

    class NoInvite:
        def capsule(self, rendezvous: bytes) -> bytes | None:
            return rendezvous[:0] or None

    shelf: Any = NoInvite()
    try:
        return Doorkeeper(shelf, bytes(32)).receive(wire.encode(frame)).hex()
    except PeerFault:
        return None


# -- all of them --------------------------------------------------------------------------------


def read(name: str) -> Json:
    """One file as it is frozen."""
    path = VECTORS / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def make() -> dict[str, Json]:
    """Every file's content, made anew."""
    return {
        "hashes": hashes(Tape("hashes")),
        "keys": derived(Tape("keys")),
        "circle": a_circle(Tape("circle")),
        "envelopes": extremes(Tape("envelopes")),
        "signatures": signatures(Tape("signatures")),
        "runs": runs(Tape("runs")),
        "invites": invites(Tape("invites")),
        "boxes": boxes(Tape("boxes"), read("boxes")),
        "reconcile": reconciliations(Tape("reconcile")),
        "frames": frames(Tape("frames")),
    }


def spell(content: Json) -> str:
    """As the files are written."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main(words: Sequence[str]) -> int:
    """Write, or compare."""
    made = make()
    if "--write" in words:
        for name, content in made.items():
            (VECTORS / f"{name}.json").write_text(spell(content), encoding="utf-8", newline="\n")
        print(f"{len(made)} files of vectors written")
        return 0
    changed = [name for name, content in made.items() if read(name) != content]
    print("changed: " + ", ".join(changed) if changed else "all vectors hold")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
