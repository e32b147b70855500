"""Listening sockets: opened one by one, so that a taken port is told apart from everything else.

libp2p's own listener lives in a trio system task, where an error ends the process, and shares its
port with any other program of the same user that asks for it (SO_REUSEPORT), so that a second host
on the port would be given half of the callers. Here a port has one owner.
"""

import errno
import os
import socket
from collections.abc import Iterable, Sequence

import trio

from p2p.errors import OurFault
from p2p.host.addresses import Address, parse

BACKLOG = 128
# Windows says "access denied" where another program holds the port for itself alone.
TAKEN = {errno.EADDRINUSE, errno.EACCES}


class PortTaken(Exception):  # noqa: N818 - a state of the machine, not a bug
    """Another program listens on a port that was asked for; ask for port 0 instead."""


async def open_listeners(addresses: Sequence[str]) -> list[trio.SocketListener]:
    """Listen on every address, IP and TCP port; port 0 lets the system choose.

    An address that this machine does not have (IPv6 switched off) is left out. Raises PortTaken,
    with nothing left open, and OurFault for what is not an address to listen on.
    """
    listeners: list[trio.SocketListener] = []
    try:
        for text in addresses:
            listener = await _listen(_to_listen_on(text))
            if listener is not None:
                listeners.append(listener)
    except BaseException:
        for listener in listeners:
            listener.socket.close()
        raise
    return listeners


def _to_listen_on(text: str) -> Address:
    address = parse(text)
    if address is None or address.ip is None or address.peer or address.relay:
        raise OurFault("not an address to listen on")
    return address


async def _listen(address: Address) -> trio.SocketListener | None:
    family = socket.AF_INET6 if address.kind == "ip6" else socket.AF_INET
    try:
        sock = trio.socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        if os.name == "nt":
            exclusive: int = getattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR)
            sock.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        else:
            # So that a restart can bind at once, past connections of the last run in TIME_WAIT.
            # A port on which somebody listens stays taken on POSIX systems all the same.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # "::" would otherwise take the port for IPv4 too, and IPv4 callers arrive disguised.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        await sock.bind((address.host, address.port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno in TAKEN:
            raise PortTaken from None
        return None
    except BaseException:
        sock.close()
        raise
    return trio.SocketListener(sock)


def reachable(bound: Iterable[tuple[str, int]], machine: Sequence[str]) -> list[str]:
    """The multiaddrs of bound sockets, wildcards replaced by the addresses of the `machine`.

    `bound` is (IP, port) as the sockets say it, `machine` the IPs of its interfaces without
    loopback and link-local ones. On a machine without any of those, a wildcard means loopback.
    """
    found: dict[str, None] = {}
    for ip, port in bound:
        kind = "ip6" if ":" in ip else "ip4"
        hosts = [ip]
        if ip in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            own = [one for one in machine if (":" in one) == (kind == "ip6")]
            hosts = own or ["::1" if kind == "ip6" else "127.0.0.1"]
        for host in hosts:
            found[f"/{kind}/{host}/tcp/{port}"] = None
    return list(found)
