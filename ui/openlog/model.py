"""The open log of a circle as a list, newest first, with a heading for each day."""

from typing import Any

from PySide6.QtCore import Property, QObject, Qt, Signal
from PySide6.QtQml import QmlElement

from app.circle.openlog import LogEntry
from app.commands import Command, ReadLog
from app.events import CircleChanged, CircleRemoved, MemberChanged, Said
from ui.asking import Asks
from ui.faces import Faces
from ui.openlog.item import Entry
from ui.reading import Index, Reading
from ui.telling import Clock, local_now, told_shortly

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class OpenLog(Reading):
    """All acts that this computer knows of, and those about one person."""

    aboutChanged = Signal()  # of our own: Qt finds no notifying signal of a base class

    fields = {  # noqa: RUF012 - said to be the class's own in `Reading`
        "by": lambda row: row.entry.by,
        "hue": lambda row: row,
        "sentence": lambda row: row.sentence,
        "takenBack": lambda row: row.taken_back,
        "time": lambda row: row,
        "day": lambda row: row,
        "spoken": lambda row: row,
    }

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Of no circle."""
        super().__init__(bridge, parent)
        self._clock = clock
        self.changed.connect(self.aboutChanged)
        self._me = ""
        self._whom = ""
        self._faces: Faces | None = None
        self.read.connect(self._repaint)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """One field of one row; some need the clock, or the row above."""
        value = super().data(index, role)
        if not isinstance(value, Entry):
            return value
        now, at = self._clock(), index.row()
        match self._names[role]:
            case "hue":
                return -1 if self._faces is None else self._faces.hue(value.entry.by)
            case "time":
                return value.time(now)
            case "spoken":
                return value.spoken(now)
            case _:
                day = value.day(now)
                return "" if at > 0 and self._rows[at - 1].day(now) == day else day

    @Property(str, notify=aboutChanged)
    def whom(self) -> str:
        """Whom `about` is about."""
        return self._whom

    @Property(list, notify=aboutChanged)
    def about(self) -> list[dict[str, str]]:
        """What was done by and about one person, newest first."""
        now = self._clock()
        return [
            {
                "when": told_shortly(row.entry.at, now),
                "sentence": row.sentence,
                "takenBack": row.taken_back,
            }
            for row in self._rows
            if self._whom and self._whom in {row.entry.by, row.entry.whom}
        ]

    def told_to(self, me: str) -> None:
        """Who reads it: they are called "you"."""
        self._me = me

    def ask_about(self, member: str) -> None:
        """Whose acts `about` gives."""
        self._whom = member
        self.changed.emit()

    def show(self, circle: str) -> None:
        """Read the log of this circle, and whose flower has which hue."""
        super().show(circle)
        if self._faces is None and circle:
            self._faces = Faces(self._bridge, circle, self)
            self._faces.changed.connect(self._repaint)

    def close(self) -> None:
        """Empty."""
        self._whom = ""
        faces, self._faces = self._faces, None
        if faces is not None:
            faces.close()
            faces.deleteLater()
        super().close()

    def hear(self, events: list[Said]) -> None:
        """Read it again where something may stand in it now."""
        for event in events:
            match event:
                case (
                    MemberChanged(circle=circle)
                    | CircleChanged(circle=circle)
                    | CircleRemoved(circle=circle)
                ) if circle == self._circle:
                    self.refresh()
                    return
                case _:
                    pass

    def _question(self) -> Command[list[Any]]:
        return ReadLog(circle=self._circle)

    def _items(self, answer: list[LogEntry]) -> list[Entry]:
        oldest = len(answer)
        return [Entry(one, oldest - place, self._me) for place, one in enumerate(answer)]
