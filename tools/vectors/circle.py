"""Vectors of a circle: its ops, its state, its sums and its digests."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import epochs
from app.circle import acts
from app.store import circles, frontier, ops, sums
from app.store.db import Database, open_store
from app.store.ops import NewOp, OpState
from p2p import wire
from p2p.envelope import envelope_id, seal
from p2p.ids import DeviceId, EpochId
from p2p.op import Kind, Log, encode
from p2p.reconcile import Item, ItemVector
from p2p.sync import Conversation
from tools.vectors.small import Small, grow
from tools.vectors.tape import HOUR, Json, Tape, plain, sealed


def a_circle(tape: Tape) -> Json:
    """Every op of the small circle, what it folds to, and the digests of its sets."""
    small = grow(tape)
    view, order = small.view(), small.view().order
    assert order is not None  # noqa: S101 - fold sets it
    keyring = epochs.Keyring()
    for secrets in small.secrets.values():
        keyring.add(secrets.epoch, secrets.words, secrets.authority)
    usable = epochs.usable(view, keyring)
    goodbye = [op.op_id for _, op in small.said if op.header.kind == Kind.LEAVE]
    earlier = epochs.usable(small.view(goodbye), keyring)
    told = [
        {"what": what, **sealed(op, small.secrets[op.header.epoch], small.circle)}
        for what, op in small.said
    ]
    for (_, op), entry in zip(small.said, told, strict=True):
        act = acts.decode(op.header.kind, op.payload)
        entry["act"] = plain(act) if act is not None else None
        entry["body"] = encode(op).hex()
    return {
        "ops": told,
        "fold": {
            "order": [[p.op.hex(), p.depth] for p in order.placed],
            "void": sorted(op.hex() for op in view.void),
            "heads": plain(view.heads),
            "people": [
                [person.member.hex(), person.name, person.role.value, person.left,
                 sorted(device.hex() for device in person.devices)]
                for person in view.people.values()
            ],
            "mailboxes": [
                [box.hex(), seen.op.hex(), seen.author.hex(), seen.hour]
                for box, seen in view.mailboxes.items()
            ],
            "holders": {
                epoch.hex(): sorted(d.hex() for d in epochs.holders(view, epoch))
                for epoch in view.epochs
            },
            "may_know": {
                epoch.hex(): sorted(d.hex() for d in epochs.may_know(view, epoch))
                for epoch in view.epochs
            },
            "usable": usable.hex() if usable is not None else None,
            "usable_before_leaving": earlier.hex() if earlier is not None else None,
            "may_write": [
                [op.op_id.hex(), view.may_write(
                    op.header.device, op.header.authority_heads, op.header.seq
                )]
                for _, op in small.said if op.header.log is Log.WORDS
            ],
        },
        "frontier": digests(small),
        "settled": [settled(tape, small, log) for log in Log],
    }  # fmt: skip


@contextmanager
def kept(small: Small) -> Iterator[tuple[Database, int]]:
    """The circle in a store, as at home."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "store", bytes(32), create=True)
        with db.write():
            row = circles.add_circle(
                db, circle=small.circle, name="", about="", display_name="",
                seeds=(b"", b"", b""), seal=(b"", b""), port=0, now=0,
            )  # fmt: skip
            new = []
            for _, op in small.said:
                keys = small.secrets[op.header.epoch].keys(op.header.log)
                assert keys is not None  # noqa: S101 - we made them
                new.append(NewOp(op, envelope_id(seal(op, keys)), OpState.ACCEPTED))
            ops.insert(db, row.circle_no, new, 0)
        yield db, row.circle_no
        db.close()


def digests(small: Small) -> Json:
    """The digests that two homes compare, as the store makes them."""
    every = sorted(small.secrets)
    with kept(small) as (db, circle_no):
        whole, count = frontier.frontier(db, circle_no)
        scoped = [
            {
                "scope": plain(scope),
                "frontier": frontier.frontier(db, circle_no, frozenset(scope))[0].hex(),
                "logs": plain(frontier.logs(db, circle_no, frozenset(scope))),
            }
            for scope in (every, every[:2], every[:1])
        ]
        each = sums.epoch_digests(db, circle_no)
    return {"frontier": whole.hex(), "ops": count, "scoped": scoped, "epochs": each}


