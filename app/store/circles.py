"""Rows about circles: our keys in them, their secrets, addresses, meetings and drafts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from app.circle.state import CircleState, Draft
from app.store.db import Database
from app.store.keeping import forget_posts
from p2p.ids import CircleId, DeviceId, EpochId, MemberId
from p2p.wire import Card


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle of this home with our keys in it."""

    circle_no: int
    circle: CircleId
    name: str
    about: str
    state: CircleState
    display_name: str
    member_seed: bytes = field(repr=False)
    device_seed: bytes = field(repr=False)
    door_seed: bytes = field(repr=False)
    port: int
    card_counter: int
    made_at: int


@dataclass(frozen=True, slots=True)
class MyRemoval:
    """By whom this home's member was removed, why, and when in ms as they said.

    By themselves: nobody removed them, but this device has forked and is out by that.
    """

    by: MemberId
    reason: str
    said_at: int


_COLUMNS = (
    "circle_no, circle, name, about, state, display_name, member_seed, device_seed, door_seed, "
    "port, card_counter, made_at"
)


def _row(row: tuple[object, ...]) -> CircleRow:
    values = list(row)
    values[4] = CircleState(str(values[4]))
    return CircleRow(*values)  # type: ignore[arg-type]  # the columns above, in their order


def all_circles(db: Database) -> list[CircleRow]:
    """Every circle, oldest first."""
    return [_row(r) for r in db.read(f"SELECT {_COLUMNS} FROM circles ORDER BY circle_no")]  # noqa: S608 - constant columns


def one_circle(db: Database, circle: bytes) -> CircleRow | None:
    """The row of a circle."""
    rows = db.read(f"SELECT {_COLUMNS} FROM circles WHERE circle = ?", (circle,))  # noqa: S608 - constant columns
    return _row(rows[0]) if rows else None


def add_circle(
    db: Database,
    *,
    circle: CircleId,
    name: str,
    about: str,
    display_name: str,
    seeds: tuple[bytes, bytes, bytes],
    seal: tuple[bytes, bytes],
    port: int,
    now: int,
) -> CircleRow:
    """Keep a new circle. `seeds`: member, device, door; `seal`: public half, seed; `now`: ms."""
    db.execute(
        "INSERT INTO circles (circle, name, about, state, display_name, member_seed, device_seed,"
        " door_seed, port, made_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (circle, name, about, CircleState.MEMBER.value, display_name, *seeds, port, now),
    )
    row = one_circle(db, circle)
    assert row is not None  # noqa: S101 - inserted in the line above
    add_seal_key(db, row.circle_no, seal, now)
    return row


def half_made(db: Database, row: CircleRow) -> bool:
    """Whether a circle of our own was begun and its founding never came to disk."""
    return not db.read(
        "SELECT 1 FROM ops WHERE circle_no = ? UNION ALL SELECT 1 FROM joins WHERE circle = ?"
        " LIMIT 1",
        (row.circle_no, row.circle),
    )


def keep_removal(db: Database, circle_no: int, told: MyRemoval) -> None:
    """We were shown that we are out."""
    db.execute(
        "INSERT OR REPLACE INTO removals VALUES (?,?,?,?)",
        (circle_no, told.by, told.reason, told.said_at),
    )


def removal_of(db: Database, circle_no: int) -> MyRemoval | None:
    """What we were shown of our removal, if anything."""
    rows = db.read("SELECT by, reason, said_at FROM removals WHERE circle_no = ?", (circle_no,))
    return MyRemoval(*rows[0]) if rows else None


def invite_labels(db: Database, circle_no: int) -> dict[bytes, str]:
    """The labels of the invites that were made here, by key."""
    return dict(db.read("SELECT key, label FROM invites WHERE circle_no = ?", (circle_no,)))


def set_state(db: Database, circle_no: int, state: CircleState) -> None:
    """Member no longer."""
    db.execute("UPDATE circles SET state = ? WHERE circle_no = ?", (state.value, circle_no))


def set_name(db: Database, circle_no: int, name: str, about: str) -> None:
    """The circle's own name as its rules say now."""
    db.execute(
        "UPDATE circles SET name = ?, about = ? WHERE circle_no = ?", (name, about, circle_no)
    )


def set_display_name(db: Database, circle_no: int, name: str) -> None:
    """What we are called in a circle."""
    db.execute("UPDATE circles SET display_name = ? WHERE circle_no = ?", (name, circle_no))


def set_port(db: Database, circle_no: int, port: int) -> None:
    """The port to listen on again after a restart."""
    db.execute("UPDATE circles SET port = ? WHERE circle_no = ?", (port, circle_no))


