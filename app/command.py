"""What every request to a home has in common."""

from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args

from msgspec import Meta, Struct

R = TypeVar("R")

Id = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]  # `$` lets a newline through
Name = Annotated[str, Meta(min_length=1, max_length=64)]

MAX_ABOUT = 500


class Command(Struct, Generic[R], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request with an answer of type `R`."""

    method: ClassVar[str] = ""
    long: ClassVar[bool] = False  # it takes its time, and nothing asked after it waits for it


def answer_of(command: type[Command[Any]]) -> Any:  # noqa: ANN401 - a type, also list[Circle]
    """Find R in `class X(Command[R])`."""
    base: Any = command.__dict__["__orig_bases__"][0]
    return get_args(base)[0]


class Nothing(Struct, frozen=True):
    """The answer of a command that only does something."""
