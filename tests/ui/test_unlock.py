"""The way in: a name, a passphrase that holds, and a lock screen that names nobody."""

import pytest
from PySide6.QtTest import QSignalSpy

from app.commands import CreateHome, Unlock
from app.refused import Refused, Why
from tests.ui.neighbour import Neighbour
from ui.unlock.first_run import DIFFERENT, LONG_NAME, NO_NAME, NOTHING_TYPED, FirstSteps
from ui.unlock.strength import judge
from ui.unlock.unlock import REST, TRIES, WRONG, LockScreen
from ui.unlock.words import NAMES, a_passphrase, some_names

pytestmark = pytest.mark.usefixtures("qtbot")

GOOD = "amber kettle north willow"


@pytest.mark.parametrize(
    ("passphrase", "level", "enough"),
    [
        ("", "none", False),
        ("   ", "none", False),
        ("kettle", "weak", False),
        ("password password password password", "weak", False),
        ("a b c d e f g", "weak", False),
        ("kettle kettle kettle kettle kettle", "weak", False),
        ("amber kettle north", "fair", True),
        (GOOD, "strong", True),
        ("correct horse battery staple", "weak", False),
        ("vR7#qLw2!xK9zT", "fair", True),
    ],
)
def test_strength_counts_different_words(passphrase: str, level: str, enough: bool) -> None:
    strength = judge(passphrase)
    assert (strength.level, strength.enough) == (level, enough)


def test_only_words_we_drew_are_called_random() -> None:
    assert "random" not in judge(GOOD).sentence
    drawn = judge("amber kettle north willow turf", suggested=True)
    assert drawn.sentence == "Strong. Five random words, hard to guess."
    assert drawn.share == 1.0


def test_one_word_short_is_told_what_to_do() -> None:
    assert judge("amber kettle north").sentence == "Add another word and it's strong."


def test_suggestions_differ_and_are_words() -> None:
    words = a_passphrase().split()
    assert len(set(words)) == 5
    assert judge(" ".join(words), suggested=True).level == "strong"
    first = some_names()
    assert set(some_names(besides=tuple(first))).isdisjoint(first)
    assert len(set(NAMES)) == len(NAMES)


def steps(home: Neighbour, name: str = "Juniper") -> FirstSteps:
    run = FirstSteps(home)
    run.take(name)
    run.named()
    return run


def told(run: FirstSteps) -> tuple[str, str]:
    return str(run.property("problem")), str(run.property("where"))


@pytest.mark.parametrize(("name", "sentence"), [("  ", NO_NAME), ("x" * 65, LONG_NAME)])
def test_a_name_is_asked_for(name: str, sentence: str) -> None:
    run = steps(Neighbour(), name)
    assert run.property("step") == 1
    assert told(run) == (sentence, "name")
    run.take("Wren")
    assert told(run) == ("", "")


@pytest.mark.parametrize(
    ("passphrase", "again", "sentence", "where"),
    [
        ("", "", NOTHING_TYPED, "passphrase"),
        ("kettle", "kettle", "Too easy to guess. Add another word.", "passphrase"),
        (GOOD, "amber kettle", DIFFERENT, "again"),
    ],
)
def test_no_store_is_made_with_a_passphrase_that_does_not_hold(
    passphrase: str, again: str, sentence: str, where: str
) -> None:
    home = Neighbour()
    run = steps(home)
    run.choose(passphrase, again)
    assert told(run) == (sentence, where)
    assert home.asked == []


def test_a_mismatch_is_told_on_leaving_the_field_and_goes_when_mended() -> None:
    run = steps(Neighbour())
    run.compare(GOOD, "amber")
    assert told(run) == (DIFFERENT, "again")
    run.compare(GOOD, GOOD)
    assert told(run) == ("", "")


def test_the_store_is_made_once_and_the_name_is_not_in_the_command() -> None:
    home = Neighbour()
    home.slow = {CreateHome}
    run = steps(home)
    run.choose(GOOD, GOOD)
    run.choose(GOOD, GOOD)
    run.back()
    assert home.asked == [CreateHome(passphrase=GOOD)]
    assert run.property("working")
    home.answer()
    assert run.property("step") == 3
    assert not run.property("working")
    assert run.property("name") == "Juniper"


def test_a_refusal_is_shown_where_the_person_is() -> None:
    home = Neighbour()
    home.refuse = {CreateHome: Refused(Why.DISK_FULL, "No space is left.")}
    run = steps(home)
    run.choose(GOOD, GOOD)
    assert told(run) == ("No space is left.", "home")
    run.forget()
    assert (run.property("step"), run.property("name")) == (1, "")


def lock_screen(home: Neighbour) -> LockScreen:
    return LockScreen(home, lambda: "ab" * 16)


def test_a_wrong_passphrase_says_what_to_check() -> None:
    home = Neighbour()
    home.refuse = {Unlock: Refused(Why.WRONG_PASSPHRASE, "That didn't open it.")}
    screen = lock_screen(home)
    screen.open("amber")
    assert screen.property("problem") == WRONG
    screen.open("")
    assert home.asked == [Unlock(passphrase="amber")]


def test_after_five_wrong_tries_it_rests_and_says_so_once() -> None:
    home = Neighbour()
    home.refuse = {Unlock: Refused(Why.WRONG_PASSPHRASE, "That didn't open it.")}
    screen = lock_screen(home)
    announced = QSignalSpy(screen.announced)
    for _ in range(TRIES):
        screen.open("amber")
    assert screen.property("rest") == REST
    screen.open("amber")
    assert len(home.asked) == TRIES
    spoken = announced.count()
    for _ in range(REST - 1):
        screen._tick()
    assert announced.count() == spoken
    assert str(screen.property("problem")).endswith("in 1 second.")
    screen._tick()
    assert screen.property("rest") == 0
    assert announced.count() == spoken + 1
    screen.open("amber")
    assert len(home.asked) == TRIES + 1


def test_another_refusal_is_told_as_it_is_and_counts_for_nothing() -> None:
    home = Neighbour()
    home.refuse = {Unlock: Refused(Why.NEWER_STORE, "This store is from a newer Hearthside.")}
    screen = lock_screen(home)
    for _ in range(TRIES + 1):
        screen.open("amber")
    assert screen.property("problem") == "This store is from a newer Hearthside."
    assert screen.property("rest") == 0
