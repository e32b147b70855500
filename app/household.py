"""An open home: its circles and joins while they run, and what each command does to them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from app import commands as c
from app import doorkeeping, epochs, founding, invite, writing
from app.circle import acts
from app.circle.state import (
    Circle,
    CircleState,
    Digest,
    Draft,
    Invite,
    Join,
    JoinState,
    Member,
    NetStatus,
    Path,
    Post,
    Reach,
    Role,
    Thread,
)
from app.events import CircleChanged, CircleForgotten, CircleJoined, JoinChanged, Said
from app.founding import Keys, Wish
from app.joining import OVER, Joining
from app.refused import Refused, Why
from app.room import Clock, Room
from app.running import RunningCircle
from app.store import circles, joins, ops
from app.store.db import Database
from app.store.views import moment
from app.writing import clean_name
from p2p.crypto import SEAL_SEED_SIZE, Entropy, seal_public
from p2p.door import LetIn
from p2p.host import address_peer, well_formed
from p2p.ids import CircleId, DeviceId, EpochId, MemberId
from p2p.op import Kind

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
    _circles: dict[CircleId, RunningCircle] = field(default_factory=dict)
    _joins: dict[bytes, Joining] = field(default_factory=dict)

    def begin(self) -> None:
        """Open every circle and go on with every join. The network may come later."""
        for row in circles.all_circles(self.db):
            self._open(Room(self.db, row, self.clock, self.entropy, self.say))
        for join in joins.all_joins(self.db):
            self._go_on(join)

    def _open(self, room: Room) -> RunningCircle:
        listen = self.listen if not self._circles else tuple(_any_port(a) for a in self.listen)
        running = RunningCircle(room, listen, self.say)
        self._circles[room.row.circle] = running
        self.nursery.start_soon(self._when_online, running.run)
        return running

    async def _when_online(self, run: Callable[[], object]) -> None:
        await self.network.wait()
        await run()  # type: ignore[misc]  # an async function

    def _go_on(self, row: joins.JoinRow) -> Joining:
        joining = Joining(self.db, row, self.clock, self.say, self._admitted)
        self._joins[row.join] = joining
        if row.state not in OVER:
            self.nursery.start_soon(self._when_online, joining.run)
        return joining

    # -- finding -------------------------------------------------------------------------------

    def _circle(self, circle: str) -> RunningCircle:
        found = self._circles.get(CircleId(bytes.fromhex(circle)))
        if found is None:
            raise Refused(Why.NO_SUCH_CIRCLE, "This home knows no such circle.")
        return found

    def _own(self, circle: str) -> RunningCircle:
        running = self._circle(circle)
        if running.room.row.state is not CircleState.MEMBER:
            raise Refused(
                Why.NOT_ALLOWED, "You are no longer in this circle. You can read what is here."
            )
        return running

    def _coming_in(self, running: RunningCircle) -> None:
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
            asked.about.strip(),
            clean_name(asked.display_name),
            asked.history,
        )
        with self.db.write():
            row, op, root = founding.found_circle(self.db, wish, self.clock, self.entropy)
        room = Room(self.db, row, self.clock, self.entropy, self.say)
        founding.furnish(room, op, root, wish)
        self._open(room)
        return c.CircleMade(circle=row.circle.hex())

    def list_circles(self) -> list[Circle]:
        """Circles first, then joins under way."""
        rows = [self._row(running) for running in self._circles.values()]
        for joining in self._joins.values():
            seen = joining.seen()
            if seen.state in {JoinState.LOOKING, JoinState.WAITING}:
                rows.append(
                    Circle(
                        circle=None, name=seen.circle_name or "", about=seen.about or "",
                        display_name=seen.display_name, me=None, role=None,
                        state=CircleState.JOINING, members=0, unread=0, join=seen.join,
                    )
                )  # fmt: skip
        return rows

    def _row(self, running: RunningCircle) -> Circle:
        room = running.room
        view = room.ledger.view
        rules = view.rules
        myself = room.ledger.myself()
        return Circle(
            circle=room.hex,
            name=rules.name if rules else room.row.name,
            about=rules.about if rules else room.row.about,
            display_name=room.ledger.name_of(room.ledger.me),
            me=room.ledger.me.hex(),
            role=myself.role if myself else Role.MEMBER,
            state=room.row.state,
            members=max(1, sum(not p.left for p in view.people.values())),
            unread=room.posts.unread(),
            history=view.history,
        )

    def mark_read(self, asked: c.MarkRead) -> c.Nothing:
        """Remember how far was read."""
        running = self._circle(asked.circle)
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
        running = self._own(asked.circle)
        self._coming_in(running)
        with trio.move_on_after(5):  # a link without our address would be of little use
            await running.ready.wait()
        expires = math.ceil(self.clock.now() / 1000) + asked.expires_in
        addresses = running.link_addresses()
        code = doorkeeping.make_invite(
            running.room, running.outbox, uses=asked.uses, expires=expires, label=asked.label,
            addresses=addresses,
        )  # fmt: skip
        return Invite(
            invite=code.key.hex(), code=code.text(), link=invite.link(code, addresses),
            expires_at=moment(expires * 1000), uses=asked.uses,
        )  # fmt: skip

    def members(self, asked: c.ListMembers) -> list[Member]:
        """The people of a circle, longest members first."""
        running = self._circle(asked.circle)
        ledger = running.room.ledger
        found = []
        for member, person in ledger.view.people.items():
            if person.left:
                continue
            met = running.last_met(member)
            mine = member == ledger.me
            found.append(
                Member(
                    member=member.hex(), display_name=ledger.name_of(member), role=person.role,
                    me=mine, reach=Path.NONE if mine else running.path_to(member)[0],
                    last_met=moment(met) if met is not None else None,
                    joined_at=moment(person.since_hour * 3_600_000),
                )
            )  # fmt: skip
        return found

    async def leave(self, asked: c.LeaveCircle) -> c.Nothing:
        """Go, telling whoever is here; with erase nothing stays."""
        running = self._circle(asked.circle)
        room = running.room
        if room.row.state is CircleState.MEMBER:
            with room.change() as change:
                if room.ledger.myself() is not None:
                    running.outbox.act(change, Kind.LEAVE, acts.Leave())
                circles.set_state(self.db, room.row.circle_no, CircleState.LEFT)
                change.circle = True
            room.row = circles.one_circle(self.db, room.row.circle) or room.row
            room.ledger.row = room.row
        if asked.erase:
            if running.node.here():
                await trio.sleep(FAREWELL)
            running.scope.cancel()
            with self.db.write():
                circles.erase_circle(self.db, room.row.circle_no)
            self._circles.pop(room.row.circle, None)
            for join in [j for j, v in self._joins.items() if v.row.circle == room.row.circle]:
                del self._joins[join]
            self.say(CircleForgotten(circle=asked.circle))
        return c.Nothing()

    def digest(self, asked: c.ReadDigest) -> Digest:
        """What two homes compare."""
        room = self._circle(asked.circle).room
        frontier, count = ops.frontier(self.db, room.row.circle_no)
        return Digest(
            frontier=frontier.hex(), ops=count, posts=room.posts.count_signed(),
            missing=room.posts.missing_parents() + ops.gaps(self.db, room.row.circle_no),
            epochs=ops.epoch_digests(self.db, room.row.circle_no),
        )  # fmt: skip

    # -- joins ---------------------------------------------------------------------------------

    def join_circle(self, asked: c.JoinCircle) -> c.JoinBegun:
        """Begin to knock."""
        code, told = invite.read(asked.code)
        addresses = [a for a in told if well_formed(a)]
        join = self.entropy(32)
        seeds = (
            self.entropy(32), self.entropy(32), self.entropy(32), self.entropy(SEAL_SEED_SIZE)
        )  # fmt: skip
        with self.db.write():
            row = joins.add_join(
                self.db, join=join, secret=code.secret, display_name=clean_name(asked.display_name),
                seeds=seeds, nonce=self.entropy(16), addresses=addresses, now=self.clock.now(),
            )  # fmt: skip
        joining = self._go_on(row)
        self.say(JoinChanged(join=join.hex(), now=joining.seen()))
        return c.JoinBegun(join=join.hex())

    def list_joins(self) -> list[Join]:
        """Every join, oldest first."""
        return [joining.seen() for joining in self._joins.values()]

    def _join(self, join: str) -> Joining:
        found = self._joins.get(bytes.fromhex(join))
        if found is None:
            raise Refused(Why.BAD_INVITE, "This home knows no such knock.")
        return found

    def cancel_join(self, asked: c.CancelJoin) -> c.Nothing:
        """Stop knocking."""
        joining = self._join(asked.join)
        if joining.row.state is JoinState.JOINED:
            raise Refused(Why.NOT_ALLOWED, "You are in already. You can leave the circle instead.")
        if joining.row.state not in OVER:
            joining.cancel()
        return c.Nothing()

    def _admitted(
        self, joining: Joining, capsule: invite.Capsule, let_in: LetIn, keys: Keys
    ) -> None:
        """Somebody opened: keep keys and first secrets, then be a circle."""
        circle = CircleId(capsule.circle)
        older = self._circles.pop(circle, None)
        with self.db.write():
            if older is not None:  # left earlier, and back with new keys
                older.scope.cancel()
                circles.erase_circle(self.db, older.room.row.circle_no)
            row = circles.add_circle(
                self.db, circle=circle, name=capsule.name, about=capsule.about,
                display_name=joining.row.display_name, seeds=keys.seeds(),
                seal=(seal_public(keys.seal), keys.seal), port=0, now=self.clock.now(),
            )  # fmt: skip
            self._keep_grants(row, let_in, keys)
            joins.set_state(self.db, joining.row.join_no, JoinState.JOINED, circle=circle)
        room = Room(self.db, row, self.clock, self.entropy, self.say)
        self._open(room)
        joining.row = joins.one_join(self.db, joining.row.join) or joining.row
        self.say(JoinChanged(join=joining.row.join.hex(), now=joining.seen()))
        self.say(CircleJoined(join=joining.row.join.hex(), circle=circle.hex()))

    def _keep_grants(self, row: circles.CircleRow, let_in: LetIn, keys: Keys) -> None:
        for grant in let_in.grants:
            opened = epochs.open_grant(row.circle, grant, _device(keys), [keys.seal])
            if opened is not None:
                circles.keep_secret(self.db, row.circle_no, EpochId(grant.epoch), *opened)

    # -- writing -------------------------------------------------------------------------------

    def write_post(self, asked: c.WritePost) -> c.PostMade:
        """Keep a post; it is handed over as soon as somebody is there to take it."""
        running = self._own(asked.circle)
        room = running.room
        name = writing.write(room, running.outbox, asked)
        running.node.words_wait()
        return c.PostMade(post=name.hex())

    def list_posts(self, asked: c.ListPosts) -> list[Post]:
        """A page of the feed."""
        return writing.page(self._circle(asked.circle).room, asked)

    def read_thread(self, asked: c.ReadThread) -> Thread:
        """A post and its replies."""
        return writing.thread(self._circle(asked.circle).room, asked)

    def keep_draft(self, asked: c.KeepDraft) -> c.Nothing:
        """Keep what is being written."""
        writing.keep_draft(self._circle(asked.circle).room, asked)
        return c.Nothing()

    def list_drafts(self, asked: c.ListDrafts) -> list[Draft]:
        """What is being written."""
        room = self._circle(asked.circle).room
        return circles.drafts_of(self.db, room.row.circle_no)

    # -- the network ---------------------------------------------------------------------------

    def net_status(self) -> NetStatus:
        """Where we listen, whom we reach."""
        listening: list[str] = []
        people: list[Reach] = []
        waiting = 0
        for running in self._circles.values():
            if running.room.row.state is not CircleState.MEMBER:
                continue
            listening += running.addresses
            waiting += running.room.posts.count_unsent()
            ledger = running.room.ledger
            for member, person in ledger.view.people.items():
                if person.left or member == ledger.me:
                    continue
                path, since = running.path_to(member)
                people.append(
                    Reach(
                        circle=running.room.hex, member=member.hex(), path=path,
                        since=moment(since) if since is not None else None,
                        display_name=ledger.name_of(MemberId(member)),
                    )
                )  # fmt: skip
        return NetStatus(
            listening=listening, reachable=sum(p.path is not Path.NONE for p in people),
            of=len(people), people=people, waiting=waiting,
        )  # fmt: skip

    def dial(self, asked: c.Dial) -> c.Nothing:
        """Try an address now."""
        if not well_formed(asked.address):
            raise Refused(
                Why.BAD_REQUEST,
                "This is not an address Hearthside can use. "
                "It looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3…",
            )
        if asked.circle is not None:
            self._circle(asked.circle).node.hint(asked.address)
            return c.Nothing()
        joining = [self._join(asked.join)] if asked.join else [
            j for j in self._joins.values() if j.row.state not in OVER
        ]  # fmt: skip
        if asked.join and address_peer(asked.address) is None:
            raise Refused(
                Why.BAD_REQUEST, "This address is not whole: its end, from /p2p/ on, is missing."
            )
        for one in joining:
            if address_peer(asked.address) is not None:
                one.add_address(asked.address)
        if asked.join is None:
            for running in self._circles.values():
                running.node.hint(asked.address)
        return c.Nothing()


def _device(keys: Keys) -> DeviceId:
    return DeviceId(keys.public().device)


def _any_port(address: str) -> str:
    """The same interface with a port of the system's choice."""
    return address[: address.rindex("/")] + "/0"
