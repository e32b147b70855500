"""Through the window, by keyboard only: two real windows become a circle and read each other.

Once offscreen, with keys given to the windows by Qt, and once on a real X display with a window
manager, where keys and the clipboard go the way they go for a person.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

TREE = Path(__file__).parents[2]
PASSPHRASE = "amber kettle north willow"
PATIENCE = 30.0  # seconds
STOPS = 40  # Tab comes round sooner than that
WORDS = "Walked to the harbour today."
BACK = "I know that bench."


class Keyboard(Protocol):
    """How keys reach a window."""

    def press(self, window: "Window", *keys: str) -> None: ...

    def type(self, window: "Window", words: str) -> None: ...


class Window:
    """One `hearthside` in a process of its own, and what can be found in it."""

    def __init__(self, home: Path, keyboard: Keyboard, environment: dict[str, str]) -> None:
        self._keyboard = keyboard
        self.process = subprocess.Popen(
            [sys.executable, "tests/journeys/window_driver.py", "--home", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=TREE,
            env=environment,
        )
        self._half = b""
        self._ear = selectors.DefaultSelector()
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._ear.register(self.process.stdout, selectors.EVENT_READ)

    def ask(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line())
        return answer

    def _line(self) -> bytes:
        until = time.monotonic() + PATIENCE
        assert self.process.stdout is not None
        while b"\n" not in self._half:
            left = until - time.monotonic()
            assert left > 0, "the window says nothing"
            if self._ear.select(left):
                piece = self.process.stdout.read()
                assert piece, f"the window ended: {self._last_words()}"
                self._half += piece
        line, self._half = self._half.split(b"\n", 1)
        return line

    def _last_words(self) -> str:
        stderr = self.process.stderr
        return "" if stderr is None else stderr.read().decode(errors="replace")

    # -- looking -------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        """What a screen reader finds; nothing in it may be without a name."""
        seen = self.ask(look=True)
        assert seen["nameless"] == []
        assert seen["complaints"] == []
        return seen

    @property
    def names(self) -> list[str]:
        names: list[str] = self.look()["names"]
        return names

    @property
    def focus(self) -> str:
        return str(self.look()["focus"])

    def waits(self, so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not so():
            assert time.monotonic() < until, f"{what}; there is: {self.look()}"
            time.sleep(0.03)

    def reads(self, words: str) -> None:
        """Wait until these words are somewhere in the window."""
        self.waits(lambda: any(words in name for name in self.names), f"“{words}” is not read")

    def has_focus(self, name: str) -> None:
        self.waits(lambda: self.focus == name, f"the focus is not on “{name}”")

    # -- the keyboard --------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        self._keyboard.press(self, *keys)

    def type(self, words: str) -> None:
        self._keyboard.type(self, words)

    def goes_to(self, name: str) -> None:
        """Tab until the focus is there."""
        for _ in range(STOPS):
            if self.focus == name:
                return
            before = self.focus
            self.press("Tab")
            self._settles(before)
        raise AssertionError(f"Tab never comes to “{name}”; there is: {self.look()}")

    def _settles(self, before: str) -> None:
        """A key that came over a display takes a moment; two stops may also share a name."""
        until = time.monotonic() + 0.3
        while self.focus == before and time.monotonic() < until:
            time.sleep(0.01)

    def closes(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0


class QtKeys:
    """Keys from inside the process, where there is no display to bring them."""

    def press(self, window: Window, *keys: str) -> None:
        window.ask(keys=list(keys))

    def type(self, window: Window, words: str) -> None:
        window.ask(type=words)


class XKeys:
    """Keys from the X server, to whichever window the window manager gives the focus."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def press(self, window: Window, *keys: str) -> None:
        # X's own names; a capital letter would be one with Shift.
        names = {"Ctrl": "ctrl", "Esc": "Escape", "Space": "space"}
        said = [
            "+".join(names.get(part, part.lower() if len(part) == 1 else part) for part in parts)
            for parts in (key.split("+") for key in keys)
        ]
        self._to(window, "key", "--delay", "12", *said)

    def type(self, window: Window, words: str) -> None:
        self._to(window, "type", "--delay", "4", "--", words)

    def _to(self, window: Window, *command: str) -> None:
        seen = window.look()
        if not seen["active"]:
            self._run("windowactivate", "--sync", str(seen["id"]))
            window.waits(lambda: bool(window.look()["active"]), "the window is not in front")
        self._run(*command)

    def _run(self, *command: str) -> None:
        subprocess.run(["xdotool", *command], env=self._environment, check=True, timeout=PATIENCE)


