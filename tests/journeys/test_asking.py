"""A circle that asks before it opens: real processes, host and newcomer never in a hurry."""

from pathlib import Path
from typing import Any

from tests.journeys.people import Person, eventually, the_same, village

WHY, CLINIC = "What brings you here?", "Which clinic?"
PROMISE = "What is said here stays here."
ANSWER = "Four years on the list."


async def is_asked(person: Person, join: str, *questions: str) -> dict[str, Any]:
    """Wait until a join asks these."""

    async def so() -> bool:
        seen = await person.join(join)
        return bool(seen["asks"]) and seen["questions"] == list(questions)

    await eventually(so, "is not asked")
    return dict(await person.join(join))


async def requests(person: Person, circle: str, many: int = 1) -> list[dict[str, Any]]:
    """Wait until so many ask to come in."""

    async def so() -> bool:
        return len(await person.ask("door.list", circle=circle)) == many

    await eventually(so, "nobody at the door")
    return list(await person.ask("door.list", circle=circle))


async def test_somebody_is_asked_answers_is_asked_back_and_comes_in(tmp_path: Path) -> None:
    """The newcomer sees name, promise, questions; the host decides while they are away."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water", about="For those who wait.")
        await ada.ask(
            "circle.door", circle=circle, admit="ask", questions=[WHY], affiliation=True,
            promise=[PROMISE],
        )  # fmt: skip
        await ada.writes(circle, "Only for those who are in")
        link = await ada.invites(circle, vouch="From my Tuesday group.")
        join = await ben.knocks(link)
        seen = await is_asked(ben, join, WHY)
        assert seen["circle_name"] == "By the water"
        assert (seen["promise"], seen["asks_affiliation"]) == ([PROMISE], True)
        assert await ada.ask("door.list", circle=circle) == []
        refusal = await ben.is_refused("circle.answer", join=join, answers=[ANSWER], affiliation="")
        assert refusal.kind == "bad_request"  # the promise is not agreed to
        await ben.is_refused("circle.answer", join=join, answers=[], affiliation="", promise=True)
        await ben.ask("circle.answer", join=join, answers=[ANSWER], affiliation="", promise=True)
        (request,) = await requests(ada, circle)
        assert request["display_name"] == "Ben"
        assert request["answers"] == [{"question": WHY, "answer": ANSWER}]
        assert [v["words"] for v in request["vouches"]] == ["From my Tuesday group."]
        (shown,) = await ada.ask("circle.invites", circle=circle)
        assert shown["vouches"] == request["vouches"]
        log = {(one["what"], one["reason"]) for one in await ada.ask("circle.log", circle=circle)}
        assert {("door", None), ("vouched", "From my Tuesday group.")} <= log
        assert (await ada.circle(circle))["requests"] == 1

        async def with_a_host() -> bool:
            return "with a host" in str((await ben.join(join))["waiting_for"])

        await eventually(with_a_host, "the newcomer does not know who has the knock")
        await ada.ask("door.ask", circle=circle, request=request["request"], question=CLINIC)
        await is_asked(ben, join, CLINIC)
        await ben.ask("circle.answer", join=join, answers=["St. Anne's"])

        async def answered() -> bool:
            (one,) = await ada.ask("door.list", circle=circle)
            return len(one["answers"]) == 2

        await eventually(answered, "the answer does not come")
        await ben.sleeps()
        await ada.ask("door.answer", circle=circle, request=request["request"], admit=True)
        assert (await ada.circle(circle))["requests"] == 0
        await ben.wakes()
        assert await ben.is_in(join) == circle
        await ben.has(circle, "Only for those who are in")
        await the_same(circle, ada, ben)


async def test_somebody_is_not_let_in_and_told_kindly(tmp_path: Path) -> None:
    """With the host's note; nothing of the circle came but what the invite shows."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ada.ask("circle.door", circle=circle, admit="ask", questions=[WHY])
        join = await ben.knocks(await ada.invites(circle))
        await is_asked(ben, join, WHY)
        await ben.ask("circle.answer", join=join, answers=[ANSWER])
        (request,) = await requests(ada, circle)
        await ada.ask(
            "door.answer", circle=circle, request=request["request"], admit=False,
            note="We are full. Try again in spring.",
        )  # fmt: skip
        seen = await ben.ends_as(join, "refused")
        assert seen["note"] == "We are full. Try again in spring."
        assert not seen["asks"]
        assert await ben.ask("circle.list") == []
        assert await ada.ask("door.list", circle=circle) == []
        (entry,) = await ada.ask("circle.members", circle=circle)
        assert entry["me"]
