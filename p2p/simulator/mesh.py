"""A post on its way through a big circle: who has it when, over how many hops, for how many bytes.

Nothing here stands for our code but the graph, which is the real one: `rings` asks `p2p.neighbours`
with whom everybody talks. On it a post travels in one of these ways:

- *push*: whoever gets it hands it at once to all neighbours but the one it came from;
- *tree*: at once along a tree that an earlier post has drawn, and as an id to all other neighbours,
  who ask for what has not come within `PATIENCE` (so Plumtree works once it has settled);
- *ids*: as an id to all, who ask at once;
- *gossip*: GossipSub, a push over a mesh of its own, and at each heartbeat ids of the last posts
  to some further peers, who ask for what they lack.

Every link has a latency of its own, drawn once; a computer takes `WORK` before it hands on. What a
random graph should do is in `theory_of_hops` and `theory_of_time`.
"""

import heapq
import math
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from p2p.neighbours import Rings

Graph = list[list[int]]
Draw = Callable[[random.Random], float]

POST: Final = 1100  # bytes: an envelope of a 600-byte post, its frame, Yamux, Noise, TCP and IP
NAME: Final = 130  # bytes: a frame with one id, or with one wish, and what is below it
WORK: Final = 0.002  # seconds from receiving to handing on
PATIENCE: Final = 0.3  # seconds that whoever has an id waits for the post on the tree

HEARTBEAT: Final = 1.0  # seconds; GossipSub's numbers follow
HEARTBEATS: Final = 3  # in which an id is told
LAZY: Final = 6  # peers told at each
LOW, DEGREE, HIGH = 6, 8, 12  # neighbours in its mesh
KNOWN: Final = 30  # peers it has a connection with


def wide_area(chance: random.Random) -> float:
    """A latency as between homes: seconds, half of them below 60 ms, one in forty above 160."""
    return chance.lognormvariate(math.log(0.06), 0.5)


def steady(_chance: random.Random) -> float:
    """The same latency everywhere, so that the fastest way has the fewest hops."""
    return 0.06


def exponential(chance: random.Random) -> float:
    """A latency whose effect theory can tell: mean 60 ms."""
    return chance.expovariate(1 / 0.06)


# -- graphs ----------------------------------------------------------------------------------------


def rings(count: int, chance: random.Random, away: float = 0.0) -> Graph:
    """Who talks with whom in a circle of `count`, of whom a share is away; by the real choice."""
    doors = [chance.randbytes(32) for _ in range(count)]
    order = Rings(doors)
    gone = set(chance.sample(doors, int(count * away)))
    here = {door: at for at, door in enumerate(door for door in doors if door not in gone)}
    return [
        [here[other] for other in sorted(order.near(door, gone)) if other in here] for door in here
    ]


def meshed(count: int, chance: random.Random) -> tuple[Graph, Graph]:
    """GossipSub's mesh after some heartbeats, and the connections beside it."""
    mesh: list[set[int]] = [set() for _ in range(count)]
    for _ in range(2 * HEARTBEATS):
        for one in chance.sample(range(count), count):
            if len(mesh[one]) > HIGH:
                for other in chance.sample(sorted(mesh[one]), len(mesh[one]) - DEGREE):
                    mesh[one].discard(other)
                    mesh[other].discard(one)
            while len(mesh[one]) < min(LOW, count - 1):
                other = chance.randrange(count)
                if other != one:
                    mesh[one].add(other)
                    mesh[other].add(one)
    beside = [
        sorted(set(chance.sample(range(count), min(count, KNOWN))) - mesh[one] - {one})
        for one in range(count)
    ]
    return [sorted(others) for others in mesh], beside


def components(graph: Graph, without: Collection[int] = ()) -> int:
    """In how many pieces a graph is."""
    left = set(range(len(graph))) - set(without)
    pieces = 0
    while left:
        pieces += 1
        new = {left.pop()}
        while new:
            new = {other for one in new for other in graph[one]} & left
            left -= new
    return pieces


# -- a post on its way -----------------------------------------------------------------------------


@dataclass(slots=True)
class Spread:
    """How one post has spread. Those whom it did not reach are in none of the lists."""

    count: int
    times: list[float] = field(default_factory=list)  # seconds, ascending
    hops: list[int] = field(default_factory=list)
    copies: int = 0
    bytes_: int = 0
    came_from: dict[int, int] = field(default_factory=dict)

    def time_to(self, share: float) -> float:
        """Seconds until a share (0 to 1) of all has it; infinity if that never is."""
        needed = math.ceil(share * self.count)
        return self.times[needed - 1] if needed <= len(self.times) else math.inf

    @property
    def mean_hops(self) -> float:
        """Over all but the writer."""
        return sum(self.hops) / max(1, len(self.hops) - 1)


@dataclass(slots=True)
class World:
    """A graph with its latencies. `mute`: they take posts and hand on nothing, unnoticed so far."""

    graph: Graph
    chance: random.Random
    latency: Draw = wide_area
    mute: frozenset[int] = frozenset()
    _links: dict[tuple[int, int], float] = field(default_factory=dict)

    def delay(self, one: int, other: int) -> float:
        """Seconds from one to another; both ways alike, and always the same."""
        link = (min(one, other), max(one, other))
        if link not in self._links:
            self._links[link] = self.latency(self.chance)
        return self._links[link]


