"""Whether an act was allowed is found from its past alone: nothing beside it changes that.

Two computers that know different things about a circle would otherwise judge one act differently,
and act upon it.
"""

import random

import pytest

from app.circle.fold import AuthorityOp, fold
from app.circle.view import View
from p2p.ids import OpId
from tests.authority.histories import a_history

SEEDS, LONG, BATCH = 120, 3_000, 20
VIEWS = 6  # of each history


def allowed(view: View) -> set[OpId]:
    return {told.at.op for told in view.told}


def with_its_past(view: View, op: OpId) -> set[OpId]:
    at, order = view.at[op], view.order
    assert order is not None
    return {op, *(p.op for p in order.placed if at.past >> p.index & 1)}


def judged_otherwise(number: int) -> set[OpId]:
    """Acts that are allowed where all is known and not by who knows their past only, or so."""
    ops = a_history(number, twins=8)
    whole, chance, found = fold(ops), random.Random(number), set[OpId]()
    for head in chance.sample(sorted(whole.at), min(VIEWS, len(whole.at))):
        known = with_its_past(whole, head)
        part: list[AuthorityOp] = [op for op in ops if op.op in known]
        found |= allowed(fold(part)) ^ (allowed(whole) & known)
    return found


def otherwise(numbers: range) -> dict[int, set[OpId]]:
    return {number: ops for number in numbers if (ops := judged_otherwise(number))}


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_what_is_beside_an_act_does_not_change_how_it_is_judged(first: int) -> None:
    """By whoever knows its past, or the past of something later, and by whoever knows all."""
    assert otherwise(range(first, first + BATCH)) == {}


@pytest.mark.long
@pytest.mark.parametrize("first", range(SEEDS, LONG, BATCH * 10))
def test_nothing_beside_very_many_acts_changes_how_they_are_judged(first: int) -> None:
    """The same, for minutes."""
    assert otherwise(range(first, min(first + BATCH * 10, LONG))) == {}
