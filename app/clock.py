"""The computer's clock, behind the one shape that everything else is handed."""

import time


class SystemClock:
    """Wall time. The protocol trusts it for display and for little else."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def hour(self) -> int:
        """Whole hours since 1970."""
        return self.now() // 3_600_000
