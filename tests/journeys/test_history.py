"""What a newcomer may read of the time before them."""

from pathlib import Path

import pytest

from tests.journeys.people import Person, eventually, the_same, village
from tests.journeys.searching import envelopes_with, found_at, opened_by
from tests.journeys.test_removal import role


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


HISTORIES = pytest.mark.parametrize("history", ["open", "fresh"])


async def reads_what_the_rule_says(
    newcomer: Person, circle: str, history: str, before: set[str], after: set[str]
) -> None:
    """All that came after; of what was before all, or nothing, as the circle's history says."""
    await newcomer.has(circle, *after, *(before if history == "open" else ()))
    assert await newcomer.bodies(circle) == (before | after if history == "open" else after)


def holds_what_the_rule_says(
    newcomer: Person, older: Person, circle: str, history: str, *, before: str
) -> None:
    """The same of two homes that sleep, looking into the store and at each key in it."""
    sealed = envelopes_with(older, circle, before)
    assert sealed
    assert opened_by(older, circle, sealed) == len(sealed)
    assert opened_by(newcomer, circle, sealed) == (len(sealed) if history == "open" else 0)
    assert found_at(newcomer, before) is (history == "open")


@HISTORIES
async def test_who_comes_in_while_the_founder_is_away_reads_by_the_rule(
    tmp_path: Path, history: str
) -> None:
    """A host lets them in; when the founder is back nothing has changed, for nobody."""
    async with village(tmp_path) as new:
        ada, ben, dora = await new("Ada"), await new("Ben"), await new("Dora")
        circle = await ada.founds("By the water", history=history)
        link = await ada.invites(circle, uses=2)
        for person in (ben, dora):
            await person.comes_in(link)
        await ada.knows(circle, "Ada", "Ben", "Dora")
        await role(ada, circle, "Ben", "host")
        for person in (ada, ben, dora):
            await person.writes(circle, f"{person.name} early on")
        await the_same(circle, ada, ben, dora, posts=3)
        before = {"Ada early on", "Ben early on", "Dora early on"}
        await ada.sleeps()
        await ben.writes(circle, "Ben early on, without Ada")
        await the_same(circle, ben, dora, posts=4)
        before |= {"Ben early on, without Ada"}

        cleo = await new("Cleo")
        assert await cleo.comes_in(await ben.invites(circle)) == circle
        await dora.knows(circle, "Ada", "Ben", "Cleo", "Dora")
        for person in (ben, cleo, dora):
            await person.writes(circle, f"{person.name} after")
        after = {"Ben after", "Cleo after", "Dora after"}
        await reads_what_the_rule_says(cleo, circle, history, before, after)

        await ada.wakes()
        await ada.has(circle, *before, *after)
        await ada.knows(circle, "Ada", "Ben", "Cleo", "Dora")
        await ada.writes(circle, "Ada after")
        after |= {"Ada after"}
        await cleo.has(circle, "Ada after")
        # Where she meets nobody but the founder, who was not there, it is no other.
        await ben.sleeps()
        await dora.sleeps()
        await ada.writes(circle, "Only us two")
        await reads_what_the_rule_says(cleo, circle, history, before, after | {"Only us two"})
        await ada.sleeps()
        await cleo.sleeps()
        holds_what_the_rule_says(cleo, ada, circle, history, before="early on")


@HISTORIES
async def test_who_comes_in_by_somebody_who_never_met_the_inviter_reads_by_the_rule(
    tmp_path: Path, history: str
) -> None:
    """Xena invites and goes. Yves, a host, has heard of her and her invite from Zoe alone."""
    async with village(tmp_path) as new:
        ada, yves, zoe = await new("Ada"), await new("Yves"), await new("Zoe")
        circle = await ada.founds("By the water", history=history)
        link = await ada.invites(circle, uses=3)
        await yves.comes_in(link)
        await ada.knows(circle, "Ada", "Yves")
        await role(ada, circle, "Yves", "host")
        await zoe.comes_in(link)
        await yves.writes(circle, "Yves early on")
        await the_same(circle, ada, yves, zoe, posts=1)
        await yves.sleeps()
        xena = await new("Xena")
        await xena.comes_in(link)
        for person in (ada, xena, zoe):
            await person.writes(circle, f"{person.name} early on")
        before = {f"{name} early on" for name in ("Ada", "Xena", "Yves", "Zoe")}
        for person in (ada, zoe):
            await person.has(circle, *(before - {"Yves early on"}))
        hers = await xena.invites(circle)
        await the_same(circle, ada, zoe)
        made = await ada.ask("circle.invites", circle=circle)
        assert any(one["by_name"] == "Xena" for one in made)

        async def zoe_has_it() -> bool:
            told = await zoe.ask("circle.invites", circle=circle)
            return any(one["by_name"] == "Xena" for one in told)

        await eventually(zoe_has_it, "Zoe has heard of Xena's invite")
        await xena.sleeps()
        await ada.sleeps()
        await yves.wakes()
        await yves.knows(circle, "Ada", "Xena", "Yves", "Zoe")
        await the_same(circle, yves, zoe)

        nora = await new("Nora")
        join = await nora.knocks(hers)
        (address,) = await yves.addresses()
        await nora.ask("net.dial", join=join, address=address)
        assert await nora.is_in(join) == circle
        people = await yves.ask("circle.members", circle=circle)
        assert next(m for m in people if m["display_name"] == "Xena")["last_met"] is None
        await zoe.knows(circle, "Ada", "Nora", "Xena", "Yves", "Zoe")
        for person in (nora, yves, zoe):
            await person.writes(circle, f"{person.name} after")
        after = {"Nora after", "Yves after", "Zoe after"}
        await reads_what_the_rule_says(nora, circle, history, before, after)

        # And all that is new reaches those who were away, from whom it all began.
        await xena.wakes()
        await xena.has(circle, *after)
        await xena.writes(circle, "Xena after")
        await ada.wakes()
        await ada.has(circle, *before, *after, "Xena after")
        await reads_what_the_rule_says(nora, circle, history, before, after | {"Xena after"})
        for person in (ada, nora, xena, yves, zoe):
            await person.sleeps()
        holds_what_the_rule_says(nora, yves, circle, history, before="early on")
