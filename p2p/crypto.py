"""The only door to libsodium and to hybrid HPKE.

Theory of operation. Everything the protocol needs is small verbs over ``bytes`` and two streams;
no key object leaves this module, so keys can be stored, compared and passed on as what they are.
One primitive for each job, none negotiable:

* hashing, MACs, key derivation: BLAKE2b (RFC 7693), unkeyed or keyed, here 16 to 64 B long;
* signatures: Ed25519 (RFC 8032) **by libsodium only**, for signing and above all for checking: two
  verifiers accept different edge cases, and replicas that disagree on one op part for ever;
* sealing under a shared secret: XChaCha20-Poly1305-IETF (draft-irtf-cfrg-xchacha);
* sealing a stream: libsodium's secretstream (XChaCha20-Poly1305), which notices what is cut off;
* sealing to a device: HPKE (RFC 9180) base mode, KEM MLKEM768-X25519 (X-Wing type), KDF
  HKDF-SHA256, AEAD ChaCha20-Poly1305. HKDF-SHA256 is HPKE's most tested KDF and loses nothing at
  a 256-bit key; ChaCha20 is constant-time on any CPU, as everything else here;
* passphrases: Argon2id (RFC 9106).

Blame: bytes that came from a peer and fail raise ``PeerFault``; a key or nonce of the wrong size in
*our* hands raises ``OurFault``. Python cannot wipe memory, so no caller may promise it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from nacl import bindings as sodium
from nacl.bindings.crypto_aead import ffi, lib  # type: ignore[attr-defined]  # names of its own
from nacl.exceptions import BadSignatureError, CryptoError

from p2p.errors import OurFault, PeerFault

Entropy = Callable[[int], bytes]
"""Gives so many random bytes. Handed in everywhere, so that a simulated run can be repeated."""

KEY_SIZE: Final = 32
"""Bytes of a secret, of an AEAD key, and of an Ed25519 seed or public key."""
NONCE_SIZE: Final = 24
"""Bytes of an XChaCha20 nonce: long enough to be a hash."""
TAG_SIZE: Final = 16
"""Bytes that ``seal_aead`` adds."""
SIGNATURE_SIZE: Final = 64
"""Bytes of an Ed25519 signature."""
STRETCH_SALT_SIZE: Final = 16
"""Bytes of salt for ``stretch``."""
SEAL_SEED_SIZE: Final = 96
"""Private half of a seal key as stored: ML-KEM-768 seed d‖z (64 B) ‖ X25519 private key (32 B)."""
SEAL_PUBLIC_SIZE: Final = 1216
"""Public half of a seal key: ML-KEM-768 key (1,184 B) ‖ X25519 key (32 B), in X-Wing's order."""
BOX_OVERHEAD: Final = 1136
"""Bytes that ``box`` adds: ML-KEM ciphertext 1,088 ‖ X25519 share 32 ‖ tag 16."""

STREAM_HEAD_SIZE: Final = 24
"""Bytes before the first part of a stream."""
STREAM_OVERHEAD: Final = 17
"""Bytes that each part of a stream is longer than what is in it."""

_MLKEM_SEED: Final = 64
_MLKEM_PUBLIC: Final = 1184
_PART: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def system_entropy(size: int) -> bytes:
    """Give ``size`` bytes from the operating system: the ``Entropy`` of every real run."""
    return secrets.token_bytes(size)


def digest(domain: str, *parts: bytes, size: int = 32) -> bytes:
    """Hash ``domain ‖ parts[0] ‖ parts[1] ‖ …`` with BLAKE2b to ``size`` bytes (1 to 64).

    Exactly that and nothing between: no lengths, no separators; ``domain`` as UTF-8. To stay
    unambiguous every part but the last must be of fixed length, and a domain ends in a version
    ("hearthside/op/1"). The digest length is BLAKE2b's own parameter, so a short digest is no
    prefix of a long one. Source: protocol, section 1.
    """
    return hashlib.blake2b(domain.encode() + b"".join(parts), digest_size=size).digest()


