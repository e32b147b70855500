"""Every act a member can commit, as frozen values: what the payloads of ops say.

A payload is one MessagePack array. Unknown kinds are kept and have no effect; a known kind whose
payload does not decode, or does not decode to the very bytes it came as, is void. Nothing here is
judged: whether the author may do it is for `rules`.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from app.circle.retention import MAX_DAYS
from app.circle.state import MAX_PICTURE, History
from p2p.op import Kind

MAX_SAFE = 2**53 - 1
SEAL_PUBLIC = 1216  # bytes of a hybrid seal key
MAX_PROMISES, MAX_QUESTIONS = 6, 5  # lines; with these a capsule holds them all
MAX_ADDRESSES, MAX_ADDRESS = 8, 256  # of a mailbox, and characters of each

Id32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Nonce = Annotated[bytes, Meta(min_length=16, max_length=16)]
SealKey = Annotated[bytes, Meta(min_length=SEAL_PUBLIC, max_length=SEAL_PUBLIC)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Line = Annotated[str, Meta(min_length=1, max_length=160)]
Address = Annotated[str, Meta(min_length=1, max_length=MAX_ADDRESS)]
Picture = Annotated[bytes, Meta(min_length=1, max_length=MAX_PICTURE)]
Seconds = Annotated[int, Meta(ge=0, le=MAX_SAFE)]


class Act(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Something a member did."""


