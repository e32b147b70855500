"""The networks that this computer is on: its addresses, each with the subnet around it."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_interface,
)
from typing import TypeAlias

import psutil

from p2p.host.addresses import parse

Ip: TypeAlias = IPv4Address | IPv6Address

IP6_PREFIX = 64  # where a system does not say: so wide is any network that hosts can be on


@dataclass(frozen=True, slots=True)
class Network:
    """One address of ours and its subnet. `multicast`: whether others there can be spoken to."""

    at: IPv4Interface | IPv6Interface
    multicast: bool = True

    @property
    def ip(self) -> str:
        """Our address, as text."""
        return str(self.at.ip)

    def holds(self, ip: Ip) -> bool:
        """Whether an address lies in this subnet."""
        return ip in self.at.network


def own_networks() -> tuple[Network, ...]:
    """What the interfaces that are up say, loopback included, in their order."""
    try:
        addresses, states = psutil.net_if_addrs(), psutil.net_if_stats()
    except OSError:
        return ()
    found: list[Network] = []
    for name, entries in addresses.items():
        state = states.get(name)
        if state is None or not state.isup:
            continue
        # Windows says nothing of multicast; there every network has it.
        multicast = not state.flags or "multicast" in state.flags.split(",")
        for entry in entries:
            if entry.family in {socket.AF_INET, socket.AF_INET6}:
                at = _interface(entry.address, entry.netmask)
                if at is not None:
                    found.append(Network(at, multicast))
    return tuple(found)


def is_near(address: str, own: Iterable[Network]) -> bool:
    """Whether a multiaddr leads to a computer on one of our own networks.

    That is: in the subnet of one of our addresses, or private or link-local, where only our own
    network can lead. A relayed one leads nowhere near, and loopback is not a network.
    """
    parsed = parse(address)
    ip = parsed.ip if parsed is not None else None
    if ip is None or ip.is_loopback or ip.is_unspecified:
        return False
    if ip.is_link_local or (ip.is_private and _is_for_homes(ip)):
        return True
    return any(network.holds(ip) for network in own)


HOMES = tuple(
    ip_interface(text).network
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


def _is_for_homes(ip: Ip) -> bool:
    """RFC 1918 and RFC 4193: what Python calls private is more than that."""
    return any(ip in network for network in HOMES)


def _interface(address: str, mask: str | None) -> IPv4Interface | IPv6Interface | None:
    try:
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address):
            bits = int(IPv6Address(mask)).bit_count() if mask else IP6_PREFIX
            return IPv6Interface((ip, bits))
        return IPv4Interface(f"{ip}/{mask or 32}")
    except ValueError:
        return None
