"""Away and back: what the others wrote meanwhile arrives, whole, whoever brings it."""

import random
from pathlib import Path

from app.store.db import Database
from tests.journeys.people import NewPerson, Person, eventually, the_same, village

MANY = 200


async def three(new: NewPerson) -> tuple[str, Person, Person, Person]:
    """Ada's circle with Ben and Cleo in it."""
    ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
    circle = await ada.founds("By the water")
    link = await ada.invites(circle, uses=2)
    for guest in (ben, cleo):
        await guest.comes_in(link)
    for person in (ada, ben, cleo):
        await person.knows(circle, "Ada", "Ben", "Cleo")
    await the_same(circle, ada, ben, cleo)
    return circle, ada, ben, cleo


async def write(circle: str, *people: Person, posts: int, about: str) -> set[str]:
    """So many posts by these people in turn, every fifth a reply to the one before it."""
    bodies, last = set(), ""
    for number in range(posts):
        author = people[number % len(people)]
        body = f"{about} {number}"
        if number % 5 == 4 and len(people) == 1:
            await author.writes(circle, body, reply_to=last)
        else:
            last = await author.writes(circle, body)
            bodies.add(body)
    return bodies


async def test_who_was_away_catches_up(tmp_path: Path) -> None:
    """200 posts while one of three is away; after their return all three hold the same."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await cleo.writes(circle, "See you.")
        await the_same(circle, ada, ben, cleo, posts=1)
        await cleo.sleeps()
        bodies = await write(circle, ada, ben, posts=MANY, about="while Cleo is away")
        await the_same(circle, ada, ben, posts=MANY + 1)
        await cleo.wakes()
        await the_same(circle, ada, ben, cleo, posts=MANY + 1)
        assert await cleo.bodies(circle) == bodies | {"See you."}
        assert (await cleo.circle(circle))["unread"] == MANY
        # And she is in the conversation again.
        await cleo.writes(circle, "I am back.")
        await the_same(circle, ada, ben, cleo, posts=MANY + 2)


async def test_who_comes_back_meets_the_others_one_after_the_other(tmp_path: Path) -> None:
    """The others are never there together: what the first brought, she hands to the second."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await cleo.sleeps()
        both = await write(circle, ada, ben, posts=MANY, about="together")
        await the_same(circle, ada, ben, posts=MANY)
        await ben.sleeps()
        adas = await write(circle, ada, posts=20, about="Ada alone")
        await ada.sleeps()
        await ben.wakes()
        bens = await write(circle, ben, posts=20, about="Ben alone")
        await ben.sleeps()

        await ada.wakes()
        await cleo.wakes()
        await the_same(circle, ada, cleo, posts=MANY + 20)
        await ada.sleeps()
        await ben.wakes()
        await the_same(circle, ben, cleo, posts=MANY + 40)
        assert await cleo.bodies(circle) == both | adas | bens == await ben.bodies(circle)
        await ben.sleeps()
        await ada.wakes()
        await the_same(circle, ada, cleo, posts=MANY + 40)
        await ben.wakes()
        await the_same(circle, ada, ben, cleo, posts=MANY + 40)
        assert await ada.bodies(circle) == both | adas | bens


async def test_words_travel_by_way_of_who_was_there(tmp_path: Path) -> None:
    """Ada and Ben never meet after the beginning; Cleo, who meets both, is enough."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await ben.sleeps()
        post = await ada.writes(circle, "Is anybody awake?")
        await the_same(circle, ada, cleo, posts=1)
        await ada.sleeps()
        await ben.wakes()
        await ben.has(circle, "Is anybody awake?")
        await ben.writes(circle, "I am.", reply_to=post)
        await the_same(circle, ben, cleo, posts=2)
        await ben.sleeps()
        await ada.wakes()
        await the_same(circle, ada, cleo, posts=2)
        thread = await ada.ask("post.thread", circle=circle, post=post)
        assert [(r["body"], r["author_name"]) for r in thread["replies"]] == [("I am.", "Ben")]


async def test_a_newcomer_is_believed_by_who_was_away(tmp_path: Path) -> None:
    """Ada lets Cleo in while Ben is away, and goes; Ben meets Cleo, unknown to him, alone."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await ada.writes(circle, "Before Cleo")
        await the_same(circle, ada, ben, posts=1)
        await ben.sleeps()
        cleo = await new("Cleo")
        await cleo.comes_in(await ada.invites(circle))
        await ada.writes(circle, "With Cleo")
        await the_same(circle, ada, cleo, posts=2)
        await cleo.knows(circle, "Ada", "Ben", "Cleo")
        await ada.sleeps()
        await cleo.writes(circle, "For Ben, from somebody new")
        await ben.wakes()
        await ben.writes(circle, "Who is there?")
        await the_same(circle, ben, cleo, posts=4)
        await ben.knows(circle, "Ada", "Ben", "Cleo")
        await ada.wakes()
        await the_same(circle, ada, ben, cleo, posts=4)


