"""What can be asked about words that are being written, or that nobody was handed yet."""

from typing import Annotated

from msgspec import Meta

from app.circle.state import Draft, Feeling, PostKind, Want
from app.command import Command, Id, Nothing

__all__ = ["MAX_NOTE", "MAX_TITLE", "KeepDraft", "ListDrafts", "TakeBack"]

MAX_TITLE, MAX_NOTE = 200, 200  # characters


class KeepDraft(Command[Nothing], frozen=True):
    """Keep words not yet shared; an empty draft is forgotten."""

    method = "draft.keep"
    circle: Id
    place: str
    kind: PostKind = PostKind.STORY
    title: Annotated[str, Meta(max_length=MAX_TITLE)] = ""
    body: str = ""
    feeling: Feeling | None = None
    want: Want | None = None
    content_note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class ListDrafts(Command[list[Draft]], frozen=True):
    """All drafts of a circle."""

    method = "draft.list"
    circle: Id


class TakeBack(Command[Draft], frozen=True):
    """Make a draft again of a post that nobody was handed yet: the one that is answered with."""

    method = "post.take_back"
    circle: Id
    post: Id
