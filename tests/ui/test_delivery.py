"""Where a post of one's own is, in words a person understands; and nothing that is not known."""

from typing import Any

import pytest

from tests.ui.neighbour import post
from ui.delivery import Delivery, Tone, delivery


def told(**more: Any) -> Delivery:  # noqa: ANN401 - as msgspec has it
    return delivery(post("mine", "Juniper", **more))


@pytest.mark.parametrize(
    ("reached", "of", "not_yet", "words", "more", "tone"),
    [
        (0, 2, ["Ines", "Pavel"], "Waiting",
         "Nobody has said so far that they have it. It is safe here. Not yet: Ines and Pavel.",
         Tone.WAITING),
        (6, 8, ["Old Heron", "Pavel"], "Reached 6 of 8", "Not yet: Old Heron and Pavel.",
         Tone.WAITING),
        (7, 8, ["Pavel"], "Reached 7 of 8", "Not yet: Pavel.", Tone.WAITING),
        (5, 8, ["A", "B", "C"], "Reached 5 of 8", "Not yet: A, B and C.", Tone.WAITING),
        (1, 150, ["A", "B", "C"], "Reached 1 of 150", "Not yet: A, B, C and 146 more.",
         Tone.WAITING),
        (8, 8, [], "Reached everyone", "It is on a computer of everyone who can read it.",
         Tone.REACHED),
        (0, 0, [], "Only on this computer", "Nobody else can read this so far.", Tone.PLAIN),
        (1, 3, [], "Reached 1 of 3", "Not yet: 2 of them.", Tone.WAITING),
    ],
)  # fmt: skip
def test_it_is_told_in_people(  # noqa: PLR0917 - one column each
    reached: int, of: int, not_yet: list[str], words: str, more: str, tone: Tone
) -> None:
    found = told(reached=reached, of=of, not_yet=not_yet)
    assert found == Delivery(words, more, tone)
    assert found.sentence == f"{words}. {more}"


def test_what_was_never_handed_over_is_only_here() -> None:
    """After that it may be elsewhere, though nobody has said so."""
    assert told(reached=0, of=2, not_yet=["Ines"], unsent=True) == Delivery(
        "Only on this computer",
        "It is safe here until then. Not yet: Ines and 1 more.",
        Tone.WAITING,
    )


def test_what_is_not_known_is_not_said() -> None:
    """Of posts of others; of what was taken back; and where one is out and hears no more."""
    assert delivery(post("theirs")) == Delivery()
    assert told(reached=1, of=1, erased=True) == Delivery()
    assert told() == Delivery()
    assert told().sentence == ""
    assert told(unsent=True) == Delivery("Only on this computer")
