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
    Place,
    SignedOp,
    check,
    decode,
    encode,
    log_of,
    op_id,
    payload_hash,
    payload_of,
    place_of,
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


HERE = Place(CIRCLE, Log.WORDS, EpochId(b"e" * 32), 494_000)
"""Where Ada's first post is found."""


def raw(payload: bytes = b"tea", salt: bytes = SALT, **changes: object) -> SignedOp:
    """Make an op with any header, signed as a liar would: correctly."""
    made = header(payload, **changes)
    header_bytes = msgspec.msgpack.encode(made)
    signature = sign(ADA, SIGNATURE_DOMAIN, op_id(header_bytes))
    return SignedOp(made, header_bytes, signature, salt, payload)


def judge(body: bytes, place: Place = HERE) -> SignedOp:
    """Do what every receiver does."""
    op = decode(body, place)
    check(op)
    return op


def parts_of(op: SignedOp) -> list[Any]:
    """A body as any MessagePack reads it."""
    parts: list[Any] = msgspec.msgpack.decode(encode(op))
    return parts


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


def test_the_body_is_an_array_of_what_its_place_does_not_tell() -> None:
    """Whole with salt and payload, stripped with hash and size; of the header seven fields."""
    op = sign_op(ADA, header(), SALT, b"tea")
    device, ada = sign_public(ADA), op.signature
    both = [device, 0, ZERO, [head(1)], [head(2)], 64, 1_778_400_000_000, ada]
    assert parts_of(op) == [0, *both, SALT, b"tea"]
    assert parts_of(strip(op)) == [1, *both, payload_hash(SALT, b"tea"), 3]
    for told_by_its_place in (op.header.circle, op.header.epoch, (494_000).to_bytes(4)):
        assert told_by_its_place not in encode(op)
    assert place_of(op.header) == HERE


def test_the_store_reads_a_payload_without_the_rest() -> None:
    """A stripped body has none."""
    op = raw()
    assert payload_of(encode(op)) == b"tea"
    assert payload_of(encode(strip(op))) == b""


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
    unknown = raw(kind=40, log=Log.AUTHORITY, heads=())
    assert judge(encode(unknown), place_of(unknown.header)).header.kind == 40


FOUNDING: dict[str, Any] = {
    "kind": 0,
    "log": Log.AUTHORITY,
    "heads": (),
    "circle": CircleId(ZERO),
    "epoch": EpochId(ZERO),
    "authority_heads": (),
}


def test_the_founding_op_comes_from_nowhere() -> None:
    """Circle, prev and epoch are zeros, and nothing was before."""
    founding = raw(**FOUNDING)
    assert judge(encode(founding), place_of(founding.header)).op_id == founding.op_id


def test_a_founding_op_is_the_same_in_whatever_circle_it_is_found() -> None:
    """It makes the circle's id, so it cannot have it inside."""
    founding = raw(**FOUNDING)
    found = judge(encode(founding), place_of(founding.header)._replace(circle=CIRCLE))
    assert found == founding
    assert verify_signature(found)


BROKEN: dict[str, dict[str, Any]] = {
    "a long device": {"device": b"d" * 33},
    "a kind in the wrong log": {"kind": int(Kind.ROLE)},
    "words in the authority log": {"log": Log.AUTHORITY, "heads": ()},
    "a log that is none": {"log": 2},
    "a negative seq": {"seq": -1},
    "a huge seq": {"seq": INT_LIMIT, "prev": head(9)},
    "a huge kind": {"kind": INT_LIMIT},
    "a huge time": {"written_at": INT_LIMIT},
    "a first op after another": {"prev": head(9)},
    "a second op after nothing": {"seq": 1},
    "a short op before": {"seq": 1, "prev": b"p" * 31},
    "nine heads": {"heads": tuple(map(head, range(1, 10)))},
    "five authority heads": {"authority_heads": tuple(map(head, range(1, 6)))},
    "a head twice": {"heads": (head(1), head(1))},
    "an authority head twice": {"authority_heads": (head(1), head(1))},
    "a head that is none": {"heads": (OpId(ZERO),)},
    "a short head": {"heads": (b"h" * 31,)},
    "an authority op with heads": {"kind": int(Kind.ROLE), "log": Log.AUTHORITY},
    "a post without a circle": {"circle": CircleId(ZERO)},
    "a founding op with authority heads": {**FOUNDING, "authority_heads": (head(2),)},
    "a founding op in an epoch": {**FOUNDING, "epoch": EpochId(b"e" * 32)},
    "a second founding op": {**FOUNDING, "seq": 1, "prev": head(9)},
    "a float": {"seq": 0.0},
    "a null": {"prev": None},
    "a text": {"device": "d" * 32},
    "no list": {"heads": b"h" * 32},
}
"""What a body can say, or its place, and must not."""

