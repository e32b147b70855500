"""What a conversation tells its node, as frozen values; and how far it has come."""

from dataclasses import dataclass
from enum import Enum, auto

from p2p import wire
from p2p.ids import DeviceId, EnvelopeId
from p2p.op import Log


class Phase(Enum):
    """How far a conversation has come."""

    HELLO = auto()
    AUTHORITY = auto()
    EPOCHS = auto()
    AUTHORITY_SETTLING = auto()
    SCOPE = auto()
    WORDS = auto()
    WORDS_SETTLING = auto()
    LIVE = auto()


@dataclass(frozen=True, slots=True)
class Met:
    """The other side is a member's device, and both have said hello."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class WentLive:
    """Both sets were gone through; from now on news is handed over. `equal`: the digests agreed."""

    equal: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """The other side brought envelopes that are on disk now.

    `news`: they are few, or were pushed. Else they were caught up on, and others may have them.
    `authors`: of words, whose they are.
    """

    log: Log
    ids: tuple[EnvelopeId, ...]
    news: bool = True
    authors: frozenset[DeviceId] = frozenset()


@dataclass(frozen=True, slots=True)
class NewCards:
    """Address cards newer than those known before."""

    cards: tuple[wire.Card, ...]


@dataclass(frozen=True, slots=True)
class NewHoldings:
    """What devices say they hold, newer than what they said before."""

    holdings: tuple[wire.Holding, ...]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """We are out of the circle, the other side says, and it is so. `waits`: not in it yet."""

    waits: bool = False


Happened = Met | WentLive | Brought | NewCards | NewHoldings | Dismissed
