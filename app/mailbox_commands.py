"""What can be asked about the mailboxes of a circle."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from app.circle.state import Post
from app.command import Command, Id, Nothing

__all__ = [
    "AddMailbox",
    "ListMailboxes",
    "ListWaiting",
    "LookForMailbox",
    "Mailbox",
    "MailboxAdded",
    "MailboxFound",
    "RetireMailbox",
]

MAX_CARD = 4096  # characters


class Mailbox(Struct, frozen=True, kw_only=True):
    """A mailbox of a circle. `mine`: ours to say whose keys count; `used`: its owner is a member.

    `held`: envelopes of this circle there, `bytes` of `room`, words kept for `days`: as it last
    said, null where it was not reached. `full`: it had no room for something. `owner_due`: keys
    that people hold who went still count there, or it is not known yet that they do not.
    `owner_name`: who looks after it, as their computer says whose keys count.
    """

    mailbox: str
    name: str
    mine: bool
    used: bool
    reachable: bool
    since: datetime | None
    held: int | None
    bytes: int | None
    room: int | None
    days: int | None
    full: bool
    owner_due: bool
    owner_name: str = ""


class ListWaiting(Command[list[Post]], frozen=True):
    """Our own posts and replies that have not reached everyone who may read them, newest first."""

    method = "post.waiting"
    circle: Id
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class MailboxAdded(Struct, frozen=True, kw_only=True):
    """A mailbox of a circle."""

    mailbox: str


class MailboxFound(Struct, frozen=True, kw_only=True):
    """A mailbox that answers. It keeps words for `days`, in `room` bytes for a circle.

    `known`: this circle uses it already; adding it again tells the others where it is found now.
    """

    room: int
    days: int
    known: bool


class LookForMailbox(Command[MailboxFound], frozen=True):
    """Whether the mailbox whose card this is answers, before it is added. For hosts."""

    method = "circle.look_for_mailbox"
    circle: Id
    card: Annotated[str, Meta(max_length=MAX_CARD)]


class AddMailbox(Command[MailboxAdded], frozen=True):
    """Use the mailbox whose card this is; `name`: what the circle calls it. For hosts."""

    method = "circle.add_mailbox"
    circle: Id
    card: Annotated[str, Meta(max_length=MAX_CARD)]
    name: str | None = None


class ListMailboxes(Command[list[Mailbox]], frozen=True):
    """The mailboxes of a circle, as this computer sees them."""

    method = "circle.mailboxes"
    circle: Id


class RetireMailbox(Command[Nothing], frozen=True):
    """Use a mailbox no longer. For hosts."""

    method = "circle.retire_mailbox"
    circle: Id
    mailbox: Id
