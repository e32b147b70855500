"""The people of the open circle as a list, and how many they are."""

from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Member
from app.commands import Command, ListMembers
from app.events import CircleChanged, MemberChanged, NetChanged, Said
from ui.asking import Asks
from ui.people.item import PersonItem, came, in_order
from ui.reading import Reading
from ui.telling import Clock, local_now
from ui.theme.flower import hues_by_joining
from ui.wording import people

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class People(Reading):
    """Everybody who is in. Whoever goes, goes from the list when the home has said so."""

    lineChanged = Signal()  # of our own: Qt finds no notifying signal of a base class

    fields = {  # noqa: RUF012 - said to be the class's own in `Reading`
        "member": lambda row: row.key,
        "hue": lambda row: row.hue,
        "name": lambda row: row.name,
        "role": lambda row: row.role,
        "sign": lambda row: row.icon,
        "since": lambda row: row.since,
        "presence": lambda row: row.presence,
        "here": lambda row: row.here,
        "section": lambda row: row.section,
        "spoken": lambda row: row.spoken,
    }

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Of no circle."""
        super().__init__(bridge, parent)
        self._clock = clock
        self.changed.connect(self.lineChanged)

    @Property(str, notify=lineChanged)
    def line(self) -> str:
        """How many, in words."""
        return people(len(self._rows)) if self._loaded else ""

    @Slot(str, result=int)
    def placeOf(self, member: str) -> int:
        """Where somebody stands, or -1."""
        return next((at for at, row in enumerate(self._rows) if row.key == member), -1)

    def one(self, member: str) -> PersonItem | None:
        """Somebody who is in."""
        row: PersonItem | None = self.find(member)
        return row

    def myself(self) -> PersonItem | None:
        """The reader, while they are in."""
        return next((row for row in self._rows if row.one.me), None)

    def hear(self, events: list[Said]) -> None:
        """Read them again where something about them may have changed."""
        for event in events:
            match event:
                case NetChanged():
                    self.refresh()
                    return
                case MemberChanged(circle=circle) | CircleChanged(circle=circle):
                    if circle == self._circle:
                        self.refresh()
                        return
                case _:
                    pass

    def _question(self) -> Command[list[Any]]:
        return ListMembers(circle=self._circle)

    def _items(self, answer: list[Member]) -> list[PersonItem]:
        here = [one for one in answer if not one.gone]
        hues = hues_by_joining(one.member for one in sorted(answer, key=_by_joining))
        return in_order(here, hues, self._clock())


def _by_joining(member: Member) -> tuple[object, str]:
    """As everywhere else, so that a flower has one colour on all screens."""
    moment, _, key = came(member)
    return moment, key
