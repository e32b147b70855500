"""One op: signed once, spelled one way, and every broken rule is a PeerFault."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.crypto import SIGNATURE_SIZE, digest, sign, sign_public
from p2p.errors import OurFault, PeerFault
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, MemberId, OpId
from p2p.op import (
    BODY_LIMIT,
    HEADER_LIMIT,
    INT_LIMIT,
    PAYLOAD_LIMIT,
    SIGNATURE_DOMAIN,
    Header,
    Kind,
    Log,
    SignedOp,
    check,
    decode,
    encode,
    log_of,
    op_id,
    payload_hash,
    post_id,
    sign_op,
    strip,
    verify_signature,
)

ADA = b"a" * 32
SALT = b"s" * 16
CIRCLE = CircleId(b"c" * 32)


def head(number: int) -> OpId:
    """Name some op."""
    return OpId(bytes((number,)) * 32)


def header(payload: bytes = b"tea", **changes: object) -> Header:
    """Ada's first post, or what the changes make of it."""
    fields: dict[str, Any] = {
        "version": 1,
        "circle": CIRCLE,
        "device": DeviceId(sign_public(ADA)),
        "log": Log.WORDS,
        "seq": 0,
        "prev": OpId(ZERO),
        "heads": (head(1),),
        "authority_heads": (head(2),),
        "epoch": EpochId(b"e" * 32),
        "hour": 494_000,
        "kind": int(Kind.POST),
        "payload_hash": payload_hash(SALT, payload),
        "payload_size": len(payload),
        "written_at": 1_778_400_000_000,
    }
    return Header(**{**fields, **changes})


def raw(payload: bytes = b"tea", salt: bytes = SALT, **changes: object) -> SignedOp:
    """Make an op with any header, signed as a liar would: correctly."""
    made = header(payload, **changes)
    header_bytes = msgspec.msgpack.encode(made)
    signature = sign(ADA, SIGNATURE_DOMAIN, op_id(header_bytes))
    return SignedOp(made, header_bytes, signature, salt, payload)


def judge(body: bytes) -> SignedOp:
    """Do what every receiver does."""
    op = decode(body)
    check(op)
    return op


def test_ada_signs_a_post_and_bo_reads_the_same() -> None:
    """What was signed is what arrives, and its signature holds."""
    op = sign_op(ADA, header(), SALT, b"tea")
    arrived = judge(encode(op))
    assert arrived == op
    assert arrived.header == header()
    assert verify_signature(arrived)
    assert not arrived.stripped
    assert arrived.op_id == digest("hearthside/op/1", op.header_bytes)


def test_the_header_is_an_array_in_the_order_of_the_spec() -> None:
    """A stranger decodes it with any MessagePack."""
    fields = msgspec.msgpack.decode(sign_op(ADA, header(), SALT, b"tea").header_bytes)
    assert fields[0] == 1
    assert fields[3:5] == [1, 0]
    assert fields[9:11] == [494_000, 64]
    assert fields[12:] == [3, 1_778_400_000_000]
    assert len(fields) == 14


def test_the_kind_table_is_frozen_and_every_kind_has_its_log() -> None:
    """Numbers are for ever; unknown ones belong to the log of their side of 64."""
    names = "FOUNDING DEVICE PROFILE INVITE ADMIT ROLE REMOVE LEAVE HANDOVER FORK EPOCH GRANTED"
    assert [Kind[name] for name in names.split()] == list(range(12))
    assert (Kind.LINK, Kind.RULES) == (12, 13)
    assert (Kind.POST, Kind.EDIT, Kind.ERASE, Kind.REPLY, Kind.SUPPORT) == (64, 65, 66, 67, 68)
    assert log_of(63) is Log.AUTHORITY
    assert log_of(64) is Log.WORDS
    assert log_of(1_000) is Log.WORDS


