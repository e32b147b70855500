"""Targets of a mailbox: its padding, both sides of its frames, its card, its books, its callers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import trio
from msgspec import msgpack

from app.mailbox.books import Ledgers
from app.mailbox.card import Card, read
from app.mailbox.tables import STEPS
from app.store.db import Database, open_store
from p2p import wire as door
from p2p.crypto import NONCE_SIZE, SEAL_SEED_SIZE, box, seal_aead, seal_public, sign_public
from p2p.envelope import Class, ClassKeys, envelope_id, seal_body
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream
from p2p.host.addresses import peer_text
from p2p.ids import EpochId
from p2p.mailbox import capability, parcel, wire
from p2p.mailbox.caller import Caller, NotDone
from p2p.mailbox.clerk import Clerk
from p2p.op import Log
from p2p.padding import LADDER, LONGEST, MARK, pad, unpad
from p2p.reconcile import MOST_RANGES, Initiator, ItemVector, respond
from tests.fuzz.heart import _deep
from tests.fuzz.targets import Target, some
from tests.p2p.test_mailbox_wire import ANSWERED, ASKED, LARGEST

HOUR: Final = 497_000
KEY: Final = bytes(range(32))
BOX, OWNER, AUTHORITY, PEER, CALLER = (letter * 32 for letter in (b"b", b"o", b"a", b"m", b"c"))
TOKEN: Final = b"t" * 16
RENDEZVOUS: Final = b"r" * 32
SEAL_SEED: Final = b"s" * SEAL_SEED_SIZE
QUOTA: Final = 1 << 20
MOST_SAID: Final = 40  # frames of one scene
KEYS: Final = ClassKeys.from_secret(EpochId(b"e" * 32), Class.WORDS, b"w" * 32)
ENVELOPES: Final = [seal_body(bytes((n,)) * 40, HOUR, KEYS) for n in range(3)]
IDS: Final = [envelope_id(envelope) for envelope in ENVELOPES]


# ------------------------------------------------------------------------------ padding, frames


def _padding(data: bytes) -> bytes:
    frame = unpad(data)
    assert pad(frame) == data
    return frame


def _question(data: bytes) -> object:
    """As it is within the padding; and whatever it is, it is no plain frame."""
    asked = wire.question(pad(data[:LONGEST]))
    assert wire.question(wire.encode(asked)) == asked
    return asked


def _answer(data: bytes) -> object:
    answered = wire.answer(pad(data[:LONGEST]))
    assert wire.answer(wire.encode(answered)) == answered
    return answered


def _bare(frames: Sequence[Any]) -> list[bytes]:
    return [msgpack.encode(frame) for frame in frames]


def _card(data: bytes) -> Card:
    card = read(data.decode("utf-8", "surrogatepass"))
    assert read(card.text()) == card
    return card


def _cards() -> Iterator[bytes]:
    places = [f"/ip4/192.0.2.{n}/tcp/4001/p2p/{peer_text(KEY)}" for n in range(1, 9)]
    for count in (1, 3, 8):
        text = Card(TOKEN, KEY, tuple(places[:count])).text()
        yield text.encode()
        yield text[:60].lower().encode() + b"\n " + text[60:].encode()


def _parcel(data: bytes) -> object:
    """`data` is what a member put into a parcel, sealed for one device and for all of a circle."""
    tag, key, nonce = b"t" * 32, KEY, bytes(NONCE_SIZE)
    one = parcel.open_([SEAL_SEED], [tag], box(seal_public(SEAL_SEED), parcel.DOMAIN + tag, data))
    shared = nonce + seal_aead(key, nonce, data, parcel.DOMAIN + tag)
    assert parcel.open_shared({tag: key}, shared) == one
    if one is None:
        raise PeerFault("a parcel that is none")
    assert parcel._padded(one) == data
    return one


# ----------------------------------------------------------------------------------- the clerk


class Desk:
    """[who, frame…]: said on one stream by a stranger (0), a holder (1) or the owner (2).

    The books are real and on the disk; what was said is forgotten after each scene.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._db: Database | None = None

    @property
    def db(self) -> Database:
        if self._db is None:
            self._folder.mkdir(parents=True)
            self._db = open_store(self._folder / "m.db", KEY, create=True, steps=STEPS)
        return self._db

    def run(self, data: bytes) -> object:
        who, frames = _scene(data)
        came: list[bytes] = []
        books = Ledgers(self.db, TOKEN, lambda: HOUR, came.append, QUOTA)
        with self.db.write():
            self.db.execute("DELETE FROM boxes")
        self._prepare(books)
        clerk = Clerk(books, own=PEER, caller=CALLER, hour=lambda: HOUR)
        seed = (None, capability.seed(AUTHORITY, BOX), OWNER)[who % 3]
        if seed is not None:
            clerk.answer(capability.opening(seed, BOX, PEER, CALLER))
        answers = []
        for frame in frames:
            said = wire.encode(clerk.answer(wire.question(pad(frame[:LONGEST]))))
            assert len(said) in LADDER
            answers.append(wire.answer(said))
        counted = self.db.read("SELECT sum(held), sum(used) FROM boxes")
        there = "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM envelopes"
        assert self.db.read(there) == counted
        return answers

    def _prepare(self, books: Ledgers) -> None:
        """A box with a little of everything."""
        books.found(BOX, sign_public(OWNER), capability.public(AUTHORITY, BOX))
        known = books.box(BOX)
        assert known is not None
        held = {i: (HOUR, e) for i, e in zip(IDS[:2], ENVELOPES[:2], strict=True)}
        books.put(known, Log.WORDS, held)
        books.put_parcels(known, [(KEY, b"p" * 100)])
        books.put_capsule(known, RENDEZVOUS, b"capsule", HOUR + 100)

    def seeds(self) -> Iterator[bytes]:
        holder = capability.public(AUTHORITY, BOX)
        theirs: list[wire.Asked] = [
            wire.Put(1, ENVELOPES), wire.Want(1, [*IDS, KEY]), wire.Settle(1, 0, b"n" * 16),
            wire.Compare(1, 0, Initiator(ItemVector([(HOUR, KEY)]), 0).start()),
            wire.PutParcels([wire.Parcel(KEY, b"p")] * 5), wire.Lacking([KEY, BOX]),
            wire.PutCapsule(RENDEZVOUS, b"another", HOUR), wire.Ask([RENDEZVOUS, KEY], 0),
            wire.Succeed(KEY), wire.Listen(0), wire.Look(bytes(16)), door.Collect([KEY]),
        ]  # fmt: skip
        orders = [
            capability.retaining(OWNER, BOX, PEER, [holder, KEY], 1),
            capability.dropping(OWNER, BOX, PEER, [IDS[0], KEY], 2),
            wire.Want(1, [*IDS]),
        ]
        strangers = [
            door.Knock(RENDEZVOUS),
            door.Request(b"one"),
            door.Request(b"two"),
            door.Collect([KEY]),
        ]
        founds = capability.founding(TOKEN, OWNER, b"2" * 32, PEER, holder)
        for who, said in (
            (0, strangers), (0, [founds, *theirs[:3]]), (1, theirs), (1, strangers),
            (2, orders), (2, [*theirs, *orders]), (1, ASKED), (0, ASKED),
        ):  # fmt: skip
            yield msgpack.encode([who, *_bare(said)])
        for who in (1, 2):
            for frame in ASKED:
                yield msgpack.encode([who, msgpack.encode(frame)])

    def close(self) -> None:
        if self._db is not None:
            self._db.close()


