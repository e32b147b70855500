"""`tools/bench live`: twenty homes in one circle, each a process, with real libp2p on loopback.

Posts are written in turn, `--rate` a second in all; for each it is told when the last of the other
nineteen homes had said `post.arrived`. Then bursts. All processes share the machine's monotonic
clock; a time begins before the rpc call that writes and ends when the event's line was read here,
so it holds both pipes, the writing to two disks, and every hop between. Loopback bytes are those of
the whole machine, or of the network namespace this runs in.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import trio

from app.rpc_client import Json, RpcProcess
from tests.benchmarks.home import LOOPBACK, PASSPHRASE, joined, told
from tests.benchmarks.measuring import cpu_seconds, loopback_bytes, machine, percentile

HOMES = 20
BODY = 600  # bytes
BURST = 1000  # posts from one home
BURSTERS = 10  # homes that share such a burst
SETTLING = 75  # seconds after which the last spare conversation has been given up
IDLE = 20  # seconds over which idle time and bytes are read
QUIET = 30  # seconds without any news after which what has not come is lost


class Listening(RpcProcess):
    """A home whose posts are noted as they arrive, and not kept."""

    name = ""
    circle = ""

    def __init__(self, process: trio.Process) -> None:
        super().__init__(process)
        self.arrived: dict[str, float] = {}  # monotonic seconds, by post
        self.count = 0

    def _sort(self, said: Json) -> None:
        at = time.monotonic()
        event = said["params"] if said.get("method") == "event" else {}
        match event.get("type"):
            case "post.arrived":
                self.arrived.setdefault(event["post"], at)
                self.count += 1
            case "posts.arrived":
                self.count += event["count"]
            case "post.changed" | "net.changed" | "circle.changed":
                pass
            case _:
                super()._sort(said)

    async def write(self, body: str) -> str:
        """A post of `BODY` bytes; its id."""
        made = await self.call("post.create", circle=self.circle, body=body.ljust(BODY, "."))
        return str(made["post"])


class Neighbourhood:
    """The homes of one circle."""

    def __init__(self, homes: Sequence[Listening]) -> None:
        """They are in, and settled."""
        self.homes = homes
        self.begun: dict[str, float] = {}
        self.writer: dict[str, Listening] = {}

    def cpu(self) -> float:
        """Processor seconds of all homes so far."""
        return sum(cpu_seconds(home.process.pid) for home in self.homes)

    async def write(self, home: Listening, body: str) -> None:
        """One post, and when it was begun."""
        begun = time.monotonic()
        post = await home.write(body)
        self.begun[post], self.writer[post] = begun, home

    async def steadily(self, posts: int, rate: float) -> None:
        """Posts in turn, `rate` a second, until all have come or are lost."""
        cpu, bytes_, begun = self.cpu(), loopback_bytes(), time.monotonic()
        async with trio.open_nursery() as nursery:
            for number in range(posts):
                home = self.homes[number % len(self.homes)]
                nursery.start_soon(self.write, home, f"post {number} ")
                await trio.sleep(max(0, begun + (number + 1) / rate - time.monotonic()))
        took = time.monotonic() - begun
        await self.settle(lambda home: all(post in home.arrived for post in self.begun))
        cpu, bytes_ = self.cpu() - cpu, loopback_bytes() - bytes_
        one, last, lost = [], [], 0
        for post, at in self.begun.items():
            others = [home for home in self.homes if home is not self.writer[post]]
            late = [1000 * (h.arrived[post] - at) for h in others if post in h.arrived]
            lost += len(others) - len(late)
            one += late
            last.append(max(late, default=1000 * QUIET))
        told("post to each, p50", percentile(one, 0.5), "ms", 60)
        told("post to each, p99", percentile(one, 0.99), "ms", 250)
        told("post to all, p50", percentile(last, 0.5), "ms", 60)
        told("post to all, p99", percentile(last, 0.99), "ms", 250)
        told(f"lost of {posts} posts to {len(self.homes) - 1} homes", lost, "posts", 0)
        each = posts * (len(self.homes) - 1)
        print(
            f"\n({took:.0f} s at {rate:g} posts a second; {1000 * cpu / each:.2f} ms of processor "
            f"time and {bytes_ / each:,.0f} bytes of loopback a post and receiver, heartbeats and "
            f"writing included; {100 * cpu / took / len(self.homes):.1f} % of a core a home)\n"
        )

    async def burst(self, writers: int, posts: int) -> None:
        """As many as can be written at once, from some homes."""
        writers = min(writers, len(self.homes))
        before = {home: home.count for home in self.homes}
        cpu, begun = self.cpu(), time.monotonic()

        async def all_of(home: Listening) -> None:
            for number in range(posts):
                await home.write(f"burst {number} ")

        async with trio.open_nursery() as nursery:
            for home in self.homes[:writers]:
                nursery.start_soon(all_of, home)
        written = time.monotonic() - begun
        due = writers * posts
        await self.settle(lambda home: home.count - before[home] >= due)
        took = time.monotonic() - begun
        lost = sum(due - (home.count - before[home]) for home in self.homes)
        told(f"lost of a burst of {posts} from {writers} at once", lost, "posts", 0)
        print(
            f"\n(written after {written:.1f} s, with everybody after {took:.1f} s; "
            f"{self.cpu() - cpu:.1f} s of processor time in all homes)\n"
        )

    async def settle(self, done: Callable[[Listening], bool]) -> None:
        """Wait until all homes have everything, or nothing comes any more."""
        count, changed = -1, trio.current_time()
        while not all(map(done, self.homes)) and trio.current_time() - changed < QUIET:
            now = sum(home.count for home in self.homes)
            if now != count:
                count, changed = now, trio.current_time()
            await trio.sleep(0.02)

    async def digests(self) -> int:
        """How many different digests the homes have; also once what is under way has come."""
        different: set[str] = set()
        with trio.move_on_after(QUIET):
            while len(different) != 1:
                different = {
                    (await home.call("circle.digest", circle=home.circle))["frontier"]
                    for home in self.homes
                }
        return len(different)

    async def people(self) -> list[int]:
        """With how many others each home is in a conversation."""
        return sorted(
            [int((await home.call("net.status"))["reachable"]) for home in self.homes], reverse=True
        )


async def measure(homes: int, posts: int, rate: float, burst: int, base: Path) -> None:
    """Everything, one after the other."""
    async with AsyncExitStack() as stack:
        everybody: list[Listening] = []
        begun = time.monotonic()
        for number in range(homes):
            home = await stack.enter_async_context(
                Listening.start(base / f"h{number}", listen=LOOPBACK)
            )
            await home.call("home.create", passphrase=PASSPHRASE)
            if not everybody:
                made = await home.call("circle.create", name="Bench", display_name="H0")
                home.circle = made["circle"]
                invite = await home.call("circle.invite", circle=home.circle, uses=homes)
            else:
                await home.call("circle.join", code=invite["link"], display_name=f"H{number}")
                home.circle = (await home.wait_for(joined))["circle"]
            everybody.append(home)
        here = Neighbourhood(everybody)
        print(f"({homes} homes are in after {time.monotonic() - begun:.0f} s)")
        await trio.sleep(SETTLING)
        people = await here.people()
        cpu, bytes_ = here.cpu(), loopback_bytes()
        await trio.sleep(IDLE)
        cpu, bytes_ = here.cpu() - cpu, loopback_bytes() - bytes_
        print(
            f"(conversations: {people}; idle: {100 * cpu / IDLE / homes:.2f} % of a core and "
            f"{bytes_ / IDLE / homes:,.0f} bytes a second a home)\n"
        )
        print("| what | measured | budget |\n|---|---|---|")
        await here.steadily(posts, rate)
        await here.burst(1, burst)
        await here.burst(BURSTERS, burst // BURSTERS)
        told("different digests at the end", await here.digests(), "", 1)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tools/bench live")
    parser.add_argument("--homes", type=int, default=HOMES)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2.0, help="posts a second, all together")
    parser.add_argument("--burst", type=int, default=BURST, help="posts of each burst")
    asked = parser.parse_args()
    print(f"{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="hearthside-bench-") as base:
        trio.run(measure, asked.homes, asked.posts, asked.rate, asked.burst, Path(base))
    return 0


if __name__ == "__main__":
    sys.exit(main())
