"""A village in memory: real shelves on real stores, and lines between them that a test can cut.

Nothing here stands in for a part of ours: a `Person` is a room with its inbox, outbox and shelf on
a SQLCipher store; a `Line` is two conversations and the frames under way between them. A person is
also the neighbour of their own room: what the node does with a socket is done here with a list.
"""

import random
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from app import commands, doorkeeping, epochs, founding, invite, writing
from app.circle import acts
from app.circle.state import CircleState, History, Post
from app.events import Said
from app.founding import Keys, Wish
from app.inbox import Inbox
from app.outbox import Outbox
from app.room import Room
from app.shelf import RoomShelf
from app.store import circles, frontier, ops, sums
from app.store.circles import CircleRow
from app.store.db import Database, open_store
from p2p import wire
from p2p.crypto import Entropy, seal_public
from p2p.door import CapsuleCame, Doorkeeper, LetIn, Outcome, Visit
from p2p.envelope import ClassKeys, envelope_id, peek, seal
from p2p.happened import Brought, Happened, NewCards, WentLive
from p2p.ids import CircleId, DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Header, Kind, Log, SignedOp, payload_hash, sign_op
from p2p.ports import TakenIn
from p2p.reconcile import Item
from p2p.sync import Conversation

NOON = 1_781_870_400_000  # ms; a whole hour
KEY = bytes(range(32))
PATIENCE = 20_000  # frames after which a conversation counts as endless


class Watch:
    """A clock that stands still until somebody moves it."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def hour(self) -> int:
        return self.at // 3_600_000

    def go_on(self, *, ms: int = 0, hours: int = 0) -> None:
        self.at += ms + hours * 3_600_000


def seeded(name: str) -> Entropy:
    """The same chance in every run."""
    return random.Random(name).randbytes


def lapse(*people: "Person") -> None:
    """What is due by each one's clock."""
    for person in people:
        while person.inbox.lapse():
            pass


