"""A refusal, written to the person: what happened, what is safe, what to do."""

from enum import StrEnum


class Why(StrEnum):
    """The kinds of refusal that scripts can tell apart (`data.kind` over rpc)."""

    BAD_REQUEST = "bad_request"
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105 - the name of a refusal
    LOCKED = "locked"
    ALREADY_EXISTS = "already_exists"
    NEWER_STORE = "newer_store"
    READ_ONLY = "read_only"
    NO_SUCH_CIRCLE = "no_such_circle"
    NO_SUCH_POST = "no_such_post"
    NO_SUCH_MEMBER = "no_such_member"
    NOT_ALLOWED = "not_allowed"
    BAD_INVITE = "bad_invite"
    EXPIRED_INVITE = "expired_invite"
    USED_INVITE = "used_invite"
    TOO_LARGE = "too_large"
    DISK_FULL = "disk_full"
    DAMAGED_STORE = "damaged_store"
    BAD_FILE = "bad_file"


HALF_A_CHARACTER = "This text ends in the middle of a character. Take its last character away."


class Refused(Exception):  # noqa: N818 - the word of the house
    """The home did not do what was asked, and nothing was changed."""

    def __init__(self, kind: Why, message: str) -> None:
        """`message` is one or two sentences for the person, free of ids and of their words."""
        super().__init__(message)
        self.kind = kind
        self.message = message