def push(world: World, origin: int) -> Spread:
    """To all neighbours at once."""
    return _Run(world, lambda _one, _other: True, 0).spread(origin)


def ids_first(world: World, origin: int) -> Spread:
    """Its id to all neighbours."""
    return _Run(world, lambda _one, _other: False, 0).spread(origin)


def tree(world: World, origin: int, drawn: Spread) -> Spread:
    """At once along the way that an earlier post has `drawn`, its id to all others."""
    edges = set(drawn.came_from.items())
    return _Run(
        world, lambda one, other: (one, other) in edges or (other, one) in edges, PATIENCE
    ).spread(origin)


def gossip(world: World, beside: Graph, origin: int) -> Spread:
    """GossipSub: a push over its mesh, and ids at heartbeats."""
    return _Run(world, lambda _one, _other: True, 0, beside).spread(origin)


class _Run:
    """One post, event by event."""

    def __init__(
        self,
        world: World,
        eager: Callable[[int, int], bool],
        patience: float,
        beside: Graph | None = None,
    ) -> None:
        self._world = world
        self._eager = eager
        self._patience = patience
        self._beside = beside
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = 0
        self._hops: dict[int, int] = {}
        self._holders: dict[int, set[int]] = {}  # of whom each knows that they have it
        self._asked: set[int] = set()
        self._told = Spread(len(world.graph))

    def spread(self, origin: int) -> Spread:
        """From the writer to everybody."""
        self._gets(0.0, origin, origin, -1)
        while self._events:
            at, _, event = heapq.heappop(self._events)
            event(at)
        return self._told

    def _later(self, at: float, event: Callable[[float], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, event))

    def _sends(self, at: float, one: int, other: int) -> None:
        self._told.copies += 1
        self._told.bytes_ += POST
        hops = self._hops[one]
        arrives = at + self._world.delay(one, other)
        self._later(arrives, lambda now: self._gets(now, other, one, hops))

    def _names(self, at: float, one: int, other: int) -> None:
        self._told.bytes_ += NAME
        arrives = at + self._world.delay(one, other)
        self._later(arrives, lambda now: self._is_told(now, other, one))

    def _gets(self, now: float, one: int, giver: int, hops: int) -> None:
        self._holders.setdefault(one, set()).add(giver)
        if one in self._hops:
            return
        self._hops[one] = hops + 1
        self._told.times.append(now)
        self._told.hops.append(hops + 1)
        self._told.came_from[one] = giver
        if one not in self._world.mute:
            self._later(now + WORK, lambda then: self._hands_on(then, one))
            if self._beside is not None:
                self._gossips(now, one, self._beside[one])

    def _hands_on(self, now: float, one: int) -> None:
        for other in self._world.graph[one]:
            if other in self._holders[one]:
                continue
            if self._eager(one, other):
                self._sends(now, one, other)
            else:
                self._names(now, one, other)

    def _gossips(self, now: float, one: int, beside: Sequence[int]) -> None:
        chance = self._world.chance
        first = now + chance.random() * HEARTBEAT
        for beat in range(HEARTBEATS):
            for other in chance.sample(beside, min(LAZY, len(beside))):
                self._later(first + beat * HEARTBEAT, partial(self._names, one=one, other=other))

    def _is_told(self, now: float, one: int, teller: int) -> None:
        self._holders.setdefault(one, set()).add(teller)
        self._later(now + self._patience, lambda then: self._asks(then, one, teller))

    def _asks(self, now: float, one: int, teller: int) -> None:
        if one in self._hops or one in self._asked:
            return
        self._asked.add(one)  # whoever tells of it has it, so one wish is enough
        self._told.bytes_ += NAME
        arrives = now + self._world.delay(one, teller)
        self._later(arrives, lambda then: self._sends(then, teller, one))


# -- theory ----------------------------------------------------------------------------------------


def theory_of_hops(count: int, degree: int) -> tuple[float, int]:
    """Mean distance, and the hops after which less than half a member lacks it.

    In a random `degree`-regular graph, which looks like a tree from anywhere: whoever is not within
    h hops has no neighbour within h - 1.
    """
    start = 1 - 1 / count
    branch = start  # that the far end of a link, seen without the link, is not within h hops
    lacking, mean, hops = start, 0.0, 0
    while lacking * count >= 1 / 2:
        mean += lacking
        hops += 1
        lacking = start * branch**degree
        branch = start * branch ** (degree - 1)
    return mean / start, hops


def theory_of_time(count: int, degree: int, mean: float) -> tuple[float, float]:
    """Seconds to a typical member and to the last one, where latencies are exponential.

    First passage percolation on random regular graphs: log n / (d - 2), and log n / d more (Amini,
    Draief, Lelarge: Flooding in weighted sparse random graphs, 2013).
    """
    typical = mean * math.log(count) / (degree - 2)
    return typical, typical + mean * math.log(count) / degree