def test_a_kind_from_the_future_is_kept() -> None:
    """An older program carries what it does not know."""
    assert judge(encode(raw(kind=900))).header.kind == 900
    assert judge(encode(raw(kind=40, log=Log.AUTHORITY, heads=()))).header.kind == 40


def test_the_founding_op_comes_from_nowhere() -> None:
    """Circle, prev and epoch are zeros, and nothing was before."""
    zeros: dict[str, Any] = {
        "circle": CircleId(ZERO),
        "epoch": EpochId(ZERO),
        "authority_heads": (),
        "heads": (),
    }
    founding = raw(kind=0, log=Log.AUTHORITY, **zeros)
    assert judge(encode(founding)).op_id == founding.op_id


BROKEN: dict[str, dict[str, Any]] = {
    "another version": {"version": 2},
    "version zero": {"version": 0},
    "a short circle": {"circle": b"c" * 31},
    "a long device": {"device": b"d" * 33},
    "a kind in the wrong log": {"kind": int(Kind.ROLE)},
    "words in the authority log": {"log": Log.AUTHORITY, "heads": ()},
    "a log that is none": {"log": 2},
    "a negative seq": {"seq": -1},
    "a huge seq": {"seq": INT_LIMIT, "prev": head(9)},
    "a huge kind": {"kind": INT_LIMIT},
    "a first op after another": {"prev": head(9)},
    "a second op after nothing": {"seq": 1},
    "nine heads": {"heads": tuple(map(head, range(1, 10)))},
    "five authority heads": {"authority_heads": tuple(map(head, range(1, 6)))},
    "a head twice": {"heads": (head(1), head(1))},
    "an authority head twice": {"authority_heads": (head(1), head(1))},
    "a head that is none": {"heads": (OpId(ZERO),)},
    "an authority op with heads": {"kind": int(Kind.ROLE), "log": Log.AUTHORITY},
    "an hour beyond four bytes": {"hour": 2**32},
    "a post without a circle": {"circle": CircleId(ZERO)},
    "a founding op in a circle": {"kind": 0, "log": Log.AUTHORITY, "heads": ()},
    "a founding op with a past": {
        "kind": 0,
        "log": Log.AUTHORITY,
        "heads": (),
        "circle": CircleId(ZERO),
    },
    "another payload's hash": {"payload_hash": bytes(32)},
    "another payload's size": {"payload_size": 4},
    "a size beyond the limit": {"payload_size": PAYLOAD_LIMIT + 1},
    "a float": {"seq": 0.0},
    "a null": {"prev": None},
    "a text": {"circle": "c" * 32},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_every_broken_rule_is_refused(changes: dict[str, Any]) -> None:
    """However well signed."""
    op = raw(**changes)
    with pytest.raises(PeerFault):
        judge(encode(op))


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_we_do_not_sign_what_others_would_refuse(changes: dict[str, Any]) -> None:
    """The same rules, and then it is our fault."""
    with pytest.raises(OurFault):
        sign_op(ADA, header(**changes), SALT, b"tea")


def test_we_sign_only_for_our_own_device_and_with_a_salt() -> None:
    """A wrong seed, or an erased payload, is a bug of ours."""
    with pytest.raises(OurFault):
        sign_op(b"b" * 32, header(), SALT, b"tea")
    with pytest.raises(OurFault):
        sign_op(ADA, header(b""), b"", b"")


def test_another_payload_or_salt_is_refused() -> None:
    """Eve swaps the text under Ada's name."""
    good = raw()
    for salt, payload in ((SALT, b"gin"), (b"t" * 16, b"tea"), (SALT[:15], b"tea"), (b"", b"tea")):
        swapped = SignedOp(good.header, good.header_bytes, good.signature, salt, payload)
        with pytest.raises(PeerFault):
            judge(encode(swapped))


def test_a_signature_of_someone_else_is_seen() -> None:
    """The header names the key; Eve does not have it."""
    good = raw()
    eve = sign(b"e" * 32, SIGNATURE_DOMAIN, good.op_id)
    forged = SignedOp(good.header, good.header_bytes, eve, good.salt, good.payload)
    assert not verify_signature(judge(encode(forged)))
    assert not verify_signature(
        SignedOp(good.header, good.header_bytes, bytes(SIGNATURE_SIZE), SALT, b"tea")
    )


def test_a_stripped_post_keeps_its_name_and_signature() -> None:
    """After an erase header and signature stay, and nothing of the text."""
    op = raw()
    bare = judge(encode(strip(op)))
    assert bare.stripped
    assert bare.op_id == op.op_id
    assert verify_signature(bare)
    assert b"tea" not in encode(bare)


def test_an_authority_op_cannot_be_stripped() -> None:
    """The membership history stays whole."""
    role = raw(kind=int(Kind.ROLE), log=Log.AUTHORITY, heads=())
    with pytest.raises(PeerFault):
        judge(encode(strip(role)))


def test_an_empty_payload_is_not_a_stripped_one() -> None:
    """Its salt is still there."""
    assert not judge(encode(raw(b""))).stripped


def test_the_largest_op_fits_its_limits() -> None:
    """All heads, all numbers at their largest, the payload full."""
    largest = raw(
        bytes(PAYLOAD_LIMIT),
        seq=INT_LIMIT - 1,
        prev=head(1),
        heads=tuple(map(head, range(1, 9))),
        authority_heads=tuple(map(head, range(1, 5))),
        hour=2**32 - 1,
        kind=INT_LIMIT - 1,
        written_at=INT_LIMIT - 1,
    )
    assert len(largest.header_bytes) <= HEADER_LIMIT
    assert len(encode(largest)) <= BODY_LIMIT
    assert judge(encode(largest)) == largest
    with pytest.raises(PeerFault):
        decode(encode(raw(bytes(PAYLOAD_LIMIT + 1))))
    with pytest.raises(PeerFault):
        decode(bytes(BODY_LIMIT + 1))


def test_a_second_spelling_is_refused() -> None:
    """One op, one id: neither longer integers nor trailing bytes nor extra fields."""
    op = raw()
    body = encode(op)
    longer = op.header_bytes.replace(b"\x9e\x01", b"\x9e\xcc\x01", 1)
    assert longer != op.header_bytes
    respelled = SignedOp(op.header, longer, op.signature, op.salt, op.payload)
    extra = msgspec.msgpack.encode([*msgspec.msgpack.decode(body), 1])
    fields = msgspec.msgpack.decode(op.header_bytes)
    wide = SignedOp(op.header, msgspec.msgpack.encode([*fields, 0]), op.signature, SALT, b"tea")
    outer = b"\xdc\x00\x04" + body[1:]
    for bent in (encode(respelled), body + b"\0", extra, encode(wide), outer):
        with pytest.raises(PeerFault):
            decode(bent)


@given(st.binary(max_size=600))
def test_any_bytes_give_a_value_or_a_peer_fault(body: bytes) -> None:
    """Never another exception."""
    with suppress(PeerFault):
        judge(body)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_any_change_gives_another_op_or_a_peer_fault(place: int, patch: bytes) -> None:
    """Bytes changed in a good op never pass as that op's header."""
    body = encode(raw())
    at = place % len(body)
    bent = body[:at] + patch + body[at + len(patch) :]
    try:
        op = judge(bent)
    except PeerFault:
        return
    assert encode(op) == bent
    if bent != body:
        assert not verify_signature(op)


def test_a_post_is_named_by_its_member_and_nonce() -> None:
    """Known before signing; the device plays no part."""
    member, nonce = MemberId(b"m" * 32), b"n" * 16
    assert post_id(member, nonce) == digest("hearthside/post/1", member, nonce)
    with pytest.raises(OurFault):
        post_id(member, nonce[:15])
