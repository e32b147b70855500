"""Somebody has to go: they are told by whom and why, the others go on under fresh keys."""

from pathlib import Path

from tests.journeys.people import Json, Person, eventually, the_same, village

REASON = "Sold pills to two of us."


async def is_out(person: Person, circle: str) -> Json:
    """Wait until somebody knows that they were removed; the row of the circle then."""
    seen: Json = {}

    async def so() -> bool:
        seen.update(await person.circle(circle))
        return bool(seen["state"] == "removed")

    await eventually(so, f"{person.name} knows that they are out")
    return seen


async def member_id(person: Person, circle: str, name: str) -> str:
    members = await person.ask("circle.members", circle=circle)
    found: str = next(m["member"] for m in members if m["display_name"] == name)
    return found


async def removes(person: Person, circle: str, name: str, reason: str = REASON) -> None:
    whom = await member_id(person, circle, name)
    await person.ask("member.remove", circle=circle, member=whom, reason=reason)


async def role(host: Person, circle: str, name: str, which: str) -> None:
    """A host gives somebody another role."""
    whom = await member_id(host, circle, name)
    await host.ask("member.set_role", circle=circle, member=whom, role=which)


async def test_who_is_removed_is_told_and_reads_nothing_more(tmp_path: Path) -> None:
    """Product test T5. Ben is here when it happens; Dora is away and asks Cleo when she is back."""
    async with village(tmp_path) as new:
        ada, ben, cleo, dora = [await new(name) for name in ("Ada", "Ben", "Cleo", "Dora")]
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, uses=3)
        for person in (ben, cleo, dora):
            await person.comes_in(link)
        await ada.writes(circle, "Before")
        await the_same(circle, ada, ben, cleo, dora, posts=1)
        await ada.ask(
            "member.set_role", circle=circle, member=await member_id(ada, circle, "Cleo"),
            role="moderator",
        )  # fmt: skip
        await the_same(circle, ada, ben, cleo, dora)
        await dora.sleeps()

        refused = await ben.is_refused(
            "member.remove", circle=circle, member=await member_id(ben, circle, "Cleo"), reason="No"
        )
        assert refused.kind == "not_allowed"
        await removes(cleo, circle, "Ben")
        row = await is_out(ben, circle)
        assert (row["removed_by"], row["removed_reason"]) == ("Cleo", REASON)
        await ben.hears(lambda event: event["type"] == "circle.removed")
        assert (
            await ben.is_refused("post.create", circle=circle, body="But")
        ).kind == "not_allowed"
        assert await ben.bodies(circle) == {"Before"}

        await removes(ada, circle, "Dora", "Asked to go.")
        await ada.writes(circle, "After")
        await the_same(circle, ada, cleo, posts=2)
        await dora.wakes()
        await dora.writes(circle, "What did I miss?")
        row = await is_out(dora, circle)
        assert (row["removed_by"], row["removed_reason"]) == ("Ada", "Asked to go.")

        for person in (ada, cleo):
            await person.knows(circle, "Ada", "Cleo")
            assert await person.bodies(circle) == {"Before", "After"}
        logs = [await person.ask("circle.log", circle=circle) for person in (ada, cleo)]
        assert logs[0] == logs[1]
        removals = [entry for entry in logs[0] if entry["what"] == "removed"]
        assert [(e["by_name"], e["whom_name"], e["reason"], e["counts"]) for e in removals] == [
            ("Ada", "Dora", "Asked to go.", True), ("Cleo", "Ben", REASON, True),
        ]  # fmt: skip
        for person in (ben, dora):
            assert "After" not in await person.bodies(circle)
            await person.ask("circle.leave", circle=circle, erase=True)
            assert await person.ask("circle.list") == []
