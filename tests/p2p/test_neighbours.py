"""With whom everybody talks: at most 8, both ends alike, and nobody is left out."""

import random
from collections.abc import Container

import pytest

from p2p.ids import DeviceId
from p2p.neighbours import MESH, RINGS, SMALL, Choice, Rings


def doors(count: int, seed: int = 0) -> list[bytes]:
    chance = random.Random(seed)
    return [chance.randbytes(32) for _ in range(count)]


def graph(everybody: list[bytes], away: Container[bytes] = ()) -> dict[bytes, set[bytes]]:
    """Who talks with whom, when each has found out who is away."""
    rings = Rings(everybody)
    here = [door for door in everybody if door not in away]
    return {door: rings.near(door, away) & set(here) for door in here}


def reached(edges: dict[bytes, set[bytes]]) -> int:
    """How many a word gets to from the first."""
    first = next(iter(edges))
    seen, new = {first}, {first}
    while new:
        new = set().union(*(edges[door] for door in new)) - seen
        seen |= new
    return len(seen)


@pytest.mark.parametrize("count", [2, 3, 9])
def test_up_to_nine_everybody_talks_with_everybody(count: int) -> None:
    """Whoever is away is tried as well."""
    everybody = doors(count)
    for own in everybody:
        assert Rings(everybody).near(own, ()) == set(everybody) - {own}
        assert Rings(everybody).near(own, set(everybody)) == set(everybody) - {own}


@pytest.mark.parametrize("count", [10, 11, SMALL, SMALL + 1, 150])
@pytest.mark.parametrize("away", [0.0, 0.3, 0.7])
def test_both_want_it_nobody_has_more_than_eight_and_nobody_is_left_out(
    count: int, away: float
) -> None:
    """However many are away; over many circles."""
    for seed in range(40):
        everybody = doors(count, seed)
        gone = set(random.Random(seed).sample(everybody, int(count * away)))
        edges = graph(everybody, gone)
        assert all(own in edges[other] for own, others in edges.items() for other in others)
        assert max(map(len, edges.values())) <= MESH
        assert reached(edges) == len(edges) == count - len(gone)


@pytest.mark.parametrize("count", [10, 17, SMALL])
def test_in_a_small_circle_everybody_has_eight_or_all(count: int) -> None:
    """Whoever is here; nine who are here all talk with each other."""
    everybody = doors(count)
    assert {len(others) for others in graph(everybody).values()} == {MESH}
    edges = graph(everybody, everybody[9:])
    assert all(len(others) == MESH for others in edges.values())


def test_a_circle_that_outgrows_one_ring_stays_one_piece_meanwhile() -> None:
    """Some have heard of the last one and some have not."""
    for seed in range(40):
        everybody = doors(SMALL + 1, seed)
        old, new = Rings(everybody[:-1]), Rings(everybody)
        edges: dict[bytes, set[bytes]] = {door: set() for door in everybody}
        for number, door in enumerate(everybody):
            knows = old if number % 2 and number < SMALL else new
            for other in knows.near(door, ()):
                edges[door].add(other)
                edges[other].add(door)
        assert reached(edges) == SMALL + 1


def test_each_ring_is_in_another_order() -> None:
    """So that hardly anybody is a neighbour twice, and 8 others are what most have."""
    degrees = [len(others) for others in graph(doors(150)).values()]
    assert sum(degrees) / len(degrees) > 2 * RINGS - 0.5


@pytest.mark.parametrize("count", [30, 150])
def test_hardly_anybody_has_few(count: int) -> None:
    """Nobody fewer than three, over many circles."""
    for seed in range(40):
        assert min(map(len, graph(doors(count, seed)).values())) >= 3


def test_whoever_comes_is_wanted_by_those_it_wants() -> None:
    """Its 8 dial it, if it does not dial them first; the others stay as they were."""
    everybody = doors(60)
    new = doors(1, seed=99)[0]
    before, after = graph(everybody), graph([*everybody, new])
    assert {door for door in everybody if new in after[door]} == after[new]
    assert all(after[door] == before[door] for door in everybody if door not in after[new])


def test_who_does_not_answer_stays_awaited() -> None:
    """The nearer one and the one instead of it."""
    everybody = doors(30)
    rings, own = Rings(everybody), everybody[0]
    near = rings.near(own, ())
    lost = min(near)
    assert near < rings.near(own, {lost}) | {lost}
    assert lost in rings.near(own, {lost})


def test_if_nobody_answers_all_are_tried() -> None:
    """Once around each ring, and not without end."""
    everybody = doors(30)
    assert Rings(everybody).near(everybody[0], set(everybody)) == set(everybody[1:])


def test_devices_are_chosen_by_their_doors() -> None:
    """The order is that of door keys, which newcomers know before they know any device."""
    keys = doors(31)
    devices = {DeviceId(bytes(31) + bytes((n,))): key for n, key in enumerate(keys[1:])}
    choice, rings = Choice(keys[0], devices), Rings(keys)
    gone = [device for device, key in devices.items() if key in rings.near(keys[0], ())][:2]
    assert {devices[d] for d in choice.near([])} == rings.near(keys[0], ())
    assert {devices[d] for d in choice.near([*gone, DeviceId(b"?" * 32)])} == rings.near(
        keys[0], {devices[device] for device in gone}
    )
