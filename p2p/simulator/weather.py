"""What lines are like: how slow, how torn, and whether whole frames get lost on them."""

import random
from dataclasses import dataclass

from p2p.simulator.chance import spread


@dataclass(frozen=True, slots=True)
class Line:
    """One direction of one cable. Bytes, seconds, and chances from 0 to 1."""

    latency: float = 0.005
    jitter: float = 0.0
    rate: float = 10e6  # bytes a second
    pieces: int = 1  # a frame comes in up to so many
    cut_after: int | None = None  # bytes after which the cable is cut, anywhere in a frame
    dead_after: int | None = None  # bytes after which nothing comes any more, and nobody says so
    lost: float = 0.0
    twice: float = 0.0
    swapped: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether frames come in order, each once, as TCP promises."""
        return not (self.lost or self.twice or self.swapped)


@dataclass(frozen=True, slots=True)
class Weather:
    """What new lines of a village are drawn from."""

    slow: float = 0.0  # chance that a line is slow
    torn: float = 0.0  # that it will be cut
    dead: float = 0.0  # that it dies silently
    deaf: float = 0.0  # that a call does not come through
    mangled: float = 0.0  # that frames get lost, doubled, swapped
    far: float = 0.0  # that the other side is half a world away

    def line(self, chance: random.Random) -> Line:
        """Draw one direction of a cable."""
        slow = chance.random() < self.slow
        mangled = chance.random() < self.mangled
        return Line(
            latency=_latency(chance, slow=slow, far=chance.random() < self.far),
            jitter=chance.random() * (1.0 if slow else 0.02),
            rate=spread(chance, 500, 50_000) if slow else 5e6,
            pieces=chance.choice((1, 1, 2, 5)),
            cut_after=int(spread(chance, 1, 60_000)) if chance.random() < self.torn else None,
            dead_after=int(spread(chance, 1, 60_000)) if chance.random() < self.dead else None,
            lost=chance.random() * 0.1 if mangled else 0.0,
            twice=chance.random() * 0.1 if mangled else 0.0,
            swapped=chance.random() * 0.1 if mangled else 0.0,
        )


def _latency(chance: random.Random, *, slow: bool, far: bool) -> float:
    if slow:
        return spread(chance, 0.02, 1.5)
    return spread(chance, 0.15, 0.6) if far else spread(chance, 0.001, 0.05)


CALM = Weather()
"""Lines as they are on a good day."""

FAR = Weather(far=0.7)
"""Good lines over long ways, so that much happens while a message is under way."""

ROUGH = Weather(slow=0.4, torn=0.4, dead=0.15, deaf=0.3)
"""TCP over bad lines: bytes in order, but cut anywhere, dying, dripping."""

MANGLED = Weather(slow=0.2, torn=0.1, deaf=0.1, mangled=0.8)
"""What TCP rules out: whole frames lost, doubled, swapped inside a conversation."""
