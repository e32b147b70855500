"""One conversation between two members' computers about one circle, without a socket or a clock.

Theory of operation. Bytes come in by `receive`, frames go out by `to_send`; what is kept lies
behind the `Shelf`. The one who dialled leads:

    hello -> authority set -> epochs and grants -> settled -> words set -> settled -> cards, live

The leader runs Negentropy over a set, sends what the other lacks, asks for what it lacks itself,
and when all of it has come says `Settled` with a digest keyed by both session nonces. The other
compares with its own: equal, and the next phase begins; different (something new came in
meanwhile, or somebody lies), and the leader goes round again, at most `ROUNDS` times. From `live`
on new envelopes are handed over at once; whatever was kept during the phases before waits in
`_backlog` and is handed over on entering `live`, so nothing falls between two stools.

Authority comes first and completely. Envelopes that no secret opens yet are held back here and
tried again whenever a secret was learned. A broken rule is a `PeerFault`: the caller hangs up (§7).
"""

from collections.abc import Iterable, Sequence

from p2p import wire
from p2p.crypto import digest, same
from p2p.errors import PeerFault
from p2p.granting import Granting
from p2p.happened import Brought, Happened, Met, NewCards, WentLive
from p2p.happened import Phase as Phase  # noqa: PLC0414 - named here for all who ask
from p2p.ids import DeviceId, EnvelopeId, EpochId
from p2p.leading import RECONCILE_LIMIT, Leading, settled
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.patience import Patience
from p2p.ports import Shelf
from p2p.reconcile import ItemVector, respond
from p2p.unopened import Unopened

CLOCKS_APART = 24  # hours by which the other's clock may differ and still be heeded
AHEAD = 1  # hours by which a word may be ahead of their clock
ROUNDS = 6  # how often a set is gone through before what is left is left to the next meeting
BACKLOG = 4096  # ids remembered before live; beyond it another round is asked for


