"""Two who may remove people part, and each removes the other: one answer, once they meet again.

Five homes, each a process in a network namespace of its own. Ben is a moderator. On his side he
removes Ada, who is a member for all he can know; on hers Fay, who began the circle, makes Ada a
host, and Ada removes Ben. She is the senior of the two by what she knew, so she stays.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.late_home import Calendar
from tests.journeys.living_apart import Apart, apart
from tests.journeys.namespaces import Places, places_apart
from tests.journeys.people import the_same
from tests.journeys.searching import envelopes_with, found_at, opened_by
from tests.journeys.test_removal import is_out, removes, role

pytestmark = pytest.mark.netns

REASON = "Far from the shore."
NEVER = "What Ben is never to read"
BEYOND = "Ben, beyond what Ada knew of"


def split(places: Places, *sides: tuple[str, ...]) -> None:
    """Cables within each side, and none between them."""
    names = [name for side in sides for name in side]
    for one in names:
        places.alone(one)
    for side in sides:
        places.join(*side)


@dataclass
class Parted:
    """The circle of the story: Fay with Ada, Ben with Dora, and Cleo who is here and there."""

    circle: str
    places: Places
    fay: Apart
    ada: Apart
    ben: Apart
    cleo: Apart
    dora: Apart

    @property
    def stay(self) -> tuple[Apart, ...]:
        """Who is in at the end."""
        return self.fay, self.ada, self.cleo, self.dora

    async def begins(self) -> None:
        """All five are together, and Ben is a moderator."""
        link = await self.fay.invites(self.circle, uses=4)
        for person in (self.ada, self.ben, self.cleo, self.dora):
            await person.is_in(await person.knocks_at(self.fay, link))
        await role(self.fay, self.circle, "Ben", "moderator")
        for person in (*self.stay, self.ben):
            await person.writes(self.circle, f"{person.name}, together")
        await the_same(self.circle, *self.stay, self.ben, posts=5)

    async def is_parted(self) -> None:
        """Cleo is with Ben first, then with Ada. She hears of no removal, or would bear it over."""
        split(self.places, ("fay", "ada"), ("ben", "cleo", "dora"))
        await self.cleo.reaches(self.ben, self.dora)
        await self.fay.reaches(self.ada)
        await self.cleo.writes(self.circle, "Cleo, with Ben")
        await self.ben.writes(self.circle, "Ben, with Cleo")
        await the_same(self.circle, self.ben, self.cleo, self.dora, posts=7)
        split(self.places, ("fay", "ada", "cleo"), ("ben", "dora"))
        await self.cleo.calls(self.circle, self.ada, self.fay)
        await the_same(self.circle, self.fay, self.ada, self.cleo, posts=7)
        await self.ben.reaches(self.dora)

    async def each_removes_the_other(self) -> None:
        """And both sides go on. What Ben says is beyond what Ada knew of him."""
        circle = self.circle
        await removes(self.ben, circle, "Ada", REASON)
        await self.dora.knows(circle, "Fay", "Ben", "Cleo", "Dora")
        await role(self.fay, circle, "Ada", "host")
        await the_same(circle, self.fay, self.ada, self.cleo)
        await removes(self.ada, circle, "Ben", REASON)
        for person in (self.fay, self.cleo):
            await person.knows(circle, "Fay", "Ada", "Cleo", "Dora")
        for person in self.stay:
            await person.writes(circle, f"{person.name}, parted")
        await the_same(circle, self.fay, self.ada, self.cleo, posts=10)
        await the_same(circle, self.ben, self.dora, posts=8)
        await self.ben.writes(circle, BEYOND)
        await self.dora.has(circle, BEYOND)

    async def meets_again(self) -> set[str]:
        """All agree who is in, and nobody of them lost a word; gives all that counts."""
        split(self.places, ("fay", "ada", "ben", "cleo", "dora"))
        for one in (self.ben, self.dora):
            await one.calls(self.circle, self.fay, self.cleo)
        row = await is_out(self.ben, self.circle)
        assert (row["removed_by"], row["removed_reason"]) == ("Ada", REASON)
        for person in self.stay:
            await person.knows(self.circle, "Fay", "Ada", "Cleo", "Dora")
        await the_same(self.circle, *self.stay, posts=11)
        return {f"{p.name}, together" for p in (*self.stay, self.ben)} | {
            "Cleo, with Ben", "Ben, with Cleo", *(f"{p.name}, parted" for p in self.stay),
        }  # fmt: skip

    async def agrees(self) -> None:
        """One open log, one list of people, everywhere."""
        logs = [await person.ask("circle.log", circle=self.circle) for person in self.stay]
        assert all(log == logs[0] for log in logs)
        removals = [e for e in logs[0] if e["what"] == "removed"]
        assert {(e["by_name"], e["whom_name"], e["counts"]) for e in removals} == {
            ("Ada", "Ben", True), ("Ben", "Ada", False),
        }  # fmt: skip
        for person in self.stay:
            people = await person.ask("circle.members", circle=self.circle)
            assert {m["display_name"]: m["role"] for m in people} == {
                "Fay": "host", "Ada": "host", "Cleo": "member", "Dora": "member",
            }  # fmt: skip


async def test_of_two_who_remove_each_other_one_goes_everywhere(tmp_path: Path) -> None:
    """All agree; the junior is out, knows by whom and why, and cannot open what Cleo says then."""
    calendar = Calendar(tmp_path / "calendar")
    with places_apart("fay", "ada", "ben", "cleo", "dora") as places:
        async with apart(tmp_path, places, calendar) as new:
            people = [await new(name) for name in ("Fay", "Ada", "Ben", "Cleo", "Dora")]
            story = Parted(await people[0].founds("By the water"), places, *people)
            circle, ben, cleo = story.circle, story.ben, story.cleo
            await story.begins()
            await story.is_parted()
            await story.each_removes_the_other()
            said = await story.meets_again()
            closed = {f"{NEVER}, {number}" for number in range(5)}
            for body in sorted(closed):
                await cleo.writes(circle, body)
            await the_same(circle, *story.stay, posts=16)
            for person in story.stay:
                assert await person.bodies(circle) == said | closed
                assert len(await person.ask("post.search", circle=circle, words="never")) == 5
            await story.agrees()

            # Nobody tells Ben a thing, though he is there; what he had stays his.
            assert (await ben.circle(circle))["state"] == "removed"
            elsewhere = {f"{p.name}, parted" for p in (story.fay, story.ada, cleo)}
            assert await ben.bodies(circle) == said - elsewhere
            assert await ben.ask("post.search", circle=circle, words="never") == []
            for person in (*story.stay, ben):
                await person.sleeps()

            # No secret that he has is the key of any of it, and not a word of it lies in his store.
            envelopes = envelopes_with(cleo, circle, NEVER)
            assert len(envelopes) == 5
            assert opened_by(story.fay, circle, envelopes) == 5
            assert opened_by(ben, circle, envelopes) == 0
            assert found_at(story.fay, NEVER)
            assert not found_at(ben, NEVER)
            assert found_at(ben, BEYOND)


async def test_who_stands_alone_with_the_older_right_is_heard_all_the_same(tmp_path: Path) -> None:
    """All but Ada believe that she is out, and talk to her no more: she shows them her own removal.

    Fay made her a host, and went over to Ben before Ada removed him. So nobody has heard of that.
    """
    calendar = Calendar(tmp_path / "calendar")
    with places_apart("fay", "ada", "ben", "dora") as places:
        async with apart(tmp_path, places, calendar) as new:
            fay, ada, ben, dora = [await new(name) for name in ("Fay", "Ada", "Ben", "Dora")]
            circle = await fay.founds("By the water")
            link = await fay.invites(circle, uses=3)
            for person in (ada, ben, dora):
                await person.is_in(await person.knocks_at(fay, link))
            await role(fay, circle, "Ben", "moderator")
            await the_same(circle, fay, ada, ben, dora)
            split(places, ("fay", "ada"), ("ben", "dora"))
            await ben.reaches(dora)
            await removes(ben, circle, "Ada", REASON)
            await the_same(circle, ben, dora)
            await role(fay, circle, "Ada", "host")
            await the_same(circle, fay, ada)
            split(places, ("fay", "ben", "dora"), ("ada",))
            await fay.calls(circle, ben, dora)
            await the_same(circle, fay, ben, dora)
            await fay.knows(circle, "Fay", "Ben", "Dora")
            await ada.reaches()
            await removes(ada, circle, "Ben", REASON)
            await ada.writes(circle, "Ada, alone")
            await dora.writes(circle, "Dora, with the others")
            await the_same(circle, fay, ben, dora, posts=1)

            split(places, ("fay", "ada", "ben", "dora"))
            await ada.calls(circle, fay, dora)
            assert (await is_out(ben, circle))["removed_by"] == "Ada"
            for person in (fay, ada, dora):
                await person.knows(circle, "Fay", "Ada", "Dora")
            await the_same(circle, fay, ada, dora, posts=2)
            for person in (fay, ada, dora):
                assert await person.bodies(circle) == {"Ada, alone", "Dora, with the others"}
