"""A name for a day: the circle knows whose it is, and nobody else learns anything by it."""

from itertools import combinations

from p2p.lan_names import (
    CLOSE,
    DAY,
    LETTERS,
    Name,
    Names,
    heeded,
    name_of,
    today,
    until_change,
)

SECRET, NEXT, OTHERS = b"s" * 32, b"n" * 32, b"o" * 32
ADA, BEN = b"a" * 32, b"b" * 32
NOON = 20_000 * DAY + DAY // 2


def test_the_circle_recognises_its_own_and_nobody_elses() -> None:
    """Under each epoch still heeded, and whichever device it is."""
    known = Names().known([NEXT, SECRET], heeded(NOON), [ADA, BEN])
    for secret in (SECRET, NEXT):
        for door in (ADA, BEN):
            name = name_of(secret, today(NOON), door)
            assert known[name.letters] == (door, name.mask)
    assert name_of(OTHERS, today(NOON), ADA).letters not in known
    assert name_of(SECRET, today(NOON), b"c" * 32).letters not in known
    assert name_of(SECRET, today(NOON) - 1, ADA).letters not in known


def test_what_is_known_follows_who_is_in_and_which_day_it_is() -> None:
    """Who went, and what is of yesterday, is known no more, whatever was known before."""
    names = Names()
    names.known([SECRET, NEXT], [1, 2], [ADA, BEN])
    for asked in (([NEXT], [2], [BEN]), ([NEXT, OTHERS], [2, 3], [ADA, BEN]), ([], [2], [ADA])):
        assert dict(names.known(*asked)) == dict(Names().known(*asked))
        assert len(names.known(*asked)) == len(asked[0]) * len(asked[1]) * len(asked[2])


def test_two_names_share_nothing_that_tells_them_for_related() -> None:
    """Not eight bytes: of one device on a hundred days, in two circles, of two devices."""
    names = [name_of(SECRET, day, ADA) for day in range(20_000, 20_100)]
    names += [name_of(OTHERS, 20_000, ADA), name_of(SECRET, 20_000, BEN)]
    assert all(len(name.letters) == LETTERS and name.letters.isalnum() for name in names)
    pieces = [{n.letters[at : at + 8] for at in range(LETTERS - 7)} for n in names]
    assert not any(one & other for one, other in combinations(pieces, 2))
    assert len({name.mask for name in names}) > 95  # nor does a port stay the same


def test_it_is_the_same_name_everywhere() -> None:
    """Frozen: another program makes the same."""
    assert name_of(SECRET, 20_000, ADA) == Name("zj46h3rpvrvtcb3qm33wr44kli", 27_731)


def test_clocks_may_be_an_hour_apart() -> None:
    """Around midnight the day on the other side is recognised, too, and never a third."""
    midnight = 20_000 * DAY
    for at, days in (
        (midnight - CLOSE - 1, (19_999,)),
        (midnight - CLOSE + 1, (19_999, 20_000)),
        (midnight - 1, (19_999, 20_000)),
        (midnight, (19_999, 20_000)),
        (midnight + CLOSE - 2, (19_999, 20_000)),
        (midnight + CLOSE, (20_000,)),
        (NOON, (20_000,)),
    ):
        assert heeded(at) == days, at - midnight


def test_each_change_is_known_beforehand() -> None:
    """From one change to the next: 1, 23 and 24 o'clock, also before 1970 and in a far future."""
    for start in (20_000 * DAY, -3 * DAY, 10**6 * DAY):
        at, changes = start, []
        for _ in range(3):
            before = heeded(at), today(at)
            at += until_change(at)
            changes.append((at - start) // CLOSE)
            assert (heeded(at), today(at)) != before or at % DAY == DAY - CLOSE
        assert changes == [1, 23, 24]