def _scene(data: bytes) -> tuple[int, list[bytes]]:
    """A number, and frames; anything else is 0, and nothing said."""
    try:
        scene = msgpack.decode(data)
    except (ValueError, RecursionError, TypeError):
        return 0, []
    if not isinstance(scene, list) or not scene:
        return 0, []
    frames = [said for said in scene[1:] if isinstance(said, bytes)][:MOST_SAID]
    return (scene[0] if isinstance(scene[0], int) else 0), frames


# --------------------------------------------------------------------------------- its callers


class _Script:
    """A stream on which a mailbox gives these answers, whatever it is asked."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = list(answers)

    async def send(self, data: bytes) -> None:
        assert len(data) in LADDER
        await trio.lowlevel.checkpoint()

    async def receive(self) -> bytes:
        await trio.lowlevel.checkpoint()
        if not self._answers:
            raise Closed
        return pad(self._answers.pop(0)[:LONGEST])


async def _compares(caller: Caller) -> object:
    found = await caller.compare(Log.WORDS, 0, ItemVector([(HOUR, name) for name in IDS]))
    assert set(found.have) <= set(IDS)
    return found


async def _takes_out(caller: Caller) -> object:
    given, done = await caller.take_out(Log.WORDS, IDS)
    assert given.keys() <= set(IDS)
    assert 0 < done <= len(IDS)
    return given


DOINGS: Final[tuple[Callable[[Caller], Any], ...]] = (
    _compares,
    _takes_out,
    lambda caller: caller.pay_in(Log.WORDS, ENVELOPES),
    lambda caller: caller.agrees(Log.WORDS, 0, b"n" * 16, IDS),
    lambda caller: caller.do(wire.Succeed(KEY)),
    lambda caller: caller.ask(wire.Listen(0)),
)


def _called(data: bytes) -> object:
    """[what we do, answer…]: what a mailbox that lies makes of a caller."""
    what, answers = _scene(data)

    async def go() -> object:
        return await DOINGS[what % len(DOINGS)](Caller(cast("FrameStream", _Script(answers))))

    return trio.run(go)


def _lies() -> Iterator[bytes]:
    theirs = ItemVector([(HOUR, IDS[0]), (HOUR, KEY)])
    asked = Initiator(ItemVector([(HOUR, name) for name in IDS]), 0).start(whole=True)
    told = respond(theirs, asked, 0, MOST_RANGES)
    yield msgpack.encode([0, msgpack.encode(wire.Compare(1, 0, told))])
    yield msgpack.encode([1, msgpack.encode(wire.Given(ENVELOPES[:2], 2))])
    yield msgpack.encode([1, msgpack.encode(wire.Given([ENVELOPES[0]], 4))])
    yield msgpack.encode([2, msgpack.encode(wire.Kept([*IDS]))])
    yield msgpack.encode([3, msgpack.encode(wire.Settled(KEY))])
    yield msgpack.encode([4, msgpack.encode(wire.Done())])
    for number in range(len(DOINGS)):
        yield msgpack.encode([number, *_bare(ANSWERED)])
        for answer in ANSWERED:
            yield msgpack.encode([number, msgpack.encode(answer)])


def mailboxes(folder: Path) -> tuple[list[Target], Desk]:
    """The targets of this file, and what has to be closed afterwards."""
    desk = Desk(folder / "desk")
    questions = [msgpack.encode(frame) for frame in LARGEST if isinstance(frame, wire.Asked)]
    answers = [msgpack.encode(frame) for frame in LARGEST if isinstance(frame, wire.Answered)]
    sizes = [bytes((MARK,)) + (size - 5).to_bytes(4) + bytes(size - 5) for size in LADDER]
    text = (PeerFault, UnicodeDecodeError)
    return [
        Target("padding", _padding, some(pad(said) for said in (b"", *_bare(ASKED))),
               limit=LADDER[-1] + 1, worst=some(sizes)),
        Target("mailbox question", _question, some(_bare(ASKED)), limit=LONGEST,
               worst=some([*_deep(LONGEST), *questions])),
        Target("mailbox answer", _answer, some(_bare(ANSWERED)), limit=LONGEST,
               worst=some([*_deep(LONGEST), *answers])),
        Target("mailbox card", _card, some(_cards()), faults=text, limit=4096,
               worst=(b"hearthside-mailbox:" + b"#" * 2300, b"hearthside-mailbox:#" + b"," * 2300,
                      b" " * 4096)),
        Target("parcel inside", _parcel,
               some(parcel._padded(said) for said in (b"", *_bare(ASKED)[:3], bytes(8190))),
               limit=10_000, worst=(bytes(8192), b"\xff" * 8192)),
        Target("mailbox clerk", desk.run, some(desk.seeds()), limit=512 * 1024, parses=False,
               worst=some(msgpack.encode([1, said]) for said in questions)),
        Target("mailbox caller", _called, some(_lies()), faults=(PeerFault, Closed, NotDone),
               limit=512 * 1024, parses=False,
               worst=some(msgpack.encode([0, said]) for said in answers)),
    ], desk  # fmt: skip
