"""What is frozen stays: every vector of docs/protocol.md made again, byte for byte."""

import hmac
import re
from contextlib import suppress
from hashlib import blake2b, sha3_256
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl import bindings as sodium

from app import cards, epochs, holdings, invite
from app.cards import CARD
from app.circle.acts import KINDS
from app.mailbox import card as mailbox_card
from p2p import wire
from p2p.crypto import digest, seal_public, unbox, verify
from p2p.envelope import ClassKeys, open_, peek
from p2p.errors import PeerFault
from p2p.ids import CircleId, DeviceId, EpochId, OpId
from p2p.mailbox import wire as box_wire
from p2p.op import Kind, Log, SignedOp, encode, verify_signature
from p2p.padding import pad
from p2p.runs import Vouched
from p2p.wire import Grant
from tools import vectors

HOUSE = Path(__file__).resolve().parent.parent
FROZEN = HOUSE / "tests" / "vectors"
FILES = sorted(path.stem for path in FROZEN.glob("*.json"))
DOCUMENT = HOUSE / "docs" / "protocol.md"

Json = dict[str, Any]


@pytest.fixture(scope="module")
def made() -> dict[str, Json]:
    return vectors.make()


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def test_every_file_is_made_and_every_made_file_is_here(made: dict[str, Json]) -> None:
    """No vector is forgotten on either side."""
    assert sorted(made) == FILES


@pytest.mark.parametrize("name", FILES)
def test_no_byte_of_a_vector_changes(made: dict[str, Json], name: str) -> None:
    """A change here changes the protocol: it needs an ADR and a new version, not a --write."""
    assert vectors.spell(made[name]) == (FROZEN / f"{name}.json").read_text(encoding="utf-8")


def entries() -> list[Json]:
    circle, extremes, runs = (vectors.read(name) for name in ("circle", "envelopes", "runs"))
    return [*circle["ops"], *extremes["envelopes"], *runs["ops"]]


def opened(entry: Json) -> SignedOp:
    """The op in a frozen envelope, from the bytes and the secret alone."""
    envelope = raw(entry["envelope"])
    log = peek(envelope).envelope_class
    keys = ClassKeys.from_secret(EpochId(raw(entry["epoch"])), log, raw(entry[log.name.lower()]))
    return open_(envelope, keys, CircleId(raw(entry["circle"])))


def test_every_frozen_envelope_opens_to_its_op() -> None:
    """From the bytes alone: the direction in which `make` does not go."""
    for entry in entries():
        op = opened(entry)
        assert vectors.named(op.header) == entry["header"]
        assert op.header_bytes.hex() == entry["header_bytes"]
        assert (op.op_id.hex(), op.payload.hex()) == (entry["op_id"], entry["payload"])
        assert verify_signature(op) is entry.get("valid", True)
        assert len(encode(op)) == entry["body_size"]
        assert encode(op).hex() == entry.get("body", encode(op).hex())


def test_no_frozen_envelope_is_its_authors_in_another_circle() -> None:
    """The same bytes found elsewhere hold an op that nobody signed; but for the founding op."""
    elsewhere = bytes(range(32)).hex()
    for entry in vectors.read("circle")["ops"]:
        moved = opened({**entry, "circle": elsewhere})
        at_home = moved.header.kind == Kind.FOUNDING
        assert verify_signature(moved) is at_home
        assert (moved.op_id.hex() == entry["op_id"]) is at_home


def test_the_frozen_frontiers_are_hashes_over_the_frozen_ops() -> None:
    """Written out from the document: what counts is the place, the log and the epoch."""
    told = vectors.read("circle")
    seen = [opened(entry) for entry in told["ops"]]
    for scoped in told["frontier"]["scoped"]:
        among = {raw(epoch) for epoch in scoped["scope"]}
        ops = sorted(
            (op.header.device, op.header.log, op.header.seq, op.op_id)
            for op in seen
            if op.header.log is Log.WORDS and op.header.epoch in among
        )
        parts = b"".join(d + bytes((log,)) + seq.to_bytes(8) + op for d, log, seq, op in ops)
        assert digest("hearthside/frontier/1", parts).hex() == scoped["frontier"]
        rows = []
        for (device, log), group in groupby(ops, lambda op: op[:2]):
            named = list(group)
            over = b"".join(seq.to_bytes(8) + op for _, _, seq, op in named)
            mark = blake2b(b"hearthside/log/1" + over, digest_size=16).hexdigest()
            rows.append([device.hex(), int(log), named[-1][2] + 1, mark])
        assert rows == scoped["logs"]
    frontiers = [scoped["frontier"] for scoped in told["frontier"]["scoped"]]
    assert told["frontier"]["frontier"] not in frontiers  # which is over authority too
    assert len(set(frontiers)) > 1
    words = next(said for said in told["settled"] if said["log"] == Log.WORDS)
    assert words["frontier"] == frontiers[0]


