"""The envelope: nobody can move, mark, grow or re-address what is inside."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.crypto import derive, digest, keyed, seal_aead, sign_public
from p2p.envelope import (
    ENVELOPE_LIMIT,
    FLOOR,
    Class,
    ClassKeys,
    EpochSecrets,
    commitment,
    envelope_id,
    hint_matches,
    open_,
    padme,
    peek,
    seal,
    seal_body,
)
from p2p.errors import OurFault, PeerFault
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import (
    BODY_LIMIT,
    INT_LIMIT,
    PAYLOAD_LIMIT,
    Header,
    Kind,
    Log,
    Place,
    SignedOp,
    encode,
    payload_hash,
    place_of,
    sign_op,
    strip,
    verify_signature,
)

ADA = b"a" * 32
SALT = b"s" * 16
HOUR = 494_000
EPOCH = EpochId(b"e" * 32)
SECRETS = EpochSecrets(EPOCH, words=b"w" * 32, authority=b"k" * 32)
CIRCLE = CircleId(b"c" * 32)
CLEAR = 1 + 1 + 4 + 24 + 4


def keys_of(secrets: EpochSecrets, envelope_class: Class) -> ClassKeys:
    """Give keys that are known to be there."""
    keys = secrets.keys(envelope_class)
    assert keys is not None
    return keys


WORDS = keys_of(SECRETS, Class.WORDS)
AUTHORITY = keys_of(SECRETS, Class.AUTHORITY)


def ada_says(payload: bytes = b"tea", **changes: object) -> SignedOp:
    """Sign a post of Ada's, or what the changes make of it."""
    fields: dict[str, Any] = {
        "version": 1,
        "circle": CIRCLE,
        "device": DeviceId(sign_public(ADA)),
        "log": Log.WORDS,
        "seq": 0,
        "prev": OpId(ZERO),
        "heads": (),
        "authority_heads": (),
        "epoch": EPOCH,
        "hour": HOUR,
        "kind": int(Kind.POST),
        "payload_hash": payload_hash(SALT, payload),
        "payload_size": len(payload),
        "written_at": 0,
    }
    return sign_op(ADA, Header(**{**fields, **changes}), SALT, payload)


def forge(padded: bytes, keys: ClassKeys, hour: int = HOUR, nonce: bytes | None = None) -> bytes:
    """Seal any padded text as a member who holds the keys can."""
    bound = bytes((1, keys.envelope_class)) + hour.to_bytes(4)
    nonce = nonce or keyed(keys.nonce, padded, size=24)
    sealed = seal_aead(keys.message, nonce, padded, bound + keys.epoch)
    return bound + nonce + keyed(keys.hint, nonce)[:4] + sealed


def pad(body: bytes) -> bytes:
    """Pad as the protocol says."""
    return (len(body).to_bytes(4) + body).ljust(padme(4 + len(body)), b"\0")


def test_bo_opens_what_ada_sealed() -> None:
    """Post, stripped post and authority op come out as they went in."""
    role = ada_says(log=Log.AUTHORITY, kind=int(Kind.ROLE))
    for op, keys in ((ada_says(), WORDS), (strip(ada_says()), WORDS), (role, AUTHORITY)):
        assert open_(seal(op, keys), keys, CIRCLE) == op


def test_the_layout_is_that_of_the_protocol() -> None:
    """Version · class · hour · nonce · hint · ciphertext, so strangers can build it."""
    op = ada_says()
    envelope = seal(op, WORDS)
    padded = pad(encode(op))
    assert envelope[:6] == b"\x01\x01" + HOUR.to_bytes(4)
    assert envelope[6:30] == keyed(WORDS.nonce, padded, size=24)
    assert envelope[30:34] == keyed(WORDS.hint, envelope[6:30])[:4]
    assert len(envelope) == CLEAR + len(padded) + 16
    assert envelope == forge(padded, WORDS)
    assert envelope_id(envelope) == digest("", envelope)
    assert WORDS.message == derive(b"w" * 32, "hearthside/words/message/1")


