"""Reaching and being reached: dialling, listening, addresses."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from p2p.errors import OurFault
from p2p.host import (
    Closed,
    FrameStream,
    PortTaken,
    Unreachable,
    address_peer,
    load,
    well_formed,
)
from p2p.host.addresses import Address, from_binary, parse, peer_text
from p2p.host.dialer import candidates
from p2p.host.listening import reachable

load()

from libp2p.crypto.ed25519 import Ed25519PublicKey
from libp2p.peer.id import ID
from multiaddr import Multiaddr

from tests.p2p.hosting import (
    HERE,
    ROOT,
    at_home,
    echo,
    port_of,
    says_hello,
)

RELAY, BEN = peer_text(bytes(range(32))), peer_text(bytes(range(1, 33)))

# ---------------------------------------------------------------------------------------- reaching


async def test_a_dead_first_address_costs_nothing() -> None:
    """One address refuses, one swallows everything, the last is good: Ada is through at once."""
    silent = socket.create_server(("127.0.0.1", 0))
    refusing = socket.create_server(("127.0.0.1", 0))
    dead_port = refusing.getsockname()[1]
    refusing.close()
    async with at_home() as ben, at_home(listen=()) as ada:
        addresses = [
            f"/ip4/127.0.0.1/tcp/{dead_port}",
            f"/ip4/127.0.0.1/tcp/{silent.getsockname()[1]}",
            "nonsense",
            f"/ip4/127.0.0.1/tcp/{port_of(ben)}/p2p/{ada.peer_id}",  # names somebody else
            *ben.addresses(),
        ]
        before = trio.current_time()
        stream = await ada.open(ben.peer, addresses)
        assert trio.current_time() - before < 0.5
        await stream.send(b"here")
        assert await stream.receive() == b"here"
    silent.close()


async def test_nobody_home_is_unreachable_and_says_no_address() -> None:
    """A refusing port, a silent one and no address at all: Unreachable, in time, without names."""
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    somebody = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        for addresses in ([], ["/ip4/127.0.0.1/tcp/1"], [f"/ip4/127.0.0.1/tcp/{port}"]):
            before = trio.current_time()
            with pytest.raises(Unreachable) as told:
                await ada.open(somebody, addresses, timeout=0.4)
            assert trio.current_time() - before < 1
            assert "127.0.0.1" not in str(told.value)
            assert told.value.__cause__ is None
        with pytest.raises(Unreachable):
            await ada.open(ada.peer, ["/ip4/127.0.0.1/tcp/1"])
    silent.close()


async def test_everybody_asking_at_once_makes_one_connection() -> None:
    """Five conversations begun in the same moment share one dial."""
    async with at_home() as ben, at_home(listen=()) as ada, trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(says_hello, ada, ben)
        await trio.sleep(0.3)
        assert len(ada._swarm.live()) == 1


async def test_two_who_dial_each_other_at_once_both_get_through() -> None:
    """Ada and Ben call each other in the same moment, ten times."""
    for _ in range(10):
        async with at_home() as ben, at_home() as ada, trio.open_nursery() as nursery:
            nursery.start_soon(says_hello, ada, ben)
            nursery.start_soon(says_hello, ben, ada)


async def test_a_restarted_host_is_reached_at_once_on_its_old_port() -> None:
    """Ben's program ends and starts again: same port, same key, no waiting."""
    seed = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        async with at_home(seed=seed) as ben:
            await says_hello(ada, ben)
            old = ben.listening()
        async with at_home(seed=seed, listen=tuple(old)) as ben:
            assert ben.listening() == old
            before = trio.current_time()
            await says_hello(ada, ben)
            assert trio.current_time() - before < 0.5


CHILD = """
import sys, trio
from p2p.host import Host
async def echo(stream):
    while True:
        await stream.send(await stream.receive())
async def main():
    host = Host(bytes.fromhex(sys.argv[1]), listen=[sys.argv[2]], on_stream=echo)
    async with host.run():
        print(*host.addresses(), flush=True)
        await trio.sleep_forever()
trio.run(main)
"""


