"""All joins of an open home: begun, gone on with after a restart, and turned into circles."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app import commands as c
from app import epochs, invite
from app.answering import Said as Answers
from app.circle.state import Circle, CircleState, Join, JoinState
from app.events import CircleJoined, JoinChanged, Said
from app.founding import Keys
from app.joining import ALREADY, OVER, Joining
from app.refused import Refused, Why
from app.room import Clock
from app.store import boxes, circles, joins
from app.store.db import Database
from app.writing import clean_name
from p2p.crypto import SEAL_SEED_SIZE, Entropy, seal_public, sign_public
from p2p.door import LetIn
from p2p.errors import PeerFault
from p2p.host import address_peer, well_formed
from p2p.ids import CircleId, DeviceId, EpochId

KEY, NONCE = 32, 16  # bytes


@dataclass(slots=True)
class Arrivals:
    """The joins. `start` runs a task once the network is there; `let_in` makes the circle."""

    db: Database
    clock: Clock
    entropy: Entropy
    say: Callable[[Said], None]
    start: Callable[[Callable[[], Awaitable[None]]], None]
    let_in: Callable[[CircleId, Callable[[], circles.CircleRow]], bool]
    _joins: dict[bytes, Joining] = field(default_factory=dict)

    def go_on(self) -> None:
        """Go on with every join that is not over."""
        for row in joins.all_joins(self.db):
            self._run(row)

    def _run(self, row: joins.JoinRow) -> Joining:
        joining = Joining(self.db, row, self.clock, self.say, self._admitted)
        self._joins[row.join] = joining
        if row.state not in OVER:
            self.start(joining.run)
        return joining

    def begin(self, asked: c.JoinCircle) -> c.JoinBegun:
        """Begin to knock, with keys made for this circle only."""
        code, told = invite.read(asked.code)
        join = self.entropy(KEY)
        seeds = (
            self.entropy(KEY), self.entropy(KEY), self.entropy(KEY), self.entropy(SEAL_SEED_SIZE)
        )  # fmt: skip
        with self.db.write():
            row = joins.add_join(
                self.db, join=join, secret=code.secret, display_name=clean_name(asked.display_name),
                seeds=seeds, nonce=self.entropy(NONCE), now=self.clock.now(),
                addresses=[a for a in told if well_formed(a)],
            )  # fmt: skip
        joining = self._run(row)
        self.say(JoinChanged(join=join.hex(), now=joining.seen()))
        return c.JoinBegun(join=join.hex())

    def all(self) -> list[Join]:
        """Every join, oldest first."""
        return [joining.seen() for joining in self._joins.values()]

    def as_circles(self) -> list[Circle]:
        """Those under way, as rows among the circles."""
        return [
            Circle(
                circle=None, name=seen.circle_name or "", about=seen.about or "",
                display_name=seen.display_name, me=None, role=None, state=CircleState.JOINING,
                members=0, unread=0, join=seen.join,
            )
            for seen in self.all() if seen.state in {JoinState.LOOKING, JoinState.WAITING}
        ]  # fmt: skip

    def cancel(self, join: str) -> None:
        """Stop knocking."""
        joining = self._one(join)
        if joining.row.state is JoinState.JOINED:
            raise Refused(Why.NOT_ALLOWED, "You are in already. You can leave the circle instead.")
        if joining.row.state not in OVER:
            joining.cancel()

    def answer(self, asked: c.AnswerQuestions) -> None:
        """Say what a join asks."""
        joining = self._one(asked.join)
        if not joining.seen().asks:
            raise Refused(Why.NOT_ALLOWED, "Nothing is asked of you right now.")
        joining.answer(Answers(asked.answers, asked.affiliation, asked.promise))

    def hint(self, address: str, join: str | None) -> None:
        """One more address, for one join or for all that are under way."""
        named = [self._one(join)] if join is not None else []
        whole = address_peer(address) is not None
        if named and not whole:
            raise Refused(
                Why.BAD_REQUEST, "This address is not whole: its end, from /p2p/ on, is missing."
            )
        for joining in named or list(self._joins.values()) if whole else []:
            if joining.row.state not in OVER:
                joining.add_address(address)

    def forget_erased(self) -> None:
        """A circle was erased, and on disk its joins with it."""
        kept = {row.join for row in joins.all_joins(self.db)}
        self._joins = {join: joining for join, joining in self._joins.items() if join in kept}

    def _one(self, join: str) -> Joining:
        found = self._joins.get(bytes.fromhex(join))
        if found is None:
            raise Refused(Why.BAD_INVITE, "This home knows no such knock.")
        return found

    def _admitted(
        self, joining: Joining, capsule: invite.Capsule, let_in: LetIn, keys: Keys, peer: bytes
    ) -> None:
        """Somebody opened: keep keys and first secrets, and be a circle. `peer`: who told us."""
        circle = CircleId(capsule.circle)

        def keep() -> circles.CircleRow:
            row = circles.add_circle(
                self.db, circle=circle, name=capsule.name, about=capsule.about,
                display_name=joining.row.display_name, seeds=keys.seeds(),
                seal=(seal_public(keys.seal), keys.seal), port=0, now=self.clock.now(),
            )  # fmt: skip
            self._keep_grants(row, let_in, keys)
            if let_in.box:
                told = [a for a in joining.row.addresses if address_peer(a) == peer]
                boxes.add(self.db, row.circle_no, let_in.box, peer, told)
            joins.set_state(self.db, joining.row.join_no, JoinState.JOINED, circle=circle)
            return row

        if not self.let_in(circle, keep):
            joining.finish(JoinState.REFUSED, reason=ALREADY)
            return
        joining.row = joins.one_join(self.db, joining.row.join) or joining.row
        self.say(JoinChanged(join=joining.row.join.hex(), now=joining.seen()))
        self.say(CircleJoined(join=joining.row.join.hex(), circle=circle.hex()))

    def _keep_grants(self, row: circles.CircleRow, let_in: LetIn, keys: Keys) -> None:
        device = DeviceId(sign_public(keys.device))
        any_opened = False
        for grant in let_in.grants:
            opened = epochs.open_grant(row.circle, grant, device, [keys.seal])
            if opened is not None:
                circles.keep_secret(self.db, row.circle_no, EpochId(grant.epoch), *opened)
                any_opened = True
        if not any_opened:
            raise PeerFault("let in without a key")