def test_sealing_is_deterministic() -> None:
    """One op under one epoch is one envelope, on every computer."""
    again = EpochSecrets(EPOCH, words=b"w" * 32, authority=None)
    assert seal(ada_says(), keys_of(again, Class.WORDS)) == seal(ada_says(), WORDS)


def test_a_body_is_sealed_unread_into_the_same_envelope() -> None:
    """What lies in a store needs no decoding on its way to the next one."""
    op = ada_says()
    assert seal_body(encode(op), op.header.hour, WORDS) == seal(op, WORDS)


def test_nothing_of_the_circle_stands_in_the_clear() -> None:
    """Neither circle, device, epoch nor text."""
    op = ada_says(b"a secret tea")
    envelope = seal(op, WORDS)
    for name in (op.header.circle, op.header.device, EPOCH, b"secret", op.op_id):
        assert name[:8] not in envelope


def test_a_mailbox_sees_class_hour_nonce_and_hint() -> None:
    """That is all, and it needs no key."""
    envelope = seal(ada_says(), WORDS)
    peeked = peek(envelope)
    assert (peeked.envelope_class, peeked.hour) == (Class.WORDS, HOUR)
    assert (peeked.nonce, peeked.hint) == (envelope[6:30], envelope[30:34])


def test_the_hint_finds_the_epoch() -> None:
    """Only the right keys match; another class or epoch does not."""
    peeked = peek(seal(ada_says(), WORDS))
    other = keys_of(EpochSecrets(EPOCH, words=b"x" * 32, authority=None), Class.WORDS)
    assert hint_matches(WORDS, peeked)
    assert not hint_matches(other, peeked)
    assert not hint_matches(AUTHORITY, peeked)


@pytest.mark.parametrize("at", [0, 1, 2, 5, 6, 29, 30, 33, 34, 100, -1])
def test_any_changed_byte_is_refused(at: int) -> None:
    """Version, class, hour, nonce, hint, ciphertext, tag: all are bound."""
    envelope = bytearray(seal(ada_says(), WORDS))
    envelope[at] ^= 1
    for keys in (WORDS, AUTHORITY):
        with pytest.raises(PeerFault):
            open_(bytes(envelope), keys, CIRCLE)


def expect_nobody_signed(moved: SignedOp, place: Place) -> None:
    """The op that comes out belongs to where it was put, is another one, and not by Ada."""
    assert place_of(moved.header) == place
    assert moved.op_id != ada_says().op_id
    assert not verify_signature(moved)


HERE = place_of(ada_says().header)


def test_an_op_where_it_belongs_is_adas() -> None:
    """So that the tests below have something to lose."""
    assert verify_signature(open_(forge(pad(encode(ada_says())), WORDS), WORDS, CIRCLE))


def test_a_member_cannot_move_an_op_to_another_hour() -> None:
    """Eve holds the keys and seals Ada's op with a later hour."""
    moved = open_(forge(pad(encode(ada_says())), WORDS, hour=HOUR + 1), WORDS, CIRCLE)
    expect_nobody_signed(moved, HERE._replace(hour=HOUR + 1))


def test_a_member_cannot_move_an_op_to_another_epoch() -> None:
    """Eve seals Ada's words anew under an epoch that a newcomer can read."""
    newer = EpochSecrets(EpochId(b"f" * 32), words=b"v" * 32, authority=None)
    keys = keys_of(newer, Class.WORDS)
    moved = open_(forge(pad(encode(ada_says())), keys), keys, CIRCLE)
    expect_nobody_signed(moved, HERE._replace(epoch=newer.epoch))


def test_a_member_cannot_move_an_op_to_another_circle() -> None:
    """Eve is in two circles with Ada and seals her words of one under the keys of the other."""
    other = CircleId(b"d" * 32)
    for op in (ada_says(), strip(ada_says())):
        moved = open_(forge(pad(encode(op)), WORDS), WORDS, other)
        expect_nobody_signed(moved, HERE._replace(circle=other))


