"""Vectors of conversations: reconciling, and frames."""

from typing import Any

from p2p import wire
from p2p.door import Doorkeeper
from p2p.errors import PeerFault
from p2p.reconcile import Initiator, Item, ItemVector, respond
from tools.vectors.tape import HOUR, Json, Tape, plain


def reconciliations(tape: Tape) -> Json:
    """Whole exchanges, without and with a frame limit."""
    told = []
    for common, ours, theirs, limit in (
        (0, 0, 0, 0), (3, 1, 2, 0), (40, 0, 0, 0), (300, 20, 30, 0), (120, 90, 250, 4096),
    ):  # fmt: skip
        both = [_item(tape) for _ in range(common)]
        left = [*both, *(_item(tape) for _ in range(ours))]
        right = [*both, *(_item(tape) for _ in range(theirs))]
        begun = Initiator(ItemVector(left), limit)
        answering = ItemVector(right)
        messages: list[str] = []
        have: set[str] = set()
        need: set[str] = set()
        message: bytes | None = begun.start()
        while message is not None:
            answer = respond(answering, message, limit)
            messages += [message.hex(), answer.hex()]
            step = begun.receive(answer)
            have |= {name.hex() for name in step.have}
            need |= {name.hex() for name in step.need}
            message = step.reply
        told.append({
            "frame_limit": limit, "initiator": [[c, i.hex()] for c, i in sorted(left)],
            "responder": [[c, i.hex()] for c, i in sorted(right)], "messages": messages,
            "have": sorted(have), "need": sorted(need),
        })  # fmt: skip
    return {"exchanges": told}


def _item(tape: Tape) -> Item:
    return HOUR + tape(1)[0] % 8, tape(32)


def frames(tape: Tape) -> Json:
    """One frame of each tag, and bytes that are none."""
    id_, grant = tape(32), wire.Grant(epoch=tape(32), granter=tape(32), box=tape(80))
    every: tuple[wire.AnyFrame, ...] = (
        wire.Hello(version=1, hour=HOUR, nonce=tape(16), held=(3, 200)),
        wire.Chain(envelopes=[tape(64)]),
        wire.Reconcile(log=0, message=b"\x61"),
        wire.Envelopes(log=1, envelopes=[tape(64), tape(300)]),
        wire.Envelopes(log=1, envelopes=[tape(64)], live=True),
        wire.Want(log=0, ids=[id_]),
        wire.Gone(log=1, ids=[]),
        wire.Epochs(ids=[id_]),
        wire.Epochs(ids=[id_], answer=True),
        wire.Grants(grants=[grant]),
        wire.Ack(epochs=[id_]),
        wire.Need(epochs=[id_]),
        wire.Settled(log=0, digest=id_),
        wire.Settled(log=1, digest=id_, frontier=tape(32)),
        wire.Scope(ids=[id_], held=100_000),
        wire.Again(),
        wire.Beat(),
        wire.Cards(cards=[]),
        wire.Logs(logs=[wire.Logbook(device=id_, log=1, top=200, digest=tape(16))]),
        wire.Ask(device=id_, log=1, first=3, end=200),
        wire.Removed(header=tape(200), signature=tape(64), salt=tape(16), payload=tape(40)),
        wire.Knock(rendezvous=id_),
        wire.Capsule(sealed=tape(40)),
        wire.Request(box=tape(40)),
        wire.Waiting(),
        wire.Wait(),
        wire.Wait(kept=True),
        wire.Sorry(reason=2),
        wire.Sorry(reason=4, note="Not now."),
        wire.Questions(questions=["What brings you here?"], affiliation=True),
        wire.Admitted(admit=id_, grants=[grant]),
        wire.Holdings(holdings=[]),
        wire.Heard(rows=tape(wire.HEARD_ROW)),
        wire.Held(),
        wire.Collect(tags=[id_]),
        wire.Parcels(parcels=[tape(40)]),
        wire.Welcome(admit=id_, grants=[grant], box=id_),
    )
    others = (
        b"", b"\x90", b"\x91\x00", b"\x91\x10", b"\x92\x10\x90", b"\x91\x13", b"\x91\x7f",
        b"\x91\xcc\x80", b"\x91\xcc\x81", b"\x91\xcc\x82", b"\x92\xcd\xff\xff\xc0",
        b"\x91\xcc\x0e", b"\x92\x0e\xc0", b"\x92\x07\x90", b"\x93\x07\x90\x00", b"\x92\x24\x04",
        b"\x91\x0e\x00", b"\xc0", b"\x81\x01\x02", b"\x91\xff", b"\x91\xca\x43\x00\x00\x00",
    )  # fmt: skip
    return {
        "frames": [
            {"name": type(f).__name__, "fields": plain(f), "frame": wire.encode(f).hex()}
            for f in every
        ],
        "readings": [[data.hex(), _frame(data)] for data in others],
        "stranger": [
            [wire.encode(f).hex(), _stranger_hears(f)] for f in every if f.__struct_config__.tag
        ],
    }


def _frame(data: bytes) -> str | None:
    try:
        return type(wire.decode(data)).__name__
    except PeerFault:
        return None


def _stranger_hears(frame: wire.AnyFrame) -> str | None:
    """What a doorkeeper that knows no invite answers to this first frame."""

    class NoInvite:
        def capsule(self, rendezvous: bytes) -> bytes | None:
            return rendezvous[:0] or None

    shelf: Any = NoInvite()
    try:
        return Doorkeeper(shelf, bytes(32)).receive(wire.encode(frame)).hex()
    except PeerFault:
        return None
