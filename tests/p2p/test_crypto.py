"""The door to the primitives: what it promises, whatever bytes come."""

import hashlib

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p import crypto
from p2p.errors import OurFault, PeerFault

SEED = bytes(range(32))
SEAL_SEED = bytes(range(96))
NONCE = bytes(24)


def test_digest_is_plain_blake2b_of_the_domain_and_the_parts() -> None:
    """A stranger can compute our digests with any BLAKE2b."""
    expected = hashlib.blake2b(b"hearthside/op/1" + b"abc", digest_size=32).digest()
    assert crypto.digest("hearthside/op/1", b"a", b"bc") == expected
    assert len(crypto.digest("x", size=24)) == 24


def test_keyed_and_derived_keys_depend_on_key_and_label() -> None:
    """Two labels or two secrets never give the same key."""
    keys = {crypto.derive(secret, label) for secret in (SEED, NONCE) for label in ("a", "b")}
    assert len(keys) == 4
    assert crypto.derive(SEED, "a") == crypto.keyed(SEED, b"a")


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_of_another_size_is_our_fault(size: int) -> None:
    """An empty key would silently be no key at all."""
    with pytest.raises(OurFault):
        crypto.keyed(bytes(size), b"x")


def test_signatures_follow_rfc_8032() -> None:
    """Test 1 of RFC 8032 §7.1 comes out byte for byte."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert crypto.sign_public(seed).hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert crypto.sign(seed, "", b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_signature_holds_for_its_domain_message_and_key_only() -> None:
    """Ada's signature says one thing, in one place, for her."""
    ada, eve = crypto.sign_public(SEED), crypto.sign_public(bytes(32))
    signature = crypto.sign(SEED, "tag/1", b"id")
    assert crypto.verify(ada, "tag/1", b"id", signature)
    assert not crypto.verify(eve, "tag/1", b"id", signature)
    assert not crypto.verify(ada, "tag/2", b"id", signature)
    assert not crypto.verify(ada, "tag/1", b"di", signature)


@given(st.binary(max_size=80), st.binary(max_size=20), st.binary(max_size=80))
def test_verify_never_raises(public: bytes, message: bytes, signature: bytes) -> None:
    """Junk for a key or a signature is just not valid."""
    assert crypto.verify(public, "tag", message, signature) is False


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_verify_never_raises_at_the_right_sizes(public: bytes, signature: bytes) -> None:
    """Nor does junk of the right size."""
    assert crypto.verify(public, "tag", b"", signature) is False


def test_verify_refuses_the_small_order_key_that_signs_everything() -> None:
    """The neutral point as key and R, with S = 0, passes lax verifiers for every message."""
    neutral = b"\x01" + bytes(31)
    assert not crypto.verify(neutral, "tag", b"any", neutral + bytes(32))


def test_a_malleated_signature_is_refused() -> None:
    """S + L signs the same in a lax verifier and would give one op two signatures."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = crypto.sign(SEED, "tag", b"id")
    scalar = int.from_bytes(signature[32:], "little") + order
    bent = signature[:32] + scalar.to_bytes(32, "little")
    assert not crypto.verify(crypto.sign_public(SEED), "tag", b"id", bent)


def test_what_is_sealed_opens_only_unchanged() -> None:
    """One changed bit anywhere, and it stays shut."""
    sealed = crypto.seal_aead(SEED, NONCE, b"tea at five", b"hour")
    assert crypto.open_aead(SEED, NONCE, sealed, b"hour") == b"tea at five"
    for at in range(len(sealed)):
        bent = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        with pytest.raises(PeerFault):
            crypto.open_aead(SEED, NONCE, bent, b"hour")
    with pytest.raises(PeerFault):
        crypto.open_aead(SEED, NONCE, sealed, b"hours")


@given(st.binary(max_size=64))
def test_open_aead_raises_only_peer_fault(sealed: bytes) -> None:
    """Any bytes: a value or a PeerFault."""
    with pytest.raises(PeerFault):
        crypto.open_aead(SEED, NONCE, sealed, b"")


def test_aead_sizes_are_our_own_care() -> None:
    """A short key or nonce is a bug of ours, not theirs."""
    with pytest.raises(OurFault):
        crypto.seal_aead(SEED[:31], NONCE, b"", b"")
    with pytest.raises(OurFault):
        crypto.open_aead(SEED, NONCE[:23], bytes(16), b"")


def test_this_computer_can_seal_hybrid_boxes() -> None:
    """The feature test passes where the test suite runs."""
    assert crypto.hybrid_available()


def test_the_program_hears_that_hybrid_boxes_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OpenSSL without ML-KEM is told, not worked around."""

    def refuse(_seed: bytes) -> object:
        raise UnsupportedAlgorithm("no ML-KEM")

    monkeypatch.setattr(crypto, "_seal_private", refuse)
    assert not crypto.hybrid_available()


