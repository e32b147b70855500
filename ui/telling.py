"""How moments are told to people: "25 min ago", "Today, 09:12", "Yesterday". Knows no Qt."""

from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = 7  # days


def local_now() -> datetime:
    """This computer's time, in its own zone."""
    return datetime.now().astimezone()


def told(when: datetime, now: datetime) -> str:
    """When something was written, as one says it; `now` brings the zone."""
    here = when.astimezone(now.tzinfo)
    since = now - here
    # A clock that runs ahead elsewhere must not make a post come from the future.
    if abs(since) < MINUTE:
        return "Just now"
    if MINUTE <= since < HOUR:
        return f"{since // MINUTE} min ago"
    if here.date() == now.date():
        return f"Today, {here:%H:%M}"
    return _day(here, now)


def told_shortly(when: datetime, now: datetime) -> str:
    """The same beside a name in a thread, where the day is mostly known: "09:40"."""
    here = when.astimezone(now.tzinfo)
    if here.date() == now.date():
        return f"{here:%H:%M}"
    return f"{_day(here, now)}, {here:%H:%M}"


def told_roughly(when: datetime, now: datetime) -> str:
    """A part of a day: "this morning", "yesterday evening", "Tuesday", "4 March"."""
    here = when.astimezone(now.tzinfo)
    part = _part(here.hour)
    days = (now.date() - here.date()).days
    if days <= 0:
        return "tonight" if part == "night" else f"this {part}"
    if days == 1:
        return "last night" if part == "night" else f"yesterday {part}"
    return _day(here, now)


def told_day(when: datetime, now: datetime) -> str:
    """The day alone, as a heading: "Today", "Yesterday", "Tuesday", "4 March"."""
    here = when.astimezone(now.tzinfo)
    return "Today" if here.date() >= now.date() else _day(here, now)


def told_on(when: datetime, now: datetime) -> str:
    """The day alone, in a sentence: "today", "yesterday", "on Tuesday", "on 4 March"."""
    day = told_day(when, now)
    return day.lower() if day in {"Today", "Yesterday"} else f"on {day}"


def told_date(when: datetime, now: datetime) -> str:
    """A day to come, in full: "Sunday 29 November"."""
    here = when.astimezone(now.tzinfo)
    day = f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]}"
    return day if here.year == now.year else f"{day} {here.year}"


def until_next_minute(now: datetime) -> int:
    """Milliseconds until a told time may change."""
    return 60_000 - now.second * 1000 - now.microsecond // 1000


def _day(here: datetime, now: datetime) -> str:
    days = (now.date() - here.date()).days
    if days == 1:
        return "Yesterday"
    if 1 < days < WEEK:
        return DAYS[here.weekday()]
    day = f"{here.day} {MONTHS[here.month - 1]}"
    return day if here.year == now.year else f"{day} {here.year}"


def _part(hour: int) -> str:
    if hour < 5 or hour >= 22:  # noqa: PLR2004 - the hours at which people change the word
        return "night"
    if hour < 12:  # noqa: PLR2004
        return "morning"
    return "afternoon" if hour < 17 else "evening"  # noqa: PLR2004
