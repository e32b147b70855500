"""From a passphrase to the key of the store, by way of a small clear header.

Theory of operation. The header lies beside the store in the clear and holds what anyone who finds
the computer may know: a format version, a salt, what the stretching costs, sixteen bytes for the
lock screen's flower, and a check value. `derive` stretches the passphrase with Argon2id into the
32-byte raw key of the store. The check value is keyed BLAKE2b under that key, so a wrong passphrase
is told for certain, and everything wrong with the store afterwards is damage, never a typing
mistake. It helps nobody to guess faster: each guess still costs one whole Argon2id.

The order of creating is `make_header`, `derive`, `with_check`, `write_header`, and the store last.
A crash before the store is in place leaves a new home; the next attempt writes a new header.
"""

import unicodedata
from typing import Final

import msgspec

from app.header import (
    CHECK_SIZE,
    FLOWER_SIZE,
    SALT_SIZE,
    VERSION,
    Header,
    KdfCost,
    read_header,
    write_header,
)
from app.refused import Refused, Why
from p2p.crypto import Entropy, keyed, same, stretch

__all__ = [
    "FLOWER_SIZE",
    "VERSION",
    "Header",
    "KdfCost",
    "derive",
    "make_header",
    "read_header",
    "with_check",
    "write_header",
]

_CHECK_DOMAIN: Final = b"hearthside/header-check/1"


def make_header(cost: KdfCost, entropy: Entropy) -> Header:
    """Make the header of a new home, still without its check value."""
    return Header(version=VERSION, salt=entropy(SALT_SIZE), cost=cost, flower=entropy(FLOWER_SIZE))


def with_check(header: Header, key: bytes) -> Header:
    """Give the header that recognises this 32-byte key."""
    return msgspec.structs.replace(header, check=_check(key))


def derive(header: Header, passphrase: str) -> bytes:
    """Stretch a passphrase into the 32-byte key of the store. Slow: a worker thread's job.

    The same passphrase typed on another keyboard or system may come as other code points (é as one
    or as two), so it is brought to NFKC first. `Refused(WRONG_PASSPHRASE)` if the header has a
    check value and the key does not fit it.
    """
    words = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    key = stretch(words, header.salt, header.cost.ops, header.cost.mem_bytes)
    if header.check and not same(header.check, _check(key)):
        raise Refused(
            Why.WRONG_PASSPHRASE,
            "That didn't open it. Check Caps Lock; words are separated by spaces.",
        )
    return key


def _check(key: bytes) -> bytes:
    return keyed(key, _CHECK_DOMAIN, size=CHECK_SIZE)
