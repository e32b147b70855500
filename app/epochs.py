"""Which secret opens what: the keys of a circle, whom an epoch may serve, and making the next one.

The write rule (protocol, section 4): seal only under an epoch whose every holder is a member in my
view. Holders are never listed; they follow from who was a member when the epoch was made, who was
granted it later, and who holds an epoch whose links reach it.
"""

from collections.abc import Iterator

from app.circle.acts import Epoch, Link, ParentSecrets
from app.circle.fold import View
from app.circle.state import History
from p2p.crypto import Entropy, box, same, unbox
from p2p.envelope import EpochSecrets, commitment, hint_matches, peek
from p2p.errors import PeerFault
from p2p.ids import ZERO, DeviceId, EpochId
from p2p.op import Log
from p2p.wire import Grant

ROOT = EpochId(ZERO)
SECRET = 32  # bytes
MAX_GRANT_PLAINTEXT = 2 * SECRET


class Keyring:
    """The epoch secrets known here. Words or authority may be unknown for an epoch."""

    def __init__(self) -> None:
        """Begins empty; newest additions are tried first."""
        self._epochs: dict[EpochId, EpochSecrets] = {}

    def add(self, epoch: EpochId, words: bytes | None, authority: bytes | None) -> bool:
        """Add what is known of an epoch. True if something was new."""
        old = self._epochs.get(epoch)
        if old is not None:
            words = old.words if old.words is not None else words
            authority = old.authority if old.authority is not None else authority
            if (words, authority) == (old.words, old.authority):
                return False
        self._epochs[epoch] = EpochSecrets(epoch, words, authority)
        return True

    def drop(self, epoch: EpochId) -> None:
        """Forget an epoch."""
        self._epochs.pop(epoch, None)

    def get(self, epoch: EpochId) -> EpochSecrets | None:
        """What is known of an epoch."""
        return self._epochs.get(epoch)

    def __iter__(self) -> Iterator[EpochSecrets]:
        """Newest additions first."""
        return iter([*reversed(self._epochs.values())])

    def readable(self) -> frozenset[EpochId]:
        """Epochs whose words can be opened."""
        return frozenset(e for e, s in self._epochs.items() if s.words is not None)

    def finder(self, envelope: bytes) -> EpochSecrets | None:
        """The epoch an envelope is sealed under, by its hint. `PeerFault` for no envelope."""
        seen = peek(envelope)
        for secrets in self:
            keys = secrets.keys(seen.envelope_class)
            if keys is not None and hint_matches(keys, seen):
                return secrets
        return None


def matches(view: View, secrets: EpochSecrets) -> bool | None:
    """Whether secrets are those that the epoch op committed to; None if that is not known yet."""
    if secrets.epoch == ROOT:
        if view.founding is None or secrets.authority is None:
            return None
        return same(commitment(secrets.authority), view.founding.root)
    seen = view.epochs.get(secrets.epoch)
    if seen is None:
        return None
    words_fit = secrets.words is None or same(commitment(secrets.words), seen.act.words)
    authority_fits = secrets.authority is None or same(
        commitment(secrets.authority), seen.act.authority
    )
    return words_fit and authority_fits


def holders(view: View, epoch: EpochId) -> frozenset[DeviceId]:
    """Every device that may know an epoch's secrets."""
    above: dict[EpochId, list[EpochId]] = {}
    for child, parents in view.linked.items():
        for parent in parents:
            above.setdefault(parent, []).append(child)
    found: set[DeviceId] = set()
    seen = {epoch}
    queue = [epoch]
    while queue:
        at = queue.pop()
        made = view.epochs.get(at)
        if made is not None:
            found |= made.members | {made.author}
        found |= view.granted.get(at, frozenset())
        for child in above.get(at, ()):
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return frozenset(found)


def usable(view: View, keyring: Keyring) -> EpochId | None:
    """The epoch to seal under: deepest, then lowest id, among those only members hold."""
    members = frozenset(view.devices())
    fit = [e for e in keyring.readable() if e in view.epochs and holders(view, e) <= members]
    return min(fit, key=lambda e: (-view.epochs[e].depth, e), default=None)


