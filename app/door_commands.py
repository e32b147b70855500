"""What one may ask of a home about how people come into a circle.

The questions, the promise and the words of a vouch are read by all members; what a newcomer answers
is read by whoever decides, and forgotten once that is done.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from app.circle.retention import MAX_DAYS
from app.circle.state import DoorRequest, Join, RetentionEffect, Settings
from app.command import MAX_ABOUT, Command, Id, Name, Nothing

MAX_LINE = 160
MAX_VOUCH = 500
MAX_NOTE = 500
MAX_ANSWER = 1000
MAX_AFFILIATION = 200

Line = Annotated[str, Meta(min_length=1, max_length=MAX_LINE)]
Days = Annotated[int, Meta(ge=0, le=MAX_DAYS)]  # 0: for good


class JoinBegun(Struct, frozen=True, kw_only=True):
    """The id of a join; it outlives restarts."""

    join: str


class JoinCircle(Command[JoinBegun], frozen=True):
    """Begin to come in by a code or a link; goes on until it succeeds or is cancelled."""

    method = "circle.join"
    code: Annotated[str, Meta(max_length=4096)]
    display_name: Name


class ListJoins(Command[list[Join]], frozen=True):
    """Every join this home knows of and what it waits for."""

    method = "circle.joins"


class CancelJoin(Command[Nothing], frozen=True):
    """Stop knocking."""

    method = "circle.cancel_join"
    join: Id


class ReadSettings(Command[Settings], frozen=True):
    """What a circle is about, its promise, its door, and how much newcomers may read."""

    method = "circle.settings"
    circle: Id


class SetRules(Command[Nothing], frozen=True):
    """Call a circle differently, or say anew what it is about. Hosts do."""

    method = "circle.set_rules"
    circle: Id
    name: Name | None = None
    about: Annotated[str, Meta(max_length=MAX_ABOUT)] | None = None


class SetDoor(Command[Nothing], frozen=True):
    """How people come in. Hosts do; what is left out stays as it was.

    `admit`: `invite` lets in whoever has one; with `ask` a host decides, after the questions.
    `vouch`: not before a member has put in a word. `affiliation`: newcomers say whom they are here
    for. `promise`: what everybody agrees to before they come in, with either.
    """

    method = "circle.door"
    circle: Id
    admit: Literal["invite", "ask"] | None = None
    questions: Annotated[list[Line], Meta(max_length=5)] | None = None
    vouch: bool | None = None
    affiliation: bool | None = None
    promise: Annotated[list[Line], Meta(max_length=6)] | None = None


class SetRetention(Command[Nothing], frozen=True):
    """How many days the circle's words stay; 0: for good. Hosts do.

    What is older then goes from everybody's computers, a day after this was said at the earliest,
    and comes back by no later choice.
    """

    method = "circle.set_retention"
    circle: Id
    days: Days


class ReadRetention(Command[RetentionEffect], frozen=True):
    """What a choice of how long words stay would do to what is on this computer."""

    method = "circle.retention"
    circle: Id
    days: Days


class Vouch(Command[Nothing], frozen=True):
    """Put in a word for whoever comes by an invite. All members can read it."""

    method = "circle.vouch"
    circle: Id
    invite: Id
    words: Annotated[str, Meta(min_length=1, max_length=MAX_VOUCH)]


class ListRequests(Command[list[DoorRequest]], frozen=True):
    """Who asks to come in, as far as it is ours to decide; the oldest first."""

    method = "door.list"
    circle: Id


class AnswerRequest(Command[Nothing], frozen=True):
    """Let somebody in, or not; `note` is told to whoever is not."""

    method = "door.answer"
    circle: Id
    request: Id
    admit: bool
    note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class AskBack(Command[Nothing], frozen=True):
    """Ask one thing more before deciding."""

    method = "door.ask"
    circle: Id
    request: Id
    question: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]


class AnswerQuestions(Command[Nothing], frozen=True):
    """As a newcomer: answer what a join asks, in the order of its questions, and knock on.

    `promise`: agree to the circle's promise. `affiliation`: whom one is here for; "" for oneself.
    """

    method = "circle.answer"
    join: Id
    answers: list[Annotated[str, Meta(max_length=MAX_ANSWER)]] = field(default_factory=list)
    affiliation: Annotated[str, Meta(max_length=MAX_AFFILIATION)] | None = None
    promise: bool = False
