"""Two people with no path to each other, and a computer in the middle that both can call."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trio

from app.mailbox.card import Card, read
from tests.journeys.late_home import Calendar
from tests.journeys.living_apart import Apart, apart
from tests.journeys.mailboxes import Mailbox, a_mailbox
from tests.journeys.namespaces import Places, places_apart
from tests.journeys.people import eventually, free_port
from tests.p2p.routers import Ports, behind_routers, only_with_iptables

pytestmark = pytest.mark.netns

RELAY = "middle"
MANY = 500
DIRECT_IN = 5.0  # seconds after they talk through the mailbox
NEXT_MEETING = 10.0  # seconds after meeting the mailbox in which all has come


@dataclass
class Village:
    """Ada and Ben, each with a cable to the middle and none to the other; the mailbox there."""

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
            yield Village(mailbox, ada, ben)


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


# -- through a member ------------------------------------------------------------------------------


async def test_two_with_no_path_meet_through_a_member(tmp_path: Path) -> None:
    """There is no mailbox; Rosa, whom both can call, carries for her own circle while she likes."""
    with places_apart("ada", "ben", "rosa") as places:
        places.cut("ada", "ben")
        async with apart(tmp_path, places, Calendar(tmp_path / "calendar")) as new:
            ada, ben, rosa = await new("Ada"), await new("Ben"), await new("Rosa")
            circle = await ada.founds("By the water")
            await rosa.is_in(await rosa.knocks_at(ada, await ada.invites(circle)))
            for person in (ada, rosa):
                await person.knows(circle, "Ada", "Rosa")
            host = next(
                one["member"] for one in await ada.ask("circle.members", circle=circle)
                if one["display_name"] == "Rosa"
            )  # fmt: skip
            await ada.ask("member.set_role", circle=circle, member=host, role="host")
            await ben.is_in(await ben.knocks_at(rosa, await rosa.invites(circle)))

            async def path_to(person: Apart, name: str) -> str:
                people = (await person.ask("net.status"))["people"]
                return next((one["path"] for one in people if one["display_name"] == name), "")

            async def through_rosa() -> bool:
                return await path_to(ada, "Ben") == "relay" == await path_to(ben, "Ada")

            await eventually(through_rosa, "Ada and Ben meet through Rosa", 60)
            await rosa.ask("net.set", relay=False)

            async def parted() -> bool:
                return await path_to(ada, "Ben") == "none"

            await eventually(parted, "Rosa carries no more", 20)
            await ben.writes(circle, "By way of Rosa, who holds it.")
            await ada.has(circle, "By way of Rosa, who holds it.")


# -- behind routers --------------------------------------------------------------------------------


@asynccontextmanager
async def village_behind_routers(folder: Path, ports: Ports) -> AsyncIterator[Village]:
    """Ada and Ben behind routers that let nobody in; the mailbox in the open."""
    with behind_routers("ada", "ben", middle=RELAY, ports=ports) as streets:
        calendar = Calendar(folder / "calendar")
        listen = f"/ip4/{streets.OPEN}/tcp/{free_port()}"
        async with (
            a_mailbox(folder / "cupboard", listen, streets.command(RELAY)) as mailbox,
            apart(folder, streets, calendar) as new,
        ):
            yield Village(mailbox, await new("Ada"), await new("Ben"))


@only_with_iptables
async def test_two_behind_routers_meet_directly(tmp_path: Path) -> None:
    """Through the mailbox first, and within five seconds through both routers, which both say."""
    async with village_behind_routers(tmp_path, Ports.KEPT) as told:
        link = await told.begins()
        assert await told.ben.comes_in(link) == told.circle
        for person in (told.ada, told.ben):
            await eventually(partial(_is_met, told, person), "the other is reached")
        for person in (told.ada, told.ben):
            await eventually(partial(_is, told, person, "punched"), "directly", DIRECT_IN)
        await told.ada.writes(told.circle, "Through both doors.")
        await told.ben.has(told.circle, "Through both doors.")


@only_with_iptables
@pytest.mark.long
async def test_two_behind_routers_that_draw_their_ports_stay_at_the_mailbox(tmp_path: Path) -> None:
    """No way leads through these; it is said so, and the posts go all the same."""
    async with village_behind_routers(tmp_path, Ports.DRAWN) as told:
        link = await told.begins()
        assert await told.ben.comes_in(link) == told.circle
        for person in (told.ada, told.ben):
            await eventually(partial(_is, told, person, "relay"), "through the mailbox")
        await trio.sleep(20)
        await told.ada.writes(told.circle, "By way of the cupboard.")
        await told.ben.has(told.circle, "By way of the cupboard.")
        for person in (told.ada, told.ben):
            assert await told.path(person) == "relay"


async def _is_met(told: Village, person: Apart) -> bool:
    return await told.path(person) in {"relay", "punched"}


# -- bad lines -------------------------------------------------------------------------------------


@asynccontextmanager
async def village_on_bad_lines(folder: Path) -> AsyncIterator[tuple[Village, Places]]:
    """The same, but to the mailbox there are only slow lines that lose one piece in twenty."""
    with places_apart("ada", "ben", RELAY) as places:
        places.cut("ada", "ben")
        calendar = Calendar(folder / "calendar")
        inside, port = free_port(), free_port()
        line = (*places.command(RELAY), sys.executable, "-m", "tests.journeys.slow_line",
                "0.0.0.0", str(port), "127.0.0.1", str(inside), "7")  # fmt: skip  # noqa: S104 - in a namespace
        async with (
            trio.open_nursery() as nursery,
            a_mailbox(
                folder / "cupboard", f"/ip4/127.0.0.1/tcp/{inside}", places.command(RELAY)
            ) as mailbox,
            apart(folder, places, calendar) as new,
        ):
            nursery.start_soon(trio.run_process, line)
            card = read(mailbox.card)
            peer = card.addresses[0].rpartition("/")[2]
            mailbox.card = Card(card.token, card.peer, tuple(
                f"/ip4/{places.address(RELAY, who)}/tcp/{port}/p2p/{peer}" for who in ("ada", "ben")
            )).text()  # fmt: skip
            yield Village(mailbox, await new("Ada"), await new("Ben")), places
            nursery.cancel_scope.cancel()


async def _flaps(told: Village, places: Places, seconds: float) -> None:
    """Every ten seconds one of the cables is pulled for three; twice the mailbox is killed."""
    ends = trio.current_time() + seconds
    number = 0
    while trio.current_time() < ends:
        who = ("ada", "ben")[number % 2]
        places.cut(who, RELAY)
        await trio.sleep(3)
        places.join(who, RELAY)
        if number in {4, 9}:
            await told.mailbox.dies()
            card = told.mailbox.card
            await told.mailbox.starts()
            told.mailbox.card = card
        await trio.sleep(7)
        number += 1


async def _states_are_true(told: Village, seconds: float) -> int:
    """What is said of a post is never more than is so, asked of the homes; how often it was asked.

    First what the writer says, then what the other one has: by then it can only be more.
    """
    ends = trio.current_time() + seconds
    looked = 0
    while trio.current_time() < ends:
        for writer, other in ((told.ada, told.ben), (told.ben, told.ada)):
            said = {
                post["post"] for post in await writer.feed(told.circle)
                if post["mine"] and post["reached"]
            }  # fmt: skip
            there = {post["post"] for post in await other.feed(told.circle)}
            assert said <= there
            looked += 1
        await trio.sleep(0.5)
    return looked


async def _writes_now_and_then(person: Apart, circle: str, seconds: float) -> set[str]:
    ends = trio.current_time() + seconds
    bodies: set[str] = set()
    while trio.current_time() < ends:
        body = f"{person.name} at {len(bodies)}"
        await person.writes(circle, body)
        bodies.add(body)
        await trio.sleep(2)
    return bodies


@pytest.mark.parametrize(
    "seconds", [40.0, pytest.param(300.0, marks=pytest.mark.long)], ids=["short", "long"]
)
async def test_bad_lines_that_flap_and_a_mailbox_that_is_killed(
    tmp_path: Path, seconds: float
) -> None:
    """200 ms each way, one piece in twenty lost, cables that come and go: nothing is missing.

    And at every moment a post says no more than is so of where it is.
    """
    async with village_on_bad_lines(tmp_path) as (told, places):
        link = await told.begins()
        assert await told.ben.is_in(await told.ben.knocks(link), 60) == told.circle
        everything: set[str] = set()

        async def write(person: Apart) -> None:
            everything.update(await _writes_now_and_then(person, told.circle, seconds))

        looked: list[int] = []

        async def look() -> None:
            looked.append(await _states_are_true(told, seconds))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(_flaps, told, places, seconds)
            nursery.start_soon(look)
            for person in (told.ada, told.ben):
                nursery.start_soon(write, person)
        assert looked[0] > 10
        for person in (told.ada, told.ben):
            await told.has_all(person, everything, 90)

        async def equal() -> bool:
            mine = await told.ada.digest(told.circle)
            return bool(mine == await told.ben.digest(told.circle) and mine["missing"] == 0)

        await eventually(equal, "equal digests", 60)

        async def all_reached() -> bool:
            posts = [
                post for person in (told.ada, told.ben)
                for post in await person.feed(told.circle) if post["mine"]
            ]  # fmt: skip
            return all((post["reached"], post["of"]) == (1, 1) for post in posts)

        await eventually(all_reached, "both know that all has reached the other", 60)
