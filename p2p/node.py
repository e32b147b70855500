"""The nursery of one circle: a task for each conversation, live push, and who is here now.

Theory of operation. Each conversation is a `Talk` in a task of its own; the node decides which
there are. `Reach` dials, and parts again, as `Choice` says: with everybody in a circle of up to 9
devices, with at most 8 in a larger one. Whoever dials us is taken, since by the same choice nobody
needs us but those. In circles where few can be dialled at all the `Company` is full at times: the
one that needs us least makes room, so that everybody has their turn.

What one conversation brought, or our own home wrote, goes to all the others at once, except where
the other side is known to hold it. So a post floods the circle: it takes the fastest way to each,
and a broken or slow conversation holds up nobody else. Words of a catch-up, which came many at
once, are not pushed on: the others find out by their sets what they lack of them, one after the
other. Each conversation queues ids, not bytes, and nobody reads on while too much waits to be sent.
What a flood could miss, because conversations come and go, the reconciliation that each begins with
makes good. The node knows no posts and keeps nothing.
"""

from collections.abc import Iterable, Sequence

import trio

from p2p import sync, wire
from p2p.catching_up import CatchingUp
from p2p.company import Company
from p2p.crypto import Entropy
from p2p.directory import Clock, Dialer, Directory
from p2p.errors import OurFault, PeerFault
from p2p.gathering import Gathering
from p2p.happened import Brought, Dismissed, Happened, Met, NewCards, NewHoldings, WentLive
from p2p.host import Closed, FrameStream, Path, Unreachable, address_peer
from p2p.ids import DeviceId, EnvelopeId
from p2p.neighbours import Choice
from p2p.op import Log
from p2p.ports import Shelf
from p2p.reach import Reach
from p2p.talk import SILENCE, Talk
from p2p.threshold import Threshold, is_knock

AGAIN = 900.0  # seconds between reconciliations of an open conversation
HINTS = 4  # addresses at which a device was seen, the newest first
SHORT = 0.3  # seconds: a conversation that ends sooner does not count as having reached someone,
MOVED = 16 * 1024  # unless so many bytes went over its line


