"""The steps from an empty file to today's tables, in order. A step once released never changes."""

from typing import Final

from app.store.migrations import m0001 as m0001
from app.store.migrations import m0002 as m0002
from app.store.migrations import m0003 as m0003
from app.store.migrations import m0004 as m0004
from app.store.migrations import m0006 as m0006
from app.store.migrations import m0007 as m0007
from app.store.migrations import m0008 as m0008
from app.store.migrations import m0009 as m0009
from app.store.migrations import m0010 as m0010
from app.store.migrations import m0011 as m0011

STEPS: Final[tuple[str, ...]] = (
    m0001.SQL, m0002.SQL, m0003.SQL, m0004.SQL, m0006.SQL, m0007.SQL, m0008.SQL, m0009.SQL,
    m0010.SQL, m0011.SQL,
)  # fmt: skip
"""SQL scripts; the store's `user_version` counts how many of them it has been through."""
