"""The whole table of targets, and what has to be tidied up after them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fuzz.heart import heart
from tests.fuzz.homes import homes
from tests.fuzz.lan import lan
from tests.fuzz.lines import lines
from tests.fuzz.mailboxes import mailboxes
from tests.fuzz.targets import Target
from tests.fuzz.villages import villages

NAMES = (
    "op", "op elsewhere", "envelope", "envelope padding", "envelope body", "frame", "ranges",
    "respond", "initiator", "harness", "box", "grant", "act", "invite", "capsule",
    "capsule inside", "request", "request inside", "address", "peer id", "line", "splitter",
    "header", "conversation", "door", "visit", "signed op", "card", "holding", "stream",
    "record", "file", "merging", "hole", "message", "hop", "stop", "punch", "identity",
    "own network", "padding", "mailbox question", "mailbox answer", "mailbox card",
    "parcel inside", "mailbox clerk", "mailbox caller",
)  # fmt: skip


@contextmanager
def table(folder: Path) -> Iterator[dict[str, Target]]:
    """Every target by its name; `folder` is for what they have on disk."""
    living, stages = villages(folder)
    boxes, desk = mailboxes(folder)
    try:
        every = [*heart(), *homes(folder), *living, *lines(), lan(), *boxes]
        yield {target.name: target for target in every}
    finally:
        desk.close()
        for stage in stages:
            stage.close()
