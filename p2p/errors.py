"""The two kinds of blame on this floor: they broke a rule, or we did."""

from typing import LiteralString


class PeerFault(Exception):  # noqa: N818 - the spec's word; it blames, it does not describe a crash
    """A peer sent what the protocol forbids: hang up, remember, go on.

    ``reason`` is a short constant of our own, never anything that came from the peer or out of a
    circle: it ends in logs, and a log must not carry words, names or ids.
    """

    def __init__(self, reason: LiteralString) -> None:
        """Blame the peer, in a few constant words."""
        super().__init__(reason)
        self.reason = reason


class OurFault(Exception):  # noqa: N818 - see PeerFault
    """We called this floor wrongly: a bug of ours, never a reason to hang up on anyone.

    ``reason`` follows the rule of ``PeerFault.reason``.
    """

    def __init__(self, reason: LiteralString) -> None:
        """Blame ourselves, in a few constant words."""
        super().__init__(reason)
        self.reason = reason
