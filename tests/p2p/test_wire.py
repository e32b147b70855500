"""Frames: one spelling in, one value out; anything else is a PeerFault, quickly."""

import time
import tracemalloc
from contextlib import suppress

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from p2p import wire
from p2p.errors import PeerFault

GRANT = wire.Grant(epoch=b"e" * 32, granter=b"g" * 32, box=b"b" * 1200)
CARD = wire.Card(b"d" * 32, 7, ["/ip4/192.0.2.1/tcp/1", "/dns/höhle.example"], b"s" * 64)
LOGBOOK = wire.Logbook(device=b"d" * 32, log=1, top=70_000, digest=b"l" * 16)
HOLDING = wire.Holding(
    holder=b"h" * 32, author=b"a" * 32, counter=2**48 - 1, first=0, top=2**53 - 1, head=b"i" * 8,
    signature=b"s" * 64,
)  # fmt: skip

FRAMES: tuple[wire.AnyFrame, ...] = (
    wire.Hello(version=1, hour=494_000, nonce=b"n" * 16, held=(3, 2**53 - 1)),
    wire.Chain(envelopes=[b"e" * 64, b"f" * 300]),
    wire.Reconcile(log=1, message=b"\x61"),
    wire.Envelopes(log=0, envelopes=[b"e" * 64], live=True),
    wire.Want(log=1, ids=[b"i" * 32]),
    wire.Gone(log=0, ids=[]),
    wire.Epochs(ids=[b"i" * 32, bytes(32)], answer=True),
    wire.Grants(grants=[GRANT, GRANT]),
    wire.Ack(epochs=[b"i" * 32]),
    wire.Need(epochs=[b"i" * 32]),
    wire.Settled(log=1, digest=b"d" * 32, frontier=b"f" * 32),
    wire.Scope(ids=[b"i" * 32], held=2**53 - 1),
    wire.Again(),
    wire.Beat(),
    wire.Cards(cards=[CARD]),
    wire.Logs(logs=[LOGBOOK, LOGBOOK]),
    wire.Ask(device=b"d" * 32, log=1, first=0, end=2**53 - 1),
    wire.Removed(header=b"h" * 300, signature=b"s" * 64, salt=b"n" * 16, payload=b"p"),
    wire.Knock(rendezvous=b"r" * 32),
    wire.Capsule(sealed=b"c" * 100),
    wire.Request(box=b"b" * 100),
    wire.Waiting(),
    wire.Wait(),
    wire.Wait(kept=True),
    wire.Questions(questions=["What brings you here?"], affiliation=True),
    wire.Sorry(reason=4, note="Not now."),
    wire.Sorry(reason=3),
    wire.Admitted(admit=b"a" * 32, grants=[GRANT]),
    wire.Held(),
    wire.Collect(tags=[b"t" * 32]),
    wire.Parcels(parcels=[b"p" * 3184, b"q"]),
    wire.Welcome(admit=b"a" * 32, grants=[GRANT], box=b"x" * 32),
    wire.Holdings(holdings=[HOLDING, HOLDING]),
    wire.Heard(rows=b"r" * 36),
)

pack = msgspec.msgpack.encode

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats()
anything = st.recursive(
    scalars | st.binary(max_size=80) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=4) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__name__)
def test_a_frame_comes_out_as_it_went_in(frame: wire.AnyFrame) -> None:
    """Every kind there is."""
    assert wire.decode(wire.encode(frame)) == frame


def test_every_kind_of_frame_is_among_the_tested() -> None:
    """So that a new one is not forgotten here; and no two share a number."""
    kinds = set(wire.Frame.__subclasses__())
    assert {type(f) for f in FRAMES} == kinds
    tags = [msgspec.inspect.type_info(kind).tag for kind in kinds]  # type: ignore[attr-defined]
    assert len(set(tags)) == len(kinds)


@given(st.binary(max_size=600))
def test_any_bytes_give_a_value_or_a_fault(data: bytes) -> None:
    """Never another exception."""
    with suppress(PeerFault):
        assert isinstance(wire.decode(data), wire.Frame)


@given(st.integers(0, 40) | st.sampled_from((128, 129)), st.lists(anything, max_size=6))
@example(1, [1, 2**64 - 1, b"n" * 16, [0, 0]])
@example(15, [[[b"d" * 32, 1, ["\ud7ff"], b"s" * 64]]])
def test_any_fields_give_a_value_or_a_fault(tag: int, fields: list[object]) -> None:
    """Well-made MessagePack with the number of a kind in front of anything."""
    with suppress(PeerFault):
        assert isinstance(wire.decode(pack([tag, *fields])), wire.Frame)


