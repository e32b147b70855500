"""What the window shows: first run, lock screen, or home; and which circle is open in it.

Nothing here paints a wish. The one exception is locking: the window hides its content at once and
asks the home afterwards, because a wrong "locked" for a moment harms nobody.
"""

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

import ui.circles.qr  # noqa: F401 - makes the picture known to QML
from app.circle.state import HomeState
from app.commands import Lock
from app.events import (
    CircleForgotten,
    CircleJoined,
    CircleRemoved,
    JoinChanged,
    Said,
    Trouble,
)
from ui.album import Album
from ui.bridge import Bridge
from ui.circles.clipboard import Clipboard
from ui.circles.coming_in import Knocking, Waiting
from ui.circles.founding import Founding, Leaving
from ui.circles.goodbyes import Goodbyes
from ui.circles.invite import Inviting
from ui.circles.item import CircleItem
from ui.circles.model import Circles
from ui.circles.room import Room
from ui.connection.model import Connection
from ui.connection.page import ConnectionPage
from ui.shell.rooms import Rooms
from ui.shell.visit import Visit
from ui.unlock.first_run import FirstSteps
from ui.unlock.unlock import LockScreen

REMOVED_FROM = "You were removed from {name}."
NOT_HEARD = "This computer is not heard in {name} any more."

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

OPENING, FIRST_RUN, LOCKED, HOME = "opening", "first_run", "locked", "home"
NO_CIRCLE, CIRCLE, DOOR, CONNECTION = "none", "circle", "door", "connection"