class Node:
    """All conversations of one circle on one computer."""

    def __init__(
        self, shelf: Shelf, directory: Directory, *, clock: Clock, entropy: Entropy, own_door: bytes
    ) -> None:
        """`own_door` breaks ties when two computers dial each other at once."""
        self._shelf = shelf
        self._directory = directory
        self._clock = clock
        self._entropy = entropy
        self.own_door = own_door
        self._dialer: Dialer | None = None
        self._nursery: trio.Nursery | None = None  # while it runs
        self._moving: set[DeviceId] = set()
        self._company = Company(own_door)
        self._gathering = Gathering(shelf, self._company.talks)
        self._turn = CatchingUp(trio.current_time)
        self._threshold = Threshold(shelf, self._answering, directory.let_in)
        self._hints: dict[DeviceId, list[str]] = {}
        self._choice = Choice(own_door, {})
        self.reach = Reach(
            dial=self._dial, here=self.here, led=self._company.led, waiting=directory.waiting,
            choose=self._choose, part=self._company.part, entropy=entropy,
        )  # fmt: skip

    async def run(
        self, dialer: Dialer, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until cancelled."""
        self._dialer = dialer
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            try:
                self.people_changed()
                await nursery.start(self.reach.run)
                nursery.start_soon(self._gathering.run, self._directory.ways())
                nursery.start_soon(self._reconcile_now_and_then)
                nursery.start_soon(self._pass_the_turn_on)
                task_status.started()
                await trio.sleep_forever()
            finally:
                self._nursery = None

    # -- what the home tells -------------------------------------------------------------------

    def here(self) -> set[DeviceId]:
        """The devices in a conversation that has said hello."""
        return set(self._company.talks)

    def led(self) -> set[DeviceId]:
        """Those of them whom we dialled."""
        return self._company.led()

    def near(self) -> set[DeviceId]:
        """Those with whom there would be one if everybody were there."""
        return self._choice.near(())

    def line(self, device: DeviceId) -> tuple[Path, str]:
        """Which way the conversation with a device goes, and its remote address or ""."""
        talk = self._company.talks.get(device)
        return (talk.stream.path, talk.stream.remote) if talk is not None else (Path.DIRECT, "")

    def people_changed(self) -> None:
        """Devices came or went: talk to whom we should, hang up on whom we must not talk to."""
        ways = self._directory.ways()
        self._choice = Choice(self.own_door, {d: way.door for d, way in ways.items()})
        self._gathering.devices = len(ways) + 1
        self.reach.want(ways)
        for device, talk in list(self._company.talks.items()):
            now = self._shelf.device_at(talk.stream.peer)
            if now is None and (told := self._shelf.farewell(talk.stream.peer)):
                talk.end_with(wire.encode(told))
            elif now is None or (now != device and now in self._company.talks):
                talk.scope.cancel()
            elif now != device:
                # A newcomer knows only doors until the circle's history has come.
                del self._company.talks[device]
                self._company.talks[now] = talk
                talk.conversation.device = now
                # What was claimed under the name they had as our sponsor must not stand for ever.
                self._shelf.talk_over(device)
                self._directory.lost(device)
                self._directory.met(now)

    def announce(self, kind: Log, ids: Iterable[EnvelopeId], *, but: Talk | None = None) -> None:
        """These envelopes are on disk: hand them to everybody here."""
        names = list(ids)
        for talk in list(self._company.talks.values()):
            if talk is not but:
                talk.conversation.announce(kind, names)
                talk.poke()

    def brought(
        self, kind: Log, ids: Iterable[EnvelopeId], *, news: bool, by: Talk | None = None
    ) -> None:
        """These came by a conversation, or by none: hand them on, or have the others look."""
        if news:
            self.announce(kind, ids, but=by)
        else:
            self._others_lag(by)

    def look_once_more(self) -> None:
        """Go through both sets with everybody here, as each conversation does after a rest."""
        for talk in list(self._company.talks.values()):
            self._go_through_again(talk)

    def held(self, authors: Iterable[DeviceId]) -> None:
        """More is held of these devices' words, by another way than a conversation."""
        self._gathering.changed(authors)

    def offer_epochs(self) -> None:
        """New epochs are known: grant them to everybody here who may have them."""
        for talk in list(self._company.talks.values()):
            try:
                talk.conversation.offer_epochs()
            except (PeerFault, OurFault):  # this one's keys are none, or the store is full
                talk.scope.cancel()
            talk.poke()

    def words_wait(self) -> None:
        """A word was written: sign it if somebody is here to take it, else look for people."""
        ready = [t for t in self._company.talks.values() if t.conversation.may_sign]
        if not ready:
            self.reach.nudge()
            return
        try:
            self._shelf.sign_waiting(min(t.conversation.latest_hour() for t in ready))
        except OurFault:
            # No room to sign it, which the shelf said. It is kept, and tried at the next meeting.
            for talk in ready:
                talk.scope.cancel()

    def cards_changed(self, cards: Sequence[wire.Card], *, but: Talk | None = None) -> None:
        """Hand on newer address cards, and try them."""
        for talk in list(self._company.talks.values()):
            if talk is not but:
                talk.conversation.tell_cards(cards)
                talk.poke()
        self.reach.nudge()

    def hint(self, address: str) -> None:
        """Try this address now, for the device it names or for all."""
        peer = address_peer(address)
        for device, way in self._directory.ways().items():
            if peer is None or way.door == peer:
                self._hints.setdefault(device, []).append(address)
                if peer is not None:
                    self.reach.visit(device)
        self.reach.nudge()

    def direct(self, door: bytes) -> None:
        """Whoever has this door can be reached without a relay now: what we lead moves there."""
        device = self._shelf.device_at(door)
        talk = None if device is None else self._company.talks.get(device)
        if device is None or talk is None or self._nursery is None or device in self._moving:
            return
        if talk.conversation.leads and talk.stream.path is Path.RELAYED:
            self._moving.add(device)
            self._nursery.start_soon(self._move, device)

    def found(self, device: DeviceId, address: str) -> None:
        """A device was seen at this address: try it there, if we should talk with it at all."""
        known = self._hints.get(device, [])
        self._hints[device] = list(dict.fromkeys([address, *known]))[:HINTS]
        self.reach.nudge()

    # -- streams -------------------------------------------------------------------------------

    async def on_stream(self, stream: FrameStream) -> None:
        """Serve a stream that somebody opened: a member's conversation or a newcomer's knock."""
        device = self._shelf.device_at(stream.peer)
        if device is None:
            conversation = await self._threshold.serve(stream)
            if conversation is not None:
                await self._talk(conversation, stream)
            return
        if not self._company.has_room_for(device, self.reach.chosen):
            return
        try:
            with trio.fail_after(SILENCE):
                first = await stream.receive()
        except (Closed, PeerFault, trio.TooSlowError):
            await stream.close()
            return
        if is_knock(first):
            # Let in, but the answer was lost on the way: they stand at the door still.
            await self._threshold.serve(stream, first)
            return
        await self._talk(self._answering(stream.peer), stream, first)

    def _choose(self, passed: Iterable[DeviceId]) -> set[DeviceId]:
        return self._choice.near(passed)

    def _answering(self, door: bytes) -> sync.Conversation:
        return self._conversation(door, leads=False, show_chain=False)

    def _conversation(self, door: bytes, *, leads: bool, show_chain: bool) -> sync.Conversation:
        return sync.Conversation(
            self._shelf,
            door=door,
            leads=leads,
            nonce=self._entropy(16),
            show_chain=show_chain,
            turn=self._turn,
            clock=self._clock.hour,
        )

    async def _dial(self, device: DeviceId) -> bool:
        """Open a conversation and hold it to its end. False if nobody was reached."""
        way = self._directory.ways().get(device)
        if way is None or self._dialer is None:
            return False
        addresses = [*self._hints.pop(device, []), *way.addresses]
        if not addresses:
            return False
        try:
            stream = await self._dialer.open(way.door, addresses)
        except (Unreachable, Closed, PeerFault):
            return False
        try:
            conversation = self._conversation(
                way.door, leads=True, show_chain=not self._directory.knows_me(device)
            )
        except PeerFault:  # gone from the circle while we dialled
            await stream.close()
            return False
        return await self._talk(conversation, stream)

    async def _move(self, device: DeviceId) -> None:
        """Dial anew: on both sides the newer conversation takes the place of the older."""
        try:
            await self._dial(device)
        finally:
            self._moving.discard(device)

    # -- a conversation ------------------------------------------------------------------------

    async def _talk(
        self, conversation: sync.Conversation, stream: FrameStream, first: bytes | None = None
    ) -> bool:
        """Hold a conversation to its end. Whether it counts as having reached somebody.

        `first`: a frame of theirs that was read already.
        """
        talk = Talk(conversation, stream, self._react)
        begun = trio.current_time()
        try:
            await talk.run(first)
        finally:
            device = conversation.device
            moved = stream.bytes_sent + stream.bytes_received
            # What we told somebody who never said hello has reached nobody.
            far = conversation.phase is not sync.Phase.HELLO and moved > MOVED
            counts = far or trio.current_time() - begun > SHORT
            if device is not None and self._company.talks.get(device, talk) is talk:
                self._shelf.talk_over(device)  # not for the loser of two: the other goes on
            if device is not None and self._company.talks.get(device) is talk:
                del self._company.talks[device]
                self._directory.lost(device)
                # A nudge ends every pause: whoever hangs up at once would be dialled without any.
                if counts:
                    self.reach.nudge()
                else:
                    self.reach.look()
            self._catch_up_next(conversation)
        return counts

    def _react(self, talk: Talk, happened: Happened) -> bool:
        match happened:
            case Met(device):
                if not self._company.adopt(device, talk, self.reach.chosen):
                    return False
                self._directory.met(device)
                self.reach.look()
                self._look_for_a_better_way(talk)
            case Brought(kind, ids, news, authors):
                self._gathering.changed(authors, talk.conversation.device)
                self.brought(kind, ids, news=news, by=talk)
            case NewCards(cards):
                self.cards_changed(cards, but=talk)
            case NewHoldings(holdings):
                self._gathering.learned(holdings, talk.conversation.device)
            case Dismissed(waits):
                if talk.conversation.device is not None and not waits:
                    self._directory.dismissed(talk.conversation.device)
                    self.people_changed()
                return False
            case WentLive():
                self.words_wait()
                self._catch_up_next(talk.conversation)
        return True

    def _look_for_a_better_way(self, talk: Talk) -> None:
        """One may have come while the two said hello."""
        if talk.stream.path is Path.RELAYED and self._dialer is not None:
            peer = talk.stream.peer
            if self._dialer.path(peer) in {Path.DIRECT, Path.PUNCHED}:
                self.direct(peer)

    def _others_lag(self, caught_up: Talk | None) -> None:
        """Much came by one, or by none: the others find out by their sets what they lack of it."""
        for talk in self._company.talks.values():
            if talk is not caught_up:
                talk.conversation.behind = True
        # What was asked for, or came by hand, is followed by no going live.
        if caught_up is None or caught_up.conversation.phase is sync.Phase.LIVE:
            self._catch_up_next()

    def _catch_up_next(self, done: sync.Conversation | None = None) -> None:
        """One conversation is through with its sets, or over: one of those put off has the turn."""
        self._turn.leave(done)
        for talk in self._company.talks.values():
            # One that has been asked to go through its sets already holds up nobody else.
            if self._turn.free and talk.conversation.due and self._go_through_again(talk):
                self._turn.take(talk.conversation)

    def _go_through_again(self, talk: Talk) -> bool:
        """Whether it begins. What is wrong with one conversation ends that one and no other."""
        try:
            begun = talk.conversation.reconcile()
        except (PeerFault, OurFault):
            talk.scope.cancel()
            return False
        talk.poke()
        return begun

    async def _pass_the_turn_on(self) -> None:
        """Who is slow loses the turn, although those who wait for it have no cause to ask."""
        while True:
            await trio.sleep_until(self._turn.lapses)
            self._turn.lapse()
            self._catch_up_next()

    async def _reconcile_now_and_then(self) -> None:
        while True:
            await trio.sleep(AGAIN)
            for talk in self._company.talks.values():
                talk.conversation.rested()
                if talk.conversation.leads:
                    self._go_through_again(talk)
