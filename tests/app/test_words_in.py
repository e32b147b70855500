"""Words by the run: one signature for many, and the same end whatever came first."""

import random

import pytest

from app.circle import acts
from app.circle.state import Post
from app.opening import Opening
from app.store import frontier, quarantine, search
from app.store.ops import OpState
from app.words_in import FEW
from p2p import runs
from p2p.envelope import envelope_id
from p2p.errors import PeerFault
from p2p.ids import OpId
from p2p.op import Kind, Log, SignedOp, verify_signature
from tests.app.test_outbox import log_of
from tests.p2p.village import Person, Village, meet, settle

BAD = b"f" * 64


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    return person


def says(person: Person, body: str, number: int = 0, **changes: object) -> SignedOp:
    """Any post at all, signed and kept nowhere."""
    nonce = (body.encode() + bytes(16))[:15] + bytes((number,))
    payload = acts.encode(acts.Writing(nonce, "story", "", body))
    return person.signs(Log.WORDS, Kind.POST, payload, **changes)


def unsigned(op: SignedOp) -> SignedOp:
    """The same op under a signature that is none."""
    return SignedOp(op.header, op.header_bytes, BAD, op.salt, op.payload)


def a_run(person: Person, length: int) -> list[SignedOp]:
    """Posts in a row, each naming the one before."""
    made: list[SignedOp] = []
    for number in range(length):
        prev = made[-1].op_id if made else OpId(bytes(32))
        made.append(says(person, f"part {number}", seq=number, prev=prev))
    return made


def state_of(person: Person, op: SignedOp) -> OpState | None:
    rows = person.db.read("SELECT state FROM ops WHERE op = ?", (op.op_id,))
    return OpState(rows[0][0]) if rows else None


def set_aside(person: Person) -> int:
    ((count,),) = person.db.read("SELECT count(*) FROM quarantine")
    return int(count)


def shown(person: Person) -> list[tuple[Post, list[Post]]]:
    """Everything that a person can read, in order."""
    posts = person.room.posts
    return [(post, posts.replies(bytes.fromhex(post.post))) for post in person.feed()]


def found(person: Person, word: str) -> set[str]:
    return {post.body for post in person.room.posts.find(word, 100)}


def everything(person: Person) -> dict[str, object]:
    """All that must not hang on the order of arrival: state, views, sums, search, forks."""
    db = person.db
    rows = db.read("SELECT log, hour, epoch, count, total FROM sums JOIN epochs USING (epoch_no)")
    return {
        **person.knows(),
        "shown": shown(person),
        "sums": sorted(rows),
        "linked": db.read("SELECT op, linked FROM ops ORDER BY op"),
        "holes": sorted(map(repr, frontier.holes(db, person.room.row.circle_no))),
        "forks": db.read("SELECT device, log, seq FROM forks ORDER BY device, log, seq"),
        "found": {word: sorted(found(person, word)) for word in ("part", "words", "fork")},
    }


# ------------------------------------------------------------------------------------ signatures


def test_a_run_that_comes_together_costs_one_signature(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """Also when it comes in pieces, the newest first."""
    asked: list[OpId] = []

    def counting(op: SignedOp) -> bool:
        asked.append(op.op_id)
        return verify_signature(op)

    monkeypatch.setattr(runs, "verify_signature", counting)
    run = a_run(ada, 30)
    for start in (20, 10, 0):
        bo.takes(*(ada.seals(op) for op in run[start : start + 10]), log=Log.WORDS)
    assert asked == [run[-1].op_id]
    assert len(bo.feed()) == 30
    assert frontier.gaps(bo.db, bo.room.row.circle_no) == 0
    bo.restart()
    bo.takes(ada.seals(says(ada, "next", seq=30, prev=run[-1].op_id)), log=Log.WORDS)
    assert len(asked) == 2


@pytest.mark.parametrize("restart", [False, True])
def test_what_a_signed_op_names_as_the_one_before_it_is_signed_too(
    ada: Person, bo: Person, *, restart: bool
) -> None:
    """Somebody resealed Ada's op with a broken signature; hers after it vouches all the same."""
    first, second = a_run(ada, 2)
    bo.takes(ada.seals(second), log=Log.WORDS)
    if restart:
        bo.restart()
    bo.takes(ada.seals(unsigned(first)), log=Log.WORDS)
    assert bo.bodies() == {"part 0", "part 1"}
    bo.takes(ada.seals(first), log=Log.WORDS)
    ((_, envelope),) = bo.shelf.envelopes([envelope_id(ada.seals(first))])
    assert envelope == ada.seals(first)  # of the two the one with a true signature stays
    held = bo.shelf.held(Log.WORDS, [envelope_id(ada.seals(unsigned(first)))])
    assert len(held) == 1  # and the other is never asked for again


def test_nobody_else_vouches(ada: Person, bo: Person) -> None:
    """Bo names Ada's unsigned op as the one before his own: that makes it none of hers."""
    hers = unsigned(says(ada, "never said"))
    bo.takes(bo.seals(hers), log=Log.WORDS)
    his = says(bo, "mine", seq=1, prev=hers.op_id)
    bo.takes(bo.seals(his), log=Log.WORDS)
    assert bo.bodies() == {"mine"}
    assert state_of(bo, hers) is None


def test_an_op_that_nobody_signed_waits_outside_and_blames_nobody(
    village: Village, ada: Person, bo: Person
) -> None:
    """In no set, there after a restart, not asked for again, and taken in once vouched for."""
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy, rounds=1)
    first, second = a_run(ada, 2)
    before = bo.knows()
    bo.takes(ada.seals(unsigned(first)), log=Log.WORDS)
    assert bo.knows() == before
    assert set_aside(bo) == 1
    assert bo.shelf.held(Log.WORDS, [envelope_id(ada.seals(unsigned(first)))])
    bo.restart()
    assert meet(bo, cy).equal
    bo.takes(ada.seals(second), log=Log.WORDS)
    assert bo.bodies() == {"part 0", "part 1"}
    assert set_aside(bo) == 0
    assert meet(bo, cy).equal
    assert cy.knows() == bo.knows()


