"""TCP as libp2p's upgrade path wants it, with exact, buffered and bounded reads."""

from typing import TYPE_CHECKING

import trio
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.io.trio import TrioTCPStream
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.transport.exceptions import OpenConnectionError
from libp2p.transport.tcp.tcp import TCP

from p2p.host.addresses import parse

if TYPE_CHECKING:
    from libp2p.abc import IRawConnection
    from multiaddr import Multiaddr

CHUNK = 64 * 1024
# The longest thing read from a raw connection is one Noise message. Whoever announces more before
# they have proven a key only wants our memory.
LONGEST_READ = 65535


class TcpStream(TrioTCPStream):
    """One TCP connection.

    libp2p's own gives up on a message that comes in more than a hundred pieces, asks the system
    twice for every message, and knows no remote address on IPv6.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        """Take over `stream`."""
        super().__init__(stream)
        self.ahead = bytearray()  # came, and was not taken yet
        try:
            host, port = stream.socket.getpeername()[:2]
        except OSError:
            return
        self._cached_remote_address = (str(host), int(port))

    async def read(self, n: int | None = None) -> bytes:
        """Read exactly `n` bytes, or any number above 0 when `n` is None."""
        wanted = 1 if n is None else n
        if wanted > LONGEST_READ:
            raise ConnectionClosedError("a longer message than any handshake has")
        async with self.read_lock:
            ahead = self.ahead
            while len(ahead) < wanted:
                await self.read_more()
            taken = len(ahead) if n is None else n
            data = bytes(memoryview(ahead)[:taken])
            del ahead[:taken]
            return data

    async def read_more(self) -> None:
        """Wait for what comes next, and put it at the end of `ahead`. For one task at a time."""
        try:
            chunk = await self.stream.receive_some(CHUNK)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            chunk = b""
        if not chunk:
            raise ConnectionClosedError("the connection has ended")
        self.ahead += chunk


class Tcp(TCP):
    """The one transport: dials IPv4, IPv6 and DNS names over TCP."""

    async def dial(self, maddr: "Multiaddr") -> "IRawConnection":
        """Connect to `maddr`; raises OpenConnectionError."""
        address = parse(str(maddr))
        if address is None:
            raise OpenConnectionError("not an address to dial")
        try:
            stream = await trio.open_tcp_stream(address.host, address.port)
        except OSError as error:
            raise OpenConnectionError("nobody answered") from error
        return RawConnection(TcpStream(stream), initiator=True)
