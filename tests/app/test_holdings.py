"""On whose computers a post is: as they say under their own key, and never by a guess."""

import random
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from app import commands as c
from app import governing, holdings
from app.circle.state import CircleState, History, Post
from app.events import PostReached, PostsReached
from app.reaching import Runs
from app.store import holdings as rows_of
from p2p import wire
from p2p.crypto import sign
from p2p.errors import PeerFault
from p2p.ids import DeviceId
from p2p.op import Log
from tests.p2p.village import Line, Person, Village, hang_up, meet, spoilt


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Cy")


def row(person: Person, post: str) -> Post:
    found = person.room.posts.one(bytes.fromhex(post))
    assert found is not None
    return found


def reached(person: Person, post: str) -> tuple[int | None, int | None]:
    found = row(person, post)
    return found.reached, found.of


def said(by: Person, author: Person) -> wire.Holding:
    """What somebody's computer says of an author's words."""
    by.shelf.hold([author.device])
    pair = by.device, author.device
    return rows_of.of_pairs(by.db, by.room.row.circle_no, [pair])[pair]


def signed(by: Person, author: Person, **changes: object) -> wire.Holding:
    """Anything at all, under somebody's own key."""
    fields: dict[str, object] = {
        "holder": by.device, "author": author.device, "counter": 2**40, "first": 0, "top": 1,
        "head": bytes(8), "signature": bytes(64),
    }  # fmt: skip
    bare = wire.Holding(**{**fields, **changes})  # type: ignore[arg-type]  # a test's own parts
    message = holdings._message(by.circle, bare)
    signature = sign(by.room.row.device_seed, holdings.DOMAIN, message)
    return msgspec.structs.replace(bare, signature=signature)


def removes(by: Person, whom: Person) -> None:
    asked = c.RemoveMember(circle=by.room.hex, member=whom.room.ledger.me.hex(), reason="")
    governing.govern(by.room, by.outbox, asked)


def test_a_post_is_on_one_computer_until_another_one_says_that_it_has_it(
    ada: Person, bo: Person
) -> None:
    """Handing over is not enough, nor that the line took it: Bo's computer has to say so."""
    hang_up(ada, bo)
    post = ada.write("early")
    assert row(ada, post).unsent
    assert reached(ada, post) == (0, 1)
    line = meet(ada, bo)
    assert reached(ada, post) == (1, 1)
    later = ada.write("later")
    line.carry()
    assert "later" in bo.bodies()
    assert reached(ada, later) == (0, 1)
    assert row(ada, later).not_yet == ["Bo"]
    bo.says_what_it_holds()
    line.carry()
    assert reached(ada, later) == (1, 1)
    assert row(ada, later).not_yet == []


def test_nobody_is_told_where_the_posts_of_others_are(ada: Person, bo: Person) -> None:
    """It is the writer's concern only."""
    post = ada.write("mine")
    meet(ada, bo)
    assert reached(bo, post) == (None, None)


def test_who_meets_the_writer_brings_what_others_said(ada: Person, bo: Person, cy: Person) -> None:
    """Ada never meets Cy; Bo keeps for her that Cy has it too, over a restart."""
    hang_up(ada, bo, cy)
    post = ada.write("by way of Bo")
    meet(ada, bo).hang_up()
    assert reached(ada, post) == (1, 2)
    assert row(ada, post).not_yet == ["Cy"]
    line = meet(bo, cy)
    cy.says_what_it_holds()
    line.carry()
    line.hang_up()
    bo.restart()
    ada.restart()
    assert reached(ada, post) == (1, 2)
    meet(ada, bo)
    assert reached(ada, post) == (2, 2)


def test_where_nothing_is_new_nothing_is_said(ada: Person, bo: Person) -> None:
    """Each asks once, in a few bytes, and nobody has anything to answer."""
    ada.write("known")
    bo.write("known too")
    for _ in range(2):
        line = meet(ada, bo)
        bo.says_what_it_holds()
        ada.says_what_it_holds()
        line.carry()
        line.hang_up()
    line = meet(ada, bo)
    assert not line.frames(wire.Holdings)
    asked = line.frames(wire.Heard)
    assert len(asked) == 2
    assert sum(len(wire.encode(frame)) for frame in asked) < 100


