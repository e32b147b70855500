"""People who never meet: what they write goes from home to home in a file that somebody carries."""

from pathlib import Path

from tests.journeys.people import Json, NewPerson, Person, the_same, village
from tests.journeys.test_removal import removes
from tests.journeys.test_store_safe import fill, free, small_disk


async def takes(person: Person, circle: str, path: Path, **more: Json) -> Json:
    taken = await person.ask("circle.take_posts", circle=circle, path=str(path), **more)
    assert looks(path) == (taken["bytes"], 0o600)
    return taken


def looks(path: Path) -> tuple[int, int]:
    """How large a file is, and who may read it."""
    found = path.stat()
    return found.st_size, found.st_mode & 0o777


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def brings(person: Person, path: Path) -> Json:
    return await person.ask("circle.bring_posts", path=str(path))


class Alone:
    """Everybody's home runs by itself: whoever wakes here finds the others gone."""

    def __init__(self, *people: Person) -> None:
        self.people = people

    async def only(self, person: Person) -> Person:
        for other in self.people:
            if other is not person and other._home is not None:
                await other.sleeps()
        if person._home is None:
            await person.wakes()
        return person


async def a_circle(new: NewPerson, *names: str) -> tuple[str, list[Person]]:
    """Everybody came in once, over the network, and has the same."""
    people = [await new(name) for name in names]
    circle = await people[0].founds("By the water")
    link = await people[0].invites(circle, uses=len(names) - 1)
    for person in people[1:]:
        await person.comes_in(link)
    for person in people:  # also those names that are said a moment after
        await person.knows(circle, *names)
    await the_same(circle, *people)
    return circle, people


async def test_fifty_posts_and_the_answers_to_them_go_by_hand(tmp_path: Path) -> None:
    """Ada writes, Ben answers, Cleo reads; no two of their homes run at the same time."""
    file, back = tmp_path / "there", tmp_path / "back"
    async with village(tmp_path) as new:
        circle, (ada, ben, cleo) = await a_circle(new, "Ada", "Ben", "Cleo")
        alone = Alone(ada, ben, cleo)

        await alone.only(ada)
        posts = [await ada.writes(circle, f"Letter {number}") for number in range(50)]
        assert (await takes(ada, circle, file)) | {"bytes": 0} == {
            "posts": 50, "bytes": 0, "people": 3, "waiting": 0,
        }  # fmt: skip

        await alone.only(ben)
        assert await brings(ben, file) == {"circle": circle, "new": 50, "closed": 0}
        assert await ben.bodies(circle) == {f"Letter {number}" for number in range(50)}
        assert (await brings(ben, file))["new"] == 0
        for number in range(5):
            await ben.writes(circle, f"Answer {number}", reply_to=posts[number])
        assert (await takes(ben, circle, back))["posts"] == 55
        told = await ben.digest(circle)

        for person in (cleo, ada):
            await alone.only(person)
            came = await brings(person, back)
            assert came["new"] == (55 if person is cleo else 5)
            assert await person.digest(circle) == told
            thread = await person.ask("post.thread", circle=circle, post=posts[0])
            assert [reply["body"] for reply in thread["replies"]] == ["Answer 0"]


async def test_who_was_away_while_somebody_went_reads_all_that_came_after(tmp_path: Path) -> None:
    """Cleo was away when Dora was removed. Ben's file brings her the removal and the new keys.

    Dora, who was away too and knows nothing of it, has the file as well: it says nothing to her.
    """
    file, early = tmp_path / "late", tmp_path / "early"
    async with village(tmp_path) as new:
        circle, (ada, ben, cleo, dora) = await a_circle(new, "Ada", "Ben", "Cleo", "Dora")
        alone = Alone(ada, ben, cleo, dora)
        await alone.only(ada)
        await ada.writes(circle, "Before")
        await takes(ada, circle, early)
        await removes(ada, circle, "Dora")
        await ben.wakes()
        await ada.writes(circle, "After")
        await the_same(circle, ada, ben, posts=2)

        await alone.only(ben)
        await ben.writes(circle, "And after that")
        assert (await takes(ben, circle, file))["people"] == 3
        told = await ben.digest(circle)

        await alone.only(dora)
        assert (await dora.is_refused("circle.bring_posts", path=str(file))).kind == "not_allowed"
        assert (await brings(dora, early))["new"] == 1
        assert await dora.bodies(circle) == {"Before"}
        assert (await dora.circle(circle))["state"] == "member"

        await alone.only(cleo)
        assert (await brings(cleo, file))["new"] == 3
        assert await cleo.bodies(circle) == {"Before", "After", "And after that"}
        assert await cleo.names_in(circle) == {"Ada", "Ben", "Cleo"}
        assert await cleo.digest(circle) == told
        await cleo.writes(circle, "I am here again")
        assert (await takes(cleo, circle, file, replace=True))["posts"] == 4

        await alone.only(ada)
        assert (await brings(ada, file))["new"] == 2


