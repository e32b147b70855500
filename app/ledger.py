"""The authority side of one circle in memory: its ops, the view they fold to, and the secrets.

Everything here is also on disk; after a failed transaction `load` brings the two together again.
"""

from dataclasses import dataclass, field

from app import epochs
from app.circle import acts
from app.circle.fold import AuthorityOp, Folding
from app.circle.names import clean
from app.circle.proofs import Proofs
from app.circle.state import History
from app.circle.view import Person, View
from app.store import circles, ops
from app.store.circles import CircleRow, MyRemoval
from app.store.db import Database
from app.store.ops import OpState
from p2p.crypto import sign_public
from p2p.envelope import EpochSecrets
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.op import SignedOp

MAX_UNPROVEN = 64  # secrets kept before their epoch op has come


@dataclass(slots=True)
class Ledger:
    """Who is in, what was decided, and what can be opened."""

    db: Database
    row: CircleRow
    view: View = field(default_factory=View)
    keyring: epochs.Keyring = field(default_factory=epochs.Keyring)
    _ops: dict[OpId, AuthorityOp] = field(default_factory=dict)
    _states: dict[OpId, OpState] = field(default_factory=dict)
    _proofs: Proofs = field(default_factory=Proofs)
    _folding: Folding = field(default_factory=Folding)
    _read: tuple[object, ...] = ()  # what the links were last read by
    shown: MyRemoval | None = None  # told by somebody who talks to us no more
    _links: list[acts.Link] = field(default_factory=list)
    _proven: set[EpochId] = field(default_factory=set)
    touched: bool = False
    me: MemberId = field(init=False)
    device: DeviceId = field(init=False)

    def __post_init__(self) -> None:
        """Know who we are here, then read what is on disk."""
        self.me = MemberId(sign_public(self.row.member_seed))
        self.device = DeviceId(sign_public(self.row.device_seed))
        self.load()

    def load(self) -> None:
        """Read everything anew."""
        self.keyring = epochs.Keyring()
        for epoch, words, authority in circles.secrets_of(self.db, self.row.circle_no):
            self.keyring.add(epoch, words, authority)
        self.touched = False
        self.shown = circles.removal_of(self.db, self.row.circle_no)
        self._ops = {}
        self._folding = Folding(self._proofs)
        self._links, self._read = [], ()
        for signed in ops.authority_ops(self.db, self.row.circle_no, self.row.circle):
            self.add(signed)
        self.view = self._folding.view()
        self._states = {op: self._state(op) for op in self._ops}
        for link in self._links:  # candidates that are not on disk
            for parent in link.parents:
                self.keyring.add(EpochId(parent.epoch), self._words_of(parent), parent.authority)
        for epoch in self.decided():
            self.keyring.settle(self.view, epoch)

    def add(self, signed: SignedOp) -> acts.Act | None:
        """One more authority op; `refold` makes it count."""
        act = acts.decode(signed.header.kind, signed.payload)
        self.touched = True
        if isinstance(act, acts.Link):
            self._links.append(act)
        one = self._ops[signed.op_id] = AuthorityOp(signed.op_id, signed.header, act)
        self._folding.add(one)
        return act

    def refold(self) -> None:
        """Fold what came, write down what each op is worth now, drop secrets that were lies."""
        before, view = self.view, self._folding.view()
        self.view = view
        other = (before.void ^ view.void) | (before.waiting ^ view.waiting)
        changed: dict[OpState, list[OpId]] = {}
        for op in self._ops:
            if op in other or op not in self._states:
                state = self._state(op)
                if self._states.get(op) is not state:
                    self._states[op] = state
                    changed.setdefault(state, []).append(op)
        for state, names in changed.items():
            ops.set_authority_state(self.db, self.row.circle_no, names, state)
        self._read_links()

    def _read_links(self) -> None:
        """Learn from the links, and leave only true secrets.

        A link may have come before what tells whether it is true: all are read again whenever that
        may be another now.
        """
        if self._read == self._reading():
            return
        for link in self._links:
            self.learn_links(link)
        for epoch in self.decided():
            before = self.keyring.get(epoch)
            proven = self.keyring.settle(self.view, epoch)
            if proven == before and epoch in self._proven:
                continue
            self._proven.add(epoch)
            circles.drop_secret(self.db, self.row.circle_no, epoch)
            if proven is not None:
                circles.keep_secret(
                    self.db, self.row.circle_no, epoch, proven.words, proven.authority
                )
        self._read = self._reading()

    def _reading(self) -> tuple[object, ...]:
        """All that decides what the links say."""
        view = self.view
        known = view.epochs.keys() | view.fallen_epochs.keys()
        return view.founding, known, len(self._links), self.keyring.version

    def decided(self) -> list[EpochId]:
        """Epochs of which something is known and whose op is here with all its past."""
        rooted = self.view.founding is not None
        return [
            e for e in self.keyring.epochs()
            if self.view.epoch(e) is not None or (e == epochs.ROOT and rooted)
        ]  # fmt: skip

    def proven(self, epoch: EpochId) -> bool:
        """Whether everybody who has the acts knows of this epoch; of the root all do."""
        return epoch == epochs.ROOT or self.view.epoch(epoch) is not None

    def handed_on(self) -> frozenset[EpochId]:
        """The epochs that others may have from here."""
        return frozenset(e for e in self.keyring.readable() if self.view.epoch(e) is not None)

    def _words_of(self, parent: acts.ParentSecrets) -> bytes | None:
        """Where history is fresh no link gives words, whatever it says."""
        founding = self.view.founding
        fresh = founding is not None and founding.history is History.FRESH
        return None if fresh else parent.words

    def _state(self, op: OpId) -> OpState:
        if op in self.view.waiting:
            return OpState.PENDING
        return OpState.VOID if op in self.view.void else OpState.ACCEPTED

    def knows(self, op: OpId) -> bool:
        """Whether an authority op is here with all its past."""
        return op in self._ops and op not in self.view.waiting

    @property
    def unheard(self) -> bool:
        """Whether acts of ours came back before their past: until that comes, none counts."""
        return any(self._ops[op].header.device == self.device for op in self.view.waiting)

    def learn(self, epoch: EpochId, words: bytes | None, authority: bytes | None) -> bool:
        """Keep a secret. True if it was new; a known lie is not kept."""
        if epochs.matches(self.view, EpochSecrets(epoch, words, authority)) is False:
            return False
        if not self.keyring.add(epoch, words, authority):
            return False
        self.touched = True
        circles.keep_secret(self.db, self.row.circle_no, epoch, words, authority)
        return True

    def learn_granted(self, epoch: EpochId, words: bytes | None, authority: bytes) -> bool:
        """The same for a grant, which anybody may send: few are kept before their epoch comes."""
        unproven = sum(self.view.epoch(e) is None for e in self.keyring.epochs())
        if unproven > MAX_UNPROVEN and self.view.epoch(epoch) is None:
            return False
        return self.learn(epoch, words, authority)

    def learn_links(self, act: acts.Act | None) -> bool:
        """Take the parents' secrets out of a link op."""
        if not isinstance(act, acts.Link):
            return False
        learned = [
            self.learn(EpochId(p.epoch), self._words_of(p), p.authority) for p in act.parents
        ]
        return any(learned)

    def name_of(self, member: MemberId) -> str:
        """The name a member goes by; before their profile has come, a neutral word."""
        person = self.view.people.get(member)
        name = clean(person.name) if person is not None else ""
        if name:
            return name
        return self.row.display_name if member == self.me else "Someone new"

    def myself(self) -> Person | None:
        """Our own entry, once admission is known."""
        return self.view.people.get(self.me)

    def my_removal(self) -> MyRemoval | None:
        """Who removed us, as all acts say that are here, or as we were shown."""
        myself = self.myself()
        removal = myself.removed if myself is not None else None
        if removal is not None:
            return MyRemoval(removal.by, removal.reason, removal.at.header.written_at)
        shown = self.view.forks.get(self.device)
        if shown is not None:
            return MyRemoval(self.me, "", shown.at.header.written_at)
        return self.shown

    def chain_order(self, op: OpId | None = None) -> list[OpId]:
        """An act, or else our admission, and what it stands on: deepest first."""
        named = self.view.admitted_by.get(self.device) if op is None else op
        order = self.view.order
        if named is None or order is None:
            return []
        at = self.view.at[named]
        past = [p.op for p in order.placed if order.before(p.index, at)]
        return [named, *reversed(past)]
