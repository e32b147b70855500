"""What a screen's model needs of the bridge: a question goes down, what happened comes up."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from app.commands import Command
from app.refused import Refused

R = TypeVar("R")


class Asks(Protocol):
    """`ui.bridge.Bridge` is one; tests bring a neighbour of their own."""

    @property
    def said(self) -> Any:  # noqa: ANN401 - a Signal on the class, a SignalInstance on the object
        """Emits `list[Said]`, in the order of the commits."""

    def ask(
        self,
        command: Command[R],
        then: Callable[[R], object] | None = None,
        otherwise: Callable[[Refused], object] | None = None,
    ) -> None:
        """Ask the home; one of the two is called later, on the thread of the window."""


def hear(bridge: Asks, slot: Callable[[list[Any]], None]) -> SignalInstance:
    """Connect `slot` to everything that is said; the signal, to disconnect from later."""
    said: SignalInstance = bridge.said
    said.connect(slot)
    return said
