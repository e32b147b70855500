"""What can be asked about how a circle sees oneself."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from app.circle.state import MAX_PICTURE
from app.command import Command, Id, Name, Nothing

__all__ = ["MAX_PICTURE", "Picture", "ReadPicture", "SetProfile"]


class SetProfile(Command[Nothing], frozen=True):
    """Be seen differently, in this circle only. All read that it was changed.

    What is left out stays as it is. `picture` is a small square JPEG in base64; null takes it away.
    """

    method = "member.set_profile"
    circle: Id
    display_name: Name | None = None
    picture: Annotated[bytes, Meta(min_length=1, max_length=MAX_PICTURE)] | UnsetType | None = UNSET


class Picture(Struct, frozen=True, kw_only=True):
    """What `member.picture` says: a JPEG in base64. Whoever decodes it trusts nothing in it."""

    picture: bytes | None


class ReadPicture(Command[Picture], frozen=True):
    """The picture of somebody who is, or was, in a circle."""

    method = "member.picture"
    circle: Id
    member: Id
