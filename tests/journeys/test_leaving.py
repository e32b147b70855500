"""Going: who leaves keeps what they had and gets nothing more; with erase nothing stays."""

from collections.abc import Callable
from pathlib import Path

import trio

from app.rpc_client import Event
from app.store import circles
from p2p.crypto import system_entropy
from p2p.host import Closed, Host, load
from p2p.op import Kind, read_header
from p2p.wire import VERSION, Hello, Knock, Removed, decode, encode
from tests.journeys.people import NewPerson, Person, eventually, the_same, village

CANARY = "quastenflossenkanarienvogel"


async def three(new: NewPerson, **more: str) -> tuple[str, Person, Person, Person]:
    ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
    circle = await ada.founds("By the water", **more)
    link = await ada.invites(circle, uses=2)
    for guest in (ben, cleo):
        await guest.comes_in(link)
    for person in (ada, ben, cleo):
        await person.knows(circle, "Ada", "Ben", "Cleo")
        await person.writes(circle, f"{person.name} was here")
    await the_same(circle, ada, ben, cleo, posts=3)
    return circle, ada, ben, cleo


def changed(circle: str, member: str) -> Callable[[Event], bool]:
    return lambda event: (event["type"], event.get("circle"), event.get("member")) == (
        "member.changed", circle, member,
    )  # fmt: skip


async def test_who_leaves_reads_on_but_gets_nothing_new(tmp_path: Path) -> None:
    """Their posts stay, the others see one less, and the next word is sealed away from them."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        me = (await cleo.circle(circle))["me"]
        for person in (ada, ben):
            person.home.events.clear()
        await cleo.ask("circle.leave", circle=circle)
        for person in (ada, ben):
            await person.hears(changed(circle, me))
            await person.knows(circle, "Ada", "Ben")
            assert (await person.circle(circle))["members"] == 2
            assert "Cleo was here" in await person.bodies(circle)
        assert (await cleo.circle(circle))["state"] == "left"
        before = await cleo.digest(circle)
        epochs = set((await ada.digest(circle))["epochs"])
        await ada.writes(circle, "Now we are two.")
        await ben.has(circle, "Now we are two.")
        await ben.writes(circle, "Yes.")
        after = await the_same(circle, ada, ben, posts=5)
        assert set(after["epochs"]) - epochs, "sealed under what the leaver knows"
        # She stays on the air all the while; her own wish to hear more changes nothing.
        await cleo.ask("net.dial", circle=circle, address=(await ada.addresses())[0])
        await cleo.sleeps()
        await cleo.wakes()
        await cleo.ask("net.dial", circle=circle, address=(await ada.addresses())[0])
        await trio.sleep(2)  # time in which something could come that must not
        assert await cleo.digest(circle) == before
        assert await cleo.bodies(circle) == {"Ada was here", "Ben was here", "Cleo was here"}
        for method, params in (
            ("post.create", {"body": "One more thing"}),
            ("circle.invite", {}),
        ):
            refusal = await cleo.is_refused(method, circle=circle, **params)
            assert refusal.kind == "not_allowed"
        await cleo.ask("circle.read", circle=circle)
        # Whoever left can take no new word out of what the others hold, whatever they dial with.
        await cleo.sleeps()
        store = cleo.store()
        door = circles.all_circles(store)[0].door_seed
        store.close()
        await gets_nothing(door, (await ada.addresses())[0], circle)
        await the_same(circle, ada, ben, posts=5)


async def gets_nothing(door: bytes, address: str, circle: str) -> None:
    """Dial with a key that was a member's and say what a member says: nothing new comes back.

    To a Hello the leaving itself, by which they know that it is known; to a knock not one byte.
    """
    load()

    async def nobody(_: object) -> None:
        return

    host = Host(door, listen=(), on_stream=nobody)
    peer = next(p for p in [_peer(address)] if p)
    async with host.run():
        for frame in (
            Hello(version=VERSION, hour=0, nonce=system_entropy(16), held=(0, 0)),
            Knock(rendezvous=bytes.fromhex(circle)),
        ):
            stream = await host.open(peer, [address])
            try:
                await stream.send(encode(frame))
                with trio.fail_after(15):
                    answer = decode(await stream.receive())
                assert isinstance(frame, Hello)
                assert isinstance(answer, Removed)
                assert read_header(answer.header, answer.signature).kind == Kind.LEAVE
                assert answer.acts == []
                with trio.fail_after(15):
                    await stream.receive()
            except Closed:
                pass
            else:
                raise AssertionError("something more was answered")
            assert (stream.bytes_received == 0) is isinstance(frame, Knock)


def _peer(address: str) -> bytes | None:
    from p2p.host import address_peer  # noqa: PLC0415

    return address_peer(address)


async def test_a_leave_is_told_to_who_was_away(tmp_path: Path) -> None:
    """Ben is away when Cleo goes; back, he learns it from her or from Ada, and seals her out."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await ben.sleeps()
        await ada.sleeps()
        await cleo.ask("circle.leave", circle=circle)
        await cleo.sleeps()
        await cleo.wakes()
        before = (await cleo.digest(circle))["posts"]
        # Nobody was there to be told; whoever comes first is told by her.
        await ben.wakes()
        await ben.knows(circle, "Ada", "Ben")
        await cleo.sleeps()
        await ben.writes(circle, "Cleo has gone.")
        await ada.wakes()
        await ada.knows(circle, "Ada", "Ben")
        await the_same(circle, ada, ben, posts=4)
        await cleo.wakes()
        await ada.writes(circle, "So she has.")
        await the_same(circle, ada, ben, posts=5)
        assert (await cleo.digest(circle))["posts"] == before