@dataclass(eq=False)
class Person:
    """Somebody's computer, with one circle on it."""

    name: str
    path: Path
    db: Database
    watch: Watch
    entropy: Entropy
    heard: list[Said] = field(default_factory=list)
    ends: list["End"] = field(default_factory=list)
    due: bool = False  # the next epoch, in a while
    says_later: set[DeviceId] = field(default_factory=set)  # of whose words
    room: Room = field(init=False)

    def move_in(self, row: CircleRow) -> None:
        """Put the parts of a circle together, as a home does."""
        self.room = Room(self.db, row, self.watch, self.entropy, self.heard.append)
        self.inbox, self.outbox = Inbox(self.room), Outbox(self.room)
        self.shelf = RoomShelf(self.room, self.inbox, self.outbox)
        self.room.neighbour = self

    def restart(self) -> None:
        """Read everything anew from the disk."""
        for end in list(self.ends):
            end.line.hang_up()
        sponsors = self.shelf.sponsors
        row = circles.one_circle(self.db, self.room.row.circle)
        assert row is not None
        self.move_in(row)
        self.shelf.sponsors = sponsors

    # -- names ---------------------------------------------------------------------------------

    @property
    def circle(self) -> CircleId:
        return self.room.row.circle

    @property
    def device(self) -> DeviceId:
        return self.room.ledger.device

    @property
    def door(self) -> bytes:
        return self.keys.public().door

    @property
    def keys(self) -> Keys:
        row = self.room.row
        seal = circles.seal_seeds(self.db, row.circle_no)[0][1]
        return Keys(row.member_seed, row.device_seed, row.door_seed, seal)

    # -- what a node would do ------------------------------------------------------------------

    def kept(self) -> None:
        pass

    def announce(self, kind: Log, ids: list[EnvelopeId]) -> None:
        for end in self.ends:
            end.conversation.announce(kind, ids)

    def offer_epochs(self) -> None:
        for end in self.ends:
            end.conversation.offer_epochs()

    def epoch_due(self) -> None:
        self.due = True

    def held(self, authors: Iterable[DeviceId]) -> None:
        self.says_later.update(authors)

    def says_what_it_holds(self) -> None:
        """What a node would say a moment later, to everybody here."""
        said = self.shelf.hold(self.says_later)
        self.says_later.clear()
        for end in self.ends:
            end.conversation.hearsay.tell(said)

    def people_changed(self) -> None:
        for end in list(self.ends):
            now = self.shelf.device_at(end.other.person.door)
            if now is None:
                end.line.hang_up()
            elif end.conversation.device is not None:
                end.conversation.device = now

    def words_wait(self) -> None:
        ready = [e.conversation for e in self.ends if e.conversation.may_sign]
        if ready:
            self.shelf.sign_waiting(min(c.latest_hour() for c in ready))

    def hand_on(self, end: "End", brought: Brought) -> None:
        for other in self.ends:
            if other is not end and brought.news:
                other.conversation.announce(brought.log, brought.ids)
            elif other is not end:
                other.conversation.behind = True

    def go_through_again(self) -> None:
        for other in self.ends:
            if other.conversation.behind and other.conversation.due:
                other.conversation.reconcile()

    def react(self, end: "End", happened: Happened) -> None:
        match happened:
            case Brought():
                self.held(happened.authors)
                self.hand_on(end, happened)
            case NewCards(cards):
                for other in self.ends:
                    if other is not end:
                        other.conversation.tell_cards(cards)
            case WentLive():
                self.words_wait()
                self.go_through_again()
            case _:
                pass

    # -- what a person does --------------------------------------------------------------------

    def write(self, body: str, *, to: str | None = None, title: str = "") -> str:
        """A post, or a reply to one; answers with its id in hex."""
        self.watch.go_on(ms=1)
        asked = commands.WritePost(circle=self.circle.hex(), body=body, reply_to=to, title=title)
        post = writing.write(self.room, self.outbox, asked).hex()
        self.words_wait()
        return post

    def sign(self) -> None:
        """Hand the words over to nobody in particular."""
        self.shelf.sign_waiting(self.watch.hour())

    def does(self, kind: Kind, act: acts.Act) -> OpId:
        """An authority act."""
        with self.room.change() as change:
            return self.outbox.act(change, kind, act)

    def leave(self) -> None:
        """As a home does it: whoever is here hears it after a last look at both sets."""
        with self.room.change() as change:
            self.outbox.leave(change)
        for end in self.ends:
            end.conversation.reconcile()

    def goes(self) -> None:
        """Leave, and say so to one's own store, also where nothing of the circle came yet."""
        if self.room.ledger.myself() is not None:
            self.leave()
        with self.db.write():
            circles.set_state(self.db, self.room.row.circle_no, CircleState.LEFT)
        self.room.read_row()

    def invites(self, *, uses: int = 1, seconds: int = 604_800) -> invite.Code:
        expires = self.watch.now() // 1000 + seconds
        return doorkeeping.make_invite(
            self.room, self.outbox, uses=uses, expires=expires, label="", addresses=[]
        )

    # -- what one can see ----------------------------------------------------------------------

    def feed(self) -> list[Post]:
        return self.room.posts.page(None, 1000)

    def bodies(self) -> set[str]:
        """The words of all posts and replies here."""
        found = set()
        for post in self.feed():
            replies = self.room.posts.replies(bytes.fromhex(post.post))
            found |= {post.body, *(reply.body for reply in replies)}
        return found

    def knows(self) -> dict[str, object]:
        """All that two computers of one circle should agree on."""
        db, no = self.db, self.room.row.circle_no
        view = self.room.ledger.view
        return {
            "frontier": frontier.frontier(db, no),
            "authority": [i for _, i in sums.items(db, no, Log.AUTHORITY, None)],
            "words": [i for _, i in sums.items(db, no, Log.WORDS, None)],
            "posts": self.room.posts.count_signed(),
            "states": db.read("SELECT op, state FROM ops WHERE circle_no = ? ORDER BY op", (no,)),
            "people": {m: (p.name, p.role, p.left) for m, p in view.people.items()},
            "epochs": sums.epoch_digests(db, no),
        }

    def own_words(self) -> list[tuple[int, bytes]]:
        """(seq, op) of this device's words as they are on its disk."""
        rows = self.db.read(
            "SELECT seq, op FROM ops JOIN devices USING (device_no)"
            " WHERE log = 1 AND device = ? ORDER BY seq, op",
            (self.device,),
        )
        return [(int(s), bytes(o)) for s, o in rows]

    def forgets_its_keys(self) -> None:
        """The secrets of all epochs go from the disk, as if none had ever come."""
        with self.db.write():
            for epoch in self.room.ledger.keyring.epochs():
                circles.drop_secret(self.db, self.room.row.circle_no, epoch)
        self.room.ledger.load()

    def own_acts(self) -> int:
        """How many authority ops this device has made."""
        number = self.room.row.circle_no
        return ops.next_place(self.db, number, Log.AUTHORITY, self.device)[0]

    # -- what a person who turns can do --------------------------------------------------------

    def keys_of(self, epoch: EpochId, log: Log) -> ClassKeys:
        secrets = self.room.ledger.keyring.get(epoch)
        keys = secrets.keys(log) if secrets is not None else None
        assert keys is not None
        return keys

    def epoch(self) -> EpochId:
        found = epochs.usable(self.room.ledger.view, self.room.ledger.keyring)
        assert found is not None
        return found

    def signs(self, log: Log, kind: int, payload: bytes, **changes: object) -> SignedOp:
        """Any op at all, signed by this device and kept nowhere."""
        seq, prev = ops.next_place(self.db, self.room.row.circle_no, log, self.device)
        salt = self.entropy(16)
        order = self.room.ledger.view.order
        fields: dict[str, object] = {
            "version": 1, "circle": self.circle, "device": self.device, "log": log, "seq": seq,
            "prev": prev or OpId(bytes(32)), "heads": (),
            "authority_heads": order.heads[:4] if order is not None else (),
            "epoch": self.epoch(), "hour": self.watch.hour(), "kind": int(kind),
            "payload_hash": payload_hash(salt, payload), "payload_size": len(payload),
            "written_at": self.watch.now(),
        }  # fmt: skip
        header = Header(**{**fields, **changes})  # type: ignore[arg-type]  # a test's own parts
        return sign_op(self.room.row.device_seed, header, salt, payload)

    def seals(self, op: SignedOp) -> bytes:
        """The envelope of an op, kept nowhere."""
        return seal(op, self.keys_of(op.header.epoch, op.header.log))

    def opens(self, envelope: bytes) -> bool:
        """Whether a secret known here fits."""
        return bool(self.room.ledger.keyring.fitting(peek(envelope)))

    def takes(self, *envelopes: bytes, log: Log = Log.AUTHORITY) -> None:
        """Take envelopes in, from nobody in particular."""
        self.takes_in(log, envelopes)

    def takes_in(self, log: Log, envelopes: Iterable[bytes]) -> TakenIn:
        """Take envelopes in, and say what became of them."""
        return self.shelf.take_in(log, {envelope_id(e): e for e in envelopes})

    def loses(self, name: bytes) -> None:
        """An envelope goes from the disk, as if it had never come."""
        with self.db.write():
            ((op_no, *slot),) = self.db.read(
                "SELECT op_no, log, hour, epoch_no FROM ops WHERE envelope = ?", (name,)
            )
            self.db.execute("DELETE FROM posts WHERE op_no = ?", (op_no,))
            self.db.execute("DELETE FROM ops WHERE op_no = ?", (op_no,))
            self.db.execute("DELETE FROM sums WHERE log = ? AND hour = ? AND epoch_no = ?", slot)
            left = self.db.read(
                "SELECT envelope FROM ops WHERE log = ? AND hour = ? AND epoch_no = ?", slot
            )
            circle_no = self.room.row.circle_no
            sums.add(self.db, circle_no, ((sums.Slot(*slot), EnvelopeId(e)) for (e,) in left))
        self.room.version += 1
        self.room.fresh.forget()

    def items(self, log: Log, scope: frozenset[EpochId] | None = None) -> list[Item]:
        """(hour, envelope id) of what is held here."""
        return sums.items(self.db, self.room.row.circle_no, log, scope)

    def gives(self, log: Log = Log.AUTHORITY) -> list[bytes]:
        """Every envelope of a log held here, in the order of reconciliation."""
        ids = [EnvelopeId(i) for _, i in self.items(log)]
        return [envelope for _, envelope in self.shelf.envelopes(ids)]