class Conversation:
    """Both roles of the protocol: `leads` is the one who dialled."""

    def __init__(
        self, shelf: Shelf, *, door: bytes, leads: bool, hour: int, nonce: bytes, show_chain: bool
    ) -> None:
        """`door`: the other's key as Noise proved it. `hour`: ours, hours since 1970."""
        self._shelf = shelf
        self._door = door
        self.leads = leads
        self._hour = hour
        self._nonce = nonce
        self._their_nonce = b""
        self._their_hour = hour
        self._their_scope: frozenset[EpochId] | None = None
        self._scope: frozenset[EpochId] = frozenset()
        self.phase = Phase.HELLO
        self.steps = 0  # how often something new came of a frame
        self.device: DeviceId | None = None
        self._out = Outgoing(shelf)
        self._granting = Granting(shelf, self._out)
        self._happened: list[Happened] = []
        self._leading: Leading | None = None
        self._rounds = 0
        self._patience = Patience()
        self._unopened = Unopened(shelf)
        self._backlog: dict[EnvelopeId, Log] = {}
        self._missed = False
        if leads:
            self.device = shelf.device_at(door)
            if self.device is None:
                raise PeerFault("dialled somebody who is no member")
            if show_chain:
                self._out.put(wire.Chain(envelopes=shelf.chain()))
            self._say_hello(self.device)

    # -- what the caller does ------------------------------------------------------------------

    def receive(self, data: bytes) -> None:  # noqa: C901, PLR0912 - one line a frame
        """Take one frame. Raises `PeerFault` where it breaks a rule."""
        frame = wire.decode(data)
        if self.device is None or not self._their_nonce:
            self._before_hello(frame)
            return
        match frame:
            case wire.Beat():
                pass
            case wire.Reconcile(log, message):
                self._on_reconcile(Log(log), message)
            case wire.Envelopes(log, envelopes):
                self._on_envelopes(Log(log), envelopes)
            case wire.Want(log, ids):
                self._on_want(Log(log), [EnvelopeId(i) for i in ids])
            case wire.Gone(_, ids):
                self._came([EnvelopeId(i) for i in ids])
                self._advance()
            case wire.Epochs(ids, answer):
                self._on_epochs(ids, answer=answer)
            case wire.Grants(grants):
                if self._granting.take(grants):
                    self._brought(Log.AUTHORITY, self._unopened.try_again())
            case wire.Ack(epochs):
                self._granting.they_open(epochs)
            case wire.Need(epochs):
                if self._granting.needed(self.device, epochs):
                    self._scope_grew()
            case wire.Settled(log, theirs):
                self._on_settled(Log(log), theirs)
            case wire.Scope(ids):
                self._on_scope(frozenset(EpochId(i) for i in ids))
            case wire.Again():
                if not self.leads:
                    raise PeerFault("the leader was told to lead by the leader")
                self._patience.again()
                self.reconcile()
            case wire.Cards(cards):
                if newer := self._shelf.take_cards(cards):
                    self._happened.append(NewCards(tuple(newer)))
            case _:
                raise PeerFault("a frame out of place")

    def to_send(self, limit: int = wire.BATCH * 2) -> list[bytes]:
        """Frames to send now, about `limit` bytes; call again until it is empty."""
        return self._out.take(limit)

    def happened(self) -> list[Happened]:
        """What has come about since the last call."""
        happened, self._happened = self._happened, []
        return happened

    def announce(self, log: Log, ids: Iterable[EnvelopeId]) -> None:
        """These are newly held here: hand them over, now or on going live."""
        fresh = self._out.unseen(ids)
        if not fresh or self.device is None:
            return
        if self.phase is Phase.LIVE:
            self._out.put_envelopes(log, fresh, live=True)
            return
        if len(self._backlog) + len(fresh) > BACKLOG:
            self._missed = True
            return
        self._backlog.update(dict.fromkeys(fresh, log))

    def offer_epochs(self) -> None:
        """New epochs are known here: grant them before anything sealed in them is sent."""
        if self.device is not None and self._their_nonce and self._granting.offer(self.device):
            self._scope_grew()

    def reconcile(self) -> None:
        """Go through both sets again; the one who answered asks the leader to.

        Before live a round is under way anyway, and its answers would find nobody waiting.
        """
        if self.phase is not Phase.LIVE:
            return
        if self.leads:
            self._rounds = 0
            self._begin(Log.AUTHORITY)
        else:
            self._out.put(wire.Again())

    def rested(self) -> None:
        """A quarter of an hour has passed: what was asked for before is forgiven."""
        self._patience.rested()

    def tell_cards(self, cards: Sequence[wire.Card]) -> None:
        """Hand on address cards."""
        if self.device is not None and self._their_nonce:
            for start in range(0, len(cards), 64):
                self._out.put(wire.Cards(cards=list(cards[start : start + 64])))

    @property
    def crowded(self) -> bool:
        """Whether so much waits to be sent that nothing more should be read for now."""
        return self._out.crowded

    def latest_hour(self, now: int) -> int:
        """The latest hour that a word signed for this meeting may bear (protocol, section 2).

        `now`: our own hour. Of a clock that is days off no notice is taken: it would date our
        words for everybody else.
        """
        apart = self._their_hour - self._hour
        return now + AHEAD + (apart if abs(apart) <= CLOCKS_APART else 0)

    @property
    def may_sign(self) -> bool:
        """Whether words may be numbered now: authority is settled with this one."""
        return self.phase in {
            Phase.SCOPE, Phase.WORDS, Phase.WORDS_SETTLING, Phase.LIVE,
        }  # fmt: skip

    # -- hello ---------------------------------------------------------------------------------

    def _say_hello(self, device: DeviceId) -> None:
        # A liar may have given its last seq of all; a count beyond is no number on this wire.
        most = wire.MAX_SAFE
        authority, words = (min(count, most) for count in self._shelf.held_of(device))
        self._out.put(wire.Hello(wire.VERSION, self._hour, self._nonce, (authority, words)))

    def _before_hello(self, frame: wire.AnyFrame) -> None:
        match frame:
            case wire.Chain(envelopes) if not self.leads and self.device is None:
                if self._shelf.device_at(self._door) is None:
                    self._shelf.take_chain(envelopes, self._door)
            case wire.Hello():
                device = self._shelf.device_at(self._door)
                if device is None:
                    raise PeerFault("hello from nobody known")
                if frame.version != wire.VERSION:
                    raise PeerFault("another version")
                self.device = device
                self._their_nonce = frame.nonce
                self._their_hour = frame.hour
                # If they hold more of my words than I do, this disk was restored: words are
                # numbered only after those have come, or one seq would be given twice.
                self._shelf.claims(device, frame.held[1])
                if not self.leads:
                    self._say_hello(device)
                self._happened.append(Met(device))
                self.phase = Phase.AUTHORITY
                if self.leads:
                    self._begin(Log.AUTHORITY)
            case _:
                raise PeerFault("something else before hello")

    # -- reconciliation ------------------------------------------------------------------------

    def _vector(self, log: Log) -> ItemVector:
        return ItemVector(self._shelf.items(log, self._scope if log is Log.WORDS else None))

    def _begin(self, log: Log) -> None:
        self.phase = Phase.AUTHORITY if log is Log.AUTHORITY else Phase.WORDS
        self._leading = Leading(self._shelf, self._out, log, self._vector(log))

    def _on_reconcile(self, log: Log, message: bytes) -> None:
        self.steps += 1
        if self.leads:
            if self._leading is None:
                raise PeerFault("a reconciliation nobody began")
            self._patience.message(self._leading.size)
            self._leading.receive(log, message)
            self._advance()
            return
        if log is Log.AUTHORITY:
            self.phase = Phase.AUTHORITY
        elif self._their_scope is None:
            raise PeerFault("words before their scope")
        else:
            self.phase = Phase.WORDS
        vector = self._vector(log)
        self._patience.message(len(vector))
        reply = respond(vector, message, RECONCILE_LIMIT)
        self._out.put(wire.Reconcile(log=log, message=reply))

    def _on_want(self, log: Log, ids: list[EnvelopeId]) -> None:
        ids = list(dict.fromkeys(ids))  # who asks for one thing often gets it once
        held = self._shelf.held(log, ids)
        gone = [i for i in ids if i not in held]
        self._out.put_envelopes(log, [i for i in ids if i in held], live=False)
        if gone:
            self._out.put(wire.Gone(log=log, ids=list(gone)))

    def _on_envelopes(self, log: Log, envelopes: Sequence[bytes]) -> None:
        brought = [EnvelopeId(digest("", e)) for e in envelopes]
        self._remember(brought)
        self._came(brought)
        self._brought(log, self._unopened.take_in(log, envelopes))
        self._advance()

    def _brought(self, log: Log, new: tuple[EnvelopeId, ...]) -> None:
        if new:
            self.steps += 1
            self._happened.append(Brought(log, new))

    def _came(self, ids: Iterable[EnvelopeId]) -> None:
        if self._leading is not None:
            self._leading.came(ids)

    def _remember(self, ids: Sequence[EnvelopeId]) -> None:
        self._out.saw(ids)
        for name in ids:
            self._backlog.pop(name, None)

    # -- from phase to phase -------------------------------------------------------------------

    def _advance(self) -> None:
        """The leader goes on once all that was named has come."""
        if self._leading is None or not self._leading.over:
            return
        if self.phase is Phase.AUTHORITY:
            self.phase = Phase.EPOCHS
            self._out.put(wire.Epochs(ids=self._epochs()))
        elif self.phase is Phase.WORDS:
            self.phase = Phase.WORDS_SETTLING
            self._out.put(self._settled(Log.WORDS))

    def _epochs(self) -> list[bytes]:
        """The epochs whose words open here, as many as a frame holds, the newest first."""
        return [bytes(e) for e in self._shelf.epochs()[: wire.MAX_IDS]]

    def _on_epochs(self, theirs: Sequence[bytes], *, answer: bool) -> None:
        if answer != self.leads:
            raise PeerFault("epochs out of turn")
        self._granting.they_open(theirs)
        self.offer_epochs()
        if not self.leads:
            self._out.put(wire.Epochs(ids=self._epochs(), answer=True))
        elif self.phase is Phase.EPOCHS:
            # Their grants came before their list, so what they open is open now.
            self.phase = Phase.AUTHORITY_SETTLING
            self._out.put(self._settled(Log.AUTHORITY))

    def _settled(self, log: Log) -> wire.Settled:
        nonces = (self._nonce, self._their_nonce)
        scope = self._scope if log is Log.WORDS else None
        return settled(self._shelf, log, scope, nonces if self.leads else nonces[::-1])

    def _on_settled(self, log: Log, theirs: bytes) -> None:
        if log is Log.WORDS and self._their_scope is None:
            raise PeerFault("settled before any scope")
        if not self.leads:
            self._patience.settled()
        mine = self._settled(log)
        equal = same(mine.digest, theirs)
        if not self.leads:
            self._out.put(mine)
            if log is Log.WORDS:
                self._rounds += 1
                if equal or self._rounds >= ROUNDS:
                    self._rounds = 0
                    self._go_live(equal=equal)
            elif equal:
                self._shelf.authority_settled()
            return
        expected = Phase.AUTHORITY_SETTLING if log is Log.AUTHORITY else Phase.WORDS_SETTLING
        if self.phase is not expected:
            raise PeerFault("settled out of turn")
        self._rounds += 1
        if not equal and self._rounds < ROUNDS:
            self._begin(log)
        elif log is Log.AUTHORITY:
            self._rounds = 0
            self._shelf.authority_settled()
            self._begin_words()
        else:
            self._go_live(equal=equal)

    def _begin_words(self) -> None:
        self._their_scope = None
        self._say_scope()

    def _say_scope(self) -> None:
        self.phase = Phase.SCOPE
        self._sign()
        self._scope = frozenset(EpochId(e) for e in self._epochs())
        self._out.put(wire.Scope(ids=list(self._scope)))

    def _on_scope(self, theirs: frozenset[EpochId]) -> None:
        if self.leads and self.phase is not Phase.SCOPE:
            raise PeerFault("a scope out of turn")
        self._their_scope = theirs
        if not self.leads:
            self._say_scope()
        self._scope &= theirs
        if self.leads:
            self._begin(Log.WORDS)

    def _scope_grew(self) -> None:
        """They can read words held here that were outside the scope: go round once more."""
        if self.phase is Phase.LIVE:
            self.reconcile()
        else:
            self._missed = self._missed or self.may_sign

    def _sign(self) -> None:
        self._shelf.sign_waiting(self.latest_hour(self._hour))

    def _go_live(self, *, equal: bool) -> None:
        self.offer_epochs()
        self.phase = Phase.LIVE
        self._happened.append(WentLive(equal))
        if self.device is not None:
            # All they hold has come; if not, they claimed what is not, or I may not read it.
            self._shelf.claims(self.device, 0)
            self._sign()
        self.tell_cards(self._shelf.cards())
        for log in (Log.AUTHORITY, Log.WORDS):
            if waiting := [i for i, kept in self._backlog.items() if kept is log]:
                self._out.put_envelopes(log, waiting, live=True)
        self._backlog.clear()
        if self._missed:
            self._missed = False
            self.reconcile()
