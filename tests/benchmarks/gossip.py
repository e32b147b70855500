"""`tools/bench gossip`: libp2p's GossipSub beside our push, with the same people, posts and graph.

Twenty plain libp2p hosts, each a process, Noise and Yamux on loopback; each is connected with those
whom `p2p.neighbours` would choose, and GossipSub makes its mesh of them. The heartbeat is a second,
and its limits are raised as far as they go, with `--as-it-is` only those that are parameters: left
alone it takes ten messages a second from a peer, keeps 32 for a slow one, and throws away the
others without a word. A message has the size of our envelope of a
600-byte post, and is signed, as GossipSub does it by itself. There is no store, no sealing, no
judging and no event for a window here: what a home does besides is not in these figures.

Times are taken as `tools/bench live` takes them. What is lost stays lost: nobody reconciles.
"""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import argparse
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import trio

from p2p.host import load

load()

from libp2p import new_host
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.custom_types import TProtocol
from libp2p.peer.peerinfo import info_from_p2p_addr
from libp2p.pubsub import gossipsub, rpc_queue
from libp2p.pubsub import pubsub as pubsubs
from libp2p.pubsub.gossipsub import GossipSub
from libp2p.pubsub.pubsub import Pubsub
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise
from libp2p.stream_muxer.yamux.yamux import PROTOCOL_ID as YAMUX
from libp2p.stream_muxer.yamux.yamux import Yamux
from libp2p.tools.anyio_service import background_trio_service
from multiaddr import Multiaddr

from p2p.neighbours import Rings
from tests.benchmarks.home import told
from tests.benchmarks.live import BURST, BURSTERS, HOMES, IDLE, QUIET
from tests.benchmarks.measuring import cpu_seconds, loopback_bytes, machine, percentile

SIZE = 950  # bytes of a message, as our envelope of a 600-byte post
TOPIC = "circle"
PROTOCOLS = [gossipsub.PROTOCOL_ID_V12, gossipsub.PROTOCOL_ID_V11]
WARM_UP = 10  # seconds for the mesh to form


# -- one host, a process ---------------------------------------------------------------------------


def say(**what: object) -> None:
    """One line for the parent."""
    print(json.dumps(what), flush=True)


def raise_limits() -> None:
    """Also those that are constants of the library: queues to peers, and to us."""
    rpc_queue.RpcQueue.__init__.__defaults__ = (1_000_000, rpc_queue.DefaultMaxMessageSize)
    vars(pubsubs)["SUBSCRIPTION_CHANNEL_SIZE"] = 1_000_000


async def be_a_host() -> None:
    """Serve until standard input ends: dial, publish, and tell what comes."""
    keys = create_new_key_pair(secrets.token_bytes(32))
    host = new_host(
        key_pair=keys,
        sec_opt={NOISE: Noise(keys, noise_privkey=create_noise_key_pair().private_key)},
        muxer_opt={TProtocol(YAMUX): Yamux},
    )
    router = GossipSub(
        PROTOCOLS, degree=8, degree_low=6, degree_high=12, heartbeat_interval=1,
        max_messages_per_topic_per_second=1e9, max_idontwant_messages=100_000,
        max_pending_messages_per_peer=100_000, eclipse_protection_enabled=False,
    )  # fmt: skip
    pubsub = Pubsub(host, router)

    async def tell_what_comes() -> None:
        subscription = await pubsub.subscribe(TOPIC)
        while True:
            message = await subscription.get()
            say(got=message.data[:16].decode())

    async with (
        host.run(listen_addrs=[Multiaddr("/ip4/127.0.0.1/tcp/0")]),
        background_trio_service(pubsub),
        background_trio_service(router),
        trio.open_nursery() as nursery,
    ):
        await pubsub.wait_until_ready()
        nursery.start_soon(tell_what_comes)
        say(listens=str(host.get_addrs()[0]), key=keys.public_key.to_bytes().hex())
        rest = b""
        async for piece in trio.lowlevel.FdStream(sys.stdin.fileno()):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                asked = json.loads(line)
                if "dial" in asked:
                    await host.connect(info_from_p2p_addr(Multiaddr(asked["dial"])))
                elif "publish" in asked:
                    await pubsub.publish(TOPIC, asked["publish"].encode().ljust(SIZE, b"."))
                else:
                    mesh = router.mesh.get(TOPIC, set())
                    say(mesh=len(mesh), peers=len(pubsub.peers))
        nursery.cancel_scope.cancel()


# -- all of them -----------------------------------------------------------------------------------


