"""Two members who are never online together, and a mailbox that holds what they write."""

from pathlib import Path
from typing import Any

import pytest
import trio

from app.mailbox.running import keys_of, open_books
from p2p.crypto import sign_public, system_entropy
from tests.journeys.mailboxes import a_mailbox
from tests.journeys.people import Person, eventually, free_port, village
from tests.journeys.test_secrets import Tap, found_in, spellings

WORDS = ("Lovelace-Canary", "Canary-Bird", "Canaries by the water", "Canary cage", "Canary label",
         "sings in the mine")  # fmt: skip
NEXT_MEETING = 10.0  # seconds after a meeting with the mailbox within which all has come


async def _holds(person: Person, circle: str, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - values of a row
    """Wait until the one mailbox of a circle stands so."""
    seen: dict[str, Any] = {}

    async def so() -> bool:
        rows = await person.ask("circle.mailboxes", circle=circle)
        seen.update(rows[0] if rows else {})
        return bool(rows) and all(seen[key] == value for key, value in wanted.items())

    await eventually(so, f"{person.name} sees {wanted}, not {seen}")
    return seen


async def test_never_online_together(tmp_path: Path) -> None:
    """Ben comes in and both read all, though Ada sleeps whenever he is up and the other way."""
    async with village(tmp_path) as new, a_mailbox(tmp_path / "cupboard") as mailbox:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        added = await ada.ask(
            "circle.add_mailbox", circle=circle, card=mailbox.card, name="Cupboard laptop"
        )
        row = await _holds(ada, circle, reachable=True)
        assert row["mailbox"] == added["mailbox"]
        assert row["name"] == "Cupboard laptop"
        assert (row["owner_name"], row["mine"], row["owner_due"]) == ("Ada", True, False)
        link = await ada.invites(circle)
        await _holds(ada, circle, reachable=True, full=False)
        await _pays_in(ada, circle, "Come in, whenever you like.")
        await ada.sleeps()
        join = await ben.knocks(link)
        await ben.ends_as(join, "waiting")
        await ben.sleeps()
        await ada.wakes()
        await ada.knows(circle, "Ada", "Someone new")
        await ada.sleeps()
        await ben.wakes()
        await ben.is_in(join)
        await ben.has(circle, "Come in, whenever you like.")
        await _pays_in(ben, circle, "Here I am.")
        await ben.sleeps()
        await ada.wakes()
        await ada.has(circle, "Come in, whenever you like.", "Here I am.")
        await ada.knows(circle, "Ada", "Ben")
        await _has_reached(ada, circle, "Come in, whenever you like.", 1)
        await ada.sleeps()
        await ben.wakes()
        await _has_reached(ben, circle, "Here I am.", 1)


async def _has_reached(person: Person, circle: str, body: str, people: int) -> None:
    """Wait until a post says on how many people's computers it is; who holds it is away."""

    async def so() -> bool:
        post = next(one for one in await person.feed(circle) if one["body"] == body)
        return (post["reached"], post["of"]) == (people, people)

    await eventually(so, f"{person.name}'s post has reached {people}")


async def _unsent(person: Person, circle: str, count: int) -> bool:
    return sum(bool(post["unsent"]) for post in await person.feed(circle)) == count


async def _pays_in(person: Person, circle: str, *bodies: str) -> None:
    """Write these, and wait until the mailbox says that it holds so many more."""
    await _holds(person, circle, reachable=True)
    for body in bodies:
        await person.writes(circle, body)
    await eventually(lambda: _unsent(person, circle, 0), "it is handed over")

    async def so() -> bool:
        rows = await person.ask("circle.mailboxes", circle=circle)
        return bool(rows[0]["held"] == (await person.digest(circle))["ops"])

    await eventually(so, f"all that {person.name} has is in the mailbox")


async def test_who_was_removed_comes_in_no_more_and_who_was_away_does(tmp_path: Path) -> None:
    """Ada removes Cleo while Ben is away, and was at the mailbox since; then she is away herself.

    Ben, who knows of nothing, finds the way from a key that counts no more. Cleo, whose keys were
    the same, finds by whom she was removed and why, and nothing of what was said after.
    """
    async with village(tmp_path) as new, a_mailbox(tmp_path / "cupboard") as mailbox:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card)
        for person in (ben, cleo):
            await person.comes_in(await ada.invites(circle))
        for person in (ada, ben, cleo):
            await person.knows(circle, "Ada", "Ben", "Cleo")
            await _holds(person, circle, reachable=True)
        await ben.sleeps()
        await cleo.sleeps()
        members = await ada.ask("circle.members", circle=circle)
        out = next(one["member"] for one in members if one["display_name"] == "Cleo")
        await ada.ask("member.remove", circle=circle, member=out, reason="She asked us to.")
        await _pays_in(ada, circle, "For those who are still here.")
        await ada.sleeps()
        await cleo.wakes()

        async def is_told() -> bool:
            return bool((await cleo.circle(circle))["state"] == "removed")

        await eventually(is_told, "Cleo is told by the mailbox")
        told = await cleo.circle(circle)
        assert (told["removed_by"], told["removed_reason"]) == ("Ada", "She asked us to.")
        assert "For those who are still here." not in await cleo.bodies(circle)
        await cleo.sleeps()
        await ben.wakes()
        await ben.has(circle, "For those who are still here.")
        await ben.knows(circle, "Ada", "Ben")
        await _pays_in(ben, circle, "I am.")
        await ben.sleeps()
        await ada.wakes()
        await ada.has(circle, "I am.")


