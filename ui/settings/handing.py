"""Handing a circle over: to whom, when, and what follows, said before it is done."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import HandOver, Nothing
from app.refused import Refused
from ui.asking import Asks
from ui.settings.item import Keeper

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

LOGGED = "Everyone sees it in the open log."


@QmlElement
class HandingOver(QObject):
    """The founder hands over, at once or for later; or who was named takes over."""

    changed = Signal()
    asking = Signal()  # the sheet is to be opened
    done = Signal()
    told = Signal(str)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._hosts: list[Keeper] = []
        self._heir = ""
        self._me = ""  # whoever takes over; empty while the founder hands over
        self._founder = ""
        self._chosen = ""
        self._at_once = False
        self._working = False
        self._problem = ""

    # ---- what QML reads ---------------------------------------------------------------------

    taking = Property(bool, lambda self: self._me != "", notify=changed)
    atOnce = Property(bool, lambda self: self._at_once, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)

    @Property(list, notify=changed)
    def hosts(self) -> list[dict[str, object]]:
        """Whom it can be handed to."""
        return [
            {
                "member": one.one.member, "hue": one.hue, "name": one.name,
                "text": "Named already" if one.one.member == self._heir else one.since,
                "chosen": one.one.member == self._chosen,
            }
            for one in self._hosts
        ]  # fmt: skip

    @Property(list, notify=changed)
    def follows(self) -> list[dict[str, str]]:
        """What follows from it, one sentence each, with an icon; empty before there is a choice."""
        if self._me:
            return self._of_taking()
        name = self._name()
        if not name:
            return []
        return self._of_giving(name) if self._at_once else self._of_naming(name)

    @Property(str, notify=changed)
    def act(self) -> str:
        """What the button does, in words; empty before there is a choice."""
        if self._me:
            return "Take the circle over"
        name = self._name()
        if not name or (not self._at_once and self._chosen == self._heir):
            return ""
        return f"Hand over to {name} now" if self._at_once else f"Name {name}"

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def choose(self, member: str) -> None:
        """This host. Nothing happens yet."""
        if not self._working and any(one.one.member == member for one in self._hosts):
            self._chosen = member
            self._say("")

    @Slot(bool)
    def when(self, at_once: bool) -> None:
        """At once, or later and without the founder."""
        if not self._working:
            self._at_once = at_once
            self._say("")

    @Slot()
    def hand(self) -> None:
        """Do it. The page changes when the home says that it is so."""
        if self._working or not self.property("act"):
            return
        self._working = True
        self._say("")
        circle, sentence = self._circle, self._sentence()

        def handed(_nothing: Nothing) -> None:
            if circle == self._circle:
                self.close()
                self.done.emit()
            self.told.emit(sentence)

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working = False
                self._say(why.message)

        whom, at_once = self._me or self._chosen, self._at_once or self._me != ""
        self._bridge.ask(HandOver(circle=circle, member=whom, at_once=at_once), handed, refused)

    # ---- what the page does -----------------------------------------------------------------

    def give_to(self, circle: str, hosts: list[Keeper], heir: str | None) -> None:
        """The founder chooses among these hosts."""
        self.close()
        self._circle, self._hosts, self._heir = circle, hosts, heir or ""
        if len(hosts) == 1:
            self._chosen = hosts[0].one.member
        self._say("")
        self.asking.emit()

    def take(self, circle: str, me: str, founder: str) -> None:
        """Who was named is asked whether they take over; `founder` is "" if there is none."""
        self.close()
        self._circle, self._me, self._founder = circle, me, founder
        self._say("")
        self.asking.emit()

    def close(self) -> None:
        """Of no circle."""
        self._circle = self._me = self._founder = self._chosen = self._heir = self._problem = ""
        self._hosts = []
        self._at_once = self._working = False
        self.changed.emit()

    # ---- inside -----------------------------------------------------------------------------

    def _name(self) -> str:
        found = (one.one.display_name for one in self._hosts if one.one.member == self._chosen)
        return next(found, "")

    def _sentence(self) -> str:
        if self._me:
            return "You come first among the hosts now."
        if self._at_once:
            return f"The circle is handed over to {self._name()}."
        return f"{self._name()} can take the circle over from now on."

    def _of_giving(self, name: str) -> list[dict[str, str]]:
        return [
            {"glyph": "key", "text": f"{name} comes first among the hosts from now on. Nobody can "
             f"change {name}'s role or remove {name}."},
            {"glyph": "user", "text": f"You stay a host, but {name} can change your role or remove "
             "you."},
            {"glyph": "prohibit", "text": f"You can't take it back. Only {name} can hand it on."},
            {"glyph": "scroll", "text": LOGGED},
        ]  # fmt: skip

    def _of_naming(self, name: str) -> list[dict[str, str]]:
        return [
            {"glyph": "hourglass", "text": f"Nothing changes until {name} takes over. You come "
             "first among the hosts until then."},
            {"glyph": "key", "text": f"{name} can do so at any time, without asking you: think of "
             "a day on which you can't be asked."},
            {"glyph": "user", "text": f"Until {name} does you can name somebody else instead."},
            {"glyph": "scroll", "text": LOGGED},
        ]  # fmt: skip

    def _of_taking(self) -> list[dict[str, str]]:
        told = [
            {"glyph": "key", "text": "You come first among the hosts from now on. Nobody can "
             "change your role or remove you."},
        ]  # fmt: skip
        if self._founder:
            told.append({"glyph": "user", "text": f"{self._founder} comes after you from now on, "
                         "and can't take this back."})  # fmt: skip
        return [*told, {"glyph": "scroll", "text": LOGGED}]

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()