def test_a_box_opens_for_its_seed_and_info_only() -> None:
    """Bo's parcel is Bo's, for one purpose."""
    public = crypto.seal_public(SEAL_SEED)
    assert len(public) == crypto.SEAL_PUBLIC_SIZE
    boxed = crypto.box(public, b"info", b"secret")
    assert len(boxed) == len(b"secret") + crypto.BOX_OVERHEAD
    assert crypto.unbox(SEAL_SEED, b"info", boxed) == b"secret"
    assert crypto.box(public, b"info", b"secret") != boxed
    with pytest.raises(PeerFault):
        crypto.unbox(SEAL_SEED, b"other", boxed)
    with pytest.raises(PeerFault):
        crypto.unbox(bytes(96), b"info", boxed)


@pytest.mark.parametrize("at", [0, 1087, 1088, 1119, 1120, 1136])
def test_both_halves_of_a_box_and_its_text_are_bound(at: int) -> None:
    """A bent ML-KEM ciphertext, X25519 share or text stays shut."""
    boxed = bytearray(crypto.box(crypto.seal_public(SEAL_SEED), b"", b"s"))
    boxed[at] ^= 1
    with pytest.raises(PeerFault):
        crypto.unbox(SEAL_SEED, b"", bytes(boxed))


@given(st.binary(max_size=1300))
@settings(max_examples=50)
def test_unbox_raises_only_peer_fault(sealed: bytes) -> None:
    """Any bytes: a value or a PeerFault."""
    with pytest.raises(PeerFault):
        crypto.unbox(SEAL_SEED, b"", sealed)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(1215),
        b"\xff" * 1216,
        crypto.seal_public(SEAL_SEED)[:1184] + bytes(32),
        crypto.seal_public(SEAL_SEED)[:1184] + b"\x01" + bytes(31),
    ],
)
def test_a_seal_key_that_is_none_is_its_owners_fault(public: bytes) -> None:
    """Wrong sizes, numbers above the ML-KEM modulus, X25519 points of small order."""
    with pytest.raises(PeerFault):
        crypto.box(public, b"", b"x")


def test_seeds_of_another_size_are_our_fault() -> None:
    """A seed comes from our own store."""
    for call in (crypto.sign_public, crypto.seal_public, lambda seed: crypto.unbox(seed, b"", b"")):
        with pytest.raises(OurFault):
            call(bytes(31))


def test_a_passphrase_stretches_to_the_same_key_again() -> None:
    """Passphrase, salt, passes and memory all count."""
    salt = bytes(16)
    key = crypto.stretch(b"correct horse", salt, 1, 8192)
    assert len(key) == 32
    assert key == crypto.stretch(b"correct horse", salt, 1, 8192)
    assert key != crypto.stretch(b"correct hors", salt, 1, 8192)
    assert key != crypto.stretch(b"correct horse", salt, 2, 8192)
    assert key != crypto.stretch(b"correct horse", salt, 1, 16384)
    assert key != crypto.stretch(b"correct horse", b"s" * 16, 1, 8192)


@pytest.mark.parametrize(("salt", "ops", "memory"), [(15, 1, 8192), (16, 0, 8192), (16, 1, 8191)])
def test_stretching_refuses_weak_parameters(salt: int, ops: int, memory: int) -> None:
    """Below libsodium's minimum there is no key."""
    with pytest.raises(OurFault):
        crypto.stretch(b"x", bytes(salt), ops, memory)


def test_same_compares_and_entropy_gives_what_was_asked() -> None:
    """The two small verbs."""
    assert crypto.same(b"ab", b"ab")
    assert not crypto.same(b"ab", b"ac")
    assert not crypto.same(b"ab", b"a")
    assert len(crypto.system_entropy(7)) == 7
    assert crypto.system_entropy(32) != crypto.system_entropy(32)
