"""The mailbox's side of one stream: who asks, what they may, and the answers. No socket, no clock.

Theory of operation. A caller is a *stranger* until it shows a key of a box. A stranger who names a
rendezvous id that is known here may hand in a request; who names a tag under which something lies
is given it, since only whom it is for can work the tag out. Everything else of a stranger is met
with silence: `PeerFault`, and the stream is closed as if nobody were home. Of a holder nothing that
is refused ends the stream: it is told why. Source: protocol, section 16.
"""

from collections.abc import Callable, Iterable
from typing import Final

from p2p import wire
from p2p.crypto import same
from p2p.envelope import envelope_id, peek
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.mailbox import capability
from p2p.mailbox import wire as box_wire
from p2p.mailbox.books import Books, Box
from p2p.mailbox.wire import Answered, Asked
from p2p.op import Log
from p2p.reconcile import MOST_RANGES, respond

NO_ROOM: Final = 1
TOO_MANY: Final = 2
NOT_YOURS: Final = 3
NOT_YET: Final = 4
AHEAD: Final = 2  # hours by which an envelope may be ahead of the mailbox's clock
MAX_HAND_INS: Final = 4  # requests one stranger may hand in on one stream
COMPARE_LIMIT: Final = 128 * 1024  # bytes of one Negentropy message
REQUESTS_LIMIT: Final = 160 * 1024  # bytes of requests in one answer


