"""People of the journeys who live apart: each in a network namespace, all by one calendar."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from app.rpc_client import LOOPBACK
from tests.journeys.late_home import Calendar
from tests.journeys.people import OUR_PROGRAM, Json, Person, make_home, plainly

HERE = ("/ip4/0.0.0.0/tcp/0",)  # every cable of the place


class Lives(Protocol):
    """Where people live apart."""

    def command(self, name: str) -> tuple[str, ...]:
        """What begins a command that is to run at this place."""

    def address(self, here: str, there: str) -> str:
        """The address that somebody at `there` knows somebody at `here` by."""


class Apart(Person):
    """Somebody in a place of their own, with the clock of the story."""

    def __init__(
        self, name: str, folder: Path, stack: AsyncExitStack, places: Lives, calendar: Calendar
    ) -> None:
        super().__init__(name, folder, stack)
        self.place = name.lower()
        self._places = places
        self._program = (
            *places.command(self.place), sys.executable, "-m", "tests.journeys.late_home",
            str(calendar.file),
        )  # fmt: skip

    async def starts(
        self, listen: Sequence[str] = LOOPBACK, program: Sequence[str] = OUR_PROGRAM
    ) -> None:
        del listen, program
        await super().starts(HERE, self._program)

    async def calls(self, circle: str, *others: "Apart") -> None:
        """Try these people now, where their cable to here ends."""
        for other in others:
            address = await where(other, self._places, self.place)
            await self.ask("net.dial", circle=circle, address=address)

    async def knocks_at(self, host: "Apart", link: str) -> str:
        """Begin to join by a link, in which not each of the host's addresses has room."""
        join = await self.knocks(link)
        await self.ask("net.dial", join=join, address=await where(host, self._places, self.place))
        return join

    # -- what has arrived ----------------------------------------------------------------------

    async def everything(self, circle: str) -> list[Json]:
        """Posts, and replies to what has not arrived, as the window asks for them."""
        found: list[Json] = await self.ask("post.list", circle=circle, limit=1000, orphans=True)
        return found

    async def orphans(self, circle: str) -> list[Json]:
        """Replies whose thread begins with something that has not arrived."""
        return [post for post in await self.everything(circle) if post["thread_missing"]]

    async def count(self, circle: str) -> int:
        posts: int = (await self.digest(circle))["posts"]
        return posts

    async def all_ids(self, circle: str) -> list[str]:
        """Every post and reply that can be read here."""
        found = []
        for post in await self.feed(circle):
            found.append(post["post"])
            if post["replies"]:
                thread = await self.ask("post.thread", circle=circle, post=post["post"])
                found += [reply["post"] for reply in thread["replies"]]
        return found


NewApart: TypeAlias = Callable[..., Awaitable[Apart]]


@asynccontextmanager
async def apart(
    folder: Path, places: Lives, calendar: Calendar, *, lan: bool = False
) -> AsyncIterator[NewApart]:
    """As `village`, of people who live apart; `lan`: they look around on their own networks."""
    with plainly():
        async with AsyncExitStack() as stack:

            async def new(name: str, *, home: Path | None = None) -> Apart:
                person = Apart(name, home or folder / name.lower(), stack, places, calendar)
                person.lan = lan
                if home is None:
                    make_home(person.folder)
                await person.wakes()
                return person

            yield new


async def where(person: Apart, places: Lives, caller: str) -> str:
    """The address by which somebody can be reached from a place."""
    ours = f"/{places.address(person.place, caller)}/"
    return next(address for address in await person.addresses() if ours in address)
