"""What a node asks of those around it: the host, the clock, and the home that knows people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from p2p.host import FrameStream, Path
from p2p.ids import DeviceId


class Dialer(Protocol):
    """What the node asks of the host."""

    async def open(
        self,
        peer: bytes,
        addresses: Sequence[str],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the host's own shape
    ) -> FrameStream:
        """A stream to a peer, or `Unreachable`."""

    def path(self, peer: bytes) -> Path | None:
        """The best way that is up to a peer."""


class Clock(Protocol):
    """Time, handed in."""

    def hour(self) -> int:
        """Whole hours since 1970."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a device is dialled: its door key and the addresses to race."""

    door: bytes
    addresses: tuple[str, ...]


class Directory(Protocol):
    """What the node asks about people, besides the shelf."""

    def ways(self) -> dict[DeviceId, Way]:
        """Every other device of a current member."""

    def waiting(self) -> bool:
        """Whether words wait to be handed over, or this device is new and knows nothing yet."""

    def met(self, device: DeviceId) -> None:
        """A member's device is here now."""

    def lost(self, device: DeviceId) -> None:
        """It is not here any more."""

    def dismissed(self, device: DeviceId) -> None:
        """It knows that we are in no more, and said so."""

    def knows_me(self, device: DeviceId) -> bool:
        """Whether that device has talked to us before, so that no proof of admission is due."""

    def let_in(self) -> None:
        """Somebody was admitted over our door."""
