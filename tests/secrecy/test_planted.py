"""The oracle sees what it is there for: each check dropped is noticed by some story."""

import pytest

from tests.secrecy.planted import ALL
from tests.secrecy.test_secrecy import play

# A seed that notices each; `python -m tests.secrecy --planted NAME --seeds 0 400` finds one anew.
CAUGHT = {
    "newest_epoch_wins": 5,
    "forgets_the_author": 5,
    "forgets_the_granters": 5,
    "forgets_whom_it_was_granted": 9,
    "believes_what_is_said_of_grants": 45,
    "believes_any_secret": 8,
    "gives_newcomers_the_past": 1,
    "links_tell_words": 1,
    "reads_acts_beyond_all_numbers": 2,
    "reads_ops_beyond_all_numbers": 1,
    "judges_by_what_came_later": 0,
    "believes_stale_heads": 7,
    "lets_stand_what_lies_beyond_a_cut": 0,
    "counts_words_beyond_a_cut": 13,
    "cuts_by_number": 6,
    "takes_a_cut_of_nothing_for_none": 48,
    "judges_before_the_past_is_here": 0,
    "lets_anybody_rise": 1,
}


# No seed is known: whom it hits has to say something at that moment, and others to hear of that.
UNSEEN = {"believes_a_cut_of_everything"}


def test_every_check_has_its_seed() -> None:
    """But for the one of which it is said that it has none."""
    assert CAUGHT.keys() | UNSEEN == ALL.keys()


@pytest.mark.parametrize(("planted", "seed"), CAUGHT.items())
def test_a_dropped_check_is_noticed(planted: str, seed: int) -> None:
    """The same story is well with the check: it is one of those of `test_secrecy`."""
    played = play("--planted", planted, "--seed", str(seed))
    assert f"{planted}: caught by seed {seed}" in played.stdout, played.stdout + played.stderr