@pytest.mark.parametrize("order", ["as written", "backwards", "one by one", "backwards one by one"])
def test_the_frozen_runs_are_authentic_or_not_in_any_order(order: str) -> None:
    """What nobody vouches for is tried again whenever more has come."""
    told = vectors.read("runs")
    ops = [opened(entry) for entry in told["ops"]]
    if "backwards" in order:
        ops.reverse()
    vouched = Vouched()
    found: set[OpId] = set()
    aside: list[SignedOp] = []
    for waiting in [[op] for op in ops] if "one by one" in order else [ops]:
        batch = waiting
        while batch:
            authentic, others = vouched.part(batch)
            found |= {op.op_id for op in authentic}
            aside += others
            batch = [op for op in aside if vouched.awaits(op)]
            aside = [op for op in aside if not vouched.awaits(op)]
    named = {entry["what"] for entry in told["ops"] if OpId(raw(entry["op_id"])) in found}
    assert named == set(told["authentic"])
    assert set(told["void"]) < named
    assert {entry["what"] for entry in told["ops"]} - named


def test_every_kind_that_is_built_has_a_vector() -> None:
    """A newcomer to the project's code finds each payload spelled out once."""
    seen = {entry["header"]["kind"] for entry in vectors.read("circle")["ops"]}
    assert {int(kind) for kind in KINDS} <= seen


def test_the_frozen_boxes_open() -> None:
    """A grant and a request, sealed once by another run of another process."""
    told = vectors.read("boxes")
    grant = told["grant"]
    opened = epochs.open_grant(
        raw(grant["circle"]),
        Grant(epoch=raw(grant["epoch"]), granter=raw(grant["granter"]), box=raw(grant["box"])),
        DeviceId(raw(grant["recipient"])),
        [raw(grant["seal_seed"])],
    )
    assert opened is not None
    assert b"".join(opened).hex() == grant["plaintext"]
    asked = told["request"]
    seed, data = raw(asked["request_seed"]), raw(asked["data"])
    assert unbox(seed, raw(asked["info"]), data[32:]).hex() == asked["plaintext"]
    request = invite.open_request(raw(asked["circle"]), seed, data)
    assert request.name == "Bo"
    assert request.invite == invite.invite_of(data) == raw(asked["invite"])


def test_hybrid_boxes_are_hpke_as_the_document_says() -> None:
    """X-Wing and RFC 9180 written out from their texts open what the library sealed."""
    told = vectors.read("boxes")["grant"]
    seed, sealed = raw(told["seal_seed"]), raw(told["box"])
    kem = MLKEM768PrivateKey.from_seed_bytes(seed[:64])
    curve = X25519PrivateKey.from_private_bytes(seed[64:])
    share = sealed[1088:1120]
    both = kem.decapsulate(sealed[:1088]) + curve.exchange(X25519PublicKey.from_public_bytes(share))
    public = curve.public_key().public_bytes_raw()
    shared = sha3_256(both + share + public + raw("5c2e2f2f5e5c")).digest()
    suite = b"HPKE" + raw("647a00010003")

    def extract(salt: bytes, label: bytes, data: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + data, "sha256")

    def expand(key: bytes, label: bytes, data: bytes, size: int) -> bytes:
        info = size.to_bytes(2) + b"HPKE-v1" + suite + label + data
        return hmac.digest(key, info + b"\1", "sha256")[:size]

    info = extract(b"", b"info_hash", raw(told["info"]))
    context = b"\0" + extract(b"", b"psk_id_hash", b"") + info
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    opened = ChaCha20Poly1305(key).decrypt(nonce, sealed[1120:], None)
    assert opened.hex() == told["plaintext"]


def test_a_file_carried_by_hand_is_what_the_document_says() -> None:
    """Opened from the text of section 15, with libsodium's own stream."""
    told = vectors.read("by-hand")
    file, seed = raw(told["file"]), raw(told["seal_seed"])
    magic, version, nonce, steps = file[:7], file[7], file[8:24], file[24]
    assert (magic.hex(), version, nonce.hex(), steps) == ("b4d90f3c6ae871", 1, told["nonce"], 0)
    end = 25 + 8 * (8 + 1168)
    boxes = {file[at : at + 8]: file[at + 8 : at + 1176] for at in range(25, end, 1176)}
    assert list(boxes) == sorted(boxes)
    tag = blake2b(b"hearthside/by-hand/tag/1" + seal_public(seed) + nonce, digest_size=8).digest()
    assert tag.hex() == told["tag"]
    key = unbox(seed, b"hearthside/by-hand/box/1" + nonce, boxes[tag])
    assert key.hex() == told["key"]
    head = blake2b(b"hearthside/by-hand/head/1" + file[:end], digest_size=32).digest()
    label = b"hearthside/by-hand/stream/1"
    stream_key = blake2b(label + head, digest_size=32, key=key).digest()
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, file[end : end + 24], stream_key)
    inside, tags = b"", list[int]()
    for at in range(end + 24, len(file), 65_536 + 17):
        part = file[at : at + 65_536 + 17]
        text, mark = sodium.crypto_secretstream_xchacha20poly1305_pull(state, part)
        inside, tags = inside + text, [*tags, mark]
    assert tags == [0] * (len(tags) - 1) + [3]
    assert len(inside) == told["padded"]
    for record in told["records"]:
        length = int.from_bytes(inside[:4])
        assert inside[4 : 4 + length].hex() == record
        inside = inside[4 + length :]
    assert not inside.strip(b"\0")


