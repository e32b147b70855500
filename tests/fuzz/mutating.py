"""Edits of valid messages: random bytes alone never get behind the first byte of a parser.

An edit is a value, so that hypothesis can make a failing list of them smaller, and tools/fuzz can
draw the same from a seed. Every number in an edit is taken modulo what there is to edit: each list
of edits fits each message.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, TypeAlias

import msgspec
from hypothesis import strategies as st

Tree: TypeAlias = Any  # what MessagePack can say

MOST_EDITS: Final = 6
MOST_PLACES: Final = 2000  # of a tree that are looked at
DEEPEST: Final = 12
_BYTES: Final = (0, 1, 0x1F, 0x20, 0x60, 0x61, 0x7F, 0x80, 0xC0, 0xC1, 0xC6, 0xD7, 0xD9, 0xDD, 0xFF)
_PIECES: Final = (
    b"", b"\0" * 8, b"\xff" * 10, b"\x80" * 10, b"\x91" * 600, b"\x81\x80\0", b"\xc0",
    b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
    b"\xdb\x7f\xff\xff\xff",
    b"\xd7\xff" + b"\xff" * 8, b"\xcb\x7f\xf0\0\0\0\0\0\0", b"\xcf" + b"\xff" * 8,
    b"\xc4\x20" + b"i" * 32, b"\xff\xff\xff\xff", b"\0\x08\0\0", "é\u2014\U0001f600".encode(),
    b"\xed\xa0\x80", b"\\ud800", b"[" * 400, b'{"a":' * 200, b"1e999", b"-0", b",", b"\n", b"/",
    b"#",
)  # fmt: skip
_VALUES: Final[tuple[Tree, ...]] = (
    None, True, False, 0, 1, -1, 2, 64, 127, 128, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53,
    2**63 - 1, 2**64 - 1, -(2**63), 0.0, 1.5, float("inf"), float("nan"), b"", b"\0" * 16,
    b"\0" * 32,
    b"x" * 33, b"y" * 63, b"z" * 64, "", "a", "\0", "é" * 64, "\U0001f600", "x" * 300, [], [[]],
    [None],
    {}, {"type": 1}, {1: 2}, msgspec.msgpack.Ext(5, b"e"),
)  # fmt: skip


class Kind(Enum):
    """What an edit does."""

    FLIP = auto()
    SET = auto()
    CUT = auto()
    INSERT = auto()
    REPEAT = auto()
    SPLICE = auto()
    NUMBER = auto()
    TREE = auto()
    NEST = auto()
    TWICE = auto()
    GRAFT = auto()
    INSIDE = auto()


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: where (`at`), how much (`span`), and with which of the pieces (`which`)."""

    kind: Kind
    at: int
    span: int
    which: int


edits: st.SearchStrategy[list[Edit]] = st.lists(
    st.builds(
        Edit,
        st.sampled_from(Kind),
        st.integers(0, 2**20),
        st.integers(0, 2**16),
        st.integers(0, 2**16),
    ),
    max_size=MOST_EDITS,
)


def some_edits(chance: random.Random) -> list[Edit]:
    """A few edits, mostly one or two."""
    kinds = list(Kind)
    return [
        Edit(
            chance.choice(kinds),
            chance.randrange(2**20),
            chance.choice((chance.randrange(9), chance.randrange(2**16))),
            chance.randrange(2**16),
        )
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, MOST_EDITS)))
    ]


def edited(message: bytes, changes: Sequence[Edit], others: Sequence[bytes], limit: int) -> bytes:
    """The message after all changes, at most `limit` bytes; `others` are there to splice with."""
    for change in changes:
        message = _DO[change.kind](message, change, others)[:limit]
    return message


