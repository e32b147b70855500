"""One function per rule of the circle, named as a sentence. Pure: a signature is arithmetic.

Each is asked about an act in its own authority past (`at.past`), by the standing as of that past.
"""

from typing import TYPE_CHECKING

from app.circle.acts import Admit, DeviceKeys, Epoch, Fork, Founding, Handover, Link, SignedHeader
from app.circle.state import History, Role
from p2p.crypto import verify
from p2p.errors import PeerFault
from p2p.ids import ZERO, DeviceId, EpochId, MemberId, OpId
from p2p.log import Placed
from p2p.op import Header, op_id, read_header

if TYPE_CHECKING:
    from app.circle.allowing import Allowed

CERTIFY = "hearthside/certify/1"
DOOR = "hearthside/door/1"
JOIN = "hearthside/join/1"


def a_device_is_certified_by_its_member(keys: DeviceKeys) -> bool:
    """The member key signed all keys of the device, and the door key agreed."""
    return verify(keys.member, CERTIFY, keys.certified(), keys.certificate) and verify(
        keys.door, DOOR, keys.certified(), keys.by_door
    )


def nobody_takes_anothers_door(allowed: "Allowed", keys: DeviceKeys, past: int) -> bool:
    """A door key belongs to one device for ever."""
    return all(
        one.device == keys.device or not past >> one.at.index & 1
        for one in allowed.standing.doors.get(keys.door, ())
    )


def only_the_first_op_founds_a_circle(at: Placed, act: Founding) -> bool:
    """The founding op has no past, no circle and no epoch, and is signed by the device it names."""
    return (
        at.past == 0
        and at.header.circle == ZERO
        and at.header.epoch == ZERO
        and at.header.device == act.keys.device
        and a_device_is_certified_by_its_member(act.keys)
    )


def only_the_device_itself_renews_its_keys(
    allowed: "Allowed", at: Placed, keys: DeviceKeys, author: MemberId
) -> bool:
    """A device record names its author, and keeps its member and its door."""
    arrivals = allowed.standing.arrivals[DeviceId(at.header.device)]
    came = next(a for a in arrivals if at.past >> a.at.index & 1)
    return keys.device == at.header.device and keys.member == author and keys.door == came.keys.door


def only_a_host(allowed: "Allowed", at: Placed, author: MemberId) -> bool:
    """Names the circle, gives roles, tells of mailboxes, takes others' invites back."""
    return allowed.standing.role(author, at.past) is Role.HOST


def guests_do_not_vouch(allowed: "Allowed", at: Placed, author: MemberId) -> bool:
    """A word for a newcomer is anybody's but a guest's."""
    return allowed.standing.role(author, at.past) is not Role.GUEST


def only_those_the_circle_allows_invite(allowed: "Allowed", at: Placed, author: MemberId) -> bool:
    """Hosts, or everybody but guests where the policy says so."""
    founding = allowed.founding
    everybody = founding is not None and founding.invites == "members"
    return _may(allowed, at, author, everybody=everybody)


def only_those_the_circle_allows_admit(allowed: "Allowed", at: Placed, author: MemberId) -> bool:
    """Hosts, or everybody but guests where the policy says so."""
    founding = allowed.founding
    everybody = founding is not None and founding.admits == "members"
    return _may(allowed, at, author, everybody=everybody)


def _may(allowed: "Allowed", at: Placed, author: MemberId, *, everybody: bool) -> bool:
    role = allowed.standing.role(author, at.past)
    return role is Role.HOST or (everybody and role is not Role.GUEST)


def an_invite_lets_in_as_many_as_it_says(
    allowed: "Allowed", at: Placed, invite: OpId, device: DeviceId
) -> bool:
    """As far as the author knew. Who was let in once takes no second place."""
    standing, taken = allowed.standing, at.past & ~allowed.standing.void(at.past)
    if (standing.users.get(invite, 0) & taken).bit_count() < standing.uses[invite]:
        return True
    came = {a.device for a in standing.admitted.get(invite, ()) if taken >> a.at.index & 1}
    return device in came or len(came) < standing.uses[invite]


def an_admission_is_signed_by_all_three(circle: bytes, act: Admit) -> bool:
    """The invite, the new member and the new device each signed this very request."""
    keys = act.keys
    signed = request_message(circle, act.invite, keys, act.nonce)
    return (
        a_device_is_certified_by_its_member(keys)
        and verify(act.invite, JOIN, signed, act.by_invite)
        and verify(keys.member, JOIN, signed, act.by_member)
        and verify(keys.device, JOIN, signed, act.by_device)
    )


def request_message(circle: bytes, invite: bytes, keys: DeviceKeys, nonce: bytes) -> bytes:
    """What a newcomer signs thrice: the circle, the invite, all public keys, a nonce of theirs."""
    return circle + invite + keys.certified() + nonce


