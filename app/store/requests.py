"""Rows of requests: who asks to come in where a person decides, and what was decided."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.store.db import Database
from p2p.ids import DeviceId

_COLUMNS = "request, invite, content, state, asked, note, first_at, last_at"


class RequestState(StrEnum):
    """How far a request has come. Who was let in has none any more."""

    OPEN = "open"
    ASKED = "asked"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request, by the device it would bring. What was declined keeps nothing of the person."""

    request: DeviceId
    invite: bytes
    content: bytes | None = field(repr=False)
    state: RequestState
    asked: str = field(repr=False)
    note: str = field(repr=False)
    first_at: int
    last_at: int


def _row(row: tuple[object, ...]) -> RequestRow:
    values = list(row)
    values[3] = RequestState(str(values[3]))
    return RequestRow(*values)  # type: ignore[arg-type]  # the columns above, in their order


def all_requests(db: Database, circle_no: int) -> list[RequestRow]:
    """Every request that was kept, the oldest first."""
    return [
        _row(r) for r in db.read(
            f"SELECT {_COLUMNS} FROM requests WHERE circle_no = ?"  # noqa: S608 - constant columns
            " ORDER BY first_at, request",
            (circle_no,),
        )
    ]  # fmt: skip


def one_request(db: Database, circle_no: int, request: bytes) -> RequestRow | None:
    """A request by its device."""
    rows = db.read(
        f"SELECT {_COLUMNS} FROM requests WHERE circle_no = ? AND request = ?",  # noqa: S608 - constant columns
        (circle_no, request),
    )
    return _row(rows[0]) if rows else None


def keep(db: Database, circle_no: int, row: RequestRow) -> None:
    """Keep a request, or what has become of it."""
    db.execute(
        f"INSERT OR REPLACE INTO requests (circle_no, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - constant columns
        (circle_no, row.request, row.invite, row.content, row.state.value, row.asked, row.note,
         row.first_at, row.last_at),
    )  # fmt: skip


def forget_undecided(db: Database, circle_no: int, before: int) -> int:
    """Forget who last knocked before a time, in ms, and was not declined; how many these were."""
    gone = db.execute(
        "DELETE FROM requests WHERE circle_no = ? AND state <> ? AND last_at < ? RETURNING request",
        (circle_no, RequestState.DECLINED.value, before),
    )
    return len(gone)


def forget(db: Database, circle_no: int, request: bytes) -> None:
    """The person is in: what they answered was for the door only."""
    db.execute("DELETE FROM requests WHERE circle_no = ? AND request = ?", (circle_no, request))
