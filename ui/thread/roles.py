"""What a reply may ask of its row, and how the row answers what it can answer alone."""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import QByteArray, Qt

from ui.thread.item import Answer


class Role(IntEnum):
    """QML knows these by their names in camelCase."""

    POST = Qt.ItemDataRole.UserRole + 1
    AUTHOR = Qt.ItemDataRole.UserRole + 2
    AUTHOR_KEY = Qt.ItemDataRole.UserRole + 3
    HUE = Qt.ItemDataRole.UserRole + 4
    TIME = Qt.ItemDataRole.UserRole + 5
    BODY = Qt.ItemDataRole.UserRole + 6
    NOTE = Qt.ItemDataRole.UserRole + 7
    HIDDEN = Qt.ItemDataRole.UserRole + 8
    TO = Qt.ItemDataRole.UserRole + 9
    PENDING = Qt.ItemDataRole.UserRole + 10
    SPOKEN = Qt.ItemDataRole.UserRole + 11
    PLACE = Qt.ItemDataRole.UserRole + 12


NAMES: dict[int, QByteArray] = {
    int(role): QByteArray(b"authorKey" if role is Role.AUTHOR_KEY else role.name.lower().encode())
    for role in Role
}

# What changes with the clock.
TIMELY = [int(Role.TIME), int(Role.SPOKEN)]

# The rest needs the people of the circle, the clock or the place, which only the model has.
VALUES: dict[int, Callable[[Answer], str | bool]] = {
    Role.POST: lambda row: row.post.post,
    Role.AUTHOR: lambda row: row.author,
    Role.AUTHOR_KEY: lambda row: row.post.author,
    Role.BODY: lambda row: row.body,
    Role.NOTE: lambda row: row.note,
    Role.HIDDEN: lambda row: row.hidden,
    Role.TO: lambda row: row.to,
    Role.PENDING: lambda row: row.pending,
}
