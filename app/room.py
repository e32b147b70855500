"""One open circle: its rows, its ledger, and changes that are said only after they are on disk."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from app.chains import Chains
from app.circle.state import Role
from app.events import (
    CircleChanged,
    CircleRemoved,
    MemberChanged,
    PostArrived,
    PostChanged,
    PostsArrived,
    PostsGone,
    Said,
)
from app.fresh import Fresh
from app.ledger import Ledger
from app.reaching import Reaching
from app.store import circles, requests
from app.store.circles import CircleRow
from app.store.db import Database
from app.store.parts import parts
from app.store.views import Posts
from p2p.crypto import Entropy
from p2p.errors import OurFault
from p2p.ids import DeviceId, EnvelopeId, MemberId, OpId
from p2p.op import Log

People: TypeAlias = dict[MemberId, tuple[str, bytes, bool, Role]]

FOR_EVER = 1 << 62  # ms
MANY = 20  # posts in one change from which on the page is read anew, not row by row


class Clock(Protocol):
    """Time, handed in."""

    def now(self) -> int:
        """Milliseconds since 1970."""

    def hour(self) -> int:
        """Whole hours since 1970."""


@dataclass(slots=True)
class Change:
    """What one transaction did: told to the node and to whoever listens, after the commit."""

    authority: list[EnvelopeId] = field(default_factory=list)
    words: list[EnvelopeId] = field(default_factory=list)
    arrived: dict[bytes, None] = field(default_factory=dict)
    touched: dict[bytes, None] = field(default_factory=dict)
    taken: set[bytes] = field(default_factory=set)  # posts that were shown, and may be again
    envelopes: dict[EnvelopeId, bytes] = field(default_factory=dict)  # of new words, where few came
    epochs: bool = False
    people: bool = False
    circle: bool = False
    held: set[DeviceId] = field(default_factory=set)  # whose words came
    stripped: bool = False  # ops lost their payload, or have it again
    judged: bool = False  # of ops that were here something else is known now
    removed: bool = False  # we are out
    forked: bool = False  # somebody gave one number twice


class Neighbour(Protocol):
    """The node, as far as a room needs it."""

    def announce(self, kind: Log, ids: list[EnvelopeId]) -> None:
        """Hand new envelopes to whoever is here."""

    def offer_epochs(self) -> None:
        """Grant new epochs to whoever is here."""

    def epoch_due(self) -> None:
        """One of all who are here is to make the next epoch, in a while."""

    def people_changed(self) -> None:
        """Somebody came or went."""

    def kept(self) -> None:
        """Something was kept, whoever brought it."""

    def held(self, authors: Iterable[DeviceId]) -> None:
        """More is held of these devices' words; not of what the node itself brought."""


