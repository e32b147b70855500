"""Targets of `p2p`: ops, envelopes, frames, reconciliation, boxes."""

import random
import sys
from collections.abc import Iterator
from functools import cache
from typing import Final

from msgspec import msgpack

from app import epochs
from p2p import crypto, op, reconcile_harness, wire
from p2p.crypto import NONCE_SIZE, keyed, seal_aead
from p2p.envelope import ClassKeys, EpochSecrets, hint_matches, open_, padme, peek
from p2p.ids import CircleId, DeviceId, EpochId
from p2p.op import Log, Place
from p2p.reconcile import MOST_RANGES, Initiator, ItemVector, respond
from p2p.reconcile_hours import Hour, HourSet
from p2p.reconcile_wire import Range, parse, spell
from tests.fuzz.targets import Target, ops, raw, some, vector

MESSAGE: Final = wire.BATCH  # bytes of one message of reconciliation
FRAME_LIMITS: Final = (0, 4096, 128 * 1024)  # without any, only the harness speaks
FEW: Final = 8192  # bytes of a message up to which both kinds of sets are asked
CIRCLE: Final = CircleId(b"c" * 32)


# ------------------------------------------------------------------------------- ops, envelopes


def _op(data: bytes) -> op.SignedOp:
    """A body, in the log that its kind belongs to."""
    return _decoded(data, Place(CIRCLE, _log(data), EpochId(bytes(32)), 497_000))


def _elsewhere(data: bytes) -> op.SignedOp:
    """The first bytes say where the body is found: log, hour, circle and epoch."""
    log, at, body = Log(data[0] & 1 if data else 1), data[1:5], data[5:]
    circle, epoch = (bytes((number,)) * 32 for number in at.ljust(4, b"\0")[:2])
    return _decoded(body, Place(CircleId(circle), log, EpochId(epoch), int.from_bytes(at)))


def _decoded(body: bytes, place: Place) -> op.SignedOp:
    """What is read is spelled alike again, header and all, and keeps to the sizes."""
    found = op.decode(body, place)
    assert op.encode(found) == body
    assert len(found.header_bytes) <= op.HEADER_LIMIT
    assert msgpack.decode(found.header_bytes, type=op.Header) == found.header
    assert found.stripped or op.payload_of(body) == found.payload
    op.check(found)
    return found


def _log(body: bytes) -> Log:
    """The log that a body's kind belongs to, where it can be found."""
    try:
        kind = msgpack.decode(body)[6]
    except (ValueError, TypeError, LookupError, RecursionError):
        return Log.WORDS
    return op.log_of(kind) if isinstance(kind, int) else Log.WORDS


def _bodies() -> Iterator[bytes]:
    """Every frozen op as it travels; words also without their payload."""
    for entry in ops():
        header = msgpack.decode(raw(entry["header_bytes"]), type=op.Header)
        told = (raw(entry[part]) for part in ("header_bytes", "signature", "salt", "payload"))
        header_bytes, signature, salt, payload = told
        found = op.SignedOp(header, header_bytes, signature, salt, payload)
        yield op.encode(found)
        if header.log is Log.WORDS:
            yield op.encode(op.strip(found))


@cache
def _keys() -> list[ClassKeys]:
    """The keys of every frozen op, both classes."""
    found: dict[bytes, EpochSecrets] = {}
    for entry in ops():
        epoch = EpochId(raw(entry["epoch"]))
        words, authority = (entry[part] and raw(entry[part]) for part in ("words", "authority"))
        found[epoch] = EpochSecrets(epoch, words, authority)
    both = [secrets.keys(log) for secrets in found.values() for log in Log]
    return [keys for keys in both if keys is not None]


def _envelope(data: bytes) -> object:
    seen = peek(data)
    fit = [keys for keys in _keys() if hint_matches(keys, seen)]
    return [open_(data, keys, CIRCLE) for keys in fit]


def _sealed(keys: ClassKeys, hour: int, padded: bytes) -> bytes:
    """An envelope as any member can make it around any bytes: only the text is a lie."""
    bound = bytes((1, keys.envelope_class)) + (hour % 2**32).to_bytes(4)
    nonce = keyed(keys.nonce, padded, size=NONCE_SIZE)
    hint = keyed(keys.hint, nonce)[:4]
    return bound + nonce + hint + seal_aead(keys.message, nonce, padded, bound + keys.epoch)


def _keys_of(log: Log) -> ClassKeys:
    return next(keys for keys in _keys() if keys.envelope_class is log)


def _padded(data: bytes) -> object:
    """`data` is the plaintext, padding and all."""
    keys = _keys_of(_log(data[4:].rstrip(b"\0")))
    return open_(_sealed(keys, 497_000, data), keys, CIRCLE)


