"""An op of theirs becomes an act: open, check, keep, judge, show; all in one change.

A broken rule is a `PeerFault` and undoes the whole batch. What cannot be opened yet is given back
(authority) or set aside in a bounded quarantine (words). What names a past that is not here is
kept as pending and judged again when more has come.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from app.circle import acts
from app.circle.acts import Writing
from app.room import Change, Room
from app.store import ops
from app.store.ops import OpState
from p2p.envelope import envelope_id, open_, peek
from p2p.errors import PeerFault
from p2p.ids import ZERO, EnvelopeId
from p2p.op import TEXT_LIMIT, Kind, Log, SignedOp, post_id, verify_signature
from p2p.ports import TakenIn

MAX_QUARANTINE = 2000  # envelopes of words under unknown epochs, per circle


class Inbox:
    """Takes envelopes into one circle."""

    def __init__(self, room: Room) -> None:
        """All goes into this room."""
        self._room = room

    def take_in(self, log: Log, envelopes: Sequence[bytes]) -> TakenIn:
        """See `p2p.ports.Shelf.take_in`."""
        named = {envelope_id(e): e for e in envelopes}
        for envelope in envelopes:
            peek(envelope)  # before anything is begun that would have to be undone
        known = ops.held(self._room.db, self._room.row.circle_no, named)
        fresh = {name: e for name, e in named.items() if name not in known}
        if not fresh:
            return TakenIn()
        with self._room.change(from_peer=True) as change:
            learned, closed = self._open_all(change, log, fresh)
            if change.authority:
                self._settle_authority(change)
            if learned:
                self.secret_came(change)
            if log is Log.WORDS:
                self._quarantine(closed)
                closed = {}
        new = tuple(change.authority + change.words)
        return TakenIn(new, tuple(closed.values()), learned)

    def take_chain(self, envelopes: Sequence[bytes], vouched: Callable[[], bool]) -> None:
        """Authority ops from somebody unknown; kept only if they make that somebody known."""
        named = {envelope_id(e): e for e in envelopes}
        for envelope in envelopes:
            peek(envelope)
        known = ops.held(self._room.db, self._room.row.circle_no, named)
        fresh = {name: e for name, e in named.items() if name not in known}
        with self._room.change() as change:
            self._open_all(change, Log.AUTHORITY, fresh)
            if change.authority:
                self._settle_authority(change)
            if not vouched():
                raise PeerFault("a chain that leads nowhere")

    def secret_came(self, change: Change) -> None:
        """More can be opened, by a grant or by a link: look through the quarantine."""
        room = self._room
        rows = room.db.read(
            "SELECT envelope, bytes FROM quarantine WHERE circle_no = ?", (room.row.circle_no,)
        )
        waiting = {EnvelopeId(bytes(name)): bytes(data) for name, data in rows}
        fitting = room.ledger.keyring.fitting
        opened = {n: e for n, e in waiting.items() if any(s.words for s in fitting(e))}
        for name, envelope in opened.items():
            # Whoever brings the secret has no part in a wrong envelope: that is dropped.
            with suppress(PeerFault):
                if self._take(change, Log.WORDS, name, envelope) is None:
                    continue  # the secret that fits is not proven, and may be a lie
            room.db.execute(
                "DELETE FROM quarantine WHERE circle_no = ? AND envelope = ?",
                (room.row.circle_no, name),
            )

    def _open_all(
        self, change: Change, log: Log, waiting: dict[EnvelopeId, bytes]
    ) -> tuple[bool, dict[EnvelopeId, bytes]]:
        """Open what can be opened, again and again while links bring new secrets."""
        ever = False
        while True:
            learned = False
            closed: dict[EnvelopeId, bytes] = {}
            for name, envelope in waiting.items():
                taken = self._take(change, log, name, envelope)
                if taken is None:
                    closed[name] = envelope
                elif taken:
                    learned = True
            ever = ever or learned
            if not learned or not closed:
                return ever, closed
            waiting = closed

    def _take(self, change: Change, log: Log, name: EnvelopeId, envelope: bytes) -> bool | None:
        """One envelope. None: no key opens it; True: it brought a secret."""
        room = self._room
        op = self._opened(log, envelope)
        if op is None:
            return None
        self._check(op)
        if op.stripped:
            return False  # nothing here can tell yet that it was erased; it waits outside the set
        older = ops.envelope_of(room.db, room.row.circle_no, op.op_id)
        if older is not None:
            # Two true signatures of one op: the lower id stays, everywhere (protocol, section 3).
            if name < older:
                ops.replace(room.db, room.row.circle_no, op, name)
                (change.words if log is Log.WORDS else change.authority).append(name)
            ops.bury(room.db, room.row.circle_no, max(name, older))
            return False
        if log is Log.WORDS:
            state = self._judge(op)
            op_no = ops.insert(room.db, room.row.circle_no, op, name, state, room.clock.now())
            change.words.append(name)
            if state is OpState.ACCEPTED and not self._show(change, op, op_no):
                ops.set_state(room.db, room.row.circle_no, [op.op_id], OpState.VOID)
            return False
        ops.insert(room.db, room.row.circle_no, op, name, OpState.PENDING, room.clock.now())
        change.authority.append(name)
        return room.ledger.learn_links(room.ledger.add(op))

    def _opened(self, log: Log, envelope: bytes) -> SignedOp | None:
        """The op in an envelope; None where no key known here fits.

        A fault counts as the sender's only where exactly one proven key fits: a hint can fit by
        chance, and a secret not proven yet may be a lie of somebody else's.
        """
        ledger = self._room.ledger
        fitting = ledger.keyring.fitting(envelope)
        for secrets in fitting:
            keys = secrets.keys(log)
            if keys is None:
                raise PeerFault("an envelope in the wrong log")
            try:
                return open_(envelope, keys)
            except PeerFault:
                if len(fitting) == 1 and secrets.epoch in ledger.view.epochs:
                    raise
        return None

    def _check(self, op: SignedOp) -> None:
        header = op.header
        if header.kind == Kind.FOUNDING:
            if bytes(op.op_id) != bytes(self._room.row.circle):
                raise PeerFault("the founding of another circle")
        elif header.circle != self._room.row.circle or header.circle == ZERO:
            raise PeerFault("an op of another circle")
        if not verify_signature(op):
            raise PeerFault("a signature that is none")

    def _settle_authority(self, change: Change) -> None:
        """Fold what came, follow the circle's name, and judge what waited for it."""
        room = self._room
        room.ledger.refold()
        change.people = True
        change.circle = True
        for op_no, op in ops.pending_words(room.db, room.row.circle_no):
            state = self._judge(op)
            if state is OpState.ACCEPTED and not self._show(change, op, op_no):
                state = OpState.VOID
            if state is not OpState.PENDING:
                ops.set_state(room.db, room.row.circle_no, [op.op_id], state)
        self._take_back(change)

    def _take_back(self, change: Change) -> None:
        """Words beyond the cut of somebody who left, which came here before the leave did."""
        room = self._room
        view = room.ledger.view
        gone = [d for person in view.people.values() if person.left for d in person.devices]
        for device in gone:
            beyond = ops.words_from(room.db, room.row.circle_no, device, view.cuts.get(device, 0))
            ops.set_state(room.db, room.row.circle_no, beyond.values(), OpState.VOID)
            for op_no in beyond:
                change.touched |= dict.fromkeys(room.posts.take_away(op_no))

    def _judge(self, op: SignedOp) -> OpState:
        ledger = self._room.ledger
        if not all(ledger.knows(head) for head in op.header.authority_heads):
            return OpState.PENDING
        # Not void: its admission may be on the way, and no verdict may hang on what came first.
        header = op.header
        if header.device not in ledger.view.owner:
            return OpState.PENDING
        fit = ledger.view.may_write(header.device, header.authority_heads, header.seq)
        return OpState.ACCEPTED if fit else OpState.VOID

    def _show(self, change: Change, op: SignedOp, op_no: int) -> bool:
        """Make the row of a post. False: it says nothing to show, or says it twice."""
        if op.header.kind not in (Kind.POST, Kind.REPLY):
            return True
        writing = acts.decode(op.header.kind, op.payload)
        if not isinstance(writing, Writing) or not _well_made(op.header.kind, writing):
            return False
        room = self._room
        author = room.ledger.view.owner[op.header.device]
        name = post_id(author, writing.nonce)
        later = room.posts.give_way(name, op_no)
        if later is not None:
            ops.set_state(room.db, room.row.circle_no, [later], OpState.VOID)
        if not room.posts.add(
            name,
            author,
            writing,
            written_at=op.header.written_at,
            now=room.clock.now(),
            op_no=op_no,
        ):
            # Unsent here, handed over before this disk was put back: it must not be signed again.
            change.touched[name] = None
            return room.posts.handed_over(name, op_no)
        (change.arrived if later is None else change.touched)[name] = None
        if writing.thread:
            change.touched[writing.thread] = None
        for answer in room.posts.answering(name):
            change.touched[answer] = None
        return True

    def _quarantine(self, closed: dict[EnvelopeId, bytes]) -> None:
        room = self._room
        for name, envelope in closed.items():
            room.db.execute(
                "INSERT OR IGNORE INTO quarantine VALUES (?,?,?)",
                (room.row.circle_no, name, envelope),
            )
        if closed:
            room.db.execute(
                "DELETE FROM quarantine WHERE circle_no = ? AND rowid NOT IN (SELECT rowid FROM"
                " quarantine WHERE circle_no = ? ORDER BY rowid DESC LIMIT ?)",
                (room.row.circle_no, room.row.circle_no, MAX_QUARANTINE),
            )


def _well_made(kind: int, writing: Writing) -> bool:
    """Not too long; a reply names what it answers and its thread, a post neither."""
    if len(writing.body.encode()) > TEXT_LIMIT:
        return False
    named = len(writing.reply_to) == len(writing.thread) == 32  # noqa: PLR2004 - bytes of an id
    if kind == Kind.REPLY:
        return named and writing.kind == "reply"
    return not writing.reply_to and not writing.thread and writing.kind != "reply"
