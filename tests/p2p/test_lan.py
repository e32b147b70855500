"""On one network: members find each other, and whoever listens learns no more than an address."""

import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
import trio
from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, IPVersion, Zeroconf

from p2p import lan_wire
from p2p.crypto import system_entropy
from p2p.errors import PeerFault
from p2p.lan import GROUP, PORT, Lan
from p2p.lan_wire import SERVICE, Heard, Sighting
from p2p.networks import Network
from tests.p2p.loopback import CORNER, HERE, only_on_linux

pytestmark = only_on_linux

LOOPBACK = Network(IPv4Interface(f"{HERE}/24"))
# Names of this process alone, too: all of loopback hears what is multicast on it.
OURS = "".join("abcdefghij"[int(digit)] for digit in f"{os.getpid():010}")
ADA = Sighting("a" * 16 + OURS, 40_001)
BEN = Sighting("b" * 16 + OURS, 40_002)


@dataclass
class Listener:
    """What one home has heard."""

    seen: list[tuple[Sighting, str]] = field(default_factory=list)
    news: trio.Event = field(default_factory=trio.Event)

    def heard(self, sighting: Sighting, ip: str) -> None:
        self.seen.append((sighting, ip))
        self.news.set()

    async def until(self, sighting: Sighting) -> None:
        with trio.fail_after(10):
            while (sighting, HERE) not in self.seen:
                self.news = trio.Event()
                await self.news.wait()


@asynccontextmanager
async def on_air(
    *own: Sighting, network: Network = LOOPBACK
) -> AsyncIterator[tuple[Lan, Listener]]:
    """A home on the loopback network."""
    listener = Listener()
    lan = Lan(heard=listener.heard, entropy=system_entropy, networks=lambda: [network])
    lan.tell({one.letters: {network.ip: one.port} for one in own})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lan.run)
        yield lan, listener
        nursery.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """One at a time, whatever processes run tests: some of these take the port, or fill the air."""
    import fcntl  # noqa: PLC0415 - not everywhere

    with (Path(tempfile.gettempdir()) / "hearthside-tests-lan").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """Somebody else in the network's group."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((GROUP, PORT))
        joined = socket.inet_aton(GROUP) + LOOPBACK.at.ip.packed
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, LOOPBACK.at.ip.packed)
        sock.setblocking(False)
        yield sock


async def test_two_homes_hear_of_each_other() -> None:
    """Whoever comes first is found by the one who comes later, and the other way round."""
    async with on_air(ADA) as (_, ada):
        await trio.sleep(0.5)
        async with on_air(BEN) as (_, ben):
            await ada.until(BEN)
            await ben.until(ADA)


async def test_a_new_name_is_announced_and_the_old_one_is_silent() -> None:
    """As at midnight."""
    later = Sighting("c" * 26, 40_003)
    async with on_air(ADA) as (lan, _), on_air(BEN) as (asking, ben):
        await ben.until(ADA)
        lan.tell({later.letters: {LOOPBACK.ip: later.port}})
        await ben.until(later)
        ben.seen.clear()
        asking.again()
        await ben.until(later)
        assert ADA not in [sighting for sighting, _ in ben.seen]


async def test_another_program_finds_the_name_by_its_own_means() -> None:
    """`zeroconf`'s own resolver, which knows nothing of us: it is plain DNS service discovery."""
    async with on_air(ADA):
        await trio.sleep(0.3)

        def resolve() -> tuple[int | None, list[str]]:
            with Zeroconf(interfaces=[HERE], ip_version=IPVersion.V4Only) as other:
                info = other.get_service_info(SERVICE, f"{ADA.letters}.{SERVICE}", 5000)
                assert info is not None
                return info.port, info.parsed_addresses()

        assert await trio.to_thread.run_sync(resolve) == (ADA.port, [HERE])


async def test_a_network_full_of_noise_costs_nothing(stranger: socket.socket) -> None:
    """Ten thousand names that nobody knows and as many broken packets: Ben is found among them."""
    async with on_air(ADA) as (lan, listener):
        await trio.sleep(0.2)
        for at in range(10_000):
            name = Sighting(f"{at:026d}".translate(str.maketrans("01789", "abcde")), 1)
            stranger.sendto(lan_wire.answer(name, LOOPBACK.at.ip.packed), (GROUP, PORT))
            stranger.sendto(system_entropy(64), (GROUP, PORT))
        started = trio.current_time()
        async with on_air(BEN):
            await listener.until(BEN)
        assert trio.current_time() - started < 5
        assert len(listener.seen) < 2_000  # the rest was dropped unread
        assert set(lan._own) == {ADA.letters}  # and nothing was kept


