"""What a file carried by hand holds: written from one shelf, merged into another. No I/O.

Theory of operation. The file is a conversation of which one side only is heard, with somebody who
is not known before: whatever device of the circle opens it. So it brings, in this order, all that
any of them could lack: the circle, epoch secrets in boxes for each device, all authority envelopes,
address cards, and the words, an epoch at a time, newest first. A record is one MessagePack array
that begins with its kind number, like a frame.

Merging goes through the shelf's own doors, which check everything; the file vouches for nothing,
and it does not matter who made it. So much is taken in at a time that nothing else has to wait long
for it. Words of epochs that are closed here are passed over: that is what a newcomer may not read
where history is fresh, and it must not push out what waits in the quarantine for its secret.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from p2p import wire
from p2p.arriving import by_id
from p2p.errors import PeerFault
from p2p.handfile import MAX_RECORD
from p2p.ids import CircleId, DeviceId, EnvelopeId, EpochId
from p2p.op import Log
from p2p.ports import Shelf
from p2p.unopened import Unopened

PIECE = 64 * 1024  # bytes of words in a record, as written
ACTS = 8 * 1024  # bytes of acts: each of them may open an epoch, and more by that
AT_ONCE = 4096  # words put in their turn at once
GRANTS = 32  # in a record, as written
CARDS = 64
RETRIED = 16  # of those for which it was too early, after each record of acts
MAX_GRANTS = 16384  # that a file may hold for one device
MAX_CLOSED = 1024  # of these that do not open


class Record(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One part of what a file holds."""


class Begin(Record, frozen=True, tag=1):
    """The first record: of which circle all that follows is."""

    circle: wire.Bytes32


class Given(Record, frozen=True, tag=2):
    """Epoch secrets for one device."""

    device: wire.Bytes32
    grants: Annotated[list[wire.Grant], Meta(max_length=64)]


class Acts(Record, frozen=True, tag=3):
    """Authority envelopes, the oldest first."""

    envelopes: wire.Envelopes_


class Cards(Record, frozen=True, tag=4):
    """Addresses of members' devices."""

    cards: Annotated[list[wire.Card], Meta(max_length=wire.MAX_CARDS)]


class Words(Record, frozen=True, tag=5):
    """Words of one epoch, the newest first."""

    epoch: wire.Bytes32
    envelopes: wire.Envelopes_


Brought: TypeAlias = tuple[Log, tuple[EnvelopeId, ...]]
AnyRecord = Begin | Given | Acts | Cards | Words

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyRecord] = msgspec.msgpack.Decoder(AnyRecord)


def encode(record: AnyRecord) -> bytes:
    """The bytes of a record."""
    return _encoder.encode(record)


def decode(data: bytes) -> AnyRecord:
    """A record from a file's bytes. Raises `PeerFault`; never anything else."""
    if len(data) > MAX_RECORD:
        raise PeerFault("a record over the limit")
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PeerFault("a record that is none") from None


# -- writing ---------------------------------------------------------------------------------------


def written(shelf: Shelf, circle: CircleId, devices: Sequence[DeviceId]) -> Iterator[AnyRecord]:
    """All of a circle for these devices, a record at a time. What comes meanwhile may be missing.

    Granting may write acts, so that is done first; each step is a transaction of its own.
    """
    yield Begin(circle)
    for device in devices:
        grants = shelf.grant(device, shelf.lacking(device, frozenset()))
        for start in range(0, len(grants), GRANTS):
            yield Given(device, grants[start : start + GRANTS])
    acts = shelf.item_set(Log.AUTHORITY, None)
    in_turn = _in_turn(shelf, acts.ids(0, len(acts)))[::-1]
    for part in _in_pieces(shelf, in_turn, ACTS):
        yield Acts(part)
    cards = shelf.cards()
    for start in range(0, len(cards), CARDS):
        yield Cards(cards[start : start + CARDS])
    for epoch in shelf.epochs():
        yield from _words(shelf, epoch)