def who_went_comes_back_with_new_keys_only(
    allowed: "Allowed", at: Placed, keys: DeviceKeys
) -> bool:
    """Keys that came before are a member's still, or wait for a place: the same once more.

    Nobody comes in as somebody who has been in, by another device.
    """
    standing, device = allowed.standing, DeviceId(keys.device)
    came = [a for a in standing.arrivals.get(device, ()) if at.past >> a.at.index & 1]
    others = [
        a for other in standing.devices.get(MemberId(keys.member), ()) if other != device
        for a in standing.arrivals[other]
        if a.member == keys.member and at.past >> a.at.index & 1
    ]  # fmt: skip
    if others or any(one.member != keys.member for one in came):
        return False
    if not came:
        return True
    return standing.member(device, at.past) is not None or standing.waits(device, at.past)


def roles_are_given_by_hosts_to_their_juniors(
    allowed: "Allowed", at: Placed, author: MemberId, whom: MemberId, role: Role
) -> bool:
    """To whoever is no host, to hosts appointed later, and to oneself; never to the founder."""
    standing, past = allowed.standing, at.past
    if not standing.is_member(whom, past) or whom == standing.first(past):
        return False
    appointed = standing.appointment(whom, past)
    has = standing.role(whom, past)
    if has is role and (appointed is not None or role is Role.MEMBER):
        return False  # or who is host already could be made a junior one
    mine = standing.role(author, past) is Role.HOST
    return mine and (author == whom or standing.may_remove(author, whom, past))


def removals_are_by_hosts_and_moderators_of_their_juniors(
    allowed: "Allowed", at: Placed, author: MemberId, whom: MemberId
) -> bool:
    """Only a host removes a moderator, and of two hosts the senior one the other."""
    standing = allowed.standing
    return standing.is_member(whom, at.past) and standing.may_remove(author, whom, at.past)


def the_founder_hands_over_to_a_host(
    allowed: "Allowed", at: Placed, author: MemberId, act: Handover
) -> bool:
    """At once, or by naming an heir, who may then say so alone."""
    standing, to = allowed.standing, MemberId(act.to)
    line = standing.line(at.past)
    if author == to:
        return act.at_once and line.heir == to
    host = standing.is_member(to, at.past) and standing.role(to, at.past) is Role.HOST
    return line.first == author and host


def a_fork_is_two_signed_ops_of_one_place(act: Fork) -> Header | None:
    """Both are signed by one device, for one circle, log and number, and are not the same.

    Gives the header of the first; None where the proof is none.
    """
    try:
        one, other = _read(act.one), _read(act.other)
    except PeerFault:
        return None
    places = {(h.circle, h.device, h.log, h.seq) for h in (one, other)}
    same = op_id(act.one.header) == op_id(act.other.header)
    return one if len(places) == 1 and not same else None


def _read(shown: SignedHeader) -> Header:
    return read_header(shown.header, shown.signature)


def a_grant_is_by_one_who_has_it_to_one_who_may(
    allowed: "Allowed", at: Placed, epoch: EpochId, devices: list[DeviceId]
) -> bool:
    """The epoch is known in the op's past, all named are members there, and the past stays closed.

    Where history is fresh the granter was given the epoch, and nobody gets one from before they
    came.
    """
    standing = allowed.standing
    seen = allowed.epoch(epoch, at.past)
    if seen is None or any(standing.member(device, at.past) is None for device in devices):
        return False
    founding = allowed.founding
    if founding is None or founding.history is History.OPEN:
        return True
    author = DeviceId(at.header.device)
    given = author in seen.members or author == seen.author
    return (given or allowed.was_granted(epoch, author, at.past)) and not any(
        standing.came_by(device, at.past).past >> seen.index & 1 for device in devices
    )


def an_epoch_follows_epochs_of_its_own_past(allowed: "Allowed", at: Placed, act: Epoch) -> bool:
    """Its parents are epochs known in its past, and it is sealed under the first of them.

    Only the first epoch of all follows the root.
    """
    if act.parents[0] != at.header.epoch:
        return False
    if act.parents == [ZERO]:
        return not any(at.past >> seen.index & 1 for seen in allowed.epochs.values())
    return all(allowed.epoch(EpochId(parent), at.past) is not None for parent in act.parents)


def a_link_is_by_the_maker_of_its_epoch(allowed: "Allowed", at: Placed, act: Link) -> bool:
    """It is sealed under the epoch it speaks of, by who made that, and names its parents only."""
    seen = allowed.epoch(EpochId(act.epoch), at.past)
    return (
        seen is not None
        and seen.author == at.header.device
        and at.header.epoch == act.epoch
        and {p.epoch for p in act.parents} <= set(seen.act.parents)
    )
