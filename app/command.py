"""What every request to a home has in common."""

from typing import Annotated, ClassVar, Generic, TypeVar

from msgspec import Meta, Struct

R = TypeVar("R")

Id = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]  # `$` lets a newline through
Name = Annotated[str, Meta(min_length=1, max_length=64)]

MAX_ABOUT = 500


class Command(Struct, Generic[R], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request with an answer of type `R`."""

    method: ClassVar[str] = ""


class Nothing(Struct, frozen=True):
    """The answer of a command that only does something."""
