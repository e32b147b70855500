"""Rows of goodbyes: leavings, signed and sealed, of circles of which nothing else is left here."""

import json
from dataclasses import dataclass, field

import msgspec

from app.store.db import Database


@dataclass(frozen=True, slots=True)
class GoodbyeRow:
    """One goodbye.

    `envelopes`: acts, the leaver's own among them; `doors`: where they may be taken, by door key;
    `grants`: for each door a frame of secrets, sealed to whoever is behind it.
    """

    goodbye: bytes
    door_seed: bytes = field(repr=False)
    envelopes: list[bytes] = field(repr=False)
    doors: dict[bytes, list[str]] = field(repr=False)
    grants: dict[bytes, bytes] = field(repr=False)
    made_at: int


def all_goodbyes(db: Database) -> list[GoodbyeRow]:
    """Every goodbye nobody has taken yet, the oldest first."""
    rows = db.read(
        "SELECT goodbye, door_seed, envelopes, doors, grants, made_at FROM goodbyes"
        " ORDER BY made_at"
    )
    return [
        GoodbyeRow(
            bytes(name), bytes(seed), msgspec.msgpack.decode(told, type=list[bytes]),
            {bytes.fromhex(door): list(known) for door, known in json.loads(doors).items()},
            msgspec.msgpack.decode(grants, type=dict[bytes, bytes]),
            at,
        )
        for name, seed, told, doors, grants, at in rows
    ]  # fmt: skip


def keep(db: Database, row: GoodbyeRow) -> None:
    """Keep it until somebody has taken it."""
    doors = json.dumps({door.hex(): known for door, known in row.doors.items()})
    db.execute(
        "INSERT OR REPLACE INTO goodbyes (goodbye, door_seed, envelopes, doors, grants, made_at)"
        " VALUES (?,?,?,?,?,?)",
        (
            row.goodbye, row.door_seed, msgspec.msgpack.encode(row.envelopes), doors,
            msgspec.msgpack.encode(row.grants), row.made_at,
        ),
    )  # fmt: skip


def forget(db: Database, goodbye: bytes) -> None:
    """Taken, or not wanted any more."""
    db.execute("DELETE FROM goodbyes WHERE goodbye = ?", (goodbye,))
