"""Rows as a Qt list that changes step by step, so that a view keeps what is read in its place."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QPersistentModelIndex

from app.circle.state import Post
from ui.feed.item import Row
from ui.feed.roles import NAMES
from ui.feed.rows import Change, Insert, Move, Remove, Replace

NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class Listing(QAbstractListModel):
    """What is the same for every list of rows; what a row says is for the list that is one."""

    _rows: list[Row]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def roleNames(self) -> dict[int, QByteArray]:
        return NAMES

    def _came(self, post: Post) -> None:
        """A row was put in that was not here."""

    def _apply(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case Insert(place, row):
                    self.beginInsertRows(NOWHERE, place, place)
                    self._rows.insert(place, row)
                    self.endInsertRows()
                    self._came(row.post)
                case Remove(place):
                    self.beginRemoveRows(NOWHERE, place, place)
                    del self._rows[place]
                    self.endRemoveRows()
                case Move(old, new):
                    self.beginMoveRows(NOWHERE, old, old, NOWHERE, new)
                    self._rows.insert(new, self._rows.pop(old))
                    self.endMoveRows()
                case Replace(place, row):
                    self._set(place, row)

    def _begin_anew(self, page: Sequence[Post]) -> None:
        self.beginResetModel()
        self._rows = [Row(post) for post in page]
        self.endResetModel()

    def _append(self, page: Sequence[Post]) -> None:
        end = len(self._rows)
        self.beginInsertRows(NOWHERE, end, end + len(page) - 1)
        self._rows += [Row(post) for post in page]
        self.endInsertRows()

    def _set(self, place: int, row: Row) -> None:
        if self._rows[place] != row:
            self._rows[place] = row
            self.dataChanged.emit(self.index(place), self.index(place))

    def _all_changed(self, roles: list[int]) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), roles)
