"""An op of theirs becomes an act: open, check, keep, judge, show; all in one change.

A broken rule is a `PeerFault` and undoes the whole batch. What cannot be opened yet is given back
(authority) or set aside in a bounded quarantine (words). What names a past that is not here is
kept as pending and judged again when more has come. This is the door, and the way of authority ops;
the way of words is `app.words_in`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from app import epochs, lapsing
from app.circle import acts, rules
from app.circle.retention import NOTHING
from app.circle.state import CircleState
from app.opening import Opening
from app.room import Change, Room
from app.store import circles, frontier, ops, quarantine
from app.store.circles import MyRemoval
from app.store.ops import Held, NewOp, OpState
from app.verdicts import Standing, standing
from app.words_in import FEW, WordsIn
from p2p.arriving import by_id
from p2p.envelope import peek
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EnvelopeId, EpochId, MemberId
from p2p.op import Kind, Log, SignedOp, payload_hash, read_header, verify_signature
from p2p.ports import TakenIn
from p2p.wire import Chain, Removed


def _nothing() -> None:
    """Nobody to tell."""


class Inbox:
    """Takes envelopes into one circle."""

    def __init__(self, room: Room) -> None:
        """All goes into this room."""
        self._room = room
        self._opening = Opening(room.ledger, room.row.circle)
        self._words = WordsIn(room, self._opening)
        self._lapsed = NOTHING  # the hour up to which nothing here has its payload
        self.words_stay: Callable[[], None] = _nothing  # told where fewer lapse than did here

    def take_in(self, log: Log, envelopes: Mapping[EnvelopeId, bytes]) -> TakenIn:
        """See `p2p.ports.Shelf.take_in`."""
        # Before anything is begun that would have to be undone.
        seen = {name: peek(envelope) for name, envelope in envelopes.items()}
        if any(one.envelope_class is not log for one in seen.values()):
            raise PeerFault("an envelope in the wrong log")
        others = [name for name in envelopes if name not in self._room.fresh]
        # Of many that were asked for hardly one is here, and those that are show by their places.
        many = log is Log.WORDS and len(envelopes) > FEW
        ask = ops.apart if many else ops.held
        known = ask(self._room.db, self._room.row.circle_no, others) if others else ()
        fresh = {name: envelopes[name] for name in others if name not in known}
        if not fresh:
            return TakenIn()
        if log is Log.WORDS:
            with self._room.change(from_peer=log) as change:
                holes = self._words.take(change, fresh, seen)
            return TakenIn(tuple(change.words), holes=tuple(holes), authors=frozenset(change.held))
        with self._room.change(from_peer=log) as change:
            waiting = self._room.ledger.view.waiting
            learned, closed = self._open_all(change, fresh)
            lacking = not self._room.ledger.view.waiting <= waiting
        return TakenIn(tuple(change.authority), tuple(closed.values()), learned, lacking=lacking)

    def lapse(self) -> bool:
        """Take their payload from some of the words that have lapsed; whether there are more.

        Then it is in no file of ours any more. `Refused` where the store refuses.
        """
        room, more = self._room, False
        until = lapsing.until(room)
        if until < self._lapsed:  # others may have them whole, and were not believed before
            self.words_stay()
        self._lapsed = min(self._lapsed, until)
        if until != self._lapsed:
            with room.change() as change:
                more = self._words.lapse(change, (self._lapsed, until))
            self._lapsed = self._lapsed if more else until
        if room.unfolded and not more and room.ledger.view.strips:
            room.db.fold()
            room.unfolded = False
        return more

    def take_chain(self, chain: Chain, vouched: Callable[[], bool]) -> None:
        """Authority ops from somebody unknown; kept only if they make that somebody known."""
        named = by_id(chain.envelopes)
        if any(peek(envelope).envelope_class is not Log.AUTHORITY for envelope in chain.envelopes):
            raise PeerFault("an envelope in the wrong log")
        known = ops.held(self._room.db, self._room.row.circle_no, named)
        fresh = {name: e for name, e in named.items() if name not in known}
        with self._room.change() as change:
            self._learn_keys(chain)
            self._open_all(change, fresh)
            if not vouched():
                raise PeerFault("a chain that leads nowhere")

    def _proves(self, shown: Sequence[bytes]) -> bool:
        """Whether by some authority ops we are out; they are kept then, and else nothing is."""
        named = by_id(shown)
        known = ops.held(self._room.db, self._room.row.circle_no, named)
        fresh = {name: e for name, e in named.items() if name not in known}
        if not fresh or any(peek(e).envelope_class is not Log.AUTHORITY for e in fresh.values()):
            return False
        with suppress(PeerFault), self._room.change() as change:
            self._open_all(change, fresh)
            if self._room.row.state is not CircleState.REMOVED:
                raise PeerFault("acts by which nobody is out")
            return True
        return False

    def _learn_keys(self, chain: Chain) -> None:
        """Whoever shows a chain may have come in under an epoch that was missed here."""
        room = self._room
        seeds = [seed for _, seed in circles.seal_seeds(room.db, room.row.circle_no)]
        for key in chain.keys:
            secret = epochs.open_chain_key(room.row.circle, key, room.ledger.device, seeds)
            if secret is not None:
                room.ledger.learn_granted(EpochId(key.epoch), None, secret)

    def take_farewell(self, told: Removed) -> None:
        """The removal of ourselves, or that we forked, from somebody who talks to us no more.

        Whoever is out is shown that and little else. What they are shown of its past decides,
        together with all that is here; where that is not enough it is believed of whoever may
        remove us as far as is known. A fork is proven by our own two signatures, whoever shows it.
        `PeerFault` where it is none.
        """
        room, ledger = self._room, self._room.ledger
        header = read_header(told.header, told.signature)
        by = ledger.view.owner.get(header.device)
        act = acts.decode(header.kind, told.payload)
        if payload_hash(told.salt, told.payload) != header.payload_hash:
            raise PeerFault("a farewell of another op")
        if header.circle != room.row.circle:
            raise PeerFault("a farewell from another circle")
        match act:
            case acts.Fork() if self._forked_by(act):
                by, reason, may = ledger.me, "", True
            case acts.Remove(member=member, reason=reason) if member == ledger.me:
                if room.row.state is CircleState.LEFT:
                    return  # they know that we are out, and who left has left
                may = by is not None and ledger.view.may_remove(by, ledger.me)
            case acts.Leave() if by == ledger.me:
                return  # they know that we left
            case _:
                raise PeerFault("a farewell to somebody else")
        if self._proves(told.acts):
            return
        self._contest(by)
        if by is None or not may:
            raise PeerFault("a farewell by nobody who may")
        with room.change() as change:
            ledger.shown = MyRemoval(by, reason, header.written_at)
            ledger.touched = True
            circles.keep_removal(room.db, room.row.circle_no, ledger.shown)
            change.people = change.circle = True
            self._stay_or_go(change)

    def _forked_by(self, act: acts.Fork) -> bool:
        """Whether it was us."""
        header = rules.a_fork_is_two_signed_ops_of_one_place(act)
        room = self._room
        return header is not None and (header.circle, header.device) == (
            room.row.circle, room.ledger.device
        )  # fmt: skip

    def _contest(self, by: MemberId | None) -> None:
        """Whoever removed us is out by what we know: who knows only of ours is shown that."""
        person = self._room.ledger.view.people.get(by) if by is not None else None
        if person is not None and person.removed is not None:
            self._room.contested = person.removed.at.op

    def secret_came(self, change: Change) -> None:
        """More can be opened, by a grant or by a link: look through the quarantine."""
        room = self._room
        opened: dict[EnvelopeId, SignedOp] = {}
        bytes_of: dict[EnvelopeId, bytes] = {}
        done: list[EnvelopeId] = []
        for name, envelope in quarantine.closed(room.db, room.row.circle_no):
            # Whoever brings the secret has no part in a wrong envelope: that is dropped.
            with suppress(PeerFault):
                op = self._opening.open(envelope, peek(envelope))
                if op is None:
                    continue  # no secret fits, or one that is not proven and may be a lie
                opened[name], bytes_of[name] = op, envelope
            done.append(name)
        quarantine.let_out(room.db, room.row.circle_no, done)
        self._words.keep(change, opened, bytes_of)

    def _open_all(
        self, change: Change, waiting: dict[EnvelopeId, bytes]
    ) -> tuple[bool, dict[EnvelopeId, bytes]]:
        """Open what can be opened, and keep and fold what is under epochs that everybody knows of.

        Whether a secret was learned or the epoch of one came, and what stays closed. Acts under an
        epoch whose op is not here with all its past do: nobody can tell who has its secret, so
        others might never open what would stand in our set. Their links are read, though: by these
        a newcomer gets down to the root, and from there everything is proven.
        """
        ever, opened, closed = self._open(waiting)
        ledger, before = self._room.ledger, standing(self._room.ledger.view)
        decided = ledger.decided()
        while fit := [name for name, op in opened.items() if ledger.proven(op.header.epoch)]:
            for name in fit:
                self._keep(change, name, opened.pop(name))
            if opened:
                ledger.refold()
        if change.authority:
            self._settle_authority(change, before)
        ever = ever or ledger.decided() != decided
        if ever:
            self.secret_came(change)
        return ever, closed | {name: waiting[name] for name in opened}

    def _open(
        self, waiting: dict[EnvelopeId, bytes]
    ) -> tuple[bool, dict[EnvelopeId, SignedOp], dict[EnvelopeId, bytes]]:
        """Open again and again while links bring new secrets: whether any did, and both kinds."""
        ever, opened, closed, learned = False, dict[EnvelopeId, SignedOp](), waiting, True
        while learned and closed:
            learned, waiting, closed = False, closed, {}
            for name, envelope in waiting.items():
                op = self._opening.open(envelope, peek(envelope))
                if op is None:
                    closed[name] = envelope
                    continue
                opened[name] = op
                act = acts.decode(op.header.kind, op.payload)
                learned = self._room.ledger.learn_links(act) or learned
            ever = ever or learned
        return ever, opened, closed

    def _keep(self, change: Change, name: EnvelopeId, op: SignedOp) -> None:
        """One authority op. `PeerFault` where it is not what it says."""
        room = self._room
        if op.header.kind == Kind.FOUNDING and bytes(op.op_id) != bytes(room.row.circle):
            raise PeerFault("the founding of another circle")
        if not verify_signature(op):
            raise PeerFault("a signature that is none")
        header = op.header
        here = ops.at_places(
            room.db, room.row.circle_no, Log.AUTHORITY, header.device, [header.seq]
        ).get(header.seq, [])
        for other in here:
            if other.op == op.op_id:
                self._settle_two(change, other, name, op)
                return
        if here:
            frontier.keep_fork(
                room.db, room.row.circle_no, header.device, Log.AUTHORITY, header.seq
            )
            change.forked = True
        ops.insert(
            room.db, room.row.circle_no, [NewOp(op, name, OpState.PENDING)], room.clock.now()
        )
        change.authority.append(name)
        room.ledger.add(op)

    def _settle_two(self, change: Change, held: Held, name: EnvelopeId, op: SignedOp) -> None:
        """Two true signatures of one op: the lower id stays, everywhere (protocol, section 4)."""
        room = self._room
        if name < held.envelope:
            ops.replace(room.db, room.row.circle_no, held, op, name)
            change.authority.append(name)
        ops.bury(room.db, room.row.circle_no, max(name, held.envelope))
        change.judged = True

    def _settle_authority(self, change: Change, before: dict[DeviceId, Standing]) -> None:
        """Fold what came, follow the circle's name, and judge what waited for it."""
        self._room.ledger.refold()
        change.people = True
        change.circle = True
        self.judge_anew(change, before)
        self._stay_or_go(change)

    def judge_anew(self, change: Change, before: dict[DeviceId, Standing]) -> None:
        """The authority changed: what words are worth may be another now."""
        self._words.judge_pending(change)
        self._words.judge_devices(change, before)

    def _stay_or_go(self, change: Change) -> None:
        """Whether we are a member ourselves may be another now."""
        room = self._room
        out = room.ledger.my_removal() is not None
        was, now = CircleState.MEMBER, CircleState.REMOVED
        if not out:
            was, now = now, was
        if room.row.state is was:
            circles.set_state(room.db, room.row.circle_no, now)
            room.read_row()
            change.removed = out
