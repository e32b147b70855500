"""The look that was chosen, kept from one start to the next in a small clear file.

It lies beside the header, because the lock screen needs it before there is a passphrase. It tells
how large somebody likes their text, and nothing else of them.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from ui.theme.tokens import THEMES

TOO_LONG = 1024  # bytes; a real one has about thirty


class Look(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`theme` is None where the system is followed; `text` is in per cent."""

    theme: str | None = None
    text: int = 100


def recall(path: Path) -> Look:
    """What was kept; the usual look where that is nothing or cannot be understood."""
    try:
        with path.open("rb") as file:
            look = msgspec.json.decode(file.read(TOO_LONG), type=Look)
    except (OSError, ValueError, RecursionError):
        return Look()
    return look if look.theme in {None, *THEMES} else msgspec.structs.replace(look, theme=None)


def keep(path: Path, look: Look) -> None:
    """Put it in place whole or not at all. A disk that cannot take it is no news for anybody."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(prefix=".appearance-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(look) + b"\n")
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
