"""Making a circle, inviting, joining: between real processes over real libp2p on loopback."""

from contextlib import AsyncExitStack
from pathlib import Path

import trio

from app import invite
from app.founding import Keys
from p2p.crypto import system_entropy
from p2p.door import CapsuleCame, LetIn, Visit
from p2p.host import FrameStream, Host, address_peer, load
from tests.journeys.people import (
    PASSPHRASE,
    Person,
    eventually,
    free_port,
    on_port,
    port_in,
    the_same,
    village,
)

ALREADY_USED = "This invite has already been used. Ask for a new one."
SPOKEN_OF_WITHIN = 5  # seconds until a join says what it waits for
BACK_WITHIN = 5  # seconds from the inviter's return until the joiner is in


async def test_two_people_find_each_other_and_talk(tmp_path: Path) -> None:
    """From nothing: create, invite, join by link, five posts each way, replies; both hold all."""
    async with AsyncExitStack() as stack:
        ada, ben = (Person(name, tmp_path / name, stack) for name in ("Ada", "Ben"))
        for person in (ada, ben):
            await person.starts()
            assert (await person.ask("home.status"))["state"] == "new"
            await person.ask("home.create", passphrase=PASSPHRASE)
        circle = await ada.founds("By the water", about="For those who sit by it.")
        assert await ben.comes_in(await ada.invites(circle)) == circle
        for person in (ada, ben):
            await person.knows(circle, "Ada", "Ben")
        wrote: dict[str, str] = {}
        for number in range(5):
            for person in (ada, ben):
                body = f"{person.name}'s number {number}"
                wrote[body] = await person.writes(circle, body)
        for person in (ada, ben):
            await person.has(circle, *wrote)
        for body, post in wrote.items():
            other = ben if body.startswith("Ada") else ada
            await other.writes(circle, f"Yes: {body}", reply_to=post)
        await the_same(circle, ada, ben, posts=20)
        for person in (ada, ben):
            for body, post in wrote.items():
                thread = await person.ask("post.thread", circle=circle, post=post)
                assert [r["body"] for r in thread["replies"]] == [f"Yes: {body}"]
            assert (await person.circle(circle))["unread"] == 10
            await person.ask("circle.read", circle=circle)
            assert (await person.circle(circle))["unread"] == 0


async def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    """Every kind with every part arrives as it was written, also in every script of the world."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        question = await ada.writes(
            circle, "", kind="question", title="Wie schläft ihr? 🌙", want="experiences",
            content_note="about nights",
        )  # fmt: skip
        checkin = await ada.writes(circle, "ضوء صغير", kind="checkin", feeling="so_so")
        story = await ada.writes(circle, "line one\n\n  line two\t\u200d🏳️‍🌈 e\u0301 end")
        await the_same(circle, ada, ben, posts=3)
        mine = {p["post"]: p for p in await ada.feed(circle)}
        theirs = {p["post"]: p for p in await ben.feed(circle)}
        assert set(mine) == {question, checkin, story} == set(theirs)
        alike = {
            "post", "kind", "author", "author_name", "title", "body", "feeling", "want",
            "content_note", "reply_to", "thread", "replies", "unsent",
        }  # fmt: skip
        for post in mine:
            assert {k: mine[post][k] for k in alike} == {k: theirs[post][k] for k in alike}
            assert (mine[post]["mine"], theirs[post]["mine"]) == (True, False)
        assert theirs[question]["title"] == "Wie schläft ihr? 🌙"
        assert theirs[question]["content_note"] == "about nights"
        assert (theirs[checkin]["feeling"], theirs[checkin]["body"]) == ("so_so", "ضوء صغير")
        assert theirs[story]["body"] == "line one\n\n  line two\t\u200d🏳️‍🌈 e\u0301 end"


async def test_a_code_alone_says_what_it_needs_and_goes_on_with_an_address(tmp_path: Path) -> None:
    """Read out over the telephone: accepted, told to need an address; `net.dial` gives it."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        invite = await ada.ask("circle.invite", circle=circle, uses=2)
        address = (await ada.addresses())[0]
        by_join, by_home = await ben.knocks(invite["code"]), await cleo.knocks(invite["code"])
        for person, join in ((ben, by_join), (cleo, by_home)):
            seen = await person.join(join)
            assert (seen["state"], seen["circle"]) == ("looking", None)
            assert "link" in seen["waiting_for"]
            assert "address" in seen["waiting_for"]
            row = next(c for c in await person.ask("circle.list"))
            assert (row["state"], row["circle"]) == ("joining", None)
        # An address without its peer is no way to anybody.
        refusal = await ben.is_refused("net.dial", address=address.split("/p2p/")[0], join=by_join)
        assert refusal.kind == "bad_request"
        await ben.ask("net.dial", address=address, join=by_join)
        await cleo.ask("net.dial", address=address)
        assert await ben.is_in(by_join) == circle == await cleo.is_in(by_home)
        assert (await ben.join(by_join))["state"] == "joined"
        await the_same(circle, ada, ben, cleo)


