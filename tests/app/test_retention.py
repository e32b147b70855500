"""How long words stay: up to which hour they have lapsed, whatever was said of it and when."""

import pytest

from app.circle.retention import NOTHING, Keeps, lapsed_for_some, lapsed_until

NOW = 10_000


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ([], NOTHING),
        ([Keeps(0, 0)], NOTHING),
        ([Keeps(NOW - 30, 7)], NOW - 7 * 24),
        ([Keeps(NOW - 29, 7)], NOTHING),  # it has to stand for a day, and some hours
        ([Keeps(NOW + 5, 7)], NOTHING),
        ([Keeps(0, 30), Keeps(NOW - 1, 7)], NOW - 1 - 30 * 24),  # the old one until the new one
        ([Keeps(0, 7), Keeps(5000, 0)], 5000 - 7 * 24),  # what had lapsed by then stays so
        ([Keeps(4971, 7), Keeps(5000, 0)], NOTHING),  # taken back within a day
        ([Keeps(0, 7), Keeps(5000, 90)], 7840),
        ([Keeps(0, 7), Keeps(9900, 90)], 9900 - 7 * 24),
        ([Keeps(9000, 7), Keeps(100, 30)], NOW - 30 * 24),  # hours that go back: the acts' order
    ],
)
def test_up_to_which_hour(said: list[Keeps], until: int) -> None:
    """By what stood for at least a day, however long ago."""
    assert lapsed_until(said, NOW) == until


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ([], NOTHING),
        ([Keeps(NOW - 24, 7)], NOW - 6 * 24),
        ([Keeps(NOW - 23, 7)], NOTHING),  # no clock of anybody's shortens the day
        ([Keeps(NOW - 24, 1)], NOW - 12),  # nor can words of a day go at once
        ([Keeps(4977, 7), Keeps(5000, 0)], NOTHING),
        ([Keeps(4976, 7), Keeps(5000, 0)], 5000 - 6 * 24),
    ],
)
def test_up_to_which_hour_where_somebody_let_go(said: list[Keeps], until: int) -> None:
    """A day before it is time, or half of the time that words stay."""
    assert lapsed_until(said, NOW, soon=True) == until


def test_whoever_has_not_heard_of_the_last_goes_by_the_one_before() -> None:
    """So what such a one let go of counts as lapsed too."""
    said = [Keeps(0, 7), Keeps(5000, 90)]
    assert lapsed_for_some(said, NOW) == lapsed_until(said[:1], NOW, soon=True) == NOW - 6 * 24
    assert lapsed_for_some(said[:1], NOW) == NOW - 6 * 24
    assert lapsed_for_some([], NOW) == NOTHING < 0


def test_it_only_grows_with_time() -> None:
    """Whatever was said before."""
    said = [Keeps(100, 7), Keeps(400, 0), Keeps(600, 30), Keeps(610, 1), Keeps(900, 0), Keeps(7, 2)]
    found = [lapsed_until(said, hour) for hour in range(3000)]
    assert found == sorted(found)
    assert found[0] == NOTHING
    assert found[-1] > 2000
