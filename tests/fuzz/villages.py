"""Targets with a real room behind them: conversations, the door, cards, ops that a member signs.

Two people on real stores; what the fuzzer says, Bo says to Ada. Whatever of it is true is kept, as
in life, so the two are made anew now and then, from the same seeds and with the same keys.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import trio
from msgspec import msgpack
from msgspec.structs import replace

from app import invite
from app.cards import CARD, message
from app.circle import acts
from app.founding import Keys
from app.holdings import DOMAIN as HOLDING
from app.holdings import _message as _holding_message
from p2p import carrying, wire
from p2p.crypto import SEAL_SEED_SIZE, seal_public, sign
from p2p.door import Doorkeeper, Visit
from p2p.errors import OurFault
from p2p.handfile import MAX_RECORD, Opening, Sealing
from p2p.host import MAX_FRAME, Closed, FrameStream
from p2p.ids import DeviceId, OpId
from p2p.op import Header, Log, log_of
from p2p.sync import Conversation
from tests.fuzz.heart import large_frames
from tests.fuzz.homes import ADDRESSES, _acts
from tests.fuzz.targets import Json, Target, some
from tests.p2p.village import Line, Person, Village, meet, seeded

RUNS: Final = 300  # after which everything is made anew
MOMENTS: Final = 24  # frames of a meeting after which the fuzzer takes over
LIVE: Final = MOMENTS - 1  # such a late one that the meeting is over
MOST_SAID: Final = 40  # frames of one scene
KEY: Final = b"k" * 32
SEAL_SEED: Final = b"s" * SEAL_SEED_SIZE


class Stage:
    """Ada and Bo, members of one circle, on the disk; made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._village: Village | None = None
        self._runs = 0
        self._made = 0
        self.code = invite.Code(bytes(16))

    def people(self) -> tuple[Person, Person]:
        """Both, fresh after `RUNS` askings or once Bo was talked out of the circle."""
        self._runs += 1
        village = self._village
        if village is not None:
            ada, bo = village.people[:2]
            if self._runs < RUNS and ada.shelf.device_at(bo.door) and bo.shelf.device_at(ada.door):
                return ada, bo
        self.close()
        self._made += 1
        self._runs = 0
        folder = self._folder / str(self._made)
        folder.mkdir(parents=True)
        self._village = village = Village(folder)
        ada = village.founder("Ada")
        first = ada.write("welcome")
        bo = village.joined(ada, "Bo")
        ada.write("a reply", to=first)
        bo.write("thank you")
        self.code = ada.invites(uses=1000)
        self._part(ada, bo)
        return ada, bo

    def _part(self, *people: Person) -> None:
        for person in people:
            for end in list(person.ends):
                end.line.hang_up()

    def close(self) -> None:
        if self._village is not None:
            for person in self._village.people:
                person.db.close()
                person.path.unlink(missing_ok=True)
            self._village = None


def _list(data: bytes) -> list[Json]:
    """What a scene is written in; anything else is the empty scene."""
    try:
        scene = msgpack.decode(data)
    except (ValueError, RecursionError, TypeError):
        return []
    return scene if isinstance(scene, list) else []


def _bytes_in(scene: list[Json]) -> list[bytes]:
    return [said for said in scene if isinstance(said, bytes)][:MOST_SAID]


# ---------------------------------------------------------------------------------- conversations


