"""Reconciliation: two sets become known to each other, whatever is in them or on the wire."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.errors import OurFault, PeerFault
from p2p.reconcile import Initiator, Item, ItemVector, respond
from p2p.reconcile_harness import run as run_harness
from p2p.reconcile_wire import INFINITY, START, Fingerprint, IdList, Range, Skip, parse, spell

LAST = 2**64 - 2


def items(rng: random.Random, count: int, span: int) -> set[Item]:
    """Draw items whose hours crowd into a span."""
    return {(rng.randrange(span), rng.randbytes(32)) for _ in range(count)}


def names(of: set[Item]) -> list[bytes]:
    """Give the ids, sorted."""
    return sorted(name for _, name in of)


def converse(
    ours: set[Item], theirs: set[Item], our_limit: int = 0, their_limit: int = 0
) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Let two sides talk until the first is done; give have, need and all messages."""
    initiator, other = Initiator(ItemVector(ours), our_limit), ItemVector(theirs)
    have: list[bytes] = []
    need: list[bytes] = []
    messages = []
    message: bytes | None = initiator.start()
    while message is not None:
        answer = respond(other, message, their_limit)
        assert not our_limit or len(message) <= our_limit
        assert not their_limit or len(answer) <= their_limit
        messages += [message, answer]
        step = initiator.receive(answer)
        have += step.have
        need += step.need
        message = step.reply
    return have, need, messages


def wire(*ranges: Range) -> bytes:
    """Spell a whole message."""
    out, created = b"\x61", 0
    for given_ in ranges:
        out += spell(given_, created)
        created = given_.upper[0]
    return out


@pytest.mark.parametrize("span", [1, 3, 1_000, LAST])
@pytest.mark.parametrize("shared", [0, 1, 31, 32, 33, 3_000])
@pytest.mark.parametrize("alone", [0, 1, 40, 700])
def test_both_differences_are_found_each_id_once(span: int, shared: int, alone: int) -> None:
    """Ada learns what Bo lacks and what she lacks, and nothing else."""
    rng = random.Random(f"{span} {shared} {alone}")
    both, ada, bo = (items(rng, count, span) for count in (shared, alone, alone))
    have, need, _ = converse(both | ada, both | bo)
    assert sorted(have) == names(ada)
    assert sorted(need) == names(bo)


@pytest.mark.parametrize("limits", [(4_096, 4_096), (0, 4_096), (4_096, 0), (5_000, 70_000)])
@pytest.mark.parametrize("span", [1, 500, LAST])
def test_frame_limits_are_kept_and_nothing_is_missed(limits: tuple[int, int], span: int) -> None:
    """However the frames are cut, both differences come out."""
    rng = random.Random(f"{limits} {span}")
    both, ada, bo = (items(rng, count, span) for count in (3_000, 900, 1_100))
    have, need, _ = converse(both | ada, both | bo, *limits)
    assert sorted(set(have)) == names(ada)
    assert sorted(set(need)) == names(bo)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.tuples(*[st.integers(0, 400)] * 3),
    st.sampled_from([1, 2, 50, 10**6]),
    st.sampled_from([0, 4_096]),
)
def test_any_two_sets_converge(
    seed: int, counts: tuple[int, int, int], span: int, limit: int
) -> None:
    """Of any sizes, in any crowd of hours."""
    rng = random.Random(seed)
    both, ada, bo = (items(rng, count, span) for count in counts)
    have, need, _ = converse(both | ada, both | bo, limit, limit)
    assert sorted(set(have)) == names(ada)
    assert sorted(set(need)) == names(bo)


def test_nearly_equal_ids_are_parted() -> None:
    """Bounds grow to all 32 bytes where ids differ only at the end, and zeros at the end count."""
    crowd = {(7, number.to_bytes(32)) for number in range(2_000)}
    crowd |= {(7, number.to_bytes(32, "little")) for number in range(2_000)}
    missing = {(7, number.to_bytes(32)) for number in range(0, 2_000, 97)}
    have, need, _ = converse(crowd, crowd - missing, 4_096, 4_096)
    assert (sorted(set(have)), need) == (names(missing), [])
    have, need, _ = converse(crowd - missing, crowd)
    assert (have, sorted(need)) == ([], names(missing))


def test_equal_sets_take_one_round() -> None:
    """Nothing to do costs a few hundred bytes."""
    same = items(random.Random(1), 20_000, 9_000)
    _, _, messages = converse(same, same)
    assert len(messages) == 2
    assert sum(map(len, messages)) < 400
    assert messages[1] == b"\x61"