async def test_words_written_before_the_news_stay_readable(tmp_path: Path) -> None:
    """Ada leaves while Ben, away, has words waiting: they arrive with whom they can."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await ada.sleeps()
        await cleo.sleeps()
        await ben.writes(circle, "written alone")
        await ben.sleeps()
        await cleo.wakes()
        await cleo.ask("circle.leave", circle=circle)
        await ada.wakes()
        await ada.knows(circle, "Ada", "Ben")
        await cleo.sleeps()
        await ben.wakes()
        await the_same(circle, ada, ben, posts=4)
        await ben.knows(circle, "Ada", "Ben")


async def test_leaving_with_erase_leaves_nothing(tmp_path: Path) -> None:
    """The circle is gone from the list, and every word and name of it from the store."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new, about=f"about the {CANARY}")
        other = await cleo.founds("Another place")
        await cleo.writes(other, "which stays")
        await ada.writes(circle, f"Have you seen the {CANARY}?")
        post = await cleo.writes(circle, f"The {CANARY} sings.", title=f"On the {CANARY}")
        await the_same(circle, ada, ben, cleo, posts=5)
        await cleo.ask("draft.keep", circle=circle, place=post, body=f"a {CANARY} not yet shared")
        again = await cleo.knocks(await ada.invites(circle))  # over, and yet it knows the circle
        await cleo.ends_as(again, "refused")
        await cleo.ask("circle.leave", circle=circle, erase=True)
        assert [c["circle"] for c in await cleo.ask("circle.list")] == [other]
        for method, params in (
            ("circle.digest", {}), ("post.list", {}), ("circle.members", {}),
            ("post.create", {"body": "Hello?"}),
        ):  # fmt: skip
            refusal = await cleo.is_refused(method, circle=circle, **params)
            assert refusal.kind == "no_such_circle"
        for person in (ada, ben):
            await person.knows(circle, "Ada", "Ben")
        await cleo.sleeps()
        await cleo.wakes()
        assert [c["circle"] for c in await cleo.ask("circle.list")] == [other]
        assert await cleo.bodies(other) == {"which stays"}
        await cleo.sleeps()
        found = told_in_store(cleo)
        assert "which stays" in found  # it can find what is there
        for gone in (CANARY, "By the water", "was here"):
            assert gone not in found, gone
        assert circle not in found
        # The others keep what she wrote, as was said when she left.
        await the_same(circle, ada, ben, posts=5)
        assert f"The {CANARY} sings." in await ada.bodies(circle)


