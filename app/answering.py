"""What a newcomer is asked before anybody decides, and what they say to it. Kept with the join."""

from dataclasses import dataclass

import msgspec
from msgspec import Struct

from app import invite
from app.circle.names import line, sound
from app.refused import Refused, Why
from app.store.joins import JoinRow


class Open(Struct, frozen=True, array_like=True):
    """What has still to be said: answers, whom one is here for, that one agrees to the promise."""

    questions: list[str] = []
    affiliation: bool = False
    promise: bool = False

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.questions) or self.affiliation or self.promise


@dataclass(frozen=True, slots=True)
class Said:
    """What the person says; `answers` in the order of the questions."""

    answers: list[str]
    affiliation: str | None
    promise: bool


def told_so_far(row: JoinRow) -> invite.Told:
    """What goes with the next request."""
    return msgspec.msgpack.decode(row.told, type=invite.Told) if row.told else invite.NOTHING_TOLD


def what_is_open(row: JoinRow, capsule: invite.Capsule | None) -> Open:
    """By the invite's capsule, and by what somebody at the door asked since."""
    if capsule is None:
        return Open()
    asked = msgspec.msgpack.decode(row.asked, type=Open) if row.asked else Open()
    told = told_so_far(row)
    answered = {one.question for one in told.answers}
    every = dict.fromkeys([*capsule.questions, *asked.questions])
    states = capsule.affiliation or asked.affiliation
    return Open(
        [one for one in every if one not in answered],
        states and told.affiliation is None,
        bool(capsule.promise) and not told.promised,
    )


def take(row: JoinRow, is_open: Open, said: Said) -> invite.Told:
    """All that was said until now. `Refused` where something asked is left out, or too long."""
    answers = [line(answer) for answer in said.answers]
    if not all(map(sound, (*said.answers, said.affiliation or ""))):
        raise Refused(Why.BAD_REQUEST, "An answer holds characters that can't be written down.")
    if is_open.promise and not said.promise:
        raise Refused(Why.BAD_REQUEST, "Everybody agrees to the promise before they come in.")
    if len(answers) != len(is_open.questions) or not all(answers):
        raise Refused(Why.BAD_REQUEST, "There is a question that has no answer yet.")
    if is_open.affiliation and said.affiliation is None:
        raise Refused(Why.BAD_REQUEST, "Say whether you are here for yourself or for somebody.")
    told = told_so_far(row)
    new = [
        invite.Answered(question, answer)
        for question, answer in zip(is_open.questions, answers, strict=True)
    ]
    affiliation = told.affiliation
    if said.affiliation is not None:
        affiliation = line(said.affiliation)
    whole = [*told.answers, *new]
    if len(whole) > invite.MAX_ANSWERS or len(msgspec.msgpack.encode(whole)) > invite.MAX_TOLD:
        raise Refused(Why.TOO_LARGE, "This is too long for the door. Say the rest once you're in.")
    return invite.Told(whole, affiliation, told.promised or said.promise)
