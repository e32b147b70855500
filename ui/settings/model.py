"""The page of a circle's settings: read by all, changed by hosts."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Member, Role, Settings
from app.commands import ListMembers, ReadSettings
from app.events import CircleChanged, MemberChanged, Said
from app.refused import Refused
from ui.asking import Asks
from ui.settings import item
from ui.settings.changing import Changing
from ui.settings.handing import HandingOver
from ui.settings.keeping import Keeping
from ui.telling import Clock, local_now
from ui.theme.flower import hues_by_joining
from ui.wording import how_long

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class CircleSettings(QObject):
    """What the home says is set, and the two models of the sheets that change it."""

    changed = Signal()
    told = Signal(str)

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._clock = clock
        self._circle = ""
        self._settings: Settings | None = None
        self._members: list[Member] = []
        self._trouble = ""
        self._changing = Changing(bridge, self)
        self._handing = HandingOver(bridge, self)
        self._keeping = Keeping(bridge, self)
        for sheet in (self._changing, self._handing, self._keeping):
            sheet.told.connect(self.told)
            sheet.done.connect(self.refresh)

    # ---- what QML reads ---------------------------------------------------------------------

    changing = Property(QObject, lambda self: self._changing, constant=True)
    handing = Property(QObject, lambda self: self._handing, constant=True)
    keeping = Property(QObject, lambda self: self._keeping, constant=True)
    trouble = Property(str, lambda self: self._trouble, notify=changed)
    fixed = Property(str, lambda _self: item.FIXED, constant=True)

    @Property(bool, notify=changed)
    def loaded(self) -> bool:
        """Whether all of it is here; until then the page shows shapes."""
        return self._settings is not None and bool(self._members)

    @Property(bool, notify=changed)
    def mayChange(self) -> bool:
        """Whether the reader is a host."""
        return self._settings is not None and self._settings.may_change

    @Property(str, notify=changed)
    def name(self) -> str:
        """The circle's name."""
        return "" if self._settings is None else self._settings.name

    @Property(str, notify=changed)
    def about(self) -> str:
        """What it is about, or empty."""
        return "" if self._settings is None else self._settings.about

    @Property(list, notify=changed)
    def promise(self) -> list[str]:
        """What all agree to, line by line."""
        return [] if self._settings is None else self._settings.promise

    @Property(list, notify=changed)
    def door(self) -> list[dict[str, str]]:
        """How people come in, one sentence each, with an icon."""
        return [] if self._settings is None else item.door(self._settings)

    @Property(list, notify=changed)
    def questions(self) -> list[str]:
        """What newcomers are asked; none where an invite is enough."""
        if self._settings is None or not self._settings.asks:
            return []
        return self._settings.questions

    @Property(str, notify=changed)
    def newcomers(self) -> str:
        """What newcomers read."""
        return "" if self._settings is None else item.NEWCOMERS[self._settings.history]

    @Property(str, notify=changed)
    def keeps(self) -> str:
        """How long words stay."""
        return "" if self._settings is None else how_long(self._settings.keeps_days)

    @Property(str, notify=changed)
    def keepsMeans(self) -> str:
        """What that means."""
        if self._settings is None:
            return ""
        return item.FOR_A_WHILE if self._settings.keeps_days else item.FOR_GOOD

    @Property(list, notify=changed)
    def keepers(self) -> list[dict[str, object]]:
        """Hosts and moderators, as the card shows them."""
        return [one.row() for one in self._keepers()]

    @Property(bool, notify=changed)
    def mayHandOver(self) -> bool:
        """The reader is the founder, and there is another host."""
        me = self._myself()
        return me is not None and me.founder and bool(self._other_hosts())

    @Property(bool, notify=changed)
    def lacksHost(self) -> bool:
        """The reader is the founder, and there is nobody to hand the circle to."""
        me = self._myself()
        return me is not None and me.founder and not self._other_hosts()

    @Property(bool, notify=changed)
    def mayTakeOver(self) -> bool:
        """The reader was named to come after the founder."""
        me = self._myself()
        return me is not None and self._settings is not None and self._settings.heir == me.member

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def change(self, what: str) -> None:
        """Open the sheet that changes `promise`, `circle` or `door`."""
        if self._settings is not None and self._settings.may_change:
            self._changing.begin(self._circle, what, self._settings)

    @Slot()
    def keepFor(self) -> None:
        """Open the sheet in which a host says how long words stay."""
        if self._settings is not None and self._settings.may_change:
            self._keeping.begin(self._circle, self._settings.keeps_days)

    @Slot()
    def handOver(self) -> None:
        """Open the sheet by which the founder hands over."""
        if self.property("mayHandOver") and self._settings is not None:
            hosts = [one for one in self._keepers() if one.one in self._other_hosts()]
            self._handing.give_to(self._circle, hosts, self._settings.heir)

    @Slot()
    def takeOver(self) -> None:
        """Open the sheet by which the heir takes over."""
        me = self._myself()
        if me is not None and self.property("mayTakeOver"):
            founder = next((one.display_name for one in self._here() if one.founder), "")
            self._handing.take(self._circle, me.member, founder)

    @Slot()
    def refresh(self) -> None:
        """Read it again."""
        if not self._circle:
            return
        asked = self._circle

        def read(settings: Settings) -> None:
            if asked == self._circle:
                self._settings, self._trouble = settings, ""
                self.changed.emit()

        def counted(members: list[Member]) -> None:
            if asked == self._circle:
                self._members = members
                self.changed.emit()

        def refused(why: Refused) -> None:
            if asked == self._circle:
                self._trouble = why.message
                self.changed.emit()

        self._bridge.ask(ReadSettings(circle=asked), read, refused)
        self._bridge.ask(ListMembers(circle=asked), counted, refused)

    # ---- what the shell does ----------------------------------------------------------------

    def show(self, circle: str) -> None:
        """Read the settings of this circle."""
        if circle != self._circle:
            self.close()
            self._circle = circle
        self.refresh()

    def close(self) -> None:
        """Empty: nobody looks, or the home is locked."""
        self._circle = self._trouble = ""
        self._settings, self._members = None, []
        self._changing.close()
        self._handing.close()
        self._keeping.close()
        self.changed.emit()

    def hear(self, events: list[Said]) -> None:
        """Read it again where something of it may have changed."""
        for event in events:
            match event:
                case MemberChanged(circle=circle) | CircleChanged(circle=circle):
                    if circle == self._circle:
                        self.refresh()
                        return
                case _:
                    pass

    # ---- inside -----------------------------------------------------------------------------

    def _here(self) -> list[Member]:
        return [one for one in self._members if not one.gone]

    def _myself(self) -> Member | None:
        return next((one for one in self._here() if one.me), None)

    def _other_hosts(self) -> list[Member]:
        return [one for one in self._here() if one.role is Role.HOST and not one.me]

    def _keepers(self) -> list[item.Keeper]:
        if self._settings is None:
            return []
        hues = hues_by_joining(one.member for one in sorted(self._members, key=_by_joining))
        return item.keepers(self._members, self._settings.heir, hues, self._clock())


def _by_joining(member: Member) -> tuple[object, str]:
    """As everywhere else, so that a flower has one colour on all screens."""
    moment, _, key = item.came(member)
    return moment, key
