"""From authority ops to who is in, who may what, and which epochs there are. Pure.

Each op is judged by what lies in its *own* authority past, never by what happened to arrive first,
so the same set of ops gives the same view in every order of arrival. The rule is written down in
`docs/authority.md`: what was allowed (`allowing`), what of that holds (`standing`), what it comes
to (here).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.circle.acts import (
    Act,
    Admit,
    Device,
    Door,
    Epoch,
    Founding,
    Granted,
    Invite,
    Link,
    Profile,
    Rules,
    Vouch,
)
from app.circle.allowing import Allowed
from app.circle.facts import Removal
from app.circle.proofs import Proofs
from app.circle.standing import Standing
from app.circle.state import Role
from app.circle.view import InviteSeen, Person, Told, View
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.log import Order, Placed, arrange, heads_to_name
from p2p.op import Header, Log


@dataclass(frozen=True, slots=True)
class AuthorityOp:
    """An authority op as the fold needs it: signature checked, payload read."""

    op: OpId
    header: Header
    act: Act | None


def fold(ops: Iterable[AuthorityOp], proofs: Proofs | None = None) -> View:
    """The view that a set of authority ops leads to; the same for every order they came in.

    `proofs`: remembered from earlier foldings of the same circle.
    """
    known = {o.op: o for o in ops}
    order = arrange((o.op, o.header) for o in known.values())
    acts = {op: known[op].act for op in known}
    allowed = Allowed(acts, Standing(order.placed), proofs or Proofs())
    for placed in order.placed:
        allowed.take(placed)
    return _Viewing(allowed, order).view()


class _Viewing:
    """A view being put together from all that was allowed and holds."""

    def __init__(self, allowed: Allowed, order: Order) -> None:
        self._allowed = allowed
        self._standing = allowed.standing
        self._order = order
        self._past = (1 << len(order.placed)) - 1
        self._void = self._standing.void(self._past)
        self._view = View(order=order, heads=heads_to_name(order), waiting=order.waiting)

    def view(self) -> View:
        view, placed = self._view, self._order.placed
        view.at = self._standing.at
        view.founding = self._allowed.founding
        view.founder = self._allowed.circle
        holding = [p for p in placed if self._holds(p)]
        view.void = frozenset(p.op for p in placed) - {p.op for p in holding}
        self._people()
        for one in holding:
            self._apply(one, self._allowed.acts[one.op])
        self._went()
        line = self._standing.line(self._past)
        view.first, view.heir = line.first, line.heir
        view.standing, view.everything = self._standing, self._past
        view.told = tuple(self._told())
        for told in view.told:
            if isinstance(told.act, Invite) and not told.holds:
                author = DeviceId(told.at.header.device)
                fallen = InviteSeen(told.at.op, told.act, author, withdrawn=True)
                view.fallen_invites.setdefault(told.act.key, fallen)
        return view

    def _told(self) -> Iterator[Told]:
        for at in self._order.placed:
            act, author = self._allowed.acts[at.op], self._allowed.authors.get(at.index)
            if act is not None and author is not None:
                yield Told(at, author, act, self._holds(at))

    def _holds(self, at: Placed) -> bool:
        return at.index in self._allowed.authors and not self._void >> at.index & 1

    def _people(self) -> None:
        """Everybody who ever came in, with the devices that brought them."""
        view, standing = self._view, self._standing
        for device, arrivals in standing.arrivals.items():
            came = [a for a in arrivals if not self._void >> a.at.index & 1]
            if not came:
                continue
            placed = standing.with_place(device, self._past)
            if standing.waits(device, self._past):
                view.waits_for_host[device] = came[0].at.op
            if not placed:
                continue
            member = placed[0].member
            view.admitted_by[device] = placed[0].at.op
            view.owner[device] = member
            view.arrived[device] = [a.at for a in came if a.member == member]
        for device in sorted(view.owner, key=lambda d: self._turn(view.admitted_by[d])):
            member, at = view.owner[device], view.at[view.admitted_by[device]]
            person = view.people.get(member)
            if person is None:
                person = Person(member, self._role(member), at.header.hour)
                view.people[member] = person
            keys = next(a.keys for a in standing.arrivals[device] if a.at is at)
            person.devices[device] = keys
            person.left = not standing.is_member(member, self._past)

    def _turn(self, op: OpId) -> int:
        return self._view.at[op].index

    def _role(self, member: MemberId) -> Role:
        return self._standing.role(member, self._past)

    def _apply(self, at: Placed, act: Act | None) -> None:
        view, device = self._view, DeviceId(at.header.device)
        author = self._allowed.authors[at.index]
        match act:
            case Device(keys) if view.owner.get(device) == author:
                view.people[author].devices[device] = keys
            case Profile(name) if author in view.people:
                view.people[author].name = name
            case Rules():
                view.rules = act
            case Door():
                view.door = act
            case Vouch(key, words):
                view.vouches.setdefault(key, []).append((author, words))
            case Invite() if act.key not in view.invites:
                withdrawn = any(map(self._holds, self._allowed.withdrawn.get(at.op, ())))
                view.invites[act.key] = InviteSeen(at.op, act, device, self._used(at.op), withdrawn)
            case Epoch():
                view.epochs[EpochId(at.op)] = self._allowed.epochs[EpochId(at.op)]
            case Granted(epoch, named):
                before = view.granted.get(EpochId(epoch), frozenset())
                view.granted[EpochId(epoch)] = before | {DeviceId(d) for d in named}
            case Link(epoch, parents):
                told = view.linked.get(EpochId(epoch), ())
                view.linked[EpochId(epoch)] = (*told, *(EpochId(p.epoch) for p in parents))
            case Founding() | Admit() | _:
                pass  # told by who is in

    def _used(self, invite: OpId) -> tuple[OpId, ...]:
        admitted = self._standing.admitted.get(invite, ())
        firsts = {self._view.admitted_by.get(a.device) for a in admitted}
        return tuple(a.at.op for a in admitted if a.at.op in firsts)

    def _went(self) -> None:
        """Who removed whom, and how many of whose words count."""
        view, standing = self._view, self._standing
        holding = [r for r in standing.removals if self._holds(r.at)]
        for removal in holding:
            person = view.people.get(removal.member)
            if person is None:
                continue
            if person.left and not removal.leaving and person.removed is None:
                person.removed = removal
            for device in person.devices:
                if not all(a.past >> removal.at.index & 1 for a in view.arrived[device]):
                    counts = _words(removal, device)
                    view.cuts[device] = max(view.cuts.get(device, 0), counts)
        forked = {}
        for device, forks in standing.forks.items():
            words = [f.words for f in forks if self._holds(f.at)]
            if words:
                forked[device] = max(words)
                view.cuts[device] = min(view.cuts.get(device, max(words)), max(words))
        view.forked = frozenset(forked)


def _words(removal: Removal, device: DeviceId) -> int:
    return max(
        (cut.seq for cut in removal.cuts if cut.device == device and cut.log == Log.WORDS),
        default=0,
    )
