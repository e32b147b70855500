"""Whoever is counted as having a post has it on disk: looked at whenever a home says so, and later.

A computer that is off is looked at when it is on again, which shows as well that nothing it said it
holds went with its power. Liars may say of themselves what they like; they are not looked at. In
good weather it lags for a moment only: where nobody lies and nobody is lost, all is known at last.
"""

from collections.abc import Iterable, Iterator, Sequence

from app.store import holdings
from p2p.ids import DeviceId
from p2p.wire import Holding
from tests.simulator.homes import Home
from tests.simulator.invariants import Broken, circle_no


def nobody_counts_who_has_it_not(writers: Iterable[Home], honest: Sequence[Home]) -> None:
    """Each op that counts as held by a device is on that device's disk."""
    disks: dict[bytes, frozenset[bytes]] = {}
    by_device = {bytes(h.circle.room.ledger.device): h for h in honest if h.circle and h.db}
    for writer in writers:
        if writer.circle is None or writer.db is None or not writer.member:
            continue
        for one in counted(writer):
            holder = by_device.get(one.holder)
            if holder is None:
                continue
            if one.holder not in disks:
                disks[one.holder] = frozenset(op for _, op in words_of(holder, None))
            for seq, op in words_of(writer, writer.circle.room.ledger.device):
                if one.first <= seq < one.top and op not in disks[one.holder]:
                    raise Broken(f"{writer.name} counts {holder.name}, who has it not")


def lags(members: Sequence[Home]) -> str | None:
    """Who has not heard yet that everybody has a post of theirs; None: all is known."""
    for home in members:
        assert home.circle is not None
        posts = home.circle.room.posts
        for post in posts.page(None, 1000):
            for one in (post, *posts.replies(bytes.fromhex(post.post))):
                if one.mine and one.reached != one.of:
                    return f"{home.name} knows of {one.reached} of {one.of} who have a post"
    return None


def counted(writer: Home) -> list[Holding]:
    """What counts of what a home was told about its own words."""
    assert writer.circle is not None
    assert writer.db is not None
    room = writer.circle.room
    runs = room.reaching._runs(room.ledger.device)
    return [
        one for one in holdings.about(writer.db, circle_no(writer), room.ledger.device)
        if (person := room.ledger.view.owner.get(DeviceId(one.holder))) is not None
        and (one.first, one.top) in runs.get(person, ())
    ]  # fmt: skip


def words_of(home: Home, device: DeviceId | None) -> Iterator[tuple[int, bytes]]:
    """(seq, op) of the words on a home's disk, of one device or of all."""
    assert home.db is not None
    for seq, op, author in home.db.read(
        "SELECT seq, op, device FROM ops JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND log = 1",
        (circle_no(home),),
    ):
        if device is None or author == device:
            yield int(seq), bytes(op)