def _words(shelf: Shelf, epoch: EpochId) -> Iterator[Words]:
    items = shelf.item_set(Log.WORDS, frozenset({epoch}))
    for end in range(len(items), 0, -AT_ONCE):
        some = items.ids(max(0, end - AT_ONCE), end)
        for part in _in_pieces(shelf, _in_turn(shelf, some), PIECE):
            yield Words(epoch, part)


def _in_turn(shelf: Shelf, names: Sequence[bytes]) -> list[EnvelopeId]:
    """Newest hour first, and each device's log without a break, its head first."""
    return [name for _, name in sorted(shelf.newest_first([EnvelopeId(name) for name in names]))]


def _in_pieces(shelf: Shelf, names: Sequence[EnvelopeId], most: int) -> Iterator[list[bytes]]:
    """The envelopes of these, about `most` bytes at a time; without what has gone meanwhile."""
    found: list[bytes] = []
    size = 0
    for start in range(0, len(names), 100):
        for _, envelope in shelf.envelopes(names[start : start + 100]):
            if found and size + len(envelope) > most:
                yield found
                found, size = [], 0
            if envelope:
                found.append(envelope)
                size += len(envelope)
    if found:
        yield found


# -- merging ---------------------------------------------------------------------------------------


class Merging:
    """A file on its way into one shelf.

    `acts` and `words` were not here before; `closed` of the words can't be read here.
    """

    def __init__(self, shelf: Shelf, circle: CircleId, device: DeviceId) -> None:
        """`device`: this one."""
        self._shelf = shelf
        self._circle = circle
        self._device = device
        self._unopened = Unopened(shelf)
        self._begun = False
        self._grants = 0
        self._put_off: list[wire.Grant] = []  # the newest epoch's first
        self.acts = 0
        self.words = 0
        self.closed = 0

    def take(self, data: bytes) -> list[Brought]:
        """Take one record; what is new by it. Raises `PeerFault` where it breaks a rule.

        What was taken before stays then; of this one nothing does.
        """
        record = decode(data)
        if isinstance(record, Begin) is self._begun:
            raise PeerFault("a file that begins twice, or not at all")
        match record:
            case Begin(circle):
                if circle != self._circle:
                    raise PeerFault("a file of another circle than its key")
                self._begun = True
            case Given(device, grants):
                if device == self._device:
                    self._granted(grants)
                    return self._acted(self._unopened.try_again())
            case Acts(envelopes):
                new = self._unopened.take_in(by_id(envelopes))
                return self._acted(new + self._granted_now(RETRIED))
            case Cards(cards):
                self._shelf.take_cards(cards)
            case Words(epoch, envelopes):
                late = self._granted_now(len(self._put_off))
                self._put_off.clear()  # no more acts follow
                return [*self._acted(late), *self._spoken(EpochId(epoch), envelopes)]
        return []

    def _granted(self, grants: Sequence[wire.Grant]) -> None:
        """Take secrets. Those for which it is too early are put off: few are kept unproven."""
        self._grants += len(grants)
        self._put_off += [grant for grant in grants if not self._shelf.take_grant(grant)]
        if self._grants > MAX_GRANTS or len(self._put_off) > MAX_CLOSED:
            raise PeerFault("hands over secrets without end")

    def _granted_now(self, most: int) -> tuple[EnvelopeId, ...]:
        """Try those that were put off, the oldest first, as acts prove their epochs."""
        tried = self._put_off[-most:] if most else []
        left = [grant for grant in tried if not self._shelf.take_grant(grant)]
        if len(left) == len(tried):
            return ()
        self._put_off[-most:] = left
        return self._unopened.try_again()

    def _acted(self, new: tuple[EnvelopeId, ...]) -> list[Brought]:
        self.acts += len(new)
        return [(Log.AUTHORITY, new)] if new else []

    def _spoken(self, epoch: EpochId, envelopes: Sequence[bytes]) -> list[Brought]:
        if epoch not in self._shelf.epochs():
            self.closed += len(envelopes)
            return []
        new = self._shelf.take_in(Log.WORDS, by_id(envelopes)).new
        self.words += len(new)
        return [(Log.WORDS, new)] if new else []
