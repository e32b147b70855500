"""Rows about one's own posts: the newest, and one that nobody was handed and that is taken back."""

from dataclasses import dataclass

import msgspec

from app.circle.acts import Writing
from app.store import search, short
from app.store.db import Database
from p2p.ids import DeviceId

_writing = msgspec.msgpack.Decoder(Writing)


@dataclass(frozen=True, slots=True)
class Unshared:
    """Words that wait on this computer, and whether something answers them."""

    post_no: int
    writing: Writing
    answered: bool


def newest(
    db: Database, circle_no: int, device: DeviceId, most: int
) -> list[tuple[bytes, int | None]]:
    """A device's posts with the rows of their ops, newest first; those without an op lead."""
    found: list[tuple[bytes, int | None]] = [
        (bytes(post), None)
        for (post,) in db.read(
            "SELECT post FROM posts WHERE circle_no = ? AND waiting IS NOT NULL"
            " ORDER BY post_no DESC LIMIT ?",
            (circle_no, most),
        )
    ]
    rows = db.read(
        "SELECT post, op_no FROM ops CROSS JOIN posts INDEXED BY posts_by_op USING (op_no)"
        " WHERE ops.circle_no = ?1 AND log = 1 AND device_no ="
        "  (SELECT device_no FROM devices WHERE circle_no = ?1 AND device = ?2)"
        " AND op_no IS NOT NULL ORDER BY seq DESC LIMIT ?3",
        (circle_no, device, most),
    )
    return (found + [(bytes(post), int(op_no)) for post, op_no in rows])[:most]


def unshared(db: Database, circle_no: int, post: bytes) -> Unshared | None:
    """A post that nobody was handed; None for any other."""
    rows = db.read(
        "SELECT post_no, waiting, EXISTS (SELECT 1 FROM posts r INDEXED BY posts_by_parent"  # noqa: S608 - constants
        "  WHERE r.circle_no = ?1 AND r.reply_to = ?2 AND r.reply_to IS NOT NULL)"
        f" FROM posts INDEXED BY posts_by_post WHERE circle_no = ?1 AND {short.same('post', '?2')}"
        " AND waiting IS NOT NULL",
        (circle_no, post),
    )
    if not rows:
        return None
    ((post_no, waiting, answered),) = rows
    return Unshared(int(post_no), _writing.decode(waiting), bool(answered))


def take_back(db: Database, one: Unshared) -> None:
    """It is here no more."""
    search.remove(db, [(one.post_no, search.text_of(one.writing))])
    db.execute("DELETE FROM posts WHERE post_no = ?", (one.post_no,))
