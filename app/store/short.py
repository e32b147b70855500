"""Long random names looked up by their first bytes: their indexes hold eight of thirty-two.

A commit enciphers anew each page that it touched, and names that are hashes touch all pages of an
index. With a third of the pages a large sync writes a third as much. That a name stands once is
seen to by whoever keeps it; two that begin alike are two rows, told apart by the whole name.
"""

from collections.abc import Sequence
from typing import Final

from app.store.parts import marks

BYTES: Final = 8


def one_of(column: str, names: Sequence[bytes]) -> str:
    """The condition that a name is one of some; for `both` of them as its values."""
    among = marks(names)
    return f"substr({column}, 1, {BYTES}) IN ({among}) AND {column} IN ({among})"


def both(names: Sequence[bytes]) -> tuple[bytes, ...]:
    """What stands for the question marks of `one_of`."""
    return *(name[:BYTES] for name in names), *names


def same(column: str, other: str) -> str:
    """The condition that two names are the same one; `other` may be `?2`, twice the same value."""
    return f"substr({column}, 1, {BYTES}) = substr({other}, 1, {BYTES}) AND {column} = {other}"
