"""What computers can know of a circle's secrets, found from bytes alone and by no claim.

Theory of operation. Ciphertext is nobody's secret: whoever listens, or keeps a mailbox, may hand
any envelope to anybody. So the archive has every envelope and every box that was ever made, and
what a group of computers knows follows from their own bytes: what their dice gave them, what the
boxes for them hold, and, walked to a fixpoint, what the links hold that these secrets open. Nothing
is read from anybody's keyring, and no `granted` op is believed. A group pools all it has.

A secret counts whether or not an epoch op committed to it: a computer that was made to seal under a
lie seals for the liar.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app import epochs
from app.circle import acts
from p2p.crypto import digest
from p2p.envelope import ClassKeys, commitment, envelope_id, hint_matches, open_peeked, peek
from p2p.errors import PeerFault
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, OpId
from p2p.op import Log, SignedOp
from p2p.wire import Grant


@dataclass(frozen=True)
class Secret:
    """One of an epoch's two secrets, or what somebody passed off as one."""

    epoch: EpochId
    log: Log
    value: bytes = field(repr=False)


@dataclass(frozen=True)
class Way:
    """How a secret is known: in words, and by which other secret."""

    words: str
    by: Secret | None = None


Known = dict[Secret, Way]


@dataclass
class Device:
    """A computer's own bytes. `drawn`: every secret-sized string of its dice, as it goes on.

    `seals`: the private halves of all seal keys it ever had.
    """

    name: str
    seals: list[bytes] = field(repr=False)
    drawn: list[bytes] = field(repr=False)
    boxes: Known = field(default_factory=dict)


@dataclass
class Archive:
    """Every box and every authority envelope of one circle."""

    circle: CircleId
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    names: dict[EpochId, str] = field(default_factory=dict)
    committed: dict[bytes, list[tuple[EpochId, Log]]] = field(default_factory=dict)
    ops: dict[OpId, SignedOp] = field(default_factory=dict)
    _envelopes: dict[bytes, bytes] = field(default_factory=dict)
    _boxes: set[bytes] = field(default_factory=set)
    _links: dict[Secret, Known] = field(default_factory=dict)

    # -- what passes by ------------------------------------------------------------------------

    def box(self, grant: Grant, to: DeviceId) -> None:
        """A box for a device goes by; it is opened with what that device has."""
        device = self.devices[to]
        name = digest("", grant.box)
        if name in self._boxes:
            return
        self._boxes.add(name)
        epoch, seeds = EpochId(grant.epoch), device.seals
        by = self.name_of(DeviceId(grant.granter))
        both = epochs.open_grant(self.circle, grant, to, seeds)
        for log, value in zip((Log.WORDS, Log.AUTHORITY), both or (), strict=False):
            device.boxes.setdefault(Secret(epoch, log, value), Way(f"a grant by {by}"))
        chain = epochs.open_chain_key(self.circle, grant, to, seeds)
        if chain is not None:
            secret = Secret(epoch, Log.AUTHORITY, chain)
            device.boxes.setdefault(secret, Way(f"a chain key by {by}"))

    def envelope(self, envelope: bytes) -> None:
        """An authority envelope goes by."""
        self._envelopes.setdefault(envelope_id(envelope), envelope)
        self._links.clear()

    def op(self, op: SignedOp) -> None:
        """What an op says that its author signed; tells which secrets an epoch committed to."""
        if op.op_id in self.ops:
            return
        self.ops[op.op_id] = op
        act, epoch = acts.decode(op.header.kind, op.payload), EpochId(op.op_id)
        if isinstance(act, acts.Founding):
            self._commits(EpochId(ZERO), Log.AUTHORITY, act.root)
            self.names[EpochId(ZERO)] = "root"
        elif isinstance(act, acts.Epoch):
            self._commits(epoch, Log.WORDS, act.words)
            self._commits(epoch, Log.AUTHORITY, act.authority)
            by = self.name_of(op.header.device)
            self.names[epoch] = f"{len(self.names)} by {by}"

    def name_of(self, device: DeviceId) -> str:
        """Whose computer it is."""
        known = self.devices.get(device)
        return known.name if known is not None else "nobody"

    def holds(self, envelope: bytes) -> bool:
        """Whether an envelope, by its id, is here."""
        return envelope in self._envelopes

    def _commits(self, epoch: EpochId, log: Log, to: bytes) -> None:
        self.committed.setdefault(to, []).append((epoch, log))

    # -- what follows from it ------------------------------------------------------------------

    def known(self, group: Iterable[DeviceId]) -> Known:
        """All that these computers know together, and how."""
        found: Known = {}
        for name in group:
            device = self.devices[name]
            for drawn in device.drawn:
                for epoch, log in self.committed.get(commitment(drawn), ()):
                    found.setdefault(Secret(epoch, log, drawn), Way(f"{device.name} drew it"))
            for secret, way in device.boxes.items():
                found.setdefault(secret, Way(f"{device.name} had {way.words}"))
        queue = [secret for secret in found if secret.log is Log.AUTHORITY]
        while queue:
            for secret, way in self._linked(queue.pop()).items():
                if secret not in found:
                    found[secret] = way
                    if secret.log is Log.AUTHORITY:
                        queue.append(secret)
        return found

    def path(self, known: Known, secret: Secret) -> str:
        """The whole way to a secret, in words."""
        told, at = list[str](), known.get(secret)
        while at is not None:
            told.append(at.words)
            at = known.get(at.by) if at.by is not None else None
        return ", from ".join(told)

    def _linked(self, by: Secret) -> Known:
        """What links hold that are sealed under a secret."""
        held = self._links.get(by)
        if held is None:
            held = self._links[by] = {}
            for link, author in self._opened(by):
                way = Way(f"a link of {self.names.get(by.epoch, '?')} by {author}", by)
                for parent in link.parents:
                    epoch = EpochId(parent.epoch)
                    held.setdefault(Secret(epoch, Log.AUTHORITY, parent.authority), way)
                    if parent.words is not None:
                        held.setdefault(Secret(epoch, Log.WORDS, parent.words), way)
        return held

    def _opened(self, by: Secret) -> Iterator[tuple[acts.Link, str]]:
        keys = ClassKeys.from_secret(by.epoch, Log.AUTHORITY, by.value)
        for envelope in self._envelopes.values():
            seen = peek(envelope)
            if not hint_matches(keys, seen):
                continue
            try:
                op = open_peeked(envelope, seen, keys, self.circle)
            except PeerFault:
                continue
            act = acts.decode(op.header.kind, op.payload)
            if isinstance(act, acts.Link):
                yield act, self.name_of(op.header.device)
