"""A set known by its hours answers as one known item by item, and looks into few hours."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.errors import OurFault
from p2p.ids import ID_SIZE
from p2p.reconcile import Initiator, Item, ItemSet, ItemVector, respond
from p2p.reconcile_hours import ROOM, Hour, HourSet
from p2p.reconcile_wire import INFINITY, START, SUM_MASK, Bound

HOURS = 500


class Shelf:
    """Items by the hour, and a note of every hour that was looked into."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._ids: dict[int, list[bytes]] = defaultdict(list)
        for hour, name in sorted(items):
            self._ids[hour].append(name)
        self.looked_into: list[int] = []

    def ids(self, hour: int) -> list[bytes]:
        """Look into an hour."""
        self.looked_into.append(hour)
        return self._ids[hour]

    def set(self) -> HourSet:
        """Add it all up."""
        return HourSet([added(hour, ids) for hour, ids in self._ids.items()], self.ids)


def added(hour: int, ids: list[bytes]) -> Hour:
    """The sum of an hour."""
    return Hour(hour, len(ids), sum(int.from_bytes(i, "little") for i in ids) & SUM_MASK)


def drawn(rng: random.Random, count: int, span: int) -> set[Item]:
    """Items whose hours crowd into a span."""
    return {(rng.randrange(span), rng.randbytes(ID_SIZE)) for _ in range(count)}


# Ids that share long beginnings, so that bounds have every length; and both ends of the order.
names = st.one_of(
    st.binary(min_size=ID_SIZE, max_size=ID_SIZE),
    st.binary(max_size=3).map(lambda tail: tail.rjust(ID_SIZE, b"\0")),
    st.binary(max_size=3).map(lambda head: head.ljust(ID_SIZE, b"\xff")),
    st.binary(max_size=3).map(lambda head: head.ljust(ID_SIZE, b"\0")),
)
hours = st.one_of(st.integers(0, 6), st.integers(0, 2**32 - 1))
item_sets = st.sets(st.tuples(hours, names), max_size=120)
prefixes = st.one_of(names, st.binary(max_size=4)).map(lambda name: name.rstrip(b"\0"))
bounds: st.SearchStrategy[Bound] = st.one_of(
    st.just(START), st.just(INFINITY), st.tuples(hours, prefixes)
)


def near(items: set[Item]) -> st.SearchStrategy[Bound]:
    """Bounds on, right before and right behind what is there."""
    if not items:
        return bounds
    at = st.sampled_from(sorted(items))
    return st.one_of(
        bounds,
        at.map(lambda item: (item[0], item[1].rstrip(b"\0"))),
        at.map(lambda item: (item[0], b"")),
        at.map(lambda item: (item[0] + 1, b"")),
        st.tuples(at, st.integers(1, ID_SIZE)).map(
            lambda cut: (cut[0][0], cut[0][1][: cut[1]].rstrip(b"\0"))
        ),
    )


@given(item_sets, st.data())
def test_a_bound_is_found_where_the_items_themselves_have_it(
    items: set[Item], data: st.DataObject
) -> None:
    """At any bound, looked for from any index that an exchange can have come to before it."""
    vector, by_hour = ItemVector(items), Shelf(items).set()
    assert len(by_hour) == len(vector)
    lower, upper = sorted((data.draw(near(items)), data.draw(near(items))))
    start = vector.find(lower, 0)
    assert by_hour.find(lower, 0) == start
    assert by_hour.find(upper, start) == vector.find(upper, start)
    assert by_hour.find(lower, vector.find(upper, 0)) == vector.find(lower, vector.find(upper, 0))


@given(item_sets, st.data())
def test_a_range_has_the_same_ids_and_the_same_fingerprint(
    items: set[Item], data: st.DataObject
) -> None:
    """Also none of it, and all of it."""
    vector, by_hour = ItemVector(items), Shelf(items).set()
    count = len(items)
    start, end = sorted((data.draw(st.integers(0, count)), data.draw(st.integers(0, count))))
    for first, last in ((start, end), (start, start), (0, count), (0, end), (start, count)):
        assert by_hour.fingerprint(first, last) == vector.fingerprint(first, last)
        assert by_hour.ids(first, last) == vector.ids(first, last)


