"""An open home: every command, what it answers, and every refusal with its sentence."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import string
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from app import commands as c
from app import governing, invite
from app.boxes.post import Post
from app.circle import acts
from app.circle.openlog import What
from app.circle.state import CircleState, History, JoinState, Role, Settings
from app.events import (
    CircleChanged,
    CircleForgotten,
    CircleJoined,
    JoinChanged,
    PostArrived,
    Said,
)
from app.founding import Keys
from app.household import PAYING_IN, Household
from app.joining import Joining
from app.refused import Refused, Why
from app.store import boxes, circles, goodbyes, joins
from app.store.db import Database, open_store
from p2p.door import CapsuleCame, Doorkeeper, LetIn, Outcome, Visit
from p2p.host import address_peer
from p2p.ids import EnvelopeId
from p2p.op import Kind, Log
from p2p.wire import Card
from tests.p2p.village import KEY, Watch, seeded

NOWHERE = "f" * 64
# A peer id as people see it in a link; nobody is there.
PEER = "12D3KooWGRUtBqDmVnpZDTZLqvSVDSTaGaHRe9CvJ3tPpPZ8oJm4"
AT = f"/ip4/192.0.2.7/tcp/9/p2p/{PEER}"


@dataclass
class Home:
    """Somebody's open home, without a network."""

    db: Database
    household: Household
    heard: list[Said] = field(default_factory=list)

    def hears(self, kind: type[Said]) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "store.db", KEY, create=True)
    yield db
    db.close()


@pytest.fixture
def bos_db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "bo.db", KEY, create=True)
    yield db
    db.close()


@asynccontextmanager
async def opened(db: Database, watch: Watch, name: str = "Ada") -> AsyncIterator[Home]:
    """The home while it is open; the network never comes."""
    async with trio.open_nursery() as nursery:
        heard: list[Said] = []
        household = Household(
            db, ("/ip4/127.0.0.1/tcp/0",), watch, seeded(name), heard.append, nursery, trio.Event()
        )
        household.begin()
        yield Home(db, household, heard)
        nursery.cancel_scope.cancel()


def found(home: Home, **parts: Any) -> str:  # noqa: ANN401 - a command's own parts
    asked = c.CreateCircle(**{"name": "Evenings", "display_name": "Ada", **parts})
    return home.household.create_circle(asked).circle


async def code_of(home: Home, circle: str, **parts: Any) -> str:  # noqa: ANN401 - the same
    return (await home.household.make_invite(c.MakeInvite(circle=circle, **parts))).link


def joining_of(home: Home, join: str) -> Joining:
    return home.household.arrivals._one(join)


def visit(host: Home, circle: str, home: Home, join: str) -> Outcome:
    """What `Joining` does over the network, done by hand."""
    joining = joining_of(home, join)
    row = joining.row
    assert row.secret
    assert row.member_seed
    assert row.device_seed
    assert row.door_seed
    assert row.seal_seed
    assert row.nonce
    keys = Keys(row.member_seed, row.device_seed, row.door_seed, row.seal_seed)
    code = invite.Code(row.secret)
    keeper = Doorkeeper(host.household.circle(circle).shelf, keys.public().door)
    knock = Visit(code.rendezvous)
    came = knock.receive(keeper.receive(knock.knock()))
    assert isinstance(came, CapsuleCame)
    capsule = invite.open_capsule(code, came.sealed)
    joining._learn(capsule)
    request = invite.make_request(
        code, capsule, row.display_name, keys.public(), (keys.member, keys.device), row.nonce
    )
    outcome = knock.receive(keeper.receive(knock.ask(request)))
    if isinstance(outcome, LetIn):
        joining.admitted(joining, capsule, outcome, keys, b"")
    return outcome


@contextmanager
def refusal(kind: Why) -> Iterator[None]:
    """A refusal of this kind, in whole sentences for a person."""
    with pytest.raises(Refused) as refused:
        yield
    assert refused.value.kind is kind
    assert refused.value.message[0] in string.ascii_uppercase
    assert refused.value.message[-1] in ".…"


# -------------------------------------------------------------------------------------- circles


