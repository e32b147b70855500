"""A village: plays a story in simulated time, then has good weather until all agree.

Subclasses say who lives in the houses and when they agree; this knows only lines, power and time.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from p2p.simulator import story as s
from p2p.simulator.chance import stream
from p2p.simulator.clock import Sundial, Watch
from p2p.simulator.house import House
from p2p.simulator.network import Network
from p2p.simulator.power import Fuses
from p2p.simulator.weather import CALM, FAR

SOON = 150.0  # seconds of good weather within which all must agree where no frame was ever lost
AT_LAST = 2400.0  # where the quarter-hourly round has to repair what was lost, or somebody lies
LAST_LIES = 4
HALFWAY = 90.0  # seconds after which what needs no such round must be repaired
LOOKS = (0.5, 1.0, 1.0, 2.0, 3.0, 5.0)  # seconds between two looks whether they do, then the last
STAYS = 1.5  # seconds that agreement must last


class Resident(House):
    """Somebody's house, as far as a story needs it."""

    async def write(self, posts: int) -> None:
        """Write so many posts."""
        raise NotImplementedError

    async def invite(self) -> str | None:
        """Make a way in for somebody new. None: that could not be done."""
        raise NotImplementedError

    async def knock(self, link: str) -> None:
        """Come in by it."""
        raise NotImplementedError

    async def leave(self, *, erase: bool) -> None:
        """Leave the circle."""
        raise NotImplementedError

    async def keep(self, days: int) -> None:
        """Say how many days words stay; 0: for good."""
        raise NotImplementedError

    async def lie(self, deed: int) -> None:
        """Break a rule."""


