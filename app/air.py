"""Whether this home connects at all: while its person has it stand still, nothing of it is heard.

Whatever goes out into networks (circles, joins, goodbyes, the look around) runs within `hold`. A
pause ends all of it at once, as a host that failed would; going on begins each anew.
"""

from collections.abc import Awaitable, Callable
from types import TracebackType

import trio


class Ending:
    """Ends something for good that may be begun more than once: a cancel scope for each run."""

    def __init__(self) -> None:
        """It goes on."""
        self.cancel_called = False
        self._scopes: list[trio.CancelScope] = []

    def cancel(self) -> None:
        """End it, also where it has not begun yet."""
        self.cancel_called = True
        for scope in self._scopes:
            scope.cancel()

    def __enter__(self) -> None:
        """Begin."""
        scope = trio.CancelScope()
        scope.__enter__()
        self._scopes.append(scope)
        if self.cancel_called:
            scope.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """What was cancelled has ended."""
        return self._scopes.pop().__exit__(kind, error, trace)


class Air:
    """Holds what runs, and stops all of it while it is paused."""

    def __init__(self, *, paused: bool = False) -> None:
        """As it was left."""
        self._going = trio.Event()
        self._held: set[trio.CancelScope] = set()
        if not paused:
            self._going.set()

    @property
    def paused(self) -> bool:
        """Whether nothing is to be heard of this home."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Stop all, until `go_on`."""
        if not self.paused:
            self._going = trio.Event()
            for scope in self._held:
                scope.cancel()

    def go_on(self) -> None:
        """Begin all anew."""
        self._going.set()

    async def hold(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run it while not paused, from its beginning each time; return once it ends by itself."""
        stopped = True
        while stopped:
            await self._going.wait()
            with trio.CancelScope() as scope:
                self._held.add(scope)
                try:
                    await run()
                finally:
                    self._held.discard(scope)
            stopped = scope.cancelled_caught
