"""Parcels: sealed for one reader under one tag, in one of two sizes, with nothing else inside."""

import pytest

from p2p.crypto import NONCE_SIZE, SEAL_SEED_SIZE, box, seal_aead, seal_public, system_entropy
from p2p.errors import OurFault, PeerFault
from p2p.mailbox import parcel

ADA, BO = b"a" * SEAL_SEED_SIZE, b"b" * SEAL_SEED_SIZE
TAG, OTHER = b"t" * 32, b"o" * 32
KEY = b"k" * 32


@pytest.mark.parametrize("frame", [b"", b"x", b"x" * 2046, b"x" * 2047, b"x" * 8190])
def test_a_parcel_opens_for_its_reader_under_its_tag(frame: bytes) -> None:
    """Whoever else tries, or finds it under another tag, has nothing."""
    sealed = parcel.seal(seal_public(ADA), TAG, frame)
    assert parcel.open_([BO, ADA], [OTHER, TAG], sealed) == frame
    assert parcel.open_([BO], [TAG], sealed) is None
    assert parcel.open_([ADA], [OTHER], sealed) is None
    shared = parcel.seal_shared(KEY, TAG, frame, system_entropy)
    assert parcel.open_shared({OTHER: KEY, TAG: KEY}, shared) == frame
    assert parcel.open_shared({OTHER: KEY}, shared) is None


def test_there_are_two_sizes_and_no_third() -> None:
    """From outside, a parcel with one secret is like one with several."""
    lengths = {len(parcel.seal(seal_public(ADA), TAG, bytes(n))) for n in (0, 9, 2046, 2047, 8190)}
    assert len(lengths) == 2
    with pytest.raises(OurFault):
        parcel.seal(seal_public(ADA), TAG, bytes(8191))


def test_a_seal_key_that_is_none_is_its_owners_fault() -> None:
    """It harms nobody else's parcels."""
    with pytest.raises(PeerFault):
        parcel.seal(b"", TAG, b"frame")


@pytest.mark.parametrize(
    "plain",
    [
        b"", b"\0", bytes(2047), b"\0\x01x" + bytes(2044) + b"\1", b"\xff\xff" + bytes(2046),
        b"\0\x01x".ljust(8192, b"\0"), bytes(8192), b"\0\x01x".ljust(4096, b"\0"),
    ],
    ids=["nothing", "one byte", "short", "in the zeros", "longer than it is", "too large a size",
         "zeros, too large", "a third size"],
)  # fmt: skip
def test_what_a_member_puts_in_otherwise_opens_for_nobody(plain: bytes) -> None:
    """One spelling for each frame: nothing travels in the padding."""
    sealed = box(seal_public(ADA), parcel.DOMAIN + TAG, plain)
    assert parcel.open_([ADA], [TAG], sealed) is None
    nonce = bytes(NONCE_SIZE)
    shared = nonce + seal_aead(KEY, nonce, plain, parcel.DOMAIN + TAG)
    assert parcel.open_shared({TAG: KEY}, shared) is None
