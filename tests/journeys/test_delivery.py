"""T4: the writer sees on how many people's computers a post is, and it is never more than is so.

Real homes, real lines; each number is held against the stores of the homes themselves.
"""

from collections.abc import Callable
from pathlib import Path

import trio

from app.rpc_client import Event
from p2p.gathering import AWAY
from tests.journeys.people import Json, NewPerson, Person, eventually, the_same, village


async def three(new: NewPerson) -> tuple[str, Person, Person, Person]:
    ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
    circle = await ada.founds("By the water")
    link = await ada.invites(circle, uses=2)
    for guest in (ben, cleo):
        await guest.comes_in(link)
    for person in (ada, ben, cleo):
        await person.knows(circle, "Ada", "Ben", "Cleo")
    await the_same(circle, ada, ben, cleo)
    return circle, ada, ben, cleo


async def row(person: Person, circle: str, post: str) -> Json:
    """A post as its writer's home tells it, in the list and in its thread alike."""
    seen: list[Json] = []

    async def alike() -> bool:  # not at once where somebody has just said more
        rows = {one["post"]: one for one in await person.ask("post.list", circle=circle)}
        alone: Json = (await person.ask("post.thread", circle=circle, post=post))["post"]
        seen.append(alone)
        return bool(alone == rows[post])

    await eventually(alike, "list and thread say the same")
    return seen[-1]


async def says(person: Person, circle: str, post: str, reached: int, of: int) -> None:
    """Wait until that is told."""

    async def so() -> bool:
        told = await row(person, circle, post)
        return (told["reached"], told["of"]) == (reached, of)

    await eventually(so, f"{reached} of {of}")


def reached(circle: str, post: str) -> Callable[[Event], bool]:
    return lambda event: (event["type"], event.get("circle"), event.get("post")) == (
        "post.reached", circle, post,
    )  # fmt: skip


def posts_on_disk(person: Person) -> set[str]:
    """The posts in the store of a home that does not run."""
    store = person.store()
    try:
        return {bytes(post).hex() for (post,) in store.read("SELECT post FROM posts")}
    finally:
        store.close()


async def test_each_step_of_a_post_is_told_and_none_too_soon(tmp_path: Path) -> None:
    """Only here; one of two, when Ben has it; everyone, when Cleo has it by way of Ben alone."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await ben.sleeps()
        await cleo.sleeps()
        await ada.reaches()
        post = await ada.writes(circle, "Is anybody awake?")
        told = await row(ada, circle, post)
        assert (told["reached"], told["of"], told["unsent"]) == (0, 2, True)
        assert told["not_yet"] == ["Ben", "Cleo"]
        await ben.wakes()
        event = await ada.hears(reached(circle, post))
        assert event["content"]["reached"] == 1
        # His computer said so, so it is there, also if it has no power from this moment on.
        await ben.dies()
        assert post in posts_on_disk(ben)
        told = await row(ada, circle, post)
        assert (told["reached"], told["of"], told["not_yet"]) == (1, 2, ["Cleo"])
        # Ben and Cleo meet while Ada is away, and Cleo is away when she is back.
        await ada.sleeps()
        await ben.wakes()
        await cleo.wakes()
        await cleo.has(circle, "Is anybody awake?")
        await trio.sleep(AWAY + 2)  # no event says that Ben keeps now what Cleo's computer said
        await cleo.sleeps()
        await ada.wakes()
        await says(ada, circle, post, 2, 2)
        assert post in posts_on_disk(cleo)
        told = await row(ben, circle, post)
        assert (told["reached"], told["of"], told["not_yet"]) == (None, None, [])


async def test_who_is_removed_is_not_counted_any_more(tmp_path: Path) -> None:
    """Neither among those who have it nor among those it is for; and it is in no digest."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        post = await ada.writes(circle, "For both of you")
        await says(ada, circle, post, 2, 2)
        await the_same(circle, ada, ben, cleo, posts=1)
        members = await ada.ask("circle.members", circle=circle)
        whom = next(one["member"] for one in members if one["display_name"] == "Cleo")
        await ada.ask("member.remove", circle=circle, member=whom, reason="She sold tea.")
        await says(ada, circle, post, 1, 1)
        late = await ada.writes(circle, "Now we are two")
        await says(ada, circle, late, 1, 1)
        await the_same(circle, ada, ben, posts=2)


async def test_five_hundred_posts_are_told_of_in_a_few_words(tmp_path: Path) -> None:
    """Each of them has reached everyone soon after, and Ada was not told so five hundred times."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        ada.home.events.clear()
        for number in range(500):
            await ada.writes(circle, f"No. {number}")
        await ben.has(circle, *(f"No. {number}" for number in range(500)))

        async def so() -> bool:
            rows = await ada.ask("post.list", circle=circle, limit=1000)
            return len(rows) == 500 and all((r["reached"], r["of"]) == (2, 2) for r in rows)

        await eventually(so, "all have reached everyone")
        await the_same(circle, ada, ben, cleo, posts=500)
        told = [e["type"] for e in ada.home.events if e["type"].endswith(".reached")]
        assert len(told) < 100