def erase_circle(db: Database, circle_no: int) -> None:
    """Nothing of the circle stays."""
    forget_posts(db, circle_no)
    db.execute(
        "DELETE FROM bodies WHERE op_no IN (SELECT op_no FROM ops WHERE circle_no = ?)",
        (circle_no,),
    )
    # Joins that are over, also refused ones: their capsule tells the circle's id, name, inviter.
    db.execute(
        "DELETE FROM joins WHERE state IN ('joined', 'refused', 'cancelled') AND EXISTS"
        " (SELECT 1 FROM circles c WHERE c.circle_no = ?"
        "  AND (joins.circle = c.circle OR instr(joins.capsule, c.circle) > 0))",
        (circle_no,),
    )
    db.execute("DELETE FROM circles WHERE circle_no = ?", (circle_no,))


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key that secrets are sealed to, and since when (ms)."""

    public: bytes
    seed: bytes = field(repr=False)
    made_at: int


def seal_keys(db: Database, circle_no: int) -> list[SealKey]:
    """Ours, the newest first."""
    rows = db.read(
        "SELECT public, seed, made_at FROM seal_keys WHERE circle_no = ? ORDER BY made_at DESC",
        (circle_no,),
    )
    return [SealKey(bytes(public), bytes(seed), made_at) for public, seed, made_at in rows]


def add_seal_key(db: Database, circle_no: int, seal: tuple[bytes, bytes], now: int) -> None:
    """One more: public half and seed."""
    db.execute(
        "INSERT INTO seal_keys (circle_no, public, seed, made_at) VALUES (?,?,?,?)",
        (circle_no, *seal, now),
    )


def forget_seal_keys(db: Database, circle_no: int, *, but: int) -> None:
    """All but so many of the newest, for good."""
    db.execute(
        "DELETE FROM seal_keys WHERE circle_no = ?1 AND public NOT IN (SELECT public FROM seal_keys"
        " WHERE circle_no = ?1 ORDER BY made_at DESC LIMIT ?2)",
        (circle_no, but),
    )


def seal_seeds(db: Database, circle_no: int) -> list[tuple[bytes, bytes]]:
    """Our seal keys here, newest first: (public half, seed)."""
    rows = db.read(
        "SELECT public, seed FROM seal_keys WHERE circle_no = ? ORDER BY made_at DESC", (circle_no,)
    )
    return [(bytes(r[0]), bytes(r[1])) for r in rows]


def secrets_of(db: Database, circle_no: int) -> list[tuple[EpochId, bytes | None, bytes | None]]:
    """(epoch, words secret, authority secret) of all epochs known here."""
    rows = db.read("SELECT epoch, words, authority FROM secrets WHERE circle_no = ?", (circle_no,))
    return [(EpochId(bytes(e)), w, a) for e, w, a in rows]


def keep_secret(
    db: Database, circle_no: int, epoch: EpochId, words: bytes | None, authority: bytes | None
) -> None:
    """Keep what is known of an epoch."""
    db.execute(
        "INSERT INTO secrets VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
        " words = coalesce(excluded.words, words),"
        " authority = coalesce(excluded.authority, authority)",
        (circle_no, epoch, words, authority),
    )


def drop_secret(db: Database, circle_no: int, epoch: EpochId) -> None:
    """Forget a secret that turned out to be none of that epoch's."""
    db.execute("DELETE FROM secrets WHERE circle_no = ? AND epoch = ?", (circle_no, epoch))


def cards_of(db: Database, circle_no: int) -> dict[DeviceId, Card]:
    """The newest address card of each device."""
    rows = db.read("SELECT card FROM cards WHERE circle_no = ?", (circle_no,))
    cards = [msgspec.msgpack.decode(r[0], type=Card) for r in rows]
    return {DeviceId(c.device): c for c in cards}


def keep_cards(db: Database, circle_no: int, cards: Iterable[Card]) -> None:
    """Keep newer cards."""
    db.executemany(
        "INSERT OR REPLACE INTO cards VALUES (?,?,?,?)",
        [(circle_no, c.device, c.counter, msgspec.msgpack.encode(c)) for c in cards],
    )


def count_card(db: Database, circle_no: int, now: int) -> int:
    """The counter for our next card: the time in ms, or one more than the last."""
    rows = db.execute(
        "UPDATE circles SET card_counter = max(card_counter + 1, ?) WHERE circle_no = ?"
        " RETURNING card_counter",
        (now, circle_no),
    )
    return int(rows[0][0])


def meetings_of(db: Database, circle_no: int) -> dict[DeviceId, int]:
    """When each device was last met, in ms since 1970."""
    rows = db.read("SELECT device, last_met FROM meetings WHERE circle_no = ?", (circle_no,))
    return {DeviceId(bytes(d)): int(t) for d, t in rows}


def keep_meeting(db: Database, circle_no: int, device: DeviceId, now: int) -> None:
    """A device was met just now."""
    db.execute("INSERT OR REPLACE INTO meetings VALUES (?,?,?)", (circle_no, device, now))


def forget_meetings(db: Database, circle_no: int) -> None:
    """Nobody was met."""
    db.execute("DELETE FROM meetings WHERE circle_no = ?", (circle_no,))


def keep_draft(db: Database, circle_no: int, draft: Draft, *, empty: bool) -> None:
    """Keep a draft, or forget it where it is empty."""
    if empty:
        db.execute("DELETE FROM drafts WHERE circle_no = ? AND place = ?", (circle_no, draft.place))
    else:
        db.execute(
            "INSERT OR REPLACE INTO drafts VALUES (?,?,?)",
            (circle_no, draft.place, msgspec.msgpack.encode(draft)),
        )


def drafts_of(db: Database, circle_no: int) -> list[Draft]:
    """All drafts of a circle."""
    rows = db.read("SELECT draft FROM drafts WHERE circle_no = ? ORDER BY place", (circle_no,))
    return [msgspec.msgpack.decode(r[0], type=Draft) for r in rows]
