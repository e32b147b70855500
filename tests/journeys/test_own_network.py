"""On one network for real: people find each other there, and whoever overhears them learns nothing.

Each home is a process in a network namespace of its own, with a cable to the other. What is told of
the networks comes from the kernel, the router is a program beside them.
"""

import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from app.store import circles
from p2p.crypto import sign_public
from p2p.lan_names import LETTERS
from p2p.lan_wire import Sighting, answer, question, read
from tests.journeys.late_home import Calendar
from tests.journeys.living_apart import Apart, apart, where
from tests.journeys.namespaces import Places, places_apart
from tests.journeys.overhearing import beside, overheard, packets, spellings
from tests.journeys.people import eventually, the_same
from tests.p2p.gateway import PUBLIC

pytestmark = pytest.mark.netns

NEW = {"ada": "10.99.7.1", "ben": "10.99.7.2"}
MUCH = " and so on" * 4000
MANY = 150
OTHER = {"ada": "ben", "ben": "ada"}


def ip(places: Places, place: str, *words: str) -> None:
    """Do something to the cable's end at a place."""
    command = [*places.command(place), "ip", *words, "dev", f"to-{OTHER[place]}"]
    subprocess.run(command, check=True, timeout=10)


def move(places: Places, place: str) -> None:
    """A place has another address, in another network, and the one before no more."""
    ip(places, place, "address", "flush")
    ip(places, place, "address", "add", f"{NEW[place]}/24")


async def path(person: Apart) -> str:
    """How the other one is reached."""
    (other,) = (await person.ask("net.status"))["people"]
    found: str = other["path"]
    return found


async def meet_nearby(*people: Apart, seconds: float = 15) -> None:
    for person in people:

        async def so(person: Apart = person) -> bool:
            return await path(person) == "lan"

        await eventually(so, f"{person.name} is reached on the own network", seconds)


@asynccontextmanager
async def two(tmp_path: Path, places: Places) -> AsyncIterator[tuple[Apart, Apart, str, Calendar]]:
    """Ada, Ben, and the circle that both are in."""
    calendar = Calendar(tmp_path / "calendar")
    async with apart(tmp_path, places, calendar, lan=True) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("Thursday's table")
        await ben.is_in(await ben.knocks_at(ada, await ada.invites(circle)))
        await the_same(circle, ada, ben)
        yield ada, ben, circle, calendar


async def test_two_who_moved_find_each_other_by_name(tmp_path: Path) -> None:
    """Nothing they know of each other's addresses is true any more; and it can be switched off."""
    with places_apart("ada", "ben") as places:
        async with two(tmp_path, places) as (ada, ben, circle, _):
            await ada.ask("net.set", lan=False)
            await ben.sleeps()
            await ada.sleeps()
            for place in NEW:
                move(places, place)
            await ada.wakes()
            await ben.wakes()
            assert not (await ada.ask("net.settings"))["lan"]
            await trio.sleep(4)
            assert (await path(ada), await path(ben)) == ("none", "none")
            await ada.ask("net.set", lan=True)
            await meet_nearby(ada, ben)
            await ada.writes(circle, "There you are.")
            await the_same(circle, ada, ben, posts=1)


async def test_whoever_overhears_them_learns_an_address_and_nothing_else(tmp_path: Path) -> None:
    """Not a name, an id, or a key, however it is spelled; and tomorrow nothing is as it was."""
    file = tmp_path / "overheard"
    with places_apart("ada", "ben") as places:
        here, there = places.address("ada", "ben"), places.address("ben", "ada")
        async with (
            overheard(places, "ada", here, file),
            two(tmp_path, places) as (ada, ben, circle, calendar),
        ):
            days: list[list[bytes]] = []
            for _ in range(2):
                await meet_nearby(ada, ben)
                await trio.sleep(2)
                ports = {int(at.split("/")[4]) for at in await ada.addresses()}
                for person in (ada, ben):
                    await person.sleeps()
                days.append(packets(file, here, there)[sum(map(len, days)) :])
                calendar.days_pass(1)
                for person in (ada, ben):
                    await person.wakes()
            for person in (ada, ben):
                await person.sleeps()
            assert all(len(set(said)) >= 3 for said in days)  # a question, and a name of each
            secrets = known_of(ada, circle) + known_of(ben, circle)
            everything = b"\0".join(days[0] + days[1])
            assert not [one for raw in secrets for one in spellings(raw) if one in everything]
            for words in ("Ada", "Ben", "Thursday", "hearthside", socket.gethostname()):
                assert words.lower().encode() not in everything.lower()
            today, tomorrow = (said_of(day, here, there) for day in days)
            assert len(today) == len(tomorrow) == 2
            assert not pieces(today) & pieces(tomorrow)
            assert not ports & {one.port for one in today | tomorrow}


def known_of(person: Apart, circle: str) -> list[bytes]:
    """Every id, key and secret that a home has of a circle."""
    db = person.store()
    try:
        row = circles.one_circle(db, bytes.fromhex(circle))
        assert row is not None
        seeds = [row.member_seed, row.device_seed, row.door_seed]
        secrets = [s for _, *both in circles.secrets_of(db, row.circle_no) for s in both if s]
        epochs = [bytes(epoch) for epoch, *_ in circles.secrets_of(db, row.circle_no)]
        return [bytes(row.circle), *seeds, *map(sign_public, seeds), *secrets, *epochs]
    finally:
        db.close()