class Files:
    """[record…]: what Bo put into a file that Ada brings in; the first is always its beginning."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self, data: bytes) -> object:
        ada, _ = self._stage.people()
        merging = carrying.Merging(ada.shelf, ada.circle, ada.device)
        merging.take(carrying.encode(carrying.Begin(ada.circle)))
        for record in _bytes_in(_list(data)):
            merging.take(record)
        return merging.words

    def seeds(self) -> Iterator[bytes]:
        _, bo = self._stage.people()
        records = self.records()[1:]
        yield msgpack.encode(records)
        for record in records:
            yield msgpack.encode([record])
        yield msgpack.encode([carrying.encode(carrying.Words(bo.epoch(), bo.gives(Log.WORDS)))])

    def records(self) -> list[bytes]:
        _, bo = self._stage.people()
        devices = list(bo.room.ledger.view.devices())
        return [carrying.encode(one) for one in carrying.written(bo.shelf, bo.circle, devices)]


def _file(data: bytes) -> object:
    """Any bytes as a file, after a true beginning if its first byte says so."""
    opening = Opening({seal_public(SEAL_SEED): SEAL_SEED})
    found: list[bytes] = []
    for start in range(0, len(data), 5000):
        found += opening.receive(data[start : start + 5000])
    return [*found, *opening.end()]


def _files() -> Iterator[bytes]:
    for records in ([], [b"r" * 100, b"s" * 30_000]):
        sealing = Sealing([seal_public(SEAL_SEED)], seeded("file"))
        head = b"".join(sealing.head())
        yield head + b"".join(map(sealing.record, records)) + b"".join(sealing.end())


class Talks:
    """[moment, who, frame…]: Bo takes over a true meeting and says these frames to Ada.

    who 0: Bo dialled; 1: Ada dialled; 2: it was somebody unknown who dialled.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self, data: bytes) -> object:
        scene = _list(data)
        moment, who, *rest = [*scene[:2], 0, 0][:2] + scene[2:]
        frames = _bytes_in(rest)
        moment = moment % MOMENTS if isinstance(moment, int) else 0
        ada, bo = self._stage.people()
        if who == 2:
            return self._stranger(ada, frames)
        line = Line(ada, bo, chain=True) if who == 1 else Line(bo, ada, chain=True)
        try:
            line.carry(most=moment)
            line.send()
            end = line.left if who == 1 else line.right
            for frame in frames:
                end.take(frame)
                end.conversation.to_send()
            return end.told
        finally:
            line.hang_up()

    @staticmethod
    def _stranger(ada: Person, frames: list[bytes]) -> object:
        talk = Conversation(
            ada.shelf, door=KEY, leads=False, clock=ada.watch.hour, nonce=b"n" * 16,
            show_chain=False,
        )  # fmt: skip
        for frame in frames:
            talk.receive(frame)
            assert not talk.to_send()
        return None

    def seeds(self) -> Iterator[bytes]:
        """At every moment of a meeting: what is said next in truth, and then the rest of it."""
        ada, bo = self._stage.people()
        for who in (0, 1):
            line = meet(ada, bo) if who else meet(bo, ada)
            line.hang_up()
            said = [(speaker, wire.encode(frame)) for speaker, frame in line.said]
            for moment in range(min(len(said), MOMENTS)):
                rest = [frame for speaker, frame in said[moment:] if speaker is bo]
                yield msgpack.encode([moment, who, *rest[:8]])
                yield msgpack.encode([moment, who, *samples(bo)[moment % 7 :: 7]])
        chain = wire.encode(bo.shelf.chain(ada.device))
        yield msgpack.encode([0, 2, chain, *samples(bo)[:2]])