def test_ten_recent_differences_are_cheap() -> None:
    """The everyday case: few rounds, a few kilobytes."""
    rng = random.Random(2)
    both = items(rng, 20_000, 100_000)
    recent = {(100_000 + number, rng.randbytes(32)) for number in range(10)}
    _, need, messages = converse(both, both | recent)
    assert sorted(need) == names(recent)
    assert len(messages) <= 6
    assert sum(map(len, messages)) < 6_000


def test_an_item_given_twice_is_our_fault() -> None:
    """Sets only; the same id at another hour is another item."""
    with pytest.raises(OurFault):
        ItemVector([(1, b"a" * 32), (2, b"b" * 32), (1, b"a" * 32)])
    assert len(ItemVector([(1, b"a" * 32), (2, b"a" * 32)])) == 2


@pytest.mark.parametrize("item", [(-1, bytes(32)), (LAST + 1, bytes(32)), (0, bytes(31))])
def test_an_item_out_of_range_is_our_fault(item: Item) -> None:
    """The largest time is infinity's."""
    with pytest.raises(OurFault):
        ItemVector([item])


def test_the_first_message_is_that_of_the_protocol() -> None:
    """Byte for byte, so that strangers understand it."""
    assert Initiator(ItemVector([])).start() == bytes.fromhex("61 0000 02 00")
    one = ItemVector([(0x1234, b"i" * 32)])
    assert Initiator(one).start() == bytes.fromhex("61 0000 02 01") + b"i" * 32
    many = [(number * 100, bytes((number,)) * 32) for number in range(32)]
    message = Initiator(ItemVector(many)).start()
    total = sum(int.from_bytes(name, "little") for _, name in many[:2]) % 2**256
    first = sha256(total.to_bytes(32, "little") + b"\x02").digest()[:16]
    # 200 + 1 in base 128 is 1·128 + 73; no prefix; mode 1.
    assert message[:21] == b"\x61\x81\x49\x00\x01" + first
    assert message[21:25] == b"\x81\x49\x00\x01"
    assert message[-19:-16] == b"\x00\x00\x01"


def test_bounds_part_ids_of_one_hour_by_the_shortest_prefix() -> None:
    """As long as what they share, and one byte more."""
    vector = ItemVector([(5, b"ab" + bytes(30)), (5, b"ac" + bytes(30)), (6, b"aa" + bytes(30))])
    assert vector.bound_before(1) == (5, b"ac")
    assert vector.bound_before(2) == (6, b"")
    assert [vector.find(bound, 0) for bound in (START, (5, b"ac"), (6, b""), INFINITY)] == [
        0,
        1,
        2,
        3,
    ]


def test_another_version_is_answered_with_ours() -> None:
    """The asked side stays usable; the asking side fails; anything else is no message."""
    vector = ItemVector([])
    assert respond(vector, b"\x62what ever") == b"\x61"
    assert respond(vector, b"\x60") == b"\x61"
    initiator = Initiator(vector)
    initiator.start()
    with pytest.raises(PeerFault):
        initiator.receive(b"\x62")
    for message in (b"", b"\x5f", b"\x70", b"\xff"):
        with pytest.raises(PeerFault):
            respond(vector, message)


MALFORMED = {
    "a bound without a mode": "61 0000",
    "an unknown mode": "61 0000 03",
    "a short fingerprint": "61 0000 01 00",
    "a list that ends early": "61 0000 02 02" + "00" * 63,
    "a list of 2⁶⁴−1 ids": "61 0000 02 81ffffffffffffffff7f",
    "a prefix of 33 bytes": "61 01 21" + "00" * 33 + "00",
    "a prefix that ends early": "61 01 20 00",
    "a number with a leading zero": "61 8001 00 00",
    "a number above 2⁶⁴−1": "61 82808080808080808000 00 00",
    "a number without an end": "61 ff",
    "the time of infinity": "61 81ffffffffffffffff7f 00 00 02 00 00",
    "a bound below the one before": "61 05 02ffff 00 01 01ff 00",
    "a range beyond infinity": "61 0000 00 05 00 00",
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED)
def test_malformed_messages_are_their_senders_fault(message: str) -> None:
    """Both sides refuse them."""
    vector = ItemVector(items(random.Random(3), 100, 50))
    initiator = Initiator(vector)
    initiator.start()
    for read in (lambda raw: respond(vector, raw), initiator.receive):
        with pytest.raises(PeerFault):
            read(bytes.fromhex(message))


