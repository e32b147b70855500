"""Who holds whose words: what this computer says of itself, and what it believes of others.

A device says for each author up to where it holds their words, signed under its own key, so it can
lie about itself and about nobody else. It says so only of what is on its disk by then. The newest
it said counts, also where that is less: a disk may have been put back. Whoever is told of it keeps
it for the author; in a circle of up to `FEW` devices everybody keeps all, and whoever meets
somebody gives them what they lack. Nothing here tells what anybody has read.

The counter goes by whole hours, so that it tells no more of when somebody's computer was on than
the hours in the ops do.
"""

from collections.abc import Iterable, Sequence

from app.circle.state import CircleState
from app.events import PostReached, PostsReached
from app.room import MANY, Room
from app.store import holdings as rows_of
from app.store.holdings import Run
from p2p.crypto import sign, verify
from p2p.errors import PeerFault
from p2p.ids import DeviceId
from p2p.neighbours import MESH
from p2p.wire import HEARD_ROW, MAX_COUNTER, MAX_HEARD, Holding

DOMAIN = "hearthside/holding/1"
FEW = MESH + 1  # devices that all talk with each other
CARRIED = 8192  # kept for others
SHORT = 6  # bytes of an id, and of a counter, in a row of `Heard`
HOURLY = 16  # bits: what is said within an hour is told apart by

Pair = tuple[DeviceId, DeviceId]


