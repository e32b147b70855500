"""Multiaddrs of this computer, as text: ports, and which of them lead here from elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Final

from p2p.host import address_peer

LOOPBACK: Final = ("/ip4/127.", "/ip6/::1/")


def with_port(address: str, port: int) -> str:
    """A listen address with port 0 replaced by the circle's own."""
    return address[: -len("/tcp/0")] + f"/tcp/{port}" if address.endswith("/tcp/0") else address


def port_of(address: str) -> int:
    """The TCP port of a multiaddr, or 0."""
    parts = address.split("/tcp/")
    digits = parts[1].split("/")[0] if len(parts) > 1 else ""
    return int(digits) if digits.isdigit() else 0


def wide(addresses: Iterable[str]) -> list[str]:
    """Those that lead here from other computers."""
    return [address for address in addresses if not address.startswith(LOOPBACK)]


def is_circuit(address: str) -> bool:
    """Whether it leads through somebody else, who lets those through who are of the circle."""
    return "/p2p-circuit" in address


def relay_of(address: str) -> bytes | None:
    """Of a circuit the key of whoever carries it; None for any other address."""
    found = address.split("/p2p-circuit", maxsplit=1)[0] if is_circuit(address) else ""
    return address_peer(found) if found else None


def places(listening: Sequence[str]) -> list[tuple[str, int]]:
    """The IPv4 addresses that are listened at, each with the port."""
    return [(at.split("/")[2], port_of(at)) for at in listening if at.startswith("/ip4/")]
