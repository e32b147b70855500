"""A second implementation, in JavaScript, reads what ours writes and refuses what ours refuses."""

import json
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.circle import acts
from p2p.envelope import EpochSecrets, envelope_id, open_, peek
from p2p.errors import PeerFault
from p2p.ids import CircleId, EpochId
from p2p.op import Kind, SignedOp, verify_signature
from p2p.padding import pad, unpad
from tests.decoder.random_ops import Chance, Given

DECODER = Path(__file__).resolve().parent / "decoder"
VECTORS = Path(__file__).resolve().parent / "vectors"
NEEDED = 20  # the first Node that the decoder is written for

Told = dict[str, Any]
Decode = Callable[[Iterable[dict[str, str | None]]], list[Told]]

# The first check that failed, by the reason that ours gives.
STAGES = {
    "an envelope too short or too long": "clear",
    "an envelope of another version": "clear",
    "an envelope of no known class": "clear",
    "an envelope that is not padded": "clear",
    "an envelope under other keys": "hint",
    "sealed bytes do not open": "sealed",
    "a nonce that is not the text's": "nonce",
    "padding that is not the protocol's": "padding",
    "an op too long": "spelling",
    "an op that does not decode": "spelling",
    "an op in a second spelling": "spelling",
}
CHECKED = ("nonce", "padding", "canonical")


