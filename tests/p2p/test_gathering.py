"""What a running home says of the words it holds: soon, seldom, and to whoever waits for it."""

# ruff: noqa: ARG001 - the clock that jumps is wanted for what it does

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
import trio
from trio.testing import MockClock

from app.refused import Refused, Why
from app.store import holdings as rows_of
from p2p import gathering, wire
from p2p.host import FrameStream, Unreachable
from p2p.node import Node
from p2p.op import Log
from p2p.sync import Conversation
from tests.p2p.test_node import Avoiding, Phone, Town, a_node, moves_in, town, until
from tests.p2p.village import Person, Village, hang_up


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    hang_up(ada)
    return person


@pytest.fixture
def cy(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Cy")
    hang_up(ada)
    return person


@pytest.fixture
def row(ada: Person, bo: Person, cy: Person) -> list[Person]:
    return [ada, bo, cy]


def reached(person: Person, post: str) -> tuple[int | None, int | None]:
    found = person.room.posts.one(bytes.fromhex(post))
    assert found is not None
    return found.reached, found.of


def writes(person: Person, body: str) -> str:
    post = person.write(body)
    person.room.neighbour.words_wait()  # type: ignore[union-attr]  # the node
    return post


async def all_lines_are_cut(lines: Iterable[FrameStream]) -> None:
    for line in list(lines):
        await line.close()


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[list[wire.Holding]]:
    """All that anybody says of what is held, by frames."""
    heard: list[list[wire.Holding]] = []
    real = Conversation.receive

    def receive(self: Conversation, data: bytes) -> None:
        frame = wire.decode(data)
        if isinstance(frame, wire.Holdings):
            heard.append(frame.holdings)
        real(self, data)

    monkeypatch.setattr(Conversation, "receive", receive)
    return heard


async def test_a_post_is_known_to_have_come_within_moments(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """About a second after Bo's computer has it, Ada's says so; not before."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(10)
        post = writes(ada, "hello")
        assert reached(ada, post) == (0, 1)
        begun = trio.current_time()
        await until(lambda: "hello" in bo.bodies())
        await until(lambda: reached(ada, post) == (1, 1))
        assert trio.current_time() - begun < gathering.HERE + 0.5


async def test_a_burst_is_not_answered_word_by_word(
    ada: Person, bo: Person, frames: list[list[wire.Holding]], autojump_clock: MockClock
) -> None:
    """A thousand posts within five seconds: a handful of frames."""
    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(10)
        frames.clear()
        posts = []
        for number in range(1000):
            posts.append(writes(ada, f"{number}"))
            await trio.sleep(0.005)
        await until(lambda: all(reached(ada, post) == (1, 1) for post in (posts[0], posts[-1])))
        assert 1 <= sum(map(len, frames)) <= 7


async def test_who_was_away_hears_of_it_from_whoever_they_meet(
    ada: Person, bo: Person, cy: Person, autojump_clock: MockClock
) -> None:
    """Cy has Ada's post from Bo, and is gone when she is back: Bo has kept his word for her."""
    async with town() as here:
        here.away.add(cy.door)
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(5)
        post = writes(ada, "for both")
        await until(lambda: reached(ada, post) == (1, 2))
        here.away |= {ada.door}
        await all_lines_are_cut(here.open_)
        here.away.discard(cy.door)
        await moves_in(here, cy)
        await until(lambda: "for both" in cy.bodies())
        await trio.sleep(gathering.AWAY + 1)
        assert reached(ada, post) == (1, 2)
        here.away |= {cy.door}
        await all_lines_are_cut(here.open_)
        here.away.discard(ada.door)
        await until(lambda: reached(ada, post) == (2, 2))


async def test_it_goes_on_along_the_way_that_the_words_came(
    ada: Person, bo: Person, cy: Person, autojump_clock: MockClock
) -> None:
    """Cy can't reach Ada at all; Bo passes on at once what Cy says."""
    async with town() as here:
        for person, other in ((ada, cy), (cy, ada)):
            node, _ = a_node(person, Avoiding(person, avoided=other.device))
            here.nodes[person.door] = node
            await here.nursery.start(node.run, Phone(here, person.door))
        middle, _ = await moves_in(here, bo)
        await until(lambda: middle.here() == {ada.device, cy.device})
        await trio.sleep(5)
        post = writes(ada, "over the hill")
        await until(lambda: reached(ada, post) == (2, 2), within=gathering.AWAY + 3)


async def test_it_is_handed_on_also_where_nobody_knows_any_more_how_the_words_came(
    ada: Person, bo: Person, cy: Person, village: Village, autojump_clock: MockClock
) -> None:
    """In a row each can reach the next only; all but Dee had the post when they were opened."""
    dee = village.joined(ada, "Dee")
    hang_up(ada)
    row = [ada, bo, cy, dee]
    for person in row[1:]:
        person.takes(*dee.gives(Log.AUTHORITY), log=Log.AUTHORITY)
    for person in row:
        person.takes(*ada.gives(Log.AUTHORITY), log=Log.AUTHORITY)
    post = ada.write("to the end of the row")
    ada.sign()
    for person in (bo, cy):
        person.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    async with town() as here:
        await in_a_row(here, row)
        await until(lambda: reached(ada, post) == (2, 3))
        await until(lambda: reached(ada, post) == (3, 3), within=2 * gathering.AWAY)


async def in_a_row(here: Town, row: Sequence[Person]) -> list[Node]:
    """Each can reach the next only."""
    nodes = []
    for number, person in enumerate(row):
        near = frozenset(other.door for other in row[max(0, number - 1) : number + 2])
        node, _ = a_node(person)
        here.nodes[person.door] = node
        await here.nursery.start(node.run, Nearby(here, person.door, near))
        nodes.append(node)
    return nodes


async def test_what_is_for_several_who_are_away_goes_in_one_frame(
    row: list[Person], village: Village, autojump_clock: MockClock,
    frames: list[list[wire.Holding]],
) -> None:  # fmt: skip
    """Ada and Bo are both out of Dee's reach: what her computer has of them is said once."""
    ada, bo, cy = row
    dee = village.joined(ada, "Dee")
    hang_up(ada)
    for person in (bo, cy, dee):
        person.takes(*dee.gives(Log.AUTHORITY), log=Log.AUTHORITY)
    async with town() as here:
        nodes = await in_a_row(here, [*row, dee])
        await until(lambda: nodes[2].here() == {bo.device, dee.device})
        await until(lambda: nodes[0].here() == {bo.device})
        await trio.sleep(10)
        frames.clear()
        posts = [(ada, writes(ada, "from one end"))]
        await trio.sleep(2)
        posts.append((bo, writes(bo, "from beside it")))
        await until(lambda: all(reached(who, post) == (3, 3) for who, post in posts))
        of_dee = [f for f in frames if any(one.holder == dee.device for one in f)]
        first = [{one.author for one in f if one.holder == dee.device} for f in of_dee]
        assert first[0] == {ada.device, bo.device}


async def test_where_not_all_talk_with_each_other_it_goes_on_seldom(
    row: list[Person], autojump_clock: MockClock,
    monkeypatch: pytest.MonkeyPatch, frames: list[list[wire.Holding]],
) -> None:  # fmt: skip
    """What Cy says goes on with what Bo says for those away, in one frame."""
    ada, _, cy = row
    monkeypatch.setattr(gathering, "MESH", 1)
    async with town() as here:
        nodes = await in_a_row(here, row)
        await until(lambda: nodes[1].here() == {ada.device, cy.device})
        await trio.sleep(10)
        frames.clear()
        post = writes(ada, "over the hill")
        begun = trio.current_time()
        await until(lambda: reached(ada, post) == (2, 2), within=2 * gathering.AWAY + 2)
        assert trio.current_time() - begun > gathering.AWAY + gathering.HERE + 1
        of_cy = [one for frame in frames for one in frame if one.holder == cy.device]
        assert len(of_cy) == 2  # to Bo, and from him to Ada


@dataclass
class Nearby(Phone):
    """That of somebody who can dial some only."""

    near: frozenset[bytes]

    async def open(
        self, peer: bytes, addresses: Sequence[str], *, timeout: float = 5.0  # noqa: ASYNC109
    ) -> FrameStream:  # fmt: skip
        if peer not in self.near:
            raise Unreachable
        return await super().open(peer, addresses, timeout=timeout)


async def test_a_home_that_was_closed_too_soon_says_it_when_it_is_open_again(
    ada: Person, bo: Person, cy: Person, autojump_clock: MockClock
) -> None:
    """Cy's computer took the words in and lost its power: Bo hears of it from it later."""
    ada.write("just in time")
    ada.sign()
    cy.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    async with town() as here:
        left, _ = await moves_in(here, bo)
        await moves_in(here, cy)
        await until(lambda: left.here() == {cy.device})
        await trio.sleep(gathering.AWAY + 2)
        told = bo.shelf.unheard(ada.device, b"")
        assert {one.holder for one in told} == {bo.device, cy.device}


async def test_a_full_disk_puts_it_off(
    ada: Person, bo: Person, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said that is not kept; the next words try again, and nothing else suffers."""

    def refuse(*_: object) -> None:
        raise Refused(Why.DISK_FULL, "The disk is full.")

    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, bo)
        await until(lambda: left.here() == {bo.device})
        await trio.sleep(10)
        with monkeypatch.context() as full:
            full.setattr(rows_of, "keep", refuse)
            post = writes(ada, "one")
            await trio.sleep(10)
            assert "one" in bo.bodies()
            assert reached(ada, post) == (0, 1)
            assert left.here() == {bo.device}
        writes(ada, "two")
        await until(lambda: reached(ada, post) == (1, 1))
