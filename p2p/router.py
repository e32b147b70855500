"""The only door to miniupnpc: a home router that opens a port for us (UPnP IGD).

Everything here blocks for up to some seconds and belongs in a worker thread. Routers are foreign
programs of every quality: whatever goes wrong with one is a plain "no".
"""

import logging
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from miniupnpc import UPnP

WAIT: Final = 2000  # ms that routers have to answer the search
TOLD: Final = "p2p"  # what the router's own page says that the port is for: nothing of us
OPENED: Final = "TCP"

log = logging.getLogger("hearthside.router")


@dataclass(frozen=True, slots=True)
class Router:
    """One that was found. `lan`: our own address towards it; `external`: its public one."""

    device: UPnP
    lan: str
    external: str

    def open(self, outside: int, inside: int, lease: int) -> bool:
        """Have its port lead to ours for so many seconds; 0: until it is closed."""
        try:
            return bool(
                self.device.addportmapping(outside, OPENED, self.lan, inside, TOLD, "", lease)
            )
        except Exception:  # noqa: BLE001 - miniupnpc knows no other; its text is the router's
            return False

    def close(self, outside: int) -> bool:
        """Take that back."""
        try:
            return bool(self.device.deleteportmapping(outside, OPENED))
        except Exception:  # noqa: BLE001 - the same
            return False


def find(ip: str, wait: int = WAIT) -> Router | None:
    """The router of the network on which we have this address, if it has a public address.

    Returns after `wait` ms, or four times as many where there is none.
    """
    device = UPnP(multicastif=ip, discoverdelay=wait)
    try:
        device.discover()
        device.selectigd()
        external, lan = device.externalipaddress(), device.lanaddr
    except Exception:  # noqa: BLE001 - miniupnpc knows no other; its text may hold addresses
        return None
    if not is_public(external):
        log.info("a router without a public address; no port is asked for")
        return None
    return Router(device, lan, external)


def is_public(text: str) -> bool:
    """Whether anybody can reach an address: not behind a second router, nor a provider's NAT."""
    try:
        ip = IPv4Address(text)
    except AddressValueError:
        return False
    # `is_global` is not enough: it takes multicast in, which is nobody's address.
    return ip.is_global and not ip.is_multicast