@dataclass(slots=True)
class Room:
    """The parts of one circle that inbox, outbox and door work on."""

    db: Database
    row: CircleRow
    clock: Clock
    entropy: Entropy
    say: Callable[[Said], None]
    ledger: Ledger = field(init=False)
    posts: Posts = field(init=False)
    chains: Chains = field(init=False)
    reaching: Reaching = field(init=False)
    fresh: Fresh = field(init=False, default_factory=Fresh)
    version: int = 0  # of the sets of ops: greater whenever one of them may have changed
    neighbour: Neighbour | None = None
    fork_noticed: Callable[[], None] | None = None
    told_to_wait: bool = False
    unfolded: bool = True  # what was stripped may stand in the log of the store still
    contested: OpId | None = None  # takes back our own removal, of which some know only that
    _change: Change | None = None

    def __post_init__(self) -> None:
        """Read the circle from disk."""
        self.ledger = Ledger(self.db, self.row)
        self.reaching = Reaching(self.db, self.ledger)
        self.posts = Posts(
            self.db, self.row.circle_no, self.ledger.me, self.ledger.name_of, self.reaching.of_op
        )
        self.chains = Chains(self.db, self.row.circle_no, self.row.circle)

    @property
    def hex(self) -> str:
        """The circle's id as the outside names it."""
        return self.row.circle.hex()

    def must_wait(self, *, waits: bool) -> None:
        """Somebody says that we wait for a host, or talks with us as with a member."""
        if waits is not self.told_to_wait:
            self.told_to_wait = waits
            self.say(CircleChanged(circle=self.hex))

    @property
    def waits_for_host(self) -> bool:
        """Whether we came in beyond an invite's uses, by what is here or as we were told."""
        return self.told_to_wait or self.ledger.device in self.ledger.view.waits_for_host

    @property
    def arriving(self) -> bool:
        """Just let in: the circle's history has not come as far as our own admission."""
        return self.ledger.myself() is None and not self.waits_for_host

    def read_row(self) -> None:
        """What is remembered of the circle has changed on disk."""
        self.row = circles.one_circle(self.db, self.row.circle) or self.row
        self.ledger.row = self.row

    @contextmanager
    def change(self, *, from_peer: Log | None = None) -> Iterator[Change]:
        """One transaction. After the commit the node and the listeners are told, in that order.

        `from_peer`: of envelopes of this log the node learns from the conversation that brought
        them; not of others that came out of the quarantine by it.
        """
        if self._change is not None:
            raise OurFault("a change within a change")
        before = self._people()
        known = self.ledger.handed_on()
        self.ledger.touched = False
        change = self._change = Change()
        try:
            with self.db.write():
                yield change
                if change.people:
                    self._forget_who_knocked()
        except BaseException:
            self.version += 1
            self.chains.forget()
            if self.ledger.touched:  # memory is ahead of what the disk took back
                self.ledger.load()
            self.read_row()
            raise
        finally:
            self._change = None
        if change.words or change.authority or change.judged:
            self.version += 1
        self.unfolded = self.unfolded or change.stripped
        if change.judged:  # one envelope of an op may have given way to another
            self.fresh.forget()
        else:
            self.fresh.keep(change.envelopes)
        # A secret that came before its epoch counts as new once the epoch is here.
        change.epochs = change.epochs or bool(self.ledger.handed_on() - known)
        self._tell_node(change, from_peer=from_peer)
        if change.forked and self.fork_noticed is not None:
            self.fork_noticed()
        self._tell_listeners(change, before)

    def _forget_who_knocked(self) -> None:
        """What somebody said at the door goes once they are in, and with our say in it."""
        view, circle_no = self.ledger.view, self.row.circle_no
        if not view.may_admit(self.ledger.me):
            requests.forget_undecided(self.db, circle_no, FOR_EVER)
        for row in requests.all_requests(self.db, circle_no):
            if row.request in view.owner:
                requests.forget(self.db, circle_no, row.request)

    def _people(self) -> People:
        return {m: (p.name, p.picture, p.left, p.role) for m, p in self.ledger.view.people.items()}

    def _tell_node(self, change: Change, *, from_peer: Log | None) -> None:
        if self.neighbour is None:
            return
        if change.words or change.authority:
            self.neighbour.kept()
        if change.authority and from_peer is not Log.AUTHORITY:
            self.neighbour.announce(Log.AUTHORITY, change.authority)
        if change.epochs:
            self.neighbour.offer_epochs()
        if change.words and from_peer is not Log.WORDS:
            self.neighbour.announce(Log.WORDS, change.words)
            self.neighbour.held(change.held)
        if change.people:
            self.neighbour.people_changed()

    def _tell_gone(self, change: Change) -> None:
        gone = sorted(post.hex() for post in change.taken if self.posts.one(post) is None)
        for part in parts(gone):
            self.say(PostsGone(circle=self.hex, posts=list(part)))

    def _tell_listeners(self, change: Change, before: People) -> None:
        after = self._people()
        self._tell_gone(change)
        for member in after:
            if before.get(member) != after[member]:
                self.say(MemberChanged(circle=self.hex, member=member.hex()))
        if len(change.arrived) > MANY:
            self.say(PostsArrived(circle=self.hex, count=len(change.arrived)))
        else:
            for post in change.arrived:
                row = self.posts.one(post)
                if row is not None:
                    self.say(PostArrived(circle=self.hex, post=row.post, content=row))
            for post in change.touched:
                row = self.posts.one(post)
                if row is not None and post not in change.arrived:
                    self.say(PostChanged(circle=self.hex, post=row.post, content=row))
        if change.circle or change.arrived or before != after:
            self.say(CircleChanged(circle=self.hex))
        if change.removed:
            out = self.ledger.my_removal()
            forked = out is not None and out.by == self.ledger.me
            self.say(CircleRemoved(circle=self.hex, forked=forked))