def test_a_bad_tail_is_found_though_the_frame_is_full() -> None:
    """A message is whole or it is a fault."""
    vector = ItemVector(items(random.Random(4), 5_000, 50))
    message = wire(Range((40, b""), IdList([])), Range(INFINITY, Skip()))
    assert respond(vector, message, 4_096) != b"\x61"
    with pytest.raises(PeerFault):
        respond(vector, message[:-1], 4_096)


def test_ranges_of_no_width_are_passed_over() -> None:
    """The C++ reference ends some cut messages with one; they say nothing and cost nothing."""
    vector = ItemVector(items(random.Random(5), 50, 50))
    empty = [Range(START, Fingerprint(bytes(16))), Range(INFINITY, Skip())]
    empty += [Range(INFINITY, IdList([b"x" * 32])), Range(INFINITY, Fingerprint(bytes(16)))]
    assert respond(vector, wire(*empty)) == b"\x61"
    initiator = Initiator(vector)
    initiator.start()
    step = initiator.receive(wire(*empty))
    assert (step.have, step.need, step.reply) == ([], [], None)


def test_a_rest_put_off_covers_everything_from_where_the_message_ends() -> None:
    """The last fingerprint is of exactly the range it stands for, also after a cut list."""
    vector = ItemVector(items(random.Random(6), 4_000, 1_000))
    answer = list(parse(respond(vector, wire(Range(INFINITY, IdList([]))), 4_096)))
    assert len(answer) == 2
    listed, rest = answer
    assert isinstance(listed.say, IdList)
    at = len(listed.say.ids)
    assert listed.say.ids == vector.ids(0, at)
    assert vector.find(listed.upper, 0) == at
    assert rest == Range(INFINITY, Fingerprint(vector.fingerprint(at, len(vector))))


def test_ids_named_twice_in_a_list_are_named_once() -> None:
    """A careless peer does not make us fetch twice."""
    initiator = Initiator(ItemVector([(1, b"a" * 32)]))
    initiator.start()
    twice = [b"b" * 32, b"b" * 32]
    step = initiator.receive(wire(Range(INFINITY, IdList(twice))))
    assert (step.have, step.need, step.reply) == ([b"a" * 32], [b"b" * 32], None)


def test_the_asking_side_keeps_its_turn() -> None:
    """Begin once, hear only what was asked, stop when done."""
    initiator = Initiator(ItemVector([]))
    with pytest.raises(OurFault):
        initiator.receive(b"\x61")
    initiator.start()
    with pytest.raises(OurFault):
        initiator.start()
    assert initiator.receive(b"\x61").reply is None
    with pytest.raises(OurFault):
        initiator.receive(b"\x61")


@pytest.mark.parametrize("limit", [1, 4_095, -1])
def test_a_frame_too_small_is_our_fault(limit: int) -> None:
    """Below 4,096 B a split or a list might not fit."""
    with pytest.raises(OurFault):
        Initiator(ItemVector([]), limit)
    with pytest.raises(OurFault):
        respond(ItemVector([]), b"\x61", limit)


CROWD = ItemVector(items(random.Random(7), 300, 3))


@given(st.binary(max_size=200), st.sampled_from([0, 4_096]))
def test_any_bytes_give_a_value_or_a_peer_fault(tail: bytes, limit: int) -> None:
    """Never another exception, never a frame too long."""
    for message in (tail, b"\x61" + tail):
        initiator = Initiator(CROWD, limit)
        initiator.start()
        with suppress(PeerFault):
            reply = initiator.receive(message).reply or b""
            assert not limit or len(reply) <= limit
        with suppress(PeerFault):
            assert len(respond(CROWD, message, limit)) <= (limit or 2**20)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.binary(max_size=3), st.integers(0, 2)), max_size=40),
    st.sampled_from([0, 4_096]),
)
def test_any_well_formed_ranges_are_answered_in_bounds(
    drawn: list[tuple[int, bytes, int]], limit: int
) -> None:
    """Each of our ids is listed at most once, in ranges that ascend."""
    says = (Skip(), Fingerprint(bytes(16)), IdList([b"z" * 32]))
    bounds = sorted({(created, prefix.rstrip(b"\0")) for created, prefix, _ in drawn})
    ranges = [Range(bound, says[mode]) for bound, (_, _, mode) in zip(bounds, drawn, strict=False)]
    answer = respond(CROWD, wire(*ranges), limit)
    assert not limit or len(answer) <= limit
    listed = [name for given_ in parse(answer) for name in getattr(given_.say, "ids", [])]
    assert len(listed) == len(set(listed)) <= len(CROWD)


