"""The envelope: what travels and what a mailbox sees. Sign inside, encrypt outside.

Theory of operation. The layout, with all integers big-endian::

    version 1 · class 1 · hour 4 · nonce 24 · hint 4 · ciphertext

    ciphertext = XChaCha20-Poly1305(message key, nonce, padded, version ‖ class ‖ hour ‖ epoch id)
    padded     = length 4 ‖ body ‖ zeros        body: see ``p2p.op``
    nonce      = keyed BLAKE2b-192(nonce key, padded)
    hint       = first 4 B of keyed BLAKE2b-256(hint key, nonce)

The nonce is made from the text and made again by whoever opens: sealing is deterministic, so one op
under one epoch is one envelope with one id, two texts never share a nonce, and a text that was
sealed under one epoch cannot be passed off as another's. Hour, class and epoch are
signed too: the header is put together from them, so an op that was moved is one that nobody signed.
Nothing in the clear can be changed, and no envelope be given a second id, without the message key.

The hint lets members find the epoch without trying every key, yet differs for every envelope, so a
mailbox cannot group by it. Source: protocol, section 4; padding: Padmé (Nikitin et al., PETS 2019).
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from p2p.crypto import (
    KEY_SIZE,
    NONCE_SIZE,
    TAG_SIZE,
    derive,
    digest,
    keyed,
    open_aead,
    same,
    seal_aead,
)
from p2p.errors import OurFault, PeerFault
from p2p.ids import ID_SIZE, CircleId, EnvelopeId, EpochId
from p2p.op import Log, Place, SignedOp, check, decode, encode

Class = Log
"""What a mailbox may know of an op: its log, under the same numbers."""

VERSION: Final = 1
ENVELOPE_LIMIT: Final = 64 * 1024
FLOOR: Final = 256
"""Least padded length in bytes: support, erase and a short reply look alike."""
HINT_SIZE: Final = 4
COMMITMENT_DOMAIN: Final = "hearthside/epoch-commitment/1"

_BOUND: Final = 6
"""Version, class, hour: the clear bytes that go into the associated data as they stand."""
_NONCE_END: Final = _BOUND + NONCE_SIZE
_CLEAR: Final = _NONCE_END + HINT_SIZE
_LENGTH_SIZE: Final = 4
_CLASSES: Final = (Class.AUTHORITY, Class.WORDS)
"""By their numbers: asking the enum for one takes as long as all the rest of a look."""


@dataclass(frozen=True, slots=True)
class ClassKeys:
    """What seals and opens one class of one epoch: three 32 B keys from one secret."""

    epoch: EpochId
    envelope_class: Class
    message: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    hint: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, epoch: EpochId, envelope_class: Class, secret: bytes) -> "ClassKeys":
        """Derive the keys of one class from its 32 B secret; ``OurFault`` for another size."""
        if len(secret) != KEY_SIZE or len(epoch) != ID_SIZE:
            raise OurFault("an epoch id or secret of the wrong size")
        label = f"hearthside/{envelope_class.name.lower()}"
        return cls(
            epoch,
            envelope_class,
            derive(secret, f"{label}/message/1"),
            derive(secret, f"{label}/nonce/1"),
            derive(secret, f"{label}/hint/1"),
        )


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """One epoch's two independent secrets of 32 B, either of which may be unknown here.

    The root epoch has authority only; a newcomer to a circle of fresh history has authority only
    for the epochs before. The derived keys are made once, when the value is made.
    """

    epoch: EpochId
    words: bytes | None = field(repr=False)
    authority: bytes | None = field(repr=False)
    _words_keys: ClassKeys | None = field(init=False, repr=False, compare=False)
    _authority_keys: ClassKeys | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what can be derived. ``OurFault`` for an id or a secret of the wrong size."""
        object.__setattr__(self, "_words_keys", self._derived(Class.WORDS, self.words))
        object.__setattr__(self, "_authority_keys", self._derived(Class.AUTHORITY, self.authority))

    def keys(self, envelope_class: Class) -> ClassKeys | None:
        """Give the keys of a class, or None where its secret is not known here."""
        return self._words_keys if envelope_class is Class.WORDS else self._authority_keys

    def _derived(self, envelope_class: Class, secret: bytes | None) -> ClassKeys | None:
        if secret is None:
            return None
        return ClassKeys.from_secret(self.epoch, envelope_class, secret)


class Peeked(NamedTuple):
    """What anybody sees of an envelope, besides its length."""

    envelope_class: Class
    hour: int
    nonce: bytes
    hint: bytes


def commitment(secret: bytes) -> bytes:
    """BLAKE2b-256("hearthside/epoch-commitment/1" ‖ secret), 32 B, for the epoch op."""
    return digest(COMMITMENT_DOMAIN, secret)


def envelope_id(envelope: bytes) -> EnvelopeId:
    """BLAKE2b-256(envelope), 32 B, over all its bytes and without a domain, as the spec has it."""
    return EnvelopeId(digest("", envelope))


