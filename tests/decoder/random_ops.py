"""Random ops in random envelopes, most of them true and the others wrong in one chosen way."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from app.circle import acts
from app.circle.state import History, Role
from p2p.crypto import NONCE_SIZE, keyed, seal_aead, sign, sign_public
from p2p.envelope import ENVELOPE_LIMIT, EpochSecrets, padme
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import (
    INT_LIMIT,
    PAYLOAD_LIMIT,
    SIGNATURE_DOMAIN,
    Header,
    Kind,
    Log,
    log_of,
    op_id,
    payload_hash,
)

KINDS = (*(int(kind) for kind in Kind), 14, 63, 69, 1000, INT_LIMIT - 1)
SAID = ("device", "seq", "prev", "heads", "authority_heads", "kind", "written_at")
"""What a body says of a header: the rest follows from where it is found, or from the payload."""
LETTERS = "tea and a biscuit, ÄÖß 茶 🫖 \ufeff e\u0301 \u202e\n\0"
FEELINGS = ("", "rough", "wobbly", "so_so", "steady", "good")
WANTS = ("", "listening", "experiences", "help", "company", "nothing")


@dataclass(frozen=True, slots=True)
class Given:
    """What a decoder is handed: an envelope, its circle, and what is known of its epoch."""

    envelope: bytes
    circle: CircleId
    secrets: EpochSecrets
    wrong: str

    def line(self) -> dict[str, str | None]:
        s = self.secrets
        return {
            "envelope": self.envelope.hex(),
            "circle": self.circle.hex(),
            "epoch": s.epoch.hex(),
            "words": s.words.hex() if s.words is not None else None,
            "authority": s.authority.hex() if s.authority is not None else None,
        }


@dataclass(slots=True)
class Draft:
    """An op in the making: every part may be bent before it is sealed."""

    header: dict[str, Any]
    seed: bytes
    salt: bytes
    payload: bytes
    secrets: EpochSecrets
    circle: CircleId
    """Where it is found: the header's own but in a founding op."""

    def header_bytes(self) -> bytes:
        return msgspec.msgpack.encode(Header(**self.header))

    def signature(self) -> bytes:
        return sign(self.seed, SIGNATURE_DOMAIN, op_id(self.header_bytes()))

    def parts(self, signature: bytes | None = None) -> list[Any]:
        """A whole body, which leaves out what its place tells."""
        h = self.header
        said = [h[name] for name in SAID]
        return [0, *said, signature or self.signature(), self.salt, self.payload]

    def stripped(self) -> list[Any]:
        """The body without its payload."""
        return [1, *self.parts()[1:9], self.header["payload_hash"], self.header["payload_size"]]

    def body(self) -> bytes:
        return msgspec.msgpack.encode(self.parts())


def pad(body: bytes) -> bytes:
    return (len(body).to_bytes(4) + body).ljust(padme(4 + len(body)), b"\0")


def enclose(  # the protocol's own way to seal, without its conscience
    secrets: EpochSecrets, log: Log, hour: int, padded: bytes, *, nonce: bytes | None = None
) -> bytes:
    keys = secrets.keys(log)
    assert keys is not None
    clear = bytes((1, log)) + hour.to_bytes(4)
    if nonce is None:
        nonce = keyed(keys.nonce, padded, size=NONCE_SIZE)
    hint = keyed(keys.hint, nonce)[:4]
    sealed = seal_aead(keys.message, nonce, padded, clear + secrets.epoch)
    return clear + nonce + hint + sealed


