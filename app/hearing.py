"""Whoever listens to a home: every event to each of them, in order, and nobody waited for."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import trio

from app.events import Said

EARS = 4096  # events a slow listener may be behind before it is dropped


class Ears:
    """The listeners of one home. Lives in one trio run."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._ears: dict[trio.MemorySendChannel[Said], None] = {}

    @contextmanager
    def listen(self) -> Iterator[trio.MemoryReceiveChannel[Said]]:
        """Every event from now on. Whoever does not read is dropped after `EARS` events."""
        send, receive = trio.open_memory_channel[Said](EARS)
        self._ears[send] = None
        try:
            with receive:
                yield receive
        finally:
            self._ears.pop(send, None)
            send.close()

    def say(self, event: Said) -> None:
        """Tell everybody."""
        for ear in list(self._ears):
            try:
                ear.send_nowait(event)
            except trio.WouldBlock:
                del self._ears[ear]
                ear.close()
            except trio.BrokenResourceError:
                del self._ears[ear]

    def close(self) -> None:
        """Let everybody know that there is nothing more to hear."""
        for ear in list(self._ears):
            ear.close()


def at_once(event: Said, said: trio.MemoryReceiveChannel[Said]) -> list[Said]:
    """An event that was waited for, and all that wait behind it already.

    Taken one by one each of them would cost the listening task a turn.
    """
    events = [event]
    with suppress(trio.WouldBlock, trio.EndOfChannel, trio.ClosedResourceError):
        while True:
            events.append(said.receive_nowait())
    return events


async def let_listeners_run() -> None:
    """What a command has said is heard before its answer, by those who listen by `at_once`.

    An event is handed to the listening task at once, which then is due in trio's next batch. Tasks
    of one batch run in any order, so it takes two turns to be surely behind it.
    """
    await trio.lowlevel.cancel_shielded_checkpoint()
    await trio.lowlevel.cancel_shielded_checkpoint()
