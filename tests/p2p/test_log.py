"""One order for all: whatever came first, every computer puts the same ops in the same places."""

import random

from hypothesis import given
from hypothesis import strategies as st

from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.log import Order, arrange, heads_to_name, parents
from p2p.op import Header, Log

Named = dict[OpId, Header]


def name(number: int) -> OpId:
    """The id of the op with this number; ids do not sort as the numbers do."""
    return OpId(random.Random(number).randbytes(32))


def header(
    prev: OpId | None = None, heads: tuple[OpId, ...] = (), log: Log = Log.AUTHORITY
) -> Header:
    return Header(
        version=1, circle=CircleId(b"c" * 32), device=DeviceId(b"d" * 32), log=log, seq=0,
        prev=prev or OpId(ZERO), heads=(), authority_heads=heads, epoch=EpochId(ZERO), hour=0,
        kind=0, payload_hash=bytes(32), payload_size=0, written_at=0,
    )  # fmt: skip


def a_history(seed: int, size: int = 40) -> Named:
    """Some people writing authority ops, each having seen some of the others'."""
    chance = random.Random(seed)
    logs: dict[int, OpId] = {}
    made: Named = {}
    for number in range(size):
        writer = chance.randrange(5)
        seen = chance.sample(list(made), min(len(made), chance.randint(0, 4)))
        made[name(number)] = header(logs.get(writer), tuple(seen) if number else ())
        logs[writer] = name(number)
    return made


def closure(named: Named, op: OpId) -> set[OpId]:
    """Everything reachable from an op, the slow way."""
    found: set[OpId] = set()
    queue = list(parents(named[op]))
    while queue:
        at = queue.pop()
        if at not in found:
            found.add(at)
            queue += parents(named[at])
    return found


def past_of(order: Order, number: int) -> set[OpId]:
    at = order.placed[number]
    return {p.op for p in order.placed if order.before(p.index, at)}


def test_fifty_orders_of_arrival_give_one_order() -> None:
    """Places, depths, pasts, heads: all the same."""
    named = a_history(1)
    first = arrange(named.items())
    for seed in range(50):
        shuffled = list(named.items())
        random.Random(seed).shuffle(shuffled)
        assert arrange(shuffled) == first
    assert not first.waiting
    assert not first.missing


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_pasts_are_what_can_be_reached(seed: int, size: int) -> None:
    """The bits say the same as the slow way, and so do depth and order."""
    named = a_history(seed, size)
    order = arrange(named.items())
    for number, at in enumerate(order.placed):
        past = closure(named, at.op)
        assert at.index == number
        assert past_of(order, number) == past
        depths = [p.depth for p in order.placed if p.op in parents(at.header)]
        assert at.depth == 1 + max(depths, default=-1)
    assert [(p.depth, p.op) for p in order.placed] == sorted((p.depth, p.op) for p in order.placed)
    reached = set().union(*(closure(named, op) for op in named))
    assert set(order.heads) == set(named) - reached


@given(st.integers(0, 10_000), st.integers(0, 39))
def test_what_names_something_missing_waits_and_all_after_it(seed: int, gap: int) -> None:
    """Nothing else waits, and the missing one is named; when it comes all is as if it had been."""
    named = a_history(seed)
    lost = name(gap)
    here = {op: h for op, h in named.items() if op != lost}
    order = arrange(here.items())
    expected = {op for op in here if lost in closure(named, op)}
    assert order.waiting == expected
    assert order.missing == ({lost} if any(lost in parents(h) for h in here.values()) else set())
    assert {p.op for p in order.placed} == set(here) - expected
    assert not set(order.heads) & expected
    assert arrange([*here.items(), (lost, named[lost])]) == arrange(named.items())


def test_the_same_op_twice_is_one() -> None:
    """An op that came over two ways has one place."""
    named = a_history(3, 10)
    assert arrange([*named.items(), *named.items()]) == arrange(named.items())


def test_nothing_gives_an_empty_order() -> None:
    """A circle whose founding has not come."""
    assert arrange([]) == Order((), frozenset(), frozenset(), ())


def test_a_head_that_is_also_the_op_before_counts_once() -> None:
    """Naming it twice adds neither depth nor delay."""
    first, second = name(0), name(1)
    order = arrange([(second, header(first, (first,))), (first, header())])
    assert [p.op for p in order.placed] == [first, second]
    assert order.placed[1].depth == 1


def test_words_stand_on_their_heads_only() -> None:
    """The op before in the words log is no part of an authority past."""
    assert parents(header(name(1), (name(2),), Log.WORDS)) == {name(2)}
    assert parents(header(name(1), (name(2),))) == {name(1), name(2)}
    assert parents(header()) == frozenset()


def test_at_most_four_heads_are_named_deepest_first() -> None:
    """Then by lowest id."""
    root = name(0)
    shallow = [name(n) for n in range(1, 7)]
    deep = name(9)
    named = [(root, header()), *((op, header(root)) for op in shallow), (deep, header(shallow[5]))]
    order = arrange(named)
    assert heads_to_name(order) == (deep, *sorted(shallow[:5])[:3])
    assert len(order.heads) == 6


def test_thousands_of_ops_are_put_in_order_quickly() -> None:
    """A long log is not walked anew for each op."""
    ops = [(name(0), header())]
    for number in range(1, 3000):
        ops.append((name(number), header(ops[-1][0])))
    order = arrange(reversed(ops))
    assert order.placed[-1].depth == 2999
    assert order.placed[-1].past.bit_count() == 2999
