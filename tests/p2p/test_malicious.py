"""A member who turns malicious: little memory, hung up on soon, and nobody else notices.

Real nodes, rooms and stores; the clock jumps. For each attack: how much more memory Ada's side ever
has, how long it takes until Mallory is hung up on, and whether Ben's and Ada's words arrive.
"""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from p2p.host import Closed, FrameStream
from p2p.node import Node
from tests.p2p import attacks
from tests.p2p.malice import Attack, Mallory, roped
from tests.p2p.test_node import Town, moves_in, town, until
from tests.p2p.village import Person, Village, a_village, settle

HANG_UP = 30.0  # seconds
MEMORY = 50_000_000  # bytes
LITTLE = 5_000_000  # bytes
FEW = 200  # frames in half a minute
ARRIVES = 3.0  # seconds in which an honest word arrives
WORDS = 40  # ops on the disk before it begins
DEAR = (  # seconds of work each
    "ranges without end", "authority under unknown epochs", "never reads, asks for ranges",
    "hangs before epochs", "hangs before settling", "hangs before scope", "hangs before words",
    "the same ids wanted", "the same ids of authority wanted", "whole logs asked for",
    "logs of nobody asked for", "the same words again", "one word again and again", "empty frames",
    "beats", "old acks", "no grants", "ranges, slowly", "reads a drop at a time",
    "words under unknown epochs", "words under unknown epochs, then a secret", "nothing wanted",
    "scopes without end", "words that nobody signed", "hangs before settling words",
)  # fmt: skip


@dataclass
class Story:
    """What became of an attack."""

    ended_after: float | None = None
    memory: int = 0
    frames: int = 0
    slowest: float = 0.0
    posts: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """Ada, Ben and Mallory, who know each other and some words."""
    with a_village(tmp_path_factory.mktemp("malice")) as made:
        ada = made.founder("Ada")
        for number in range(WORDS):
            ada.write(f"{number}: " + "word " * 100)
        ada.sign()
        ben, mallory = made.joined(ada, "Ben"), made.joined(ada, "Mallory")
        for person in (ada, ben, mallory):
            for end in list(person.ends):
                end.line.hang_up()
        settle(ada, ben, mallory)
        yield made


def _has(reader: Person, body: str) -> bool:
    return body in reader.bodies()


async def honest(ada: Person, ben: Person, story: Story) -> None:
    """Both write every few seconds; each word arrives soon."""
    number = 0
    while True:
        for writer, reader in ((ada, ben), (ben, ada)):
            body = f"{writer.name} {trio.current_time()} {number}"
            begun = trio.current_time()
            writer.write(body)
            writer.room.neighbour.words_wait()  # type: ignore[union-attr]  # the node
            await until(partial(_has, reader, body), within=ARRIVES)
            story.slowest = max(story.slowest, trio.current_time() - begun)
            story.posts.append(body)
            number += 1
        await trio.sleep(3)


async def suffers(village: Village, attack: Attack, *, ada_dials: bool = False) -> Story:
    """Ada and Ben talk; Mallory attacks Ada until hung up on, or for `HANG_UP` seconds and some."""
    ada, ben, traitor = village.people[:3]
    story = Story()
    async with town() as here:
        left, _ = await moves_in(here, ada)
        await moves_in(here, ben)
        await until(lambda: ben.device in left.here())
        await trio.sleep(2)
        tracemalloc.start()
        base = tracemalloc.get_traced_memory()[0]
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(honest, ada, ben, story)
                with trio.move_on_after(HANG_UP + 5):
                    await _attacks(here, left, Pair(traitor, ada), attack, story, dials=ada_dials)
                story.memory = tracemalloc.get_traced_memory()[1] - base
                await trio.sleep(3)  # the last words still arrive
                nursery.cancel_scope.cancel()
        finally:
            tracemalloc.stop()
    return story


@dataclass(frozen=True)
class Pair:
    """Who attacks whom."""

    attacker: Person
    victim: Person


@dataclass(frozen=True)
class Door:
    """Mallory's door, where Ada's dial ends."""

    found: list[FrameStream]
    taken: trio.Event

    async def on_stream(self, stream: FrameStream) -> None:
        self.found.append(stream)
        self.taken.set()
        await trio.sleep_forever()


async def _attacks(
    here: Town, node: Node, pair: Pair, attack: Attack, story: Story, *, dials: bool
) -> None:
    if dials:
        taken = trio.Event()
        found: list[FrameStream] = []

        here.nodes[pair.attacker.door] = Door(found, taken)  # type: ignore[assignment]  # as much as is dialled
        node.reach.nudge()
        await taken.wait()
        mine = found[0]
    else:
        mine, theirs = roped(pair.attacker.door, pair.victim.door)
        here.nursery.start_soon(node.on_stream, theirs)
    mallory = Mallory(pair.attacker, pair.victim.door, mine, leads=not dials)
    begun = trio.current_time()
    try:
        await attack(mallory)
        story.ended_after = trio.current_time() - begun
    except Closed:
        story.ended_after = trio.current_time() - begun
    finally:
        story.frames = mallory.sent
        await mine.close()


@pytest.mark.parametrize("name", [n for n in attacks.HUNG_UP if n not in DEAR])
async def test_who_turns_is_hung_up_on(
    village: Village, name: str, autojump_clock: MockClock
) -> None:
    """Within half a minute, for little memory, and unnoticed by the others."""
    _holds(await suffers(village, attacks.HUNG_UP[name]))


@pytest.mark.long
@pytest.mark.parametrize("name", DEAR)
async def test_who_makes_others_work_is_hung_up_on(
    village: Village, name: str, autojump_clock: MockClock
) -> None:
    """The same for what takes long to play."""
    _holds(await suffers(village, attacks.HUNG_UP[name]))


@pytest.mark.long
@pytest.mark.parametrize("name", attacks.LED)
async def test_who_turns_after_being_dialled_is_hung_up_on(
    village: Village, name: str, autojump_clock: MockClock
) -> None:
    """The same where Ada leads."""
    _holds(await suffers(village, attacks.LED[name], ada_dials=True))


@pytest.mark.long
@pytest.mark.parametrize("name", [*attacks.BORNE, *attacks.LED_BORNE])
async def test_what_is_borne_costs_next_to_nothing(
    village: Village, name: str, autojump_clock: MockClock
) -> None:
    """Words arrive meanwhile, and little is said to who lies or listens to nothing."""
    led = name in attacks.LED_BORNE
    attack = attacks.LED_BORNE[name] if led else attacks.BORNE[name]
    story = await suffers(village, attack, ada_dials=led)
    assert story.ended_after is None
    assert 0 < story.frames <= FEW
    assert story.posts
    assert story.memory <= LITTLE


def _holds(story: Story) -> None:
    assert story.frames > 0, "the attack never began"
    assert story.memory <= MEMORY, f"{story.memory / 1e6:.0f} MB"
    assert story.posts
    assert story.ended_after is not None, f"never, after {story.frames} frames"
    assert story.ended_after <= HANG_UP
