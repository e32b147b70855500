"""The own network: says under today's names where we are, and hears who else is there.

Theory of operation. One UDP socket of multicast DNS, on port 5353 beside whatever else answers
there, on every IPv4 network of this computer that reaches others. We ask who is here when we come
and when somebody is missed, with growing pauses, and answer whoever asks. Each name goes out in a
packet of its own, from the address that it is about.

Whom a name means the caller knows; here it is only looked up. What is heard counts for the address
it was sent from, if that is in the subnet of one of ours, and for nothing else: a packet cannot
send us to somebody far away. Nothing is kept of what is not known, and after `MOST` packets in a
second the system drops the rest, so a network full of noise costs that and no more.

Where there is no network, no multicast, or another program has the port for itself alone, nothing
happens, until `again` is called. Source: RFC 6762; protocol, section 8, "The own network".
"""

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

import trio

from p2p import lan_wire
from p2p.crypto import Entropy
from p2p.errors import PeerFault
from p2p.lan_wire import Heard, Sighting
from p2p.networks import Network, own_networks

GROUP: Final = "224.0.0.251"
PORT: Final = 5353
HOPS: Final = 255

MOST: Final = 200  # packets looked at in a second
NETWORKS: Final = 8  # of this computer that are spoken on
PAUSE: Final = 1.0  # seconds between answers, between two announcements, after the first question
LONGEST: Final = 1800.0  # seconds between questions, at last
RESTLESS: Final = 10.0  # seconds that `ask` lets go by before it asks anew
STAGGER: Final = 0.1  # seconds, and 0.02 more: an answer comes so much later at the most, by chance
SOON: Final = 0.02

_MULTICAST_ALL: Final = 49  # of Linux: 0 gives a socket only the groups that it joined itself

Ports = Mapping[str, int]
"""By address of ours: the port, masked, that is told on its network."""


@dataclass(slots=True, kw_only=True)
class Lan:
    """Everything of one home. `heard` is told of each sighting, with the address it came from."""

    heard: Callable[[Sighting, str], None]
    entropy: Entropy
    networks: Callable[[], Sequence[Network]] = own_networks
    _own: dict[str, Ports] = field(default_factory=dict)
    _life: trio.CancelScope | None = None
    _again: trio.Event = field(default_factory=trio.Event)
    _said: trio.Event = field(default_factory=trio.Event)
    _asked: trio.Event = field(default_factory=trio.Event)

    async def run(self) -> None:
        """Serve until cancelled. Never raises of its own."""
        while True:
            again = self._again
            with trio.CancelScope() as self._life:
                await self._live()
            self._life = None
            await again.wait()

    def again(self) -> None:
        """The networks may be others now, or the computer slept: begin anew, announce and ask."""
        self._again.set()
        self._again = trio.Event()
        if self._life is not None:
            self._life.cancel()

    def tell(self, own: Mapping[str, Ports]) -> None:
        """These are our names now. What is new in it is announced."""
        before, self._own = self._own, dict(own)
        if bool(before) is not bool(own):
            self.again()
        elif before != self._own:
            self._said.set()

    def ask(self) -> None:
        """Somebody is missed: ask who is here."""
        self._asked.set()

    async def _live(self) -> None:
        """Until there is a reason to begin anew, or to give up for now."""
        if not self._own:  # who has nothing to say has nobody to ask for
            return
        reached = [n for n in self.networks() if n.multicast and n.at.version == 4][:NETWORKS]  # noqa: PLR2004
        air = await _Air.open(reached)
        if air is None:
            return
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._announce, air)
                nursery.start_soon(self._ask, air)
                nursery.start_soon(self._listen, air, nursery)
        finally:
            air.socket.close()

    async def _listen(self, air: "_Air", nursery: trio.Nursery) -> None:
        answering: set[str] = set()
        while True:
            second = trio.current_time() + PAUSE
            for _ in range(MOST):
                came = await air.receive()
                if came is not None and (network := air.network_of(came[1])) is not None:
                    heard = self._read(came[0])
                    for sighting in heard.seen:
                        if sighting.letters not in self._own:
                            self.heard(sighting, came[1])
                    if heard.asks and network.ip not in answering:
                        answering.add(network.ip)
                        nursery.start_soon(self._answer, air, network, answering)
                if trio.current_time() >= second:
                    break
            else:
                await trio.sleep_until(second)

    def _read(self, packet: bytes) -> Heard:
        try:
            return lan_wire.read(packet, self._own)
        except PeerFault:
            return Heard()

    async def _answer(self, air: "_Air", network: Network, answering: set[str]) -> None:
        """Say all our names on one network, a second after the last time at the earliest."""
        await self._say(air, network)
        await trio.sleep(PAUSE)
        answering.discard(network.ip)

    async def _announce(self, air: "_Air") -> None:
        """Say our names unasked, twice, whenever they are others."""
        while True:
            self._said = trio.Event()
            for pause in (0.0, PAUSE):
                await trio.sleep(pause)
                for network in air.reached:
                    await self._say(air, network)
            await self._said.wait()

    async def _say(self, air: "_Air", network: Network) -> None:
        for letters, ports in list(self._own.items()):
            await self._wait_by_chance()  # or all of a room would speak at once
            port = ports.get(network.ip)
            if port is not None and letters in self._own:
                packet = lan_wire.answer(Sighting(letters, port), network.at.ip.packed)
                await air.send(packet, network)

    async def _ask(self, air: "_Air") -> None:
        """Ask at once, then with pauses that double; from the beginning when somebody is missed."""
        pause = PAUSE
        while True:
            self._asked = trio.Event()
            await self._wait_by_chance()
            for network in air.reached:
                await air.send(lan_wire.question(), network)
            last = trio.current_time()
            with trio.move_on_after(pause) as waited:
                await self._asked.wait()
            pause = min(pause * 2, LONGEST)
            if not waited.cancelled_caught:
                pause = PAUSE
                await trio.sleep_until(last + RESTLESS)

    async def _wait_by_chance(self) -> None:
        await trio.sleep(SOON + STAGGER * self.entropy(1)[0] / 256)


