"""One circle on the air: its host, its node, who is here, and who does not know that we left."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import trio

from app import doorqueue, goodbye
from app.air import Ending
from app.boxes.known import known
from app.boxes.postroom import Postroom
from app.boxes.visit import Around
from app.circle.state import CircleState
from app.events import NetChanged, Said, Trouble
from app.inbox import Inbox
from app.logs import leaves
from app.outbox import Outbox
from app.refused import Refused, Why
from app.relaying import Relaying
from app.room import Room
from app.shelf import RoomShelf
from app.store import circles, ops
from app.store.goodbyes import GoodbyeRow
from app.whereabouts import port_of, wide, with_port
from app.witness import Witness
from p2p.crypto import sign_public
from p2p.directory import Way
from p2p.errors import OurFault, PeerFault
from p2p.host import Host, HostCrashed, PortTaken, address_peer
from p2p.ids import DeviceId, EnvelopeId
from p2p.networks import Network
from p2p.node import Node
from p2p.op import Kind, Log

RESTART = 2.0  # seconds before a failed circle is started anew, doubled up to LONGEST
LONGEST = 60.0
HOUR = 3_600_000  # ms
RENEWAL = 60.0  # seconds until an old epoch is followed by the next, at the most

log = logging.getLogger("hearthside.circle")


@dataclass(slots=True)
class RunningCircle:
    """Everything of one circle while the home is open."""

    room: Room
    listen: tuple[str, ...]
    say: Callable[[Said], None]
    outbox: Outbox = field(init=False)
    inbox: Inbox = field(init=False)
    shelf: RoomShelf = field(init=False)
    node: Node = field(init=False)
    witness: Witness = field(init=False)
    postroom: Postroom = field(init=False)
    relaying: Relaying = field(init=False)
    since: dict[DeviceId, int] = field(default_factory=dict)
    met_before: dict[DeviceId, int] = field(default_factory=dict)
    listening: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    external: tuple[str, ...] = ()  # where else we can be reached, through a router
    networks: Sequence[Network] = ()  # of this computer
    stirred: Callable[[], None] = lambda: None  # names or addresses of this circle may be others
    host: Host | None = None  # while it is on the air
    scope: Ending = field(default_factory=Ending)
    ready: trio.Event = field(default_factory=trio.Event)
    arrived: trio.Event = field(default_factory=trio.Event)  # our own admission is known here
    _due: trio.Event = field(default_factory=trio.Event)  # the next epoch
    _decided: trio.Event = field(default_factory=trio.Event)  # something, about people or words
    _nursery: trio.Nursery | None = None  # while it is on the air
    _lapsing: bool = False

    def __post_init__(self) -> None:
        """Put the parts together; nothing runs yet."""
        room = self.room
        self.outbox, self.inbox = Outbox(room), Inbox(room)
        self.shelf = RoomShelf(room, self.inbox, self.outbox)
        self.witness = Witness(room, self.inbox, self.outbox)
        self.met_before = circles.meetings_of(room.db, room.row.circle_no)
        self.shelf.sponsors = {door: DeviceId(door) for door in self._sponsor_ways()}
        self.node = Node(
            self.shelf, self, clock=room.clock, entropy=room.entropy,
            own_door=sign_public(room.row.door_seed),
        )  # fmt: skip
        around = Around(
            self._from_mailbox, self.node.cards_changed, self.node.here,
            lambda: self.say(NetChanged()),
        )  # fmt: skip
        self.postroom = Postroom(room, self.shelf, self.outbox, around)
        self.relaying = Relaying(
            room, self.node, self.ways, lambda door: self.shelf.device_at(door) is not None,
            self.look_around,
        )  # fmt: skip
        room.neighbour, room.fork_noticed = self, self.witness.look
        self.inbox.words_stay = self.node.look_once_more
        self.people_changed()

    async def run(self) -> None:
        """Serve until cancelled; whatever fails in this circle ends neither it nor the home.

        A crashed host is made anew, and a store that refuses asked again. A full disk may have no
        room for the port to be remembered: said once, not again and again.
        """
        said: Why | None = None
        pause = RESTART
        with self.scope:
            while True:
                begun = trio.current_time()
                try:
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(self.witness.run)
                        await self._serve()
                        nursery.cancel_scope.cancel()
                except* HostCrashed:
                    log.warning("a circle's host failed; starting it again")
                except* Refused as group:
                    for refused in leaves(group):
                        if isinstance(refused, Refused) and refused.kind is not said:
                            said = refused.kind
                            self.say(Trouble(kind=said.value, message=refused.message))
                except* Exception as group:  # noqa: BLE001 - told by type: it may hold words
                    kinds = ", ".join(type(error).__name__ for error in leaves(group))
                    log.error("a circle failed: %s", kinds)  # noqa: TRY400
                pause = RESTART if trio.current_time() - begun > LONGEST else pause
                await trio.sleep(pause)
                pause = min(pause * 2, LONGEST)

    def words_wait(self) -> None:
        """A word was kept: hand it over. What goes wrong in that is not the writer's concern."""
        self.postroom.poke(eager=True)
        try:
            self.node.words_wait()
        except (OurFault, PeerFault) as fault:
            log.warning("handing over failed: %s", fault)

    async def _serve(self) -> None:
        row = self.room.row
        wanted = tuple(with_port(a, row.port) for a in self.listen) if row.port else self.listen
        try:
            await self._serve_on(wanted)
        except PortTaken:
            self.say(
                Trouble(
                    kind=Why.NOT_ALLOWED.value,
                    message="The network port of a circle is used by another program. "
                    "Another port was taken; links made earlier may not find you.",
                )
            )
            await self._serve_on(tuple(with_port(a[: a.rindex("/")] + "/0", 0) for a in wanted))

    async def _serve_on(self, listen: tuple[str, ...]) -> None:
        host = Host(
            self.room.row.door_seed, listen=listen, on_stream=self.node.on_stream,
            relay=self.relaying.rules(), may_punch=self.relaying.is_member,
            on_direct=self.node.direct,
        )  # fmt: skip
        async with host.run():
            self.host = host
            self._listens(host.listening(), host.addresses())
            self.ready.set()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.renew)
                nursery.start_soon(doorqueue.forget_old, self.room)
                nursery.start_soon(self.postroom.run)
                nursery.start_soon(self.relaying.run, host)
                self._nursery, self._lapsing = nursery, False
                self._look_at_the_hour()
                try:
                    await self.node.run(host)
                finally:
                    self._nursery = self.host = None
                nursery.cancel_scope.cancel()

    async def renew(self) -> None:
        """Where the next epoch is due make it, a moment later.

        A while by chance, in which another's may come and is taken: else all who are here would
        make one at once. Nobody waits for it: the one before may be used until then.
        """
        while True:
            await self._due.wait()
            await trio.sleep(RENEWAL * self.room.entropy(1)[0] / 256)
            try:
                self.outbox.renew()
            except Refused as refused:  # a full disk; the next words try again
                log.warning("an epoch was not renewed: %s", refused.kind.value)
            self._due = trio.Event()

    def _look_at_the_hour(self) -> None:
        """Words may lapse now: by what was decided, or as the clock has gone on."""
        self._decided.set()
        if self._nursery is not None and not self._lapsing and self.room.ledger.view.keeps:
            self._lapsing = True
            self._nursery.start_soon(self.lapse)

    async def lapse(self) -> None:
        """Take their payload from words that lapse: now, at each full hour, and as hosts decide."""
        while True:
            self._decided = trio.Event()
            try:
                while self.inbox.lapse():
                    await trio.lowlevel.checkpoint()
            except Refused as refused:  # a full disk; the next hour tries again
                log.warning("words did not lapse: %s", refused.kind.value)
            ends = HOUR - self.room.clock.now() % HOUR
            with trio.move_on_after(ends / 1000):
                await self._decided.wait()

    def _listens(self, listening: Sequence[str], addresses: Sequence[str]) -> None:
        """Remember the port, and tell the others where we are if that changed."""
        room = self.room
        outer = [f"{at}/p2p/{self.host.peer_id}" for at in self.external if self.host is not None]
        # First, so that a link has the one by which people can come from anywhere.
        self.listening, self.addresses = tuple(listening), (*outer, *addresses)
        port = port_of(listening[0]) if listening else 0
        if port and port != room.row.port:
            with room.db.write():
                circles.set_port(room.db, room.row.circle_no, port)
            room.read_row()
        own = circles.cards_of(room.db, room.row.circle_no).get(room.ledger.device)
        if own is None or list(own.addresses) != list(self.addresses):
            self.node.cards_changed([self.shelf.own_card(self.addresses)])
            self.postroom.poke(eager=True)
        self.say(NetChanged())
        self.stirred()

    def look_around(self) -> None:
        """Our addresses may be others now. While there is no network the last ones stay good."""
        host = self.host
        if host is not None and (wide(host.addresses()) or not wide(self.addresses)):
            self._listens(host.listening(), [*host.addresses(), *host.circuits()])

    def reached_at(self, external: tuple[str, ...]) -> None:
        """A router leads from there to us now: multiaddrs without a peer."""
        if external != self.external:
            self.external = external
            self.look_around()

    def woke(self) -> None:
        """Time is missing: whoever is not here is tried at once, and words may have lapsed."""
        self._look_at_the_hour()
        if self.host is not None:
            self.host.check_lines()
        self.node.reach.nudge()
        self.postroom.poke(eager=True)

    def _from_mailbox(self, kind: Log, ids: list[EnvelopeId]) -> None:
        """A mailbox brought these: hand them on to whoever is here."""
        self.node.announce(kind, ids)
        if kind is Log.AUTHORITY:
            self.node.people_changed()
        else:
            self.node.held(self.room.ledger.view.devices())

    # -- Neighbour, for the room -----------------------------------------------------------------

    def announce(self, kind: Log, ids: list[EnvelopeId]) -> None:
        """See `app.room.Neighbour`."""
        self.node.announce(kind, ids)
        if kind is Log.WORDS and self.outbox.may_renew:
            self.epoch_due()

    def offer_epochs(self) -> None:
        """See `app.room.Neighbour`."""
        self.node.offer_epochs()
        self.stirred()

    def epoch_due(self) -> None:
        """See `app.room.Neighbour`."""
        self._due.set()

    def people_changed(self) -> None:
        """See `app.room.Neighbour`."""
        if self.room.ledger.myself() is not None:
            self.arrived.set()
        self._look_at_the_hour()
        self.node.people_changed()
        self.postroom.look()
        self.relaying.people_changed()
        self.witness.look()
        self.stirred()

    def kept(self) -> None:
        """See `app.room.Neighbour`."""
        self.postroom.poke()

    def held(self, authors: Iterable[DeviceId]) -> None:
        """See `app.room.Neighbour`."""
        self.node.held(authors)

    # -- Directory, for the node ---------------------------------------------------------------

    def ways(self) -> dict[DeviceId, Way]:
        """See `p2p.directory.Directory`."""
        room = self.room
        if room.row.state is CircleState.REMOVED:
            return {}
        ways = self._all_ways()
        if room.arriving:  # of whose history only a part may be here, and not yet who let us in
            for door, at in self._sponsor_ways().items():
                ways[self.shelf.device_at(door) or DeviceId(door)] = Way(door, tuple(at))
        gone = self._left_at()
        return {
            device: way for device, way in ways.items()
            if gone is None or self.met_before.get(device, -1) < gone
        }  # fmt: skip

    def _all_ways(self) -> dict[DeviceId, Way]:
        """The ways to all present members, whether they were told that we left or not."""
        room = self.room
        cards = circles.cards_of(room.db, room.row.circle_no)
        sponsors = self._sponsor_ways()
        ways = {}
        for device, keys in room.ledger.view.devices().items():
            if device == room.ledger.device:
                continue
            card = cards.get(device)
            addresses = list(card.addresses) if card is not None else []
            addresses += [a for a in sponsors.get(keys.door, []) if a not in addresses]
            ways[device] = Way(keys.door, tuple(addresses))
        return ways

    def goodbye(self) -> GoodbyeRow | None:
        """All that is needed to tell the others that we left; None where nobody is to be told."""
        room, gone = self.room, self._left_at()
        ways = {device: way for device, way in self._all_ways().items() if way.addresses}
        if room.row.state is not CircleState.LEFT or not gone or not ways:
            return None
        return goodbye.write(room, self.shelf, ways)

    def _left_at(self) -> int | None:
        """When this member left, in ms; None for a member."""
        room = self.room
        if room.row.state is CircleState.MEMBER:
            return None
        return ops.last_act(room.db, room.row.circle_no, room.ledger.device, int(Kind.LEAVE)) or 0

    def _sponsor_ways(self) -> dict[bytes, list[str]]:
        """The addresses that the invite brought, by door key."""
        rows = self.room.db.read(
            "SELECT addresses FROM joins WHERE circle = ?", (self.room.row.circle,)
        )
        ways: dict[bytes, list[str]] = {}
        mailboxes = {one.peer for one in known(self.room)}
        for (text,) in rows:
            for address in json.loads(text):
                door = address_peer(address)
                if door is not None and door not in mailboxes:
                    ways.setdefault(door, []).append(address)
        return ways

    def waiting(self) -> bool:
        """See `p2p.directory.Directory`."""
        return self.room.arriving or self.room.posts.any_unsent()

    def met(self, device: DeviceId) -> None:
        """See `p2p.directory.Directory`."""
        room = self.room
        self.since[device] = room.clock.now()
        room.must_wait(waits=False)
        self._look_at_the_hour()  # by weeks it may have gone on while the computer slept
        if room.row.state is CircleState.MEMBER:
            self._keep_meeting(device)
        self.relaying.stir()
        self.say(NetChanged())

    def dismissed(self, device: DeviceId) -> None:
        """See `p2p.directory.Directory`. Who knows that we left is not dialled again."""
        if self.room.row.state is CircleState.LEFT:
            self._keep_meeting(device)

    def left(self) -> None:
        """We are no member any more: from now on who was met is who knows that."""
        self.met_before.clear()
        self.node.look_once_more()  # and hears it after that: a push may have been lost before
        self.postroom.look()

    def _keep_meeting(self, device: DeviceId) -> None:
        # Not before we left, also where the clock was put back since.
        self.met_before[device] = now = max(self.room.clock.now(), self._left_at() or 0)
        with self.room.db.write():
            circles.keep_meeting(self.room.db, self.room.row.circle_no, device, now)

    def lost(self, device: DeviceId) -> None:
        """See `p2p.directory.Directory`."""
        self.since.pop(device, None)
        self.relaying.stir()
        self.say(NetChanged())
        self.stirred()

    def knows_me(self, device: DeviceId) -> bool:
        """See `p2p.directory.Directory`. Not who may have heard of our removal only."""
        return device in self.met_before and self.room.contested is None

    def let_in(self) -> None:
        """See `p2p.directory.Directory`."""
        self.node.people_changed()
