"""The files that posts are carried in: written whole or not at all, read piece by piece.

A stick can be slow, full, or gone in the middle of it, so all of it is done in worker threads, and
whatever the operating system says is told to the person. A new file has another name until it is
complete and on the disk; if that never comes, what there was of it is taken away again.
"""

import errno
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import trio

from app.diskfaults import is_full, sync_folder
from app.refused import Refused, Why
from p2p.crypto import Entropy

ENOUGH: Final = 1024 * 1024
"""Bytes gathered before a thread is asked to write them."""
PIECE: Final = 256 * 1024
"""Bytes read at a time."""

_PRIVATE: Final = 0o600
_BINARY: Final = getattr(os, "O_BINARY", 0)
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0)  # what is no file may keep whoever opens it waiting
_NO_ACCESS: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

R = TypeVar("R")

THERE_ALREADY: Final = (
    "Something else of that name is there already. Nothing was changed. Choose another name."
)
NO_ROOM: Final = (
    "There is not enough room for the file there. Nothing was left behind, and nothing of the "
    "circle is lost. Free some space or choose another place."
)
NOT_THERE: Final = (
    "Hearthside may not write there. Nothing was left behind. Choose another place for the file."
)
NO_FOLDER: Final = "There is no such folder. Nothing was written. Choose another place."
GONE_AWAY: Final = (
    "The file could not be written to its end: perhaps the stick was pulled out. Nothing of the "
    "circle is lost. Try again."
)
NO_FILE: Final = "There is no such file. Choose it again."
NOT_READABLE: Final = (
    "This file can't be read to its end: perhaps the stick was pulled out. What came in before "
    "that stays. Try again."
)


class NewFile:
    """A file that is being written. `size`: its bytes so far."""

    def __init__(self, handle: int) -> None:
        """`handle` is open for writing."""
        self._handle = handle
        self._waiting = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Add some bytes; lets others run."""
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= ENOUGH:
            await self.flush()
        else:
            await trio.lowlevel.checkpoint()

    async def flush(self) -> None:
        """Hand over to the operating system what waits."""
        data, self._waiting = bytes(self._waiting), bytearray()
        await _in_thread(_written, lambda: _write_all(self._handle, data))


@asynccontextmanager
async def new_file(
    path: Path, entropy: Entropy, *, over: bytes | None = None
) -> AsyncIterator[NewFile]:
    """A file that is there, complete and durable, once the block has ended without an exception.

    `over`: it may take the place of a file that begins with these bytes, or is empty, but of no
    other: whoever mistakes one name for another loses nothing. `Refused`: ALREADY_EXISTS,
    DISK_FULL, READ_ONLY.
    """
    with _written():
        half = path.with_name(f".{entropy(8).hex()}.part")
    handle = await _in_thread(_written, lambda: _begin(path, half, over=over))
    try:
        file = NewFile(handle)
        try:
            yield file
            await file.flush()
            await _in_thread(_written, lambda: os.fsync(handle))
        finally:
            with suppress(OSError):
                os.close(handle)
        await _in_thread(_written, lambda: _put_in_place(half, path, over=over))
    finally:
        with suppress(OSError):  # in its place already, or gone with the stick
            half.unlink()


class OldFile:
    """A file that is being read."""

    def __init__(self, handle: int) -> None:
        """`handle` is open for reading."""
        self._handle = handle

    async def read(self) -> bytes:
        """The next of it; nothing at its end."""
        return await _in_thread(_read, lambda: os.read(self._handle, PIECE))


@asynccontextmanager
async def old_file(path: Path) -> AsyncIterator[OldFile]:
    """A file that is there. `Refused`: BAD_FILE, here and in reading."""
    handle = await _in_thread(_read, lambda: _look_into(path))
    try:
        yield OldFile(handle)
    finally:
        with suppress(OSError):
            os.close(handle)


_Said: TypeAlias = Callable[[], AbstractContextManager[None]]


async def _in_thread(said: _Said, work: Callable[[], R]) -> R:
    with said():
        return await trio.to_thread.run_sync(work)


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise Refused(Why.ALREADY_EXISTS, THERE_ALREADY) from None
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(Why.READ_ONLY, NO_FOLDER) from None
    except (OSError, ValueError) as fault:  # a name with a zero in it is no name
        if is_full(fault):
            raise Refused(Why.DISK_FULL, NO_ROOM) from None
        may_not = isinstance(fault, ValueError) or fault.errno in _NO_ACCESS
        raise Refused(Why.READ_ONLY, NOT_THERE if may_not else GONE_AWAY) from None


@contextmanager
def _read() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise Refused(Why.BAD_FILE, NO_FILE) from None
    except OSError:
        raise Refused(Why.BAD_FILE, NOT_READABLE) from None


def _begin(path: Path, half: Path, *, over: bytes | None) -> int:
    if path.exists() and not _gives_way(path, over):
        raise FileExistsError
    return os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, _PRIVATE)


def _write_all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _gives_way(path: Path, over: bytes | None) -> bool:
    """Some desktops make an empty file when they ask for a name."""
    if over is None or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(over)) in {over, b""}


def _put_in_place(half: Path, path: Path, *, over: bytes | None) -> None:
    """Give it its name. Where that must be free, by a link: a rename would not ask."""
    if over is not None:
        half.replace(path)
    else:
        try:
            os.link(half, path)
        except FileExistsError:
            raise
        except OSError:  # most sticks know no links
            if path.exists():
                raise FileExistsError from None
            half.rename(path)
    with suppress(OSError):  # nor can every folder be flushed
        sync_folder(path.parent)


def _look_into(path: Path) -> int:
    handle = os.open(path, os.O_RDONLY | _AT_ONCE | _BINARY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError
    return handle
