"""Words of others become rows: what is authentic is kept, judged and shown, many at a time.

The way of a batch: open what a known secret opens; part what is authentic from what nobody vouches
for yet; settle which envelope of an op stays; link each op to the one before it; judge; keep; show.
Every step is one look-up or one statement for the whole batch, because a hundred thousand posts
come this way when somebody joins. Whatever the order of arrival, the end is the same.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from app import lapsing
from app.chains import Neighbourhood, an_op_follows_the_one_before_it, is_linked
from app.opening import Opening
from app.room import Change, Room
from app.showing import Showing
from app.store import frontier, ops, quarantine, stripped
from app.store.ops import Held, NewOp, OpState
from app.store.parts import parts
from app.verdicts import Standing, Verdicts, standing
from p2p.envelope import Peeked, envelope_id, peek
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EnvelopeId, OpId
from p2p.op import Header, Log, SignedOp, strip, verify_signature
from p2p.ports import Hole

PART = 500  # words that lose their payload in one transaction
FEW = 64  # envelopes at a time up to which what is missing before them is asked for at once

Opened = tuple[EnvelopeId, SignedOp]


class WordsIn:
    """Takes the words of one circle in."""

    def __init__(self, room: Room, opening: Opening) -> None:
        """All goes into this room."""
        self._room = room
        self._opening = opening
        self._showing = Showing(room)

    def take(
        self, change: Change, fresh: dict[EnvelopeId, bytes], seen: dict[EnvelopeId, Peeked]
    ) -> list[Hole]:
        """Take envelopes in; held ones bring nothing. Raises `PeerFault` where one breaks a rule.

        Gives what is missing right before them, where they are few.
        """
        opened: dict[EnvelopeId, SignedOp] = {}
        closed: dict[EnvelopeId, bytes] = {}
        for name, envelope in fresh.items():
            op = self._opening.open(envelope, seen[name])
            if op is None:
                closed[name] = envelope
            else:
                opened[name] = op
        open_ended = self.keep(change, opened, fresh)
        held = ops.held(self._room.db, self._room.row.circle_no, closed) if closed else ()
        self._set_aside((n, envelope, None) for n, envelope in closed.items() if n not in held)
        if not change.words or len(fresh) > FEW:
            return []
        change.envelopes = {name: fresh[name] for name in change.words if name in fresh}
        return frontier.holes_before(self._room.db, self._room.row.circle_no, open_ended)

    def keep(
        self, change: Change, opened: dict[EnvelopeId, SignedOp], bytes_of: dict[EnvelopeId, bytes]
    ) -> list[int]:
        """Keep ops that opened, and those set aside earlier that these vouch for.

        Gives the rows of those right before which something is missing.
        """
        room = self._room
        open_ended: list[int] = []
        while opened := self._in_form(opened, bytes_of):
            around = room.chains.around(list(opened.values()))
            fresh: dict[EnvelopeId, SignedOp] = {}
            better: dict[int, Opened] = {}
            for name, op in opened.items():
                twin = around.twin(op)
                if twin is not None and twin.envelope == name:
                    continue
                if twin is not None:
                    self._settle_two(change, twin, (name, op), better)
                else:
                    fresh[name] = op
            if better:
                change.words += [name for name, _ in better.values()]
                self._exchange(change, better)
            authentic, others = self._part(fresh)
            self._set_aside((name, bytes_of[name], op.op_id) for name, op in others)
            if not authentic:
                break
            open_ended += self._keep_authentic(change, authentic, around)
            before = [op.header.prev for _, op in authentic]
            opened, bytes_of = self._vouched_now(before)
        return open_ended

    def judge_pending(self, change: Change) -> None:
        """The authority grew: some words that waited for it can be judged now."""
        room = self._room
        self._judge(change, dict(ops.pending_words(room.db, room.row.circle_no, room.row.circle)))

    def judge_devices(self, change: Change, before: dict[DeviceId, Standing]) -> None:
        """The authority changed: judge anew the words of every device that stands otherwise now.

        In both directions, because an act that comes later may take back or give back: what words
        are worth hangs on the set of acts and not on which came first.
        """
        room = self._room
        after = standing(room.ledger.view)
        for device in before.keys() | after.keys():
            was, now = before.get(device), after.get(device)
            if was is not None and was != now:
                first = was.counts_from(now)
                rows = ops.words_from(room.db, room.row.circle_no, device, first)
                for part in parts(rows):
                    self._judge(change, {n: ops.one(room.db, room.row.circle, n) for n in part})

    # -- one batch -----------------------------------------------------------------------------

    def _part(self, fresh: dict[EnvelopeId, SignedOp]) -> tuple[list[Opened], list[Opened]]:
        """Authentic ones, each once and in its better envelope; and the others."""
        names = {id(op): name for name, op in fresh.items()}
        authentic, others = self._room.chains.vouched.part(list(fresh.values()))
        best: dict[OpId, Opened] = {}
        for op in authentic:
            mine = names[id(op)], op
            other = best.get(op.op_id)
            if other is not None and op.stripped is other[1].stripped:
                mine, worse = sorted((mine, other), key=_worth)
                ops.bury(self._room.db, self._room.row.circle_no, worse[0])
            elif other is not None:
                joined = lapsing.joined(self._room, op, other[1])
                envelope = lapsing.sealed(self._room, joined)
                mine = (envelope_id(envelope), joined) if envelope is not None else other
            best[op.op_id] = mine
        return list(best.values()), [(names[id(op)], op) for op in others]

    def _keep_authentic(
        self, change: Change, authentic: Sequence[Opened], around: Neighbourhood
    ) -> list[int]:
        """Keep ops; gives the rows of those right before which something is missing."""
        room = self._room
        verdicts = Verdicts(room)
        for name, op in authentic:
            if around.add(op, Held(0, op.op_id, name, OpState.PENDING)):
                self._keep_fork(op.header)
                change.forked = True
        new: list[NewOp] = []
        linked: list[SignedOp] = []
        for name, op in authentic:
            before = around.before(op)
            state = verdicts.of(op.header)
            if state is OpState.ACCEPTED and not an_op_follows_the_one_before_it(op, before):
                state = OpState.VOID
            follows = is_linked(op, before)
            if follows and op.header.seq:
                linked.append(op)
            new.append(NewOp(op, name, state, follows))
        room.chains.vouched.linked(linked)
        numbers = ops.insert(room.db, room.row.circle_no, new, room.clock.now())
        change.words += [one.envelope for one in new]
        change.held.update(one.op.header.device for one in new)
        accepted = [
            (one.op, op_no)
            for one, op_no in zip(new, numbers, strict=True)
            if one.state is OpState.ACCEPTED
        ]
        ops.set_state(room.db, self._showing.show(change, accepted), OpState.VOID)
        behind = {
            held.op_no: held for _, op in authentic for held in around.behind(op) if held.op_no
        }
        self._link(change, behind)
        return [
            op_no
            for one, op_no in zip(new, numbers, strict=True)
            if not one.linked and not around.before(one.op)
        ]

    def _link(self, change: Change, behind: Iterable[int]) -> None:
        """Something came right before these: link them, and see whether they still count."""
        room = self._room
        followers = {n: ops.one(room.db, room.row.circle, n) for n in behind}
        around = room.chains.around(list(followers.values()))
        linked = [n for n, op in followers.items() if is_linked(op, around.before(op))]
        ops.link(room.db, linked)
        room.chains.vouched.linked(followers[n] for n in linked)
        self._judge(change, followers)

    def _judge(self, change: Change, rows: dict[int, SignedOp]) -> None:
        """Judge ops that are here by what is known now; show and take away accordingly."""
        if not rows:
            return
        room = self._room
        worth = self._worth_now(rows)
        states = ops.states(room.db, list(rows))
        gone = [n for n in rows if states[n] is OpState.ACCEPTED is not worth[n]]
        come = [n for n in rows if worth[n] is OpState.ACCEPTED is not states[n]]
        for state in OpState:
            changed = [n for n in rows if worth[n] is state is not states[n]]
            ops.set_state(room.db, changed, state)
            change.judged = change.judged or bool(changed)
        shown = {n: rows[n] for n in come}
        taken = self._showing.take_away(change, gone)
        self._show(change, shown, taken, {rows[n].header.device for n in gone})

    def _show(
        self, change: Change, shown: dict[int, SignedOp], taken: frozenset[bytes],
        of: Iterable[DeviceId],
    ) -> None:  # fmt: skip
        """Show ops that count, and what says the posts `of` some devices that were taken away."""
        room = self._room
        if taken:
            shown |= self._next_in_turn(of, taken)
            ops.set_state(room.db, list(shown), OpState.ACCEPTED)
        void = self._showing.show(change, [(op, n) for n, op in shown.items()])
        ops.set_state(room.db, void, OpState.VOID)

    def _worth_now(self, rows: dict[int, SignedOp]) -> dict[int, OpState]:
        """What ops are worth, apart from whether another says the same post."""
        verdicts = Verdicts(self._room)
        around = self._room.chains.around(list(rows.values()))
        worth: dict[int, OpState] = {}
        for op_no, op in rows.items():
            state = verdicts.of(op.header)
            follows = an_op_follows_the_one_before_it(op, around.before(op))
            worth[op_no] = OpState.VOID if state is OpState.ACCEPTED and not follows else state
        return worth

    def _next_in_turn(
        self, devices: Iterable[DeviceId], posts: frozenset[bytes]
    ) -> dict[int, SignedOp]:
        """Void ops of these devices that say posts which nothing shows any more, and may."""
        room = self._room
        rows = {
            op_no: op
            for op_no in ops.void_words(room.db, room.row.circle_no, devices)
            for op in (ops.one(room.db, room.row.circle, op_no),)
            if self._showing.says(op) in posts
        }
        worth = self._worth_now(rows)
        return {n: op for n, op in rows.items() if worth[n] is OpState.ACCEPTED}

    def _settle_two(
        self, change: Change, twin: Held, new: Opened, better: dict[int, Opened]
    ) -> None:
        """An op that is here has come in another envelope: one of them stays.

        `better`: of those that come with their payload, or without it, what is to be exchanged.
        """
        room = self._room
        held = ops.as_held(room.db, twin.op_no)  # a third may have come in this very batch
        here = better.get(held.op_no) or (
            held.envelope, ops.one(room.db, room.row.circle, held.op_no)
        )  # fmt: skip
        change.judged = True
        if here[1].stripped is not new[1].stripped:
            op = lapsing.joined(room, here[1], new[1])
            envelope = lapsing.sealed(room, op)
            if envelope is not None and envelope_id(envelope) != here[0]:
                better[held.op_no] = envelope_id(envelope), op
            return  # neither is buried: the other may be the better one by and by
        first, second = sorted((here, new), key=_worth)
        if first is new and held.op_no in better:
            better[held.op_no] = new
        elif first is new:
            ops.replace(room.db, room.row.circle_no, held, new[1], new[0])
            change.words.append(new[0])
        ops.bury(room.db, room.row.circle_no, second[0])

    def _exchange(self, change: Change, better: dict[int, Opened]) -> None:
        """Ops that are here lose their payload, or have it again: by row number."""
        room = self._room
        taken = self._showing.take_away(change, list(better))
        for op_no, (name, op) in better.items():
            held = ops.as_held(room.db, op_no)
            ops.replace(room.db, room.row.circle_no, held, op, name)
        rows = {op_no: op for op_no, (_, op) in better.items()}
        worth = self._worth_now(rows)
        for state in OpState:
            ops.set_state(room.db, [n for n in rows if worth[n] is state], state)
        counting = {n: op for n, op in rows.items() if worth[n] is OpState.ACCEPTED}
        self._show(change, counting, taken, {op.header.device for op in rows.values()})
        change.judged = change.stripped = True

    # -- what has lapsed -----------------------------------------------------------------------

    def lapse(self, change: Change, hours: tuple[int, int]) -> bool:
        """Take the payload from words of these hours, from the first, not of it, up to the second.

        Some of them, the oldest first. Whether there may be more.
        """
        room = self._room
        rows = stripped.whole(room.db, room.row.circle_no, hours, PART)
        better: dict[int, Opened] = {}
        for op_no in rows:
            op = strip(ops.one(room.db, room.row.circle, op_no))
            envelope = lapsing.sealed(room, op)
            # Without the secret nobody has it from here, whatever it is called.
            name = envelope_id(envelope) if envelope else ops.as_held(room.db, op_no).envelope
            better[op_no] = name, op
        if better:
            self._exchange(change, better)
        if len(rows) == PART:
            return True
        self._lapse_aside(change)
        return False

    def _lapse_aside(self, change: Change) -> None:
        """What is set aside, opened and vouched for by nobody is set aside anew, without it."""
        room = self._room
        aside = quarantine.opened(room.db, room.row.circle_no)
        until = lapsing.until(room)
        late = {n: envelope for n, envelope in aside if peek(envelope).hour <= until}
        opened: dict[EnvelopeId, SignedOp] = {}
        for name, envelope in late.items():
            # It opened once; were the key known to be another one by now, nobody here is to blame.
            with suppress(PeerFault):
                op = self._opening.open(envelope, peek(envelope))
                if op is not None and not op.stripped:
                    opened[name] = op
        if opened:
            quarantine.let_out(room.db, room.row.circle_no, opened)
            self.keep(change, opened, late)
            change.stripped = True

    def _in_form(
        self, opened: dict[EnvelopeId, SignedOp], bytes_of: dict[EnvelopeId, bytes]
    ) -> dict[EnvelopeId, SignedOp]:
        """Of what came: what has lapsed without its payload; and nothing is without it elsewhere.

        Where nobody ever said how long words stay nothing tells that an op was stripped rightly.
        """
        room = self._room
        strips, lapsed = room.ledger.view.strips, lapsing.until(room)
        found: dict[EnvelopeId, SignedOp] = {}
        for name, op in opened.items():
            if op.stripped and not strips:
                continue
            if op.stripped or op.header.hour > lapsed:
                found[name] = op
                continue
            bare = strip(op)
            envelope = lapsing.sealed(room, bare) or bytes_of[name]
            new = envelope_id(envelope)
            bytes_of[new], found[new] = envelope, bare
        return found

    def _keep_fork(self, header: Header) -> None:
        room = self._room
        frontier.keep_fork(room.db, room.row.circle_no, header.device, Log.WORDS, header.seq)

    # -- set aside -----------------------------------------------------------------------------

    def _set_aside(self, waiting: Iterable[tuple[EnvelopeId, bytes, OpId | None]]) -> None:
        """Keep outside the set what does not open, or what nobody vouches for, up to a limit."""
        room = self._room
        quarantine.set_aside(room.db, room.row.circle_no, list(waiting))

    def _vouched_now(
        self, before: Iterable[OpId]
    ) -> tuple[dict[EnvelopeId, SignedOp], dict[EnvelopeId, bytes]]:
        """Take out of the quarantine what was named just now as the one before an authentic op."""
        room = self._room
        opened: dict[EnvelopeId, SignedOp] = {}
        bytes_of: dict[EnvelopeId, bytes] = {}
        if not quarantine.any_unsigned(room.db, room.row.circle_no):
            return opened, bytes_of
        for name, envelope in quarantine.unsigned(room.db, room.row.circle_no, before):
            op = self._opening.open(envelope, peek(envelope))
            if op is not None and room.chains.vouched.awaits(op):
                opened[name], bytes_of[name] = op, envelope
        quarantine.let_out(room.db, room.row.circle_no, opened)
        return opened, bytes_of


def _worth(named: Opened) -> tuple[bool, EnvelopeId]:
    """Of two envelopes of one op the one with a true signature stays, then the lower id."""
    name, op = named
    return not verify_signature(op), name
