"""A home in memory behind a real bridge, and the whole window in front of it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec
import trio
from msgspec import UNSET
from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import commands as c
from app import events as e
from app.circle.openlog import LogEntry
from app.circle.state import (
    Circle,
    CircleState,
    DoorRequest,
    Draft,
    GoodbyeWaiting,
    HomeState,
    Invite,
    InviteMade,
    Join,
    JoinState,
    Member,
    NetStatus,
    Post,
    RetentionEffect,
    Role,
    Thread,
)
from app.refused import Refused, Why
from tests.ui.neighbour import mailbox, member, settings
from tests.ui.stage import undecorated, wait
from tests.ui.village import changed, vouched
from ui.bridge import Bridge
from ui.desktop import show
from ui.shell.shell import Shell
from ui.theme import install

PASSPHRASE = "amber kettle north willow"
CODE = "H4K2-9TQM-7XDE-2R6B-W3ZN-8FJA-5PGC"
LINK = "hearthside://join/H4K29TQM7XDE2R6BW3ZN8FJA5PGC#/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWQ"
TABLE = "1" * 64
OLDER = {30: 1, 7: 140}  # posts and replies that are older than so many days
CARERS = "2" * 64
KNOCK = "3" * 64


def circle(name: str = "Kitchen table", of: str = TABLE, **more: Any) -> Circle:  # noqa: ANN401
    plain: dict[str, Any] = {
        "about": "",
        "display_name": "Juniper",
        "me": "a" * 64,
        "role": Role.HOST,
        "state": CircleState.MEMBER,
        "members": 1,
        "unread": 0,
    }
    return Circle(circle=of, name=name, **plain | more)


class FakeHome:
    """Keeps what it is told; `asked` remembers every command."""

    def __init__(self, state: HomeState = HomeState.LOCKED) -> None:
        self._state = state
        self.asked: list[c.Command[Any]] = []
        self.answered = 0
        self.circles: dict[str, Circle] = {}
        self.joins: dict[str, Join] = {}
        self.posts: dict[str, list[Post]] = {}
        self.replies: list[Post] = []
        self.members: list[Member] = [member("Juniper"), member("Ines", 1)]
        self.log: list[LogEntry] = []
        self.invites: list[InviteMade] = []
        self.settings = settings()
        self.requests: list[DoorRequest] = []
        self.pictures: dict[str, bytes] = {}  # of members, behind the marks that `members` has
        self.drafts: list[Draft] = []
        self.goodbyes: list[GoodbyeWaiting] = []
        self.taken = c.PostsTaken(posts=42, bytes=1_234_567, people=7)
        self.brought = c.PostsBrought(circle=TABLE, new=12)
        self.refuse: dict[type[c.Command[Any]], Refused] = {}
        self.mailboxes: list[c.Mailbox] = []
        self.known_cards: set[str] = set()
        self.waiting: list[Post] = []
        self.may = c.NetSettings(lan=True, port_mapping=True, relay=True, paused=False)
        self.net = NetStatus(listening=["here"], reachable=0, of=0, people=[])
        self.crash = False
        self.stuck = False
        self.stuck_with: type[c.Command[Any]] | None = None
        self._ears: list[trio.MemorySendChannel[e.Said]] = []
        self._stop = trio.Event()

    @property
    def state(self) -> HomeState:
        return self._state

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        await self._stop.wait()
        if self.crash:
            raise ValueError("words of a person")

    @contextmanager
    def listen(self) -> Iterator[trio.MemoryReceiveChannel[e.Said]]:
        send, receive = trio.open_memory_channel[e.Said](1000)
        self._ears.append(send)
        with send, receive:
            yield receive

    def say(self, *events: e.Said) -> None:
        for ear in self._ears:
            for event in events:
                ear.send_nowait(event)

    def become(self, state: HomeState) -> c.Nothing:
        self._state = state
        self.say(e.HomeChanged(state=state))
        return c.Nothing()

    def end(self, *, crash: bool = False) -> None:
        self.crash = crash
        self._stop.set()

    async def do(self, command: c.Command[Any]) -> Any:  # noqa: ANN401
        if type(command) is self.stuck_with:
            await trio.sleep_forever()
        try:
            return await self._do(command)
        finally:
            self.answered += 1

    async def _do(self, command: c.Command[Any]) -> Any:  # noqa: ANN401, C901, PLR0912
        self.asked.append(command)
        await trio.lowlevel.checkpoint()
        match command:
            case c.HomeStatus():
                if self.stuck:
                    await trio.sleep_forever()
                return c.Status(state=self._state, version="0")
            case c.ReadDigest():
                raise ValueError("words of a person")
            case c.CreateHome():
                return self.become(HomeState.OPEN)
            case c.Unlock(passphrase=passphrase):
                if passphrase != PASSPHRASE:
                    raise Refused(Why.WRONG_PASSPHRASE, "That didn't open it.")
                return self.become(HomeState.OPEN)
            case c.Lock():
                return self.become(HomeState.LOCKED)
            case c.Stop():
                self.end()
                return c.Nothing()
        if self._state is not HomeState.OPEN:
            raise Refused(Why.LOCKED, "This home is locked.")
        if type(command) in self.refuse:
            raise self.refuse[type(command)]
        match command:
            case c.ListGoodbyes():
                return self.goodbyes
            case c.ListCircles() | c.ListJoins():
                return [
                    *(self.circles if isinstance(command, c.ListCircles) else self.joins).values()
                ]
            case c.ListMembers():
                return self.members
            case c.ReadLog():
                return self.log
            case c.ListRequests():
                return self.requests
            case c.ReadNetwork():
                return self.net
            case c.CreateCircle(name=name, display_name=me, about=about, keep_days=days):
                self.circles[TABLE] = circle(name, about=about, display_name=me, keeps_days=days)
                self.say(e.CircleChanged(circle=TABLE))
                return c.CircleMade(circle=TABLE)
            case c.MakeInvite(uses=uses, expires_in=seconds):
                until = datetime.now(UTC) + timedelta(seconds=seconds)
                return Invite(invite="9" * 64, code=CODE, link=LINK, expires_at=until, uses=uses)
            case c.JoinCircle(code=code, display_name=me):
                if code != CODE:
                    raise Refused(Why.BAD_INVITE, "This code isn't complete.")
                self.change(
                    Join(
                        join=KNOCK,
                        state=JoinState.LOOKING,
                        circle=None,
                        waiting_for="Looking for someone in the circle.",
                        display_name=me,
                    )
                )
                return c.JoinBegun(join=KNOCK)
            case c.CancelJoin(join=join):
                self.change(msgspec.structs.replace(self.joins[join], state=JoinState.CANCELLED))
                return c.Nothing()
            case c.LeaveCircle(circle=one, erase=True):
                del self.circles[one]
                self.say(e.CircleForgotten(circle=one))
                return c.Nothing()
            case c.LeaveCircle(circle=one):
                left = msgspec.structs.replace(self.circles[one], state=CircleState.LEFT)
                self.circles[one] = left
                self.say(e.CircleChanged(circle=one))
                return c.Nothing()
            case c.ReadThread(circle=one, post=post):
                root = next((it for it in self.posts.get(one, []) if it.post == post), None)
                if root is not None and root.thread_missing:
                    return Thread(post=None, replies=[root])
                return Thread(post=root, replies=self.replies)
            case c.ListPosts(circle=one):
                return self.posts.get(one, [])
            case c.ListDrafts(circle=one):
                return [it for it in self.drafts if it.circle == one]
            case _:
                return self.govern(command)

    def govern(self, command: c.Command[Any]) -> Any:  # noqa: ANN401, C901, PLR0912, PLR0915 - a table
        """What people do about each other and the circle, and what they are about to say."""
        match command:
            case c.ListMailboxes() | c.ListWaiting():
                return self.mailboxes if isinstance(command, c.ListMailboxes) else self.waiting
            case c.ReadNetSettings():
                return self.may
            case c.SetNet():
                told = {name: getattr(command, name) for name in command.__struct_fields__}
                said = {name: so for name, so in told.items() if so is not None}
                self.may = msgspec.structs.replace(self.may, **said)
                self.net = msgspec.structs.replace(self.net, paused=self.may.paused)
                self.say(e.NetChanged())
                return self.may
            case c.LookForMailbox(card=card):
                return c.MailboxFound(room=256 << 20, days=90, known=card in self.known_cards)
            case c.AddMailbox(name=name):
                self.mailboxes = [*self.mailboxes, mailbox(name or "A mailbox")]
                return c.MailboxAdded(mailbox=self.mailboxes[-1].mailbox)
            case c.RetireMailbox(mailbox=which):
                self.mailboxes = [it for it in self.mailboxes if it.mailbox != which]
            case c.TakeBack(circle=one, post=post):
                taken = next(it for it in self.waiting if it.post == post)
                self.waiting = [it for it in self.waiting if it.post != post]
                return Draft(circle=one, place="circle", kind=taken.kind, title="", body=taken.body)
            case c.TakePosts():
                return self.taken
            case c.BringPosts():
                return self.brought
            case c.ListInvites():
                return self.invites
            case c.ReadSettings():
                return self.settings
            case c.ReadRetention(days=days):
                return RetentionEffect(posts=OLDER.get(days, 0))
            case c.SetRetention(circle=one, days=days):
                self.settings = msgspec.structs.replace(self.settings, keeps_days=days)
                self.say(e.CircleChanged(circle=one))
            case c.ReadPicture(member=whom):
                return c.Picture(picture=self.pictures.get(whom))
            case c.SetProfile(circle=one, picture=picture) if picture is not UNSET:
                self.picture(one, next(it.member for it in self.members if it.me), picture)
            case c.RemoveMember(circle=one, member=whom):
                self.members = [it for it in self.members if it.member != whom]
                self.say(e.MemberChanged(circle=one, member=whom), e.CircleChanged(circle=one))
            case c.SetRole(circle=one, member=whom, role=role):
                others = [it for it in Role if it is not role]
                self.members = [
                    msgspec.structs.replace(it, role=role, may_be=others)
                    if it.member == whom
                    else it
                    for it in self.members
                ]
                self.say(e.MemberChanged(circle=one, member=whom))
            case c.SetDoor(circle=one) | c.SetRules(circle=one):
                self.settings = changed(self.settings, command)
                self.say(e.CircleChanged(circle=one))
            case c.AnswerRequest(circle=one, request=request):
                self.knock(one, [it for it in self.requests if it.request != request])
            case c.AskBack(circle=one, request=request, question=question):
                self.knock(
                    one,
                    [
                        msgspec.structs.replace(it, asked=question) if it.request == request else it
                        for it in self.requests
                    ],
                )
            case c.AnswerQuestions(join=join):
                self.change(
                    msgspec.structs.replace(
                        self.joins[join], asks=False, state=JoinState.WAITING, kept=True
                    )
                )
            case c.ForgetGoodbye(goodbye=which):
                self.goodbyes = [it for it in self.goodbyes if it.goodbye != which]
            case c.WithdrawInvite(invite=invite):
                self.invites = [it for it in self.invites if it.invite != invite]
            case c.Vouch(circle=one, invite=invite, words=words):
                self.invites = vouched(self.invites, invite, words)
                self.say(e.CircleChanged(circle=one))
            case c.KeepDraft(circle=one, place=place, kind=kind, body=body):
                self.drafts = [it for it in self.drafts if (it.circle, it.place) != (one, place)]
                if body:
                    draft = Draft(circle=one, place=place, kind=kind, title="", body=body)
                    self.drafts.append(draft)
            case _:
                pass
        return c.Nothing()

    def picture(self, circle: str, whom: str, picture: bytes | None) -> None:
        """Somebody is seen differently from now on."""
        self.pictures.pop(whom, None)
        if picture is not None:
            self.pictures[whom] = picture
        mark = "" if picture is None else blake2b(picture, digest_size=16).hexdigest()
        self.members = [
            msgspec.structs.replace(it, picture=mark) if it.member == whom else it
            for it in self.members
        ]
        self.say(e.MemberChanged(circle=circle, member=whom))

    def knock(self, circle: str, requests: list[DoorRequest]) -> None:
        self.requests = requests
        self.circles[circle] = msgspec.structs.replace(self.circles[circle], requests=len(requests))
        self.say(e.DoorChanged(circle=circle))

    def change(self, join: Join) -> None:
        self.joins[join.join] = join
        self.say(e.JoinChanged(join=join.join, now=join))


class Counting(Bridge):
    """Knows how much was asked, so that one can wait until all of it is answered."""

    asks = 0

    def ask(
        self,
        command: c.Command[Any],
        then: Callable[[Any], object] | None = None,
        otherwise: Callable[[Refused], object] | None = None,
    ) -> None:
        self.asks += 1
        super().ask(command, then, otherwise)


class Hearth:
    """The window as people see it. `warnings` is what QML complained of."""

    def __init__(self, qtbot: QtBot, home: FakeHome, link: str = "") -> None:
        self.qtbot = qtbot
        self.home = home
        self.bridge = Counting(lambda: home)
        self.shell = Shell(self.bridge, lambda: "ab" * 16, link)
        self.engine = QQmlApplicationEngine()
        self.warnings: list[str] = []
        self.engine.warnings.connect(
            lambda them: self.warnings.extend(one.toString() for one in them)
        )
        self.appearance = install(self.engine, theme="light", text_scale=1.0)
        assert show(self.engine, self.shell), self.warnings
        window = self.engine.rootObjects()[0]
        assert isinstance(window, QQuickWindow)
        self.window = window
        window.setProperty("width", 1440)
        window.setProperty("height", 900)
        window.requestActivate()
        self.bridge.open()
        self.until(lambda: self.screen() != "opening")

    def screen(self) -> str:
        return str(self.shell.property("screen"))

    def until(self, so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(so, timeout=5000)

    def rest(self, milliseconds: int = 120) -> None:
        """All that was asked is answered, however busy the computer; then it is laid out."""
        self.until(self.settled)
        wait(milliseconds)
        self.until(self.settled)

    def settled(self) -> bool:
        if self.home.stuck or self.bridge._gone:
            return True
        return self.home.answered >= self.bridge.asks and not self.bridge._up

    def unlock(self) -> None:
        self.write("unlockInput", PASSPHRASE)
        self.key(Qt.Key.Key_Return)
        self.until(lambda: self.screen() == "home")
        self.rest()

    def find(self, name: str, *, place: int = 0) -> QQuickItem:
        found = self.all(name)
        assert len(found) > place, f"{name} is not to be seen"
        return found[place]

    def all(self, name: str) -> list[QQuickItem]:
        found, todo = [], [self.window.contentItem()]
        while todo:
            item = todo.pop(0)
            if item.objectName() == name and item.isVisible():
                found.append(item)
            todo += item.childItems()
        return found

    def text(self, name: str) -> str:
        return str(self.find(name).property("text"))

    def press(self, name: str, *, place: int = 0) -> None:
        self.until(lambda: len(self.all(name)) > place)
        self.rest(20)  # a sheet that has just opened is laid out once more
        item = self.find(name, place=place)
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        QTest.mouseClick(self.window, Qt.MouseButton.LeftButton, pos=middle)
        self.rest()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.window, key, modifier or Qt.KeyboardModifier.NoModifier)
        self.rest()

    def write(self, name: str, words: str) -> None:
        item = self.find(name)
        item.forceActiveFocus()
        item.setProperty("text", "")
        self.tap(words)

    def tap(self, words: str) -> None:
        for letter in words:
            QTest.keyClick(self.window, letter)  # type: ignore[call-overload]

    def later(self, what: Callable[[], object]) -> None:
        """Do it on the home's thread, as a home would."""
        assert self.bridge._token is not None
        self.bridge._token.run_sync_soon(what)
        self.rest()

    def asked(self, kind: type[c.Command[Any]]) -> list[Any]:
        return [one for one in self.home.asked if isinstance(one, kind)]

    def spoken(self) -> Iterator[Any]:
        todo: list[Any] = [QAccessible.queryAccessibleInterface(self.window)]
        while todo:
            one = todo.pop()
            if one is not None:
                yield one
                todo += [one.child(place) for place in range(one.childCount())]

    def seen(self) -> str:
        """Every word that is on the screen, also in fields."""
        words, todo = [], [self.window.contentItem()]
        while todo:
            item = todo.pop(0)
            if item.isVisible():
                words += [str(item.property(name) or "") for name in ("text", "displayText")]
                todo += item.childItems()
        return "\n".join(words)

    def close(self) -> None:
        careless = undecorated()
        self.bridge.close()
        self.window.close()
        # Here and not later: an engine that lingers takes the next one's singletons along. In a
        # loop of Qt's own, which lets go of Python's lock: the engine waits for its threads.
        loop = QEventLoop()
        self.engine.destroyed.connect(lambda: loop.exit(1))
        self.engine.deleteLater()
        QTimer.singleShot(5000, loop.quit)
        assert loop.exec() == 1, "the engine is still there"
        del self.window, self.engine, self.appearance, self.shell, self.bridge
        # Here and now: Python would otherwise take these objects of Qt's apart whenever it tidies
        # up next, and that may be on the thread of the next test's home.
        gc.collect()
        assert not careless, careless


def focused(window: Hearth) -> str:
    return str(window.window.activeFocusItem().objectName())


def tab_to(window: Hearth, name: str, *, most: int = 30) -> None:
    for _ in range(most):
        if focused(window) == name:
            return
        window.key(Qt.Key.Key_Tab)
    raise AssertionError(f"{name} can't be reached by Tab; it is at {focused(window)}")
