"""The head of the circle that is open: its name, its people, and what one may do with it."""

from datetime import UTC, datetime

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import CircleState, History, Member, Path, Role
from app.commands import ListMembers
from app.events import MemberChanged, NetChanged, Said
from ui.asking import Asks
from ui.circles.item import ONLY_YOU, CircleItem, people
from ui.theme.flower import hues_by_joining
from ui.wording import days_in_words

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

SHOWN = 4  # faces in the header
INVITED = "nobody comes in without an invite"
LEFT = "You left this circle. What has arrived stays readable; you can't write here any more."
REMOVED_BY = "You were removed from this circle by {name}."
REMOVED = "You were removed from this circle."
WAITS = (
    "You came by an invite that somebody else used at the same moment. A host has to let you in; "
    "nothing you write goes out before."
)
NO_REASON = "No reason was given."
FORKED = "This computer is not heard in this circle any more."
FORKED_HOW = (
    "It said two different things in the same place. That happens when an older copy of its disk "
    "is put back and one goes on writing."
)
FORKED_REMAINS = (
    "What has arrived stays readable here; what you wrote since then may have reached nobody. By a "
    "new invite you come in again: then what the circle has takes the place of what is here."
)
REMAINS = (
    "What has arrived stays readable here. Nothing new comes, and you can't write here any more."
)
FORKED_MUTE = "This computer is not heard in this circle any more, so you can't write here."
MUTE = {
    CircleState.LEFT.value: "You left this circle, so you can't write here.",
    CircleState.REMOVED.value: "You were removed from this circle, so you can't write here.",
}