async def test_a_code_is_read_as_people_write_it(tmp_path: Path) -> None:
    """Lower case, I and L for 1, O for 0, blanks for dashes: it is the same code."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        invite = await ada.ask("circle.invite", circle=circle, uses=2)
        while not {"0", "1"} <= set(invite["code"]):  # about every third time at first
            invite = await ada.ask("circle.invite", circle=circle, uses=2)
        typed = invite["code"].lower().replace("1", "l").replace("0", "o").replace("-", " ")
        join = await ben.knocks(f"  {typed}\n")
        await ben.ask("net.dial", address=(await ada.addresses())[0], join=join)
        assert await ben.is_in(join) == circle
        code, addresses = invite["link"].removeprefix("hearthside://join/").split("#")
        pasted = code.replace("1", "I").replace("0", "O").replace("-", "")
        assert await cleo.comes_in(f"HEARTHSIDE://JOIN/{pasted}#{addresses}") == circle
        await the_same(circle, ada, ben, cleo)


async def test_many_come_in_at_the_same_moment(tmp_path: Path) -> None:
    """Three by one link at once, one of them into a second circle at the same time: all are in."""
    async with village(tmp_path) as new:
        ada, ben, cleo, dora = [await new(name) for name in ("Ada", "Ben", "Cleo", "Dora")]
        river, hill = await ada.founds("By the river"), await ben.founds("On the hill")
        to_river = await ada.invites(river, uses=3)
        to_hill = await ben.invites(hill)
        guests = [(ben, to_river), (cleo, to_river), (dora, to_river), (cleo, to_hill)]
        knocks = [(guest, await guest.knocks(link)) for guest, link in guests]
        assert [await guest.is_in(join) for guest, join in knocks] == [river, river, river, hill]
        for guest in (ben, cleo, dora):
            await guest.writes(river, f"{guest.name} is here")
        await the_same(river, ada, ben, cleo, dora, posts=3)
        await the_same(hill, ben, cleo)
        await dora.knows(river, "Ada", "Ben", "Cleo", "Dora")
        await cleo.knows(hill, "Ben", "Cleo")
        assert (await dora.is_refused("circle.members", circle=hill)).kind == "no_such_circle"


async def test_one_use_lets_one_in(tmp_path: Path) -> None:
    """Two homes race for a place: one is in; the other gets a sentence, for good."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        joins = {person: await person.knocks(link) for person in (ben, cleo)}

        async def decided() -> bool:
            states = [(await p.join(j))["state"] for p, j in joins.items()]
            return sorted(states) == ["joined", "refused"]

        await eventually(decided, "one is in and one refused")
        states = {person: await person.join(join) for person, join in joins.items()}
        late = next(person for person in joins if states[person]["state"] == "refused")
        lucky = next(person for person in joins if person is not late)
        assert states[late]["waiting_for"] == ALREADY_USED
        await the_same(circle, ada, lucky)
        await ada.knows(circle, "Ada", lucky.name)
        await late.sleeps()
        await late.wakes()
        seen = await late.join(joins[late])
        assert (seen["state"], seen["waiting_for"]) == ("refused", ALREADY_USED)
        assert await late.ask("circle.list") == []


