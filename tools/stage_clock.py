"""The stage's time: pictures are taken on a Tuesday in November, whenever they are made.

    python tools/stage_clock.py FILE rpc --home DIR     a home that lives at that time

FILE holds by how many milliseconds the stage is ahead of the world; every home of a play reads the
same one, so their clocks agree. Only what people are told of time is moved, never time itself:
waiting and retrying go on as usual.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

from app.__main__ import main
from app.clock import SystemClock


def real() -> int:
    """Milliseconds since 1970 in the world."""
    return time.time_ns() // 1_000_000


class StageClock:
    """A clock that can be set, for every process that reads the same file."""

    def __init__(self, file: Path) -> None:
        """`file` need not be there yet; then it is now."""
        self.file = file

    def now(self) -> int:
        """Milliseconds since 1970 on the stage."""
        try:
            return real() + int(self.file.read_text() or 0)
        except FileNotFoundError:
            return real()

    def local(self) -> datetime:
        """The same as people say it."""
        return datetime.fromtimestamp(self.now() / 1000).astimezone()

    def set(self, moment: str) -> None:
        """It is `moment` now: "2026-11-24 11:32", in this computer's zone."""
        wanted = datetime.fromisoformat(moment).astimezone()
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(round(wanted.timestamp() * 1000) - real()))
        fresh.replace(self.file)

    def rule(self) -> None:
        """Let the homes of this process live at the stage's time."""
        SystemClock.now = lambda _self: self.now()  # type: ignore[method-assign]


if __name__ == "__main__":
    StageClock(Path(sys.argv[1])).rule()
    sys.exit(main(sys.argv[2:]))