class Chance:
    """Makes what is asked for, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.seeds = [self.raw(32) for _ in range(5)]
        self.epochs = [
            EpochSecrets(EpochId(self.raw(32)), self.raw(32), self.raw(32)) for _ in range(6)
        ]
        # The root has no words.
        self.root = EpochSecrets(EpochId(ZERO), None, self.raw(32))
        self.loose = False
        """Whether what is asked for may be a little more than it should be."""

    def raw(self, size: int) -> bytes:
        return self.random.randbytes(size)

    def size(self, least: int, most: int) -> int:
        if self.loose and self.random.random() < 0.3:
            return self.random.choice((max(0, least - 1), most, most + 1, most + 1))
        return self.random.randint(least, most)

    def ids(self, least: int, most: int) -> list[bytes]:
        return [self.raw(32) for _ in range(self.size(least, most))]

    def number(self) -> int:
        """One of any size: each length of number has its own form."""
        sizes = (0, 1, 7, 8, 9, 16, 17, 32, 33, 53, 54 if self.loose else 53)
        return self.random.getrandbits(self.random.choice(sizes))

    def text(self, least: int, most: int) -> str:
        most = most if self.loose else self.random.choice((most, min(most, 40)))
        size = self.size(least, most)
        return "".join(self.random.choices(LETTERS, k=size))

    def word(self, *allowed: str) -> Any:  # noqa: ANN401 - a Literal, or what should be one
        if self.loose and self.random.random() < 0.2:
            return self.random.choice(("", "other", allowed[-1].upper()))
        return self.random.choice(allowed)

    # -- payloads ------------------------------------------------------------------------------

    def keys(self) -> acts.DeviceKeys:
        b = self.raw
        return acts.DeviceKeys(b(32), b(32), b(1216), b(32), b(64), b(64))

    def profile(self) -> acts.Profile:
        name = self.text(1, 64)
        pictured = self.random.random() < 0.5
        return acts.Portrait(name, self.raw(self.size(1, 400))) if pictured else acts.Profile(name)

    def writing(self, *, reply: bool) -> acts.Writing:
        body = self.text(0, self.random.choice((80, 400, 4000, 9000)))
        return acts.Writing(
            self.raw(16),
            self.word("reply") if reply else self.word("story", "question", "checkin"),
            self.text(0, 200), body, self.word(*FEELINGS), self.word(*WANTS),
            self.text(0, 200), self.raw(32) if reply else b"", self.raw(32) if reply else b"",
        )  # fmt: skip

    def cuts(self) -> list[acts.Cut]:
        return [
            acts.Cut(self.raw(32), self.size(0, 1), self.number(), self.raw(32))
            for _ in range(self.size(0, 64))
        ]

    def lines(self, most: int) -> list[str]:
        return [self.text(1, 160) for _ in range(self.size(0, most))]

    def addresses(self) -> list[str]:
        return [self.text(1, 256) for _ in range(self.size(1, 8))]

    def shown(self) -> acts.SignedHeader:
        return acts.SignedHeader(self.raw(self.size(0, 1024)), self.raw(64))

    def act(self, kind: int) -> acts.Act | None:
        b, r = self.raw, self.random
        circle_says = (self.word("hosts", "members"), self.word("hosts", "members"))
        made: dict[int, Callable[[], acts.Act]] = {
            Kind.FOUNDING: lambda: acts.Founding(
                self.keys(), self.word(*History), *circle_says, b(32), b(16)
            ),
            Kind.DEVICE: lambda: acts.Device(self.keys()),
            Kind.PROFILE: self.profile,
            Kind.INVITE: lambda: acts.Invite(
                b(32), b(32), self.number(), self.size(1, 1000), b(self.size(0, 8192)), b(1216)
            ),
            Kind.ADMIT: lambda: acts.Admit(b(32), self.keys(), b(16), b(64), b(64), b(64)),
            Kind.ROLE: lambda: acts.Assign(b(32), self.word(*Role)),
            Kind.REMOVE: lambda: acts.Remove(b(32), self.text(0, 500), self.cuts()),
            Kind.LEAVE: lambda: acts.Leave(self.cuts()),
            Kind.HANDOVER: lambda: acts.Handover(b(32), r.random() < 0.5),
            Kind.FORK: lambda: acts.Fork(self.shown(), self.shown(), self.number()),
            Kind.WITHDRAW: lambda: acts.Withdraw(b(32)),
            Kind.DOOR: lambda: acts.Door(
                r.random() < 0.5, self.lines(6), self.lines(5), r.random() < 0.5, r.random() < 0.5
            ),
            Kind.RETENTION: lambda: acts.Retention(self.size(0, 3650)),
            Kind.MAILBOX: lambda: acts.Mailbox(
                b(32), b(32), self.addresses(), self.text(1, 64), r.random() < 0.5
            ),
            Kind.VOUCH: lambda: acts.Vouch(b(32), self.text(1, 500)),
            Kind.EPOCH: lambda: acts.Epoch(b(32), b(32), self.ids(1, 16), self.ids(0, 256)),
            Kind.GRANTED: lambda: acts.Granted(b(32), self.ids(1, 256)),
            Kind.LINK: lambda: acts.Link(
                b(32),
                [
                    acts.ParentSecrets(b(32), b(32), r.choice((None, b(32))))
                    for _ in range(self.size(0, 16))
                ],
            ),
            Kind.RULES: lambda: acts.Rules(self.text(1, 64), self.text(0, 500)),
            Kind.POST: lambda: self.writing(reply=False),
            Kind.REPLY: lambda: self.writing(reply=True),
        }  # fmt: skip
        return made[kind]() if kind in made else None

    def payload(self, kind: int) -> bytes:
        self.loose = self.random.random() < 0.4
        act = self.act(kind)
        self.loose = False
        if act is None or self.random.random() < 0.05:
            size = self.random.choice((0, 1, 15, 300, 5000, PAYLOAD_LIMIT))
            return self.raw(self.random.randint(0, size))
        payload = acts.encode(act)
        if self.random.random() < 0.2:
            payload = self.bend(payload)
        return payload[:PAYLOAD_LIMIT]

    def bend(self, data: bytes) -> bytes:
        """Something else of nearly the same bytes; now and then even something that means much."""
        at = self.random.randrange(len(data))
        early = self.random.randrange(min(len(data), 12))
        return self.random.choice(
            (
                data[:at] + bytes((data[at] ^ 1 << self.random.randrange(8),)) + data[at + 1 :],
                data[:early] + self.raw(1) + data[early + 1 :],
                data[:at],
                data + b"\0",
                data[:1] + b"\xc0" + data[2:],
                self.respell(data),
            )
        )

    def respell(self, data: bytes) -> bytes:
        """The same value with one head in a longer form, or with one element more or less."""
        value = msgspec.msgpack.decode(data)
        if not isinstance(value, list) or not value:
            return data + b"\xc0"
        spelled = [msgspec.msgpack.encode(part) for part in value]
        place = self.random.randrange(len(spelled))
        match self.random.randrange(4):
            case 0:
                spelled[place] = longer(spelled[place])
            case 1:
                del spelled[place]
            case 2:
                spelled.insert(place, b"\xc0")
            case _:
                return b"\xdc" + len(spelled).to_bytes(2) + b"".join(spelled)
        return array(spelled)

    # -- ops -----------------------------------------------------------------------------------

    def draft(self) -> Draft:
        """An op that keeps to every rule."""
        r = self.random
        kind = r.choice(KINDS)
        log, founding = log_of(kind), kind == Kind.FOUNDING
        seed = r.choice(self.seeds)
        secrets = r.choice(self.epochs)
        if founding or (log is Log.AUTHORITY and r.random() < 0.1):
            secrets = self.root
        seq = 0 if founding or r.random() < 0.2 else max(1, self.number())
        salt, payload, circle = self.raw(16), self.payload(kind), CircleId(self.raw(32))
        header = {
            "version": 1,
            "circle": CircleId(ZERO) if founding else circle,
            "device": DeviceId(sign_public(seed)),
            "log": log,
            "seq": seq,
            "prev": OpId(self.raw(32) if seq else ZERO),
            "heads": tuple(self.ids(0, 8)) if log is Log.WORDS else (),
            "authority_heads": () if founding else tuple(self.ids(0, 4)),
            "epoch": secrets.epoch,
            "hour": min(self.number(), 2**32 - 1),
            "kind": kind,
            "payload_hash": payload_hash(salt, payload),
            "payload_size": len(payload),
            "written_at": self.number(),
        }
        return Draft(header, seed, salt, payload, secrets, circle)

    def given(self) -> Given:
        """An envelope, wrong in one way out of three times."""
        if self.random.random() < 0.6:
            return self._sealed(self.draft(), "nothing")
        wrong = self.random.choice(WRONGS)
        return wrong(self)

    def _sealed(self, draft: Draft, wrong: str, body: bytes | None = None) -> Given:
        """In its own place, whatever the body."""
        log, hour = draft.header["log"], draft.header["hour"]
        padded = pad(draft.body() if body is None else body)
        sealed = enclose(draft.secrets, log, hour, padded)
        return Given(sealed, draft.circle, draft.secrets, wrong)


def array(spelled: list[bytes]) -> bytes:
    head = (
        bytes((0x90 + len(spelled),)) if len(spelled) < 16 else b"\xdc" + len(spelled).to_bytes(2)
    )
    return head + b"".join(spelled)


def longer(spelled: bytes) -> bytes:
    """One value in a longer form than needed; what has none becomes nil."""
    head = spelled[0]
    if head < 0x80:
        return b"\xcc" + spelled
    forms = {
        0x80: (0xDE, 2), 0x90: (0xDC, 2), 0xA0: (0xD9, 1),
        0xC4: (0xC5, 2), 0xC5: (0xC6, 4), 0xD9: (0xDA, 2), 0xDA: (0xDB, 4),
        0xCC: (0xCD, 2), 0xCD: (0xCE, 4), 0xCE: (0xCF, 8), 0xDC: (0xDD, 4),
    }  # fmt: skip
    if 0x80 <= head < 0xC0:
        base = 0xA0 if head >= 0xA0 else head & 0xF0
        form, size = forms[base]
        return bytes((form,)) + (head - base).to_bytes(size) + spelled[1:]
    if head not in forms:
        return b"\xc0"
    form, size = forms[head]
    before = {1: 0, 2: 1, 4: 2, 8: 4}[size]
    return bytes((form,)) + spelled[1 : 1 + before].rjust(size, b"\0") + spelled[1 + before :]


# -- the ways to be wrong -----------------------------------------------------------------------


def _flipped(chance: Chance) -> Given:
    """A bit on the way."""
    good = chance._sealed(chance.draft(), "flipped")
    data = bytearray(good.envelope)
    part = chance.random.choice((2, 6, 38, len(data)))
    data[chance.random.randrange(part)] ^= 1 << chance.random.randrange(8)
    return Given(bytes(data), good.circle, good.secrets, "flipped")


def _cut(chance: Chance) -> Given:
    """Too short, too long, or of a length that no padding has."""
    good = chance._sealed(chance.draft(), "cut")
    data = chance.random.choice(
        (
            good.envelope[: chance.random.randrange(len(good.envelope))],
            good.envelope + chance.raw(chance.random.randint(1, 64)),
            good.envelope.ljust(ENVELOPE_LIMIT + 1, b"\0"),
        )
    )
    return Given(data, good.circle, good.secrets, "cut")


def _other_keys(chance: Chance) -> Given:
    """Known under another epoch's id, other secrets, or none."""
    good = chance._sealed(chance.draft(), "other keys")
    old, new = good.secrets, chance.random.choice(chance.epochs)
    known = chance.random.choice(
        (
            EpochSecrets(new.epoch, old.words, old.authority),
            EpochSecrets(old.epoch, new.words, new.authority),
            EpochSecrets(old.epoch, None, old.authority),
            EpochSecrets(old.epoch, old.words, None),
            EpochSecrets(old.epoch, old.authority, old.words),
        )
    )
    return Given(good.envelope, good.circle, known, "other keys")