async def test_a_mailbox_that_is_found_elsewhere_is_the_same_one(tmp_path: Path) -> None:
    """Another address: whoever gives its new card to the circle again makes no second one."""
    async with (
        village(tmp_path) as new,
        a_mailbox(tmp_path / "cupboard", f"/ip4/127.0.0.1/tcp/{free_port()}") as mailbox,
    ):
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        added = await ada.ask(
            "circle.add_mailbox", circle=circle, card=mailbox.card, name="Cupboard laptop"
        )
        await ben.comes_in(await ada.invites(circle))
        await _holds(ben, circle, reachable=True)
        await mailbox.dies()
        await _holds(ben, circle, reachable=False)
        async with a_mailbox(mailbox.folder, f"/ip4/127.0.0.1/tcp/{free_port()}") as moved:
            found = await ada.ask("circle.look_for_mailbox", circle=circle, card=moved.card)
            assert found == {"room": 256 << 20, "days": 90, "known": True}
            again = await ada.ask("circle.add_mailbox", circle=circle, card=moved.card)
            assert again == added
            row = await _holds(ben, circle, reachable=True)
            assert (row["mailbox"], row["name"]) == (added["mailbox"], "Cupboard laptop")
            assert len(await ben.ask("circle.mailboxes", circle=circle)) == 1
            await ben.sleeps()
            await _pays_in(ada, circle, "It is in the attic now.")
            await ada.sleeps()
            await ben.wakes()
            await ben.has(circle, "It is in the attic now.")


async def test_a_mailbox_that_is_killed_comes_back_with_all_that_it_said_it_kept(
    tmp_path: Path,
) -> None:
    """Killed while it is in use, and started again on the same port: nobody has to do anything."""
    port = free_port()
    listen = f"/ip4/127.0.0.1/tcp/{port}"
    async with village(tmp_path) as new, a_mailbox(tmp_path / "cupboard", listen) as mailbox:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card)
        await ben.comes_in(await ada.invites(circle))
        await ben.knows(circle, "Ada", "Ben")
        await _holds(ben, circle, reachable=True)
        await ben.sleeps()
        card = mailbox.card
        for round_ in range(3):
            for number in range(5):
                await ada.writes(circle, f"{round_}, {number}")
            await mailbox.dies()
            await ada.writes(circle, f"{round_}, while it was down")
            assert await mailbox.starts() == card
        await _pays_in(ada, circle, "And at last.")
        await ada.sleeps()
        await ben.wakes()
        await ben.has(circle, "And at last.")
        await ben.has(circle, *(f"{r}, {n}" for r in range(3) for n in range(5)))
        await ben.has(circle, *(f"{r}, while it was down" for r in range(3)))
        assert await mailbox.stops() == 0


async def test_who_leaves_goes_on_with_a_full_mailbox_until_it_has_their_words(
    tmp_path: Path,
) -> None:
    """The words come when there is room again, and the leaving after them."""
    listen = f"/ip4/127.0.0.1/tcp/{free_port()}"
    async with village(tmp_path) as new, a_mailbox(tmp_path / "cupboard", listen) as mailbox:
        await mailbox.dies()
        mailbox.quota = 1
        await mailbox.starts()
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card)
        await ben.comes_in(await ada.invites(circle))
        await ben.knows(circle, "Ada", "Ben")
        await _holds(ada, circle, reachable=True)
        await ada.sleeps()
        await _holds(ben, circle, reachable=True)
        posts = [f"{number} " + "long " * 9000 for number in range(28)]
        for post in posts:
            await ben.writes(circle, post)
        await _holds(ben, circle, full=True)
        await ben.ask("circle.leave", circle=circle)
        await trio.sleep(3)  # for what must not happen: that he goes there no more
        await mailbox.dies()
        mailbox.quota = 2
        await mailbox.starts()
        size = sum(len(post) for post in posts)

        async def all_there() -> bool:
            (row,) = await ben.ask("circle.mailboxes", circle=circle)
            return bool(row["bytes"] > size)

        await eventually(all_there, "the mailbox has all that Ben wrote")
        await ben.sleeps()
        await ada.wakes()
        await ada.has(circle, *posts)
        await ada.knows(circle, "Ada")