async def test_a_newcomers_newcomer_is_believed_too(tmp_path: Path) -> None:
    """Ben missed what let Cleo in, and that it was Cleo who invited Dora: he meets Dora alone."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben)
        await ben.knows(circle, "Ada", "Ben")
        await ada.knows(circle, "Ada", "Ben")
        await ben.sleeps()
        for _ in range(8):  # acts in between, which her admission stands on too
            await ada.invites(circle)
        cleo, dora = await new("Cleo"), await new("Dora")
        await cleo.comes_in(await ada.invites(circle))
        await cleo.knows(circle, "Ada", "Ben", "Cleo")
        await dora.comes_in(await cleo.invites(circle))
        await the_same(circle, ada, cleo, dora)
        await dora.knows(circle, "Ada", "Ben", "Cleo", "Dora")
        await ada.sleeps()
        await cleo.sleeps()
        await dora.writes(circle, "For Ben, from the newest")
        await ben.wakes()
        await ben.has(circle, "For Ben, from the newest")
        await the_same(circle, ben, dora, posts=1)


async def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    """Twenty times: killed straight after the answer, alone or in company; all twenty are there.

    And no place in the log is given twice: the second home would notice a fork.
    """
    chance = random.Random(20)
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben)
        wrote: list[str] = []
        for number in range(20):
            if number % 3 == 0:
                # In company the words are signed and sent in the moment in which the kill comes.
                await ada.reaches(ben)
            wrote.append(f"before kill {number}" + " and much more" * chance.randrange(500))
            await ada.writes(circle, wrote[-1])
            await ada.dies()
            await ada.wakes()
            assert await ada.bodies(circle) == set(wrote)
        await the_same(circle, ada, ben, posts=20)
        assert await ben.bodies(circle) == set(wrote)
        # In the order in which they were written.
        assert [p["body"] for p in reversed(await ben.feed(circle))] == wrote
        await ada.sleeps()
        await ben.sleeps()
        for person in (ada, ben):
            store = person.store()
            assert places_in(store) == expected_places(store)
            store.close()


def places_in(store: Database) -> list[tuple[bytes, int, int]]:
    """(device, log, seq) of every op, sorted."""
    return store.read(
        "SELECT device, log, seq FROM ops JOIN devices USING (device_no) ORDER BY device, log, seq"
    )


def expected_places(store: Database) -> list[tuple[bytes, int, int]]:
    """As they are if each log counts up from 0 and gives no number twice or to something void."""
    rows = store.read(
        "SELECT device, log, count(*) FROM ops JOIN devices USING (device_no)"
        " WHERE state = 1 GROUP BY device, log"
        " ORDER BY device, log"
    )
    return [(device, log, seq) for device, log, count in rows for seq in range(count)]


async def test_a_kill_while_catching_up_is_gone_over(tmp_path: Path) -> None:
    """The reader is killed again and again in the middle of 200 posts, and ends with all."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben)
        await ben.sleeps()
        for number in range(MANY):
            await ada.writes(circle, f"{number} " + "x" * 2000)
        for goal in (1, 60, 120):
            await ben.wakes()

            async def so_far(goal: int = goal) -> bool:
                return len(await ben.feed(circle)) >= goal

            await eventually(so_far, f"{goal} posts")
            await ben.dies()
        await ben.wakes()
        await the_same(circle, ada, ben, posts=MANY)