def test_a_burst_of_posts_is_one_thing_to_say(ada: Person, bo: Person) -> None:
    """A run has a beginning and an end, however long it is; of many posts one event tells."""
    line = meet(ada, bo)
    posts = [ada.write(f"{number}") for number in range(60)]
    line.carry()
    bo.says_what_it_holds()
    ada.heard.clear()
    line.carry()
    frames = line.frames(wire.Holdings, by=bo)
    assert sum(len(f.holdings) for f in frames if isinstance(f, wire.Holdings)) == 1
    assert all(reached(ada, post) == (1, 1) for post in posts)
    assert [e for e in ada.heard if isinstance(e, PostsReached | PostReached)] == [
        PostsReached(circle=ada.room.hex)
    ]


def test_the_writer_is_told_of_each_post_that_came_further(ada: Person, bo: Person) -> None:
    """After it is on disk, with the row as it is now; and of no other post."""
    ada.write("long there")
    line = meet(ada, bo)
    ada.heard.clear()
    post = ada.write("new")
    line.carry()
    bo.says_what_it_holds()
    line.carry()
    told = [event for event in ada.heard if isinstance(event, PostReached)]
    assert [event.post for event in told] == [post]
    assert told[0].content == row(ada, post)
    assert told[0].content.reached == 1


def test_who_went_counts_in_neither(ada: Person, bo: Person, cy: Person) -> None:
    """Bo held it and is removed: one of one, and what his computer says is heard no more."""
    hang_up(ada, bo, cy)
    post = ada.write("for all")
    for other in (bo, cy):
        meet(ada, other).hang_up()
    assert reached(ada, post) == (2, 2)
    last = signed(bo, ada, top=9)
    removes(ada, bo)
    assert reached(ada, post) == (1, 1)
    assert ada.shelf.take_holdings([last]) == []
    assert reached(ada, post) == (1, 1)
    cy.leave()
    meet(ada, cy)
    assert reached(ada, post) == (0, 0)


def test_a_newcomer_is_waited_for_only_where_they_may_read_it(village: Village) -> None:
    """By the circle's rule: an open past comes to them, a closed one never does."""
    for history, waits in ((History.OPEN, True), (History.FRESH, False)):
        ada = village.founder("Ada", history=history)
        bo = village.joined(ada, "Bo")
        before = ada.write("before Cy")
        meet(ada, bo).hang_up()
        assert reached(ada, before) == (1, 1)
        cy = village.joined(ada, "Cy")
        after = ada.write("since Cy")
        assert reached(ada, before) == ((2, 2) if waits else (1, 1))
        hang_up(ada, bo, cy)
        meet(ada, cy)
        assert reached(ada, after) == (1, 2)
        # Whatever Cy's computer claims: of what it can't read it is not believed.
        _, (_, newest) = ada.own_words()
        ada.shelf.take_holdings([signed(cy, ada, top=2, head=newest[:8])])
        assert reached(ada, before) == ((2, 2) if waits else (1, 1))
        assert reached(ada, after) == (1, 2)


def test_a_disk_that_was_put_back_is_believed_that_it_holds_less(
    village: Village, ada: Person, bo: Person, cy: Person
) -> None:
    """Bo's computer learns from what it said itself that it was put back, and says what is true."""
    hang_up(ada, bo, cy)
    old = ada.write("old")
    meet(ada, bo).hang_up()
    backup = village.photograph(bo)
    new = ada.write("new")
    meet(ada, bo).hang_up()
    meet(ada, cy).hang_up()
    assert reached(ada, new) == (2, 2)
    again = village.restored(bo, backup)
    # With Cy, who has it on Ada's behalf, up to the moment where the words are still missing.
    cy.shelf.take_holdings([said(bo, ada)])
    assert again.shelf.take_holdings([said(bo, ada)]) == []
    assert again.says_later == {ada.device}
    less = again.shelf.hold([ada.device])
    assert [one.top for one in less] == [1]
    assert cy.shelf.take_holdings(less) == less
    assert ada.shelf.take_holdings(less) == []
    assert reached(ada, old) == (2, 2)
    assert reached(ada, new) == (1, 2)
    meet(ada, again)
    assert reached(ada, new) == (2, 2)


