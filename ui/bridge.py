"""The only place where two threads meet: Qt above, trio with the whole home below.

Down go commands, in the order they were asked, one at a time: a draft kept before a lock is on
disk before the store closes. Only what takes long goes beside the others. Up comes one queued
signal for everything that happened since the last one was heard, so a thousand posts arriving are
one wake-up of the window, not a thousand. What happened before an answer is always delivered before
that answer.
"""

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import trio
from PySide6.QtCore import Property, QObject, Qt, Signal, Slot

from app.circle.state import HomeState
from app.commands import Command, Stop
from app.events import HomeChanged, Said, Trouble
from app.hearing import at_once, let_listeners_run
from app.refused import Refused, Why

R = TypeVar("R")

Otherwise = Callable[[Refused], object]

log = logging.getLogger("hearthside.ui")

# A home has this long to close its store before its thread is cancelled, and the thread this
# long to end: together under the two seconds that a closing window may take.
GRACE = 1.4
LEAVE = 0.5

STOPPED = (
    "Hearthside has stopped working. What you shared is kept on this computer. "
    "Close the window and open it again."
)
STUMBLED = "That didn't work, and it is a fault of Hearthside's own. Please try once more."


class Keeper(Protocol):
    """What the bridge needs of a home; `app.home.Home` is one."""

    @property
    def state(self) -> HomeState:
        """What the home is right now."""

    async def run(self, *, task_status: Any = ...) -> None:  # noqa: ANN401 - trio's own type is generic in a private way
        """Serve until stopped or cancelled."""

    async def do(self, command: Command[R]) -> R:
        """Answer, or raise `Refused`."""

    def listen(self) -> AbstractContextManager[trio.MemoryReceiveChannel[Said]]:
        """Every event from now on."""


@dataclass(frozen=True, slots=True)
class _Question:
    command: Command[Any]
    then: Callable[[Any], object] | None
    otherwise: Otherwise | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """A call to be made on the Qt thread."""

    call: Callable[[Any], object]
    value: object


@dataclass(frozen=True, slots=True)
class _Ended:
    """The home's thread is about to end."""


