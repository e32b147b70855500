"""One person's page: who they are in this circle, and what the reader may do about them."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Role
from app.commands import Nothing, SetRole
from app.refused import Refused
from ui.asking import Asks
from ui.people.calling import Calling
from ui.people.item import PersonItem
from ui.people.model import People
from ui.wording import A_ROLE, ROLE_MEANS, ROLES

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

LOGGED = "Whatever you do here stands in the open log with your name."
STEPS_DOWN = "You can't take this back yourself. Another host can."
SENIOR = (
    "You can't change {name}'s role or remove {name}. "
    "Nobody can do that to someone who was host before them."
)
FOUNDER = "Nobody can change {name}'s role or remove {name}, who comes first among the hosts."
HOSTS_ONLY = "Only hosts change roles."


@QmlElement
class Person(QObject):
    """Reads from `People`, so that it changes when the home has said so, and not before."""

    changed = Signal()
    gone = Signal()  # they are not in the circle any more
    told = Signal(str)  # a sentence for the toast

    def __init__(self, bridge: Asks, people: People, parent: QObject | None = None) -> None:
        """Nobody's."""
        super().__init__(parent)
        self._bridge = bridge
        self._people = people
        self._key = ""
        self._row: PersonItem | None = None
        self._chosen: Role | None = None
        self._working = False
        self._problem = ""
        self._calling = Calling(bridge, people, self)
        self._calling.told.connect(self.told)
        people.read.connect(self._look)

    # ---- what QML reads ---------------------------------------------------------------------

    key = Property(str, lambda self: self._key, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    logged = Property(str, lambda _self: LOGGED, constant=True)
    name = Property(str, lambda self: self._say("name"), notify=changed)
    role = Property(str, lambda self: self._say("role"), notify=changed)
    icon = Property(str, lambda self: self._say("icon"), notify=changed)
    means = Property(str, lambda self: self._say("means"), notify=changed)
    since = Property(str, lambda self: self._say("since"), notify=changed)
    presence = Property(str, lambda self: self._say("presence"), notify=changed)

    @Property(bool, notify=changed)
    def here(self) -> bool:
        """Whether their computer is reached now."""
        return self._row is not None and self._row.here

    @Property(QObject, constant=True)
    def calling(self) -> QObject:
        """What this circle calls the reader."""
        return self._calling

    @Property(bool, notify=changed)
    def me(self) -> bool:
        """Whether it is the reader's own page."""
        return self._row is not None and self._row.one.me

    @Property(int, notify=changed)
    def hue(self) -> int:
        """The hue of their flower."""
        return -1 if self._row is None else self._row.hue

    @Property(str, notify=changed)
    def plainName(self) -> str:
        """What they are called, as it stands in a sentence."""
        return "" if self._row is None else self._row.one.display_name

    @Property(bool, notify=changed)
    def mayRemove(self) -> bool:
        """Whether the reader may remove them."""
        return self._row is not None and self._row.one.may_remove and not self._row.one.me

    @Property(list, notify=changed)
    def roles(self) -> list[dict[str, object]]:
        """The roles to choose from, the present one among them; empty where there is no choice."""
        if self._row is None or not self._row.one.may_be:
            return []
        now = self._row.one.role
        offered = {now, *self._row.one.may_be}
        return [
            {
                "role": role.value,
                "title": f"{ROLES[role]}, as now" if role is now else ROLES[role],
                "text": ROLE_MEANS[role],
                "chosen": role is (self._chosen or now),
            }
            for role in Role
            if role in offered
        ]

    @Property(str, notify=changed)
    def act(self) -> str:
        """What the button does, in words; empty while nothing else is chosen."""
        if self._row is None or self._chosen is None:
            return ""
        role = A_ROLE[self._chosen]
        return f"Become {role}" if self._row.one.me else f"Make {self.plainName} {role}"

    @Property(str, notify=changed)
    def warning(self) -> str:
        """What cannot be undone about the choice."""
        return STEPS_DOWN if self._chosen is not None and self._row and self._row.one.me else ""

    @Property(str, notify=changed)
    def note(self) -> str:
        """Why somebody who looks after the circle can't do something here."""
        myself = self._people.myself()
        if self._row is None or myself is None or self._row.one.me or self._row.one.may_be:
            return ""
        if myself.one.role not in {Role.HOST, Role.MODERATOR}:
            return ""
        if self._row.one.may_remove:
            return HOSTS_ONLY
        words = FOUNDER if self._row.one.founder else SENIOR
        return words.format(name=self.plainName)

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def choose(self, role: str) -> None:
        """This role; the present one is no choice. Nothing happens yet."""
        if self._working or self._row is None:
            return
        wanted = Role(role)
        self._chosen = wanted if wanted in self._row.one.may_be else None
        self._problem = ""
        self.changed.emit()

    @Slot()
    def give(self) -> None:
        """Have the chosen role given. What is shown changes when the home says it has."""
        if self._working or self._row is None or self._chosen is None:
            return
        self._working = True
        self._problem = ""
        self.changed.emit()
        asked, role, name = self._key, self._chosen, self.plainName
        mine = self._row.one.me

        def given(_nothing: Nothing) -> None:
            self.told.emit(
                f"You are {A_ROLE[role]} now." if mine else f"{name} is {A_ROLE[role]} now."
            )
            if asked == self._key:
                self._working, self._chosen = False, None
                self.changed.emit()

        def refused(why: Refused) -> None:
            if asked == self._key:
                self._working, self._problem = False, why.message
                self.changed.emit()

        command = SetRole(circle=self._people.circle, member=asked, role=role)
        self._bridge.ask(command, given, refused)

    # ---- what the shell does ----------------------------------------------------------------

    @property
    def row(self) -> PersonItem | None:
        """Whose page it is."""
        return self._row

    def show(self, member: str) -> None:
        """Somebody's page."""
        if member != self._key:
            self._key, self._chosen, self._working, self._problem = member, None, False, ""
        self._row = self._people.one(member)
        self.changed.emit()

    def close(self) -> None:
        """Nobody's page."""
        self.show("")

    @Slot()
    def _look(self) -> None:
        if not self._key:
            return
        before, self._row = self._row, self._people.one(self._key)
        if self._row is None:
            self.close()
            self.gone.emit()
            return
        if self._chosen is not None and self._chosen not in self._row.one.may_be:
            self._chosen = None
        if before != self._row:
            self.changed.emit()

    def _say(self, what: str) -> str:
        return "" if self._row is None else str(getattr(self._row, what))
