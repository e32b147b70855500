"""The other people of a play: homes in processes of their own, spoken to from a plain thread."""

import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trio
from stage_clock import StageClock

from app.rpc_client import LOOPBACK, RpcProcess

PASSPHRASE = "amber kettle north willow"  # noqa: S105 - of people who do not exist


class Village:
    """The other people. They live in a trio run on a thread; `ask` waits for their answer."""

    def __init__(self, folder: Path, clock: StageClock) -> None:
        """Nobody is awake yet."""
        self._folder = folder
        self._program = (
            sys.executable, str(Path(__file__).with_name("stage_clock.py")), str(clock.file)
        )  # fmt: skip
        self._homes: dict[str, RpcProcess] = {}
        self._ends: dict[str, tuple[trio.Event, trio.Event]] = {}
        self._token: trio.lowlevel.TrioToken | None = None
        self._nursery: trio.Nursery | None = None

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Run it for as long as the block lasts."""
        ready = threading.Event()
        over = trio.Event()

        async def live() -> None:
            async with trio.open_nursery() as self._nursery:
                self._token = trio.lowlevel.current_trio_token()
                ready.set()
                await over.wait()
                for end, _ in self._ends.values():
                    end.set()

        thread = threading.Thread(target=trio.run, args=(live,), name="village", daemon=True)
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            if self._token is not None:
                self._token.run_sync_soon(over.set)
            thread.join(20)

    def wake(self, *names: str) -> None:
        """Start these homes and open them; a home that is new is made."""

        async def start(name: str) -> None:
            assert self._nursery is not None  # noqa: S101 - `alive`
            home = await self._nursery.start(self._live, name)
            state = (await home.call("home.status"))["state"]
            verb = "home.create" if state == "new" else "home.unlock"
            await home.call(verb, passphrase=PASSPHRASE)

        async def all_of_them() -> None:
            async with trio.open_nursery() as nursery:
                for name in names:
                    nursery.start_soon(start, name)

        self._do(all_of_them)

    def sleep(self, name: str) -> None:
        """Close this home; its process has ended when this returns."""

        async def stop() -> None:
            end, ended = self._ends.pop(name)
            end.set()
            await ended.wait()

        self._do(stop)

    def ask(self, name: str, method: str, /, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """Ask one home something."""

        async def call() -> Any:  # noqa: ANN401
            return await self._homes[name].call(method, **params)

        return self._do(call)

    def found(self, name: str, circle: str, about: str) -> str:
        """Begin a circle."""
        made = self.ask(name, "circle.create", name=circle, display_name=name, about=about)
        return str(made["circle"])

    def bring(self, circle: str, host: str, *guests: str) -> None:
        """Invite and come in."""
        link = self.ask(host, "circle.invite", circle=circle, uses=len(guests))["link"]
        for guest in guests:
            self.join(guest, link)

    def join(self, guest: str, link: str) -> None:
        """Come in by a link, to the end."""
        join = self.ask(guest, "circle.join", code=link, display_name=guest)["join"]

        async def inside() -> None:
            await self._homes[guest].wait_for(
                lambda event: event["type"] == "circle.joined" and event["join"] == join
            )

        self._do(inside)

    def write(self, name: str, circle: str, body: str, **more: Any) -> str:  # noqa: ANN401
        """Write a post or a reply; its id."""
        return str(self.ask(name, "post.create", circle=circle, body=body, **more)["post"])

    def know(self, circle: str, post: str, *names: str) -> None:
        """Wait until these homes hold a post."""

        async def here(home: RpcProcess) -> None:
            async def so() -> bool:
                posts = await home.call("post.list", circle=circle)
                if any(one["post"] == post for one in posts):
                    return True
                threads = [await home.call("post.thread", circle=circle, post=p["post"])
                           for p in posts]  # fmt: skip
                return any(r["post"] == post for thread in threads for r in thread["replies"])

            await home.wait_until(so)

        async def all_of_them() -> None:
            for name in names:
                await here(self._homes[name])

        self._do(all_of_them)

    async def _live(self, name: str, task_status: trio.TaskStatus[RpcProcess]) -> None:
        end, ended = self._ends[name] = trio.Event(), trio.Event()
        folder = self._folder / name.replace(" ", "-").lower()
        try:
            async with RpcProcess.start(folder, listen=LOOPBACK, program=self._program) as home:
                self._homes[name] = home
                task_status.started(home)
                await end.wait()
        finally:
            ended.set()

    def _do(self, what: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        return trio.from_thread.run(what, trio_token=self._token)
