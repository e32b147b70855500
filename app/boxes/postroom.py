"""All mailboxes of one circle while it is on the air."""

from dataclasses import dataclass, field

import trio

from app.boxes.known import Known, known
from app.boxes.post import Post
from app.boxes.visit import Around
from app.circle.state import CircleState
from app.outbox import Outbox
from app.room import Room
from app.shelf import RoomShelf


@dataclass(slots=True)
class Postroom:
    """Keeps a `Post` for each mailbox that the circle uses now."""

    room: Room
    shelf: RoomShelf
    outbox: Outbox
    around: Around
    _posts: dict[Known, Post] = field(default_factory=dict)
    _nursery: trio.Nursery | None = None

    async def run(self) -> None:
        """Serve until cancelled; may be called again afterwards."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            try:
                self.look()
                await trio.sleep_forever()
            finally:
                self._nursery = None
                self._posts.clear()

    def look(self) -> None:
        """What is known of the circle has changed: other mailboxes, or other keys to them."""
        if self._nursery is None:
            return
        # Who has left has that to say there, and nothing more.
        says = self.room.row.state in {CircleState.MEMBER, CircleState.LEFT}
        used = known(self.room) if says else []
        for one in [one for one in self._posts if one not in used]:
            self._posts.pop(one).scope.cancel()
        for one in used:
            if one not in self._posts:
                post = Post(self.room, self.shelf, self.outbox, one, self.around)
                self._posts[one] = post
                self._nursery.start_soon(post.run)
        self.poke()

    def poke(self, *, eager: bool = False) -> None:
        """There may be something to bring. `eager`: it is worth another try to reach them, too."""
        for post in self._posts.values():
            post.poke(eager=eager)

    async def settle(self) -> None:
        """Return when all of them have what there was to bring."""
        async with trio.open_nursery() as nursery:
            for post in self._posts.values():
                nursery.start_soon(post.settle)

    def of(self, box: bytes) -> Post | None:
        """The one of a box."""
        return next((post for one, post in self._posts.items() if one.box == box), None)

    def reached(self) -> bytes | None:
        """The box that has been reached for longest; None while none is."""
        there = [
            (post.since, one.box) for one, post in self._posts.items() if post.since is not None
        ]
        return min(there)[1] if there else None

    @property
    def since(self) -> int | None:
        """Since when one of them is reached, in ms; None while none is."""
        times = [post.since for post in self._posts.values() if post.since is not None]
        return min(times, default=None)
