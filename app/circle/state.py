"""What a circle looks like as of now: the frozen values that screens and scripts read.

Ids are lowercase hex of 32 bytes, times are aware UTC datetimes (RFC 3339 over rpc). Nothing in
here can change a circle; it is what the last commit left.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

MAX_PICTURE = 16 * 1024  # bytes


class HomeState(StrEnum):
    """What the home folder is at this moment."""

    NEW = "new"
    LOCKED = "locked"
    OPEN = "open"


class CircleState(StrEnum):
    """How this person stands to a circle. Left and removed circles stay readable."""

    JOINING = "joining"
    MEMBER = "member"
    LEFT = "left"
    REMOVED = "removed"


class JoinState(StrEnum):
    """How far a join has come; the last three are final."""

    LOOKING = "looking"
    WAITING = "waiting"
    JOINED = "joined"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a member may do; the words are those of the screen, in small letters."""

    HOST = "host"
    MODERATOR = "moderator"
    MEMBER = "member"
    GUEST = "guest"


class History(StrEnum):
    """What a newcomer may read of the time before them."""

    OPEN = "open"
    FRESH = "fresh"


class PostKind(StrEnum):
    """What a piece of writing is; a reply takes the kind of nothing else."""

    STORY = "story"
    QUESTION = "question"
    CHECKIN = "checkin"
    REPLY = "reply"


class Feeling(StrEnum):
    """The one word of a check-in."""

    ROUGH = "rough"
    WOBBLY = "wobbly"
    SO_SO = "so_so"
    STEADY = "steady"
    GOOD = "good"


class Want(StrEnum):
    """What would help the writer."""

    LISTENING = "listening"
    EXPERIENCES = "experiences"
    HELP = "help"
    COMPANY = "company"
    NOTHING = "nothing"


class Path(StrEnum):
    """How a person's computer is reached right now."""

    DIRECT = "direct"
    LAN = "lan"
    PUNCHED = "punched"
    RELAY = "relay"
    MAILBOX = "mailbox"
    NONE = "none"


class Circle(Struct, frozen=True, kw_only=True):
    """One row of the sidebar. `circle` is null while a join does not know it yet.

    `waits_for_host`: let in by an invite that had let in all it may; a host has to say so again.
    `forked`: out, and by nobody: its computer gave one number to two things (a copy of a disk).
    `requests`: how many ask to come in, ours to answer. `lapses`: words have gone by `keeps_days`.
    """

    circle: str | None
    name: str
    about: str
    display_name: str
    me: str | None
    role: Role | None
    state: CircleState
    members: int
    unread: int
    history: History = History.OPEN
    join: str | None = None
    founder: bool = False
    removed_by: str | None = None
    removed_reason: str | None = None
    waits_for_host: bool = False
    requests: int = 0
    forked: bool = False
    keeps_days: int = 0
    lapses: bool = False


class Member(Struct, frozen=True, kw_only=True):
    """A person in a circle. `reach` says how their computer is reached at this moment.

    `may_remove` and `may_be`: what whoever asks may do about them, and which roles give them.
    `picture` is another word for each picture that `member.picture` gives; empty without one.
    """

    member: str
    display_name: str
    role: Role
    me: bool
    reach: Path
    last_met: datetime | None
    joined_at: datetime | None = None
    gone: bool = False
    founder: bool = False
    may_remove: bool = False
    may_be: list[Role] = []
    picture: str = ""


class Post(Struct, frozen=True, kw_only=True):
    """A post or a reply as it stands now. `unsent`: it was never handed to anybody.

    `reached`: of how many of the `of` others who may read it a computer is known to hold it,
    `not_yet` names some of the rest; null for posts of others, and where we are out.
    `in_mailbox`: a mailbox that the circle uses has said that it keeps it.
    `parent_missing`, `thread_missing`: what it answers, or its thread's first post, is not here.
    """

    post: str
    kind: PostKind
    author: str
    author_name: str
    mine: bool
    title: str | None
    body: str
    feeling: Feeling | None
    want: Want | None
    content_note: str | None
    written_at: datetime
    reply_to: str | None
    thread: str
    replies: int
    unread: bool
    edited: bool
    erased: bool
    unsent: bool
    parent_missing: bool = False
    thread_missing: bool = False
    reached: int | None = None
    of: int | None = None
    not_yet: list[str] = []
    in_mailbox: bool = False


class Thread(Struct, frozen=True, kw_only=True):
    """A post with all its replies, oldest first. `post` is null where it has not arrived yet."""

    post: Post | None
    replies: list[Post]


