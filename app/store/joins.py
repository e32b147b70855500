"""Rows of joins: attempts to come in, which outlive restarts."""

import json
from dataclasses import dataclass, field

from app.circle.state import JoinState
from app.store.db import Database
from p2p.ids import CircleId

_COLUMNS = (
    'join_no, "join", state, secret, display_name, member_seed, device_seed, door_seed, seal_seed,'
    " nonce, addresses, capsule, circle, reason, made_at, asked, told, note"
)


@dataclass(frozen=True, slots=True)
class JoinRow:
    """One attempt; the secrets are gone once it is over."""

    join_no: int
    join: bytes
    state: JoinState
    secret: bytes | None = field(repr=False)
    display_name: str
    member_seed: bytes | None = field(repr=False)
    device_seed: bytes | None = field(repr=False)
    door_seed: bytes | None = field(repr=False)
    seal_seed: bytes | None = field(repr=False)
    nonce: bytes | None
    addresses: tuple[str, ...]
    capsule: bytes | None
    circle: CircleId | None
    reason: int
    made_at: int
    asked: bytes | None = field(repr=False)
    told: bytes | None = field(repr=False)
    note: str = field(repr=False)


def _row(row: tuple[object, ...]) -> JoinRow:
    values = list(row)
    values[2] = JoinState(str(values[2]))
    values[10] = tuple(json.loads(str(values[10])))
    return JoinRow(*values)  # type: ignore[arg-type]  # the columns above, in their order


def all_joins(db: Database) -> list[JoinRow]:
    """Every join, oldest first."""
    return [_row(r) for r in db.read(f"SELECT {_COLUMNS} FROM joins ORDER BY join_no")]  # noqa: S608 - constant columns


def one_join(db: Database, join: bytes) -> JoinRow | None:
    """A join by its id."""
    rows = db.read(f'SELECT {_COLUMNS} FROM joins WHERE "join" = ?', (join,))  # noqa: S608 - constant columns
    return _row(rows[0]) if rows else None


def add_join(
    db: Database,
    *,
    join: bytes,
    secret: bytes,
    display_name: str,
    seeds: tuple[bytes, bytes, bytes, bytes],
    nonce: bytes,
    addresses: list[str],
    now: int,
) -> JoinRow:
    """Keep a new join. `seeds`: member, device, door, seal; `now` in ms."""
    db.execute(
        'INSERT INTO joins ("join", state, secret, display_name, member_seed, device_seed,'
        " door_seed, seal_seed, nonce, addresses, made_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (join, JoinState.LOOKING.value, secret, display_name, *seeds, nonce,
         json.dumps(addresses), now),
    )  # fmt: skip
    row = one_join(db, join)
    assert row is not None  # noqa: S101 - inserted in the line above
    return row


def set_addresses(db: Database, join_no: int, addresses: list[str]) -> None:
    """More ways to try."""
    db.execute("UPDATE joins SET addresses = ? WHERE join_no = ?", (json.dumps(addresses), join_no))


def set_capsule(db: Database, join_no: int, capsule: bytes) -> None:
    """What the invite's capsule said."""
    db.execute("UPDATE joins SET capsule = ? WHERE join_no = ?", (capsule, join_no))


def set_asked(db: Database, join_no: int, asked: bytes) -> None:
    """What somebody at the door wants to know."""
    db.execute("UPDATE joins SET asked = ? WHERE join_no = ?", (asked, join_no))


def set_told(db: Database, join_no: int, told: bytes) -> None:
    """What the newcomer says to it."""
    db.execute("UPDATE joins SET told = ? WHERE join_no = ?", (told, join_no))


def set_state(
    db: Database, join_no: int, state: JoinState, *, circle: bytes | None = None, reason: int = 0,
    note: str = "",
) -> None:  # fmt: skip
    """A new state; the final ones forget the secrets, and what was said at the door."""
    db.execute(
        "UPDATE joins SET state = ?, circle = ?, reason = ?, note = ? WHERE join_no = ?",
        (state.value, circle, reason, note, join_no),
    )
    if state in {JoinState.JOINED, JoinState.REFUSED, JoinState.CANCELLED}:
        db.execute(
            "UPDATE joins SET secret = NULL, member_seed = NULL, device_seed = NULL,"
            " door_seed = NULL, seal_seed = NULL, nonce = NULL, asked = NULL, told = NULL"
            " WHERE join_no = ?",
            (join_no,),
        )
