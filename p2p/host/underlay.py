"""What a connection stands on, before anybody has proven a key: bytes both ways, read exactly.

There are two kinds, a TCP connection (`tcp`) and a circuit through somebody else (`circuits`).
What Noise and `line` ask of them is the same.
"""

from abc import abstractmethod

import trio
from libp2p.io.abc import ReadWriteCloser
from libp2p.io.exceptions import ConnectionClosedError

from p2p.host.frames import Path

# The longest thing read from it at once is one Noise message. Whoever announces more before they
# have proven a key only wants our memory.
LONGEST_READ = 65535


class Underlay(ReadWriteCloser):
    """One way to another computer. Reads are buffered; one task may read while another writes."""

    def __init__(self, path: Path, remote: str, *, expected: bytes | None = None) -> None:
        """`remote` is where it leads, a multiaddr or "".

        `expected` is the key that the other side has to prove; None: any that is of our kind.
        """
        self.path = path
        self.remote = remote
        self.expected = expected
        self.ahead = bytearray()  # came, and was not taken yet
        self.heard = 0.0  # when something came last, by trio's clock
        self._reading = trio.Lock()

    @abstractmethod
    async def more(self) -> bytes:
        """Wait for what comes next; b"" at the end."""

    async def read(self, n: int | None = None) -> bytes:
        """Read exactly `n` bytes, or any number above 0 when `n` is None."""
        wanted = 1 if n is None else n
        if wanted > LONGEST_READ:
            raise ConnectionClosedError("a longer message than any handshake has")
        async with self._reading:
            ahead = self.ahead
            while len(ahead) < wanted:
                await self.read_more()
            taken = len(ahead) if n is None else n
            data = bytes(memoryview(ahead)[:taken])
            del ahead[:taken]
            return data

    async def read_more(self) -> None:
        """Wait for what comes next, and put it at the end of `ahead`. For one task at a time."""
        chunk = await self.more()
        if not chunk:
            raise ConnectionClosedError("the connection has ended")
        self.ahead += chunk
        self.heard = trio.current_time()

    def get_remote_address(self) -> tuple[str, int] | None:
        """Unknown to libp2p, which has no use for it here; `remote` says it."""
        return None
