"""Stories in which words do not stay for good: how long is said, and the time goes by."""

from collections.abc import Sequence
from dataclasses import replace

from p2p.simulator.chance import spread, stream
from p2p.simulator.clock import HOUR
from p2p.simulator.story import DAY, Act, Keep, Leap, Story

FOUNDER = 0
HALF_A_DAY = DAY // 2
LET_GO = DAY + DAY // 4  # ms for which it has to stand before somebody lets go by it


def lapsing(story: Story) -> Story:
    """The same story, in which the founder says how long words stay, and weeks go by besides.

    No two clocks differ by more than a day: by more, what lapses between is on one computer only.
    In the end all lines are cut, as when computers wake after so long: else nobody would look at
    the clock before the next full hour.
    """
    chance = stream(story.seed, "lapsing")
    acts: list[tuple[float, Act]] = list(story.acts)

    def at(share: float) -> float:
        return round(chance.random() * share * story.length, 3)

    acts.append((at(0.3), Keep(FOUNDER, chance.choice((1, 1, 2, 7, 30)))))
    if chance.random() < 0.4:
        acts.append((at(1.0), Keep(FOUNDER, chance.choice((0, 1, 7, 90)))))
    leaps = range(chance.randint(1, 3))
    acts += [(at(1.0), Leap(int(spread(chance, HOUR, 20 * DAY)))) for _ in leaps]
    if chance.random() < 0.5:
        acts.append((story.length, Leap(int(spread(chance, DAY, 40 * DAY)))))
    clocks = tuple(max(-HALF_A_DAY, min(wrong, HALF_A_DAY)) for wrong in story.wrong_clocks)
    if _is_in_doubt(acts, clocks[: story.people]):
        acts.append((story.length, Leap(2 * DAY)))
    return replace(
        story, wrong_clocks=clocks, hang_up=True, acts=tuple(sorted(acts, key=lambda act: act[0]))
    )


def _is_in_doubt(acts: Sequence[tuple[float, Act]], clocks: Sequence[int]) -> bool:
    """Whether in the end the day of grace of something said is over by some clocks only.

    Which lasts as long as the clocks are apart, and then all agree; but nobody's clock shortens it.
    `clocks`: by how many ms each is wrong.
    """
    said = [at for at, act in acts if isinstance(act, Keep)]
    leaps = [(at, act.ms) for at, act in acts if isinstance(act, Leap)]
    for at in said:
        stands = sum(ms for later, ms in leaps if later >= at)
        by_each = [stands + clock - clocks[FOUNDER] for clock in clocks]
        if min(by_each) < DAY + HOUR and max(by_each) >= LET_GO - HOUR:
            return True
    return False
