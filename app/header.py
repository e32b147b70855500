"""The small clear header beside the store: read by the lock screen, made by `app.vault`.

It holds what anyone who finds the computer may know; `app.vault` says what and why. Nothing here
computes with keys, so the window can look at it without loading what does.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from app.diskfaults import as_refusal, sync_folder
from app.refused import Refused, Why
from p2p.errors import OurFault

VERSION: Final = 1
FLOWER_SIZE: Final = 16
"""Bytes that the lock screen draws its flower from: so that a person knows their own lock."""

SALT_SIZE: Final = 16
CHECK_SIZE: Final = 32
_MAX_HEADER: Final = 4096  # bytes; a real one has about 250
_MIB: Final = 1024 * 1024

# A header is not authenticated before the passphrase is stretched, so whoever can write to the
# folder chooses these numbers. The bounds keep that from becoming an hour or all of the memory.
_MAX_OPS: Final = 16
_MAX_MEM: Final = 1024 * _MIB
_MIN_MEM: Final = 8192  # libsodium's own least


class KdfCost(Struct, frozen=True):
    """What one try of a passphrase costs: `ops` passes over `mem_bytes` bytes of memory.

    3 passes over 256 MiB, libsodium's "moderate": 0.35 to 0.45 s on the two-core machine this was
    written on, so about half a second for a person. Memory is what makes guessing on graphics
    cards dear, and 256 MiB can still be had on a computer with 2 GiB. RFC 9106 §4 recommends 3
    passes over 64 MiB where memory is short and 1 pass over 2 GiB where it is not; this lies
    between.
    """

    ops: Annotated[int, Meta(ge=1, le=_MAX_OPS)] = 3
    mem_bytes: Annotated[int, Meta(ge=_MIN_MEM, le=_MAX_MEM)] = 256 * _MIB


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that can be known of a home without its passphrase. Bytes are base64 in the file."""

    version: int
    salt: Annotated[bytes, Meta(min_length=SALT_SIZE, max_length=SALT_SIZE)]
    cost: KdfCost
    flower: Annotated[bytes, Meta(min_length=FLOWER_SIZE, max_length=FLOWER_SIZE)]
    check: Annotated[bytes, Meta(max_length=CHECK_SIZE)] = b""


class _Version(Struct):
    version: int


def read_header(path: Path) -> Header:
    """Read and check a header. `Refused`: NEWER_STORE, DAMAGED_STORE, or READ_ONLY."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_HEADER + 1)
    except FileNotFoundError:
        raise _damaged() from None
    except OSError as fault:
        raise as_refusal(fault) from None
    if len(raw) > _MAX_HEADER:
        raise _damaged()
    try:
        version = msgspec.json.decode(raw, type=_Version).version
        if version > VERSION:
            raise Refused(
                Why.NEWER_STORE,
                "This home was made by a newer Hearthside. Nothing in it is lost. "
                "Install the newer version to open it.",
            )
        header = msgspec.json.decode(raw, type=Header)
    except (ValueError, RecursionError):
        raise _damaged() from None
    if version != VERSION or len(header.check) != CHECK_SIZE:
        raise _damaged()
    return header


def write_header(path: Path, header: Header) -> None:
    """Put a header in place whole or not at all, durable when this returns.

    `Refused`: DISK_FULL or READ_ONLY; then an older header, if any, is untouched.
    """
    if len(header.check) != CHECK_SIZE:
        raise OurFault("a header without its check value")
    try:
        # mkstemp makes the file 0600, whatever the umask is.
        handle, name = tempfile.mkstemp(prefix=".header-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(header) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        sync_folder(path.parent)
    except OSError as fault:
        raise as_refusal(fault) from None


def _damaged() -> Refused:
    return Refused(
        Why.DAMAGED_STORE,
        "The header of your store can't be read, and without it no passphrase can open it. Don't "
        "reinstall; nothing was changed. Put header.json back from your last backup.",
    )
