"""A crowd: real homes' shelves, real conversations in memory, more people than may talk at once."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import trio
from trio.testing import MockClock

from p2p.ids import DeviceId
from p2p.neighbours import MESH
from p2p.node import Node
from p2p.reach import SPARE
from tests.p2p.test_node import Phone, Town, a_node, town, until
from tests.p2p.village import Person, Village, hang_up

CROWD = 14


@dataclass(eq=False)
class Home:
    """Somebody who is online."""

    person: Person
    node: Node
    scope: trio.CancelScope

    @property
    def here(self) -> set[DeviceId]:
        return self.node.here()

    def says(self, body: str) -> None:
        self.person.write(body)
        self.node.words_wait()


@pytest.fixture
def crowd(village: Village) -> list[Person]:
    """Let in one after the other, so that the first ones have not heard of the last ones yet."""
    ada = village.founder("Ada")
    code = ada.invites(uses=50)
    people = [ada]
    for number in range(1, CROWD):
        people.append(village.joined(ada, f"P{number}", code))
        hang_up(*people)
    return people


async def comes_online(town: Town, person: Person, *, listens: bool = True) -> Home:
    node, _ = a_node(person)
    if listens:
        town.nodes[person.door] = node
    town.away.discard(person.door)
    scope = trio.CancelScope()

    async def live(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        with scope:
            await node.run(Phone(town, person.door), task_status)

    await town.nursery.start(live)
    return Home(person, node, scope)


def vanishes(town: Town, home: Home) -> None:
    """As if the power were cut; the others find out by silence at the latest."""
    town.away.add(home.person.door)
    home.scope.cancel()
    for talk in home.node._company.talks.values():
        talk.scope.cancel()


def reached(homes: Sequence[Home]) -> int:
    """How many hang together with the first."""
    by_device = {home.person.device: home for home in homes}
    seen, new = {homes[0]}, [homes[0]]
    while new:
        new = [by_device[d] for home in new for d in home.here if by_device[d] not in seen]
        seen |= set(new)
    return len(seen)


async def settle(homes: Sequence[Home]) -> None:
    """Until everybody knows everybody and talks with those chosen, and with nobody else."""
    with trio.fail_after(10 * SPARE):
        while not all(  # noqa: ASYNC110 - it is others who do something
            len(home.person.room.ledger.view.devices()) >= len(homes)
            and home.here == home.node.reach.chosen - home.node.reach._passed
            for home in homes
        ):
            await trio.sleep(SPARE / 12)


def all_hold(people: Sequence[Person], posts: int) -> Callable[[], bool]:
    return lambda: all(person.room.posts.count_signed() == posts for person in people)


async def test_a_crowd_hangs_together_with_eight_conversations_each(
    crowd: list[Person], autojump_clock: MockClock
) -> None:
    """Though they came up one by one, each knowing other people."""
    async with town() as here:
        homes = [await comes_online(here, person) for person in crowd]
        await until(lambda: reached(homes) == CROWD, within=10)
        await settle(homes)
        assert max(len(home.here) for home in homes) <= MESH
        assert reached(homes) == CROWD
        assert all(home.person.knows() == crowd[0].knows() for home in homes)


async def test_bursts_lose_nothing(crowd: list[Person], autojump_clock: MockClock) -> None:
    """A hundred posts at once, and then five from each of ten at once, are with everybody soon."""
    async with town() as here:
        homes = [await comes_online(here, person) for person in crowd]
        await settle(homes)
        for number in range(100):
            homes[0].says(f"burst {number}")
        await until(all_hold(crowd, 100), within=30)
        for number in range(5):
            for home in homes[:10]:
                home.says(f"{home.person.name} {number}")
        await until(all_hold(crowd, 150), within=30)
        assert len(crowd[-1].bodies()) == 150
        assert all(person.knows() == crowd[0].knows() for person in crowd)


async def test_words_written_while_the_graph_changes_reach_everybody(
    crowd: list[Person], autojump_clock: MockClock
) -> None:
    """Long before the next reconciliation that is begun without a reason."""
    async with town() as here:
        homes = [await comes_online(here, person) for person in crowd]
        for number in range(40):
            homes[number % CROWD].says(f"word {number}")
            await trio.sleep(SPARE / 20)
        await until(all_hold(crowd, 40), within=10)


async def test_the_crowd_heals_when_neighbours_vanish(
    crowd: list[Person], autojump_clock: MockClock
) -> None:
    """All but one of somebody's neighbours go at once; who is left is whole again in seconds."""
    async with town() as here:
        homes = [await comes_online(here, person) for person in crowd]
        await settle(homes)
        first = homes[0]
        lost = sorted(first.here)[1:]
        gone = [home for home in homes if home.person.device in lost]
        left = [home for home in homes if home not in gone]
        for home in gone:
            vanishes(here, home)
        await until(lambda: not any(set(lost) & home.here for home in left), within=10)
        await until(lambda: reached(left) == len(left), within=10)
        first.says("still here")
        await until(lambda: all("still here" in h.person.bodies() for h in left), within=5)
        for home in gone:
            back = await comes_online(here, home.person)
            homes[homes.index(home)] = back
        await until(lambda: all("still here" in p.bodies() for p in crowd), within=10)
        await settle(homes)
        assert max(len(home.here) for home in homes) <= MESH


async def test_a_newcomer_is_taken_by_a_crowd_that_has_enough(
    village: Village, crowd: list[Person], autojump_clock: MockClock
) -> None:
    """They have what all have within seconds, and their place in the graph soon after."""
    async with town() as here:
        homes = [await comes_online(here, person) for person in crowd]
        await settle(homes)
        homes[3].says("welcome")
        new = village.newcomer(crowd[0], "Zoe")
        homes.append(await comes_online(here, new))
        await until(lambda: new.bodies() == {"welcome"}, within=5)
        await until(lambda: len(homes[-1].here) >= MESH / 2, within=5)
        await settle(homes)
        assert max(len(home.here) for home in homes) <= MESH
        assert reached(homes) == len(homes)


async def test_where_only_one_can_be_dialled_all_have_their_turn(
    crowd: list[Person], monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """More than there is room for: whoever was there longest makes room, and comes again."""
    monkeypatch.setattr("p2p.company.MAX_CONVERSATIONS", MESH + 1)
    async with town() as here:
        hub = await comes_online(here, crowd[0])
        others = [await comes_online(here, person, listens=False) for person in crowd[1:]]
        await trio.sleep(SPARE)
        assert len(hub.here) == MESH + 1
        others[-1].says("from the last")
        others[0].says("from the first")
        await until(
            lambda: all(len(home.person.bodies()) == 2 for home in [hub, *others]),
            within=10 * SPARE,
        )
        assert len(hub.here) <= MESH + 1