def keyed(key: bytes, *parts: bytes, size: int = 32) -> bytes:
    """MAC the plain concatenation of ``parts`` with keyed BLAKE2b, to ``size`` bytes (1 to 64).

    ``key`` is 16 to 64 B, else ``OurFault``: an empty key would silently be no key. The rule about
    lengths is that of ``digest``. Source: RFC 7693; protocol, section 1.
    """
    if not KEY_SIZE // 2 <= len(key) <= 2 * KEY_SIZE:
        raise OurFault("a MAC key of the wrong size")
    return hashlib.blake2b(b"".join(parts), key=key, digest_size=size).digest()


def derive(secret: bytes, label: str) -> bytes:
    """Derive a 32 B key for one purpose: BLAKE2b-256 of the label (UTF-8) keyed with the secret.

    The secret is 16 to 64 B of full entropy, never a passphrase; ``OurFault`` otherwise.
    """
    return keyed(secret, label.encode())


def sign_public(seed: bytes) -> bytes:
    """Give the 32 B Ed25519 public key of a 32 B seed; ``OurFault`` for another size."""
    return _key_pair(seed)[0]


def sign(seed: bytes, domain: str, message: bytes) -> bytes:
    """Sign ``domain ‖ message`` with the key of a 32 B seed; 64 B, deterministic (RFC 8032).

    ``OurFault`` if the seed has another size. ``message`` is an id or begins with fixed lengths:
    nothing parts the domain from it, see ``digest``.
    """
    return sodium.crypto_sign(domain.encode() + message, _key_pair(seed)[1])[:SIGNATURE_SIZE]


def verify(public: bytes, domain: str, message: bytes, signature: bytes) -> bool:
    """Say whether the signature over ``domain ‖ message`` is the key's. Never raises.

    libsodium's strict rules: no small-order keys or points, no scalar above the group order.
    """
    if len(public) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        sodium.crypto_sign_open(signature + domain.encode() + message, public)
    except BadSignatureError:
        return False
    return True


def seal_aead(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Seal with XChaCha20-Poly1305-IETF: 32 B key, 24 B nonce; the result is 16 B longer.

    ``OurFault`` for a key or nonce of another size. The cipher does not commit to its key; where
    that matters the caller commits (epoch op) or makes the nonce again (envelope).
    """
    _expect_aead(key, nonce)
    sealed = bytearray(len(plaintext) + TAG_SIZE)
    lib.crypto_aead_xchacha20poly1305_ietf_encrypt(
        ffi.from_buffer(sealed), ffi.NULL, plaintext, len(plaintext), associated, len(associated),
        ffi.NULL, nonce, key,
    )  # fmt: skip
    return bytes(sealed)


def open_aead(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Open what ``seal_aead`` sealed. ``PeerFault`` if one bit of anything differs.

    ``OurFault`` for a key or nonce of another size.
    """
    _expect_aead(key, nonce)
    size = len(sealed)
    if size < TAG_SIZE:
        raise PeerFault("sealed bytes too short")
    plaintext = bytearray(size - TAG_SIZE)
    # Straight to libsodium: PyNaCl's own checks take four times as long as the opening itself.
    if lib.crypto_aead_xchacha20poly1305_ietf_decrypt(
        ffi.from_buffer(plaintext), ffi.NULL, ffi.NULL, sealed, size, associated, len(associated),
        nonce, key,
    ):  # fmt: skip
        raise PeerFault("sealed bytes do not open")
    return bytes(plaintext)


class SealedStream:
    """Seals a text part by part under a 32 B key that is used for this stream and no other.

    The 24 B ``head`` comes before the first part; it is drawn inside libsodium. Each part is 17 B
    longer than what is in it, and opens in its place only.
    """

    def __init__(self, key: bytes) -> None:
        """Begin. ``OurFault`` for a key of another size."""
        _expect_stream_key(key)
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        self.head = sodium.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)

    def seal(self, part: bytes, *, last: bool = False) -> bytes:
        """Seal the next part; ``last`` says in it that no other follows."""
        tag = _LAST if last else _PART
        return sodium.crypto_secretstream_xchacha20poly1305_push(self._state, part, None, tag)


