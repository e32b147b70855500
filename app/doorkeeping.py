"""The door of a circle from inside: who may come in by which invite, and what they are given."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from app import epochs, invite
from app.circle import acts
from app.circle.acts import DeviceKeys
from app.circle.rules import (
    JOIN,
    a_device_is_certified_by_its_member,
    request_message,
)
from app.circle.state import CircleState, History, Role
from app.circle.view import InviteSeen
from app.outbox import Outbox
from app.refused import Refused, Why
from app.room import Change, Room
from p2p.crypto import box, same, seal_public, verify
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EpochId
from p2p.op import Kind
from p2p.ports import Answer
from p2p.wire import MAX_CHAIN_KEYS, Grant

USED, EXPIRED, DECLINED = 1, 2, 3  # reasons of `p2p.wire.Sorry`


def make_invite(
    room: Room, outbox: Outbox, *, uses: int, expires: int, label: str, addresses: Sequence[str]
) -> invite.Code:
    """A new invite, known to the circle at once. `expires`: seconds since 1970.

    `Refused` to a guest: an invite of theirs would let nobody in.
    """
    ledger = room.ledger
    if not ledger.view.may_invite(ledger.me):
        raise Refused(Why.NOT_ALLOWED, "Guests can't invite anybody. Ask a host of the circle to.")
    code = invite.new_code(room.entropy)
    with room.change() as change:
        epoch = outbox.epoch(change)
        secrets = ledger.keyring.get(epoch)
        if secrets is None or secrets.authority is None:
            raise PeerFault("an epoch without its authority secret")
        public = seal_public(invite.request_seed(secrets.authority, code.key))
        capsule = invite.Capsule(
            room.row.circle, room.row.name, room.row.about, ledger.name_of(ledger.me), public,
            list(addresses)[: 2 * invite.MAX_ADDRESSES],
        )  # fmt: skip
        sealed = invite.seal_capsule(code, capsule, room.entropy)
        act = acts.Invite(code.key, code.rendezvous, expires, uses, sealed, public)
        outbox.act(change, Kind.INVITE, act)
        room.db.execute(
            "INSERT INTO invites VALUES (?,?,?,?)",
            (room.row.circle_no, code.key, code.secret, label),
        )
    return code


def capsule(room: Room, rendezvous: bytes) -> bytes | None:
    """The capsule of an invite, also of one that is used up, so that its bearer can be told."""
    if room.row.state is not CircleState.MEMBER:
        return None
    found = None
    view = room.ledger.view
    for seen in (*view.fallen_invites.values(), *view.invites.values()):
        if same(seen.invite.rendezvous, rendezvous):
            found = seen.invite.capsule
    return found


def request(room: Room, outbox: Outbox, data: bytes, door: bytes) -> Answer:
    """Judge a request. Raises `PeerFault` for one that is none."""
    ledger = room.ledger
    seen = ledger.view.invite(invite.invite_of(data))
    if seen is None:
        return Answer()
    asked = _open(room, seen, data)
    keys = asked.keys
    if keys.door != door or not _signed(room, asked):
        raise PeerFault("a request not signed by whom it says")
    device = DeviceId(keys.device)
    admitted = ledger.view.admitted_by.get(device)
    if admitted is not None:
        # The answer was lost on the way: the same keys get the same answer.
        if device not in ledger.view.devices():
            return Answer(refused=DECLINED)
        theirs = epochs.lacking(ledger.view, ledger.keyring, device, frozenset())
        return Answer(admitted, tuple(boxes(room, device, theirs)))
    myself = ledger.myself()
    founding = ledger.view.founding
    if myself is None or founding is None or room.row.state is not CircleState.MEMBER:
        return Answer()
    if founding.admits == "hosts" and myself.role is not Role.HOST:
        return Answer()  # only who may admit may refuse: another's clock could be wrong
    if reason := _refusal(room, seen, keys):
        return Answer(refused=reason)
    box(keys.seal, b"probe", b"")  # a key that is none is found now, not when posts wait for it
    return _admit(room, outbox, seen, asked)


def _refusal(room: Room, seen: InviteSeen, keys: DeviceKeys) -> int:
    """Why an invite lets these keys in no more; 0 where it does."""
    view = room.ledger.view
    inviter = view.person_of(seen.author)
    if inviter is None or inviter.left or seen.withdrawn:
        return DECLINED
    if seen.invite.expires * 1000 < room.clock.now():
        return EXPIRED
    if len(seen.used) >= seen.invite.uses:
        return USED
    if view.has_door(keys) or keys.member in view.people:
        return DECLINED
    return 0


def _open(room: Room, seen: InviteSeen, data: bytes) -> invite.Request:
    order = room.ledger.view.order
    header = next(
        (p.header for p in order.placed if p.op == seen.op), None
    ) if order is not None else None  # fmt: skip
    secrets = room.ledger.keyring.get(header.epoch) if header is not None else None
    if secrets is None or secrets.authority is None:
        raise PeerFault("an invite from an epoch not known here")
    seed = invite.request_seed(secrets.authority, seen.invite.key)
    return invite.open_request(room.row.circle, seed, data)


def _signed(room: Room, asked: invite.Request) -> bool:
    keys = asked.keys
    signed = request_message(room.row.circle, asked.invite, keys, asked.nonce)
    return (
        a_device_is_certified_by_its_member(keys)
        and verify(asked.invite, JOIN, signed, asked.by_invite)
        and verify(keys.member, JOIN, signed, asked.by_member)
        and verify(keys.device, JOIN, signed, asked.by_device)
    )


def _admit(room: Room, outbox: Outbox, seen: InviteSeen, asked: invite.Request) -> Answer:
    act = acts.Admit(
        seen.invite.key, asked.keys, asked.nonce, asked.by_invite, asked.by_member, asked.by_device
    )
    device = DeviceId(asked.keys.device)
    with room.change() as change:
        admitted = outbox.act(change, Kind.ADMIT, act)
        if device not in room.ledger.view.devices():
            raise PeerFault("an admission that has no effect")
        epoch = _opening_epoch(room, outbox, change, device)
    return Answer(admitted, tuple(boxes(room, device, [epoch])))


def _opening_epoch(room: Room, outbox: Outbox, change: Change, device: DeviceId) -> EpochId:
    """The epoch a newcomer begins with: the current one, or where history is fresh a new one."""
    if room.ledger.view.history is History.FRESH:
        return outbox.new_epoch(change)
    epoch = outbox.epoch(change)
    if device not in epochs.holders(room.ledger.view, epoch):
        outbox.act(change, Kind.GRANTED, acts.Granted(epoch, [device]))
    return epoch


def boxes(room: Room, device: DeviceId, wanted: Sequence[EpochId]) -> list[Grant]:
    """Epoch secrets boxed for a member's device."""
    ledger = room.ledger
    keys = ledger.view.devices().get(device)
    if keys is None:
        return []
    granted = []
    for epoch in wanted:
        secrets = ledger.keyring.get(epoch)
        if secrets is not None and secrets.words is not None and secrets.authority is not None:
            with suppress(PeerFault):  # a seal key that is none harms only its owner
                granted.append(
                    epochs.seal_grant(room.row.circle, secrets, ledger.device, device, keys.seal)
                )
    return granted


def chain_keys(room: Room, device: DeviceId, wanted: Iterable[EpochId]) -> list[Grant]:
    """Authority secrets boxed for a member's device, the deepest epochs first."""
    ledger = room.ledger
    keys = ledger.view.devices().get(device)
    boxed: list[Grant] = []
    for epoch in epochs.deepest_first(ledger.view, wanted) if keys is not None else ():
        secrets = ledger.keyring.get(epoch)
        if secrets is None or epoch == epochs.ROOT or keys is None:
            continue
        with suppress(PeerFault):  # a seal key that is none harms only its owner
            key = epochs.seal_chain_key(room.row.circle, secrets, ledger.device, device, keys.seal)
            boxed.append(key)
    return boxed[:MAX_CHAIN_KEYS]
