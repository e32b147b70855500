"""What can be asked about the network."""

from typing import Annotated

from msgspec import Meta, Struct

from app.circle.state import NetStatus
from app.command import Command, Id, Nothing

__all__ = [
    "Dial",
    "NetSettings",
    "ReadNetSettings",
    "ReadNetwork",
    "SetNet",
    "TryNow",
]


class ReadNetwork(Command[NetStatus], frozen=True):
    """Where this home listens and whom it reaches."""

    method = "net.status"


class TryNow(Command[Nothing], frozen=True):
    """Try at once to reach whoever is not reached, in a circle or in all of them."""

    method = "net.try"
    circle: Id | None = None


class Dial(Command[Nothing], frozen=True):
    """A hint: try this address now, for a circle or for a join (or for all of them)."""

    method = "net.dial"
    address: Annotated[str, Meta(min_length=1, max_length=512)]
    circle: Id | None = None
    join: Id | None = None


class NetSettings(Struct, frozen=True, kw_only=True):
    """What this home may do on the networks around it, as was chosen last.

    `lan`: say on the same network that it is here, under a name that only its circles know, and
    hear who else is. `port_mapping`: ask the router to let the circles' people in. `relay`: let
    people of a circle meet through this computer, sealed between them. `paused`:
    nothing of this home goes out, and nobody reaches it.
    """

    lan: bool
    port_mapping: bool
    relay: bool
    paused: bool


class ReadNetSettings(Command[NetSettings], frozen=True):
    """What this home may do on the networks around it."""

    method = "net.settings"


class SetNet(Command[NetSettings], frozen=True):
    """Allow or forbid it, from now on and after every start; what is not named stays."""

    method = "net.set"
    lan: bool | None = None
    port_mapping: bool | None = None
    relay: bool | None = None
    paused: bool | None = None
