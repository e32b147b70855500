"""What can be asked about posts that people carry by hand."""

from typing import Annotated

from msgspec import Meta, Struct

from app.command import Command, Id

Path = Annotated[str, Meta(min_length=1, max_length=4096)]


class PostsTaken(Struct, frozen=True, kw_only=True):
    """What a file holds: so many posts and replies, in so many bytes, for so many people.

    `waiting`: words of one's own that could not be put in, because they can't be numbered yet.
    """

    posts: int
    bytes: int
    people: int
    waiting: int = 0


class TakePosts(Command[PostsTaken], frozen=True):
    """Write all posts of a circle into one sealed file, which its members can open and nobody else.

    What is there already is left alone, or with `replace` such a file is replaced at the end.
    """

    long = True
    method = "circle.take_posts"
    circle: Id
    path: Path
    replace: bool = False


class PostsBrought(Struct, frozen=True, kw_only=True):
    """What came of a file: into which circle, and how many posts and replies were not here before.

    `closed`: so many of those in it can't be read here, by what newcomers may read.
    """

    circle: str
    new: int
    closed: int = 0


class BringPosts(Command[PostsBrought], frozen=True):
    """Take in what a member's file holds, into whichever circle it is of, or into this one only."""

    long = True
    method = "circle.bring_posts"
    path: Path
    circle: Id | None = None
