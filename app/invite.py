"""Invites: the code people read out, the link they paste, and what the code opens.

A code is 140 bits as 28 Crockford base32 characters in seven groups: 4 bits version, 128 random
bits, an 8-bit checksum. From the 128 bits come an invite key, a rendezvous id and a capsule key.
A link carries the code and up to three addresses behind a '#'. Source: protocol, section 9.
"""

from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from app.circle.acts import (
    MAX_PROMISES,
    MAX_QUESTIONS,
    DeviceKeys,
    Line,
    Name,
    SealKey,
    Signature,
)
from app.circle.rules import JOIN, request_message
from app.refused import Refused, Why
from p2p.crypto import (
    NONCE_SIZE,
    Entropy,
    box,
    derive,
    keyed,
    open_aead,
    seal_aead,
    sign,
    sign_public,
    unbox,
)
from p2p.errors import PeerFault
from p2p.wire import MAX_NOTE

VERSION = 1
SECRET = 16  # bytes
LETTERS = 28
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SCHEME = "hearthside://join/"
MAX_ADDRESSES = 3
MAX_CAPSULE = 8192  # bytes, sealed
MAX_TOLD = 24 * 1024  # bytes of all answers together
MAX_ANSWER, MAX_ANSWERS = 1000, 8  # characters; five questions, and three asked back
Affiliation = Annotated[str, Meta(max_length=200)]
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_IGNORED = str.maketrans("", "", " -\t\r\n\u2010\u2011\u2012\u2013\u2014\u00a0")


@dataclass(frozen=True, slots=True)
class Code:
    """An invite's secret and all that follows from it."""

    secret: bytes = field(repr=False)

    @property
    def key_seed(self) -> bytes:
        """The seed of the invite key."""
        return derive(self.secret, "hearthside/invite/key/1")

    @property
    def key(self) -> bytes:
        """The invite key's public half."""
        return sign_public(self.key_seed)

    @property
    def rendezvous(self) -> bytes:
        """The name under which the capsule is asked for."""
        return derive(self.secret, "hearthside/invite/rendezvous/1")

    @property
    def capsule_key(self) -> bytes:
        """The key of the capsule."""
        return derive(self.secret, "hearthside/invite/capsule/1")

    def text(self) -> str:
        """The code as people read it: seven dashed groups of four."""
        bits = VERSION << 136 | int.from_bytes(self.secret) << 8 | _checksum(self.secret)
        letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(135, -1, -5))
        return "-".join(letters[i : i + 4] for i in range(0, LETTERS, 4))


def new_code(entropy: Entropy) -> Code:
    """A fresh code."""
    return Code(entropy(SECRET))


def _checksum(secret: bytes) -> int:
    """CRC-8 (polynomial 0x07) over version and secret: one wrong letter is always noticed."""
    crc = 0
    for byte in (VERSION, *secret):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def bad_invite() -> Refused:
    """The one sentence for every code that is none."""
    return Refused(
        Why.BAD_INVITE,
        "This code isn't complete or has a typing mistake. "
        "Copy it again, from the first group to the last.",
    )


def read(text: str) -> tuple[Code, list[str]]:
    """Code and addresses out of what a person pasted. Raises `Refused` (bad_invite)."""
    text = text.strip()
    addresses: list[str] = []
    head, mark, tail = text.partition("#")
    if mark:
        addresses = [a.strip() for a in tail.split(",") if a.strip()][: 2 * MAX_ADDRESSES]
    if head[: len(SCHEME)].lower() == SCHEME:
        head = head[len(SCHEME) :]
    letters = head.translate(_IGNORED).strip("/").upper().translate(_READ_AS)
    if len(letters) != LETTERS or any(letter not in ALPHABET for letter in letters):
        raise bad_invite()
    bits = 0
    for letter in letters:
        bits = bits << 5 | ALPHABET.index(letter)
    secret = (bits >> 8 & (1 << 128) - 1).to_bytes(SECRET)
    if bits >> 136 != VERSION or bits & 0xFF != _checksum(secret):
        raise bad_invite()
    return Code(secret), addresses


def link(code: Code, addresses: list[str]) -> str:
    """The link, with at most three addresses."""
    named = ",".join(addresses[:MAX_ADDRESSES])
    return SCHEME + code.text() + ("#" + named if named else "")


