"""One op: a signed header, hash-linked in its device's log, and a payload that can be erased.

Theory of operation. The header is what lasts: it names the circle, the device, the place in the
device's log, what its author had seen, and the hash of the payload. The op id is the hash of the
header's bytes, the signature is over the op id, so the signed bytes themselves travel and are
never made again from parts. The payload hangs on the header by a salted hash: an op without it
(*stripped*, §9) is still whole as a link, and a short erased text cannot be guessed.

Encoding is MessagePack by msgspec. Whoever decodes encodes again and compares: one op has exactly
one spelling, so ids cannot be bent. Sources: protocol §2, §9; limits in bytes below.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated, Final

import msgspec

from p2p.crypto import SIGNATURE_SIZE, digest, sign, sign_public, verify
from p2p.errors import OurFault, PeerFault
from p2p.ids import ID_SIZE, ZERO, CircleId, DeviceId, EpochId, MemberId, OpId, PostId

VERSION: Final = 1
OP_DOMAIN: Final = "hearthside/op/1"
SIGNATURE_DOMAIN: Final = "hearthside/op-signature/1"
POST_DOMAIN: Final = "hearthside/post/1"

SALT_SIZE: Final = 16
POST_NONCE_SIZE: Final = 16
HEADER_LIMIT: Final = 1024
TEXT_LIMIT: Final = 48 * 1024
"""What a post's text may have, in bytes of UTF-8: the spec's 48 KiB."""
PAYLOAD_LIMIT: Final = 52 * 1024
"""The whole payload: 48 KiB of text and 4 KiB for title, nonce and framing.

The largest op then takes 54,363 B as a body and 55,346 B as an envelope, below its 64 KiB.
"""
BODY_LIMIT: Final = HEADER_LIMIT + SIGNATURE_SIZE + SALT_SIZE + PAYLOAD_LIMIT + 11
"""Everything at its largest, and 11 B of MessagePack: array 1, long bins 3 + 3, short 2 + 2."""
HEADS_LIMIT: Final = 8
AUTHORITY_HEADS_LIMIT: Final = 4
INT_LIMIT: Final = 2**53
"""Integers stay below this: exact in every language, JavaScript included."""
HOUR_LIMIT: Final = 2**32
"""Hours since 1970 fit the envelope's four bytes."""

FIRST_WORDS_KIND: Final = 64
"""Kinds below are authority, from here on words: an older program knows the log of a newer kind."""


class Log(IntEnum):
    """A device's two logs; the numbers are also the envelope's class."""

    AUTHORITY = 0
    WORDS = 1


class Kind(IntEnum):
    """The kind table: numbers are for ever, new kinds take new ones on their side of 64."""

    FOUNDING = 0
    DEVICE = 1
    PROFILE = 2
    INVITE = 3
    ADMIT = 4
    ROLE = 5
    REMOVE = 6
    LEAVE = 7
    HANDOVER = 8
    FORK = 9
    EPOCH = 10
    GRANTED = 11
    LINK = 12
    RULES = 13
    POST = 64
    EDIT = 65
    ERASE = 66
    REPLY = 67
    SUPPORT = 68


def log_of(kind: int) -> Log:
    """Give the log that a kind, known or not, belongs to."""
    return Log.WORDS if kind >= FIRST_WORDS_KIND else Log.AUTHORITY


_ID: Final = msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)
_Int = Annotated[int, msgspec.Meta(ge=0, lt=INT_LIMIT)]
_SomeOpId = Annotated[OpId, _ID]


class Header(
    msgspec.Struct,
    array_like=True,
    frozen=True,
    forbid_unknown_fields=True,
):
    """What is signed, in protocol §2's order. Sizes and ranges hold for every decoded header."""

    version: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    """1."""
    circle: Annotated[CircleId, _ID]
    """``ZERO`` in the founding op only, whose id becomes the circle's."""
    device: Annotated[DeviceId, _ID]
    """Whose log this is, and the key that checks the signature."""
    log: Log
    seq: _Int
    """Place in the log, from 0."""
    prev: _SomeOpId
    """The op before in the same log; ``ZERO`` at seq 0."""
    heads: Annotated[tuple[_SomeOpId, ...], msgspec.Meta(max_length=HEADS_LIMIT)]
    """Words ops of other logs that the author had seen; in words ops only, at most 8."""
    authority_heads: Annotated[
        tuple[_SomeOpId, ...], msgspec.Meta(max_length=AUTHORITY_HEADS_LIMIT)
    ]
    """Newest authority ops seen, at most 4, deepest first, then lowest id."""
    epoch: Annotated[EpochId, _ID]
    """The epoch it is sealed under; ``ZERO`` is the root."""
    hour: Annotated[int, msgspec.Meta(ge=0, lt=HOUR_LIMIT)]
    """Whole hours since 1970 at signing; in the clear on the envelope too."""
    kind: _Int
    """A ``Kind``, or a number that a newer program knows."""
    payload_hash: Annotated[bytes, _ID]
    """See ``payload_hash``."""
    payload_size: Annotated[int, msgspec.Meta(ge=0, le=PAYLOAD_LIMIT)]
    """Bytes of payload, also after it is gone."""
    written_at: _Int
    """Milliseconds since 1970 by the author's clock: for display, trusted for nothing."""


