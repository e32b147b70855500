"""Everything a home says has happened. Each is said only after what it tells of is on disk.

The tag of a type is its name over rpc. Ids are lowercase hex.
"""

from msgspec import Struct

from app.circle.state import HomeState, Join, Post


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that has happened."""


class HomeChanged(Event, frozen=True, tag="home.changed"):
    """The home was created, opened or locked."""

    state: HomeState


class CircleChanged(Event, frozen=True, tag="circle.changed"):
    """A circle's row is to be read anew: made, renamed, left, read."""

    circle: str


class CircleJoined(Event, frozen=True, tag="circle.joined"):
    """A join has succeeded."""

    join: str
    circle: str


class CircleForgotten(Event, frozen=True, tag="circle.forgotten"):
    """A circle was left with erase; nothing of it is here any more."""

    circle: str


class CircleRemoved(Event, frozen=True, tag="circle.removed"):
    """Somebody has removed us from a circle, or this computer forked; it stays readable here."""

    circle: str
    forked: bool = False


class JoinChanged(Event, frozen=True, tag="join.changed"):
    """A join waits for something else now, was refused, or was cancelled."""

    join: str
    now: Join


class PostArrived(Event, frozen=True, tag="post.arrived"):
    """A post or reply is here, our own too. `content` is its row."""

    circle: str
    post: str
    content: Post


class PostsArrived(Event, frozen=True, tag="posts.arrived"):
    """Many posts came at once while catching up; read the page anew."""

    circle: str
    count: int


class PostsGone(Event, frozen=True, tag="posts.gone"):
    """Posts are shown no more: what they say has lapsed, or does not count. Many come in parts."""

    circle: str
    posts: list[str]


class PostChanged(Event, frozen=True, tag="post.changed"):
    """A row changed: handed over for the first time, answered, its parent arrived."""

    circle: str
    post: str
    content: Post


class PostReached(Event, frozen=True, tag="post.reached"):
    """On how many people's computers a post of ours is, is another number now."""

    circle: str
    post: str
    content: Post


class PostsReached(Event, frozen=True, tag="posts.reached"):
    """The same of many posts at once; read the page anew."""

    circle: str


class MemberChanged(Event, frozen=True, tag="member.changed"):
    """Somebody came in, left or was removed, has another role, or is called differently."""

    circle: str
    member: str


class DoorChanged(Event, frozen=True, tag="door.changed"):
    """Somebody asks to come in, or what they ask for was answered."""

    circle: str


class NetChanged(Event, frozen=True, tag="net.changed"):
    """Somebody is reached now, or not any more; or we listen elsewhere."""


class Trouble(Event, frozen=True, tag="home.trouble"):
    """Something a person should know: `kind` as in the errors, `message` a sentence."""

    kind: str
    message: str


Said = (
    HomeChanged
    | CircleChanged
    | CircleJoined
    | CircleForgotten
    | CircleRemoved
    | JoinChanged
    | PostArrived
    | PostsArrived
    | PostsGone
    | PostChanged
    | PostReached
    | PostsReached
    | MemberChanged
    | DoorChanged
    | NetChanged
    | Trouble
)