def test_a_member_cannot_move_a_stripped_op_either() -> None:
    """It has kept its signature, and that is over hour and epoch, too."""
    bare = pad(encode(strip(ada_says())))
    assert verify_signature(open_(forge(bare, WORDS), WORDS, CIRCLE))
    expect_nobody_signed(
        open_(forge(bare, WORDS, hour=HOUR - 1), WORDS, CIRCLE), HERE._replace(hour=HOUR - 1)
    )


def test_a_member_cannot_move_an_op_to_another_class() -> None:
    """A post labelled as authority would never expire in a mailbox."""
    with pytest.raises(PeerFault, match="log"):
        open_(forge(pad(encode(ada_says())), AUTHORITY), AUTHORITY, CIRCLE)


def test_a_member_cannot_swap_the_words() -> None:
    """Eve puts a text of her own between Ada's header and signature."""
    good, text = ada_says(), b"gin"
    swapped = SignedOp(good.header, good.header_bytes, good.signature, SALT, text)
    opened = open_(forge(pad(encode(swapped)), WORDS), WORDS, CIRCLE)
    assert opened.payload == text
    expect_nobody_signed(opened, HERE)


def test_the_same_secret_under_another_epoch_id_does_not_open() -> None:
    """The epoch id is associated data."""
    twin = keys_of(EpochSecrets(EpochId(b"f" * 32), b"w" * 32, None), Class.WORDS)
    envelope = seal(ada_says(), WORDS)
    assert hint_matches(twin, peek(envelope))
    with pytest.raises(PeerFault, match="open"):
        open_(envelope, twin, CIRCLE)


def test_a_member_cannot_choose_the_nonce() -> None:
    """A second nonce would give one op a second id."""
    with pytest.raises(PeerFault, match="nonce"):
        open_(forge(pad(encode(ada_says())), WORDS, nonce=b"n" * 24), WORDS, CIRCLE)


@pytest.mark.parametrize(
    "bend",
    [
        lambda body: pad(body)[:-1] + b"\1",
        lambda body: pad(body).ljust(padme(len(pad(body)) + 1), b"\0"),
        lambda body: b"\xff" * 4 + pad(body)[4:],
        lambda body: bytes(4) + pad(body)[4:],
        lambda _: bytes(FLOOR),
    ],
)
def test_padding_has_one_form(bend: Callable[[bytes], bytes]) -> None:
    """Neither hidden bytes nor longer padding nor a length that lies."""
    with pytest.raises(PeerFault):
        open_(forge(bend(encode(ada_says())), WORDS), WORDS, CIRCLE)


def test_we_seal_only_under_the_ops_own_keys() -> None:
    """Another epoch or class is a bug of ours."""
    other = keys_of(EpochSecrets(EpochId(b"f" * 32), b"w" * 32, None), Class.WORDS)
    for keys in (other, AUTHORITY):
        with pytest.raises(OurFault):
            seal(ada_says(), keys)


@given(st.integers(1, BODY_LIMIT + 4))
def test_padme_costs_little_and_is_stable(length: int) -> None:
    """At most 12 % above the floor, monotone, and padding the padded changes nothing."""
    padded = padme(length)
    assert padded >= max(length, FLOOR)
    assert padded <= max(FLOOR, length * 1.12)
    assert padme(padded) == padded
    assert padme(length + 1) >= padded


def test_padme_gives_known_sizes() -> None:
    """Worked by hand from the paper: 9 → floor, 300 → 304, 1,000 → 1,024, 50,000 → 51,200."""
    assert [padme(size) for size in (9, 256, 257, 300, 1_000)] == [256, 256, 272, 304, 1_024]
    assert padme(50_000) == 51_200


