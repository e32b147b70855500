"""Long random names looked up by their first bytes: their indexes hold eight of thirty-two.

A commit enciphers anew each page that it touched, and names that are hashes touch all pages of an
index. With a third of the pages a large sync writes a third as much. That a name stands once is
seen to by whoever keeps it; two that begin alike are two rows, told apart by the whole name.
"""

from collections.abc import Iterable
from typing import Final

BYTES: Final = 8
_NAME: Final = 32

ASKED: Final = (
    f"WITH RECURSIVE asked (at) AS (SELECT 1 WHERE length(?1) UNION ALL"  # noqa: S608 - constants
    f" SELECT at + {_NAME} FROM asked WHERE at + {_NAME} < length(?1))"
)
"""What a statement about many names begins with; its first value is `together` of them.

One value and one text for any number of names: a question mark for each takes four times as long.
"""
THIS: Final = f"substr(?1, at, {_NAME})"
"""The name that is asked for."""


def together(names: Iterable[bytes]) -> bytes:
    """Names of 32 bytes end to end, each once."""
    return b"".join(dict.fromkeys(names))


def stands(column: str) -> str:
    """The condition that a name is the one that is asked for."""
    return f"substr({column}, 1, {BYTES}) = substr(?1, at, {BYTES}) AND {column} = {THIS}"


def same(column: str, other: str) -> str:
    """The condition that two names are the same one; `other` may be `?2`, twice the same value."""
    return f"substr({column}, 1, {BYTES}) = substr({other}, 1, {BYTES}) AND {column} = {other}"
