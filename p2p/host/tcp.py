"""TCP as libp2p's upgrade path wants it, with exact, buffered and bounded reads."""

import socket
from typing import TYPE_CHECKING

import trio
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.transport.exceptions import OpenConnectionError
from libp2p.transport.tcp.tcp import TCP

from p2p.host.addresses import Address, parse
from p2p.host.frames import Path
from p2p.host.underlay import Underlay

if TYPE_CHECKING:
    from libp2p.abc import IRawConnection
    from multiaddr import Multiaddr

CHUNK = 64 * 1024
# Lets another socket of ours have the same port. Where the system knows it, SO_REUSEPORT, which
# asks that both sockets have it and belong to one user; Windows has only the other.
SHARING: int = getattr(socket, "SO_REUSEPORT", socket.SO_REUSEADDR)


class TcpStream(Underlay):
    """One TCP connection.

    libp2p's own gives up on a message that comes in more than a hundred pieces, asks the system
    twice for every message, and knows no remote address on IPv6.
    """

    def __init__(
        self,
        stream: trio.SocketStream,
        path: Path = Path.DIRECT,
        *,
        expected: bytes | None = None,
    ) -> None:
        """Take over `stream`."""
        super().__init__(path, _remote(stream.socket), expected=expected)
        self.socket: trio.socket.SocketType = stream.socket
        self._stream = stream

    async def more(self) -> bytes:
        """Wait for what comes next; b"" at the end."""
        try:
            return bytes(await self._stream.receive_some(CHUNK))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return b""

    async def write(self, data: bytes) -> None:
        """Write all of `data`; raises ConnectionClosedError."""
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise ConnectionClosedError("the connection has ended") from None

    async def close(self) -> None:
        """Close the socket."""
        await self._stream.aclose()


def _remote(socket: trio.socket.SocketType) -> str:
    try:
        host, port = socket.getpeername()[:2]
    except OSError:
        return ""
    return f"/{'ip6' if ':' in host else 'ip4'}/{host}/tcp/{port}"


async def dial_from(source: trio.socket.SocketType, address: Address) -> trio.SocketStream:
    """Connect to `address` from the local port of `source`, a connected socket. Raises OSError.

    The port is shared for the moment of binding only, and nobody ever listens on it: so no other
    program can put itself in the way of callers, and the port that we listen on keeps its owner
    (`listening`). The system asks both sockets when the second one binds, not later [measured on
    Linux 6.18].
    """
    family = socket.AF_INET6 if address.kind == "ip6" else socket.AF_INET
    if source.family != family:
        raise OSError("the other kind of IP")
    sock = trio.socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SHARING, 1)
        source.setsockopt(socket.SOL_SOCKET, SHARING, 1)
        try:
            await sock.bind(("::" if family == socket.AF_INET6 else "", source.getsockname()[1]))
        finally:
            source.setsockopt(socket.SOL_SOCKET, SHARING, 0)
            sock.setsockopt(socket.SOL_SOCKET, SHARING, 0)
        await sock.connect((address.host, address.port))
        return trio.SocketStream(sock)
    except BaseException:
        sock.close()
        raise


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