async def test_what_one_brings_in_goes_on_to_those_who_are_here(tmp_path: Path) -> None:
    """Ben brings in Ada's file; Cleo, whom he talks with, has it by that, few posts or many."""
    async with village(tmp_path) as new:
        circle, (ada, ben, cleo) = await a_circle(new, "Ada", "Ben", "Cleo")
        await Alone(ada, ben, cleo).only(ada)
        for count in (3, 100):
            for number in range(count):
                await ada.writes(circle, f"Letter {count} {number}")
            await takes(ada, circle, tmp_path / str(count))
        await ada.sleeps()
        await ben.wakes()
        await cleo.wakes()
        await the_same(circle, ben, cleo, posts=0)
        for count in (3, 100):
            await brings(ben, tmp_path / str(count))
            await the_same(circle, ben, cleo, posts=3 if count == 3 else 103)


async def test_files_that_are_none_and_places_that_are_none(tmp_path: Path) -> None:
    """Each is said in a sentence, and nothing is left behind."""
    async with village(tmp_path) as new:
        ada, eve = await new("Ada"), await new("Eve")
        circle = await ada.founds("By the water")
        await ada.writes(circle, "Hello")
        file = tmp_path / "file"
        whole = await takes(ada, circle, file)
        refused = await ada.is_refused("circle.take_posts", circle=circle, path=str(file))
        assert refused.kind == "already_exists"
        assert (await takes(ada, circle, file, replace=True))["posts"] == whole["posts"]
        nowhere = str(tmp_path / "nowhere" / "file")
        refused = await ada.is_refused("circle.take_posts", circle=circle, path=nowhere)
        assert refused.kind == "read_only"
        for path in (tmp_path / "not there", tmp_path, tmp_path / "file" / "in it"):
            refused = await ada.is_refused("circle.bring_posts", path=str(path))
            assert refused.kind == "bad_file", path

        content = file.read_bytes()
        for bent in (b"", b"%PDF-1.7", content[:200], content[:-1], content + b"x", bytes(70000)):
            (tmp_path / "bent").write_bytes(bent)
            refused = await ada.is_refused("circle.bring_posts", path=str(tmp_path / "bent"))
            assert refused.kind == "bad_file"
        refused = await eve.is_refused("circle.bring_posts", path=str(file))
        assert refused.kind == "not_allowed"
        await ada.ask("circle.leave", circle=circle)
        for method, more in (("take", {"circle": circle}), ("bring", {})):
            refused = await ada.is_refused(f"circle.{method}_posts", path=str(file), **more)
            assert refused.kind == "not_allowed"
        assert names_in(tmp_path) == {"ada", "eve", "file", "bent"}


async def test_on_a_full_stick_no_half_file_is_left(tmp_path: Path) -> None:
    """A file needs 75 KB; what was on the stick before is there still."""
    with small_disk(tmp_path / "stick", "256k") as stick:
        async with village(tmp_path) as new:
            ada = await new("Ada")
            circle = await ada.founds("By the water")
            await ada.writes(circle, "Hello")
            await takes(ada, circle, stick / "older")
            fill(stick, leave=40_000)
            for path, more in ((stick / "newer", {}), (stick / "older", {"replace": True})):
                refused = await ada.is_refused(
                    "circle.take_posts", circle=circle, path=str(path), **more
                )
                assert refused.kind == "disk_full"
            assert names_in(stick) == {"older", "filler"}
            free(stick)
            assert (await brings(ada, stick / "older"))["new"] == 0
            await takes(ada, circle, stick / "newer")


async def test_a_home_whose_disk_is_full_takes_in_what_it_can(tmp_path: Path) -> None:
    """It says so, stays open, and the same file goes in once there is room."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada, ben = await new("Ada"), await new("Ben", home=disk / "ben")
            circle = await ada.founds("By the water")
            await ben.comes_in(await ada.invites(circle))
            await ada.knows(circle, "Ada", "Ben")
            await the_same(circle, ada, ben)
            await ben.sleeps()
            for number in range(40):
                await ada.writes(circle, f"{number} " + "y" * 20_000)
            await takes(ada, circle, tmp_path / "file")
            told = await ada.digest(circle)
            await ada.sleeps()
            await ben.wakes()
            fill(disk, leave=400_000)
            refused = await ben.is_refused("circle.bring_posts", path=str(tmp_path / "file"))
            assert refused.kind == "disk_full"
            assert (await ben.ask("home.status"))["state"] == "open"
            before = len(await ben.feed(circle))
            assert before < 40
            free(disk)
            assert (await brings(ben, tmp_path / "file"))["new"] == 40 - before
            assert await ben.digest(circle) == told