async def test_what_a_mailbox_has_on_its_disk_and_hears_says_nothing(tmp_path: Path) -> None:
    """No name, no word, no circle id, no device id, no key of anybody, in any spelling."""
    hidden, port = free_port(), free_port()
    tap = Tap(port, hidden)
    async with (
        trio.open_nursery() as nursery,
        village(tmp_path) as new,
        a_mailbox(tmp_path / "cupboard", f"/ip4/127.0.0.1/tcp/{hidden}") as mailbox,
    ):
        await nursery.start(tap.run)
        mailbox.card = mailbox.card.replace(f"/tcp/{hidden}/", f"/tcp/{port}/")
        ada, ben = await new("Ada Lovelace-Canary"), await new("Ben Canary-Bird")
        circle = await ada.founds("Canaries by the water")
        await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card, name="Canary cage")
        await ben.comes_in(await ada.invites(circle, label="Canary label"))
        await _pays_in(ada, circle, "A canary sings in the mine.")
        await ben.has(circle, "A canary sings in the mine.")
        post = (await ben.feed(circle))[0]["post"]
        await _holds(ben, circle, reachable=True)
        members = [one["member"] for one in await ada.ask("circle.members", circle=circle)]
        await ada.sleeps()
        store = ada.store()
        devices = [bytes(d).hex() for (d,) in store.read("SELECT device FROM devices")]
        seeds = store.read("SELECT member_seed, device_seed, door_seed FROM circles")[0]
        store.close()
        assert await mailbox.stops() == 0
        nursery.cancel_scope.cancel()
    needles = {word: spellings(word) for word in WORDS}
    for name in (circle, post, *members, *devices):
        needles[f"id {name[:6]}"] = spellings(bytes.fromhex(name))
    for seed in seeds:
        needles["a seed"] = spellings(bytes(seed))
        needles["a key"] = spellings(sign_public(bytes(seed)))
    assert tap.bytes_taken > 50_000
    for taken in tap.taken:
        assert not found_in(bytes(taken), needles)
    db = open_books(mailbox.folder, keys_of(mailbox.folder, system_entropy))
    try:
        assert db.read("SELECT count(*) FROM envelopes")[0][0] > 5
        assert db.read("SELECT count(*) FROM parcels")[0][0] > 0
        assert db.read("SELECT count(*) FROM capsules")[0][0] > 0
        for (table,) in db.read("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            for row in db.read(f"SELECT * FROM {table}"):  # noqa: S608 - the tables' own names
                told = b" ".join(v if isinstance(v, bytes) else repr(v).encode() for v in row)
                assert not found_in(told, needles)
    finally:
        db.close()


async def test_a_circle_has_two_mailboxes_and_loses_one(tmp_path: Path) -> None:
    """What is written goes to both; when one is gone for good the other one is enough."""
    async with (
        village(tmp_path) as new,
        a_mailbox(tmp_path / "cupboard") as first,
        a_mailbox(tmp_path / "attic") as second,
    ):
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        for mailbox in (first, second):
            await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card)
        await ben.comes_in(await ada.invites(circle))
        await ben.knows(circle, "Ada", "Ben")
        await ben.sleeps()
        await ada.writes(circle, "To both.")

        async def in_both() -> bool:
            rows = await ada.ask("circle.mailboxes", circle=circle)
            ops = (await ada.digest(circle))["ops"]
            return await _unsent(ada, circle, 0) and [row["held"] for row in rows] == [ops, ops]

        await eventually(in_both, "both hold it")
        await ada.sleeps()
        await first.dies()
        await ben.wakes()
        await ben.has(circle, "To both.")
        reachable = [
            row["reachable"] for row in await ben.ask("circle.mailboxes", circle=circle)
        ]  # fmt: skip
        assert reachable == [False, True]


@pytest.mark.parametrize("erase", [False, True])
async def test_who_leaves_while_nobody_is_here_is_known_to_have_left(
    tmp_path: Path, erase: bool
) -> None:
    """The mailbox holds it; who comes after they are gone for good is told there."""
    async with village(tmp_path) as new, a_mailbox(tmp_path / "cupboard") as mailbox:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        added = await ada.ask("circle.add_mailbox", circle=circle, card=mailbox.card)
        for person in (ben, cleo):
            await person.comes_in(await ada.invites(circle))
        for person in (ada, ben, cleo):
            await person.knows(circle, "Ada", "Ben", "Cleo")
            await _holds(person, circle, reachable=True)
        await ada.sleeps()
        await ben.sleeps()
        await cleo.ask("circle.leave", circle=circle, erase=erase)
        await cleo.sleeps()
        await ben.wakes()
        await ben.knows(circle, "Ada", "Ben")
        await _pays_in(ben, circle, "She has gone.")
        assert (await _holds(ben, circle, reachable=True))["mailbox"] == added["mailbox"]
