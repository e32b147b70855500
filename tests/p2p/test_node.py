"""The node: real conversations on streams in memory, hung up on for cause and only then."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

import pytest
import trio
from trio.testing import MockClock, memory_stream_pair

from app import doorkeeping, invite
from app.claims import AFTERWARDS
from app.founding import Keys
from p2p import node as nodes
from p2p import talk as talks
from p2p import wire
from p2p.catching_up import MUCH
from p2p.catching_up import PATIENCE as TURN
from p2p.crypto import sign_public
from p2p.directory import Way
from p2p.door import CapsuleCame, LetIn, Visit
from p2p.errors import OurFault, PeerFault
from p2p.host import Closed, FrameStream, Path, Unreachable
from p2p.ids import DeviceId, EnvelopeId
from p2p.node import Node
from p2p.op import Log
from p2p.sync import FEW
from p2p.threshold import PATIENCE, ROOM
from tests.p2p.village import Person, Village, hang_up, seeded, settle

ADDRESS = "/ip4/192.0.2.1/tcp/4001"


class Tube:
    """A pipe in memory: what one end writes, the other reads."""

    def __init__(self, stream: trio.StapledStream, edge: float = inf) -> None:  # type: ignore[type-arg]  # either half
        """`edge`: bytes after which it breaks."""
        self.written = 0
        self._stream = stream
        self._edge = edge

    async def read(self, most: int) -> bytes:
        try:
            data = await self._stream.receive_some(most)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Closed from None
        if not data:
            raise Closed
        return bytes(data)

    async def write(self, data: bytes) -> None:
        if self.written + len(data) > self._edge:
            await self._stream.aclose()
            raise Closed
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Closed from None
        self.written += len(data)

    async def finish(self) -> None:
        await self._stream.aclose()


def streams(
    left: bytes, right: bytes, path: Path = Path.DIRECT, edge: float = inf
) -> tuple[FrameStream, FrameStream]:
    """Two ends of one stream: what `left` holds, and what `right` holds."""
    mine, theirs = memory_stream_pair()
    return (
        FrameStream(Tube(mine, edge), peer=right, remote="", path=path),
        FrameStream(Tube(theirs, edge), peer=left, remote="", path=path),
    )


@dataclass
class Town:
    """Who listens at which door, and who may be reached."""

    nursery: trio.Nursery
    nodes: dict[bytes, Node] = field(default_factory=dict)
    away: set[bytes] = field(default_factory=set)
    dialled: list[tuple[bytes, bytes, tuple[str, ...]]] = field(default_factory=list)
    open_: list[FrameStream] = field(default_factory=list)
    path: Path = Path.DIRECT  # of what is opened from now on
    edge: float = inf  # bytes after which that breaks

    async def open(self, mine: bytes, peer: bytes, addresses: Sequence[str]) -> FrameStream:
        self.dialled.append((mine, peer, tuple(addresses)))
        path = self.path
        await trio.sleep(0.01)
        if peer in self.away or mine in self.away or peer not in self.nodes:
            raise Unreachable
        here, there = streams(mine, peer, path, self.edge)
        self.open_ += [here, there]
        self.nursery.start_soon(self.nodes[peer].on_stream, there)
        return here


@dataclass
class Phone:
    """The dialer of one person."""

    town: Town
    mine: bytes

    async def open(
        self,
        peer: bytes,
        addresses: Sequence[str],
        *,
        timeout: float = 5.0,  # noqa: ARG002, ASYNC109 - the host's own shape
    ) -> FrameStream:
        return await self.town.open(self.mine, peer, addresses)

    def path(self, peer: bytes) -> Path | None:
        return self.town.path if peer in self.town.nodes else None


@dataclass
class Family:
    """The directory of one person: everybody of the circle has one address."""

    person: Person
    known: set[DeviceId] = field(default_factory=set)
    told: list[tuple[str, DeviceId | None]] = field(default_factory=list)
    addresses: tuple[str, ...] = (ADDRESS,)

    def ways(self) -> dict[DeviceId, Way]:
        room = self.person.room
        if room.ledger.view.founding is None:
            return {DeviceId(d): Way(d, self.addresses) for d in self.person.shelf.sponsors}
        return {
            device: Way(keys.door, self.addresses)
            for device, keys in room.ledger.view.devices().items()
            if device != room.ledger.device
        }

    def waiting(self) -> bool:
        return self.person.room.posts.any_unsent()

    def met(self, device: DeviceId) -> None:
        self.told.append(("met", device))
        self.known.add(device)

    def dismissed(self, device: DeviceId) -> None:
        self.told.append(("dismissed", device))

    def lost(self, device: DeviceId) -> None:
        self.told.append(("lost", device))

    def knows_me(self, device: DeviceId) -> bool:
        return device in self.known

    def let_in(self) -> None:
        self.told.append(("let in", None))


@dataclass
class Avoiding(Family):
    """That of somebody who does not dial one of the others."""

    avoided: DeviceId = field(kw_only=True)

    def ways(self) -> dict[DeviceId, Way]:
        return {device: way for device, way in super().ways().items() if device != self.avoided}


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    hang_up(ada)
    return person


@asynccontextmanager
async def town() -> AsyncIterator[Town]:
    async with trio.open_nursery() as nursery:
        yield Town(nursery)
        nursery.cancel_scope.cancel()


class Quiet(Node):
    """A node all by itself: no circle runs about it that would make an epoch in a while."""

    def epoch_due(self) -> None:
        pass

    def kept(self) -> None:
        pass


def a_node(person: Person, family: Family | None = None) -> tuple[Node, Family]:
    family = family or Family(person)
    node = Quiet(
        person.shelf, family, clock=person.watch, entropy=seeded(person.name),
        own_door=person.door,
    )  # fmt: skip
    person.room.neighbour = node
    return node, family


async def moves_in(town: Town, person: Person) -> tuple[Node, Family]:
    """Somebody's node runs in the town from now on."""
    node, family = a_node(person)
    town.nodes[person.door] = node
    await town.nursery.start(node.run, Phone(town, person.door))
    return node, family


