"""A home of a member in the simulator: the real household on a real store, on a simulated net."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

import trio

from app import commands as c
from app.circle.retention import Keeps
from app.circle.state import CircleState, JoinState, PostKind
from app.events import PostReached, PostsReached, Said
from app.household import Household
from app.outside import Outside
from app.refused import Refused
from app.running import RunningCircle
from app.store.db import Database
from p2p.host import Host
from p2p.ids import MemberId
from p2p.op import Log
from p2p.simulator.network import Network
from p2p.simulator.village import Resident
from tests.simulator.disk import open_disk
from tests.simulator.tap import Tap, TappedStream

LISTEN = ("/ip4/0.0.0.0/tcp/0",)


@dataclass(slots=True)
class Diary:
    """What the village knows to have happened, kept outside of all houses."""

    written: dict[str, tuple[str, str]] = field(default_factory=dict)  # post -> (author, body)
    hours: dict[str, int] = field(default_factory=dict)  # post -> by the clock of its home
    meant: set[tuple[str, str]] = field(default_factory=set)  # (author, body), answered for or not
    left: set[str] = field(default_factory=set)  # names of those who have asked to leave
    turned: list[Keeps] = field(default_factory=list)  # how long words stay, as a liar said
    invites: int = 0
    twins: list[list[tuple[Log, bytes]]] = field(default_factory=list)  # envelopes of one op
    tap: Tap = field(default_factory=Tap)
    reached: Callable[["Home"], None] = lambda _: (
        None
    )  # a home says that a post of its came further


class Home(Resident):
    """Somebody's home."""

    def __init__(self, *args: object, path: Path, diary: Diary) -> None:
        """`path`: its disk, which is there."""
        super().__init__(*args)  # type: ignore[arg-type]  # those of a house, in their order
        self.path = path
        self.diary = diary
        self.db: Database | None = None
        self.household: Household | None = None
        self.erased = False
        self.gone_as: MemberId | None = None  # in the circle that was left
        self._count = 0
        self.network.streams[self.name] = partial(TappedStream, self)

    async def dwell(self, nursery: trio.Nursery) -> None:
        self.db = open_disk(self.path, self.mains)
        online = trio.Event()
        online.set()
        self.household = Household(
            self.db, LISTEN, self.watch, self.chance.randbytes, self._say, nursery, online
        )
        self.household.begin()
        await trio.sleep_forever()

    def _say(self, said: Said) -> None:
        if isinstance(said, PostReached | PostsReached):
            self.diary.reached(self)

    def put_away(self) -> None:
        db, self.db, self.household = self.db, None, None
        if db is not None:
            # No last words: what is on disk by now is what the next day begins with.
            db._connection.close()

    @property
    def is_changing(self) -> bool:
        """Whether a change is under way that a power cut would undo."""
        return self.db is not None and bool(self.db._connection.in_transaction)

    # -- what a person does --------------------------------------------------------------------

    @property
    def circle(self) -> RunningCircle | None:
        """The one circle of this home, if it has one."""
        found = list(self.household._circles.values()) if self.household is not None else []
        return found[0] if found else None

    @property
    def member(self) -> bool:
        """Whether this person is in, as this home knows."""
        circle = self.circle
        return (
            circle is not None
            and circle.room.row.state is CircleState.MEMBER
            and circle.room.ledger.myself() is not None
        )

    async def write(self, posts: int) -> None:
        for _ in range(posts):
            circle = self.circle
            if circle is None or self.household is None or not self.member:
                return
            self._count += 1
            body = f"{self.name} writes {self._count}"
            to = self._something_to_answer(circle)
            asked = c.WritePost(
                circle=circle.room.hex, body=body, reply_to=to, kind=PostKind.STORY, title=""
            )
            self.diary.meant.add((self.name, body))
            made = self.household.write_post(asked)
            # Only what was answered counts as kept.
            self.diary.written[made.post] = (self.name, body)
            self.diary.hours[made.post] = self.watch.hour()
            await trio.sleep(self.chance.random() * 0.3)

    def _something_to_answer(self, circle: RunningCircle) -> str | None:
        if self.chance.random() < 0.5:
            return None
        page = circle.room.posts.page(None, 5)
        return self.chance.choice(page).post if page else None

    async def invite(self) -> str | None:
        circle = self.circle
        if circle is None or self.household is None or not self.member:
            return None
        try:
            made = await self.household.make_invite(
                c.MakeInvite(circle=circle.room.hex, uses=1, expires_in=604_800, label="")
            )
        except Refused:
            return None
        return made.link

    async def knock(self, link: str) -> None:
        assert self.household is not None
        self.household.join_circle(c.JoinCircle(code=link, display_name=self.name))

    async def keep(self, days: int) -> None:
        circle = self.circle
        if circle is None or self.household is None or not self.member:
            return
        with suppress(Refused):
            self.household.change_settings(c.SetRetention(circle=circle.room.hex, days=days))

    async def leave(self, *, erase: bool) -> None:
        circle = self.circle
        if circle is None or self.household is None or not self.member:
            return
        self.diary.left.add(self.name)
        self.gone_as = circle.room.ledger.me
        asked = c.LeaveCircle(circle=circle.room.hex, erase=erase)
        await self.household.leave(asked)
        self.erased = erase

    # -- what one can see ----------------------------------------------------------------------

    @property
    def outside(self) -> bool:
        """Whether this person is not in and will not come in, as far as this home knows."""
        if self.household is None:
            return False
        if self.circle is not None:
            return self.circle.room.row.state is not CircleState.MEMBER
        joins = self.household.list_joins()
        return self.erased or all(
            j.state in {JoinState.REFUSED, JoinState.CANCELLED} for j in joins
        )


async def _nothing_around(_: Outside) -> None:
    await trio.sleep_forever()


@contextmanager
def on_this_network(network: Network) -> Iterator[None]:
    """Every host that a home makes is one of the simulated network, whoever in it makes one.

    And nobody looks around on the real one: no names nearby, no router, no addresses that change.
    """
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(Outside, "run", _nothing_around))
        for name, module in list(sys.modules.items()):
            if name.startswith("app.") and getattr(module, "Host", None) is Host:
                stack.enter_context(mock.patch.object(module, "Host", network.host))
        yield
