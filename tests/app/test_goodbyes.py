"""Goodbyes in the store: what each brings, also one that waits there since before a new version."""

import json
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

from app.goodbye import AT_LEAST, GIVEN_UP_AFTER, LONGEST, Goodbye
from app.store import goodbyes
from app.store.db import open_store
from app.store.goodbyes import GoodbyeRow
from app.store.migrations import STEPS, m0011
from p2p import wire
from p2p.crypto import system_entropy
from p2p.host import Host

KEY = b"k" * 32
DOOR = b"d" * 32
NAME = b"g" * 32


class Later:
    """Forty days after."""

    def now(self) -> int:
        return GIVEN_UP_AFTER * 4 // 3

    def hour(self) -> int:
        return self.now() // 3_600_000


def test_a_goodbye_is_read_as_it_was_kept(tmp_path: Path) -> None:
    """With the secrets for each door."""
    row = GoodbyeRow(
        goodbye=NAME, door_seed=b"s" * 32, envelopes=[b"one", b"two"],
        doors={DOOR: ["/ip4/127.0.0.1/tcp/1"]},
        grants={DOOR: wire.encode(wire.Grants(grants=[]))}, made_at=7,
    )  # fmt: skip
    db = open_store(tmp_path / "store.db", KEY, create=True)
    with db.write():
        goodbyes.keep(db, row)
    assert goodbyes.all_goodbyes(db) == [row]
    with db.write():
        goodbyes.forget(db, NAME)
    assert goodbyes.all_goodbyes(db) == []
    db.close()


def test_one_from_before_goodbyes_brought_secrets_still_waits(tmp_path: Path) -> None:
    """A store is brought to today's tables with what is in it."""
    path = tmp_path / "store.db"
    before = STEPS[: STEPS.index(m0011.SQL)]
    db = open_store(path, KEY, create=True, steps=before)
    with db.write():
        db.execute(
            "INSERT INTO goodbyes (goodbye, door_seed, envelopes, doors, made_at)"
            " VALUES (?,?,?,?,?)",
            (NAME, b"s" * 32, msgspec.msgpack.encode([b"one"]), json.dumps({DOOR.hex(): []}), 7),
        )
    db.close()
    db = open_store(path, KEY, create=False)
    (row,) = goodbyes.all_goodbyes(db)
    assert (row.goodbye, row.envelopes, row.doors, row.grants) == (NAME, [b"one"], {DOOR: []}, {})
    db.close()


async def test_a_home_that_was_closed_for_long_tries_all_the_same(
    tmp_path: Path,
    autojump_clock: MockClock,  # noqa: ARG001 - the clock that jumps is wanted for what it does
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever left and opens it again after 40 days: for ten minutes, and then it is given up."""
    row = GoodbyeRow(
        goodbye=NAME, door_seed=b"s" * 32, envelopes=[], doors={}, grants={}, made_at=0
    )
    db = open_store(tmp_path / "store.db", KEY, create=True)
    with db.write():
        goodbyes.keep(db, row)
    tries: list[float] = []
    real = Goodbye._told_somebody

    async def noted(self: Goodbye, host: Host) -> bool:
        tries.append(trio.current_time())
        return await real(self, host)

    monkeypatch.setattr(Goodbye, "_told_somebody", noted)
    over: list[Goodbye] = []
    begun = trio.current_time()
    one = Goodbye(db, row, Later(), system_entropy, over.append)
    with trio.fail_after(2 * AT_LEAST):
        await one.run()
    assert AT_LEAST <= trio.current_time() - begun < AT_LEAST + 2 * LONGEST
    assert len(tries) >= AT_LEAST / LONGEST
    assert over == [one]
    assert goodbyes.all_goodbyes(db) == []
    db.close()