def _moved(chance: Chance) -> Given:
    """Put by a member under another hour, class, epoch or circle than its author signed."""
    draft = chance.draft()
    body = (
        draft.body() if chance.random.random() < 0.7 else msgspec.msgpack.encode(draft.stripped())
    )
    log, hour, padded = draft.header["log"], draft.header["hour"], pad(body)
    secrets, circle = draft.secrets, draft.circle
    match chance.random.randrange(4):
        case 0:
            hour ^= 1
        case 1:
            secrets = chance.random.choice(chance.epochs)
            log = Log(1 - log)
        case 2:
            secrets = chance.random.choice([e for e in chance.epochs if e != secrets])
        case _:
            circle = CircleId(chance.raw(32))
    return Given(enclose(secrets, log, hour, padded), circle, secrets, "moved")


def _body(chance: Chance) -> Given:
    """A second spelling of the body, or something that is none."""
    draft = chance.draft()
    body = msgspec.msgpack.encode(
        draft.stripped() if chance.random.random() < 0.3 else draft.parts()
    )
    bent = chance.bend(body) if chance.random.random() < 0.3 else chance.respell(body)
    return chance._sealed(draft, "body", bent)


def _range(chance: Chance) -> Given:
    """A part of a body out of its range or of another type, under a signature over all the rest."""
    draft = chance.draft()
    parts = draft.stripped() if chance.random.random() < 0.3 else draft.parts()
    big = (1 << 53, (1 << 64) - 1, -1, 1.0, True, None, 2**32, PAYLOAD_LIMIT + 1, "1", b"", b"x", 2)
    few: tuple[list[bytes], ...] = (chance.ids(9, 9), chance.ids(5, 5), [chance.raw(31)], [])
    parts[chance.random.randrange(len(parts))] = chance.random.choice((*big, *few))
    return chance._sealed(draft, "range", msgspec.msgpack.encode(parts))


