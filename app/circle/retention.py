"""How long words stay: up to which hour they have lapsed, by what hosts said and the time.

Words that have lapsed stay so: a host who has them kept longer from now on brings none back, as
on some computers they are gone. What was said and changed again within a day made nothing lapse.
"""

from collections.abc import Sequence
from typing import NamedTuple

DAY = 24  # hours
MAX_DAYS = 3650
GRACE = DAY  # hours for which it has to stand before anything lapses by it
NOTHING = -1  # before every hour


class Keeps(NamedTuple):
    """What a host said: since this hour, words stay for so many days; 0: for good."""

    since: int
    days: int


def lapsed_until(said: Sequence[Keeps], hour: int, ahead: int = 0) -> int:
    """The hour up to which words have lapsed, at this `hour`; `NOTHING` where none have.

    `said`: all that holds, in the order of the acts. Only ever grows with the hour. `ahead`: with
    so many hours more, where something has lapsed at all: nobody's clock shortens the day of grace.
    """
    until = NOTHING
    for number, one in enumerate(said, start=1):
        ends = min(said[number].since, hour) if number < len(said) else hour
        if one.days and ends >= one.since + GRACE:
            until = max(until, ends + ahead - one.days * DAY)
    return until


def lapsed_for_some(said: Sequence[Keeps], hour: int, ahead: int = 0) -> int:
    """The same for whoever may not have heard yet of the last that was said."""
    return max(
        (lapsed_until(said[: number + 1], hour, ahead) for number in range(len(said))),
        default=NOTHING,
    )