class _Body(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    header: Annotated[bytes, msgspec.Meta(max_length=HEADER_LIMIT)]
    signature: Annotated[bytes, msgspec.Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]
    salt: Annotated[bytes, msgspec.Meta(max_length=SALT_SIZE)]
    payload: Annotated[bytes, msgspec.Meta(max_length=PAYLOAD_LIMIT)]


_ENCODER: Final = msgspec.msgpack.Encoder()
_HEADER_DECODER: Final = msgspec.msgpack.Decoder(Header)
_BODY_DECODER: Final = msgspec.msgpack.Decoder(_Body)


@dataclass(frozen=True, slots=True)
class SignedOp:
    """An op as it travels, made by ``sign_op`` and ``decode``. A value alone proves nothing.

    ``salt`` is 16 B and ``payload`` what the header hashes; both are empty in a *stripped* op.
    """

    header: Header
    header_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    op_id: OpId = field(init=False)

    def __post_init__(self) -> None:
        """Hash the header once; an op is asked for its name very often."""
        object.__setattr__(self, "op_id", op_id(self.header_bytes))

    @property
    def stripped(self) -> bool:
        """Whether the payload was taken away (§9). An empty payload still has its salt."""
        return not self.salt


def payload_hash(salt: bytes, payload: bytes) -> bytes:
    """BLAKE2b-256(salt ‖ payload), without a domain, as the spec has it; the salt is 16 B."""
    return digest("", salt, payload)


def op_id(header_bytes: bytes) -> OpId:
    """BLAKE2b-256("hearthside/op/1" ‖ header as encoded), 32 B."""
    return OpId(digest(OP_DOMAIN, header_bytes))


def post_id(member: MemberId, nonce: bytes) -> PostId:
    """BLAKE2b-256("hearthside/post/1" ‖ member ‖ 16 random bytes), 32 B; ``OurFault`` on sizes."""
    if len(member) != ID_SIZE or len(nonce) != POST_NONCE_SIZE:
        raise OurFault("a post id from parts of the wrong size")
    return PostId(digest(POST_DOMAIN, member, nonce))


def sign_op(seed: bytes, header: Header, salt: bytes, payload: bytes) -> SignedOp:
    """Sign a header with the device's 32 B seed.

    Everything that ``check`` asks of others is asked here of us first: ``OurFault`` if it fails, or
    if the seed is not that of ``header.device``.
    """
    if sign_public(seed) != header.device:
        raise OurFault("signing for another device")
    header_bytes = _ENCODER.encode(header)
    signature = sign(seed, SIGNATURE_DOMAIN, op_id(header_bytes))
    try:
        # Through the front door: what we could not read back we must not sign into our log.
        op = decode(encode(SignedOp(header, header_bytes, signature, salt, payload)))
        check(op)
    except PeerFault:
        raise OurFault("signing an op that breaks the rules") from None
    if op.stripped:
        raise OurFault("signing an op without its payload")
    return op


def strip(op: SignedOp) -> SignedOp:
    """Take payload and salt away: what stays of an erased words op, the same on every computer."""
    return SignedOp(op.header, op.header_bytes, op.signature, b"", b"")


def encode(op: SignedOp) -> bytes:
    """Spell (header, signature, salt, payload) as MessagePack; the header as its signed bytes."""
    return _ENCODER.encode(_Body(op.header_bytes, op.signature, op.salt, op.payload))


def decode(body: bytes) -> SignedOp:
    """Read what ``encode`` spelled, at most ``BODY_LIMIT`` bytes.

    ``PeerFault`` for anything else, and for any second spelling of the same. The header's sizes and
    ranges hold afterwards; what its fields mean to each other is for ``check`` to judge.
    """
    if len(body) > BODY_LIMIT:
        raise PeerFault("an op too long")
    try:
        parts = _BODY_DECODER.decode(body)
        header = _HEADER_DECODER.decode(parts.header)
    except msgspec.MsgspecError:
        raise PeerFault("an op that does not decode") from None
    if _ENCODER.encode(parts) != body or _ENCODER.encode(header) != parts.header:
        raise PeerFault("an op in a second spelling")
    return SignedOp(header, parts.header, parts.signature, parts.salt, parts.payload)


def check(op: SignedOp) -> None:
    """Judge all that one op shows by itself, except its signature. ``PeerFault`` names the rule.

    A stripped words op passes: whether it may be without its payload is for an erase or a lapsed
    retention to say (§9), so ask ``op.stripped``. A stripped authority op never passes.
    """
    header = op.header
    if header.log is not log_of(header.kind):
        raise PeerFault("a kind in the wrong log")
    if (header.seq == 0) != (header.prev == ZERO):
        raise PeerFault("the first op, and only it, has no op before")
    if header.heads and header.log is not Log.WORDS:
        raise PeerFault("an authority op with words heads")
    for heads in (header.heads, header.authority_heads):
        if len(set(heads)) != len(heads) or ZERO in heads:
            raise PeerFault("a head named twice, or none")
    founding = header.kind == Kind.FOUNDING
    if founding != (header.circle == ZERO):
        raise PeerFault("the founding op, and only it, has no circle")
    if founding and (header.seq or header.authority_heads or header.epoch != ZERO):
        raise PeerFault("a founding op with a past")
    _check_payload(op)


def verify_signature(op: SignedOp) -> bool:
    """Say whether ``header.device`` signed this op: Ed25519 over tag ‖ op id. Never raises."""
    return verify(op.header.device, SIGNATURE_DOMAIN, op.op_id, op.signature)


def _check_payload(op: SignedOp) -> None:
    if op.stripped:
        if op.payload or op.header.log is not Log.WORDS:
            raise PeerFault("an op without its salt")
        return
    if len(op.salt) != SALT_SIZE or len(op.payload) != op.header.payload_size:
        raise PeerFault("a salt or payload of the wrong size")
    if payload_hash(op.salt, op.payload) != op.header.payload_hash:
        raise PeerFault("a payload that is not the header's")