async def test_leaving_with_erase_while_nobody_is_here_is_told_later(tmp_path: Path) -> None:
    """Over a restart, until one has taken it; nothing but the sealed goodbye stays meanwhile."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new, about=f"about the {CANARY}")
        for person in (ada, ben):
            await person.sleeps()
        await cleo.writes(circle, f"The {CANARY} sings to nobody.")
        await cleo.ask("circle.leave", circle=circle, erase=True)
        assert await cleo.ask("circle.list") == []
        (waiting,) = await cleo.ask("circle.goodbyes")
        await cleo.sleeps()
        found = told_in_store(cleo)
        for gone in (CANARY, "By the water", "was here", circle, "Cleo", "Ada"):
            assert gone not in found, gone
        await cleo.wakes()
        assert await cleo.ask("circle.goodbyes") == [waiting]
        await ada.wakes()
        await ada.knows(circle, "Ada", "Ben")

        async def taken() -> bool:
            return bool(await cleo.ask("circle.goodbyes") == [])

        await eventually(taken, "the goodbye stays")
        await ben.wakes()
        await ben.knows(circle, "Ada", "Ben")
        assert "Cleo was here" in await ada.bodies(circle)


async def test_two_who_leave_one_after_the_other_are_both_told_of(tmp_path: Path) -> None:
    """The second goodbye brings the first leaving, and the secret that nobody else has."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await ada.sleeps()
        await cleo.ask("circle.leave", circle=circle, erase=True)
        await ben.knows(circle, "Ada", "Ben")

        async def nothing_waits() -> bool:
            return bool(await cleo.ask("circle.goodbyes") == [])

        await eventually(nothing_waits, "Ben has not taken her goodbye")
        await ben.ask("circle.leave", circle=circle, erase=True)
        await ada.wakes()
        await ada.knows(circle, "Ada")

        async def taken() -> bool:
            return bool(await ben.ask("circle.goodbyes") == [])

        await eventually(taken, "the goodbye stays")


async def test_a_goodbye_can_be_forgotten_now(tmp_path: Path) -> None:
    """Then nobody is told; nothing of the circle stays in the store, not even its addresses."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        for person in (ada, ben):
            await person.sleeps()
        await cleo.ask("circle.leave", circle=circle, erase=True)
        (waiting,) = await cleo.ask("circle.goodbyes")
        await cleo.ask("circle.forget_goodbye", goodbye=waiting["goodbye"])
        assert await cleo.ask("circle.goodbyes") == []
        await cleo.sleeps()
        assert "/ip4/" not in told_in_store(cleo)
        await cleo.wakes()
        await ada.wakes()
        assert await cleo.ask("circle.goodbyes") == []


def told_in_store(person: Person) -> str:
    """All that the opened store holds, readable: texts as they are, bytes as both text and hex."""
    store = person.store()
    # The index of search cannot be gone through itself; the tables that it is made of can.
    tables = [
        row[0]
        for row in store.read(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
    ]
    told: list[str] = []
    for table in tables:
        for row in store.read(f"SELECT * FROM {table}"):  # noqa: S608 - names from the schema
            for cell in row:
                if isinstance(cell, bytes):
                    told += [cell.decode("utf-8", "replace"), cell.hex()]
                else:
                    told.append(str(cell))
    store.close()
    return "\n".join(told)


async def test_who_left_may_come_back_by_a_new_invite(tmp_path: Path) -> None:
    """With new keys, and reads what the circle lets a newcomer read."""
    async with village(tmp_path) as new:
        circle, ada, ben, cleo = await three(new)
        await cleo.ask("circle.leave", circle=circle)
        await ada.knows(circle, "Ada", "Ben")
        await ada.writes(circle, "We miss you.")
        await ben.has(circle, "We miss you.")
        assert await cleo.comes_in(await ada.invites(circle)) == circle
        await cleo.knows(circle, "Ada", "Ben", "Cleo")
        await cleo.has(circle, "We miss you.", "Cleo was here")
        await cleo.writes(circle, "Back.")
        await the_same(circle, ada, ben, cleo, posts=5)
        assert [c["state"] for c in await cleo.ask("circle.list")] == ["member"]
        await cleo.sleeps()
        await cleo.wakes()
        await the_same(circle, ada, ben, cleo, posts=5)
