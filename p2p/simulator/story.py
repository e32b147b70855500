"""What happens in a village: a plan drawn from a seed, as frozen values that can be read.

Everything is drawn here, before anything runs, so that a run can be told and replayed. Moments are
seconds from the beginning; people are numbers, in the order in which they came.
"""

import random
from dataclasses import dataclass
from typing import TypeAlias

from p2p.simulator.chance import spread, stream
from p2p.simulator.clock import HOUR
from p2p.simulator.weather import CALM, MANGLED, ROUGH, Weather

DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Write:
    """Somebody writes so many posts, each perhaps a reply to something they have."""

    who: int
    posts: int


@dataclass(frozen=True, slots=True)
class Leap:
    """Everybody's clock goes on by so many ms while nothing happens."""

    ms: int


@dataclass(frozen=True, slots=True)
class Part:
    """The net falls apart."""

    parts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Rejoin:
    """It is whole again."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Somebody shuts their computer down."""

    who: int


@dataclass(frozen=True, slots=True)
class Wake:
    """Somebody switches it on."""

    who: int


@dataclass(frozen=True, slots=True)
class Fail:
    """The power of a computer fails after so many steps of its tasks."""

    who: int
    steps: int
    back_after: float
    silently: bool


@dataclass(frozen=True, slots=True)
class Fall:
    """It fails at the so-manieth statement to its disk: before, or just after it is done.

    `commits`: only those that end a change are counted.
    """

    who: int
    uses: int
    after: bool
    back_after: float
    silently: bool
    commits: bool = False


@dataclass(frozen=True, slots=True)
class Sky:
    """Lines laid from now on are like this."""

    weather: Weather


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody new is invited by somebody, and knocks."""

    host: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody leaves the circle, perhaps erasing it."""

    who: int
    erase: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Somebody says how many days words stay; 0: for good."""

    who: int
    days: int


@dataclass(frozen=True, slots=True)
class Lie:
    """A liar does something; which of its deeds the number says."""

    who: int
    deed: int


@dataclass(frozen=True, slots=True)
class Call:
    """A stranger calls somebody, in a manner that the number says."""

    who: int
    manner: int


@dataclass(frozen=True, slots=True)
class Swallow:
    """The next words on every line there is now are lost, and the line goes on."""


Act: TypeAlias = (
    Write | Leap | Part | Rejoin | Sleep | Wake | Fail | Fall | Sky | Come | Leave | Lie | Call
    | Swallow | Keep
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """A seed's village, and what befalls it."""

    seed: int
    people: int
    fresh: bool  # whether newcomers may not read what was before them
    liars: frozenset[int]
    habits: int  # what a liar does all the time, as a number
    wrong_clocks: tuple[int, ...]  # by how many ms each person's clock is wrong
    acts: tuple[tuple[float, Act], ...]
    length: float
    hang_up: bool  # whether all lines are cut when the good weather comes
    far: bool  # whether ways are long then
    quiet: bool = False  # whether nobody writes then
    street: bool = False  # whether everybody reaches those next door only
    lost: frozenset[int] = frozenset()  # who is never seen again


def draw(seed: int) -> Story:
    """The story of a seed; always the same."""
    chance = stream(seed, "story")
    people = chance.choice((2, 2, 3, 3, 3, 4, 4, 5))
    liars = frozenset({chance.randrange(people)}) if people > 2 and chance.random() < 0.3 else None
    pen = _Pen(chance, people, liars or frozenset())
    for _ in range(chance.choice((1, 2, 2, 3, 4))):
        pen.episode()
    return Story(
        seed=seed,
        people=people,
        fresh=chance.random() < 0.25,
        liars=liars or frozenset(),
        habits=chance.getrandbits(16),
        wrong_clocks=tuple(_wrong(chance) for _ in range(people + 8)),
        acts=tuple(sorted(pen.acts, key=lambda act: act[0])),
        length=pen.now,
        hang_up=chance.random() < 0.6,
        far=chance.random() < 0.4,
    )