@dataclass(eq=False)
class End:
    """One side of a line."""

    person: Person
    conversation: Conversation
    line: "Line"
    coming: deque[bytes] = field(default_factory=deque)
    told: list[Happened] = field(default_factory=list)

    @property
    def other(self) -> "End":
        return self.line.right if self.line.left is self else self.line.left

    def take(self, frame: bytes) -> None:
        """Receive one frame and do what a node does with what it brought."""
        self.conversation.receive(frame)
        self._react()

    def flush(self) -> None:
        """No further frame is at hand."""
        self.conversation.flush()
        self._react()

    def _react(self) -> None:
        for happened in self.conversation.happened():
            self.told.append(happened)
            self.person.react(self, happened)


class Line:
    """Two conversations with each other; frames move when a test says so."""

    def __init__(self, left: Person, right: Person, *, chain: bool = False) -> None:
        """`left` dials; `chain`: it shows its admission first."""
        self.open = True
        self.said: list[tuple[Person, wire.AnyFrame]] = []
        self.left = End(left, self._conversation(left, right, leads=True, chain=chain), self)
        self.right = End(right, self._conversation(right, left, leads=False), self)
        left.ends.append(self.left)
        right.ends.append(self.right)

    @staticmethod
    def _conversation(
        mine: Person, other: Person, *, leads: bool, chain: bool = False
    ) -> Conversation:
        return Conversation(
            mine.shelf, door=other.door, leads=leads, clock=mine.watch.hour,
            nonce=mine.entropy(16), show_chain=chain,
        )  # fmt: skip

    def hang_up(self) -> None:
        """The line is cut; what was under way is lost."""
        self.open = False
        for end in (self.left, self.right):
            if end in end.person.ends:
                end.person.ends.remove(end)
            end.coming.clear()

    def send(self) -> None:
        """Put what both have to say on the line."""
        for end in (self.left, self.right):
            while self.open and (frames := end.conversation.to_send()):
                end.other.coming.extend(frames)
                self.said += [(end.person, wire.decode(frame)) for frame in frames]

    def step(self, chance: random.Random | None = None) -> bool:
        """One frame arrives. False: there is none."""
        self.send()
        ready = [end for end in (self.left, self.right) if end.coming]
        if self.open and not ready:
            for end in (self.left, self.right):
                end.flush()
            self.send()
            ready = [end for end in (self.left, self.right) if end.coming]
        if not self.open or not ready:
            return False
        end = chance.choice(ready) if chance is not None else max(ready, key=_waiting)
        end.take(end.coming.popleft())
        return True

    def carry(
        self,
        *,
        most: int = PATIENCE,
        chance: random.Random | None = None,
        between: Callable[[], object] | None = None,
    ) -> int:
        """Carry frames until nothing more is said, or `most` have arrived; how many did."""
        for count in range(most):
            if not self.step(chance):
                return count
            if between is not None:
                between()
        assert most < PATIENCE, "they never come to an end"
        return most

    def envelopes_said(self) -> Counter[bytes]:
        """How often each envelope went over the line."""
        return Counter(
            envelope_id(envelope)
            for _, frame in self.said
            if isinstance(frame, wire.Envelopes)
            for envelope in frame.envelopes
        )

    def frames(self, kind: type[wire.Frame], by: Person | None = None) -> list[wire.AnyFrame]:
        """What was said of one kind."""
        return [f for who, f in self.said if isinstance(f, kind) and by in {None, who}]

    @property
    def equal(self) -> bool:
        """Whether both went live and their digests agreed."""
        ends = (self.left, self.right)
        lives = [[t for t in end.told if isinstance(t, WentLive)] for end in ends]
        return all(told and told[-1].equal for told in lives)


