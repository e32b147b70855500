"""The homes of a measured sync: the prepared circle, copies of it, and the one that sends."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from app.rpc_client import RpcProcess
from tests.benchmarks.sync_village import PASSPHRASE, build, made

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)


def prepared(folder: Path, posts: int) -> Path:
    """The folder with the homes of a circle of so many posts, written now if it was not before."""
    source = folder / f"circle-{posts}"
    if made(source) != posts:
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        begun = time.monotonic()
        build(source, posts)
        print(f"({posts} posts written in {time.monotonic() - begun:.0f} s)\n", flush=True)
    return source


@contextmanager
def fresh_copy(source: Path, *names: str) -> Iterator[Path]:
    """A folder with copies of some homes, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=source.parent, prefix="run-") as folder:
        for name in names:
            shutil.copytree(source / name, Path(folder) / name)
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class Sender:
    """Ada, reachable, with an invite in hand."""

    home: RpcProcess
    circle: str
    link: str

    @property
    def pid(self) -> int:
        """The number of her process."""
        return self.home.process.pid


@asynccontextmanager
async def sending(folder: Path) -> AsyncIterator[Sender]:
    """Run Ada's home in a process of its own for as long as the block lasts."""
    async with RpcProcess.start(folder / "Ada", listen=LOOPBACK) as ada:
        await ada.call("home.unlock", passphrase=PASSPHRASE)
        circle = (await ada.call("circle.list"))[0]["circle"]
        while not (await ada.call("net.status"))["listening"]:  # noqa: ASYNC110 - over rpc
            await trio.sleep(0.05)
        link = (await ada.call("circle.invite", circle=circle))["link"]
        yield Sender(ada, circle, link)
