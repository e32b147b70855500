"""One function per rule of the circle, named as a sentence. Pure: a signature is arithmetic."""

from typing import TYPE_CHECKING

from app.circle.acts import Admit, DeviceKeys, Epoch, Founding, Link
from app.circle.state import History
from p2p.crypto import verify
from p2p.ids import ZERO, DeviceId, EpochId
from p2p.log import Placed

if TYPE_CHECKING:
    from app.circle.fold import Folding, View

CERTIFY = "hearthside/certify/1"
DOOR = "hearthside/door/1"
JOIN = "hearthside/join/1"


def a_device_is_certified_by_its_member(keys: DeviceKeys) -> bool:
    """The member key signed all keys of the device, and the door key agreed."""
    return verify(keys.member, CERTIFY, keys.certified(), keys.certificate) and verify(
        keys.door, DOOR, keys.certified(), keys.by_door
    )


def nobody_takes_anothers_door(view: "View", keys: DeviceKeys) -> bool:
    """A door key belongs to one device for ever."""
    return all(
        device == keys.device or known.door != keys.door
        for person in view.people.values()
        for device, known in person.devices.items()
    )


def only_the_first_op_founds_a_circle(view: "View", at: Placed, act: Founding) -> bool:
    """The founding op has no past, no circle and no epoch, and is signed by the device it names."""
    return (
        view.founding is None
        and at.past == 0
        and at.header.circle == ZERO
        and at.header.epoch == ZERO
        and at.header.device == act.keys.device
        and a_device_is_certified_by_its_member(act.keys)
    )


def only_the_device_itself_renews_its_keys(view: "View", at: Placed, keys: DeviceKeys) -> bool:
    """A device record names its author, stays with its member, and is certified anew."""
    author = DeviceId(at.header.device)
    return (
        keys.device == author
        and view.owner.get(author) == keys.member
        and nobody_takes_anothers_door(view, keys)
        and a_device_is_certified_by_its_member(keys)
    )


def only_those_the_circle_allows_invite(folding: "Folding", at: Placed) -> bool:
    """Hosts invite, or every member where the policy says so."""
    author = DeviceId(at.header.device)
    founding = folding.view.founding
    if founding is not None and founding.invites == "members":
        return folding.was_member(author, at)
    return folding.was_host(author, at)


def only_those_the_circle_allows_admit(folding: "Folding", at: Placed) -> bool:
    """Hosts admit, or every member where the policy says so."""
    author = DeviceId(at.header.device)
    founding = folding.view.founding
    if founding is not None and founding.admits == "members":
        return folding.was_member(author, at)
    return folding.was_host(author, at)


def an_admission_is_signed_by_all_three(view: "View", act: Admit) -> bool:
    """The invite, the new member and the new device each signed this very request."""
    keys = act.keys
    circle = view.founder or ZERO
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


def a_grant_is_by_one_who_has_it_to_one_who_may(
    folding: "Folding", at: Placed, epoch: EpochId, devices: list[DeviceId]
) -> bool:
    """The epoch is known in the op's past, all named are members there, and the past stays closed.

    Where history is fresh the granter was given the epoch, and nobody gets one from before they
    came.
    """
    seen = folding.view.epochs.get(epoch)
    if seen is None or not folding.order.before(seen.index, at):
        return False
    if not all(folding.was_member(device, at) for device in devices):
        return False
    if folding.view.history is History.OPEN:
        return True
    author = DeviceId(at.header.device)
    given = author in seen.members or author == seen.author
    return (given or folding.was_granted(epoch, author, at)) and not any(
        folding.view.in_past_of_admission(epoch, device) for device in devices
    )


def an_epoch_follows_epochs_of_its_own_past(folding: "Folding", at: Placed, act: Epoch) -> bool:
    """Its parents are epochs known in its past, and it is sealed under the first of them.

    Only the first epoch of all follows the root.
    """
    if act.parents[0] != at.header.epoch:
        return False
    epochs = folding.view.epochs
    if act.parents == [ZERO]:
        return not any(folding.order.before(seen.index, at) for seen in epochs.values())
    return all(
        (seen := epochs.get(EpochId(parent))) is not None and folding.order.before(seen.index, at)
        for parent in act.parents
    )


def a_link_is_by_the_maker_of_its_epoch(view: "View", at: Placed, act: Link) -> bool:
    """It is sealed under the epoch it speaks of, by who made that, and names its parents only."""
    seen = view.epochs.get(EpochId(act.epoch))
    return (
        seen is not None
        and seen.author == at.header.device
        and at.header.epoch == act.epoch
        and {p.epoch for p in act.parents} <= set(seen.act.parents)
    )


def nothing_is_said_after_leaving(folding: "Folding", at: Placed) -> bool:
    """What a member signed and did not know of when they left does not count, but the leaving."""
    member = folding.view.owner.get(DeviceId(at.header.device))
    person = folding.view.people.get(member) if member is not None else None
    leaves = [
        leave for device in (person.devices if person is not None else ())
        for leave in folding.leaves.get(device, ())
    ]  # fmt: skip
    # Of two leaves at once neither undoes the other, or who left could come back by a second one.
    if any(leave.op == at.op for leave in leaves):
        return True
    return all(folding.order.before(at.index, leave) for leave in leaves)
