"""Words that lapse: gone from every computer and every file, and nobody's set has a hole for it."""

from pathlib import Path
from unittest import mock

import msgspec
import pytest
import trio
from trio.testing import MockClock

from app import commands as c
from app import lapsing, overview, settings, verdicts, writing
from app.circle import acts
from app.circle.openlog import What
from app.circle.retention import NOTHING
from app.circle.state import History
from app.events import PostsGone
from app.governing import log
from app.refused import Refused, Why
from app.running import HOUR, RunningCircle
from p2p.envelope import envelope_id
from p2p.ids import EnvelopeId
from p2p.op import Kind, Log, SignedOp, strip
from tests.p2p.village import Person, Village, Watch, lapse, meet, settle

WEEK = 7 * 24  # hours


def keeps(person: Person, days: int) -> None:
    """A host says how long words stay."""
    asked = c.SetRetention(circle=person.room.hex, days=days)
    settings.change(person.room, person.outbox, asked)


def later(*people: Person, hours: int) -> None:
    for person in people:
        person.watch.go_on(hours=hours)


def a_word(person: Person) -> SignedOp:
    """A post that says "word", kept nowhere."""
    said = acts.Writing(b"n" * 16, "story", "", "word")
    return person.signs(Log.WORDS, Kind.POST, acts.encode(said))


def vouched_for(person: Person) -> tuple[SignedOp, SignedOp, SignedOp]:
    """A word, the one after it, which vouches for it, and the first with a poor signature."""
    op = a_word(person)
    said = acts.encode(acts.Writing(b"m" * 16, "story", "", "next"))
    after = person.signs(Log.WORDS, Kind.POST, said, seq=1, prev=op.op_id)
    return op, after, msgspec.structs.replace(op, signature=bytes(64))


def missing(person: Person) -> int:
    return overview.digest(person.room).missing


def the_same(*people: Person) -> None:
    """All hold the same set, and the same counts in it."""
    first, *others = [person.knows() for person in people]
    for other in others:
        assert other == first
    assert [missing(person) for person in people] == [0] * len(people)


def with_a_clock(person: Person) -> Person:
    """Somebody whose clock is their own, as it is at home."""
    person.watch = person.room.clock = Watch(person.watch.at)
    return person


@pytest.fixture
def ada(village: Village) -> Person:
    return with_a_clock(village.founder("Ada"))


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return with_a_clock(village.joined(ada, "Bo"))


def test_words_lapse_on_every_computer(ada: Person, bo: Person) -> None:
    """A week later and not an hour before; what is younger stays; both still hold the same."""
    keeps(ada, 7)
    first = ada.write("an old word")
    ada.sign()
    settle(ada, bo)
    bo.write("an answer", to=first)
    later(ada, bo, hours=WEEK - 1)
    ada.write("a young word")
    settle(ada, bo)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == {"an old word", "an answer", "a young word"}
    later(ada, bo, hours=1)
    lapse(ada, bo)
    for person in (ada, bo):
        assert [post.body for post in person.room.posts.page(None, 9)] == ["a young word"]
        assert person.room.posts.find("old", 9) == []
        gone = [event for event in person.heard if isinstance(event, PostsGone)]
        assert len({post for event in gone for post in event.posts}) == 2
    the_same(ada, bo)
    settle(ada, bo)
    the_same(ada, bo)
    assert not ada.inbox.lapse()


def test_what_has_lapsed_is_in_no_file(ada: Person, bo: Person) -> None:
    """Neither in the store nor beside it, and the home goes on writing into it."""
    keeps(ada, 7)
    ada.write("Quittenmus im Keller")
    ada.sign()
    later(ada, hours=WEEK + 24)
    (name,) = [EnvelopeId(i) for _, i in ada.items(Log.WORDS)]
    lapse(ada)
    assert name not in {i for _, i in ada.items(Log.WORDS)}
    kept = ada.db.read("SELECT body FROM bodies") + ada.db.read("SELECT * FROM posts")
    assert "Quittenmus" not in repr(kept)
    wal = Path(f"{ada.path}-wal")
    assert not wal.exists() or not wal.stat().st_size
    ada.write("another")
    settle(ada, bo)
    assert bo.bodies() == {"another"}


def test_whoever_is_behind_follows_whoever_is_not(ada: Person, bo: Person) -> None:
    """Clocks differ: the one in which it is not time yet takes the other's word, at once."""
    keeps(ada, 7)
    ada.write("one")
    ada.sign()
    settle(ada, bo)
    later(ada, hours=WEEK)
    later(bo, hours=WEEK - 20)
    lapse(ada, bo)
    assert bo.bodies() == {"one"}
    settle(ada, bo)
    assert ada.bodies() == bo.bodies() == set()
    the_same(ada, bo)