UNSAYABLE: dict[str, dict[str, Any]] = {
    "another version": {"version": 2},
    "version zero": {"version": 0},
    "a short circle": {"circle": b"c" * 31},
    "a circle of text": {"circle": "c" * 32},
    "no circle": {"circle": CircleId(ZERO)},
    "the authority log": {"log": Log.AUTHORITY},
    "a log that is none": {"log": 2},
    "a short epoch": {"epoch": EpochId(b"e" * 31)},
    "an hour beyond four bytes": {"hour": 2**32},
    "another payload's hash": {"payload_hash": bytes(32)},
    "a short hash": {"payload_hash": bytes(31)},
    "another payload's size": {"payload_size": 4},
    "a size beyond the limit": {"payload_size": PAYLOAD_LIMIT + 1},
}
"""What a header can say and no body: its place or its payload says it, and says something else."""

ELSEWHERE: dict[str, dict[str, Any]] = {
    "another circle": {"circle": CircleId(b"d" * 32)},
    "another epoch": {"epoch": EpochId(b"f" * 32)},
    "another hour": {"hour": 494_001},
}
"""What is right in its own place only."""


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_every_broken_rule_is_refused(changes: dict[str, Any]) -> None:
    """However well signed, and found where it says it belongs."""
    op = raw(**changes)
    with pytest.raises(PeerFault):
        judge(encode(op), place_of(op.header))


@pytest.mark.parametrize("changes", [*UNSAYABLE.values(), *ELSEWHERE.values()])
def test_a_header_that_is_not_its_places_is_one_nobody_signed(changes: dict[str, Any]) -> None:
    """Ada signs that it belongs elsewhere; here another op arrives, and not by her."""
    said = raw(**changes)
    assert verify_signature(said)
    arrived = judge(encode(said))
    assert arrived.header == header()
    assert arrived.op_id != said.op_id
    assert not verify_signature(arrived)


def test_a_founding_op_cannot_say_that_it_has_a_circle() -> None:
    """Signed with one, it arrives without, and unsigned."""
    said = raw(**{**FOUNDING, "circle": CIRCLE})
    arrived = judge(encode(said), place_of(said.header))
    assert arrived.header.circle == ZERO
    assert not verify_signature(arrived)


@pytest.mark.parametrize(
    "place",
    [
        HERE._replace(circle=CircleId(b"d" * 32)),
        HERE._replace(epoch=EpochId(b"f" * 32)),
        HERE._replace(epoch=EpochId(ZERO)),
        HERE._replace(hour=494_001),
    ],
)
def test_an_op_found_elsewhere_is_one_nobody_signed(place: Place) -> None:
    """Eve carries Ada's post into another circle, epoch or hour, whole or stripped."""
    good = raw()
    for body in (encode(good), encode(strip(good))):
        moved = judge(body, place)
        assert place_of(moved.header) == place
        assert moved.op_id != good.op_id
        assert not verify_signature(moved)


def test_an_op_in_the_other_log_is_refused() -> None:
    """The kind tells the log, so that move is seen without a signature."""
    with pytest.raises(PeerFault, match="log"):
        judge(encode(raw(heads=())), HERE._replace(log=Log.AUTHORITY))


@pytest.mark.parametrize("changes", [*BROKEN.values(), *UNSAYABLE.values()])
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


def test_another_payload_or_salt_makes_an_op_nobody_signed() -> None:
    """Eve swaps the text under Ada's name."""
    good = raw()
    for salt, payload in ((SALT, b"gin"), (b"t" * 16, b"tea"), (SALT, b""), (SALT, b"tea ")):
        swapped = judge(
            encode(SignedOp(good.header, good.header_bytes, good.signature, salt, payload))
        )
        assert swapped.header.payload_hash == payload_hash(salt, payload)
        assert swapped.header.payload_size == len(payload)
        assert swapped.op_id != good.op_id
        assert not verify_signature(swapped)


