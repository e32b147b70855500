"""People who are parted for real: cables are pulled, in the middle of a transfer too, and put back.

Each home is a process of its own in a network namespace of its own; the clock of a story is moved
from day to day for all of them at once (tests/journeys/late_home.py). What hangs up after six
seconds of silence does so in the world's time, so these stories wait for it where they must.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from tests.journeys.late_home import Calendar
from tests.journeys.lines import line_through
from tests.journeys.living_apart import Apart, NewApart, apart, where
from tests.journeys.namespaces import Places, places_apart
from tests.journeys.people import Json, Person, eventually, the_same

pytestmark = pytest.mark.netns

MUCH = " and so on" * 4000  # of a hundred of these a part is taken in while others are to come
MIDDLE = "middle"  # a place where nobody lives: lines that are to break lead through it
A_PART = 1024 * 1024  # bytes: some of these; one frame of words holds a quarter of it


async def break_off(
    circle: str, places: Places, sender: Apart, receiver: Apart, *, holds: int
) -> None:
    """Two people meet, and their cable is pulled when a part of the words has come, not all.

    `holds`: how many the receiver has before, with their own, which are signed at the meeting only.
    """
    at = await where(sender, places, MIDDLE)
    port = int(at.split("/tcp/")[1].split("/")[0])
    async with line_through(
        MIDDLE, places, caller=receiver.place, called=sender.place, port=port, carries=A_PART
    ) as begin:
        _, person = at.split("/p2p/")
        address = f"/ip4/{begin.host}/tcp/{begin.port}/p2p/{person}"
        await receiver.ask("net.dial", circle=circle, address=address)
    await receiver.reaches()
    assert holds < await receiver.count(circle) < await sender.count(circle)


@dataclass
class Week:
    """The circle of the story about a week, and every post that was written in it."""

    circle: str
    places: Places
    calendar: Calendar
    ada: Apart
    ben: Apart
    cleo: Apart
    bodies: set[str] = field(default_factory=set)

    async def begins(self) -> None:
        """Cleo goes; her computer is off for a week, and finds no cable when it is on again."""
        await self.cleo.writes(self.circle, "See you in a week.")
        await the_same(self.circle, self.ada, self.ben, self.cleo, posts=1)
        await self.cleo.sleeps()
        self.places.alone("cleo")
        self.bodies |= {"See you in a week."}

    async def goes_on(self) -> None:
        """Ada and Ben write 120 posts and replies in four days."""
        last = ""
        for day in range(4):
            self.calendar.days_pass(1)
            for number in range(30):
                author, body = (self.ada, self.ben)[number % 2], f"day {day}, {number}" + MUCH
                if number % 5 == 4:
                    await author.writes(self.circle, body, reply_to=last)
                    continue
                last = await author.writes(self.circle, body)
                self.bodies.add(body)
                if number % 5 == 3:  # the other has it, and can answer
                    await the_same(self.circle, self.ada, self.ben)
        await the_same(self.circle, self.ada, self.ben, posts=121)

    async def parts_ada_and_ben(self) -> None:
        """They write on, 310 posts and replies, each alone."""
        await self.ben.sleeps()
        self.places.cut("ada", "ben")
        await self.ben.wakes()
        self.calendar.days_pass(1)
        roots = []
        for number in range(150):
            body = f"Ada alone, {number}" + MUCH
            roots.append(await self.ada.writes(self.circle, body))
            self.bodies.add(body)
        for number, root in enumerate(roots):
            await self.ada.writes(self.circle, f"One thing more, {number}", reply_to=root)
        for number in range(10):
            await self.ben.writes(self.circle, f"Ben alone, {number}")
            self.bodies.add(f"Ben alone, {number}")

    async def shows_its_gap(self, person: Apart, *adrift: Json) -> None:
        """What has not arrived is counted, and what answers it is readable and says so."""
        assert (await person.digest(self.circle))["missing"] > 0
        shown = await person.orphans(self.circle)
        assert {post["post"] for post in adrift} < {post["post"] for post in shown}
        assert any(post["parent_missing"] for post in shown)
        assert "What do you mean?" in {post["body"] for post in shown}
        for post in shown:
            thread = await person.ask("post.thread", circle=self.circle, post=post["post"])
            assert thread["post"] is None
            assert post["post"] in {reply["post"] for reply in thread["replies"]}
        listed = {post["post"] for post in await person.feed(self.circle)}
        assert not {post["post"] for post in shown} & listed


async def a_week(calendar: Calendar, places: Places, new: NewApart) -> Week:
    """Ada's circle with Ben and Cleo in it."""
    ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
    circle = await ada.founds("By the water")
    link = await ada.invites(circle, uses=2)
    await ben.comes_in(link)
    await cleo.comes_in(link)
    for person in (ada, ben, cleo):
        await person.knows(circle, "Ada", "Ben", "Cleo")
    return Week(circle, places, calendar, ada, ben, cleo)


