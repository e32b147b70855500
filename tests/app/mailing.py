"""A mailbox on loopback and callers at it, all real, for the tests of both sides."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import trio

from app.mailbox.card import Card, read
from app.mailbox.running import Keys, Mailbox, open_books
from p2p.crypto import sign_public, system_entropy
from p2p.envelope import Class, ClassKeys, envelope_id, seal_body
from p2p.host import FrameStream, Host
from p2p.ids import EnvelopeId, EpochId
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import Caller
from p2p.op import Log

HERE = ("/ip4/127.0.0.1/tcp/0",)
QUOTA = 1 << 20


@dataclass
class Standing:
    """A mailbox that runs."""

    card: Card
    mailbox: Mailbox
    folder: Path


@asynccontextmanager
async def a_mailbox(folder: Path, quota: int = QUOTA) -> AsyncIterator[Standing]:
    await trio.Path(folder).mkdir(exist_ok=True)
    keys = Keys(b"k" * 32)
    db = open_books(folder, keys)
    out = _Line()
    mailbox = Mailbox(db, keys, HERE, folder, quota)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mailbox.run, out)
            with trio.fail_after(10):
                await out.written.wait()
            yield Standing(read(out.getvalue()), mailbox, folder)
            nursery.cancel_scope.cancel()
    finally:
        db.close()


class _Line(StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.written = trio.Event()

    def flush(self) -> None:
        self.written.set()


async def _nobody(stream: FrameStream) -> None:
    await stream.close()


class Someone:
    """Who calls: with a peer key of their own."""

    def __init__(self, host: Host, card: Card) -> None:
        self.host = host
        self._card = card

    async def stream(self) -> FrameStream:
        return await self.host.open(self._card.peer, self._card.addresses)

    async def call(self) -> Caller:
        return Caller(await self.stream())


@asynccontextmanager
async def someone(card: Card) -> AsyncIterator[Someone]:
    host = Host(system_entropy(32), listen=(), on_stream=_nobody)
    async with host.run():
        yield Someone(host, card)


@dataclass(frozen=True)
class Circle:
    """What the members of a circle share: the secrets of an epoch; and the owner's seed."""

    box: bytes = b"b" * 32
    owner: bytes = b"o" * 32
    authority: bytes = b"a" * 32

    @property
    def seed(self) -> bytes:
        return capability.seed(self.authority, self.box)

    @property
    def key(self) -> bytes:
        return sign_public(self.seed)

    def founds(self, card: Card) -> wire.Found:
        return capability.founding(card.token, self.owner, self.box, card.peer, self.key)

    def opens(self, caller: Someone, card: Card, seed: bytes | None = None) -> wire.Open:
        return capability.opening(seed or self.seed, self.box, card.peer, caller.host.peer)


def sealed(count: int, hour: int, log: Log = Log.WORDS, size: int = 200) -> dict[EnvelopeId, bytes]:
    """Envelopes that nobody can open, of an hour."""
    keys = ClassKeys.from_secret(EpochId(b"e" * 32), Class(log), b"s" * 32)
    made: Sequence[bytes] = [
        seal_body(number.to_bytes(4, "big") + bytes(size), hour, keys) for number in range(count)
    ]
    return {envelope_id(one): one for one in made}
