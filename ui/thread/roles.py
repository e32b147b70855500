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
    MISSING = Qt.ItemDataRole.UserRole + 10
    SPOKEN = Qt.ItemDataRole.UserRole + 11
    PLACE = Qt.ItemDataRole.UserRole + 12
    DELIVERY = Qt.ItemDataRole.UserRole + 13
    DELIVERY_MORE = Qt.ItemDataRole.UserRole + 14
    DELIVERY_TONE = Qt.ItemDataRole.UserRole + 15


def qml_name(role: Role) -> QByteArray:
    """`AUTHOR_KEY` as QML reads it: `authorKey`."""
    first, *rest = role.name.lower().split("_")
    return QByteArray((first + "".join(part.capitalize() for part in rest)).encode())


NAMES: dict[int, QByteArray] = {int(role): qml_name(role) for role in Role}

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
    Role.MISSING: lambda row: row.missing,
    Role.DELIVERY: lambda row: row.delivery.words,
    Role.DELIVERY_MORE: lambda row: row.delivery.more,
    Role.DELIVERY_TONE: lambda row: row.delivery.tone.value,
}