@given(item_sets)
def test_two_items_are_parted_by_the_same_bound(items: set[Item]) -> None:
    """Within an hour and between two, everywhere in the set."""
    vector, by_hour = ItemVector(items), Shelf(items).set()
    for index in range(1, len(items)):
        bound = by_hour.bound_before(index)
        assert bound == vector.bound_before(index)
        assert by_hour.find(bound, 0) == index


@given(item_sets, st.sets(hours, max_size=5))
def test_an_hour_of_nothing_changes_nothing(items: set[Item], empty: set[int]) -> None:
    """Sums of what has gone may stay behind as zeros."""
    shelf, vector = Shelf(items), ItemVector(items)
    full: dict[int, Hour] = {h: Hour(h, 0, 0) for h in empty}
    for hour in {created for created, _ in items}:
        full[hour] = added(hour, shelf.ids(hour))
    by_hour = HourSet([full[hour] for hour in sorted(full)], shelf.ids)
    for hour in full:
        assert by_hour.find((hour, b""), 0) == vector.find((hour, b""), 0)
    assert by_hour.fingerprint(0, len(items)) == vector.fingerprint(0, len(items))
    assert by_hour.ids(0, len(items)) == vector.ids(0, len(items))
    for index in range(1, len(items)):
        assert by_hour.bound_before(index) == vector.bound_before(index)


def exchange(
    ours: ItemSet, theirs: ItemSet, our_limit: int, their_limit: int
) -> tuple[list[bytes], list[list[bytes]], list[list[bytes]]]:
    """A whole conversation: every message, and what each step taught."""
    initiator = Initiator(ours, our_limit)
    messages, have, need = [], [], []
    message: bytes | None = initiator.start()
    while message is not None:
        answer = respond(theirs, message, their_limit)
        messages += [message, answer]
        step = initiator.receive(answer)
        have.append(step.have)
        need.append(step.need)
        message = step.reply
    return messages, have, need


limits = st.sampled_from((0, 4_096, 5_000))


@given(item_sets, item_sets, item_sets, limits, limits)
def test_an_exchange_is_the_same_byte_for_byte(
    both: set[Item], left: set[Item], right: set[Item], our_limit: int, their_limit: int
) -> None:
    """Whoever knows its set by hours, one of the two or both of them."""
    ours, theirs = both | left, both | right
    expected = exchange(ItemVector(ours), ItemVector(theirs), our_limit, their_limit)
    for mine, yours in (
        (Shelf(ours).set(), Shelf(theirs).set()),
        (Shelf(ours).set(), ItemVector(theirs)),
        (ItemVector(ours), Shelf(theirs).set()),
    ):
        assert exchange(mine, yours, our_limit, their_limit) == expected


@pytest.mark.parametrize("limit", [0, 4_096])
@pytest.mark.parametrize("span", [1, 40, 100_000])
def test_large_sets_are_reconciled_the_same_byte_for_byte(span: int, limit: int) -> None:
    """Thousands of items, in one hour, in a few, or each in its own."""
    rng = random.Random(f"{span} {limit}")
    both, left, right = (drawn(rng, count, span) for count in (4_000, 300, 500))
    ours, theirs = both | left, both | right
    expected = exchange(ItemVector(ours), ItemVector(theirs), limit, limit)
    told = exchange(Shelf(ours).set(), Shelf(theirs).set(), limit, limit)
    assert told == expected
    assert {i for step in told[1] for i in step} == {name for _, name in left - right}


def split_over(rng: random.Random, hours_: Iterable[int], each: int) -> set[Item]:
    """So many items in every one of some hours."""
    return {(hour, rng.randbytes(ID_SIZE)) for hour in hours_ for _ in range(each)}


def test_two_who_agree_look_only_where_the_first_question_cuts() -> None:
    """The first message parts the set in 16: at most 15 hours are cut through, and that is all."""
    items = split_over(random.Random(1), range(HOURS), 40)
    mine, yours = Shelf(items), Shelf(items)
    messages, have, need = exchange(mine.set(), yours.set(), 0, 0)
    assert len(messages) == 2
    assert not any(have)
    assert not any(need)
    assert len(mine.looked_into) <= 15
    assert len(yours.looked_into) <= 15