class Peer:
    """A host seen from here."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.got: dict[str, float] = {}  # monotonic seconds, by message
        self.said: list[dict[str, Any]] = []
        self.news = trio.Event()

    @classmethod
    @asynccontextmanager
    async def start(cls, *, as_it_is: bool) -> AsyncIterator["Peer"]:
        words = [sys.executable, "-m", "tests.benchmarks.gossip", "--host"]
        process = await trio.lowlevel.open_process(
            [*words, "--as-it-is"] if as_it_is else words,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        peer = cls(process)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer._hear)
            try:
                yield peer
            finally:
                process.kill()
                nursery.cancel_scope.cancel()
                with trio.CancelScope(shield=True):
                    await process.wait()

    async def _hear(self) -> None:
        rest = b""
        out = self.process.stdout
        if out is None:
            return
        async for piece in out:
            at = time.monotonic()
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if "got" in said:
                    self.got.setdefault(said["got"].rstrip("."), at)
                else:
                    self.said.append(said)
                    self.news.set()

    async def ask(self, **what: object) -> None:
        """Send a line."""
        if self.process.stdin is not None:
            await self.process.stdin.send_all(json.dumps(what).encode() + b"\n")

    async def next_said(self) -> dict[str, Any]:
        """The next thing that is no message."""
        with trio.fail_after(60):
            while not self.said:
                self.news = trio.Event()
                await self.news.wait()
        return self.said.pop(0)


async def connect(peers: Sequence[Peer]) -> None:
    """Everybody dials whom our own choice names, one after the other."""
    where = [await peer.next_said() for peer in peers]
    doors = [bytes.fromhex(told_["key"]) for told_ in where]
    rings = Rings(doors)
    for one, peer in enumerate(peers):
        for other in range(one):
            if doors[other] in rings.near(doors[one], ()):
                await peer.ask(dial=where[other]["listens"])
        await trio.sleep(0.3)


async def come(peers: Sequence[Peer], names: Sequence[str]) -> int:
    """Wait until all have everything or nothing comes any more; how much is missing in all."""
    missing, changed = -1, trio.current_time()
    while missing and trio.current_time() - changed < QUIET:
        await trio.sleep(0.2)
        now = sum(name not in peer.got for peer in peers for name in names)
        if now != missing:
            missing, changed = now, trio.current_time()
    return missing


def cpu(peers: Sequence[Peer]) -> float:
    """Processor seconds of all hosts so far."""
    return sum(cpu_seconds(peer.process.pid) for peer in peers)


async def steadily(peers: Sequence[Peer], posts: int, rate: float) -> None:
    """Posts in turn, as in `tools/bench live`."""
    used, bytes_, begun = cpu(peers), loopback_bytes(), time.monotonic()
    at: dict[str, float] = {}
    for number in range(posts):
        name = f"post {number}"
        at[name] = time.monotonic()
        await peers[number % len(peers)].ask(publish=name)
        await trio.sleep(max(0, begun + (number + 1) / rate - time.monotonic()))
    took = time.monotonic() - begun
    lost = await come(peers, list(at))
    used, bytes_ = cpu(peers) - used, loopback_bytes() - bytes_
    one, last = [], []
    for number, (name, since) in enumerate(at.items()):
        others = [peer for peer in peers if peer is not peers[number % len(peers)]]
        late = [1000 * (peer.got[name] - since) for peer in others if name in peer.got]
        one += late
        last.append(max(late, default=1000.0 * QUIET))
    told("post to each, p50", percentile(one, 0.5), "ms", 60)
    told("post to each, p99", percentile(one, 0.99), "ms", 250)
    told("post to all, p50", percentile(last, 0.5), "ms", 60)
    told("post to all, p99", percentile(last, 0.99), "ms", 250)
    told(f"lost of {posts} posts to {len(peers) - 1} hosts", lost, "posts", 0)
    each = posts * (len(peers) - 1)
    print(
        f"\n({took:.0f} s at {rate:g} posts a second; {1000 * used / each:.2f} ms of processor "
        f"time and {bytes_ / each:,.0f} bytes of loopback a post and receiver, heartbeats "
        f"included; {100 * used / took / len(peers):.1f} % of a core a host)\n"
    )


async def burst(peers: Sequence[Peer], writers: int, posts: int) -> None:
    """As many as can be published at once, from some hosts."""
    writers = min(writers, len(peers))
    names = [f"{writer} {posts} {number}" for number in range(posts) for writer in range(writers)]
    used, begun = cpu(peers), time.monotonic()
    for name in names:
        await peers[int(name.split()[0])].ask(publish=name)
    lost = await come(peers, names)
    last = max((p.got[n] for p in peers for n in names if n in p.got), default=begun)
    told(f"lost of a burst of {posts} from {writers} at once", lost, "posts", 0)
    print(
        f"\n(the last that came was there after {last - begun:.1f} s; {cpu(peers) - used:.1f} s of "
        f"processor time in all hosts)\n"
    )


async def measure(hosts: int, posts: int, rate: float, size: int, *, as_it_is: bool) -> None:
    """Everything, one after the other."""
    async with AsyncExitStack() as stack:
        starts = [Peer.start(as_it_is=as_it_is) for _ in range(hosts)]
        peers = [await stack.enter_async_context(start) for start in starts]
        await connect(peers)
        await trio.sleep(WARM_UP)
        for peer in peers:
            await peer.ask(how="are you?")
        meshes = [await peer.next_said() for peer in peers]
        used, bytes_ = cpu(peers), loopback_bytes()
        await trio.sleep(IDLE)
        used, bytes_ = cpu(peers) - used, loopback_bytes() - bytes_
        print(
            f"(in the mesh: {sorted((m['mesh'] for m in meshes), reverse=True)} of peers "
            f"{sorted((m['peers'] for m in meshes), reverse=True)}; idle: "
            f"{100 * used / IDLE / hosts:.2f} % of a core and {bytes_ / IDLE / hosts:,.0f} bytes a "
            f"second a host)\n"
        )
        print("| what | measured | budget |\n|---|---|---|")
        await steadily(peers, posts, rate)
        await burst(peers, 1, size)
        await burst(peers, BURSTERS, size // BURSTERS)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tools/bench gossip")
    parser.add_argument("--hosts", type=int, default=HOMES)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2.0, help="posts a second, all together")
    parser.add_argument("--burst", type=int, default=BURST, help="posts of each burst")
    parser.add_argument("--as-it-is", action="store_true", help="raise parameters only")
    parser.add_argument("--host", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.host:
        if not asked.as_it_is:
            raise_limits()
        trio.run(be_a_host)
        return 0
    print(f"{machine()}\n")
    job = partial(measure, as_it_is=asked.as_it_is)
    trio.run(job, asked.hosts, asked.posts, asked.rate, asked.burst)
    return 0


if __name__ == "__main__":
    sys.exit(main())