def test_the_frozen_card_is_what_is_checked() -> None:
    """The vector writes the signed bytes out by itself; the program must mean the same."""
    told = vectors.read("invites")["card"]
    frame = wire.decode(raw(told["frame"]))
    assert isinstance(frame, wire.Cards)
    (card,) = frame.cards
    message = cards.message(raw(told["circle"]), card.counter, card.addresses)
    assert message.hex() == told["message"]
    assert verify(card.device, CARD, message, card.signature)


def test_the_frozen_holding_is_what_the_shelf_checks() -> None:
    """The same for what a device says that it holds."""
    told = vectors.read("invites")["holding"]
    frame = wire.decode(raw(told["frame"]))
    assert isinstance(frame, wire.Holdings)
    (one,) = frame.holdings
    message = holdings._message(raw(told["circle"]), one)
    assert message.hex() == told["message"]
    assert verify(one.holder, holdings.DOMAIN, message, one.signature)


def test_the_frozen_capsule_opens() -> None:
    """With the code and nothing else."""
    told = vectors.read("invites")["capsule"]
    capsule = invite.open_capsule(invite.Code(raw(told["secret"])), raw(told["sealed"]))
    assert vectors.plain(capsule) == told["plaintext"]


def test_the_document_names_every_domain_string() -> None:
    """What is signed, hashed or derived under a name cannot be guessed by a stranger."""
    said = DOCUMENT.read_text(encoding="utf-8")
    names = {
        name
        for floor in ("app", "p2p")
        for path in (HOUSE / floor).rglob("*.py")
        if "simulator" not in path.parts
        for name in re.findall(r"hearthside/[a-z/-]+/1\b", path.read_text(encoding="utf-8"))
    }
    assert len(names) > 15
    assert sorted(n for n in names if n not in said) == [
        "hearthside/header-check/1"
    ]  # on disk only


def test_the_document_has_every_kind_and_every_frame() -> None:
    """Both tables are whole."""
    said = DOCUMENT.read_text(encoding="utf-8")
    for kind in Kind:
        assert re.search(rf"^\| {int(kind)} \| {kind.name.lower()} ", said, re.MULTILINE), kind.name
    for frame in wire.AnyFrame.__args__:
        row = rf"^\| {frame.__struct_config__.tag} \| {frame.__name__} "
        assert re.search(row, said, re.MULTILINE), frame.__name__


def test_the_document_names_every_file_of_vectors() -> None:
    """Whoever has only the document finds the proof."""
    said = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in FILES if f"{name}.json" not in said] == []


def test_an_admission_in_the_vectors_is_signed_by_all_three() -> None:
    """The same message under three keys; with one letter changed, under none."""
    told = vectors.read("invites")["request"]
    keys = told["keys"]
    message = raw(told["message"])
    code = invite.Code(raw(vectors.read("invites")["capsule"]["secret"]))
    for public, name in (
        (code.key, "by_invite"),
        (raw(keys[0]), "by_member"),
        (raw(keys[1]), "by_device"),
    ):
        assert verify(public, "hearthside/join/1", message, raw(told[name]))
        assert not verify(public, "hearthside/join/1", message + b"x", raw(told[name]))


def test_padding_is_what_the_document_says() -> None:
    """Written out from section 16: the mark, the length, the frame, zeros, the least of five."""
    told = vectors.read("mailbox")["padding"]
    for entry in told["frames"]:
        frame = raw(entry["frame"])
        plain = b"\xc1" + len(frame).to_bytes(4) + frame
        size = next(size for size in told["sizes"] if size >= len(plain))
        assert plain.ljust(size, b"\0").hex() == entry["padded"]
    assert [frame is None for _, frame in told["readings"]] == [False] + [True] * 8


