"""A line that breaks again and again in the middle of a word: what has come stays, the rest comes.

The line is a TCP proxy in the test. It takes the port by which Ben knows Ada, and both have moved
to other ports meanwhile, so there is no other way between them.
"""

import random
from pathlib import Path

import trio

from app.rpc_client import PATIENCE
from tests.journeys.lines import End, Line
from tests.journeys.people import Person, eventually, free_port, on_port, the_same, village

POSTS = 2000
AT_ONCE = 40  # posts that are being written at a time
BATCH = 256 * 1024  # bytes of envelopes in one frame: what breaks off with it comes again
BREAKS = 12
AROUND = 64 * 1024  # bytes of a handshake and of finding out what is lacking


async def write_much(circle: str, person: Person) -> None:
    """2,000 posts and replies of all lengths, every fifth a reply; some are written at a time."""
    chance = random.Random(2)
    roots = [await person.writes(circle, f"root {number}") for number in range(20)]
    places = trio.CapacityLimiter(AT_ONCE)

    async def write(number: int) -> None:
        body = f"{number} " + "word " * chance.randrange(600)
        answers = {"reply_to": chance.choice(roots)} if number % 5 == 0 else {}
        async with places:
            await person.writes(circle, body, **answers)

    async with trio.open_nursery() as nursery:
        for number in range(20, POSTS):
            nursery.start_soon(write, number)


async def test_a_line_that_breaks_at_any_byte_costs_little(tmp_path: Path) -> None:
    """Twelve breaks in a transfer of 2,000 posts: the same posts, none twice, little sent again.

    What comes again with each break is at most the frame that was under way, and what it takes to
    find out what is still lacking. Cleo, whose line holds, shows what the posts alone come to.
    """
    chance = random.Random(5)
    known, moved = free_port(), free_port()

    def budget() -> int | None:
        return chance.randrange(2 * BATCH) if broken.breaks < BREAKS else None

    here, there = End("127.0.0.1", known), End("127.0.0.1", moved)
    broken, whole = Line(here, there, budget), Line(here, there, lambda: None)

    async def is_tried() -> bool:
        """Whether it will hold from now on."""
        return broken.breaks >= BREAKS

    async with trio.open_nursery() as lines, village(tmp_path) as new:
        ada, ben, cleo = (
            await new("Ada", listen=on_port(known)),
            await new("Ben"),
            await new("Cleo"),
        )
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, uses=2)
        for guest in (ben, cleo):
            await guest.comes_in(link)
        await the_same(circle, ada, ben, cleo)
        for guest in (ben, cleo):
            await guest.sleeps()
        await write_much(circle, ada)
        await ada.sleeps()
        await ada.wakes(on_port(moved))

        await lines.start(broken.holds)
        await ben.wakes(on_port(free_port()))  # where Ada does not look for him
        await eventually(is_tried, "the line has broken so often", 2 * PATIENCE)
        assert (await ben.digest(circle))["posts"] < POSTS
        await the_same(circle, ada, ben, posts=POSTS)
        broken.ends()

        await lines.start(whole.holds)
        await cleo.wakes(on_port(free_port()))
        await the_same(circle, ada, ben, cleo, posts=POSTS)
        whole.ends()
        assert len(await ben.feed(circle)) == len(await ada.bodies(circle))
        again = broken.carried - whole.carried
        assert 0 < again < BREAKS * (BATCH + AROUND), f"{again} bytes came again"
