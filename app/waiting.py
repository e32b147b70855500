"""Posts of our own that are not known to be with everyone who may read them, and who lacks them.

Only the newest of a circle are looked at: somebody who never comes back leaves all that was written
since waiting, and a count of thousands helps nobody.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from app.circle.state import CircleState, Post
from app.room import Room
from app.store import owned
from p2p.ids import MemberId

LOOKED_AT = 500  # posts of ours, the newest


def counts(room: Room) -> tuple[int, Counter[MemberId]]:
    """How many posts wait, and how many of them for whom."""
    posts, people = 0, Counter[MemberId]()
    for _, lack in _all(room):
        posts += 1
        people.update(lack)
    return posts, people


def listed(room: Room, limit: int) -> list[Post]:
    """Those, the newest first."""
    found = (room.posts.one(post) for post, _ in islice(_all(room), limit))
    return [post for post in found if post is not None]


def _all(room: Room) -> Iterator[tuple[bytes, frozenset[MemberId]]]:
    """Each with those who lack it."""
    if room.row.state is not CircleState.MEMBER:
        return
    device = room.ledger.device
    for post, op_no in owned.newest(room.db, room.row.circle_no, device, LOOKED_AT):
        delivery = room.reaching.of_op(op_no)
        if delivery is not None and delivery.lacks:
            yield post, delivery.lacks