def test_one_whole_set_is_told_without_looking_into_any_hour() -> None:
    """Cuts between hours, and the sum over all: numbers that are kept anyway."""
    items = split_over(random.Random(2), range(HOURS), 8)
    shelf = Shelf(items)
    by_hour = shelf.set()
    assert by_hour.fingerprint(0, len(items)) == ItemVector(items).fingerprint(0, len(items))
    for index in range(8, len(items), 8):
        assert by_hour.bound_before(index) == (index // 8, b"")
        assert by_hour.find((index // 8, b""), 0) == index
    assert shelf.looked_into == []


def test_a_difference_in_the_last_hour_is_sought_there() -> None:
    """Of 500 hours those are looked into that a question cuts through, each once; no more."""
    rng = random.Random(3)
    items = split_over(rng, range(HOURS), 40)
    news = split_over(rng, [HOURS - 1], 5)
    mine, yours = Shelf(items), Shelf(items | news)
    messages, _, need = exchange(mine.set(), yours.set(), 0, 0)
    assert {i for step in need for i in step} == {name for _, name in news}
    for shelf in (mine, yours):
        assert HOURS - 1 in shelf.looked_into
        assert len(shelf.looked_into) == len(set(shelf.looked_into))
        assert len(shelf.looked_into) <= 15 * (len(messages) // 2)


def test_no_hour_is_read_twice_while_there_is_room() -> None:
    """A round comes back to the same hours again and again."""
    rng = random.Random(4)
    both, left = drawn(rng, 3_000, 12), drawn(rng, 900, 12)
    mine, yours = Shelf(both), Shelf(both | left)
    exchange(mine.set(), yours.set(), 4_096, 4_096)
    for shelf in (mine, yours):
        assert len(shelf.looked_into) == len(set(shelf.looked_into))


def test_what_is_kept_of_the_hours_looked_into_is_bounded() -> None:
    """Beyond the room the hour looked into first is forgotten, read again when asked, and equal."""
    each = ROOM // 4 + 1
    ids = {hour: _made_up(hour, each) for hour in range(6)}
    read: list[int] = []

    def look_into(hour: int) -> list[bytes]:
        read.append(hour)
        return ids[hour]

    by_hour = HourSet([added(hour, own) for hour, own in ids.items()], look_into)
    for hour in range(6):
        assert by_hour.ids(hour * each, hour * each + 2) == ids[hour][:2]
        kept = sum(len(inside.ids) for inside in by_hour._inside.values())
        assert kept == by_hour._kept <= ROOM
    assert read == [0, 1, 2, 3, 4, 5]
    assert by_hour.ids(5 * each, 5 * each + 1) == ids[5][:1]
    assert read == [0, 1, 2, 3, 4, 5]
    assert by_hour.ids(0, 1) == ids[0][:1]
    assert read == [0, 1, 2, 3, 4, 5, 0]


def test_one_hour_beyond_the_room_is_still_looked_into() -> None:
    """It is kept alone: an hour cannot be had in parts."""
    ids = _made_up(0, ROOM + 3)
    small = _made_up(1, 2)
    by_hour = HourSet([added(0, ids), added(1, small)], lambda hour: small if hour else ids)
    assert by_hour.ids(ROOM + 2, ROOM + 4) == [ids[-1], small[0]]
    assert list(by_hour._inside) == [1]
    middle = ROOM // 2
    expected = ItemVector((0, name) for name in ids)
    assert by_hour.fingerprint(1, middle) == expected.fingerprint(1, middle)
    assert list(by_hour._inside) == [0]


def _made_up(hour: int, count: int) -> list[bytes]:
    """Ids in order, large enough that their sums run over 256 bits."""
    return [bytes((0xF0 | hour,)) + number.to_bytes(4) + b"\xff" * 27 for number in range(count)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ids: ids[:-1],
        lambda ids: [*ids, b"x" * ID_SIZE],
        lambda ids: [*ids[:-1], b"short"],
        lambda _: [],
    ],
)
def test_an_hour_that_is_not_what_was_added_up_is_our_own_fault(
    wrong: Callable[[list[bytes]], list[bytes]],
) -> None:
    """The sums and the ids come from one disk: if they differ, it is not the other side's doing."""
    ids = sorted(name for _, name in drawn(random.Random(5), 50, 1))
    by_hour = HourSet([added(0, ids)], lambda _: wrong(ids))
    with pytest.raises(OurFault):
        by_hour.ids(0, 10)
