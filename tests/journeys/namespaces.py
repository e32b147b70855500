"""Computers that are parted for real: network namespaces with a cable between each two of them.

    with places_apart("ada", "ben", "cleo") as places:
        places.command("ada")           what to put before a command to run it at Ada's
        places.cut("ada", "ben")        the cable is pulled; nothing is told to either side
        places.join("ada", "ben")       and put back

Each two places have a cable of their own (a veth pair) with its own small net, and no place hands
on what is not for it; so cutting one cable parts two people and nobody else. Nothing of this is
seen outside: the namespaces have no way out, and they end with the block, whatever happened in it.
What a run that was killed has left behind is cleared away by the next one.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

PREFIX: Final = "hearthside-test"
NOT_HERE: Final = (
    "network namespaces cannot be made here: that needs iproute2 and the rights of an "
    "administrator (CAP_NET_ADMIN and CAP_SYS_ADMIN)"
)


class Places:
    """Made by `places_apart`. A cable is named by its two ends, in any order."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """No place is there yet."""
        self._names = names
        self._nets = {frozenset(two): at for at, two in enumerate(combinations(names, 2))}

    def build(self) -> None:
        """Make the places, then the cables; all are joined."""
        for name in self._names:
            _ip("netns", "add", self._space(name))
            _ip("-n", self._space(name), "link", "set", "lo", "up")
        for first, second in combinations(self._names, 2):
            _ip("link", "add", f"to-{second}", "netns", self._space(first), "type", "veth",
                "peer", "name", f"to-{first}", "netns", self._space(second))  # fmt: skip
            for here, there in ((first, second), (second, first)):
                net = f"{self.address(here, there)}/30"
                _ip("-n", self._space(here), "address", "add", net, "dev", f"to-{there}")
            self.join(first, second)

    def address(self, here: str, there: str) -> str:
        """The address that somebody at `there` knows somebody at `here` by."""
        net = self._nets[frozenset((here, there))]
        return f"10.77.{net}.{1 if self._names.index(here) < self._names.index(there) else 2}"

    def command(self, name: str) -> tuple[str, ...]:
        """What begins a command that is to run at this place."""
        return ("ip", "netns", "exec", self._space(name))

    def cut(self, *ends: str) -> None:
        """Pull every cable between these places."""
        self._set(ends, "down")

    def join(self, *ends: str) -> None:
        """Put every cable between these places back."""
        self._set(ends, "up")

    def alone(self, name: str) -> None:
        """Pull every cable that ends at this place."""
        for other in self._names:
            if other != name:
                self.cut(name, other)

    def clear(self) -> None:
        """Nothing of it stays; the cables go with the places they end at."""
        for name in self._names:
            _try("netns", "delete", self._space(name))

    def _set(self, ends: tuple[str, ...], state: str) -> None:
        for here, there in combinations(ends, 2):
            for one, other in ((here, there), (there, here)):
                _ip("-n", self._space(one), "link", "set", f"to-{other}", state)

    def _space(self, name: str) -> str:
        return f"{PREFIX}-{os.getpid()}-{name}"


@contextmanager
def places_apart(*names: str) -> Iterator[Places]:
    """Places for these people, all joined. Skips the test where the machine allows none."""
    _clear_what_was_left()
    if not _allowed():
        pytest.skip(NOT_HERE)
    places = Places(names)
    try:
        places.build()
        yield places
    finally:
        places.clear()


def _allowed() -> bool:
    probe = f"{PREFIX}-{os.getpid()}-probe"
    try:
        return _try("netns", "add", probe) and _try("-n", probe, "link", "set", "lo", "up")
    finally:
        _try("netns", "delete", probe)


def _clear_what_was_left() -> None:
    """Namespaces outlive their makers: those of runs that are no more are taken away."""
    for path in Path("/run/netns").glob(f"{PREFIX}-*"):
        maker = path.name.removeprefix(f"{PREFIX}-").split("-")[0]
        if maker.isdigit() and not Path("/proc", maker).exists():
            _try("netns", "delete", path.name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr.strip()}"


def _try(*words: str) -> bool:
    try:
        _ip(*words)
    except (AssertionError, OSError):
        return False
    return True
