"""The name by which a device is found on its own network: for a day, and only by its circle.

Whoever holds the authority secret of the epoch that the name was made under can make the same name
of every device of the circle, and so knows whom they see; to everybody else it is a random word
that is another one tomorrow. The TCP port goes with it behind a mask, because the same port each
day, in each café, would be a name as well. Source: protocol, section 8, "The own network".
"""

from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from p2p.crypto import derive, keyed

LABEL: Final = "hearthside/lan/1"
NAME: Final = 16  # bytes of the MAC that become the name
MASK: Final = 2  # bytes of it that hide the port
LETTERS: Final = 26  # of a name, base32 without padding
DAY: Final = 86_400_000  # ms
CLOSE: Final = 3_600_000  # ms around midnight in which the day on the other side is heeded too


@dataclass(frozen=True, slots=True)
class Name:
    """What one device is called on one day. `mask`: what its port is XORed with."""

    letters: str
    mask: int


def name_of(authority: bytes, day: int, door: bytes) -> Name:
    """The name of the device with this door key (32 B), under an epoch's authority secret (32 B).

    `day`: whole days since 1970, UTC.
    """
    return _name(derive(authority, LABEL), day, door)


def today(now: int) -> int:
    """The day whose name is announced at a time in ms since 1970."""
    return now // DAY


def heeded(now: int) -> tuple[int, ...]:
    """The days whose names are recognised at that time: clocks differ by up to an hour."""
    day = today(now)
    return tuple(d for d in (day - 1, day, day + 1) if _apart(now, d) < CLOSE)


def until_change(now: int) -> int:
    """Milliseconds until `today` or `heeded` give something else."""
    edges = (CLOSE, DAY - CLOSE, DAY)
    return next(edge for edge in edges if edge > now % DAY) - now % DAY


def known_names(
    secrets: Iterable[bytes], days: Iterable[int], doors: Iterable[bytes]
) -> Mapping[str, tuple[bytes, int]]:
    """Whom each name means: letters → (door key, mask), for every secret, day and door."""
    keys = [derive(secret, LABEL) for secret in secrets]
    named = list(days)
    found: dict[str, tuple[bytes, int]] = {}
    for door in doors:
        for key in keys:
            for day in named:
                name = _name(key, day, door)
                found[name.letters] = door, name.mask
    return found


def _apart(now: int, day: int) -> int:
    """How many ms lie between a time and a day; 0 within it."""
    return max(day * DAY - now, now - ((day + 1) * DAY - 1), 0)


def _name(key: bytes, day: int, door: bytes) -> Name:
    # Eight bytes, signed: a clock may stand before 1970, and that is nobody's harm.
    mac = keyed(key, day.to_bytes(8, "big", signed=True), door, size=NAME + MASK)
    letters = b32encode(mac[:NAME]).decode().rstrip("=").lower()
    return Name(letters, int.from_bytes(mac[NAME:], "big"))