def _header(chance: Chance) -> Given:
    """Truly signed, but over a header that no body spells: longer, longer by a part, or bent."""
    draft = chance.draft()
    header = draft.header_bytes()
    spelled = chance.respell(header) if chance.random.random() < 0.6 else chance.bend(header)
    signature = sign(draft.seed, SIGNATURE_DOMAIN, op_id(spelled))
    return chance._sealed(draft, "header", msgspec.msgpack.encode(draft.parts(signature)))


def _padding(chance: Chance) -> Given:
    """Padding that is too much, not zero, or says another length."""
    draft = chance.draft()
    log, hour, body = draft.header["log"], draft.header["hour"], draft.body()
    padded = bytearray(pad(body))
    match chance.random.randrange(4):
        case 0:
            padded = padded.ljust(padme(len(padded) + 1), b"\0")
        case 1:
            padded[-1] ^= chance.random.choice((0, 1))  # a true one, too
        case 2:
            padded[:4] = (len(body) + chance.random.choice((-1, 1, 2))).to_bytes(4)
        case _:
            padded[:4] = chance.raw(4)
    sealed = enclose(draft.secrets, log, hour, bytes(padded))
    return Given(sealed, draft.circle, draft.secrets, "padding")


def _nonce(chance: Chance) -> Given:
    """A nonce that was drawn, not made."""
    draft = chance.draft()
    log, hour, padded = draft.header["log"], draft.header["hour"], pad(draft.body())
    sealed = enclose(draft.secrets, log, hour, padded, nonce=chance.raw(24))
    return Given(sealed, draft.circle, draft.secrets, "nonce")