@given(st.sampled_from(FRAMES), st.data())
def test_a_bent_frame_gives_a_value_or_a_fault(frame: wire.AnyFrame, data: st.DataObject) -> None:
    """One byte changed, some taken away, some put in."""
    good = wire.encode(frame)
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 8))
    bent = good[:at] + data.draw(st.binary(max_size=8)) + good[at + cut :]
    with suppress(PeerFault):
        wire.decode(bent)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__name__)
def test_a_cut_frame_and_one_with_a_tail_are_refused(frame: wire.AnyFrame) -> None:
    """A frame is whole, and nothing hides behind it."""
    good = wire.encode(frame)
    for end in range(min(len(good), 200)):
        with pytest.raises(PeerFault):
            wire.decode(good[:end])
    with pytest.raises(PeerFault):
        wire.decode(good + b"\0")


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__name__)
def test_no_frame_has_a_field_too_many(frame: wire.AnyFrame) -> None:
    """A newer version says so in its hello, not by the way."""
    with pytest.raises(PeerFault):
        wire.decode(pack([*msgspec.msgpack.decode(wire.encode(frame)), 0]))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [0],
        [18],
        [33.0, b"c"],
        ["1"],
        [1, -1, 0, b"n" * 16, [0, 0]],
        [1, 1, 2**53, b"n" * 16, [0, 0]],
        [1, 1, 0, b"n" * 15, [0, 0]],
        [1, 1, 0, b"n" * 16, [0, 0, 0]],
        [1, 1, 0, b"n" * 16, [0, -1]],
        [2, [b"e" * 64] * 65],
        [3, 2, b""],
        [3, 0, bytes(wire.BATCH + 1)],
        [4, 0, [b"e" * 63]],
        [4, 0, [bytes(64 * 1024 + 1)]],
        [5, 0, [b"i" * 31]],
        [5, 0, [b"i" * 32] * 4097],
        [8, [[b"e" * 32, b"g" * 32, bytes(2049)]]],
        [8, [[b"e" * 32, b"g" * 32, b""]] * 65],
        [11, 1, b"d" * 31],
        [11, 1, b"d" * 32, b"f" * 31],
        [11, 1, b"d" * 32, 0],
        [11, 2, b"d" * 32, None],
        [4, 1, []],
        [12, [b"i" * 32]],
        [12, [b"i" * 32], -1],
        [12, [b"i" * 32], 2**53],
        [12, [b"i" * 31], 0],
        [15, [[b"d" * 32, 1, [""], b"s" * 64]]],
        [15, [[b"d" * 32, 1, ["x" * 257], b"s" * 64]]],
        [15, [[b"d" * 32, 1, ["x"] * 17, b"s" * 64]]],
        [15, [[b"d" * 32, 1, ["x"], b"s" * 63]]],
        [16],
        [16, [[b"d" * 32, 1, 1, b"l" * 16]] * 4097],
        [16, [[b"d" * 31, 1, 1, b"l" * 16]]],
        [16, [[b"d" * 32, 2, 1, b"l" * 16]]],
        [16, [[b"d" * 32, 1, -1, b"l" * 16]]],
        [16, [[b"d" * 32, 1, 2**53, b"l" * 16]]],
        [16, [[b"d" * 32, 1, 1, b"l" * 32]]],
        [16, [[b"d" * 32, 1, 1]]],
        [16, [[b"d" * 32, 1, 1, b"l" * 16, 0]]],
        [17, b"d" * 31, 1, 0, 1],
        [17, b"d" * 32, 2, 0, 1],
        [17, b"d" * 32, 1, -1, 1],
        [17, b"d" * 32, 1, 0, 2**53],
        [17, b"d" * 32, 1, 0],
        [18, bytes(1025), b"s" * 64, b"n" * 16, b""],
        [18, b"", b"s" * 63, b"n" * 16, b""],
        [18, b"", b"s" * 64, b"n" * 15, b""],
        [18, b"", b"s" * 64, b"n" * 16, bytes(16 * 1024 + 1)],
        [33, bytes(8193)],
        [34, bytes(32 * 1024 + 1)],
        [36, 0],
        [36, 5],
        [36, 4, "x" * 501],
        [35, 1],
        [38, ["?"] * 9],
        [38, [""]],
        [37, b"a" * 32, [[b"e" * 32, b"g" * 32, b""]] * 65],
        {"type": 1},
        14,
        None,
    ],
    ids=lambda fields: repr(fields)[:40],
)
def test_what_is_out_of_bounds_is_refused(fields: object) -> None:
    """Unknown kinds, wrong types, too many, too long, too short, too large."""
    with pytest.raises(PeerFault):
        wire.decode(pack(fields))


