"""An act of ours becomes an op: rules, numbering, signing, sealing, keeping; all in one change.

Authority ops are signed at once. Words stay unsent, on this computer only, until somebody is there
to take them; then they are numbered in writing order (protocol, section 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app import epochs
from app.circle import acts
from app.circle.acts import Act, Writing
from app.circle.state import CircleState
from app.refused import Refused, Why
from app.room import Change, Room
from app.store import ops
from app.store.keeping import NewPost
from app.store.ops import NewOp, OpState
from app.store.views import Unsent
from p2p.envelope import envelope_id, seal
from p2p.errors import OurFault
from p2p.ids import ZERO, CircleId, DeviceId, EpochId, MemberId, OpId, PostId
from p2p.log import heads_to_name
from p2p.op import (
    AUTHORITY_HEADS_LIMIT,
    HEADS_LIMIT,
    Header,
    Kind,
    Log,
    SignedOp,
    payload_hash,
    post_id,
    sign_op,
)

SALT = 16  # bytes
MAX_BATCH = 500  # words signed in one transaction
JUST_MADE = 2  # ops that an epoch can't know of: its own and the link
NO_KEYS = (
    "This computer has none of the keys that the circle uses now, so nothing was done. They come"
    " once somebody of the circle is here."
)


class Outbox:
    """Writes the ops of this device in one circle."""

    def __init__(self, room: Room) -> None:
        """All writes go to this room."""
        self._room = room

    # -- authority -----------------------------------------------------------------------------

    @property
    def mute(self) -> bool:
        """Whether no secret is here that a new epoch could follow, while the circle has some.

        So it is for whoever was let in under an epoch that was taken back, until they are granted
        another one. What they sealed under one of their own nobody else could ever open.
        """
        ledger = self._room.ledger
        return bool(ledger.view.epochs) and not epochs.tips(ledger.view, ledger.keyring)

    def act(self, change: Change, kind: Kind, act: Act) -> OpId:
        """Sign and keep an authority act under the epoch to use now, made anew where none is.

        `Refused` while `mute`.
        """
        if self.mute:
            raise Refused(Why.NOT_ALLOWED, NO_KEYS)
        return self._authority(change, kind, act, self.epoch(change)).op_id

    def epoch(self, change: Change) -> EpochId:
        """The epoch to seal under: every holder is a member. Makes the next one where none is.

        A new one names a few heads only. Where there are more, it does not know all that we know,
        and is no better than the one before; the next follows it and some of those left.
        """
        ledger = self._room.ledger
        left = None
        while (found := epochs.usable(ledger.view, ledger.keyring)) is None:
            made = self.new_epoch(change)
            placed = ledger.view.at.get(OpId(made))
            if placed is None:
                return made  # it follows an act of ours that came back before what that names
            still = (ledger.view.everything & ~placed.past).bit_count()
            if still <= JUST_MADE or (left is not None and still >= left):
                return made
            left = still
        return found

    @property
    def may_renew(self) -> bool:
        """Whether the epoch to seal under is to be followed: it is old, or leaves one out."""
        room, ledger = self._room, self._room.ledger
        found = epochs.usable(ledger.view, ledger.keyring)
        member = room.row.state is CircleState.MEMBER and ledger.device in ledger.view.devices()
        if found is None or not member:
            return False
        old = epochs.is_old(ledger.view, found, room.clock.hour())
        return old or epochs.leaves_out(ledger.view, ledger.keyring, found)

    def tie(self) -> bool:
        """Where the epoch to seal under leaves one out that its maker knew of, follow our own.

        True: it is another's, who may be away for long, so one of us has to; `renew`, in a while.
        """
        ledger = self._room.ledger
        found = epochs.usable(ledger.view, ledger.keyring)
        if found is None or not epochs.leaves_out(ledger.view, ledger.keyring, found):
            return False
        if ledger.view.epochs[found].author != ledger.device:
            return True
        with self._room.change() as change:
            self.new_epoch(change)
        return False

    def renew(self) -> bool:
        """Make the next epoch where one is due. False: somebody else has, meanwhile."""
        if not self.may_renew:
            return False
        with self._room.change() as change:
            self.new_epoch(change)
        return True

    def new_epoch(self, change: Change) -> EpochId:
        """Fresh secrets after all epochs held here, and the link back."""
        ledger = self._room.ledger
        act, words, authority = epochs.make(ledger.view, ledger.keyring, self._room.entropy)
        made = self._authority(change, Kind.EPOCH, act, EpochId(act.parents[0]))
        epoch = EpochId(made.op_id)
        ledger.learn(epoch, words, authority)
        way_back = epochs.link(ledger.view, ledger.keyring, epoch, act.parents)
        self._authority(change, Kind.LINK, way_back, epoch)
        change.epochs = True
        return epoch

    def founding(self, change: Change, op: SignedOp) -> None:
        """Keep the founding op, which was signed before the circle had an id."""
        self._keep_authority(change, op)

    def _authority(self, change: Change, kind: Kind, act: Act, epoch: EpochId) -> SignedOp:
        room = self._room
        draft = _Draft(
            Log.AUTHORITY, kind, acts.encode(act), epoch, room.clock.hour(), room.clock.now()
        )
        device = room.ledger.device
        place = ops.next_place(room.db, room.row.circle_no, Log.AUTHORITY, device)
        op = self._sign(draft, place, self._authority_heads())
        self._keep_authority(change, op)
        return op

    def _keep_authority(self, change: Change, op: SignedOp) -> None:
        self._keep([op], OpState.PENDING, change)
        self._room.ledger.add(op)
        self._room.ledger.refold()
        change.people = True

    # -- words ---------------------------------------------------------------------------------

    def write(self, change: Change, writing: Writing) -> PostId:
        """Keep a post that is on this computer only."""
        room = self._room
        now = room.clock.now()
        name = post_id(room.ledger.me, writing.nonce)
        unsent = NewPost(name, room.ledger.me, writing, now, payload=acts.encode(writing))
        room.posts.add([unsent], now)
        change.arrived[name] = None
        if writing.thread:
            change.touched[writing.thread] = None
        return name

    def sign_waiting(self, latest_hour: int) -> None:
        """Number, sign, seal and keep all unsent words; they are handed over after the commit."""
        room = self._room
        if self.mute:
            return
        while waiting := room.posts.unsent()[:MAX_BATCH]:
            with room.change() as change:
                epoch = self.epoch(change)
                hour = min(room.clock.hour(), latest_hour)
                self._send(change, waiting, epoch, hour)

    def _send(self, change: Change, waiting: Sequence[Unsent], epoch: EpochId, hour: int) -> None:
        room = self._room
        device = room.ledger.device
        # The first of them names what was seen; the others have it in their past by that.
        seen = ops.words_heads(room.db, room.row.circle_no, device, HEADS_LIMIT)
        place = ops.next_place(room.db, room.row.circle_no, Log.WORDS, device)
        heads = self._authority_heads()
        signed: list[SignedOp] = []
        for unsent in waiting:
            kind = Kind.REPLY if unsent.reply else Kind.POST
            draft = _Draft(Log.WORDS, kind, unsent.payload, epoch, hour, unsent.written_at)
            op = self._sign(draft, place, heads, seen if not signed else ())
            place = op.header.seq + 1, op.op_id
            signed.append(op)
        numbers = self._keep(signed, OpState.ACCEPTED, change)
        for unsent, op_no in zip(waiting, numbers, strict=True):
            room.posts.signed(unsent.post_no, op_no)
            change.touched[unsent.post] = None

    # -- both ----------------------------------------------------------------------------------

    def _sign(
        self, draft: "_Draft", place: tuple[int, OpId | None], heads: tuple[OpId, ...],
        words_seen: tuple[OpId, ...] = (),
    ) -> SignedOp:  # fmt: skip
        room = self._room
        seq, prev = place
        salt = room.entropy(SALT)
        payload = draft.payload
        header = Header(
            version=1, circle=room.row.circle, device=room.ledger.device, log=draft.log, seq=seq,
            prev=prev if prev is not None else OpId(ZERO), heads=words_seen, authority_heads=heads,
            epoch=draft.epoch, hour=draft.hour, kind=int(draft.kind),
            payload_hash=payload_hash(salt, payload), payload_size=len(payload),
            written_at=draft.written_at,
        )  # fmt: skip
        return sign_op(room.row.device_seed, header, salt, payload)

    def _authority_heads(self) -> tuple[OpId, ...]:
        """At most four heads; one of them always leads to our own admission."""
        view = self._room.ledger.view
        if view.order is None:
            return ()
        heads = heads_to_name(view.order)
        device = self._room.ledger.device
        if view.may_write(device, heads, 0) or device not in view.admitted_by:
            return heads
        return (*heads[: AUTHORITY_HEADS_LIMIT - 1], view.admitted_by[device])

    def say_name(self) -> None:
        """Tell what we are called, where nobody was told yet: a newcomer owes it."""
        myself = self._room.ledger.myself()
        if myself is not None and not myself.name and not self.mute:
            with self._room.change() as change:
                self.act(change, Kind.PROFILE, acts.Profile(self._room.row.display_name))

    def leave(self, change: Change) -> None:
        """Go: the last act of all our devices, with cuts at what was said until now."""
        goodbye = acts.Leave(self._cuts(self._room.ledger.me))
        self._authority(change, Kind.LEAVE, goodbye, self.epoch(change))  # also while mute

    def remove(self, change: Change, member: MemberId, reason: str) -> None:
        """Remove somebody: all that is here of them counts, nothing beyond; fresh keys at once.

        Sealed under an epoch that they still read, so that they can learn of it.
        """
        act = acts.Remove(member, reason, self._cuts(member))
        self.act(change, Kind.REMOVE, act)
        self.new_epoch(change)

    def _cuts(self, member: MemberId) -> list[acts.Cut]:
        """All that is here of a member's logs."""
        room = self._room
        person = room.ledger.view.people.get(member)
        cuts = []
        for device in person.devices if person is not None else ():
            for log in (Log.AUTHORITY, Log.WORDS):
                seq, op = ops.next_place(room.db, room.row.circle_no, log, device)
                if op is not None:
                    cuts.append(acts.Cut(device, int(log), seq, op))
        return cuts

    def _keep(self, signed: Sequence[SignedOp], state: OpState, change: Change) -> range:
        room = self._room
        new: list[NewOp] = []
        for op in signed:
            secrets = room.ledger.keyring.get(op.header.epoch)
            keys = secrets.keys(op.header.log) if secrets is not None else None
            if keys is None:
                raise OurFault("sealing without the secret")
            envelope = seal(op, keys)
            name = envelope_id(envelope)
            if op.header.log is Log.WORDS:
                change.words.append(name)
                change.envelopes[name] = envelope
            else:
                change.authority.append(name)
            new.append(NewOp(op, name, state))
        return ops.insert(room.db, room.row.circle_no, new, room.clock.now())


@dataclass(frozen=True, slots=True)
class _Draft:
    """What an op will say; its place in the log comes with signing."""

    log: Log
    kind: Kind
    payload: bytes
    epoch: EpochId
    hour: int
    written_at: int


def found(
    entropy_salt: bytes, device_seed: bytes, act: acts.Founding, hour: int, now: int
) -> SignedOp:
    """The signed founding op; its id is the circle's."""
    payload = acts.encode(act)
    header = Header(
        version=1, circle=CircleId(ZERO), device=DeviceId(act.keys.device), log=Log.AUTHORITY,
        seq=0, prev=OpId(ZERO), heads=(), authority_heads=(), epoch=EpochId(ZERO), hour=hour,
        kind=int(Kind.FOUNDING), payload_hash=payload_hash(entropy_salt, payload),
        payload_size=len(payload), written_at=now,
    )  # fmt: skip
    return sign_op(device_seed, header, entropy_salt, payload)