def _stripped(chance: Chance) -> Given:
    """Without its payload, with another, or with a hash, size or salt that is not its own."""
    draft = chance.draft()
    bare, whole = draft.stripped(), draft.parts()
    parts = chance.random.choice(
        (
            *(bare,) * 6,
            [*bare[:9], chance.raw(32), bare[10]],
            [*bare[:10], min(bare[10] ^ 1, PAYLOAD_LIMIT)],
            [*bare[:9], chance.raw(31), bare[10]],
            [*whole[:9], b"", draft.payload],
            [*whole[:10], b""],
            [*whole[:9], draft.salt[:-1], draft.payload],
            [*whole[:10], (draft.payload + b"x")[:PAYLOAD_LIMIT]],
            [*whole[:9], chance.raw(16), draft.payload],
            [1, *whole[1:]],
            [0, *bare[1:]],
        )
    )
    return chance._sealed(draft, "stripped", msgspec.msgpack.encode(parts))


def _unsigned(chance: Chance) -> Given:
    """A signature by somebody else, over something else, or of no form at all."""
    draft = chance.draft()
    signature = bytearray(draft.signature())
    match chance.random.randrange(3):
        case 0:
            signature[chance.random.randrange(64)] ^= 1 << chance.random.randrange(8)
        case 1:
            draft.header["device"] = DeviceId(chance.raw(32))
        case _:
            signature = bytearray(chance.raw(64))
    body = msgspec.msgpack.encode(draft.parts(bytes(signature)))
    return chance._sealed(draft, "unsigned", body)


def _unruly(chance: Chance) -> Given:
    """One rule of the header broken, under a true signature."""
    draft = chance.draft()
    h, some = draft.header, OpId(chance.raw(32))
    changes: tuple[dict[str, Any], ...] = (
        {"seq": 0, "prev": some},
        {"seq": 7, "prev": OpId(ZERO)},
        {"heads": (some,)},
        {"heads": (some, some)},
        {"authority_heads": (some, some)},
        {"authority_heads": (OpId(ZERO),)},
        {"circle": CircleId(ZERO)},
        {"circle": CircleId(chance.raw(32))},
        {"kind": int(Kind.FOUNDING)},
        {"kind": chance.random.choice(KINDS)},
        {"authority_heads": (some,)},
        {"payload_size": h["payload_size"] ^ 1},
        {"payload_hash": chance.raw(32)},
    )
    h.update(chance.random.choice(changes))
    h["payload_size"] = min(h["payload_size"], PAYLOAD_LIMIT)
    if h["kind"] != Kind.FOUNDING:
        draft.circle = h["circle"]
    return chance._sealed(draft, "unruly")


def _largest(chance: Chance) -> Given:
    """Everything at its limit, or one byte below."""
    draft = chance.draft()
    h = draft.header
    draft.payload = chance.raw(PAYLOAD_LIMIT - chance.random.randrange(2))
    h["payload_hash"] = payload_hash(draft.salt, draft.payload)
    h["payload_size"] = len(draft.payload)
    h["hour"] = 2**32 - 1
    h["written_at"] = INT_LIMIT - 1
    return chance._sealed(draft, "largest")


WRONGS: tuple[Callable[[Chance], Given], ...] = (
    _flipped, _flipped, _cut, _other_keys, _moved, _moved, _body, _range, _header, _padding, _nonce,
    _stripped, _stripped, _stripped, _unsigned, _unruly, _unruly, _largest,
)  # fmt: skip