def samples(person: Person) -> list[bytes]:
    """Frames of every kind, about what is really there and what is not."""
    authority, words = ([bytes(i) for _, i in person.items(log)] for log in Log)
    epochs = [bytes(e) for e in person.shelf.epochs()]
    card = person.shelf.own_card(list(ADDRESSES[:2]))
    grant = wire.Grant(epoch=(epochs or [KEY])[0], granter=person.device, box=bytes(1200))
    others = [device for device in person.room.ledger.view.devices() if device != person.device]
    holdings, other = person.shelf.hold(others), DeviceId(KEY)
    frames: list[wire.AnyFrame] = [
        wire.Hello(1, person.watch.hour(), b"t" * 16, (1, 1)),
        person.shelf.chain(DeviceId(KEY)), wire.Reconcile(0, b"\x61\x00\x00\x02\x00"),
        wire.Reconcile(1, b"\x61\x00\x00\x01" + bytes(16)), wire.Envelopes(0, person.gives()),
        wire.Envelopes(1, person.gives(Log.WORDS), live=True),
        wire.Envelopes(0, [b"\1\0" + bytes(304)]),
        wire.Want(0, [KEY, *authority]), wire.Want(1, words * 5), wire.Want(1, words, listed=True),
        wire.Gone(0, authority), wire.Gone(1, [KEY]), wire.Epochs(epochs),
        wire.Epochs([KEY], answer=True),
        wire.Grants([grant]), wire.Ack(epochs), wire.Need([*epochs, KEY]),
        wire.Settled(0, KEY), wire.Settled(1, KEY), wire.Settled(1, KEY, KEY),
        wire.Logs(person.shelf.logs(frozenset(person.shelf.epochs()))),
        wire.Logs([wire.Logbook(person.device, 1, 2**53 - 1, bytes(16))] * 3),
        wire.Ask(person.device, 0, 0, 2**53 - 1), wire.Ask(person.device, 1, 0, 9),
        wire.Ask(KEY, 1, 7, 3), wire.Scope(epochs, 4), wire.Scope([], 2**40),
        wire.Again(), wire.Beat(), wire.Cards([card]), wire.Knock(KEY), wire.Capsule(b""),
        wire.Removed(bytes(200), bytes(64), bytes(16), b""),
        wire.Request(bytes(1200)), wire.Wait(), wire.Sorry(1), wire.Admitted(KEY, [grant]),
        wire.Waiting(), wire.Questions(["Why?"], affiliation=True), wire.Held(),
        wire.Collect([KEY]), wire.Parcels([bytes(3184)]), wire.Welcome(KEY, [grant], KEY),
        wire.Holdings(holdings), wire.Holdings([replace(one, top=9) for one in holdings]),
        wire.Heard(bytes(wire.HEARD_ROW)), wire.Heard(b"r"), wire.Heard(person.shelf.heard(other)),
    ]  # fmt: skip
    return [wire.encode(frame) for frame in frames]


# ------------------------------------------------------------------------------------------- door


class Doors:
    """[frame…] said at Ada's door by a stranger who has an invite."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._keys = Keys.fresh(seeded("Cy"))
        self._door = self._keys.public().door

    def run(self, data: bytes) -> object:
        ada, _ = self._stage.people()
        keeper = Doorkeeper(ada.shelf, self._door)
        return [keeper.receive(frame) for frame in _bytes_in(_list(data))]

    def seeds(self) -> Iterator[bytes]:
        ada, _ = self._stage.people()
        code, keys = self._stage.code, self._keys
        visit = Visit(code.rendezvous)
        knock = visit.knock()
        answer = wire.decode(Doorkeeper(ada.shelf, self._door).receive(knock))
        assert isinstance(answer, wire.Capsule)
        capsule = invite.open_capsule(code, answer.sealed)
        box = invite.make_request(
            code, capsule, "Cy", keys.public(), (keys.member, keys.device), b"n" * 16
        )
        yield msgpack.encode([knock, visit.ask(box)])
        yield msgpack.encode([knock, *[visit.ask(box[:n]) for n in (0, 32, 1200)]])


def _visit(data: bytes) -> object:
    """[frame…] heard by a newcomer, who asks after the first."""
    visit = Visit(KEY)
    visit.knock()
    heard = []
    for frame in _bytes_in(_list(data)):
        heard.append(visit.receive(frame))
        visit.ask(b"b" * 1200)
    return heard


def _visits() -> Iterator[bytes]:
    grant = wire.Grant(KEY, KEY, bytes(1200))
    capsule = wire.encode(wire.Capsule(bytes(300)))
    for answer in (
        wire.Admitted(KEY, [grant]), wire.Wait(), wire.Sorry(2, "No."), wire.Questions(["Why?"]),
        wire.Held(), wire.Parcels([bytes(3184)]),
    ):  # fmt: skip
        yield msgpack.encode([capsule, wire.encode(answer)])


# ----------------------------------------------------------------------------- what members can do


class Ops:
    """[kind, payload, field, value…]: an op that Bo signs and seals, whatever it says."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self, data: bytes) -> object:
        kind, payload, *changes = [*_list(data), 0, b""][: max(2, len(_list(data)))]
        if not isinstance(kind, int) or not isinstance(payload, bytes) or kind < 0:
            return None
        ada, bo = self._stage.people()
        fields = dict(zip(changes[::2], changes[1::2], strict=False)) if _hashable(changes) else {}
        known = Header.__struct_fields__
        changed = {
            known[n]: v for n, v in fields.items() if isinstance(n, int) and 0 <= n < len(known)
        }
        changed = {n: tuple(v) if isinstance(v, list) else v for n, v in changed.items()}
        try:
            op = bo.signs(Log(log_of(kind)), kind, payload, **changed)
            envelope = bo.seals(op)
        except (OurFault, TypeError, ValueError, AssertionError, OverflowError):
            return None  # what cannot be said at all
        ada.takes(envelope, log=op.header.log)
        return ada.feed()

    def seeds(self) -> Iterator[bytes]:
        ada, bo = self._stage.people()
        cut = acts.Cut(bo.device, 1, 0, bytes(32))
        epoch, member = bytes(bo.epoch()), bo.keys.public().member
        true: list[tuple[int, acts.Act]] = [
            (1, acts.Device(bo.keys.public())), (2, acts.Profile("Bo the second")),
            (7, acts.Leave([cut])), (10, acts.Epoch(KEY, KEY, [epoch])),
            (11, acts.Granted(epoch, [ada.device])),
            (12, acts.Link(epoch, [acts.ParentSecrets(bytes(32), KEY, KEY)])),
            (13, acts.Rules("Mornings", "")), (64, acts.Writing(bytes(16), "story", "t", "b")),
            (67, acts.Writing(bytes(16), "reply", "", "b", reply_to=KEY, thread=member)),
        ]  # fmt: skip
        for kind, act in true:
            yield msgpack.encode([kind, acts.encode(act)])
            yield msgpack.encode([kind, acts.encode(act), 4, 0, 5, bytes(32)])
            yield msgpack.encode([kind, acts.encode(act), 4, 7, 5, OpId(KEY), 7, [KEY]])
        for frozen in _acts():
            yield msgpack.encode([frozen[0], frozen[1:]])


