"""What others say they hold of our own words: more than we do means that this disk was put back.

Until those words have come nothing is numbered, or one seq would be given twice. But a claim costs
nothing to make, so it holds only while its maker talks with us and a little longer, and not at all
for somebody who broke off three times without having brought what they claimed. Who puts off going
through the words with us is heeded no longer than somebody who broke off.
"""

from dataclasses import dataclass, field

from p2p.ids import DeviceId

AFTERWARDS = 300_000  # ms that a claim outlives a conversation which broke off
PATIENCE = 3  # conversations


@dataclass(slots=True)
class _Claim:
    words: int
    until: int | None = None


@dataclass(slots=True)
class Claims:
    """The claims of one circle. Times in ms since 1970."""

    _made: dict[DeviceId, _Claim] = field(default_factory=dict)
    _broken: dict[DeviceId, int] = field(default_factory=dict)

    def said(self, device: DeviceId, words: int) -> None:
        """A device says it holds so many; 0: all it holds has come."""
        if words == 0:
            self._made.pop(device, None)
            self._broken.pop(device, None)
        elif self._broken.get(device, 0) < PATIENCE:
            self._made[device] = _Claim(words)

    def broken_off(self, device: DeviceId, now: int) -> None:
        """The conversation with a device is over, or puts its words off; its claim may stand."""
        claim = self._made.get(device)
        if claim is not None and claim.until is None:
            claim.until = now + AFTERWARDS
            self._broken[device] = self._broken.get(device, 0) + 1

    def newest(self, now: int) -> int:
        """How many of our words somebody is believed to hold."""
        return max(
            (c.words for c in self._made.values() if c.until is None or now < c.until), default=0
        )
