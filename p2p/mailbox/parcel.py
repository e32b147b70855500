"""A parcel: a frame sealed for one device, left at a mailbox under a tag. Both look like chance.

plaintext = length 2 · frame · zeros, in one of two sizes; sealed with HPKE to the device's seal
key, with the tag in the info: a parcel moved under another tag opens for nobody.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from p2p.crypto import box, unbox
from p2p.errors import OurFault, PeerFault

DOMAIN: Final = b"hearthside/parcel/1"
SIZES: Final = (2048, 8192)
_HEAD: Final = 2


def seal(public: bytes, tag: bytes, frame: bytes) -> bytes:
    """Seal a frame. `PeerFault` for a seal key that is none; `OurFault` for a frame too long."""
    for size in SIZES:
        if len(frame) + _HEAD <= size:
            plain = len(frame).to_bytes(_HEAD, "big") + frame
            return box(public, DOMAIN + tag, plain + bytes(size - len(plain)))
    raise OurFault("a parcel too large")


def open_(seeds: Iterable[bytes], tags: Iterable[bytes], sealed: bytes) -> bytes | None:
    """The frame inside; None where none of our keys opens it under any of these tags."""
    named = list(tags)
    for seed in seeds:
        for tag in named:
            with suppress(PeerFault):
                plain = unbox(seed, DOMAIN + tag, sealed)
                length = int.from_bytes(plain[:_HEAD], "big")
                frame, zeros = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
                if len(plain) in SIZES and zeros.count(0) == len(zeros) and len(frame) == length:
                    return frame
    return None
