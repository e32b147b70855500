"""Every parser of what comes from others or from disk, as one table of functions over bytes.

A target takes any bytes at all and gives a value, or raises one of its faults. What is behind an
AEAD, a box or a signature has a target that makes those itself, as any member can.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from p2p.errors import PeerFault
from p2p.wire import MAX_FRAME
from tools import vectors

CORPUS: Final = Path(__file__).parent / "corpus"
Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Target:
    """One parser. `name` is also that of its folder in the corpus."""

    name: str
    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    """Valid messages, to be bent."""
    faults: tuple[type[Exception], ...] = (PeerFault,)
    limit: int = MAX_FRAME
    """Bytes of the longest input that ever gets this far."""
    worst: tuple[bytes, ...] = ()
    """Large inputs that are as dear as we could think of."""
    parses: bool = True
    """False: it does more than read (it has a store, say), and is held to another time."""

    def survives(self, data: bytes) -> Exception | None:
        """What this input raised that it may not raise."""
        try:
            self.run(data)
        except self.faults:
            return None
        except Exception as fault:  # noqa: BLE001 - this is what we are looking for
            return fault
        return None

    def corpus(self) -> list[bytes]:
        """Small inputs that once were findings, or came close."""
        folder = CORPUS / self.name.replace(" ", "-")
        return [unspelled(path.read_text("ascii")) for path in sorted(folder.glob("*.hex"))]


def spelled(data: bytes) -> str:
    """An input as a file of the corpus: hex, in lines."""
    text = data.hex()
    return "\n".join(text[at : at + 96] for at in range(0, len(text), 96)) + "\n"


def unspelled(text: str) -> bytes:
    return bytes.fromhex(text)


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


@cache
def vector(name: str) -> Json:
    """A frozen file of tests/vectors."""
    return vectors.read(name)


def ops() -> list[Json]:
    """Every frozen op there is."""
    return [*vector("circle")["ops"], *vector("envelopes")["envelopes"]]


def some(inputs: Iterable[bytes]) -> tuple[bytes, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(inputs))