async def until(true: Callable[[], object], *, within: float = 60.0) -> None:
    """Let time go by until something holds."""
    with trio.fail_after(within):
        while not true():  # noqa: ASYNC110 - it is others who do something
            await trio.sleep(0.05)


async def test_two_find_each_other_and_talk(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Both dial; one conversation stays; words go both ways at once."""
    async with town() as here:
        left, family = await moves_in(here, ada)
        right, _ = await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device} and right.here() == {ada.device})
        await trio.sleep(2)
        for person in (ada, bo):
            person.write(f"{person.name} is here")
            person.room.neighbour.words_wait()  # type: ignore[union-attr]  # the node
        await until(lambda: ada.bodies() == bo.bodies() == {"Ada is here", "Bo is here"})
        await trio.sleep(60)
        assert left.here() == {bo.device}
        assert family.told[-1] == ("met", bo.device)
        assert ada.knows() == bo.knows()


async def test_words_written_while_nobody_is_here_are_carried_later(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """They wait unsent; when Bo comes home they are signed and handed over."""
    async with town() as here:
        here.away.add(bo.door)
        await moves_in(here, ada)
        await moves_in(here, bo)
        ada.write("are you there?")
        await trio.sleep(60)
        assert ada.room.posts.count_unsent() == 1
        here.away.clear()
        await until(lambda: bo.bodies() == {"are you there?"}, within=10)
        assert ada.room.posts.count_unsent() == 0


async def test_a_silent_peer_is_hung_up_on_and_dialled_again(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """A peer that opens and then says nothing is given up after some seconds."""
    async with town() as here:
        node, family = a_node(ada)
        mine, theirs = streams(ada.door, bo.door)
        here.nursery.start_soon(node.on_stream, mine)
        begun = trio.current_time()
        await theirs.send(wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0))))
        await until(lambda: node.here() == {bo.device})
        await until(lambda: not node.here(), within=30)
        assert trio.current_time() - begun < talks.SILENCE + 1
        assert family.told == [("met", bo.device), ("lost", bo.device)]


async def test_who_hangs_up_at_once_is_not_dialled_without_a_pause(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """A conversation that ends as soon as it began has reached nobody: the pauses grow."""
    async with town() as here:

        class Curt(Quiet):
            async def on_stream(self, stream: FrameStream) -> None:
                await stream.send(wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0))))
                await trio.sleep(0.05)
                await stream.close()

        here.nodes[bo.door] = Curt(
            bo.shelf, Family(bo), clock=bo.watch, entropy=seeded("Bo"), own_door=bo.door
        )
        _, family = await moves_in(here, ada)
        await trio.sleep(300)
        assert ("met", bo.device) in family.told
        assert len(here.dialled) < 30, "seven while the pauses grow, then two a minute"


@pytest.mark.parametrize("dials", ["who has them", "who lacks them"])
async def test_a_line_that_breaks_on_the_way_is_dialled_again_at_once(
    ada: Person, bo: Person, dials: str, autojump_clock: MockClock
) -> None:
    """However soon it broke: words went over it, and the next one brings more of them."""
    for number in range(60):
        bo.write(f"{number} " + "x" * 4000)
    bo.sign()
    async with town() as here:
        here.edge = 48 * 1024
        first, second = (bo, ada) if dials == "who has them" else (ada, bo)
        node, _ = a_node(second, Avoiding(second, avoided=first.device))
        here.nodes[second.door] = node
        await here.nursery.start(node.run, Phone(here, second.door))
        await moves_in(here, first)
        await until(lambda: ada.bodies() == bo.bodies(), within=1)
        assert len(here.dialled) > 4


async def test_who_never_says_hello_is_not_dialled_without_a_pause(
    ada: Person, bo: Person, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much we told: a long chain of admission that leads nowhere there reached nobody."""
    monkeypatch.setattr("p2p.node.MOVED", 1)
    async with town() as here:

        class Deaf(Quiet):
            async def on_stream(self, stream: FrameStream) -> None:
                await stream.receive()
                await stream.close()

        here.nodes[bo.door] = Deaf(
            bo.shelf, Family(bo), clock=bo.watch, entropy=seeded("Bo"), own_door=bo.door
        )
        await moves_in(here, ada)
        await trio.sleep(300)
        assert 10 < len(here.dialled) < 30, "seven while the pauses grow, then two a minute"


async def test_heartbeats_keep_a_quiet_conversation(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """An hour without a word: the same conversation, reconciled now and then."""
    async with town() as here:
        left, family = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(5)
        told = list(family.told)
        await trio.sleep(3600)
        assert family.told == told


async def test_what_was_missed_is_found_a_quarter_of_an_hour_later(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Also what nobody announced."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(5)
        neighbour, ada.room.neighbour = ada.room.neighbour, None
        ada.write("unannounced")
        ada.sign()
        ada.room.neighbour = neighbour
        await trio.sleep(60)
        assert bo.bodies() == set()
        await trio.sleep(nodes.AGAIN + 10)
        assert bo.bodies() == {"unannounced"}


@pytest.mark.parametrize("frame", [b"", b"\xc1", wire.encode(wire.Wait()), b"\x91\x0e"])
async def test_whoever_breaks_a_rule_is_hung_up_on(
    ada: Person, bo: Person, frame: bytes, autojump_clock: MockClock
) -> None:
    """A member's rubbish ends the conversation and nothing else."""
    async with town() as here:
        node, _ = a_node(ada)
        mine, theirs = streams(ada.door, bo.door)
        here.nursery.start_soon(node.on_stream, mine)
        await theirs.send(frame)
        with pytest.raises(Closed):
            await theirs.receive()
        assert node.here() == set()


async def test_a_stranger_hears_nothing(
    village: Village, ada: Person, autojump_clock: MockClock
) -> None:
    """Neither to a hello, nor to rubbish, nor to silence; the line is just closed."""
    eve = village.founder("Eve")
    for said in (
        wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0))),
        wire.encode(eve.shelf.chain(eve.device)),
        wire.encode(wire.Knock(rendezvous=b"x" * 32)),
        b"GET / HTTP/1.1\r\n",
        None,
    ):
        async with town() as here:
            node, _ = a_node(ada)
            mine, theirs = streams(ada.door, eve.door)
            here.nursery.start_soon(node.on_stream, mine)
            begun = trio.current_time()
            if said is not None:
                await theirs.send(said)
            with pytest.raises(Closed):
                await theirs.receive()
            assert trio.current_time() - begun <= PATIENCE + 3
            assert theirs.bytes_received == 0
            await trio.sleep(3)
            assert not node._threshold._here


