"""Accepted words become posts that people read; what counts no more goes again."""

from collections.abc import Sequence

from app.circle import acts
from app.circle.acts import Writing
from app.room import Change, Room
from app.store import ops
from app.store.keeping import NewPost
from p2p.ids import PostId
from p2p.op import TEXT_LIMIT, Kind, SignedOp, post_id

ID = 32  # bytes of an id


class Showing:
    """Makes and takes away the posts of one circle."""

    def __init__(self, room: Room) -> None:
        """All is shown in this room."""
        self._room = room

    def show(self, change: Change, accepted: Sequence[tuple[SignedOp, int]]) -> list[int]:
        """Show what ops (with their row numbers) say. Those that say nothing: they are void."""
        room = self._room
        void: list[int] = []
        new: list[NewPost] = []
        owner = room.ledger.view.owner
        for op, op_no in accepted:
            header = op.header
            if op.stripped:  # it has lapsed, and says nothing any more
                continue
            if header.kind not in (Kind.POST, Kind.REPLY):
                continue
            writing = acts.decode(header.kind, op.payload)
            if not isinstance(writing, Writing) or not _well_made(header.kind, writing):
                void.append(op_no)
                continue
            author = owner[header.device]
            name = post_id(author, writing.nonce)
            new.append(NewPost(name, author, writing, header.written_at, op_no))
        added = room.posts.add(new, room.clock.now())
        change.arrived.update(dict.fromkeys(added.kept))
        change.touched.update(dict.fromkeys(added.answered))
        change.touched.update((p.writing.thread, None) for p in new if p.writing.thread)
        for post in added.known:
            void += self._said_before(change, post)
        return void

    def take_away(self, change: Change, op_nos: Sequence[int]) -> frozenset[bytes]:
        """Ops that count no more: the posts that were shown because of them."""
        taken = self._room.posts.take_away(op_nos)
        change.touched.update(dict.fromkeys(taken.values()))
        change.taken |= taken.keys()
        return frozenset(taken)

    def says(self, op: SignedOp) -> PostId | None:
        """Which post an op says; None for one that says none, or of nobody who is known."""
        author = self._room.ledger.view.owner.get(op.header.device)
        if author is None or op.stripped or op.header.kind not in (Kind.POST, Kind.REPLY):
            return None
        writing = acts.decode(op.header.kind, op.payload)
        return post_id(author, writing.nonce) if isinstance(writing, Writing) else None

    def _said_before(self, change: Change, post: NewPost) -> list[int]:
        """Two ops of one author claim one post: the lowest (seq, op) is shown on every computer.

        The void one of the two. A post unsent here that comes back as an op (this disk was put
        back) becomes that op, so that it is not signed again.
        """
        room = self._room
        assert post.op_no is not None  # noqa: S101 - made in `show`, from an op
        change.touched[post.post] = None
        shown = room.posts.shown_op(post.post)
        if shown == post.op_no:
            return []
        if shown is None:
            return [] if room.posts.handed_over(post.post, post.op_no) else [post.op_no]
        first = ops.one(room.db, room.row.circle, shown)
        second = ops.one(room.db, room.row.circle, post.op_no)
        if _order(first) <= _order(second):
            return [post.op_no]
        room.posts.take_away([shown])
        room.posts.add([post], room.clock.now())
        return [shown]


def _order(op: SignedOp) -> tuple[int, bytes]:
    return op.header.seq, op.op_id


def _well_made(kind: int, writing: Writing) -> bool:
    """Not too long; a reply names what it answers and its thread, a post neither."""
    if len(writing.body) * 4 > TEXT_LIMIT and len(writing.body.encode()) > TEXT_LIMIT:
        return False
    named = len(writing.reply_to) == len(writing.thread) == ID
    if kind == Kind.REPLY:
        return named and writing.kind == "reply"
    return not writing.reply_to and not writing.thread and writing.kind != "reply"
