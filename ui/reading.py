"""A list that is read from the home as a whole, and read again when something has changed.

It changes step by step, so that a view keeps its place and its focus. Knows one circle at a time:
what is answered late, for another one, is not shown.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from app.commands import Command
from app.refused import Refused
from ui.asking import Asks

FIRST_ROLE = Qt.ItemDataRole.UserRole + 1
NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class Item(Protocol):
    """A frozen row that can be told from its neighbours."""

    @property
    def key(self) -> str:
        """The same for as long as it is the same thing."""


class Reading(QAbstractListModel):
    """Rows of one circle. A list that is one says what it asks, and what it makes of the answer."""

    changed = Signal()
    read = Signal()  # the rows are what the home says now

    # Name in QML -> how a row answers.
    fields: ClassVar[Mapping[str, Callable[[Any], object]]] = {}

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._rows: list[Any] = []
        self._loaded = self._asking = self._again = False
        self._trouble = ""
        self._names = dict(enumerate(self.fields, start=FIRST_ROLE))

    # ---- what a list says of itself ---------------------------------------------------------

    def _question(self) -> Command[list[Any]]:
        raise NotImplementedError

    def _items(self, answer: list[Any]) -> Sequence[Item]:
        raise NotImplementedError

    # ---- what Qt asks -----------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def roleNames(self) -> dict[int, QByteArray]:
        return {role: QByteArray(name.encode()) for role, name in self._names.items()}

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """One field of one row."""
        name = self._names.get(role)
        if name is None or not 0 <= index.row() < len(self._rows):
            return None
        return self.fields[name](self._rows[index.row()])

    @Property(bool, notify=changed)
    def loaded(self) -> bool:
        """Whether the rows are here; until then the screen shows shapes."""
        return self._loaded

    @Property(int, notify=changed)
    def count(self) -> int:
        """How many rows."""
        return len(self._rows)

    @Property(str, notify=changed)
    def trouble(self) -> str:
        """Why they could not be read, in a sentence; empty while all is well."""
        return self._trouble

    @Slot()
    def refresh(self) -> None:
        """Read them; wishes made meanwhile become one more question."""
        if not self._circle:
            return
        if self._asking:
            self._again = True
            return
        self._asking = True
        asked = self._circle
        self._bridge.ask(
            self._question(),
            lambda answer: self._heard(asked, answer),
            lambda refused: self._refused(asked, refused),
        )

    # ---- what the shell does ----------------------------------------------------------------

    @property
    def circle(self) -> str:
        """Whose rows these are; empty for nobody's."""
        return self._circle

    def show(self, circle: str) -> None:
        """Read the rows of this circle, which is another one or may have changed."""
        if circle != self._circle:
            self.close()
            self._circle = circle
        self.refresh()

    def close(self) -> None:
        """Empty: nobody looks, or the home is locked."""
        self._circle = ""
        self._loaded = self._asking = self._again = False
        self._trouble = ""
        self._put([])
        self.changed.emit()

    def find(self, key: str) -> Any:  # noqa: ANN401 - a row of the list that is one
        """The row with this key, or None."""
        return next((row for row in self._rows if row.key == key), None)

    # ---- what the home answers --------------------------------------------------------------

    def _heard(self, asked: str, answer: list[Any]) -> None:
        if asked != self._circle:
            return
        self._asking = False
        self._trouble = ""
        self._loaded = True
        self._put(list(self._items(answer)))
        self.changed.emit()
        self.read.emit()
        self._once_more()

    def _refused(self, asked: str, refused: Refused) -> None:
        if asked != self._circle:
            return
        self._asking = False
        self._trouble = refused.message
        self.changed.emit()
        self._once_more()

    def _once_more(self) -> None:
        if self._again:
            self._again = False
            self.refresh()

    def _put(self, new: list[Any]) -> None:
        """Take away, put in, repaint; all anew only where rows have changed their order."""
        stay = {row.key for row in new}
        for place in reversed(range(len(self._rows))):
            if self._rows[place].key not in stay:
                self.beginRemoveRows(NOWHERE, place, place)
                del self._rows[place]
                self.endRemoveRows()
        known = {row.key for row in self._rows}
        if [row.key for row in new if row.key in known] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        for place, row in enumerate(new):
            if row.key not in known:
                self.beginInsertRows(NOWHERE, place, place)
                self._rows.insert(place, row)
                self.endInsertRows()
            elif self._rows[place] != row:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))

    @Slot()
    def _repaint(self) -> None:
        """What rows say depends on more than the rows."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
