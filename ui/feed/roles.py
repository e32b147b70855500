"""What a card may ask of its row, and how the row answers what it can answer alone."""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import QByteArray, Qt

from ui.feed.item import Row


class Role(IntEnum):
    """QML knows these by their names in camelCase."""

    POST = Qt.ItemDataRole.UserRole + 1
    KIND = Qt.ItemDataRole.UserRole + 2
    AUTHOR = Qt.ItemDataRole.UserRole + 3
    AUTHOR_KEY = Qt.ItemDataRole.UserRole + 4
    HUE = Qt.ItemDataRole.UserRole + 5
    TIME = Qt.ItemDataRole.UserRole + 6
    TITLE = Qt.ItemDataRole.UserRole + 7
    FEELING = Qt.ItemDataRole.UserRole + 8
    BODY = Qt.ItemDataRole.UserRole + 9
    NOTE = Qt.ItemDataRole.UserRole + 10
    HIDDEN = Qt.ItemDataRole.UserRole + 11
    WANT = Qt.ItemDataRole.UserRole + 12
    WANT_ICON = Qt.ItemDataRole.UserRole + 13
    REPLIES = Qt.ItemDataRole.UserRole + 14
    DELIVERY = Qt.ItemDataRole.UserRole + 15
    EDITED = Qt.ItemDataRole.UserRole + 16
    ABOVE = Qt.ItemDataRole.UserRole + 17
    SPOKEN = Qt.ItemDataRole.UserRole + 18
    DESCRIPTION = Qt.ItemDataRole.UserRole + 19
    ADRIFT = Qt.ItemDataRole.UserRole + 20
    DELIVERY_MORE = Qt.ItemDataRole.UserRole + 21
    DELIVERY_TONE = Qt.ItemDataRole.UserRole + 22


def qml_name(role: Role) -> QByteArray:
    """`AUTHOR_KEY` as QML reads it: `authorKey`."""
    first, *rest = role.name.lower().split("_")
    return QByteArray((first + "".join(part.capitalize() for part in rest)).encode())


NAMES: dict[int, QByteArray] = {int(role): qml_name(role) for role in Role}

# What changes with the clock, and what changes with the rows around.
TIMELY = [int(Role.TIME), int(Role.ABOVE), int(Role.SPOKEN)]
PLACED = [int(Role.ABOVE), int(Role.DESCRIPTION)]

# The rest needs the people of the circle, the clock or the place, which only the model has.
VALUES: dict[int, Callable[[Row], str | bool]] = {
    Role.POST: lambda row: row.post.post,
    Role.KIND: lambda row: row.post.kind.value,
    Role.AUTHOR: lambda row: row.author,
    Role.AUTHOR_KEY: lambda row: row.post.author,
    Role.TITLE: lambda row: row.title,
    Role.FEELING: lambda row: row.feeling,
    Role.BODY: lambda row: row.body,
    Role.NOTE: lambda row: row.note,
    Role.HIDDEN: lambda row: row.hidden,
    Role.WANT: lambda row: row.want,
    Role.WANT_ICON: lambda row: row.want_icon,
    Role.REPLIES: lambda row: row.replies,
    Role.DELIVERY: lambda row: row.delivery.words,
    Role.DELIVERY_MORE: lambda row: row.delivery.more,
    Role.DELIVERY_TONE: lambda row: row.delivery.tone.value,
    Role.EDITED: lambda row: row.post.edited,
}