def test_what_is_set_aside_unsigned_is_bounded_apart_from_what_does_not_open(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """Whoever floods one of the two shuts nothing out of the other."""
    monkeypatch.setattr("app.store.quarantine.MOST", 3)
    with ada.room.change() as change:
        ada.outbox.new_epoch(change)
    for number in range(3):
        ada.write(f"closed {number}")
    ada.sign()
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    old = bo.epoch()
    for number in range(6):
        op = (
            unsigned(says(bo, "spam", number, seq=number, prev=OpId(b"p" * 32), epoch=old))
            if number
            else unsigned(says(bo, "spam", epoch=old))
        )
        bo.takes(bo.seals(op), log=Log.WORDS)
    assert set_aside(bo) == 6
    assert bo.db.read("SELECT count(*) FROM quarantine WHERE op IS NULL") == [(3,)]


def test_what_is_set_aside_is_bounded_in_bytes_and_looked_at_by_name(bo: Person) -> None:
    """Large words that nobody signed push out the oldest; a true one after them still counts."""
    first, second = a_run(bo, 2)
    bo.takes(bo.seals(unsigned(says(bo, "spam"))), log=Log.WORDS)
    for number in range(2 + quarantine.MOST_BYTES // 45_000):
        large = unsigned(says(bo, "x" * 48_000, number % 250, seq=9, prev=OpId(BAD[:32])))
        bo.takes(bo.seals(large), log=Log.WORDS)
    ((size,),) = bo.db.read("SELECT sum(length(bytes)) FROM quarantine")
    assert quarantine.MOST_BYTES - 60_000 < size <= quarantine.MOST_BYTES
    waiting = unsigned(first)
    bo.takes(bo.seals(waiting), log=Log.WORDS)
    before = set_aside(bo)
    assert state_of(bo, first) is None
    bo.takes(bo.seals(second), log=Log.WORDS)
    assert state_of(bo, first) is OpState.ACCEPTED  # vouched for, and taken out
    assert set_aside(bo) == before - 1


# ---------------------------------------------------------------------------------------- chains


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_an_op_that_follows_another_than_the_one_before_it_does_not_count(
    ada: Person, bo: Person, order: tuple[int, int, int]
) -> None:
    """In no order of arrival; what comes after it does."""
    first = says(ada, "first")
    liar = says(ada, "liar", seq=1, prev=OpId(b"x" * 32))
    after = says(ada, "after", seq=2, prev=liar.op_id)
    made = [first, liar, after]
    for place in order:
        bo.takes(ada.seals(made[place]), log=Log.WORDS)
    assert [state_of(bo, op) for op in made] == [
        OpState.ACCEPTED, OpState.VOID, OpState.ACCEPTED,
    ]  # fmt: skip
    assert bo.bodies() == {"first", "after"}
    assert found(bo, "liar") == set()


def test_an_op_whose_place_before_is_empty_counts_and_the_hole_is_known(
    ada: Person, bo: Person
) -> None:
    """Nothing is silently missing: it is counted, and gone when it comes."""
    run = a_run(ada, 4)
    bo.takes(ada.seals(run[3]), log=Log.WORDS)
    circle_no = bo.room.row.circle_no
    (hole,) = frontier.holes(bo.db, circle_no)
    assert (hole.device, hole.first, hole.end) == (ada.device, 0, 3)
    assert frontier.gaps(bo.db, circle_no) == 3
    bo.takes(ada.seals(run[1]), log=Log.WORDS)
    assert [(h.first, h.end) for h in frontier.holes(bo.db, circle_no)] == [(0, 1), (2, 3)]
    bo.takes(ada.seals(run[0]), ada.seals(run[2]), log=Log.WORDS)
    assert frontier.holes(bo.db, circle_no) == []


def test_two_ops_with_one_number_are_noticed_and_undo_nothing(
    village: Village, ada: Person, bo: Person
) -> None:
    """Everybody who has both knows it; both are read."""
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy, rounds=1)
    one, two = says(ada, "fork left", 1), says(ada, "fork right", 2)
    bo.takes(ada.seals(one), log=Log.WORDS)
    cy.takes(ada.seals(two), log=Log.WORDS)
    assert frontier.count_forks(bo.db, bo.room.row.circle_no) == 0
    assert meet(bo, cy).equal
    for person in (bo, cy):
        assert frontier.count_forks(person.db, person.room.row.circle_no) == 1
        assert person.bodies() == {"fork left", "fork right"}
    assert everything(bo) == everything(cy)


def test_two_authority_ops_with_one_number_are_noticed_too(ada: Person, bo: Person) -> None:
    """The proof that the membership work needs is on the disk."""
    acted = [
        ada.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile(name)))
        for name in ("A", "B")
    ]
    bo.takes(*(ada.seals(op) for op in acted))
    assert frontier.count_forks(bo.db, bo.room.row.circle_no) == 1


