"""What a home that sleeps holds: words, secrets, and what these would open."""

from app.store import circles
from app.store.circles import one_circle
from p2p.envelope import EpochSecrets, hint_matches, peek, seal_body
from p2p.ids import EpochId
from p2p.op import Log
from tests.journeys.people import Person


def envelopes_with(person: Person, circle: str, text: str) -> list[bytes]:
    """The envelopes of the words here that have this text in them, as they travel."""
    store = person.store()
    row = one_circle(store, bytes.fromhex(circle))
    assert row is not None
    secrets = {
        e: EpochSecrets(e, words, authority)
        for e, words, authority in circles.secrets_of(store, row.circle_no)
    }
    rows = store.read(
        "SELECT hour, epoch, body FROM ops JOIN bodies USING (op_no) JOIN epochs USING (epoch_no)"
        " WHERE log = 1 AND instr(body, ?) > 0",
        (text.encode(),),
    )
    store.close()
    found = []
    for hour, epoch, body in rows:
        keys = secrets[EpochId(epoch)].keys(Log.WORDS)
        assert keys is not None
        found.append(seal_body(body, hour, keys))
    return found


def opened_by(person: Person, circle: str, envelopes: list[bytes]) -> int:
    """How many of these any secret in somebody's store, of either class, is the key of."""
    store = person.store()
    row = one_circle(store, bytes.fromhex(circle))
    assert row is not None
    known = [s for _, *two in circles.secrets_of(store, row.circle_no) for s in two if s]
    store.close()
    assert known
    keys = [
        key
        for secret in known
        for key in (EpochSecrets(EpochId(bytes(32)), secret, None).keys(Log.WORDS),)
        if key is not None
    ]
    return sum(any(hint_matches(k, peek(e)) for k in keys) for e in envelopes)


def found_at(person: Person, text: str) -> bool:
    """Whether a text is in any column of any table of somebody's store, unsealed."""
    store = person.store()
    tables = [
        name
        for (name,) in store.read(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
    ]
    needle = text.encode()
    found = any(
        needle in (cell if isinstance(cell, bytes) else str(cell).encode())
        for table in tables
        for row in store.read(f'SELECT * FROM "{table}"')  # noqa: S608 - the store's own names
        for cell in row
    )
    store.close()
    return found
