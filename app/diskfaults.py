"""What a disk can refuse, said to the person; and the flush that makes a rename last."""

import errno
import os
import sys
from pathlib import Path
from typing import Final

from app.refused import Refused, Why

_FULL: Final = frozenset(
    {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # no quotas on Windows
)


def disk_full() -> Refused:
    """Say that nothing more can be saved: full, over quota, or a file at its limit."""
    return Refused(
        Why.DISK_FULL,
        "Hearthside can't save any more on this computer. Nothing you sent is lost. "
        "Free some space, then try again.",
    )


def read_only() -> Refused:
    """Say that the folder or a file in it cannot be written."""
    return Refused(
        Why.READ_ONLY,
        "Hearthside can't write to its folder on this computer. Nothing was changed. "
        "Make the folder writable, or choose another one.",
    )


def failing_disk() -> Refused:
    """Say that the disk answers with errors."""
    return Refused(
        Why.DAMAGED_STORE,
        "This computer's disk gives errors where Hearthside keeps its things. Nothing was changed. "
        "Copy the folder to another disk before you go on.",
    )


def is_full(fault: BaseException) -> bool:
    """Whether this says that a disk is full, or a quota used up."""
    return isinstance(fault, OSError) and fault.errno in _FULL


def as_refusal(fault: OSError) -> Refused:
    """Say an operating system's error as a refusal: DISK_FULL, DAMAGED_STORE or READ_ONLY.

    The path and the system's own text stay out of it.
    """
    if is_full(fault):
        return disk_full()
    if fault.errno == errno.EIO:
        return failing_disk()
    return read_only()


def sync_folder(folder: Path) -> None:
    """Make renames and new files in a folder durable. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