def test_a_newcomer_holds_the_same_without_the_words(village: Village, ada: Person) -> None:
    """What lapsed is not missing, neither it nor what it was that a younger word answers."""
    keeps(ada, 7)
    old = ada.write("old")
    ada.sign()
    later(ada, hours=WEEK - 1)
    ada.write("young", to=old)
    ada.sign()
    later(ada, hours=2)
    lapse(ada)
    village.watch.at = ada.watch.at
    cy = village.joined(ada, "Cy")
    settle(ada, cy)
    assert [post.body for post in cy.room.posts.page(None, 9, orphans=True)] == ["young"]
    the_same(ada, cy)


def test_what_comes_late_comes_without_its_words(ada: Person, bo: Person) -> None:
    """Somebody was away for longer than words stay: theirs are in the logs, and not to be read."""
    keeps(ada, 7)
    settle(ada, bo)
    bo.write("from long ago")
    bo.sign()
    later(ada, bo, hours=WEEK + 24)
    ada.write("now")
    settle(ada, bo)
    assert ada.bodies() == {"now"}
    lapse(ada, bo)
    settle(ada, bo)
    assert bo.bodies() == {"now"}
    the_same(ada, bo)


def test_what_was_said_and_taken_back_within_a_day_costs_nothing(ada: Person, bo: Person) -> None:
    """And what had lapsed by a choice stays so, whatever is chosen later."""
    ada.write("one")
    ada.sign()
    later(ada, bo, hours=WEEK * 2)
    keeps(ada, 7)
    later(ada, bo, hours=29)
    lapse(ada)
    keeps(ada, 0)
    later(ada, bo, hours=WEEK)
    settle(ada, bo)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == {"one"}
    keeps(ada, 7)
    later(ada, bo, hours=30)
    settle(ada, bo)
    lapse(ada)
    keeps(ada, 0)
    settle(ada, bo)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == set()
    the_same(ada, bo)


def test_a_clock_that_is_wrong_by_far_loses_nothing_for_good(ada: Person, bo: Person) -> None:
    """Whoever has the words gives them again, once it is right; nobody else loses any."""
    keeps(ada, 7)
    ada.write("one")
    ada.write("two")
    ada.sign()
    settle(ada, bo)
    right = bo.watch.at
    later(bo, hours=24 * 365)
    lapse(bo)
    assert bo.bodies() == set()
    settle(ada, bo)
    assert ada.bodies() == {"one", "two"}
    bo.watch.at = right
    lapse(bo)
    assert missing(bo) == 2
    settle(ada, bo)
    assert ada.bodies() == bo.bodies() == {"one", "two"}
    the_same(ada, bo)
    later(ada, bo, hours=WEEK)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == set()
    the_same(ada, bo)


def test_somebody_who_strips_what_has_not_lapsed_takes_nothing_away(
    ada: Person, bo: Person
) -> None:
    """It counts as missing until somebody has the words, and then they are here."""
    keeps(ada, 7)
    settle(ada, bo)
    op = a_word(ada)
    bo.takes(bo.seals(strip(op)), log=Log.WORDS)
    assert bo.bodies() == set()
    assert missing(bo) == 1
    bo.takes(bo.seals(op), log=Log.WORDS)
    assert bo.bodies() == {"word"}
    assert missing(bo) == 0
    before = bo.knows()
    bo.takes(bo.seals(strip(op)), log=Log.WORDS)
    assert bo.knows() == before


def test_both_forms_in_one_frame(ada: Person, bo: Person) -> None:
    """In any order: the whole one stays until it has lapsed."""
    keeps(ada, 7)
    settle(ada, bo)
    op = a_word(ada)
    both = [bo.seals(strip(op)), bo.seals(op)]
    bo.takes(*both, log=Log.WORDS)
    assert bo.bodies() == {"word"}
    later(bo, hours=WEEK)
    ada.watch.at = bo.watch.at
    ada.takes(*reversed(both), log=Log.WORDS)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == set()
    assert [i for _, i in ada.items(Log.WORDS)] == [i for _, i in bo.items(Log.WORDS)]


def test_the_second_op_of_a_post_is_shown_when_the_first_lapses(ada: Person, bo: Person) -> None:
    """A disk that was put back may have said a post twice, a week apart: as a newcomer sees it."""
    keeps(ada, 7)
    said = acts.encode(acts.Writing(b"n" * 16, "story", "", "twice"))
    first = ada.signs(Log.WORDS, Kind.POST, said)
    ada.takes(ada.seals(first), log=Log.WORDS)
    later(ada, bo, hours=100)
    second = ada.signs(Log.WORDS, Kind.POST, said, seq=1, prev=first.op_id)
    ada.takes(ada.seals(second), log=Log.WORDS)
    settle(ada, bo)
    later(ada, bo, hours=WEEK - 50)
    lapse(ada, bo)
    assert ada.bodies() == bo.bodies() == {"twice"}
    the_same(ada, bo)


