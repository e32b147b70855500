"""Stories by chance, one for each seed: what the people of a circle do, apart and together.

Who does something asks their own home, which refuses what is not theirs to do; so nobody here knows
the truth. Only those who turned (`liars`) do what they like.
"""

import random
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app import commands as c
from app import governing, invite
from app.circle.state import History, Role
from app.founding import Keys
from app.refused import Refused
from app.store import ops
from p2p.door import LetIn
from p2p.errors import OurFault, PeerFault
from p2p.ids import EnvelopeId, EpochId, MemberId, OpId
from p2p.op import Kind, Log
from tests.secrecy import liars
from tests.secrecy.homes import Hamlet, Home
from tests.secrecy.oracle import Oracle

NAMES = ("Bo", "Cy", "Dee", "Eve", "Fay", "Gil", "Hal", "Ida", "Jo", "Kim")
ROLES = (Role.HOST, Role.HOST, Role.HOST, Role.MODERATOR, Role.MODERATOR, Role.MEMBER, Role.GUEST)
MOST = 9  # who ever come in


@dataclass
class Story:
    """One story as it goes on."""

    seed: int
    folder: Path
    empty: Path
    told: list[str] = field(default_factory=list)
    camp: dict[str, int] = field(default_factory=dict)
    codes: list[tuple[Home, invite.Code]] = field(default_factory=list)
    waiting: list[tuple[Home, Keys]] = field(default_factory=list)  # whose answer was lost
    favoured: list[MemberId] = field(default_factory=list)  # who was given something in secret
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"secrecy {self.seed}")
        self.hamlet = Hamlet(self.folder, self.seed, self.empty)
        self.oracle = Oracle(self.hamlet)
        self.history = self.chance.choice((History.OPEN, History.OPEN, History.FRESH))
        self.names = iter(NAMES)

    # -- drawing -------------------------------------------------------------------------------

    def odds(self, of: float) -> bool:
        return self.chance.random() < of

    def inside(self) -> list[Home]:
        """Those who are in as their own homes know."""
        return [home for home in self.hamlet.homes if home.inside]

    def somebody(self) -> Home | None:
        found = self.inside()
        return self.chance.choice(found) if found else None

    def ruler(self) -> Home | None:
        """Rather a host or moderator than anybody."""
        found = [
            home for home in self.inside()
            if (myself := home.room.ledger.myself()) is not None
            and myself.role in {Role.HOST, Role.MODERATOR}
        ]  # fmt: skip
        return self.chance.choice(found) if found else None

    def near(self, home: Home) -> list[Home]:
        """Whom a home can reach now."""
        camp = self.camp.get(home.name, 0)
        return [
            other for other in self.hamlet.homes
            if other is not home and self.camp.get(other.name, 0) == camp
        ]  # fmt: skip

    # -- what people do ------------------------------------------------------------------------

    def writes(self) -> str:
        home = self.somebody()
        if home is None:
            return ""
        home.write(f"{home.name} at {self.oracle.step}")
        if self.odds(0.7):
            home.sign()
            return f"{home.name} writes and hands it over"
        return f"{home.name} writes"

    def meets(self) -> str:
        home = self.chance.choice(self.hamlet.homes)
        near = self.near(home)
        if not near:
            return ""
        other = self.chance.choice(near)
        most = None if self.odds(0.6) else self.chance.randint(1, 24)
        self.hamlet.meet(home, other, most=most)
        return f"{home.name} meets {other.name}" + (f" for {most} frames" if most else "")

    def trickles(self) -> str:
        """Some of what one has comes to another, in any order, by whoever kept the rest back."""
        home = self.chance.choice(self.hamlet.homes)
        near = self.near(home)
        if not near:
            return ""
        other = self.chance.choice(near)
        ids = [EnvelopeId(i) for _, i in home.items(Log.AUTHORITY)]
        held = other.shelf.held(Log.AUTHORITY, ids)
        new = [i for i in ids if i not in held]
        some = [i for i in new if self.odds(0.6)]
        if self.odds(0.3):
            self.chance.shuffle(some)
        envelopes = [e for _, e in home.shelf.envelopes(some) if e]
        with suppress(PeerFault, OurFault):
            other.takes(*envelopes)
            if self.odds(0.3):
                other.takes(*home.gives(Log.WORDS), log=Log.WORDS)
        return f"{len(envelopes)} of {len(new)} acts trickle from {home.name} to {other.name}"

    def asks(self) -> str:
        """Somebody says that none of the secrets they were given had opened."""
        home = self.chance.choice(self.hamlet.homes)
        near = [other for other in self.near(home) if other.shelf.device_at(home.door)]
        if not near:
            return ""
        other = self.chance.choice(near)
        every = [EpochId(e) for e in other.view.epochs]
        wanted = self.chance.sample(every, min(len(every), 3))
        self.hamlet.grant(home, other.shelf.grant(home.device, wanted))
        return f"{home.name} asks {other.name} for {len(wanted)} epochs again"

    def invites(self) -> str:
        home = self.somebody()
        if home is None:
            return ""
        uses = self.chance.choice((1, 1, 2))
        self.codes.append((home, home.invites(uses=uses)))
        return f"{home.name} invites, {uses} times"

    def comes(self) -> str:
        """Somebody knocks at any door with any code; now and then the answer is lost."""
        if self.waiting and self.odds(0.5):
            newcomer, keys = self.waiting[0]
        else:
            name = next(self.names, None)
            if name is None or len(self.hamlet.homes) >= MOST:
                return ""
            newcomer = self.hamlet.home(name)
            keys = Keys.fresh(newcomer.entropy)
            newcomer.turned = self.odds(0.35)
            self.waiting.append((newcomer, keys))
            self.camp[name] = self.chance.choice(list(self.camp.values()) or [0])
        hosts = [home for home in self.near(newcomer) if home.inside]
        if not hosts:
            return ""
        host = self.chance.choice(hosts)
        if not self.codes or self.odds(0.4):
            try:
                self.codes.append((host, host.invites(uses=self.chance.choice((1, 1, 2)))))
            except Refused:
                return ""
        maker, code = self.codes[-1] if self.odds(0.8) else self.chance.choice(self.codes)
        said = f"{newcomer.name} knocks at {host.name}'s with a code of {maker.name}"
        let_in = self.hamlet.knocks(newcomer, keys, host, code)
        if let_in is None:
            return f"{said}, in vain"
        if self.odds(0.15):
            return f"{said}; the answer is lost"
        self.waiting.remove((newcomer, keys))
        self.arrives(newcomer, keys, host, let_in)
        return f"{said} and is let in"

    def arrives(self, newcomer: Home, keys: Keys, host: Home, let_in: LetIn) -> None:
        newcomer.sealing = self.oracle.sealing
        self.hamlet.moves_in(newcomer, keys, host, let_in)
        if self.odds(0.7):
            self.hamlet.share(host, newcomer)

    def governs(self, asked: governing.Governing, home: Home, what: str) -> str:
        try:
            governing.govern(home.room, home.outbox, asked)
        except Refused:
            return f"{home.name} may not {what}"
        return f"{home.name} does: {what}"

    def removes(self) -> str:
        home = self.ruler()
        if home is None:
            return ""
        me = home.room.ledger.me
        may = [m for m in home.view.people if home.view.may_remove(me, m)]
        if not may:
            return ""
        rather = [m for m in may if m in self.favoured] if self.odds(0.6) else []
        whom = self.chance.choice(rather or may)
        asked = c.RemoveMember(circle=home.room.hex, member=whom.hex(), reason="why")
        before = home.authority().keys()
        told = self.governs(asked, home, f"remove {self.called(home, whom)}")
        near = [other for other in self.near(home) if other.inside]
        if near and self.odds(0.4):
            told += self.half_heard(home, self.chance.choice(near), before)
        return told

    def half_heard(self, home: Home, other: Home, before: Collection[OpId]) -> str:
        """Somebody hears of it before the new epoch, and writes."""
        kept_back = {Kind.EPOCH, Kind.LINK}
        names = [
            name for name, op in home.authority().items()
            if name in before or op.header.kind not in kept_back
        ]  # fmt: skip
        row = home.room.row
        ids = [ops.authority_envelope(home.db, row.circle_no, name) for name in names]
        with suppress(PeerFault, OurFault):
            other.takes(*(e for _, e in home.shelf.envelopes([i for i in ids if i]) if e))
        self.oracle.look(other)
        self.last_word(other)
        return f"; {other.name} hears of it, not of the epoch, and writes"

    def gives(self) -> str:
        home = self.ruler()
        if home is None:
            return ""
        turned = {other.room.ledger.me for other in self.hamlet.homes if other.turned}
        rather = [m for m in home.view.people if m in turned] if self.odds(0.6) else []
        whom = self.chance.choice(rather or list(home.view.people))
        role = self.chance.choice(ROLES)
        return self.appoints(home, whom, role)

    def appoints(self, home: Home, whom: MemberId, role: Role) -> str:
        asked = c.SetRole(circle=home.room.hex, member=whom.hex(), role=role)
        return self.governs(asked, home, f"make {self.called(home, whom)} {role.value}")

    def hands_over(self) -> str:
        home = self.ruler()
        if home is None:
            return ""
        whom = self.chance.choice(list(home.view.people))
        asked = c.HandOver(circle=home.room.hex, member=whom.hex(), at_once=self.odds(0.5))
        return self.governs(asked, home, f"hand over to {self.called(home, whom)}")

    def takes_back(self) -> str:
        home = self.somebody()
        if home is None or not home.view.invites:
            return ""
        key = self.chance.choice(list(home.view.invites))
        asked = c.WithdrawInvite(circle=home.room.hex, invite=key.hex())
        return self.governs(asked, home, "take an invite back")

    def leaves(self) -> str:
        home = self.somebody()
        if home is None or len(self.inside()) < 3:
            return ""
        home.leave()
        return f"{home.name} leaves"

    def parts(self) -> str:
        camps = self.chance.choice((1, 2, 2, 3))
        self.camp = {home.name: self.chance.randrange(camps) for home in self.hamlet.homes}
        told = [
            " ".join(name for name, camp in self.camp.items() if camp == number)
            for number in range(camps)
        ]
        return f"apart: {' | '.join(told)}"

    def restarts(self) -> str:
        home = self.chance.choice(self.hamlet.homes)
        home.restart()
        return f"{home.name} starts anew"

    def time_goes_on(self) -> str:
        hours = self.chance.choice((1, 30, 200))
        self.hamlet.watch.go_on(hours=hours)
        return f"{hours} hours pass"

    def lies(self) -> str:
        turned = [home for home in self.hamlet.homes if home.turned]
        if not turned:
            return ""
        home = self.chance.choice(turned)
        deed = self.chance.choice(liars.DEEDS)
        try:
            liars.does(self, home, deed)
        except (OurFault, Refused):
            return ""
        return f"{home.name} {deed.__name__.replace('_', ' ')}"

    def called(self, home: Home, member: object) -> str:
        person = home.view.people[member]  # type: ignore[index]
        return person.name or "somebody new"

    # -- the whole -----------------------------------------------------------------------------

    def begin(self) -> None:
        founder = self.hamlet.begins("Ada", self.history)
        founder.sealing = self.oracle.sealing
        for _ in range(self.chance.randint(2, 4)):
            name = next(self.names)
            newcomer = self.hamlet.home(name)
            keys = Keys.fresh(newcomer.entropy)
            newcomer.turned = self.odds(0.4)
            let_in = self.hamlet.knocks(newcomer, keys, founder, founder.invites())
            assert let_in is not None
            self.arrives(newcomer, keys, founder, let_in)
        for home in self.hamlet.homes[1:]:
            self.hamlet.share(home, founder)
            if self.odds(0.8 if home.turned else 0.4):
                self.appoints(founder, home.room.ledger.me, self.chance.choice(ROLES))
        for home in self.hamlet.homes[1:]:
            self.hamlet.share(home, founder)

    def go_on(self, steps: int) -> None:
        every: list[tuple[Callable[[], str], int]] = [
            (self.writes, 6), (self.meets, 8), (self.trickles, 6), (self.asks, 2),
            (self.invites, 1), (self.comes, 5), (self.removes, 6), (self.gives, 4),
            (self.hands_over, 1), (self.takes_back, 1), (self.leaves, 1), (self.parts, 3),
            (self.restarts, 1), (self.time_goes_on, 1), (self.lies, 14),
        ]  # fmt: skip
        for _ in range(steps):
            self.oracle.step += 1
            (step,) = self.chance.choices([s for s, _ in every], [w for _, w in every])
            try:
                told = step()
            except Refused as refused:
                told = f"{step.__name__}: refused, {refused.kind.value}"
            if told:
                self.told.append(f"{self.oracle.step:3} {told}")
            for home in self.hamlet.homes:
                self.oracle.look(home)

    def end(self) -> None:
        """Good weather; some who are in say a last word."""
        (home,) = self.chance.sample(self.hamlet.homes, 1)
        self.wrong += self.oracle.disagreements(home)
        self.camp = {}
        hub = self.chance.choice(self.inside() or self.hamlet.homes)
        others = [home for home in self.hamlet.homes if home is not hub]
        for other in others:
            self.hamlet.meet(other, hub)
            self.oracle.look(other)
        self.oracle.look(hub)
        self.oracle.step += 1
        for other in self.chance.sample(others, min(len(others), 2)):
            with suppress(PeerFault, OurFault):
                other.takes(*hub.gives())
            self.oracle.look(other)
            self.last_word(other)
            self.wrong += self.oracle.disagreements(other)
        self.last_word(hub)
        self.wrong += self.oracle.disagreements(hub)
        self.wrong += self.oracle.wrong()

    def last_word(self, home: Home) -> None:
        if home.inside:
            home.write(f"{home.name}'s last word")
            home.sign()

    def play(self) -> None:
        with self.hamlet:
            self.begin()
            self.go_on(self.chance.randint(8, 24))
            self.end()
