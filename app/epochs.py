"""Which secret opens what: the keys of a circle, whom an epoch may serve, and making the next one.

The write rule (protocol, section 5): seal only under an epoch that nobody may know but members in
my view. Holders are never listed; they follow from who was a member when the epoch was made, who
was granted it later, and who holds an epoch whose links reach it. But a grant may be one that I
have not heard of, or that nobody tells of: so whoever ever came may know an epoch too, except those
who were out as far as its maker knew. For whoever hands it on has its past, and gives it to none of
those.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress

from app.circle.acts import Epoch, Link, ParentSecrets
from app.circle.state import History
from app.circle.view import View
from p2p.crypto import Entropy, box, same, unbox
from p2p.envelope import EpochSecrets, Peeked, commitment, hint_matches
from p2p.errors import PeerFault
from p2p.ids import ZERO, DeviceId, EpochId, OpId
from p2p.wire import Grant

ROOT = EpochId(ZERO)
SECRET = 32  # bytes
GRANT = b"hearthside/grant/1"
CHAIN_KEY = b"hearthside/chain-key/1"
RENEWED_AFTER = 7 * 24  # hours
CANDIDATES = 4  # secrets kept for an epoch whose op has not come
MAX_GRANT_PLAINTEXT = 2 * SECRET


class Keyring:
    """The epoch secrets known here. Words or authority may be unknown for an epoch.

    Before an epoch's op is here nobody can tell a true secret from a lie, so up to `CANDIDATES`
    are kept; `settle` leaves only what the op committed to.
    """

    def __init__(self) -> None:
        """Begins empty; newest additions are tried first."""
        self._epochs: dict[EpochId, list[EpochSecrets]] = {}
        self.version = 0  # another one, as soon as something else is known

    def add(self, epoch: EpochId, words: bytes | None, authority: bytes | None) -> bool:
        """Add what is known of an epoch. True if something was new."""
        known = self._epochs.setdefault(epoch, [])
        for place, old in enumerate(known):
            if all(
                new is None or had is None or same(new, had)
                for new, had in ((words, old.words), (authority, old.authority))
            ):
                both = EpochSecrets(epoch, old.words or words, old.authority or authority)
                if both == old:
                    return False
                known[place] = both
                self.version += 1
                return True
        if len(known) >= CANDIDATES:
            return False
        known.append(EpochSecrets(epoch, words, authority))
        self.version += 1
        return True

    def settle(self, view: View, epoch: EpochId) -> EpochSecrets | None:
        """Leave only what the epoch's op committed to. The proven secrets; None: nothing is."""
        words = authority = None
        for secrets in self._epochs.get(epoch, ()):
            if secrets.words and matches(view, EpochSecrets(epoch, secrets.words, None)):
                words = secrets.words
            if secrets.authority and matches(view, EpochSecrets(epoch, None, secrets.authority)):
                authority = secrets.authority
        if words is None and authority is None:
            self.version += self._epochs.pop(epoch, None) is not None
            return None
        proven = EpochSecrets(epoch, words, authority)
        self.version += self._epochs[epoch] != [proven]
        self._epochs[epoch] = [proven]
        return proven

    def get(self, epoch: EpochId) -> EpochSecrets | None:
        """What is known of an epoch."""
        known = self._epochs.get(epoch)
        return known[0] if known else None

    def __iter__(self) -> Iterator[EpochSecrets]:
        """Newest additions first."""
        return iter([s for known in reversed(self._epochs.values()) for s in known])

    def epochs(self) -> list[EpochId]:
        """Every epoch of which something is known."""
        return list(self._epochs)

    def readable(self) -> frozenset[EpochId]:
        """Epochs whose words can be opened."""
        return frozenset(
            e for e, known in self._epochs.items() if any(s.words is not None for s in known)
        )

    def fitting(self, seen: Peeked) -> list[EpochSecrets]:
        """The epochs an envelope may be sealed under, by its hint; one, but for rare chance."""
        return [
            secrets for secrets in self
            if (keys := secrets.keys(seen.envelope_class)) is not None and hint_matches(keys, seen)
        ]  # fmt: skip


