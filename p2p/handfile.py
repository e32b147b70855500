"""The sealed file that people carry by hand: who can open it, and the stream inside. Bytes only.

Theory of operation. The layout, with all integers big-endian::

    magic 7 · version 1 · nonce 16 · steps 1 · boxes · stream

    boxes  = 8 * 2^steps of: tag 8 · box 1,168, in the order of their tags
    box    = hybrid HPKE of the file key (32 B), info = BOX ‖ nonce
    tag    = BLAKE2b-64(TAG ‖ public seal key ‖ nonce)
    stream = head 24 · parts of 65,536 + 17 B, the last one of 1 to 65,536 + 17 B
    key    = KDF(file key, STREAM ‖ BLAKE2b-256(HEAD ‖ all bytes before the stream))

There is a box for each device that may open it; the rest are boxes to a key that nobody has. They
are real ones, because what ML-KEM makes can be told from random bytes. So somebody who finds the
file learns its size, on a ladder, and from its head that there are between half as many boxes as
stand there and all of them. The key of the stream hangs on every byte before it, so that nothing
in the file can be changed unnoticed.

In the stream: records, each with its length (4 B) before it, a length of zero, then zeros up to the
next size of Padmé's ladder. Source: docs/protocol.md, section 15; docs/adr/0017.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from p2p.crypto import (
    BOX_OVERHEAD,
    KEY_SIZE,
    SEAL_SEED_SIZE,
    STREAM_HEAD_SIZE,
    STREAM_OVERHEAD,
    Entropy,
    OpenedStream,
    SealedStream,
    box,
    digest,
    keyed,
    seal_public,
    unbox,
)
from p2p.envelope import padme
from p2p.errors import OurFault, PeerFault

MAGIC: Final = bytes.fromhex("b4d90f3c6ae871")
"""Means nothing. Whoever knows this page knows by it what kind of file this is."""
VERSION: Final = 1
NONCE: Final = 16
TAG: Final = 8
LEAST: Final = 8
"""Boxes in a file at least."""
STEPS: Final = 11
"""How often their number may be doubled: 16,384 devices."""
PART: Final = 64 * 1024
"""Bytes inside a part of the stream."""
MAX_RECORD: Final = 384 * 1024
"""Bytes of a record at most."""

BOX_DOMAIN: Final = b"hearthside/by-hand/box/1"
TAG_DOMAIN: Final = "hearthside/by-hand/tag/1"
HEAD_DOMAIN: Final = b"hearthside/by-hand/head/1"
STREAM_DOMAIN: Final = b"hearthside/by-hand/stream/1"

_BOX: Final = KEY_SIZE + BOX_OVERHEAD
_ENTRY: Final = TAG + _BOX
_FIXED: Final = len(MAGIC) + 1 + NONCE + 1
_LENGTH: Final = 4
_SEALED: Final = PART + STREAM_OVERHEAD


def steps_for(devices: int) -> int:
    """How often ``LEAST`` is doubled to hold so many. ``OurFault`` beyond the ladder."""
    steps = max(0, (max(devices, 1) - 1).bit_length() - LEAST.bit_length() + 1)
    if steps > STEPS:
        raise OurFault("more devices than a file can be for")
    return steps


def tag_of(public: bytes, nonce: bytes) -> bytes:
    """By which the owner of a seal key finds their box."""
    return digest(TAG_DOMAIN, public, nonce, size=TAG)


class Sealing:
    """A file as it is written: ``head`` first, then ``record`` for each of them, then ``end``."""

    def __init__(self, publics: Sequence[bytes], entropy: Entropy) -> None:
        """``publics``: the seal keys of all who may open it. ``OurFault`` if they are too many."""
        self._publics = list(dict.fromkeys(publics))
        self._steps = steps_for(len(self._publics))
        self._entropy = entropy
        self._key = entropy(KEY_SIZE)
        self._nonce = entropy(NONCE)
        self._stream: SealedStream | None = None
        self._waiting = bytearray()
        self._inside = 0

    def head(self) -> Iterator[bytes]:
        """All that stands before the first part, in pieces, one for each box."""
        read = blake2b(HEAD_DOMAIN, digest_size=KEY_SIZE)
        fixed = MAGIC + bytes((VERSION,)) + self._nonce + bytes((self._steps,))
        read.update(fixed)
        yield fixed
        nobody = seal_public(self._entropy(SEAL_SEED_SIZE))
        tags = {tag_of(public, self._nonce): public for public in self._publics}
        while len(tags) < LEAST << self._steps:
            tags.setdefault(self._entropy(TAG), nobody)
        for tag in sorted(tags):
            entry = tag + self._box(tags[tag], nobody)
            read.update(entry)
            yield entry
        self._stream = SealedStream(keyed(self._key, STREAM_DOMAIN, read.digest()))
        yield self._stream.head

    def record(self, record: bytes) -> bytes:
        """One more record; the parts that are full by it."""
        if not 0 < len(record) <= MAX_RECORD:
            raise OurFault("a record of the wrong size")
        return self._more(len(record).to_bytes(_LENGTH) + record)

    def end(self) -> Iterator[bytes]:
        """No more: the padding and the last part, in pieces."""
        yield self._more(bytes(_LENGTH))
        left = padme(max(self._inside, PART)) - self._inside
        while left:
            zeros = min(left, PART)
            yield self._more(bytes(zeros))
            left -= zeros
        yield self._sealer().seal(bytes(self._waiting), last=True)

    def _box(self, public: bytes, nobody: bytes) -> bytes:
        try:
            return box(public, BOX_DOMAIN + self._nonce, self._key)
        except PeerFault:  # a seal key that is none harms only its owner
            return box(nobody, BOX_DOMAIN + self._nonce, self._key)

    def _more(self, text: bytes) -> bytes:
        stream = self._sealer()
        self._inside += len(text)
        self._waiting += text
        sealed: list[bytes] = []
        while len(self._waiting) > PART:  # one that is full may be the last
            sealed.append(stream.seal(bytes(self._waiting[:PART])))
            del self._waiting[:PART]
        return b"".join(sealed)

    def _sealer(self) -> SealedStream:
        if self._stream is None:
            raise OurFault("a file without its head")
        return self._stream


class Opening:
    """A file as it is read: bytes in by ``receive``, records out; ``end`` when no more bytes come.

    ``keys``: seed by public half, of every seal key there is here. ``mine``: that by which it
    opened. ``stranger``: it is whole so far, and none of them opens it. All that is held at a time
    is what was received, a part and a record. Raises ``PeerFault`` where it is not such a file.
    """

    def __init__(self, keys: Mapping[bytes, bytes]) -> None:
        """Nothing was received."""
        self._keys = keys
        self.mine: bytes | None = None
        self.stranger = False
        self.newer = False
        self._tags: dict[bytes, bytes] = {}
        self._nonce = b""
        self._boxes = -1  # left to be read; below zero: the fixed bytes are
        self._read = blake2b(HEAD_DOMAIN, digest_size=KEY_SIZE)
        self._key: bytes | None = None
        self._stream: OpenedStream | None = None
        self._raw = bytearray()
        self._text = bytearray()
        self._over = False

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Take some bytes more; the records that are whole by them."""
        self._raw += data
        if self._stream is None and not self._head():
            return
        while len(self._raw) > _SEALED:  # what is left after it may be empty, and then it was last
            yield from self._part(_SEALED, last=False)

    def end(self) -> Iterator[bytes]:
        """No more bytes come: the records of the last part. ``PeerFault`` if it was cut off."""
        if self.stranger:
            return
        if self._stream is None:
            raise PeerFault("a file cut off in its head")
        yield from self._part(len(self._raw), last=True)
        if not self._over:
            raise PeerFault("a stream without an end")

    def _head(self) -> bool:
        """Read on in the head; whether the stream has begun."""
        if self._boxes < 0 and not self._fixed():
            return False
        while self._boxes and len(self._raw) >= _ENTRY:
            self._entry(self._take(_ENTRY))
            self._boxes -= 1
        if self._boxes:
            return False
        if self._key is None:
            self.stranger = True
            self._raw.clear()
            return False
        if len(self._raw) < STREAM_HEAD_SIZE:
            return False
        key = keyed(self._key, STREAM_DOMAIN, self._read.digest())
        self._stream = OpenedStream(key, bytes(self._raw[:STREAM_HEAD_SIZE]))
        del self._raw[:STREAM_HEAD_SIZE]
        return True

    def _fixed(self) -> bool:
        start = bytes(self._raw[: len(MAGIC)])
        if start != MAGIC[: len(start)]:
            raise PeerFault("a file of another kind")
        if len(self._raw) > len(MAGIC) and self._raw[len(MAGIC)] != VERSION:
            self.newer = self._raw[len(MAGIC)] > VERSION
            raise PeerFault("a file of another version")
        if len(self._raw) < _FIXED:
            return False
        fixed = self._take(_FIXED)
        if fixed[-1] > STEPS:
            raise PeerFault("more boxes than a file can have")
        self._boxes = LEAST << fixed[-1]
        self._nonce = fixed[len(MAGIC) + 1 : -1]
        self._tags = {tag_of(public, self._nonce): public for public in self._keys}
        return True

    def _entry(self, entry: bytes) -> None:
        public = self._tags.get(entry[:TAG])
        if public is None or self._key is not None:
            return
        try:
            key = unbox(self._keys[public], BOX_DOMAIN + self._nonce, entry[TAG:])
        except PeerFault:  # a tag can be the same by chance, or a box be spoilt
            return
        if len(key) == KEY_SIZE:
            self._key, self.mine = key, public

    def _take(self, size: int) -> bytes:
        taken = bytes(self._raw[:size])
        del self._raw[:size]
        self._read.update(taken)
        return taken

    def _part(self, size: int, *, last: bool) -> Iterator[bytes]:
        assert self._stream is not None  # noqa: S101 - both callers have looked
        self._text += self._stream.open(bytes(self._raw[:size]), last=last)
        del self._raw[:size]
        while not self._over and len(self._text) >= _LENGTH:
            length = int.from_bytes(self._text[:_LENGTH])
            if length > MAX_RECORD:
                raise PeerFault("a record over the limit")
            if len(self._text) < _LENGTH + length:
                return
            record = bytes(self._text[_LENGTH : _LENGTH + length])
            del self._text[: _LENGTH + length]
            if length:
                yield record
            else:
                self._over = True
        if self._over:
            if self._text.strip(b"\0"):
                raise PeerFault("something behind the end")
            self._text.clear()