def _hashable(changes: list[Json]) -> bool:
    return all(isinstance(n, int) for n in changes[::2])


class Cards:
    """[counter, address…]: a card that Bo signs."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self, data: bytes) -> object:
        counter, *addresses = _list(data) or [0]
        ada, bo = self._stage.people()
        try:
            frame = msgpack.encode([15, [[bo.device, counter, addresses, bytes(64)]]])
        except (ValueError, TypeError, OverflowError):
            return None
        told = wire.decode(frame)
        if not isinstance(told, wire.Cards):
            return None
        (card,) = told.cards
        signed = message(ada.circle, card.counter, card.addresses)
        signature = sign(bo.room.row.device_seed, CARD, signed)
        newer = wire.Card(card.device, card.counter, card.addresses, signature)
        taken = ada.shelf.take_cards([newer])
        return taken and ada.shelf.cards()

    def seeds(self) -> Iterator[bytes]:
        for counter, addresses in (
            (2**40, ADDRESSES[:7]),
            (2**53 - 1, ()),
            (2**41, ADDRESSES[9:11]),
        ):
            yield msgpack.encode([counter, *addresses])


class Holdings:
    """[counter, first, top, head, how often]: what Bo says that he holds of Ada's words."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self, data: bytes) -> object:
        counter, first, top, head, often = [*_list(data), 0, 0, 0, 0, 0][:5]
        ada, bo = self._stage.people()
        try:
            fields = [bo.device, ada.device, counter, first, top, head, bytes(64)]
            frame = msgpack.encode([128, [fields]])
        except (ValueError, TypeError, OverflowError):
            return None
        told = wire.decode(frame)
        if not isinstance(told, wire.Holdings):
            return None
        (bare,) = told.holdings
        message = _holding_message(ada.circle, bare)
        one = replace(bare, signature=sign(bo.room.row.device_seed, HOLDING, message))
        taken = ada.shelf.take_holdings([one] * (2 if often else 1))
        heard = ada.shelf.unheard(bo.device, bo.shelf.heard(ada.device))
        return taken, heard, [post.reached for post in ada.feed()]

    def seeds(self) -> Iterator[bytes]:
        ada, _ = self._stage.people()
        heads = [op[:8] for _, op in ada.own_words()] or [bytes(8)]
        for counter, first, top in (
            (0, 0, 1), (2**40, 0, len(heads)), (2**48 - 1, 0, 2**53 - 1), (7, 2**53 - 2, 2**53 - 1),
        ):  # fmt: skip
            yield msgpack.encode([counter, first, top, heads[min(top, len(heads)) - 1], 1])


