"""The Connection screen's model: who is reached and how, what waits for whom, the mailboxes."""

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Circle, CircleState, Draft, Member, NetStatus, Post
from app.commands import (
    HomeStatus,
    ListCircles,
    ListMailboxes,
    ListMembers,
    ListWaiting,
    Mailbox,
    NetSettings,
    ReadNetSettings,
    ReadNetwork,
    SetNet,
    Status,
    TakeBack,
    TryNow,
)
from app.events import Said, Trouble
from app.refused import Refused
from ui.asking import Asks
from ui.connection import boxes, helpers, words
from ui.connection.adding import AddingMailbox
from ui.connection.retiring import RetiringMailbox
from ui.faces import by_joining
from ui.telling import Clock, local_now
from ui.theme.flower import hues_by_joining

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

GATHER = 250  # ms: much changes together
WAITING = 50  # posts of a circle
TRYING = "Trying to reach them now."
DRAFT_AGAIN = "It is a draft again, in {name}. Nobody was handed it."
COPIED = "Copied, without names and addresses."


@QmlElement
class ConnectionPage(QObject):
    """Empty while nobody looks; else it reads anew, not more often than four times a second."""

    changed = Signal()
    openChanged = Signal()
    told = Signal(str)
    takenBack = Signal(str)  # in this circle there is a draft again
    copied = Signal(str)  # to be put on the clipboard

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Nobody looks."""
        super().__init__(parent)
        self._bridge = bridge
        self._clock = clock
        self._open = False
        self._turn = 0
        self._net: NetStatus | None = None
        self._settings: NetSettings | None = None
        self._circles: list[Circle] = []
        self._boxes: dict[str, list[Mailbox]] = {}
        self._waiting: dict[str, list[Post]] = {}
        self._hues: dict[str, dict[str, int]] = {}
        self._trouble = self._version = ""
        self._adding = AddingMailbox(bridge, self)
        self._retiring = RetiringMailbox(bridge, self)
        for sheet in (self._adding, self._retiring):
            sheet.told.connect(self.told)
            sheet.done.connect(self.refresh)
        self._soon = QTimer(self, singleShot=True, interval=GATHER)
        self._soon.timeout.connect(self.refresh)

    # ---- what QML reads ---------------------------------------------------------------------

    open = Property(bool, lambda self: self._open, notify=openChanged)
    adding = Property(QObject, lambda self: self._adding, constant=True)
    retiring = Property(QObject, lambda self: self._retiring, constant=True)
    trouble = Property(str, lambda self: self._trouble, notify=changed)

    @Property(bool, notify=changed)
    def loaded(self) -> bool:
        """Whether the network's state is here; until then the page shows shapes."""
        return self._net is not None

    @Property(str, notify=changed)
    def sentence(self) -> str:
        """What is wrong, or that nothing is."""
        all_boxes = [one for some in self._boxes.values() for one in some]
        return words.sentence(self._net, all_boxes, circles=len(self._circles))

    @Property(bool, notify=changed)
    def paused(self) -> bool:
        """Whether connecting is paused."""
        return self._net is not None and self._net.paused

    @Property(list, notify=changed)
    def facts(self) -> list[dict[str, str]]:
        """Three of them."""
        return [] if self._net is None else words.facts(self._net)

    @Property(list, notify=changed)
    def waiting(self) -> list[dict[str, object]]:
        """Posts that are not with everyone yet, newest first."""
        now, names = self._clock(), {one.circle: one.name for one in self._circles}
        found = [(post, circle) for circle, some in self._waiting.items() for post in some]
        found.sort(key=lambda one: one[0].written_at, reverse=True)
        return [words.waiting(circle, names.get(circle, ""), post, now) for post, circle in found]

    @Property(list, notify=changed)
    def people(self) -> list[dict[str, object]]:
        """The people of each circle: the circle's name, and a row for each."""
        if self._net is None:
            return []
        now = self._clock()
        groups: list[dict[str, object]] = []
        for one in self._circles:
            hues = self._hues.get(one.circle or "", {})
            rows = [
                words.person(reach, hues.get(reach.member, -1), now, paused=self._net.paused)
                for reach in self._net.people if reach.circle == one.circle
            ]  # fmt: skip
            rows.sort(key=lambda row: not row["here"])
            if rows:
                groups.append({"name": one.name if len(self._circles) > 1 else "", "rows": rows})
        return groups

    @Property(list, notify=changed)
    def mailboxes(self) -> list[dict[str, object]]:
        """The mailboxes of each circle."""
        now = self._clock()
        return [
            boxes.group(
                one, self._boxes.get(one.circle or "", []), now,
                loaded=one.circle in self._boxes, several=len(self._circles) > 1,
            )
            for one in self._circles
        ]  # fmt: skip

    @Property(bool, notify=changed)
    def lan(self) -> bool:
        """Whether it says on the same network that it is here."""
        return self._settings is not None and self._settings.lan

    @Property(bool, notify=changed)
    def router(self) -> bool:
        """Whether it asks the router to let people in."""
        return self._settings is not None and self._settings.port_mapping

    @Property(bool, notify=changed)
    def relay(self) -> bool:
        """Whether people of a circle may meet through this computer."""
        return self._settings is not None and self._settings.relay

    @Property(list, notify=changed)
    def addresses(self) -> list[str]:
        """Where this computer listens."""
        return [] if self._net is None else helpers.listens(self._net)

    @Property(list, notify=changed)
    def rungs(self) -> list[str]:
        """Which way leads to whom."""
        return [] if self._net is None else helpers.rungs(self._net)

    # ---- what the person does ---------------------------------------------------------------

    @Slot(bool)
    def pause(self, paused: bool) -> None:
        """Stand still, or go on."""
        self._set(SetNet(paused=paused))

    @Slot(str, bool)
    def allow(self, what: str, so: bool) -> None:
        """Allow or forbid `lan`, `router` or `relay`."""
        match what:
            case "lan":
                self._set(SetNet(lan=so))
            case "router":
                self._set(SetNet(port_mapping=so))
            case "relay":
                self._set(SetNet(relay=so))
            case _:
                pass

    @Slot(str)
    def tryNow(self, circle: str) -> None:
        """Try at once to reach whoever is not reached there."""
        self._bridge.ask(TryNow(circle=circle), lambda _: self.told.emit(TRYING), self._say_refused)

    @Slot(str, str)
    def takeBack(self, circle: str, post: str) -> None:
        """A post that nobody was handed is a draft again."""
        name = next((one.name for one in self._circles if one.circle == circle), "")

        def taken(_draft: Draft) -> None:
            self.told.emit(DRAFT_AGAIN.format(name=name))
            self.takenBack.emit(circle)
            self.refresh()

        self._bridge.ask(TakeBack(circle=circle, post=post), taken, self._say_refused)

    @Slot(str)
    def add(self, circle: str) -> None:
        """Open the sheet that adds a mailbox to a circle."""
        found = next((one for one in self._circles if one.circle == circle), None)
        if found is not None:
            self._adding.begin(circle, found.name, found.members)

    @Slot(str, str)
    def retire(self, circle: str, mailbox: str) -> None:
        """Ask before a mailbox is retired."""
        for one in self._boxes.get(circle, []):
            if one.mailbox == mailbox:
                self._retiring.begin(circle, mailbox, one.name)

    @Slot()
    def copy(self) -> None:
        """Put the log for helpers on the clipboard: no name, no id, no address."""
        if self._net is not None:
            self.copied.emit(self.log())
            self.told.emit(COPIED)

    @Slot()
    def refresh(self) -> None:
        """Read it again."""
        if not self._open:
            return
        self._soon.stop()
        self._turn += 1
        turn = self._turn

        def net(status: NetStatus) -> None:
            if turn == self._turn:
                self._net, self._trouble = status, ""
                self.changed.emit()

        def settings(chosen: NetSettings) -> None:
            if turn == self._turn:
                self._settings = chosen
                self.changed.emit()

        def circles(rows: list[Circle]) -> None:
            if turn == self._turn:
                self._circles = [one for one in rows if one.state is CircleState.MEMBER]
                self._ask_circles(turn)
                self.changed.emit()

        def refused(why: Refused) -> None:
            if turn == self._turn:
                self._trouble = why.message
                self.changed.emit()

        self._bridge.ask(ReadNetwork(), net, refused)
        self._bridge.ask(ReadNetSettings(), settings, refused)
        self._bridge.ask(ListCircles(), circles, refused)

    # ---- what the shell does ----------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether somebody looks."""
        return self._open

    @Slot()
    def show(self) -> None:
        """Somebody looks."""
        if not self._open:
            self._open = True
            self.openChanged.emit()
            self._bridge.ask(HomeStatus(), self._take_status, _unheard)
            self.refresh()

    @Slot()
    def close(self) -> None:
        """Empty: nobody looks, or the home is locked."""
        if not self._open:
            return
        self._open = False
        self._turn += 1
        self._soon.stop()
        self._net, self._settings, self._trouble = None, None, ""
        self._circles = []
        self._boxes, self._waiting, self._hues = {}, {}, {}
        self._adding.close()
        self._retiring.close()
        self.changed.emit()
        self.openChanged.emit()

    @Slot(object)
    def hear(self, events: list[Said]) -> None:
        """Whatever happens may change something here; it is read once for all of it."""
        news = any(not isinstance(one, Trouble) for one in events)
        if self._open and news and not self._soon.isActive():
            self._soon.start()

    def log(self) -> str:
        """For helpers."""
        assert self._net is not None  # noqa: S101 - `copy` looks first
        all_boxes = [one for some in self._boxes.values() for one in some]
        now = f"{self._clock():%Y-%m-%d %H:%M}"
        return helpers.log(self._net, all_boxes, self._settings, self._version, now)

    # ---- inside -----------------------------------------------------------------------------

    def _take_status(self, now: Status) -> None:
        self._version = now.version

    def _ask_circles(self, turn: int) -> None:
        here = {one.circle for one in self._circles}
        for kept in (self._boxes, self._waiting, self._hues):
            for gone in kept.keys() - here:
                del kept[gone]
        for one in self._circles:
            if one.circle is not None:
                self._ask_circle(turn, one.circle)

    def _ask_circle(self, turn: int, circle: str) -> None:
        def mailboxes(found: list[Mailbox]) -> None:
            if turn == self._turn:
                self._boxes[circle] = found
                self.changed.emit()

        def waiting(found: list[Post]) -> None:
            if turn == self._turn:
                self._waiting[circle] = found
                self.changed.emit()

        def members(found: list[Member]) -> None:
            if turn == self._turn:
                self._hues[circle] = hues_by_joining(one.member for one in by_joining(found))
                self.changed.emit()

        self._bridge.ask(ListMailboxes(circle=circle), mailboxes, _unheard)
        self._bridge.ask(ListWaiting(circle=circle, limit=WAITING), waiting, _unheard)
        self._bridge.ask(ListMembers(circle=circle), members, _unheard)

    def _set(self, asked: SetNet) -> None:
        def chosen(now: NetSettings) -> None:
            self._settings = now
            self.changed.emit()
            self.refresh()

        self._bridge.ask(asked, chosen, self._say_refused)

    def _say_refused(self, why: Refused) -> None:
        self.told.emit(why.message)
        self.changed.emit()  # a switch stands as it stood


def _unheard(_why: Refused) -> None:
    """A circle that went just now: the next look is without it."""
