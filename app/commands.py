"""Everything one may ask of a home, as frozen values. The rpc surface is made from these.

`Home.do(command)` answers with the type named in brackets or raises `Refused`. Ids are lowercase
hex of 32 bytes. Each command that scripts may use names its rpc method.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from app.byhand_commands import BringPosts, PostsBrought, PostsTaken, TakePosts
from app.circle.openlog import LogEntry
from app.circle.state import (
    Circle,
    Digest,
    Feeling,
    GoodbyeWaiting,
    History,
    HomeState,
    Invite,
    InviteMade,
    Member,
    Post,
    PostKind,
    Role,
    Thread,
    Want,
)
from app.command import MAX_ABOUT, Command, Id, Name, Nothing
from app.door_commands import (
    MAX_VOUCH,
    AnswerQuestions,
    AnswerRequest,
    AskBack,
    CancelJoin,
    Days,
    JoinBegun,
    JoinCircle,
    ListJoins,
    ListRequests,
    ReadRetention,
    ReadSettings,
    SetDoor,
    SetRetention,
    SetRules,
    Vouch,
)
from app.draft_commands import MAX_NOTE, MAX_TITLE, KeepDraft, ListDrafts, TakeBack
from app.mailbox_commands import (
    AddMailbox,
    ListMailboxes,
    ListWaiting,
    LookForMailbox,
    Mailbox,
    MailboxAdded,
    MailboxFound,
    RetireMailbox,
)
from app.net_commands import (
    Dial,
    NetSettings,
    ReadNetSettings,
    ReadNetwork,
    SetNet,
    TryNow,
)
from app.persona_commands import MAX_PICTURE, Picture, ReadPicture, SetProfile

__all__ = [
    "ALL",
    "MAX_ABOUT",
    "MAX_BODY",
    "MAX_NOTE",
    "MAX_PAGE",
    "MAX_PICTURE",
    "MAX_REASON",
    "MAX_TITLE",
    "MAX_VOUCH",
    "AddMailbox",
    "AnswerQuestions",
    "AnswerRequest",
    "AskBack",
    "BringPosts",
    "CancelJoin",
    "CircleMade",
    "Command",
    "CreateCircle",
    "CreateHome",
    "Dial",
    "FindPosts",
    "ForgetGoodbye",
    "HandOver",
    "HomeStatus",
    "Id",
    "JoinBegun",
    "JoinCircle",
    "KeepDraft",
    "LeaveCircle",
    "ListCircles",
    "ListDrafts",
    "ListGoodbyes",
    "ListInvites",
    "ListJoins",
    "ListMailboxes",
    "ListMembers",
    "ListPosts",
    "ListRequests",
    "ListWaiting",
    "Lock",
    "LookForMailbox",
    "Mailbox",
    "MailboxAdded",
    "MailboxFound",
    "MakeInvite",
    "MarkRead",
    "Name",
    "NetSettings",
    "Nothing",
    "Picture",
    "PostMade",
    "PostsBrought",
    "PostsTaken",
    "ReadDigest",
    "ReadLog",
    "ReadNetSettings",
    "ReadNetwork",
    "ReadPicture",
    "ReadRetention",
    "ReadSettings",
    "ReadThread",
    "RemoveMember",
    "RetireMailbox",
    "SetDoor",
    "SetNet",
    "SetProfile",
    "SetRetention",
    "SetRole",
    "SetRules",
    "Status",
    "Stop",
    "TakeBack",
    "TakePosts",
    "TryNow",
    "Unlock",
    "Vouch",
    "WithdrawInvite",
    "WritePost",
]

MAX_BODY = 48 * 1024  # bytes of UTF-8, the protocol's limit for a post
MAX_REASON = 500
MAX_PAGE = 1000


class Status(Struct, frozen=True, kw_only=True):
    """What `home.status` says."""

    state: HomeState
    version: str


class CircleMade(Struct, frozen=True, kw_only=True):
    """The id of a circle."""

    circle: str


class PostMade(Struct, frozen=True, kw_only=True):
    """The id of a post, final from the first moment."""

    post: str


class HomeStatus(Command[Status], frozen=True):
    """Whether the home is new, locked or open."""

    method = "home.status"


class CreateHome(Command[Nothing], frozen=True):
    """Make the store and open it."""

    method = "home.create"
    passphrase: Annotated[str, Meta(min_length=1, max_length=1024)]


class Unlock(Command[Nothing], frozen=True):
    """Open the store."""

    method = "home.unlock"
    passphrase: Annotated[str, Meta(max_length=1024)]


class Lock(Command[Nothing], frozen=True):
    """Close the store, drop the keys, take the network down."""

    method = "home.lock"


class Stop(Command[Nothing], frozen=True):
    """Lock and end."""

    method = "home.stop"


class CreateCircle(Command[CircleMade], frozen=True):
    """Found a circle and be its host. Words stay for `keep_days`, 0: for good."""

    method = "circle.create"
    name: Name
    display_name: Name
    about: Annotated[str, Meta(max_length=MAX_ABOUT)] = ""
    history: History = History.OPEN
    keep_days: Days = 0


class ListCircles(Command[list[Circle]], frozen=True):
    """All circles of this home, also those being joined, left or taken away."""

    method = "circle.list"


class MarkRead(Command[Nothing], frozen=True):
    """Everything up to this post (or all) has been read here; nobody else is told."""

    method = "circle.read"
    circle: Id
    post: Id | None = None


class MakeInvite(Command[Invite], frozen=True):
    """A new way in, for `uses` people, for `expires_in` seconds.

    `vouch`: a word for whoever comes by it, which all members can read.
    """

    method = "circle.invite"
    circle: Id
    uses: Annotated[int, Meta(ge=1, le=1000)] = 1
    expires_in: Annotated[int, Meta(ge=1, le=366 * 86400)] = 604800
    label: Annotated[str, Meta(max_length=100)] = ""
    vouch: Annotated[str, Meta(max_length=MAX_VOUCH)] = ""


class ListMembers(Command[list[Member]], frozen=True):
    """The people of a circle."""

    method = "circle.members"
    circle: Id


class SetRole(Command[Nothing], frozen=True):
    """Give somebody a role. Hosts do, to who is no host, to hosts after them, and to themselves."""

    method = "member.set_role"
    circle: Id
    member: Id
    role: Role


class RemoveMember(Command[Nothing], frozen=True):
    """Remove somebody, with a reason that all read; fresh keys for everybody else at once."""

    method = "member.remove"
    circle: Id
    member: Id
    reason: Annotated[str, Meta(max_length=MAX_REASON)]


class HandOver(Command[Nothing], frozen=True):
    """Make a host the founder at once; or name them, to take over later without you.

    Whoever is named asks for it with their own id.
    """

    method = "member.hand_over"
    circle: Id
    member: Id
    at_once: bool = True


class ReadLog(Command[list[LogEntry]], frozen=True):
    """The open log: who did what about people, roles and invites, newest first."""

    method = "circle.log"
    circle: Id


class ListInvites(Command[list[InviteMade]], frozen=True):
    """All invites of a circle, newest first."""

    method = "circle.invites"
    circle: Id


class WithdrawInvite(Command[Nothing], frozen=True):
    """Take an invite back: nobody comes in by it any more. One's own, or as a host any."""

    method = "circle.withdraw_invite"
    circle: Id
    invite: Id