async def test_a_newcomer_comes_in_over_the_door(ada: Person, autojump_clock: MockClock) -> None:
    """Knock, request, and the directory hears of it."""
    code = ada.invites()
    keys = Keys.fresh(seeded("Bo"))
    async with town() as here:
        node, family = a_node(ada)
        mine, theirs = streams(ada.door, sign_public(keys.door))
        here.nursery.start_soon(node.on_stream, mine)
        visit = Visit(code.rendezvous)
        await theirs.send(visit.knock())
        came = visit.receive(await theirs.receive())
        assert isinstance(came, CapsuleCame)
        capsule = invite.open_capsule(code, came.sealed)
        await theirs.send(
            visit.ask(
                invite.make_request(
                    code, capsule, "Bo", keys.public(), (keys.member, keys.device), b"n" * 16
                )
            )
        )
        assert isinstance(visit.receive(await theirs.receive()), LetIn)
        with pytest.raises(Closed):
            await theirs.receive()
        assert family.told == [("let in", None)]


async def test_a_newcomer_gets_the_circle_and_is_known_by_its_device(
    village: Village, ada: Person, autojump_clock: MockClock
) -> None:
    """Before the history came only doors are known; afterwards devices, without a new call."""
    ada.write("welcome")
    bo = village.newcomer(ada, "Bo")
    async with town() as here:
        left, _ = await moves_in(here, ada)
        right, family = await moves_in(here, bo)
        await until(lambda: bo.bodies() == {"welcome"})
        await trio.sleep(3)
        assert right.here() == {ada.device}
        assert left.here() == {bo.device}
        assert ("met", ada.device) in family.told


