"""What is said to a mailbox and by one: each frame comes back, in a size of the ladder only."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p import wire as door
from p2p.errors import PeerFault
from p2p.mailbox import wire
from p2p.mailbox.wire import Answered, Asked
from p2p.padding import LADDER, LONGEST, pad
from p2p.wire import MAX_SAFE

ID, KEY, SIGNATURE, ENVELOPE = b"i" * 32, b"k" * 32, b"s" * 64, b"e" * 306

ASKED: tuple[Asked, ...] = (
    wire.Open(1, ID, KEY, SIGNATURE),
    wire.Found(b"t" * 16, ID, KEY, KEY, SIGNATURE),
    wire.Succeed(KEY),
    wire.Retain([KEY, ID], 7, SIGNATURE),
    wire.Compare(1, 497_000, b"\x61"),
    wire.Put(0, [ENVELOPE, ENVELOPE]),
    wire.Want(1, [ID]),
    wire.Settle(1, 0, b"n" * 16),
    wire.Drop([ID], MAX_SAFE, SIGNATURE),
    wire.PutParcels([wire.Parcel(ID, b"p" * 3200)]),
    wire.Lacking([ID]),
    wire.PutCapsule(ID, b"c" * 400, 497_000),
    wire.Ask([ID], 0),
    wire.Listen(3),
    wire.Look(b"t" * 16),
    door.Knock(ID),
    door.Request(b"r" * 900),
    door.Collect([ID]),
)
ANSWERED: tuple[Answered, ...] = (
    wire.Opened(497_000, 3, 1 << 28, 90, 1),
    wire.Refusal(4),
    wire.Compare(0, 0, b"\x61"),
    wire.Kept([ID]),
    wire.Given([ENVELOPE], 2),
    wire.Settled(ID),
    wire.Done(),
    wire.Absent([]),
    wire.Requests([b"r" * 900], 4),
    wire.News(9),
    door.Capsule(b"c" * 400),
    door.Held(),
    door.Parcels([b"p" * 3200]),
)
# The largest of each kind that is ever sent, by the limits beside the frames.
LARGEST: tuple[Asked | Answered, ...] = (
    wire.Retain([KEY] * wire.MAX_CAPABILITIES, MAX_SAFE, SIGNATURE),
    wire.Compare(1, MAX_SAFE, bytes(128 * 1024)),
    wire.Put(1, [bytes(64 * 1024)] * 3),
    wire.Put(1, [bytes(306)] * (wire.BATCH // 311)),
    wire.Kept([ID] * wire.MAX_IDS),
    wire.Want(1, [ID] * wire.MAX_IDS),
    wire.Given([bytes(64 * 1024)] * 3, wire.MAX_IDS),
    wire.Drop([ID] * wire.MAX_IDS, MAX_SAFE, SIGNATURE),
    wire.PutParcels([wire.Parcel(ID, bytes(wire.MAX_PARCEL))] * wire.MAX_PARCELS),
    wire.Lacking([ID] * wire.MAX_TAGS),
    wire.PutCapsule(ID, bytes(8192), MAX_SAFE),
    wire.Ask([ID] * wire.MAX_RENDEZVOUS, MAX_SAFE),
    wire.Requests([bytes(32 * 1024)] * wire.MAX_REQUESTS, MAX_SAFE),
    door.Parcels([bytes(8192 + 1200)] * 20),
)


def test_every_frame_is_here() -> None:
    """A new one is tried below, too."""
    assert {type(frame) for frame in ASKED} == set(Asked.__args__)
    assert {type(frame) for frame in ANSWERED} == set(Answered.__args__)


@pytest.mark.parametrize("frame", ASKED, ids=lambda frame: type(frame).__name__)
def test_a_question_comes_back(frame: Asked) -> None:
    said = wire.encode(frame)
    assert len(said) in LADDER
    assert wire.question(said) == frame


@pytest.mark.parametrize("frame", ANSWERED, ids=lambda frame: type(frame).__name__)
def test_an_answer_comes_back(frame: Answered) -> None:
    said = wire.encode(frame)
    assert len(said) in LADDER
    assert wire.answer(said) == frame


@pytest.mark.parametrize("frame", LARGEST, ids=lambda frame: type(frame).__name__)
def test_the_largest_that_may_be_said_has_room(frame: Asked | Answered) -> None:
    """No limit allows a frame that could not be padded."""
    said = wire.encode(frame)
    assert len(said) in LADDER
    read = wire.question if isinstance(frame, Asked) else wire.answer
    assert read(said) == frame


@pytest.mark.parametrize("frame", ASKED, ids=lambda frame: type(frame).__name__)
def test_a_question_is_no_answer_and_one_not_padded_is_nothing(frame: Asked) -> None:
    """But Compare, which is said by both."""
    bare = msgspec.msgpack.encode(frame)
    with pytest.raises(PeerFault):
        wire.question(bare)
    if not isinstance(frame, wire.Compare):
        with pytest.raises(PeerFault):
            wire.answer(pad(bare))


@pytest.mark.parametrize(
    "frame",
    [
        wire.Refusal(0), wire.Refusal(5), wire.Retain([], 1, SIGNATURE), wire.Put(2, [ENVELOPE]),
        wire.Retain([KEY] * 65, 1, SIGNATURE), wire.Put(1, []), wire.Put(1, [bytes(63)]),
        wire.Want(1, [ID] * 4097), wire.Drop([], 1, SIGNATURE), wire.Succeed(KEY[1:]),
        wire.PutParcels([]), wire.PutParcels([wire.Parcel(ID, b"")]), wire.Listen(-1),
        wire.PutParcels([wire.Parcel(ID, bytes(12_289))]), wire.Listen(MAX_SAFE + 1),
        wire.PutCapsule(ID, bytes(8193), 1), wire.Ask([ID] * 65, 0), wire.Lacking([ID] * 1025),
        wire.Requests([b"r"] * 5, 1), wire.Settle(1, 0, bytes(15)), wire.Open(1, ID, KEY, KEY),
        door.Collect([]), door.Collect([ID] * (door.MAX_TAGS + 1)),
    ],
    ids=lambda frame: type(frame).__name__,
)  # fmt: skip
def test_beyond_a_limit_is_a_fault(frame: Asked | Answered) -> None:
    said = wire.encode(frame)
    for read in (wire.question, wire.answer):
        with pytest.raises(PeerFault):
            read(said)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_frame_or_a_fault(inside: bytes) -> None:
    """As they come, and as they are within the padding."""
    for data in (inside, pad(inside)):
        for read in (wire.question, wire.answer):
            with suppress(PeerFault):
                read(data)


def test_nests_without_end_are_a_fault() -> None:
    """Not the end of the program."""
    for inside in (b"\x91" * LONGEST, b"\x81" * LONGEST, b"\x92\x07" + b"\x91" * 100_000):
        for read in (wire.question, wire.answer):
            with pytest.raises(PeerFault):
                read(pad(inside))