def test_many_lapse_part_by_part(ada: Person, bo: Person) -> None:
    """No change is longer than a few hundred words; meanwhile others have their turn."""
    keeps(ada, 7)
    for number in range(1100):
        ada.write(f"{number}")
    ada.sign()
    later(ada, hours=WEEK + 24)
    assert [ada.inbox.lapse() for _ in range(4)] == [True, True, False, False]
    assert ada.bodies() == set()
    ada.restart()
    lapse(ada)
    assert lapsing.until(ada.room) > NOTHING
    later(bo, hours=WEEK + 24)
    settle(ada, bo)
    the_same(ada, bo)


def test_only_hosts_say_how_long(ada: Person, bo: Person) -> None:
    """Everybody reads it, and in the log who decided it."""
    with pytest.raises(Refused) as no:
        keeps(bo, 7)
    assert no.value.kind is Why.NOT_ALLOWED
    keeps(ada, 30)
    keeps(ada, 30)
    settle(ada, bo)
    assert settings.read(bo.room).keeps_days == 30
    told = [entry for entry in log(bo.room) if entry.what is What.RETENTION]
    assert [(entry.by_name, entry.reason) for entry in told] == [("Ada", "30")]


def test_what_a_choice_would_do_is_told_before(village: Village) -> None:
    """How many of the words here are older; nobody who reads nothing older is told of more."""
    ada = village.founder("Ada", history=History.FRESH)
    for hours in (0, 24 * 40, 24 * 8):
        later(ada, hours=hours)
        ada.write("one")
        ada.sign()
    found = {days: settings.effect(ada.room, days).posts for days in (0, 7, 30, 90)}
    assert found == {0: 0, 7: 2, 30: 1, 90: 0}


def test_what_waits_to_be_sent_does_not_lapse(ada: Person, bo: Person) -> None:
    """It is on this computer only, and younger than its writing once it is signed."""
    keeps(ada, 7)
    settle(ada, bo)
    for end in list(ada.ends):
        end.line.hang_up()
    ada.write("unsent")
    later(ada, bo, hours=WEEK * 3)
    lapse(ada)
    assert ada.bodies() == {"unsent"}
    settle(ada, bo)
    lapse(ada, bo)
    assert bo.bodies() == {"unsent"}
    meet(ada, bo)
    the_same(ada, bo)


def test_words_lapse_too_whose_secret_has_gone(ada: Person) -> None:
    """Nobody can have them from here any more, and nothing ends by it."""
    keeps(ada, 7)
    ada.write("one")
    ada.sign()
    ada.forgets_its_keys()
    later(ada, hours=WEEK + 24)
    lapse(ada)
    assert ada.bodies() == set()
    assert "one" not in repr(ada.db.read("SELECT body FROM bodies"))


def test_a_better_signature_makes_nothing_unread(ada: Person, bo: Person) -> None:
    """The same words in another envelope are no news."""
    op, after, poor = vouched_for(ada)
    bo.takes(bo.seals(after), bo.seals(poor), log=Log.WORDS)
    assert bo.bodies() == {"word", "next"}
    with bo.db.write():
        assert bo.room.posts.mark_read(None)
    before = bo.feed()
    bo.watch.go_on(hours=1)
    bo.takes(bo.seals(op), log=Log.WORDS)
    assert [i for _, i in bo.items(Log.WORDS)].count(envelope_id(bo.seals(op))) == 1
    assert bo.feed() == before


def test_nobody_lets_go_before_the_others_follow(ada: Person, bo: Person) -> None:
    """A circle that kept all: when the first clock lets go, one that is hours behind is ready."""
    for number in range(50):
        ada.write(f"{number}")
    ada.sign()
    later(ada, bo, hours=WEEK * 3)
    keeps(ada, 7)
    settle(ada, bo)
    later(ada, hours=30)
    later(bo, hours=25)
    lapse(ada, bo)
    assert ada.bodies() == set()
    assert len(bo.bodies()) == 50
    settle(ada, bo)
    assert bo.bodies() == set()
    the_same(ada, bo)


def test_words_of_a_day_do_not_go_at_once(ada: Person, bo: Person) -> None:
    """Whoever strips what was just said takes it from nobody."""
    keeps(ada, 1)
    later(ada, bo, hours=WEEK)
    settle(ada, bo)
    op = a_word(ada)
    bo.takes(bo.seals(op), log=Log.WORDS)
    bo.takes(bo.seals(strip(op)), log=Log.WORDS)
    assert bo.bodies() == {"word"}


