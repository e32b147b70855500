"""The rooms of the open circle beside its posts: people, one person, log, invites, settings."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import CircleState, Role
from app.events import CircleRemoved, Said
from ui.album import Album
from ui.bridge import Bridge
from ui.circles.invites import Invites
from ui.circles.item import CircleItem
from ui.circles.vouching import Vouching
from ui.connection.carrying import Carrying
from ui.door.declining import Declining
from ui.door.model import Door
from ui.openlog.model import OpenLog
from ui.people.model import People
from ui.people.person import Person
from ui.people.portraying import Portraying
from ui.people.removal import Removal
from ui.settings.model import CircleSettings

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

HOME, PEOPLE, PERSON, LOG, INVITES = "home", "people", "person", "log", "invites"
SETTINGS, DOOR = "settings", "door"
PAGES = (HOME, PEOPLE, LOG, INVITES, SETTINGS, DOOR)
INSIDE = (INVITES, SETTINGS, DOOR)  # for those who are in


@QmlElement
class Rooms(QObject):
    """Which page of the circle is shown. The models stay with the window; they are emptied."""

    pageChanged = Signal()
    removing = Signal()  # the question before a removal is to be asked
    declining = Signal()  # that before somebody at the door is told no
    told = Signal(str)

    def __init__(self, bridge: Bridge, album: Album, parent: QObject | None = None) -> None:
        """Nowhere."""
        super().__init__(parent)
        self._page = HOME
        self._row: CircleItem | None = None
        self._people = People(bridge, self)
        self._person = Person(bridge, self._people, self)
        self._portraying = Portraying(bridge, self._people, album, self)
        self._removal = Removal(bridge, self)
        self._log = OpenLog(bridge, self)
        self._invites = Invites(bridge, self)
        self._vouching = Vouching(bridge, self)
        self._settings = CircleSettings(bridge, self)
        self._door = Door(bridge, self)
        self._declining = Declining(bridge, self)
        self._carrying = Carrying(bridge, self)
        self._door.declining.connect(self._decline)
        self._declining.done.connect(self._door.declined)
        self._person.gone.connect(self._gone)
        of_people = (self._person, self._portraying, self._removal)
        talkers = (*of_people, self._invites, self._vouching, self._settings)
        for one in (*talkers, self._door, self._declining, self._carrying):
            one.told.connect(self.told)

    page = Property(str, lambda self: self._page, notify=pageChanged)
    people = Property(QObject, lambda self: self._people, constant=True)
    person = Property(QObject, lambda self: self._person, constant=True)
    portraying = Property(QObject, lambda self: self._portraying, constant=True)
    removal = Property(QObject, lambda self: self._removal, constant=True)
    log = Property(QObject, lambda self: self._log, constant=True)
    invites = Property(QObject, lambda self: self._invites, constant=True)
    vouching = Property(QObject, lambda self: self._vouching, constant=True)
    settings = Property(QObject, lambda self: self._settings, constant=True)
    door = Property(QObject, lambda self: self._door, constant=True)
    carrying = Property(QObject, lambda self: self._carrying, constant=True)
    noes = Property(QObject, lambda self: self._declining, constant=True)

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def go(self, page: str) -> None:
        """To one of the pages."""
        if self._row is None or page not in PAGES:
            return
        if page in INSIDE and self._row.state != CircleState.MEMBER:
            return
        self._enter(page)

    @Slot(str)
    def see(self, member: str) -> None:
        """To one person's page."""
        if self._people.one(member) is None:
            return
        self._person.show(member)
        self._enter(PERSON)

    @Slot()
    def back(self) -> None:
        """From a person to all people, from elsewhere to the posts."""
        self._enter(PEOPLE if self._page == PERSON else HOME)

    @Slot()
    def remove(self) -> None:
        """Ask before the person whose page it is is removed."""
        person = self._person.row
        row = self._row
        if self._page == PERSON and row and person and self._person.property("mayRemove"):
            self._removal.begin(row.circle, person, row.display_name)
            self.removing.emit()

    @Slot(str)
    def vouch(self, invite: str) -> None:
        """Put in a word for whoever comes by this invite."""
        found = self._invites.find(invite)
        if found is not None and found.member:
            self._vouching.begin(self._invites.circle, invite, found.title)

    @Slot(bool)
    def carry(self, bringing: bool) -> None:
        """Ask where posts are to be taken to, or which file is to be brought in."""
        row = self._row
        if row is not None and row.state == CircleState.MEMBER:
            self._carrying.begin(row.circle, row.name, row.members, bringing=bringing)

    # ---- what the shell does ----------------------------------------------------------------

    def to(self, row: CircleItem | None) -> None:
        """To another circle, or to what has changed about the one that is open."""
        before, self._row = self._row, row
        if row is None or before is None or row.circle != before.circle:
            self._empty()
            self._turn(HOME)
            return
        self._invites.told_to(host=row.role == Role.HOST, member=row.role != Role.GUEST)
        if row.state not in {before.state, CircleState.MEMBER}:
            self._enter(HOME)  # that is where it says why
        elif before.role != row.role:
            self._enter(self._page)

    def end(self) -> None:
        """Nowhere: the home is to be locked. What was typed is with the home."""
        self._row = None
        self._carrying.close()
        self._empty()
        self._turn(HOME)

    def hear(self, events: list[Said]) -> None:
        """Let the page that is shown read again what may have changed."""
        for model in (self._people, self._log, self._invites, self._settings, self._door):
            model.hear(events)
        for event in events:
            match event:
                case CircleRemoved(circle=circle) if self._row and circle == self._row.circle:
                    self._enter(HOME)
                case _:
                    pass

    @Slot()
    def invited(self) -> None:
        """There is one more invite: the lists it stands in are read again. No event says it."""
        self._invites.refresh()
        self._log.refresh()

    def _enter(self, page: str) -> None:
        """Models that no page shows are empty, and so ask for nothing."""
        row = self._row
        if row is None:
            return
        self._log.told_to(row.me)
        self._invites.told_to(host=row.role == Role.HOST, member=row.role != Role.GUEST)
        self._door.told_to(row.me)
        for model, pages in (
            (self._people, {PEOPLE, PERSON}),
            (self._log, {LOG, PERSON}),
            (self._invites, {INVITES, SETTINGS}),
            (self._settings, {SETTINGS}),
            (self._door, {DOOR}),
        ):
            if page in pages:
                model.show(row.circle)
            else:
                model.close()
        if page == PERSON:
            self._log.ask_about(self._person.property("key"))
        else:
            self._person.close()
            self._portraying.close()
        self._turn(page)

    @Slot()
    def _gone(self) -> None:
        if self._page == PERSON:
            self._enter(PEOPLE)

    @Slot(str)
    def _decline(self, request: str) -> None:
        """Ask before somebody at the door is told no."""
        row, asked = self._row, self._door.one(request)
        if row is not None and asked is not None:
            self._declining.begin(row.circle, asked, host=row.role == Role.HOST)
            self.declining.emit()

    def _empty(self) -> None:
        self._removal.close()
        self._vouching.close()
        self._person.close()
        self._portraying.close()
        self._declining.forget()
        for model in (self._people, self._log, self._invites, self._settings, self._door):
            model.close()

    def _turn(self, page: str) -> None:
        if page != self._page:
            self._page = page
            self.pageChanged.emit()
