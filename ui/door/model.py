"""Who asks to come in, as a list; looking at one, letting in, and asking back."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import DoorRequest
from app.commands import AnswerRequest, AskBack, Command, ListRequests, Nothing
from app.events import CircleChanged, DoorChanged, MemberChanged, Said
from app.refused import Refused
from ui.asking import Asks
from ui.door.item import RequestItem
from ui.reading import Reading
from ui.telling import Clock, local_now

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

MOST = 500  # letters in a question asked back, as the command says
NO_QUESTION = "Write what you would like to know first."
TOO_LONG = "That is a little long. Up to {most} letters fit, these are {count}."


@QmlElement
class Door(Reading):
    """Those whom the reader may let in. Whoever is decided about goes once the home has said so.

    What was opened, and a question half written, stay while the page is read anew.
    """

    lineChanged = Signal()  # of our own: Qt finds no notifying signal of a base class
    declining = Signal(str)  # the question before a no is to be asked
    decided = Signal(int)  # somebody who stood at this place has been answered
    told = Signal(str)

    fields = {  # noqa: RUF012 - said to be the class's own in `Reading`
        "request": lambda row: row.key,
        "title": lambda row: row.title,
        "when": lambda row: row.when,
        "opened": lambda row: row.looked,
        "second": lambda row: row.one.second_place,
        "answers": lambda row: row.answers,
        "hereFor": lambda row: row.here_for,
        "vouches": lambda row: row.vouches,
        "lacks": lambda row: row.lacks,
        "asked": lambda row: row.asked,
        "asking": lambda row: row.looked and row.asking,
        "working": lambda row: row.working,
        "problem": lambda row: row.problem,
        "who": lambda row: row.who,
        "spoken": lambda row: row.spoken,
    }

    def __init__(
        self, bridge: Asks, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        """Of no circle."""
        super().__init__(bridge, parent)
        self._clock = clock
        self._me = ""
        self._answer: list[DoorRequest] = []
        self._opened: set[str] = set()
        self._asking_back: set[str] = set()
        self._typed: dict[str, str] = {}
        self._working: set[str] = set()
        self._problems: dict[str, str] = {}
        self.changed.connect(self.lineChanged)
        self.read.connect(self._tidy)

    @Property(str, notify=lineChanged)
    def line(self) -> str:
        """How many ask, in words."""
        if not self._loaded:
            return ""
        count = len(self._rows)
        if count == 0:
            return "Nobody asks to come in"
        return "1 person asks to come in" if count == 1 else f"{count} people ask to come in"

    # ---- what the person does ---------------------------------------------------------------

    @Slot(str)
    def look(self, request: str) -> None:
        """Show what somebody says; or no more."""
        self._opened ^= {request}
        self._again_shown()

    @Slot(str)
    def ask(self, request: str) -> None:
        """Show the field to ask back in; or no more."""
        self._asking_back ^= {request}
        self._problems.pop(request, None)
        self._again_shown()

    @Slot(str, result=str)
    def typed(self, request: str) -> str:
        """The question that is half written."""
        return self._typed.get(request, "")

    @Slot(str, str)
    def type(self, request: str, words: str) -> None:
        """The person typed."""
        self._typed[request] = words
        if self._problems.pop(request, None) is not None:
            self._again_shown()

    @Slot(str)
    def askBack(self, request: str) -> None:
        """Ask one thing more."""
        words = " ".join(self._typed.get(request, "").split())
        if not words or len(words) > MOST:
            self._problems[request] = (
                TOO_LONG.format(most=MOST, count=len(words)) if words else NO_QUESTION
            )
            self._again_shown()
            return

        def asked() -> None:
            self._typed.pop(request, None)
            self._asking_back.discard(request)
            self.told.emit("They are asked at their next knock.")

        self._do(request, AskBack(circle=self._circle, request=request, question=words), asked)

    @Slot(str)
    def letIn(self, request: str) -> None:
        """Let somebody in."""
        row = self.one(request)
        if row is None or row.one.lacks_vouch:
            return
        said = f"{row.who} was let in." if row.looked else "They were let in."
        place = self._rows.index(row)

        def let_in() -> None:
            self.told.emit(said)
            self.decided.emit(place)

        self._do(request, AnswerRequest(circle=self._circle, request=request, admit=True), let_in)

    @Slot(str)
    def decline(self, request: str) -> None:
        """Ask before somebody is told no."""
        if self.one(request) is not None and request not in self._working:
            self.declining.emit(request)

    # ---- what the shell does ----------------------------------------------------------------

    def told_to(self, me: str) -> None:
        """Who reads it: they are called "you"."""
        self._me = me

    def one(self, request: str) -> RequestItem | None:
        """A request that is in the list."""
        row: RequestItem | None = self.find(request)
        return row

    @Slot(str)
    def declined(self, request: str) -> None:
        """Somebody was told no: read again, and go on with the next."""
        row = self.one(request)
        place = self._rows.index(row) if row is not None else 0
        self.refresh()
        self.decided.emit(place)

    def close(self) -> None:
        """Empty: nobody looks. What was opened is closed again."""
        self._answer = []
        self._opened, self._asking_back, self._working = set(), set(), set()
        self._typed, self._problems = {}, {}
        super().close()

    def hear(self, events: list[Said]) -> None:
        """Read them again where somebody may have knocked, or been answered."""
        for event in events:
            match event:
                case (
                    DoorChanged(circle=circle)
                    | MemberChanged(circle=circle)
                    | CircleChanged(circle=circle)
                ) if circle == self._circle:
                    self.refresh()
                    return
                case _:
                    pass

    def _question(self) -> Command[list[Any]]:
        return ListRequests(circle=self._circle)

    def _items(self, answer: list[DoorRequest]) -> list[RequestItem]:
        self._answer = answer
        now = self._clock()
        return [
            RequestItem(
                one, self._me, now, one.request in self._opened, one.request in self._asking_back,
                one.request in self._working, self._problems.get(one.request, ""),
            )
            for one in answer
        ]  # fmt: skip

    def _do(self, request: str, command: Command[Nothing], then: Callable[[], None]) -> None:
        if request in self._working or self.find(request) is None:
            return
        self._working.add(request)
        self._problems.pop(request, None)
        self._again_shown()
        circle = self._circle

        def done(_nothing: Nothing) -> None:
            if circle == self._circle:
                self._working.discard(request)
                then()
                self.refresh()

        def refused(why: Refused) -> None:
            if circle == self._circle:
                self._working.discard(request)
                self._problems[request] = why.message
                self._again_shown()
                self.refresh()  # it may not be there any more

        self._bridge.ask(command, done, refused)

    def _again_shown(self) -> None:
        self._put(self._items(self._answer))

    @Slot()
    def _tidy(self) -> None:
        """Of whoever is not at the door any more nothing is kept; a refusal is still said."""
        there = {row.key for row in self._rows}
        for request in self._problems.keys() - there:
            self.told.emit(self._problems.pop(request))
        for of_theirs in (self._opened, self._asking_back, self._working):
            of_theirs.intersection_update(there)
        self._typed = {one: words for one, words in self._typed.items() if one in there}
