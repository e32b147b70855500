"""The frames of a conversation, and their hard limits.

A frame is one MessagePack array that begins with its kind number. Decoding refuses anything else:
unknown kinds below 128 (from there on they are passed over, so that the protocol can grow),
unknown fields, wrong types, too many or too long parts. Everything here travels
inside Noise; nothing here is ever said to a stranger first.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from p2p.errors import PeerFault
from p2p.padding import padded, unpad

VERSION = 1
MAX_FRAME = 384 * 1024  # bytes; envelopes fill at most BATCH of it
BATCH = 256 * 1024  # bytes of envelopes in one frame
MAX_IDS = 4096  # ids in one frame: 128 KiB
MAX_CHAIN_KEYS = 8
MAX_CHAIN = 64  # envelopes that show a newcomer's admission, or a removal with its past
MAX_CARDS = 512
MAX_HOLDINGS = 512
HEARD_ROW = 18  # bytes: six of an author's device id, six of a holder's, six of a counter
MAX_HEARD = 4096  # rows
MAX_COUNTER = 2**48 - 1
MAX_NOTE = 500  # characters of what a host says, or asks, at the door
MAX_QUESTIONS = 8  # asked at once
MAX_TAGS = 32  # asked for at once
MAX_SAFE = 2**53 - 1
FIRST_IGNORABLE = 128  # frames with this tag or a higher one may be passed over

Bytes8 = Annotated[bytes, Meta(min_length=8, max_length=8)]
Bytes16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Bytes32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Count = Annotated[int, Meta(ge=0, le=MAX_SAFE)]
Envelope = Annotated[bytes, Meta(min_length=64, max_length=64 * 1024)]
Envelopes_ = Annotated[list[Envelope], Meta(min_length=1, max_length=4096)]
Ids = Annotated[list[Bytes32], Meta(max_length=MAX_IDS)]
Question = Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]
Log_ = Annotated[int, Meta(ge=0, le=1)]


class Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One message of a conversation."""


class Hello(Frame, frozen=True, tag=1):
    """Opens a conversation between members.

    `hour` is hours since 1970; `nonce` keys the digests of this session; `held` is how many ops of
    your authority and words log I hold (the highest seq plus one), so that a restored disk notices.
    """

    version: Count
    hour: Count
    nonce: Bytes16
    held: tuple[Count, Count]