class Capsule(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a newcomer sees before they are let in, and whom to ask."""

    circle: Annotated[bytes, Meta(min_length=32, max_length=32)]
    name: Name
    about: Annotated[str, Meta(max_length=500)]
    inviter: Name
    request: SealKey
    addresses: Annotated[list[Annotated[str, Meta(max_length=256)]], Meta(max_length=8)]
    promise: Annotated[list[Line], Meta(max_length=MAX_PROMISES)] = []
    questions: Annotated[list[Line], Meta(max_length=MAX_QUESTIONS)] = []
    affiliation: bool = False


class Answered(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A question as the newcomer read it, and what they say to it."""

    question: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]
    answer: Annotated[str, Meta(max_length=MAX_ANSWER)]


class Told(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a newcomer has said to the circle's questions so far, and whether they promised."""

    answers: list[Answered] = []
    affiliation: str | None = None
    promised: bool = False


NOTHING_TOLD = Told()


class Request(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A newcomer's request, as it stands inside the box.

    `affiliation`: whom they are here for, "" for themselves alone; None where they did not say.
    """

    name: Name
    keys: DeviceKeys
    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]
    invite: Annotated[bytes, Meta(min_length=32, max_length=32)]
    by_invite: Signature
    by_member: Signature
    by_device: Signature
    answers: Annotated[list[Answered], Meta(max_length=MAX_ANSWERS)] = []
    affiliation: Affiliation | None = None


_capsules = msgspec.msgpack.Decoder(Capsule)
_requests = msgspec.msgpack.Decoder(Request)


def seal_capsule(code: Code, capsule: Capsule, entropy: Entropy) -> bytes:
    """A capsule that only the code opens."""
    nonce = entropy(NONCE_SIZE)
    return nonce + seal_aead(
        code.capsule_key, nonce, msgspec.msgpack.encode(capsule), code.rendezvous
    )


def open_capsule(code: Code, sealed: bytes) -> Capsule:
    """Raises `PeerFault` for one that does not open or says something else."""
    nonce = sealed[:NONCE_SIZE]
    if len(nonce) < NONCE_SIZE:
        raise PeerFault("a capsule too short")
    plaintext = open_aead(code.capsule_key, nonce, sealed[NONCE_SIZE:], code.rendezvous)
    try:
        return _capsules.decode(plaintext)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PeerFault("a capsule that is none") from None


def request_seed(authority: bytes, invite_key: bytes) -> bytes:
    """The private half of an invite's request key, known to all who read the circle's authority.

    Derived from the authority secret of the epoch the invite was sealed under, so that no op holds
    a private key and every member who may admit has it.
    """
    label = b"hearthside/request/1"
    return keyed(authority, label, invite_key, b"a", size=64) + keyed(
        authority, label, invite_key, b"b", size=32
    )


def make_request(  # noqa: PLR0917 - all that is signed
    code: Code,
    capsule: Capsule,
    name: str,
    keys: DeviceKeys,
    seeds: tuple[bytes, bytes],
    nonce: bytes,
    told: Told = NOTHING_TOLD,
) -> bytes:
    """The box with a request. `seeds`: member's and device's."""
    signed = request_message(capsule.circle, code.key, keys, nonce)
    member, device = seeds
    request = Request(
        name, keys, nonce, code.key,
        sign(code.key_seed, JOIN, signed), sign(member, JOIN, signed), sign(device, JOIN, signed),
        list(told.answers), told.affiliation,
    )  # fmt: skip
    info = b"hearthside/join/1" + capsule.circle
    return code.key + box(capsule.request, info, msgspec.msgpack.encode(request))


def invite_of(data: bytes) -> bytes:
    """Which invite a boxed request names."""
    return data[:32]


def open_request(circle: bytes, seed: bytes, data: bytes) -> Request:
    """Raises `PeerFault` for a box that does not open or says something else."""
    plaintext = unbox(seed, b"hearthside/join/1" + circle, data[32:])
    try:
        request = _requests.decode(plaintext)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PeerFault("a request that is none") from None
    if request.invite != data[:32]:
        raise PeerFault("a request by another invite than it says")
    return request