def test_a_log_that_went_on_otherwise_counts_for_nothing(
    village: Village, ada: Person, bo: Person
) -> None:
    """Ada's disk is put back and she writes anew: what Bo has at that number is another post."""
    hang_up(ada, bo)
    backup = village.photograph(ada)
    ada.write("lost")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    post = again.write("in its place")
    again.sign()  # with nobody who could tell her
    told = signed(bo, ada, top=said(bo, ada).top, head=said(bo, ada).head)
    again.shelf.take_holdings([told])
    assert reached(again, post) == (0, 1)


def test_what_came_back_counts_as_soon_as_it_is_here_again(
    village: Village, ada: Person, bo: Person
) -> None:
    """Bo holds more of Ada's words than her own disk, which was put back: first it can't tell."""
    hang_up(ada, bo)
    first = ada.write("first")
    meet(ada, bo).hang_up()
    backup = village.photograph(ada)
    ada.write("second")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    assert reached(again, first) == (1, 1)
    again.shelf.take_holdings([said(bo, ada)])
    assert reached(again, first) == (0, 1)
    again.takes(*bo.gives(Log.WORDS), log=Log.WORDS)
    assert reached(again, first) == (1, 1)


def test_nobody_can_say_it_for_another(ada: Person, bo: Person, cy: Person) -> None:
    """Bo hands on what Cy never signed, or what Cy signed otherwise: he is hung up on."""
    ada.write("mine")
    true = said(cy, ada) if cy.bodies() else signed(cy, ada)
    for false in (
        msgspec.structs.replace(true, top=true.top + 1),
        msgspec.structs.replace(true, counter=true.counter + 1),
        msgspec.structs.replace(true, head=spoilt(true.head)),
        msgspec.structs.replace(true, author=bo.device),
        msgspec.structs.replace(true, signature=signed(bo, ada).signature),
        msgspec.structs.replace(true, signature=spoilt(true.signature)),
    ):
        with pytest.raises(PeerFault):
            ada.shelf.take_holdings([false])


@pytest.mark.parametrize("changes", [{"first": 1}, {"first": 5, "top": 2}, {"top": 0}])
def test_what_cannot_be_held_is_a_fault(ada: Person, bo: Person, changes: dict[str, int]) -> None:
    """A run that ends before it begins, whoever signed it."""
    with pytest.raises(PeerFault):
        ada.shelf.take_holdings([signed(bo, ada, **changes)])


def test_nobody_holds_their_own_words_for_themselves(ada: Person, bo: Person) -> None:
    """It would tell nothing."""
    with pytest.raises(PeerFault):
        ada.shelf.take_holdings([signed(bo, bo)])


