"""Who stands at the door: a newcomer who knocks, a member not heard of yet, one who was removed.

Strangers have room of their own, so they can't shut a member out; when it is full the one who has
stood there longest is sent away. Whoever says anything but a knock or a chain hears nothing.
"""

from collections.abc import Callable

import trio

from p2p import sync, wire
from p2p.door import Doorkeeper
from p2p.errors import OurFault, PeerFault
from p2p.host import Closed, FrameStream
from p2p.ports import Shelf

PATIENCE = 10.0  # seconds a stranger may take in all
ROOM = 16  # strangers served at once


class Threshold:
    """Serves streams of doors that are no member's, and members who knock once more."""

    def __init__(
        self,
        shelf: Shelf,
        answering: Callable[[bytes], sync.Conversation],
        let_in: Callable[[], None],
    ) -> None:
        """`answering` makes our side of a conversation; `let_in` is told of an admission."""
        self._shelf = shelf
        self._answering = answering
        self._let_in = let_in
        self._here: dict[trio.CancelScope, None] = {}

    async def serve(
        self, stream: FrameStream, first: bytes | None = None
    ) -> sync.Conversation | None:
        """Serve one stranger. A conversation to go on with, where it is a member after all.

        `first`: a frame of theirs that was read already.
        """
        if len(self._here) >= ROOM:
            next(iter(self._here)).cancel()
        scope = trio.CancelScope(deadline=trio.current_time() + PATIENCE)
        self._here[scope] = None
        member: sync.Conversation | None = None
        try:
            with scope:
                member = await self._first_words(stream, first)
        except (PeerFault, OurFault, Closed):
            member = None
        finally:
            self._here.pop(scope, None)
            if member is None:
                await stream.close()
        return member

    async def _first_words(
        self, stream: FrameStream, first: bytes | None
    ) -> sync.Conversation | None:
        if first is None:
            first = await stream.receive()
        opening = wire.decode(first)
        told = self._shelf.farewell(stream.peer)
        if isinstance(opening, wire.Chain):
            conversation = self._answering(stream.peer)
            conversation.receive(first)
            if self._shelf.device_at(stream.peer) is not None:
                return conversation
            told = self._shelf.farewell(stream.peer)
        if told is not None and not is_knock(first):
            await stream.send(wire.encode(told))
            return None
        if isinstance(opening, wire.Chain):
            return None
        keeper = Doorkeeper(self._shelf, stream.peer)
        answer = keeper.receive(first)
        while True:
            if keeper.admitted:
                self._let_in()
            await stream.send(answer)
            if keeper.admitted:
                return None
            answer = keeper.receive(await stream.receive())


def is_knock(data: bytes) -> bool:
    """Whether somebody who dialled begins at the door."""
    try:
        return isinstance(wire.decode(data), wire.Knock)
    except PeerFault:
        return False  # for the conversation to judge
