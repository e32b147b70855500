"""The open invites of a circle: whose they are, how far they are used, and taking one back."""

from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import InviteMade
from app.commands import Command, ListInvites, Nothing, WithdrawInvite
from app.events import CircleChanged, MemberChanged, Said
from app.refused import Refused
from ui.asking import Asks
from ui.circles.item import InviteItem
from ui.reading import Reading
from ui.telling import Clock, local_now

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class Invites(Reading):
    """Those by which somebody can still come in. One that is taken back goes once it is so."""

    wantedChanged = Signal()  # of our own: Qt finds no notifying signal of a base class
    asking = Signal()  # whether it is really to be taken back
    told = Signal(str)

    fields = {  # noqa: RUF012 - said to be the class's own in `Reading`
        "invite": lambda row: row.key,
        "title": lambda row: row.title,
        "by": lambda row: row.by,
        "used": lambda row: row.used,
        "fresh": lambda row: row.one.used == 0,
        "until": lambda row: row.until,
        "mayTakeBack": lambda row: row.may_take_back,
        "mayVouch": lambda row: row.member,
        "words": lambda row: row.words,
        "spoken": lambda row: row.spoken,
    }

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Of no circle."""
        super().__init__(bridge, parent)
        self._clock = clock
        self.changed.connect(self.wantedChanged)
        self._host = False
        self._member = True
        self._wanted = ""
        self._working = False
        self._problem = ""

    @Property(str, notify=wantedChanged)
    def wanted(self) -> str:
        """The name of the invite that is to be taken back, or empty."""
        row: InviteItem | None = self.find(self._wanted)
        return "" if row is None else row.title

    @Property(bool, notify=wantedChanged)
    def working(self) -> bool:
        """One is being taken back."""
        return self._working

    @Property(str, notify=wantedChanged)
    def problem(self) -> str:
        """Why it was not, or empty."""
        return self._problem

    @Slot(str)
    def askBack(self, invite: str) -> None:
        """Ask first."""
        if not self._working and self.find(invite) is not None:
            self._wanted, self._problem = invite, ""
            self.changed.emit()
            self.asking.emit()

    @Slot()
    def takeBack(self) -> None:
        """Take the one that was asked about back."""
        if self._working or not self._wanted:
            return
        self._working = True
        self.changed.emit()
        asked, circle = self._wanted, self._circle

        def taken(_nothing: Nothing) -> None:
            if circle == self._circle:
                self._working, self._wanted = False, ""
                self.refresh()  # no event says it: the answer does
                self.told.emit("The invite was taken back.")

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working, self._problem = False, why.message
                self.changed.emit()

        self._bridge.ask(WithdrawInvite(circle=circle, invite=asked), taken, refused)

    def told_to(self, *, host: bool, member: bool = True) -> None:
        """Hosts may take back any, others their own; guests put in no word."""
        self._host, self._member = host, member

    def close(self) -> None:
        """Empty."""
        self._wanted = self._problem = ""
        self._working = False
        super().close()

    def hear(self, events: list[Said]) -> None:
        """Read them again where somebody may have come in by one."""
        for event in events:
            match event:
                case MemberChanged(circle=circle) | CircleChanged(circle=circle):
                    if circle == self._circle:
                        self.refresh()
                        return
                case _:
                    pass

    def _question(self) -> Command[list[Any]]:
        return ListInvites(circle=self._circle)

    def _items(self, answer: list[InviteMade]) -> list[InviteItem]:
        now = self._clock()
        rows = [InviteItem(one, host=self._host, now=now, member=self._member) for one in answer]
        return [row for row in rows if row.open]
