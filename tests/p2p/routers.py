"""Two homes behind routers of their own, and a place in the open that both can reach.

    with behind_routers("ada", "ben", middle="rosa", ports=Ports.KEPT) as streets:
        streets.command("ada")      what to put before a command to run it at Ada's
        streets.OPEN                the address of the place in the open

A router lets in only what answers what went out, and says nothing to anybody else. With
`Ports.KEPT` it gives what goes out the port that it had, as most do at home; with `Ports.DRAWN`
each conversation gets another by chance, as at many offices and with mobile phones.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

import pytest

from tests.journeys import namespaces

NO_ROUTERS: Final = "routers cannot be made here: that needs iptables with NAT"

# A mark, because of what a test skips from within trio the reason is not told at the end.
only_with_iptables = pytest.mark.skipif(shutil.which("iptables") is None, reason=NO_ROUTERS)


class Ports(Enum):
    """What a router does with the port of what goes out."""

    KEPT = ()
    DRAWN = ("--random-fully",)


class Streets:
    """Made by `behind_routers`."""

    OPEN: Final = "10.78.1.1"

    def __init__(self, homes: tuple[str, str], middle: str) -> None:
        """Nothing is there yet."""
        self._homes = homes
        self._middle = middle
        self._all = (*homes, *(f"{home}-router" for home in homes), middle)

    def build(self, ports: Ports) -> None:
        """Make homes, routers and the place in the open, with cables between them."""
        for name in self._all:
            namespaces._ip("netns", "add", self._space(name))
            self._in(name, "ip", "link", "set", "lo", "up")
        for number, home in enumerate(self._homes, 1):
            router = f"{home}-router"
            self._cable(home, "out", f"10.77.20{number}.2", router, "in", f"10.77.20{number}.1")
            self._cable(
                router, "out", f"10.78.{number}.2", self._middle, f"to{number}", f"10.78.{number}.1"
            )
            for name, net in ((home, f"10.77.20{number}.1"), (router, f"10.78.{number}.1")):
                self._in(name, "ip", "route", "add", "default", "via", net)
            self._hands_on(router)
            self._guard(router, ports)
        self._hands_on(self._middle)

    def address(self, here: str, there: str) -> str:
        """The address that somebody at `there` knows the place in the open by."""
        del there
        if here != self._middle:
            raise LookupError("nobody calls a home behind its router")
        return self.OPEN

    def command(self, name: str) -> tuple[str, ...]:
        """What begins a command that is to run at this place."""
        return ("ip", "netns", "exec", self._space(name))

    def clear(self) -> None:
        """Nothing of it stays; the cables go with the places they end at."""
        for name in self._all:
            namespaces._try("netns", "delete", self._space(name))

    def _guard(self, router: str, ports: Ports) -> None:
        answers = ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT")
        for rule in (
            ("-t", "nat", "-A", "POSTROUTING", "-o", "out", "-j", "MASQUERADE", *ports.value),
            ("-A", "INPUT", "-i", "out", *answers),
            ("-A", "INPUT", "-i", "out", "-j", "DROP"),
            ("-A", "FORWARD", "-i", "in", "-j", "ACCEPT"),
            ("-A", "FORWARD", "-i", "out", *answers),
            ("-A", "FORWARD", "-j", "DROP"),
        ):
            self._in(router, "iptables", "-w", *rule)

    def _hands_on(self, name: str) -> None:
        self._in(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def _cable(self, one: str, end: str, ip: str, other: str, far: str, far_ip: str) -> None:  # noqa: PLR0917 - two ends of three
        namespaces._ip("link", "add", end, "netns", self._space(one), "type", "veth",
                       "peer", "name", far, "netns", self._space(other))  # fmt: skip
        for name, device, address in ((one, end, ip), (other, far, far_ip)):
            self._in(name, "ip", "address", "add", f"{address}/24", "dev", device)
            self._in(name, "ip", "link", "set", device, "up")

    def _in(self, name: str, *command: str) -> None:
        done = subprocess.run(
            [*self.command(name), *command], capture_output=True, text=True, timeout=10, check=False
        )
        if done.returncode and command[0] == "iptables":
            pytest.skip(NO_ROUTERS)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"

    def _space(self, name: str) -> str:
        return f"{namespaces.PREFIX}-{os.getpid()}-{name}"


@contextmanager
def behind_routers(*homes: str, middle: str, ports: Ports) -> Iterator[Streets]:
    """Two homes, their routers, and the middle. Skips the test where the machine allows none."""
    namespaces._clear_what_was_left()
    if not namespaces._allowed():
        pytest.skip(namespaces.NOT_HERE)
    one, other = homes
    streets = Streets((one, other), middle)
    try:
        streets.build(ports)
        yield streets
    finally:
        streets.clear()
