"""Posts as people read them: rows made in the transaction that keeps the op."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from app.circle.acts import Writing
from app.circle.state import Feeling, Post, PostKind, Want
from app.store.db import Database
from p2p.ids import MemberId, OpId, PostId

_writing = msgspec.msgpack.Decoder(Writing)

_SELECT = (
    "SELECT p.post_no, p.post, p.thread, p.reply_to, p.author, p.written_at, p.shown_at,"
    " p.is_read, p.waiting, b.payload,"
    " (SELECT count(*) FROM posts r WHERE r.circle_no = p.circle_no AND r.thread = p.post"
    "  AND r.reply_to IS NOT NULL),"
    " p.reply_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM posts q"
    "  WHERE q.circle_no = p.circle_no AND q.post = p.reply_to)"
    " FROM posts p LEFT JOIN bodies b USING (op_no)"
)


@dataclass(frozen=True, slots=True)
class Unsent:
    """Words on this computer only, in writing order."""

    post_no: int
    post: PostId
    written_at: int
    payload: bytes
    reply: bool


def moment(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware time; what no calendar holds becomes its edge."""
    return datetime.fromtimestamp(min(max(ms, 0), 253402300799000) / 1000, UTC)


class Posts:
    """The posts of one circle. `name_of` gives the name a member goes by now."""

    def __init__(
        self, db: Database, circle_no: int, me: MemberId, name_of: Callable[[MemberId], str]
    ) -> None:
        """All reads and writes are of this one circle."""
        self._db = db
        self._circle_no = circle_no
        self._me = me
        self._name_of = name_of

    def add(
        self,
        post: PostId,
        author: MemberId,
        writing: Writing,
        *,
        written_at: int,
        now: int,
        op_no: int | None = None,
        payload: bytes | None = None,
    ) -> bool:
        """Keep a post: signed (`op_no`) or unsent (`payload`). False: known already."""
        parent = writing.reply_to or None
        shown = min(max(written_at, self._shown_at(parent)), now)
        rows = self._db.execute(
            "INSERT INTO posts (circle_no, post, thread, reply_to, author, written_at, shown_at,"
            " first_seen, is_read, op_no, waiting) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT DO NOTHING RETURNING post_no",
            (self._circle_no, post, writing.thread or post, parent, author, written_at, shown, now,
             int(author == self._me), op_no, payload),
        )  # fmt: skip
        return bool(rows)

    def _shown_at(self, post: bytes | None) -> int:
        if post is None:
            return 0
        rows = self._db.read(
            "SELECT shown_at FROM posts WHERE circle_no = ? AND post = ?", (self._circle_no, post)
        )
        return int(rows[0][0]) if rows else 0

    def unsent(self) -> list[Unsent]:
        """Words that nobody has been handed yet."""
        rows = self._db.read(
            "SELECT post_no, post, written_at, waiting, reply_to IS NOT NULL FROM posts"
            " WHERE circle_no = ? AND waiting IS NOT NULL ORDER BY post_no",
            (self._circle_no,),
        )
        return [Unsent(n, PostId(bytes(p)), w, bytes(b), bool(r)) for n, p, w, b, r in rows]

    def any_unsent(self) -> bool:
        """Whether something waits."""
        return bool(
            self._db.read(
                "SELECT 1 FROM posts WHERE circle_no = ? AND waiting IS NOT NULL LIMIT 1",
                (self._circle_no,),
            )
        )

    def count_unsent(self) -> int:
        """How many posts wait."""
        rows = self._db.read(
            "SELECT count(*) FROM posts WHERE circle_no = ? AND waiting IS NOT NULL",
            (self._circle_no,),
        )
        return int(rows[0][0])

    def signed(self, post_no: int, op_no: int) -> None:
        """An unsent post has become an op."""
        self._db.execute(
            "UPDATE posts SET op_no = ?, waiting = NULL WHERE post_no = ?", (op_no, post_no)
        )

    def handed_over(self, post: PostId, op_no: int) -> bool:
        """A post that is unsent here turned out to be an op. False: it is none of those."""
        rows = self._db.execute(
            "UPDATE posts SET op_no = ?, waiting = NULL"
            " WHERE circle_no = ? AND post = ? AND waiting IS NOT NULL RETURNING post_no",
            (op_no, self._circle_no, post),
        )
        return bool(rows)

    def give_way(self, post: PostId, op_no: int) -> OpId | None:
        """Two ops of one author claim one post: the lowest (seq, op) is shown on every computer.

        Takes the row away if that is not the one shown so far, and answers with that one.
        """
        first = (
            "SELECT o.seq, o.op FROM ops o JOIN posts p USING (op_no)"
            " WHERE p.circle_no = ? AND p.post = ?"
        )
        shown = self._db.read(first, (self._circle_no, post))
        other = self._db.read("SELECT seq, op FROM ops WHERE op_no = ?", (op_no,))
        if not shown or not other or other[0] >= shown[0]:
            return None
        self._db.execute(
            "DELETE FROM posts WHERE circle_no = ? AND post = ?", (self._circle_no, post)
        )
        return OpId(bytes(shown[0][1]))

    def take_away(self, op_no: int) -> list[PostId]:
        """An op counts no longer: its post is not shown. The thread that it stood in."""
        rows = self._db.execute("DELETE FROM posts WHERE op_no = ? RETURNING thread", (op_no,))
        return [PostId(bytes(r[0])) for r in rows]

    def page(self, before: bytes | None, limit: int) -> list[Post]:
        """Posts without replies, newest first, older than `before`."""
        edge, args = "", [self._circle_no]
        if before is not None:
            rows = self._db.read(
                "SELECT shown_at FROM posts WHERE circle_no = ? AND post = ?",
                (self._circle_no, before),
            )
            if not rows:
                return []
            edge = " AND (p.shown_at, p.post) < (?, ?)"
            args += [rows[0][0], before]  # type: ignore[list-item]  # sql arguments of any kind
        rows = self._db.read(
            f"{_SELECT} WHERE p.circle_no = ? AND p.reply_to IS NULL{edge}"
            " ORDER BY p.shown_at DESC, p.post DESC LIMIT ?",
            (*args, limit),
        )
        return [self._post(r) for r in rows]

    def one(self, post: bytes) -> Post | None:
        """A post or reply."""
        rows = self._db.read(
            f"{_SELECT} WHERE p.circle_no = ? AND p.post = ?", (self._circle_no, post)
        )
        return self._post(rows[0]) if rows else None

    def replies(self, thread: bytes) -> list[Post]:
        """All replies under a post, oldest first."""
        rows = self._db.read(
            f"{_SELECT} WHERE p.circle_no = ? AND p.thread = ? AND p.reply_to IS NOT NULL"
            " ORDER BY p.shown_at, p.post",
            (self._circle_no, thread),
        )
        return [self._post(r) for r in rows]

    def answering(self, post: bytes) -> list[bytes]:
        """The replies that name this post as the one they answer."""
        rows = self._db.read(
            "SELECT post FROM posts WHERE circle_no = ? AND reply_to = ?", (self._circle_no, post)
        )
        return [bytes(r[0]) for r in rows]

    def thread_of(self, post: bytes) -> bytes | None:
        """The post at the root of the thread that a post stands in; None if it is not here."""
        rows = self._db.read(
            "SELECT thread FROM posts WHERE circle_no = ? AND post = ?", (self._circle_no, post)
        )
        return bytes(rows[0][0]) if rows else None

    def unread(self) -> int:
        """Posts and replies of others not read yet."""
        rows = self._db.read(
            "SELECT count(*) FROM posts WHERE circle_no = ? AND is_read = 0", (self._circle_no,)
        )
        return int(rows[0][0])

    def mark_read(self, post: bytes | None) -> bool:
        """Everything up to a post, or all, is read. False if that post is not here."""
        upto = 2**62
        if post is not None:
            if self.thread_of(post) is None:
                return False
            upto = self._shown_at(post)
        self._db.execute(
            "UPDATE posts SET is_read = 1 WHERE circle_no = ? AND is_read = 0 AND shown_at <= ?",
            (self._circle_no, upto),
        )
        return True

    def count_signed(self) -> int:
        """Accepted posts that are ops."""
        rows = self._db.read(
            "SELECT count(*) FROM posts WHERE circle_no = ? AND op_no IS NOT NULL",
            (self._circle_no,),
        )
        return int(rows[0][0])

    def missing_parents(self) -> int:
        """Posts named as answered that are not here."""
        rows = self._db.read(
            "SELECT count(DISTINCT reply_to) FROM posts p WHERE circle_no = ?"
            " AND reply_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM posts q"
            " WHERE q.circle_no = p.circle_no AND q.post = p.reply_to)",
            (self._circle_no,),
        )
        return int(rows[0][0])

    def _post(self, row: Sequence[object]) -> Post:
        (_, post, thread, reply_to, author, _, shown_at, is_read, waiting, payload,
         replies, orphan) = row  # fmt: skip
        writing = _writing.decode(waiting if waiting is not None else payload)  # type: ignore[arg-type]  # blob columns
        member = MemberId(bytes(author))  # type: ignore[call-overload]
        return Post(
            post=_hex(post),
            kind=PostKind(writing.kind),
            author=member.hex(),
            author_name=self._name_of(member),
            mine=member == self._me,
            title=writing.title or None,
            body=writing.body,
            feeling=Feeling(writing.feeling) if writing.feeling else None,
            want=Want(writing.want) if writing.want else None,
            content_note=writing.content_note or None,
            written_at=moment(int(shown_at)),  # type: ignore[call-overload]
            reply_to=_hex(reply_to) if reply_to is not None else None,
            thread=_hex(thread),
            replies=int(replies),  # type: ignore[call-overload]
            unread=not is_read,
            edited=False,
            erased=False,
            unsent=waiting is not None,
            parent_missing=bool(orphan),
        )


def _hex(value: object) -> str:
    return bytes(value).hex()  # type: ignore[call-overload, no-any-return]  # a blob column