async def test_who_is_in_already_is_told_so(tmp_path: Path) -> None:
    """One's own link, or a second one to the same circle, does no harm."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        join = await ben.knocks(await ada.invites(circle))
        seen = await ben.ends_as(join, "refused")
        assert seen["waiting_for"] == "You're already in this circle. Open it."
        await the_same(circle, ada, ben)
        assert len(await ben.ask("circle.list")) == 1


async def test_a_guest_of_a_member_waits_for_the_host(tmp_path: Path) -> None:
    """A member may invite; who knocks at theirs is heard, told whom it takes, and let in by her."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        await the_same(circle, ada, ben)
        link = await ben.invites(circle)
        await the_same(circle, ada, ben)
        await ada.sleeps()
        join = await cleo.knocks(link)
        seen = await cleo.ends_as(join, "waiting")
        assert seen["circle_name"] == "By the water"
        assert "Your knock was heard" in seen["waiting_for"]
        assert "Ben" in seen["waiting_for"]
        await ada.wakes()
        await cleo.is_in(join)
        await the_same(circle, ada, ben, cleo)
        await ben.knows(circle, "Ada", "Ben", "Cleo")


async def test_a_members_link_leads_to_the_host(tmp_path: Path) -> None:
    """In a circle of four too: who made it may be away, and whoever else, if only she is there."""
    async with village(tmp_path) as new:
        ada, ben, cleo, dora = [await new(name) for name in ("Ada", "Ben", "Cleo", "Dora")]
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, uses=3)
        for guest in (cleo, dora, ben):
            await guest.comes_in(link)
        await ben.knows(circle, "Ada", "Ben", "Cleo", "Dora")
        await the_same(circle, ada, ben, cleo, dora)
        bens = await ben.invites(circle)
        await the_same(circle, ada, ben)
        for person in (ben, cleo, dora):
            await person.sleeps()
        eve = await new("Eve")
        assert await eve.comes_in(bens) == circle
        await the_same(circle, ada, eve)


async def test_a_join_outlives_everything_until_the_inviter_is_back(tmp_path: Path) -> None:
    """Inviter away: it says what it waits for, outlives a stop and a kill, then is in at once."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        await ada.sleeps()
        join = await ben.knocks(link)

        async def says_whom() -> bool:
            told = (await ben.join(join))["waiting_for"]
            return bool(told.startswith("Nobody from the circle can be reached right now."))

        await eventually(says_whom, "it says what it waits for", SPOKEN_OF_WITHIN)
        await ben.sleeps()
        await ben.wakes()
        assert [j["join"] for j in await ben.ask("circle.joins")] == [join]
        await eventually(says_whom, "it says so again", SPOKEN_OF_WITHIN)
        await ben.dies()
        await ben.wakes()
        seen = await ben.join(join)
        assert (seen["state"], seen["circle"]) == ("looking", None)
        await eventually(says_whom, "and again", SPOKEN_OF_WITHIN)
        await ada.wakes()
        assert await ben.is_in(join, BACK_WITHIN) == circle
        seen = await ben.join(join)
        assert (seen["state"], seen["circle"]) == ("joined", circle)
        await the_same(circle, ada, ben)


async def test_a_kill_in_the_middle_of_coming_in_takes_no_place(tmp_path: Path) -> None:
    """Whenever it falls: the same join goes on, and one use is used once."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        for number in range(6):
            ben = await new(f"Ben {number}")
            join = await ben.knocks(await ada.invites(circle))
            await trio.sleep(0.15 * number)  # real time: this is about a real crash
            await ben.dies()
            await ben.wakes()
            await ben.ends_as(join, "joined")
            await ada.knows(circle, "Ada", *(f"Ben {n}" for n in range(number + 1)))
            await the_same(circle, ada, ben)
            await ben.sleeps()


