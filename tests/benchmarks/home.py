"""`tools/bench home`: a home's figures beside their budgets; all of it on this machine's loopback.

Ada runs without a window (`hearthside rpc`), Ben with one (offscreen, software renderer). Ben's
store is made with the cheapest Argon2id, so that "unlock" is everything but the stretching.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from app import commands as c
from app.home import Home, Settings
from app.places import Places
from app.rpc_client import RpcProcess
from app.vault import KdfCost
from tests.benchmarks.measuring import cpu_seconds, family_mb, machine, percentile, resident_mb

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)
CHEAP = KdfCost(ops=1, mem_bytes=8192)
PASSPHRASE = "amber kettle willow river"
JOINS = 7
PINGS = 60
WINDOW = "tests.benchmarks.window"
PEERS = 10
AFTER = 60  # seconds after unlocking at which memory is read
IDLE = 30  # seconds over which idle processor time is read


def joined(event: dict[str, object]) -> bool:
    """Whether an event says that a join has succeeded."""
    return event["type"] == "circle.joined"


def told(what: str, value: float, unit: str, budget: float) -> None:
    """One line of the table."""
    mark = "" if value <= budget else "   OVER"
    print(f"| {what} | {value:.3g} {unit} | {budget:g} {unit} |{mark}", flush=True)


async def join_ms(ada: RpcProcess, circle: str, folder: Path, name: str) -> float:
    """Seconds from asking for an invite to the newcomer being in, in a fresh process."""
    async with RpcProcess.start(folder, listen=LOOPBACK) as home:
        await home.call("home.create", passphrase=PASSPHRASE)
        begun = time.monotonic()
        invite = await ada.call("circle.invite", circle=circle)
        await home.call("circle.join", code=invite["link"], display_name=name)
        await home.wait_for(joined)
        return time.monotonic() - begun


async def ben_joins(folder: Path, link: str, posts: int) -> float:
    """Make Ben's home, let him in, and let everything arrive; seconds that the catching up took."""
    places = Places(folder)
    with places.claim():
        home = Home(places, Settings(listen=LOOPBACK, kdf=CHEAP))
        async with trio.open_nursery() as nursery:
            await nursery.start(home.run)
            await home.do(c.CreateHome(passphrase=PASSPHRASE))
            with home.listen() as events:
                begun = time.monotonic()
                await home.do(c.JoinCircle(code=link, display_name="Ben"))
                async for event in events:
                    if type(event).__name__ == "CircleJoined":
                        break
            circle = (await home.do(c.ListCircles()))[0].circle or ""
            while (await home.do(c.ReadDigest(circle=circle))).posts < posts:  # noqa: ASYNC110
                await trio.sleep(0.02)
            took = time.monotonic() - begun
            await home.do(c.Stop())
    return took


@asynccontextmanager
async def window(
    folder: Path, patience: int
) -> AsyncIterator[tuple[trio.Process, trio.MemoryReceiveChannel[dict[str, Any]]]]:
    """A window on a home: its process, and what it says."""
    send, receive = trio.open_memory_channel[dict[str, Any]](10_000)
    async with trio.open_nursery() as nursery:
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", WINDOW, str(folder), PASSPHRASE, str(patience)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"},
        )  # fmt: skip

        async def hear() -> None:
            rest = b""
            out = process.stdout
            if out is None:
                return
            async for chunk in out:
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    await send.send(json.loads(line))

        nursery.start_soon(hear)
        try:
            yield process, receive
        finally:
            process.terminate()
            await process.wait()
            nursery.cancel_scope.cancel()


async def heard(said: trio.MemoryReceiveChannel[dict[str, Any]], what: str) -> dict[str, Any]:
    """The next thing of a kind that the window says; a minute is too long."""
    with trio.fail_after(60):
        async for thing in said:
            if thing["what"] == what:
                return thing
    raise LookupError


async def measure(posts: int, base: Path) -> None:
    """Everything, one after the other."""
    async with RpcProcess.start(base / "ada", listen=LOOPBACK) as ada:
        await ada.call("home.create", passphrase=PASSPHRASE)
        circle = (await ada.call("circle.create", name="Bench", display_name="Ada"))["circle"]
        begun = time.monotonic()
        for number in range(posts):
            await ada.call("post.create", circle=circle, body=f"{number} " + "words " * 49)
        print(f"({posts} posts written in {time.monotonic() - begun:.1f} s)")
        joins = [await join_ms(ada, circle, base / f"j{n}", f"J{n}") for n in range(JOINS)]
        invite = await ada.call("circle.invite", circle=circle)
        caught_up = await ben_joins(base / "ben", invite["link"], posts)
        print(f"(a newcomer has all {posts} posts after {caught_up:.1f} s)\n")
        print("| what | measured | budget |\n|---|---|---|")
        told("invite made to joined, p50", percentile(joins, 0.5), "s", 2)
        for patience, name in ((3000, ""), (0, ", at once after the start")):
            async with window(base / "ben", patience) as (_, said):
                painted = await heard(said, "painted")
            told(
                f"unlock to first painted feed of {posts} posts{name}", painted["painted"], "s", 1.0
            )
        async with window(base / "ben", 3000) as (process, said):
            await heard(said, "painted")
            unlocked = time.monotonic()
            while not (await ada.call("net.status"))["reachable"]:  # noqa: ASYNC110 - over rpc
                await trio.sleep(0.05)
            await trio.sleep(3)
            late = []
            for number in range(PINGS):
                at = time.monotonic()
                await ada.call("post.create", circle=circle, body=f"ping {number}")
                row = await heard(said, "row")
                late.append((row["at"] - at) * 1000)
                await trio.sleep(0.1)
            told("post on A to row in B's model, p50", percentile(late, 0.5), "ms", 100)
            told("post on A to row in B's model, p95", percentile(late, 0.95), "ms", 100)
            await trio.sleep(max(0, unlocked + AFTER - time.monotonic()))
            told("memory with window, 60 s after unlock", family_mb(process.pid), "MB", 260)
    await idle(base)


async def idle(base: Path) -> None:
    """Ada again, freshly unlocked, with ten peers in a circle of their own beside the big one."""
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(RpcProcess.start(base / "ada", listen=LOOPBACK))
        await ada.call("home.unlock", passphrase=PASSPHRASE)
        unlocked = time.monotonic()
        table = (await ada.call("circle.create", name="Table", display_name="Ada"))["circle"]
        invite = await ada.call("circle.invite", circle=table, uses=PEERS)
        for number in range(PEERS):
            peer = await stack.enter_async_context(
                RpcProcess.start(base / f"p{number}", listen=LOOPBACK)
            )
            await peer.call("home.create", passphrase=PASSPHRASE)
            await peer.call("circle.join", code=invite["link"], display_name=f"P{number}")
            await peer.wait_for(joined)
        await trio.sleep(max(5, unlocked + AFTER - time.monotonic()))
        reached = (await ada.call("net.status"))["reachable"]
        told("memory without window, 60 s after unlock", resident_mb(ada.process.pid), "MB", 140)
        before = cpu_seconds(ada.process.pid)
        await trio.sleep(IDLE)
        used = 100 * (cpu_seconds(ada.process.pid) - before) / IDLE
        told(f"idle CPU with {reached} peers", used, "%", 0.5)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tools/bench home")
    parser.add_argument("--posts", type=int, default=10_000)
    asked = parser.parse_args()
    print(f"{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="hearthside-bench-") as base:
        trio.run(measure, asked.posts, Path(base))
    return 0


if __name__ == "__main__":
    sys.exit(main())
