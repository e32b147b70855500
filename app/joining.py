"""Coming in: knock at every known address until somebody opens, or until told to stop.

Each try is a visit: name the invite, get the capsule, hand in the request. What was learned (the
circle's name, more addresses) is kept, so that a restart goes on where it was. The pause between
tries is at most three seconds, because a person is waiting.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
import trio

from app import answering, invite
from app.air import Ending
from app.circle.names import clean, line
from app.circle.state import CircleState, Join, JoinState
from app.doorkeeping import DECLINED, EXPIRED, USED
from app.doorqueue import BY_PERSON
from app.events import JoinChanged, Said, Trouble
from app.founding import Keys
from app.refused import Refused, Why
from app.room import Clock
from app.store import circles, joins
from app.store.db import Database
from app.store.joins import JoinRow
from app.store.views import moment
from p2p.crypto import seal_public
from p2p.door import (
    Asked,
    CapsuleCame,
    LetIn,
    Outcome,
    ParcelsCame,
    PutBy,
    ToldToWait,
    TurnedAway,
    Visit,
)
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream, Host, Unreachable, address_peer
from p2p.mailbox import capability, parcel

log = logging.getLogger("hearthside.join")

FIRST, LONGEST = 0.3, 2.0  # seconds between tries
DECIDING = 10.0  # seconds between them, while a person has the knock before them
ANSWER = 15.0  # seconds a visit may take
OVER = {JoinState.JOINED, JoinState.REFUSED, JoinState.CANCELLED}

ALREADY = 16  # a reason of our own, never on the wire: we are in that circle

_SORRY = {
    ALREADY: "You're already in this circle. Open it.",
    USED: "This invite has already been used. Ask for a new one.",
    EXPIRED: "This invite's time is over. Ask for a new one.",
    DECLINED: "This invite doesn't count any more. Ask whoever gave it to you.",
    BY_PERSON: "A host has decided not to open this time. "
    "What you wrote is forgotten on their computer.",
}


@dataclass(slots=True)
class Joining:
    """One join, running or over."""

    db: Database
    row: JoinRow
    clock: Clock
    say: Callable[[Said], None]
    admitted: Callable[["Joining", invite.Capsule, LetIn, Keys, bytes], None]
    scope: Ending = field(default_factory=Ending)
    _nudge: trio.Event = field(default_factory=trio.Event)
    _tried: bool = False
    _turned_away: TurnedAway | None = None
    _kept: bool = False  # a person has the knock before them

    # -- what it looks like --------------------------------------------------------------------

    @property
    def capsule(self) -> invite.Capsule | None:
        """What the capsule said, once it has come."""
        if self.row.capsule is None:
            return None
        return msgspec.msgpack.decode(self.row.capsule, type=invite.Capsule)

    def seen(self) -> Join:
        """The join as screens and scripts read it."""
        capsule = self.capsule
        return Join(
            join=self.row.join.hex(),
            state=self.row.state,
            circle=self.row.circle.hex() if self.row.circle else None,
            waiting_for=self._sentence(),
            display_name=self.row.display_name,
            circle_name=clean(capsule.name) if capsule else None,
            about=line(capsule.about) if capsule else None,
            inviter=clean(capsule.inviter) if capsule else None,
            since=moment(self.row.made_at),
            promise=[line(one) for one in capsule.promise] if capsule else [],
            questions=[line(one) for one in self.open.questions],
            asks_affiliation=self.open.affiliation,
            asks=self._asks(),
            note=line(self.row.note),
            asks_promise=self.open.promise,
            kept=self.row.state is JoinState.WAITING and self._kept,
        )

    @property
    def open(self) -> answering.Open:
        """What the person has still to say before it goes on."""
        return answering.what_is_open(self.row, self.capsule)

    def _asks(self) -> bool:
        return self.row.state not in OVER and bool(self.open)

    def _sentence(self) -> str:
        capsule = self.capsule
        inviter = clean(capsule.inviter) if capsule else ""
        match self.row.state:
            case JoinState.JOINED:
                return "You're in."
            case JoinState.CANCELLED:
                return "You stopped knocking."
            case JoinState.REFUSED:
                return _SORRY.get(self.row.reason, _SORRY[DECLINED])
            case _ if not self.row.addresses:
                return (
                    "This code alone doesn't say where to knock. Paste the whole link, "
                    "or add an address of somebody in the circle."
                )
            case _ if self._asks():
                return "The circle asks you something first. Nobody is told before you answer."
            case JoinState.WAITING if self._kept:
                return (
                    "Your knock is with a host, who will read it and decide. "
                    "Leave the app open, or come back: you needn't be here together."
                )
            case JoinState.WAITING if capsule is not None:
                return (
                    "Your knock was heard. Somebody who may open the door has to be reached: "
                    f"{inviter}, or another host. Leave the app open."
                )
            case _ if capsule is not None:
                return (
                    f"{inviter} invited you, but can't be reached right now. "
                    "Leave the app open; you'll come in as soon as one of them is here."
                )
            case _ if not self._tried:
                return "Looking for somebody from the circle."
            case _:
                return (
                    "Nobody from the circle can be reached right now. "
                    "Leave the app open; you'll come in as soon as one of them is here."
                )

    def _changed(self) -> None:
        self.row = joins.one_join(self.db, self.row.join) or self.row
        self.say(JoinChanged(join=self.row.join.hex(), now=self.seen()))

    # -- what can be done ----------------------------------------------------------------------

    def add_address(self, address: str) -> None:
        """One more way to try, now."""
        if address not in self.row.addresses:
            with self.db.write():
                joins.set_addresses(self.db, self.row.join_no, [address, *self.row.addresses][:16])
            self._changed()
        self._nudge.set()

    def cancel(self) -> None:
        """Stop knocking, for good."""
        self.finish(JoinState.CANCELLED)
        self.scope.cancel()

    def answer(self, said: answering.Said) -> None:
        """What the person says to what is asked; then knock on. `Refused` if it is not all."""
        told = answering.take(self.row, self.open, said)
        with self.db.write():
            joins.set_told(self.db, self.row.join_no, msgspec.msgpack.encode(told))
        self._changed()
        self._nudge.set()

    def finish(self, state: JoinState, *, reason: int = 0, note: str = "") -> None:
        """It is over."""
        with self.db.write():
            joins.set_state(self.db, self.row.join_no, state, reason=reason, note=note)
        self._changed()

    # -- knocking ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Knock until it is over."""
        said: Why | None = None
        with self.scope:
            while self.row.state not in OVER:
                try:
                    await self._knock_on()
                except Refused as refused:  # a full disk: said once, not at every try
                    if refused.kind is not said:
                        self.say(Trouble(kind=refused.kind.value, message=refused.message))
                    said = refused.kind
                    await trio.sleep(LONGEST)
                except Exception as error:  # noqa: BLE001 - a failed try is not the end of the join
                    log.warning("a join failed for now: %s", type(error).__name__)
                    await trio.sleep(LONGEST)

    async def _knock_on(self) -> None:
        assert self.row.door_seed is not None  # noqa: S101 - only a join that is over has none
        host = Host(self.row.door_seed, listen=(), on_stream=_nobody_home)
        async with host.run():
            pause = FIRST
            while self.row.state not in OVER:
                if await self._try_all(host):
                    return
                if self._asks():
                    await self._nudge.wait()  # nothing to say at the door before that
                with trio.move_on_after(pause):
                    await self._nudge.wait()
                    pause = FIRST
                self._nudge = trio.Event()
                pause = min(pause * 2, DECIDING if self._kept else LONGEST)

    async def _try_all(self, host: Host) -> bool:
        """One round over all doors known. True: it is over."""
        doors: dict[bytes, list[str]] = {}
        for address in self.row.addresses:
            door = address_peer(address)
            if door is not None:
                doors.setdefault(door, []).append(address)
        before = (self._tried, self.row.state, self._kept)
        heard = self._kept = False
        for door, addresses in doors.items():
            try:
                with trio.fail_after(ANSWER):
                    stream = await host.open(door, addresses)
                    try:
                        over, waits = await self._visit(stream)
                    finally:
                        await stream.close()
            except (Unreachable, Closed, PeerFault, trio.TooSlowError):
                continue
            if over:
                return True
            heard = heard or waits
        if self._turned_away is not None:  # and nobody else let us in
            away = self._turned_away
            self.finish(JoinState.REFUSED, reason=away.reason, note=away.note)
            return True
        self._tried = True
        now = JoinState.WAITING if heard else JoinState.LOOKING
        if before != (True, now, self._kept):
            with self.db.write():
                joins.set_state(self.db, self.row.join_no, now)
            self._changed()
        return False

    async def _visit(self, stream: FrameStream) -> tuple[bool, bool]:
        """One visit: (it is over, somebody heard the request and can't decide)."""
        row = self.row
        code = invite.Code(row.secret or b"")
        visit = Visit(code.rendezvous)
        await stream.send(visit.knock())
        came = visit.receive(await stream.receive())
        if not isinstance(came, CapsuleCame):
            raise PeerFault("no capsule")
        capsule = invite.open_capsule(code, came.sealed)
        self._learn(capsule)
        known = circles.one_circle(self.db, capsule.circle)
        if known is not None and known.state is CircleState.MEMBER:
            self.finish(JoinState.REFUSED, reason=ALREADY)
            return True, False
        if self._asks():
            return False, False
        keys = Keys(
            row.member_seed or b"",
            row.device_seed or b"",
            row.door_seed or b"",
            row.seal_seed or b"",
        )
        request = invite.make_request(
            code, capsule, row.display_name, keys.public(), (keys.member, keys.device),
            row.nonce or b"", answering.told_so_far(row),
        )  # fmt: skip
        await stream.send(visit.ask(request))
        outcome = visit.receive(await stream.receive())
        if isinstance(outcome, PutBy):
            outcome = await self._look_into(stream, visit, keys)
        match outcome:
            case LetIn() as let_in:
                if self.row.state not in OVER:
                    self.admitted(self, capsule, let_in, keys, stream.peer)
                return True, False
            case TurnedAway() as away:
                self._turned_away = away
                return False, False
            case Asked(questions, affiliation):
                self._asked(questions, affiliation=affiliation)
                return False, True
            case ToldToWait(kept):
                self._kept = self._kept or kept
                return False, True
            case _:
                return False, False

    async def _look_into(self, stream: FrameStream, visit: Visit, keys: Keys) -> Outcome:
        """A mailbox has the request: the answer, if somebody has left one there.

        Several may have, each without knowing of the others: whoever lets us in is heard, else the
        newest. What is no answer hides none.
        """
        tag = capability.tag_first(seal_public(keys.seal), self.row.nonce or b"")
        await stream.send(visit.collect([tag]))
        came = visit.receive(await stream.receive())
        newest: Outcome | None = None
        for sealed in came.parcels if isinstance(came, ParcelsCame) else ():
            frame = parcel.open_([keys.seal], [tag], sealed)
            if frame is None:
                continue
            with suppress(PeerFault):
                outcome = visit.unpacked(frame)
                if isinstance(outcome, LetIn):
                    return outcome
                if isinstance(outcome, (TurnedAway, Asked, ToldToWait)):
                    newest = newest or outcome
        return newest or ToldToWait()

    def _asked(self, questions: Sequence[str], *, affiliation: bool) -> None:
        """Keep what somebody at the door wants to know."""
        asked = msgspec.msgpack.encode(answering.Open(list(questions), affiliation))
        if asked != self.row.asked:
            with self.db.write():
                joins.set_asked(self.db, self.row.join_no, asked)
            self._changed()

    def _learn(self, capsule: invite.Capsule) -> None:
        """Keep what the capsule says, also further addresses."""
        told = msgspec.msgpack.encode(capsule)
        if told == self.row.capsule:
            return
        more = [a for a in capsule.addresses if a not in self.row.addresses]
        with self.db.write():
            joins.set_capsule(self.db, self.row.join_no, told)
            joins.set_addresses(self.db, self.row.join_no, [*self.row.addresses, *more][:16])
        self._changed()


async def _nobody_home(stream: FrameStream) -> None:
    """A newcomer serves nobody."""
    await stream.close()
