"""How a list of rows becomes what a fresh first page says, step by step. Knows no Qt.

A list that is replaced as a whole would throw the reader back to its top; steps let the view keep
what is being read where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.circle.state import Post
from ui.feed.item import Row


@dataclass(frozen=True, slots=True)
class Insert:
    """A row that was not here."""

    place: int
    row: Row


@dataclass(frozen=True, slots=True)
class Move:
    """A row that now stands further up."""

    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Replace:
    """A row that says something else now."""

    place: int
    row: Row


Change = Insert | Move | Replace


def place_of(rows: Sequence[Row], post: str) -> int | None:
    """Where a post is, if it is shown."""
    return next((at for at, row in enumerate(rows) if row.post.post == post), None)


def fresh_page(rows: Sequence[Row], page: Sequence[Post]) -> list[Change]:
    """The steps, in order, after which `rows` begins with `page`; what lies further down stays."""
    now = list(rows)
    steps: list[Change] = []
    for place, post in enumerate(page):
        old = place_of(now, post.post)
        if old is None:
            now.insert(place, Row(post))
            steps.append(Insert(place, Row(post)))
            continue
        if old != place:
            now.insert(place, now.pop(old))
            steps.append(Move(old, place))
        if now[place].post != post:
            now[place] = Row(post, now[place].opened)
            steps.append(Replace(place, now[place]))
    return steps