async def test_who_is_not_on_the_network_is_not_heard(stranger: socket.socket) -> None:
    """A packet from outside the subnet counts for nothing, whatever it says."""
    narrow = Network(IPv4Interface(f"{CORNER}.2/32"))
    async with on_air(ADA, network=narrow) as (_, listener):
        await trio.sleep(0.2)
        stranger.sendto(lan_wire.answer(BEN, narrow.at.ip.packed), (GROUP, PORT))
        await trio.sleep(0.3)
    assert listener.seen == []


async def test_who_has_no_name_asks_nobody(stranger: socket.socket) -> None:
    """And listens to nobody: whoever is on no network of others leaves the port alone."""
    async with on_air() as (lan, _):
        await trio.sleep(0.3)
        assert _came(stranger) == b""
        lan.tell({ADA.letters: {HERE: ADA.port}})
        async with on_air(BEN) as (_, ben):
            await ben.until(ADA)


async def test_without_multicast_nothing_happens() -> None:
    """No network, an address that is not ours, the port taken by somebody: silence, no harm."""
    blocker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    blocker.bind((GROUP, PORT))  # for itself alone
    try:
        not_ours = Network(IPv4Interface("192.0.2.77/24"))
        async with on_air(ADA) as (lan, _), on_air(BEN, network=not_ours):
            await trio.sleep(0.2)
            lan.ask()
            lan.again()
            await trio.sleep(0.2)
            blocker.close()
            lan.again()
            async with on_air(BEN) as (_, ben):
                await ben.until(ADA)
    finally:
        blocker.close()


async def test_what_goes_out_holds_nothing_else(stranger: socket.socket) -> None:
    """A question and an answer, byte for byte; no name of the machine."""
    async with on_air(ADA):
        await trio.sleep(1.5)
        said = _came(stranger)
    asked, answered = lan_wire.question(), lan_wire.answer(ADA, LOOPBACK.at.ip.packed)
    assert asked in said
    assert answered in said
    assert said.replace(asked, b"").replace(answered, b"") == b""
    assert socket.gethostname().encode() not in said


def _came(stranger: socket.socket) -> bytes:
    """All that was said here since the last time."""
    said = b""
    try:
        while True:
            packet, (ip, _) = stranger.recvfrom(2000)
            said += packet if ip == HERE else b""
    except BlockingIOError:
        return said


def test_answers_are_read_back() -> None:
    """And questions for us told from others."""
    assert lan_wire.read(lan_wire.answer(ADA, b"\x0a\0\0\1"), []) == Heard(seen=(ADA,))
    assert lan_wire.read(lan_wire.question(), []) == Heard(asks=True)
    assert not lan_wire.read(_asking("_ipp._tcp.local."), [ADA.letters]).asks
    assert lan_wire.read(_asking(f"{ADA.letters}.{SERVICE}"), [ADA.letters]).asks
    assert not lan_wire.read(_asking(f"{BEN.letters}.{SERVICE}"), [ADA.letters]).asks


def _asking(name: str) -> bytes:
    return lan_wire.question().replace(b"\x05_flow\x04_tcp\x05local\0", _spelled(name))


def _spelled(name: str) -> bytes:
    labels = name.rstrip(".").split(".")
    return b"".join(bytes((len(one),)) + one.encode() for one in labels) + b"\0"


def test_names_that_are_none_are_not_seen() -> None:
    """Too short, in other letters, of another service, or on its way out."""
    for letters, service, ttl in (
        ("a" * 25, SERVICE, 120), ("a" * 25 + "1", SERVICE, 120),
        ("a" * 26, "_ipp._tcp.local.", 120), ("a" * 26, SERVICE, 0),
    ):  # fmt: skip
        out = DNSOutgoing(lan_wire.RESPONSE)
        name = f"{letters}.{service}"
        out.add_answer_at_time(DNSPointer(service, 12, 1, 120, name), 0)
        out.add_answer_at_time(DNSService(name, 33, 1, ttl, 0, 0, 1, "x.local."), 0)
        out.add_answer_at_time(DNSAddress("x.local.", 1, 1, 120, b"\x0a\0\0\1"), 0)
        assert lan_wire.read(out.packets()[0], []) == Heard()


def test_a_long_packet_is_a_fault() -> None:
    with pytest.raises(PeerFault):
        lan_wire.read(bytes(lan_wire.LONGEST + 1), [])