async def test_a_member_not_heard_of_shows_its_chain(
    village: Village, ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Cy, let in while Bo was away, dials Bo."""
    cy = village.joined(ada, "Cy")
    hang_up(ada, cy)
    assert bo.shelf.device_at(cy.door) is None
    async with town() as here:
        here.nodes[bo.door] = right = a_node(bo)[0]
        left, _ = await moves_in(here, cy)
        await until(lambda: left.here() == {bo.device} and right.here() == {cy.device})
        await until(lambda: bo.knows() == cy.knows())


async def test_who_leaves_is_hung_up_on_and_not_dialled_any_more(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """The leave is the last thing that is taken from Bo."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        right, family = await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(3)
        bo.leave()
        right.look_once_more()
        await until(lambda: not left.here())
        person = ada.room.ledger.view.person_of(bo.device)
        assert person is not None
        assert person.left
        before = [d for d in here.dialled if d[0] == ada.door]
        await trio.sleep(120)
        assert [d for d in here.dialled if d[0] == ada.door] == before
        assert left.here() == set()
        assert ("dismissed", ada.device) in family.told


async def test_when_both_dial_at_once_one_conversation_stays_on_both_sides(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """The same one: the dial of the lower door key."""
    async with town() as here:
        left, _ = a_node(ada)
        right, _ = a_node(bo)
        pairs = [streams(ada.door, bo.door), streams(bo.door, ada.door)]
        left_leads = left._conversation(bo.door, leads=True, show_chain=False)
        right_leads = right._conversation(ada.door, leads=True, show_chain=False)
        here.nursery.start_soon(left._talk, left_leads, pairs[0][0])
        here.nursery.start_soon(right._talk, right_leads, pairs[1][0])
        here.nursery.start_soon(right.on_stream, pairs[0][1])
        here.nursery.start_soon(left.on_stream, pairs[1][1])
        await trio.sleep(5)
        (one,), (other,) = left._company.talks.values(), right._company.talks.values()
        assert one.conversation.leads is (ada.door < bo.door)
        assert other.conversation.leads is (bo.door < ada.door)
        ada.write("one line")
        left.words_wait()
        await until(lambda: bo.bodies() == {"one line"})


async def test_whoever_dials_again_has_lost_the_older_line(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """The newer conversation takes the place of the older."""
    async with town() as here:
        node, family = a_node(ada)
        ends = []
        for _ in range(2):
            mine, theirs = streams(ada.door, bo.door)
            here.nursery.start_soon(node.on_stream, mine)
            await theirs.send(wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0))))
            await theirs.receive()
            ends.append(theirs)
        with pytest.raises(Closed):  # noqa: PT012 - after what was under way
            while True:
                await ends[0].receive()
        assert node.here() == {bo.device}
        assert ("lost", bo.device) not in family.told


