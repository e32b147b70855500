"""Small pictures of people, one in each circle: what one may be, and what it changes.

Nothing here looks into a picture: whoever shows one does, and trusts nothing in it.
"""

from collections.abc import Iterable
from hashlib import blake2b

from msgspec import UNSET, UnsetType

from app.circle.acts import Portrait, Profile
from app.refused import Refused, Why
from app.room import Room

JPEG = b"\xff\xd8\xff"
MARK = 16  # bytes


def mark(picture: bytes) -> str:
    """Another for each picture; empty where there is none that can be one."""
    return blake2b(picture, digest_size=MARK).hexdigest() if picture.startswith(JPEG) else ""


def profile(room: Room, name: str, picture: bytes | UnsetType | None) -> Profile:
    """How we are seen here from now on. Unset: with the picture we have."""
    myself = room.ledger.myself()
    if picture is UNSET:
        picture = myself.picture if myself is not None else b""
    return Portrait(name, picture) if picture else Profile(name)


def picture_of(said: Profile) -> bytes:
    """The picture in a profile; empty for none."""
    return said.picture if isinstance(said, Portrait) else b""


def check(picture: bytes, others: Iterable[Room]) -> None:
    """`Refused` where it is no JPEG, or where one of our other circles sees us with it already.

    Whoever is in both would know by it that both are one person.
    """
    if not picture.startswith(JPEG):
        raise Refused(Why.BAD_REQUEST, "A picture has to be a small JPEG. Choose another one.")
    for room in others:
        myself = room.ledger.myself()
        if myself is not None and myself.picture == picture:
            raise Refused(
                Why.NOT_ALLOWED,
                "Another of your circles sees you with this very picture. Whoever saw both would "
                "know that both are you. Choose another one.",
            )