class Holdings:
    """That of one circle."""

    def __init__(self, room: Room) -> None:
        """All is kept in this room."""
        self._room = room

    def hold(self, authors: Iterable[DeviceId]) -> list[Holding]:
        """Say what is held of these devices' words, where that is not what was said before."""
        room, me = self._room, self._room.ledger.device
        members = room.ledger.view.devices()
        if room.row.state is not CircleState.MEMBER or me not in members:
            return []
        pairs = [(me, author) for author in authors if author in members and author != me]
        before = rows_of.of_pairs(room.db, room.row.circle_no, pairs)
        said: list[Holding] = []
        for pair in pairs:
            run = rows_of.run(room.db, room.row.circle_no, pair[1])
            old = before.get(pair)
            if run is not None and (old is None or run != Run(old.first, old.top, old.head)):
                said += self._signed(pair, run, old)
        if said:
            with room.db.write():
                rows_of.keep(room.db, room.row.circle_no, said)
        return said

    def _signed(self, pair: Pair, run: Run, old: Holding | None) -> list[Holding]:
        holder, author = pair
        counter = self._room.clock.hour() << HOURLY
        if old is not None:
            counter = max(counter, old.counter + 1)
        if counter > MAX_COUNTER:
            return []  # by a clock that was in another age; what was said stands
        bare = Holding(holder, author, counter, run.first, run.top, run.head, bytes(64))
        signature = sign(self._room.row.device_seed, DOMAIN, _message(self._room.row.circle, bare))
        return [Holding(holder, author, counter, run.first, run.top, run.head, signature)]

    # -- to and from others --------------------------------------------------------------------

    def heard(self, device: DeviceId) -> bytes:
        """What is known here, for somebody who may know more: of our words, or in few of all's.

        And what we said of theirs: if they know something newer, this disk was put back.
        """
        found = [*self._ours(), *self._all_but(device), *self._said_of(device)]
        rows = {_row(one): None for one in found if self._are_members(one)}
        return b"".join(list(rows)[:MAX_HEARD])

    def unheard(self, device: DeviceId, rows: bytes) -> list[Holding]:
        """What that device should hear, which knows these rows. Raises `PeerFault`."""
        if len(rows) % HEARD_ROW:
            raise PeerFault("what was heard is cut off")
        self.hold([device])
        known = {
            rows[at : at + 2 * SHORT]: int.from_bytes(rows[at + 2 * SHORT : at + HEARD_ROW])
            for at in range(0, len(rows), HEARD_ROW)
        }
        room, me = self._room, self._room.ledger.device
        theirs = rows_of.about(room.db, room.row.circle_no, device)
        back = rows_of.of_pairs(room.db, room.row.circle_no, [(device, me)]).values()
        found = {
            (one.author, one.holder): one
            for one in (*theirs, *self._all_but(me), *back)
            if self._are_members(one)
        }
        return [
            one for one in found.values() if one.counter > known.get(_row(one)[: 2 * SHORT], -1)
        ]

    def _ours(self) -> list[Holding]:
        return rows_of.about(self._room.db, self._room.row.circle_no, self._room.ledger.device)

    def _all_but(self, device: DeviceId) -> list[Holding]:
        """In a circle of few everything that somebody else than this author waits for."""
        room = self._room
        if len(room.ledger.view.devices()) > FEW:
            return []
        every = rows_of.every(room.db, room.row.circle_no, MAX_HEARD)
        return [one for one in every if one.author != device]

    def _said_of(self, author: DeviceId) -> Iterable[Holding]:
        room = self._room
        mine = room.ledger.device, author
        return rows_of.of_pairs(room.db, room.row.circle_no, [mine]).values()

    def _are_members(self, one: Holding) -> bool:
        members = self._room.ledger.view.devices()
        return one.holder in members and one.author in members

    def take(self, holdings: Sequence[Holding]) -> list[Holding]:
        """Keep what is newer, and answer with what others may wait for of that.

        Raises `PeerFault` for what no device ever says, or another one than it names.
        """
        room, me = self._room, self._room.ledger.device
        pairs = [(DeviceId(one.holder), DeviceId(one.author)) for one in holdings]
        before = rows_of.of_pairs(room.db, room.row.circle_no, pairs)
        known = dict(before)
        newer: dict[Pair, Holding] = {}
        for pair, one in zip(pairs, holdings, strict=True):
            if one.first >= one.top or one.holder == one.author:
                raise PeerFault("holds what can't be held")
            old = known.get(pair)
            if not self._are_members(one) or (old is not None and not _counts_more(one, old)):
                continue
            if not verify(one.holder, DOMAIN, _message(room.row.circle, one), one.signature):
                raise PeerFault("what is held is not signed by its holder")
            known[pair] = newer[pair] = one
        if not newer:
            return []
        with room.db.write():
            rows_of.keep(room.db, room.row.circle_no, newer.values())
            rows_of.forget_beyond(room.db, room.row.circle_no, CARRIED, me)
        self._tell(newer, before)
        mine = [author for holder, author in newer if holder == me]
        if mine and room.neighbour is not None:
            # We said so before this disk was put back: what is true by now has to be said anew.
            room.neighbour.held(mine)
        return [one for (holder, author), one in newer.items() if me not in {holder, author}]

    def _tell(self, newer: dict[Pair, Holding], before: dict[Pair, Holding]) -> None:
        """Of which posts something else is known now: after the commit, to whoever listens."""
        room, me = self._room, self._room.ledger.device
        changed: set[tuple[int, int]] = set()
        for pair, one in newer.items():
            if pair[1] == me:
                changed.update(_difference(one, before.get(pair)))
        if not changed:
            return
        room.reaching.forget()
        posts = rows_of.posts_in(room.db, room.row.circle_no, me, sorted(changed), MANY + 1)
        if len(posts) > MANY:
            room.say(PostsReached(circle=room.hex))
            return
        for post in posts:
            row = room.posts.one(post)
            if row is not None:
                room.say(PostReached(circle=room.hex, post=row.post, content=row))


def _message(circle: bytes, one: Holding) -> bytes:
    numbers = (one.counter, one.first, one.top)
    told = b"".join(number.to_bytes(8) for number in numbers)
    return circle + one.author + told + one.head


def _row(one: Holding) -> bytes:
    return one.author[:SHORT] + one.holder[:SHORT] + one.counter.to_bytes(SHORT)


def _counts_more(one: Holding, other: Holding) -> bool:
    """Newer; of two with one counter, which a disk that was put back may say, the one with less."""
    return (one.counter, one.first, -one.top) > (other.counter, other.first, -other.top)


def _difference(one: Holding, other: Holding | None) -> set[tuple[int, int]]:
    """The stretches of a log that are in one of two runs and not in both."""
    if other is None or other.top <= one.first or one.top <= other.first:
        found = {(one.first, one.top)}
        return found if other is None else found | {(other.first, other.top)}
    edges = ((one.first, other.first), (one.top, other.top))
    return {(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]}
