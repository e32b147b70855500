"""The simulator sees what it is there for: each mechanism dropped is noticed by some story."""

import pytest

from tests.simulator.test_simulator import play

# A seed that notices each; `tools/simulate --planted NAME --seeds 0 150` finds one anew.
CAUGHT = {
    "pushes_nothing": 1,
    "skips_an_hour": 2,
    "takes_all_for_held": 0,
    "grants_nothing": 0,
    "answers_before_it_is_kept": 0,
    "forgets_its_last_number": 0,
}


@pytest.mark.parametrize(("planted", "seed"), CAUGHT.items())
def test_a_dropped_mechanism_is_noticed(planted: str, seed: int) -> None:
    """The same story is well without the bug: it is one of the thousand."""
    played = play("--planted", planted, "--seed", str(seed))
    assert f"{planted}: caught by seed {seed}" in played.stdout, played.stdout + played.stderr
