"""What this program writes to stderr: that something went wrong and where, never about whom.

A log is copied into bug reports by people in a hurry, so it may hold no names, words, keys or ids.
Messages of our own are constants and numbers. Those of libraries are not ours to vouch for (libp2p
names peers and addresses), and an exception's text often quotes what it choked on: of both only
the kind and the place in the code are told.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

OURS: Final = ("app", "p2p", "ui", "resources")


def set_up_logging(stream: TextIO) -> None:
    """Send warnings and worse to `stream`, without people in them; also uncaught exceptions."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Discreet())
    handler.addFilter(_worth_telling)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)

    def uncaught(
        _kind: type[BaseException], fault: BaseException, _trace: TracebackType | None
    ) -> None:
        print(f"Hearthside stopped because of a fault of its own: {outline(fault)}", file=stream)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            uncaught(args.exc_type, args.exc_value, None)

    def unraisable(args: "UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            print(f"Ignored while tidying up: {outline(args.exc_value)}", file=stream)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
    sys.unraisablehook = unraisable


def outline(fault: BaseException) -> str:
    """Give type and place of an exception, or of each in a group: "KeyError at app/home.py:42"."""
    return "; ".join(f"{type(one).__name__} at {_place(one)}" for one in leaves(fault))


def leaves(fault: BaseException) -> Iterator[BaseException]:
    """Go through the exceptions that a group holds, however deep; a plain one is its own leaf."""
    if isinstance(fault, BaseExceptionGroup):
        for inner in fault.exceptions:
            yield from leaves(inner)
    else:
        yield fault


class _Discreet(logging.Formatter):
    """Our own message as it is; of anything else the level, the logger and the place."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()}: {record.name}"
        if _is_ours(record):
            line += f": {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" ({outline(record.exc_info[1])})"
        return line


def _worth_telling(record: logging.LogRecord) -> bool:
    """Say whether a line helps anyone: a library's warnings, without their text, do not."""
    return _is_ours(record) or record.levelno >= logging.ERROR


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in {"hearthside", *OURS}


def _place(fault: BaseException) -> str:
    """Find the last place inside our own code, else the last at all, without the folders above."""
    last = "an unknown place"
    for frame in traceback.extract_tb(fault.__traceback__):
        parts = Path(frame.filename).parts
        floors = [at for at, part in enumerate(parts[:-1]) if part in OURS]
        if floors and "site-packages" not in parts:
            last = f"{'/'.join(parts[floors[-1] :])}:{frame.lineno}"
        elif not last.startswith(OURS):
            last = f"{parts[-1]}:{frame.lineno}"
    return last