@pytest.mark.parametrize("before_hello", [False, True])
async def test_a_conversation_moves_to_a_direct_way_when_there_is_one(
    ada: Person, bo: Person, autojump_clock: MockClock, *, before_hello: bool
) -> None:
    """It began through a relay: it goes on directly, on both sides, and nobody was ever away.

    Also where the way came up before the two had said hello. What was written meanwhile is there.
    """
    async with town() as here:
        here.path = Path.RELAYED
        left, family = await moves_in(here, ada)
        right, _ = await moves_in(here, bo)
        nodes = {ada.door: left, bo.door: right}
        await trio.sleep(0.005)
        if not before_hello:
            await until(lambda: left.here() == {bo.device} and right.here() == {ada.device})
            await trio.sleep(2)
            ada.write("through the relay")
            left.words_wait()
        here.path = Path.PUNCHED
        for node, other in ((left, bo), (right, ada)):
            node.direct(other.door)
            node.direct(other.door)
        await until(lambda: _ways(nodes) == {Path.PUNCHED})
        assert here.open_[0].path is Path.RELAYED
        dialled = len(here.dialled)
        for person in (ada, bo):
            person.write(f"{person.name} is here")
            person.room.neighbour.words_wait()  # type: ignore[union-attr]  # the node
        await until(lambda: len(ada.bodies()) >= 2 and ada.bodies() == bo.bodies())
        await trio.sleep(60)
        assert _ways(nodes) == {Path.PUNCHED}
        assert ("lost", bo.device) not in family.told
        assert len(here.dialled) == dialled


def _ways(nodes: dict[bytes, Node]) -> set[Path]:
    """Those of all conversations there are, of which everybody has one."""
    assert all(len(node._company.talks) <= 1 for node in nodes.values())
    return {talk.stream.path for node in nodes.values() for talk in node._company.talks.values()}


