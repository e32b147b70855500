"""``python -m p2p.reconcile``: one side of a reconciliation, driven by lines of text.

For running independent implementations of Negentropy V1 against ours. One process is one side:
``item,<created>,<id>`` lines, ``seal``, then ``initiate`` for the side that begins, and lines of
``msg,<hex>`` in both directions. ``FRAMESIZELIMIT`` in the environment limits the messages sent, in
bytes. A line that breaks a rule is answered with ``error,<text>`` and ends the process with status
1: after it, the two sides no longer agree on where they are. Source: the protocol's own test suite.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Final

from p2p.errors import OurFault, PeerFault
from p2p.reconcile import Initiator, Item, ItemVector, respond

_ITEM: Final = re.compile(r"item,([0-9]{1,20}),([0-9a-f]{64})")
_MESSAGE: Final = re.compile(r"msg,((?:[0-9a-f]{2})*)")


class Side:
    """One side: collects items, is sealed, then begins or answers."""

    __slots__ = ("_frame_limit", "_initiator", "_items", "_say", "_vector")

    def __init__(self, frame_limit: int, say: Callable[[str], None]) -> None:
        """Take the frame limit in bytes, 0 for none, and where answers go, without line ends."""
        self._frame_limit = frame_limit
        self._say = say
        self._items: list[Item] = []
        self._vector: ItemVector | None = None
        self._initiator: Initiator | None = None

    def hear(self, line: str) -> None:
        """Obey one line. ``OurFault`` for one that is no command or not its turn; ``PeerFault``."""
        if match := _ITEM.fullmatch(line):
            if self._vector is not None:
                raise OurFault("an item after seal")
            self._items.append((int(match[1]), bytes.fromhex(match[2])))
        elif line == "seal":
            if self._vector is not None:
                raise OurFault("sealed twice")
            self._vector = ItemVector(self._items)
        elif line == "initiate":
            if self._initiator is not None:
                raise OurFault("initiated twice")
            self._initiator = Initiator(self._sealed(), self._frame_limit)
            self._say(f"msg,{self._initiator.start().hex()}")
        elif match := _MESSAGE.fullmatch(line):
            self._converse(bytes.fromhex(match[1]))
        else:
            raise OurFault("an unknown command")

    def _sealed(self) -> ItemVector:
        if self._vector is None:
            raise OurFault("not sealed yet")
        return self._vector

    def _converse(self, message: bytes) -> None:
        if self._initiator is None:
            self._say(f"msg,{respond(self._sealed(), message, self._frame_limit).hex()}")
            return
        step = self._initiator.receive(message)
        for name in step.have:
            self._say(f"have,{name.hex()}")
        for name in step.need:
            self._say(f"need,{name.hex()}")
        self._say("done" if step.reply is None else f"msg,{step.reply.hex()}")


def run(lines: Iterable[bytes], say: Callable[[str], None], limit: str) -> int:
    """Obey lines, each ending in LF, until they end or one fails; give the exit status."""
    try:
        side = Side(_frame_limit(limit), say)
        for line in lines:
            side.hear(line.removesuffix(b"\n").decode("ascii", "replace"))
    except (PeerFault, OurFault) as fault:
        say(f"error,{fault.reason}")
        return 1
    return 0


def _frame_limit(text: str) -> int:
    if not re.fullmatch("[0-9]{0,15}", text):
        raise OurFault("a frame limit that is no number")
    limit = int(text or 0)
    Initiator(ItemVector(()), limit)  # has it refused before the first line is read
    return limit


def main() -> None:
    """Run over this process's streams and environment, and leave with the status."""

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()  # the other side waits for it

    sys.exit(run(sys.stdin.buffer, say, os.environ.get("FRAMESIZELIMIT", "")))