async def test_a_week_away_ends_with_the_same_posts_and_a_gap_is_shown(tmp_path: Path) -> None:
    """Product test T3. Three members, one offline for a week, cables pulled in mid-transfer.

    Cleo is away. Ada and Ben write 430 posts and replies and are parted themselves on the way, so
    that Ben answers in a thread whose beginning he does not have. Cleo meets Ben first: what is
    missing is counted and named, on both computers alike. When Ada can be reached it comes; then
    all hold the same, nothing twice, nothing missing.
    """
    calendar = Calendar(tmp_path / "calendar")
    with places_apart("ada", "ben", "cleo", MIDDLE) as places:
        async with apart(tmp_path, places, calendar) as new:
            week = await a_week(calendar, places, new)
            circle, ada, ben, cleo = week.circle, week.ada, week.ben, week.cleo
            await week.begins()
            await week.goes_on()
            await week.parts_ada_and_ben()

            # The cable holds for a moment, and Ben sees a part of what Ada wrote. He answers.
            calendar.days_pass(1)
            await break_off(circle, places, ada, ben, holds=131)
            adrift = await ben.orphans(circle)
            assert adrift
            await ben.writes(circle, "What do you mean?", reply_to=adrift[0]["post"])

            # Cleo is back, a week later. She meets Ben, and loses him again and again.
            calendar.days_pass(1)
            await cleo.wakes()
            await cleo.writes(circle, "Written on the train.")
            week.bodies |= {"Written on the train."}
            await break_off(circle, places, ben, cleo, holds=2)
            had = await cleo.count(circle)
            await break_off(circle, places, ben, cleo, holds=had)
            places.join("ben", "cleo")
            await cleo.calls(circle, ben)
            await as_another(circle, cleo, ben)
            for person in (ben, cleo):
                await week.shows_its_gap(person, *adrift)

            # Ada can be reached: it comes, and nothing is adrift any more.
            places.join("ada", "ben", "cleo")
            await cleo.calls(circle, ada)
            await the_same(circle, ada, ben, cleo, posts=433)
            for person in (ada, ben, cleo):
                ids = await person.all_ids(circle)
                assert len(ids) == len(set(ids)) == 433
                assert await person.orphans(circle) == []
                assert await person.bodies(circle) == week.bodies


async def as_another(circle: str, person: Apart, other: Apart) -> None:
    """Wait until two hold the same, also where both lack the same."""

    async def so() -> bool:
        one, two = await person.digest(circle), await other.digest(circle)
        return bool(one == two)

    await eventually(so, f"{person.name} has what {other.name} has")


@dataclass
class Leaving:
    """The circle of the story about Dora, and copies of her home from before she left."""

    circle: str
    ada: Apart
    ben: Apart
    dora: Apart
    join: str
    knocking: Path
    invite: str = ""
    before: Path = Path()

    async def is_over(self, folder: Path, places: Places) -> None:
        """Dora makes an invite and leaves. Ben is offline, and has words waiting."""
        self.invite = await self.dora.invites(self.circle)
        await the_same(self.circle, self.ada, self.ben, self.dora, posts=3)
        await self.dora.sleeps()
        self.before = copied(self.dora, folder / "before")
        await self.ben.sleeps()
        places.alone("ben")
        await self.ben.wakes()
        await self.ben.writes(self.circle, "Dora, are you there?")
        await self.dora.wakes()
        await self.dora.ask("circle.leave", circle=self.circle)
        await self.ada.knows(self.circle, "Ada", "Ben")
        await self.dora.sleeps()
        await self.ada.writes(self.circle, "Dora has left us.")


