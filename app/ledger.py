"""The authority side of one circle in memory: its ops, the view they fold to, and the secrets.

Everything here is also on disk; after a failed transaction `load` brings the two together again.
"""

from dataclasses import dataclass, field

from app import epochs
from app.circle import acts
from app.circle.fold import AuthorityOp, Person, View, fold
from app.store import circles, ops
from app.store.circles import CircleRow
from app.store.db import Database
from app.store.ops import OpState
from p2p.crypto import sign_public
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
        self._ops = {}
        for signed in ops.authority_ops(self.db, self.row.circle_no):
            self.add(signed)
        self.view = fold(self._ops.values())
        self._states = {op: self._state(op) for op in self._ops}

    def add(self, signed: SignedOp) -> acts.Act | None:
        """One more authority op; `refold` makes it count."""
        act = acts.decode(signed.header.kind, signed.payload)
        self._ops[signed.op_id] = AuthorityOp(signed.op_id, signed.header, act)
        return act

    def refold(self) -> None:
        """Fold anew, write down what each op is worth now, drop secrets that were lies."""
        self.view = fold(self._ops.values())
        changed: dict[OpState, list[OpId]] = {}
        for op in self._ops:
            state = self._state(op)
            if self._states.get(op) is not state:
                self._states[op] = state
                changed.setdefault(state, []).append(op)
        for state, names in changed.items():
            ops.set_state(self.db, self.row.circle_no, names, state)
        for secrets in list(self.keyring):
            if epochs.matches(self.view, secrets) is False:
                self.keyring.drop(secrets.epoch)
                circles.drop_secret(self.db, self.row.circle_no, secrets.epoch)

    def _state(self, op: OpId) -> OpState:
        if op in self.view.waiting:
            return OpState.PENDING
        return OpState.VOID if op in self.view.void else OpState.ACCEPTED

    def knows(self, op: OpId) -> bool:
        """Whether an authority op is here with all its past."""
        return op in self._ops and op not in self.view.waiting

    def learn(self, epoch: EpochId, words: bytes | None, authority: bytes | None) -> bool:
        """Keep a secret. True if it was new. Lies are dropped by the next `refold`."""
        unproven = sum(1 for s in self.keyring if s.epoch not in self.view.epochs)
        if unproven > MAX_UNPROVEN and epoch not in self.view.epochs:
            return False
        if not self.keyring.add(epoch, words, authority):
            return False
        circles.keep_secret(self.db, self.row.circle_no, epoch, words, authority)
        return True

    def learn_links(self, act: acts.Act | None) -> bool:
        """Take the parents' secrets out of a link op."""
        if not isinstance(act, acts.Link):
            return False
        learned = [self.learn(EpochId(p.epoch), p.words, p.authority) for p in act.parents]
        return any(learned)

    def name_of(self, member: MemberId) -> str:
        """The name a member goes by; before their profile has come, a neutral word."""
        person = self.view.people.get(member)
        if person is not None and person.name:
            return person.name
        return self.row.display_name if member == self.me else "Someone new"

    def myself(self) -> Person | None:
        """Our own entry, once admission is known."""
        return self.view.people.get(self.me)

    def chain_order(self) -> list[OpId]:
        """Our admission and what it stands on: deepest first."""
        admitted = self.view.admitted_by.get(self.device)
        order = self.view.order
        if admitted is None or order is None:
            return []
        at = next(p for p in order.placed if p.op == admitted)
        past = [p.op for p in order.placed if order.before(p.index, at)]
        return [admitted, *reversed(past)]
