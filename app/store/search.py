"""The words of all posts, without the posts: which rows hold a word.

The index keeps no text, so a row is taken out by giving the same text again; `secure-delete` then
removes its words at once and not at some later merge.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from app.circle.acts import Writing
from app.store.db import Database

LONGEST: Final = 200
"""Characters of a question; what comes behind is not looked for."""


def text_of(writing: Writing) -> str:
    """What of a post can be found."""
    return f"{writing.title}\n{writing.body}" if writing.title else writing.body


def add(db: Database, rows: Iterable[tuple[int, str]]) -> None:
    """Posts that are here now: (row number, text)."""
    db.executemany("INSERT INTO search (rowid, words) VALUES (?,?)", rows)


def remove(db: Database, rows: Iterable[tuple[int, str]]) -> None:
    """Posts that are not here any more, with the text they were added with."""
    db.executemany("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", rows)


def find(db: Database, circle_no: int, asked: str, limit: int) -> Sequence[int]:
    """The newest posts in which all words stand, each word also as a beginning: row numbers."""
    words = asked[:LONGEST].replace('"', " ").replace("\0", " ").split()
    if not words:
        return []
    # Each in quotes: what a person types is never read as FTS5's own language.
    question = " ".join(f'"{word}"*' for word in words)
    rows = db.read(
        "SELECT p.post_no FROM search s JOIN posts p ON p.post_no = s.rowid"
        " WHERE search MATCH ? AND p.circle_no = ? ORDER BY p.shown_at DESC, p.post DESC LIMIT ?",
        (question, circle_no, limit),
    )
    return [int(post_no) for (post_no,) in rows]