@QmlElement
class Shell(QObject):
    """Joins the features; QML reads them as properties of this one object."""

    screenChanged = Signal()
    currentChanged = Signal()
    troubleChanged = Signal()
    wantsJoin = Signal()
    wantsBegin = Signal()
    wantsInvite = Signal()
    told = Signal(str)  # a sentence for the toast, announced by it

    def __init__(
        self,
        bridge: Bridge,
        flower: Callable[[], str],
        link: str = "",
        parent: QObject | None = None,
    ) -> None:
        """`flower` gives the lock screen's picture; `link` is an invite to begin with, if any."""
        super().__init__(parent)
        self._bridge = bridge
        self._link = link
        self._screen = OPENING
        self._key = ""
        self._name = ""
        self._trouble = ""
        self._wanted: str | None = None  # to be opened as soon as it is in the list
        self._door = ""  # the join whose waiting room was open last, until another row is chosen
        self._clipboard = Clipboard(self)
        self._first = FirstSteps(bridge, self)
        self._lock = LockScreen(bridge, flower, self)
        self._circles = Circles(bridge, self)
        self._room = Room(bridge, self)
        self._album = Album(bridge, self)
        self._room.changed.connect(self._show_faces)
        self._connection = Connection(bridge, self)
        self._reach = ConnectionPage(bridge, self)
        self._reach.told.connect(self.told)
        self._reach.openChanged.connect(self.currentChanged)
        self._reach.copied.connect(self._clipboard.put)
        self._inviting = Inviting(bridge, self._clipboard, self)
        self._knocking = Knocking(bridge, self)
        self._waiting = Waiting(bridge, self)
        self._founding = Founding(bridge, self)
        self._leaving = Leaving(bridge, self)
        self._visit = Visit(bridge, self)
        self._reach.takenBack.connect(self._visit.read_drafts)
        self._goodbyes = Goodbyes(bridge, self)
        self._goodbyes.told.connect(self.told)
        self._rooms = Rooms(bridge, self._album, self)
        self._rooms.told.connect(self.told)
        self._inviting.exists.connect(self._rooms.invited)
        bridge.said.connect(self._hear)
        bridge.said.connect(self._reach.hear)  # it is deaf while nobody looks
        bridge.stateChanged.connect(self._state_changed)
        self._circles.read.connect(self._circles_read)
        self._knocking.begun.connect(self._open_when_there)
        self._founding.made.connect(self._founded)

    # ---- what QML reads ---------------------------------------------------------------------

    screen = Property(str, lambda self: self._screen, notify=screenChanged)
    first = Property(QObject, lambda self: self._first, constant=True)
    lockScreen = Property(QObject, lambda self: self._lock, constant=True)
    circles = Property(QObject, lambda self: self._circles, constant=True)
    room = Property(QObject, lambda self: self._room, constant=True)
    connection = Property(QObject, lambda self: self._connection, constant=True)
    reach = Property(QObject, lambda self: self._reach, constant=True)
    inviting = Property(QObject, lambda self: self._inviting, constant=True)
    knocking = Property(QObject, lambda self: self._knocking, constant=True)
    waiting = Property(QObject, lambda self: self._waiting, constant=True)
    founding = Property(QObject, lambda self: self._founding, constant=True)
    leaving = Property(QObject, lambda self: self._leaving, constant=True)
    visit = Property(QObject, lambda self: self._visit, constant=True)
    rooms = Property(QObject, lambda self: self._rooms, constant=True)
    goodbyes = Property(QObject, lambda self: self._goodbyes, constant=True)
    current = Property(str, lambda self: self._key, notify=currentChanged)
    trouble = Property(str, lambda self: self._trouble, notify=troubleChanged)

    @Property(str, notify=currentChanged)
    def place(self) -> str:
        """What the main column shows: none, circle, door, connection."""
        if self._reach.is_open:
            return CONNECTION
        row = self._circles.find(self._key)
        if row is None:
            return NO_CIRCLE
        return DOOR if row.kind in {"knocking", "refused"} else CIRCLE

    @Property(bool, notify=currentChanged)
    def empty(self) -> bool:
        """The home has been read, and there is no circle in it."""
        return self._circles.known and not self._circles.rows

    @Property(str, notify=currentChanged)
    def name(self) -> str:
        """What the person is called: here, else in the last circle, else as typed just now."""
        row = self._circles.find(self._key)
        if row is not None and row.display_name:
            return row.display_name
        for other in reversed(self._circles.rows):
            if other.display_name:
                return other.display_name
        return self._name

    @property
    def album(self) -> Album:
        """The pictures of the people of the open circle."""
        return self._album

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def select(self, key: str) -> None:
        """Open this row."""
        self._reach.close()
        self._wanted = None
        self._door = ""
        self._open(self._circles.find(key))

    @Slot(int)
    def selectPlace(self, place: int) -> None:
        """Open the circle at this place of the list, counted from nought."""
        rows = self._circles.rows
        if 0 <= place < len(rows):
            self.select(rows[place].key)

    @Slot(int)
    def step(self, by: int) -> None:
        """Open the next circle with news in this direction, around the end if need be."""
        rows = self._circles.rows
        here = next(
            (at for at, row in enumerate(rows) if row.key == self._key), -1 if by > 0 else 0
        )
        for away in range(1, len(rows) + 1):
            row = rows[(here + by * away) % len(rows)]
            if row.unread and row.key != self._key:
                self.select(row.key)
                return

    @Slot()
    def home(self) -> None:
        """Out of a thread or another room, back to the circle's posts."""
        self._reach.close()
        if self._rooms.property("page") == "home":
            self._visit.closeThread()
        self._rooms.go("home")

    @Slot()
    def join(self) -> None:
        """Ask for an invite."""
        self._leave_first_run()
        self._knocking.begin(self._link)
        self._link = ""
        self.wantsJoin.emit()

    @Slot()
    def begin(self) -> None:
        """Begin a circle."""
        self._leave_first_run()
        self._founding.begin()
        self.wantsBegin.emit()

    @Slot()
    def invite(self) -> None:
        """Invite someone to the open circle."""
        row = self._circles.find(self._key)
        if row is not None and row.kind == "circle":
            self._inviting.begin(row.circle)
            self._inviting.look()
            self.wantsInvite.emit()

    @Slot()
    def mute(self) -> None:
        """Something was to be written where one can't: say why."""
        reason = str(self._room.property("mute"))
        if reason:
            self.told.emit(reason)

    @Slot(str)
    def putAway(self, join: str) -> None:
        """A refused join has been read."""
        self._circles.put_away(join)

    @Slot()
    def dismiss(self) -> None:
        """The trouble has been read."""
        self._tell("")

    @Slot()
    def lock(self) -> None:
        """Hide everything now; keep drafts, then have the store closed."""
        if self._screen != HOME and not (self._screen == FIRST_RUN and self._is_open()):
            return
        self._visit.end()
        self._rooms.end()
        self._bridge.ask(Lock())
        self._hide()

    def part(self) -> None:
        """The window is closing: keep drafts, take our link off the clipboard."""
        self._visit.end()
        self._rooms.end()
        self._clipboard.clear()

    # ---- what the home says -----------------------------------------------------------------

    @Slot(object)
    def _hear(self, events: list[Said]) -> None:
        for event in events:
            if isinstance(event, Trouble):
                self._tell(event.message)
        if self._screen != HOME:
            return
        self._circles.hear(events)
        self._room.hear(events)
        self._connection.hear(events)
        self._rooms.hear(events)
        self._goodbyes.hear(events)
        for event in events:
            match event:
                case CircleJoined(circle=circle, join=join):
                    if join in {self._key, self._wanted, self._door}:
                        self._open_when_there(circle)
                    self.told.emit("You're in.")
                case CircleRemoved(circle=circle, forked=forked) if row := self._circles.find(
                    circle
                ):
                    said = NOT_HEARD if forked else REMOVED_FROM
                    self.told.emit(said.format(name=row.name))
                case CircleForgotten(circle=circle) if circle == self._key:
                    self._open(None)
                case JoinChanged(join=join) if join == self._key:
                    self._waiting.show(self._circles.join(join))
                case _:
                    pass

    @Slot()
    def _state_changed(self) -> None:
        match self._bridge.home_state:
            case HomeState.NEW:
                self._first.forget()
                self._show(FIRST_RUN)
            case HomeState.LOCKED:
                self._hide()
            case HomeState.OPEN if self._screen != FIRST_RUN:
                self._enter()

    def _is_open(self) -> bool:
        return self._bridge.home_state is HomeState.OPEN

    def _enter(self) -> None:
        self._show(HOME)
        self._circles.refresh()
        self._connection.refresh()
        self._goodbyes.refresh()
        if self._link:
            self.join()

    def _leave_first_run(self) -> None:
        if self._screen == FIRST_RUN and self._is_open():
            self._name = str(self._first.name)
            link, self._link = self._link, ""
            self._enter()
            self._link = link

    def _hide(self) -> None:
        """Nothing of a person stays in any model, nor on the clipboard if we put it there."""
        if self._screen in {HOME, FIRST_RUN}:
            self._lock.locked()
        self._show(LOCKED)
        self._clipboard.clear()
        self._visit.end()
        self._rooms.end()
        self._room.forget()
        self._waiting.forget()
        self._inviting.close()
        self._knocking.begin()
        self._founding.begin()
        self._leaving.begin()
        self._circles.forget()
        self._connection.forget()
        self._reach.close()
        self._goodbyes.close()
        self._first.forget()
        self._name = self._key = self._door = ""
        self._wanted = None
        self._tell("")
        self.currentChanged.emit()

    @Slot()
    def _circles_read(self) -> None:
        self._connection.count(self._circles.open, self._circles.knocking)
        if self._screen != HOME:
            return
        row = self._circles.find(self._key) or self._circles.came_from(self._key)
        if self._wanted is not None and (wanted := self._circles.find(self._wanted)):
            self._wanted = None
            row = wanted
        if row is None and self._circles.rows:
            row = next((one for one in self._circles.rows if one.kind == "circle"), None)
            row = row or self._circles.rows[0]
        self._open(row)

    @Slot(str)
    def _open_when_there(self, key: str) -> None:
        self._wanted = key
        self._circles_read()
        if self._wanted is not None:
            self._circles.refresh()

    @Slot(str)
    def _founded(self, circle: str) -> None:
        self._open_when_there(circle)
        # An invite in hand within two minutes of the first click: the sheet comes by itself.
        if self._key == circle:
            self.invite()
            return

        def once() -> None:
            if self._key == circle:
                self.currentChanged.disconnect(once)
                self.invite()

        self.currentChanged.connect(once)

    def _open(self, row: CircleItem | None) -> None:
        self._key = "" if row is None else row.key
        knocks = row is not None and row.kind in {"knocking", "refused"}
        if knocks:
            self._door = self._key
        self._waiting.show(self._circles.join(self._key) if knocks else None)
        self._room.show(None if knocks else row)
        self._visit.to("" if row is None or knocks else row.circle)
        self._rooms.to(None if knocks else row)
        self.currentChanged.emit()

    @Slot()
    def _show_faces(self) -> None:
        self._album.show(str(self._room.property("circle")), self._room.pictures)

    def _show(self, screen: str) -> None:
        if screen != self._screen:
            self._screen = screen
            self.screenChanged.emit()

    def _tell(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.troubleChanged.emit()
