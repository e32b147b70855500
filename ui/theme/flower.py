"""The flower that stands for a person, and the ring of dots that stands for a circle.

It tells people apart at a glance and proves nothing: few bits of the key are in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

HUES = 8


class Petal(IntEnum):
    """The three forms of a petal."""

    ROUND = 0
    LONG = 1
    POINTED = 2


class Core(IntEnum):
    """The three middles of a flower."""

    OPEN = 0
    DOT = 1
    SEED = 2


@dataclass(frozen=True, slots=True)
class Flower:
    """How one flower is drawn. `turn` is in degrees."""

    hue: int
    petals: int
    turn: float
    form: Petal
    core: Core


def flower_of(key: str) -> Flower:
    """The flower of a key: the same on every computer."""
    digest = sha256(key.encode()).digest()
    petals = 5 + digest[1] % 4
    return Flower(
        hue=digest[0] % HUES,
        petals=petals,
        turn=digest[2] / 256 * 360 / petals,
        form=Petal(digest[3] % 3),
        core=Core(digest[4] % 3),
    )


def hues_by_joining(keys: Iterable[str]) -> dict[str, int]:
    """A hue for each member, told apart while there are hues to give.

    `keys` in the order of joining: whoever came later moves to the next free hue, so that nobody's
    picture changes because somebody new has come.
    """
    given: dict[str, int] = {}
    taken: set[int] = set()
    for key in keys:
        wanted = flower_of(key).hue
        free = [hue for step in range(HUES) if (hue := (wanted + step) % HUES) not in taken]
        given[key] = free[0] if free else wanted
        taken.add(given[key])
    return given
