"""The door of a circle from inside: who may come in by which invite, and what they are given."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app import commands as c
from app import doorqueue, epochs, invite, settings
from app.circle import acts
from app.circle.acts import DeviceKeys
from app.circle.names import line
from app.circle.rules import (
    JOIN,
    a_device_is_certified_by_its_member,
    request_message,
)
from app.circle.state import CircleState, History
from app.circle.view import InviteSeen
from app.events import DoorChanged
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
    room: Room, outbox: Outbox, *, uses: int, expires: int, label: str, addresses: Sequence[str],
    vouch: str = "",
) -> invite.Code:  # fmt: skip
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
        sealed = _capsule(room, code, public, list(addresses)[: 2 * invite.MAX_ADDRESSES])
        act = acts.Invite(code.key, code.rendezvous, expires, uses, sealed, public)
        outbox.act(change, Kind.INVITE, act)
        room.db.execute(
            "INSERT INTO invites VALUES (?,?,?,?)",
            (room.row.circle_no, code.key, code.secret, label),
        )
        if words := line(vouch):
            outbox.act(change, Kind.VOUCH, acts.Vouch(code.key, words))
    return code


def _capsule(room: Room, code: invite.Code, public: bytes, addresses: list[str]) -> bytes:
    """What a newcomer may see before they are in. Long words leave room for fewer addresses."""
    said, ledger = settings.read(room), room.ledger
    while True:
        capsule = invite.Capsule(
            room.row.circle, said.name, said.about, ledger.name_of(ledger.me), public, addresses,
            said.promise, said.questions if said.asks else [], said.asks and said.affiliation,
        )  # fmt: skip
        sealed = invite.seal_capsule(code, capsule, room.entropy)
        if len(sealed) <= invite.MAX_CAPSULE or len(addresses) <= 1:
            return sealed
        addresses = addresses[:-1]


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


@dataclass(frozen=True, slots=True)
class Judged:
    """A request that came by a mailbox: the answer, and what it takes to leave that for them."""

    answer: Answer
    seal: bytes
    nonce: bytes


def request(room: Room, outbox: Outbox, data: bytes, door: bytes) -> Answer:
    """Judge a request. Raises `PeerFault` for one that is none."""
    seen = room.ledger.view.invite(invite.invite_of(data))
    if seen is None:
        return Answer()
    asked = _open(room, seen, data)
    if asked.keys.door != door:
        raise PeerFault("a request by another's door")
    return _judge(room, outbox, seen, asked)


def by_mailbox(room: Room, outbox: Outbox, data: bytes) -> Judged | None:
    """The same for a request that somebody left at a mailbox; None where it is not for us."""
    seen = room.ledger.view.invite(invite.invite_of(data))
    if seen is None:
        return None
    asked = _open(room, seen, data)
    return Judged(_judge(room, outbox, seen, asked), asked.keys.seal, asked.nonce)


def _judge(room: Room, outbox: Outbox, seen: InviteSeen, asked: invite.Request) -> Answer:
    ledger, keys = room.ledger, asked.keys
    if not _signed(room, asked):
        raise PeerFault("a request not signed by whom it says")
    device = DeviceId(keys.device)
    admitted = ledger.view.admitted_by.get(device)
    if admitted is not None:
        # The answer was lost on the way: the same keys get the same answer.
        if device not in ledger.view.devices():
            return Answer(refused=DECLINED)
        theirs = epochs.lacking(ledger.view, ledger.keyring, device, frozenset())
        return Answer(admitted, tuple(boxes(room, device, theirs)))
    if room.row.state is not CircleState.MEMBER or not ledger.view.may_admit(ledger.me):
        return Answer()  # only who may admit may refuse: another's clock could be wrong
    if reason := _refusal(room, seen, keys):
        # Whoever said no may have taken the invite back with it: their note is still told.
        return doorqueue.declined(room, device) or Answer(refused=reason)
    box(keys.seal, b"probe", b"")  # a key that is none is found now, not when posts wait for it
    policy = settings.door_of(room)
    if policy.asks:
        return doorqueue.hand_in(room, seen, asked, policy)
    return _admit(room, outbox, seen, asked)


def decide(room: Room, outbox: Outbox, decision: c.AnswerRequest) -> None:
    """A person lets somebody in or does not. `Refused` where that can't be, with what is so."""
    if not room.ledger.view.may_admit(room.ledger.me):
        raise Refused(Why.NOT_ALLOWED, "Hosts open the door. Ask one of them.")
    device = DeviceId(bytes.fromhex(decision.request))
    if not decision.admit:
        doorqueue.decline(room, decision.request, decision.note)
    elif device in room.ledger.view.waits_for_host:
        _let_in_again(room, outbox, device)
    else:
        _let_in(room, outbox, decision.request)
    room.say(DoorChanged(circle=room.hex))


def _let_in(room: Room, outbox: Outbox, request: str) -> None:
    row = doorqueue.find(room, request)
    seen = room.ledger.view.invite(row.invite)
    asked = doorqueue.content(row)
    if seen is None:
        raise doorqueue.no_such_request()
    # In time is who knocked in time, however long it took to decide.
    if reason := _refusal(room, seen, asked.keys, row.first_at):
        raise Refused(Why.NOT_ALLOWED, _TOO_LATE[reason])
    door = settings.door_of(room)
    if door.asks and door.vouch and not room.ledger.view.vouches.get(row.invite):
        raise Refused(
            Why.NOT_ALLOWED,
            "Nobody has put in a word for this person yet. Any member can, at the invite.",
        )
    _admit(room, outbox, seen, asked)


def _let_in_again(room: Room, outbox: Outbox, device: DeviceId) -> None:
    """A host's second word for who came by an invite that had let in all it may."""
    view = room.ledger.view
    op = view.waits_for_host[device]
    act = next(told.act for told in view.told if told.at.op == op)
    assert isinstance(act, acts.Admit)  # noqa: S101 - nothing else brings anybody by an invite
    with room.change() as change:
        outbox.act(change, Kind.ADMIT, act)
        if device not in room.ledger.view.devices():
            raise Refused(Why.NOT_ALLOWED, "This person can't be let in. Give them a new invite.")
        doorqueue.forget(room, device)
        _opening_epoch(room, outbox, change, device)
        change.circle = True


_TOO_LATE = {
    USED: "The invite this person came by has let in all it may. Give them a new one.",
    EXPIRED: "The invite this person came by was over when they knocked. Give them a new one.",
    DECLINED: "The invite this person came by counts no more. Give them a new one.",
}


def _refusal(room: Room, seen: InviteSeen, keys: DeviceKeys, knocked: int | None = None) -> int:
    """Why an invite lets these keys in no more; 0 where it does. `knocked`: when, in ms."""
    view = room.ledger.view
    inviter = view.person_of(seen.author)
    if inviter is None or inviter.left or seen.withdrawn:
        return DECLINED
    if seen.invite.expires * 1000 < (room.clock.now() if knocked is None else knocked):
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
        doorqueue.forget(room, device)
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


def chain_keys(room: Room, device: DeviceId, wanted: Collection[EpochId]) -> list[Grant]:
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
