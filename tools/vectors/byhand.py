"""The vector of a file that is carried by hand: kept as it is while it opens to its records."""

from p2p import carrying, wire
from p2p.crypto import seal_public, unbox
from p2p.envelope import padme
from p2p.errors import PeerFault
from p2p.handfile import BOX_DOMAIN, MAGIC, NONCE, PART, TAG, Opening, Sealing, tag_of
from tools.vectors.tape import Json, Tape

ENVELOPE = 306  # bytes of the smallest
HEAD = len(MAGIC) + 1 + NONCE + 1
ENTRY = TAG + 1168


def by_hand(tape: Tape, older: Json) -> Json:
    """One of each record, for one device; its envelopes and boxes are any bytes of their size."""
    circle, device, epoch, seed = tape(32), tape(32), tape(32), tape(96)
    card = wire.Card(device, 7, ["/ip4/192.0.2.7/tcp/4001"], tape(64))
    grant = wire.Grant(epoch=epoch, granter=device, box=tape(1200))
    records: list[carrying.AnyRecord] = [
        carrying.Begin(circle), carrying.Given(device, [grant]), carrying.Acts([tape(ENVELOPE)]),
        carrying.Cards([card]), carrying.Words(epoch, [tape(ENVELOPE), tape(ENVELOPE)]),
    ]  # fmt: skip
    inside = [carrying.encode(record) for record in records]
    told: Json = {
        "seal_seed": seed.hex(), "records": [record.hex() for record in inside],
        "padded": padme(max(PART, sum(4 + len(record) for record in inside) + 4)),
    }  # fmt: skip
    if older.get("file") and {k: older.get(k) for k in told} == told and _opens(older):
        return older
    sealing = Sealing([seal_public(seed)], tape)
    head = b"".join(sealing.head())
    file = head + b"".join(map(sealing.record, inside)) + b"".join(sealing.end())
    nonce = file[len(MAGIC) + 1 : HEAD - 1]
    tag = tag_of(seal_public(seed), nonce)
    at = next(n for n in range(HEAD, len(file), ENTRY) if file[n : n + TAG] == tag)
    key = unbox(seed, BOX_DOMAIN + nonce, file[at + TAG : at + ENTRY])
    return told | {"nonce": nonce.hex(), "tag": tag.hex(), "key": key.hex(), "file": file.hex()}


def _opens(told: Json) -> bool:
    seed = bytes.fromhex(told["seal_seed"])
    opening = Opening({seal_public(seed): seed})
    try:
        found = [*opening.receive(bytes.fromhex(told["file"])), *opening.end()]
    except PeerFault:
        return False
    return bool([record.hex() for record in found] == told["records"])