def test_whoever_said_the_same_again_has_their_turn_when_the_first_is_void(
    ada: Person, bo: Person
) -> None:
    """Two ops claim one post; the lower turns out not to count, so the other is shown."""
    first = says(ada, "start")
    lower = says(ada, "words", seq=1, prev=OpId(b"x" * 32))
    upper = says(ada, "words", seq=2, prev=lower.op_id)
    for op in (lower, upper, first):
        bo.takes(ada.seals(op), log=Log.WORDS)
    assert [state_of(bo, op) for op in (lower, upper)] == [OpState.VOID, OpState.ACCEPTED]
    assert [p.body for p in bo.feed()].count("words") == 1


# -------------------------------------------------------------------------------- fifty orders


def a_troubled_circle(village: Village) -> tuple[Person, list[tuple[Log, bytes]]]:
    """A founder who has everything, and all of it: honest people, a liar, somebody who left."""
    ada = village.founder("Ada")
    bo, cy, eve = (village.joined(ada, name) for name in ("Bo", "Cy", "Eve"))
    settle(ada, bo, cy, eve)
    chance = random.Random("a troubled circle")
    for number in range(24):
        person = chance.choice([ada, bo, cy])
        feed = person.feed()
        to = chance.choice(feed).post if feed and chance.random() < 0.5 else None
        person.write(f"words {number}", to=to)
        village.watch.go_on(hours=chance.choice([0, 0, 1, 30]))
        if chance.random() < 0.6:
            meet(*chance.sample([ada, bo, cy], 2)).hang_up()
    settle(ada, bo, cy)
    late = says(cy, "after leaving", 8, seq=40, prev=OpId(b"u" * 32))
    cy.leave()
    meet(cy, ada)
    settle(ada, bo)
    run = a_run(eve, 6)
    lies = [
        *run,
        unsigned(run[2]),
        says(eve, "fork a", 1, seq=6, prev=run[-1].op_id),
        says(eve, "fork b", 2, seq=6, prev=run[-1].op_id),
        says(eve, "wrong prev", 3, seq=4, prev=OpId(b"y" * 32)),
        says(eve, "far away", 4, seq=2**53 - 1, prev=OpId(b"z" * 32)),
        says(eve, "same post", 5, seq=8, prev=OpId(b"q" * 32)),
        says(eve, "same post", 5, seq=9, prev=OpId(b"r" * 32)),
        says(eve, "heads of nowhere", 6, seq=10, prev=OpId(b"s" * 32),
             heads=tuple(OpId(bytes((n,)) * 32) for n in range(1, 9))),
        says(eve, "unheard authority", 7, seq=11, prev=OpId(b"t" * 32),
             authority_heads=tuple(OpId(bytes((n,)) * 32) for n in range(1, 5))),
        late,
        eve.signs(Log.WORDS, Kind.POST, b"no writing", seq=12, prev=OpId(b"v" * 32)),
        eve.signs(Log.WORDS, 900, b"from the future", seq=13, prev=OpId(b"w" * 32)),
    ]  # fmt: skip
    settle(ada, bo)
    envelopes = [(log, e) for log in Log for e in ada.gives(log)]
    envelopes += [(Log.WORDS, eve.seals(op)) for op in lies]
    return ada, envelopes


