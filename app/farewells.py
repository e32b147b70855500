"""The goodbyes of circles left and erased that nobody has taken yet, while the home is open."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app import commands as c
from app.circle.state import GoodbyeWaiting
from app.events import NetChanged, Said
from app.goodbye import Goodbye
from app.room import Clock
from app.running import RunningCircle
from app.store import circles, goodbyes
from app.store.db import Database
from app.store.goodbyes import GoodbyeRow
from app.store.views import moment
from p2p.crypto import Entropy


@dataclass(slots=True)
class Farewells:
    """Those on their way. `start` runs something as soon as the network is there."""

    db: Database
    clock: Clock
    entropy: Entropy
    say: Callable[[Said], None]
    start: Callable[[Callable[[], Awaitable[None]]], None]
    _on_their_way: dict[bytes, Goodbye] = field(default_factory=dict)

    def go_on(self) -> None:
        """Go on with all that the store keeps."""
        for row in goodbyes.all_goodbyes(self.db):
            self.begin(row)

    def erase(self, running: RunningCircle) -> GoodbyeRow | None:
        """In a write: keep nothing but the goodbye, where there are others to tell, and give it."""
        row = running.goodbye()
        if row is not None:
            goodbyes.keep(self.db, row)
        circles.erase_circle(self.db, running.room.row.circle_no)
        return row

    def begin(self, row: GoodbyeRow | None) -> None:
        """Tell one, if there is one, until somebody has taken it."""
        if row is None:
            return

        def over(_: Goodbye) -> None:
            self._on_their_way.pop(row.goodbye, None)
            self.say(NetChanged())

        goodbye = Goodbye(self.db, row, self.clock, self.entropy, over)
        self._on_their_way[row.goodbye] = goodbye
        self.start(goodbye.run)

    def listed(self) -> list[GoodbyeWaiting]:
        """Which nobody has taken yet."""
        return [
            GoodbyeWaiting(goodbye=one.row.goodbye.hex(), since=moment(one.row.made_at))
            for one in self._on_their_way.values()
        ]

    def forget(self, asked: c.ForgetGoodbye) -> c.Nothing:
        """Nobody is told any more."""
        goodbye = self._on_their_way.get(bytes.fromhex(asked.goodbye))
        if goodbye is not None:
            goodbye.forget()
        return c.Nothing()