def _wrong(chance: random.Random) -> int:
    """Most clocks are about right; some are hours off, a few are days off."""
    roll = chance.random()
    if roll < 0.8:
        return chance.randint(-60_000, 60_000)
    return chance.randint(-3 * HOUR, 3 * HOUR) if roll < 0.95 else chance.randint(-9 * DAY, 9 * DAY)


class _Pen:
    """Writes a story down, episode by episode."""

    def __init__(self, chance: random.Random, people: int, liars: frozenset[int]) -> None:
        self.acts: list[tuple[float, Act]] = []
        self.now = 0.0
        self._chance = chance
        self._people = people
        self._liars = liars
        self._gone: set[int] = set()

    def _put(self, at: float, act: Act) -> None:
        self.acts.append((round(at, 3), act))

    def _someone(self) -> int:
        return self._chance.randrange(self._people)

    def episode(self) -> None:
        """Some seconds in which people are up, and then perhaps weeks in which nothing happens."""
        chance = self._chance
        length = chance.uniform(3.0, 12.0)
        begin = self.now
        self._put(begin, Sky(chance.choice((CALM, ROUGH, ROUGH, MANGLED))))
        asleep = self._sleepers(begin)
        self._rifts(begin, length)
        for _ in range(chance.randint(1, 2 * self._people)):
            act = Write(self._someone(), chance.choice((1, 1, 1, 2, 3, 8)))
            self._put(begin + chance.random() * length, act)
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            self._failure(begin + chance.random() * length)
        if chance.random() < 0.2:
            self._put(begin + chance.random() * length * 0.6, Come(self._someone()))
            self._people += 1
        self._farewell(begin, length)
        for liar in self._liars:
            for _ in range(chance.randint(1, 4)):
                at = begin + chance.random() * length
                self._put(at, Lie(liar, chance.getrandbits(16)))
        self.now = begin + length
        if chance.random() < 0.5:
            for who in asleep:
                self._put(self.now, Wake(who))
        if chance.random() < 0.6:
            self._put(self.now, Leap(int(spread(chance, HOUR / 4, 40 * DAY))))

    def _farewell(self, begin: float, length: float) -> None:
        """Now and then somebody leaves, but for the founder, who alone lets people in."""
        chance = self._chance
        if chance.random() < 0.15 and self._people - len(self._gone) > 2:
            who = self._someone()
            if who and who not in self._gone:
                self._gone.add(who)
                self._put(begin + chance.random() * length, Leave(who, chance.random() < 0.3))

    def _sleepers(self, begin: float) -> list[int]:
        """Some are away in this episode."""
        chance = self._chance
        asleep = [who for who in range(self._people) if chance.random() < 0.15]
        for who in asleep:
            self._put(begin + chance.random(), Sleep(who))
        return asleep

    def _rifts(self, begin: float, length: float) -> None:
        chance = self._chance
        if chance.random() < 0.5:
            return
        sides: tuple[list[int], list[int]] = ([], [])
        for who in range(self._people):
            sides[chance.randrange(2)].append(who)
        at = begin + chance.random() * length
        self._put(at, Part(tuple(tuple(side) for side in sides)))
        if chance.random() < 0.6:
            self._put(at + chance.random() * length, Rejoin())

    def _failure(self, at: float) -> None:
        """Power fails: somewhere, or just while something is being written and handed over."""
        chance = self._chance
        who, silently, after = self._someone(), chance.random() < 0.5, chance.random() < 0.5
        back = round(chance.uniform(0.05, 4.0), 3)
        roll = chance.random()
        if roll < 0.3:
            self._put(at, Fail(who, int(spread(chance, 1, 400)), back, silently))
        elif roll < 0.6:
            self._put(at, Fall(who, int(spread(chance, 1, 300)), after, back, silently))
        else:
            self._put(at, Fall(who, chance.randint(1, 60), after, back, silently))
            self._put(at, Write(who, 1))
