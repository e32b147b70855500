"""libsodium's signatures, worked out once for each question in all villages of a process.

The same ops come to every home, and each home looks at the admissions again whenever it adds up its
ledger. Both functions are arithmetic: whatever goes in is the key, so the answer is libsodium's own
and nothing that a home does wrong can hide behind it. Signing itself is not remembered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest import mock

from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError

MOST = 1 << 15

_open = sodium.crypto_sign_open
_key_pair = lru_cache(MOST)(sodium.crypto_sign_seed_keypair)


@lru_cache(MOST)
def _opened(signed: bytes, public: bytes) -> bytes | None:
    try:
        return _open(signed, public)
    except BadSignatureError:
        return None


def _open_once(signed: bytes, public: bytes) -> bytes:
    message = _opened(signed, public)
    if message is None:
        raise BadSignatureError
    return message


@contextmanager
def worked_out_once() -> Iterator[None]:
    """For as long as the block lasts."""
    with (
        mock.patch.object(sodium, "crypto_sign_open", _open_once),
        mock.patch.object(sodium, "crypto_sign_seed_keypair", _key_pair),
    ):
        yield
