"""One act of the open log as a whole sentence. Knows no Qt."""

from dataclasses import dataclass
from datetime import datetime

from app.circle.openlog import LogEntry, What
from ui.telling import told_day
from ui.wording import A_ROLE, stay

VOID = "Doesn't count: it was taken back, or what it rested on was."


@dataclass(frozen=True, slots=True)
class Entry:
    """An act, as the reader reads it. `place` counts from the oldest: later acts do not move it."""

    entry: LogEntry
    place: int
    me: str

    @property
    def key(self) -> str:
        """The same for as long as it is the same act."""
        one = self.entry
        return f"{self.place} {one.by} {one.what.value} {one.whom} {one.at.timestamp()}"

    @property
    def sentence(self) -> str:
        """Who did what, to whom, and why."""
        return sentence(self.entry, self.me)

    @property
    def taken_back(self) -> str:
        """That it does not count, where it does not."""
        return "" if self.entry.counts else VOID

    def time(self, now: datetime) -> str:
        """The hour and minute."""
        return f"{self.entry.at.astimezone(now.tzinfo):%H:%M}"

    def day(self, now: datetime) -> str:
        """The day it happened on, as a heading."""
        return told_day(self.entry.at, now)

    def spoken(self, now: datetime) -> str:
        """All of it, for who cannot see it."""
        parts = (
            self.sentence.rstrip("."),
            self.taken_back.rstrip("."),
            f"{self.day(now)}, {self.time(now)}",
        )
        return ". ".join(part for part in parts if part)


def sentence(one: LogEntry, me: str) -> str:  # noqa: C901, PLR0912 - a table
    """One act as a sentence; the reader is called "you"."""
    by = "You" if one.by == me else one.by_name
    whom = _whom(one, me)
    match one.what:
        case What.FOUNDED:
            return f"{by} began this circle."
        case What.ADMITTED:
            return f"{by} let {whom} in."
        case What.ROLE:
            role = "another role" if one.role is None else A_ROLE[one.role]
            if one.whom == one.by:
                whose = "your" if one.by == me else "their"
                return f"{by} became {role} by {whose} own choice."
            return f"{by} made {whom} {role}."
        case What.REMOVED:
            if not one.reason:
                return f"{by} removed {whom} and gave no reason."
            # In one line: a reason must not look like the next entry.
            return f"{by} removed {whom}: {' '.join(one.reason.split())}"
        case What.LEFT:
            return f"{by} left."
        case What.NAMED_HEIR:
            return f"{by} named {whom} to take the circle over later."
        case What.HANDED_OVER:
            if one.whom == one.by:
                return f"{by} took the circle over, as it was meant."
            return f"{by} handed the circle over to {whom}."
        case What.RULES:
            return (
                f"{by} named the circle “{one.reason}”."
                if one.reason
                else (f"{by} changed what the circle says of itself.")
            )
        case What.INVITED:
            return f"{by} made an invite."
        case What.WITHDREW:
            return f"{by} took an invite back."
        case What.RENAMED:
            if one.by == me:
                return f"You are called {one.reason} here now, and were {one.whom_name} before."
            return f"{one.whom_name} is called {one.reason} now."
        case What.PICTURED:
            return f"{by} changed {'your' if one.by == me else 'their'} picture."
        case What.FORKED:
            return f"{by} showed that a computer here told two stories. It is not heard any more."
        case What.RETENTION:
            return _keeps(one, by)
        case What.DOOR:
            return f"{by} changed how people come in."
        case What.MAILBOX | What.MAILBOX_RENAMED | What.MAILBOX_MOVED | What.MAILBOX_RETIRED:
            return _mailbox(one, by)
        case What.VOUCHED:
            if not one.reason:
                return f"{by} put in a word for whoever comes by an invite."
            words = " ".join(one.reason.split())
            return f"{by} put in a word for whoever comes by an invite: “{words}”"


def _whom(one: LogEntry, me: str) -> str:
    if one.whom is not None and one.whom == me:
        return "you"
    return one.whom_name or "someone"


def _keeps(one: LogEntry, by: str) -> str:
    return f"{by} decided that words {stay(int(one.reason or 0))}."


def _mailbox(one: LogEntry, by: str) -> str:
    if one.what is What.MAILBOX_RENAMED:
        now = f" to “{one.reason}”" if one.reason else ""
        return f"{by} renamed {_the_mailbox(one.whom_name)}{now}."
    which = _the_mailbox(one.reason)
    if one.what is What.MAILBOX_MOVED:
        return f"{by} changed how {which} is reached."
    return f"{by} {'retired' if one.what is What.MAILBOX_RETIRED else 'added'} {which}."


def _the_mailbox(name: str | None) -> str:
    """Of a name there may be nothing that can be shown."""
    return f"the mailbox “{name}”" if name else "a mailbox"