async def test_an_answer_lost_on_the_way_is_given_again(tmp_path: Path) -> None:
    """Let in, and then cut off before they knew: who knocks again with the same keys is let in.

    Else a crash in that moment would use the invite up and shut its bearer out for ever.
    """
    load()
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        code, addresses = invite.read(link)
        keys, nonce = Keys.fresh(system_entropy), system_entropy(16)

        async def nobody(_: FrameStream) -> None:
            return

        given = []
        for _ in range(2):
            host = Host(keys.door, listen=(), on_stream=nobody)
            async with host.run():
                stream = await host.open(address_peer(addresses[0]) or b"", addresses)
                visit = Visit(code.rendezvous)
                await stream.send(visit.knock())
                came = visit.receive(await stream.receive())
                assert isinstance(came, CapsuleCame)
                capsule = invite.open_capsule(code, came.sealed)
                seeds = (keys.member, keys.device)
                asked = invite.make_request(code, capsule, "Cleo", keys.public(), seeds, nonce)
                await stream.send(visit.ask(asked))
                let_in = visit.receive(await stream.receive())
                assert isinstance(let_in, LetIn)
                assert let_in.grants
                given.append(let_in.admit)
        assert given[0] == given[1]
        # And nobody else by the same one.
        await ben.ends_as(await ben.knocks(link), "refused")
        assert (await ada.circle(circle))["members"] == 2


class Doorbell:
    """In place of an inviter: somebody who hears every knock and opens to nobody."""

    def __init__(self) -> None:
        self.rung = 0
        self.scope = trio.CancelScope()
        self._again = trio.Event()

    async def hangs_at(
        self, port: int, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        with self.scope:
            [listener] = await trio.open_tcp_listeners(port, host="127.0.0.1")
            async with listener:
                task_status.started()
                while True:
                    stream = await listener.accept()
                    self.rung += 1
                    self._again.set()
                    self._again = trio.Event()
                    await stream.aclose()

    async def rings(self) -> None:
        """Wait for one more knock."""
        with trio.fail_after(10):
            await self._again.wait()

    async def is_silent(self) -> None:
        """Knocks are at most 2 s apart; twice as long without one."""
        before = self.rung
        await trio.sleep(4)
        assert self.rung == before


async def test_a_cancelled_join_stops(tmp_path: Path) -> None:
    """Nobody knocks any more, neither now nor after a restart nor when the inviter is back."""
    bell = Doorbell()
    async with trio.open_nursery() as nursery, village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        await ada.sleeps()
        await nursery.start(bell.hangs_at, port_in(link))
        join = await ben.knocks(link)
        await bell.rings()
        await bell.rings()
        await ben.ask("circle.cancel_join", join=join)
        assert (await ben.join(join))["state"] == "cancelled"
        assert await ben.ask("circle.list") == []
        await bell.is_silent()
        await ben.sleeps()
        await ben.wakes()
        assert (await ben.join(join))["state"] == "cancelled"
        await bell.is_silent()
        bell.scope.cancel()
        await ada.wakes()
        # That the link is good, and could have been knocked at: somebody else comes in by it.
        cleo = await new("Cleo")
        assert await cleo.comes_in(link) == circle
        assert (await ben.join(join))["state"] == "cancelled"
        await ada.knows(circle, "Ada", "Cleo")
        # Cancelling again is no error; a join that was never begun is one.
        await ben.ask("circle.cancel_join", join=join)
        await ben.is_refused("circle.cancel_join", join="00" * 32)


async def test_a_link_stays_good_after_a_restart(tmp_path: Path) -> None:
    """Port 0 picks a port once for each circle; stopped or killed, the home has it again."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        river, hill = await ada.founds("By the river"), await ada.founds("On the hill")
        links = {c: await ada.invites(c, uses=2) for c in (river, hill)}
        ports = {c: port_in(link) for c, link in links.items()}
        assert len(set(ports.values())) == 2
        await ada.sleeps()
        await ada.wakes()
        assert await ben.comes_in(links[hill]) == hill
        await ada.dies()
        await ada.wakes()
        assert await cleo.comes_in(links[river]) == river
        assert {port_in(await ada.invites(c)) for c in (river, hill)} == set(ports.values())
        assert await cleo.comes_in(links[hill]) == hill
        await the_same(hill, ada, ben, cleo)


async def test_a_fixed_port_serves_the_first_circle(tmp_path: Path) -> None:
    """The others take free ports, so all can be reached."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        river, hill = await ada.founds("By the river"), await ada.founds("On the hill")
        await ada.sleeps()
        port = free_port()
        await ada.wakes(listen=on_port(port))
        to_river, to_hill = await ada.invites(river), await ada.invites(hill)
        assert port_in(to_river) == port != port_in(to_hill)
        assert await ben.comes_in(to_river) == river
        assert await ben.comes_in(to_hill) == hill
