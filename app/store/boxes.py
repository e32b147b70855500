"""Rows about a circle's mailboxes: keys of our own to them, and what of ours they hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.store.db import Database
from p2p.ids import EnvelopeId

EPOCH = 32  # bytes of an epoch's id


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box that we own, or that a newcomer was told of. `retained`: epochs whose keys count."""

    box: bytes
    peer: bytes
    addresses: tuple[str, ...]
    owner: bytes | None = field(repr=False)
    counter: int
    retained: tuple[bytes, ...]


def add(  # noqa: PLR0917 - the columns
    db: Database, circle_no: int, box: bytes, peer: bytes, addresses: Sequence[str],
    owner: bytes | None = None,
) -> None:  # fmt: skip
    """Keep one."""
    db.execute(
        "INSERT OR IGNORE INTO boxes (circle_no, box, peer, addresses, owner) VALUES (?,?,?,?,?)",
        (circle_no, box, peer, json.dumps(list(addresses)), owner),
    )


def all_boxes(db: Database, circle_no: int) -> list[BoxRow]:
    """Those of a circle."""
    rows = db.read(
        "SELECT box, peer, addresses, owner, counter, retained FROM boxes WHERE circle_no = ?",
        (circle_no,),
    )
    return [
        BoxRow(
            bytes(box), bytes(peer), tuple(json.loads(addresses)),
            bytes(owner) if owner is not None else None, counter,
            tuple(bytes(kept)[at : at + EPOCH] for at in range(0, len(kept), EPOCH)),
        )
        for box, peer, addresses, owner, counter, kept in rows
    ]  # fmt: skip


def retained(
    db: Database, circle_no: int, box: bytes, epochs: Iterable[bytes], counter: int
) -> None:
    """The keys of these epochs count there now."""
    db.execute(
        "UPDATE boxes SET retained = ?, counter = ? WHERE circle_no = ? AND box = ?",
        (b"".join(epochs), counter, circle_no, box),
    )


def next_counter(db: Database, circle_no: int, box: bytes, now: int) -> int | None:
    """The number of the next order there; None where no box of this name is here. `now`: ms."""
    rows = db.read("SELECT counter FROM boxes WHERE circle_no = ? AND box = ?", (circle_no, box))
    return max(rows[0][0] + 1, now) if rows else None


def counted(db: Database, circle_no: int, box: bytes, counter: int) -> None:
    """An order of this number was given there."""
    db.execute(
        "UPDATE boxes SET counter = ? WHERE circle_no = ? AND box = ?", (counter, circle_no, box)
    )


def keeps(
    db: Database, circle_no: int, box: bytes, device: bytes, ids: Iterable[EnvelopeId]
) -> int:
    """These envelopes are on disk there; of which of our own (`device`) that is news."""
    news = 0
    for name in ids:
        rows = db.execute(
            "INSERT OR IGNORE INTO in_boxes SELECT op_no, ops.circle_no, ? FROM ops"
            " JOIN devices USING (device_no)"
            " WHERE ops.circle_no = ? AND envelope = ? AND log = 1 AND device = ? RETURNING 1",
            (box, circle_no, name, device),
        )
        news += len(rows)
    return news


def keeps_all(db: Database, circle_no: int, box: bytes, device: bytes, since: int) -> int:
    """All words of ours from an hour on are on disk there; of how many that is news."""
    rows = db.execute(
        "INSERT OR IGNORE INTO in_boxes SELECT op_no, ops.circle_no, ? FROM ops"
        " JOIN devices USING (device_no)"
        " WHERE ops.circle_no = ? AND log = 1 AND hour >= ? AND device = ? RETURNING 1",
        (box, circle_no, since, device),
    )
    return len(rows)


def lacks(db: Database, circle_no: int, box: bytes, ids: Iterable[EnvelopeId], since: int) -> None:
    """These are not there, whatever was said once; nor is what is from before an hour."""
    for name in ids:
        db.execute(
            "DELETE FROM in_boxes WHERE box = ?2 AND op_no IN"
            " (SELECT op_no FROM ops WHERE circle_no = ?1 AND envelope = ?3)",
            (circle_no, box, name),
        )
    db.execute(
        "DELETE FROM in_boxes WHERE circle_no = ?1 AND box = ?2 AND op_no IN"
        " (SELECT op_no FROM ops WHERE circle_no = ?1 AND log = 1 AND hour < ?3)",
        (circle_no, box, since),
    )


def keeping(db: Database, op_no: int) -> list[bytes]:
    """The boxes that have said that they keep an op of ours."""
    rows = db.read("SELECT box FROM in_boxes WHERE op_no = ?", (op_no,))
    return [bytes(box) for (box,) in rows]


def forget(db: Database, circle_no: int, box: bytes) -> None:
    """Nothing is there any more, or we do not know."""
    db.execute("DELETE FROM in_boxes WHERE circle_no = ? AND box = ?", (circle_no, box))