def said_of(day: list[bytes], *addresses: str) -> set[Sighting]:
    """The names and ports of a day; its packets say that, the address, and nothing else at all."""
    found = {one for packet in day for one in read(packet, []).seen}
    ips = [socket.inet_aton(address) for address in addresses]
    assert set(day) == {question()} | {
        packet for packet in (answer(one, ip) for one in found for ip in ips) if packet in day
    }
    return found


def pieces(names: set[Sighting]) -> set[str]:
    """Runs of eight letters, and the ports."""
    runs = {name.letters[at : at + 8] for name in names for at in range(LETTERS - 7)}
    return runs | {str(name.port) for name in names}


async def test_an_address_that_comes_is_told_at_once(tmp_path: Path) -> None:
    """Within two seconds; the old one goes, the conversation with it, and they meet by the new."""
    with places_apart("ada", "ben") as places:
        async with two(tmp_path, places) as (ada, ben, circle, _):
            old = await where(ada, places, "ben")
            for place, new in NEW.items():
                ip(places, place, "address", "add", f"{new}/24")

            async def knows_the_new() -> bool:
                return any(f"/{NEW['ada']}/" in one for one in await ada.addresses())

            await eventually(knows_the_new, "the new address is told", 2)
            for place in NEW:
                gone = f"{places.address(place, OTHER[place])}/30"
                ip(places, place, "address", "del", gone)

            async def forgot_the_old() -> bool:
                return old not in await ada.addresses()

            await eventually(forgot_the_old, "the old address is told no more", 2)
            await ada.writes(circle, "Moved.")
            await the_same(circle, ada, ben, posts=1)
            await meet_nearby(ada, ben)
            device = await device_of(ada, circle)
            await ben.sleeps()
            assert [a.split("/")[2] for a in card_of(ben, circle, device)] == [NEW["ada"]]


async def device_of(person: Apart, circle: str) -> bytes:
    """The device of somebody who goes to sleep now."""
    await person.sleeps()
    db = person.store()
    try:
        row = circles.one_circle(db, bytes.fromhex(circle))
        assert row is not None
        return sign_public(row.device_seed)
    finally:
        db.close()


def card_of(person: Apart, circle: str, device: bytes) -> list[str]:
    """The addresses that a home has of somebody's device."""
    db = person.store()
    try:
        row = circles.one_circle(db, bytes.fromhex(circle))
        assert row is not None
        cards = circles.cards_of(db, row.circle_no)
        return list(next(card.addresses for d, card in cards.items() if d == device))
    finally:
        db.close()


async def test_after_a_week_asleep_everything_is_tried_at_once(tmp_path: Path) -> None:
    """The clock went on by a week; who was unreachable meanwhile is met within seconds."""
    with places_apart("ada", "ben") as places:
        async with two(tmp_path, places) as (ada, ben, circle, calendar):
            places.cut("ada", "ben")

            async def alone() -> bool:
                return await path(ada) == "none"

            await eventually(alone, "the silent one is noticed", 8)
            await trio.sleep(20)  # pauses have grown meanwhile
            calendar.days_pass(7)
            places.join("ada", "ben")
            await meet_nearby(ada, ben, seconds=8)
            await ben.writes(circle, "Good morning.")
            await the_same(circle, ada, ben, posts=1)
            calendar.days_pass(-365)
            await ada.writes(circle, "What year is it?")
            await the_same(circle, ada, ben, posts=2)


async def test_a_router_lets_people_in(tmp_path: Path) -> None:
    """Its public address is on our card and in links while we are there, and is closed after."""
    with places_apart("ada", "ben") as places:
        calendar = Calendar(tmp_path / "calendar")
        at = places.address("ben", "ada")
        command = [*places.command("ben"), sys.executable, "-m", "tests.p2p.gateway", at]
        async with beside(command) as ports, apart(tmp_path, places, calendar, lan=True) as new:
            ada = await new("Ada")
            circle = await ada.founds("Thursday's table")
            (own,) = [a for a in await ada.addresses() if "/ip4/" in a and PUBLIC not in a]
            port = own.split("/tcp/")[1].split("/")[0]
            open_to_all = own.replace(places.address("ada", "ben"), PUBLIC)

            async def told() -> bool:
                return (await ada.addresses())[0] == open_to_all

            await eventually(told, "the public address is told", 15)
            assert ports[-1] == f'{{"{port}": ["{places.address("ada", "ben")}", {port}, 3600]}}'
            assert PUBLIC in await ada.invites(circle)
            device = await device_of(ada, circle)
            assert card_of(ada, circle, device)[0] == open_to_all
            assert ports[-1] == "{}"
            assert PUBLIC.encode() not in ada.said_on_stderr
            await ada.wakes()
            await eventually(told, "and after the next start", 15)
            await ada.ask("net.set", port_mapping=False)

            async def untold() -> bool:
                return open_to_all not in await ada.addresses()

            await eventually(untold, "switched off", 5)


async def test_an_address_that_changes_in_the_middle_of_a_transfer(tmp_path: Path) -> None:
    """What came stays, what is wanting comes by the new address, and nothing comes twice."""
    with places_apart("ada", "ben") as places:
        async with two(tmp_path, places) as (ada, ben, circle, _):
            await ben.sleeps()
            for number in range(MANY):
                await ada.writes(circle, f"{number}" + MUCH)
            await ben.wakes()

            async def a_part() -> bool:
                return await ben.count(circle) > 0

            await eventually(a_part, "something has come")
            assert await ben.count(circle) < MANY
            for place in NEW:
                move(places, place)
            await the_same(circle, ada, ben, posts=MANY)
            assert len(set(await ben.all_ids(circle))) == len(await ben.all_ids(circle)) == MANY
            await meet_nearby(ada, ben)
