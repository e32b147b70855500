"""What can be asked about words that are being written."""

from typing import Annotated

from msgspec import Meta

from app.circle.state import Draft, Feeling, PostKind, Want
from app.command import Command, Id, Nothing

__all__ = ["KeepDraft", "ListDrafts"]

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
