"""The receiver of a measured sync: a fresh home that comes in by a link, in a process of its own.

    python -m tests.benchmarks.sync_child FOLDER LINK POSTS NEWEST

Says one JSON object when all POSTS posts are here (NEWEST empty), or as soon as the newest page is
exactly NEWEST (post ids with commas). Time begins when the door has let it in: everything after
that counts, from starting a host of its own over dialling to the last post on disk and readable.
"""

import json
import os
import resource
import socket
import struct
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import trio

from app import commands as c
from app.events import CircleJoined, PostArrived, PostsArrived, Said
from app.home import Home, Settings
from app.places import Places
from tests.benchmarks.sync_village import CHEAP, PASSPHRASE

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)
QUIET = 2.0  # seconds without a word after which the home is asked how much it holds
SAMPLES = 50  # posts whose words are looked for
LONGEST = 120.0  # seconds of quiet that are too many

# Two numbers of Linux's `struct tcp_info`: bytes the other side has acknowledged, bytes received.
TCP_BYTES = struct.Struct("=120xQQ")

Events = trio.MemoryReceiveChannel[Said]


def wire_bytes() -> int | None:
    """TCP payload of this process's open connections, both ways, Noise and Yamux included."""
    if sys.platform != "linux":
        return None
    total = 0
    for entry in Path("/proc/self/fd").iterdir():
        if not entry.is_socket():
            continue
        with socket.socket(fileno=os.dup(int(entry.name))) as one:
            if one.family in {socket.AF_INET, socket.AF_INET6} and one.type == socket.SOCK_STREAM:
                info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                total += sum(TCP_BYTES.unpack_from(info))
    return total


def peak_bytes() -> int:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def searchable(home: Home, posts: int) -> bool | None:
    """Whether the words of all posts are found; None: this store has no index of words.

    A look behind the door. Each text begins with a number that no other has; some are looked for.
    """
    household = home._household
    if household is None:
        return None
    found = household.db.read("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'")
    if not found:
        return None
    ask = f"SELECT count(*) FROM {found[0][0]} WHERE {found[0][0]} MATCH ?"  # noqa: S608 - a name
    asked = range(0, posts, max(1, posts // SAMPLES))
    return all(household.db.read(ask, (f'"{number}"',))[0][0] == 1 for number in asked)


async def _arrived(home: Home, circle: str, posts: int, events: Events) -> float:
    """Wait until so many posts are here; when that was, by the monotonic clock."""
    arrived, quiet = 0, 0.0
    last = time.monotonic()
    while arrived < posts:
        with trio.move_on_after(QUIET) as silence:
            match await events.receive():
                case PostsArrived(count=count):
                    arrived += count
                case PostArrived():
                    arrived += 1
                case _:
                    continue
            last, quiet = time.monotonic(), 0.0
        if silence.cancelled_caught:
            quiet += QUIET
            if (await home.do(c.ReadDigest(circle=circle))).posts >= posts:
                return last
            if quiet > LONGEST:
                raise TimeoutError
    return last


async def _newest(home: Home, circle: str, newest: list[str], events: Events) -> float:
    """Wait until the newest page is the right one; when that was."""
    asked = c.ListPosts(circle=circle, limit=len(newest))
    while [post.post for post in await home.do(asked)] != newest:
        with trio.fail_after(LONGEST):
            while not isinstance(await events.receive(), PostArrived | PostsArrived):
                pass
    return time.monotonic()


def _met(since: datetime | None) -> float:
    """Seconds ago."""
    return time.time() - since.timestamp() if since is not None else 0.0


async def receive(folder: Path, link: str, posts: int, newest: list[str]) -> dict[str, Any]:
    """Come in and wait for everything; what it took."""
    places = Places(folder)
    with places.claim():
        home = Home(places, Settings(listen=LOOPBACK, kdf=CHEAP))
        async with trio.open_nursery() as nursery:
            await nursery.start(home.run)
            await home.do(c.CreateHome(passphrase=PASSPHRASE))
            with home.listen() as events:
                await home.do(c.JoinCircle(code=link, display_name="Newcomer"))
                while not isinstance(joined := await events.receive(), CircleJoined):
                    pass
                let_in, used = time.monotonic(), time.process_time()
                if newest:
                    done = await _newest(home, joined.circle, newest, events)
                else:
                    done = await _arrived(home, joined.circle, posts, events)
                    while searchable(home, posts) is False:
                        await trio.sleep(0.02)
                        done = time.monotonic()
            cpu, peak, wired = time.process_time() - used, peak_bytes(), wire_bytes()
            status = await home.do(c.ReadNetwork())
            met = time.monotonic() - max((_met(p.since) for p in status.people), default=0.0)
            digest = await home.do(c.ReadDigest(circle=joined.circle))
            told = {
                "wall": done - let_in, "from_hello": done - met, "cpu": cpu, "peak": peak,
                "bytes": wired, "whole": digest.posts >= posts and digest.missing == 0,
                "search": searchable(home, posts) is not None,
            }  # fmt: skip
            await home.do(c.Stop())
    return told


if __name__ == "__main__":
    _, where, invite, count, page = sys.argv
    found = trio.run(receive, Path(where), invite, int(count), page.split(",") if page else [])
    print(json.dumps(found), flush=True)