def _inside(data: bytes) -> object:
    """`data` is a body, and padded as it must be."""
    keys = _keys_of(_log(data))
    padded = (len(data).to_bytes(4) + data).ljust(padme(4 + len(data)), b"\0")
    return open_(_sealed(keys, 497_000, padded), keys, CIRCLE)


def _deep(size: int) -> list[bytes]:
    """What is dear to any reader of MessagePack."""
    return [
        b"\x91" * size,
        b"\x81" * size,
        b"\xdd" + (size - 5).to_bytes(4) + b"\x00" * (size - 5),
        b"\xdd" + (size - 5).to_bytes(4) + b"\x90" * (size - 5),
        b"\xdd" + (size - 5).to_bytes(4) + b"\x80" * (size - 5),
        b"\xdf" + ((size - 5) // 2).to_bytes(4) + b"\x00" * (size - 5),
        b"\xdd\xff\xff\xff\xff" + b"\xc0" * (size - 5),
        b"\xc6" + (size - 5).to_bytes(4) + bytes(size - 5),
        b"\xdb" + (size - 5).to_bytes(4) + b"\xff" * (size - 5),
        b"\x92\xcc\x80\xdd" + (size // 2).to_bytes(4) + b"\x91\x00" * (size // 2 - 8),
    ]


def _maps(size: int) -> list[bytes]:
    """Frames of a later version: maps with as many different keys as fit."""
    keys = b"".join(
        b"\xa3" + n.to_bytes(3) + b"\x00" for n in range(0x202020, 0x202020 + size // 5)
    )
    return [b"\x92\xcc\x80\xdf" + (size // 5).to_bytes(4) + keys]


# ----------------------------------------------------------------------------------------- frames


def _frame(data: bytes) -> wire.AnyFrame:
    frame = wire.decode(data)
    assert wire.decode(wire.encode(frame)) == frame
    return frame


def _frames() -> Iterator[bytes]:
    for entry in vector("frames")["frames"]:
        yield raw(entry["frame"])


def large_frames() -> Iterator[bytes]:
    """Frames that are full of what they may hold."""
    ids = [n.to_bytes(32) for n in range(wire.MAX_IDS)]
    card = wire.Card(b"d" * 32, 2**53 - 1, ["é" * 128] * 16, b"s" * 64)
    grant = wire.Grant(b"e" * 32, b"g" * 32, bytes(2048))
    yield wire.encode(wire.Want(1, [bytes(i) for i in ids]))
    yield wire.encode(wire.Scope([b"i" * 32] * wire.MAX_IDS, 2**53 - 1))
    row = wire.Logbook(b"d" * 32, 1, 2**53 - 1, bytes(16))
    yield wire.encode(wire.Logs([row] * wire.MAX_IDS))
    yield wire.encode(wire.Envelopes(1, [b"e" * 64] * 4096))
    yield wire.encode(wire.Envelopes(1, [bytes(64 * 1024)] * 5))
    yield wire.encode(wire.Cards([card] * 82))
    yield wire.encode(wire.Cards([wire.Card(b"d" * 32, 1, [], b"s" * 64)] * wire.MAX_CARDS))
    one = wire.Holding(b"h" * 32, b"a" * 32, 2**48 - 1, 0, 2**53 - 1, bytes(8), bytes(64))
    yield wire.encode(wire.Holdings([one] * wire.MAX_HOLDINGS))
    yield wire.encode(wire.Heard(bytes(wire.HEARD_ROW * wire.MAX_HEARD)))
    yield wire.encode(wire.Grants([grant] * 64))
    yield wire.encode(wire.Chain([bytes(6000)] * 64))
    yield wire.encode(wire.Reconcile(0, bytes(wire.BATCH)))


# ---------------------------------------------------------------------------------- reconciliation


@cache
def vectors_of(size: int) -> ItemVector:
    """So many items, twenty in each hour."""
    return ItemVector(_items(size))


def _items(size: int) -> list[tuple[int, bytes]]:
    chance = random.Random(size)
    return [(497_000 + n // 20, chance.randbytes(32)) for n in range(size)]


def _by_hours(size: int) -> HourSet:
    """The same items as the store knows them; made anew, because it remembers what it looked at."""
    ids: dict[int, list[bytes]] = {}
    for at, name in sorted(_items(size)):
        ids.setdefault(at, []).append(name)
    sums = [
        Hour(at, len(names), sum(int.from_bytes(n, "little") for n in names) % 2**256)
        for at, names in ids.items()
    ]
    return HourSet(sums, ids.__getitem__)


def _parse(data: bytes) -> list[Range]:
    found = list(parse(data, MOST_RANGES))
    if len(found) < 20:
        starts = [0, *(given.upper[0] for given in found)]
        message = b"\x61" + b"".join(map(spell, found, starts))
        assert list(parse(message)) == found
    return found


def _respond(data: bytes) -> object:
    """The first byte says which set and frame limit; the rest is the message."""
    choice = data[0] if data else 0
    size, limit = (0, 1, 31, 400)[choice % 4], FRAME_LIMITS[choice // 4 % 3]
    answer = respond(vectors_of(size), data[1:], limit, _most(limit))
    assert not limit or len(answer) <= limit
    if len(data) < FEW:  # twice the time
        assert respond(_by_hours(size), data[1:], limit, _most(limit)) == answer
    return answer


def _most(limit: int) -> int:
    """Ranges are counted where frames are limited: in conversations."""
    return MOST_RANGES if limit else sys.maxsize


def _initiate(data: bytes) -> object:
    """A list of answers, to one who began; the first element says which set and frame limit."""
    choice, answers = _talk(data)
    limit = FRAME_LIMITS[choice // 4 % 3]
    side = Initiator(vectors_of((0, 1, 31, 400)[choice % 4]), limit, _most(limit))
    side.start(whole=choice % 5 == 0)
    for answer in answers:
        step = side.receive(answer)
        if step.reply is None:
            return step
        assert not limit or len(step.reply) <= limit
    return None


def _talk(data: bytes) -> tuple[int, list[bytes]]:
    """(a number, messages) out of MessagePack; anything else is one message."""
    try:
        parts = msgpack.decode(data)
    except (ValueError, RecursionError, TypeError):
        return 0, [data]
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], int):
        return 0, [data]
    return parts[0], [part for part in parts[1:] if isinstance(part, bytes)]


def _answers() -> Iterator[bytes]:
    """Whole runs, recorded: what a side that begins hears from sets like and unlike its own."""
    for choice in range(12):
        mine = vectors_of((0, 1, 31, 400)[choice % 4])
        for size in (0, 31, 400, 401):
            side = Initiator(mine, FRAME_LIMITS[choice // 4 % 3])
            answers: list[bytes] = []
            message: bytes | None = side.start(whole=choice % 5 == 0)
            while message is not None and len(answers) < 20:
                answers.append(respond(vectors_of(size), message, 4096))
                message = side.receive(answers[-1]).reply
            yield msgpack.encode([choice, *answers])


def _messages() -> Iterator[bytes]:
    for exchange in vector("reconcile")["exchanges"]:
        yield from map(raw, exchange["messages"])
    for talk in _answers():
        yield from _talk(talk)[1]


def _large_messages() -> Iterator[bytes]:
    tiny = b"\x01\x00\x00"  # a range of no width that is skipped
    prints = b"\x01\x00\x01" + bytes(16)
    empty = b"\x01\x00\x02\x00"
    narrow = b"".join(b"\x01\x20" + n.to_bytes(32) + b"\x01" + bytes(16) for n in range(1, 5000))
    hours = b"".join(b"\x02\x00\x01" + bytes(16) for _ in range(13_790))
    yield b"\x61" + tiny * ((MESSAGE - 1) // 3)
    yield b"\x61" + tiny * MOST_RANGES
    yield b"\x61" + empty * MOST_RANGES
    yield b"\x61" + b"\x02\x00\x02\x00" * MOST_RANGES
    yield b"\x61\x9e\xaa\x69\x00\x01" + bytes(16) + b"\x02\x00\x02\x00" * (MOST_RANGES - 1)
    yield (
        b"\x61\x9e\xaa\x69\x00\x01" + bytes(16) + (b"\x02\x00\x01" + bytes(16)) * (MOST_RANGES - 1)
    )
    yield b"\x61" + (b"\x81" + b"\xff" * 2 + b"\x7f\x20" + b"i" * 32 + b"\x00") * MOST_RANGES
    yield b"\x61" + b"\x02\x00\x00" * ((MESSAGE - 1) // 3)
    yield b"\x61" + prints * ((MESSAGE - 1) // 19)
    yield b"\x61" + empty * ((MESSAGE - 1) // 4)
    yield b"\x61" + b"\x02\x00\x02\x00" * ((MESSAGE - 1) // 4)
    yield b"\x61" + narrow
    yield b"\x61" + hours
    yield b"\x61\x9d\xaa\xe8\x00\x01" + bytes(16) + b"\x02\x00\x02\x00" * 60_000
    yield b"\x61\x00\x00\x02" + b"\x81\xff\x00"[:2] + b"i" * 32 * 255
    yield b"\x61\x00\x00\x02\xbf\x7f" + b"".join(n.to_bytes(32) for n in range(8191))
    yield b"\x61" + (b"\x81" + b"\xff" * 8 + b"\x7f\x00\x00") * 20_000
    yield b"\x61" + b"\xff" * (MESSAGE - 1)


def _lines(data: bytes) -> object:
    told: list[str] = []
    limit, *lines = data.split(b"\n")
    reconcile_harness.run(lines, told.append, limit.decode("ascii", "replace"))
    return told


def _programs() -> Iterator[bytes]:
    for exchange in vector("reconcile")["exchanges"]:
        items = [f"item,{created},{name}" for created, name in exchange["initiator"][:40]]
        messages = [f"msg,{message}" for message in exchange["messages"]]
        head = [str(exchange["frame_limit"]), *items, "seal"]
        yield "\n".join([*head, "initiate", *messages[1::2]]).encode()
        yield "\n".join([*head, *messages[::2]]).encode()


# ------------------------------------------------------------------------------------------ boxes


def _box(data: bytes) -> bytes:
    grant = vector("boxes")["grant"]
    return crypto.unbox(raw(grant["seal_seed"]), raw(grant["info"]), data)


def _grant(data: bytes) -> object:
    """A frame with grants; each is tried with the true seed."""
    frame = wire.decode(data)
    told = vector("boxes")["grant"]
    recipient, seed = DeviceId(raw(told["recipient"])), raw(told["seal_seed"])
    grants = frame.grants if isinstance(frame, wire.Grants | wire.Admitted) else []
    return [epochs.open_grant(raw(told["circle"]), g, recipient, [seed]) for g in grants[:8]]


def _grants() -> Iterator[bytes]:
    told = vector("boxes")["grant"]
    grant = wire.Grant(*(raw(told[part]) for part in ("epoch", "granter", "box")))
    yield wire.encode(wire.Grants([grant]))
    yield wire.encode(wire.Admitted(b"a" * 32, [grant, grant]))


def heart() -> list[Target]:
    """The targets of this file."""
    bodies = some(_bodies())
    padded = some((len(b).to_bytes(4) + b).ljust(padme(4 + len(b)), b"\0") for b in bodies)
    frames, messages = some(_frames()), some(_messages())
    envelopes = some(raw(entry["envelope"]) for entry in ops())
    signed = [raw(case["envelope"]) for case in vector("signatures")["cases"]]
    deep = tuple(_deep(op.BODY_LIMIT))
    programs = some(_programs())
    return [
        Target("op", _op, bodies, limit=64 * 1024, worst=deep),
        Target(
            "op elsewhere", _elsewhere, some(bytes((n % 2,)) + b"\x07\x95\x08\0" + b
                                             for n, b in enumerate([*bodies, *bodies[::-1]])),
            limit=64 * 1024, worst=some(b"\0" * 5 + body for body in deep),
        ),
        Target(
            "envelope", _envelope, some([*envelopes, *signed]), limit=66_000,
            worst=(max(envelopes, key=len), bytes(65_536), b"\x01\x01" + bytes(65_534)),
        ),
        Target("envelope padding", _padded, padded, limit=66_000, worst=deep),
        Target("envelope body", _inside, bodies, limit=op.BODY_LIMIT, worst=deep),
        Target(
            "frame", _frame, frames,
            worst=some([*large_frames(), *_deep(wire.MAX_FRAME), *_maps(wire.MAX_FRAME - 16)]),
        ),
        Target("ranges", _parse, messages, limit=MESSAGE, worst=some(_large_messages())),
        Target(
            "respond", _respond, some(bytes((n % 12,)) + m for n, m in enumerate(messages * 3)),
            limit=MESSAGE + 16,
            worst=some(bytes((c,)) + m for m in _large_messages() for c in (7, 11)),
        ),
        Target(
            "initiator", _initiate, some(_answers()), limit=MESSAGE + 16,
            worst=some(msgpack.encode([c, m]) for m in _large_messages() for c in (7, 11)),
        ),
        Target(
            "harness", _lines, programs, limit=64 * 1024,
            worst=(b"\nseal\n" + b"msg," + b"61" + b"020000" * 10_000, b"\n" + b"x\n" * 30_000),
        ),
        Target("box", _box, (raw(vector("boxes")["grant"]["box"]),), limit=2048 + 64,
               worst=(bytes(2048),)),
        Target("grant", _grant, some(_grants()), worst=tuple(large_frames())),
    ]  # fmt: skip
