"""The door of a circle at a mailbox: invites are shown there, and whoever knocked is judged.

Requests of newcomers are read by whoever may let them in; the answer lies under a tag made from the
request, sealed to who made it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import doorkeeping
from app.outbox import Outbox
from app.refused import Refused
from app.room import Room
from p2p import wire
from p2p.errors import OurFault, PeerFault
from p2p.mailbox import capability, parcel
from p2p.mailbox import wire as box_wire
from p2p.mailbox.caller import Caller

if TYPE_CHECKING:
    from app.boxes.visit import Memory

REQUESTS = 32  # looked at in one visit for each invite
HOURS_SHOWN = 24  # hours after an invite's end in which its bearer is still told so


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be left for somebody who knocked; `marked`: by which it is known again."""

    parcel: box_wire.Parcel
    marked: bytes


async def judge(
    room: Room, outbox: Outbox, caller: Caller, memory: "Memory", box: bytes
) -> list[Reply]:  # fmt: skip
    """Show the capsules of our invites there, and judge who handed in a request.

    The answers are for `reply`, once the acts by which somebody was let in are there, too.
    """
    hour = room.clock.hour()
    open_ = [
        seen.invite for seen in room.ledger.view.invites.values()
        if not seen.withdrawn and seen.invite.expires // 3600 + HOURS_SHOWN > hour
    ]  # fmt: skip
    for one in open_:
        if memory.shown.get(one.rendezvous) != one.capsule:
            until = one.expires // 3600 + HOURS_SHOWN
            await caller.do(box_wire.PutCapsule(one.rendezvous, one.capsule, until))
            memory.shown[one.rendezvous] = one.capsule
    names = [one.rendezvous for one in open_]
    replies: list[Reply] = []
    for start in range(0, len(names), box_wire.MAX_RENDEZVOUS):
        part, after = names[start : start + box_wire.MAX_RENDEZVOUS], 0
        for _ in range(REQUESTS * len(part)):
            answer = await caller.ask(box_wire.Ask(part, after))
            if not isinstance(answer, box_wire.Requests):
                raise PeerFault("an answer to something else")
            if not answer.boxes or answer.last <= after:
                break
            after = answer.last
            for request in answer.boxes:
                replies += _judged(room, outbox, memory, request, box)
    return replies


async def reply(caller: Caller, memory: "Memory", replies: Sequence[Reply]) -> None:
    """Leave the answers for those who knocked."""
    for one in replies:
        await caller.do(box_wire.PutParcels([one.parcel]))
        memory.answered[one.parcel.tag] = one.marked


def _judged(
    room: Room, outbox: Outbox, memory: "Memory", request: bytes, box: bytes
) -> Iterable[Reply]:
    try:
        judged = doorkeeping.by_mailbox(room, outbox, request)
        frame = None if judged is None else _frame(judged, box)
        if judged is None or frame is None:
            return
        tag = capability.tag_first(judged.seal, judged.nonce)
        told = wire.encode(frame)
        marked = told if not isinstance(frame, wire.Welcome) else frame.admit
        if memory.answered.get(tag) != marked:
            yield Reply(box_wire.Parcel(tag, parcel.seal(judged.seal, tag, told)), marked)
    except (PeerFault, OurFault, Refused):
        return  # what a stranger handed in is no fault of the mailbox's


def _frame(judged: "doorkeeping.Judged", box: bytes) -> wire.AnyFrame | None:
    answer = judged.answer
    if answer.admit is not None:
        return wire.Welcome(answer.admit, list(answer.grants)[:2], box)
    if answer.refused:
        return wire.Sorry(answer.refused, answer.note)
    if answer.asks is not None:
        return answer.asks
    return wire.Wait(kept=True) if answer.kept else None
