"""Names and lines as they are shown: nothing in them hides, turns or breaks what stands around."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.circle.names import LONGEST, clean, line, one_line, sound

HIDDEN = "\u202e\u200b\u2066\u2069\ufeff\u0007\u009b\u00ad"  # turn text, have no width, ring a bell


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  Bo  the   second ", "Bo the second"),
        ("Bo\nCy\tDee\u2028Eve", "Bo Cy Dee Eve"),
        (f"B{HIDDEN}o", "Bo"),
        (f" {HIDDEN} ", ""),
        (f"Bo {HIDDEN} Cy", "Bo Cy"),
        ("Zoë 👋 محمد", "Zoë 👋 محمد"),
    ],
)
def test_a_name_is_one_line_of_letters_that_show(written: str, shown: str) -> None:
    """Breaks part words; what hides or turns goes; everybody's letters stay."""
    assert clean(written) == one_line(written) == shown


def test_a_name_is_cut_and_what_is_no_name_is_not() -> None:
    """After 64 letters, and not with a gap at its end."""
    assert clean("x" * (LONGEST + 1)) == "x" * 64
    assert clean("x" * 63 + " y") == "x" * 63
    assert one_line("x" * 500) == "x" * 500


def test_words_of_several_lines_keep_their_breaks() -> None:
    """Each line is cleaned as a name is; nothing is left above and below."""
    assert line(f"\n\n  One{HIDDEN}  line \r\n\nand\u2029another\n ") == "One line\n\nand\nanother"


@given(st.text())
def test_nothing_that_hides_or_turns_is_left_of_any_text(text: str) -> None:
    """And what was cleaned once is clean."""
    for made in (clean(text), one_line(text), *line(text).split("\n")):
        assert made == one_line(made)
        assert {unicodedata.category(letter) for letter in made}.isdisjoint(
            {"Cc", "Cf", "Zl", "Zp"}
        )
    assert line(line(text)) == line(text)


@given(st.text(st.characters(codec="utf-8")))
def test_what_can_be_written_down_is_sound(text: str) -> None:
    """Half a surrogate pair, wherever it stands, can't be."""
    assert sound(text)
    assert not sound(f"{text}\ud83d{text}")
