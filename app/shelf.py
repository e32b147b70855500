"""One circle as the conversations see it: the port of `p2p` on top of the store.

Whatever the store refuses here (a full disk) is said to the person once and ends the conversation;
nothing is lost, because nothing was acknowledged.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from app import doorkeeping, epochs, resealing
from app.cards import Cards
from app.circle import acts
from app.circle.state import CircleState
from app.claims import Claims
from app.events import Trouble
from app.holdings import Holdings
from app.inbox import Inbox
from app.outbox import Outbox
from app.refused import Refused
from app.room import Room
from app.setbook import Setbook
from app.store import circles, frontier, ops
from p2p.envelope import seal_body
from p2p.errors import OurFault, PeerFault
from p2p.ids import DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Kind, Log
from p2p.ports import Answer, Hole, TakenIn, Turn
from p2p.reconcile import ItemSet
from p2p.wire import BATCH, MAX_CHAIN, Card, Chain, Grant, Holding, Logbook, Removed, Waiting


class StoreRefused(OurFault):
    """The store said no, which was told to the person. `refused`: in which words."""

    def __init__(self, refused: Refused) -> None:
        """`refused` has no ids and no words of people in it."""
        super().__init__("the store refused")
        self.refused = refused


class RoomShelf:
    """Implements `p2p.ports.Shelf` for one room."""

    def __init__(self, room: Room, inbox: Inbox, outbox: Outbox) -> None:
        """All is kept in this room, what is theirs by `inbox`, what is ours by `outbox`."""
        self._room = room
        self._inbox = inbox
        self._outbox = outbox
        self.sponsors: dict[bytes, DeviceId] = {}  # doors trusted before our own admission has come
        self._claims = Claims()
        self._sets = Setbook(room)
        self._cards = Cards(room)
        self._holdings = Holdings(room)

    @contextmanager
    def _careful(self) -> Iterator[None]:
        try:
            yield
        except Refused as refused:
            self._room.say(Trouble(kind=refused.kind.value, message=refused.message))
            raise StoreRefused(refused) from None

    # -- people --------------------------------------------------------------------------------

    def farewell(self, door: bytes) -> Removed | Waiting | None:
        """See the port."""
        view = self._room.ledger.view
        if any(view.door_of(device) == door for device in view.waits_for_host):
            return Waiting()
        for person in view.people.values():
            for device, keys in person.devices.items():
                out = person.removed or view.forks.get(device)
                if keys.door == door and out is not None:
                    return self._told(out.at.op, frozenset(person.devices))
                if keys.door == door and person.left:
                    return self._left(person.devices)
        return None

    def _left(self, devices: Iterable[DeviceId]) -> Removed | None:
        """That it is known here, by their own word."""
        room = self._room
        untold = self.parting()[1:]  # who said so to us alone has to say it to somebody else
        for device in devices:
            act = ops.last_of_kind(room.db, room.row.circle_no, device, int(Kind.LEAVE))
            name = None if act is None else ops.authority_envelope(room.db, room.row.circle_no, act)
            if act is not None and name not in untold:
                op = ops.one_authority(room.db, room.row.circle_no, room.row.circle, act)
                return Removed(op.header_bytes, op.signature, op.salt, op.payload)
        return None

    def _told(self, act: OpId, devices: frozenset[DeviceId]) -> Removed:
        room = self._room
        op = ops.one_authority(room.db, room.row.circle_no, room.row.circle, act)
        acts_ = self._shown(act, only=devices)
        return Removed(op.header_bytes, op.signature, op.salt, op.payload, acts_)

    def take_farewell(self, told: Removed | Waiting) -> None:
        """See the port."""
        if isinstance(told, Waiting):
            self._room.must_wait(waits=True)
            return
        with self._careful():
            self._inbox.take_farewell(told)

    def device_at(self, door: bytes) -> DeviceId | None:
        """See the port. Before our own admission is here, the doors of the invite count.

        Who was removed knows nobody any more.
        """
        if self._room.row.state is CircleState.REMOVED:
            return None
        view = self._room.ledger.view
        for device, keys in view.devices().items():
            if keys.door == door:
                return device if device != self._room.ledger.device else None
        return self.sponsors.get(door) if self._room.arriving else None

    def held_of(self, device: DeviceId) -> tuple[int, int]:
        """See the port."""
        room = self._room
        authority, _ = ops.next_place(room.db, room.row.circle_no, Log.AUTHORITY, device)
        words, _ = ops.next_place(room.db, room.row.circle_no, Log.WORDS, device)
        return authority, words

    # -- the set -------------------------------------------------------------------------------

    def item_set(
        self, log: Log, epochs: frozenset[EpochId] | None, since: int = 0, *,
        but: Collection[EnvelopeId] = (),
    ) -> ItemSet:  # fmt: skip
        """See the port. `since`: from this hour on."""
        with self._careful():
            return self._sets.items(log, epochs, since, but)

    def sorted_ids(
        self, log: Log, epochs: frozenset[EpochId] | None, *, but: Collection[EnvelopeId] = ()
    ) -> bytes:
        """See the port."""
        with self._careful():
            return self._sets.sorted_ids(log, epochs, but)

    def parting(self) -> tuple[EnvelopeId, ...]:
        """See the port."""
        return self._sets.parting()

    def frontier(self, epochs: frozenset[EpochId]) -> bytes:
        """See the port."""
        with self._careful():
            return self._sets.frontier(epochs)

    def logs(self, epochs: frozenset[EpochId]) -> list[Logbook]:
        """See the port."""
        with self._careful():
            return self._sets.logs(epochs)

    def in_log(self, hole: Hole, epochs: frozenset[EpochId]) -> list[EnvelopeId]:
        """See the port."""
        return frontier.in_log(self._room.db, self._room.row.circle_no, hole, epochs)

    def holes(self) -> Sequence[Hole]:
        """See the port."""
        return self._sets.holes()

    def newest_first(self, ids: Sequence[EnvelopeId]) -> list[tuple[Turn, EnvelopeId]]:
        """See the port."""
        return ops.newest_first(self._room.db, self._room.row.circle_no, ids)

    def newest(self, epochs: frozenset[EpochId], most: int) -> list[EnvelopeId]:
        """See the port."""
        return self._room.posts.newest(epochs, most)

    def held(
        self,
        log: Log,  # noqa: ARG002 - ids are unique over both logs
        ids: Iterable[EnvelopeId],
    ) -> set[EnvelopeId]:
        """See the port. What is set aside counts as held: asking for it again brings nothing."""
        return ops.held(self._room.db, self._room.row.circle_no, ids)

    def envelopes(self, ids: Sequence[EnvelopeId]) -> Iterator[tuple[EnvelopeId, bytes]]:
        """See the port. Sealing is deterministic, so the envelope is made again."""
        room = self._room
        fresh = room.fresh.all_of(ids)
        if fresh is not None:
            yield from fresh
            return
        for name, kept in ops.bodies(room.db, room.row.circle_no, ids):
            secrets = room.ledger.keyring.get(kept.epoch) if kept is not None else None
            keys = secrets.keys(kept.log) if secrets is not None and kept is not None else None
            if kept is None or keys is None:
                yield name, b""
            else:
                yield name, seal_body(kept.body, kept.hour, keys)

    def take_in(self, log: Log, envelopes: Mapping[EnvelopeId, bytes]) -> TakenIn:
        """See the port."""
        with self._careful():
            return self._inbox.take_in(log, envelopes)

    # -- epochs --------------------------------------------------------------------------------

    def epochs(self) -> Sequence[EpochId]:
        """See the port."""
        ledger = self._room.ledger
        return epochs.deepest_first(ledger.view, ledger.keyring.readable())

    def lacking(self, device: DeviceId, theirs: frozenset[EpochId]) -> Sequence[EpochId]:
        """See the port."""
        ledger = self._room.ledger
        return epochs.lacking(ledger.view, ledger.keyring, device, theirs)

    def grant(self, device: DeviceId, wanted: Sequence[EpochId]) -> list[Grant]:
        """See the port."""
        room, ledger = self._room, self._room.ledger
        entitled = epochs.lacking(ledger.view, ledger.keyring, device, frozenset())
        reads = {e for e in wanted if epochs.reads(ledger.view, device, e)}
        may = [e for e in wanted if e in entitled or e in reads]
        # Of an epoch that was taken back nobody seals anything, so nobody has to be told of it.
        outside = [e for e in may if e in ledger.view.epochs and e not in reads]
        if ledger.device not in ledger.view.devices() or ledger.unheard:
            # What we say counts no more since we went, or not yet: it would be said without end.
            may = [e for e in may if e not in outside]
        elif outside:
            with self._careful(), room.change() as change:
                for epoch in outside:
                    self._outbox.act(change, Kind.GRANTED, acts.Granted(epoch, [device]))
        return doorkeeping.boxes(room, device, may)

    def take_grant(self, grant: Grant) -> bool:
        """See the port."""
        room = self._room
        seeds = [seed for _, seed in circles.seal_seeds(room.db, room.row.circle_no)]
        opened = epochs.open_grant(room.row.circle, grant, room.ledger.device, seeds)
        if opened is None:
            return False
        epoch = EpochId(grant.epoch)
        # From no peer: the grant brings no envelopes, but it may open some that waited here.
        with self._careful(), room.change() as change:
            if room.ledger.learn_granted(epoch, *opened):
                room.ledger.refold()
                self._inbox.secret_came(change)
                change.epochs = True
        return room.ledger.keyring.get(epoch) is not None

    # -- what is due ---------------------------------------------------------------------------

    def authority_settled(self) -> None:
        """See the port: a newcomer says its name, and whose seal key is old says a new one.

        Who left before their own admission had come could not say so then.
        """
        room, state = self._room, self._room.row.state
        myself = room.ledger.myself()
        if myself is None or myself.left:
            return
        if state is CircleState.LEFT:
            self.sign_waiting(room.clock.hour())  # what they wrote meanwhile, before they go
            with self._careful(), room.change() as change:
                self._outbox.leave(change)
        if state is not CircleState.MEMBER or self._outbox.mute:
            return
        with self._careful():
            self._outbox.say_name()
            resealing.settled(room, self._outbox)
            if self._outbox.tie() and room.neighbour is not None:
                room.neighbour.epoch_due()

    def sign_waiting(self, latest_hour: int) -> None:
        """See the port."""
        ledger = self._room.ledger
        myself = ledger.myself()
        newest = self._claims.newest(self._room.clock.now())
        if myself is None or myself.left:
            return
        # Nearly always nobody claims anything, and nothing has to be looked up.
        if not newest or self.held_of(ledger.device)[1] >= newest:
            with self._careful():
                self._outbox.sign_waiting(latest_hour)

    def chain(self, device: DeviceId) -> Chain:
        """See the port."""
        room = self._room
        sealed_under: dict[EpochId, None] = {}
        envelopes = self._shown(room.contested, sealed_under)
        return Chain(envelopes, doorkeeping.chain_keys(room, device, sealed_under))

    def _shown(
        self, act: OpId | None, sealed_under: dict[EpochId, None] | None = None, *,
        only: frozenset[DeviceId] = frozenset(),
    ) -> list[bytes]:  # fmt: skip
        """An act, or our own admission, with its past, deepest first, as much as a frame holds.

        `only`: what these devices may read. `sealed_under` is told the epochs.
        """
        room, view = self._room, self._room.ledger.view
        names: list[EnvelopeId] = []
        for op in room.ledger.chain_order(act):
            epoch = view.at[op].header.epoch
            if only and epoch != epochs.ROOT and not only & epochs.holders(view, epoch):
                continue
            name = ops.authority_envelope(room.db, room.row.circle_no, op)
            if name is not None:
                names.append(name)
                if sealed_under is not None:
                    sealed_under[epoch] = None
            if len(names) == MAX_CHAIN:
                break
        shown: list[bytes] = []
        size = 0
        for _, envelope in self.envelopes(names):
            size += len(envelope)
            if size > BATCH:
                break
            if envelope:
                shown.append(envelope)
        return shown

    def take_chain(self, chain: Chain, door: bytes) -> None:
        """See the port. What does not open or is not true is nobody's fault here: it is dropped."""
        try:
            self._inbox.take_chain(chain, lambda: self.device_at(door) is not None)
        except (PeerFault, Refused):
            return

    def claims(self, device: DeviceId, words: int) -> None:
        """See the port. A restored disk must not give a seq twice."""
        self._claims.said(device, words)

    def talk_over(self, device: DeviceId) -> None:
        """See the port."""
        self._claims.broken_off(device, self._room.clock.now())

    # -- addresses -----------------------------------------------------------------------------

    def own_card(self, addresses: Sequence[str]) -> Card:
        """Write where we can be reached now; newer than all before."""
        return self._cards.write(addresses)

    def cards(self) -> list[Card]:
        """See the port."""
        return self._cards.known()

    def take_cards(self, cards: Sequence[Card]) -> list[Card]:
        """See the port."""
        with self._careful():
            return self._cards.take(cards)

    # -- who holds what ------------------------------------------------------------------------

    def hold(self, authors: Iterable[DeviceId]) -> list[Holding]:
        """See the port."""
        with self._careful():
            return self._holdings.hold(authors)

    def heard(self, device: DeviceId) -> bytes:
        """See the port."""
        return self._holdings.heard(device)

    def unheard(self, device: DeviceId, rows: bytes) -> list[Holding]:
        """See the port."""
        with self._careful():
            return self._holdings.unheard(device, rows)

    def take_holdings(self, holdings: Sequence[Holding]) -> list[Holding]:
        """See the port."""
        with self._careful():
            return self._holdings.take(holdings)

    # -- the door ------------------------------------------------------------------------------

    def capsule(self, rendezvous: bytes) -> bytes | None:
        """See the port."""
        return doorkeeping.capsule(self._room, rendezvous)

    def request(self, box: bytes, door: bytes) -> Answer:
        """See the port."""
        with self._careful():
            return doorkeeping.request(self._room, self._outbox, box, door)
