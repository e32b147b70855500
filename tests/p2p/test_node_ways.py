"""Two homes' nodes on real hosts: they talk through somebody in the middle, then without them."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio

from p2p.host import Host, Path, load

load()

from p2p.node import Node
from tests.p2p.hosting import HERE, wait_for
from tests.p2p.relaying import has_a_place, in_the_middle, only_for
from tests.p2p.test_node import Family, Quiet
from tests.p2p.village import Person, Village, hang_up, seeded


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    hang_up(ada)
    return person


@asynccontextmanager
async def at_home(person: Person, *listen: str) -> AsyncIterator[tuple[Node, Host, Family]]:
    """Somebody's node, on a host that tells members alone where it is; it dials nobody yet."""
    family = Family(person, addresses=())
    node = Quiet(
        person.shelf, family, clock=person.watch, entropy=seeded(person.name),
        own_door=person.door,
    )  # fmt: skip
    person.room.neighbour = node
    host = Host(
        person.keys.door,
        listen=listen,
        on_stream=node.on_stream,
        may_punch=lambda door: person.shelf.device_at(door) is not None,
        on_direct=node.direct,
    )
    async with host.run(), trio.open_nursery() as nursery:
        await nursery.start(node.run, host)
        yield node, host, family
        nursery.cancel_scope.cancel()


def way(node: Node) -> Callable[[], Path | None]:
    """Of the one conversation that there is."""
    return lambda: next((talk.stream.path for talk in node._company.talks.values()), None)


async def test_a_conversation_begins_through_a_relay_and_goes_on_directly(
    ada: Person, bo: Person
) -> None:
    """Ada knows only that Bo can be called through Rosa; what both write is with both all along."""
    doors = {ada.door, bo.door}
    async with (
        in_the_middle(only_for(doors)) as rosa,
        at_home(bo, HERE) as (right, bos_host, _),
        at_home(ada) as (left, adas_host, family),
        has_a_place(bos_host, rosa),
    ):
        assert {adas_host.peer, bos_host.peer} == doors
        family.addresses = tuple(bos_host.circuits())
        left.people_changed()
        left.reach.nudge()
        await wait_for(lambda: left.here() == {bo.device})
        assert rosa.carried().circuits_ever == 1
        ada.write("through Rosa")
        left.words_wait()
        await wait_for(lambda: way(left)() is way(right)() is Path.DIRECT)
        bo.write("directly")
        right.words_wait()
        await wait_for(lambda: ada.bodies() == bo.bodies() == {"through Rosa", "directly"})
        assert ("lost", bo.device) not in family.told
        await adas_host.disconnect(rosa.peer)
        await trio.sleep(0.3)
        assert way(left)() is Path.DIRECT
        assert rosa.carried().circuits_ever == 1
