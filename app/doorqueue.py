"""Who asks to come in where a person decides: kept until then, asked, told, and forgotten.

A request is kept by the homes that it was handed to, of those who may decide. What the newcomer
said is in no op, and gone where somebody decided; elsewhere once they are in (`Room.change`), where
nobody may decide any more, and at last a month after the last knock.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import trio

from app import invite
from app.circle import acts
from app.circle.names import clean, line, one_line
from app.circle.state import AnswerGiven, DoorRequest, VouchMade
from app.circle.view import InviteSeen
from app.events import DoorChanged
from app.refused import Refused, Why
from app.room import Room
from app.store import circles, requests
from app.store.requests import RequestRow, RequestState
from app.store.views import moment
from p2p.ids import DeviceId
from p2p.ports import Answer
from p2p.wire import MAX_NOTE, Questions

BY_PERSON = 4  # a reason of `p2p.wire.Sorry`: somebody has decided so
MOST = 200  # requests open in a circle
MOST_BY_INVITE = 20
MOST_ASKED_BACK = 3
FRESH = 60_000  # ms within which a further knock is not written down
KEPT = 30 * 86_400_000  # ms after the last knock
DAY = 86_400.0  # seconds

log = logging.getLogger("hearthside.door")

_contents = msgspec.msgpack.Decoder(invite.Request)


def hand_in(room: Room, seen: InviteSeen, asked: invite.Request, door: acts.Door) -> Answer:
    """Keep a request that is whole; ask what it lacks. Its signatures have been looked at."""
    device, circle = DeviceId(asked.keys.device), room.row.circle_no
    row = requests.one_request(room.db, circle, device)
    if (decided := declined(room, device)) is not None:
        return decided
    said = {one.question for one in asked.answers}
    wanted = [question for question in door.questions if question not in said]
    if row is not None and row.state is RequestState.ASKED and row.asked not in said:
        wanted.append(row.asked)
    states = door.affiliation and asked.affiliation is None
    if wanted or states:
        return Answer(asks=Questions(wanted, states))
    if row is None and _full(room, seen.invite.key):
        return Answer()
    _keep(room, row, asked)
    return Answer(kept=True)


def declined(room: Room, device: DeviceId) -> Answer | None:
    """What a person said no with, if one has."""
    row = requests.one_request(room.db, room.row.circle_no, device)
    if row is None or row.state is not RequestState.DECLINED:
        return None
    return Answer(refused=BY_PERSON, note=row.note)


def _full(room: Room, key: bytes) -> bool:
    kept = requests.all_requests(room.db, room.row.circle_no)
    is_open = [one for one in kept if one.state is not RequestState.DECLINED]
    return len(is_open) >= MOST or sum(one.invite == key for one in is_open) >= MOST_BY_INVITE


def _keep(room: Room, row: RequestRow | None, asked: invite.Request) -> None:
    now, content = room.clock.now(), msgspec.msgpack.encode(asked)
    if row is not None and row.content == content and row.state is RequestState.OPEN:
        if now - row.last_at < FRESH:
            return
        new = replace(row, last_at=now)
    else:
        device, first = DeviceId(asked.keys.device), row.first_at if row is not None else now
        new = RequestRow(device, asked.invite, content, RequestState.OPEN, "", "", first, now)
    _write(room, new)


def _write(room: Room, row: RequestRow) -> None:
    with room.db.write():
        requests.keep(room.db, room.row.circle_no, row)
    room.say(DoorChanged(circle=room.hex))


# -- deciding --------------------------------------------------------------------------------------


def find(room: Room, request: str) -> RequestRow:
    """A request that is open. `Refused` for another."""
    row = requests.one_request(room.db, room.row.circle_no, bytes.fromhex(request))
    if row is None or row.content is None:
        raise no_such_request()
    return row


def no_such_request() -> Refused:
    """For a request that was decided, or never was."""
    return Refused(
        Why.BAD_REQUEST, "Nobody is asking to come in like this any more. Look at the list again."
    )


def content(row: RequestRow) -> invite.Request:
    """What a newcomer handed in; checked when it came."""
    return _contents.decode(row.content or b"")


def ask_back(room: Room, request: str, question: str) -> None:
    """One thing more, before it is decided: the newcomer is asked at the next knock."""
    if not room.ledger.view.may_admit(room.ledger.me):
        raise Refused(Why.NOT_ALLOWED, "Hosts open the door. Ask one of them.")
    row = find(room, request)
    asked = content(row)
    question = line(question)[:MAX_NOTE]
    known = {one.question for one in asked.answers}
    if not question or question in known:
        raise Refused(Why.BAD_REQUEST, "This was asked already, or nothing is asked. Ask anew.")
    if len(asked.answers) >= invite.MAX_ANSWERS:
        raise Refused(Why.NOT_ALLOWED, "You have asked as often as one may. It's time to decide.")
    _write(room, replace(row, state=RequestState.ASKED, asked=question))


def decline(room: Room, request: str, note: str) -> None:
    """Not this time. What the newcomer said is forgotten, and they are told with the note."""
    device = bytes.fromhex(request)
    waits = room.ledger.view.waits_for_host.get(DeviceId(device))
    if waits is not None:
        now = room.clock.now()
        row = RequestRow(DeviceId(device), b"", None, RequestState.DECLINED, "", "", now, now)
    else:
        row = replace(find(room, request), content=None, asked="", state=RequestState.DECLINED)
    _write(room, replace(row, note=line(note)))


def forget(room: Room, device: DeviceId) -> None:
    """They are in. Inside a change."""
    requests.forget(room.db, room.row.circle_no, device)


async def forget_old(room: Room) -> None:
    """Day by day forget who has not knocked for a month. Until cancelled."""
    while True:
        try:
            with room.db.write():
                before = room.clock.now() - KEPT
                gone = requests.forget_undecided(room.db, room.row.circle_no, before)
            if gone:
                room.say(DoorChanged(circle=room.hex))
        except Refused as refused:  # a full disk; the next day tries again
            log.warning("who has not knocked for long is not forgotten: %s", refused.kind.value)
        await trio.sleep(DAY)


# -- reading ---------------------------------------------------------------------------------------


def count(room: Room) -> int:
    """How many ask to come in; 0 for whom it is not to decide."""
    return sum(1 for _ in _listed(room))


def listed(room: Room) -> list[DoorRequest]:
    """Who asks to come in, as far as it is ours to decide."""
    return list(_listed(room))


def _listed(room: Room) -> Iterator[DoorRequest]:
    view = room.ledger.view
    if not view.may_admit(room.ledger.me):
        return
    kept = requests.all_requests(room.db, room.row.circle_no)
    declined = {row.request for row in kept if row.state is RequestState.DECLINED}
    labels = circles.invite_labels(room.db, room.row.circle_no)
    for row in kept:
        seen = view.invites.get(row.invite)
        if row.content is not None and seen is not None and row.request not in view.owner:
            yield _shown(room, row, seen, labels)
    for device, op in view.waits_for_host.items():
        admit = next((t for t in view.told if t.at.op == op), None)
        if device in declined or admit is None or not isinstance(admit.act, acts.Admit):
            continue
        at = moment(admit.at.header.written_at)
        yield DoorRequest(
            request=device.hex(), display_name="", answers=[], affiliation=None,
            invite=admit.act.invite.hex(), label=one_line(labels.get(admit.act.invite, "")),
            by=admit.by.hex(), by_name=room.ledger.name_of(admit.by),
            vouches=vouches(room, admit.act.invite), since=at, last_knock=at, second_place=True,
        )  # fmt: skip


def _shown(
    room: Room, row: RequestRow, seen: InviteSeen, labels: dict[bytes, str]
) -> DoorRequest:  # fmt: skip
    asked, view = content(row), room.ledger.view
    by = view.owner[seen.author]
    words = vouches(room, row.invite)
    return DoorRequest(
        request=row.request.hex(), display_name=clean(asked.name) or "Someone new",
        answers=[
            AnswerGiven(question=line(one.question), answer=line(one.answer))
            for one in asked.answers
        ],
        affiliation=line(asked.affiliation) if asked.affiliation is not None else None,
        invite=row.invite.hex(), label=one_line(labels.get(row.invite, "")), by=by.hex(),
        by_name=room.ledger.name_of(by), vouches=words, since=moment(row.first_at),
        last_knock=moment(row.last_at), asked=row.asked or None,
        lacks_vouch=bool(view.door and view.door.vouch and not words),
    )  # fmt: skip


def vouches(room: Room, key: bytes) -> list[VouchMade]:
    """Members' words for whoever comes by an invite."""
    return [
        VouchMade(by=by.hex(), by_name=room.ledger.name_of(by), words=line(words))
        for by, words in room.ledger.view.vouches.get(key, ())
    ]
