"""What befalls some villages besides: rare things that a story by itself would hardly ever bring.

Drawn from a stream of its own, so that the rest of a story is what it was. Some villages end
*quietly*: the net falls apart, and when it is whole again nobody writes a word that would make them
look for each other. In some the founder lets somebody in whom nobody else hears of, and is never
seen again. In some a word gets lost that everybody listens for. Some live on a *street*, where each
reaches those next door only, and no third brings what one of them did not. Computers fail right at
a commit, strangers stand at doors, liars lie more often.
"""

import random
from dataclasses import replace

from p2p.simulator.chance import stream
from p2p.simulator.story import (
    Act,
    Call,
    Come,
    Fall,
    Leave,
    Lie,
    Part,
    Rejoin,
    Sky,
    Sleep,
    Story,
    Swallow,
    Wake,
    Write,
)
from p2p.simulator.weather import CALM

Acts = list[tuple[float, Act]]

FOUNDER = 0
QUIET = 14.0  # seconds that the net lies apart in the end: all have given up on each other by then
COMING_IN = 9.0  # seconds in which a newcomer comes in, by the founder alone
MEETING = 8.0  # seconds in which all meet who are up
MANNERS = 5  # of strangers


def besides(story: Story) -> Story:
    """The same story, with what befalls this village besides."""
    chance = stream(story.seed, "besides")
    acts = list(story.acts)
    _failing_commits(chance, story, acts)
    _strangers(chance, story, acts)
    _lies(chance, story, acts)
    if not story.liars and not any(isinstance(act, Leave) for _, act in acts):
        story = replace(story, street=chance.random() < 0.4)
    roll = chance.random()
    if roll < 0.12:
        return _ends_quietly(chance, story, acts)
    if 0.12 <= roll < 0.24 and not story.liars:
        return _loses_its_founder(story, acts)
    if roll > 0.88 and not story.liars:
        return _loses_words(chance, story, acts)
    return _with(story, acts)


def _with(story: Story, acts: Acts) -> Story:
    return replace(story, acts=tuple(sorted(acts, key=lambda act: act[0])))


def _moment(chance: random.Random, story: Story) -> float:
    return round(chance.random() * story.length, 3)


def _failing_commits(chance: random.Random, story: Story, acts: Acts) -> None:
    """The power goes just before or after one of the next changes is on disk."""
    for _ in range(chance.choice((0, 1, 1, 2))):
        who, at = chance.randrange(story.people), _moment(chance, story)
        back = round(chance.uniform(0.05, 4.0), 3)
        after, silently = chance.random() < 0.7, chance.random() < 0.5
        acts += [
            (at, Fall(who, chance.randint(1, 4), after, back, silently, commits=True)),
            (at, Write(who, 1)),
        ]


def _strangers(chance: random.Random, story: Story, acts: Acts) -> None:
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        who = chance.randrange(story.people)
        acts.append((_moment(chance, story), Call(who, chance.randrange(MANNERS))))


def _lies(chance: random.Random, story: Story, acts: Acts) -> None:
    for liar in story.liars:
        acts += [
            (_moment(chance, story), Lie(liar, chance.getrandbits(16)))
            for _ in range(chance.randint(0, 6))
        ]


def _ends_quietly(chance: random.Random, story: Story, acts: Acts) -> Story:
    """All are up and parted until they have given up on each other; each side writes a little."""
    begin, everybody = story.length, range(story.people + _came(acts))
    sides: tuple[list[int], list[int]] = ([], [])
    for who in everybody:
        sides[chance.randrange(2)].append(who)
        acts.append((begin, Wake(who)))
    acts.append((begin + 1.0, Part(tuple(tuple(side) for side in sides))))
    acts += [
        (round(begin + 1.0 + chance.random(), 3), Write(who, 1))
        for who in everybody
        if chance.random() < 0.5
    ]
    return _with(replace(story, length=begin + QUIET, quiet=True), acts)


def _loses_its_founder(story: Story, acts: Acts) -> Story:
    """Somebody comes in whom only the founder knows, who is never seen again after that."""
    begin = story.length
    others = tuple(range(1, story.people + _came(acts)))
    acts += [
        (begin, Sky(CALM)),
        (begin, Wake(FOUNDER)),
        (begin, Part((others,))),
        (begin + 0.5, Come(FOUNDER)),
        (begin + COMING_IN, Sleep(FOUNDER)),
    ]
    length = begin + COMING_IN + 0.5
    return _with(replace(story, length=length, lost=frozenset({FOUNDER})), acts)


def _loses_words(chance: random.Random, story: Story, acts: Acts) -> Story:
    """All talk with each other, and what somebody says then comes to nobody."""
    begin, who = story.length, chance.randrange(story.people)
    everybody = range(story.people + _came(acts))
    acts += [(begin, Sky(CALM)), (begin, Rejoin())]
    acts += [(begin, Wake(one)) for one in everybody]
    acts += [(begin + 1.0, Write(one, 1)) for one in everybody]
    acts += [(begin + MEETING, Swallow()), (begin + MEETING + 0.1, Write(who, 1))]
    return _with(replace(story, length=begin + MEETING + 0.5, hang_up=False), acts)


def _came(acts: Acts) -> int:
    return sum(isinstance(act, Come) for _, act in acts)
