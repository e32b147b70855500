"""What a mailbox keeps: boxes and their envelopes, each with the hour in which it came.

Words leave `DAYS` days after they came; authority stays, and has room of its own when words have
filled the quota, so that who is in and who is out always gets through. Parcels and requests leave
after as long. A box that nobody opened for `FORGOTTEN` days goes with all that is in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.store.db import Database
from p2p.crypto import digest
from p2p.ids import EnvelopeId
from p2p.mailbox.books import Box
from p2p.mailbox.wire import MAX_CAPABILITIES
from p2p.op import Log
from p2p.reconcile import ItemSet, ItemVector

DAY: Final = 24  # hours
DAYS: Final = 90  # that words, parcels and requests are kept
FORGOTTEN: Final = 400  # days after which a box goes that nobody opens
QUOTA: Final = 256 << 20  # bytes of envelopes of one box
RESERVE: Final = 16 << 20  # bytes more for authority
MOST_BOXES: Final = 1000
MOST_PARCELS: Final = 8192  # of one box
MOST_UNDER_A_TAG: Final = 4
MOST_CAPSULES: Final = 256  # of one box
MOST_REQUESTS: Final = 32  # under one rendezvous id
SETS_KEPT: Final = 64  # sets of ids kept in memory, the last asked for
MOST_COLLECTED: Final = 192 * 1024  # bytes of parcels in one answer, and one tag's more
REQUEST: Final = "hearthside/mailbox/request/1"


@dataclass(slots=True)
class Ledgers:
    """Implements `p2p.mailbox.books.Books` on a store of its own. `hour`: by the mailbox's clock.

    `came`: told the box of whatever came.
    """

    db: Database
    token: bytes
    hour: Callable[[], int]
    came: Callable[[bytes], None]
    quota: int = QUOTA
    retired: Callable[[], None] = lambda: None  # keys count no more that did
    _sets: dict[tuple[int, int], tuple[tuple[int, int], ItemVector]] = field(default_factory=dict)

    # -- boxes ---------------------------------------------------------------------------------

    def box(self, box: bytes) -> Box | None:
        """See the port."""
        rows = self.db.read(
            "SELECT box_no, owner, counter, used, seen, held FROM boxes WHERE box = ?", (box,)
        )
        if not rows:
            return None
        box_no, owner, counter, used, seen, held = rows[0]
        known = self.db.read("SELECT capability FROM capabilities WHERE box_no = ?", (box_no,))
        return Box(
            box_no, box, bytes(owner), frozenset(bytes(one) for (one,) in known), counter, used,
            self.quota, DAYS, seen, held,
        )  # fmt: skip

    def offers(self) -> tuple[int, int] | None:
        """See the port."""
        (count,) = self.db.read("SELECT count(*) FROM boxes")[0]
        return (self.quota, DAYS) if count < MOST_BOXES else None

    def found(self, box: bytes, owner: bytes, capability: bytes) -> bool:
        """See the port."""
        if self.offers() is None or self.box(box) is not None:
            return False
        with self.db.write():
            rows = self.db.execute(
                "INSERT INTO boxes (box, owner, visited) VALUES (?,?,?) RETURNING box_no",
                (box, owner, self.hour()),
            )
            self.db.execute("INSERT INTO capabilities VALUES (?,?)", (rows[0][0], capability))
        for log in Log:  # the number may have been that of a box that is forgotten
            self._sets.pop((rows[0][0], int(log)), None)
        return True

    def visited(self, box: Box) -> None:
        """Somebody opened it."""
        with self.db.write():
            self.db.execute(
                "UPDATE boxes SET visited = ? WHERE box_no = ?", (self.hour(), box.box_no)
            )

    def succeed(self, box: Box, capability: bytes) -> bool:
        """See the port."""
        if len(box.capabilities) >= MAX_CAPABILITIES:
            return False
        with self.db.write():
            self.db.execute("INSERT INTO capabilities VALUES (?,?)", (box.box_no, capability))
        return True

    def retain(self, box: Box, capabilities: Iterable[bytes], counter: int) -> None:
        """See the port."""
        with self.db.write():
            self.db.execute("DELETE FROM capabilities WHERE box_no = ?", (box.box_no,))
            self.db.executemany(
                "INSERT INTO capabilities VALUES (?,?)",
                [(box.box_no, one) for one in dict.fromkeys(capabilities)],
            )
            self.db.execute("UPDATE boxes SET counter = ? WHERE box_no = ?", (counter, box.box_no))
        self.retired()

    # -- envelopes -----------------------------------------------------------------------------

    def items(self, box: Box, log: Log, since: int) -> ItemSet:
        """See the port. Made once for each state of a box, and kept for the hour asked for last.

        Members name the same one, by our clock; who names others costs time, but no memory.
        """
        key, state = (box.box_no, int(log)), (since, box.seen)
        kept = self._sets.pop(key, None)
        if kept is None or kept[0] != state:
            rows = self.db.read(
                "SELECT hour, envelope FROM envelopes WHERE box_no = ? AND log = ? AND hour >= ?",
                (box.box_no, int(log), since),
            )
            kept = state, ItemVector((hour, bytes(name)) for hour, name in rows)
        self._sets[key] = kept
        while len(self._sets) > SETS_KEPT:
            self._sets.pop(next(iter(self._sets)))
        return kept[1]

    def put(
        self, box: Box, log: Log, envelopes: Mapping[EnvelopeId, tuple[int, bytes]]
    ) -> list[EnvelopeId]:
        """See the port."""
        held = self._held(box, envelopes)
        room = self.quota + (RESERVE if log is Log.AUTHORITY else 0) - box.used
        rows, kept, size, now = [], [], 0, self.hour()
        for name, (hour, envelope) in envelopes.items():
            if name not in held:
                if size + len(envelope) > room:
                    continue
                size += len(envelope)
                rows.append((box.box_no, int(log), hour, name, now, envelope))
            kept.append(name)
        if rows:
            with self.db.write():
                self.db.executemany(
                    "INSERT INTO envelopes (box_no, log, hour, envelope, arrived, bytes)"
                    " VALUES (?,?,?,?,?,?)",
                    rows,
                )
                self._has_changed(box, size, len(rows))
            self.came(box.box)
        return kept

    def _held(self, box: Box, ids: Iterable[bytes]) -> set[bytes]:
        names = list(ids)
        held: set[bytes] = set()
        for start in range(0, len(names), 500):
            part = names[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self.db.read(
                f"SELECT envelope FROM envelopes WHERE box_no = ? AND envelope IN ({marks})",  # noqa: S608 - marks only
                (box.box_no, *part),
            )
            held.update(bytes(name) for (name,) in rows)
        return held

    def _has_changed(self, box: Box, size: int = 0, count: int = 0) -> None:
        self.db.execute(
            "UPDATE boxes SET seen = seen + 1, used = used + ?, held = held + ? WHERE box_no = ?",
            (size, count, box.box_no),
        )

    def envelopes(self, box: Box, log: Log, ids: Sequence[bytes]) -> Iterator[bytes | None]:
        """See the port."""
        for name in ids:
            rows = self.db.read(
                "SELECT bytes FROM envelopes WHERE box_no = ? AND envelope = ? AND log = ?",
                (box.box_no, name, int(log)),
            )
            yield bytes(rows[0][0]) if rows else None

    def drop(self, box: Box, ids: Iterable[bytes], counter: int) -> None:
        """See the port."""
        with self.db.write():
            freed = gone = 0
            for name in ids:
                rows = self.db.execute(
                    "DELETE FROM envelopes WHERE box_no = ? AND envelope = ?"
                    " RETURNING length(bytes)",
                    (box.box_no, name),
                )
                freed += sum(size for (size,) in rows)
                gone += len(rows)
            self._has_changed(box, -freed, -gone)
            self.db.execute("UPDATE boxes SET counter = ? WHERE box_no = ?", (counter, box.box_no))

    # -- parcels -------------------------------------------------------------------------------

    def put_parcels(self, box: Box, parcels: Iterable[tuple[bytes, bytes]]) -> bool:
        """See the port."""
        parcels = list(parcels)
        (count,) = self.db.read("SELECT count(*) FROM parcels WHERE box_no = ?", (box.box_no,))[0]
        if count + len(parcels) > MOST_PARCELS:
            return False
        with self.db.write():
            for tag, sealed in parcels:
                self.db.execute(
                    "INSERT INTO parcels (box_no, tag, sealed, arrived) VALUES (?,?,?,?)",
                    (box.box_no, tag, sealed, self.hour()),
                )
                self.db.execute(
                    "DELETE FROM parcels WHERE box_no = ? AND tag = ? AND parcel_no NOT IN"
                    " (SELECT parcel_no FROM parcels WHERE box_no = ? AND tag = ?"
                    "  ORDER BY parcel_no DESC LIMIT ?)",
                    (box.box_no, tag, box.box_no, tag, MOST_UNDER_A_TAG),
                )
            self._has_changed(box)
        self.came(box.box)
        return True

    def lacking(self, box: Box, tags: Iterable[bytes]) -> list[bytes]:
        """See the port."""
        return [
            tag
            for tag in tags
            if not self.db.read(
                "SELECT 1 FROM parcels WHERE box_no = ? AND tag = ? LIMIT 1", (box.box_no, tag)
            )
        ]

    def collect(self, tags: Iterable[bytes]) -> list[bytes]:
        """See the port. The newest first."""
        found: list[bytes] = []
        for tag in tags:
            rows = self.db.read(
                "SELECT sealed FROM parcels WHERE tag = ? ORDER BY parcel_no DESC LIMIT ?",
                (tag, MOST_UNDER_A_TAG),
            )
            found += [bytes(sealed) for (sealed,) in rows]
            if sum(map(len, found)) > MOST_COLLECTED:
                break
        return found[:64]

    # -- the door ------------------------------------------------------------------------------

    def put_capsule(self, box: Box, rendezvous: bytes, sealed: bytes, until: int) -> bool:
        """See the port. Another circle's is not replaced."""
        rows = self.db.read("SELECT box_no FROM capsules WHERE rendezvous = ?", (rendezvous,))
        if rows and rows[0][0] != box.box_no:
            return False
        (count,) = self.db.read("SELECT count(*) FROM capsules WHERE box_no = ?", (box.box_no,))[0]
        if not rows and count >= MOST_CAPSULES:
            return False
        latest = min(until, self.hour() + DAYS * DAY)
        with self.db.write():
            self.db.execute(
                "INSERT INTO capsules VALUES (?,?,?,?) ON CONFLICT (rendezvous)"
                " DO UPDATE SET sealed = excluded.sealed, until = excluded.until",
                (rendezvous, box.box_no, sealed, latest),
            )
        return True

    def capsule(self, rendezvous: bytes) -> bytes | None:
        """See the port."""
        rows = self.db.read(
            "SELECT sealed FROM capsules WHERE rendezvous = ? AND until >= ?",
            (rendezvous, self.hour()),
        )
        return bytes(rows[0][0]) if rows else None

    def hand_in(self, rendezvous: bytes, request: bytes) -> bool:
        """See the port. The same request handed in again is kept once."""
        rows = self.db.read(
            "SELECT box FROM capsules JOIN boxes USING (box_no) WHERE rendezvous = ?",
            (rendezvous,),
        )
        name = digest(REQUEST, rendezvous, request)
        if self.db.read("SELECT 1 FROM requests WHERE digest = ?", (name,)):
            return True
        (count,) = self.db.read(
            "SELECT count(*) FROM requests WHERE rendezvous = ?", (rendezvous,)
        )[0]
        box = self.box(bytes(rows[0][0])) if rows else None
        if box is None or count >= MOST_REQUESTS:
            return False
        with self.db.write():
            self.db.execute(
                "INSERT INTO requests (rendezvous, request, digest, arrived) VALUES (?,?,?,?)",
                (rendezvous, request, name, self.hour()),
            )
            self._has_changed(box)
        self.came(box.box)
        return True

    def requests(
        self, box: Box, rendezvous: Iterable[bytes], after: int, most: int
    ) -> list[tuple[int, bytes]]:
        """See the port."""
        names = list(rendezvous)
        marks = ",".join("?" * len(names))
        rows = self.db.read(
            "SELECT request_no, request FROM requests JOIN capsules USING (rendezvous)"  # noqa: S608 - marks only
            f" WHERE box_no = ? AND request_no > ? AND rendezvous IN ({marks})"
            " ORDER BY request_no LIMIT ?",
            (box.box_no, after, *names, most),
        )
        return [(number, bytes(request)) for number, request in rows]
