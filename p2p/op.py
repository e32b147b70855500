"""One op: a signed header, hash-linked in its device's log, and a payload that can be erased.

Theory of operation. The header is what lasts: it names the circle, the device, the place in the
device's log, what its author had seen, and the hash of the payload. The op id is the hash of the
header's bytes, the signature is over the op id. The payload hangs on the header by a salted hash:
an op without it (*stripped*) is still whole as a link, and a short erased text cannot be guessed.

What travels is the *body*: of the header only what the receiver does not know already. Circle and
epoch follow from the key that opened it, class and hour stand on the envelope, payload hash and
size follow from the payload. The receiver makes the header again, byte for byte, and hashes that,
so a body that was moved elsewhere makes another op, which nobody has signed.

Encoding is MessagePack by msgspec. Whoever decodes encodes again and compares: one op has exactly
one spelling, so ids cannot be bent. Source: protocol, section 3; limits in bytes below.
"""

from enum import IntEnum
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec.structs import force_setattr

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

The largest op then takes 53,842 B as a body and 55,346 B as an envelope, below its 64 KiB.
"""
BODY_LIMIT: Final = PAYLOAD_LIMIT + 594
"""Everything at its largest: 594 B are all the rest of a body, with MessagePack's own bytes."""
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
    WITHDRAW = 14
    DOOR = 15
    VOUCH = 16
    RETENTION = 17
    MAILBOX = 18
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
    gc=False,  # holds nothing that could hold it; a large sync makes very many
):
    """What is signed, in the order of the protocol. Sizes and ranges hold for every decoded one."""

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


class Place(NamedTuple):
    """Where a body was found: what its header says too and the body leaves out."""

    circle: CircleId
    log: Log
    epoch: EpochId
    hour: int


