"""The name by which a device is found on its own network: for a day, and only by its circle.

Whoever holds the authority secret of the epoch that the name was made under can make the same name
of every device of the circle, and so knows whom they see; to everybody else it is a random word
that is another one tomorrow. The TCP port goes with it behind a mask, because the same port each
day, in each café, would be a name as well. Source: protocol, section 8, "The own network".
"""

from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
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
    # Eight bytes, signed: a clock may stand before 1970, and that is nobody's harm.
    day_bytes = day.to_bytes(8, "big", signed=True)
    mac = keyed(derive(authority, LABEL), day_bytes, door, size=NAME + MASK)
    letters = b32encode(mac[:NAME]).decode().rstrip("=").lower()
    return Name(letters, int.from_bytes(mac[NAME:], "big"))


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


class Names:
    """Whom the names of one circle mean. Each is made once: a large circle has thousands."""

    def __init__(self) -> None:
        """Nobody is known yet."""
        self._names: dict[tuple[bytes, int, bytes], Name] = {}
        self._asked: tuple[tuple[bytes, ...], tuple[int, ...], tuple[bytes, ...]] = ((), (), ())
        self._found: dict[str, tuple[bytes, int]] = {}

    def known(
        self, secrets: Iterable[bytes], days: Iterable[int], doors: Iterable[bytes]
    ) -> Mapping[str, tuple[bytes, int]]:
        """Letters → (door key, mask), for every secret, day and door; others are forgotten."""
        asked = tuple(secrets), tuple(days), tuple(doors)
        if asked != self._asked:
            self._asked, before, self._names = asked, self._names, {}
            for secret, (day, door) in product(asked[0], product(asked[1], asked[2])):
                made = before.get((secret, day, door)) or name_of(secret, day, door)
                self._names[secret, day, door] = made
            self._found = {name.letters: (at[2], name.mask) for at, name in self._names.items()}
        return self._found


def _apart(now: int, day: int) -> int:
    """How many ms lie between a time and a day; 0 within it."""
    return max(day * DAY - now, now - ((day + 1) * DAY - 1), 0)
