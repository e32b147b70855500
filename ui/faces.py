"""The people of one circle, as far as a screen shows them: how many, and the hue of each."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.circle.state import Circle, History, Member
from app.commands import ListCircles, ListMembers
from app.events import MemberChanged, PostsGone
from ui.asking import Asks, hear
from ui.theme.flower import hues_by_joining

EARLIEST = datetime.min.replace(tzinfo=UTC)


def by_joining(members: Iterable[Member]) -> list[Member]:
    """As they came; the same everywhere, so that a flower has one colour on all screens."""
    return sorted(members, key=lambda one: (one.joined_at or EARLIEST, one.member))


class Faces(QObject):
    """Reads the members once, and again when somebody comes, goes or is called differently."""

    changed = Signal()

    def __init__(self, bridge: Asks, circle: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._hues: dict[str, int] = {}
        self._count = 0
        self._me = ""
        self._first = ""
        self._fresh = self._lapses = False
        self._said = hear(bridge, self._hear)
        self._open = True
        self._read()
        bridge.ask(ListCircles(), self._take_circles)

    @property
    def came_late(self) -> bool:
        """Whether this circle keeps from the reader what was said before they came."""
        return self._fresh and self._me != self._first

    @property
    def lapses(self) -> bool:
        """Whether words of this circle have gone with time."""
        return self._lapses

    @property
    def count(self) -> int:
        """How many can read what is shared now; 0 while that is not known yet."""
        return self._count

    @property
    def me(self) -> str:
        """The reader's own key in this circle; empty while that is not known yet."""
        return self._me

    def hue(self, member: str) -> int:
        """The hue of a member's flower, -1 for whoever is not known."""
        return self._hues.get(member, -1)

    def close(self) -> None:
        """Listen no more."""
        if self._open:
            self._open = False
            self._said.disconnect(self._hear)

    def _read(self) -> None:
        self._bridge.ask(ListMembers(circle=self._circle), self._take)

    def _take(self, members: list[Member]) -> None:
        if not self._open:
            return
        came = by_joining(members)
        self._hues = hues_by_joining(one.member for one in came)
        self._me = next((one.member for one in members if one.me), "")
        self._first = came[0].member if came else ""
        self._count = sum(not one.gone for one in members)
        self.changed.emit()

    def _take_circles(self, circles: list[Circle]) -> None:
        mine = next((one for one in circles if one.circle == self._circle), None)
        self._fresh = mine is not None and mine.history is History.FRESH
        self._lapses = mine is not None and mine.lapses
        if self._open and (self._fresh or self._lapses):
            self.changed.emit()

    @Slot(object)
    def _hear(self, said: list[Any]) -> None:
        if any(isinstance(one, MemberChanged) and one.circle == self._circle for one in said):
            self._read()
        if any(isinstance(one, PostsGone) and one.circle == self._circle for one in said):
            self._bridge.ask(ListCircles(), self._take_circles)
