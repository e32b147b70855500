"""Where a home lives on disk, and the lock that keeps it to one process at a time."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from platformdirs import user_data_dir

from app.header import read_header
from app.refused import Refused, Why

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PRIVATE: Final = 0o700
"""The folder is for its owner only: even names and sizes of files are nobody else's business."""


LETTING_GO: Final = 3.0
"""Seconds that a home may take to end after its window was ended from outside."""

_AGAIN: Final = 0.05


class AlreadyOpen(Exception):  # noqa: N818 - a fact about the world, not a fault
    """Another process has this home open."""

    def __init__(self) -> None:
        """Say it in the one sentence that the second process writes."""
        super().__init__("This home is already open in another window or program.")


@dataclass(frozen=True, slots=True)
class Places:
    """A home folder and the files in it. Nothing is touched before `claim`."""

    folder: Path

    @classmethod
    def default(cls) -> Self:
        """Give the home of the person who is logged in, where the platform keeps such things."""
        return cls(Path(user_data_dir("hearthside", appauthor=False, roaming=False)))

    @property
    def header(self) -> Path:
        """The clear header: what is needed to try a passphrase, and nothing about the person."""
        return self.folder / "header.json"

    @property
    def store(self) -> Path:
        """The SQLCipher file with everything else in it."""
        return self.folder / "store.db"

    @property
    def appearance(self) -> Path:
        """How large the text is and which theme, in the clear: a lock screen has to be read too."""
        return self.folder / "appearance.json"

    @property
    def lock(self) -> Path:
        """An empty file that carries the operating system's lock; it means nothing by existing."""
        return self.folder / "home.lock"

    def flower(self) -> bytes:
        """The sixteen random bytes that the lock screen's flower is drawn from; they tell nothing.

        None at all (`b""`) where there is no header that can be read: a new home, a damaged one.
        """
        try:
            return read_header(self.header).flower
        except Refused:
            return b""

    @property
    def is_new(self) -> bool:
        """Whether nothing was created here yet.

        The store decides, because it is put in place last (see `app.store.db`): a crash in the
        middle of creating leaves a header without a store, and that is still a new home.
        """
        try:
            self.store.stat()
        except OSError:  # also a folder that cannot be looked into: creating then says why
            return True
        return False

    @contextmanager
    def claim(self, *, patience: float = 0.0) -> Iterator[None]:
        """Make the folder if need be and hold it as the only process, until the block ends.

        The lock is the operating system's own, so a killed process lets go of it too. A folder
        that cannot be written to is locked as well as it can be and otherwise no error here: the
        home then says so to the person, in answer to `home.create` or `home.unlock`.

        Raises `AlreadyOpen` if another process has it, and still has it after `patience` seconds,
        `Refused` if the place is not a folder.
        """
        with suppress(OSError):
            self.folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if self.folder.exists() and not self.folder.is_dir():
            raise Refused(Why.READ_ONLY, "The place given for this home is a file, not a folder.")
        handle = self._handle()
        try:
            if handle is not None:
                _lock(handle, patience)
            yield
        finally:
            if handle is not None:
                os.close(handle)

    def _handle(self) -> int | None:
        """Open what is to be locked: the lock file, also read-only, else the folder itself.

        The fallbacks are for folders on read-only or full disks; two processes that see the same
        folder take the same way, so they still meet. Nothing there to open: nothing to protect.
        """
        for path, flags in (
            (self.lock, os.O_RDWR | os.O_CREAT),
            (self.lock, os.O_RDONLY),
            (self.folder, os.O_RDONLY),
        ):
            with suppress(OSError):
                return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)
        return None


def _lock(handle: int, patience: float) -> None:
    """Take the lock or raise `AlreadyOpen`; closing the handle, or dying, frees it."""
    until = time.monotonic() + patience
    while True:
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= until:
                raise AlreadyOpen from None
            time.sleep(_AGAIN)  # waiting for a lock has no end that one could set
        else:
            return