# ----------------------------------------------------------------------------------------- streams


class _Cut:
    """A pipe that hands bytes over in pieces of the sizes it was told."""

    def __init__(self, data: bytes, sizes: bytes) -> None:
        self.written = 0
        self._data = data
        self._sizes = sizes or b"\xff"
        self._reads = 0

    async def read(self, most: int) -> bytes:
        self._reads += 1
        if self._reads > 4000:
            raise Closed
        size = 1 + self._sizes[self._reads % len(self._sizes)] * 64
        piece, self._data = self._data[: min(most, size)], self._data[min(most, size) :]
        if not piece:
            raise Closed
        await trio.lowlevel.checkpoint()
        return piece

    async def write(self, data: bytes) -> None:
        self.written += len(data)

    async def finish(self) -> None:
        return


def _stream(data: bytes) -> object:
    """The first four bytes say how the rest is cut into pieces."""

    async def read() -> int:
        stream = FrameStream(_Cut(data[4:], data[:4]), peer=KEY, remote="")
        frames = 0
        with suppress(Closed):
            while True:
                frame = await stream.receive()
                assert len(frame) <= MAX_FRAME
                frames += 1
        return frames

    return trio.run(read)


def _framed(*frames: bytes) -> bytes:
    return b"".join(len(frame).to_bytes(4) + frame for frame in frames)


def villages(folder: Path) -> tuple[list[Target], list[Stage]]:
    """The targets of this file, and what has to be closed afterwards."""
    names = ("talks", "doors", "ops", "cards", "files", "holdings")
    stages = [Stage(folder / name) for name in names]
    talks, doors = Talks(stages[0]), Doors(stages[1])
    ops, cards, files = Ops(stages[2]), Cards(stages[3]), Files(stages[4])
    holdings = Holdings(stages[5])
    streams = some(
        sizes + _framed(b"", b"x", bytes(300), b"\x91\x0e") + tail
        for sizes in (b"\0\0\0\0", b"\xff\0\x03\0", b"\xff" * 4)
        for tail in (b"", b"\0\0", b"\xff\xff\xff\xff", b"\0\x08\0\x01", b"\0\0\0\x09abc")
    )
    return [
        Target(
            "conversation", talks.run, some(talks.seeds()), limit=512 * 1024, parses=False,
            worst=some(msgpack.encode([LIVE, 0, large]) for large in large_frames()),
        ),
        Target("door", doors.run, some(doors.seeds()), limit=256 * 1024, parses=False),
        Target("visit", _visit, some(_visits()), limit=256 * 1024),
        Target("signed op", ops.run, some(ops.seeds()), limit=60_000, parses=False),
        Target("card", cards.run, some(cards.seeds()), limit=8192),
        Target("holding", holdings.run, some(holdings.seeds()), limit=8192, parses=False),
        Target(
            "stream", _stream, streams, limit=MAX_FRAME + 64, parses=False,
            worst=(b"\xff" * 4 + _framed(bytes(MAX_FRAME)), b"\xff" * 4 + bytes(16_000),
                   b"\0" * 4000),
        ),
        Target("record", carrying.decode, some(files.records()), limit=MAX_RECORD,
               worst=(b"\x92\x03\xdd\0\5\xff\0" + b"\xc0" * 390_000, b"\x91" * MAX_RECORD)),
        Target("file", _file, some(_files()), limit=200_000, worst=(bytes(200_000),)),
        Target("merging", files.run, some(files.seeds()), limit=512 * 1024, parses=False),
    ], stages  # fmt: skip