def matches(view: View, secrets: EpochSecrets) -> bool | None:
    """Whether secrets are those that the epoch op committed to; None if that is not known yet."""
    if secrets.epoch == ROOT:
        if view.founding is None or secrets.authority is None:
            return None
        return same(commitment(secrets.authority), view.founding.root)
    seen = view.epoch(secrets.epoch)
    if seen is None:
        return None
    words_fit = secrets.words is None or same(commitment(secrets.words), seen.act.words)
    authority_fits = secrets.authority is None or same(
        commitment(secrets.authority), seen.act.authority
    )
    return words_fit and authority_fits


def holders(view: View, epoch: EpochId) -> frozenset[DeviceId]:
    """Every device that is known to have a secret of an epoch, or to be one that may ask for it."""
    given = (_given(view, at) for at in _after(view, epoch))
    return frozenset[DeviceId]().union(*given)


def may_know(view: View, epoch: EpochId) -> frozenset[DeviceId]:
    """Every device that may know a secret of an epoch, also by a grant not heard of here.

    An exception made with an epoch is not believed: it tells what its author said it did.
    """
    found: set[DeviceId] = set()
    for at in _after(view, epoch):
        made = view.epoch(at)
        out = made.out if made is not None else frozenset[DeviceId]()
        found |= _given(view, at) | (view.came - out)
    return frozenset(found)


def _after(view: View, epoch: EpochId) -> set[EpochId]:
    """An epoch, and all whose links reach it."""
    above: dict[EpochId, list[EpochId]] = {}
    # By what an epoch follows, not by the links seen: a link may be late, or left short.
    # Also by one that was taken back: its link was handed on with it all the same.
    for child, made in (*view.epochs.items(), *view.fallen_epochs.items()):
        for parent in made.act.parents:
            above.setdefault(EpochId(parent), []).append(child)
    seen = {epoch}
    queue = [epoch]
    while queue:
        for child in above.get(queue.pop(), ()):
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return seen


def usable(view: View, keyring: Keyring) -> EpochId | None:
    """The epoch to seal under: deepest, then lowest id, among those that only members may know."""
    members = frozenset(view.devices())
    held = [e for e in deepest_first(view, keyring.readable()) if e in view.epochs]
    return next((e for e in held if may_know(view, e) <= members), None)


def is_old(view: View, epoch: EpochId, hour: int) -> bool:
    """Whether an epoch is to be followed by a new one, now that it is so late; by its own hour."""
    return hour - view.epochs[epoch].hour >= RENEWED_AFTER


def leaves_out(view: View, keyring: Keyring, epoch: EpochId) -> bool:
    """Whether its maker knew of an epoch that it does not follow, and whose secret is here now.

    Who was let in after that has no way to what is sealed under the other one: where history is
    fresh they are not granted it, and no link leads there.
    """
    followed, queue = {epoch}, [epoch]
    while queue:
        made = view.epoch(queue.pop())
        for parent in made.act.parents if made is not None else ():
            if EpochId(parent) not in followed:
                followed.add(EpochId(parent))
                queue.append(EpochId(parent))
    past = view.at[OpId(epoch)].past
    return view.history is History.FRESH and any(
        past >> seen.index & 1 and other not in followed and other in keyring.readable()
        for other, seen in view.epochs.items()
    )


def tips(view: View, keyring: Keyring) -> list[EpochId]:
    """Epochs held here that no later epoch names as parent: deepest first, then lowest id."""
    readable = keyring.readable()
    named = {p for e, seen in view.epochs.items() if e in readable for p in seen.act.parents}
    held = [e for e in readable if e in view.epochs and e not in named]
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
        e for e in deepest_first(view, keyring.readable())
        if view.epoch(e) is not None and may_have(view, device, e)
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


def reads(view: View, device: DeviceId, epoch: EpochId) -> bool:
    """Whether a device may know an epoch's words: where history is fresh, links carry none."""
    ways = _after(view, epoch) if view.history is History.OPEN else {epoch}
    return any(_was_given(view, device, way) for way in ways)


