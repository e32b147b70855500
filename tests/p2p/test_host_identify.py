"""Identify and ping: what any libp2p program may ask of a home, and how little it is told."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from p2p.errors import PeerFault
from p2p.host import load
from p2p.host.dialer import candidates
from p2p.host.frames import Closed
from tests.p2p.hosting import OFFERED, Stranger, at_home, says_hello

load()

from libp2p.host.ping import PingService
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.peer.id import ID

from p2p.host import identify, messages, muxing


class Said:
    """A stream on which somebody has said this, and no more."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def read(self, most: int) -> bytes:
        if not self.data:
            raise Closed
        data, self.data = self.data[:most], self.data[most:]
        return data

    async def write(self, data: bytes) -> None:
        self.data += data


async def test_a_stock_host_identifies_a_home_and_learns_its_key_and_its_own_address() -> None:
    """Neutral names, the key that was proven anyway, where the visitor is seen; nothing else."""
    async with at_home() as ben, Stranger().at_home() as visitor:
        await visitor.dials(ben)
        stream = await visitor.opens(ben, "/ipfs/id/1.0.0")
        said = Identify()
        raw = await stream.read(4096)
        message = await messages.read_message(Said(raw))
        assert raw == messages.framed(message)
        said.ParseFromString(message)
        assert said.public_key.endswith(ben.peer)
        assert list(said.protocols) == OFFERED
        assert (said.agent_version, list(said.listen_addrs), said.signedPeerRecord) == ("", [], b"")
        seen = messages.read_observed(message)
        assert seen is not None
        assert seen.bare.startswith("/ip4/127.0.0.1/tcp/")


async def test_a_stock_host_pings_a_home() -> None:
    """Five pings, each given back."""
    async with at_home() as ben, Stranger().at_home() as visitor:
        await visitor.dials(ben)
        times = await PingService(visitor.host).ping(ID.from_base58(ben.peer_id), ping_amt=5)
        assert len(times) == 5


async def test_we_ask_ourselves_where_we_are_seen() -> None:
    """A home of ours and a stock host are asked; both also say that they are there."""
    async with at_home() as ben, at_home(listen=()) as ada, Stranger().at_home() as visitor:
        await says_hello(ada, ben)
        stream = await ada.open(ben.peer, ben.addresses())
        conn = ada._swarm.live(ben.peer)[0]
        mine = ben._swarm.under(ben._swarm.live(ada.peer)[0]).remote
        seen = await ada._ways._identity.observed_on(conn)
        assert seen is not None
        assert seen.bare == mine
        await stream.close()

        dialled = await ada._ways.connect(visitor.key, candidates(visitor.key, visitor.listening()))
        assert dialled is not None
        assert await ada._ways._identity.observed_on(dialled) is not None
        assert await muxing.session_of(conn).is_there(2)
        assert await muxing.session_of(dialled).is_there(2)


async def test_who_pings_without_end_or_not_at_all_is_let_go() -> None:
    """A stream answers so many pings; half a ping holds up nobody."""
    async with at_home() as ben, at_home(listen=()) as ada:
        await says_hello(ada, ben)
        conn = ada._swarm.live(ben.peer)[0]
        pipe = await ada._swarm.open_pipe(conn, identify.PING)
        assert pipe is not None
        for _ in range(identify.PINGS):
            await pipe.write(bytes(32))
            assert await pipe.read(32) == bytes(32)
        with pytest.raises(Closed), trio.fail_after(5):
            await pipe.read(32)
        half = await ada._swarm.open_pipe(conn, identify.PING)
        assert half is not None
        await half.write(b"half")
        await says_hello(ada, ben)


@given(st.binary(max_size=300))
async def test_any_bytes_are_a_message_or_a_fault_or_an_end(data: bytes) -> None:
    """A length without end, one too long, less than was announced: a value, PeerFault or Closed."""
    stream = Said(data)
    try:
        message = await messages.read_message(stream)
    except (Closed, PeerFault):
        return
    assert data.startswith(messages.framed(message)) or data[0] >= 0x80


@pytest.mark.parametrize("size", [0, 1, 127, 128, 4096])
async def test_a_message_is_read_and_nothing_after_it(size: int) -> None:
    """Sealed bytes follow the last message of a circuit: not one of them is taken."""
    stream = Said(messages.framed(bytes(size)) + b"sealed")
    assert await messages.read_message(stream) == bytes(size)
    assert stream.data == b"sealed"


async def test_a_message_that_is_too_long_is_a_fault() -> None:
    """Announced, not sent: nobody waits for it."""
    for start in (messages.framed(bytes(4097))[:2], b"\xff\xff\xff\xff\x07"):
        with pytest.raises(PeerFault):
            await messages.read_message(Said(start))
