"""What two computers tell each other first: version, clock, nonce, and how much of whose log."""

from collections.abc import Callable

from p2p import wire
from p2p.errors import PeerFault
from p2p.ids import DeviceId
from p2p.outgoing import Outgoing
from p2p.ports import Shelf

CLOCKS_APART = 24  # hours by which the other's clock may differ and still be heeded
AHEAD = 1  # hours by which a word may be ahead of their clock


class Greeting:
    """The two hellos of one conversation."""

    def __init__(
        self, shelf: Shelf, out: Outgoing, *, clock: Callable[[], int], nonce: bytes
    ) -> None:
        """`clock`: our hour since 1970; `nonce`: 16 random bytes."""
        self._shelf = shelf
        self._out = out
        self._hour = clock()
        self._clock = clock
        self._nonce = nonce
        self._theirs: wire.Hello | None = None

    @property
    def over(self) -> bool:
        """Whether theirs was heard."""
        return self._theirs is not None

    def say(self, device: DeviceId) -> None:
        """Say ours to a member's device."""
        # A liar may have given its last seq of all; a count beyond is no number on this wire.
        most = wire.MAX_SAFE
        authority, words = (min(count, most) for count in self._shelf.held_of(device))
        self._out.put(wire.Hello(wire.VERSION, self._hour, self._nonce, (authority, words)))

    def hear(self, hello: wire.Hello, device: DeviceId) -> None:
        """Take theirs."""
        if hello.version != wire.VERSION:
            raise PeerFault("another version")
        self._theirs = hello
        # If they hold more of my words than I do, this disk was restored: words are numbered only
        # after those have come, or one seq would be given twice.
        self._shelf.claims(device, hello.held[1])

    def nonces(self, *, leads: bool) -> tuple[bytes, bytes]:
        """Both nonces, the leader's first."""
        theirs = self._theirs.nonce if self._theirs is not None else b""
        return (self._nonce, theirs) if leads else (theirs, self._nonce)

    def latest_hour(self) -> int:
        """The latest hour that a word signed for this meeting may bear (protocol, section 3).

        Of a clock that is days off no notice is taken: it would date our words for everybody else.
        """
        apart = self._theirs.hour - self._hour if self._theirs is not None else 0
        return self._clock() + AHEAD + (apart if abs(apart) <= CLOCKS_APART else 0)