class OpenedStream:
    """Opens what a ``SealedStream`` sealed, part by part, in its order."""

    def __init__(self, key: bytes, head: bytes) -> None:
        """Begin. ``OurFault`` for a key, ``PeerFault`` for a head of another size."""
        _expect_stream_key(key)
        if len(head) != STREAM_HEAD_SIZE:
            raise PeerFault("the head of a stream of the wrong size")
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(self._state, head, key)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        """Open the next part. ``PeerFault`` if a bit differs, or it is not the last or is."""
        if len(sealed) < STREAM_OVERHEAD:
            raise PeerFault("a part of a stream too short")
        try:
            part, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed)
        except (CryptoError, RuntimeError):
            raise PeerFault("a part of a stream that does not open") from None
        if tag != (_LAST if last else _PART):
            raise PeerFault("a stream that ends elsewhere")
        return part


def seal_public(seed: bytes) -> bytes:
    """Give the 1,216 B public seal key of a 96 B seed; ``OurFault`` for another size."""
    kem, curve = _seal_private(seed)
    return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def box(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Seal to the holder of a 1,216 B public seal key; the result is 1,136 B longer.

    ``info`` binds the purpose (circle ‖ epoch ‖ granter ‖ recipient) and must be given again to
    open. Draws its own randomness inside OpenSSL: two boxes of one text differ, and a replayed
    simulation must compare contents. ``PeerFault`` for a key that is none, because public keys come
    from their owners. Anonymous: whoever needs the sender signs what carries the box.
    """
    if len(public) != SEAL_PUBLIC_SIZE:
        raise PeerFault("a seal key of the wrong size")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _suite().encrypt(plaintext, key, info)
    except ValueError:
        raise PeerFault("a seal key that is none") from None


def unbox(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    """Open what ``box`` sealed to this 96 B seed under the same ``info``.

    ``PeerFault`` if it does not open; ``OurFault`` if the seed has another size.
    """
    key = hpke.MLKEM768X25519PrivateKey(*_seal_private(seed))
    if len(sealed) < BOX_OVERHEAD:
        raise PeerFault("a box too short")
    try:
        return _suite().decrypt(sealed, key, info)
    except (InvalidTag, ValueError):
        raise PeerFault("a box that does not open") from None


def hybrid_available() -> bool:
    """Say whether this computer's OpenSSL really seals and opens hybrid boxes, by doing it once.

    Asked at start. Where it says no the program refuses to run; there is no weaker way.
    """
    seed = bytes(SEAL_SEED_SIZE)
    try:
        return unbox(seed, b"test", box(seal_public(seed), b"test", b"open")) == b"open"
    except (UnsupportedAlgorithm, PeerFault):
        return False


def stretch(passphrase: bytes, salt: bytes, ops: int, mem_bytes: int) -> bytes:
    """Turn a passphrase into a 32 B key with Argon2id v1.3, one lane, as libsodium's pwhash does.

    ``salt`` is 16 random bytes, ``ops`` the passes (at least 1), ``mem_bytes`` the memory in bytes
    (at least 8 KiB). Slow by design and without the GIL: a worker thread's job. ``OurFault`` for
    parameters that libsodium refuses or memory that is not to be had.
    """
    if len(salt) != STRETCH_SALT_SIZE:
        raise OurFault("a salt of the wrong size")
    argon2id = sodium.crypto_pwhash_ALG_ARGON2ID13
    try:
        return sodium.crypto_pwhash_alg(KEY_SIZE, passphrase, salt, ops, mem_bytes, argon2id)
    except (CryptoError, MemoryError):
        raise OurFault("Argon2id refused its parameters") from None


def same(left: bytes, right: bytes) -> bool:
    """Compare in a time that tells nothing about where two byte strings differ."""
    return hmac.compare_digest(left, right)


def _expect_stream_key(key: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise OurFault("a stream's key of the wrong size")


def _key_pair(seed: bytes) -> tuple[bytes, bytes]:
    if len(seed) != KEY_SIZE:
        raise OurFault("a signing seed of the wrong size")
    return sodium.crypto_sign_seed_keypair(seed)


def _expect_aead(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY_SIZE or len(nonce) != NONCE_SIZE:
        raise OurFault("an AEAD key or nonce of the wrong size")


def _seal_private(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    # Parsed anew each time and never cached: a cache would keep private keys after their rotation.
    if len(seed) != SEAL_SEED_SIZE:
        raise OurFault("a seal seed of the wrong size")
    return (
        MLKEM768PrivateKey.from_seed_bytes(seed[:_MLKEM_SEED]),
        X25519PrivateKey.from_private_bytes(seed[_MLKEM_SEED:]),
    )


def _suite() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
