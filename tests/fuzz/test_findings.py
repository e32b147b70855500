"""What fuzzing found, each with the rule that came of it."""

import random

import pytest

from p2p import wire
from p2p.errors import PeerFault
from p2p.reconcile import MOST_RANGES, Initiator, ItemVector, respond
from p2p.reconcile_wire import Skip, parse

LIMIT = 128 * 1024
SKIPS = b"\x61" + b"\x02\x00\x00" * (MOST_RANGES + 1)


def test_a_message_of_too_many_ranges_is_a_fault() -> None:
    """A quarter of a mebibyte of ranges of three bytes took 0.7 s to read."""
    with pytest.raises(PeerFault, match="too many ranges"):
        respond(ItemVector(()), SKIPS, LIMIT, MOST_RANGES)
    side = Initiator(ItemVector(()), LIMIT, MOST_RANGES)
    side.start()
    with pytest.raises(PeerFault, match="too many ranges"):
        side.receive(SKIPS)
    assert respond(ItemVector(()), SKIPS[:-3], LIMIT, MOST_RANGES) == b"\x61"


def test_where_they_are_not_limited_ranges_are_not_counted() -> None:
    """So that the harness understands whatever another implementation says."""
    assert respond(ItemVector(()), SKIPS) == b"\x61"
    assert list(parse(SKIPS))[-1].say == Skip()


def test_our_own_messages_keep_to_the_rule_and_still_find_everything() -> None:
    """Two large sets that differ all over: no message has too many ranges, nothing is forgotten."""
    chance = random.Random(5)
    shared = [(497_000 + n // 30, chance.randbytes(32)) for n in range(40_000)]
    mine, theirs = set(shared[::40]), set(shared[20::40])
    ours = ItemVector(item for item in shared if item not in theirs)
    others = ItemVector(item for item in shared if item not in mine)
    side = Initiator(ours, LIMIT, MOST_RANGES)
    message: bytes | None = side.start()
    have: set[bytes] = set()
    need: set[bytes] = set()
    longest = 0
    while message is not None:
        answer = respond(others, message, LIMIT, MOST_RANGES)
        longest = max(longest, *(len(list(parse(said))) for said in (message, answer)))
        step = side.receive(answer)
        have.update(step.have)
        need.update(step.need)
        message = step.reply
    assert have == {name for _, name in mine}
    assert need == {name for _, name in theirs}
    assert MOST_RANGES - 40 < longest <= MOST_RANGES


def test_a_frame_of_a_later_version_is_stepped_over_and_not_made() -> None:
    """Four hundred thousand empty lists took 0.2 s and 30 MB, only to be thrown away."""
    lists = b"\x90" * (wire.MAX_FRAME - 8)
    head = b"\xdd" + (len(lists) + 1).to_bytes(4)
    assert wire.decode(head + b"\xcc\xff" + lists) == wire.Beat()
    for other in (
        b"\x0e",
        b"\x7f",
        b"\xcc\x7f",
        b"\xd0\x80",
        b"\xd1\xff\xff",
        b"\xc3",
        b"\xca\0\0\0\0",
    ):
        with pytest.raises(PeerFault):
            wire.decode(head + other + lists)
    with pytest.raises(PeerFault):
        wire.decode(head + b"\xcc\x80" + lists[1:])
