"""A home whose clock can be set: `python -m tests.journeys.late_home FILE rpc --home DIR`.

FILE holds by how many milliseconds its clock is ahead of the world. All homes of a story read the
same file, so a week passes for everybody at once, also for homes that run. Only what is read off
the clock is moved, never time itself: waiting and trying again go on as usual.
"""

import sys
import time
from pathlib import Path

from app.__main__ import main
from app.clock import SystemClock

DAY = 86_400_000  # ms


class Calendar:
    """The clock that a story's homes share, as a file."""

    def __init__(self, file: Path) -> None:
        """Today, where `file` is not there yet."""
        self.file = file
        if not file.exists():
            file.write_text("0")

    def now(self) -> int:
        """Milliseconds since 1970 in the story."""
        return time.time_ns() // 1_000_000 + int(self.file.read_text())

    def days_pass(self, days: float) -> None:
        """It is so much later for every home of the story."""
        ahead = int(self.file.read_text()) + round(days * DAY)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(ahead))
        fresh.replace(self.file)

    def rule(self) -> None:
        """Let this process live at the story's time."""
        SystemClock.now = lambda _self: self.now()  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    Calendar(Path(sys.argv[1])).rule()
    sys.exit(main(sys.argv[2:]))
