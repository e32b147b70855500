"""Runs: the signature at the head vouches for all before it, in whatever order they come."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p import runs
from p2p.crypto import sign_public
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import Header, Kind, Log, SignedOp, payload_hash, sign_op, verify_signature
from p2p.runs import Vouched

ADA, BO = b"a" * 32, b"b" * 32
SALT = b"s" * 16


def says(seed: bytes, seq: int, prev: OpId, text: bytes = b"tea") -> SignedOp:
    """Sign a post in a place of the author's log."""
    header = Header(
        version=1, circle=CircleId(b"c" * 32), device=DeviceId(sign_public(seed)), log=Log.WORDS,
        seq=seq, prev=prev, heads=(), authority_heads=(), epoch=EpochId(b"e" * 32), hour=494_000,
        kind=int(Kind.POST), payload_hash=payload_hash(SALT, text), payload_size=len(text),
        written_at=0,
    )  # fmt: skip
    return sign_op(seed, header, SALT, text)


def run(seed: bytes, length: int) -> list[SignedOp]:
    """A log from its beginning."""
    ops = [says(seed, 0, OpId(ZERO))]
    while len(ops) < length:
        ops.append(says(seed, len(ops), ops[-1].op_id))
    return ops


def unsigned(op: SignedOp) -> SignedOp:
    """The same op under a signature that is none."""
    return SignedOp(op.header, op.header_bytes, bytes(64), op.salt, op.payload)


def names(ops: Iterable[SignedOp]) -> set[OpId]:
    """What they are called."""
    return {op.op_id for op in ops}


def test_one_signature_at_the_head_serves_the_whole_run() -> None:
    """Ada's newest post is signed; the others, sealed anew without a signature, are hers too."""
    *before, head = run(ADA, 12)
    authentic, others = Vouched().part([*map(unsigned, before), head])
    assert names(authentic) == names((*before, head))
    assert others == []


def test_of_a_run_one_signature_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is; and one for each log."""
    looked_at: list[OpId] = []

    def counting(op: SignedOp) -> bool:
        looked_at.append(op.op_id)
        return verify_signature(op)

    monkeypatch.setattr(runs, "verify_signature", counting)
    adas, bos = run(ADA, 40), run(BO, 3)
    authentic, _ = Vouched().part([*adas, *bos])
    assert len(authentic) == 43
    assert set(looked_at) == {adas[-1].op_id, bos[-1].op_id}
    assert len(looked_at) == 2


def test_newest_first_costs_one_signature_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that goes on where an earlier one ended is known by what that one named."""
    ops, vouched = run(ADA, 20), Vouched()
    vouched.part(ops[10:])
    monkeypatch.setattr(runs, "verify_signature", lambda _: pytest.fail("looked at"))
    authentic, others = vouched.part(list(map(unsigned, ops[:10])))
    assert (len(authentic), others) == (10, [])


def test_authentic_ops_come_heads_first() -> None:
    """Each log from its end to its beginning: that is how they vouch."""
    for op, before in pairwise(Vouched().part(run(ADA, 5))[0]):
        assert op.header.prev == before.op_id


def test_what_nobody_vouches_for_waits_and_is_no_fault() -> None:
    """The one who brings an unsigned op may have it from somebody else."""
    first, second, third = run(ADA, 3)
    vouched = Vouched()
    authentic, others = vouched.part([first, unsigned(second)])
    assert names(authentic) == names([first])
    assert names(others) == names([second])
    assert not vouched.awaits(unsigned(second))
    vouched.part([third])
    assert vouched.awaits(unsigned(second))
    authentic, others = vouched.part([unsigned(second)])
    assert names(authentic) == names([second])
    assert not vouched.awaits(unsigned(second))


def test_a_broken_run_ends_at_its_last_signature() -> None:
    """Of five without signatures those before a signed one count, those behind it do not."""
    ops = run(ADA, 5)
    authentic, others = Vouched().part([op if op is ops[2] else unsigned(op) for op in ops])
    assert names(authentic) == names(ops[:3])
    assert names(others) == names(ops[3:])


def test_an_unsigned_head_vouches_for_nobody() -> None:
    """Eve writes an op in Ada's name that follows another such."""
    first = says(ADA, 0, OpId(ZERO), b"what Ada never said")
    second = says(ADA, 1, first.op_id, b"nor this")
    authentic, others = Vouched().part([unsigned(first), unsigned(second)])
    assert authentic == []
    assert names(others) == names([first, second])