def lacking() -> str | None:
    """What this machine lacks for the decoder, in words; None: nothing."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "node and npm"
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    major = told.stdout.strip().removeprefix("v").partition(".")[0]
    return None if major.isdigit() and int(major) >= NEEDED else f"node {NEEDED} or newer"


@pytest.fixture(scope="module")
def decode(tmp_path_factory: pytest.TempPathFactory) -> Decode:
    """The decoder, installed in a folder of its own; answers come in the order asked."""
    if (missing := lacking()) is not None:
        pytest.skip(f"not here: {missing}")
    home = tmp_path_factory.mktemp("decoder") / "decoder"
    shutil.copytree(DECODER, home, ignore=shutil.ignore_patterns("node_modules", "*.py", "__py*"))
    try:
        installed = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=home, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        pytest.skip("not here: an answer from the npm registry in time")
    if installed.returncode:
        pytest.skip("not here: the npm package of the decoder's lock")

    def run(asked: Iterable[dict[str, str | None]]) -> list[Told]:
        lines = "".join(json.dumps(line) + "\n" for line in asked)
        done = subprocess.run(
            ["node", "decode.js"],
            cwd=home, input=lines, capture_output=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def plain(value: object) -> object:
    """As the decoder writes it: bytes in hex, tuples as lists."""
    if isinstance(value, bytes):
        return value.hex()
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def fields(op: SignedOp) -> Told:
    """All that an op says, as the decoder tells it."""
    header = op.header
    act = acts.decode(header.kind, op.payload) if not op.stripped else None
    return {
        "op_id": op.op_id.hex(),
        "header_bytes": op.header_bytes.hex(),
        "header": {name: plain(getattr(header, name)) for name in header.__struct_fields__},
        "signature": op.signature.hex(),
        "salt": op.salt.hex(),
        "payload": op.payload.hex(),
        "stripped": op.stripped,
        "act": plain(msgspec.msgpack.decode(op.payload)) if act is not None else None,
    }


def ours(given: Given) -> tuple[str | None, SignedOp | None]:
    """Where it fails with us, or the op."""
    try:
        keys = given.secrets.keys(peek(given.envelope).envelope_class)
        if keys is None:
            return "closed", None
        return None, open_(given.envelope, keys, given.circle)
    except PeerFault as fault:
        return STAGES.get(fault.reason, "rules"), None


def expect_the_same(given: Given, told: Told) -> str | None:
    """The verdict, after it and every field were found the same."""
    assert told["envelope_id"] == envelope_id(given.envelope).hex()
    refused, op = ours(given)
    assert told["refused"] == refused, given.wrong
    checks = told["checks"]
    if refused != "clear":
        seen = peek(given.envelope)
        assert told["class"] == seen.envelope_class.name.lower()
        assert (told["hour"], told["nonce"], told["hint"]) == (
            seen.hour, seen.nonce.hex(), seen.hint.hex()
        )  # fmt: skip
    if op is None:
        assert (checks["nonce"], checks["padding"], checks["canonical"]) == {
            "nonce": (False, None, None),
            "padding": (True, False, None),
            "spelling": (True, True, False),
            "rules": (True, True, True),
        }.get(refused or "", (None, None, None))
        return refused
    expected = fields(op)
    assert {name: told[name] for name in expected} == expected
    assert all(checks[name] is True for name in CHECKED)
    assert checks["signature"] is verify_signature(op), given.wrong
    return None if checks["signature"] else "signature"


def compare(decode: Decode, seed: int, count: int) -> None:
    chance = Chance(seed)
    given = [chance.given() for _ in range(count)]
    told = decode(one.line() for one in given)
    assert len(told) == count
    found = [(one.wrong, expect_the_same(one, said)) for one, said in zip(given, told, strict=True)]
    verdicts = Counter(verdict for _, verdict in found)
    # Every check must have had something to refuse, and most ops are true ones.
    assert verdicts[None] > count / 2
    for stage in {*STAGES.values(), "closed", "rules", "signature"}:
        assert verdicts[stage] >= count // 500, stage
    read = {t["header"]["kind"] for t in told if not t["refused"] and t["act"] is not None}
    assert read == {int(kind) for kind in acts.KINDS}
    # Nothing that was moved is an op of its author's any more; the founding op alone is at home in
    # every circle. And of what was stripped some was all right.
    for (wrong, verdict), said in zip(found, told, strict=True):
        if wrong == "moved" and verdict is None:
            assert said["header"]["kind"] == Kind.FOUNDING
    for wrong in ("moved", "header", "stripped"):
        assert (wrong, "signature") in found, wrong
    assert ("stripped", None) in found


def frozen(told: Told) -> Given:
    """A vector as a decoder is handed it."""
    words, authority = (
        bytes.fromhex(told[name]) if told[name] is not None else None
        for name in ("words", "authority")
    )
    secrets = EpochSecrets(EpochId(bytes.fromhex(told["epoch"])), words, authority)
    envelope, circle = (bytes.fromhex(told[name]) for name in ("envelope", "circle"))
    return Given(envelope, CircleId(circle), secrets, "frozen")


def test_javascript_reads_the_frozen_vectors(decode: Decode) -> None:
    """Ops of every kind, the smallest and the largest, and signatures at the edge of the rules."""
    circle, extremes, crooked, runs = (
        json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("circle", "envelopes", "signatures", "runs")
    )
    edge = [{**crooked, **case} for case in crooked["cases"]]
    entries = [*circle["ops"], *extremes["envelopes"], *runs["ops"], *edge]
    answers = decode(frozen(entry).line() for entry in entries)
    for entry, told in zip(entries, answers, strict=True):
        expect_the_same(frozen(entry), told)
        for name in ("op_id", "header", "header_bytes", "payload", "act", "envelope_id"):
            assert told[name] == entry.get(name, told[name]), entry["what"]
        assert told["checks"]["signature"] is entry.get("valid", True), entry["what"]


def test_javascript_agrees_on_2000_random_ops(decode: Decode) -> None:
    """True ones and wrong ones, all kinds and sizes: the same verdict, the same fields."""
    compare(decode, seed=1, count=2_000)


@pytest.mark.long
def test_javascript_agrees_on_10000_random_ops(decode: Decode) -> None:
    """The promise of docs/protocol.md; less than a minute."""
    compare(decode, seed=2, count=10_000)


def test_both_pad_alike(decode: Decode) -> None:
    """On the vectors, and on frames of all sizes and bytes bent by chance: the same, or nothing."""
    told = json.loads((VECTORS / "mailbox.json").read_text(encoding="utf-8"))
    padding = told["padding"]
    asked = [(entry["padded"], entry["frame"]) for entry in padding["frames"]]
    asked += [(data, frame) for data, frame in padding["readings"]]
    chance = random.Random(19)
    for _ in range(200):
        frame = chance.randbytes(int(2 ** chance.uniform(0, 15)))
        padded = bytearray(pad(frame))
        asked.append((padded.hex(), frame.hex()))
        padded[chance.choice((0, 1, 2, 3, 4, 5 + len(frame), -1)) % len(padded)] ^= 1
        asked.append((padded.hex(), _unpadded(bytes(padded))))
    assert [said["frame"] for said in decode({"padded": p} for p, _ in asked)] == [
        frame for _, frame in asked
    ]
    assert sum(frame is None for _, frame in asked) > 100


def _unpadded(data: bytes) -> str | None:
    try:
        return unpad(data).hex()
    except PeerFault:
        return None


def test_both_find_parcels_in_the_same_places(decode: Decode) -> None:
    """Every tag, from what a member knows."""
    told = json.loads((VECTORS / "mailbox.json").read_text(encoding="utf-8"))
    named = told["tags"]
    asked = {
        "box": told["box"],
        "authority": told["capability"]["authority"],
        **{name: named[name] for name in ("seal_key", "epoch", "nonce", "device")},
    }
    (found,) = decode([asked])
    assert len(found) == 6
    assert found == {name: named[name] for name in found}
