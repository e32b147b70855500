"""What must hold when a story is over: one function a promise, each with a sentence of its own."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from app import lapsing
from app.circle.retention import NOTHING, lapsed_for_some
from app.store import frontier as frontiers
from app.store import stripped, sums
from p2p.op import Log
from tests.simulator.homes import Diary, Home


class Broken(AssertionError):  # noqa: N818 - a promise, not an error of ours
    """A promise that was not kept."""


def circle_no(home: Home) -> int:
    assert home.circle is not None
    return home.circle.room.row.circle_no


def frontier(home: Home) -> object:
    assert home.db is not None
    return frontiers.frontier(home.db, circle_no(home))


def envelopes_of(home: Home, log: Log) -> list[bytes]:
    """The ids of the envelopes held of a log."""
    assert home.db is not None
    return [bytes(name) for _, name in sums.items(home.db, circle_no(home), log, None)]


def envelopes(home: Home) -> dict[str, list[bytes]]:
    """The same of both logs."""
    return {log.name: envelopes_of(home, log) for log in Log}


def op_states(home: Home) -> list[tuple[str, int]]:
    """What each op is worth."""
    assert home.db is not None
    rows = home.db.read(
        "SELECT op, state FROM ops WHERE circle_no = ? ORDER BY op", (circle_no(home),)
    )
    return [(bytes(op).hex(), int(state)) for op, state in rows]


def people(home: Home) -> list[tuple[str, str, str, bool, int]]:
    """Who is in: (member, name, role, left, devices)."""
    assert home.circle is not None
    view = home.circle.room.ledger.view
    return sorted(
        (m.hex(), p.name, p.role.value, p.left, len(p.devices)) for m, p in view.people.items()
    )


def epochs(home: Home) -> dict[str, str]:
    """A digest of what is held of each epoch."""
    assert home.db is not None
    return sums.epoch_digests(home.db, circle_no(home))


def kept(home: Home) -> list[tuple[object, ...]]:
    """Every post and reply, in a thread or without one: (post, author, thread, answers, op)."""
    assert home.db is not None
    rows = home.db.read(
        "SELECT p.post, p.author, p.thread, p.reply_to, o.op FROM posts p"
        " LEFT JOIN ops o USING (op_no) WHERE p.circle_no = ? ORDER BY p.post",
        (circle_no(home),),
    )
    return [tuple(row) for row in rows]


def shown(home: Home) -> list[tuple[str, str, str, str | None, bool]]:
    """What the pages show: posts and the replies under them, (post, author, words, answers, lone).

    Without their times: those hang on when a post came first.
    """
    assert home.circle is not None
    posts = home.circle.room.posts
    return sorted(
        (one.post, one.author, one.body, one.reply_to, one.parent_missing)
        for post in posts.page(None, 1000)
        for one in (post, *posts.replies(bytes.fromhex(post.post)))
    )


def readable(home: Home) -> frozenset[str]:
    """The epochs whose words open here."""
    assert home.circle is not None
    return frozenset(e.hex() for e in home.circle.room.ledger.keyring.readable())


def alike(homes: Sequence[Home], *, fresh: bool) -> str | None:
    """What two homes differ in, in words; None where all are alike."""
    looks: dict[str, Callable[[Home], object]] = {"people": people, "epochs": epochs}
    if not fresh:
        looks |= {"frontier": frontier, "envelopes": envelopes, "op states": op_states,
                  "posts kept": kept}  # fmt: skip
    first = homes[0]
    for what, look in looks.items():
        mine = look(first)
        for other in homes[1:]:
            theirs = look(other)
            if fresh and what == "epochs":
                both = readable(first) & readable(other)
                one, two = epochs(first), epochs(other)
                differ = any(one.get(epoch) != two.get(epoch) for epoch in both)
            else:
                differ = mine != theirs
            if differ:
                return f"{first.name} and {other.name} differ in {what}"
    if fresh:
        sets = [envelopes(home)["AUTHORITY"] for home in homes]
        if any(one != sets[0] for one in sets):
            return "authority envelopes differ"
    return None


def unsent(homes: Sequence[Home]) -> str | None:
    """Who keeps words that nobody has, though there is somebody to take them."""
    for home in homes:
        assert home.circle is not None
        if len(homes) > 1 and home.circle.room.posts.any_unsent():
            return f"{home.name} has words that were never handed over"
    return None


def unjudged(homes: Sequence[Home], honest: Sequence[Home]) -> str | None:
    """Who holds an op of somebody honest without what it stands on."""
    devices = names_of_devices(honest)
    for home in homes:
        assert home.db is not None
        for (device,) in home.db.read(
            "SELECT device FROM ops JOIN devices USING (device_no)"
            " WHERE ops.circle_no = ? AND state = 0",
            (circle_no(home),),
        ):
            if bytes(device) in devices:
                return f"{home.name} still waits to judge an op of {devices[bytes(device)]}"
    return None


def names_of_devices(homes: Sequence[Home]) -> dict[bytes, str]:
    """Whose device a device id is."""
    return {bytes(home.circle.room.ledger.device): home.name for home in homes if home.circle}


# -- promises ------------------------------------------------------------------------------------


def all_are_alike(homes: Sequence[Home], *, fresh: bool) -> None:
    if homes and (what := alike(homes, fresh=fresh)):
        raise Broken(f"not alike after all that good weather: {what}")


def pages_are_alike(homes: Sequence[Home], *, fresh: bool) -> None:
    if not fresh and homes:
        first = shown(homes[0])
        if any(shown(home) != first for home in homes[1:]):
            raise Broken("pages that show something else")


def all_was_handed_over(homes: Sequence[Home]) -> None:
    if what := unsent(homes):
        raise Broken(what)


def nothing_acknowledged_is_lost(homes: Sequence[Home], diary: Diary, *, fresh: bool) -> None:
    """Whatever a home answered for is at every home of somebody who may read it."""
    lapsed = _lapsed(homes, diary)
    for home in homes:
        assert home.circle is not None
        posts = home.circle.room.posts
        names = {home.name: home.circle.room.ledger.me.hex() for home in homes if home.circle}
        for post, (author, body) in diary.written.items():
            if author not in names or (fresh and author != home.name):
                continue  # they left: what was said after the leaving counts no more
            row = posts.one(bytes.fromhex(post))
            if row is None and diary.hours[post] <= lapsed:
                continue
            if row is None or (row.author, row.body) != (names[author], body):
                raise Broken(f"{home.name} lacks what {author} was told is kept")


def _lapsed(homes: Sequence[Home], diary: Diary) -> int:
    """The hour up to which words may have lapsed for somebody.

    By what a liar said, too, which counted until its author was found to have turned.
    """
    rooms = [home.circle.room for home in homes if home.circle]
    hour = max((room.clock.hour() for room in rooms), default=0)
    return max((*map(lapsing.perhaps, rooms), lapsed_for_some(diary.turned, hour)), default=-1)


def nothing_is_stripped_too_soon(
    homes: Sequence[Home], honest: Sequence[Home], diary: Diary
) -> None:
    """Only what has lapsed, for somebody in the village, is without its words.

    But for those of a liar, who may never have let anybody have them.
    """
    devices = names_of_devices(honest)
    lapsed = _lapsed(homes, diary)
    for home in homes:
        assert home.db is not None
        for (device,) in home.db.read(
            "SELECT device FROM ops JOIN devices USING (device_no)"
            " WHERE ops.circle_no = ? AND log = 1 AND hour > ? AND stripped = 1",
            (circle_no(home), lapsed),
        ):
            if bytes(device) in devices:
                raise Broken(f"{home.name} has not the words of {devices[bytes(device)]}")


def nothing_that_lapsed_has_its_words(homes: Sequence[Home]) -> None:
    """Up to the hour that a home has gone through, whenever it came."""
    for home in homes:
        assert home.db is not None
        assert home.circle is not None
        hours = NOTHING, home.circle.inbox._lapsed
        if stripped.whole(home.db, circle_no(home), hours, 1):
            raise Broken(f"{home.name} has words that have lapsed")


def nobody_uses_a_seq_twice(homes: Sequence[Home], honest: Sequence[Home]) -> None:
    """Over all disks: one place in a log of somebody honest is one op."""
    devices = names_of_devices(honest)
    places: dict[tuple[bytes, int, int], set[bytes]] = defaultdict(set)
    for home in homes:
        assert home.db is not None
        for device, log, seq, op in home.db.read(
            "SELECT device, log, seq, op FROM ops JOIN devices USING (device_no)"
        ):
            places[bytes(device), int(log), int(seq)].add(bytes(op))
    for (device, _, _), found in places.items():
        if len(found) > 1 and device in devices:
            raise Broken(f"{devices[device]} signed two ops with one number")


def logs_of_honest_people_have_no_holes(
    homes: Sequence[Home], honest: Sequence[Home], *, fresh: bool
) -> None:
    """What is numbered is there, from 0 on."""
    devices = names_of_devices(honest)
    for home in homes if not fresh else ():
        assert home.db is not None
        for hole in frontiers.holes(home.db, circle_no(home)):
            if bytes(hole.device) in devices:
                raise Broken(f"{home.name} lacks ops in the middle of {devices[hole.device]}'s")


def nothing_waits_for_ever(homes: Sequence[Home], honest: Sequence[Home]) -> None:
    """No op of somebody honest is pending when all is here, and nothing is in quarantine."""
    if what := unjudged(homes, honest):
        raise Broken(what)


def honest_words_count(homes: Sequence[Home], honest: Sequence[Home]) -> None:
    """Nobody who is in has said something that is void, as what is said twice would be."""
    devices = names_of_devices(honest)
    for home in homes:
        assert home.db is not None
        for (device,) in home.db.read(
            "SELECT device FROM ops JOIN devices USING (device_no)"
            " WHERE ops.circle_no = ? AND state = 2 AND log = 1",
            (circle_no(home),),
        ):
            if bytes(device) in devices:
                raise Broken(f"{home.name} holds void words of {devices[bytes(device)]}")


def sums_are_those_of_the_ops(homes: Sequence[Home]) -> None:
    """What is kept of each hour, so that sets need not be added up, is what adding up gives."""
    for home in homes:
        assert home.db is not None
        for log in Log:
            added: dict[int, tuple[int, int]] = {}
            for hour, name in sums.items(home.db, circle_no(home), log, None):
                count, total = added.get(hour, (0, 0))
                total = (total + int.from_bytes(name, "little")) % 2**256
                added[hour] = count + 1, total
            told = sums.hours(home.db, circle_no(home), log, None)
            if {h.hour: (h.count, h.total) for h in told if h.count} != added:
                raise Broken(f"{home.name} has sums that are not those of its ops")


def nothing_went_by_that_should_not(diary: Diary) -> None:
    """What was looked at on the wire, see `tests.simulator.tap`."""
    if diary.tap.broken:
        raise Broken("; ".join(diary.tap.broken))


def all_came_in_time(*, settled: bool, healed: bool) -> None:
    """Nobody stands at the door for ever, who left is known to have left, and all that soon."""
    if not settled:
        raise Broken("somebody still stands at the door, or is thought to be in")
    if not healed:
        raise Broken("all alike only after the last look")


def no_fault_was_found(troubles: Sequence[str]) -> None:
    """No home failed by an exception, and nobody honest was blamed without a cause."""
    if troubles:
        raise Broken("; ".join(sorted(set(troubles))))
