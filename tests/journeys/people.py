"""The people of the journeys: each has a folder and a real `hearthside rpc` process on loopback.

    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await ada.writes(circle, "Hello")
        await the_same(circle, ada, ben)

Whatever is waited for comes within `PATIENCE` seconds or the test fails; nothing sleeps in the hope
that something will have happened meanwhile.
"""

import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trio

from app import vault
from app.places import Places
from app.rpc_client import LOOPBACK, PATIENCE, Event, RpcError, RpcProcess
from app.store.db import Database, open_store
from app.vault import KdfCost
from p2p.crypto import system_entropy

Json: TypeAlias = Any
PASSPHRASE = "nine lamps along the quay"
OUR_PROGRAM = (sys.executable, "-m", "app")


class Person:
    """Somebody, their folder, and their home while it runs."""

    def __init__(self, name: str, folder: Path, stack: AsyncExitStack) -> None:
        self.name = name
        self.folder = folder
        self.lan = False
        self.said_on_stderr = b""
        self._stack = stack
        self._home: RpcProcess | None = None

    @property
    def home(self) -> RpcProcess:
        assert self._home is not None, f"{self.name}'s home does not run"
        return self._home

    @property
    def pid(self) -> int:
        return self.home.process.pid

    # -- coming and going ----------------------------------------------------------------------

    async def starts(
        self, listen: Sequence[str] = LOOPBACK, program: Sequence[str] = OUR_PROGRAM
    ) -> None:
        """The process begins; nothing is unlocked."""
        self._home = await self._stack.enter_async_context(
            RpcProcess.start(self.folder, listen=listen, lan=self.lan, program=program)
        )

    async def wakes(self, listen: Sequence[str] = LOOPBACK) -> None:
        """The process begins and is unlocked."""
        await self.starts(listen)
        await self.ask("home.unlock", passphrase=PASSPHRASE)

    async def sleeps(self) -> None:
        """The process ends in good order."""
        assert await self.home.stop() == 0
        self._ended()

    async def dies(self) -> None:
        """The process ends as in a power cut."""
        await self.home.kill()
        self._ended()

    def _ended(self) -> None:
        self.said_on_stderr += self.home.stderr
        self._home = None

    # -- asking --------------------------------------------------------------------------------

    async def ask(self, method: str, /, **params: Json) -> Json:
        return await self.home.call(method, **params)

    async def is_refused(self, method: str, /, **params: Json) -> RpcError:
        """Ask for what is to be refused; the refusal is one or two whole sentences."""
        with pytest.raises(RpcError) as caught:
            await self.home.call(method, **params)
        refusal: RpcError = caught.value
        assert refusal.message.endswith((".", "…"))
        assert len(refusal.message) < 300
        return refusal

    async def hears(self, predicate: Callable[[Event], bool], seconds: float = PATIENCE) -> Event:
        return await self.home.wait_for(predicate, seconds)

    # -- circles -------------------------------------------------------------------------------

    async def founds(self, name: str, **more: Json) -> str:
        made = await self.ask("circle.create", name=name, display_name=self.name, **more)
        circle: str = made["circle"]
        return circle

    async def invites(self, circle: str, **more: Json) -> str:
        """Make an invite and give its link."""
        made = await self.ask("circle.invite", circle=circle, **more)
        link: str = made["link"]
        return link

    async def knocks(self, code: str) -> str:
        """Begin to join and give the join's id."""
        begun = await self.ask("circle.join", code=code, display_name=self.name)
        join: str = begun["join"]
        return join

    async def is_in(self, join: str, seconds: float = PATIENCE) -> str:
        """Wait until a join has succeeded and give the circle."""
        event = await self.hears(joined(join), seconds)
        circle: str = event["circle"]
        return circle

    async def comes_in(self, code: str) -> str:
        """Join, to the end."""
        return await self.is_in(await self.knocks(code))

    async def join(self, join: str) -> Json:
        """How a join stands."""
        return next(j for j in await self.ask("circle.joins") if j["join"] == join)

    async def ends_as(self, join: str, state: str) -> Json:
        """Wait until a join stands so; gives it."""
        seen: Json = {}

        async def so() -> bool:
            seen.update(await self.join(join))
            return bool(seen["state"] == state)

        try:
            await eventually(so, "")
        except AssertionError:
            raise AssertionError(f"not {state} but {seen}") from None
        return seen

    async def circle(self, circle: str) -> Json:
        """The row of a circle."""
        return next(c for c in await self.ask("circle.list") if c["circle"] == circle)

    async def names_in(self, circle: str) -> set[str]:
        return {m["display_name"] for m in await self.ask("circle.members", circle=circle)}

    async def knows(self, circle: str, *names: str) -> None:
        """Wait until these, and nobody else, are the members here."""

        async def so() -> bool:
            return await self.names_in(circle) == set(names)

        try:
            await eventually(so, f"{self.name} knows {names}")
        except AssertionError as late:
            raise AssertionError(f"{late}, but {await self.names_in(circle)}") from None

    # -- words ---------------------------------------------------------------------------------

    async def writes(self, circle: str, body: str, **more: Json) -> str:
        made = await self.ask("post.create", circle=circle, body=body, **more)
        post: str = made["post"]
        return post

    async def feed(self, circle: str) -> list[Json]:
        """All posts without replies, newest first."""
        found: list[Json] = []
        while True:
            before = found[-1]["post"] if found else None
            page = await self.ask("post.list", circle=circle, before=before, limit=1000)
            found += page
            if len(page) < 1000:
                return found

    async def bodies(self, circle: str) -> set[str]:
        found = [post["body"] for post in await self.feed(circle)]
        assert len(found) == len(set(found)), "a post stands there twice"
        return set(found)

    async def has(self, circle: str, *bodies: str) -> None:
        """Wait until all of these are here."""

        async def so() -> bool:
            return set(bodies) <= await self.bodies(circle)

        await eventually(so, f"{self.name} has {bodies}")

    async def digest(self, circle: str) -> Json:
        return await self.ask("circle.digest", circle=circle)

    # -- the network ---------------------------------------------------------------------------

    async def addresses(self) -> list[str]:
        """Where others may dial, as soon as it is known."""
        found: list[str] = []

        async def so() -> bool:
            found[:] = (await self.ask("net.status"))["listening"]
            return bool(found)

        await eventually(so, f"{self.name} listens")
        return found

    async def reaches(self, *others: "Person") -> None:
        """Wait until exactly these people are reached."""

        async def so() -> bool:
            people = (await self.ask("net.status"))["people"]
            here = {p["display_name"] for p in people if p["path"] != "none"}
            return here == {other.name for other in others}

        await eventually(so, f"{self.name} reaches {[other.name for other in others]}")

    # -- behind the door -----------------------------------------------------------------------

    def store(self) -> Database:
        """Open the store of a home that does not run."""
        assert self._home is None
        places = Places(self.folder)
        key = vault.derive(vault.read_header(places.header), PASSPHRASE)
        return open_store(places.store, key, create=False)