class DeviceKeys(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The public keys of a device, with the signatures of its door key and of its member.

    The door key signs too, or a member could name another's door as their own.
    """

    member: Id32
    device: Id32
    seal: SealKey
    door: Id32
    by_door: Signature
    certificate: Signature

    def certified(self) -> bytes:
        """What both sign, after their domain."""
        return self.member + self.device + self.door + self.seal


class Founding(Act, frozen=True):
    """Begins a circle: the founder's keys, the policy, the commitment to the root secret."""

    keys: DeviceKeys
    history: History
    invites: Literal["hosts", "members"]
    admits: Literal["hosts", "members"]
    root: Id32
    nonce: Nonce


class Device(Act, frozen=True):
    """A device record: its newest keys. The latest of a device wins."""

    keys: DeviceKeys


class Profile(Act, frozen=True):
    """How a member is called here."""

    name: Name


class Portrait(Profile, frozen=True):
    """The same with a picture. Without one it is the shorter form, so each has one spelling."""

    picture: Picture


class Invite(Act, frozen=True):
    """A way in. `capsule` is sealed with a key from the code, which is not in here."""

    key: Id32
    rendezvous: Id32
    expires: Seconds
    uses: Annotated[int, Meta(ge=1, le=1000)]
    capsule: Annotated[bytes, Meta(max_length=8192)]
    request: SealKey


class Admit(Act, frozen=True):
    """Lets a newcomer in, by an invite; the three signatures are over the request."""

    invite: Id32
    keys: DeviceKeys
    nonce: Nonce
    by_invite: Signature
    by_member: Signature
    by_device: Signature


class Cut(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last op of a device's log that counts; `seq` is how many do."""

    device: Id32
    log: Annotated[int, Meta(ge=0, le=1)]
    seq: Seconds
    op: Id32


class Assign(Act, frozen=True):
    """Gives a member another role."""

    member: Id32
    role: Literal["host", "moderator", "member", "guest"]


class Remove(Act, frozen=True):
    """Somebody has to go, with all their devices; what counts of theirs is up to the cuts."""

    member: Id32
    reason: Annotated[str, Meta(max_length=500)]
    cuts: Annotated[list[Cut], Meta(max_length=64)]


class Handover(Act, frozen=True):
    """The founder names who comes after, at once or once that one says so; or that one says so."""

    to: Id32
    at_once: bool


class SignedHeader(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The header of an op, as it was signed, and its signature."""

    header: Annotated[bytes, Meta(max_length=1024)]
    signature: Signature


class Fork(Act, frozen=True):
    """A device signed two ops with one number: the proof, and how many of its words count."""

    one: SignedHeader
    other: SignedHeader
    words: Seconds


class Withdraw(Act, frozen=True):
    """Takes an invite back, by its key."""

    invite: Id32


class Leave(Act, frozen=True):
    """The author goes, with all devices of the member; nothing after the cuts counts."""

    cuts: Annotated[list[Cut], Meta(max_length=64)]


class Epoch(Act, frozen=True):
    """New secrets: commitments to both, the epochs it follows, devices left out."""

    words: Id32
    authority: Id32
    parents: Annotated[list[Id32], Meta(min_length=1, max_length=16)]
    excepted: Annotated[list[Id32], Meta(max_length=256)] = []


class Granted(Act, frozen=True):
    """Some devices were given an epoch that they are not holders of by its making."""

    epoch: Id32
    devices: Annotated[list[Id32], Meta(min_length=1, max_length=256)]


class ParentSecrets(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The secrets of an earlier epoch; words only where the circle's history is open."""

    epoch: Id32
    authority: Id32
    words: Id32 | None


class Link(Act, frozen=True):
    """Lets whoever holds an epoch walk back to its parents."""

    epoch: Id32
    parents: Annotated[list[ParentSecrets], Meta(max_length=16)]


class Rules(Act, frozen=True):
    """The circle's name, who it is for, and what newcomers may be asked."""

    name: Name
    about: Annotated[str, Meta(max_length=500)]


class Door(Act, frozen=True):
    """How people come in: what all promise, and whether a person decides, after what questions."""

    asks: bool
    promise: Annotated[list[Line], Meta(max_length=MAX_PROMISES)]
    questions: Annotated[list[Line], Meta(max_length=MAX_QUESTIONS)]
    vouch: bool
    affiliation: bool


class Retention(Act, frozen=True):
    """How many days the circle's words stay; 0: for good."""

    days: Annotated[int, Meta(ge=0, le=MAX_DAYS)]


class Mailbox(Act, frozen=True):
    """A computer that is always on and holds envelopes for the circle; or that it does so no more.

    `box` is its number there, drawn by chance; `peer` the Ed25519 key of its peer id. All of it is
    said anew each time: the latest act for a box counts.
    """

    box: Id32
    peer: Id32
    addresses: Annotated[list[Address], Meta(min_length=1, max_length=MAX_ADDRESSES)]
    name: Name
    retired: bool


class Vouch(Act, frozen=True):
    """A member's word for whoever comes by an invite. All members read it."""

    invite: Id32
    words: Annotated[str, Meta(min_length=1, max_length=500)]


class Writing(Act, frozen=True):
    """A post or a reply. `nonce` with the author's member key makes the post id."""

    nonce: Nonce
    kind: Literal["story", "question", "checkin", "reply"]
    title: Annotated[str, Meta(max_length=200)]
    body: Annotated[str, Meta(max_length=48 * 1024)]
    feeling: Literal["", "rough", "wobbly", "so_so", "steady", "good"] = ""
    want: Literal["", "listening", "experiences", "help", "company", "nothing"] = ""
    content_note: Annotated[str, Meta(max_length=200)] = ""
    reply_to: Annotated[bytes, Meta(max_length=32)] = b""
    thread: Annotated[bytes, Meta(max_length=32)] = b""


KINDS: dict[int, type[Act]] = {
    Kind.FOUNDING: Founding,
    Kind.DEVICE: Device,
    Kind.PROFILE: Profile,
    Kind.INVITE: Invite,
    Kind.ADMIT: Admit,
    Kind.ROLE: Assign,
    Kind.REMOVE: Remove,
    Kind.LEAVE: Leave,
    Kind.HANDOVER: Handover,
    Kind.FORK: Fork,
    Kind.EPOCH: Epoch,
    Kind.GRANTED: Granted,
    Kind.LINK: Link,
    Kind.RULES: Rules,
    Kind.WITHDRAW: Withdraw,
    Kind.DOOR: Door,
    Kind.RETENTION: Retention,
    Kind.MAILBOX: Mailbox,
    Kind.VOUCH: Vouch,
    Kind.POST: Writing,
    Kind.REPLY: Writing,
}

_encoder = msgspec.msgpack.Encoder()
_decoders = {kind: msgspec.msgpack.Decoder(act) for kind, act in KINDS.items()}
_portraits = msgspec.msgpack.Decoder(Portrait)
TWO_LONG = b"\x92"  # how an array of two begins


def encode(act: Act) -> bytes:
    """The payload of an act."""
    return _encoder.encode(act)


def decode(kind: int, payload: bytes) -> Act | None:
    """The act a payload says; None where this version knows no such kind or it is malformed."""
    decoder = _decoders.get(kind)
    if decoder is None:
        return None
    pictured = kind == Kind.PROFILE and payload[:1] == TWO_LONG
    try:
        act = _portraits.decode(payload) if pictured else decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return act if _encoder.encode(act) == payload else None
