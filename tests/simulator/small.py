"""Villages of small numbers: what takes a thousand words elsewhere takes three here.

A story has some dozens of words, so nobody in it would ever catch up in turn, forget what came
before live, or sign in more than one change. In some villages the numbers from which on that
happens are small; none of them is on the wire.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from app import outbox
from p2p import backlog, outgoing, scoping, sync
from p2p.simulator.chance import stream

SMALL = (
    (sync, "FEW", 2),  # words that are handed on as news
    (scoping, "MUCH", 4),  # words lacking that make a catch-up, one at a time
    (scoping, "FIRST", 2),  # newest posts for whoever has none
    (backlog, "MOST", 2),  # ids remembered before live
    (outgoing, "AT_ONCE", 8),  # words in a frame
    (outbox, "MAX_BATCH", 2),  # words signed in a change
)


def are_small(seed: int) -> bool:
    """Whether the village of a seed is one of these."""
    return stream(seed, "small").random() < 0.1


@contextmanager
def small_numbers(seed: int) -> Iterator[None]:
    """In a village of small numbers they are small."""
    with ExitStack() as stack:
        if are_small(seed):
            for where, name, number in SMALL:
                stack.enter_context(mock.patch.object(where, name, number))
        yield
