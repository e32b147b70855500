"""How many posts of our own are not known to be with everyone who may read them, and for whom.

Only the newest of a circle are looked at, as in `Posts.waiting`: somebody who never comes back
leaves all that was written since waiting, and a count of thousands helps nobody.
"""

from collections import Counter

from app.circle.state import CircleState
from app.running import RunningCircle
from app.store import owned
from app.store.views import LOOKED_AT
from p2p.ids import MemberId


def counts(running: RunningCircle) -> tuple[int, Counter[MemberId]]:
    """How many posts wait, and how many of them for whom."""
    room = running.room
    posts, people = 0, Counter[MemberId]()
    if room.row.state is CircleState.MEMBER:
        for _, op_no in owned.newest(room.db, room.row.circle_no, room.ledger.device, LOOKED_AT):
            delivery = room.reaching.of_op(op_no)
            if delivery is not None and delivery.lacks:
                posts += 1
                people.update(delivery.lacks)
    return posts, people
