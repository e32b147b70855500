"""The ways between two hosts, measured: `python -m tests.benchmarks.reach_ways`.

Each host is a process of its own, all on loopback: Ada calls; Ben keeps a place at Rosa's, who
relays, and listens on nothing; Dora can be dialled. There is no store and no circle: what a home
does besides is not in these figures. A dial begins with nothing at hand, also no connection with
the relay, and ends with the first byte of an answer.
"""

import argparse
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import trio

from tests.benchmarks.measuring import cpu_seconds, machine, percentile
from tests.p2p.far import FarAway, at_another_place

HERE = "/ip4/127.0.0.1/tcp/0"
DIALS = 100
SIZE = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part."""

    ada: FarAway
    ben: FarAway
    rosa: FarAway
    dora: FarAway
    circuits: list[str]  # where Ben can be called

    def way(self, *, relayed: bool) -> tuple[FarAway, list[str]]:
        """Whom to call, and where."""
        return (self.ben, self.circuits) if relayed else (self.dora, self.dora.addresses)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many bytes one way: MB (10^6 bytes) a second, and the relay's processor time per second."""

    rate: float
    relay_cpu: float


@asynccontextmanager
async def people() -> AsyncIterator[People]:
    """All four, each a process; Ben has his place."""
    async with AsyncExitStack() as stack:

        async def far(*listen: str) -> FarAway:
            return await stack.enter_async_context(at_another_place((), *listen))

        ada, ben, rosa, dora = await far(), await far(), await far(HERE), await far(HERE)
        kept = await ben.does("keep", relay=rosa.peer, at=rosa.addresses)
        yield People(ada, ben, rosa, dora, kept["circuits"])


async def first_bytes(who: People, count: int, *, relayed: bool) -> list[float]:
    """Seconds from a dial to the first byte of an answer, so many times."""
    called, at = who.way(relayed=relayed)
    took = []
    for _ in range(count):
        told = await who.ada.does("open", peer=called.peer, at=at)
        assert told["path"] == ("RELAYED" if relayed else "DIRECT")
        took.append(told["seconds"])
        for other in (called, who.rosa):
            await who.ada.does("part", peer=other.peer)
    return took


async def bulk(who: People, size: int, *, relayed: bool) -> Bulk:
    """So many bytes one way, until the other side has all of them."""
    called, at = who.way(relayed=relayed)
    before = cpu_seconds(who.rosa.process.pid)
    told = await who.ada.does("give", peer=called.peer, at=at, bytes=size)
    assert told["path"] == ("RELAYED" if relayed else "DIRECT")
    busy = cpu_seconds(who.rosa.process.pid) - before
    return Bulk(size / told["seconds"] / 1e6, busy / told["seconds"])


async def main(dials: int, size: int) -> None:
    """Measure, and print one line each."""
    print(machine())
    async with people() as who:
        for relayed, name in ((False, "directly"), (True, "through a relay")):
            took = await first_bytes(who, dials, relayed=relayed)
            p50, p99 = (1000 * percentile(took, share) for share in (0.5, 0.99))
            print(f"dial to first byte {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms ({dials} dials)")
            moved = await bulk(who, size, relayed=relayed)
            print(f"one way {name}: {moved.rate:.1f} MB/s, relay {100 * moved.relay_cpu:.0f} % CPU")
            await who.ada.does("part", peer=who.ben.peer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dials", type=int, default=DIALS)
    parser.add_argument("--bytes", type=int, default=SIZE)
    asked = parser.parse_args()
    trio.run(main, asked.dials, asked.bytes)
