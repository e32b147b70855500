"""Members who turn: they hold real keys, and break the rules with them.

A liar lives in a real home too. Its streams say something else than the home wanted (habits), and
now and then it hands around ops that its home would never have made (deeds).
"""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

import trio

from app.circle.retention import Keeps
from p2p import wire
from p2p.errors import OurFault
from p2p.host import Closed, FrameStream
from p2p.host.frames import Pipe
from p2p.op import Log
from tests.p2p.village import Person
from tests.simulator.deeds import DEEDS, TWINS, Handout
from tests.simulator.habits import Habit, some_of
from tests.simulator.homes import Home

PATIENCE = 40  # quarters of a second to wait for somebody to lie to


class LyingStream(FrameStream):
    """A liar's end of a stream."""

    def __init__(self, liar: "Liar", pipe: Pipe, *, peer: bytes, remote: str) -> None:
        super().__init__(pipe, peer=peer, remote=remote)
        self.chance: random.Random = liar.chance
        self.their_digest: bytes | None = None
        self.their_frontier: bytes | None = None
        self.heard_hello = False  # before that nobody listens to anything else
        self._liar = liar
        liar.streams.append(self)

    async def send(self, frame: bytes) -> None:
        said = [wire.decode(frame)]
        for habit in self._liar.habits:
            said = [other for one in said for other in habit(self, one)]
        for one in said:
            await super().send(wire.encode(one))

    async def receive(self) -> bytes:
        frame = await super().receive()
        heard = wire.decode(frame)
        if isinstance(heard, wire.Hello):
            self.heard_hello = True
        elif isinstance(heard, wire.Settled):
            self.their_digest, self.their_frontier = heard.digest, heard.frontier
        return frame

    async def say(self, frame: wire.AnyFrame) -> None:
        """Beside what the home says."""
        await super().send(wire.encode(frame))

    async def close(self) -> None:
        if self in self._liar.streams:
            self._liar.streams.remove(self)
        await super().close()


class Liar(Home):
    """A member who turned."""

    def __init__(self, *args: object, **named: Any) -> None:  # noqa: ANN401 - those of a home
        super().__init__(*args, **named)
        self.streams: list[LyingStream] = []
        self.habits: tuple[Habit, ...] = ()
        self.network.streams[self.name] = partial(LyingStream, self)

    async def keep(self, days: int) -> None:
        """What it says so may count for nobody later; until then words go by it."""
        if self.circle is not None:
            self.diary.turned.append(Keeps(self.circle.room.clock.hour(), days))
        await super().keep(days)

    def takes_up(self, habits: int) -> None:
        """What it does all the time."""
        self.habits = some_of(habits)

    def does(self, act: Callable[[], Awaitable[None]]) -> bool:
        """As everybody, but what it has brought upon itself by its deeds is left to it."""

        async def in_vain() -> None:
            with suppress(OurFault):
                await act()

        return super().does(in_vain)

    async def lie(self, deed: int) -> None:
        """One deed: ops handed to whoever is here, to each a part of the truth."""
        if not self.member or self.circle is None or self.db is None:
            return
        done = DEEDS[deed % len(DEEDS)]
        try:
            handouts = done(self._at_the_desk())
        except (OurFault, AssertionError):
            return  # it has counted to the end before, or holds no epoch that it may seal under
        if not handouts:
            return
        for _ in range(PATIENCE):
            if any(stream.heard_hello for stream in self.streams):
                break
            await trio.sleep(0.25)
        if done in TWINS:
            self.diary.twins.append([one for handout in handouts for one in handout])
        for stream in [stream for stream in self.streams if stream.heard_hello]:
            mine = handouts if self.chance.random() < 0.2 else [self.chance.choice(handouts)]
            for handout in mine:
                await self._hand(stream, handout)

    async def _hand(self, stream: LyingStream, handout: Handout) -> None:
        try:
            with trio.move_on_after(2):
                for log, envelope in handout:
                    frame = wire.Envelopes(log=Log(log), envelopes=[envelope], live=True)
                    await stream.say(frame)
        except Closed:
            return

    def _at_the_desk(self) -> Person:
        """What forges ops: the circle of this home, as tests of ops know it."""
        circle = self.circle
        assert circle is not None
        assert self.db is not None
        watch = cast("Any", self.watch)
        person = Person(self.name, self.path, self.db, watch, self.chance.randbytes)
        person.room, person.outbox, person.shelf = circle.room, circle.outbox, circle.shelf
        return person