# ---------------------------------------------------------------------------------------------


@contextmanager
def display(folder: Path) -> Iterator[dict[str, str]]:
    """An X server with a window manager, for as long as the block lasts."""
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    reader, writer = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1500x950x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        **quiet,  # type: ignore[call-overload]
    )
    os.close(writer)
    with ExitStack() as stack:
        stack.callback(_ends, server)
        with os.fdopen(reader) as number:
            environment["DISPLAY"] = f":{number.readline().strip()}"
        manager = subprocess.Popen(["openbox"], env=environment, **quiet)  # type: ignore[call-overload]
        stack.callback(_ends, manager)
        yield environment


def _ends(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


@pytest.fixture(params=["offscreen", pytest.param("xcb", marks=pytest.mark.window)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Window]]:
    """Opens windows on homes by name; they end with the test."""
    with ExitStack() as stack:
        if request.param == "offscreen":
            keyboard: Keyboard = QtKeys()
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        else:
            environment = stack.enter_context(display(tmp_path))
            environment["QT_QPA_PLATFORM"] = "xcb"
            keyboard = XKeys(environment)
        environment["QT_QUICK_BACKEND"] = "software"

        def opens(name: str) -> Window:
            window = Window(tmp_path / name, keyboard, environment)
            stack.callback(_gone, window.process)
            return window

        opens.real = request.param == "xcb"  # type: ignore[attr-defined]
        yield opens


def _gone(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.communicate()


def first_run(window: Window, name: str) -> None:
    window.has_focus("Your name")
    window.type(name)
    window.press("Return")
    window.has_focus("Passphrase")
    window.type(PASSPHRASE)
    window.press("Return")
    window.has_focus("Type it once more")
    window.type(PASSPHRASE)
    window.press("Return")
    window.has_focus("I have an invite")
    window.reads(f"Welcome, {name}.")


def begins_a_circle(window: Window) -> None:
    window.goes_to("Begin a circle")
    window.press("Return")
    window.has_focus("What is it called?")
    window.type("By the water")
    window.press("Return")
    window.has_focus("Who is it for?")
    window.type("People who walk.")
    window.press("Tab")
    window.has_focus("Your name here")
    window.press("Return")


def invites(window: Window, *, copying: bool) -> str:
    """The sheet has come by itself; the link is in it once it is shown, and not before."""
    window.has_focus("For One person")
    assert not any("#/ip" in name for name in window.names)
    window.goes_to("Show code, link and picture")
    window.press("Return")
    window.waits(lambda: any("#/ip" in name for name in window.names), "no link is shown")
    link = next(name for name in window.names if name.startswith("hearthside://join/"))
    if copying:
        window.goes_to("Copy invite")
        window.press("Return")
        window.reads("The link is copied.")
    window.press("Esc")
    return link


def test_two_windows_become_a_circle(place: Callable[[str], Window]) -> None:
    real = bool(place.real)  # type: ignore[attr-defined]
    ada = place("ada")
    first_run(ada, "Ada")
    begins_a_circle(ada)
    link = invites(ada, copying=real)

    ben = place("ben")  # not before: a new window takes the keyboard
    first_run(ben, "Ben")
    ben.press("Return")
    ben.has_focus("Invite")
    if real:
        ben.press("Ctrl+V")
    else:
        ben.type(link)
    ben.goes_to("Knock")
    ben.press("Return")
    ben.reads("Home of By the water")
    ada.reads("2 people")

    ada.press("Ctrl+N")
    ada.has_focus("Rough")
    ada.goes_to("Story")
    ada.press("Space")
    ada.goes_to("Your story")
    ada.type(WORDS)
    ada.press("Ctrl+Return")
    ada.reads("Story from You")
    ben.reads(WORDS)
    ben.reads("Post 1 of 1")

    ben.press("F6")
    ben.goes_to("Posts")
    ben.press("Return")
    ben.reads("Replies to Ada")
    ben.press("R")
    ben.has_focus("Write back to Ada…")
    ben.type(BACK)
    ben.press("Ctrl+Return")
    ada.reads("1 reply")
    ada.press("F6")
    ada.goes_to("Posts")
    ada.press("Return")
    ada.reads(BACK)

    for window in (ada, ben):
        window.press("Ctrl+L")
        window.has_focus("Passphrase")
        seen = window.look()
        told = " ".join(seen["names"] + seen["unseen"])
        assert not any(word in told for word in (WORDS, BACK, "water", "Ada"))
        window.type(PASSPHRASE)
        window.press("Return")
        window.reads(WORDS)
        window.closes()