class Bridge(QObject):
    """A home on its own thread, spoken to from the Qt thread only."""

    said = Signal(object)  # list[Said], in the order of their commits
    stateChanged = Signal()
    ended = Signal()
    _woken = Signal()

    def __init__(self, make: Callable[[], Keeper], parent: QObject | None = None) -> None:
        """`make` is called on the home's thread; nothing runs before `open`."""
        super().__init__(parent)
        self._make = make
        self._state: HomeState | None = None
        self._up: deque[Said | HomeState | _Answer | _Ended] = deque()
        self._down: deque[_Question] = deque()
        self._lock = threading.Lock()
        self._awake = False
        self._closing = False
        self._gone = False
        self._token: trio.lowlevel.TrioToken | None = None
        self._asked: trio.Event | None = None
        self._scope: trio.CancelScope | None = None
        self._thread: threading.Thread | None = None
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # ---- on the Qt thread ------------------------------------------------------------------

    @Property(str, notify=stateChanged)
    def state(self) -> str:
        """What the home is: new, locked, open; empty until the thread has looked."""
        return "" if self._state is None else self._state.value

    @property
    def home_state(self) -> HomeState | None:
        """The same for Python."""
        return self._state

    def open(self) -> None:
        """Start the home's thread."""
        self._thread = threading.Thread(target=self._run, name="home", daemon=True)
        self._thread.start()

    def ask(
        self,
        command: Command[R],
        then: Callable[[R], object] | None = None,
        otherwise: Otherwise | None = None,
    ) -> None:
        """Have the home do something; `then` or `otherwise` is called later on this thread.

        A refusal that nobody listens to is told as `Trouble`, so that it never goes unseen; only
        that the home is locked is no news to anyone who looks at a lock screen.
        """
        with self._lock:
            if not self._gone:
                self._down.append(_Question(command, then, otherwise))
                if self._token is not None:
                    self._nudge(self._token)
                return
        self._refuse(otherwise, Refused(Why.LOCKED, STOPPED))

    def close(self) -> None:
        """Lock the store, end the thread; within two seconds, whatever the home does.

        What was asked before is not answered any more: whoever asked may be gone by then.
        """
        thread = self._thread
        if thread is None:
            return
        with self._lock:
            self._closing = True
            token = self._token
            if token is not None and not self._gone:
                self._nudge(token)
        thread.join(GRACE + LEAVE)
        if thread.is_alive():
            log.warning("the home's thread did not end in time")
        self._thread = None
        with self._lock:
            self._up = deque(one for one in self._up if not isinstance(one, _Answer))

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            self._awake = False
            batch = list(self._up)
            self._up.clear()
        events: list[Said] = []
        for thing in batch:
            if isinstance(thing, _Answer | _Ended | HomeState):
                self._say(events)
                events = []
            match thing:
                case _Answer(call, value):
                    self._safely(call, value)
                case _Ended():
                    self.ended.emit()
                case HomeState():
                    self._become(thing)
                case _:
                    events.append(thing)
        self._say(events)

    def _say(self, events: list[Said]) -> None:
        if not events:
            return
        for event in events:
            if isinstance(event, HomeChanged):
                self._become(event.state)
        self.said.emit(events)

    def _become(self, state: HomeState) -> None:
        if state is not self._state:
            self._state = state
            self.stateChanged.emit()

    @staticmethod
    def _safely(call: Callable[[Any], object], value: object) -> None:
        """One screen's mistake must not swallow what the others were to be told."""
        try:
            call(value)
        except Exception:  # noqa: BLE001 - reported by the hook, which desktop.py sets
            sys.excepthook(*sys.exc_info())

    # ---- on either thread -------------------------------------------------------------------

    def _raise_up(self, *things: Said | HomeState | _Answer | _Ended) -> None:
        with self._lock:
            self._up.extend(things)
            if self._awake:
                return
            self._awake = True
        try:
            self._woken.emit()
        except RuntimeError:  # Qt has gone before us: nobody is left to tell
            log.info("said after the window was gone")

    def _refuse(self, otherwise: Otherwise | None, refused: Refused) -> None:
        if otherwise is not None:
            self._raise_up(_Answer(otherwise, refused))
        elif refused.kind is not Why.LOCKED:
            self._raise_up(Trouble(kind=refused.kind.value, message=refused.message))

    def _nudge(self, token: trio.lowlevel.TrioToken) -> None:
        try:
            token.run_sync_soon(self._wake_trio, idempotent=True)
        except trio.RunFinishedError:
            log.info("asked after the home had gone")

    # ---- on the home's thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            trio.run(self._main)
        except BaseException as fault:  # noqa: BLE001 - a thread that dies silently helps nobody
            # The type only: a message may hold what people wrote.
            log.error("the home fell over: %s", type(_first(fault)).__name__)  # noqa: TRY400
            self._raise_up(Trouble(kind="stopped", message=STOPPED))
        with self._lock:
            self._gone = True
            self._token = None
            left = list(self._down)
            self._down.clear()
        if not self._closing:
            for question in left:
                self._refuse(question.otherwise, Refused(Why.LOCKED, STOPPED))
        self._raise_up(_Ended())

    def _wake_trio(self) -> None:
        if self._asked is not None:
            self._asked.set()
        if self._closing and self._scope is not None:
            # Not later than this, even where a command is stuck.
            self._scope.deadline = min(self._scope.deadline, trio.current_time() + GRACE)

    async def _main(self) -> None:
        home = self._make()
        self._asked = trio.Event()
        with trio.CancelScope() as self._scope, home.listen() as said:
            async with trio.open_nursery() as nursery:
                await nursery.start(self._keep, home, nursery.cancel_scope)
                self._raise_up(home.state)
                with self._lock:
                    self._token = trio.lowlevel.current_trio_token()
                nursery.start_soon(self._listen, said)
                nursery.start_soon(self._serve, home, nursery)
                self._wake_trio()

    @staticmethod
    async def _keep(
        home: Keeper,
        scope: trio.CancelScope,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Once the home has ended by itself, nothing else has a reason to stay."""
        await home.run(task_status=task_status)
        scope.cancel()

    async def _listen(self, said: trio.MemoryReceiveChannel[Said]) -> None:
        async for event in said:
            self._raise_up(*at_once(event, said))

    async def _serve(self, home: Keeper, aside: trio.Nursery) -> None:
        asked = self._asked
        while asked is not None:
            await asked.wait()
            self._asked = asked = trio.Event()
            while self._down:
                question = self._down.popleft()
                if question.command.long:
                    aside.start_soon(self._answer, question, home)
                else:
                    await self._answer(question, home)
            if self._closing:
                # The home locks and ends; `_wake_trio` has set how long it may take.
                await self._answer(_Question(Stop(), None, None), home)
                return

    async def _answer(self, question: _Question, home: Keeper) -> None:
        try:
            value = await home.do(question.command)
        except Refused as refused:
            await let_listeners_run()
            self._refuse(question.otherwise, refused)
        except Exception as fault:  # noqa: BLE001 - one bad command must not take the home down
            log.error("%s failed: %s", type(question.command).__name__, type(fault).__name__)  # noqa: TRY400
            await let_listeners_run()
            self._refuse(question.otherwise, Refused(Why.BAD_REQUEST, STUMBLED))
        else:
            await let_listeners_run()
            if question.then is not None:
                self._raise_up(_Answer(question.then, value))


def _first(fault: BaseException) -> BaseException:
    """The fault at the bottom of trio's groups, for its type's name."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault
