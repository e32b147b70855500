"""What keeps one peer, or one bug, from taking the whole host along."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio

log = logging.getLogger(__name__)

Work = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of this computer other computers may take. Times are in seconds."""

    streams_per_peer: int = 8
    """Streams a peer may have open towards us at once; the next is reset."""
    circuits_per_peer: int = 16
    """Calls through one relay that we take at once, besides its other streams."""
    inbound: int = 256
    """Connections accepted at once; beyond, a caller is hung up on."""
    outbound: int = 64
    """Connections dialled by us at once, not taken out of the inbound ones."""
    connections_per_peer: int = 4
    """Two computers that dial each other in the same moment get two; more is not honest."""
    handshaking: int = 64
    """Callers who have not proven a key yet; one more and the one who waits longest is dropped."""
    handshake: float = 5.0
    """Time for a caller to prove a key, and then for each stream to name its protocol."""
    idle: float = 60.0
    """A connection without any stream for so long is closed."""
    stuck: float = 30.0
    """A connection that does not take 64 KiB for so long is dead."""


def shielded(seconds: float) -> trio.CancelScope:
    """A scope for what has to be done although the task is cancelled, for at most `seconds`."""
    return trio.CancelScope(deadline=trio.current_time() + seconds, shield=True)


class Waiting:
    """The callers who have not proven a key yet, oldest first.

    Whoever fills this with silent sockets drops their own: an honest handshake takes milliseconds
    and is over long before it is the oldest.
    """

    def __init__(self, most: int) -> None:
        """Let at most `most` callers wait at once."""
        self._most = most
        self._scopes: dict[trio.CancelScope, None] = {}

    @contextmanager
    def place(self, seconds: float) -> Iterator[trio.CancelScope]:
        """Hold a place for at most `seconds`; losing the time or the place cancels the block."""
        if len(self._scopes) >= self._most:
            oldest = next(iter(self._scopes))
            del self._scopes[oldest]
            oldest.cancel()
        with trio.move_on_after(seconds) as scope:
            self._scopes[scope] = None
            try:
                yield scope
            finally:
                self._scopes.pop(scope, None)


class Quota:
    """How many streams each peer has open."""

    def __init__(self, most: int) -> None:
        """Allow `most` at once for each peer."""
        self._most = most
        self._open: Counter[bytes] = Counter()

    def has_room(self, peer: bytes) -> bool:
        """Whether one more would be allowed."""
        return self._open[peer] < self._most

    @contextmanager
    def one_of(self, peer: bytes) -> Iterator[bool]:
        """Count one more for `peer` during the block; False when that would be one too many."""
        if not self.has_room(peer):
            yield False
            return
        self._open[peer] += 1
        try:
            yield True
        finally:
            self._open[peer] -= 1
            if not self._open[peer]:
                del self._open[peer]


@contextmanager
def contained(what: str, level: int = logging.DEBUG) -> Iterator[None]:
    """Let no Exception out of the block, also not inside a group; cancellation and exit pass.

    libp2p ends the whole host when a stream handler raises. The log line names the kind of error
    and nothing of its text, which may hold addresses; the traceback is there at debug level. What
    a caller from outside can bring about is logged at debug level only, or they fill the log.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - that is what this block is for
        _note(what, level, error)
    except BaseExceptionGroup as group:
        errors, rest = group.split(Exception)
        if errors is not None:
            _note(what, level, errors)
        if rest is not None:
            raise rest from None


def _note(what: str, level: int, error: BaseException) -> None:
    log.log(level, "%s ended with %s", what, type(error).__name__)
    log.debug("%s ended", what, exc_info=error)


class Tasks:
    """What libp2p's swarm calls its manager: a nursery whose tasks cannot end the host.

    libp2p's own manager cancels everything when one connection's task raises.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        """Run tasks in `nursery`."""
        self._nursery = nursery
        self.is_running = True

    def run_task(self, work: Work, *arguments: object, name: str | None = None) -> None:
        """Start `work(*arguments)` in the background."""
        self._nursery.start_soon(self._run, work, arguments, name=name or work)

    async def wait_finished(self) -> None:
        """Wait for the end, which is a cancellation of the nursery."""
        await trio.sleep_forever()

    async def _run(self, work: Work, arguments: tuple[object, ...]) -> None:
        with contained("a connection task"):
            await work(*arguments)
