"""One conversation between two members' computers about one circle, without a socket or a clock.

Theory of operation. Bytes come in by `receive`, frames go out by `to_send`; what is kept lies
behind the `Shelf`. The one who dialled leads:

    hello -> authority set -> epochs and grants -> settled -> words set -> settled -> cards, live

The leader runs Negentropy over a set, sends what the other lacks, asks for what it lacks itself,
and when all has come says `Settled` with a digest keyed by both session nonces. The other answers
with its own: equal, and the next phase begins; different, and the leader goes round again, at most
`ROUNDS` times. From `live` on new envelopes are handed over at once, and what came before them.

Authority comes first and completely; envelopes that no secret opens yet are tried again whenever
one was learned. Words come newest first (`Scoping`, `Outgoing`) and are gathered for a moment
(`Arriving`). What the frontiers show to differ after that is asked for log by log (`Repairing`). A
broken rule is a `PeerFault`: the caller hangs up. Source: protocol, section 8.
"""

from collections.abc import Callable, Iterable, Sequence

from p2p import wire
from p2p.again import Again
from p2p.arriving import Arriving, by_id
from p2p.backlog import Backlog
from p2p.catching_up import CatchingUp
from p2p.errors import PeerFault
from p2p.granting import Granting
from p2p.greeting import Greeting
from p2p.happened import Brought, Dismissed, Happened, Met, WentLive
from p2p.happened import Phase as Phase  # noqa: PLC0414 - named here for all who ask
from p2p.hearsay import Hearsay
from p2p.ids import DeviceId, EnvelopeId, EpochId
from p2p.leading import Answered, Leading
from p2p.op import Log
from p2p.outgoing import Outgoing
from p2p.parting import Parting
from p2p.patience import Patience
from p2p.ports import Shelf
from p2p.repairing import Repairing
from p2p.scoping import Scoping
from p2p.settling import Settling
from p2p.unopened import Unopened

FEW = 64  # words at once up to which they are handed on as news


