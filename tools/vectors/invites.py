"""Vectors of coming in: codes, capsules, doors, cards and boxes."""

from app import epochs, invite
from app.cards import CARD
from app.circle import rules
from app.founding import Keys
from app.holdings import DOMAIN
from app.refused import Refused
from p2p import wire
from p2p.crypto import seal_public, sign, unbox
from p2p.envelope import EpochSecrets
from p2p.errors import PeerFault
from p2p.ids import CircleId, DeviceId, EpochId
from tools.vectors.small import Someone
from tools.vectors.tape import HOUR, Json, Tape, plain

ADDRESSES = (
    "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2",
    "/dns4/door.example/tcp/4001/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2",
)


def read_as(text: str) -> str | None:
    """The secret in a code or link, or None where it is refused."""
    try:
        return invite.read(text)[0].secret.hex()
    except Refused:
        return None


def invites(tape: Tape) -> Json:
    """Codes and what follows from them, a capsule, a request's message, a card."""
    codes = [invite.Code(secret) for secret in (bytes(16), b"\xff" * 16, tape(16), tape(16))]
    code = codes[-1]
    text = code.text()
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    readings = (
        text, text.lower(), text.replace("-", " "), text.replace("-", ""),
        text.replace("1", "I").replace("0", "o"), invite.link(code, list(ADDRESSES)), wrong,
        text[:-1], text + "0", "U" + text[1:], "2" + text[1:], "",
    )  # fmt: skip
    circle, seed = CircleId(tape(32)), tape(96)
    capsule = invite.Capsule(
        circle, "Low tide 🌊", "After a loss.", "Ada", seal_public(seed), list(ADDRESSES)
    )
    nonce = tape(24)
    someone, request_nonce = Someone(Keys.fresh(tape)), tape(16)
    keys = someone.public
    signed = rules.request_message(circle, code.key, keys, request_nonce)
    return {
        "codes": [
            {"secret": c.secret.hex(), "code": c.text(), "key_seed": c.key_seed.hex(),
             "key": c.key.hex(), "rendezvous": c.rendezvous.hex(),
             "capsule_key": c.capsule_key.hex()}
            for c in codes
        ],
        "links": [invite.link(code, list(ADDRESSES[:n])) for n in range(len(ADDRESSES) + 1)],
        "readings": [[reading, read_as(reading)] for reading in readings],
        "capsule": {
            "secret": code.secret.hex(), "nonce": nonce.hex(), "plaintext": plain(capsule),
            "sealed": invite.seal_capsule(code, capsule, lambda _: nonce).hex(),
        },
        "request": {
            "circle": circle.hex(), "keys": plain(keys), "nonce": request_nonce.hex(),
            "member_seed": someone.keys.member.hex(), "device_seed": someone.keys.device.hex(),
            "certified": keys.certified().hex(), "message": signed.hex(),
            "by_invite": sign(code.key_seed, rules.JOIN, signed).hex(),
            "by_member": sign(someone.keys.member, rules.JOIN, signed).hex(),
            "by_device": sign(someone.keys.device, rules.JOIN, signed).hex(),
        },
        "card": card(circle, someone),
        "holding": holding(circle, someone, circle[::-1]),
    }  # fmt: skip


def card(circle: CircleId, someone: Someone) -> Json:
    """An address card, written out from docs/protocol.md."""
    parts = b"".join(len(a).to_bytes(2) + a.encode() for a in ADDRESSES)
    message = circle + (HOUR * 3_600_000).to_bytes(8) + parts
    told = wire.Card(
        device=someone.device, counter=HOUR * 3_600_000, addresses=list(ADDRESSES),
        signature=sign(someone.keys.device, CARD, message),
    )  # fmt: skip
    return {
        "circle": circle.hex(), "message": message.hex(), "card": plain(told),
        "frame": wire.encode(wire.Cards(cards=[told])).hex(),
    }  # fmt: skip


def holding(circle: CircleId, someone: Someone, author: bytes) -> Json:
    """What a device says that it holds, written out from docs/protocol.md."""
    counter, first, top, head = (HOUR << 16) + 3, 2, 200, circle[:8]
    message = circle + author + b"".join(n.to_bytes(8) for n in (counter, first, top)) + head
    told = wire.Holding(
        holder=someone.device, author=author, counter=counter, first=first, top=top, head=head,
        signature=sign(someone.keys.device, DOMAIN, message),
    )  # fmt: skip
    return {
        "circle": circle.hex(), "message": message.hex(), "holding": plain(told),
        "frame": wire.encode(wire.Holdings(holdings=[told])).hex(),
    }  # fmt: skip


def boxes(tape: Tape, older: Json) -> Json:
    """Two hybrid boxes: a grant and a request. Kept as they are while they open."""
    ada, bo, epoch = DeviceId(tape(32)), DeviceId(tape(32)), EpochId(tape(32))
    circle, seed, words, authority = CircleId(tape(32)), tape(96), tape(32), tape(32)
    secrets = EpochSecrets(epoch, words, authority)
    grant = epochs.seal_grant(circle, secrets, ada, bo, seal_public(seed)).box
    code, host, someone = invite.Code(tape(16)), tape(32), Someone(Keys.fresh(tape))
    request_seed = invite.request_seed(host, code.key)
    capsule = invite.Capsule(circle, "Low tide", "", "Ada", seal_public(request_seed), [])
    nonce, seeds = tape(16), (someone.keys.member, someone.keys.device)
    request = invite.make_request(code, capsule, "Bo", someone.public, seeds, nonce)
    info = b"hearthside/join/1" + circle
    given = {
        "grant": {
            "circle": circle.hex(), "epoch": epoch.hex(), "granter": ada.hex(),
            "recipient": bo.hex(), "seal_seed": seed.hex(),
            "plaintext": (words + authority).hex(),
            "info": (b"hearthside/grant/1" + circle + epoch + ada + bo).hex(), "box": grant.hex(),
        },
        "request": {
            "authority": host.hex(), "invite": code.key.hex(), "request_seed": request_seed.hex(),
            "info": info.hex(), "plaintext": unbox(request_seed, info, request[32:]).hex(),
            "circle": circle.hex(), "data": request.hex(),
        },
    }  # fmt: skip
    return {name: _kept(told, older.get(name, {})) for name, told in given.items()}


def _kept(told: Json, old: Json) -> Json:
    box = "box" if "box" in told else "data"
    same = {k: v for k, v in old.items() if k != box} == {k: v for k, v in told.items() if k != box}
    return old if same and _opens(old, box) else told


def _opens(told: Json, box: str) -> bool:
    seed = bytes.fromhex(told["seal_seed" if box == "box" else "request_seed"])
    data = bytes.fromhex(told[box])[0 if box == "box" else 32 :]
    try:
        return unbox(seed, bytes.fromhex(told["info"]), data).hex() == str(told["plaintext"])
    except PeerFault:
        return False
