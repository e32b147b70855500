"""The file that is carried by hand: whoever it is for opens it, and nobody else learns anything."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.crypto import SEAL_SEED_SIZE, seal_public, system_entropy, unbox
from p2p.envelope import padme
from p2p.errors import OurFault, PeerFault
from p2p.handfile import (
    BOX_DOMAIN,
    LEAST,
    MAGIC,
    MAX_RECORD,
    PART,
    STEPS,
    Opening,
    Sealing,
    steps_for,
    tag_of,
)

SEEDS = [bytes((number,)) * SEAL_SEED_SIZE for number in range(1, 4)]
ADA, BEN, EVE = ((seal_public(seed), seed) for seed in SEEDS)
HEAD = len(MAGIC) + 18
ENTRY = 8 + 1168
RECORDS = [b"first", b"x" * 70_000, b"last"]


def made(records: Iterable[bytes] = RECORDS, *whom: bytes) -> bytes:
    sealing = Sealing(whom or (ADA[0], BEN[0]), system_entropy)
    found = b"".join(sealing.head())
    for record in records:
        found += sealing.record(record)
    return found + b"".join(sealing.end())


def opened(file: bytes, *keys: tuple[bytes, bytes], piece: int = 1 << 20) -> list[bytes] | None:
    """The records; None for a stranger."""
    opening = Opening(dict(keys or (ADA,)))
    found: list[bytes] = []
    for start in range(0, len(file), piece):
        found += opening.receive(file[start : start + piece])
        if opening.stranger:
            return None
    found += opening.end()
    return None if opening.stranger else found


@pytest.fixture(scope="module")
def file() -> bytes:
    return made()


@pytest.mark.parametrize("piece", [7, 1000, PART, 1 << 20])
def test_whoever_it_is_for_opens_it_however_it_is_read(file: bytes, piece: int) -> None:
    for key in (ADA, BEN):
        assert opened(file, EVE, key, piece=piece) == RECORDS
    assert opened(file, EVE, piece=piece) is None


@pytest.mark.parametrize("size", [0, 1, PART - 9, PART - 8, PART - 7, 3 * PART, MAX_RECORD])
def test_records_of_any_size_end_where_they_may(size: int) -> None:
    """Also where the end falls right on the edge of a part."""
    records = [b"r" * size] if size else []
    whole = made(records)
    assert opened(whole) == records
    parts = (len(whole) - HEAD - LEAST * ENTRY - 24 + PART + 16) // (PART + 17)
    assert len(whole) - HEAD - LEAST * ENTRY - 24 - 17 * parts == padme(max(size + 8, PART))


def test_a_record_that_none_could_be_is_our_fault() -> None:
    sealing = Sealing([ADA[0]], system_entropy)
    with pytest.raises(OurFault):
        sealing.record(b"before the head")
    list(sealing.head())
    for record in (b"", bytes(MAX_RECORD + 1)):
        with pytest.raises(OurFault):
            sealing.record(record)


def test_how_many_it_is_for_is_told_roughly() -> None:
    """For three people or for eight: the same number of boxes. And sizes are on a ladder."""
    assert [steps_for(count) for count in (0, 1, 8, 9, 16, 17, 32, 33)] == [0, 0, 0, 1, 1, 2, 2, 3]
    assert steps_for(LEAST << STEPS) == STEPS
    with pytest.raises(OurFault):
        steps_for((LEAST << STEPS) + 1)
    publics = [seal_public(os.urandom(SEAL_SEED_SIZE)) for _ in range(9)]
    sizes = [len(made([], *publics[:count])) for count in (1, 3, 8, 9)]
    assert sizes[0] == sizes[1] == sizes[2] == sizes[3] - LEAST * ENTRY
    lengths = {len(made([bytes(size)])) for size in range(70_000, 71_000, 50)}
    assert len(lengths) <= 2


def test_the_boxes_that_are_for_nobody_are_real_ones() -> None:
    """What ML-KEM makes is not quite like random bytes: dummies of those could be counted.

    And they stand anywhere among the others.
    """
    drawn: list[bytes] = []

    def watched(size: int) -> bytes:
        drawn.append(os.urandom(size))
        return drawn[-1]

    places: Counter[int] = Counter()
    for _ in range(30):
        drawn.clear()
        head = b"".join(Sealing([ADA[0]], watched).head())
        nobody = next(one for one in drawn if len(one) == SEAL_SEED_SIZE)
        nonce = head[len(MAGIC) + 1 : HEAD - 1]
        entries = [head[HEAD + n * ENTRY :][:ENTRY] for n in range(LEAST)]
        mine = [n for n, entry in enumerate(entries) if entry[:8] == tag_of(ADA[0], nonce)]
        assert len(mine) == 1
        places.update(mine)
        keys = {
            unbox(ADA[1] if n in mine else nobody, BOX_DOMAIN + nonce, entry[8:])
            for n, entry in enumerate(entries)
        }
        assert keys == {next(one for one in drawn if len(one) == 32)}
    assert len(places) > 3


def test_two_files_of_the_same_have_nothing_in_common() -> None:
    """No eight bytes in a row, but for the constant at the beginning."""
    first, second = (made([b"the same words" * 2000] * 3)[len(MAGIC) + 1 :] for _ in range(2))
    seen = {first[at : at + 8] for at in range(len(first) - 7)}
    assert not any(second[at : at + 8] in seen for at in range(len(second) - 7))
    assert len(seen) == len(first) - 7, "nothing is there twice"


def test_a_seal_key_that_is_none_harms_only_its_owner() -> None:
    whole = made(RECORDS, b"\xff" * 1216, b"short", ADA[0])
    assert opened(whole) == RECORDS


def test_one_byte_changed_anywhere_and_it_does_not_open(file: bytes) -> None:
    """Also in somebody else's box, and in one that is for nobody."""
    spots = [*range(HEAD), *range(HEAD, HEAD + LEAST * ENTRY, 97), *range(HEAD, len(file), 501),
             HEAD + LEAST * ENTRY, len(file) - 1]  # fmt: skip
    for at in spots:
        bent = bytearray(file)
        bent[at] ^= 1
        whole: list[bytes] | None = None
        try:
            whole = opened(bytes(bent))
        except PeerFault:
            continue
        assert whole is None, at