class Clerk:
    """Answers the questions of one caller, in their order."""

    def __init__(self, books: Books, *, own: bytes, caller: bytes, hour: Callable[[], int]) -> None:
        """`own`, `caller`: the two keys as Noise proved them; `hour`: whole hours since 1970."""
        self._books = books
        self._own = own
        self._caller = caller
        self._hour = hour
        self._box: bytes | None = None
        self.key = b""  # by which the box was opened
        self._rendezvous: bytes | None = None
        self._handed_in = 0

    @property
    def box(self) -> Box | None:
        """The box that was opened, as it is now; None for a stranger, or whose key counts no more.

        Asked anew for each question: what the owner orders holds for those who are here, too.
        """
        box = self._books.box(self._box) if self._box is not None else None
        return box if box is not None and self._counts(box, self.key) else None

    def answer(self, asked: Asked) -> Answered:
        """The answer. Raises `PeerFault`: say nothing and hang up."""
        match asked:
            case box_wire.Open():
                return self._open(asked)
            case box_wire.Found():
                return self._found(asked)
            case box_wire.Look(token):
                return self._look(token)
            case wire.Knock(rendezvous):
                return self._knock(rendezvous)
            case wire.Request(request) if self._rendezvous is not None:
                return self._hand_in(self._rendezvous, request)
            case wire.Collect(tags):
                found = self._books.collect(tags)
                if not found and self.box is None and self._rendezvous is None:
                    raise PeerFault("a stranger who knows nothing")
                return wire.Parcels(found)
        box = self.box
        if box is None:
            raise PeerFault("a stranger said something else")
        return self._for_holder(box, asked)

    def _for_holder(self, box: Box, asked: Asked) -> Answered:  # noqa: C901, PLR0912 - a table
        books = self._books
        match asked:
            case box_wire.Succeed(key):
                if key in box.capabilities or books.succeed(box, key):
                    return box_wire.Done()
                return box_wire.Refusal(TOO_MANY)
            case box_wire.Retain():
                owned = capability.retains(asked, box.owner, box.box, self._own)
                if not owned or asked.counter <= box.counter:
                    return box_wire.Refusal(NOT_YOURS)
                books.retain(box, asked.capabilities, asked.counter)
                self.key = box.owner  # who gave the order goes on, whatever key was shown before
                return box_wire.Done()
            case box_wire.Compare(log, since, message):
                items = books.items(box, Log(log), since)
                told = respond(items, message, COMPARE_LIMIT, MOST_RANGES)
                return box_wire.Compare(log, since, told)
            case box_wire.Put(log, envelopes):
                return self._put(box, Log(log), envelopes)
            case box_wire.Want(log, ids):
                return self._given(box, Log(log), ids)
            case box_wire.Settle(log, since, nonce):
                items = books.items(box, Log(log), since)
                digest = capability.set_digest(nonce, items.ids(0, len(items)))
                return box_wire.Settled(digest)
            case box_wire.Drop():
                owned = capability.drops(asked, box.owner, box.box, self._own)
                if not owned or asked.counter <= box.counter:
                    return box_wire.Refusal(NOT_YOURS)
                books.drop(box, asked.ids, asked.counter)
                return box_wire.Done()
            case box_wire.PutParcels(parcels):
                kept = books.put_parcels(box, [(one.tag, one.sealed) for one in parcels])
                return box_wire.Done() if kept else box_wire.Refusal(NO_ROOM)
            case box_wire.Lacking(tags):
                return box_wire.Absent(books.lacking(box, tags))
            case box_wire.PutCapsule(rendezvous, sealed, until):
                kept = books.put_capsule(box, rendezvous, sealed, until)
                return box_wire.Done() if kept else box_wire.Refusal(NO_ROOM)
            case box_wire.Ask(rendezvous, after):
                return self._requests(box, rendezvous, after)
            case box_wire.Listen():
                return box_wire.News(box.seen)
            case _:
                raise PeerFault("a question out of place")

    def _open(self, asked: box_wire.Open) -> Answered:
        if not capability.opens(asked, self._own, self._caller):
            raise PeerFault("a key that was not shown")
        box = self._books.box(asked.box)
        if asked.version != box_wire.VERSION or box is None or not self._counts(box, asked.key):
            raise PeerFault("a key that opens nothing")
        self._box, self.key = asked.box, asked.key
        return self._opened(box)

    def _found(self, asked: box_wire.Found) -> Answered:
        if not same(asked.token, self._books.token) or not capability.founds(asked, self._own):
            raise PeerFault("a box asked for without the card")
        if not self._books.found(asked.box, asked.owner, asked.capability):
            return box_wire.Refusal(TOO_MANY)
        box = self._books.box(asked.box)
        if box is None:
            return box_wire.Refusal(TOO_MANY)
        self._box, self.key = asked.box, asked.owner
        return self._opened(box)

    def _look(self, token: bytes) -> Answered:
        if not same(token, self._books.token):
            raise PeerFault("a look without the card")
        offered = self._books.offers()
        if offered is None:
            return box_wire.Refusal(TOO_MANY)
        quota, days = offered
        return box_wire.Opened(self._hour(), 0, quota, days, 0)

    def _opened(self, box: Box) -> Answered:
        return box_wire.Opened(
            self._hour(), box.used, box.quota, box.days, box.held
        )  # fmt: skip

    def _counts(self, box: Box, key: bytes) -> bool:
        return any(same(key, one) for one in (box.owner, *box.capabilities))

    def _knock(self, rendezvous: bytes) -> Answered:
        sealed = self._books.capsule(rendezvous)
        if sealed is None:
            raise PeerFault("a knock at no door")
        self._rendezvous = rendezvous
        return wire.Capsule(sealed)

    def _hand_in(self, rendezvous: bytes, request: bytes) -> Answered:
        self._handed_in += 1
        if self._handed_in > MAX_HAND_INS:
            raise PeerFault("hands in without end")
        if not self._books.hand_in(rendezvous, request):
            return box_wire.Refusal(NO_ROOM)
        return wire.Held()

    def _put(self, box: Box, log: Log, envelopes: Iterable[bytes]) -> Answered:
        latest = self._hour() + AHEAD
        handed: dict[EnvelopeId, tuple[int, bytes]] = {}
        for envelope in envelopes:
            seen = peek(envelope)
            if seen.envelope_class is not log:
                raise PeerFault("an envelope of another class")
            if seen.hour > latest:
                return box_wire.Refusal(NOT_YET)
            handed[envelope_id(envelope)] = seen.hour, envelope
        kept = self._books.put(box, log, handed)
        return box_wire.Kept(list(kept)) if kept else box_wire.Refusal(NO_ROOM)

    def _given(self, box: Box, log: Log, ids: list[bytes]) -> Answered:
        given: list[bytes] = []
        size = done = 0
        for envelope in self._books.envelopes(box, log, ids):
            if envelope is not None:
                size += len(envelope) + 5
                if given and size > box_wire.BATCH:
                    break
                given.append(envelope)
            done += 1
        return box_wire.Given(given, done)

    def _requests(self, box: Box, rendezvous: list[bytes], after: int) -> Answered:
        boxes: list[bytes] = []
        size, last = 0, after
        for number, request in self._books.requests(
            box, rendezvous, after, box_wire.MAX_REQUESTS
        ):  # fmt: skip
            size += len(request)
            if boxes and size > REQUESTS_LIMIT:
                break
            boxes.append(request)
            last = number
        return box_wire.Requests(boxes, last)
