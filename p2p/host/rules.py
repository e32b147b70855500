"""What a host is told about relaying, and what it tells back: values, without libp2p."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRules:
    """For whom this computer carries sealed bytes, and how much of it. Times are in seconds."""

    may_relay: Callable[[bytes], bool]
    """Whether somebody (a 32-byte key) may call through us, and be called.

    Asked anew for each reservation and each call; `Host.recheck_relay` has it asked for what runs.
    """
    reservations: int = 128
    """Peers who may be called through us at once."""
    circuits: int = 128
    """Circuits at once, in all. One that nobody reads from holds a megabyte at the most."""
    circuits_per_peer: int = 16
    """Circuits at once that begin or end at one peer."""
    circuits_per_pair: int = 4
    """Circuits at once that one peer has begun with one other, who must not be filled by them."""
    pending: int = 32
    """Requests at once that are not answered yet."""
    pending_per_peer: int = 4
    """The same, of one peer."""
    reservation: float = 3600.0
    """How long a reservation holds; it is renewed at half time."""
    answer: float = 10.0
    """Time for whoever is called to answer."""
    circuit_time: float = 12 * 3600.0
    """How long one circuit may last."""
    circuit_bytes: int = 4 << 30
    """How much one circuit may carry, each way."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a relay does now, and has done since it began."""

    reservations: int = 0
    circuits: int = 0
    circuits_ever: int = 0
    bytes_ever: int = 0


class Reservation(Enum):
    """How it stands with a place at a relay."""

    SEEKING = 1
    """Not held; the relay does not answer, or was not asked yet. It is asked again."""
    HELD = 2
    """Others can call through it."""
    REFUSED = 3
    """It answers, and wants nothing of us, or is full. It is asked again all the same."""
