"""One function per rule of the circle, named as a sentence. Pure: a signature is arithmetic."""

from typing import TYPE_CHECKING

from app.circle.acts import Admit, DeviceKeys, Founding
from p2p.crypto import verify
from p2p.ids import ZERO, DeviceId
from p2p.log import Placed

if TYPE_CHECKING:
    from app.circle.fold import Folding, View

CERTIFY = "hearthside/certify/1"
JOIN = "hearthside/join/1"


def a_device_is_certified_by_its_member(keys: DeviceKeys) -> bool:
    """The member key signed all keys of the device."""
    return verify(keys.member, CERTIFY, keys.certified(), keys.certificate)


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
    signed = request_message(circle, keys, act.nonce)
    return (
        a_device_is_certified_by_its_member(keys)
        and verify(act.invite, JOIN, signed, act.by_invite)
        and verify(keys.member, JOIN, signed, act.by_member)
        and verify(keys.device, JOIN, signed, act.by_device)
    )


def request_message(circle: bytes, keys: DeviceKeys, nonce: bytes) -> bytes:
    """What a newcomer signs thrice: the circle, all public keys, and a nonce of their own."""
    return circle + keys.certified() + nonce