def test_what_opens_a_mailbox_is_what_the_document_says() -> None:
    """The capability out of the authority secret; who signs what, and that it is bound to a box."""
    told = vectors.read("mailbox")
    box, peer, caller = (raw(told[name]) for name in ("box", "mailbox", "caller"))
    label, named = b"hearthside/mailbox/capability/1", told["capability"]
    seed = blake2b(label + box, digest_size=32, key=raw(named["authority"])).digest()
    key, owner = (sodium.crypto_sign_seed_keypair(s)[0] for s in (seed, raw(told["owner"]["seed"])))
    assert (seed.hex(), key.hex()) == (named["seed"], named["key"])
    assert owner.hex() == told["owner"]["key"]
    orders = {name: order["fields"] for name, order in told["orders"].items()}
    (keys, kept_at, _), (ids, dropped_at, _) = orders["retain"], orders["drop"]
    for name, by, message in (
        ("open", key, box + peer + caller),
        ("found", owner, box + peer + key),
        ("retain", owner, box + peer + kept_at.to_bytes(8) + b"".join(map(raw, keys))),
        ("drop", owner, box + peer + dropped_at.to_bytes(8) + b"".join(map(raw, ids))),
    ):
        signature = raw(orders[name][-1])
        assert verify(by, f"hearthside/mailbox/{name}/1", message, signature), name
        assert not verify(by, f"hearthside/mailbox/{name}/1", message[1:] + b"x", signature)
    settled = told["settled"]
    both = b"hearthside/mailbox/set/1" + raw(settled["nonce"]) + raw("".join(settled["ids"]))
    assert blake2b(both, digest_size=32).hexdigest() == settled["digest"]


def test_parcels_lie_where_the_document_says() -> None:
    """Each tag written out; and what is sealed for all who have a secret opens from the text."""
    told = vectors.read("mailbox")
    tags, box = told["tags"], raw(told["box"])
    seal, epoch, nonce, device = (
        raw(tags[name]) for name in ("seal_key", "epoch", "nonce", "device")
    )
    for name, parts in (
        ("of", box + epoch + seal), ("after", box + epoch + seal), ("first", nonce + seal),
        ("held", box + device + seal),
    ):  # fmt: skip
        label = f"hearthside/parcel/{name}/1".encode()
        assert blake2b(label + parts, digest_size=32).hexdigest() == tags[name], name
    secret = raw(told["capability"]["authority"])
    card = b"hearthside/mailbox/card/1" + box + device
    assert blake2b(card, digest_size=32, key=secret).hexdigest() == tags["card"]
    key = blake2b(b"hearthside/mailbox/card-key/1" + box, digest_size=32, key=secret).digest()
    assert key.hex() == tags["card_key"]
    shared = told["shared"]
    sealed, bound = raw(shared["sealed"]), b"hearthside/parcel/1" + raw(shared["tag"])
    plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], bound, sealed[:24], key)
    frame = raw(shared["frame"])
    assert plain == (len(frame).to_bytes(2) + frame).ljust(2048, b"\0")


def test_the_frozen_card_of_a_mailbox_is_read() -> None:
    """Crockford's letters, five bits each, the highest first, two zeros at the end."""
    told = vectors.read("mailbox")["card"]
    letters, _, addresses = told["text"].removeprefix("hearthside-mailbox:").partition("#")
    number = 0
    for letter in letters:
        number = number << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    assert (number >> 2).to_bytes(16).hex() == told["token"]
    assert (len(letters), number & 3) == (26, 0)
    assert addresses.split(",") == told["addresses"]
    card = mailbox_card.read(told["text"])
    assert (card.token.hex(), list(card.addresses)) == (told["token"], told["addresses"])


def test_every_frame_of_a_mailbox_has_a_vector() -> None:
    """And each is read as what it is named, by one side or by both."""
    told = vectors.read("mailbox")
    frames = [*told["frames"], *told["orders"].values()]
    assert {entry["name"] for entry in frames} == {
        frame.__name__ for frame in box_wire.Frame.__subclasses__()
    }
    for entry in frames:
        said, read = pad(raw(entry["frame"])), []
        for reader in (box_wire.question, box_wire.answer):
            with suppress(PeerFault):
                read.append(reader(said))
        assert read
        assert {type(frame).__name__ for frame in read} == {entry["name"]}
        assert all(vectors.plain(frame) == entry["fields"] for frame in read)


def test_the_document_has_every_frame_of_a_mailbox() -> None:
    """Its own table, in its own section."""
    said = DOCUMENT.read_text(encoding="utf-8").partition("## 16. A mailbox")[2]
    for frame in box_wire.Frame.__subclasses__():
        tag = msgspec.inspect.type_info(frame).tag  # type: ignore[attr-defined]
        assert re.search(rf"^\| {tag} \| {frame.__name__} ", said, re.MULTILINE), frame.__name__