class Grant(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An epoch's secrets in an HPKE box for the device spoken to."""

    epoch: Bytes32
    granter: Bytes32
    box: Annotated[bytes, Meta(max_length=2048)]


class Chain(Frame, frozen=True, tag=2):
    """Shows that I was admitted: the admit op and what gave its author the right.

    `keys`: boxes with authority secrets, of epochs under which these are sealed.
    """

    envelopes: Annotated[list[Envelope], Meta(max_length=MAX_CHAIN)]
    keys: Annotated[list[Grant], Meta(max_length=MAX_CHAIN_KEYS)] = []


class Reconcile(Frame, frozen=True, tag=3):
    """One Negentropy V1 message about one of the two sets."""

    log: Log_
    message: Annotated[bytes, Meta(max_length=BATCH)]


class Envelopes(Frame, frozen=True, tag=4):
    """Sealed ops: asked for, known to be lacking, or just written (`live`)."""

    log: Log_
    envelopes: Envelopes_
    live: bool = False


class Want(Frame, frozen=True, tag=5):
    """Asks for envelopes: for these, or, with `listed`, for all others in your last `Reconcile`."""

    log: Log_
    ids: Ids
    listed: bool = False


class Gone(Frame, frozen=True, tag=6):
    """Answers a `Want`: these are not here (any more)."""

    log: Log_
    ids: Ids


class Epochs(Frame, frozen=True, tag=7):
    """The epochs whose words I can open; `answer` marks the reply to the other's list."""

    ids: Ids
    answer: bool = False


class Grants(Frame, frozen=True, tag=8):
    """Epoch secrets for you."""

    grants: Annotated[list[Grant], Meta(max_length=64)]


class Ack(Frame, frozen=True, tag=9):
    """These granted epochs opened and matched their commitment."""

    epochs: Ids


class Need(Frame, frozen=True, tag=10):
    """These did not open: please grant them (again)."""

    epochs: Ids


class Settled(Frame, frozen=True, tag=11):
    """My digest of a set, after I gave and got all that reconciliation named.

    digest = BLAKE2b-256(both session nonces, log, sorted envelope ids). `frontier` is the digest
    over all authentic words in the epochs of both scopes, pending ones left out; none beside that
    of authority, whose ops are each signed, so that equal ids are equal ops.
    """

    log: Log_
    digest: Bytes32
    frontier: Bytes32 | None = None


class Scope(Frame, frozen=True, tag=12):
    """The epochs to reconcile words in: each side's own list; both take what the two share.

    `held` is how many words I hold in mine: to who holds none the newest go at once.
    """

    ids: Ids
    held: Count


class Again(Frame, frozen=True, tag=13):
    """The one who answered asks the one who dialled to reconcile once more."""


class Beat(Frame, frozen=True, tag=14):
    """Still here."""


class Card(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a device can be reached, signed by it; the newest counter wins."""

    device: Bytes32
    counter: Count
    addresses: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=256)]], Meta(max_length=16)
    ]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class Cards(Frame, frozen=True, tag=15):
    """Addresses of members' devices."""

    cards: Annotated[list[Card], Meta(max_length=MAX_CARDS)]


class Logbook(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One log of a device: the highest seq plus one, and the digest, of its ops not pending."""

    device: Bytes32
    log: Log_
    top: Count
    digest: Bytes16


class Logs(Frame, frozen=True, tag=16):
    """What I hold of each log of words, where two frontiers differ: says where they differ.

    Of the ops in the epochs of both scopes. Rows of authority are borne, and never said.
    """

    logs: Annotated[list[Logbook], Meta(max_length=MAX_IDS)]


class Ask(Frame, frozen=True, tag=17):
    """Asks for what is held of a log from seq `first` up to, not including, `end`."""

    device: Bytes32
    log: Log_
    first: Count
    end: Count


class Removed(Frame, frozen=True, tag=18):
    """Tells somebody who was removed so: the signed op, as they may not open its envelope.

    `acts`: the op and what its author knew, sealed, as far as whoever was removed may read it: by
    these they find out for themselves. Nothing follows it.
    """

    header: Annotated[bytes, Meta(max_length=1024)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    salt: Bytes16
    payload: Annotated[bytes, Meta(max_length=16 * 1024)]
    acts: Annotated[list[Envelope], Meta(max_length=MAX_CHAIN)] = []


class Waiting(Frame, frozen=True, tag=19):
    """Tells somebody that they came in beyond an invite's uses, and wait for a host.

    Nothing follows it.
    """


class Knock(Frame, frozen=True, tag=32):
    """A newcomer names the rendezvous id of an invite."""

    rendezvous: Bytes32


class Capsule(Frame, frozen=True, tag=33):
    """What the invite's code opens: the circle's name, welcome, and whom to ask."""

    sealed: Annotated[bytes, Meta(max_length=8192)]


class Request(Frame, frozen=True, tag=34):
    """A sealed request to be let in."""

    box: Annotated[bytes, Meta(max_length=32 * 1024)]


class Wait(Frame, frozen=True, tag=35):
    """The request was read; somebody who may admit has to answer it. `kept`: is about to."""

    kept: bool = False


class Sorry(Frame, frozen=True, tag=36):
    """The request is refused for good: 1 used, 2 expired, 3 taken back, 4 declined by a person."""

    reason: Annotated[int, Meta(ge=1, le=4)]
    note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class Admitted(Frame, frozen=True, tag=37):
    """Come in: the admit op's id and the secrets to begin with."""

    admit: Bytes32
    grants: Annotated[list[Grant], Meta(max_length=64)]


class Questions(Frame, frozen=True, tag=38):
    """What is to be answered before anybody decides. `affiliation`: say whom you are here for."""

    questions: Annotated[list[Question], Meta(max_length=MAX_QUESTIONS)]
    affiliation: bool = False


class Held(Frame, frozen=True, tag=39):
    """A mailbox: the request is kept for those who look after the door. Ask again in a while."""


class Collect(Frame, frozen=True, tag=40):
    """Asks a mailbox for what lies under these tags; only whom it is for can work them out."""

    tags: Annotated[list[Bytes32], Meta(min_length=1, max_length=MAX_TAGS)]


class Parcels(Frame, frozen=True, tag=41):
    """What lies there, each sealed for one device."""

    parcels: Annotated[
        list[Annotated[bytes, Meta(min_length=1, max_length=12 * 1024)]], Meta(max_length=64)
    ]


class Welcome(Frame, frozen=True, tag=42):
    """Let in, as a mailbox may carry it: with the number that the circle has there."""

    admit: Bytes32
    grants: Annotated[list[Grant], Meta(max_length=4)]
    box: Bytes32


class Holding(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a device holds of another's words, signed by it: from seq `first` up to before `top`.

    `head` is how the id of the last of them begins: they are chained, so it tells which they are.
    Of two by one device about one log the greater counter wins.
    """

    holder: Bytes32
    author: Bytes32
    counter: Annotated[int, Meta(ge=0, le=MAX_COUNTER)]
    first: Count
    top: Count
    head: Bytes8
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class Holdings(Frame, frozen=True, tag=128):
    """What members' devices say that they hold: their own, and what others said to be handed on."""

    holdings: Annotated[list[Holding], Meta(max_length=MAX_HOLDINGS)]


class Heard(Frame, frozen=True, tag=129):
    """What I know already of who holds what: rows of `HEARD_ROW` bytes. Asks for what is newer."""

    rows: Annotated[bytes, Meta(max_length=HEARD_ROW * MAX_HEARD)]


AnyFrame = (
    Hello | Chain | Reconcile | Envelopes | Want | Gone | Epochs | Grants | Ack | Need | Settled
    | Scope | Again | Beat | Cards | Logs | Ask | Removed | Waiting | Knock | Capsule | Request
    | Wait | Sorry | Admitted | Questions | Held | Collect | Parcels | Welcome | Holdings | Heard
)  # fmt: skip

# MessagePack: where an array's first element begins, and how long a number of 128 or more can be.
_SHORT_ARRAY = 0x90
_HEADS = {0xDC: 3, 0xDD: 5}
_NUMBERS = {0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD1: 3, 0xD2: 5, 0xD3: 9}
_tag = msgspec.msgpack.Decoder(int)
_whole = msgspec.msgpack.Decoder(msgspec.Raw)
_LATER = frozenset((128, 129))  # those of Holdings and Heard: known here, so they have to be whole
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyFrame] = msgspec.msgpack.Decoder(AnyFrame)


def encode(frame: AnyFrame) -> bytes:
    """The bytes of a frame."""
    return _encoder.encode(frame)


def decode(data: bytes) -> AnyFrame:
    """A frame from the other side's bytes. Raises `PeerFault`; never anything else."""
    if len(data) > MAX_FRAME:
        raise PeerFault("a frame over the limit")
    if padded(data):
        data = unpad(data)
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if _from_the_future(data):
            return Beat()
        raise PeerFault("a frame that is none") from None


def _from_the_future(data: bytes) -> bool:
    """Whether this is a frame of a later version that this one may pass over: tags from 128 on.

    What follows the tag is stepped over and never made: it could be a million empty lists.
    """
    start = _HEADS.get(data[0], 1 if data[0] & 0xF0 == _SHORT_ARRAY else 0) if data else 0
    size = _NUMBERS.get(data[start], 0) if 0 < start < len(data) else 0
    try:
        tag = _tag.decode(data[start : start + size])
        _whole.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return False
    return tag >= FIRST_IGNORABLE and tag not in _LATER