def joined(join: str) -> Callable[[Event], bool]:
    return lambda event: event["type"] == "circle.joined" and event["join"] == join


def trouble(kind: str) -> Callable[[Event], bool]:
    return lambda event: event["type"] == "home.trouble" and event["kind"] == kind


def make_home(folder: Path) -> None:
    """A new home as `home.create` makes it, but with a passphrase that costs nothing to stretch.

    What is real here is everything after it; half a second and 256 MiB for every start of every
    process would only make the journeys longer. Some of them use `home.create` itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = Places(folder)
    header = vault.make_header(KdfCost(ops=1, mem_bytes=8192), system_entropy)
    key = vault.derive(header, PASSPHRASE)
    vault.write_header(places.header, vault.with_check(header, key))
    open_store(places.store, key, create=True).close()


NewPerson: TypeAlias = Callable[..., Awaitable[Person]]


@asynccontextmanager
async def village(folder: Path) -> AsyncIterator[NewPerson]:
    """A place for people: call it with a name and get somebody whose home is open."""
    with plainly():
        async with AsyncExitStack() as stack:

            async def new(
                name: str, *, listen: Sequence[str] = LOOPBACK, home: Path | None = None
            ) -> Person:
                person = Person(name, home or folder / name.lower().replace(" ", "-"), stack)
                make_home(person.folder)
                await person.wakes(listen)
                return person

            yield new


@contextmanager
def plainly() -> Iterator[None]:
    """What went wrong in a story is told by itself, not inside a nursery of each process."""
    try:
        yield
    except BaseExceptionGroup as group:
        alone: BaseException = group
        while isinstance(alone, BaseExceptionGroup) and len(alone.exceptions) == 1:
            alone = alone.exceptions[0]
        raise alone from None


async def eventually(
    holds: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE
) -> None:
    """Ask again and again until it is so.

    For what no event says: what two homes have in common, who is reached, what is no longer there.
    """
    with trio.move_on_after(seconds):
        while not await holds():  # noqa: ASYNC110 - see above
            await trio.sleep(0.05)
        return
    raise AssertionError(f"not so within {seconds:.0f} s: {what}")


async def the_same(circle: str, *people: Person, posts: int | None = None) -> Json:
    """Wait until all hold the same and nothing is missing; gives the digest."""
    told: list[Json] = []

    async def so() -> bool:
        told[:] = [await person.digest(circle) for person in people]
        first = told[0]
        return (
            all(one == first for one in told)
            and first["missing"] == 0
            and (posts is None or first["posts"] == posts)
        )

    try:
        await eventually(so, "the same digest for all")
    except AssertionError:
        counts = [{k: v for k, v in d.items() if k != "epochs"} for d in told]
        raise AssertionError(f"{[p.name for p in people]} differ: {counts}") from None
    return told[0]


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_in(address: str) -> int:
    """The TCP port of a multiaddr or of a link with one."""
    return int(address.split("/tcp/")[1].split("/", maxsplit=1)[0])


def on_port(port: int) -> tuple[str]:
    return (f"/ip4/127.0.0.1/tcp/{port}",)
