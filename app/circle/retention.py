"""How long words stay: up to which hour they have lapsed, by what hosts said and the time.

Words that have lapsed stay so: a host who has them kept longer from now on brings none back, as
on some computers they are gone. What was said and changed again within a day made nothing lapse.
"""

from collections.abc import Sequence
from typing import NamedTuple

DAY = 24  # hours
MAX_DAYS = 3650
GRACE = DAY  # hours for which it has to stand before anything lapses by it
LEEWAY = DAY // 4  # hours more for which a computer waits that is the first to let go by it
AHEAD = DAY  # hours by which words count as lapsed sooner where somebody has let go of them
NOTHING = -1  # before every hour


class Keeps(NamedTuple):
    """What a host said: since this hour, words stay for so many days; 0: for good."""

    since: int
    days: int


def lapsed_until(said: Sequence[Keeps], hour: int, *, soon: bool = False) -> int:
    """The hour up to which words have lapsed, at this `hour`; `NOTHING` where none have.

    `said`: all that holds, in the order of the acts. Only ever grows with the hour. `soon`: as far
    as somebody whose clock is before this one may have let go, by a day or half the days said; but
    nobody's clock shortens the day of grace.
    """
    until = NOTHING
    for number, one in enumerate(said, start=1):
        ends = min(said[number].since, hour) if number < len(said) else hour
        stays = one.days * DAY
        early = min(AHEAD, stays // 2) if soon else 0
        if stays and ends >= one.since + GRACE + (0 if soon else LEEWAY):
            until = max(until, ends + early - stays)
    return until


def lapsed_for_some(said: Sequence[Keeps], hour: int) -> int:
    """The same, soon, for whoever may not have heard yet of the last that was said."""
    return max(
        (lapsed_until(said[: number + 1], hour, soon=True) for number in range(len(said))),
        default=NOTHING,
    )
