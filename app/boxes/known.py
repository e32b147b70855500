"""Which mailboxes a circle uses, and the keys that open them."""

from dataclasses import dataclass, field

from app import epochs
from app.circle.mailboxes import in_use
from app.circle.state import CircleState
from app.room import Room
from app.store import boxes
from p2p.crypto import sign_public
from p2p.host import well_formed
from p2p.ids import EpochId
from p2p.mailbox import capability
from p2p.mailbox.wire import MAX_CAPABILITIES

TRIED = 4  # keys shown one after the other, the newest first


@dataclass(frozen=True, slots=True)
class Known:
    """One mailbox of a circle. `owner`: the seed that orders there, where it is ours."""

    box: bytes
    peer: bytes
    addresses: tuple[str, ...]
    owner: bytes | None = field(repr=False)


def known(room: Room) -> list[Known]:
    """Those that the circle uses now.

    One whose owner is no member any more is used no longer: only they could say whose keys count.
    Who has only just been let in knows the one by which that was told.
    """
    view = room.ledger.view
    rows = {row.box: row for row in boxes.all_boxes(room.db, room.row.circle_no)}
    found = []
    used = in_use(view)
    myself = room.ledger.myself()
    if room.row.state is CircleState.LEFT or (myself is not None and myself.left):
        used |= rows.keys()  # the others use our own until they have heard of it
    for box, seen in view.mailboxes.items():
        if box in used:
            owner = rows[box].owner if box in rows else None
            # Nobody has judged them: a host may say anything.
            addresses = tuple(one for one in seen.act.addresses if well_formed(one))
            if addresses:
                found.append(Known(box, seen.act.peer, addresses, owner))
    if room.arriving and not found:
        found = [Known(row.box, row.peer, row.addresses, row.owner) for row in rows.values()]
    return found


def seeds(room: Room, box: bytes) -> list[bytes]:
    """The capabilities to show: of the epoch to seal under first, then of the deepest."""
    view, keyring = room.ledger.view, room.ledger.keyring
    usable = epochs.usable(view, keyring)
    order = epochs.deepest_first(view, keyring.epochs())
    order.sort(key=lambda epoch: epoch != usable)
    found = []
    for epoch in order:
        secrets = keyring.get(epoch)
        if epoch != epochs.ROOT and secrets is not None and secrets.authority is not None:
            found.append(capability.seed(secrets.authority, box))
    return found[:TRIED]


def retained(room: Room) -> list[EpochId]:
    """The epochs whose capabilities are to count: those that nobody but members may know."""
    view, keyring = room.ledger.view, room.ledger.keyring
    members = frozenset(view.devices())
    kept = []
    for epoch in epochs.deepest_first(view, keyring.epochs()):
        secrets = keyring.get(epoch)
        if (
            epoch in view.epochs
            and secrets is not None
            and secrets.authority is not None
            and epochs.may_know(view, epoch) <= members
        ):
            kept.append(epoch)
    return kept[:MAX_CAPABILITIES]


def stale(room: Room, box: bytes) -> bytes | None:
    """The newest capability that should count no more: somebody has its epoch's secret who went."""
    view, keyring = room.ledger.view, room.ledger.keyring
    counting = set(retained(room))
    for epoch in epochs.deepest_first(view, keyring.epochs()):
        secrets = keyring.get(epoch)
        if (
            epoch in view.epochs
            and epoch not in counting
            and secrets is not None
            and secrets.authority is not None
        ):
            return capability.seed(secrets.authority, box)
    return None


def public(room: Room, epoch: EpochId, box: bytes) -> bytes | None:
    """The public half of an epoch's capability, where its secret is here."""
    secrets = room.ledger.keyring.get(epoch)
    if secrets is None or secrets.authority is None:
        return None
    return sign_public(capability.seed(secrets.authority, box))
