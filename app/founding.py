"""Beginning a circle: fresh keys, the founding op, the first epoch, and what the founder owes.

The order is the protocol's (section 5): founding and first epoch under the root secret, the link
under the new epoch, then the circle's rules, how long words stay, and the founder's name.
"""

from dataclasses import dataclass, field

from app import epochs
from app.circle import acts
from app.circle.acts import DeviceKeys
from app.circle.rules import CERTIFY, DOOR
from app.circle.state import History
from app.outbox import Outbox, found
from app.room import Clock, Room
from app.store import circles
from app.store.circles import CircleRow
from app.store.db import Database
from p2p.crypto import KEY_SIZE, SEAL_SEED_SIZE, Entropy, seal_public, sign, sign_public
from p2p.envelope import commitment
from p2p.ids import CircleId
from p2p.op import Kind, SignedOp

NONCE = 16  # bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """The private halves of one person's keys in one circle, made afresh for it."""

    member: bytes = field(repr=False)
    device: bytes = field(repr=False)
    door: bytes = field(repr=False)
    seal: bytes = field(repr=False)

    @classmethod
    def fresh(cls, entropy: Entropy) -> "Keys":
        """New keys; no two circles share any."""
        return cls(entropy(KEY_SIZE), entropy(KEY_SIZE), entropy(KEY_SIZE), entropy(SEAL_SEED_SIZE))

    def public(self) -> DeviceKeys:
        """The public halves, certified by the member key."""
        member, device = sign_public(self.member), sign_public(self.device)
        seal, door = seal_public(self.seal), sign_public(self.door)
        signed = DeviceKeys(member, device, seal, door, bytes(64), bytes(64)).certified()
        by_door = sign(self.door, DOOR, signed)
        return DeviceKeys(member, device, seal, door, by_door, sign(self.member, CERTIFY, signed))

    def seeds(self) -> tuple[bytes, bytes, bytes]:
        """As the store keeps them: member, device, door."""
        return self.member, self.device, self.door


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody who begins a circle chooses."""

    name: str
    about: str
    display_name: str
    history: History
    keep_days: int = 0  # how long words stay; 0: for good


def found_circle(
    db: Database, wish: Wish, clock: Clock, entropy: Entropy
) -> tuple[CircleRow, SignedOp, bytes]:
    """Keys, row and founding op of a new circle, and its root secret. Inside a transaction."""
    keys, root = Keys.fresh(entropy), entropy(KEY_SIZE)
    act = acts.Founding(
        keys.public(), wish.history, "members", "hosts", commitment(root), entropy(NONCE)
    )
    op = found(entropy(NONCE), keys.device, act, clock.hour(), clock.now())
    row = circles.add_circle(
        db, circle=CircleId(op.op_id), name=wish.name, about=wish.about,
        display_name=wish.display_name, seeds=keys.seeds(),
        seal=(seal_public(keys.seal), keys.seal), port=0, now=clock.now(),
    )  # fmt: skip
    circles.keep_secret(db, row.circle_no, epochs.ROOT, None, root)
    return row, op, root


def furnish(room: Room, founding: SignedOp, root: bytes, wish: Wish) -> None:
    """All the founder's first ops, in one change."""
    outbox = Outbox(room)
    room.ledger.keyring.add(epochs.ROOT, None, root)
    with room.change() as change:
        outbox.founding(change, founding)
        outbox.epoch(change)
        outbox.act(change, Kind.RULES, acts.Rules(wish.name, wish.about))
        if wish.keep_days:
            outbox.act(change, Kind.RETENTION, acts.Retention(wish.keep_days))
        outbox.act(change, Kind.PROFILE, acts.Profile(wish.display_name))
        change.circle = True
