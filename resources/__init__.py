"""The one reader of what the app carries with it: fonts, icons, tokens, words.

A name is a path inside this folder with forward slashes, such as ``icons/heart.svg``. Names are
checked, so that no caller can walk out of the folder, not even with a name made from data.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def path(name: str) -> Path:
    """Where the named file (or folder) lies on disk, for readers that need a path, such as Qt.

    ValueError: not a name of this folder. FileNotFoundError: a good name, but nothing there.
    """
    if _NAME.fullmatch(name) is None:
        message = f"not a resource name: {name!r}"
        raise ValueError(message)
    found = Path(str(files(__name__))).joinpath(*name.split("/"))
    if not found.exists():
        raise FileNotFoundError(name)
    return found


def read(name: str) -> bytes:
    """All bytes of the named file; errors as in `path`."""
    return path(name).read_bytes()


def names(folder: str, ending: str) -> tuple[str, ...]:
    """Names of the files in `folder` with this ending (such as ``.svg``), sorted."""
    inside = path(folder)
    return tuple(sorted(f"{folder}/{one.name}" for one in inside.iterdir() if one.suffix == ending))
