"""Posts on their way into the views: rows made, moved and taken away in the op's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from app.circle.acts import Writing
from app.store import search, short
from app.store.db import Database
from app.store.parts import marks, parts
from p2p.ids import MemberId, PostId
from p2p.op import payload_of

_THIS: Final = f"circle_no = ?1 AND {short.same('post', '?2')}"
_writing = msgspec.msgpack.Decoder(Writing)


class NewPost(msgspec.Struct, frozen=True, gc=False):
    """A post about to be kept: an op's (`op_no`), or unsent (`payload`)."""

    post: PostId
    author: MemberId
    writing: Writing
    written_at: int
    op_no: int | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of new posts: kept, here already, and the replies that had waited for them."""

    kept: tuple[PostId, ...] = ()
    known: tuple[NewPost, ...] = ()
    answered: tuple[PostId, ...] = ()


class Keeping:
    """Keeps the posts of one circle."""

    def __init__(self, db: Database, circle_no: int, me: MemberId) -> None:
        """`me` has read what `me` wrote."""
        self._db = db
        self._circle_no = circle_no
        self._me = me

    def add(self, new: Sequence[NewPost], now: int) -> Added:
        """Keep posts; `now` in ms. A few statements for any number of them.

        A post is shown at min(max(written, written of the one it answers), first seen here); where
        that one comes later, so does the time of its answers: no order of arrival matters. One step
        only: what liars say about times must not move whole threads of others.
        """
        fresh: dict[bytes, NewPost] = {}
        known: list[NewPost] = []
        here = self._written_at(post.post for post in new)
        for post in new:
            if post.post in here or post.post in fresh:
                known.append(post)
            else:
                fresh[post.post] = post
        if not fresh:
            return Added(known=tuple(known))
        shown = self._times(fresh, now)
        ((last,),) = self._db.read("SELECT coalesce(max(post_no), 0) FROM posts")
        numbers = range(last + 1, last + 1 + len(fresh))
        self._db.executemany(
            "INSERT INTO posts (post_no, circle_no, post, thread, reply_to, author, written_at,"
            " shown_at, first_seen, is_read, op_no, waiting) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (post_no, self._circle_no, bytearray(name), p.writing.thread or None,
                 p.writing.reply_to or None, bytearray(p.author), p.written_at, shown[name], now,
                 int(p.author == self._me), p.op_no, p.payload)
                for post_no, (name, p) in zip(numbers, fresh.items(), strict=True)
            ],
        )  # fmt: skip
        texts = (search.text_of(p.writing) for p in fresh.values())
        search.add(self._db, zip(numbers, texts, strict=True))
        answered = self._bring_forward({name: p.written_at for name, p in fresh.items()})
        return Added(tuple(PostId(name) for name in fresh), tuple(known), tuple(answered))

    def _times(self, fresh: dict[bytes, NewPost], now: int) -> dict[bytes, int]:
        """When each of these is shown: not before the one it answers was written, nor after now."""
        named = {p.writing.reply_to for p in fresh.values() if p.writing.reply_to}
        written = {name: post.written_at for name, post in fresh.items()}
        written |= self._written_at(named - fresh.keys())
        return {
            name: min(max(post.written_at, written.get(post.writing.reply_to, 0)), now)
            for name, post in fresh.items()
        }

    def _written_at(self, posts: Iterable[bytes]) -> dict[bytes, int]:
        """When some posts were written as they say, of those that are here."""
        return dict(
            self._db.read(
                f"{short.ASKED} SELECT post, written_at FROM asked"  # noqa: S608 - constants
                f" CROSS JOIN posts INDEXED BY posts_by_post ON {short.stands('post')}"
                f" WHERE circle_no = ?2",
                (short.together(posts), self._circle_no),
            )
        )

    def _bring_forward(self, written: dict[bytes, int]) -> list[PostId]:
        """The answers to posts that came just now, shown no earlier than those were written."""
        answered: list[PostId] = []
        later: list[tuple[int, int]] = []
        rows = self._db.read(
            f"{short.ASKED} SELECT post_no, post, reply_to, shown_at, first_seen FROM asked"  # noqa: S608 - constants
            f" CROSS JOIN posts INDEXED BY posts_by_parent ON circle_no = ?2"
            f" AND reply_to = {short.THIS} AND reply_to IS NOT NULL",
            (short.together(written), self._circle_no),
        )
        for post_no, post, to, at, seen in rows:
            if post not in written:
                answered.append(PostId(post))
                if at < (due := min(written[to], seen)):
                    later.append((due, post_no))
        self._db.executemany("UPDATE posts SET shown_at = ? WHERE post_no = ?", later)
        return answered

    def signed(self, post_no: int, op_no: int) -> None:
        """An unsent post has become an op."""
        self._db.execute(
            "UPDATE posts SET op_no = ?, waiting = NULL WHERE post_no = ?", (op_no, post_no)
        )

    def handed_over(self, post: PostId, op_no: int) -> bool:
        """A post that is unsent here turned out to be an op. False: it is none of those."""
        rows = self._db.execute(
            f"UPDATE posts INDEXED BY posts_by_post SET op_no = ?3, waiting = NULL"  # noqa: S608 - constants
            f" WHERE {_THIS} AND waiting IS NOT NULL RETURNING post_no",
            (self._circle_no, post, op_no),
        )
        return bool(rows)

    def shown_op(self, post: PostId) -> int | None:
        """The row number of the op whose post is shown; None for an unsent one or none."""
        rows = self._db.read(
            f"SELECT op_no FROM posts INDEXED BY posts_by_post WHERE {_THIS}",  # noqa: S608 - constants
            (self._circle_no, post),
        )
        return rows[0][0] if rows else None

    def take_away(self, op_nos: Sequence[int]) -> dict[PostId, PostId]:
        """Ops count no longer: their posts are not shown. Those posts, with their threads."""
        taken: dict[PostId, PostId] = {}
        for part in parts(op_nos):
            rows = self._db.read(
                f"SELECT post_no, post, coalesce(thread, post), body FROM posts"  # noqa: S608 - marks only
                f" INDEXED BY posts_by_op JOIN bodies USING (op_no)"
                f" WHERE circle_no = ? AND op_no IN ({marks(part)}) AND op_no IS NOT NULL",
                (self._circle_no, *part),
            )
            search.remove(self._db, [(row[0], _text(row[3])) for row in rows])
            self._db.executemany("DELETE FROM posts WHERE post_no = ?", [row[:1] for row in rows])
            taken.update((PostId(row[1]), PostId(row[2])) for row in rows)
        return taken


def forget_posts(db: Database, circle_no: int) -> None:
    """Nothing of this circle is shown or found any more."""
    rows = db.read(
        "SELECT post_no, waiting, body FROM posts LEFT JOIN bodies USING (op_no)"
        " WHERE circle_no = ?",
        (circle_no,),
    )
    search.remove(
        db,
        [(no, _text(body) if waiting is None else search.text_of(_writing.decode(waiting)))
         for no, waiting, body in rows],
    )  # fmt: skip
    db.execute("DELETE FROM posts WHERE circle_no = ?", (circle_no,))


def _text(body: bytes) -> str:
    return search.text_of(_writing.decode(payload_of(body)))
