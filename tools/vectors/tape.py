"""Where all entropy of the vectors comes from, and how things are spelled in JSON."""

from typing import Any

import msgspec

from p2p.crypto import digest, keyed
from p2p.envelope import EpochSecrets, envelope_id, seal
from p2p.ids import CircleId
from p2p.op import Header, SignedOp, encode

HOUR = 497_000
"""September 2026: when the vectors' circle is founded."""
Json = dict[str, Any]


class Tape:
    """Entropy that says the same at every run: BLAKE2b of a name and a count."""

    def __init__(self, name: str) -> None:
        """One tape for each file, so that a new vector in one leaves the others as they are."""
        self._key = digest("hearthside/vectors/1", name.encode())
        self._count = 0

    def __call__(self, size: int) -> bytes:
        """Give the next bytes."""
        data = b""
        while len(data) < size:
            data += keyed(self._key, self._count.to_bytes(8), size=64)
            self._count += 1
        return data[:size]


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON can say
    """Bytes as hex, structs as arrays: the payload as MessagePack has it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, msgspec.Struct):
        return [plain(getattr(value, name)) for name in value.__struct_fields__]
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def named(header: Header) -> Json:
    """A header by its fields."""
    return {name: plain(getattr(header, name)) for name in header.__struct_fields__}


def sealed(op: SignedOp, secrets: EpochSecrets, circle: CircleId) -> Json:
    """An op, its envelope, and the circle where that is found."""
    keys = secrets.keys(op.header.log)
    assert keys is not None  # noqa: S101 - we made them
    envelope = seal(op, keys)
    return {
        "op_id": op.op_id.hex(),
        "circle": circle.hex(),
        "header": named(op.header),
        "header_bytes": op.header_bytes.hex(),
        "signature": op.signature.hex(),
        "salt": op.salt.hex(),
        "payload": op.payload.hex(),
        "body_size": len(encode(op)),
        "envelope": envelope.hex(),
        "envelope_id": envelope_id(envelope).hex(),
        "epoch": secrets.epoch.hex(),
        "words": secrets.words.hex() if secrets.words is not None else None,
        "authority": secrets.authority.hex() if secrets.authority is not None else None,
    }