def test_an_op_vouches_only_within_its_own_log() -> None:
    """Bo's signed op names as `prev` what Eve wrote in Ada's name: that makes it not Ada's."""
    forged = says(ADA, 0, OpId(ZERO), b"what Ada never said")
    named = says(BO, 1, forged.op_id)
    authentic, others = Vouched().part([named, unsigned(forged)])
    assert names(authentic) == names([named])
    assert names(others) == names([forged])


@pytest.mark.parametrize("seq", [1, 3, 7])
def test_an_op_vouches_only_for_the_place_right_before_it(seq: int) -> None:
    """One that names as `prev` an op of another seq leaves that one to its own signature."""
    elsewhere = says(ADA, 0, OpId(ZERO))
    if seq != 1:
        named, expected = says(ADA, seq, elsewhere.op_id), set[OpId]()
    else:
        named, expected = says(ADA, seq, elsewhere.op_id), names([elsewhere])
    authentic, _ = Vouched().part([unsigned(elsewhere), named])
    assert names(authentic) == expected | names([named])


def test_a_fork_that_is_vouched_for_is_authentic_on_both_sides() -> None:
    """A device that signed twice stands by both: what to do about it is for others to say."""
    first = says(ADA, 0, OpId(ZERO))
    left, right = says(ADA, 1, first.op_id, b"left"), says(ADA, 1, first.op_id, b"right")
    ends = [says(ADA, 2, op.op_id) for op in (left, right)]
    authentic, _ = Vouched().part([unsigned(left), unsigned(right), unsigned(first), *ends])
    assert names(authentic) == names([first, left, right, *ends])


def test_the_first_op_of_a_log_vouches_for_nobody() -> None:
    """Nothing is before it, and nothing named zero is awaited."""
    vouched = Vouched()
    vouched.part(run(ADA, 1))
    vouched.remember(run(BO, 1))
    assert vouched == Vouched()


def test_what_was_kept_earlier_vouches_after_a_restart() -> None:
    """Memory is made anew from the ops on disk that name something that is not there."""
    first, second = run(ADA, 2)
    vouched = Vouched()
    vouched.remember([second])
    assert vouched.awaits(unsigned(first))
    vouched.linked([second])
    assert not vouched.awaits(unsigned(first))
    assert vouched == Vouched()


def test_whatever_has_come_is_awaited_no_more() -> None:
    """Ada's whole log is here: nothing is remembered of it."""
    vouched = Vouched()
    ops = run(ADA, 30)
    for op in reversed(ops):
        vouched.part([op])
    assert vouched == Vouched()


OPS = run(ADA, 6)
OTHERS = [says(ADA, 3, OPS[2].op_id, b"a fork"), says(ADA, 4, OPS[1].op_id, b"a false link")]
OTHERS.append(says(ADA, 4, OTHERS[0].op_id, b"behind the fork"))
POOL = (*OPS, *OTHERS, *run(BO, 3))


def authentic_of(ops: list[SignedOp]) -> set[OpId]:
    """By the rule's own words, over all ops at once: signed, or named by an authentic one."""
    found = {op.op_id: op for op in ops if verify_signature(op)}
    while True:
        more = {
            op.op_id: op
            for op in ops
            for after in found.values()
            if after.header.prev == op.op_id
            and after.header.device == op.header.device
            and after.header.seq == op.header.seq + 1
        }
        if more.keys() <= found.keys():
            return set(found)
        found |= more


@given(st.data())
def test_in_any_order_and_any_batches_the_same_ops_are_authentic(data: st.DataObject) -> None:
    """Ops set aside are tried again once they are awaited: nothing hangs on who came first."""
    signed = data.draw(st.sets(st.sampled_from(range(len(POOL)))))
    ops = [op if i in signed else unsigned(op) for i, op in enumerate(POOL)]
    left = data.draw(st.permutations(ops))
    vouched, aside, found = Vouched(), list[SignedOp](), set[OpId]()
    while left:
        size = data.draw(st.integers(1, len(left)))
        batch, left = left[:size], left[size:]
        while batch:
            authentic, others = vouched.part(batch)
            found |= names(authentic)
            aside += others
            batch = [op for op in aside if vouched.awaits(op)]
            aside = [op for op in aside if not vouched.awaits(op)]
    assert found == authentic_of(ops)
    assert names(aside) == names(ops) - found
