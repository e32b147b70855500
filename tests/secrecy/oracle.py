"""The secrecy oracle: what was sealed, who was out by then, and who knows the key all the same.

For each envelope that an honest computer seals, the oracle takes down the very secret it is sealed
with, and who is out as that computer sees it: removed, gone, forked, waiting for a place, or let in
by an act that does not count. In the end no group of these may know the secret, pooling all they
have, by bytes (`knowledge`). What the protocol allows to be read by them is one thing: epoch ops,
which are sealed under an epoch before (a removal itself is sealed while its author sees them in).

Whoever is in by what more is known by others, though this computer sees them out, may be given
the keys by those others, and is not held against it: their removal was taken back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from app.circle import acts
from app.circle.acts import MAX_SAFE, Act
from app.circle.fold import AuthorityOp, fold
from app.circle.state import History
from app.circle.view import View
from p2p.envelope import commitment
from p2p.ids import DeviceId, OpId
from p2p.op import Kind, Log, SignedOp
from tests.authority.second import Result, resolve
from tests.authority.test_agreement import by_the_first, by_the_second
from tests.secrecy.homes import Hamlet, Home
from tests.secrecy.knowledge import Known, Secret

Why = frozenset[OpId]
"""The acts for which a device is out, as somebody sees it."""


@dataclass(frozen=True)
class Sealed:
    """What an honest computer sealed: which op, with which secret, and who was out by then."""

    writer: str
    what: str
    secret: Secret
    out: dict[DeviceId, Why]
    step: int


@dataclass
class Oracle:
    """Looks on at one story, and says in the end what was wrong with it."""

    hamlet: Hamlet
    step: int = 0
    sealed: list[Sealed] = field(default_factory=list)
    exempt: int = 0
    compared: int = 0
    _seen: dict[str, View] = field(default_factory=dict)
    _inside: list[tuple[frozenset[DeviceId], frozenset[OpId]]] = field(default_factory=list)
    _truths: dict[frozenset[OpId], Result] = field(default_factory=dict)

    # -- while it goes on ----------------------------------------------------------------------

    def sealing(self, home: Home, op: SignedOp) -> None:
        """A computer seals an op, by what it knows now."""
        header = op.header
        if header.kind == Kind.GRANTED:
            self.look(home)
        if home.turned or home.view.order is None:
            return
        if header.kind == Kind.EPOCH:
            self.exempt += 1
            return
        secrets = home.room.ledger.keyring.get(header.epoch)
        value = None
        if secrets is not None:
            value = secrets.words if header.log is Log.WORDS else secrets.authority
        assert value is not None
        secret = Secret(header.epoch, header.log, value)
        out = outside(home.view)
        out.pop(home.device, None)  # who writes on after leaving knows what they write
        self.sealed.append(
            Sealed(home.name, Kind(header.kind).name.lower(), secret, out, self.step)
        )

    def look(self, home: Home) -> None:
        """Remember who is in as an honest computer sees it, where anybody was ever put out."""
        view = home.view
        if home.turned or self._seen.get(home.name) is view:
            return
        self._seen[home.name] = view
        if view.standing.removals or view.standing.forks or view.waits_for_host:
            self._inside.append((frozenset(view.devices()), frozenset(view.at)))

    # -- in the end: secrets -------------------------------------------------------------------

    def wrong(self) -> Iterator[str]:
        """Every sentence of what must not be, of secrets."""
        self.hamlet.collect()
        archive = self.hamlet.archive
        everything = fold(AuthorityOp(o, op.header, act_of(op)) for o, op in archive.ops.items())
        strangers = frozenset(archive.devices) - frozenset(everything.standing.arrivals)
        groups: dict[frozenset[DeviceId], list[Sealed]] = {}
        for sealed in self.sealed:
            out = {d for d, why in sealed.out.items() if not self._back(d, why)}
            groups.setdefault(strangers | out, []).append(sealed)
        for group, sealed_then in groups.items():
            known = archive.known(group)
            drawn = {value for d in group for value in archive.devices[d].drawn}
            for sealed in sealed_then:
                if sealed.secret in known:
                    yield self._told(sealed, group, archive.path(known, sealed.secret))
                elif sealed.secret.value in drawn:
                    yield self._told(sealed, group, "drawn by one of them, as a lie")
        yield from self._fresh(everything)
        yield from self._blind()

    def _back(self, device: DeviceId, why: Why) -> bool:
        return any(device in inside and why <= knew for inside, knew in self._inside)

    def _told(self, sealed: Sealed, group: frozenset[DeviceId], path: str) -> str:
        archive = self.hamlet.archive
        out = ", ".join(sorted(archive.name_of(d) for d in group))
        epoch = archive.names.get(sealed.secret.epoch, "?")
        return (
            f"step {sealed.step}: {sealed.writer} seals a {sealed.what} under {epoch}; out are "
            f"{out}, and know its {sealed.secret.log.name.lower()} secret: {path}"
        )

    def _fresh(self, view: View) -> Iterator[str]:
        """Where history is fresh nobody reads words from before they came."""
        archive = self.hamlet.archive
        if view.history is History.OPEN:
            return
        secrets = {
            epoch: Secret(epoch, Log.WORDS, value)
            for device in archive.devices.values()
            for value in device.drawn
            for epoch, log in archive.committed.get(commitment(value), ())
            if log is Log.WORDS
        }
        for device in view.admitted_by:
            known = archive.known([device])
            for epoch, secret in secrets.items():
                if secret in known and view.in_past_of_admission(epoch, device):
                    yield (
                        f"{archive.name_of(device)} knows the words of "
                        f"{archive.names[epoch]}, from before: {archive.path(known, secret)}"
                    )

    def _blind(self) -> Iterator[str]:
        """What a computer really holds the oracle must know too, or it does not see all ways."""
        for home in self.hamlet.homes:
            known = self.known(home)
            for epoch in home.room.ledger.keyring.epochs():
                held = home.room.ledger.keyring.get(epoch)
                if held is None or epoch not in home.view.epochs:
                    continue
                for log, value in ((Log.WORDS, held.words), (Log.AUTHORITY, held.authority)):
                    if value is not None and Secret(epoch, log, value) not in known:
                        yield f"{home.name} knows {log.name.lower()} of an epoch in an unseen way"

    def known(self, home: Home) -> Known:
        """What one computer knows by itself."""
        return self.hamlet.archive.known([home.device])

    # -- at any time: membership ---------------------------------------------------------------

    def disagreements(self, home: Home) -> Iterator[str]:
        """What one computer makes of its acts otherwise than docs/authority.md has it."""
        said = {name: act_of(op) for name, op in home.authority().items()}
        names = frozenset(said)
        truth = self._truths.get(names)
        if truth is None:
            self.compared += 1
            ops = home.authority().items()
            truth = self._truths[names] = resolve((n, op.header, said[n]) for n, op in ops)
        by_name = {bytes(name): act for name, act in said.items()}
        one, other = by_the_first(home.view), by_the_second(truth, by_name)
        for what in one:
            if one[what] != other[what]:
                yield f"{home.name} sees other {what} than the rule"
        for name, op in home.authority().items():
            if not _whole(msgspec.msgpack.decode(op.header_bytes)):
                yield f"{home.name} took in an op with a number beyond all numbers"
            if said[name] is None and acts.decode(op.header.kind, op.payload) is not None:
                yield f"{home.name} reads an act with a number beyond all numbers"
        for seq, device in home.accepted_words():
            if seq >= truth.words.get(device, MAX_SAFE):
                yield f"{home.name} counts words beyond a cut"


def act_of(op: SignedOp) -> Act | None:
    """The act of an op; none where a number in it is 2^53 or more, whoever decodes it."""
    act = acts.decode(op.header.kind, op.payload)
    return act if act is None or _whole(msgspec.msgpack.decode(op.payload)) else None


def _whole(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_whole, value))
    return not isinstance(value, int) or value <= MAX_SAFE


def outside(view: View) -> dict[DeviceId, Why]:
    """Every device that ever came and is no member now, with the acts for which it is not."""
    standing, inside = view.standing, view.devices()
    found: dict[DeviceId, Why] = {}
    for device, arrivals in standing.arrivals.items():
        if device in inside:
            continue
        members = {a.member for a in arrivals}
        why = {r.at.op for r in standing.removals if r.member in members}
        why |= {f.at.op for f in standing.forks.get(device, ())}
        why -= view.void
        if not why:  # no place for it, or nobody who may let it in: whatever can bring that about
            why = {r.at.op for r in standing.removals} | {
                f.at.op for forks in standing.forks.values() for f in forks
            }
            why |= {a.at.op for came in standing.arrivals.values() for a in came}
        found[device] = frozenset(why)
    return found
