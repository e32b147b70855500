"""Folders that cannot be written to, also where the tests run as root."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def a_persons_folder() -> Iterator[Path]:
    """Give a folder of somebody without root's rights, and be that somebody meanwhile.

    Root is not stopped by permissions, so as root we act as "nobody"; pytest's own temporary
    folders are closed to others, so this one is made beside them.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "home"
        folder.mkdir(mode=0o700)
        if os.geteuid() != 0:
            yield folder
            folder.chmod(0o700)
            return
        Path(name).chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)
