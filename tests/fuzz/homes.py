"""Targets of `app`: acts, invites, addresses, lines of JSON-RPC, the header beside the store."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import json, msgpack

from app import commands, invite, jsonrpc, vault
from app.circle import acts
from app.refused import Refused
from app.stdio import Splitter
from app.vault import KdfCost
from p2p.crypto import box, seal_aead, seal_public
from p2p.errors import PeerFault
from p2p.host.addresses import ALPHABET, address_peer, key_of, parse, peer_text, well_formed
from p2p.op import PAYLOAD_LIMIT
from tests.fuzz.targets import Target, ops, raw, some, vector

KEY: Final = bytes(range(32))
ADDRESSES: Final = (
    "/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::7/tcp/1", "/ip6/::ffff:192.0.2.7/tcp/65535",
    "/dns/h.example/tcp/4001", "/dns4/a-b.example./tcp/9", "/dns6/x/tcp/0", "/ip4/0.0.0.0/tcp/1",
    "/ip4/224.0.0.1/tcp/1", "/dns/abc.onion/tcp/80", "/ip4/127.0.0.1/tcp/1/p2p/" + peer_text(KEY),
    "/dns/h.example/tcp/1/p2p/" + peer_text(bytes(32)), "/ip4/1.2.3.4/udp/1/quic-v1",
    "/ip4/1.2.3.4/tcp/1/p2p/" + peer_text(KEY) + "/p2p-circuit", "/ip4/01.2.3.4/tcp/\u0661",
)  # fmt: skip


# ------------------------------------------------------------------------------------------- acts


def _act(data: bytes) -> object:
    """The first byte is the kind."""
    kind, payload = (data[0], data[1:]) if data else (0, b"")
    act = acts.decode(kind, payload)
    assert act is None or (isinstance(act, acts.KINDS[kind]) and acts.encode(act) == payload)
    return act


def _acts() -> Iterator[bytes]:
    for entry in ops():
        if entry["header"]["kind"] < 256:
            yield bytes((entry["header"]["kind"],)) + raw(entry["payload"])
    keys = acts.DeviceKeys(KEY, KEY, bytes(acts.SEAL_PUBLIC), KEY, bytes(64), bytes(64))
    cut = acts.Cut(KEY, 1, 7, KEY)
    more: dict[int, acts.Act] = {
        1: acts.Device(keys), 7: acts.Leave([cut] * 3), 11: acts.Granted(KEY, [KEY] * 3),
        12: acts.Link(KEY, [acts.ParentSecrets(KEY, KEY, None)] * 3), 13: acts.Rules("a", "b"),
        64: acts.Writing(bytes(16), "story", "t", "b" * 400, "good", "help", "n"),
        67: acts.Writing(bytes(16), "reply", "", "b", reply_to=KEY, thread=KEY),
    }  # fmt: skip
    for kind, act in more.items():
        yield bytes((kind,)) + acts.encode(act)


def _large_acts() -> Iterator[bytes]:
    cut = acts.Cut(KEY, 1, 2**53 - 1, KEY)
    yield b"\x07" + acts.encode(acts.Leave([cut] * 64))
    yield b"\x07" + acts.encode(acts.Leave([cut] * 65))
    yield b"\x0b" + acts.encode(acts.Granted(KEY, [KEY] * 256))
    yield b"\x0a" + acts.encode(acts.Epoch(KEY, KEY, [KEY] * 16, [KEY] * 256))
    yield b"\x40" + acts.encode(acts.Writing(bytes(16), "story", "", "\U0001f600" * 12_000))
    yield b"\x40" + acts.encode(acts.Writing(bytes(16), "story", "", "x" * 48 * 1024))
    for kind in acts.KINDS:
        for filler in (b"\x91", b"\x81", b"\xc0", b"\x90"):
            yield bytes((kind,)) + b"\xdd\0\0\xcf\xf0" + filler * (PAYLOAD_LIMIT - 5)


# ---------------------------------------------------------------------------------------- invites


def _read(data: bytes) -> object:
    code, addresses = invite.read(data.decode("utf-8", "surrogatepass"))
    assert invite.read(code.text())[0] == code
    again = invite.read(invite.link(code, addresses))
    assert again[0] == code
    return [well_formed(address) for address in addresses]


def _codes() -> Iterator[bytes]:
    told = vector("invites")
    for entry in told["codes"]:
        yield entry["code"].encode()
    for link in told["links"]:
        yield link.encode()
    for reading in told["readings"]:
        yield reading[0].encode()
    yield invite.link(invite.Code(bytes(16)), list(ADDRESSES[:3])).encode()


def _code() -> invite.Code:
    return invite.Code(raw(vector("invites")["capsule"]["secret"]))


def _capsule(data: bytes) -> object:
    return invite.open_capsule(_code(), data)


def _in_capsule(data: bytes) -> object:
    """`data` is what somebody who has the code sealed as a capsule."""
    code, nonce = _code(), bytes(24)
    return invite.open_capsule(
        code, nonce + seal_aead(code.capsule_key, nonce, data, code.rendezvous)
    )


def _capsules() -> Iterator[bytes]:
    for addresses in ([], ["/ip4/192.0.2.7/tcp/1"] * 8):
        capsule = invite.Capsule(KEY, "Evenings", "é" * 40, "Ada", bytes(1216), addresses)
        yield msgpack.encode(capsule)


def _request(data: bytes) -> object:
    told = vector("boxes")["request"]
    return invite.open_request(raw(told["circle"]), raw(told["request_seed"]), data)


def _in_request(data: bytes) -> object:
    """`data` is what somebody who knows the invite put in a box."""
    told = vector("boxes")["request"]
    circle, seed, name = (raw(told[part]) for part in ("circle", "request_seed", "invite"))
    info = b"hearthside/join/1" + circle
    return invite.open_request(circle, seed, name + box(seal_public(seed), info, data))


def _large_requests() -> Iterator[bytes]:
    inside = raw(vector("boxes")["request"]["plaintext"])
    fields = msgpack.decode(inside)
    yield inside
    yield msgpack.encode([*fields[:7], ["é" * 2000] * 5])
    yield b"\x91" * 30_000
    yield b"\xdd\0\0\x75\0" + b"\xc0" * 30_000


# -------------------------------------------------------------------------------------- addresses


def _address(data: bytes) -> object:
    text = data.decode("utf-8", "surrogatepass")
    found = parse(text)
    peer = address_peer(text)
    if found is None:
        assert peer is None
        assert not well_formed(text)
        return None
    assert peer == found.peer
    assert parse(found.text) == found
    return well_formed(text), found.ip


def _peer(data: bytes) -> object:
    text = data.decode("utf-8", "surrogatepass")
    key = key_of(text)
    assert key is None or peer_text(key) == text
    return key


# ------------------------------------------------------------------------------------------ lines


def _line(data: bytes) -> object:
    return jsonrpc.read_command(jsonrpc.read_request(data))


def _calls() -> Iterator[bytes]:
    told = {"circle": "c" * 64, "post": "d" * 64, "join": "e" * 64, "code": "2000-0000"}
    for command in commands.ALL:
        names = command.__struct_fields__
        params = {name: told.get(name, "x") for name in names}
        yield json.encode({"jsonrpc": "2.0", "id": 1, "method": command.method, "params": params})
    named = b'{"circle": null, "limit": 9}'
    yield b'{"jsonrpc": "2.0", "method": "post.list", "id": null, "params": ' + named + b"}"
    yield b'{"jsonrpc": "2.0", "method": "rpc.discover", "id": "a"}'


def _large_calls() -> Iterator[bytes]:
    size = 1024 * 1024
    head = b'{"jsonrpc":"2.0","id":1,"method":"post.create","params":'
    yield b"[" * size
    yield b'{"a":' * (size // 5)
    yield b"[" + b"0," * (size // 2 - 2) + b"0]"
    yield b'{"id":"' + b"\\u0041" * ((size - 20) // 6) + b'"}'
    yield b'{"id":' + b"9" * (size - 10) + b"}"
    yield b'{"id":1' + b"0" * 4000 + b"e-4000}"
    yield head + b'{"circle":"' + b"c" * 64 + b'","body":"' + b"\\n" * (size // 2 - 100) + b'"}}'
    yield head + b"{" + b",".join(b'"%07d":0' % n for n in range(size // 12 - 20)) + b"}}"
    yield head + b'{"circle":"' + "\U0001f600".encode() * (size // 4 - 40) + b'"}}'


def _split(data: bytes) -> object:
    """Bytes in pieces whose sizes the first bytes say, through a splitter of 64 KiB."""
    sizes, rest = data[:4] or b"\x01", data[4:]
    splitter = Splitter(64 * 1024)
    at, lines = 0, []
    for number in range(len(rest)):
        if at >= len(rest):
            break
        step = 1 + sizes[number % len(sizes)] * (1 if number < 2000 else 1000)
        lines += list(splitter.feed(rest[at : at + step]))
        at += step
    lines += list(splitter.end())
    said = [line for line in lines if isinstance(line, bytes)]
    assert all(len(line) <= 64 * 1024 and b"\n" not in line for line in said)
    if len(said) == len(lines):
        assert b"\n".join(said) in {rest, rest.removesuffix(b"\n")}
    return lines


# ------------------------------------------------------------------------------- beside the store


def _headers() -> Iterator[bytes]:
    header = vault.make_header(KdfCost(ops=1, mem_bytes=8192), bytes)
    yield json.encode(vault.with_check(header, KEY))
    yield json.encode(vault.with_check(vault.make_header(KdfCost(), secrets.token_bytes), KEY))
    yield b'{"version": 2, "anything": [1]}'


def homes(folder: Path) -> list[Target]:
    """The targets of this file; a folder of their own for what is read from disk."""
    path = folder / "header.json"

    def header(data: bytes) -> object:
        path.write_bytes(data)
        return vault.read_header(path)

    told = vector("boxes")["request"]
    request = raw(told["plaintext"])
    addresses = some(address.encode() for address in ADDRESSES)
    # Text comes from msgspec, which gives no half characters, and from the clipboard, which may.
    text = (PeerFault, Refused, UnicodeDecodeError)
    return [
        Target("act", _act, some(_acts()), faults=(), limit=PAYLOAD_LIMIT + 1,
               worst=some(_large_acts())),
        Target(
            "invite", _read, some(_codes()), faults=text, limit=4096 * 4,
            worst=(b"#" + b"," * 16_000, b"-" * 16_000, "\u00a0".encode() * 8000, b"Z" * 16_000),
        ),
        Target("capsule", _capsule, (raw(vector("invites")["capsule"]["sealed"]),), limit=8192,
               worst=(bytes(8192),)),
        Target("capsule inside", _in_capsule, some(_capsules()), limit=8192,
               worst=(b"\x91" * 8192, b"\xdd\0\0\x1f\0" + b"\xc0" * 8000)),
        Target("request", _request, (raw(told["data"]),), limit=32 * 1024,
               worst=(bytes(32 * 1024),)),
        Target("request inside", _in_request, (request,), limit=31_000,
               worst=some(_large_requests())),
        Target(
            "address", _address, addresses, faults=(UnicodeDecodeError,), limit=4096,
            worst=(b"/" * 4096, b"/ip6/" + b":" * 500, b"/dns/" + b"a." * 250,
                   b"/ip4/1.2.3.4/tcp/" + b"9" * 490),
        ),
        Target(
            "peer id", _peer, some(a.rsplit("/", 1)[1].encode() for a in ADDRESSES if "p2p/" in a),
            faults=(UnicodeDecodeError,), limit=4096,
            worst=(ALPHABET.encode() * 60, b"z" * 64, b"1" * 64),
        ),
        Target(
            "line", _line, some(_calls()), faults=(jsonrpc.NotUnderstood, Refused),
            limit=1024 * 1024, worst=some(_large_calls()),
        ),
        Target(
            "splitter", _split, (b"\x01\x05\x00\xff" + b"ab\n\ncd\n" * 9, b"\0\0\0\0a\nb"),
            faults=(),
            limit=256 * 1024, parses=False,  # a stream, not one thing that is parsed
            worst=(b"\xff" * 4 + b"\n" * 200_000, b"\xff" * 4 + b"x" * 200_000),
        ),
        Target(
            "header", header, some(_headers()), faults=(Refused,), limit=8192,
            worst=(b"[" * 4096, b'{"version":' * 370, b'{"version":' + b"9" * 4000 + b"}"),
        ),
    ]  # fmt: skip