def test_a_salt_signature_or_hash_of_another_size_is_refused() -> None:
    """Also none at all: a whole op has its salt, a stripped one its hash."""
    whole, bare = parts_of(raw()), parts_of(strip(raw()))
    cases: tuple[tuple[list[Any], int, tuple[object, ...]], ...] = (
        (whole, 9, (b"", SALT[:15], SALT + b"s", None)),
        (whole, 8, (b"", bytes(63), bytes(65), None)),
        (whole, 10, (None, "tea", [])),
        (bare, 8, (b"", bytes(63), bytes(65))),
        (bare, 9, (b"", bytes(31), bytes(33), None)),
        (bare, 10, (-1, PAYLOAD_LIMIT + 1, 3.0, None, b"tea")),
    )
    for parts, place, wrong in cases:
        for bad in wrong:
            bent = msgspec.msgpack.encode([*parts[:place], bad, *parts[place + 1 :]])
            with pytest.raises(PeerFault, match="decode"):
                decode(bent, HERE)


def test_a_whole_body_is_not_taken_for_a_stripped_one() -> None:
    """The tag says which, and there are but two."""
    whole, bare = parts_of(raw()), parts_of(strip(raw()))
    for parts in ([1, *whole[1:]], [0, *bare[1:]], [2, *whole[1:]], [None, *whole[1:]], whole[1:]):
        with pytest.raises(PeerFault, match="decode"):
            decode(msgspec.msgpack.encode(parts), HERE)


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
    assert bare.header_bytes == op.header_bytes
    assert verify_signature(bare)
    assert b"tea" not in encode(bare)


def test_a_stripped_post_cannot_be_given_another_hash_or_size() -> None:
    """What it no longer has stays said by its author."""
    bare = parts_of(strip(raw()))
    for bent in ([*bare[:9], bytes(32), 3], [*bare[:10], 4]):
        arrived = judge(msgspec.msgpack.encode(bent))
        assert arrived.stripped
        assert not verify_signature(arrived)


def test_an_authority_op_cannot_be_stripped() -> None:
    """The membership history stays whole."""
    role = raw(kind=int(Kind.ROLE), log=Log.AUTHORITY, heads=())
    with pytest.raises(PeerFault, match="payload"):
        judge(encode(strip(role)), place_of(role.header))


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
    assert len(encode(largest)) == BODY_LIMIT
    assert judge(encode(largest), place_of(largest.header)) == largest
    with pytest.raises(PeerFault, match="decode"):
        decode(encode(raw(bytes(PAYLOAD_LIMIT + 1))), HERE)
    with pytest.raises(PeerFault, match="long"):
        decode(bytes(BODY_LIMIT + 1), HERE)


def test_a_second_spelling_is_refused() -> None:
    """One op, one id: neither longer heads nor numbers nor trailing bytes nor extra fields."""
    body = encode(raw())
    parts = [msgspec.msgpack.encode(part) for part in parts_of(raw())]
    array = body[:1]
    assert array + b"".join(parts) == body

    def with_part(place: int, spelled: bytes) -> bytes:
        return array + b"".join((*parts[:place], spelled, *parts[place + 1 :]))

    for bent in (
        b"\xdc\x00\x0b" + body[1:],
        with_part(0, b"\xcc\x00"),
        with_part(1, b"\xc5\x00\x20" + parts[1][2:]),
        with_part(2, b"\xcc\x00"),
        with_part(4, b"\xdc\x00\x01" + parts[4][1:]),
        with_part(6, b"\xcd\x00\x40"),
        with_part(10, b"\xc5\x00\x03tea"),
        body + b"\0",
        body + b"\xc0",
        b"\x9c" + body[1:] + b"\x01",
        b"\x9a" + body[1 : -len(parts[10])],
    ):
        assert bent != body
        with pytest.raises(PeerFault):
            decode(bent, HERE)


def test_a_header_has_no_second_spelling_either() -> None:
    """Ada signs one spelled at length: the receiver spells it shortly, and it is not hers."""
    good = raw()
    for longer in (
        good.header_bytes.replace(b"\x9e\x01", b"\x9e\xcc\x01", 1),
        b"\xdc\x00\x0e" + good.header_bytes[1:],
        b"\x9f" + good.header_bytes[1:] + b"\x00",
        good.header_bytes + b"\0",
    ):
        assert longer != good.header_bytes
        signature = sign(ADA, SIGNATURE_DOMAIN, op_id(longer))
        arrived = judge(encode(SignedOp(good.header, longer, signature, SALT, b"tea")))
        assert arrived.header_bytes == good.header_bytes
        assert not verify_signature(arrived)


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
