"""The target of `p2p.lan_wire`: whatever anybody on the same network sends."""

from typing import Final

from p2p import lan_wire
from p2p.lan_names import LETTERS
from p2p.lan_wire import LONGEST, Heard, Sighting
from tests.fuzz.targets import Target

OWN: Final = "a" * LETTERS
# A name of pointers that each lead to the one before, and records that all point to its end.
POINTERS: Final = b"\1a\0" + b"".join(
    b"\1a" + (0xC000 | 12 + max(0, n * 4 - 1)).to_bytes(2, "big") for n in range(1, 120)
)


def lan() -> Target:
    answers = [
        lan_wire.answer(Sighting(letters * LETTERS, port), bytes(4))
        for letters, port in (("a", 1), ("b", 65_535))
    ]
    header = b"\0\0\x84\0\0\0\xff\xff\0\0\0\0"
    worst = (
        header + POINTERS,
        header + (POINTERS + b"\0\x0c\0\1\0\0\0\0\0\2\xc0\x0c" * 100)[: LONGEST - 12],
        b"\0\0\0\0\xff\xff\0\0\0\0\0\0" + b"\xc0\x0c\0\x0c\0\1" * 248,
        header + b"\x3f" * (LONGEST - 12),
    )
    return Target(
        "own network", _heard, (lan_wire.question(), *answers), limit=LONGEST, worst=worst
    )


def _heard(data: bytes) -> Heard:
    heard = lan_wire.read(data, {OWN})
    for sighting in heard.seen:
        assert len(sighting.letters) == LETTERS
        assert 0 <= sighting.port <= 65_535
    return heard