def test_a_poor_signature_takes_no_words_away(ada: Person, bo: Person) -> None:
    """The words of one and the true signature of the other: what both hold in the end."""
    keeps(ada, 7)
    settle(ada, bo)
    op, after, poor = vouched_for(ada)
    for person, both in ((ada, (poor, strip(op))), (bo, (strip(op), poor))):
        person.takes(bo.seals(after), log=Log.WORDS)
        for one in both:
            person.takes(bo.seals(one), log=Log.WORDS)
        assert person.bodies() == {"word", "next"}
    assert ada.items(Log.WORDS) == bo.items(Log.WORDS)
    assert envelope_id(bo.seals(op)) in {i for _, i in bo.items(Log.WORDS)}


def test_many_that_come_stripped_are_exchanged_at_once(ada: Person, bo: Person) -> None:
    """One change for all of a frame, not one for each: they are thousands after weeks away."""
    keeps(ada, 7)
    for number in range(300):
        ada.write(f"{number}")
    ada.sign()
    settle(ada, bo)
    later(ada, bo, hours=WEEK + 24)
    lapse(ada)
    before = bo.db.read("SELECT count(*) FROM posts")
    with mock.patch.object(verdicts.Verdicts, "__init__", autospec=True,
                           side_effect=verdicts.Verdicts.__init__) as judged:  # fmt: skip
        bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert judged.call_count < 5
    assert before == [(300,)]
    assert bo.bodies() == set()
    the_same(ada, bo)


def test_what_nobody_vouches_for_lapses_too(ada: Person, bo: Person) -> None:
    """It is set aside, and could be read with the keys that are here."""
    keeps(ada, 7)
    settle(ada, bo)
    op = a_word(ada)
    poor = msgspec.structs.replace(op, signature=bytes(64))
    bo.takes(bo.seals(poor), log=Log.WORDS)
    later(bo, hours=WEEK + 24)
    lapse(bo)
    rows = bo.db.read("SELECT bytes FROM quarantine")
    assert rows == [(bo.seals(strip(poor)),)]


def test_what_was_let_go_because_of_another_is_in_no_file_either(ada: Person, bo: Person) -> None:
    """The store's own log is written back at the next look, also where nothing else lapses."""
    keeps(ada, 7)
    ada.write("one")
    ada.sign()
    settle(ada, bo)
    later(ada, bo, hours=WEEK + 24)
    lapse(ada)
    settle(ada, bo)
    lapse(bo)
    wal = Path(f"{bo.path}-wal")
    assert not wal.exists() or not wal.stat().st_size


def test_it_is_said_that_words_go_only_where_some_have(ada: Person) -> None:
    """Else a reply that is late would be taken for one to something gone."""
    running = RunningCircle(ada.room, (), ada.heard.append)
    ada.write("one")
    ada.sign()
    keeps(ada, 30)
    later(ada, hours=24 * 29)
    lapse(ada)
    assert not overview.row(running).lapses
    later(ada, hours=48)
    lapse(ada)
    assert overview.row(running).lapses


def test_a_thread_whose_first_post_has_gone_shows_its_younger_answers(ada: Person) -> None:
    """And when these have gone too, it says that nothing is here."""
    keeps(ada, 7)
    root = ada.write("asked")
    ada.sign()
    later(ada, hours=100)
    ada.write("answered", to=root)
    ada.sign()
    later(ada, hours=WEEK - 90)
    lapse(ada)
    asked = c.ReadThread(circle=ada.room.hex, post=root)
    thread = writing.thread(ada.room, asked)
    assert (thread.post, [one.body for one in thread.replies]) == (None, ["answered"])
    later(ada, hours=WEEK)
    lapse(ada)
    with pytest.raises(Refused) as gone:
        writing.thread(ada.room, asked)
    assert gone.value.kind is Why.NO_SUCH_POST


def test_a_running_circle_looks_at_each_full_hour_and_as_hosts_decide(ada: Person) -> None:
    """Nothing is asked for, and nobody has to be met."""
    running = RunningCircle(ada.room, (), ada.heard.append)
    ada.write("one")
    ada.sign()
    later(ada, hours=WEEK * 2)
    ada.watch.go_on(ms=HOUR // 2)

    async def goes_by() -> list[int]:
        counts: list[int] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(running.lapse)
            keeps(ada, 7)  # tells the circle
            for hours in (29, 1):
                later(ada, hours=hours)
                await trio.sleep(HOUR / 1000)
                counts.append(len(ada.bodies()))
            nursery.cancel_scope.cancel()
        return counts

    assert trio.run(goes_by, clock=MockClock(autojump_threshold=0)) == [1, 0]
