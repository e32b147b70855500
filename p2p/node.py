"""The nursery of one circle: a task for each conversation, live push, and who is here now.

The node moves bytes between streams and `Conversation`s, hands what one brought to all others,
and hangs up on whoever breaks a rule or falls silent. It knows no posts and keeps nothing.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import trio

from p2p import sync, wire
from p2p.crypto import Entropy
from p2p.errors import OurFault, PeerFault
from p2p.happened import Brought, Happened, Met, NewCards, WentLive
from p2p.host import Closed, FrameStream, Unreachable, address_peer
from p2p.ids import DeviceId, EnvelopeId
from p2p.op import Log
from p2p.ports import Shelf
from p2p.reach import Reach
from p2p.threshold import Threshold

BEAT = 2.0  # seconds of our silence after which a heartbeat is sent
SILENCE = 6.0  # seconds of their silence after which we hang up
AGAIN = 900.0  # seconds between reconciliations of an open conversation
MAX_CONVERSATIONS = 64
STALL = 60.0  # seconds without a step forward after which a conversation is given up
SHORT = 0.3  # seconds: a conversation that ends sooner does not count as having reached someone

log = logging.getLogger("hearthside.node")


class Dialer(Protocol):
    """What the node asks of the host."""

    async def open(
        self,
        peer: bytes,
        addresses: Sequence[str],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the host's own shape
    ) -> FrameStream:
        """A stream to a peer, or `Unreachable`."""


class Clock(Protocol):
    """Time, handed in."""

    def hour(self) -> int:
        """Whole hours since 1970."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a device is dialled: its door key and the addresses to race."""

    door: bytes
    addresses: tuple[str, ...]


class Directory(Protocol):
    """What the node asks about people, besides the shelf."""

    def ways(self) -> dict[DeviceId, Way]:
        """Every other device of a current member."""

    def waiting(self) -> bool:
        """Whether words wait to be handed over, or this device is new and knows nothing yet."""

    def met(self, device: DeviceId) -> None:
        """A member's device is here now."""

    def lost(self, device: DeviceId) -> None:
        """It is not here any more."""

    def knows_me(self, device: DeviceId) -> bool:
        """Whether that device has talked to us before, so that no proof of admission is due."""

    def let_in(self) -> None:
        """Somebody was admitted over our door."""


