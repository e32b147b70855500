"""One seed, one run: a village of real homes, and what is looked at when its story is over."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from p2p.simulator.besides import besides
from p2p.simulator.chance import stream
from p2p.simulator.clock import Watch
from p2p.simulator.network import Network
from p2p.simulator.power import Fuses
from p2p.simulator.stage import perform
from p2p.simulator.story import Leave, Story, draw
from p2p.simulator.village import Resident, Village
from tests.simulator import delivery, invariants, worth
from tests.simulator.ears import Ear, listening
from tests.simulator.homes import Diary, Home, on_this_network
from tests.simulator.liars import Liar
from tests.simulator.signing import worked_out_once
from tests.simulator.small import small_numbers
from tests.simulator.strangers import stand_at_the_door
from tests.simulator.towns import DISK, NAMES, towns

NOBODYS_FAULT = frozenset({"a conversation that gets nowhere"})
# Who leaves may have begun to talk with somebody who hears of it a moment later from a third.
OF_THOSE_WHO_LEFT = frozenset({"hello from nobody known"})


@dataclass(slots=True)
class Told:
    """What came of a seed."""

    seed: int
    story: Story
    broken: str | None = None
    healed_after: float | None = None
    simulated: float = 0.0
    cpu: float = 0.0
    state: str = ""  # one digest over the final states of all homes
    people: int = 0
    posts: int = 0
    failures: int = 0
    hung_up: list[str] = field(default_factory=list)
    habits: list[str] = field(default_factory=list)


class Hamlet(Village):
    """A village of `Home`s."""

    def __init__(self, story: Story, fuses: Fuses, folder: Path, told: Told) -> None:
        super().__init__(story, fuses)
        self.diary = Diary(reached=lambda home: self._look_where_words_are([home]))
        self._folder = folder
        self._told = told
        self._invited_by: dict[str, int] = {}

    def _home(self, number: int, watch: Watch) -> Home:
        name = NAMES[number]
        kind = Liar if number in self.story.liars else Home
        chance = stream(self.story.seed, "house", name)
        path = self._folder / f"{number}.db"
        # In the order of coming, so that each has the address that its card tells.
        self.network.number_of(name)
        home = kind(name, self.network, self._fuses, watch, chance, path=path, diary=self.diary)
        if isinstance(home, Liar):
            home.takes_up(self.story.habits)
            self._told.habits = [habit.__name__ for habit in home.habits]
        return home

    def settle(self, number: int, watch: Watch) -> Home:
        home = self._home(number, watch)
        towns().copy(self.story.people, number, home.path, fresh=self.story.fresh)
        return home

    def newcomer(self, number: int, watch: Watch, host: int) -> Home:
        home = self._home(number, watch)
        self._invited_by[home.name] = host
        towns().empty(home.path)
        return home

    async def visit(self, house: Resident, manner: int) -> None:
        chance = stream(self.story.seed, "stranger", house.name, str(manner))
        assert isinstance(house, Home)
        await stand_at_the_door(self.network, chance, house, manner)

    def halfway(self) -> None:
        """Words that came just now show what is missing before them, and that is asked for."""
        story = self.story
        if story.liars or story.quiet:
            return
        try:
            invariants.logs_of_honest_people_have_no_holes(
                self.members, self.members, fresh=story.fresh
            )
        except invariants.Broken as broken:
            self.diary.tap.says(f"{broken}, long after the next came")

    # -- looking -------------------------------------------------------------------------------

    @property
    def homes(self) -> list[Home]:
        return [r for r in self.residents if isinstance(r, Home)]

    @property
    def honest(self) -> list[Home]:
        """Those who never lied, wherever they are."""
        return [home for home in self.homes if not isinstance(home, Liar)]

    @property
    def reachable(self) -> list[Home]:
        """The honest whose every word somebody can have, or who can bring it themselves.

        What a line swallowed on its way from who left and erased soon after is with nobody.
        """
        lost = self.network.lost_from
        return [home for home in self.honest if not (home.erased and home.name in lost)]

    @property
    def members(self) -> list[Home]:
        """The honest who are in, and for everybody.

        Whom a lying founder let in may be in for nobody else: beside the admission there may be a
        leaving of the founder's, told to the others only.
        """
        lying_founder = 0 in self.story.liars
        return [
            home for home in self.honest
            if home.member and not (lying_founder and home.name in self._invited_by)
        ]  # fmt: skip

    def _may_wait(self, home: Home) -> bool:
        """Whether somebody may stand at the door for ever.

        The founder opens it, for an invite that its author has made known before leaving.
        """
        host = self._invited_by.get(home.name)
        return host is not None and (
            bool((self.story.liars | self.story.lost) & {0, host})
            or self.homes[host].name in self.diary.left
        )

    def _all_settled(self) -> bool:
        """Everybody is in or out for good, and those who left are known to have left."""
        lost = {NAMES[number] for number in self.story.lost}
        for home in self.honest:
            if home.name in lost:
                continue
            if not home.awake or home.household is None:
                return False
            if not home.member and not home.outside and not self._may_wait(home):
                return False
        gone = {home.circle.room.ledger.me for home in self.honest if home.circle and home.outside}
        if not self._somebody_is_silent:  # by whom alone a goodbye may have been taken
            gone |= {home.gone_as for home in self.honest if home.gone_as and home.erased}
        for member in self.members:
            assert member.circle is not None
            told = member.circle.room.ledger.view.people
            if any(who in told and not told[who].left for who in gone):
                return False
        return True

    @property
    def _somebody_is_silent(self) -> bool:
        """Or may be: of a liar, or of a computer that was lost, nobody may ever hear."""
        return bool(self.story.liars or self.story.lost)

    def _look_where_words_are(self, writers: Iterable[Home]) -> None:
        honest = self.honest
        try:
            delivery.nobody_counts_who_has_it_not([w for w in writers if w in honest], honest)
        except invariants.Broken as broken:
            self.diary.tap.says(str(broken))

    def agreed(self) -> bool:
        members = self.members
        self._look_where_words_are(members)
        return (
            self._all_settled()
            and invariants.unsent(members) is None
            and invariants.unjudged(members, self.honest) is None
            and (not members or invariants.alike(members, fresh=self.story.fresh) is None)
            and (self._somebody_is_silent or delivery.lags(members) is None)
        )

    def check(self) -> None:
        told, fresh = self._told, self.story.fresh
        members = self.members
        told.healed_after = self.healed_after
        told.people, told.posts = len(members), len(self.diary.written)
        told.failures = sum(home.failures for home in self.homes)
        try:
            invariants.all_are_alike(members, fresh=fresh)
            invariants.pages_are_alike(members, fresh=fresh)
            invariants.all_was_handed_over(members)
            invariants.nothing_acknowledged_is_lost(members, self.diary, fresh=fresh)
            invariants.nothing_is_stripped_too_soon(members, self.honest, self.diary)
            invariants.nothing_that_lapsed_has_its_words(members)
            worth.nobody_is_made_to_say_what_they_did_not(members, self.honest, self.diary)
            invariants.nobody_uses_a_seq_twice([h for h in self.homes if h.db], self.honest)
            invariants.logs_of_honest_people_have_no_holes(members, self.reachable, fresh=fresh)
            invariants.nothing_waits_for_ever(members, self.honest)
            invariants.honest_words_count(members, members)
            for member in members[:1]:
                judged = worth.all_judged(member)
                worth.everything_is_signed_for(member, judged)
                worth.words_are_worth_what_the_page_says(member, judged)
            invariants.sums_are_those_of_the_ops(members)
            worth.nothing_that_is_here_is_buried(members)
            delivery.nobody_counts_who_has_it_not(members, self.honest)
            worth.what_gave_way_is_not_wanted_again(members, self.diary)
            self.diary.tap.look()
            invariants.nothing_went_by_that_should_not(self.diary)
            invariants.all_came_in_time(
                settled=self._all_settled(), healed=self.healed_after is not None
            )
        except invariants.Broken as broken:
            told.broken = str(broken)
        told.state = _digest([
            (home.name, invariants.people(home), invariants.envelopes(home),
             invariants.op_states(home), invariants.shown(home), invariants.kept(home))
            for home in members
        ])  # fmt: skip


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def run(seed: int, story: Story | None = None) -> Told:
    """Play the story of a seed; what came of it. Never raises for what went wrong inside."""
    told = Told(seed, story or besides(draw(seed)))
    begun = time.process_time()
    fuses = Fuses()
    with (
        TemporaryDirectory(prefix="hearthside-village-", dir=DISK) as folder,
        listening() as ear,
        small_numbers(seed),
    ):

        async def play() -> None:
            village = Hamlet(told.story, fuses, Path(folder), told)
            ear.deaf_to = {NAMES[number] for number in told.story.liars}
            with on_this_network(village.network), worked_out_once():
                await village.play()
            told.simulated = (village.sundial.now() - village.sundial.first) / 1000
            _blame(told, ear, village.network)

        try:
            perform(play, seed)
        except (Exception, BaseExceptionGroup) as error:
            if isinstance(error, BaseExceptionGroup) and error.subgroup(KeyboardInterrupt):
                raise
            told.broken = f"the run itself failed: {_kinds(error)}"
    told.cpu = time.process_time() - begun
    return told


def _blame(told: Told, ear: Ear, network: Network) -> None:
    told.hung_up = ear.hung_up
    troubles = list(ear.errors)
    if not told.story.liars and not network.mangled:
        left = any(isinstance(act, Leave) for _, act in told.story.acts)
        excused = NOBODYS_FAULT | (OF_THOSE_WHO_LEFT if left else frozenset())
        blamed = [why for why in ear.hung_up if why not in excused]
        troubles += [f"blamed though nobody lied: {why}" for why in blamed]
    try:
        invariants.no_fault_was_found(troubles)
    except invariants.Broken as broken:
        told.broken = f"{told.broken}; {broken}" if told.broken else str(broken)


def _kinds(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(_kinds(inner) for inner in error.exceptions)
    return f"{type(error).__name__}: {error}"
