"""What a computer says of the words it holds: gathered for a moment, and to whom it is said.

Only the author of words waits to hear on whose computers they are. So whoever has taken some in
says so to their author, if that one is here. If not, it goes to whoever brought the author's words
here, and from there on: that is the way to where the author was last, and all along it is kept. In
circles of up to `SMALL` devices everybody here is told, to keep it too, and to hand it on where no
way is known. Whoever meets the author hands over what they keep (`p2p.hearsay`).

A burst of words is one thing to say: nothing goes before it was gathered for a while, which is
longer where the author is not at hand, and in very large circles, where very many say the same.
What is for authors who are not here goes for all of them together. Where everybody is told but not
all talk with each other, so much goes on from one to the next that it goes with that, in one frame:
else it costs more than the words.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import trio

from p2p.errors import OurFault
from p2p.ids import DeviceId
from p2p.neighbours import MESH, SMALL
from p2p.ports import Shelf
from p2p.talk import Talk
from p2p.wire import Holding

HERE = 1.0  # seconds that is gathered for an author who is here
AWAY = 5.0  # for one who is not
CROWD = 150  # devices of a circle up to which that holds; longer in proportion where there are more
LONGEST = 60.0  # at the most


class Gathering:
    """That of one circle on one computer."""

    def __init__(self, shelf: Shelf, talks: Mapping[DeviceId, Talk]) -> None:
        """`talks`: who is here. It is looked at anew each time."""
        self._shelf = shelf
        self._talks = talks
        self._due: dict[DeviceId, float] = {}  # of these authors' words something is to be said
        self._onward: dict[tuple[bytes, bytes], tuple[Holding, DeviceId | None]] = {}
        self._onward_due = inf
        self._brought: dict[DeviceId, DeviceId] = {}  # by whom an author's newest words came
        self._wake: trio.Event | None = None  # while it runs
        self.devices = 1  # of the circle

    def changed(self, authors: Iterable[DeviceId], by: DeviceId | None = None) -> None:
        """More is held of these authors' words; `by` whom it came. Before `run` nobody is here."""
        if self._wake is None:
            return
        now = trio.current_time()
        for author in authors:
            if by is not None:
                self._brought[author] = by
            pause = HERE if author in self._talks else AWAY
            self._due[author] = min(now + self._scaled(pause), self._due.get(author, inf))
        self._wake.set()

    def learned(self, holdings: Sequence[Holding], by: DeviceId | None) -> None:
        """Others said what they hold, and it was new here; `by` whom it came."""
        for one in holdings:
            self._onward[one.holder, one.author] = one, by
        if self._onward and self._wake is not None:
            pause = AWAY if self._crowded else HERE
            self._onward_due = min(self._onward_due, trio.current_time() + pause)
            self._wake.set()

    @property
    def _crowded(self) -> bool:
        """Whether everybody is told of what is held, but not all talk with each other."""
        return MESH + 1 < self.devices <= SMALL

    def _scaled(self, pause: float) -> float:
        return min(LONGEST, pause * max(1.0, self.devices / CROWD))

    async def run(self, authors: Iterable[DeviceId]) -> None:
        """Say it when it is due, until cancelled.

        `authors`: everybody, for what was to be said when the home was closed.
        """
        self._wake = trio.Event()
        self.changed(authors)
        while True:
            self._wake = trio.Event()
            with trio.move_on_at(min(self._onward_due, *self._due.values(), inf)):
                await self._wake.wait()
            self._speak(trio.current_time())

    def _speak(self, now: float) -> None:
        away = self._due.keys() - self._talks.keys()
        due = {author for author, at in self._due.items() if at <= now}
        onward = self._onward_due <= now
        if due & away or (onward and self._crowded):
            due |= away
            onward = onward or self._crowded
        outgoing: dict[DeviceId, list[Holding]] = {}
        if due:
            self._say([author for author in self._due if author in due], outgoing)
        if onward:
            self._hand_on(outgoing)
        self._tell(outgoing)

    def _tell(self, outgoing: Mapping[DeviceId, Sequence[Holding]]) -> None:
        for device, holdings in outgoing.items():
            if (talk := self._talks.get(device)) is not None:
                talk.conversation.hearsay.tell(holdings)
                talk.poke()

    def _say(self, authors: Sequence[DeviceId], outgoing: dict[DeviceId, list[Holding]]) -> None:
        for author in authors:
            del self._due[author]
        try:
            said = self._shelf.hold(authors)
        except OurFault:  # no room to keep it, which the shelf said; the next words try again
            return
        for one in said:
            for device in self._listeners(DeviceId(one.author)):
                outgoing.setdefault(device, []).append(one)

    def _listeners(self, author: DeviceId) -> Iterable[DeviceId]:
        """Whom to tell what is held here of somebody's words."""
        if author in self._talks:
            return [author]
        way = self._brought.get(author)
        large = self.devices > SMALL
        return [way] if large and way is not None and way in self._talks else self._talks

    def _hand_on(self, outgoing: dict[DeviceId, list[Holding]]) -> None:
        onward, self._onward, self._onward_due = self._onward, {}, inf
        for one, by in onward.values():
            for to in self._onward_to(DeviceId(one.author), {by, DeviceId(one.holder)}):
                outgoing.setdefault(to, []).append(one)

    def _onward_to(self, author: DeviceId, known: set[DeviceId | None]) -> Iterable[DeviceId]:
        """Towards the author. `known`: who has it."""
        if author in self._talks:
            return () if author in known else [author]
        way = self._brought.get(author)
        if way is not None and way in self._talks and way not in known:
            return [way]
        # Its words came before we were started, or the way has turned: it may be any of them.
        return self._talks.keys() - known if self.devices <= SMALL else ()