def tips(view: View, keyring: Keyring) -> list[EpochId]:
    """Epochs held here that no later epoch names as parent: deepest first, then lowest id."""
    named = {p for seen in view.epochs.values() for p in seen.act.parents}
    held = [e for e in keyring.readable() if e in view.epochs and e not in named]
    return sorted(held, key=lambda e: (-view.epochs[e].depth, e))


def make(view: View, keyring: Keyring, entropy: Entropy) -> tuple[Epoch, bytes, bytes]:
    """The act that begins a new epoch after all tips, and its words and authority secrets."""
    words, authority = entropy(SECRET), entropy(SECRET)
    parents: list[bytes] = [bytes(e) for e in tips(view, keyring)[:16]] or [bytes(ROOT)]
    return Epoch(commitment(words), commitment(authority), parents), words, authority


def link(view: View, keyring: Keyring, epoch: EpochId, parents: list[bytes]) -> Link:
    """The way back: each parent's authority secret, its words where the history is open."""
    told = []
    for parent in parents:
        secrets = keyring.get(EpochId(parent))
        if secrets is not None and secrets.authority is not None:
            words = secrets.words if view.history is History.OPEN else None
            told.append(ParentSecrets(parent, secrets.authority, words))
    return Link(epoch, told)


def lacking(
    view: View, keyring: Keyring, device: DeviceId, theirs: frozenset[EpochId]
) -> list[EpochId]:
    """Which epochs a member's device may have from here, leaving out what links give it."""
    if device not in view.devices():
        return []
    may = [
        e for e in sorted(keyring.readable(), key=lambda e: -_depth(view, e))
        if e in view.epochs and _may_have(view, device, e)
    ]  # fmt: skip
    reached = _linked_from(view, theirs) if view.history is History.OPEN else set()
    told: list[EpochId] = []
    for epoch in may:
        if epoch in theirs or epoch in reached:
            continue
        told.append(epoch)
        if view.history is History.OPEN:
            reached |= _linked_from(view, frozenset({epoch}))
    return told


def _may_have(view: View, device: DeviceId, epoch: EpochId) -> bool:
    if device in holders(view, epoch):
        return True
    return view.history is History.OPEN or not view.in_past_of_admission(epoch, device)


def _linked_from(view: View, epochs: frozenset[EpochId]) -> set[EpochId]:
    found: set[EpochId] = set()
    queue = list(epochs)
    while queue:
        for parent in view.linked.get(queue.pop(), ()):
            if parent not in found:
                found.add(parent)
                queue.append(parent)
    return found


def _depth(view: View, epoch: EpochId) -> int:
    seen = view.epochs.get(epoch)
    return -1 if seen is None else seen.depth


def _info(circle: bytes, epoch: bytes, granter: bytes, recipient: bytes) -> bytes:
    return b"hearthside/grant/1" + circle + epoch + granter + recipient


def seal_grant(
    circle: bytes, secrets: EpochSecrets, granter: DeviceId, recipient: DeviceId, seal_key: bytes
) -> Grant:
    """Both secrets of an epoch in a hybrid box for one device."""
    if secrets.words is None or secrets.authority is None:
        raise PeerFault("an epoch not wholly known can't be granted")
    plaintext = secrets.words + secrets.authority
    info = _info(circle, secrets.epoch, granter, recipient)
    return Grant(epoch=secrets.epoch, granter=granter, box=box(seal_key, info, plaintext))


def open_grant(
    circle: bytes, grant: Grant, recipient: DeviceId, seeds: list[bytes]
) -> tuple[bytes, bytes] | None:
    """(words, authority) out of a grant for us; None where none of our seal keys opens it."""
    info = _info(circle, grant.epoch, grant.granter, recipient)
    for seed in seeds:
        try:
            plaintext = unbox(seed, info, grant.box)
        except PeerFault:
            continue
        if len(plaintext) == MAX_GRANT_PLAINTEXT:
            return plaintext[:SECRET], plaintext[SECRET:]
    return None


def keys_for(keyring: Keyring, epoch: EpochId, log: Log) -> object:
    """The sealing keys of an epoch's class, or None."""
    secrets = keyring.get(epoch)
    return None if secrets is None else secrets.keys(log)
