"""Every parser, fed with bent messages: a value or a fault of the peer, never another exception."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.mutating import Edit, Kind, edited, edits
from tests.fuzz.table import NAMES, table
from tests.fuzz.targets import CORPUS, Target

EXAMPLES = 100  # of a parser; a whole conversation is worth fewer
LIVING = 25


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    with table(tmp_path_factory.mktemp("fuzz")) as made:
        yield made


def test_every_target_is_named_and_every_named_one_is_here(targets: dict[str, Target]) -> None:
    """So that none is left out below; and no folder of the corpus is of a parser that is gone."""
    assert tuple(targets) == NAMES
    folders = {path.name for path in CORPUS.glob("*/")}
    assert folders <= {name.replace(" ", "-") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_valid_messages_reach_the_end_of_their_parser(
    targets: dict[str, Target], name: str
) -> None:
    """A parser that refuses all it is given would pass everything below."""
    target = targets[name]
    values = 0
    for seed in target.seeds:
        assert target.survives(seed) is None
        try:
            target.run(seed)
        except target.faults:
            continue
        values += 1
    assert values > 0


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_once_is_not_found_again(targets: dict[str, Target], name: str) -> None:
    """The corpus."""
    target = targets[name]
    for data in target.corpus():
        assert target.survives(data) is None


@pytest.mark.parametrize("name", NAMES)
def test_bent_messages_give_a_value_or_a_fault(targets: dict[str, Target], name: str) -> None:
    """Bits flipped, parts cut and said twice, lengths that lie, other values, deep nests."""
    target = targets[name]
    seeds = [*target.seeds, *target.corpus()]

    @settings(max_examples=EXAMPLES if target.parses else LIVING, database=None)
    @given(st.sampled_from(seeds), edits)
    def holds(seed: bytes, changes: list[Edit]) -> None:
        fault = target.survives(edited(seed, changes, seeds, target.limit))
        if fault is not None:
            raise fault

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_at_all_give_a_value_or_a_fault(targets: dict[str, Target], name: str) -> None:
    """Nothing, one byte of each value, and noise of some lengths."""
    target = targets[name]
    noise = [b"", *(bytes((n,)) for n in range(256)), *(os.urandom(n) for n in (2, 20, 300, 5000))]
    for data in noise if target.parses else noise[::40]:
        assert target.survives(data[: target.limit]) is None


def test_edits_really_change_messages(targets: dict[str, Target]) -> None:
    """Each kind of edit bends some frame."""
    seeds = targets["frame"].seeds
    for kind in Kind:
        bent = {edited(s, [Edit(kind, n, n, n)], seeds, 10_000) for n in range(20) for s in seeds}
        assert bent - set(seeds), kind
