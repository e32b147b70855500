"""A mailbox on the air: its key, its store, its door, and the card that it shows.

It runs without a passphrase, so that it comes back by itself after a power cut; the key of its
store lies beside it. That protects nothing from whoever has the disk, and need not: what it holds
was sealed before it came.
"""

import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import trio

from app.clock import SystemClock
from app.diskfaults import as_refusal, sync_folder
from app.mailbox.books import QUOTA, Ledgers
from app.mailbox.card import MAX_ADDRESSES, TOKEN, Card
from app.mailbox.pruning import prune
from app.mailbox.serving import Counter
from app.mailbox.tables import STEPS
from app.refused import Refused, Why
from app.store.db import Database, open_store
from p2p.crypto import Entropy, derive, system_entropy
from p2p.host import FrameStream, Host, HostCrashed, Limits, PortTaken, RelayRules, load

KEY_SIZE: Final = 32
LISTEN: Final = ("/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0")
CALLERS: Final = 1024
PROVING: Final = 512
CIRCUITS: Final = 256  # at once, through us
PASSES: Final = 4096  # peers that have shown a key since we began
HOUR: Final = 3600.0  # seconds
RESTART: Final = 2.0  # seconds before a failed host is made anew
TAKEN: Final = (
    "The port that this mailbox was told to listen on is used by another program. Nothing was "
    "changed. Give it another one, as in --listen /ip4/0.0.0.0/tcp/4002, or leave --listen out."
)