async def with_dora(folder: Path, places: Places, new: NewApart) -> Leaving:
    """Ada's circle with Ben and Dora, whose first knock nobody heard: a copy goes on knocking."""
    ada, ben, dora = await new("Ada"), await new("Ben"), await new("Dora")
    circle = await ada.founds("By the water")
    await ben.comes_in(await ada.invites(circle))
    await the_same(circle, ada, ben)
    link = await ada.invites(circle)
    await dora.sleeps()
    places.alone("dora")
    await dora.wakes()
    join = await dora.knocks(link)
    await dora.sleeps()
    knocking = copied(dora, folder / "knocking")
    places.join("ada", "ben", "dora")
    await dora.wakes()
    await dora.is_in(join)
    for person in (ada, ben, dora):
        await person.knows(circle, "Ada", "Ben", "Dora")
        await person.writes(circle, f"{person.name} was here")
    return Leaving(circle, ada, ben, dora, join, knocking)


async def test_nothing_late_brings_anybody_back(tmp_path: Path) -> None:
    """Product test T6, for somebody who left: whatever comes late, nobody is a member again by it.

    Dora leaves while Ben is offline, who has words waiting and still counts her in. Then come, one
    after the other: her own computer as it was before she left, with new words and a new invite;
    her very first knock once more, with the same keys; and somebody with an invite she had made.
    Removal by others is not built yet; it brings a story of its own with it.
    """
    calendar = Calendar(tmp_path / "calendar")
    with places_apart("ada", "ben", "dora", "eve") as places:
        async with apart(tmp_path, places, calendar) as new:
            story = await with_dora(tmp_path, places, new)
            circle, ada, ben = story.circle, story.ada, story.ben
            await story.is_over(tmp_path, places)
            calendar.days_pass(3)

            # Ben meets the Dora of before, who knows of no leaving: they believe each other.
            places.cut("ada", "dora")
            places.join("ben", "dora")
            late = await new("Dora", home=story.before)
            await late.writes(circle, "Late words")
            await late.calls(circle, ben)
            await ben.has(circle, "Late words")
            later_invite = await late.invites(circle)
            await the_same(circle, ben, late, posts=5)
            await ben.knows(circle, "Ada", "Ben", "Dora")
            await late.sleeps()

            # Then Ben meets Ada. What was said after the leaving is taken back, and Dora is gone.
            calendar.days_pass(1)
            places.join("ada", "ben", "dora")
            await ben.calls(circle, ada)
            said = {"Ada was here", "Ben was here", "Dora was here",
                    "Dora, are you there?", "Dora has left us."}  # fmt: skip
            await only(circle, said, ada, ben)

            # The Dora of before meets them both, and has more to say.
            await late.wakes()
            await late.writes(circle, "Later words")
            await late.calls(circle, ada, ben)
            await trio.sleep(2)  # time in which something could come that must not
            assert await late.count(circle) == 5
            assert await late.names_in(circle) == {"Ada", "Ben", "Dora"}
            await late.reaches()
            await late.sleeps()
            await only(circle, said, ada, ben)

            # Her first knock again: these keys have been in, and have gone.
            knocker = await new("Dora", home=story.knocking)
            await knocker.ends_as(story.join, "refused")
            await knocker.sleeps()
            await only(circle, said, ada, ben)

            # Her invites, the one from before the leaving and the one from after it.
            eve = await new("Eve")
            for made in (story.invite, later_invite):
                await eve.ends_as(await eve.knocks_at(ada, made), "refused")
            await only(circle, said, ada, ben)

            # Nor does it come out otherwise for who starts anew, or reads it all as a newcomer.
            await ben.sleeps()
            await ben.wakes()
            await eve.is_in(await eve.knocks_at(ada, await ada.invites(circle)))
            await only(circle, said, ada, ben, eve, also="Eve")


def copied(person: Person, into: Path) -> Path:
    """The home of somebody that does not run, as it is now."""
    shutil.copytree(person.folder, into)
    return into


async def only(circle: str, bodies: set[str], *people: Apart, also: str = "") -> None:
    """Wait until all hold the same: these posts, and as members Ada, Ben and whom `also` names."""
    members = {"Ada", "Ben", also} - {""}
    for person in people:
        await person.knows(circle, *members)
    await the_same(circle, *people, posts=len(bodies))
    for person in people:
        assert await person.bodies(circle) == bodies
        assert await person.names_in(circle) == members
