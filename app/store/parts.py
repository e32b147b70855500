"""Many values asked for a bounded number at a time, with a question mark for each."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

PART: Final = 400
"""Values in one statement. Those of `app.store.short` stand in it twice; SQLite takes 32,766."""

Value = TypeVar("Value")


def parts(values: Iterable[Value], most: int = PART) -> Iterator[tuple[Value, ...]]:
    """The values in order, at most `most` at a time; `itertools.batched` needs Python 3.12."""
    rest = iter(values)
    while part := tuple(islice(rest, most)):
        yield part


def marks(part: Sequence[object]) -> str:
    """A question mark for each, for an IN."""
    return ",".join("?" * len(part))