@asynccontextmanager
async def another_program(seed: bytes, listen: str) -> AsyncIterator[tuple[int, str]]:
    """A host in a process of its own: its process id and address."""
    command = [sys.executable, "-c", CHILD, seed.hex(), listen]
    with subprocess.Popen(  # noqa: ASYNC220 - our own few lines
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        try:
            assert child.stdout is not None
            address = await trio.to_thread.run_sync(child.stdout.readline)
            yield child.pid, address.strip()
        finally:
            child.kill()


async def test_a_killed_program_is_noticed_and_its_port_is_free_at_once() -> None:
    """kill -9: the blocked read ends at once, and the next run binds the same port."""
    seed = secrets.token_bytes(32)
    async with at_home(listen=()) as ada:
        async with another_program(seed, HERE) as (pid, address):
            peer = address_peer(address)
            assert peer is not None
            stream = await ada.open(peer, [address])
            await stream.send(b"x")
            assert await stream.receive() == b"x"
            os.kill(pid, signal.SIGKILL)
            with trio.fail_after(1), pytest.raises(Closed):
                await stream.receive()
        async with at_home(seed=seed, listen=(address.split("/p2p/")[0],)) as ben:
            await says_hello(ada, ben)


async def test_a_sleeping_peer_does_not_hold_up_the_next_dial() -> None:
    """Ben's laptop is asleep behind a connection that looks alive; his new address is tried."""
    seed = secrets.token_bytes(32)
    async with another_program(seed, HERE) as (pid, address), at_home(listen=()) as ada:
        peer = address_peer(address)
        assert peer is not None
        await (await ada.open(peer, [address])).send(b"x")
        os.kill(pid, signal.SIGSTOP)
        async with at_home(seed=seed) as awake:
            before = trio.current_time()
            stream = await ada.open(peer, awake.addresses(), timeout=2)
            assert trio.current_time() - before < 1.5
            await stream.send(b"y")
            assert await stream.receive() == b"y"


# --------------------------------------------------------------------------------------- listening


async def test_a_taken_port_is_told_before_anything_runs() -> None:
    """Another host, or any program, has the port, even one that would share it."""
    async with at_home() as ben:
        with pytest.raises(PortTaken):
            async with at_home(listen=(HERE, ben.listening()[0])):
                pytest.fail("two hosts on one port")
    sharing = socket.socket()
    sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sharing.bind(("127.0.0.1", 0))
    sharing.listen()
    with pytest.raises(PortTaken):
        async with at_home(listen=(f"/ip4/127.0.0.1/tcp/{sharing.getsockname()[1]}",)):
            pytest.fail("two programs on one port")
    sharing.close()


async def test_what_is_listened_on_is_said_with_real_ports() -> None:
    """Loopback asked for is loopback said; IPv4 and IPv6 of one port do not disturb each other."""
    async with at_home() as ben:
        port = port_of(ben)
        assert ben.listening() == [f"/ip4/127.0.0.1/tcp/{port}"]
        assert ben.addresses() == [f"/ip4/127.0.0.1/tcp/{port}/p2p/{ben.peer_id}"]
    async with at_home(listen=("/ip4/0.0.0.0/tcp/0",)) as ben:
        port = port_of(ben)
        assert port != 0
        assert not any("0.0.0.0" in address for address in ben.listening())  # noqa: S104
    both = (f"/ip4/0.0.0.0/tcp/{port}", f"/ip6/::/tcp/{port}")
    async with at_home(listen=both) as ben, at_home(listen=()) as ada:
        await says_hello(ada, ben)
        loopback = [f"/ip4/127.0.0.1/tcp/{port}"]
        await (await ada.open(ben.peer, loopback)).close()
    with pytest.raises(OurFault):
        async with at_home(listen=("/ip4/nowhere/tcp/0",)):
            pytest.fail("listening nowhere")


async def test_ipv6_works_and_names_the_remote_address() -> None:
    """Over ::1 too both sides know where the other is."""
    seen: list[str] = []

    async def note(stream: FrameStream) -> None:
        seen.append(stream.remote)
        await echo(stream)

    async with at_home(note, listen=("/ip6/::1/tcp/0",)) as ben, at_home(listen=()) as ada:
        stream = await ada.open(ben.peer, ben.addresses())
        await stream.send(b"x")
        await stream.receive()
        assert stream.remote == ben.listening()[0]
        assert seen[0].startswith("/ip6/::1/tcp/")


def test_a_wildcard_means_the_addresses_of_the_machine() -> None:
    """Loopback only stands in where the machine has nothing else of that kind."""
    bound = [("0.0.0.0", 4001), ("::", 4002)]  # noqa: S104 - what the socket says
    machine = ["192.0.2.7", "2001:db8::7"]
    assert reachable(bound, machine) == ["/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::7/tcp/4002"]
    assert reachable(bound, ["192.0.2.7"]) == ["/ip4/192.0.2.7/tcp/4001", "/ip6/::1/tcp/4002"]


# --------------------------------------------------------------------------------------- addresses


@given(st.text(), st.binary(min_size=32, max_size=32))
def test_no_text_is_too_strange_for_an_address(text: str, key: bytes) -> None:
    """Strangers write addresses; looking at one never raises."""
    for address in (
        text,
        f"/ip4/{text}/tcp/1",
        f"/ip4/1.2.3.4/tcp/{text}",
        f"/dns/x/tcp/1/p2p/{text}",
    ):
        well_formed(address)
        address_peer(address)
    assert address_peer(f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_text(key)}") == key


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("/ip4/192.0.2.7/tcp/4001", True),
        ("/ip6/2001:db8::7/tcp/4001", True),
        ("/dns4/home.example/tcp/4001", True),
        (f"/ip4/192.0.2.7/tcp/4001/p2p/{RELAY}/p2p-circuit", True),
        (f"/dns4/home.example/tcp/4001/p2p/{RELAY}/p2p-circuit/p2p/{BEN}", True),
        (f"/ip4/192.0.2.7/tcp/0/p2p/{RELAY}/p2p-circuit/p2p/{BEN}", False),
        (f"/ip4/192.0.2.7/tcp/4001/p2p-circuit/p2p/{BEN}", False),
        (f"/p2p/{RELAY}/p2p-circuit/p2p/{BEN}", False),
        (f"/ip4/192.0.2.7/tcp/4001/p2p/{RELAY}/p2p-circuit/p2p/{BEN}/p2p-circuit", False),
        (
            f"/ip4/192.0.2.7/tcp/4001/p2p/{RELAY}/p2p-circuit/p2p/{RELAY}/p2p-circuit/p2p/{BEN}",
            False,
        ),
        ("/ip4/192.0.2.7/tcp/0", False),
        ("/ip4/192.0.2.7/tcp/65536", False),
        ("/ip4/192.0.2.7/udp/4001/quic-v1", False),
        ("/ip4/192.0.2.7/tcp/4001/ws", False),
        ("/ip4/0.0.0.0/tcp/4001", False),
        ("/ip4/224.0.0.1/tcp/4001", False),
        ("/ip4/192.0.2.07/tcp/4001", False),
        ("/ip6/fe80::1%eth0/tcp/4001", False),
        ("/dns/abc.onion/tcp/4001", False),
        ("/dns/-x-/tcp/4001", False),
        ("/ip4/192.0.2.7/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", False),
        ("/ip4/192.0.2.7/tcp/4001/p2p/", False),
        ("ip4/192.0.2.7/tcp/4001", False),
        ("/" * 10_000, False),
        ("", False),
    ],
)
def test_which_addresses_could_be_dialled(address: str, *, good: bool) -> None:
    """TCP over IPv4, IPv6 or a name, a real port, perhaps an Ed25519 peer or one circuit to it."""
    assert well_formed(address) is good


