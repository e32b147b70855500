"""The simulator sees what it is there for: each mechanism dropped is noticed by some story."""

import os
import subprocess
import sys

import pytest

from tests.simulator.test_simulator import SEEDS, play

# A seed that notices each; `tools/simulate --planted NAME --seeds 0 500` finds one anew.
CAUGHT = {
    "forgets_what_came_before_live": 45,
    "pushes_nothing": 1,
    "asks_for_nothing": 1,
    "takes_all_for_held": 0,
    "takes_nothing_for_held": 1,
    "skips_an_hour": 1,
    "never_notices_silence": 16,
    "forgets_its_last_number": 0,
    "answers_before_it_is_kept": 0,
    "digs_no_graves": 49,
    "lets_strangers_stay": 39,
    "never_judges_again": 8,
    "ignores_cuts": 9,
    "grants_nothing": 14,
    "shows_whichever_came_first": 174,
    "settles_blindly": 0,
    "says_more_than_it_holds": 5,
    "says_nothing_of_what_it_holds": 1,
}


# What most of these guard against befalls few stories, and any new frame makes it another one; or a
# story with the bug takes very long. Each has a test of its own, which must fail with the bug.
CAUGHT_BY_ITS_TEST = {
    "lets_lost_acts_be": (
        "tests/p2p/test_sync.py::test_an_act_that_was_lost_under_way_comes_with_the_next"
    ),
    "makes_keys_for_itself": (
        "tests/p2p/test_sync.py::test_who_has_no_key_that_counts_waits_for_one"
    ),
    "leaves_tying_to_its_maker": (
        "tests/app/test_renewing.py::test_whoever_writes_renews_a_moment_later"
    ),
    "goes_by_its_own_clock_alone": (
        "tests/app/test_lapsing.py::test_whoever_is_behind_follows_whoever_is_not"
    ),
    "never_calls_void_what_forks": (
        "tests/app/test_words_in.py::"
        "test_an_op_that_follows_another_than_the_one_before_it_does_not_count"
    ),
    "trusts_signatures": (
        "tests/app/test_words_in.py::test_what_a_signed_op_names_as_the_one_before_it_is_signed_too"
    ),
    "dials_once": "tests/p2p/test_reach.py::test_pauses_grow_to_patience",
    "signs_words_twice": (
        "tests/app/test_outbox.py::test_words_are_on_this_computer_only_until_somebody_takes_them"
    ),
    "repairs_no_holes": (
        "tests/p2p/test_repairing.py::test_a_hole_that_a_push_shows_is_asked_for_at_once"
    ),
    "shuts_out_newcomers": ("tests/p2p/test_node.py::test_a_member_not_heard_of_shows_its_chain"),
    "never_asks_again": "tests/p2p/test_sync.py::test_another_round_is_asked_for_by_either_side",
    "says_first_that_it_left": (
        "tests/p2p/test_parting.py::test_a_line_that_breaks_on_whoever_leaves_loses_no_word"
    ),
    "takes_in_what_has_lapsed": (
        "tests/app/test_lapsing.py::test_what_comes_late_comes_without_its_words"
    ),
}


@pytest.mark.parametrize(("planted", "seed"), CAUGHT.items())
def test_a_dropped_mechanism_is_noticed(planted: str, seed: int) -> None:
    """The same story is well without the bug: nearly each is one of the thousand."""
    if seed >= SEEDS:
        assert play("--seed", str(seed)).returncode == 0
    played = play("--planted", planted, "--seed", str(seed))
    assert f"{planted}: caught by seed {seed}" in played.stdout, played.stdout + played.stderr


@pytest.mark.parametrize(("planted", "test"), CAUGHT_BY_ITS_TEST.items())
def test_a_dropped_mechanism_is_noticed_by_its_test(planted: str, test: str) -> None:
    """That one is well without the bug, as all tests are."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.simulator.planting", test]
    played = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PLANTED": planted},
    )  # fmt: skip
    assert played.returncode == pytest.ExitCode.TESTS_FAILED, played.stdout + played.stderr