class Join(Struct, frozen=True, kw_only=True):
    """One attempt to come in. `waiting_for` is a sentence for the person.

    `asks`: nothing goes on before the person has answered: agreed to the `promise` (all of it is
    here), answered the `questions` that are still open, said whom they are here for;
    `asks_promise` while the promise is not agreed to. `kept`: a host has the knock before them.
    `note` is what a host said to a refusal.
    """

    join: str
    state: JoinState
    circle: str | None
    waiting_for: str
    display_name: str
    circle_name: str | None = None
    about: str | None = None
    inviter: str | None = None
    since: datetime | None = None
    promise: list[str] = []
    questions: list[str] = []
    asks_affiliation: bool = False
    asks: bool = False
    note: str = ""
    asks_promise: bool = False
    kept: bool = False


class Invite(Struct, frozen=True, kw_only=True):
    """An invite just made: the code to read out, the link to paste (the QR shows the link)."""

    invite: str
    code: str
    link: str
    expires_at: datetime
    uses: int


class AnswerGiven(Struct, frozen=True, kw_only=True):
    """A question at the door, and what the newcomer says to it."""

    question: str
    answer: str


class VouchMade(Struct, frozen=True, kw_only=True):
    """A member's word for whoever comes by an invite."""

    by: str
    by_name: str
    words: str


class Settings(Struct, frozen=True, kw_only=True):
    """What a circle is about and how people come in. `may_change`: whether whoever asks is a host.

    `asks`: a host decides on each newcomer, after the questions; else an invite is enough.
    `keeps_days`: how long words stay; 0: for good.
    """

    name: str
    about: str
    promise: list[str]
    asks: bool
    questions: list[str]
    vouch: bool
    affiliation: bool
    history: History
    may_change: bool
    heir: str | None = None
    keeps_days: int = 0


class RetentionEffect(Struct, frozen=True, kw_only=True):
    """What a choice of how long words stay would do: how many of those shown here are older.

    `mailbox`: the circle has one, where they go later than on the computers.
    """

    posts: int
    mailbox: bool = False


class DoorRequest(Struct, frozen=True, kw_only=True):
    """Somebody who asks to come in. `by`: who made the invite.

    `answers` and `affiliation` ("" for themselves alone, null where not asked) are the newcomer's;
    `asked` is what was asked back and is not answered yet. `second_place`: they were let in
    already, by an invite that had let in all it may; there is no name and no answer then.
    `lacks_vouch`: the circle wants a member's word first.
    """

    request: str
    display_name: str
    answers: list[AnswerGiven]
    affiliation: str | None
    invite: str
    label: str
    by: str
    by_name: str
    vouches: list[VouchMade]
    since: datetime
    last_knock: datetime
    asked: str | None = None
    second_place: bool = False
    lacks_vouch: bool = False


class InviteMade(Struct, frozen=True, kw_only=True):
    """An invite of a circle as all members see it. `label` is known to who made it only.

    `vouches`: members' words for whoever comes by it, in the order in which they count.
    """

    invite: str
    by: str
    by_name: str
    mine: bool
    label: str
    expires_at: datetime
    uses: int
    used: int
    withdrawn: bool
    vouches: list[VouchMade] = []


class Digest(Struct, frozen=True, kw_only=True):
    """What two homes compare to know that they hold the same; see the protocol, section 11.

    `forks`: how many devices are known to have signed two different ops with one number.
    """

    frontier: str
    ops: int
    posts: int
    missing: int
    epochs: dict[str, str]
    forks: int = 0


class Reach(Struct, frozen=True, kw_only=True):
    """One person of one circle and the way to them.

    `via`: whose computer or which mailbox the way leads through, "" where through none or not
    known; `by_mailbox` says which of the two. `last_met`: when their computer was met last.
    `waiting`: of our own posts that they may read, so many are not known to be with them.
    """

    circle: str
    member: str
    path: Path
    since: datetime | None
    display_name: str
    via: str = ""
    by_mailbox: bool = False
    last_met: datetime | None = None
    waiting: int = 0


class NetStatus(Struct, frozen=True, kw_only=True):
    """Where this home listens and whom it reaches: `reachable` of `of` people are here now.

    `waiting`: posts of our own that are not with everyone yet, for `waiting_for` people. `paused`:
    it reaches nobody, because its person wants so.
    """

    listening: list[str]
    reachable: int
    of: int
    people: list[Reach]
    waiting: int = 0
    waiting_for: int = 0
    paused: bool = False


class GoodbyeWaiting(Struct, frozen=True, kw_only=True):
    """That one left a circle, erased since: nobody has taken it yet. What circle is not known."""

    goodbye: str
    since: datetime


class Draft(Struct, frozen=True, kw_only=True):
    """Words not yet shared. `place` names the box: "circle" or the id of the post answered."""

    circle: str
    place: str
    kind: PostKind
    title: str
    body: str
    feeling: Feeling | None = None
    want: Want | None = None
    content_note: str = ""
