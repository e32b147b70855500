"""Vectors of envelopes at their limits, of runs and of crooked signatures."""

from dataclasses import dataclass, field

import msgspec

from app.chains import an_op_follows_the_one_before_it
from app.founding import Keys
from p2p.envelope import EpochSecrets, open_, seal
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import (
    INT_LIMIT,
    PAYLOAD_LIMIT,
    SIGNATURE_DOMAIN,
    Header,
    Kind,
    Log,
    SignedOp,
    log_of,
    op_id,
    payload_hash,
    sign_op,
    strip,
    verify_signature,
)
from p2p.runs import Vouched
from tests.vectors.crooked import crooked
from tools.vectors.small import Someone
from tools.vectors.tape import HOUR, Json, Tape, sealed


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
    held: dict[tuple[DeviceId, int], list[OpId]] = {}
    for op in authentic:
        held.setdefault((op.header.device, op.header.seq), []).append(op.op_id)

    def before(op: SignedOp) -> list[OpId]:
        return held.get((op.header.device, op.header.seq - 1), []) if op.header.seq else []

    return {
        "ops": log.told,
        "authentic": [what for what, op in log.ops.items() if op.op_id in names],
        "void": [
            what
            for what, op in log.ops.items()
            if op.op_id in names and not an_op_follows_the_one_before_it(op, before(op))
        ],
        "forks": sorted([who.hex(), seq] for (who, seq), names_ in held.items() if len(names_) > 1),
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
