"""Two people with no path to each other, and a computer in the middle that both can call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio

from tests.journeys.late_home import Calendar
from tests.journeys.living_apart import Apart, apart
from tests.journeys.mailboxes import Mailbox, a_mailbox
from tests.journeys.namespaces import Places, places_apart
from tests.journeys.people import eventually, free_port

pytestmark = pytest.mark.netns

RELAY = "middle"
MANY = 500
NEXT_MEETING = 10.0  # seconds after meeting the mailbox in which all has come


@dataclass
class Village:
    """Ada and Ben, each with a cable to the middle and none to the other; the mailbox there."""

    places: Places
    mailbox: Mailbox
    ada: Apart
    ben: Apart
    circle: str = ""

    async def begins(self) -> str:
        """Ada founds the circle and adds the mailbox. Gives a link."""
        self.circle = await self.ada.founds("By the water")
        await self.ada.ask("circle.add_mailbox", circle=self.circle, card=self.mailbox.card)
        await self.reaches_the_mailbox(self.ada)
        return await self.ada.invites(self.circle)

    async def reaches_the_mailbox(self, person: Apart) -> None:
        async def so() -> bool:
            rows = await person.ask("circle.mailboxes", circle=self.circle)
            return bool(rows) and bool(rows[0]["reachable"])

        await eventually(so, f"{person.name} reaches the mailbox")

    async def path(self, person: Apart) -> str:
        """By which way the other one is reached."""
        people = (await person.ask("net.status"))["people"]
        return str(people[0]["path"]) if people else "none"

    async def has_all(self, person: Apart, bodies: set[str], seconds: float = 30.0) -> None:
        async def so() -> bool:
            return bodies <= await person.bodies(self.circle)

        await eventually(so, f"{person.name} has all {len(bodies)}", seconds)


@asynccontextmanager
async def village(folder: Path) -> AsyncIterator[Village]:
    with places_apart("ada", "ben", RELAY) as places:
        places.cut("ada", "ben")
        calendar = Calendar(folder / "calendar")
        port = free_port()
        async with (
            a_mailbox(
                folder / "cupboard", f"/ip4/0.0.0.0/tcp/{port}", places.command(RELAY)
            ) as mailbox,
            apart(folder, places, calendar) as new,
        ):
            ada, ben = await new("Ada"), await new("Ben")
            yield Village(places, mailbox, ada, ben)


async def test_no_path_but_a_mailbox_in_the_middle(tmp_path: Path) -> None:
    """They come together at it, talk through it, and then by what it holds.

    Ben comes in by a link that leads to the mailbox; five hundred posts go each way through it
    while both are there; then they are never there together, and each has all that the other wrote
    within ten seconds of meeting the mailbox again.
    """
    async with village(tmp_path) as told:
        ada, ben = told.ada, told.ben
        link = await told.begins()
        assert await ben.comes_in(link) == told.circle
        await eventually(lambda: _is(told, ada, "relay"), "Ada reaches Ben through the middle")
        await eventually(lambda: _is(told, ben, "relay"), "Ben reaches Ada through the middle")
        everything: set[str] = set()
        async with trio.open_nursery() as nursery:
            for person in (ada, ben):
                bodies = {f"{person.name}'s number {number}" for number in range(MANY)}
                everything |= bodies
                nursery.start_soon(_write_all, person, told.circle, bodies)
        for person in (ada, ben):
            await told.has_all(person, everything, 60)
        for round_ in range(2):
            for writer, reader in ((ada, ben), (ben, ada)):
                if reader._home is not None:
                    await reader.sleeps()
                if writer._home is None:
                    await writer.wakes()
                body = f"{writer.name} alone, {round_}"
                everything.add(body)
                await writer.writes(told.circle, body)
                await _all_is_paid_in(told, writer)
                await writer.sleeps()
                await reader.wakes()
                await told.reaches_the_mailbox(reader)
                await told.has_all(reader, everything, NEXT_MEETING)
        await ada.wakes() if ada._home is None else None
        await ben.wakes() if ben._home is None else None

        async def equal() -> bool:
            mine, theirs = await ada.digest(told.circle), await ben.digest(told.circle)
            return bool(mine == theirs and mine["missing"] == 0)

        await eventually(equal, "equal digests")
        assert len(await ada.feed(told.circle)) == len(everything)


async def _is(told: Village, person: Apart, path: str) -> bool:
    return await told.path(person) == path


async def _write_all(person: Apart, circle: str, bodies: set[str]) -> None:
    for body in sorted(bodies):
        await person.writes(circle, body)


async def _all_is_paid_in(told: Village, person: Apart) -> None:
    async def so() -> bool:
        rows = await person.ask("circle.mailboxes", circle=told.circle)
        digest = await person.digest(told.circle)
        unsent = [post for post in await person.feed(told.circle) if post["unsent"]]
        return not unsent and bool(rows[0]["held"] == digest["ops"])

    await eventually(so, f"all that {person.name} has is in the mailbox")