async def test_only_what_goes_through_a_relay_and_is_led_here_is_moved(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """A direct conversation stays as it is; nobody is dialled for somebody who is not here."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        right, _ = await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device} and right.here() == {ada.device})
        await trio.sleep(5)
        talks_before = [*left._company.talks.values(), *right._company.talks.values()]
        dialled = len(here.dialled)
        for node, door in ((left, bo.door), (right, ada.door), (left, b"n" * 32)):
            node.direct(door)
        await trio.sleep(5)
        assert [*left._company.talks.values(), *right._company.talks.values()] == talks_before
        assert len(here.dialled) == dialled


async def test_what_a_device_claims_holds_while_one_of_its_two_lines_does(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """The loser of two is over, the device is not: it may still bring what it claims."""
    async with town() as here:
        node, _ = a_node(ada)
        ends = []
        for _ in range(2):
            mine, theirs = streams(ada.door, bo.door)
            here.nursery.start_soon(node.on_stream, mine)
            await theirs.send(wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 7))))
            await theirs.receive()
            ends.append(theirs)
        with pytest.raises(Closed):  # noqa: PT012 - after what was under way
            while True:
                await ends[0].receive()
        later = ada.watch.now() + AFTERWARDS
        assert ada.shelf._claims.newest(later) == 7
        await ends[1].close()
        await until(lambda: not node.here())
        assert ada.shelf._claims.newest(later) == 0


async def test_who_is_slow_loses_the_turn_to_one_who_waits(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Bo catches up with Ada at last although nothing happens on any line."""
    async with town() as here:
        for number in range(MUCH):
            ada.write(f"{number}")
        ada.sign()
        await moves_in(here, ada)
        right, _ = await moves_in(here, bo)
        assert right._turn.take("somebody slow")
        await until(lambda: right.here() == {ada.device})
        await trio.sleep(TURN / 2)
        assert not bo.bodies()
        await until(lambda: len(bo.bodies()) == MUCH, within=TURN)


async def test_much_that_was_asked_for_reaches_the_others_without_waiting(
    village: Village, ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """More than a few words come to Bo outside of any run; Cy, who knows only Bo, has them soon."""
    cy = village.joined(ada, "Cy")
    hang_up(ada, cy)
    settle(ada, bo, cy, rounds=1)
    hang_up(ada, bo, cy)
    async with town() as here:
        for person, other in ((ada, cy), (bo, bo), (cy, ada)):
            node, _ = a_node(person, Avoiding(person, avoided=other.device))
            here.nodes[person.door] = node
            await here.nursery.start(node.run, Phone(here, person.door))
        left, middle = here.nodes[ada.door], here.nodes[bo.door]
        await until(lambda: middle.here() == {ada.device, cy.device})
        await trio.sleep(5)
        ada.room.neighbour = None
        for number in range(FEW + 1):
            ada.write(f"{number}")
        ada.sign()
        (talk,) = left._company.talks.values()
        talk.conversation.out.put_bulk([EnvelopeId(i) for _, i in ada.items(Log.WORDS)])
        talk.poke()
        await until(lambda: len(cy.bodies()) == FEW + 1)


async def test_a_crowd_of_strangers_shuts_no_member_out(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """They have room of their own, and not for ever; the one who stood longest goes first."""
    async with town() as here:
        node, _ = a_node(ada)
        theirs = []
        for _ in range(ROOM + 3):
            end, other = streams(ada.door, b"e" * 32)
            here.nursery.start_soon(node.on_stream, end)
            theirs.append(other)
            await trio.sleep(0.1)
        assert len(node._threshold._here) == ROOM
        with pytest.raises(Closed):
            await theirs[0].receive()
        mine, bos = streams(ada.door, bo.door)
        here.nursery.start_soon(node.on_stream, mine)
        await bos.send(wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0))))
        assert isinstance(wire.decode(await bos.receive()), wire.Hello)
        await trio.sleep(PATIENCE + 3)
        assert not node._threshold._here


