"""What can be asked about the network."""

from typing import Annotated

from msgspec import Meta

from app.circle.state import NetStatus
from app.command import Command, Id, Nothing

__all__ = ["Dial", "ReadNetwork"]


class ReadNetwork(Command[NetStatus], frozen=True):
    """Where this home listens and whom it reaches."""

    method = "net.status"


class Dial(Command[Nothing], frozen=True):
    """A hint: try this address now, for a circle or for a join (or for all of them)."""

    method = "net.dial"
    address: Annotated[str, Meta(min_length=1, max_length=512)]
    circle: Id | None = None
    join: Id | None = None