class OneSet:
    """As much of a shelf as `Settled` asks for; everything else is not there to be asked."""

    def __init__(self, small: Small) -> None:
        """All of the circle's envelopes."""
        self._small = small
        self._items: list[tuple[Log, EpochId, Item]] = []
        for _, op in small.said:
            keys = small.secrets[op.header.epoch].keys(op.header.log)
            assert keys is not None  # noqa: S101 - we made them
            item = (op.header.hour, bytes(envelope_id(seal(op, keys))))
            self._items.append((op.header.log, op.header.epoch, item))

    def device_at(self, door: bytes) -> DeviceId:
        """Somebody."""
        return DeviceId(door)

    def held_of(self, device: DeviceId) -> tuple[int, int]:
        """Nothing."""
        return len(device) - 32, 0

    def claims(self, device: DeviceId, words: int) -> None:
        """Nothing to remember."""

    def item_set(
        self, log: Log, among: frozenset[EpochId] | None, *, but: Collection[bytes] = ()
    ) -> ItemVector:
        """The set."""
        return ItemVector([item for item in self.items(log, among) if item[1] not in but])

    def sorted_ids(
        self, log: Log, among: frozenset[EpochId] | None, *, but: Collection[bytes] = ()
    ) -> bytes:
        """The ids of it."""
        return b"".join(sorted(name for _, name in self.items(log, among) if name not in but))

    def parting(self) -> tuple[bytes, ...]:
        """Nobody has left."""
        return ()

    def frontier(self, among: frozenset[EpochId]) -> bytes:
        """The digest over the ops."""
        with kept(self._small) as (db, circle_no):
            return frontier.frontier(db, circle_no, among)[0]

    def items(self, log: Log, among: frozenset[EpochId] | None) -> list[Item]:
        """The set."""
        return sorted(i for g, e, i in self._items if g is log and (among is None or e in among))

    def epochs(self) -> list[EpochId]:
        """Every epoch there is."""
        return sorted({epoch for _, epoch, _ in self._items})

    def sign_waiting(self, latest_hour: int) -> None:
        """Nothing waits."""

    def authority_settled(self) -> None:
        """Nothing is due."""

    def cards(self) -> list[wire.Card]:
        """Nobody moved."""
        return []


def settled(tape: Tape, small: Small, log: Log) -> Json:
    """What the one who answered says when all has come."""
    leaders, answerers = tape(16), tape(16)
    shelf: Any = OneSet(small)
    conversation = Conversation(
        shelf, door=tape(32), leads=False, clock=lambda: HOUR, nonce=answerers, show_chain=False
    )
    hello = wire.Hello(version=1, hour=HOUR, nonce=leaders, held=(0, 0))
    conversation.receive(wire.encode(hello))
    if log is Log.WORDS:
        conversation.receive(wire.encode(wire.Scope(ids=plain_ids(shelf.epochs()), held=1)))
    conversation.to_send()
    asked = wire.Settled(log=log, digest=bytes(32), frontier=bytes(32) if log else None)
    conversation.receive(wire.encode(asked))
    (said,) = conversation.to_send()
    answer = wire.decode(said)
    assert isinstance(answer, wire.Settled)  # noqa: S101 - nothing else is an answer
    return {
        "log": int(log), "leaders_nonce": leaders.hex(), "answerers_nonce": answerers.hex(),
        "ids": sorted(name.hex() for _, name in shelf.items(log, None)),
        "digest": answer.digest.hex(), "frontier": plain(answer.frontier), "frame": said.hex(),
    }  # fmt: skip


def plain_ids(names: Sequence[bytes]) -> list[bytes]:
    """Ids of any kind as frames carry them."""
    return [bytes(name) for name in names]
