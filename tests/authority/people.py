"""Keys, certificates and proofs of people who do not exist, each made once."""

import random
from functools import cache
from typing import Literal, cast

import msgspec

from app.circle import acts
from app.circle.acts import DeviceKeys
from app.circle.state import History
from p2p.crypto import digest, sign, sign_public
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import SIGNATURE_DOMAIN, Header, Log, op_id

SEAL = bytes(1216)  # what it opens is no matter of membership


def seed(name: str) -> bytes:
    return digest(name)


@cache
def public(name: str) -> bytes:
    """Somebody's member key or device key: those who have one device use one key for both."""
    return sign_public(seed(name))


def door(name: str) -> str:
    return f"{name}'s door"


@cache
def keys(member: str, device: str, behind: str, certified_by: str) -> DeviceKeys:
    """The keys of a device behind a door, certified by the member or by a forger."""
    bare = DeviceKeys(
        public(member), public(device), SEAL, public(behind), bytes(64), bytes(64)
    )  # fmt: skip
    signed = bare.certified()
    return msgspec.structs.replace(
        bare,
        by_door=sign(seed(behind), "hearthside/door/1", signed),
        certificate=sign(seed(certified_by), "hearthside/certify/1", signed),
    )


@cache
def admit(
    circle: bytes, code: str, member: str, device: str, behind: str, *, forged: str = ""
) -> acts.Admit:
    """Somebody's admission by an invite; `forged` names the signature that is another's."""
    theirs = keys(member, device, behind, "Eve" if forged == "certificate" else member)
    nonce = b"n" * 16
    message = circle + public(code) + theirs.certified() + nonce
    by_invite, by_member, by_device = (
        sign(seed("Eve" if forged == what else right), "hearthside/join/1", message)
        for what, right in (("invite", code), ("member", member), ("device", device))
    )
    return acts.Admit(public(code), theirs, nonce, by_invite, by_member, by_device)


@cache
def invite(code: str, uses: int) -> acts.Invite:
    return acts.Invite(public(code), digest(code), 2**40, uses, b"", SEAL)


def policy(number: int) -> acts.Door:
    asks = bool(number % 2)
    return acts.Door(asks=asks, promise=[], questions=[f"{number}?"], vouch=asks, affiliation=False)


def mailbox(number: int, name: str, *, retired: bool = False) -> acts.Mailbox:
    box = digest(f"mailbox {number}")
    return acts.Mailbox(box, public(name), [f"/dns4/{name}/tcp/4001"], name, retired)


def assign(member: bytes, role: str) -> acts.Assign:
    return acts.Assign(member, cast("Literal['host']", role))


@cache
def shown(
    circle: bytes, device: str, signer: str, place: tuple[int, int], payload: int
) -> acts.SignedHeader:
    """Some op of a device that nobody else has, as somebody would show it; its place: log, seq."""
    log, seq = place
    return show(
        Header(
            version=1, circle=CircleId(circle), device=DeviceId(public(device)), log=Log(log),
            seq=seq, prev=OpId(b"p" * 32 if seq else ZERO), heads=(), authority_heads=(),
            epoch=EpochId(ZERO), hour=1, kind=64 if log else 2, payload_hash=bytes([payload]) * 32,
            payload_size=0, written_at=0,
        ),
        signer,
    )  # fmt: skip


@cache
def show(header: Header, signer: str) -> acts.SignedHeader:
    data = msgspec.msgpack.encode(header)
    return acts.SignedHeader(data, sign(seed(signer), SIGNATURE_DOMAIN, op_id(data)))


def founding(who: str, chance: random.Random) -> acts.Founding:
    choice: tuple[Literal["hosts", "members"], ...] = ("hosts", "members", "members")
    history = chance.choice([History.OPEN, History.FRESH])
    theirs = keys(who, who, door(who), who)
    may = chance.choice(choice), chance.choice(choice)
    return acts.Founding(theirs, history, *may, b"r" * 32, b"n" * 16)
