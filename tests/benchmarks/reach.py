"""How people are reached: the ways between two computers, and a mailbox. `tools/bench reach`.

The ways first (`tests.benchmarks.reach_ways`). Then a mailbox as a process of its own, on loopback,
with a hundred circles that have a thousand envelopes each: its memory, what it costs while nobody
asks and while somebody of each circle listens, how long a thousand new envelopes take to be taken
out, and whether five hundred callers get in within a minute.
"""

import argparse
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import trio

from app.mailbox.card import Card, read
from p2p.host import Closed, Unreachable
from p2p.mailbox import wire
from p2p.mailbox.caller import Caller
from p2p.op import Log
from p2p.reconcile import ItemVector
from tests.app.mailing import Circle, sealed, someone
from tests.benchmarks import reach_ways
from tests.benchmarks.measuring import cpu_seconds, peak_mb, percentile, resident_mb
from tests.journeys.mailboxes import a_mailbox

CIRCLES, EACH = 100, 1000
SIZE = 400  # bytes of an envelope, about
IDLE = 20.0  # seconds
CALLERS = 500
MINUTE = 60.0  # seconds
OLD = 72  # hours ago that what is there was written


@dataclass(frozen=True, slots=True)
class Held:
    """A mailbox that holds much: its card, its process, and its circles."""

    card: Card
    pid: int
    circles: Sequence[Circle]


async def fill(card: Card, circles: Sequence[Circle], each: int) -> float:
    """Have a box made for each and put envelopes in; seconds that it took."""
    begun = time.perf_counter()
    hour = int(time.time()) // 3600 - OLD
    envelopes = list(sealed(each, hour, size=SIZE).values())
    async with someone(card) as caller:
        for circle in circles:
            ask = await caller.call()
            await ask.ask(circle.founds(card))
            for start in range(0, each, 250):
                await ask.pay_in(Log.WORDS, envelopes[start : start + 250])
            await caller.host.disconnect(card.peer)
    return time.perf_counter() - begun


async def idle(held: Held, seconds: float, *, listening: bool) -> float:
    """The share of one core that it takes while nothing comes."""
    async with AsyncExitStack() as stack:
        nursery = await stack.enter_async_context(trio.open_nursery())
        for circle in held.circles if listening else ():
            caller = await stack.enter_async_context(someone(held.card))
            ask = await caller.call()
            await ask.ask(circle.opens(caller, held.card))
            nursery.start_soon(_listen, ask)
        await trio.sleep(1)
        before, begun = cpu_seconds(held.pid), time.perf_counter()
        await trio.sleep(seconds)
        share = (cpu_seconds(held.pid) - before) / (time.perf_counter() - begun)
        nursery.cancel_scope.cancel()
    return share


async def _listen(ask: Caller) -> None:
    seen = 0
    while True:
        answer = await ask.ask(wire.Listen(seen))
        assert isinstance(answer, wire.News)
        seen = answer.seen


async def take_out(held: Held, count: int) -> float:
    """Seconds from a call until so many new envelopes are here."""
    circle, hour = held.circles[0], int(time.time()) // 3600
    new = sealed(count, hour, size=SIZE)
    async with someone(held.card) as writer:
        ask = await writer.call()
        await ask.ask(circle.opens(writer, held.card))
        for start in range(0, count, 250):
            await ask.pay_in(Log.WORDS, list(new.values())[start : start + 250])
    known = sealed(EACH, hour - OLD, size=SIZE)  # what lies there already, or more
    mine = ItemVector([(hour - OLD, name) for name in known])
    async with someone(held.card) as reader:
        begun = time.perf_counter()
        ask = await reader.call()
        await ask.ask(circle.opens(reader, held.card))
        difference = await ask.compare(Log.WORDS, 0, mine)
        left, got = [name for name in difference.need if name in new], 0
        assert len(left) == count
        while left:
            given, done = await ask.take_out(Log.WORDS, left)
            got += len(given)
            left = left[done:]
        assert got == count
        return time.perf_counter() - begun


async def callers(card: Card, count: int) -> tuple[list[float], int]:
    """So many computers call at once: seconds until each is in, and how many were refused."""
    took: list[float] = []
    refused = 0
    async with AsyncExitStack() as stack:
        hosts = [await stack.enter_async_context(someone(card)) for _ in range(count)]
        begun = time.perf_counter()

        async def call(number: int) -> None:
            nonlocal refused
            try:
                await hosts[number].host.open(card.peer, card.addresses, timeout=MINUTE)
            except (Unreachable, Closed):
                refused += 1
            else:
                took.append(time.perf_counter() - begun)

        async with trio.open_nursery() as nursery:
            for number in range(count):
                nursery.start_soon(call, number)
    return took, refused


async def mailbox(circles: int, each: int, seconds: float, count: int) -> None:
    """Measure one, and print a line each."""
    with tempfile.TemporaryDirectory(prefix="hearthside-reach-") as folder:
        async with a_mailbox(Path(folder) / "mailbox") as running:
            assert running.process is not None
            card = read(running.card)
            many = [Circle(box=secrets.token_bytes(32)) for _ in range(circles)]
            took = await fill(card, many, each)
            held = Held(card, running.process.pid, many)
            print(f"mailbox: {circles} circles of {each} envelopes, paid in within {took:.1f} s")
            alone = 100 * await idle(held, seconds, listening=False)
            listened = 100 * await idle(held, seconds, listening=True)
            print(f"idle CPU: {alone:.2f} % alone, {listened:.2f} % with one listener a circle")
            print(f"take-out of {each} new: {await take_out(held, each):.2f} s")
            times, refused = await callers(card, count)
            last = percentile(times, 1.0) if times else MINUTE
            print(f"{count} callers: {refused} refused, the last connected after {last:.1f} s")
            now, peak = resident_mb(held.pid), peak_mb(held.pid)
            print(f"memory: {now:.0f} MB, {peak:.0f} at the most")


async def main(asked: argparse.Namespace) -> None:
    """All of it."""
    await reach_ways.main(asked.dials, asked.bytes)
    await mailbox(asked.circles, asked.each, asked.idle, asked.callers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dials", type=int, default=reach_ways.DIALS)
    parser.add_argument("--bytes", type=int, default=reach_ways.SIZE)
    parser.add_argument("--circles", type=int, default=CIRCLES)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--idle", type=float, default=IDLE)
    parser.add_argument("--callers", type=int, default=CALLERS)
    trio.run(main, parser.parse_args())
