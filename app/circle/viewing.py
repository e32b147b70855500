"""What all that was allowed comes to: the view, made from the one before as far as that holds.

Nearly every op that comes takes nothing back and concerns one person. So what the ops said is kept
and added to, and only the people are seen through again whom the new ones name. Whatever reaches
further (something that stood is void now, or stands again; a founder, a fork, a stand-in) has
everything put together anew. Either way the answer is the same, to the byte
(`tests/authority/test_growing.py`).
"""

from dataclasses import dataclass, field

from app.circle.acts import (
    Act,
    Admit,
    Assign,
    Device,
    DeviceKeys,
    Door,
    Epoch,
    Fork,
    Founding,
    Granted,
    Handover,
    Invite,
    Leave,
    Link,
    Mailbox,
    Portrait,
    Profile,
    Remove,
    Retention,
    Rules,
    Vouch,
    Withdraw,
)
from app.circle.allowing import Allowed
from app.circle.facts import Line, Removal
from app.circle.retention import Keeps
from app.circle.state import Role
from app.circle.view import (
    MAX_MAILBOXES,
    EpochSeen,
    InviteSeen,
    MailboxSeen,
    Person,
    Told,
    View,
)
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.log import Order, Placed, heads_to_name
from p2p.op import Log


@dataclass(slots=True)
class _Said:
    """What the acts said that hold, as far as nothing else has to be known for it."""

    told: list[Told] = field(default_factory=list)
    void: set[OpId] = field(default_factory=set)
    names: dict[MemberId, str] = field(default_factory=dict)
    pictures: dict[MemberId, bytes] = field(default_factory=dict)
    keys: dict[tuple[MemberId, DeviceId], DeviceKeys] = field(default_factory=dict)
    rules: Rules | None = None
    door: Door | None = None
    keeps: list[Keeps] = field(default_factory=list)
    strips: bool = False
    mailboxes: dict[bytes, MailboxSeen] = field(default_factory=dict)  # the retired ones, too
    vouches: dict[bytes, list[tuple[MemberId, str]]] = field(default_factory=dict)  # by invite
    invites: dict[bytes, tuple[Placed, Invite]] = field(default_factory=dict)  # the first of a key
    fallen: dict[bytes, InviteSeen] = field(default_factory=dict)
    epochs: dict[EpochId, EpochSeen] = field(default_factory=dict)
    granted: dict[EpochId, frozenset[DeviceId]] = field(default_factory=dict)
    linked: dict[EpochId, tuple[EpochId, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Stirred:
    """What the newest ops concern: these people, these invites; or everybody."""

    people: set[MemberId] = field(default_factory=set)
    newcomers: list[DeviceId] = field(default_factory=list)
    invites: set[bytes] = field(default_factory=set)
    standing: bool = False  # somebody came, went or rose
    all: bool = False


class Viewing:
    """Makes the views of a circle that grows. What was handed out is never changed later."""

    def __init__(self, allowed: Allowed) -> None:
        """`allowed` has taken all ops of an order before its view is asked for."""
        self._allowed = allowed
        self._standing = allowed.standing
        self._begin()

    def _begin(self) -> None:
        self._past = self._void = 0
        self._said = _Said()
        self._line = Line(None)
        self._stands_in: MemberId | None = None
        self._view = View()

    def view(self, order: Order) -> View:
        """The view as of all that do not wait. `order`: the last one, or that with more behind."""
        past = (1 << len(order.placed)) - 1
        void = self._standing.void(past)
        if void & self._past != self._void:
            self._begin()
        more = order.placed[self._past.bit_length() :]
        stirred = _Stirred(all=not self._past)
        self._past, self._void = past, void
        for at in more:
            self._hear(at, stirred)
        said, before = self._said, self._view
        view = self._view = View(
            founding=self._allowed.founding, founder=self._allowed.circle, rules=said.rules,
            door=said.door, keeps=tuple(said.keeps), strips=said.strips,
            mailboxes=_that_count(said.mailboxes), vouches={**said.vouches},
            people=before.people, owner=before.owner,
            invites=before.invites,
            admitted_by=before.admitted_by, waits_for_host=before.waits_for_host,
            cuts=before.cuts, arrived=before.arrived, forks=before.forks,
            fallen_invites={**said.fallen}, epochs={**said.epochs}, granted={**said.granted},
            fallen_epochs={
                e: seen for e, seen in self._allowed.epochs.items() if e not in said.epochs
            },
            linked={**said.linked}, void=frozenset(said.void), heads=heads_to_name(order),
            waiting=order.waiting, order=order, at={**self._standing.at}, told=tuple(said.told),
            standing=self._standing, everything=past, came=self._came(),
        )  # fmt: skip
        if stirred.standing or stirred.all:
            self._see_through(stirred)
        view.first, view.heir = self._line.first, self._line.heir
        if stirred.all:
            self._everybody(view)
        elif stirred.people:
            self._some(view, stirred)
        if stirred.people or stirred.all:
            self._went(view)
        keys = said.invites if stirred.all else stirred.invites & said.invites.keys()
        if keys:
            view.invites = {} if stirred.all else {**view.invites}
            for key in said.invites if stirred.all else sorted(keys, key=self._turn_of_invite):
                view.invites[key] = self._invite(view, *said.invites[key])
        return view

    def _came(self) -> frozenset[DeviceId]:
        """All with an arrival that holds, with a place or not, gone or not."""
        return frozenset(
            device for device, arrivals in self._standing.arrivals.items()
            if any(not self._void >> one.at.index & 1 for one in arrivals)
        )  # fmt: skip

    def _holds(self, at: Placed) -> bool:
        return at.index in self._allowed.authors and not self._void >> at.index & 1

    # -- what the ops say ----------------------------------------------------------------------

    def _hear(self, at: Placed, stirred: _Stirred) -> None:
        said, act = self._said, self._allowed.acts[at.op]
        author = self._allowed.authors.get(at.index)
        if act is None or author is None:  # it was not allowed
            said.void.add(at.op)
            return
        holds = self._holds(at)
        said.told.append(Told(at, author, act, holds))
        if isinstance(act, Retention):
            said.strips = said.strips or bool(act.days)
            if holds:
                said.keeps.append(Keeps(at.header.hour, act.days))
        if holds:
            self._stir(act, author, stirred)
            self._say(at, act, author)
            return
        said.void.add(at.op)
        if isinstance(act, Invite):
            device = DeviceId(at.header.device)
            said.fallen.setdefault(act.key, InviteSeen(at.op, act, device, withdrawn=True))

    def _say(self, at: Placed, act: Act, author: MemberId) -> None:  # noqa: C901 - a table
        said = self._said
        match act:
            case Device(keys):
                said.keys[author, DeviceId(at.header.device)] = keys
            case Profile(name):
                said.names[author] = name
                said.pictures[author] = act.picture if isinstance(act, Portrait) else b""
            case Rules():
                said.rules = act
            case Door():
                said.door = act
            case Mailbox(box):  # another one keeps the place of the first
                device = DeviceId(at.header.device)
                known = said.mailboxes.get(box)
                first = known.first if known is not None else device
                said.mailboxes[box] = MailboxSeen(act, device, at.op, at.header.hour, first)
            case Vouch(key, words):
                said.vouches[key] = [*said.vouches.get(key, ()), (author, words)]
            case Invite():
                said.invites.setdefault(act.key, (at, act))
            case Epoch():
                said.epochs[EpochId(at.op)] = self._allowed.epochs[EpochId(at.op)]
            case Granted(epoch, named):
                before = said.granted.get(EpochId(epoch), frozenset())
                said.granted[EpochId(epoch)] = before | {DeviceId(d) for d in named}
            case Link(epoch, parents):
                told = said.linked.get(EpochId(epoch), ())
                said.linked[EpochId(epoch)] = (*told, *(EpochId(p.epoch) for p in parents))
            case _:
                pass  # told by who is in

    def _stir(self, act: Act, author: MemberId, stirred: _Stirred) -> None:
        """Whom and what an act that holds concerns."""
        match act:
            case Device() | Profile():
                stirred.people.add(author)
            case Invite(key) | Withdraw(key):
                stirred.invites.add(key)
            case Admit(key, keys):
                stirred.standing = True
                stirred.people.add(MemberId(keys.member))
                stirred.invites.add(key)
                stirred.newcomers.append(DeviceId(keys.device))
                stirred.all = stirred.all or not self._is_a_stranger(keys)
            case Assign(member) | Remove(member):
                stirred.standing = True
                stirred.people.add(MemberId(member))
            case Leave():
                stirred.standing = True
                stirred.people.add(author)
            case Handover() | Fork() | Founding():
                stirred.all = True
            case _:
                pass

    def _is_a_stranger(self, keys: DeviceKeys) -> bool:
        """Whether who came is nobody known before. Behind all others they take nobody's place."""
        came = self._standing.arrivals[DeviceId(keys.device)]
        return len(came) == len(self._standing.devices[MemberId(keys.member)]) == 1

    def _see_through(self, stirred: _Stirred) -> None:
        """Who is founder and who stands in: another one is another role for more than who moved."""
        line, stands_in = self._line, self._stands_in
        self._line = self._standing.line(self._past)
        self._stands_in = self._standing.stands_in(self._past)
        if self._line != line or (stands_in, self._stands_in) != (None, None):
            stirred.all = True

    # -- who is who ----------------------------------------------------------------------------

    def _everybody(self, view: View) -> None:
        """Everybody who ever came in, with the devices that brought them, in that order."""
        view.people, view.owner, view.admitted_by, view.arrived = {}, {}, {}, {}
        view.waits_for_host = {}
        for device in self._standing.arrivals:
            self._device(view, device)
        devices: dict[MemberId, list[DeviceId]] = {}
        for device in sorted(view.owner, key=lambda d: view.at[view.admitted_by[d]].index):
            devices.setdefault(view.owner[device], []).append(device)
        for member, theirs in devices.items():
            view.people[member] = self._person(view, member, theirs)

    def _some(self, view: View, stirred: _Stirred) -> None:
        view.people = {**view.people}
        view.waits_for_host = {  # or was removed by somebody who did not know that they waited
            device: op for device, op in view.waits_for_host.items()
            if self._standing.waits(device, self._past)
        }  # fmt: skip
        if stirred.newcomers:
            view.owner, view.arrived = {**view.owner}, {**view.arrived}
            view.admitted_by = {**view.admitted_by}
        for device in stirred.newcomers:
            self._device(view, device)
            if device in view.owner:
                member = view.owner[device]
                view.people[member] = self._person(view, member, [device])
        for member in stirred.people & view.people.keys():
            view.people[member] = self._person(view, member, list(view.people[member].devices))

    def _device(self, view: View, device: DeviceId) -> None:
        standing = self._standing
        came = [a for a in standing.arrivals[device] if not self._void >> a.at.index & 1]
        if not came:
            return
        if standing.waits(device, self._past):
            view.waits_for_host[device] = came[0].at.op
        placed = standing.with_place(device, self._past)
        if placed:
            view.admitted_by[device] = placed[0].at.op
            view.owner[device] = placed[0].member
            view.arrived[device] = [a.at for a in came if a.member == placed[0].member]

    def _person(self, view: View, member: MemberId, devices: list[DeviceId]) -> Person:
        """Somebody with these devices, in the order in which they came in."""
        keys: dict[DeviceId, DeviceKeys] = {}
        for device in devices:
            came = view.at[view.admitted_by[device]]
            brought = next(a.keys for a in self._standing.arrivals[device] if a.at is came)
            keys[device] = self._said.keys.get((member, device), brought)
        given = self._standing.given_role(member, self._past)
        return Person(
            member,
            Role.HOST if member == self._stands_in else given,
            view.at[view.admitted_by[devices[0]]].header.hour,
            self._said.names.get(member, ""),
            keys,
            left=not self._standing.is_member(member, self._past),
            picture=self._said.pictures.get(member, b""),
        )

    def _went(self, view: View) -> None:
        """Who removed whom, and how many of whose words count."""
        standing, cuts = self._standing, dict[DeviceId, int]()
        for removal in standing.removals:
            person = view.people.get(removal.member)
            if person is None or not self._holds(removal.at):
                continue
            if person.left and not removal.leaving and person.removed is None:
                person.removed = removal
            for device in person.devices:
                if not all(a.past >> removal.at.index & 1 for a in view.arrived[device]):
                    cuts[device] = max(cuts.get(device, 0), _words(removal, device))
        view.cuts, view.forks = cuts, {}
        for device, forks in standing.forks.items():
            holding = [f for f in forks if self._holds(f.at)]
            if holding:
                words = max(f.words for f in holding)
                view.forks[device] = min(holding, key=lambda f: f.at.index)
                cuts[device] = min(cuts.get(device, words), words)

    # -- invites -------------------------------------------------------------------------------

    def _turn_of_invite(self, key: bytes) -> int:
        return self._said.invites[key][0].index

    def _invite(self, view: View, at: Placed, act: Invite) -> InviteSeen:
        admitted = self._standing.admitted.get(at.op, ())
        firsts = {view.admitted_by.get(a.device) for a in admitted}
        used = tuple(a.at.op for a in admitted if a.at.op in firsts)
        withdrawn = any(map(self._holds, self._allowed.withdrawn.get(at.op, ())))
        return InviteSeen(at.op, act, DeviceId(at.header.device), used, withdrawn)


def _that_count(mailboxes: dict[bytes, MailboxSeen]) -> dict[bytes, MailboxSeen]:
    """The first of those that are not retired: as many as a circle may have."""
    live = [(box, seen) for box, seen in mailboxes.items() if not seen.act.retired]
    return dict(live[:MAX_MAILBOXES])


def _words(removal: Removal, device: DeviceId) -> int:
    return max(
        (cut.seq for cut in removal.cuts if cut.device == device and cut.log == Log.WORDS),
        default=0,
    )
