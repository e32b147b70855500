"""A parcel: a frame sealed for one device, left at a mailbox under a tag. Both look like chance.

plaintext = length 2 · frame · zeros, in one of two sizes; sealed with HPKE to the device's seal
key, with the tag in the info: a parcel moved under another tag opens for nobody.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from p2p.crypto import NONCE_SIZE, Entropy, box, open_aead, seal_aead, unbox
from p2p.errors import OurFault, PeerFault

DOMAIN: Final = b"hearthside/parcel/1"
SIZES: Final = (2048, 8192)
_HEAD: Final = 2


def seal(public: bytes, tag: bytes, frame: bytes) -> bytes:
    """Seal a frame. `PeerFault` for a seal key that is none; `OurFault` for a frame too long."""
    return box(public, DOMAIN + tag, _padded(frame))


def seal_shared(key: bytes, tag: bytes, frame: bytes, entropy: Entropy) -> bytes:
    """Seal a frame for all who hold a key. `OurFault` for a frame too long."""
    nonce = entropy(NONCE_SIZE)
    return nonce + seal_aead(key, nonce, _padded(frame), DOMAIN + tag)


def open_(seeds: Iterable[bytes], tags: Iterable[bytes], sealed: bytes) -> bytes | None:
    """The frame inside; None where none of our keys opens it under any of these tags."""
    named = list(tags)
    for seed in seeds:
        for tag in named:
            with suppress(PeerFault):
                return _unpadded(unbox(seed, DOMAIN + tag, sealed))
    return None


def open_shared(keys: Mapping[bytes, bytes], sealed: bytes) -> bytes | None:
    """The frame inside; `keys`: by tag."""
    for tag, key in keys.items():
        with suppress(PeerFault):
            nonce, text = sealed[:NONCE_SIZE], sealed[NONCE_SIZE:]
            if len(nonce) == NONCE_SIZE:
                return _unpadded(open_aead(key, nonce, text, DOMAIN + tag))
    return None


def _padded(frame: bytes) -> bytes:
    for size in SIZES:
        if len(frame) + _HEAD <= size:
            plain = len(frame).to_bytes(_HEAD, "big") + frame
            return plain + bytes(size - len(plain))
    raise OurFault("a parcel too large")


def _unpadded(plain: bytes) -> bytes:
    length = int.from_bytes(plain[:_HEAD], "big")
    frame, zeros = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
    whole = len(plain) in SIZES and len(frame) == length and zeros.count(0) == len(zeros)
    if not whole or len(_padded(frame)) != len(plain):
        raise PeerFault("a parcel that is none")
    return frame
