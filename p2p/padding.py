"""Padding: what is said to a mailbox, or at a door, has one of five sizes, whatever it is.

Layout, big-endian::

    0xC1 · length 4 · frame · zeros

0xC1 begins no MessagePack value, so a padded frame is told from a plain one by its first byte. The
zeros are checked, or they could carry what nobody looks at. Source: protocol, section 8.
"""

from typing import Final

from p2p.errors import OurFault, PeerFault

LADDER: Final = (1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10)
"""Bytes of a padded frame: the smallest of these that holds it."""

MARK: Final = 0xC1
_HEAD: Final = 5
LONGEST: Final = LADDER[-1] - _HEAD
"""Bytes of a frame that can be padded at the most."""


def pad(frame: bytes) -> bytes:
    """The frame in the next size up. `OurFault` for one above `LONGEST`."""
    for size in LADDER:
        room = size - _HEAD - len(frame)
        if room >= 0:
            return b"".join((bytes((MARK,)), len(frame).to_bytes(4, "big"), frame, bytes(room)))
    raise OurFault("a frame too long to be padded")


def padded(data: bytes) -> bool:
    """Whether these bytes begin as a padded frame does."""
    return data[:1] == bytes((MARK,))


def unpad(data: bytes) -> bytes:
    """The frame inside. Raises `PeerFault` for anything that `pad` does not make."""
    if len(data) not in LADDER or data[0] != MARK:
        raise PeerFault("a padded frame that is none")
    length = int.from_bytes(data[1:_HEAD], "big")
    frame, zeros = data[_HEAD : _HEAD + length], data[_HEAD + length :]
    if length > len(data) - _HEAD or zeros.count(0) != len(zeros) or len(pad(frame)) != len(data):
        raise PeerFault("a padded frame that is none")
    return frame
