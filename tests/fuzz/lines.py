"""Targets of `p2p.host`: what libp2p's own protocols bring, before and besides our frames."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

from collections.abc import Callable

import trio

from p2p.errors import PeerFault
from p2p.host import load, well_formed
from p2p.host.addresses import Address, from_binary
from p2p.host.frames import Closed
from tests.fuzz.targets import Target, some

load()

from p2p.host import messages

KEY = bytes(range(32))
HOLE = Address("ip4", "192.0.2.7", 4001, None)
FAR_HOLE = Address("ip6", "2001:db8::7", 4001, None)
CAP = messages.Cap(3600, 1 << 32)
LARGE = messages.LONGEST


class _Said:
    """A stream on which this was said."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self, most: int) -> bytes:
        if not self._data:
            raise Closed
        data, self._data = self._data[:most], self._data[most:]
        return data

    async def write(self, data: bytes) -> None:
        self._data += data


def _read(data: bytes) -> bytes:
    async def read() -> bytes:
        return await messages.read_message(_Said(data))

    try:
        return trio.run(read)
    except Closed:
        raise PeerFault("the stream has ended") from None


def _hole(data: bytes) -> object:
    found = from_binary(data)
    return None if found is None else (found.binary, well_formed(found.bare))


def lines() -> list[Target]:
    """The targets of this file."""
    yes, no = messages.Answer(messages.Code.OK, 1_800_000_000), messages.Answer(204)
    hops = [
        messages.write_hop(messages.Reserve()), messages.write_hop(messages.Connect(KEY)),
        messages.write_hop(yes, CAP, [HOLE.binary, FAR_HOLE.binary]), messages.write_hop(no),
    ]  # fmt: skip
    stops = [messages.write_stop(messages.Connect(KEY), CAP), messages.write_stop(no)]
    punches = [
        messages.write_punch(messages.Sync()),
        messages.write_punch(messages.Holes((HOLE, FAR_HOLE))),
    ]
    identity = messages.write_identity(b"\x08\x01\x12\x20" + KEY, ["/flow/1.0.0"], HOLE)
    framed: list[Callable[[int], bytes]] = [bytes, lambda size: b"\x12" * size]
    return [
        Target("hole", _hole, (HOLE.binary, FAR_HOLE.binary), limit=64),
        Target("message", _read, some(map(messages.framed, [*hops, *stops, b""])),
               limit=LARGE + 2, worst=(messages.framed(bytes(LARGE)),)),
        Target("hop", messages.read_hop, some(hops), limit=LARGE,
               worst=some(make(LARGE) for make in framed)),
        Target("stop", messages.read_stop, some(stops), limit=LARGE,
               worst=some(make(LARGE) for make in framed)),
        Target("punch", messages.read_punch, some(punches), limit=LARGE,
               worst=(b"\x08\x64" + b"\x12\x00" * 2000,)),
        Target("identity", messages.read_observed, (identity,), limit=messages.LONGEST_IDENTITY,
               worst=(b"\x1a\x00" * 30_000,)),
    ]  # fmt: skip
