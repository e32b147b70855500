"""Padding: five sizes, one spelling, and nothing hidden in the zeros."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from p2p.errors import OurFault, PeerFault
from p2p.padding import LADDER, LONGEST, MARK, pad, padded, unpad

FRAME = bytes(range(1, 200))


@pytest.mark.parametrize("size", LADDER)
def test_each_size_holds_all_but_its_head_and_one_byte_more_takes_the_next(size: int) -> None:
    """The least size that holds a frame, at both of its edges."""
    full = b"x" * (size - 5)
    assert len(pad(full)) == size
    assert unpad(pad(full)) == full
    if size != LADDER[-1]:
        assert len(pad(full + b"x")) == LADDER[LADDER.index(size) + 1]


@given(st.integers(0, LONGEST), st.binary(max_size=64))
@example(0, b"")
@example(LONGEST, b"\0")
def test_what_is_padded_comes_back_in_a_size_of_the_ladder(size: int, seed: bytes) -> None:
    """Also a frame that ends in zeros, and one of nothing."""
    frame = (seed * (size // max(1, len(seed)) + 1))[:size]
    sent = pad(frame)
    assert len(sent) in LADDER
    assert padded(sent)
    assert unpad(sent) == frame


def test_a_frame_above_the_largest_is_our_own_fault() -> None:
    """Whoever makes frames keeps them short."""
    with pytest.raises(OurFault):
        pad(bytes(LONGEST + 1))


@pytest.mark.parametrize(
    "bent",
    [
        b"",
        bytes((MARK,)),
        pad(FRAME)[:-1],
        pad(FRAME) + b"\0",
        b"\x00" + pad(FRAME)[1:],
        pad(FRAME)[:-1] + b"\1",
        pad(FRAME)[: 5 + len(FRAME)] + b"\1" + bytes(1024 - 6 - len(FRAME)),
        bytes((MARK,)) + (1024 - 4).to_bytes(4, "big") + bytes(1024 - 5),
        bytes((MARK,)) + b"\xff" * 4 + bytes(1024 - 5),
        bytes((MARK,)) + len(FRAME).to_bytes(4, "big") + FRAME + bytes(4096 - 5 - len(FRAME)),
    ],
    ids=["nothing", "mark alone", "cut", "longer", "another mark", "last zero", "first zero",
         "longer than it is", "without end", "a size too large"],
)  # fmt: skip
def test_what_pad_does_not_make_is_a_fault(bent: bytes) -> None:
    """One spelling for each frame, or sizes and zeros could carry what nobody looks at."""
    with pytest.raises(PeerFault):
        unpad(bent)


@given(st.sampled_from(LADDER), st.binary(min_size=4, max_size=300))
def test_any_bytes_are_a_frame_or_a_fault(size: int, start: bytes) -> None:
    """And what is a frame is spelled as we would spell it."""
    data = (bytes((MARK,)) + start).ljust(size, b"\0")
    with suppress(PeerFault):
        assert pad(unpad(data)) == data
