"""The bridge: answers in order, one signal for all that happened, and no silent fall."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.apart import HomeApart
from app.circle.state import HomeState
from app.commands import (
    Command,
    CreateHome,
    HomeStatus,
    KeepDraft,
    ListCircles,
    Lock,
    Nothing,
    ReadDigest,
    Status,
    Stop,
    TakePosts,
    Unlock,
)
from app.events import CircleChanged, HomeChanged, NetChanged, Trouble
from app.home import Home, Settings
from app.places import Places
from app.refused import Refused, Why
from app.vault import KdfCost
from tests.ui.hearth import PASSPHRASE, TABLE, FakeHome
from ui.bridge import STOPPED, Bridge

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)


class Window:
    """Hears a bridge on the Qt thread; `told` is everything in the order it came."""

    def __init__(self, qtbot: QtBot, home: FakeHome) -> None:
        self.qtbot = qtbot
        self.home = home
        self.told: list[Any] = []
        self.bridge = Bridge(lambda: home)
        self.bridge.said.connect(self.told.append)
        self.bridge.open()
        qtbot.waitUntil(lambda: self.bridge.home_state is not None)

    def ask(self, command: Command[Any]) -> None:
        self.bridge.ask(command, self.told.append, self.told.append)

    def until(self, count: int) -> list[Any]:
        self.qtbot.waitUntil(lambda: len(self.told) >= count)
        return self.told

    def at_home(self, what: Callable[[], object]) -> None:
        assert self.bridge._token is not None
        self.bridge._token.run_sync_soon(what)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    one = Window(qtbot, FakeHome())
    yield one
    one.bridge.close()


def test_answers_come_in_the_order_of_the_questions_on_the_window_thread(window: Window) -> None:
    threads: list[threading.Thread] = []
    got: list[object] = []

    def answered(number: int, status: Status) -> None:
        got.append((number, status.state))
        threads.append(threading.current_thread())

    for number in range(50):
        window.bridge.ask(HomeStatus(), partial(answered, number))
    window.qtbot.waitUntil(lambda: len(got) == 50)
    assert got == [(number, HomeState.LOCKED) for number in range(50)]
    assert set(threads) == {threading.main_thread()}


def test_what_happened_before_an_answer_is_told_before_it(window: Window) -> None:
    window.ask(Unlock(passphrase=PASSPHRASE))
    told = window.until(2)
    assert told == [[HomeChanged(state=HomeState.OPEN)], Nothing()]
    assert window.bridge.property("state") == "open"


def test_what_takes_long_holds_up_nothing_that_is_asked_after_it(window: Window) -> None:
    """A file is written or brought in; posts are read meanwhile, and the home can be locked."""
    window.home.stuck_with = TakePosts
    window.ask(Unlock(passphrase=PASSPHRASE))
    window.until(2)
    window.ask(TakePosts(circle=TABLE, path="/somewhere"))
    window.ask(ListCircles())
    assert window.until(3)[2:] == [[]]
    window.ask(Lock())
    assert window.until(5)[3:] == [[HomeChanged(state=HomeState.LOCKED)], Nothing()]


def test_a_thousand_events_are_one_signal(window: Window) -> None:
    """A screen wakes once for what came while it was busy."""
    event = CircleChanged(circle=TABLE)
    window.at_home(lambda: window.home.say(*[event] * 900, NetChanged()))
    time.sleep(0.2)  # the window is busy
    assert window.until(1) == [[event] * 900 + [NetChanged()]]


def test_a_refusal_goes_to_whoever_listens_for_it(window: Window) -> None:
    window.ask(Unlock(passphrase="wrong"))
    refused = window.until(1)[0]
    assert isinstance(refused, Refused)
    assert refused.kind is Why.WRONG_PASSPHRASE


def test_a_refusal_nobody_listens_for_is_told_as_trouble(window: Window) -> None:
    window.bridge.ask(Unlock(passphrase="wrong"))
    assert window.until(1) == [[Trouble(kind="wrong_passphrase", message="That didn't open it.")]]


def test_that_the_home_is_locked_is_no_trouble(window: Window) -> None:
    window.bridge.ask(ListCircles())
    window.ask(HomeStatus())
    assert window.until(1) == [Status(state=HomeState.LOCKED, version="0")]


def test_one_bad_command_does_not_take_the_home_down(
    window: Window, caplog: pytest.LogCaptureFixture
) -> None:
    """The person reads a sentence; the log holds a type and no words."""
    window.ask(ReadDigest(circle=TABLE))
    window.ask(HomeStatus())
    refused, status = window.until(2)
    assert isinstance(refused, Refused)
    assert "a fault of Hearthside's own" in refused.message
    assert status == Status(state=HomeState.LOCKED, version="0")
    assert "ValueError" in caplog.text
    assert "words of a person" not in caplog.text


def test_a_home_that_falls_over_says_so(window: Window, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with window.qtbot.waitSignal(window.bridge.ended):
        window.at_home(lambda: window.home.end(crash=True))
    assert window.told == [[Trouble(kind="stopped", message=STOPPED)]]
    assert "words of a person" not in caplog.text
    window.ask(HomeStatus())
    refused = window.until(2)[1]
    assert isinstance(refused, Refused)
    assert refused.message == STOPPED


def test_one_screens_mistake_does_not_swallow_what_others_are_told(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, _fault, _trace: faults.append(kind))
    window.bridge.ask(HomeStatus(), lambda _status: int("not a number"))
    window.ask(HomeStatus())
    window.until(1)
    assert faults == [ValueError]


def test_closing_keeps_what_was_asked_before_and_then_stops(window: Window) -> None:
    window.bridge.ask(Unlock(passphrase=PASSPHRASE))
    window.bridge.ask(KeepDraft(circle=TABLE, place="circle", body="not yet"))
    window.bridge.close()
    assert [type(one) for one in window.home.asked] == [Unlock, KeepDraft, Stop]
    assert not window.bridge._thread


def test_closing_takes_two_seconds_at_most_even_if_the_home_is_stuck(window: Window) -> None:
    window.home.stuck = True
    window.bridge.ask(HomeStatus())
    began = time.monotonic()
    window.bridge.close()
    assert time.monotonic() - began < 2
    window.ask(Lock())
    assert isinstance(window.until(1)[0], Refused)


@pytest.mark.parametrize("apart", [False, True], ids=["thread", "process"])
def test_a_real_home_opens_and_locks_over_the_bridge(
    qtbot: QtBot, tmp_path: Path, apart: bool
) -> None:
    places = Places(tmp_path)
    cheap = KdfCost(ops=1, mem_bytes=8192)

    def home() -> HomeApart | Home:
        if apart:
            return HomeApart(tmp_path, listen=LOOPBACK, lan=False)
        return Home(places, Settings(listen=LOOPBACK, kdf=cheap))

    bridge = Bridge(home)
    told: list[Any] = []
    bridge.open()
    qtbot.waitUntil(lambda: bridge.home_state is HomeState.NEW, timeout=10_000)
    bridge.ask(CreateHome(passphrase=PASSPHRASE))
    bridge.ask(ListCircles(), told.append)
    qtbot.waitUntil(lambda: told == [[]], timeout=20_000)
    bridge.ask(Lock())
    bridge.ask(Unlock(passphrase="wrong"), None, told.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    assert told[1].kind is Why.WRONG_PASSPHRASE
    assert bridge.home_state is HomeState.LOCKED
    began = time.monotonic()
    bridge.close()
    assert time.monotonic() - began < 2
    with places.claim():
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_the_window_says_so_where_the_homes_process_dies(qtbot: QtBot, tmp_path: Path) -> None:
    home = HomeApart(tmp_path, listen=LOOPBACK, lan=False)
    bridge = Bridge(lambda: home)
    told: list[Any] = []
    bridge.said.connect(told.extend)
    bridge.open()
    qtbot.waitUntil(lambda: bridge.home_state is HomeState.NEW, timeout=10_000)
    with qtbot.waitSignal(bridge.ended, timeout=10_000):
        assert home._process is not None
        os.kill(home._process.pid, signal.SIGKILL)
    assert told == [Trouble(kind="stopped", message=STOPPED)]
    bridge.close()
