"""A neighbour in the bridge's place: remembers what was asked, answers when told to, says things.

Also the people of a circle who do not exist, and the sentences they wrote.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.circle.state import (
    Circle,
    CircleState,
    Draft,
    History,
    Member,
    Path,
    Post,
    PostKind,
    Role,
    Settings,
    Thread,
)
from app.commands import (
    Command,
    KeepDraft,
    ListCircles,
    ListDrafts,
    ListGoodbyes,
    ListMembers,
    ListPosts,
    Mailbox,
    Nothing,
    PostMade,
    ReadSettings,
    ReadThread,
    WritePost,
)
from app.refused import Refused

CIRCLE = "c" * 64
NOW = datetime(2026, 11, 23, 11, 40, tzinfo=UTC)
PEOPLE = ("Juniper", "Ines", "Marisol", "Tomasz", "Old Heron")


def clock() -> datetime:
    return NOW


def key(name: str) -> str:
    return (name.encode().hex() * 64)[:64]


def member(name: str, place: int = 0) -> Member:
    return Member(
        member=key(name),
        display_name=name,
        role=Role.MEMBER,
        me=name == "Juniper",
        reach=Path.NONE,
        last_met=None,
        joined_at=NOW - timedelta(days=100 - place),
    )


def circle(*, fresh: bool) -> Circle:
    """The circle of these people; `fresh`: newcomers don't see what was before them."""
    return Circle(
        circle=CIRCLE, name="By the water", about="", display_name="Juniper", me=key("Juniper"),
        role=Role.MEMBER, state=CircleState.MEMBER, members=len(PEOPLE), unread=0,
        history=History.FRESH if fresh else History.OPEN,
    )  # fmt: skip


def post(name: str, author: str = "Ines", kind: PostKind = PostKind.STORY, **more: Any) -> Post:  # noqa: ANN401 - as Qt and msgspec have it
    """A post with little in it; whatever a test cares about comes as `more`."""
    plain: dict[str, Any] = {
        "title": None,
        "body": f"words of {name}",
        "feeling": None,
        "want": None,
        "content_note": None,
        "written_at": NOW - timedelta(hours=2),
        "reply_to": None,
        "thread": key(name),
        "replies": 0,
        "unread": False,
        "edited": False,
        "erased": False,
        "unsent": False,
        "mine": author == "Juniper",
    }
    return Post(post=key(name), kind=kind, author=key(author), author_name=author, **plain | more)


PROMISE = ["What is said here stays here.", "Experience, not medical advice."]


def settings(**more: Any) -> Settings:  # noqa: ANN401 - as msgspec has it
    """As a host reads them where a host decides; `more`: what is otherwise."""
    plain: dict[str, Any] = {
        "name": "Kitchen table", "about": "Cooks", "promise": PROMISE, "asks": True,
        "questions": ["What brings you here?"], "vouch": True, "affiliation": False,
        "history": History.OPEN, "may_change": True,
    }  # fmt: skip
    return Settings(**plain | more)


class Neighbour(QObject):
    """Answers at once unless `slow`; then `answer()` gives the oldest open answer."""

    said = Signal(object)

    def __init__(self, posts: list[Post] | None = None) -> None:
        super().__init__()
        self.posts = posts or []
        self.members = [member(name, place) for place, name in enumerate(PEOPLE)]
        self.circles: list[Circle] = []
        self.opened: Thread | None = None
        self.drafts: list[Draft] = []
        self.settings = settings()
        self.asked: list[Command[Any]] = []
        self.refuse: dict[type[Command[Any]], Refused] = {}
        self.slow: set[type[Command[Any]]] = set()
        self._open: list[Callable[[], object]] = []

    def ask(
        self,
        command: Command[Any],
        then: Callable[[Any], object] | None = None,
        otherwise: Callable[[Refused], object] | None = None,
    ) -> None:
        self.asked.append(command)

        def reply() -> None:
            refused = self.refuse.get(type(command))
            if refused is None:
                if then is not None:
                    then(self._answer(command))
            elif otherwise is not None:
                otherwise(refused)

        if type(command) in self.slow:
            self._open.append(reply)
        else:
            reply()

    def answer(self) -> None:
        self._open.pop(0)()

    def say(self, *events: Any) -> None:  # noqa: ANN401 - as Qt and msgspec have it
        self.said.emit(list(events))

    def all(self, kind: type[Command[Any]]) -> list[Any]:
        return [one for one in self.asked if isinstance(one, kind)]

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401 - as Qt and msgspec have it
        match command:
            case ListMembers():
                return self.members
            case ListGoodbyes():
                return []
            case ListCircles():
                return self.circles
            case ReadSettings():
                return self.settings
            case ListPosts(before=before, limit=limit):
                ids = [one.post for one in self.posts]
                start = 0 if before is None else ids.index(before) + 1
                return self.posts[start : start + limit]
            case ReadThread():
                return self.opened
            case ListDrafts():
                return self.drafts
            case WritePost():
                return PostMade(post="e" * 64)
            case KeepDraft():
                return Nothing()
            case _:
                return Nothing()


def mailbox(name: str = "Cupboard laptop", **more: Any) -> Mailbox:  # noqa: ANN401 - as msgspec has it
    plain: dict[str, Any] = {
        "mailbox": key(name), "mine": True, "used": True, "reachable": True,
        "since": NOW - timedelta(hours=2), "held": 40, "bytes": 1_234_567, "room": 256 << 20,
        "days": 90, "full": False, "owner_due": False, "owner_name": "Juniper",
    }  # fmt: skip
    return Mailbox(name=name, **plain | more)
