"""An open home: its circles and joins while they run, and what each command does to them."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import trio

from app import (
    byhand,
    doorkeeping,
    doorqueue,
    founding,
    governing,
    invite,
    overview,
    portraits,
    reaching_out,
    settings,
    ways,
    writing,
)
from app import commands as c
from app.air import Air
from app.arrivals import Arrivals
from app.circle.names import line, one_line
from app.circle.state import (
    Circle,
    CircleState,
    Digest,
    DoorRequest,
    Draft,
    Invite,
    Join,
    Member,
    NetStatus,
    Post,
    RetentionEffect,
    Settings,
    Thread,
)
from app.events import CircleChanged, CircleForgotten, NetChanged, Said
from app.farewells import Farewells
from app.founding import Wish
from app.outside import Outside
from app.refused import Refused, Why
from app.room import Clock, Room
from app.running import RunningCircle
from app.settings import Saying
from app.store import circles, network
from app.store.db import Database
from app.store.views import moment
from app.writing import clean_name
from p2p.crypto import Entropy
from p2p.errors import OurFault
from p2p.ids import CircleId, MemberId

ARRIVAL = 8.0  # seconds that asking for an invite waits for a circle still on its way
SETTLING = 2.0  # seconds given to what was written just now to get to a mailbox
PAYING_IN = 10.0  # the same, where it is erased here after that
FAREWELL = 1.5  # seconds given to telling whoever is here that we leave and erase


@dataclass(slots=True)
class Household:
    """The circles and joins of an open home."""

    db: Database
    listen: tuple[str, ...]
    clock: Clock
    entropy: Entropy
    say: Callable[[Said], None]
    nursery: trio.Nursery
    network: trio.Event
    lan: bool = True
    _circles: dict[CircleId, RunningCircle] = field(default_factory=dict)
    arrivals: Arrivals = field(init=False)
    farewells: Farewells = field(init=False)
    outside: Outside = field(init=False)
    air: Air = field(init=False)

    def __post_init__(self) -> None:
        """Nothing runs before `begin`."""
        self.air = Air(paused=network.read(self.db).paused)
        self.arrivals = Arrivals(
            self.db, self.clock, self.entropy, self.say, self._start_online, self._let_in
        )
        self.farewells = Farewells(self.db, self.clock, self.entropy, self.say, self._start_online)
        self.outside = Outside(self.db, self.clock, self.entropy, self._circles.values, self.lan)

    def begin(self) -> None:
        """Open every circle and go on with every join. The network may come later."""
        for row in circles.all_circles(self.db):
            if circles.half_made(self.db, row):  # the disk filled up while it was begun
                with self.db.write():
                    circles.erase_circle(self.db, row.circle_no)
                continue
            self._open(Room(self.db, row, self.clock, self.entropy, self.say))
        self.arrivals.go_on()
        self.farewells.go_on()
        self._start_online(self.outside.run)

    async def settle(self) -> None:
        """Before it is locked: let what was written just now get to the mailboxes, if it can."""
        with trio.move_on_after(SETTLING):
            async with trio.open_nursery() as nursery:
                for running in self._circles.values():
                    nursery.start_soon(running.postroom.settle)

    def _open(self, room: Room) -> RunningCircle:
        listen = self.listen if not self._circles else tuple(_any_port(a) for a in self.listen)
        running = RunningCircle(room, listen, self.say, stirred=self.outside.stir)
        self._circles[room.row.circle] = running
        self._start_online(running.run)
        return running

    def _start_online(self, run: Callable[[], Awaitable[None]]) -> None:
        self.nursery.start_soon(self._when_online, run)

    async def _when_online(self, run: Callable[[], Awaitable[None]]) -> None:
        await self.network.wait()
        await self.air.hold(run)

    # -- finding -------------------------------------------------------------------------------

    def circle(self, circle: str) -> RunningCircle:
        """One of them, or `Refused`."""
        found = self._circles.get(CircleId(bytes.fromhex(circle)))
        if found is None:
            raise Refused(Why.NO_SUCH_CIRCLE, "This home knows no such circle.")
        return found

    def own(self, circle: str) -> RunningCircle:
        """One of them in which we are, or `Refused`."""
        running = self.circle(circle)
        if running.room.row.state is not CircleState.MEMBER:
            raise Refused(
                Why.NOT_ALLOWED,
                "You are no longer in this circle. You can read what is here, or erase it.",
            )
        return running

    async def _coming_in(self, running: RunningCircle) -> None:
        """Just let in, the circle is on its way here: wait for it a little."""
        with trio.move_on_after(ARRIVAL):
            await running.arrived.wait()
        if running.room.ledger.myself() is None:
            raise Refused(
                Why.NOT_ALLOWED,
                "The circle is still arriving on this computer. Try again in a moment.",
            )

    # -- circles -------------------------------------------------------------------------------

    def create_circle(self, asked: c.CreateCircle) -> c.CircleMade:
        """Found a circle."""
        wish = Wish(
            clean_name(asked.name),
            line(asked.about),
            clean_name(asked.display_name),
            asked.history,
            asked.keep_days,
        )
        with self.db.write():
            row, op, root = founding.found_circle(self.db, wish, self.clock, self.entropy)
        try:
            room = Room(self.db, row, self.clock, self.entropy, self.say)
            founding.furnish(room, op, root, wish)
        except BaseException:
            with suppress(Refused), self.db.write():
                circles.erase_circle(self.db, row.circle_no)
            raise
        self._open(room)
        return c.CircleMade(circle=row.circle.hex())

    def list_circles(self) -> list[Circle]:
        """Circles first, then joins under way."""
        rows = [overview.row(running) for running in self._circles.values()]
        rows += self.arrivals.as_circles()
        return rows

    def mark_read(self, asked: c.MarkRead) -> c.Nothing:
        """Remember how far was read."""
        running = self.circle(asked.circle)
        posts = running.room.posts
        before = posts.unread()
        with self.db.write():
            known = posts.mark_read(bytes.fromhex(asked.post) if asked.post else None)
        if not known:
            raise writing.no_such_post()
        if posts.unread() != before:
            self.say(CircleChanged(circle=asked.circle))
        return c.Nothing()

    async def make_invite(self, asked: c.MakeInvite) -> Invite:
        """A new way in."""
        running = self.own(asked.circle)
        await self._coming_in(running)
        with trio.move_on_after(5):  # a link without our address would be of little use
            await running.ready.wait()
        expires = math.ceil(self.clock.now() / 1000) + asked.expires_in
        addresses = ways.link_addresses(running)
        code = doorkeeping.make_invite(
            running.room, running.outbox, uses=asked.uses, expires=expires,
            label=one_line(asked.label), addresses=addresses, vouch=asked.vouch,
        )  # fmt: skip
        return Invite(
            invite=code.key.hex(), code=code.text(), link=invite.link(code, addresses),
            expires_at=moment(expires * 1000), uses=asked.uses,
        )  # fmt: skip

    def members(self, asked: c.ListMembers) -> list[Member]:
        """The people of a circle, longest members first."""
        return overview.members(self.circle(asked.circle))

    async def leave(self, asked: c.LeaveCircle) -> c.Nothing:
        """Go, telling whoever is here; with erase nothing stays but a goodbye for the others."""
        running = self.circle(asked.circle)
        room = running.room
        if room.row.state is CircleState.MEMBER:
            with suppress(OurFault):  # a full disk: the leaving itself will say so
                running.shelf.sign_waiting(room.clock.hour())
            with room.change() as change:
                if room.ledger.myself() is not None:
                    running.outbox.leave(change)
                circles.set_state(self.db, room.row.circle_no, CircleState.LEFT)
                circles.forget_meetings(self.db, room.row.circle_no)
                change.circle = True
            room.read_row()
            running.left()
        if asked.erase:
            with trio.move_on_after(PAYING_IN):
                await running.postroom.settle()
            if running.node.here():
                await trio.sleep(FAREWELL)
            running.scope.cancel()
            with self.db.write():
                goodbye = self.farewells.erase(running)
            self.db.fold()
            self._circles.pop(room.row.circle, None)
            self.arrivals.forget_erased()
            self.say(CircleForgotten(circle=asked.circle))
            self.farewells.begin(goodbye)
        return c.Nothing()

    def govern(self, asked: governing.Governing) -> c.Nothing:
        """Roles, removals, handing over, an invite taken back."""
        running = self.own(asked.circle)
        if isinstance(asked, c.SetProfile) and isinstance(asked.picture, bytes):
            others = [one.room for one in self._circles.values() if one is not running]
            portraits.check(asked.picture, others)
        governing.govern(running.room, running.outbox, asked)
        return c.Nothing()

    def picture(self, asked: c.ReadPicture) -> c.Picture:
        """Somebody's picture."""
        view = self.circle(asked.circle).room.ledger.view
        person = view.people.get(MemberId(bytes.fromhex(asked.member)))
        if person is None:
            raise Refused(Why.NO_SUCH_MEMBER, "This person is not in the circle.")
        return c.Picture(picture=person.picture if portraits.mark(person.picture) else None)

    def settings(self, asked: c.ReadSettings | c.ReadRetention) -> Settings | RetentionEffect:
        """What hosts have said about a circle, or what keeping words for so long would do."""
        return settings.answer(self.circle(asked.circle).room, asked)

    def change_settings(self, asked: Saying) -> c.Nothing:
        """Say something else about it, or put in a word for a newcomer."""
        running = self.own(asked.circle)
        settings.change(running.room, running.outbox, asked)
        return c.Nothing()

    def requests(self, asked: c.ListRequests) -> list[DoorRequest]:
        """Who asks to come in."""
        return doorqueue.listed(self.circle(asked.circle).room)

    def decide(self, asked: c.AnswerRequest) -> c.Nothing:
        """Let somebody in, or not."""
        running = self.own(asked.circle)
        doorkeeping.decide(running.room, running.outbox, asked)
        return c.Nothing()

    def ask_back(self, asked: c.AskBack) -> c.Nothing:
        """Ask one thing more first."""
        doorqueue.ask_back(self.own(asked.circle).room, asked.request, asked.question)
        return c.Nothing()

    def digest(self, asked: c.ReadDigest) -> Digest:
        """What two homes compare."""
        return overview.digest(self.circle(asked.circle).room)

    # -- joins ---------------------------------------------------------------------------------

    def join_circle(self, asked: c.JoinCircle) -> c.JoinBegun:
        """Begin to knock."""
        return self.arrivals.begin(asked)

    def list_joins(self) -> list[Join]:
        """Every join, oldest first."""
        return self.arrivals.all()

    def cancel_join(self, asked: c.CancelJoin) -> c.Nothing:
        """Stop knocking."""
        self.arrivals.cancel(asked.join)
        return c.Nothing()

    def _let_in(self, circle: CircleId, keep: Callable[[], circles.CircleRow]) -> bool:
        """A join succeeded: be a circle; `keep` runs in the transaction. False: in already."""
        older = self._circles.get(circle)
        if older is not None and older.room.row.state is CircleState.MEMBER:
            return False  # two joins at once, and one was first
        with self.db.write():  # left earlier, and back with new keys
            goodbye = self.farewells.erase(older) if older is not None else None
            row = keep()
        if older is not None:
            older.scope.cancel()
            del self._circles[circle]
        self._open(Room(self.db, row, self.clock, self.entropy, self.say))
        self.farewells.begin(goodbye)
        return True

    def answer_questions(self, asked: c.AnswerQuestions) -> c.Nothing:
        """As a newcomer, say what is asked."""
        self.arrivals.answer(asked)
        return c.Nothing()

    # -- writing -------------------------------------------------------------------------------

    def write_post(self, asked: c.WritePost) -> c.PostMade:
        """Keep a post; it is handed over as soon as somebody is there to take it."""
        running = self.own(asked.circle)
        room = running.room
        name = writing.write(room, running.outbox, asked)
        running.words_wait()
        return c.PostMade(post=name.hex())

    def list_posts(self, asked: c.ListPosts) -> list[Post]:
        """A page of the feed."""
        return writing.page(self.circle(asked.circle).room, asked)

    def read_thread(self, asked: c.ReadThread) -> Thread:
        """A post and its replies."""
        return writing.thread(self.circle(asked.circle).room, asked)

    def keep_draft(self, asked: c.KeepDraft) -> c.Nothing:
        """Keep what is being written."""
        writing.keep_draft(self.circle(asked.circle).room, asked)
        return c.Nothing()

    def list_drafts(self, asked: c.ListDrafts) -> list[Draft]:
        """What is being written."""
        room = self.circle(asked.circle).room
        return circles.drafts_of(self.db, room.row.circle_no)

    # -- the network ---------------------------------------------------------------------------

    def net_status(self) -> NetStatus:
        """Where we listen, whom we reach."""
        return overview.network(self._circles.values(), paused=self.air.paused)

    def net_settings(self, asked: c.ReadNetSettings | c.SetNet) -> c.NetSettings:
        """What this home may do out there: nothing at all while it is paused."""
        chosen = self.outside.settle(asked)
        if chosen.paused is not self.air.paused:
            (self.air.pause if chosen.paused else self.air.go_on)()
            self.say(NetChanged())
        return chosen

    def dial(self, asked: c.Dial) -> c.Nothing:
        """Try an address now."""
        return reaching_out.dial(asked, self._among(asked.circle), self.arrivals)

    def try_now(self, asked: c.TryNow) -> c.Nothing:
        """Try to reach whoever is not reached."""
        return reaching_out.try_now(self._among(asked.circle), paused=self.air.paused)

    def _among(self, circle: str | None) -> list[RunningCircle]:
        return [self.circle(circle)] if circle else list(self._circles.values())

    # -- by hand -------------------------------------------------------------------------------

    async def take_posts(self, asked: c.TakePosts) -> c.PostsTaken:
        """All of a circle in one sealed file."""
        return await byhand.take(self.own(asked.circle), asked)

    async def bring_posts(self, asked: c.BringPosts) -> c.PostsBrought:
        """What somebody's file holds, in its place here."""
        return await byhand.bring(self._among(asked.circle), asked)


def _any_port(address: str) -> str:
    """The same interface with a port of the system's choice."""
    return address[: address.rindex("/")] + "/0"