class Process:
    """One side as a process of its own, spoken to line by line."""

    def __init__(self, limit: str = "") -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "p2p.reconcile"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"FRAMESIZELIMIT": limit},
        )

    def say(self, line: str) -> None:
        """Hand it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Wait for a line of its."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().removesuffix("\n")

    def give(self, of: set[Item]) -> None:
        """Hand it its set."""
        for created, name in of:
            self.say(f"item,{created},{name.hex()}")
        self.say("seal")

    def end(self) -> tuple[int, str, str]:
        """Close its input; give status, and the rest of what it said."""
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def two() -> Iterator[tuple[Process, Process]]:
    """Two sides with the smallest frames."""
    sides = Process("4096"), Process("4096")
    yield sides
    for side in sides:
        assert side.end() == (0, "", "")


def test_two_processes_find_their_differences(two: tuple[Process, Process]) -> None:
    """The harness, over real pipes."""
    rng = random.Random(8)
    both, ours, theirs = items(rng, 500, 40), items(rng, 150, 40), items(rng, 170, 40)
    client, server = two
    client.give(both | ours)
    server.give(both | theirs)
    learned: dict[str, set[str]] = {"have": set(), "need": set()}
    client.say("initiate")
    while (line := client.hear()) != "done":
        verb, value = line.split(",")
        if verb == "msg":
            server.say(line)
            client.say(server.hear())
        else:
            learned[verb].add(value)
    assert learned["have"] == {name.hex() for name in names(ours)}
    assert learned["need"] == {name.hex() for name in names(theirs)}


def test_a_process_refuses_a_frame_limit_that_is_too_small() -> None:
    """With a status, and without a traceback."""
    status, out, err = Process("4095").end()
    assert status == 1
    assert out.startswith("error,")
    assert not err


ID = "ab" * 32
SCRIPTS: dict[str, tuple[list[str], list[str], int]] = {
    "nothing": ([], [], 0),
    "an empty server": (["seal", "msg,6100000200"], ["msg,6100000200"], 0),
    "a server of equals": (["seal", "msg,61"], ["msg,61"], 0),
    "another version": (["seal", "msg,62", "msg,61"], ["msg,61", "msg,61"], 0),
    "no version": (["seal", "msg,70"], ["error,no message of this protocol"], 1),
    "the last time": ([f"item,{LAST},{ID}", "seal"], [], 0),
    "infinity": ([f"item,{LAST + 1},{ID}", "seal"], ["error,an item out of range"], 1),
    "twice": ([f"item,1,{ID}"] * 2 + ["seal"], ["error,an item given twice"], 1),
    "late": (["seal", f"item,1,{ID}"], ["error,an item after seal"], 1),
    "sealed twice": (["seal", "seal"], ["error,sealed twice"], 1),
    "not sealed": (["initiate"], ["error,not sealed yet"], 1),
    "initiated twice": (
        ["seal", *["initiate"] * 2],
        ["msg,6100000200", "error,initiated twice"],
        1,
    ),
    "a client in another version": (
        ["seal", "initiate", "msg,62"],
        ["msg,6100000200", "error,a reconciliation in another version"],
        1,
    ),
    "a client that is done": (["seal", "initiate", "msg,61"], ["msg,6100000200", "done"], 0),
    "unknown": (["hello"], ["error,an unknown command"], 1),
    "a short id": (["item,1,abcd"], ["error,an unknown command"], 1),
    "odd hex": (["seal", "msg,616"], ["error,an unknown command"], 1),
    "not ascii": (["séal"], ["error,an unknown command"], 1),
}


@pytest.mark.parametrize(("lines", "answers", "status"), SCRIPTS.values(), ids=SCRIPTS)
def test_each_line_has_its_answer(lines: list[str], answers: list[str], status: int) -> None:
    """The table of the harness, line by line."""
    heard: list[str] = []
    assert run_harness([f"{line}\n".encode() for line in lines], heard.append, "0") == status
    assert heard == answers


def test_a_frame_limit_that_is_no_number_is_refused() -> None:
    """Before the first line is read."""
    heard: list[str] = []
    assert run_harness([b"seal\n"], heard.append, "4k") == 1
    assert heard == ["error,a frame limit that is no number"]