log = logging.getLogger("hearthside.mailbox")


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything that is derived from the one secret of a mailbox."""

    secret: bytes

    @property
    def peer(self) -> bytes:
        """The seed of the peer key."""
        return derive(self.secret, "hearthside/mailbox/peer/1")

    @property
    def store(self) -> bytes:
        """The key of the store."""
        return derive(self.secret, "hearthside/mailbox/store/1")

    @property
    def token(self) -> bytes:
        """What is on the card."""
        return derive(self.secret, "hearthside/mailbox/token/1")[:TOKEN]


def keys_of(folder: Path, entropy: Entropy) -> Keys:
    """The keys of the mailbox in a folder; made, where there are none. Raises `Refused`."""
    path = folder / "mailbox.key"
    try:
        if path.exists():
            secret = path.read_bytes()
        else:
            secret = entropy(KEY_SIZE)
            half = path.with_name(path.name + ".new")
            half.unlink(missing_ok=True)
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(secret)
                new.flush()
                os.fsync(new.fileno())
            half.rename(path)
            sync_folder(folder)
    except OSError as fault:
        raise as_refusal(fault) from None
    if len(secret) != KEY_SIZE:
        raise Refused(
            Why.DAMAGED_STORE,
            "The key of this mailbox is damaged, so what it holds can't be opened. Members have "
            "everything on their own computers. Start a new mailbox in another folder.",
        )
    return Keys(secret)


def open_books(folder: Path, keys: Keys) -> Database:
    """The store of the mailbox; made, where there is none."""
    path = folder / "mailbox.db"
    return open_store(path, keys.store, create=not path.exists(), steps=STEPS)


async def serve(
    folder: Path, listen: tuple[str, ...], out: TextIO, quota: int = QUOTA,
    entropy: Entropy = system_entropy,
) -> None:  # fmt: skip
    """Run the mailbox of a folder until it is told to stop; `out` gets its card, one line."""
    load()
    keys = keys_of(folder, entropy)
    db = open_books(folder, keys)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(_heed_signals, nursery.cancel_scope)
            await Mailbox(db, keys, listen or LISTEN, folder, quota).run(out)
    finally:
        db.close()


async def _heed_signals(
    scope: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for _ in signals:
            scope.cancel()
            return


class Mailbox:
    """One mailbox that runs."""

    def __init__(
        self, db: Database, keys: Keys, listen: tuple[str, ...], folder: Path, quota: int
    ) -> None:
        """`listen`: multiaddrs; port 0 is chosen once and kept."""
        clock = SystemClock()
        self._db = db
        self._keys = keys
        self._listen = listen
        self._port_file = folder / "mailbox.port"
        self._books = Ledgers(db, keys.token, clock.hour, self._came, quota)
        self._hour = clock.hour
        self._counter: Counter | None = None
        self._passes: dict[bytes, tuple[bytes, bytes]] = {}  # peer -> (box, key) that it showed

    def _came(self, box: bytes) -> None:
        if self._counter is not None:
            self._counter.came(box)

    async def run(self, out: TextIO | None = None) -> None:
        """Serve until cancelled. A host that fails is made anew.

        `Refused`, perhaps in a group, where the port that was asked for is another program's.
        """
        listen, told = self._wanted(), False
        while True:
            taken = False
            try:
                await self._serve(listen, None if told else out)
            except* PortTaken:
                taken = True
            except* HostCrashed:
                log.warning("the host of this mailbox failed; starting it again")
                told = True
            if taken and listen == self._listen:
                raise Refused(Why.NOT_ALLOWED, TAKEN)
            if taken:  # the one that was kept, by chance another program's now
                log.warning("the port of this mailbox is taken; another one is used")
                listen = self._listen
            else:
                await trio.sleep(RESTART)

    def _wanted(self) -> tuple[str, ...]:
        with suppress(OSError, ValueError):
            port = int(self._port_file.read_text())
            return tuple(
                f"{one[: -len('/0')]}/{port}" if one.endswith("/tcp/0") else one
                for one in self._listen
            )
        return self._listen

    async def _serve(self, listen: tuple[str, ...], out: TextIO | None) -> None:
        async with trio.open_nursery() as nursery:
            limits = Limits(inbound=CALLERS, handshaking=PROVING)
            host = Host(
                self._keys.peer, listen=listen, on_stream=self._on_stream, limits=limits,
                relay=RelayRules(
                    may_relay=self._may_relay, reservations=CALLERS, circuits=CIRCUITS
                ),
            )  # fmt: skip
            self._books.retired = host.recheck_relay
            self._counter = Counter(self._books, host.peer, self._hour, self._opened)
            async with host.run():
                self._keep_port(host.listening())
                if out is not None:
                    addresses = tuple(host.addresses()[:MAX_ADDRESSES])
                    print(Card(self._keys.token, host.peer, addresses).text(), file=out, flush=True)
                nursery.start_soon(self._prune)
                await trio.sleep_forever()

    def _opened(self, peer: bytes, box: bytes, key: bytes) -> None:
        """A peer has shown that it holds a key of a box: it may meet others through us."""
        self._passes.pop(peer, None)
        self._passes[peer] = box, key
        while len(self._passes) > PASSES:
            del self._passes[next(iter(self._passes))]

    def _may_relay(self, peer: bytes) -> bool:
        """Whether the key that a peer has shown still counts."""
        box, key = self._passes.get(peer, (b"", b""))
        known = self._books.box(box) if box else None
        return known is not None and (key == known.owner or key in known.capabilities)

    def _keep_port(self, listening: list[str]) -> None:
        ports = {one.rpartition("/")[2] for one in listening}
        if len(ports) == 1:
            with suppress(OSError):
                self._port_file.write_text(ports.pop())

    async def _on_stream(self, stream: FrameStream) -> None:
        if self._counter is not None:
            await self._counter.serve(stream)

    async def _prune(self) -> None:
        while True:
            try:
                prune(self._db, self._hour())
            except Refused as refused:
                log.warning("pruning waits: %s", refused.kind.value)
            await trio.sleep(HOUR)


def main(folder: Path, listen: tuple[str, ...], quota: int) -> None:
    """Run the mailbox of a folder in this process."""
    trio.run(serve, folder, listen, sys.stdout, quota)