def test_the_largest_op_fits_an_envelope() -> None:
    """A full payload under the fullest header stays below 64 KiB."""
    heads = tuple(OpId(bytes((number,)) * 32) for number in range(1, 9))
    largest = ada_says(
        bytes(PAYLOAD_LIMIT),
        seq=INT_LIMIT - 1,
        prev=heads[0],
        heads=heads,
        authority_heads=heads[:4],
        hour=2**32 - 1,
        written_at=INT_LIMIT - 1,
    )
    envelope = seal(largest, WORDS)
    assert len(envelope) <= CLEAR + padme(4 + BODY_LIMIT) + 16 <= ENVELOPE_LIMIT
    assert open_(envelope, WORDS, CIRCLE) == largest


@pytest.mark.parametrize(("heads", "size"), [(0, 562), (1, 626), (2, 658), (8, 850)])
def test_a_short_post_makes_a_small_envelope(heads: int, size: int) -> None:
    """A payload of 300 bytes amid a log: a hundred thousand of them may take 70 MB on the way."""
    names = tuple(OpId(bytes((number,)) * 32) for number in range(1, 10))
    post = ada_says(
        bytes(300),
        seq=70_000,
        prev=names[8],
        heads=names[:heads],
        authority_heads=names[:1],
        written_at=2**41,
    )
    assert len(seal(post, WORDS)) == size


def test_the_smallest_op_fills_the_floor() -> None:
    """No envelope is smaller than 306 B, and an empty post is not larger."""
    assert len(seal(ada_says(b""), WORDS)) == CLEAR + FLOOR + 16 == 306


def test_an_unpadded_or_oversized_envelope_is_refused_without_a_key() -> None:
    """A mailbox refuses what cannot be one."""
    good = seal(ada_says(), WORDS)
    for bad in (b"", good[:-1], good + b"\0", bytes(ENVELOPE_LIMIT + 1), b"\1\2" + good[2:]):
        with pytest.raises(PeerFault):
            peek(bad)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_value_or_a_peer_fault(envelope: bytes) -> None:
    """Never another exception, with or without the keys."""
    for read in (peek, lambda given_: open_(given_, WORDS, CIRCLE)):
        with pytest.raises(PeerFault):
            read(envelope)


@given(st.binary(max_size=400))
def test_any_text_of_a_member_gives_a_value_or_a_peer_fault(text: bytes) -> None:
    """Behind the cipher, too: members are peers."""
    for padded in (pad(text), text.ljust(padme(len(text) or 1), b"\0")):
        with pytest.raises(PeerFault):
            open_(forge(padded, WORDS), WORDS, CIRCLE)


def test_an_epoch_may_be_known_by_halves() -> None:
    """The root has authority only; nothing opens without its secret."""
    root = EpochSecrets(EpochId(ZERO), words=None, authority=b"k" * 32)
    assert root.keys(Class.WORDS) is None
    assert root.keys(Class.AUTHORITY) is not None
    assert EpochSecrets(EPOCH, b"w" * 32, None).keys(Class.AUTHORITY) is None


def test_all_derived_keys_differ_and_none_is_shown() -> None:
    """Even from one secret used twice; and no repr leaks any of them."""
    twice = EpochSecrets(EPOCH, b"w" * 32, b"w" * 32)
    words, authority = keys_of(twice, Class.WORDS), keys_of(twice, Class.AUTHORITY)
    derived = {key for keys in (words, authority) for key in (keys.message, keys.nonce, keys.hint)}
    assert len(derived) == 6
    assert all(repr(key) not in repr((twice, words)) for key in (*derived, b"w" * 32))


def test_the_commitment_binds_the_secret() -> None:
    """As the epoch op announces it; sizes are our own care."""
    assert commitment(b"w" * 32) == digest("hearthside/epoch-commitment/1", b"w" * 32)
    with pytest.raises(OurFault):
        EpochSecrets(EPOCH, b"w" * 31, None)
    with pytest.raises(OurFault):
        EpochSecrets(EpochId(b"e"), b"w" * 32, None)