def test_what_is_cut_off_or_goes_on_is_noticed(file: bytes) -> None:
    ends = [0, 3, 20, HEAD, HEAD + 5, HEAD + LEAST * ENTRY, HEAD + LEAST * ENTRY + 24,
            HEAD + LEAST * ENTRY + 24 + PART + 17, len(file) - 1]  # fmt: skip
    for end in ends:
        with pytest.raises(PeerFault):
            opened(file[:end])
    for more in (b"\0", bytes(PART + 17), file):
        with pytest.raises(PeerFault):
            opened(file + more)


def test_what_came_whole_before_the_end_is_given(file: bytes) -> None:
    """So that a file that was cut off is not for nothing."""
    opening = Opening(dict([ADA]))
    assert list(opening.receive(file[:-100])) == [b"first"]
    with pytest.raises(PeerFault):
        list(opening.end())


def test_a_newer_file_is_told_from_a_damaged_one(file: bytes) -> None:
    opening = Opening(dict([ADA]))
    with pytest.raises(PeerFault):
        list(opening.receive(MAGIC + b"\x02" + file[8:]))
    assert opening.newer
    opening = Opening(dict([ADA]))
    with pytest.raises(PeerFault):
        list(opening.receive(MAGIC + b"\x00" + file[8:]))
    assert not opening.newer


def lying(text: bytes, *, pad: bool = True) -> bytes:
    """A file whose stream holds these bytes, as any member could make one."""
    sealing = Sealing([ADA[0]], system_entropy)
    head = b"".join(sealing.head())
    body = sealing._more(text)
    if pad:
        return head + body + b"".join(sealing.end())
    return head + body + sealing._sealer().seal(bytes(sealing._waiting), last=True)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xff\xff\xff" + b"x" * 100, (MAX_RECORD + 1).to_bytes(4) + bytes(MAX_RECORD + 1),
        bytes(4) + b"behind the end", bytes(200_000) + b"x", (5).to_bytes(4) + b"abc", b"", b"\0",
    ],
)  # fmt: skip
def test_whoever_made_it_can_lie_and_is_found_out(text: bytes) -> None:
    with pytest.raises(PeerFault):
        opened(lying(text, pad=False))


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=40)), max_size=4),
    st.integers(0, 1 << 20),
    st.integers(1, 100_000),
)
def test_bent_files_give_records_or_a_fault(
    file: bytes, edits: Sequence[tuple[int, bytes]], cut: int, piece: int
) -> None:
    """Bytes written over anywhere, an end anywhere, read in pieces of any size."""
    bent = bytearray(file)
    for at, data in edits:
        at %= len(bent)  # noqa: PLW2901
        bent[at : at + len(data)] = data
    whole = bytes(bent[: cut % (2 * len(bent))])
    try:
        found = opened(whole, piece=piece)
    except PeerFault:
        return
    assert found is None or whole == file


@settings(max_examples=300)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_at_all_are_a_stranger_or_a_fault(data: bytes, begun: bool) -> None:
    with suppress(PeerFault):
        assert opened((MAGIC + b"\x01" if begun else b"") + data) is None


@settings(max_examples=200)
@given(st.binary(max_size=3000))
def test_any_text_in_a_true_stream_gives_records_or_a_fault(text: bytes) -> None:
    try:
        found = opened(lying(text, pad=False))
    except PeerFault:
        return
    assert found is not None
    assert sum(map(len, found)) <= len(text)
