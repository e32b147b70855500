"""What a circle calls the reader: changed on one's own page, for this circle only."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import Nothing, SetProfile
from app.refused import Refused
from ui.asking import Asks
from ui.people.model import People

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

HERE_ONLY = "Only this circle sees it. Everyone here reads that you changed it, and from what."


@QmlElement
class Calling(QObject):
    """Holds what is typed until the home has taken it; a refusal loses nothing."""

    changed = Signal()
    told = Signal(str)  # a sentence for the toast

    def __init__(self, bridge: Asks, people: People, parent: QObject | None = None) -> None:
        """Nothing typed."""
        super().__init__(parent)
        self._bridge = bridge
        self._people = people
        self._circle = people.circle
        self._typed: str | None = None
        self._working = False
        self._problem = ""
        people.read.connect(self._look)

    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    means = Property(str, lambda _self: HERE_ONLY, constant=True)

    @Property(str, notify=changed)
    def name(self) -> str:
        """What is typed; before that what one is called now."""
        return self._text()

    @Property(bool, notify=changed)
    def other(self) -> bool:
        """Whether it is another name than now."""
        return self._is_other()

    @Slot(str)
    def type(self, name: str) -> None:
        """Something was typed."""
        if name != self._text():
            self._typed, self._problem = name, ""
            self.changed.emit()

    @Slot()
    def keep(self) -> None:
        """Be called so. What is shown changes when the home says it has."""
        if self._working or not self._is_other():
            return
        self._working, self._problem = True, ""
        self.changed.emit()
        asked = self._people.circle

        def taken(_nothing: Nothing) -> None:
            if asked == self._circle:
                self._working, self._typed = False, None
                self.changed.emit()
            self.told.emit("This circle calls you by your new name now.")

        def refused(why: Refused) -> None:
            if asked == self._circle:
                self._working, self._problem = False, why.message
                self.changed.emit()

        self._bridge.ask(
            SetProfile(circle=asked, display_name=self._text().strip()), taken, refused
        )

    def _text(self) -> str:
        return self._now() if self._typed is None else self._typed

    def _is_other(self) -> bool:
        wanted = self._text().strip()
        return bool(wanted) and wanted != self._now()

    def _now(self) -> str:
        myself = self._people.myself()
        return "" if myself is None else myself.one.display_name

    @Slot()
    def _look(self) -> None:
        if self._people.circle != self._circle:
            self._circle = self._people.circle
            self._typed, self._working, self._problem = None, False, ""
        self.changed.emit()