def delivered(
    person: Person, envelopes: list[tuple[Log, bytes]], chance: random.Random, most: int
) -> None:
    """Hand over in batches of one log each, authority tried again until it opens."""
    waiting = list(envelopes)
    while waiting:
        chance.shuffle(waiting)
        closed: list[tuple[Log, bytes]] = []
        at = 0
        while at < len(waiting):
            size = chance.randint(1, most)
            batch, at = waiting[at : at + size], at + size
            for log in chance.sample(list(Log), 2):
                part = [e for kind, e in batch if kind is log]
                closed += [(log, e) for e in person.takes_in(log, part).closed]
        waiting = closed


def test_fifty_orders_of_delivery_lead_to_one_state(village: Village) -> None:
    """One op set, envelope by envelope, in batches, and all at once from nothing: byte-equal."""
    ada, envelopes = a_troubled_circle(village)
    newcomer = village.newcomer(ada, "Dee")
    envelopes += [(Log.AUTHORITY, e) for e in ada.gives()]
    blank = village.photograph(newcomer)
    delivered(newcomer, envelopes, random.Random("all at once"), len(envelopes))
    expected = everything(newcomer)
    assert len(newcomer.feed()) > 8
    assert frontier.count_forks(newcomer.db, newcomer.room.row.circle_no) == 1
    for seed in range(50):
        copy = blank.with_name(f"copy-{seed}.db")
        copy.write_bytes(blank.read_bytes())
        other = village.restored(newcomer, copy)
        delivered(other, envelopes, random.Random(seed), random.Random(seed).choice([1, 3, 20]))
        assert everything(other) == expected, seed
        other.restart()
        assert everything(other) == expected, seed
        village.people.remove(other)
        other.db.close()


# ---------------------------------------------------------------------------------------- search


def test_many_that_are_here_already_change_nothing(ada: Person, bo: Person) -> None:
    """Many at once are not looked up by their envelopes: they show by their places."""
    run = [ada.seals(op) for op in a_run(ada, FEW + 6)]
    bo.takes(*run[3:], log=Log.WORDS)
    before, version = everything(bo), bo.room.version
    assert bo.takes_in(Log.WORDS, run[3:]).new == ()
    assert (everything(bo), bo.room.version) == (before, version)
    assert set(bo.takes_in(Log.WORDS, run).new) == {envelope_id(e) for e in run[:3]}
    assert set_aside(bo) == 0
    assert bo.db.read("SELECT count(*) FROM tombstones") == [(0,)]


def test_many_that_are_here_and_open_no_more_are_not_set_aside(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """A secret may go again; what it opened is here and waits for nothing."""
    run = [ada.seals(op) for op in a_run(ada, FEW + 2)]
    bo.takes(*run[1:], log=Log.WORDS)
    before = everything(bo)
    monkeypatch.setattr(Opening, "open", lambda *_: None)
    assert bo.takes_in(Log.WORDS, run).new == ()
    assert everything(bo) == before
    assert set_aside(bo) == 1


def test_words_are_found_where_they_stand_and_gone_where_they_are_not(
    ada: Person, bo: Person
) -> None:
    """By whole words and beginnings, without accents or capitals; nothing typed is a command."""
    ada.write("The café by the river", title="Tea?")
    ada.write("nothing of that kind")
    assert found(ada, "CAFE riv") == {"The café by the river"}
    assert found(ada, "tea") == {"The café by the river"}
    assert found(ada, 'kind" OR "river') == set()
    for odd in ("", "   ", '"', "*", "NEAR(", "a" * 10_000, "\0"):
        assert isinstance(found(ada, odd), set)
    ada.sign()
    meet(bo, ada)
    assert found(bo, "river") == {"The café by the river"}


def test_what_is_taken_away_leaves_no_word_in_the_index(ada: Person, bo: Person) -> None:
    """Not even in pages that are free."""
    liar = says(ada, "zzyzx", seq=1, prev=OpId(b"x" * 32))
    bo.takes(ada.seals(liar), log=Log.WORDS)
    assert found(bo, "zzyzx") == {"zzyzx"}
    bo.takes(ada.seals(says(ada, "first")), log=Log.WORDS)
    assert found(bo, "zzyzx") == set()
    blocks = bo.db.read("SELECT block FROM search_data")
    assert not any(b"zyzx" in block for (block,) in blocks)
    with bo.db.write():
        search.add(bo.db, [(999, "zzyzx")])
    assert any(b"zyzx" in block for (block,) in bo.db.read("SELECT block FROM search_data"))


def test_words_in_the_log_of_authority_are_a_fault(ada: Person, bo: Person) -> None:
    """Whatever is inside."""
    (op,) = a_run(ada, 1)
    with pytest.raises(PeerFault):
        bo.takes(ada.seals(op))
    assert log_of(bo, Log.WORDS) == []