@dataclass(slots=True)
class _Air:
    """The open socket and the networks on which it has joined the group."""

    socket: trio.socket.SocketType
    reached: list[Network]
    _sending: trio.Lock = field(default_factory=trio.Lock)

    @classmethod
    async def open(cls, networks: Sequence[Network]) -> "_Air | None":
        """None where it can't be had."""
        try:
            sock = trio.socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        except OSError:
            return None
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "SO_REUSEPORT"):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if sys.platform == "linux":
                sock.setsockopt(socket.IPPROTO_IP, _MULTICAST_ALL, 0)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
            # Also heard by another home on this computer.
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            # Bound to the group it is given nothing that was sent to another responder here.
            await sock.bind(("" if sys.platform == "win32" else GROUP, PORT))
            reached = [network for network in networks if _join(sock, network)]
        except OSError:
            sock.close()
            return None
        except BaseException:
            sock.close()
            raise
        if not reached:
            sock.close()
            return None
        return cls(sock, reached)

    def network_of(self, ip: str) -> Network | None:
        """Our network that an address is in."""
        return next((n for n in self.reached if n.holds(IPv4Address(ip))), None)

    async def receive(self) -> tuple[bytes, str] | None:
        """A packet and the address it came from; None for one that counts for nothing."""
        try:
            data, (ip, port) = await self.socket.recvfrom(lan_wire.LONGEST + 1)
        except OSError:  # Windows tells here of what was sent; a network that went says so too
            await trio.sleep(PAUSE / MOST)
            return None
        return (data, str(ip)) if port == PORT else None

    async def send(self, packet: bytes, network: Network) -> None:
        """Multicast on one network; nothing is said about whether it went."""
        async with self._sending:  # the interface is the socket's, not the packet's
            try:
                self.socket.setsockopt(
                    socket.IPPROTO_IP, socket.IP_MULTICAST_IF, network.at.ip.packed
                )
                await self.socket.sendto(packet, (GROUP, PORT))
            except OSError:
                return


def _join(sock: trio.socket.SocketType, network: Network) -> bool:
    group = IPv4Address(GROUP).packed
    try:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + network.at.ip.packed)
    except OSError:
        return False
    return True
