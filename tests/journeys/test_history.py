"""What a newcomer may read of the time before them."""

from pathlib import Path

from tests.journeys.people import eventually, the_same, village


async def test_in_an_open_circle_a_newcomer_reads_everything(tmp_path: Path) -> None:
    """From the first word on, as if they had always been there."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water", history="open")
        await ben.comes_in(await ada.invites(circle))
        first = await ada.writes(circle, "The first word")
        await ben.has(circle, "The first word")
        await ben.writes(circle, "The second", reply_to=first)
        await the_same(circle, ada, ben, posts=2)
        cleo = await new("Cleo")
        await cleo.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben, cleo, posts=2)
        assert await cleo.bodies(circle) == {"The first word"}
        thread = await cleo.ask("post.thread", circle=circle, post=first)
        assert [r["body"] for r in thread["replies"]] == ["The second"]


async def test_in_a_fresh_circle_a_newcomer_reads_what_comes_after(tmp_path: Path) -> None:
    """Nothing from before, not even by way of replies; all from then on; and nothing "missing"."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water", history="fresh")
        await ben.comes_in(await ada.invites(circle))
        before = {f"before {number}" for number in range(10)}
        posts = [await ada.writes(circle, body) for body in sorted(before)]
        await ben.has(circle, *before)
        await ben.writes(circle, "a reply before", reply_to=posts[0])
        await the_same(circle, ada, ben, posts=11)
        cleo = await new("Cleo")
        await cleo.comes_in(await ada.invites(circle))
        await cleo.knows(circle, "Ada", "Ben", "Cleo")
        for person in (ada, ben, cleo):
            await person.writes(circle, f"{person.name} after")
        after = {"Ada after", "Ben after", "Cleo after"}
        for person in (ada, ben, cleo):
            await person.has(circle, *after)
        assert await cleo.bodies(circle) == after
        assert await ada.bodies(circle) == before | after
        # A reply after to a post from before: it is there, says that what it answers is not.
        await ben.writes(circle, "a reply after", reply_to=posts[1])
        await the_same(circle, ada, ben, posts=15)

        async def the_same_of_what_she_may_read() -> bool:
            hers, adas = await cleo.digest(circle), await ada.digest(circle)
            shared = set(hers["epochs"]) & set(adas["epochs"])
            return (
                hers["posts"] == 4
                and hers["missing"] == 0
                and all(hers["epochs"][e] == adas["epochs"][e] for e in shared)
            )

        await eventually(the_same_of_what_she_may_read, f"{await cleo.digest(circle)}")
        # Ben, who was there before, has it all also after meeting nobody but Cleo.
        await ada.sleeps()
        await cleo.writes(circle, "while Ada is away")
        await ben.has(circle, "while Ada is away")
        assert before < await ben.bodies(circle)
        assert not before & await cleo.bodies(circle)
        # Not a word of it lies in her store either.
        await cleo.sleeps()
        store = cleo.store()
        for table in ("bodies", "quarantine"):
            rows = store.read(f"SELECT * FROM {table}")  # noqa: S608 - a constant
            assert not any(b"before" in c for row in rows for c in row if isinstance(c, bytes))
        store.close()


async def test_a_fresh_circle_is_shut_for_everybody_who_comes_later(tmp_path: Path) -> None:
    """Also where the newcomer meets, of the two who were there before, only a plain member."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water", history="fresh")
        await ben.comes_in(await ada.invites(circle))
        await ada.writes(circle, "for two")
        await the_same(circle, ada, ben, posts=1)
        await ben.sleeps()
        await cleo.comes_in(await ada.invites(circle))
        await cleo.knows(circle, "Ada", "Ben", "Cleo")
        await ada.writes(circle, "for three")
        await cleo.has(circle, "for three")
        await ada.sleeps()
        await cleo.writes(circle, "Ben?")
        await ben.wakes()
        await ben.has(circle, "for two", "for three", "Ben?")
        await ben.writes(circle, "Here.")
        await cleo.has(circle, "Here.")
        assert await cleo.bodies(circle) == {"for three", "Ben?", "Here."}
