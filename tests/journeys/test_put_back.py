"""An older copy of a disk is put back, and the person goes on with it before they meet anybody."""

import shutil
from pathlib import Path

import pytest

from app.rpc_client import PATIENCE
from app.witness import LONGEST
from tests.journeys.people import Person, eventually, the_same, village


async def renames(person: Person, circle: str, name: str) -> None:
    await person.ask("member.set_profile", circle=circle, display_name=name)


@pytest.mark.long
async def test_who_acts_anew_on_an_older_disk_is_told_and_comes_in_again(tmp_path: Path) -> None:
    """The circle takes nothing from that computer any more; the person reads it, and why.

    What they wrote before is with everybody. By a new invite they are in again, with all of it.
    """
    async with village(tmp_path) as new:
        ada, ben, cleo = [await new(name) for name in ("Ada", "Ben", "Cleo")]
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, uses=3)
        await ben.comes_in(link)
        await cleo.comes_in(link)
        await ben.writes(circle, "Before")
        await the_same(circle, ada, ben, cleo, posts=1)
        await ben.sleeps()
        kept = tmp_path / "kept"
        shutil.copytree(ben.folder, kept)
        await ben.wakes()
        await renames(ben, circle, "Benno")
        await the_same(circle, ada, ben, cleo, posts=1)
        await ben.sleeps()
        await ada.sleeps()
        await cleo.sleeps()

        shutil.rmtree(ben.folder)
        shutil.copytree(kept, ben.folder)
        await ben.wakes()
        await renames(ben, circle, "Benedict")
        await ada.wakes()
        await cleo.wakes()

        async def told() -> bool:
            return bool((await ben.circle(circle))["forked"])

        await eventually(told, "Ben is told that he is not heard", LONGEST + PATIENCE)
        row = await ben.circle(circle)
        assert (row["state"], row["removed_by"], row["removed_reason"]) == ("removed", None, None)
        assert await ben.bodies(circle) == {"Before"}
        refused = await ben.is_refused("post.create", circle=circle, body="Hello?")
        assert refused.kind == "not_allowed"
        await the_same(circle, ada, cleo, posts=1)

        await ben.comes_in(await ada.invites(circle))
        await ben.writes(circle, "Back again")
        await the_same(circle, ada, ben, cleo, posts=2)
        assert (await ben.circle(circle))["forked"] is False