class Village(ABC):
    """One run of one story."""

    def __init__(self, story: s.Story, fuses: Fuses) -> None:
        """To be made inside of the run."""
        self.story = story
        self.sundial = Sundial()
        self.network = Network(stream(story.seed, "network"))
        if story.street:
            self.network.shun = self._shuns
        self.residents: list[Resident] = []
        self.healed_after: float | None = None
        self._fuses = fuses
        self._nursery: trio.Nursery | None = None

    @abstractmethod
    def settle(self, number: int, watch: Watch) -> Resident:
        """The house of somebody who was there from the beginning."""

    @abstractmethod
    def newcomer(self, number: int, watch: Watch, host: int) -> Resident:
        """The house of somebody who is yet to come in, by an invite of that host's."""

    @abstractmethod
    def agreed(self) -> bool:
        """Whether all who should are alike by now."""

    @abstractmethod
    def check(self) -> None:
        """Raise what is wrong at the end, while all still live."""

    @abstractmethod
    async def visit(self, house: Resident, manner: int) -> None:
        """A stranger calls there."""

    @abstractmethod
    def halfway(self) -> None:
        """Look at what must be well before all must be, soon after the weather has become good."""

    def _watch(self, number: int) -> Watch:
        clocks = self.story.wrong_clocks
        return Watch(self.sundial, clocks[number % len(clocks)])

    async def play(self) -> None:
        """The whole story, the good weather after it, and the last look."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            for number in range(self.story.people):
                self._move_in(self.settle(number, self._watch(number)))
            for at, act in self.story.acts:
                await trio.sleep_until(self._at(at))
                self._perform(act)
            await trio.sleep_until(self._at(self.story.length))
            await self._heal()
            self.check()
            nursery.cancel_scope.cancel()

    def _at(self, moment: float) -> float:
        return self.sundial.begun + moment

    def _move_in(self, resident: Resident) -> None:
        assert self._nursery is not None  # noqa: S101 - there for as long as the story is played
        self.residents.append(resident)
        resident.wake()
        self._nursery.start_soon(resident.live)

    # -- the story -----------------------------------------------------------------------------

    def _perform(self, act: s.Act) -> None:  # noqa: C901, PLR0912 - one line an act
        match act:
            case s.Write(who, posts):
                self._does(who, lambda house: house.write(posts))
            case s.Leap(ms):
                self.sundial.leap(ms)
            case s.Part(parts):
                self.network.part([[self._name(who) for who in part] for part in parts])
            case s.Rejoin():
                self.network.join()
            case s.Sleep(who):
                if house := self._house(who):
                    house.sleep()
            case s.Wake(who):
                if house := self._house(who):
                    house.wake()
            case s.Fail(who, steps, back_after, silently):
                if house := self._house(who):
                    house.fail_after_steps(steps, back_after=back_after, silently=silently)
            case s.Fall(who, uses, after, back_after, silently, commits):
                if house := self._house(who):
                    house.fail_at_use(
                        uses, after=after, back_after=back_after, silently=silently,
                        commits=commits,
                    )  # fmt: skip
            case s.Sky(weather):
                self.network.weather = weather
            case s.Swallow():
                self.network.swallow()
            case s.Come(host):
                self._come(host)
            case s.Leave(who, erase):
                self._does(who, lambda house: house.leave(erase=erase))
            case s.Keep(who, days):
                self._does(who, lambda house: house.keep(days))
            case s.Lie(who, deed):
                self._does(who, lambda house: house.lie(deed))
            case s.Call(who, manner):
                assert self._nursery is not None  # noqa: S101 - there while the story is played
                if house := self._house(who):
                    self._nursery.start_soon(self.visit, house, manner)

    def _shuns(self, one: str, other: str) -> bool:
        """On a street: whether these live further apart than next door. Who comes in may move."""
        numbers = [
            number for number, house in enumerate(self.residents[: self.story.people])
            if house.name in {one, other}
        ]  # fmt: skip
        return len(numbers) == 2 and numbers[1] - numbers[0] > 1

    def _house(self, who: int) -> Resident | None:
        return self.residents[who] if who < len(self.residents) else None

    def _name(self, who: int) -> str:
        house = self._house(who)
        return house.name if house is not None else ""

    def _does(self, who: int, act: Callable[[Resident], Awaitable[None]]) -> None:
        house = self._house(who)
        if house is not None:
            house.does(partial(act, house))

    def _come(self, host: int) -> None:
        # The house stands from now on, so that numbers stay what the story says.
        number = len(self.residents)
        guest = self.newcomer(number, self._watch(number), host)
        self._move_in(guest)

        async def bring(house: Resident) -> None:
            link = await house.invite()
            if link is not None:
                guest.does(partial(guest.knock, link))

        self._does(host, bring)

    # -- good weather --------------------------------------------------------------------------

    def _last_words(self) -> None:
        """Everybody writes once more, just when all meet: so also what was never torn is seen."""
        assert self._nursery is not None  # noqa: S101 - there for as long as the story is played
        chance = stream(self.story.seed, "last words")

        async def write(who: int, after: float) -> None:
            await trio.sleep(after)
            self._does(who, lambda house: house.write(1))

        for who in range(len(self.residents)):
            self._nursery.start_soon(write, who, chance.random() * 1.5)

    async def _last_lies(self) -> None:
        """Whoever lies does so once more while all listen."""
        chance = stream(self.story.seed, "last lies")
        for who in sorted(self.story.liars):
            for _ in range(LAST_LIES):
                await trio.sleep(chance.random() * 1.5)
                self._perform(s.Lie(who, chance.getrandbits(16)))

    async def _heal(self) -> None:
        self._fuses.clear()
        for number, resident in enumerate(self.residents):
            resident.mains.clear()
            if number not in self.story.lost:
                resident.wake()
        self.network.calm(FAR if self.story.far else CALM, hang_up=self.story.hang_up)
        if not self.story.quiet:
            self._last_words()
        begun = trio.current_time()
        looks = iter(LOOKS)
        pause, halfway = 0.0, False
        lost = self.network.mangled and not self.story.hang_up
        with trio.move_on_after(AT_LAST if lost or self.story.liars else SOON):
            await self._last_lies()
            while True:
                pause = next(looks, pause)
                await trio.sleep(pause)
                if self.agreed():
                    await trio.sleep(STAYS)
                    if self.agreed():
                        self.healed_after = trio.current_time() - begun
                        return
                elif not halfway and trio.current_time() - begun > HALFWAY:
                    halfway = True
                    self.halfway()