@QmlElement
class Room(QObject):
    """The open circle."""

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """No circle is open."""
        super().__init__(parent)
        self._bridge = bridge
        self._row: CircleItem | None = None
        self._members: list[Member] = []
        self._hues: dict[str, int] = {}
        self._kept: set[str] = set()  # circles one was removed from and wants to keep reading

    @Property(str, notify=changed)
    def circle(self) -> str:
        """Its id, or empty."""
        return self._id

    @Property(str, notify=changed)
    def name(self) -> str:
        """Its name."""
        return "" if self._row is None else self._row.name

    @Property(str, notify=changed)
    def seed(self) -> str:
        """What its mark is drawn from."""
        return "" if self._row is None else self._row.seed

    @Property(str, notify=changed)
    def line(self) -> str:
        """The line under the name."""
        if self._row is None:
            return ""
        if self._row.state == CircleState.LEFT:
            return "You left this circle"
        if self._row.state == CircleState.REMOVED:
            return (FORKED if self._row.forked else REMOVED).rstrip(".")
        count = people(self._row.members)
        return count if count == ONLY_YOU else f"{count} · {INVITED}"

    @Property(str, notify=changed)
    def shortLine(self) -> str:
        """The same for a narrow window."""
        if self.property("mute"):
            return str(self.property("line"))
        here = self._here()
        count = "" if self._row is None else people(self._row.members)
        return f"{count} · {here} here now" if here else count

    @Property(str, notify=changed)
    def hereNow(self) -> str:
        """How many others can be reached, in words; empty if nobody."""
        here = self._here()
        return f"{here} here now" if here and not self.property("mute") else ""

    @Property(list, notify=changed)
    def faces(self) -> list[dict[str, object]]:
        """Up to four people, those who are here first, each with key and hue."""
        return [{"key": one.member, "hue": self._hues.get(one.member, -1)} for one in self._shown()]

    @Property(str, notify=changed)
    def facesSpoken(self) -> str:
        """Who those are."""
        return ", ".join(one.display_name for one in self._shown())

    @Property(int, notify=changed)
    def myHue(self) -> int:
        """The hue of the reader's own flower here."""
        return self._hues.get(self._row.me, -1) if self._row is not None else -1

    @Property(str, notify=changed)
    def me(self) -> str:
        """The reader's member key in this circle."""
        return "" if self._row is None else self._row.me

    @Property(str, notify=changed)
    def myName(self) -> str:
        """What the reader is called in this circle."""
        return "" if self._row is None else self._row.display_name

    @Property(bool, notify=changed)
    def open(self) -> bool:
        """Whether one may write here."""
        return self._row is not None and self._row.state == CircleState.MEMBER

    @Property(bool, notify=changed)
    def mayInvite(self) -> bool:
        """Guests may answer, not bring others."""
        return (
            self._row is not None
            and self._row.state == CircleState.MEMBER
            and self._row.role != Role.GUEST
        )

    @Property(str, notify=changed)
    def requests(self) -> str:
        """How many ask to come in whom the reader may let in, in words; empty where nobody does."""
        count = 0 if self._row is None else self._row.requests
        if count == 0:
            return ""
        return "1 person asks to come in" if count == 1 else f"{count} people ask to come in"

    @Property(str, notify=changed)
    def waits(self) -> str:
        """That a host has to let the reader in first, or empty."""
        return WAITS if self._row is not None and self._row.waits_for_host else ""

    @Property(bool, notify=changed)
    def alone(self) -> bool:
        """Nobody else has come in yet."""
        return self._row is None or self._row.members <= 1

    @Property(bool, notify=changed)
    def shownToNewcomers(self) -> bool:
        """Whoever comes in later can read what is written now."""
        return self._row is not None and self._row.history == History.OPEN

    @Property(str, notify=changed)
    def goes(self) -> str:
        """That what is written goes by itself and when, or empty."""
        days = 0 if self._row is None else self._row.keeps_days
        return f"It goes from everyone's computers after {days_in_words(days)}." if days else ""

    @Property(str, notify=changed)
    def closed(self) -> str:
        """That one has left this circle, or empty."""
        left = self._row is not None and self._row.state == CircleState.LEFT
        return LEFT if left else ""

    @Property(str, notify=changed)
    def mute(self) -> str:
        """Why one may not write here, or empty."""
        if self._row is None:
            return ""
        return FORKED_MUTE if self._row.forked else MUTE.get(self._row.state, "")

    @Property(bool, notify=changed)
    def removed(self) -> bool:
        """Somebody has removed the reader from this circle."""
        return self._row is not None and self._row.state == CircleState.REMOVED

    @Property(str, notify=changed)
    def removedBy(self) -> str:
        """Who did, in a sentence."""
        if self._row is None or self._row.state != CircleState.REMOVED:
            return ""
        if self._row.forked:
            return FORKED
        name = self._row.removed_by
        return REMOVED_BY.format(name=name) if name else REMOVED

    @Property(str, notify=changed)
    def removedReason(self) -> str:
        """Why, in their words."""
        if self._row is None or self._row.state != CircleState.REMOVED:
            return ""
        if self._row.forked:
            return FORKED_HOW
        return f"“{self._row.removed_reason}”" if self._row.removed_reason else NO_REASON

    @Property(str, notify=changed)
    def remains(self) -> str:
        """What one still has of a circle one was removed from."""
        return FORKED_REMAINS if self._row is not None and self._row.forked else REMAINS

    @Property(bool, notify=changed)
    def kept(self) -> bool:
        """The reader has said that they keep what is here."""
        return self._id in self._kept

    @Slot()
    def keep(self) -> None:
        """Keep what is here to read; the question is not asked again while the window is open."""
        self._kept.add(self._id)
        self.changed.emit()

    def forget(self) -> None:
        """The home is locked."""
        self._kept = set()
        self.show(None)

    def show(self, row: CircleItem | None) -> None:
        """Open this one, or paint what changed about it."""
        before = self._row
        if row == before:
            return
        self._row = row
        if row is None or before is None or row.circle != before.circle:
            self._members, self._hues = [], {}
        self.changed.emit()
        if row is not None and row.circle:
            self._ask()

    def hear(self, events: list[Said]) -> None:
        """Read the people again where they may have changed."""
        for event in events:
            match event:
                case NetChanged():
                    self._ask()
                    return
                case MemberChanged(circle=circle) if circle == self._id:
                    self._ask()
                    return
                case _:
                    pass

    @property
    def pictures(self) -> dict[str, str]:
        """Who has a picture here, and its mark."""
        return {one.member: one.picture for one in self._members if one.picture}

    @property
    def _id(self) -> str:
        return "" if self._row is None else self._row.circle

    def _shown(self) -> list[Member]:
        others = [one for one in self._members if not one.me and not one.gone]
        return sorted(others, key=lambda one: one.reach in {Path.NONE, Path.MAILBOX})[:SHOWN]

    def _here(self) -> int:
        return sum(
            not one.me and not one.gone and one.reach not in {Path.NONE, Path.MAILBOX}
            for one in self._members
        )

    def _ask(self) -> None:
        row = self._row
        if row is None or not row.circle:
            return
        asked = row.circle

        def heard(members: list[Member]) -> None:
            if asked == self._id and members != self._members:
                self._members = members
                self._hues = hues_by_joining(one.member for one in sorted(members, key=_joined))
                self.changed.emit()

        # Not being able to count heads is no news for a person.
        self._bridge.ask(ListMembers(circle=asked), heard, lambda _refused: None)


def _joined(member: Member) -> tuple[datetime, str]:
    """The order in which flowers get their hues; the same on every screen."""
    return member.joined_at or datetime.min.replace(tzinfo=UTC), member.member