def _flip(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    if not message:
        return message
    at = edit.at % len(message)
    return message[:at] + bytes((message[at] ^ 1 << edit.which % 8,)) + message[at + 1 :]


def _set(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    if not message:
        return message
    at = edit.at % len(message)
    value = _BYTES[edit.which % len(_BYTES)] if edit.span % 2 else edit.which & 0xFF
    return message[:at] + bytes((value,)) + message[at + 1 :]


def _cut(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    at = edit.at % (len(message) + 1)
    return message[:at] + message[at + 1 + edit.span :]


def _insert(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    at = edit.at % (len(message) + 1)
    return message[:at] + _PIECES[edit.which % len(_PIECES)] + message[at:]


def _repeat(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    at = edit.at % (len(message) + 1)
    part = message[at : at + 1 + edit.span % 64]
    return message[:at] + part * (1 + edit.which % 200) + message[at:]


def _splice(message: bytes, edit: Edit, others: Sequence[bytes]) -> bytes:
    other = others[edit.which % len(others)] if others else b""
    at = edit.at % (len(message) + 1)
    return message[:at] + other[edit.span % (len(other) + 1) :]


def _number(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    """A length that lies: one, two or four bytes become another number."""
    size: int = (1, 2, 4)[edit.span % 3]
    at = edit.at % (len(message) + 1)
    lie = (0, 1, edit.which, len(message), (1 << 8 * size) - 1)[edit.which % 5]
    return message[:at] + (lie % (1 << 8 * size)).to_bytes(size) + message[at + size :]


def _tree(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    """Another value in one place of a MessagePack tree."""
    return _grafted(message, edit.at, lambda _: _VALUES[edit.which % len(_VALUES)])


def _nest(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    """A value in one place becomes many of itself, or of itself in itself."""

    def grow(value: Tree) -> Tree:
        if edit.which % 3 == 0:
            for _ in range(edit.span % 40):
                value = [value]
            return value
        if isinstance(value, bytes | str):
            return value * (edit.span % 20)
        return [value] * (edit.span % 300)

    return _grafted(message, edit.at, grow)


def _twice(message: bytes, edit: Edit, _: Sequence[bytes]) -> bytes:
    """The elements of an array once more, or in the other order."""

    def twice(value: Tree) -> Tree:
        if not isinstance(value, list):
            return value
        return value[::-1] if edit.which % 2 else value * (2 + edit.span % 80)

    return _grafted(message, edit.at, twice)


def _graft(message: bytes, edit: Edit, others: Sequence[bytes]) -> bytes:
    """A value out of another message, in a place of this one."""
    other = _read(others[edit.which % len(others)]) if others else None
    if other is None:
        return message
    places = _places(other)
    path = places[edit.span % len(places)]
    return _grafted(message, edit.at, lambda _: _at(other, path))


def _inside(message: bytes, edit: Edit, others: Sequence[bytes]) -> bytes:
    """Bytes within the tree bent, and the lengths around them right again."""
    kinds = (Kind.FLIP, Kind.SET, Kind.CUT, Kind.INSERT, Kind.REPEAT, Kind.NUMBER)
    inner = Edit(kinds[edit.span % len(kinds)], edit.which, edit.span, edit.at)

    def bend(value: Tree) -> Tree:
        if isinstance(value, bytes):
            return _DO[inner.kind](value, inner, others)
        if isinstance(value, str):
            bent = _DO[inner.kind](value.encode(errors="replace"), inner, others)
            return bent.decode(errors="replace")
        return value

    return _grafted(message, edit.at, bend)


_DO: Final[dict[Kind, Callable[[bytes, Edit, Sequence[bytes]], bytes]]] = {
    Kind.FLIP: _flip, Kind.SET: _set, Kind.CUT: _cut, Kind.INSERT: _insert, Kind.REPEAT: _repeat,
    Kind.SPLICE: _splice, Kind.NUMBER: _number, Kind.TREE: _tree, Kind.NEST: _nest,
    Kind.TWICE: _twice, Kind.GRAFT: _graft, Kind.INSIDE: _inside,
}  # fmt: skip


def _grafted(message: bytes, at: int, change: Callable[[Tree], Tree]) -> bytes:
    """The tree with one of its values changed; as it was where it is no MessagePack."""
    tree = _read(message)
    if tree is None:
        return message
    places = _places(tree)
    try:
        grown: bytes = msgspec.msgpack.encode(_with(tree, places[at % len(places)], change))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return message
    return grown


def _read(message: bytes) -> Tree:
    """The tree of a message; None: it is none."""
    try:
        return msgspec.msgpack.decode(message)
    except (ValueError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError):
        return None


def _inner(value: Tree) -> list[Tree] | None:
    """What is in a list, or in bytes that are MessagePack themselves, as a header in an op."""
    if isinstance(value, bytes) and len(value) > 1:
        value = _read(value)
    return value if isinstance(value, list) else None


def _places(tree: Tree) -> list[tuple[int, ...]]:
    """The path of every value in nested lists."""
    found: list[tuple[int, ...]] = []
    waiting: list[tuple[tuple[int, ...], Tree]] = [((), tree)]
    while waiting and len(found) < MOST_PLACES:
        path, value = waiting.pop()
        found.append(path)
        if len(path) < DEEPEST and (inner := _inner(value)) is not None:
            waiting += [((*path, number), one) for number, one in enumerate(inner)]
    return found


def _at(tree: Tree, path: tuple[int, ...]) -> Tree:
    for number in path:
        tree = (_inner(tree) or [None])[number]
    return tree


def _with(tree: Tree, path: tuple[int, ...], change: Callable[[Tree], Tree]) -> Tree:
    inner = _inner(tree) if path else None
    if inner is None:
        return change(tree)
    made = [_with(v, path[1:], change) if n == path[0] else v for n, v in enumerate(inner)]
    return msgspec.msgpack.encode(made) if isinstance(tree, bytes) else made