@dataclass(slots=True, eq=False)
class _Talk:
    """A running conversation."""

    conversation: sync.Conversation
    stream: FrameStream
    scope: trio.CancelScope
    wake: trio.Event
    drained: trio.Event
    heard: float = field(default_factory=trio.current_time)
    stepped: float = field(default_factory=trio.current_time)
    steps: int = 0

    def poke(self) -> None:
        self.wake.set()


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
        self._talks: dict[DeviceId, _Talk] = {}
        self._threshold = Threshold(shelf, self._answering, directory.let_in)
        self._hints: dict[DeviceId, list[str]] = {}
        self.reach = Reach(
            dial=self._dial, here=self.here, waiting=directory.waiting, entropy=entropy
        )

    async def run(
        self, dialer: Dialer, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until cancelled."""
        self._dialer = dialer
        async with trio.open_nursery() as nursery:
            self.people_changed()
            await nursery.start(self.reach.run)
            nursery.start_soon(self._reconcile_now_and_then)
            task_status.started()

    # -- what the home tells -------------------------------------------------------------------

    def here(self) -> set[DeviceId]:
        """The devices in a conversation that has said hello."""
        return set(self._talks)

    def people_changed(self) -> None:
        """Devices came or went: talk to whom we should, hang up on whom we must not talk to."""
        ways = self._directory.ways()
        self.reach.want(ways)
        for device, talk in list(self._talks.items()):
            now = self._shelf.device_at(talk.stream.peer)
            if now is None or (now != device and now in self._talks):
                talk.scope.cancel()
            elif now != device:
                # A newcomer knows only doors until the circle's history has come.
                del self._talks[device]
                self._talks[now] = talk
                talk.conversation.device = now
                # What was claimed under the name they had as our sponsor must not stand for ever.
                self._shelf.talk_over(device)
                self._directory.lost(device)
                self._directory.met(now)

    def announce(self, kind: Log, ids: Iterable[EnvelopeId], *, but: _Talk | None = None) -> None:
        """These envelopes are on disk: hand them to everybody here."""
        names = list(ids)
        for talk in list(self._talks.values()):
            if talk is not but:
                talk.conversation.announce(kind, names)
                talk.poke()

    def offer_epochs(self) -> None:
        """New epochs are known: grant them to everybody here who may have them."""
        for talk in list(self._talks.values()):
            try:
                talk.conversation.offer_epochs()
            except (PeerFault, OurFault):  # this one's keys are none, or the store is full
                talk.scope.cancel()
            talk.poke()

    def words_wait(self) -> None:
        """A word was written: sign it if somebody is here to take it, else look for people."""
        ready = [t for t in self._talks.values() if t.conversation.may_sign]
        if not ready:
            self.reach.nudge()
            return
        try:
            now = self._clock.hour()
            self._shelf.sign_waiting(min(t.conversation.latest_hour(now) for t in ready))
        except OurFault:
            # No room to sign it, which the shelf said. It is kept, and tried at the next meeting.
            for talk in ready:
                talk.scope.cancel()

    def cards_changed(self, cards: Sequence[wire.Card], *, but: _Talk | None = None) -> None:
        """Hand on newer address cards, and try them."""
        for talk in list(self._talks.values()):
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
        if len(self._talks) >= MAX_CONVERSATIONS and device not in self._talks:
            return
        try:
            with trio.fail_after(SILENCE):
                first = await stream.receive()
        except (Closed, PeerFault, trio.TooSlowError):
            await stream.close()
            return
        if _is_knock(first):
            # Let in, but the answer was lost on the way: they stand at the door still.
            await self._threshold.serve(stream, first)
            return
        await self._talk(self._answering(stream.peer), stream, first)

    def _answering(self, door: bytes) -> sync.Conversation:
        return self._conversation(door, leads=False, show_chain=False)

    def _conversation(self, door: bytes, *, leads: bool, show_chain: bool) -> sync.Conversation:
        return sync.Conversation(
            self._shelf,
            door=door,
            leads=leads,
            hour=self._clock.hour(),
            nonce=self._entropy(16),
            show_chain=show_chain,
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
        begun = trio.current_time()
        await self._talk(conversation, stream)
        return trio.current_time() - begun > SHORT

    # -- a conversation ------------------------------------------------------------------------

    async def _talk(
        self, conversation: sync.Conversation, stream: FrameStream, first: bytes | None = None
    ) -> None:
        """Hold a conversation to its end. `first`: a frame of theirs that was read already."""
        talk = _Talk(conversation, stream, trio.CancelScope(), trio.Event(), trio.Event())
        try:
            with talk.scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, talk)
                    await self._read(talk, first)
                    nursery.cancel_scope.cancel()
        except* (Closed, trio.TooSlowError):
            pass
        except* PeerFault as faults:
            log.info("hung up: %s", "; ".join(str(f) for f in _leaves(faults)))
        except* OurFault as faults:
            log.warning("our fault: %s", "; ".join(str(f) for f in _leaves(faults)))
        except* Exception as faults:  # noqa: BLE001 - one broken conversation must not end the home
            log.error(  # noqa: TRY400 - a traceback could carry words
                "a conversation failed: %s", ", ".join(type(f).__name__ for f in _leaves(faults))
            )
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(2):
                await stream.close()
            device = conversation.device
            if device is not None:
                self._shelf.talk_over(device)
            if device is not None and self._talks.get(device) is talk:
                del self._talks[device]
                self._directory.lost(device)
                self.reach.nudge()

    async def _read(self, talk: _Talk, data: bytes | None) -> None:
        while True:
            while talk.conversation.crowded:
                await talk.drained.wait()
            if data is None:
                with trio.fail_after(SILENCE):
                    data = await talk.stream.receive()
            talk.conversation.receive(data)
            data = None
            talk.heard = trio.current_time()
            self._expect_progress(talk)
            for happened in talk.conversation.happened():
                if not self._react(talk, happened):
                    return
            talk.poke()
            await trio.lowlevel.checkpoint()

    def _expect_progress(self, talk: _Talk) -> None:
        """Heartbeats alone don't keep a conversation that gets nowhere."""
        steps = talk.conversation.steps
        if steps != talk.steps or talk.conversation.phase is sync.Phase.LIVE:
            talk.steps, talk.stepped = steps, talk.heard
        elif talk.heard - talk.stepped > STALL:
            raise PeerFault("a conversation that gets nowhere")

    def _react(self, talk: _Talk, happened: Happened) -> bool:
        match happened:
            case Met(device):
                if not self._adopt(device, talk):
                    return False
                self._directory.met(device)
            case Brought(kind, ids):
                self.announce(kind, ids, but=talk)
            case NewCards(cards):
                self.cards_changed(cards, but=talk)
            case WentLive():
                self.words_wait()
        return True

    def _adopt(self, device: DeviceId, talk: _Talk) -> bool:
        """One conversation a device. False if an older one is the one to keep.

        When both dialled at once, the dial of the lower door key wins on both sides. Otherwise the
        newer wins: whoever dials again has lost the older one, whether we noticed or not.
        """
        older = self._talks.get(device)
        if older is not None and older is not talk:
            both = older.conversation.leads is not talk.conversation.leads
            mine_wins = self.own_door < talk.stream.peer
            alive = trio.current_time() - older.heard < 2 * BEAT
            if both and alive and mine_wins is older.conversation.leads:
                return False
            del self._talks[device]
            older.scope.cancel()
        self._talks[device] = talk
        return True

    async def _write(self, talk: _Talk) -> None:
        while True:
            talk.wake = trio.Event()
            sent = False
            while frames := talk.conversation.to_send():
                for frame in frames:
                    await talk.stream.send(frame)
                sent = True
                talk.drained.set()
                talk.drained = trio.Event()
            if sent:
                continue
            with trio.move_on_after(BEAT) as scope:
                await talk.wake.wait()
            if scope.cancelled_caught:
                await talk.stream.send(wire.encode(wire.Beat()))

    async def _reconcile_now_and_then(self) -> None:
        while True:
            await trio.sleep(AGAIN)
            for talk in self._talks.values():
                talk.conversation.rested()
                if talk.conversation.leads:
                    talk.conversation.reconcile()
                    talk.poke()


def _is_knock(data: bytes) -> bool:
    try:
        return isinstance(wire.decode(data), wire.Knock)
    except PeerFault:
        return False  # for the conversation to judge


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterable[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
