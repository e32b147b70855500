"""The open log of a circle: what somebody did, as all members read it.

Frozen values for screens and scripts, like those of `state`.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from app.circle.state import Role


class What(StrEnum):
    """What somebody did, in the open log."""

    FOUNDED = "founded"
    ADMITTED = "admitted"
    ROLE = "role"
    REMOVED = "removed"
    LEFT = "left"
    NAMED_HEIR = "named_heir"
    HANDED_OVER = "handed_over"
    RULES = "rules"
    RETENTION = "retention"
    INVITED = "invited"
    WITHDREW = "withdrew"
    FORKED = "forked"
    RENAMED = "renamed"
    PICTURED = "pictured"
    DOOR = "door"
    VOUCHED = "vouched"
    MAILBOX = "mailbox"
    MAILBOX_RENAMED = "mailbox_renamed"
    MAILBOX_MOVED = "mailbox_moved"
    MAILBOX_RETIRED = "mailbox_retired"


class LogEntry(Struct, frozen=True, kw_only=True):
    """One act in the open log. `counts`: false where a more senior act took it back.

    `role` is the role given; `reason` that of a removal, the circle's new name for rules (none
    where it kept its name), a vouch's words, or what the circle calls a mailbox. Of who, or what
    mailbox, is called differently `reason` is the new name and `whom_name` the old one.
    """

    at: datetime
    by: str
    by_name: str
    what: What
    whom: str | None = None
    whom_name: str | None = None
    role: Role | None = None
    reason: str | None = None
    counts: bool = True