@lru_cache(maxsize=2048)  # asked twice for every envelope, and their lengths are alike
def padme(length: int) -> int:
    """Give the padded length in bytes for ``length``, prefix included: Padmé, at least 256.

    Keeps the top ⌊log₂⌊log₂ L⌋⌋ + 1 bits after the first and rounds up: at most 12 % more, while
    lengths up to M leak only O(log log M) bits.
    """
    exponent = max(length, FLOOR).bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return max(FLOOR, (length + step - 1) // step * step)


def seal(op: SignedOp, keys: ClassKeys) -> bytes:
    """Seal an op into its envelope: always the same bytes for the same op and keys.

    ``OurFault`` if the op names another epoch or belongs to another class than the keys.
    """
    header = op.header
    if header.epoch != keys.epoch or header.log is not keys.envelope_class:
        raise OurFault("sealing under keys that are not the op's")
    return seal_body(encode(op), header.hour, keys)


def seal_body(body: bytes, hour: int, keys: ClassKeys) -> bytes:
    """Seal the body of an op of that hour, and of the epoch and class of the keys, unread."""
    bound = bytes((VERSION, keys.envelope_class)) + hour.to_bytes(4)
    padded = _pad(body)
    nonce = keyed(keys.nonce, padded, size=NONCE_SIZE)
    ciphertext = seal_aead(keys.message, nonce, padded, bound + keys.epoch)
    return bound + nonce + _hint(keys, nonce) + ciphertext


def peek(envelope: bytes) -> Peeked:
    """Read what stands in the clear. Needs no key: it is all that a mailbox can check.

    ``PeerFault`` for a version, class or length that no envelope has; unpadded lengths count.
    """
    if not _CLEAR + FLOOR + TAG_SIZE <= len(envelope) <= ENVELOPE_LIMIT:
        raise PeerFault("an envelope too short or too long")
    if envelope[0] != VERSION:
        raise PeerFault("an envelope of another version")
    if envelope[1] >= len(_CLASSES):
        raise PeerFault("an envelope of no known class")
    padded_size = len(envelope) - _CLEAR - TAG_SIZE
    if padme(padded_size) != padded_size:
        raise PeerFault("an envelope that is not padded")
    return Peeked(
        _CLASSES[envelope[1]],
        int.from_bytes(envelope[2:_BOUND]),
        envelope[_BOUND:_NONCE_END],
        envelope[_NONCE_END:_CLEAR],
    )


def hint_matches(keys: ClassKeys, peeked: Peeked) -> bool:
    """Say whether these keys are worth trying: wrong for one in 2³² of other epochs' envelopes."""
    return peeked.envelope_class is keys.envelope_class and same(
        _hint(keys, peeked.nonce), peeked.hint
    )


def open_(envelope: bytes, keys: ClassKeys, circle: CircleId) -> SignedOp:
    """Open an envelope found in a circle, check everything but the signature, give the op.

    ``PeerFault`` if it does not open under these keys (so ask ``hint_matches`` first: an envelope
    of another epoch is nobody's fault), or if anything inside breaks a rule. The op may be
    *stripped*, see ``p2p.op.check``; whether it is authentic is decided a run at a time: an op
    moved here from another circle, epoch, hour or class is one with a wrong signature.
    """
    peeked = peek(envelope)
    if not hint_matches(keys, peeked):
        raise PeerFault("an envelope under other keys")
    return open_peeked(envelope, peeked, keys, circle)


def open_peeked(envelope: bytes, peeked: Peeked, keys: ClassKeys, circle: CircleId) -> SignedOp:
    """Do what ``open_`` does, for an envelope whose hint was found to match already."""
    associated = envelope[:_BOUND] + keys.epoch
    padded = open_aead(keys.message, peeked.nonce, envelope[_CLEAR:], associated)
    if not same(keyed(keys.nonce, padded, size=NONCE_SIZE), peeked.nonce):
        raise PeerFault("a nonce that is not the text's")
    op = decode(_unpad(padded), Place(circle, peeked.envelope_class, keys.epoch, peeked.hour))
    check(op)
    return op


def _hint(keys: ClassKeys, nonce: bytes) -> bytes:
    return keyed(keys.hint, nonce)[:HINT_SIZE]


def _pad(body: bytes) -> bytes:
    size = padme(_LENGTH_SIZE + len(body))
    return (len(body).to_bytes(_LENGTH_SIZE) + body).ljust(size, b"\0")


def _unpad(padded: bytes) -> bytes:
    # One text, one padding: the length must call for exactly this size and the rest be zeros, or
    # a member could give one op several envelopes and ids, or hide bytes in the rest.
    end = _LENGTH_SIZE + int.from_bytes(padded[:_LENGTH_SIZE])
    if padme(end) != len(padded) or padded[end:].strip(b"\0"):
        raise PeerFault("padding that is not the protocol's")
    return padded[_LENGTH_SIZE:end]
