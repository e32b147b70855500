"""The circles that `tools/bench keys` measures: grown as circles grow, op by op, on a real store.

Ada is host; Bo has a home of his own. All others are keys: they knock at Ada's door, are let in by
her home, and say their names in acts that they sign and seal themselves. Only their computers are
left out. In `few`, everybody has an invite of their own, as in life: four acts a member.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.circle import acts
from app.circle.fold import AuthorityOp
from app.founding import Keys
from app.store import ops
from p2p.door import LetIn
from p2p.envelope import envelope_id, seal
from p2p.ids import DeviceId, EpochId, OpId
from p2p.op import Header, Kind, Log, payload_hash, sign_op
from tests.p2p.village import Person, Village, knock, meet

MOST_USES = 1000  # of one invite


@dataclass(eq=False)
class Crowd:
    """A circle of so many devices, each a member's."""

    village: Village
    ada: Person
    bo: Person
    keys: dict[bytes, Keys]

    @classmethod
    def grown(cls, folder: Path, size: int, *, each_an_invite: bool = True) -> Self:
        """Begin a circle and let everybody in. `size`: devices, at least two."""
        village = Village(folder)
        ada = village.founder("Ada", circle="Bench")
        bo = village.newcomer(ada, "Bo")
        crowd = cls(village, ada, bo, {})
        code = ada.invites()
        for number in range(size - 2):
            if each_an_invite or number % MOST_USES == 0:
                code = ada.invites(uses=1 if each_an_invite else min(MOST_USES, size))
            name = f"Member {number}"
            keys = Keys.fresh(ada.entropy)
            _, outcome = knock(ada, code, keys, name, ada.entropy(16))
            if not isinstance(outcome, LetIn):
                raise AssertionError("somebody was not let in")
            crowd.keys[keys.public().device] = keys
            crowd.says(keys, Kind.PROFILE, acts.Profile(name))
        meet(bo, ada).hang_up()
        return crowd

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

    def authority(self) -> list[AuthorityOp]:
        """All authority ops, as the fold takes them."""
        room = self.ada.room
        return [
            AuthorityOp(o.op_id, o.header, acts.decode(o.header.kind, o.payload))
            for o in ops.authority_ops(room.db, room.row.circle_no, room.row.circle)
        ]
