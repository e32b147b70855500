"""Posts as people read them: rows made in the transaction that keeps the op."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from app.circle.acts import Writing
from app.circle.state import Feeling, Post, PostKind, Want
from app.store import search, short
from app.store.db import Database
from app.store.keeping import Keeping
from app.store.parts import marks
from p2p.ids import EnvelopeId, EpochId, MemberId, PostId
from p2p.op import payload_of

_writing = msgspec.msgpack.Decoder(Writing)

# Indexes are named where the planner, which knows no numbers of rows, would go through all replies.
_COLUMNS = (
    "SELECT p.post_no, p.post, coalesce(p.thread, p.post), p.reply_to, p.author, p.written_at,"  # noqa: S608 - constants
    " p.shown_at, p.is_read, p.waiting, b.body,"
    " (SELECT count(*) FROM posts r INDEXED BY posts_by_thread"
    "  WHERE r.circle_no = p.circle_no AND r.thread = p.post AND r.reply_to IS NOT NULL),"
    " p.reply_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM posts q INDEXED BY posts_by_post"
    f"  WHERE q.circle_no = p.circle_no AND {short.same('q.post', 'p.reply_to')}),"
    " p.thread IS NOT NULL AND NOT EXISTS (SELECT 1 FROM posts t INDEXED BY posts_by_post"
    f"  WHERE t.circle_no = p.circle_no AND {short.same('t.post', 'p.thread')}), p.op_no"
)
_SELECT = f"{_COLUMNS} FROM posts p LEFT JOIN bodies b USING (op_no)"

# The threads whose first post is not here, by the index of threads.
_ROOTLESS = (
    "SELECT o.thread FROM (SELECT DISTINCT thread FROM posts WHERE circle_no = ?"  # noqa: S608 - constants
    " AND reply_to IS NOT NULL) o"
    " WHERE NOT EXISTS (SELECT 1 FROM posts t INDEXED BY posts_by_post WHERE t.circle_no = ?"
    f"  AND {short.same('t.post', 'o.thread')})"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a post of ours has come; see `Post`."""

    reached: int
    of: int
    not_yet: tuple[str, ...]
    in_mailbox: bool = False
    lacks: frozenset[MemberId] = frozenset()


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


class Posts(Keeping):
    """The posts of one circle as they are read. `name_of`: the name a member goes by now."""

    def __init__(
        self, db: Database, circle_no: int, me: MemberId, name_of: Callable[[MemberId], str],
        delivery_of: Callable[[int | None], Delivery | None] = lambda _: None,
    ) -> None:  # fmt: skip
        """All reads and writes are of this one circle.

        `delivery_of`: how far a post of ours has come, by the row of its op; None: it is unsent.
        """
        super().__init__(db, circle_no, me)
        self._name_of = name_of
        self._delivery_of = delivery_of

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

    def newest(self, epochs: frozenset[EpochId], most: int) -> list[EnvelopeId]:
        """The envelopes of what would be read first: the newest posts, without replies."""
        rows = self._db.read(
            "SELECT envelope, epoch FROM posts p JOIN ops USING (op_no) JOIN epochs USING"
            " (epoch_no) WHERE p.circle_no = ? AND reply_to IS NULL"
            " ORDER BY shown_at DESC, post DESC LIMIT ?",
            (self._circle_no, most),
        )
        return [EnvelopeId(name) for name, epoch in rows if epoch in epochs]

    def find(self, asked: str, limit: int) -> list[Post]:
        """The newest posts and replies in which all these words stand."""
        found = search.find(self._db, self._circle_no, asked, limit)
        rows = self._db.read(
            f"{_SELECT} WHERE p.post_no IN ({marks(found)}) ORDER BY p.shown_at DESC, p.post DESC",
            tuple(found),
        )
        return [self._post(row) for row in rows]

    def page(self, before: bytes | None, limit: int, *, orphans: bool = False) -> list[Post]:
        """Posts without replies, newest first, older than `before`.

        `orphans`: also the replies whose thread begins with a post that has not arrived.
        """
        edge, args = "", [self._circle_no]
        if before is not None:
            rows = self._db.read(
                f"SELECT shown_at FROM posts INDEXED BY posts_by_post"  # noqa: S608 - constants
                f" WHERE circle_no = ?1 AND {short.same('post', '?2')}",
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
        found = [self._post(r) for r in rows]
        if orphans:
            rows = self._db.read(
                f"{_COLUMNS} FROM posts p INDEXED BY posts_by_thread LEFT JOIN bodies b USING"
                f" (op_no) WHERE p.reply_to IS NOT NULL AND p.thread IN ({_ROOTLESS})"
                f" AND p.circle_no = ?{edge} ORDER BY p.shown_at DESC, p.post DESC LIMIT ?",
                (self._circle_no, self._circle_no, *args, limit),
            )
            found += [self._post(r) for r in rows]
            found.sort(key=lambda post: (post.written_at, post.post), reverse=True)
        return found[:limit]

    def one(self, post: bytes) -> Post | None:
        """A post or reply."""
        rows = self._db.read(
            f"{_SELECT} WHERE p.circle_no = ?1 AND {short.same('p.post', '?2')}",
            (self._circle_no, post),
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

    def thread_of(self, post: bytes) -> bytes | None:
        """The post at the root of the thread that a post stands in; None if it is not here."""
        rows = self._db.read(
            "SELECT coalesce(thread, post) FROM posts INDEXED BY posts_by_post"  # noqa: S608 - constants
            f" WHERE circle_no = ?1 AND {short.same('post', '?2')}",
            (self._circle_no, post),
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
            ((upto,),) = self._db.read(
                f"SELECT shown_at FROM posts INDEXED BY posts_by_post"  # noqa: S608 - constants
                f" WHERE circle_no = ?1 AND {short.same('post', '?2')}",
                (self._circle_no, post),
            )
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
            "SELECT count(DISTINCT reply_to) FROM posts p WHERE circle_no = ?"  # noqa: S608 - constants
            " AND reply_to IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM posts q INDEXED BY posts_by_post"
            f" WHERE q.circle_no = p.circle_no AND {short.same('q.post', 'p.reply_to')})",
            (self._circle_no,),
        )
        return int(rows[0][0])

    def _post(self, row: Sequence[object]) -> Post:
        (_, post, thread, reply_to, author, _, shown_at, is_read, waiting, body,
         replies, orphan, rootless, op_no) = row  # fmt: skip
        said = waiting if waiting is not None else payload_of(body)  # type: ignore[arg-type]  # a blob
        writing = _writing.decode(said)  # type: ignore[arg-type]  # the same
        member = MemberId(bytes(author))  # type: ignore[call-overload]
        mine = member == self._me
        delivery = self._delivery_of(op_no) if mine else None  # type: ignore[arg-type]  # a number
        return Post(
            post=_hex(post),
            kind=PostKind(writing.kind),
            author=member.hex(),
            author_name=self._name_of(member),
            mine=mine,
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
            thread_missing=bool(rootless),
            reached=delivery.reached if delivery is not None else None,
            of=delivery.of if delivery is not None else None,
            not_yet=list(delivery.not_yet) if delivery is not None else [],
            in_mailbox=delivery.in_mailbox if delivery is not None else False,
        )


def _hex(value: object) -> str:
    return bytes(value).hex()  # type: ignore[call-overload, no-any-return]  # a blob column