class Conversation:
    """Both roles of the protocol: `leads` is the one who dialled."""

    def __init__(
        self, shelf: Shelf, *, door: bytes, leads: bool, clock: Callable[[], int], nonce: bytes,
        show_chain: bool, turn: CatchingUp | None = None,
    ) -> None:  # fmt: skip
        """`door`: the other's key as Noise proved it. `clock`: our hour since 1970.

        `turn`: who of several conversations catches up; none: every one does.
        """
        self._shelf = shelf
        self._door = door
        self.leads = leads
        self.phase = Phase.HELLO
        self.steps = 0  # how often something new came of a frame
        self.device: DeviceId | None = None
        self.out = Outgoing(shelf)  # whoever moves the frames may have some made ahead
        self._greeting = Greeting(shelf, self.out, clock=clock, nonce=nonce)
        self._granting = Granting(shelf, self.out)
        self._happened: list[Happened] = []
        self._scoping = Scoping(shelf, self.out, lambda: turn is None or turn.take(self))
        self._leading: Leading | None = None
        self._answered = Answered()
        self._settling = Settling(shelf, self._greeting, self._scoping, leads=leads)
        self._patience = Patience(shelf)
        self.hearsay = Hearsay(shelf, self.out, self._patience)
        self._repairing = Repairing(shelf, self.out)
        self._unopened = Unopened(shelf)
        self.arriving = Arriving()  # words that wait for a `flush`
        self._backlog = Backlog()
        self._parting = Parting(shelf, self.out, self._scoping, self._backlog)
        self._again = Again()
        self.behind = False  # much came here by another way, which the other side may lack
        if leads:
            self.device = shelf.device_at(door)
            if self.device is None:
                raise PeerFault("dialled somebody who is no member")
            if show_chain:
                self.out.put(shelf.chain(self.device))
            self._greeting.say(self.device)

    def receive(self, data: bytes) -> None:
        """Take one frame. Raises `PeerFault` where it breaks a rule."""
        frame = wire.decode(data)
        if isinstance(frame, wire.Removed | wire.Waiting) and self.device is not None:
            self._shelf.take_farewell(frame)
            self._happened.append(Dismissed(waits=isinstance(frame, wire.Waiting)))
            return
        if self.device is None or not self._greeting.over:
            self._before_hello(frame)
            return
        self._patience.frame(frame, len(data))
        if not isinstance(frame, wire.Beat | wire.Reconcile | wire.Envelopes | wire.Cards):
            self.flush()  # whatever else is said counts on what was handed over before
        self._heard(frame, self.device)

    def _heard(self, frame: wire.AnyFrame, device: DeviceId) -> None:  # noqa: C901, PLR0912 - one line a frame
        match frame:
            case wire.Beat():
                self._repairing.they_are_silent()
            case wire.Reconcile(log, message):
                self._on_reconcile(Log(log), message)
            case wire.Envelopes(log, envelopes, live):
                self._on_envelopes(Log(log), envelopes, live=live)
            case wire.Want(log, ids, by_list):
                meant = self._answered.meant(Log(log), ids, listed=by_list)
                self._patience.wanted(len(meant))
                self.out.wanted(Log(log), meant)
            case wire.Gone(_, ids):
                self._came([EnvelopeId(i) for i in ids])
                self._advance()
            case wire.Epochs(ids, answer):
                self._on_epochs(ids, answer=answer)
            case wire.Grants(grants):
                if self._granting.take(grants):
                    self._brought(self._unopened.try_again())
            case wire.Ack(epochs):
                self._granting.they_open(epochs)
            case wire.Need(epochs):
                if self._granting.needed(device, epochs):
                    self._once_more()
            case wire.Settled():
                self._on_settled(Log(frame.log), frame)
            case wire.Scope(ids, held):
                self._on_scope(frozenset(EpochId(i) for i in ids), held)
            case wire.Logs(logs):
                self._repairing.told(logs, self._scoping.shared)
            case wire.Ask():
                both_open = self._scoping.shared | self._granting.both_open()
                self._patience.asked(self._repairing.asked(frame, both_open))
            case wire.Again():
                if not self.leads:
                    raise PeerFault("the leader was told to lead by the leader")
                self._patience.again()
                self._on_again()
            case wire.Cards() | wire.Heard() | wire.Holdings():
                self._happened += self.hearsay.take(frame, device)
            case _:
                raise PeerFault("a frame out of place")

    def flush(self, *, live: bool = False) -> None:
        """Take in the words that were gathered. For when no further frame is at hand."""
        if self.arriving:
            words = self.arriving.take()
            taken = self._parting.take_in(words)
            if taken.new:
                self.steps += 1
                news = live or len(words) <= FEW
                self._happened.append(Brought(Log.WORDS, taken.new, news, taken.authors))
            self._came(words)
            self._patience.kept(words, words if self._parting.begun else taken.new)
            for hole in taken.holes if self.phase is Phase.LIVE else ():
                self._repairing.ask_for(hole)
            self._advance()

    def to_send(self, limit: int = wire.BATCH * 2) -> list[bytes]:
        """Frames to send now, about `limit` bytes; call again until it is empty."""
        return self.out.take(limit)

    def happened(self) -> list[Happened]:
        """What has come about since the last call."""
        happened, self._happened = self._happened, []
        return happened

    def announce(self, log: Log, ids: Iterable[EnvelopeId]) -> None:
        """These are newly held here: hand them over, now or on going live."""
        fresh = self.out.unseen(self._parting.without(ids))
        if fresh and self.phase is Phase.LIVE:
            self.out.put_envelopes(log, fresh, live=True)
        elif fresh and self.device is not None:
            self._backlog.add(log, fresh)

    def offer_epochs(self) -> None:
        """New epochs are known here, whoever told: open and grant before what they seal is sent."""
        self._brought(self._unopened.try_again())
        if self.device is not None and self._greeting.over and self._granting.offer(self.device):
            self._once_more()

    def reconcile(self) -> bool:
        """If live, go through both sets again; the answerer asks the leader. Whether it begins."""
        if self.phase is not Phase.LIVE or not self._again.may():
            return False
        if self.leads:
            self._begin(Log.AUTHORITY)
        else:
            self.behind = False
            self._again.asked = True
            self.out.put(wire.Again())
        return True

    def rested(self) -> None:
        """A quarter of an hour has passed: what was asked for before is forgiven."""
        for one in (self._patience, self._repairing, self._granting, self._again, self.hearsay):
            one.rested()

    def tell_cards(self, cards: Sequence[wire.Card]) -> None:
        """Hand on address cards."""
        if self.device is not None and self._greeting.over:
            self.out.put_cards(cards)

    @property
    def has_to_send(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self.out)

    @property
    def due(self) -> bool:
        """Whether the sets have to be gone through again, as soon as that can be."""
        return self.phase is Phase.LIVE and (self._scoping.put_off or self.behind)

    def latest_hour(self) -> int:
        """The latest hour that a word signed for this meeting may bear."""
        return self._greeting.latest_hour()

    @property
    def may_sign(self) -> bool:
        """Whether words may be numbered now: authority is settled with this one."""
        return self.phase.value >= Phase.SCOPE.value

    def _before_hello(self, frame: wire.AnyFrame) -> None:
        match frame:
            case wire.Chain() if not self.leads and self.device is None:
                if self._shelf.device_at(self._door) is None:
                    self._shelf.take_chain(frame, self._door)
            case wire.Hello():
                device = self._shelf.device_at(self._door)
                if device is None:
                    raise PeerFault("hello from nobody known")
                self._greeting.hear(frame, device)
                self.device = device
                if not self.leads:
                    self._greeting.say(device)
                self._happened.append(Met(device))
                self.phase = Phase.AUTHORITY
                if self.leads:
                    self._begin(Log.AUTHORITY)
            case _:
                raise PeerFault("something else before hello")

    def _begin(self, log: Log) -> None:
        self.phase = Phase.AUTHORITY if log is Log.AUTHORITY else Phase.WORDS
        self.behind = self.behind and log is Log.WORDS
        whole = self._settling.rounds == 0 and (log is Log.AUTHORITY or self._scoping.as_many)
        items, gives = self._scoping.items(log), log is Log.WORDS and self._parting.begun
        self._leading = Leading(
            self._shelf, self.out, log, items, whole=whole,
            waits=lambda name: gives or name in self.arriving or name in self._unopened,
        )  # fmt: skip

    def _on_reconcile(self, log: Log, message: bytes) -> None:
        if self.leads:
            if self._leading is None:
                raise PeerFault("a reconciliation nobody began")
            self._patience.message(self._leading.size)
            self._leading.receive(log, message)
            self._advance()
            return
        if log is Log.AUTHORITY:
            self.phase = Phase.AUTHORITY
            self._again.asked = self._scoping.put_off = self.behind = False
        elif self._scoping.theirs is None:
            raise PeerFault("words before their scope")
        else:
            if self.phase is Phase.SCOPE:
                self.flush()  # the newest came before this: named from here, they'd come again
            self.phase = Phase.WORDS
        items = self._scoping.items(log)
        self._patience.message(len(items))
        self.out.put(wire.Reconcile(log=log, message=self._answered.answer(log, items, message)))

    def _on_envelopes(self, log: Log, envelopes: Sequence[bytes], *, live: bool) -> None:
        brought = by_id(envelopes)
        self.out.saw(brought)
        self._backlog.forget(brought)
        if log is Log.WORDS:
            if self.arriving.add(brought) or live:
                self.flush(live=live)
            return
        self.flush()  # by what these decide we may talk no more with whoever brought the words
        self._came(brought)
        new = self._unopened.take_in(brought)
        self._brought(new)
        self._patience.kept(brought, new)
        self._advance()

    def _brought(self, new: tuple[EnvelopeId, ...]) -> None:
        if new:
            self.steps += 1
            self._happened.append(Brought(Log.AUTHORITY, new))
        if self._unopened.lacking():
            self._once_more()  # whoever names a past has it

    def _came(self, ids: Iterable[EnvelopeId]) -> None:
        if self._leading is not None:
            self._leading.came(ids)

    def _advance(self) -> None:
        """The leader goes on once all that was named has come."""
        if self._leading is None or not self._leading.over:
            return
        if self.arriving:
            self.flush()  # which comes back here
        elif self.phase is Phase.AUTHORITY:
            self.phase = Phase.EPOCHS
            self.out.put(wire.Epochs(ids=self._scoping.epochs()))
        elif self.phase is Phase.WORDS:
            self.phase = Phase.WORDS_SETTLING
            self._parting.say()  # who takes it hangs up; who can't yet settles as ever
            self.out.put_behind(lambda: self._settling.mine(Log.WORDS))

    def _on_epochs(self, theirs: Sequence[bytes], *, answer: bool) -> None:
        if answer != self.leads:
            raise PeerFault("epochs out of turn")
        self._granting.they_list(theirs)
        self.offer_epochs()
        if not self.leads:
            self.out.put(wire.Epochs(ids=self._scoping.epochs(), answer=True))
        elif self.phase is Phase.EPOCHS:
            # Their grants came before their list, so what they open is open now.
            self.phase = Phase.AUTHORITY_SETTLING
            self.out.put(self._settling.mine(Log.AUTHORITY))

    def _on_settled(self, log: Log, theirs: wire.Settled) -> None:
        self._settling.expect(theirs)
        if self.leads:
            expected = Phase.AUTHORITY_SETTLING if log is Log.AUTHORITY else Phase.WORDS_SETTLING
            if self.phase is not expected:
                raise PeerFault("settled out of turn")
        else:
            self._patience.settled()
        found = self._settling.compare(log, theirs)
        if not self.leads:
            self.out.put(found.mine)
        if log is Log.AUTHORITY and (found.equal or (self.leads and found.over)):
            self._shelf.authority_settled()
            if self.leads:
                self._settling.rounds = 0
                self._scoping.begin()
                self._say_scope()
        elif log is Log.WORDS and (self._parting.may_end(leads=self.leads) or found.over):
            self._go_live(equal=found.equal)
            if not found.frontiers_equal:
                self._repairing.tell(self._scoping.shared)
        elif self.leads:
            self._begin(log)

    def _say_scope(self) -> None:
        self.phase = Phase.SCOPE
        self._shelf.sign_waiting(self.latest_hour())
        self._scoping.say()

    def _on_scope(self, theirs: frozenset[EpochId], held: int) -> None:
        if self.leads and self.phase is not Phase.SCOPE:
            raise PeerFault("a scope out of turn")
        put_off = self._scoping.hear(theirs, held)
        if put_off or not self.leads:
            self._say_scope()
        if put_off and self.leads:
            return  # they answer with theirs once more
        self._scoping.hand_over_newest()
        if self.leads:
            self._begin(Log.WORDS)

    def _on_again(self) -> None:
        if self.phase is Phase.LIVE:
            self._begin(Log.AUTHORITY)
        else:
            self._backlog.missed = True  # another run follows this one

    def _once_more(self) -> None:
        """More words can be read now, or acts are missing: run again, now or after this one."""
        if self.phase is Phase.LIVE:
            self.reconcile()
        else:
            self._backlog.missed = self._backlog.missed or self.may_sign

    def _go_live(self, *, equal: bool) -> None:
        self._settling.rounds = 0
        self.offer_epochs()
        self.phase = Phase.LIVE
        self._happened.append(WentLive(equal))
        if self.device is not None and self._scoping.theirs == frozenset():
            self._shelf.talk_over(self.device)  # they put off: what they hold may yet come
        elif self.device is not None and not self._scoping.put_off:
            # All they hold has come; if not, they claimed what is not, or I may not read it.
            self._shelf.claims(self.device, 0)
        self.hearsay.go_live(self.device)
        if self._backlog.hand_over(self.out):
            self.reconcile()
        else:
            self._parting.say()
