"""The bytes of Negentropy V1: numbers, bounds, ranges, and what a range can say.

Theory of operation. A message is the version byte and ranges, each an upper bound, a mode and what
the mode says. The first range begins at the start of the order, each next one where the one before
ended. Times are written as the distance to the bound before, plus 1; 0 is infinity. One spelling
each: a number with a leading zero digit or a bound below the one before is a ``PeerFault``; a range
of no width is none, and passes, because the C++ reference ends some cut messages with one from
infinity to infinity. Reading takes time and memory as the message is long.

Source: Negentropy Protocol V1 (github.com/hoytech/negentropy, docs/negentropy-protocol-v1.md).
"""

import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec import Struct

from p2p.errors import PeerFault
from p2p.ids import ID_SIZE

PROTOCOL: Final = 0x61
"""Version 1. A message begins with a byte from 0x60 to 0x6f or is none of this protocol's."""
FINGERPRINT_SIZE: Final = 16
"""Bytes of a fingerprint."""
SUM_MASK: Final = 2**256 - 1
"""Ids are added modulo 2²⁵⁶, as numbers that begin with their least byte."""

Bound = tuple[int, bytes]
"""(created, id prefix) without trailing zero bytes: what is missing means zeros, so Python's order
of tuples is the protocol's order, among bounds and between bounds and items."""

FOREVER: Final = 2**64 - 1
"""The time that no item may have."""
START: Final[Bound] = (0, b"")
INFINITY: Final[Bound] = (FOREVER, b"")

LONGEST_VARINT: Final = 10
"""Bytes of 2⁶⁴−1 in base 128."""
LONGEST_BOUND: Final = LONGEST_VARINT + 1 + ID_SIZE
"""A time, the length of the prefix, the prefix."""

_VERSIONS: Final = range(0x60, 0x70)
_MORE: Final = 0x80
_DIGIT: Final = 0x7F
_ONE_DIGIT: Final = tuple(bytes((digit,)) for digit in range(_MORE))
_NUMBER_LIMIT: Final = 2**64
_SKIP, _FINGERPRINT, _ID_LIST = range(3)


# Untold to the cycle collector: a message makes thousands of these, and none can be in a cycle.
class Skip(Struct, frozen=True, gc=False):
    """Nothing more to do here."""


class Fingerprint(Struct, frozen=True, gc=False):
    """The 16 B digest of all ids that the sender has here."""

    digest: bytes


class IdList(Struct, frozen=True, gc=False):
    """All ids that the sender has here, 32 B each."""

    ids: list[bytes]


_NOTHING: Final = Skip()  # one for all: a message may skip very often

Say = Skip | Fingerprint | IdList
"""What a range says."""


class Range(Struct, frozen=True, gc=False):
    """What is said from the range before up to, not including, ``upper``."""

    upper: Bound
    say: Say


def fingerprint(total: int, count: int) -> bytes:
    """Give the 16 B digest of a range: its ids' sum modulo 2²⁵⁶ and their count, hashed."""
    return sha256((total & SUM_MASK).to_bytes(ID_SIZE, "little") + varint(count)).digest()[
        :FINGERPRINT_SIZE
    ]


def parting_bound(created: int, before: bytes, name: bytes) -> Bound:
    """Give the shortest bound that parts an id from the one before it, both of one time."""
    differing = int.from_bytes(before) ^ int.from_bytes(name)
    return created, name[: ID_SIZE - (differing.bit_length() - 1) // 8]


def varint(value: int) -> bytes:
    """Spell a number in base 128, most significant digit first, bit 8 on all but the last."""
    if value < _MORE:  # nearly all: digits, lengths and modes
        return _ONE_DIGIT[value]
    digits = [value & _DIGIT]
    while value := value >> 7:
        digits.append(value & _DIGIT | _MORE)
    return bytes(reversed(digits))


def spell(given: Range, created_before: int) -> bytes:
    """Spell a range behind a bound with this time; the bounds must ascend."""
    created, prefix = given.upper
    distance = 0 if given.upper == INFINITY else created - created_before + 1
    bound = varint(distance) + varint(len(prefix)) + prefix
    match given.say:
        case Skip():
            return bound + varint(_SKIP)
        case Fingerprint(digest):
            return bound + varint(_FINGERPRINT) + digest
        case IdList(ids):
            return bound + varint(_ID_LIST) + varint(len(ids)) + b"".join(ids)


def version(message: bytes) -> int:
    """Give a message's version byte; ``PeerFault`` if it cannot be a message at all."""
    if not message or message[0] not in _VERSIONS:
        raise PeerFault("no message of this protocol")
    return message[0]


def parse(message: bytes, most: int = sys.maxsize) -> Iterator[Range]:
    """Read the ranges of a version 1 message; ``PeerFault`` where they are none, or above `most`.

    A range of three bytes costs as much time as one of fifty, so a bound on bytes is none on work.
    """
    reader = _Reader(message)
    reader.take(1)
    before = START
    while not reader.at_end:
        if most == 0:
            raise PeerFault("a message of too many ranges")
        most -= 1
        before = reader.bound(before)
        yield Range(before, reader.say())


class _Reader:
    """The bytes of a received message and how far they are read."""

    __slots__ = ("_at", "_message")

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._message)

    def take(self, size: int) -> bytes:
        # Compared before it is cut: the size is theirs, and may be that of 2⁶⁴ ids.
        if size > len(self._message) - self._at:
            raise PeerFault("a message that ends too early")
        taken = self._message[self._at : self._at + size]
        self._at += size
        return taken

    def number(self) -> int:
        at = self._at  # not by `take`: a message has thirty thousand, nearly all of one byte
        if at == len(self._message):
            raise PeerFault("a message that ends too early")
        self._at = at + 1
        value = self._message[at]
        if value < _MORE:
            return value
        if value == _MORE:
            raise PeerFault("a number with a leading zero")
        more, value = value & _MORE, value & _DIGIT
        while more:
            (digit,) = self.take(1)
            more, value = digit & _MORE, value << 7 | digit & _DIGIT
            if value >= _NUMBER_LIMIT:
                raise PeerFault("a number too large")
        return value

    def bound(self, before: Bound) -> Bound:
        distance = self.number()
        length = self.number()
        if length > ID_SIZE:
            raise PeerFault("an id prefix too long")
        prefix = self.take(length).rstrip(b"\0") if length else b""
        if distance == 0:
            return INFINITY
        bound = before[0] + distance - 1, prefix
        if bound[0] >= FOREVER or bound < before:
            raise PeerFault("a bound out of order or range")
        return bound

    def say(self) -> Say:
        match self.number():
            case 0:
                return _NOTHING
            case 1:
                return Fingerprint(self.take(FINGERPRINT_SIZE))
            case 2:
                names = self.take(self.number() * ID_SIZE)
                return IdList([names[at : at + ID_SIZE] for at in range(0, len(names), ID_SIZE)])
            case _:
                raise PeerFault("a range in an unknown mode")
