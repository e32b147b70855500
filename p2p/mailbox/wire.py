"""The frames of a conversation with a mailbox, and their hard limits.

Every frame travels padded (`p2p.padding`). Whoever calls asks, the mailbox answers each in turn. A
stranger may say `Knock`, `Request` and `Collect` (`p2p.wire`), which a mailbox answers as a member
does at the door, and no more.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from p2p import wire
from p2p.errors import PeerFault
from p2p.padding import pad, unpad
from p2p.wire import Bytes16, Bytes32, Count, Envelope, Log_

VERSION = 1
BATCH = 192 * 1024  # bytes of envelopes in one frame
MAX_IDS = 4096  # in one frame
MAX_CAPABILITIES = 64  # of one box
MAX_PARCEL = 12 * 1024  # bytes
MAX_PARCELS = 16  # in one frame
MAX_TAGS = 1024
MAX_REQUESTS = 4  # in one frame
MAX_RENDEZVOUS = 64

Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Ids = Annotated[list[Bytes32], Meta(max_length=MAX_IDS)]
Sealed = Annotated[bytes, Meta(min_length=1, max_length=MAX_PARCEL)]


class Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One question or one answer."""


class Open(Frame, frozen=True, tag=1):
    """I hold this key of this box: a capability, or the owner's. The signature shows it."""

    version: Count
    box: Bytes32
    key: Bytes32
    signature: Signature


class Opened(Frame, frozen=True, tag=2):
    """It is so. `hour`: by the mailbox; `used`, `quota`: bytes; `days`: how long words are kept.

    `held`: envelopes in the box.
    """

    hour: Count
    used: Count
    quota: Count
    days: Count
    held: Count


class Refusal(Frame, frozen=True, tag=3):
    """Not done: 1 no room, 2 too many, 3 not yours to do, 4 a time that is not yet."""

    reason: Annotated[int, Meta(ge=1, le=4)]


class Found(Frame, frozen=True, tag=4):
    """Make a box. `token` is on the mailbox's card; the owner signs."""

    token: Bytes16
    box: Bytes32
    owner: Bytes32
    capability: Bytes32
    signature: Signature


class Succeed(Frame, frozen=True, tag=5):
    """One more capability, beside those there are."""

    capability: Bytes32


class Retain(Frame, frozen=True, tag=6):
    """These capabilities, and no others. The owner signs; `counter` is greater each time."""

    capabilities: Annotated[list[Bytes32], Meta(min_length=1, max_length=MAX_CAPABILITIES)]
    counter: Count
    signature: Signature


class Compare(Frame, frozen=True, tag=7):
    """One Negentropy V1 message about what is held of a log from an hour on."""

    log: Log_
    since: Count
    message: Annotated[bytes, Meta(max_length=BATCH)]


class Put(Frame, frozen=True, tag=8):
    """Keep these."""

    log: Log_
    envelopes: Annotated[list[Envelope], Meta(min_length=1, max_length=MAX_IDS)]


class Kept(Frame, frozen=True, tag=9):
    """Of what was handed in, these are on disk there."""

    ids: Ids


class Want(Frame, frozen=True, tag=10):
    """Give me these."""

    log: Log_
    ids: Ids


class Given(Frame, frozen=True, tag=11):
    """As many of the first of them as one frame holds; those not there are passed over.

    `done`: how many of the ids asked for this answers.
    """

    envelopes: Annotated[list[Envelope], Meta(max_length=MAX_IDS)]
    done: Count


class Settle(Frame, frozen=True, tag=12):
    """Asks for the digest of a log from an hour on."""

    log: Log_
    since: Count
    nonce: Bytes16


class Settled(Frame, frozen=True, tag=13):
    """BLAKE2b-256 of the nonce and the sorted ids."""

    digest: Bytes32


class Drop(Frame, frozen=True, tag=14):
    """These are not to be held any more. The owner signs."""

    ids: Annotated[list[Bytes32], Meta(min_length=1, max_length=MAX_IDS)]
    counter: Count
    signature: Signature


class Done(Frame, frozen=True, tag=15):
    """It is done."""


class Parcel(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Sealed for one device, found by a tag that it can work out."""

    tag: Bytes32
    sealed: Sealed


class PutParcels(Frame, frozen=True, tag=16):
    """Keep these; one under a tag that is there already is kept beside it, a few at the most."""

    parcels: Annotated[list[Parcel], Meta(min_length=1, max_length=MAX_PARCELS)]


class Lacking(Frame, frozen=True, tag=17):
    """Asks under which of these tags there is nothing."""

    tags: Annotated[list[Bytes32], Meta(max_length=MAX_TAGS)]


class Absent(Frame, frozen=True, tag=18):
    """Under these."""

    tags: Annotated[list[Bytes32], Meta(max_length=MAX_TAGS)]


class PutCapsule(Frame, frozen=True, tag=19):
    """Show this to whoever names the rendezvous id, until an hour."""

    rendezvous: Bytes32
    sealed: Annotated[bytes, Meta(min_length=1, max_length=8192)]
    until: Count


class Ask(Frame, frozen=True, tag=20):
    """Asks for what was handed in by those who named these."""

    rendezvous: Annotated[list[Bytes32], Meta(max_length=MAX_RENDEZVOUS)]
    after: Count


class Requests(Frame, frozen=True, tag=21):
    """Sealed requests, as many as one frame holds; `last` is what to ask after next."""

    boxes: Annotated[
        list[Annotated[bytes, Meta(max_length=32 * 1024)]], Meta(max_length=MAX_REQUESTS)
    ]
    last: Count


class Listen(Frame, frozen=True, tag=22):
    """Tell me when something is here that was not at `seen`; or, in a while, that nothing is."""

    seen: Count


class News(Frame, frozen=True, tag=23):
    """So far it has come."""

    seen: Count


class Look(Frame, frozen=True, tag=24):
    """What would a box have that is made here? `token` is on the mailbox's card."""

    token: Bytes16


Asked = (
    Open | Found | Succeed | Retain | Compare | Put | Want | Settle | Drop | PutParcels | Lacking
    | PutCapsule | Ask | Listen | Look | wire.Knock | wire.Request | wire.Collect
)  # fmt: skip
Answered = (
    Opened | Refusal | Compare | Kept | Given | Settled | Done | Absent | Requests | News
    | wire.Capsule | wire.Held | wire.Parcels
)  # fmt: skip

_encoder = msgspec.msgpack.Encoder()
_questions: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_answers: msgspec.msgpack.Decoder[Answered] = msgspec.msgpack.Decoder(Answered)


def encode(frame: Asked | Answered) -> bytes:
    """The bytes of a frame, padded."""
    return pad(_encoder.encode(frame))


def question(data: bytes) -> Asked:
    """What a caller asks. Raises `PeerFault`; never anything else."""
    try:
        return _questions.decode(unpad(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PeerFault("a question that is none") from None


def answer(data: bytes) -> Answered:
    """What a mailbox answers. Raises `PeerFault`; never anything else."""
    try:
        return _answers.decode(unpad(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PeerFault("an answer that is none") from None
