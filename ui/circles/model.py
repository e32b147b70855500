"""The sidebar's list: circles, and joins that are under way, read anew when the home says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtQml import QmlElement

from app.circle.state import Circle, Join, JoinState
from app.commands import ListCircles, ListJoins
from app.events import (
    CircleChanged,
    CircleForgotten,
    CircleJoined,
    CircleRemoved,
    DoorChanged,
    JoinChanged,
    MemberChanged,
    PostArrived,
    PostsArrived,
    PostsGone,
    Said,
)
from ui.asking import Asks
from ui.circles.item import CircleItem, rows

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

FIRST_ROLE = Qt.ItemDataRole.UserRole + 1
# Name in QML -> how a row answers.
FIELDS: dict[str, Callable[[CircleItem], object]] = {
    "row": lambda row: row.key,
    "kind": lambda row: row.kind,
    "key": lambda row: row.seed,
    "name": lambda row: row.name,
    "line": lambda row: row.sub,
    "unread": lambda row: row.unread,
    "requests": lambda row: row.requests,
}
ROLES = dict(enumerate(FIELDS, start=FIRST_ROLE))
ANSWERS = dict(enumerate(FIELDS.values(), start=FIRST_ROLE))

Index = QModelIndex | QPersistentModelIndex


@QmlElement
class Circles(QAbstractListModel):
    """All rows; `read` is emitted whenever they are what the home says."""

    read = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Empty until `refresh`."""
        super().__init__(parent)
        self._bridge = bridge
        self._rows: list[CircleItem] = []
        self._circles: list[Circle] = []
        self._joins: dict[str, Join] = {}
        self._read_joins: list[Join] = []
        self._turned_away: set[str] = set()
        self._asking = False
        self._again = False
        self.known = False

    # ---- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """One field of one row."""
        answer = ANSWERS.get(role)
        if answer is None or not 0 <= index.row() < len(self._rows):
            return None
        return answer(self._rows[index.row()])

    def roleNames(self) -> dict[int, Any]:
        """The names that QML knows them by."""
        return {role: name.encode() for role, name in ROLES.items()}

    # ---- what the shell asks

    @property
    def rows(self) -> list[CircleItem]:
        """As shown now."""
        return self._rows

    def find(self, key: str) -> CircleItem | None:
        """The row with this key."""
        return next((row for row in self._rows if row.key == key), None)

    def came_from(self, join: str) -> CircleItem | None:
        """The circle that this join has led into."""
        return next((row for row in self._rows if join and row.join == join), None)

    def join(self, key: str) -> Join | None:
        """The join behind a row that knocks."""
        return self._joins.get(key)

    @property
    def open(self) -> int:
        """How many circles this home is in."""
        return sum(row.kind == "circle" for row in self._rows)

    @property
    def knocking(self) -> int:
        """How many joins are under way."""
        return sum(row.kind == "knocking" for row in self._rows)

    def put_away(self, join: str) -> None:
        """A refused join has been read; its row goes."""
        self._turned_away.discard(join)
        self._show()

    def hear(self, events: list[Said]) -> None:
        """Read again where a row may have changed."""
        stale = False
        for event in events:
            match event:
                case JoinChanged(join=join, now=now):
                    stale = True
                    if now.state is JoinState.JOINED:
                        continue  # its row stays until the circle's own is read
                    self._joins[join] = now
                    if now.state is JoinState.REFUSED:
                        self._turned_away.add(join)
                    self._show()
                case (
                    CircleChanged()
                    | CircleJoined()
                    | CircleForgotten()
                    | CircleRemoved()
                    | MemberChanged()
                    | DoorChanged()
                    | PostArrived()
                    | PostsArrived()
                    | PostsGone()
                ):
                    stale = True
                case _:
                    pass
        if stale:
            self.refresh()

    def refresh(self) -> None:
        """Ask for all rows; wishes made meanwhile become one more question."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        # Joins first: one that succeeds between the two answers is then seen twice, which `rows`
        # mends; the other way round it would be seen nowhere.
        self._bridge.ask(ListJoins(), self._heard_joins, lambda _refused: self._done())

    def forget(self) -> None:
        """Empty: the home is locked."""
        self._asking = self._again = self.known = False
        self._circles = []
        self._joins = {}
        self._read_joins = []
        self._turned_away = set()
        self._show()

    def _heard_joins(self, joins: list[Join]) -> None:
        if self._asking:
            self._read_joins = joins
            self._bridge.ask(ListCircles(), self._heard_circles, lambda _refused: self._done())

    def _heard_circles(self, circles: list[Circle]) -> None:
        if self._asking:
            self._circles = circles
            self._joins = {join.join: join for join in self._read_joins}
            self.known = True
            self._show()
            self._done()

    def _done(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self.refresh()

    def _show(self) -> None:
        new = rows(self._circles, list(self._joins.values()), self._turned_away)
        if [row.key for row in new] == [row.key for row in self._rows]:
            # Same rows: focus and scroll position stay where they are.
            for place, (before, after) in enumerate(zip(self._rows, new, strict=True)):
                if before != after:
                    self._rows[place] = replace(after)
                    self.dataChanged.emit(self.index(place), self.index(place))
        else:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
        self.read.emit()