def test_a_circuit_leads_to_whom_it_ends_with() -> None:
    """The relay is only a way: the peer of the address is the last; through oneself is no way."""
    through = f"/ip4/192.0.2.7/tcp/4001/p2p/{RELAY}/p2p-circuit"
    relay, ben = address_peer(f"/ip4/192.0.2.7/tcp/1/p2p/{RELAY}"), bytes(range(1, 33))
    assert relay == bytes(range(32))
    assert address_peer(through) is None
    assert address_peer(f"{through}/p2p/{BEN}") == ben
    parsed = parse(f"{through}/p2p/{BEN}")
    assert parsed is not None
    assert (parsed.relay, parsed.peer, parsed.bare) == (relay, ben, "/ip4/192.0.2.7/tcp/4001")
    direct = "/ip4/192.0.2.7/tcp/4001"
    chosen = candidates(ben, [through, direct, f"{through}/p2p/{BEN}", f"{through}/p2p/{RELAY}"])
    assert [(one.bare, one.relay) for one in chosen] == [(direct, relay), (direct, None)]
    assert candidates(relay, [f"{through}/p2p/{RELAY}", through]) == []


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(max_size=24))
def test_addresses_in_messages_are_ip_and_port_or_nothing(
    ip: IPv4Address | IPv6Address, port: int, junk: bytes
) -> None:
    """What is written is read again, whatever else stands there is nobody's address."""
    address = Address(f"ip{ip.version}", str(ip), port, None)
    assert from_binary(address.binary) == address
    assert Multiaddr(address.bare).to_bytes() == address.binary
    found = from_binary(junk)
    assert found is None or found.binary == junk
    assert Address("dns4", "home.example", port, None).binary == b""


def test_a_peer_id_has_one_spelling() -> None:
    """libp2p and we write the same text for the same key."""

    for first in itertools.chain(range(0, 256, 17)):
        key = bytes([first]) + secrets.token_bytes(31)
        assert peer_text(key) == str(ID.from_pubkey(Ed25519PublicKey.from_bytes(key)))
        assert address_peer(f"/ip4/192.0.2.7/tcp/1/p2p/1{peer_text(key)}") is None