class LeaveCircle(Command[Nothing], frozen=True):
    """Go, and tell the others.

    With `erase` nothing of the circle stays in this home but the signed goodbye, until somebody has
    taken it.
    """

    method = "circle.leave"
    circle: Id
    erase: bool = False


class ListGoodbyes(Command[list[GoodbyeWaiting]], frozen=True):
    """Leavings that nobody has taken yet, of circles that were erased here."""

    method = "circle.goodbyes"


class ForgetGoodbye(Command[Nothing], frozen=True):
    """Erase a goodbye, too: the others may then never be told that one left."""

    method = "circle.forget_goodbye"
    goodbye: Id


class ReadDigest(Command[Digest], frozen=True):
    """What this home holds of a circle, to be compared."""

    method = "circle.digest"
    circle: Id


class WritePost(Command[PostMade], frozen=True):
    """Write a post, or a reply where `reply_to` names what it answers."""

    method = "post.create"
    circle: Id
    body: str
    kind: PostKind = PostKind.STORY
    title: Annotated[str, Meta(max_length=MAX_TITLE)] | None = None
    feeling: Feeling | None = None
    reply_to: Id | None = None
    want: Want | None = None
    content_note: Annotated[str, Meta(max_length=MAX_NOTE)] | None = None


class ListPosts(Command[list[Post]], frozen=True):
    """Posts without replies, newest first, older than `before`.

    `orphans`: also replies whose thread begins with a post that has not arrived.
    """

    method = "post.list"
    circle: Id
    before: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50
    orphans: bool = False


class FindPosts(Command[list[Post]], frozen=True):
    """Posts and replies in which all these words stand, newest first; a word may be begun only."""

    method = "post.search"
    circle: Id
    words: Annotated[str, Meta(max_length=1000)]
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class ReadThread(Command[Thread], frozen=True):
    """The thread that a post or reply stands in: its first post and all replies, oldest first."""

    method = "post.thread"
    circle: Id
    post: Id


ALL: tuple[type[Command[Any]], ...] = (
    HomeStatus, CreateHome, Unlock, Lock, Stop,
    CreateCircle, ListCircles, MarkRead, MakeInvite, JoinCircle, ListJoins, CancelJoin,
    ListMembers, LeaveCircle, ListGoodbyes, ForgetGoodbye, ReadDigest,
    SetProfile, ReadPicture, SetRole, RemoveMember, HandOver, ReadLog, ListInvites, WithdrawInvite,
    ReadSettings, SetRules, SetDoor, SetRetention, ReadRetention, Vouch,
    ListRequests, AnswerRequest, AskBack, AnswerQuestions,
    WritePost, TakeBack, ListPosts, FindPosts, ReadThread,
    ReadNetwork, ListWaiting, TryNow, Dial, ReadNetSettings, SetNet,
    LookForMailbox, AddMailbox, ListMailboxes, RetireMailbox,
    TakePosts, BringPosts,
    KeepDraft, ListDrafts,
)  # fmt: skip