def _given(view: View, epoch: EpochId) -> frozenset[DeviceId]:
    """Whoever has both secrets of an epoch from its making or by a grant."""
    made = view.epoch(epoch)
    first = made.members | {made.author} if made is not None else frozenset()
    return first | view.granted.get(epoch, frozenset())


def _was_given(view: View, device: DeviceId, epoch: EpochId) -> bool:
    """Whether a device is among `_given`, without making that list: it is asked of every device."""
    made = view.epoch(epoch)
    first = made is not None and (device == made.author or device in made.members)
    return first or device in view.granted.get(epoch, frozenset())


def may_have(view: View, device: DeviceId, epoch: EpochId) -> bool:
    """Whether a member's device may be given an epoch's words."""
    if view.history is History.OPEN:
        return True
    return _was_given(view, device, epoch) or not view.in_past_of_admission(epoch, device)


def _linked_from(view: View, epochs: frozenset[EpochId]) -> set[EpochId]:
    found: set[EpochId] = set()
    queue = list(epochs)
    while queue:
        for parent in view.linked.get(queue.pop(), ()):
            if parent not in found:
                found.add(parent)
                queue.append(parent)
    return found


def deepest_first(view: View, epochs: Collection[EpochId]) -> list[EpochId]:
    """Epochs in the order of their depth, then of their ids; those not known yet come last."""
    depth = {e: seen.depth for e in epochs if (seen := view.epoch(e)) is not None}
    return sorted(epochs, key=lambda e: (-depth.get(e, -1), e))


def _info(
    circle: bytes, epoch: bytes, granter: bytes, recipient: bytes, domain: bytes = GRANT
) -> bytes:
    return domain + circle + epoch + granter + recipient


def seal_grant(
    circle: bytes, secrets: EpochSecrets, granter: DeviceId, recipient: DeviceId, seal_key: bytes
) -> Grant:
    """Both secrets of an epoch in a hybrid box for one device."""
    if secrets.words is None or secrets.authority is None:
        raise PeerFault("an epoch not wholly known can't be granted")
    plaintext = secrets.words + secrets.authority
    info = _info(circle, secrets.epoch, granter, recipient)
    return Grant(epoch=secrets.epoch, granter=granter, box=box(seal_key, info, plaintext))


def seal_chain_key(
    circle: bytes, secrets: EpochSecrets, granter: DeviceId, recipient: DeviceId, seal_key: bytes
) -> Grant:
    """The authority secret of an epoch, for whoever has to read an admission sealed under it."""
    if secrets.authority is None:
        raise PeerFault("an epoch whose authority is not known can't be told")
    info = _info(circle, secrets.epoch, granter, recipient, CHAIN_KEY)
    return Grant(epoch=secrets.epoch, granter=granter, box=box(seal_key, info, secrets.authority))


def open_chain_key(
    circle: bytes, grant: Grant, recipient: DeviceId, seeds: list[bytes]
) -> bytes | None:
    """The secret out of such a box; None where none of our seal keys opens it."""
    opened = _unboxed(grant, _info(circle, grant.epoch, grant.granter, recipient, CHAIN_KEY), seeds)
    return opened if opened is not None and len(opened) == SECRET else None


def open_grant(
    circle: bytes, grant: Grant, recipient: DeviceId, seeds: list[bytes]
) -> tuple[bytes, bytes] | None:
    """(words, authority) out of a grant for us; None where none of our seal keys opens it."""
    opened = _unboxed(grant, _info(circle, grant.epoch, grant.granter, recipient), seeds)
    if opened is None or len(opened) != MAX_GRANT_PLAINTEXT:
        return None
    return opened[:SECRET], opened[SECRET:]


def _unboxed(grant: Grant, info: bytes, seeds: list[bytes]) -> bytes | None:
    for seed in seeds:
        with suppress(PeerFault):
            return unbox(seed, info, grant.box)
    return None