def _waiting(end: End) -> int:
    return len(end.coming)


class Village:
    """The people of a test, each with a store in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watch = Watch()
        self.people: list[Person] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for person in self.people:
            person.db.close()

    def _computer(self, name: str) -> Person:
        path = self.folder / f"{name}-{len(self.people)}.db"
        db = open_store(path, KEY, create=True)
        # A power cut is no part of these stories; each flush takes longer than the rest together.
        db.read("PRAGMA synchronous=OFF")
        person = Person(name, path, db, self.watch, seeded(name))
        self.people.append(person)
        return person

    def founder(
        self, name: str, *, history: History = History.OPEN, circle: str = "Evenings"
    ) -> Person:
        """Somebody who begins a circle."""
        person = self._computer(name)
        wish = Wish(circle, "", name, history)
        with person.db.write():
            row, op, root = founding.found_circle(person.db, wish, self.watch, person.entropy)
        person.move_in(row)
        founding.furnish(person.room, op, root, wish)
        return person

    def newcomer(self, host: Person, name: str, code: invite.Code | None = None) -> Person:
        """Somebody whom a host lets in; nothing but the first secrets has come yet."""
        person = self._computer(name)
        keys = Keys.fresh(person.entropy)
        code = code or host.invites()
        capsule, let_in = knock(host, code, keys, name, person.entropy(16))
        assert isinstance(let_in, LetIn), let_in
        with person.db.write():
            row = circles.add_circle(
                person.db, circle=CircleId(capsule.circle), name=capsule.name, about=capsule.about,
                display_name=name, seeds=keys.seeds(), seal=(seal_public(keys.seal), keys.seal),
                port=0, now=self.watch.now(),
            )  # fmt: skip
            for grant in let_in.grants:
                opened = epochs.open_grant(
                    row.circle, grant, DeviceId(keys.public().device), [keys.seal]
                )
                assert opened is not None
                circles.keep_secret(person.db, row.circle_no, EpochId(grant.epoch), *opened)
        person.move_in(row)
        person.shelf.sponsors = {host.door: DeviceId(host.door)}
        return person

    def joined(self, host: Person, name: str, code: invite.Code | None = None) -> Person:
        """Somebody who came in and has everything."""
        person = self.newcomer(host, name, code)
        meet(person, host)
        return person

    def photograph(self, person: Person) -> Path:
        """A backup of somebody's store as it is now."""
        copy = self.folder / f"{person.name}-backup-{len(self.people)}.db"
        with person.db.write():
            pass
        person.db.read("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(person.path, copy)
        return copy

    def restored(self, person: Person, backup: Path) -> Person:
        """The same computer with its disk put back to a backup."""
        db = open_store(backup, KEY, create=False)
        # Other chance than before: a restored disk does not bring the old dice back.
        again = Person(person.name, backup, db, self.watch, seeded(person.name + " again"))
        row = circles.one_circle(db, person.circle)
        assert row is not None
        again.move_in(row)
        self.people.append(again)
        return again


def knock(  # noqa: PLR0917 - all that is handed in
    host: Person,
    code: invite.Code,
    keys: Keys,
    name: str,
    nonce: bytes,
    told: invite.Told = invite.NOTHING_TOLD,
) -> tuple[invite.Capsule, Outcome]:
    """A whole visit at a door: the capsule, and how it ended."""
    keeper = Doorkeeper(host.shelf, keys.public().door)
    visit = Visit(code.rendezvous)
    came = visit.receive(keeper.receive(visit.knock()))
    assert isinstance(came, CapsuleCame)
    capsule = invite.open_capsule(code, came.sealed)
    seeds = (keys.member, keys.device)
    box = invite.make_request(code, capsule, name, keys.public(), seeds, nonce, told)
    return capsule, visit.receive(keeper.receive(visit.ask(box)))


def spoilt(data: bytes, at: int = -1) -> bytes:
    """The same with one bit of a byte turned: never what it was, whatever stood there."""
    other = bytearray(data)
    other[at] ^= 1
    return bytes(other)


def meet(left: Person, right: Person, *, chain: bool = True) -> Line:
    """A whole meeting, to the last frame; the line stays open."""
    line = Line(left, right, chain=chain)
    line.carry()
    return line


def hang_up(*people: Person) -> None:
    """Nobody talks with these any more."""
    for person in people:
        for end in list(person.ends):
            end.line.hang_up()


def settle(*people: Person, rounds: int = 3) -> None:
    """Everybody meets everybody, again and again, one pair at a time."""
    for _ in range(rounds):
        for number, one in enumerate(people):
            for other in people[number + 1 :]:
                meet(one, other).hang_up()


@contextmanager
def a_village(folder: Path) -> Iterator[Village]:
    """A village for as long as the block lasts."""
    with Village(folder) as village:
        yield village
