"""What a person says to what a join asks: the promise, the questions, whom they are here for."""

from dataclasses import dataclass, field

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from app.circle.state import Join
from app.commands import AnswerQuestions, Nothing
from app.refused import Refused
from ui.asking import Asks

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

MOST = 1000  # letters in an answer, as the command says
TOO_LONG = "An answer is a little long. Up to {most} letters fit, this one has {count}."
NO_NAME = "Say which company, clinic or organisation you are here for."
NOBODY, MYSELF, OTHERS = "", "myself", "others"


@dataclass(slots=True)
class Typed:
    """What was typed for one join. `whom` is one of nobody said yet, myself, others."""

    answers: dict[str, str] = field(default_factory=dict)
    agreed: bool = False
    whom: str = NOBODY
    affiliation: str = ""


@QmlElement
class Answering(QObject):
    """The form in the waiting room. What is typed stays while the window does, whatever is shown.

    It is kept in memory alone: what one says at a door stands in no draft.
    """

    changed = Signal()
    asked = Signal()  # other questions stand there now
    done = Signal()  # the home has the answers

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no join."""
        super().__init__(parent)
        self._bridge = bridge
        self._join: Join | None = None
        self._typed: dict[str, Typed] = {}
        self._problem = ""
        self._working = False

    problem = Property(str, lambda self: self._problem, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    agreed = Property(bool, lambda self: self._now.agreed, notify=changed)
    whom = Property(str, lambda self: self._now.whom, notify=changed)

    @Property(list, notify=asked)
    def questions(self) -> list[str]:
        """Those that are open."""
        return self._join.questions if self._join is not None and self._join.asks else []

    @Property(bool, notify=asked)
    def asksWhom(self) -> bool:
        """Whether one is to say whom one is here for."""
        return self._join is not None and self._join.asks and self._join.asks_affiliation

    @Slot(str, result=str)
    def answer(self, question: str) -> str:
        """What was typed to a question."""
        return self._now.answers.get(question, "")

    @Slot(result=str)
    def affiliation(self) -> str:
        """Whom one is here for, as typed."""
        return self._now.affiliation

    @Slot(str, str)
    def type(self, question: str, words: str) -> None:
        """The person typed."""
        self._now.answers[question] = words
        self._say("")

    @Slot()
    def agree(self) -> None:
        """To the promise; or not."""
        self._now.agreed = not self._now.agreed
        self._say("")

    @Slot(str)
    def hereFor(self, whom: str) -> None:
        """For oneself or for others."""
        if whom in {MYSELF, OTHERS}:
            self._now.whom = whom
            self._say("")

    @Slot(str)
    def name(self, words: str) -> None:
        """Name whom one is here for."""
        self._now.affiliation = words
        self._say("")

    @Slot()
    def send(self) -> None:
        """Answer and knock. Where something is missing the home says what."""
        join = self._join
        if join is None or self._working:
            return
        now = self._now
        answers = [now.answers.get(one, "").strip() for one in join.questions]
        longest = max(map(len, answers), default=0)
        affiliation = now.affiliation.strip()
        if longest > MOST:
            self._say(TOO_LONG.format(most=MOST, count=longest))
            return
        if join.asks_affiliation and now.whom == OTHERS and not affiliation:
            self._say(NO_NAME)
            return
        whom = {MYSELF: "", OTHERS: affiliation}.get(now.whom) if join.asks_affiliation else None
        self._working = True
        self._say("")
        asked = join.join

        def told(_nothing: Nothing) -> None:
            self._ended(asked, "")
            if self._join is not None and asked == self._join.join:
                self.done.emit()

        def refused(why: Refused) -> None:
            self._ended(asked, why.message)

        command = AnswerQuestions(
            join=asked, answers=answers, affiliation=whom, promise=now.agreed and join.asks_promise
        )
        self._bridge.ask(command, told, refused)

    # ---- what the waiting room does -----------------------------------------------------------

    def show(self, join: Join | None) -> None:
        """Of this join. Another one has words of its own."""
        before, self._join = self._join, join
        if _asks(before) != _asks(join):
            self.asked.emit()
        if before is None or join is None or before.join != join.join:
            self._working, self._problem = False, ""
        self.changed.emit()

    def forget(self) -> None:
        """Nothing typed stays: the home is locked."""
        self._typed = {}
        self.show(None)

    def _ended(self, asked: str, problem: str) -> None:
        if self._join is not None and asked == self._join.join:
            self._working = False
            self._say(problem)

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()

    @property
    def _now(self) -> Typed:
        return Typed() if self._join is None else self._typed.setdefault(self._join.join, Typed())


def _asks(join: Join | None) -> tuple[object, ...]:
    if join is None or not join.asks:
        return ()
    return join.join, tuple(join.questions), join.asks_affiliation
