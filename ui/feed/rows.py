"""How a list of rows becomes what a fresh first page says, step by step. Knows no Qt.

A list that is replaced as a whole would throw the reader back to its top; steps let the view keep
what is being read where it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.circle.state import Post
from ui.feed.item import Row

SEEN_BELOW = "You've seen everything below"


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
class Remove:
    """A row that has no place here any more."""

    place: int


@dataclass(frozen=True, slots=True)
class Replace:
    """A row that says something else now."""

    place: int
    row: Row


Change = Insert | Move | Remove | Replace


def place_of(rows: Sequence[Row], post: str) -> int | None:
    """Where a post is, if it is shown."""
    return next((at for at, row in enumerate(rows) if row.post.post == post), None)


def order(post: Post) -> tuple[datetime, str]:
    """What posts are sorted by, the latest first."""
    return post.written_at, post.post


def arrival(rows: Sequence[Row], post: Post, *, more: bool) -> list[Change]:
    """The steps that put a post in: at the top, as it is news.

    One that replies here were waiting for takes them in and stands where its time is; with `more`
    below what is shown, that may be further down than the last row.
    """
    waited = gone_home(rows, post)
    if not waited:
        return [Insert(0, Row(post))]
    places = {step.place for step in waited}
    left = [row for at, row in enumerate(rows) if at not in places]
    place = sum(order(row.post) > order(post) for row in left)
    return [*waited, *([] if more and place == len(left) else [Insert(place, Row(post))])]


def gone_home(rows: Sequence[Row], root: Post) -> list[Remove]:
    """The steps that take away what was adrift for want of this post."""
    found = [at for at, row in enumerate(rows) if row.adrift and row.post.thread == root.post]
    return [Remove(at) for at in reversed(found)]


def divider(rows: Sequence[Row], new: Collection[str], place: int, since: str) -> str:
    """The words above a row: where the new begins, and where the known begins."""
    fresh = [at for at, row in enumerate(rows) if row.post.post in new]
    if not fresh:
        return ""
    if place == fresh[0]:
        return f"New since {since}" if since else "New"
    return SEEN_BELOW if place == fresh[-1] + 1 else ""


def fresh_page(rows: Sequence[Row], page: Sequence[Post]) -> list[Change]:
    """The steps, in order, after which `rows` are `page`."""
    here = {post.post for post in page}
    gone = [at for at, row in enumerate(rows) if row.post.post not in here]
    now = [row for row in rows if row.post.post in here]
    steps: list[Change] = [Remove(at) for at in reversed(gone)]
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
