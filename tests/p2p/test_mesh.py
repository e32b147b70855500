"""Two thousand on paper: the real choice of neighbours, a post on its way, and the theory."""

import random

import pytest

from p2p.simulator import mesh

MANY = 2000


def chance(seed: int = 1) -> random.Random:
    return random.Random(seed)


def world(count: int = MANY, seed: int = 1, *, away: float = 0.0) -> mesh.World:
    return mesh.World(mesh.rings(count, chance(seed), away), chance(seed))


@pytest.mark.parametrize("away", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("count", [3, 9, 10, 30, 150, 600])
def test_a_circle_is_one_piece_whoever_is_away(count: int, away: float) -> None:
    """Over many circles."""
    for seed in range(20):
        graph = mesh.rings(count, chance(seed), away)
        assert len(graph) == count - int(count * away)
        assert mesh.components(graph) == 1
        assert max(map(len, graph)) <= 8


def test_two_thousand_are_one_piece_also_when_a_tenth_has_just_gone() -> None:
    """Before anybody has noticed, and also when it is a third."""
    for seed in range(5):
        graph = mesh.rings(MANY, chance(seed))
        for share in (0.1, 0.3):
            gone = chance(seed).sample(range(MANY), int(MANY * share))
            assert mesh.components(graph, gone) == 1


def test_a_post_needs_as_many_hops_as_in_a_random_graph_of_degree_eight() -> None:
    """With equal latencies the fastest way is the shortest; it agrees with the theory of hops."""
    mean, most = mesh.theory_of_hops(MANY, 8)
    assert (round(mean, 2), most) == (3.96, 5)
    for seed in range(3):
        here = world(seed=seed)
        here.latency = mesh.steady
        spread = mesh.push(here, 0)
        assert spread.mean_hops == pytest.approx(mean, rel=0.02)
        assert most <= max(spread.hops) <= most + 1


def test_a_post_takes_as_long_as_first_passage_percolation_has_it() -> None:
    """With exponential latencies; the theory knows no time to hand on."""
    typical, last = mesh.theory_of_time(MANY, 8, 0.06)
    half, whole = [], []
    for seed in range(5):
        here = world(seed=seed)
        here.latency = mesh.exponential
        spread = mesh.push(here, 0)
        half.append(spread.time_to(0.5) - 6 * mesh.WORK)
        whole.append(spread.time_to(1) - 9 * mesh.WORK)
    assert sum(half) / len(half) == pytest.approx(typical, rel=0.2)
    assert sum(whole) / len(whole) == pytest.approx(last, rel=0.2)


def test_every_way_reaches_everybody() -> None:
    """The push seven times over, the others hardly more than once."""
    here = world()
    push, ids = mesh.push(here, 0), mesh.ids_first(here, 0)
    tree = mesh.tree(here, 0, mesh.push(here, 1000))
    for spread in (push, ids, tree):
        assert len(spread.times) == MANY
    assert 6.5 < push.copies / MANY < 7
    assert ids.copies == MANY - 1
    assert tree.copies < 1.1 * MANY
    assert push.time_to(0.99) < tree.time_to(0.99) < ids.time_to(0.99)


def test_a_tenth_that_is_mute_holds_up_a_tree_and_not_a_push() -> None:
    """There are seven other ways; on a tree all behind them wait for an id and ask."""
    here = world()
    here.mute = frozenset(chance().sample(range(1, MANY), MANY // 10))
    push = mesh.push(here, 0)
    assert len(push.times) == MANY
    tree = mesh.tree(here, 0, mesh.push(world(), 1000))
    assert tree.time_to(0.99) > 3 * push.time_to(0.99)


def test_gossipsub_keeps_its_numbers() -> None:
    """Degree and reach; its ids at heartbeats cost bytes although nobody needed one."""
    graph, beside = mesh.meshed(MANY, chance())
    degrees = [len(others) for others in graph]
    assert min(degrees) >= mesh.LOW
    assert max(degrees) <= mesh.HIGH + 2
    here = mesh.World(graph, chance())
    plain, gossip = mesh.push(here, 0), mesh.gossip(here, beside, 0)
    assert len(gossip.times) == MANY
    told = MANY * mesh.HEARTBEATS * mesh.LAZY * mesh.NAME
    assert gossip.bytes_ - plain.bytes_ == pytest.approx(told, rel=0.05)


def test_gossipsub_finds_by_ids_whom_its_mesh_lost() -> None:
    """Somebody without a mesh is told at the next heartbeat, and asks."""
    graph, beside = mesh.meshed(MANY, chance())
    for other in graph[7]:
        graph[other].remove(7)
    graph[7] = []
    spread = mesh.gossip(mesh.World(graph, chance()), beside, 0)
    assert len(spread.times) == MANY
    assert spread.times[-1] > spread.times[-2] + 0.06


def test_who_is_not_reached_makes_the_time_endless() -> None:
    """Two pieces: the other one never has it."""
    spread = mesh.push(mesh.World([[1], [0], [3], [2]], chance()), 0)
    assert spread.time_to(0.5) < 1
    assert spread.time_to(1) == float("inf")
    assert mesh.components([[1], [0], [3], [2]]) == 2