async def test_a_circle_is_founded_and_kept(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """It is in the list at once and after the home was closed and opened."""
    async with opened(db, watch) as home:
        circle = found(home, name=" Evening\u202e  tea ", about=" for us ", history=History.FRESH)
        (row,) = home.household.list_circles()
        assert (row.circle, row.name, row.about) == (circle, "Evening tea", "for us")
        assert (row.role, row.state, row.members) == (Role.HOST, CircleState.MEMBER, 1)
        assert (row.unread, row.history, row.display_name) == (0, History.FRESH, "Ada")
        (ada,) = home.household.members(c.ListMembers(circle=circle))
        assert (ada.display_name, ada.me, ada.role, ada.last_met) == ("Ada", True, Role.HOST, None)
        digest = home.household.digest(c.ReadDigest(circle=circle))
        assert (digest.missing, digest.posts) == (0, 0)
        assert home.hears(CircleChanged)
    async with opened(db, watch) as home:
        assert home.household.list_circles() == [row]
        assert home.household.digest(c.ReadDigest(circle=circle)) == digest


async def test_how_long_words_stay_is_chosen_at_the_beginning(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """It is said in the open log like any later choice; by itself nothing goes."""
    async with opened(db, watch) as home:
        for days in (0, 30):
            circle = found(home, keep_days=days)
            settings = home.household.settings(c.ReadSettings(circle=circle))
            assert isinstance(settings, Settings)
            assert settings.keeps_days == days
            log = governing.log(home.household.circle(circle).room)
            told = [entry.reason for entry in log if entry.what is What.RETENTION]
            assert told == [str(days)] * bool(days)


async def test_two_circles_share_no_key(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Fresh ones for each; what is written in one is in that one only."""
    async with opened(db, watch) as home:
        one, two = found(home), found(home, name="Mornings")
        rows = circles.all_circles(db)
        seeds = {s for r in rows for s in (r.member_seed, r.device_seed, r.door_seed)}
        assert len(seeds) == 6
        home.household.write_post(c.WritePost(circle=one, body="here"))
        assert len(home.household.list_posts(c.ListPosts(circle=one))) == 1
        assert home.household.list_posts(c.ListPosts(circle=two)) == []
        unsent = [home.household.circle(name).room.posts.count_unsent() for name in (one, two)]
        assert unsent == [1, 0]
        assert home.household.net_status().waiting == 0  # nobody else is there to wait for


async def test_names_that_are_none_found_nothing(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Neither for a circle nor for oneself."""
    async with opened(db, watch) as home:
        for parts in ({"name": "\u200b"}, {"display_name": " "}):
            with refusal(Why.BAD_REQUEST):
                found(home, **parts)
        assert home.household.list_circles() == []
        assert circles.all_circles(db) == []


async def test_a_circle_that_is_not_here_is_refused_by_every_command(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """In the same sentence."""
    async with opened(db, watch) as home:
        house = home.household
        for ask in (
            lambda: house.mark_read(c.MarkRead(circle=NOWHERE)),
            lambda: house.members(c.ListMembers(circle=NOWHERE)),
            lambda: house.digest(c.ReadDigest(circle=NOWHERE)),
            lambda: house.write_post(c.WritePost(circle=NOWHERE, body="x")),
            lambda: house.list_posts(c.ListPosts(circle=NOWHERE)),
            lambda: house.read_thread(c.ReadThread(circle=NOWHERE, post=NOWHERE)),
            lambda: house.keep_draft(c.KeepDraft(circle=NOWHERE, place="circle")),
            lambda: house.list_drafts(c.ListDrafts(circle=NOWHERE)),
            lambda: house.dial(c.Dial(address="/ip4/192.0.2.1/tcp/1", circle=NOWHERE)),
        ):
            with refusal(Why.NO_SUCH_CIRCLE):
                ask()
        with refusal(Why.NO_SUCH_CIRCLE):
            await house.make_invite(c.MakeInvite(circle=NOWHERE))
        with refusal(Why.NO_SUCH_CIRCLE):
            await house.leave(c.LeaveCircle(circle=NOWHERE))


async def test_posts_threads_drafts_and_reading(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """The daily life of one home."""
    async with opened(db, watch) as home:
        house, circle = home.household, found(home)
        house.keep_draft(c.KeepDraft(circle=circle, place="circle", body="dear all"))
        assert [d.body for d in house.list_drafts(c.ListDrafts(circle=circle))] == ["dear all"]
        post = house.write_post(c.WritePost(circle=circle, body="dear all")).post
        assert house.list_drafts(c.ListDrafts(circle=circle)) == []
        reply = house.write_post(c.WritePost(circle=circle, body="me", reply_to=post)).post
        assert [p.post for p in house.list_posts(c.ListPosts(circle=circle))] == [post]
        thread = house.read_thread(c.ReadThread(circle=circle, post=reply))
        assert [r.post for r in thread.replies] == [reply]
        assert [e.post for e in home.hears(PostArrived)] == [post, reply]
        home.heard.clear()
        house.mark_read(c.MarkRead(circle=circle, post=post))
        house.mark_read(c.MarkRead(circle=circle))
        assert home.heard == []
        with refusal(Why.NO_SUCH_POST):
            house.mark_read(c.MarkRead(circle=circle, post=NOWHERE))
        with refusal(Why.NO_SUCH_POST):
            house.list_posts(c.ListPosts(circle=circle, before=NOWHERE))


# ------------------------------------------------------------------------------------- invites


async def test_an_invite_is_a_code_and_a_link(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """It runs out when it says."""
    async with opened(db, watch) as home:
        circle = found(home)
        made = await home.household.make_invite(
            c.MakeInvite(circle=circle, uses=3, expires_in=60, label="for the meeting")
        )
        assert invite.read(made.code)[0].text() == made.code
        assert made.link.startswith(f"hearthside://join/{made.code}")
        assert made.uses == 3
        assert 60 <= made.expires_at.timestamp() - watch.now() / 1000 <= 61


async def test_bo_joins_and_is_in_the_circle(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """From the link to the circle; the code and the knock's keys are forgotten."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        link = await code_of(ada, circle)
        link += f"#/ip4/192.0.2.1/tcp/1/p2p/{PEER},rubbish"
        asked = c.JoinCircle(code=link, display_name="Bo")
        join = bo.household.join_circle(asked).join
        (row,) = bo.household.list_circles()
        assert (row.state, row.circle, row.join) == (CircleState.JOINING, None, join)
        (seen,) = bo.household.list_joins()
        assert (seen.state, seen.circle_name) == (JoinState.LOOKING, None)
        assert isinstance(visit(ada, circle, bo, join), LetIn)
        (seen,) = bo.household.list_joins()
        assert (seen.state, seen.circle, seen.circle_name) == (JoinState.JOINED, circle, "Evenings")
        (row,) = bo.household.list_circles()
        assert (row.circle, row.state, row.name) == (circle, CircleState.MEMBER, "Evenings")
        assert [e.circle for e in bo.hears(CircleJoined)] == [circle]
        forgotten = joins.all_joins(bos_db)[0]
        assert (forgotten.secret, forgotten.member_seed, forgotten.nonce) == (None, None, None)
        with refusal(Why.NOT_ALLOWED):
            bo.household.cancel_join(c.CancelJoin(join=join))
        with refusal(Why.NOT_ALLOWED):  # the history has not come yet
            await code_of(bo, circle)
        assert len(ada.household.members(c.ListMembers(circle=circle))) == 2


async def test_a_code_that_is_none_begins_nothing(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Nothing is kept."""
    async with opened(db, watch) as home:
        with refusal(Why.BAD_INVITE):
            home.household.join_circle(c.JoinCircle(code="hello", display_name="Bo"))
        assert home.household.list_joins() == []
        with refusal(Why.BAD_INVITE):
            home.household.cancel_join(c.CancelJoin(join=NOWHERE))


async def test_a_join_can_be_cancelled_and_outlives_a_restart(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Once; its secrets are gone then."""
    code = invite.Code(bytes(16)).text()
    async with opened(db, watch) as home:
        join = home.household.join_circle(c.JoinCircle(code=code, display_name=" Bo ")).join
        with refusal(Why.BAD_REQUEST):
            home.household.join_circle(c.JoinCircle(code=code, display_name="\u200b"))
        assert "Paste the whole link" in home.household.list_joins()[0].waiting_for
    async with opened(db, watch) as home:
        assert [j.join for j in home.household.list_joins()] == [join]
        for _ in range(2):
            home.household.cancel_join(c.CancelJoin(join=join))
        (seen,) = home.household.list_joins()
        assert (seen.state, seen.display_name) == (JoinState.CANCELLED, "Bo")
        assert joins.all_joins(db)[0].secret is None
        assert home.household.list_circles() == []
        assert [e.now.state for e in home.hears(JoinChanged)] == [JoinState.CANCELLED]


async def test_every_turning_away_has_its_sentence(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Used up, run out, and in already."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        house = bo.household
        link = await code_of(ada, circle)
        first = house.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
        second = house.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
        visit(ada, circle, bo, first)
        outcome = visit(ada, circle, bo, second)
        assert getattr(outcome, "reason", None) == 1
        joining_of(bo, second).finish(JoinState.REFUSED, reason=1)
        late = await code_of(ada, circle, expires_in=60)
        third = house.join_circle(c.JoinCircle(code=late, display_name="Bo")).join
        watch.go_on(hours=1)
        assert getattr(visit(ada, circle, bo, third), "reason", None) == 2
        joining_of(bo, third).finish(JoinState.REFUSED, reason=2)
        told = {j.join: j.waiting_for for j in house.list_joins()}
        assert "already been used" in told[second]
        assert "time is over" in told[third]
        assert told[first] == "You're in."


# ------------------------------------------------------------------------------------- leaving


async def test_who_left_reads_and_writes_no_more(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """What is here stays readable, also after a restart."""
    async with opened(db, watch) as home:
        house, circle = home.household, found(home)
        house.write_post(c.WritePost(circle=circle, body="goodbye"))
        for _ in range(2):
            await house.leave(c.LeaveCircle(circle=circle))
        assert house.list_circles()[0].state is CircleState.LEFT
    async with opened(db, watch) as home:
        house = home.household
        (row,) = house.list_circles()
        assert row.state is CircleState.LEFT
        assert len(house.list_posts(c.ListPosts(circle=circle))) == 1
        with refusal(Why.NOT_ALLOWED):
            house.write_post(c.WritePost(circle=circle, body="x"))
        with refusal(Why.NOT_ALLOWED):
            await code_of(home, circle)
        assert house.net_status().people == []


async def test_leaving_with_erase_leaves_nothing(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """No row of that circle in any table; another circle is untouched."""
    async with opened(db, watch) as home:
        house = home.household
        kept, gone = found(home), found(home, name="Gone")
        for circle in (kept, gone):
            house.write_post(c.WritePost(circle=circle, body="words"))
            house.keep_draft(c.KeepDraft(circle=circle, place="circle", body="draft"))
            await code_of(home, circle)
        await house.leave(c.LeaveCircle(circle=gone, erase=True))
        assert [r.circle for r in house.list_circles()] == [kept]
        assert [e.circle for e in home.hears(CircleForgotten)] == [gone]
        tables = [t for (t,) in db.read("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        kept_no = circles.all_circles(db)[0].circle_no
        for table in tables:
            columns = [r[1] for r in db.read(f"PRAGMA table_info({table})")]
            if "circle_no" in columns:
                rows = db.read(f"SELECT circle_no FROM {table}")  # noqa: S608 - its own names
                assert {number for (number,) in rows} <= {kept_no}, table
        assert db.read("SELECT count(*) FROM ops") == db.read("SELECT count(*) FROM bodies")
        with refusal(Why.NO_SUCH_CIRCLE):
            house.list_posts(c.ListPosts(circle=gone))


async def test_erasing_waits_for_a_mailbox_and_not_for_ever(
    db: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """It takes the call and then nothing more: the circle is erased all the same."""

    async def reached_and_silent(post: Post) -> None:
        post.since = watch.now()
        await trio.sleep_forever()

    monkeypatch.setattr(Post, "_try", reached_and_silent)
    async with opened(db, watch) as home:
        circle = found(home)
        running = home.household.circle(circle)
        box, peer = b"b" * 32, bytes(address_peer(AT) or b"")
        act = acts.Mailbox(box, peer, [AT], "Shed", False)
        with running.room.change() as change:
            boxes.add(db, running.room.row.circle_no, box, peer, [AT], b"o" * 32)
            running.outbox.act(change, Kind.MAILBOX, act)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(running.postroom.run)
            await trio.sleep(1)
            begun = trio.current_time()
            await home.household.leave(c.LeaveCircle(circle=circle, erase=True))
            nursery.cancel_scope.cancel()
        assert PAYING_IN <= trio.current_time() - begun < PAYING_IN + 5
        assert home.household.list_circles() == []


async def test_whoever_left_may_come_back_with_new_keys(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """The old circle makes room for the new one."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        for _ in range(2):
            link = await code_of(ada, circle)
            join = bo.household.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
            assert isinstance(visit(ada, circle, bo, join), LetIn)
            await bo.household.leave(c.LeaveCircle(circle=circle))
        assert len(circles.all_circles(bos_db)) == 1
        assert len({r.member_seed for r in circles.all_circles(bos_db)}) == 1


async def test_somebody_new_knows_by_which_door_others_know_them(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """From the beginning: else two who dial each other each hang up on the other, for ever."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        link = await code_of(ada, circle)
        join = bo.household.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
        assert isinstance(visit(ada, circle, bo, join), LetIn)
        guest = bo.household.circle(circle)
        assert guest.room.arriving
        view = ada.household.circle(circle).room.ledger.view
        assert guest.node.own_door == view.devices()[guest.room.ledger.device].door


async def test_who_comes_back_says_goodbye_for_who_they_were(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Perhaps nobody has heard yet that they left; the old keys go with the old circle."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        host = ada.household.circle(circle)
        for told in (0, 1):
            link = await code_of(ada, circle)
            join = bo.household.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
            assert isinstance(visit(ada, circle, bo, join), LetIn)
            assert len(bo.household.farewells.listed()) == told
            guest = bo.household.circle(circle)
            ids = host.shelf.sorted_ids(Log.AUTHORITY, None)
            names = [EnvelopeId(ids[at : at + 32]) for at in range(0, len(ids), 32)]
            guest.shelf.take_in(Log.AUTHORITY, dict(host.shelf.envelopes(names)))
            card = Card(host.room.ledger.device, 1, ["/ip4/127.0.0.1/tcp/9"], bytes(64))
            with bos_db.write():
                circles.keep_cards(bos_db, guest.room.row.circle_no, [card])
            await bo.household.leave(c.LeaveCircle(circle=circle))
        (row,) = goodbyes.all_goodbyes(bos_db)
        assert list(row.doors.values()) == [card.addresses]


# ------------------------------------------------------------------------------------- the network


async def test_addresses_are_hints_and_rubbish_is_refused(
    db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """For one circle, for one join, for all."""
    whole = f"/ip4/192.0.2.7/tcp/4001/p2p/{PEER}"
    async with opened(db, watch) as home:
        house, circle = home.household, found(home)
        join = house.join_circle(
            c.JoinCircle(code=invite.Code(bytes(16)).text(), display_name="Bo")
        ).join
        for address in ("rubbish", "/ip4/1.2.3/tcp/1", "http://example.org", " "):
            with refusal(Why.BAD_REQUEST):
                house.dial(c.Dial(address=address))
        with refusal(Why.BAD_REQUEST):
            house.dial(c.Dial(address="/ip4/192.0.2.7/tcp/4001", join=join))
        with refusal(Why.BAD_INVITE):
            house.dial(c.Dial(address=whole, join=NOWHERE))
        house.dial(c.Dial(address=whole, circle=circle))
        assert joining_of(home, join).row.addresses == ()
        house.dial(c.Dial(address=whole, join=join))
        house.dial(c.Dial(address=whole))
        house.dial(c.Dial(address="/ip4/192.0.2.7/tcp/4001"))
        assert joining_of(home, join).row.addresses == (whole,)
        assert "Looking" in house.list_joins()[0].waiting_for


async def test_the_network_says_whom_it_reaches(
    db: Database, bos_db: Database, watch: Watch, autojump_clock: MockClock
) -> None:
    """Nobody, while there is none; but it knows of whom."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        link = await code_of(ada, circle)
        join = bo.household.join_circle(c.JoinCircle(code=link, display_name="Bo")).join
        visit(ada, circle, bo, join)
        status = ada.household.net_status()
        assert (status.reachable, status.of, status.listening) == (0, 1, [])
        assert [p.display_name for p in status.people] == ["Someone new"]