@pytest.mark.parametrize("tag", [130, 131, 2**16, 2**53, 2**64 - 1])
def test_frames_of_a_later_version_are_passed_over(tag: int) -> None:
    """From 128 on a frame may be unknown: it counts as a sign of life, whatever is in it."""
    for fields in ([], [1, b"x", "text", [1, [2]], {"a": 1}, None, 1.5]):
        assert wire.decode(pack([tag, *fields])) == wire.Beat()
    with pytest.raises(PeerFault):
        wire.decode(pack([tag, 1]) + b"\0")


@pytest.mark.parametrize(
    "tag", [15, 16, 17, 18, 31, 38, 127, 128, 129, -1, True, "128", 128.0, None, [128]]
)
def test_other_unknown_frames_are_refused(tag: object) -> None:
    """Below 128, or known here, or no number at all."""
    with pytest.raises(PeerFault):
        wire.decode(pack([tag, 1, 2, 3]))


@given(st.integers(130, 2**64 - 1), st.lists(anything, max_size=6), st.binary(max_size=8))
@example(130, [], b"\x81\x80\x00")
@example(130, [], b"\x81\x91\x80\x00")
@example(130, [], b"\x81\xc0\x00\x00")
@example(130, [], b"\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff")
def test_any_later_frame_is_passed_over_or_a_fault(
    tag: int, fields: list[object], tail: bytes
) -> None:
    """Maps with maps as keys, times out of bounds, what no Python value can be: no exception."""
    data = bytearray(pack([tag, *fields, None]))
    with suppress(PeerFault):
        assert wire.decode(bytes(data[:-1]) + tail) == wire.Beat()


def test_a_frame_over_the_limit_is_not_even_read() -> None:
    """The first byte too many."""
    with pytest.raises(PeerFault, match="limit"):
        wire.decode(bytes(wire.MAX_FRAME + 1))
    with pytest.raises(PeerFault, match="none"):
        wire.decode(bytes(wire.MAX_FRAME))


def test_settled_says_a_frontier_or_none() -> None:
    """Authority settles without one; what words ask for is the conversation's to judge."""
    for short in ([11, 0, b"d" * 32], [11, 0, b"d" * 32, None]):
        assert wire.decode(pack(short)) == wire.Settled(log=0, digest=b"d" * 32)
    assert wire.decode(pack([11, 1, b"d" * 32, b"f" * 32])) == wire.Settled(
        log=1, digest=b"d" * 32, frontier=b"f" * 32
    )


def test_a_full_batch_and_full_id_lists_fit_a_frame() -> None:
    """What we send ourselves is never over the limit."""
    largest = [b"e" * (64 * 1024)] * (wire.BATCH // (64 * 1024) + 1)
    least = [b"e" * 64] * (wire.BATCH // 64)
    for full in (
        wire.Envelopes(log=1, envelopes=largest[:-1], live=True),
        wire.Envelopes(log=1, envelopes=least),
        wire.Want(log=1, ids=[b"i" * 32] * wire.MAX_IDS),
        wire.Reconcile(log=1, message=bytes(wire.BATCH)),
        wire.Chain(envelopes=[b"e" * 5000] * wire.MAX_CHAIN),
        wire.Scope(ids=[b"i" * 32] * wire.MAX_IDS, held=2**53 - 1),
        wire.Logs(logs=[LOGBOOK] * wire.MAX_IDS),
    ):
        data = wire.encode(full)
        assert len(data) <= wire.MAX_FRAME
        assert wire.decode(data) == full


@pytest.mark.parametrize(
    "data",
    [
        b"\x91" * wire.MAX_FRAME,
        b"\xdd\xff\xff\xff\xff" + bytes(1000),
        b"\x93\x05\x01\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x92\x21\xc6\x7f\xff\xff\xff",
        b"\xdc\xff\xff" + b"\x05" * 65535,
        b"\x91" * 100_000 + b"\x0e",
        b"\x81\xa4type" * 1000,
        b"\xc1",
        b"\xd8\xff" + bytes(16),
    ],
    ids=lambda data: repr(data[:8]),
)
def test_lengths_that_lie_cost_nothing(data: bytes) -> None:
    """Deep nesting and huge announcements: a fault within 50 ms and a few MB."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        with pytest.raises(PeerFault):
            wire.decode(data)
        assert time.perf_counter() - begun < 0.5
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
