"""The circles that `tools/bench keys` measures: grown as circles grow, op by op, on a real store.

Ada is host; Bo has a home of his own. All others are keys: they knock at Ada's door, are let in by
her home, and say their names in acts that they sign and seal themselves. Only their computers are
left out. Where everybody has an invite of their own, as in life, that is four acts a member.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app import commands, doorkeeping, governing, invite
from app.circle import acts
from app.circle.fold import AuthorityOp
from app.founding import Keys
from app.store import ops
from p2p import wire
from p2p.envelope import seal
from p2p.ids import DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Header, Kind, Log, payload_hash, sign_op
from tests.p2p.village import Line, Person, Village, meet

MOST_USES = 1000  # of one invite


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal took: processor time in ms, and bytes on the wire to one who remains."""

    act: float  # the batch: removal, epoch, link; signed, sealed, folded, kept
    boxes: float  # the new epoch boxed for every other device, as if all of them were met
    boxed: int
    envelopes: int  # bytes of frames
    grants: int


@dataclass(eq=False)
class Crowd:
    """A circle of so many devices, each a member's."""

    village: Village
    ada: Person
    bo: Person
    keys: list[Keys] = field(default_factory=list)
    _code: invite.Code | None = None
    _used: int = 0

    @classmethod
    def grown(cls, folder: Path, size: int, *, uses: int = 1) -> Self:
        """Begin a circle and let everybody in. `size`: devices, at least two; `uses` an invite."""
        folder.mkdir(parents=True, exist_ok=True)
        village = Village(folder)
        ada = village.founder("Ada", circle="Bench")
        crowd = cls(village, ada, village.newcomer(ada, "Bo"))
        for _ in range(size - 2):
            crowd.comes(uses=uses)
        meet(crowd.bo, ada).hang_up()
        return crowd

    def close(self) -> None:
        """Close the stores."""
        for person in self.village.people:
            person.db.close()

    def comes(self, *, uses: int = 1) -> float:
        """Somebody is let in, and says their name; what that took Ada until they were in, ms."""
        ada, room = self.ada, self.ada.room
        keys = Keys.fresh(ada.entropy)
        name = f"Member {len(self.keys)}"
        begun = time.process_time()
        if self._code is None or self._used >= uses:
            self._code, self._used = ada.invites(uses=uses), 0
        sealed = doorkeeping.capsule(room, self._code.rendezvous) or b""
        took = time.process_time() - begun
        capsule = invite.open_capsule(self._code, sealed)
        public = keys.public()
        box = invite.make_request(
            self._code, capsule, name, public, (keys.member, keys.device), ada.entropy(16)
        )
        begun = time.process_time()
        answer = ada.shelf.request(box, public.door)
        took += time.process_time() - begun
        if answer.admit is None:
            raise LookupError
        self._used += 1
        self.keys.append(keys)
        self.says(keys, Kind.PROFILE, acts.Profile(name))
        ada.heard.clear()
        return took * 1000

    def says(self, keys: Keys, kind: Kind, act: acts.Act) -> None:
        """An act of somebody who is keys only, as it comes to Ada."""
        ada, device = self.ada, DeviceId(keys.public().device)
        seq, prev = ops.next_place(ada.db, ada.room.row.circle_no, Log.AUTHORITY, device)
        salt, payload = ada.entropy(16), acts.encode(act)
        header = Header(
            version=1, circle=ada.circle, device=device, log=Log.AUTHORITY, seq=seq,
            prev=prev or OpId(bytes(32)), heads=(),
            authority_heads=ada.room.ledger.view.heads[:4], epoch=EpochId(ada.epoch()),
            hour=ada.watch.hour(), kind=int(kind), payload_hash=payload_hash(salt, payload),
            payload_size=len(payload), written_at=ada.watch.now(),
        )  # fmt: skip
        op = sign_op(keys.device, header, salt, payload)
        ada.takes(seal(op, ada.keys_of(header.epoch, Log.AUTHORITY)))

    def removes(self) -> Removed:
        """The newest member is removed while Bo talks to Ada; all who remain are granted."""
        ada, room = self.ada, self.ada.room
        gone = self.keys.pop().public()
        line = Line(self.bo, ada)
        line.carry()
        line.said.clear()
        asked = commands.RemoveMember(
            circle=room.hex, member=gone.member.hex(), reason="Sold pills to others."
        )
        room.neighbour = None  # what is announced is handed over below, outside of the measure
        begun = time.process_time()
        governing.govern(room, ada.outbox, asked)
        act = time.process_time() - begun
        room.neighbour = ada
        held = {name for _, name in self.bo.items(Log.AUTHORITY)}
        new = [EnvelopeId(n) for _, n in ada.items(Log.AUTHORITY) if n not in held]
        ada.announce(Log.AUTHORITY, new)
        ada.offer_epochs()
        line.carry()
        line.hang_up()
        epoch = ada.epoch()
        if self.bo.epoch() != epoch:
            raise LookupError
        others = [d for d in room.ledger.view.devices() if d != ada.device]
        begun = time.process_time()
        for device in others:
            theirs = frozenset(ada.shelf.epochs()) - {epoch}
            ada.shelf.grant(device, ada.shelf.lacking(device, theirs))
        boxes = time.process_time() - begun
        told = [(type(f), len(wire.encode(f))) for who, f in line.said if who is ada]
        return Removed(
            act * 1000, boxes * 1000, len(others),
            sum(size for kind, size in told if kind is wire.Envelopes),
            sum(size for kind, size in told if kind is wire.Grants),
        )  # fmt: skip

    def authority(self) -> list[AuthorityOp]:
        """All authority ops, as the fold takes them."""
        room = self.ada.room
        return [
            AuthorityOp(o.op_id, o.header, acts.decode(o.header.kind, o.payload))
            for o in ops.authority_ops(room.db, room.row.circle_no, room.row.circle)
        ]