class _Body(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    device: Annotated[DeviceId, _ID]
    seq: _Int
    prev: _SomeOpId
    heads: Annotated[tuple[_SomeOpId, ...], msgspec.Meta(max_length=HEADS_LIMIT)]
    authority_heads: Annotated[
        tuple[_SomeOpId, ...], msgspec.Meta(max_length=AUTHORITY_HEADS_LIMIT)
    ]
    kind: _Int
    written_at: _Int
    signature: Annotated[bytes, msgspec.Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]


class _Whole(_Body, frozen=True, tag=0, gc=False):
    salt: Annotated[bytes, msgspec.Meta(min_length=SALT_SIZE, max_length=SALT_SIZE)]
    payload: Annotated[bytes, msgspec.Meta(max_length=PAYLOAD_LIMIT)]


class _Stripped(_Body, frozen=True, tag=1, gc=False):
    payload_hash: Annotated[bytes, _ID]
    payload_size: Annotated[int, msgspec.Meta(ge=0, le=PAYLOAD_LIMIT)]


_ENCODER: Final = msgspec.msgpack.Encoder()
_HEADER_DECODER: Final = msgspec.msgpack.Decoder(Header)
_BODY_DECODER: Final = msgspec.msgpack.Decoder(_Whole | _Stripped)


class SignedOp(msgspec.Struct, frozen=True, gc=False):
    """An op as it travels, made by ``sign_op`` and ``decode``. A value alone proves nothing.

    ``salt`` is 16 B and ``payload`` what the header hashes; both are empty in a *stripped* op.
    """

    header: Header
    header_bytes: bytes
    signature: bytes
    salt: bytes
    payload: bytes
    op_id: OpId = OpId(ZERO)

    def __post_init__(self) -> None:
        """Hash the header once; an op is asked for its name very often."""
        force_setattr(self, "op_id", op_id(self.header_bytes))

    def __repr__(self) -> str:
        """Tell nothing of what it holds: this may end in a traceback."""
        return "SignedOp(…)"

    @property
    def stripped(self) -> bool:
        """Whether the payload was taken away. An empty payload still has its salt."""
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
        _HEADER_DECODER.decode(header_bytes)
        op = decode(
            encode(SignedOp(header, header_bytes, signature, salt, payload)), place_of(header)
        )
        check(op)
    except (PeerFault, msgspec.MsgspecError):
        raise OurFault("signing an op that breaks the rules") from None
    if op.header_bytes != header_bytes:
        raise OurFault("signing a header that is not its body's")
    if op.stripped:
        raise OurFault("signing an op without its payload")
    return op


def strip(op: SignedOp) -> SignedOp:
    """Take payload and salt away: what stays of an erased words op, the same on every computer."""
    return SignedOp(op.header, op.header_bytes, op.signature, b"", b"")


def encode(op: SignedOp) -> bytes:
    """Spell the body of an op as MessagePack; `place_of` its header is what it leaves out."""
    h = op.header
    own = (h.device, h.seq, h.prev, h.heads, h.authority_heads, h.kind, h.written_at, op.signature)
    if op.stripped:
        return _ENCODER.encode(_Stripped(*own, h.payload_hash, h.payload_size))
    return _ENCODER.encode(_Whole(*own, op.salt, op.payload))


def place_of(header: Header) -> Place:
    """What the body of an op leaves out and its envelope tells."""
    return Place(header.circle, header.log, header.epoch, header.hour)


def decode(body: bytes, place: Place) -> SignedOp:
    """Read what ``encode`` spelled, at most ``BODY_LIMIT`` bytes, found at ``place``.

    ``PeerFault`` for anything else, and for any second spelling of the same. The header's sizes and
    ranges hold afterwards, and its payload is the header's; what its fields mean to each other is
    for ``check`` to judge. In a founding op the circle is not that of the place but ``ZERO``.
    """
    if len(body) > BODY_LIMIT:
        raise PeerFault("an op too long")
    try:
        parts = _BODY_DECODER.decode(body)
    except msgspec.MsgspecError:
        raise PeerFault("an op that does not decode") from None
    if _ENCODER.encode(parts) != body:
        raise PeerFault("an op in a second spelling")
    if isinstance(parts, _Whole):
        salt, payload = parts.salt, parts.payload
        hashed, size = payload_hash(salt, payload), len(payload)
    else:
        salt = payload = b""
        hashed, size = parts.payload_hash, parts.payload_size
    circle = CircleId(ZERO) if parts.kind == Kind.FOUNDING else place.circle
    header = Header(
        VERSION, circle, parts.device, place.log, parts.seq, parts.prev, parts.heads,
        parts.authority_heads, place.epoch, place.hour, parts.kind, hashed, size, parts.written_at,
    )  # fmt: skip
    return SignedOp(header, _ENCODER.encode(header), parts.signature, salt, payload)


def payload_of(body: bytes) -> bytes:
    """The payload in a body of our own store, unchecked; empty in a stripped one."""
    parts = _BODY_DECODER.decode(body)
    return parts.payload if isinstance(parts, _Whole) else b""


def check(op: SignedOp) -> None:
    """Judge all that one op shows by itself, except its signature. ``PeerFault`` names the rule.

    A stripped words op passes: whether it may be without its payload is for a lapsed retention to
    say, or an erase (not built yet), so ask ``op.stripped``. A stripped authority op never passes.
    """
    header = op.header
    if header.log is not log_of(header.kind):
        raise PeerFault("a kind in the wrong log")
    if (header.seq == 0) != (header.prev == ZERO):
        raise PeerFault("the first op, and only it, has no op before")
    if header.heads and header.log is not Log.WORDS:
        raise PeerFault("an authority op with words heads")
    for heads in (header.heads, header.authority_heads):
        if heads and (len(set(heads)) != len(heads) or ZERO in heads):
            raise PeerFault("a head named twice, or none")
    founding = header.kind == Kind.FOUNDING
    if founding != (header.circle == ZERO):
        raise PeerFault("the founding op, and only it, has no circle")
    if founding and (header.seq or header.authority_heads or header.epoch != ZERO):
        raise PeerFault("a founding op with a past")
    if op.stripped and header.log is not Log.WORDS:
        raise PeerFault("an authority op without its payload")


def verify_signature(op: SignedOp) -> bool:
    """Say whether ``header.device`` signed this op: Ed25519 over tag ‖ op id. Never raises."""
    return verify(op.header.device, SIGNATURE_DOMAIN, op.op_id, op.signature)


def read_header(header_bytes: bytes, signature: bytes) -> Header:
    """Read a header that somebody shows as signed. ``PeerFault`` where it is none, or unsigned."""
    try:
        header = _HEADER_DECODER.decode(header_bytes)
    except msgspec.MsgspecError:
        raise PeerFault("a header that does not decode") from None
    if _ENCODER.encode(header) != header_bytes:
        raise PeerFault("a header spelled in another way")
    if not verify(header.device, SIGNATURE_DOMAIN, op_id(header_bytes), signature):
        raise PeerFault("a header that its device has not signed")
    return header
