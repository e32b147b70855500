"""Whether an op may do what it says: by its own authority past, once and for ever.

Nothing that comes later, or was not known to the author, changes the answer. What of the allowed
then holds, and what is taken back, is for `standing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from app.circle import rules
from app.circle.acts import (
    Act,
    Admit,
    Assign,
    Cut,
    Device,
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
    Profile,
    Remove,
    Retention,
    Rules,
    Vouch,
    Withdraw,
)
from app.circle.facts import Appointment, Arrival, Forked, HandedOver, Removal
from app.circle.proofs import Proofs
from app.circle.standing import Standing
from app.circle.state import Role
from app.circle.view import EpochSeen
from p2p.ids import ZERO, DeviceId, EpochId, MemberId, OpId
from p2p.log import Placed


@dataclass(slots=True)
class Allowed:
    """All acts of a circle that were allowed, in the order."""

    acts: Mapping[OpId, Act | None]
    standing: Standing
    proofs: Proofs = field(default_factory=Proofs)
    founding: Founding | None = None
    circle: OpId | None = None
    authors: dict[int, MemberId] = field(default_factory=dict)  # of allowed ops, by index
    invites: dict[bytes, list[Placed]] = field(default_factory=dict)
    withdrawn: dict[OpId, list[Placed]] = field(default_factory=dict)
    epochs: dict[EpochId, EpochSeen] = field(default_factory=dict)
    granted: dict[tuple[EpochId, DeviceId], list[Placed]] = field(default_factory=dict)

    def take(self, at: Placed) -> None:
        """Judge the next op in the order; if it is allowed, put down what it says."""
        self.standing.place(at)
        act = self.acts[at.op]
        if isinstance(act, Founding):
            self._found(at, act)
            return
        author = self.standing.member(DeviceId(at.header.device), at.past)
        if author is not None and act is not None and self._may(at, act, author):
            self.authors[at.index] = author

    def epoch(self, epoch: EpochId, past: int) -> EpochSeen | None:
        """An epoch that was known in a past and holds in it."""
        seen = self.epochs.get(epoch)
        if seen is None or not self._holds(seen.index, past):
            return None
        return seen

    def was_granted(self, epoch: EpochId, device: DeviceId, past: int) -> bool:
        """Whether a device had been granted an epoch in a past."""
        return any(self._holds(at.index, past) for at in self.granted.get((epoch, device), ()))

    def invite(self, key: bytes, past: int) -> Placed | None:
        """The op of the invite with this key that holds in a past; the first, if there are more."""
        return next((p for p in self.invites.get(key, ()) if self._holds(p.index, past)), None)

    def _holds(self, index: int, past: int) -> bool:
        return bool((past & ~self.standing.void(past)) >> index & 1)

    def _found(self, at: Placed, act: Founding) -> None:
        if self.founding is None and rules.only_the_first_op_founds_a_circle(at, act):
            self.founding, self.circle = act, at.op
            self.authors[at.index] = MemberId(act.keys.member)
            self.standing.arrive(Arrival(at, MemberId(act.keys.member), act.keys))

    def _may(self, at: Placed, act: Act, author: MemberId) -> bool:  # noqa: C901, PLR0912 - a table
        match act:
            case Profile():
                return True
            case Device(keys):
                signed = partial(rules.a_device_is_certified_by_its_member, keys)
                own = rules.only_the_device_itself_renews_its_keys(self, at, keys, author)
                return own and self.proofs.signed(at.op, signed)
            case Rules() | Door() | Retention() | Mailbox():
                return rules.only_a_host(self, at, author) and self._rest(at, author)
            case Invite():
                return self._invite(at, act, author)
            case Withdraw(key):
                return self._withdraw(at, key, author)
            case Admit():
                return self._admit(at, act, author)
            case Assign(member, role):
                return self._assign(at, MemberId(member), Role(role), author)
            case Remove(member, reason, cuts):
                return self._remove(at, MemberId(member), reason, cuts, author)
            case Leave(cuts):
                self._go(at, author, author, cuts)
                return True
            case Handover():
                return self._hand_over(at, act, author)
            case Fork():
                return self._fork(at, act)
            case Vouch(key):
                known = self.invite(key, at.past) is not None
                return known and rules.guests_do_not_vouch(self, at, author)
            case Epoch():
                return self._epoch(at, act)
            case Granted(epoch, named):
                return self._grant(at, EpochId(epoch), [DeviceId(d) for d in named])
            case Link():
                return rules.a_link_is_by_the_maker_of_its_epoch(self, at, act)
            case _:
                return False

    def _rest(self, at: Placed, author: MemberId) -> bool:
        """Remember what an author's right rests on, so that it falls with that. Always true."""
        support = self.standing.support(author, at.past)
        if support is not None:
            self.standing.rests_on[at.index] = support.index
        return True

    def _invite(self, at: Placed, act: Invite, author: MemberId) -> bool:
        if not rules.only_those_the_circle_allows_invite(self, at, author):
            return False
        if self.invite(act.key, at.past) is not None:
            return False
        self.invites.setdefault(act.key, []).append(at)
        self.standing.uses[at.op] = act.uses
        return True

    def _withdraw(self, at: Placed, key: bytes, author: MemberId) -> bool:
        invite = self.invite(key, at.past)
        if invite is None:
            return False
        own = self.authors[invite.index] == author
        if not own and not (rules.only_a_host(self, at, author) and self._rest(at, author)):
            return False
        self.withdrawn.setdefault(invite.op, []).append(at)
        return True

    def _admit(self, at: Placed, act: Admit, author: MemberId) -> bool:
        invite = self.invite(act.invite, at.past)
        if invite is None or not self.proofs.signed(
            at.op, partial(rules.an_admission_is_signed_by_all_three, self.circle or ZERO, act)
        ):
            return False
        if not rules.only_those_the_circle_allows_admit(self, at, author):
            return False
        if not self.standing.is_member(self.authors[invite.index], at.past):
            return False
        if any(self._holds(p.index, at.past) for p in self.withdrawn.get(invite.op, ())):
            return False
        if not rules.who_went_comes_back_with_new_keys_only(self, at, act.keys):
            return False
        if not rules.nobody_takes_anothers_door(self, act.keys, at.past):
            return False
        device = DeviceId(act.keys.device)
        if not rules.an_invite_lets_in_as_many_as_it_says(self, at, invite.op, device):
            return False
        came = self.standing.arrivals.get(device, ())
        known = any(at.past >> one.at.index & 1 for one in came)
        again = known and self.standing.role(author, at.past) is Role.HOST
        self._rest(at, author)
        member = MemberId(act.keys.member)
        self.standing.arrive(Arrival(at, member, act.keys, invite.op, again))
        return True

    def _assign(self, at: Placed, whom: MemberId, role: Role, author: MemberId) -> bool:
        if not rules.roles_are_given_by_hosts_to_their_juniors(self, at, author, whom, role):
            return False
        self._rest(at, author)
        self.standing.appoint(whom, Appointment(at, role))
        return True

    def _remove(
        self, at: Placed, whom: MemberId, reason: str, cuts: list[Cut], author: MemberId
    ) -> bool:
        if not rules.removals_are_by_hosts_and_moderators_of_their_juniors(self, at, author, whom):
            return False
        self._rest(at, author)
        self._go(at, author, whom, cuts, reason)
        return True

    def _go(
        self, at: Placed, author: MemberId, whom: MemberId, cuts: list[Cut], reason: str = ""
    ) -> None:
        seniority = self.standing.seniority(author, at.past)
        self.standing.remove(Removal(at, author, whom, seniority, tuple(cuts), reason))

    def _hand_over(self, at: Placed, act: Handover, author: MemberId) -> bool:
        if not rules.the_founder_hands_over_to_a_host(self, at, author, act):
            return False
        self._rest(at, author)
        self.standing.hand_over(HandedOver(at, author, MemberId(act.to), act.at_once))
        return True

    def _fork(self, at: Placed, act: Fork) -> bool:
        ask = partial(rules.a_fork_is_two_signed_ops_of_one_place, act)
        header = self.proofs.forked(at.op, ask)
        if header is None or header.circle not in {self.circle, ZERO}:
            return False
        device = DeviceId(header.device)
        own = device == at.header.device
        if own or self.standing.member(device, at.past) is None:
            return False
        self.standing.fork(device, Forked(at, act.words))
        return True

    def _epoch(self, at: Placed, act: Epoch) -> bool:
        if not rules.an_epoch_follows_epochs_of_its_own_past(self, at, act):
            return False
        standing = self.standing
        came = {
            device for device, arrivals in standing.arrivals.items()
            if any(at.past >> one.at.index & 1 for one in arrivals)
        }  # fmt: skip
        there = {d for d in came if standing.member(d, at.past) is not None}
        members = frozenset(there - {DeviceId(d) for d in act.excepted})
        epoch = EpochId(at.op)
        self.epochs[epoch] = EpochSeen(
            epoch, DeviceId(at.header.device), act, at.header.hour, at.depth, at.index, members,
            frozenset(came - there),
        )  # fmt: skip
        return True

    def _grant(self, at: Placed, epoch: EpochId, devices: list[DeviceId]) -> bool:
        if not rules.a_grant_is_by_one_who_has_it_to_one_who_may(self, at, epoch, devices):
            return False
        for device in devices:
            self.granted.setdefault((epoch, device), []).append(at)
        return True
