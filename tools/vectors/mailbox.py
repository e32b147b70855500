"""Vectors of a mailbox: padding, frames, what opens a box, where parcels lie, the card."""

from collections.abc import Iterable

from app.mailbox.card import Card
from p2p.crypto import sign_public
from p2p.errors import PeerFault
from p2p.host import load
from p2p.mailbox import capability, parcel, wire
from p2p.padding import LADDER, pad, unpad
from tools.vectors.tape import HOUR, Json, Tape, plain


def mailbox(tape: Tape) -> Json:
    """Everything of section 16 that comes out the same twice."""
    load()
    box, peer, caller = tape(32), sign_public(tape(32)), sign_public(tape(32))
    authority, owner, token = tape(32), tape(32), tape(16)
    key = capability.public(authority, box)
    seed = capability.seed(authority, box)
    nonce, ids = tape(16), sorted(tape(32) for _ in range(3))
    orders: dict[str, wire.Asked] = {
        "open": capability.opening(seed, box, peer, caller),
        "found": capability.founding(token, owner, box, peer, key),
        "retain": capability.retaining(owner, box, peer, [key, tape(32)], 7),
        "drop": capability.dropping(owner, box, peer, ids, 8),
    }
    places = [
        f"/ip4/192.0.2.7/tcp/4001/p2p/{_text(peer)}", f"/dns6/box.example/tcp/1/p2p/{_text(peer)}"
    ]  # fmt: skip
    return {
        "padding": {"sizes": list(LADDER), "frames": _padded(tape), "readings": _readings()},
        "box": box.hex(), "mailbox": peer.hex(), "caller": caller.hex(),
        "capability": {"authority": authority.hex(), "seed": seed.hex(), "key": key.hex()},
        "owner": {"seed": owner.hex(), "key": sign_public(owner).hex()},
        "orders": {name: _frame(frame) for name, frame in orders.items()},
        "settled": {"nonce": nonce.hex(), "ids": plain(ids),
                    "digest": capability.set_digest(nonce, reversed(ids)).hex()},
        "tags": _tags(tape, box, authority),
        "shared": _shared(tape, authority, box),
        "card": {"token": token.hex(), "addresses": places,
                 "text": Card(token, peer, tuple(places)).text()},
        "frames": [_frame(frame) for frame in _every(tape, ids)],
    }  # fmt: skip


def _text(peer: bytes) -> str:
    from p2p.host.addresses import peer_text  # noqa: PLC0415 - after load()

    return peer_text(peer)


def _frame(frame: wire.Asked | wire.Answered) -> Json:
    return {
        "name": type(frame).__name__, "fields": plain(frame),
        "frame": unpad(wire.encode(frame)).hex(),
    }  # fmt: skip


def _padded(tape: Tape) -> list[Json]:
    found = []
    for size in (0, 1, 1019, 1020, 4091):
        frame = tape(size)
        found.append({"frame": frame.hex(), "padded": pad(frame).hex()})
    return found


def _readings() -> list[list[str | None]]:
    """Bytes that are no padded frame, but for the first."""
    good = pad(b"tea")
    bent = (
        good, b"", good[:-1], good + b"\0", b"\x00" + good[1:], good[:-1] + b"\1",
        good[:8] + b"\1" + good[9:], b"\xc1" + (1020).to_bytes(4) + bytes(1019),
        b"\xc1\0\0\0\3tea" + bytes(4096 - 8),
    )  # fmt: skip
    return [[data.hex(), _read(data)] for data in bent]


def _read(data: bytes) -> str | None:
    try:
        return unpad(data).hex()
    except PeerFault:
        return None


def _tags(tape: Tape, box: bytes, authority: bytes) -> Json:
    seal, epoch, nonce, device = tape(1216), tape(32), tape(16), tape(32)
    return {
        "seal_key": seal.hex(), "epoch": epoch.hex(), "nonce": nonce.hex(), "device": device.hex(),
        "of": capability.tag_of(seal, epoch, box).hex(),
        "after": capability.tag_after(seal, epoch, box).hex(),
        "first": capability.tag_first(seal, nonce).hex(),
        "held": capability.tag_held(seal, device, box).hex(),
        "card": capability.tag_card(authority, device, box).hex(),
        "card_key": capability.card_key(authority, box).hex(),
    }  # fmt: skip


def _shared(tape: Tape, authority: bytes, box: bytes) -> Json:
    tag, frame = tape(32), b"\x92\x0f\x90"
    sealed = parcel.seal_shared(capability.card_key(authority, box), tag, frame, tape)
    return {"tag": tag.hex(), "frame": frame.hex(), "sealed": sealed.hex()}


def _every(tape: Tape, ids: list[bytes]) -> Iterable[wire.Asked | wire.Answered]:
    one, envelope = ids[0], tape(306)
    return (
        wire.Opened(HOUR, 5, 1 << 28, 90, 1), wire.Refusal(3), wire.Succeed(one),
        wire.Compare(1, HOUR, b"\x61"), wire.Put(0, [envelope]), wire.Kept([one]),
        wire.Want(1, ids), wire.Given([envelope], 3), wire.Settle(1, HOUR, one[:16]),
        wire.Settled(one), wire.Done(), wire.PutParcels([wire.Parcel(one, tape(40))]),
        wire.Lacking([one]), wire.Absent([]), wire.PutCapsule(one, tape(40), HOUR),
        wire.Ask([one], 0), wire.Requests([tape(40)], 4), wire.Listen(0), wire.News(5),
        wire.Look(tape(16)),
    )  # fmt: skip