def test_a_liar_reaches_nothing_but_a_lie_about_their_own_computer(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Bo says that he holds what he has not got: one more at the most, and only until he goes."""
    hang_up(ada, bo, cy)
    post = ada.write("far away")
    ada.sign()
    assert reached(ada, post) == (0, 2)
    ((_, op),) = ada.own_words()
    ada.shelf.take_holdings([signed(bo, ada, head=op[:8])])
    assert reached(ada, post) == (1, 2)
    assert row(ada, post).not_yet == ["Cy"]
    removes(ada, bo)
    assert reached(ada, post) == (0, 1)


def test_who_claims_what_never_was_costs_no_more_than_others(
    ada: Person, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is counted once, also where somebody names an end that is none of ours."""
    posts = [ada.write(f"{number}") for number in range(30)]
    ada.sign()
    ada.shelf.take_holdings([signed(bo, ada, top=9)])
    counted: list[bytes] = []
    real = ada.room.reaching._runs

    def runs(device: DeviceId) -> Runs:
        counted.append(device)
        return real(device)

    monkeypatch.setattr(ada.room.reaching, "_runs", runs)
    ada.room.reaching.forget()
    assert {reached(ada, post) for post in posts} == {(0, 1)}
    assert len(counted) == 1


def test_a_cut_list_is_a_fault(ada: Person, bo: Person) -> None:
    """Rows are whole."""
    with pytest.raises(PeerFault):
        ada.shelf.unheard(bo.device, bytes(wire.HEARD_ROW - 1))


def test_what_is_carried_for_others_has_a_bound(
    ada: Person, bo: Person, cy: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first goes; what is about us, or by us, stays."""
    monkeypatch.setattr(holdings, "CARRIED", 1)
    ada.write("a")
    ada.sign()
    bo.write("b")
    settle_words(ada, bo, cy)
    said(ada, bo)
    ada.shelf.take_holdings([said(bo, ada), said(cy, ada), said(cy, bo), signed(bo, cy)])
    kept = rows_of.every(ada.db, ada.room.row.circle_no, 99)
    assert {(one.holder, one.author) for one in kept} == {
        (ada.device, bo.device), (bo.device, ada.device), (cy.device, ada.device),
        (bo.device, cy.device),
    }  # fmt: skip


def settle_words(*people: Person) -> None:
    for one in people:
        for other in people:
            other.takes(*one.gives(Log.WORDS), log=Log.WORDS)


def test_who_is_out_says_nothing_and_is_told_nothing(ada: Person, bo: Person) -> None:
    """Bo is removed and knows it: his posts tell no number any more."""
    post = bo.write("before")
    meet(ada, bo).hang_up()
    assert reached(bo, post) == (1, 1)
    ada.write("news")
    removes(ada, bo)
    bo.takes(*ada.gives())
    assert bo.room.row.state is CircleState.REMOVED
    assert reached(bo, post) == (None, None)
    assert bo.shelf.hold([ada.device]) == []


def test_a_clock_from_another_age_says_nothing_that_cannot_be_said(ada: Person, bo: Person) -> None:
    """A counter has an end; beyond it what was said stands."""
    ada.write("a")
    ada.sign()
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    bo.watch.go_on(hours=2**33)
    assert bo.shelf.hold([ada.device]) == []


# -- at every step -------------------------------------------------------------------------------


class Story:
    """Some people, some chance, and a look at all disks after each frame."""

    def __init__(self, village: Village, seed: int) -> None:
        self.village = village
        self.chance = random.Random(seed)
        self.people = [village.founder("Ada", history=self.chance.choice(list(History)))]
        for name in ("Bo", "Cy", "Di"):
            self.people.append(village.joined(self.people[0], name))
        self.forgotten: dict[bytes, int] = {}  # of a device put back: what it said up to then
        self.backups: dict[int, Path] = {}
        self.looked = 0

    def tell(self) -> None:
        for _ in range(60):
            self.chance.choice((
                self.writes, self.writes, self.meets, self.meets_in_vain, self.misses_some,
                self.misses_some, self.restarts, self.photographs, self.puts_back, self.removes,
            ))()  # fmt: skip
            self.look()

    def present(self) -> list[Person]:
        return [p for p in self.people if p.room.row.state is CircleState.MEMBER]

    def two(self) -> tuple[Person, Person] | None:
        present = self.present()
        return tuple(self.chance.sample(present, 2)) if len(present) > 1 else None  # type: ignore[return-value]

    def writes(self) -> None:
        writer = self.chance.choice(self.present())
        for _ in range(self.chance.randrange(1, 9)):
            writer.write("words " * self.chance.randrange(1, 4000))  # so that few go in a frame

    def meets(self, most: int = 20_000) -> None:
        if pair := self.two():
            self.meeting(*pair, most=most)

    def meeting(self, *pair: Person, most: int = 20_000, sure: float = 0.7) -> None:
        with suppress(PeerFault):  # one of them is out, or forked, and the other knows
            line = Line(*pair, chain=True)
            try:
                line.carry(most=most, chance=self.chance, between=self.look)
                line.left.flush()  # what has come whole is kept, as where a line is cut
                line.right.flush()
                for one in pair:
                    if self.chance.random() < sure:
                        one.says_what_it_holds()
                line.carry(most=most, chance=self.chance, between=self.look)
            finally:
                line.hang_up()

    def meets_in_vain(self) -> None:
        self.meets(self.chance.randrange(8, 28))

    def misses_some(self) -> None:
        """News come by, and not all of it."""
        if pair := self.two():
            teller, hearer = pair
            came = [e for e in teller.gives(Log.WORDS) if self.chance.random() < 0.6]
            with suppress(PeerFault):
                hearer.takes(*came, log=Log.WORDS)
            hearer.says_later.update(p.device for p in self.people)

    def restarts(self) -> None:
        self.chance.choice(self.present()).restart()

    def photographs(self) -> None:
        number = self.chance.randrange(1, len(self.people))
        self.backups[number] = self.village.photograph(self.people[number])

    def puts_back(self) -> None:
        """Nobody can know that a disk went back before its computer says so: that is excused."""
        numbers = [n for n in self.backups if self.people[n] in self.present()]
        if not numbers:
            return
        number = self.chance.choice(numbers)
        old = self.people[number]
        known = [one.counter for p in self.people for one in every(p) if one.holder == old.device]
        self.forgotten[bytes(old.device)] = max(known, default=-1)
        self.people[number] = self.village.restored(old, self.backups.pop(number))

    def removes(self) -> None:
        founder, *others = self.present()
        devices = founder.room.ledger.view.devices()
        gone = self.chance.choice(others) if len(others) > 1 else founder
        if self.chance.random() < 0.1 and gone is not founder and gone.device in devices:
            removes(founder, gone)

    def look(self) -> None:
        """Every computer that somebody counts holds the post, byte for byte the writer's own op."""
        disks = {bytes(p.device): words_on_disk(p) for p in self.people}
        for writer in self.present():
            counted = [
                one for one in counting(writer)
                if one.counter > self.forgotten.get(bytes(one.holder), -1)
            ]  # fmt: skip
            for seq, op in writer.own_words():
                for one in counted:
                    if one.first <= seq < one.top:
                        assert op in disks[one.holder], "counted, and not there"
            self.looked += len(counted)


def every(person: Person) -> list[wire.Holding]:
    return rows_of.every(person.db, person.room.row.circle_no, 99)


def words_on_disk(person: Person) -> set[bytes]:
    return {bytes(op) for (op,) in person.db.read("SELECT op FROM ops WHERE log = 1")}


def counting(writer: Person) -> list[wire.Holding]:
    """What counts of what somebody was told about their words, as the screen counts."""
    view = writer.room.ledger.view
    runs = writer.room.reaching._runs(writer.device)
    told = rows_of.about(writer.db, writer.room.row.circle_no, writer.device)
    found = [
        one for one in told
        if one.holder in view.devices()
        and (one.first, one.top) in runs.get(view.owner[DeviceId(one.holder)], ())
    ]  # fmt: skip
    assert len(found) == sum(len(one) for one in runs.values())
    return found


@pytest.mark.parametrize("seed", sorted({*range(25)} - {6}))  # there all fork before they speak
def test_a_state_may_lag_but_never_leads(village: Village, seed: int) -> None:
    """Lines cut anywhere, restarts, disks put back, removals: whoever is counted has it, always."""
    story = Story(village, seed)
    story.tell()
    assert story.looked, "a story in which nobody ever heard of anything"


def test_all_is_known_when_all_have_met(village: Village) -> None:
    """And it does not lag for ever: after two rounds every post has reached everyone."""
    ada = village.founder("Ada")
    people = [ada, *(village.joined(ada, name) for name in ("Bo", "Cy", "Di"))]
    posts = [(one, one.write(f"{one.name} {n}")) for one in people for n in range(3)]
    hang_up(*people)
    for _ in range(2):
        for number, one in enumerate(people):
            for other in people[number + 1 :]:
                line = meet(one, other)
                one.says_what_it_holds()
                other.says_what_it_holds()
                line.carry()
                line.hang_up()
    assert {reached(one, post) for one, post in posts} == {(3, 3)}