async def test_more_conversations_than_there_is_room_for_are_not_begun(
    ada: Person, bo: Person, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """But whoever is in one may come again."""
    monkeypatch.setattr("p2p.company.MAX_CONVERSATIONS", 0)
    node, _ = a_node(ada)
    await node.on_stream(streams(ada.door, bo.door)[0])
    assert node.here() == set()


async def test_a_hint_is_tried_first_and_once(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """An address for everybody, before those that are known."""
    async with town() as here:
        here.away.add(bo.door)
        node, _ = await moves_in(here, ada)
        await trio.sleep(100)
        here.dialled.clear()
        node.hint("/ip4/198.51.100.1/tcp/9")
        await trio.sleep(1)
        assert [a for _, _, a in here.dialled][:2] == [
            ("/ip4/198.51.100.1/tcp/9", ADDRESS), (ADDRESS,),
        ]  # fmt: skip


async def test_nobody_is_dialled_without_an_address_or_a_phone(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """There is nowhere to go yet."""
    async with town() as here:
        node, family = a_node(ada)
        assert not await node._dial(bo.device)
        family.addresses = ()
        node._dialer = Phone(here, ada.door)
        assert not await node._dial(bo.device)
        assert not await node._dial(DeviceId(b"x" * 32))
        assert here.dialled == []


async def test_a_line_to_somebody_who_left_meanwhile_is_closed_again(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """The leave came while we dialled: nothing is said, and the stream is not kept."""
    async with town() as here:
        node, _ = a_node(ada)
        here.nodes[bo.door] = a_node(bo)[0]

        class Slow(Phone):
            async def open(self, *_: object, **__: object) -> FrameStream:
                stream = await self.town.open(self.mine, bo.door, (ADDRESS,))
                bo.room.neighbour = ada.room.neighbour = None
                bo.leave()
                ada.takes(*bo.gives())
                return stream

        node._dialer = Slow(here, ada.door)
        assert not await node._dial(bo.device)
        with pytest.raises(Closed):
            await here.open_[0].send(b"anybody?")


@pytest.mark.parametrize("error", [OurFault("ours"), ZeroDivisionError("1/0"), PeerFault("theirs")])
async def test_one_broken_conversation_ends_nothing_else(
    ada: Person,
    bo: Person,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    autojump_clock: MockClock,
) -> None:
    """Whoever is to blame: it is hung up, the node goes on, and the next one works."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(3)
        broken = iter([True])
        real = ada.shelf.take_in

        def once(*args: object) -> object:
            if next(broken, False):
                raise error
            return real(*args)  # type: ignore[arg-type]  # as given

        monkeypatch.setattr(ada.shelf, "take_in", once)
        bo.write("careful")
        bo.room.neighbour.words_wait()  # type: ignore[union-attr]  # the node
        await until(lambda: ada.bodies() == {"careful"})
        assert next(broken, None) is None


@pytest.mark.parametrize("error", [OurFault("ours"), PeerFault("theirs")])
async def test_a_set_that_cannot_be_gone_through_ends_one_conversation_only(
    ada: Person,
    bo: Person,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    autojump_clock: MockClock,
) -> None:
    """The quarter of an hour comes, the store refuses: the line is dialled again, and all comes."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        right, _ = await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device} and right.here() == {ada.device})
        await trio.sleep(5)
        refused: list[object] = []
        for person in (ada, bo):
            real = person.shelf.item_set

            def once(*args: object, real: Callable[..., object] = real, **more: object) -> object:
                if not refused:
                    refused.append(args)
                    raise error
                return real(*args, **more)

            monkeypatch.setattr(person.shelf, "item_set", once)
        await until(lambda: refused, within=nodes.AGAIN + 1)
        await until(lambda: left.here() == {bo.device} and right.here() == {ada.device})
        bo.write("afterwards")
        right.words_wait()
        await until(lambda: ada.bodies() == {"afterwards"})


async def test_cards_travel_and_are_handed_on(
    village: Village, ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Bo's new address reaches Cy over Ada."""
    cy = village.joined(ada, "Cy")
    hang_up(ada, cy)
    async with town() as here:
        left, _ = await moves_in(here, ada)
        for person in (bo, cy):
            node, _ = await moves_in(here, person)
        await until(lambda: left.here() == {bo.device, cy.device})
        await trio.sleep(3)
        card = bo.shelf.own_card([ADDRESS])
        bo.room.neighbour.cards_changed([card])  # type: ignore[union-attr]  # the node
        await until(lambda: card in cy.shelf.cards())
        node.offer_epochs()
        node.announce(Log.WORDS, [])


def test_the_door_of_the_village_is_the_house_door(ada: Person) -> None:
    """The person in these tests has the door key that is in the record."""
    assert ada.room.ledger.view.devices()[ada.device].door == ada.door
    assert doorkeeping.capsule(ada.room, b"x" * 32) is None
