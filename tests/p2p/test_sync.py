"""Conversations: whatever happens on the line, both end up with the same, each word once."""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.circle import acts
from app.circle.state import History
from app.claims import AFTERWARDS
from app.diskfaults import disk_full
from app.events import Trouble
from app.founding import Keys
from app.refused import Refused, Why
from app.store import circles, frontier, ops
from p2p import granting, leading, outgoing, unopened, wire
from p2p.again import OURS
from p2p.crypto import digest
from p2p.errors import OurFault, PeerFault
from p2p.happened import Brought, Met, NewCards, WentLive
from p2p.ids import EnvelopeId, EpochId, OpId
from p2p.op import Kind, Log
from p2p.outgoing import Outgoing
from p2p.patience import AGAINS, ROUNDS
from p2p.reconcile import Initiator, ItemVector
from p2p.sync import Conversation, Phase
from tests.p2p.village import (
    Line,
    Person,
    Village,
    a_village,
    hang_up,
    knock,
    meet,
    seeded,
    settle,
    spoilt,
)


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    """In the circle, and nobody is talking."""
    person = village.joined(ada, "Bo")
    hang_up(ada, person)
    return person


@pytest.fixture
def cy(village: Village, ada: Person, bo: Person) -> Person:
    """The third, known to both."""
    person = village.joined(ada, "Cy")
    hang_up(ada, person)
    settle(ada, bo, person)
    return person


def spoken_to(person: Person, other: Person, *, leads: bool) -> Conversation:
    """A conversation whose other side is the test itself."""
    return Conversation(
        person.shelf, door=other.door, leads=leads, clock=person.watch.hour,
        nonce=b"n" * 16, show_chain=False,
    )  # fmt: skip


def hello(**changes: object) -> bytes:
    fields = {"version": 1, "hour": 494_000, "nonce": b"t" * 16, "held": (0, 0)}
    return wire.encode(wire.Hello(**{**fields, **changes}))  # type: ignore[arg-type]


def last_live(line: Line) -> list[bool]:
    """What the last `WentLive` said at both ends."""
    return [
        [told for told in end.told if isinstance(told, WentLive)][-1].equal
        for end in (line.left, line.right)
    ]


# ------------------------------------------------------------------------------- a whole meeting


def test_a_newcomer_gets_all_and_says_its_name(village: Village, ada: Person) -> None:
    """Bo has nothing but the first secrets, and after one meeting both hold the same."""
    first = ada.write("welcome")
    ada.write("a reply", to=first)
    bo = village.newcomer(ada, "Bo")
    line = meet(bo, ada)
    assert line.equal
    assert bo.bodies() == {"welcome", "a reply"}
    assert bo.knows() == ada.knows()
    assert {p.name for p in ada.room.ledger.view.people.values()} == {"Ada", "Bo"}
    assert set(line.envelopes_said().values()) == {1}


def test_a_meeting_with_nothing_new_is_short(ada: Person, bo: Person) -> None:
    """No envelope is sent, and few frames."""
    line = meet(bo, ada, chain=False)
    assert line.equal
    assert not line.envelopes_said()
    assert len(line.said) < 20


def test_whoever_dials_both_get_the_same(ada: Person, bo: Person) -> None:
    """The one who leads learns as much as the other."""
    for left, right in ((ada, bo), (bo, ada)):
        for person in (left, right):
            person.write(f"{person.name} says {left.name} dialled")
        meet(left, right).hang_up()
        assert left.bodies() == right.bodies()
    assert ada.knows() == bo.knows()


@pytest.mark.parametrize("history", list(History))
def test_three_meet_in_turns_and_agree(village: Village, history: History) -> None:
    """Bo and Cy came in over Ada and never heard of each other before."""
    ada = village.founder("Ada", history=history)
    ada.write("before you")
    ada.sign()
    bo = village.newcomer(ada, "Bo")
    cy = village.newcomer(ada, "Cy")
    hang_up(ada, bo, cy)
    settle(ada, bo, cy)
    bo.write("from Bo")
    cy.write("from Cy")
    settle(ada, bo, cy)
    assert ada.bodies() == {"before you", "from Bo", "from Cy"}
    assert bo.knows()["authority"] == cy.knows()["authority"] == ada.knows()["authority"]
    assert bo.knows()["people"] == cy.knows()["people"]
    expected = ada.bodies() if history is History.OPEN else {"from Bo", "from Cy"}
    assert bo.bodies() == cy.bodies() == expected
    if history is History.OPEN:
        assert bo.knows() == cy.knows() == ada.knows()


def test_a_newcomer_reaches_a_member_who_has_not_heard_of_them(village: Village) -> None:
    """Cy shows Bo by a chain that Ada admitted them, while Ada is away."""
    ada = village.founder("Ada")
    bo = village.joined(ada, "Bo")
    hang_up(ada, bo)
    cy = village.newcomer(ada, "Cy")
    meet(cy, ada).hang_up()
    assert bo.shelf.device_at(cy.door) is None
    line = meet(cy, bo, chain=True)
    assert line.equal
    assert bo.knows() == cy.knows()


@pytest.mark.parametrize("history", [History.OPEN, History.FRESH])
def test_a_chain_opens_for_who_missed_the_epoch_it_is_sealed_under(
    village: Village, history: History
) -> None:
    """Dee leaves and Cy comes in while Bo is away; Ada is never seen again, and Cy meets Bo."""
    ada = village.founder("Ada", history=history)
    bo = village.joined(ada, "Bo")
    dee = village.joined(ada, "Dee")
    settle(ada, bo, dee)
    hang_up(ada, bo, dee)
    dee.leave()
    ada.takes(*dee.gives())
    cy = village.joined(ada, "Cy")
    settle(ada, cy)
    hang_up(ada, cy)
    assert cy.shelf.chain(bo.device).keys
    line = meet(cy, bo, chain=True)
    assert line.equal
    assert bo.knows() == cy.knows()


def test_keys_in_a_chain_of_lies_are_forgotten(village: Village, ada: Person) -> None:
    """Bo hands on true keys of his own circle, and somebody shows them who is no member."""
    bo = village.joined(ada, "Bo")
    hang_up(ada, bo)
    eve = village.founder("Eve")
    key = wire.Grant(b"e" * 32, bo.device, b"b" * 1200)
    keys = [*bo.shelf.chain(ada.device).keys, key]
    before = ada.knows()
    ada.shelf.take_chain(wire.Chain(ada.gives(), keys), eve.door)
    assert ada.knows() == before
    assert set(ada.room.ledger.keyring.epochs()) == {*ada.room.ledger.view.epochs, bytes(32)}


def test_without_the_chain_nobody_is_at_home(village: Village) -> None:
    """Bo has not heard of Cy; a hello alone opens nothing."""
    ada = village.founder("Ada")
    bo = village.joined(ada, "Bo")
    hang_up(ada, bo)
    cy = village.joined(ada, "Cy")
    settle(ada, cy)
    line = Line(cy, bo, chain=False)
    with pytest.raises(PeerFault, match="nobody known"):
        line.carry()
    assert not line.frames(wire.Hello, by=bo)


def test_a_chain_of_lies_changes_nothing(village: Village, ada: Person) -> None:
    """Eve, of another circle, brings a chain of rubbish and of her own founding."""
    eve = village.founder("Eve")
    talk = spoken_to(ada, eve, leads=False)
    before = ada.knows()
    talk.receive(wire.encode(wire.Chain(envelopes=[b"\1" * 300, *eve.gives()])))
    talk.receive(wire.encode(eve.shelf.chain(ada.device)))
    with pytest.raises(PeerFault):
        talk.receive(hello())
    assert not talk.to_send()
    assert ada.knows() == before


def test_the_one_who_dials_speaks_only_to_members(village: Village, ada: Person) -> None:
    """A door that is nobody's is not spoken to at all."""
    eve = village.founder("Eve")
    with pytest.raises(PeerFault, match="no member"):
        spoken_to(ada, eve, leads=True)


def test_somebody_who_left_is_nobody(ada: Person, bo: Person) -> None:
    """After Bo's leave has come, Bo's door is a stranger's."""
    bo.leave()
    meet(bo, ada, chain=False)
    assert not ada.ends
    with pytest.raises(PeerFault):
        spoken_to(ada, bo, leads=True)
    with pytest.raises(PeerFault):
        spoken_to(ada, bo, leads=False).receive(hello())


# --------------------------------------------------------------------------- random histories


@pytest.mark.parametrize("seed", range(10))
def test_random_histories_converge(village: Village, seed: int) -> None:  # noqa: C901, PLR0912 - lives
    """Two to five people write, answer, meet, are cut off, invite and leave in any order."""
    chance = random.Random(seed)
    history = chance.choice(list(History))
    ada = village.founder("Ada", history=history)
    people = [ada]
    for number in range(chance.randint(1, 4)):
        people.append(village.newcomer(ada, f"P{number}"))
        hang_up(*people)
    gone: list[Person] = []
    for turn in range(50):
        village.watch.go_on(hours=chance.choice([0, 0, 0, 1, 5]))
        here = [p for p in people if p not in gone]
        one = chance.choice(here)
        match chance.choice(["write", "write", "reply", "meet", "meet", "cut", "leave", "sign"]):
            case "write":
                one.write(f"{one.name} {turn}")
            case "reply" if one.feed():
                one.write(f"re {turn}", to=chance.choice(one.feed()).post)
            case "leave" if one is not ada and one.room.ledger.myself() and len(gone) < 1:
                one.leave()
                gone.append(one)
            case "sign" if one.room.ledger.myself():
                one.sign()
            case "meet" | "cut" as how:
                other = chance.choice(people)
                if other is one or one.shelf.device_at(other.door) is None:
                    continue
                line = Line(one, other, chain=True)
                with suppress(PeerFault):  # one may not know yet that the other left or came
                    line.carry(most=20_000 if how == "meet" else chance.randint(1, 12))
                if chance.random() < 0.7:
                    line.hang_up()
            case _:
                pass
    hang_up(*people)
    for person in gone:
        with suppress(PeerFault):
            meet(person, ada).hang_up()
    here = [p for p in people if p not in gone]
    for one in here:
        if one is not ada:
            meet(one, ada).hang_up()
    settle(*here)
    known = [p.knows() for p in here]
    assert all(k["authority"] == known[0]["authority"] for k in known)
    assert all(k["people"] == known[0]["people"] for k in known)
    if history is History.OPEN:
        assert all(k == known[0] for k in known)
    shared = set.intersection(*(set(p.shelf.epochs()) for p in here))
    words = [p.items(Log.WORDS, frozenset(shared)) for p in here]
    assert all(w == words[0] for w in words)
    assert all(p.room.posts.count_unsent() == 0 or len(here) == 1 for p in here)


@pytest.mark.parametrize("seed", range(4))
def test_frames_under_way_in_any_order_of_the_two_directions(
    village: Village, ada: Person, bo: Person, seed: int
) -> None:
    """A slow and a fast direction change nothing, also while both write."""
    chance = random.Random(seed)
    line = Line(bo, ada)
    said = 0

    def sometimes() -> None:
        nonlocal said
        if said < 12 and chance.random() < 0.4:
            said += 1
            chance.choice([ada, bo]).write(f"word {said}")

    line.carry(chance=chance, between=sometimes)
    assert ada.knows() == bo.knows()
    assert len(ada.bodies()) == said
    assert village.people == [ada, bo]


def test_words_written_at_any_moment_of_a_meeting_arrive(village: Village) -> None:
    """Both write after the n-th frame, for every n: all of it arrives, and nothing twice."""
    ada = village.founder("Ada")
    ada.write("old")
    bo = village.joined(ada, "Bo")
    hang_up(ada, bo)
    ada.write("waits at Ada's")
    bo.write("waits at Bo's")
    length = 0
    moment = 0
    while moment <= length:
        line = Line(bo, ada)
        line.carry(most=moment)
        ada.write(f"Ada at {moment}")
        bo.write(f"Bo at {moment}")
        carried = line.carry()
        length = length or carried
        assert line.equal, moment
        assert ada.knows() == bo.knows(), moment
        assert ada.room.posts.count_unsent() == bo.room.posts.count_unsent() == 0
        assert set(line.envelopes_said().values()) == {1}, moment
        line.hang_up()
        moment += 1
    assert length > 10


def test_a_third_persons_words_arrive_at_any_moment_of_a_meeting(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cy talks to Ada all the while; what Cy brings reaches Bo over Ada."""
    constant = meet(cy, ada, chain=False)
    for moment in range(16):
        line = Line(bo, ada)
        line.carry(most=moment)
        cy.write(f"Cy at {moment}")
        constant.carry()
        line.carry()
        constant.carry()
        assert f"Cy at {moment}" in bo.bodies()
        assert ada.knows() == bo.knows() == cy.knows()
        assert set(line.envelopes_said().values()) <= {1}
        line.hang_up()


@pytest.mark.parametrize("chain", [True, False])
def test_a_line_cut_at_any_frame_and_begun_anew_converges(tmp_path: Path, chain: bool) -> None:
    """Whatever had come is kept; the next conversation brings the rest."""
    most = 0
    cut = 0
    while cut <= most:
        folder = tmp_path / str(cut)
        folder.mkdir()
        with a_village(folder) as village:
            ada = village.founder("Ada")
            for number in range(3):
                ada.write(f"story {number}")
            bo = village.newcomer(ada, "Bo")
            line = Line(bo, ada, chain=chain)
            most = max(most, line.carry(most=cut) if cut else Line(bo, ada).carry())
            line.hang_up()
            hang_up(ada, bo)
            for person in (ada, bo):
                person.restart()
            again = meet(bo, ada)
            assert again.equal
            assert ada.knows() == bo.knows()
        cut += 1
    assert most > 10


def test_equal_digests_mean_equal_sets(ada: Person, bo: Person) -> None:
    """What both say at the end is the digest over nonces, log and sorted ids."""
    ada.write("one")
    bo.write("two")
    line = meet(bo, ada)
    for log in Log:
        mine, theirs = (
            [f.digest for f in line.frames(wire.Settled, by=who) if isinstance(f, wire.Settled)
             and f.log == log][-1]
            for who in (ada, bo)
        )  # fmt: skip
        first, second = (
            next(f.nonce for f in line.frames(wire.Hello, by=who) if isinstance(f, wire.Hello))
            for who in (bo, ada)
        )
        ids = sorted(i for _, i in ada.items(log, None))
        expected = digest("hearthside/settled/1", first, second, bytes((log,)), b"".join(ids))
        assert mine == theirs == (expected if log is Log.WORDS else mine)


# ----------------------------------------------------------------------------------- live push


def test_live_words_go_both_ways_exactly_once(ada: Person, bo: Person) -> None:
    """Once live, each word goes over the line once and is there at once."""
    line = meet(bo, ada)
    for number in range(5):
        ada.write(f"Ada {number}")
        bo.write(f"Bo {number}")
        line.carry()
        assert ada.knows() == bo.knows()
    assert len(line.envelopes_said()) == 10
    assert set(line.envelopes_said().values()) == {1}


def test_in_a_triangle_nothing_is_sent_to_somebody_known_to_have_it(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Ada writes to both at once; Bo and Cy cross on their line, and nobody sends it back."""
    lines = [meet(bo, ada), meet(cy, ada), meet(cy, bo)]
    ada.write("to both")
    for _ in range(3):
        for line in lines:
            line.carry()
    assert ada.bodies() == bo.bodies() == cy.bodies() == {"to both"}
    assert lines[0].envelopes_said().total() == lines[1].envelopes_said().total() == 1
    assert lines[2].envelopes_said().total() <= 2


def test_in_a_row_words_are_handed_on(ada: Person, bo: Person, cy: Person) -> None:
    """Bo stands between Ada and Cy."""
    left, right = meet(ada, bo), meet(cy, bo)
    ada.write("for Cy")
    left.carry()
    right.carry()
    assert "for Cy" in cy.bodies()
    cy.write("for Ada")
    right.carry()
    left.carry()
    assert "for Ada" in ada.bodies()
    assert set((left.envelopes_said() + right.envelopes_said()).values()) == {2}


def test_more_than_the_backlog_asks_for_another_round(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person, cy: Person
) -> None:
    """While Bo and Ada are busy Cy brings more than is remembered: they go round again."""
    monkeypatch.setattr("p2p.backlog.MOST", 3)
    for leads in (True, False):
        constant = meet(cy, ada, chain=False)
        line = Line(*((ada, bo) if leads else (bo, ada)))
        while line.left.conversation.phase is not Phase.WORDS_SETTLING:
            line.step()
        for number in range(6):
            cy.write(f"{leads} {number}")
        constant.carry()
        line.carry()
        assert ada.knows() == bo.knows()
        assert len(line.frames(wire.Again)) == (0 if leads else 1)
        hang_up(ada, bo, cy)


def test_another_round_is_asked_for_by_either_side(ada: Person, bo: Person) -> None:
    """Something came in behind the conversation's back; `reconcile` finds it."""
    line = meet(bo, ada)
    for asks in (line.left, line.right):
        ada.room.neighbour = None
        ada.write(f"{asks.person.name} asks")
        ada.sign()
        ada.room.neighbour = ada
        asks.conversation.reconcile()
        line.carry()
        assert ada.knows() == bo.knows()
    assert last_live(line) == [True, True]


def test_a_round_asked_for_in_the_middle_of_one_breaks_nothing(ada: Person, bo: Person) -> None:
    """The quarter of an hour strikes at any moment of a meeting, at either side."""
    for moment in range(20):
        for who in ("left", "right"):
            ada.write(f"{moment} {who}")
            line = Line(bo, ada)
            line.carry(most=moment)
            getattr(line, who).conversation.reconcile()
            line.carry()
            assert line.equal
            assert ada.knows() == bo.knows()
            line.hang_up()


@pytest.mark.parametrize("leads", [True, False])
def test_what_others_do_does_not_make_us_go_round_without_end(
    ada: Person, bo: Person, *, leads: bool
) -> None:
    """Half of what the other side bears, whose rest may begin in the middle of ours."""
    line = meet(bo, ada)
    talk = (line.left if leads else line.right).conversation
    for _ in range(2):
        before = len(line.frames(wire.Epochs, by=bo))
        begun = 0
        for _ in range(AGAINS):
            talk.behind = True
            begun += talk.reconcile()
            line.carry()
        assert begun == len(line.frames(wire.Epochs, by=bo)) - before == OURS
        assert talk.due  # the run that comes with the next quarter of an hour is left
        talk.rested()
    assert 2 * OURS <= AGAINS


@pytest.mark.parametrize("leads", [True, False])
def test_an_act_that_was_lost_under_way_comes_with_the_next(
    ada: Person, bo: Person, *, leads: bool
) -> None:
    """Not a quarter of an hour later: it may be a removal."""
    line = meet(bo, ada) if leads else meet(ada, bo)
    end = line.left if leads else line.right
    runs = len(line.frames(wire.Settled))
    ada.does(Kind.PROFILE, acts.Profile(name="lost"))
    line.send()
    end.coming.clear()
    line.carry()
    assert bo.knows() != ada.knows()
    assert len(line.frames(wire.Settled)) == runs
    ada.does(Kind.PROFILE, acts.Profile(name="next"))
    line.carry()
    assert bo.knows() == ada.knows()
    assert bo.room.ledger.view.waiting == frozenset()
    assert end.conversation.phase is Phase.LIVE


@pytest.mark.parametrize("after", [Phase.SCOPE, Phase.WORDS_SETTLING])
def test_an_act_that_was_lost_in_the_middle_of_a_run_comes_after_it(
    ada: Person, bo: Person, after: Phase
) -> None:
    line = meet(bo, ada)
    line.left.conversation.reconcile()
    while line.left.conversation.phase is not after:
        assert line.step()
    profiles = [acts.Profile(name=name) for name in ("lost", "next")]
    with patch.object(line.right.conversation, "announce"):
        ada.does(Kind.PROFILE, profiles[0])
    ada.does(Kind.PROFILE, profiles[1])
    line.carry()
    assert line.equal
    assert bo.room.ledger.name_of(ada.room.ledger.me) == "next"


def test_an_act_that_names_what_nobody_has_is_looked_for_a_few_times(
    ada: Person, bo: Person
) -> None:
    line = meet(bo, ada)
    before = len(line.frames(wire.Epochs, by=bo))
    seq, prev = ops.next_place(ada.db, ada.room.row.circle_no, Log.AUTHORITY, ada.device)
    for more in range(OURS + 3):
        op = ada.signs(
            Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile(name=f"Ada {more}")),
            seq=seq + more, prev=prev, authority_heads=(OpId(bytes((more + 1,)) * 32),),
        )  # fmt: skip
        prev = op.op_id
        news = wire.Envelopes(log=int(Log.AUTHORITY), envelopes=[ada.seals(op)], live=True)
        line.left.take(wire.encode(news))
        line.carry()
    assert len(line.frames(wire.Epochs, by=bo)) - before == OURS
    assert line.open


def until_settled_arrives(line: Line, log: Log) -> None:
    """Go on until the leader's digest of a set is the next frame that the other takes."""
    while True:
        line.send()
        if line.right.coming:
            frame = wire.decode(line.right.coming[0])
            if isinstance(frame, wire.Settled) and frame.log == log:
                return
        assert line.step()


@pytest.mark.parametrize("log", list(Log))
def test_news_while_digests_are_under_way_leaves_nobody_behind(
    ada: Person, bo: Person, cy: Person, log: Log
) -> None:
    """Both decide on the pair of digests that was sent, whatever has come in since."""
    hang_up(ada, bo, cy)
    cy.write("news")
    cy.sign()
    line = Line(ada, bo)
    until_settled_arrives(line, log)
    news = cy.gives(Log.WORDS)
    for end in (line.right, line.left):
        if end is line.left:  # their answer is made, and has not come yet
            line.right.take(line.right.coming.popleft())
            line.send()
        end.person.announce(Log.WORDS, list(end.person.takes_in(Log.WORDS, news).new))
    line.carry()
    assert last_live(line) == [True, True]
    assert {end.conversation.phase for end in (line.left, line.right)} == {Phase.LIVE}
    bo.write("hello from Bo")
    line.carry()
    assert "hello from Bo" in ada.bodies()


@pytest.mark.parametrize("first", [True, False])
def test_who_leads_compares_what_it_sent(
    ada: Person, bo: Person, cy: Person, *, first: bool
) -> None:
    """News that reaches only one of them between the digests is handed over afterwards."""
    hang_up(ada, bo, cy)
    cy.write("news")
    cy.sign()
    line = Line(ada, bo)
    until_settled_arrives(line, Log.WORDS)
    if not first:
        line.right.take(line.right.coming.popleft())
    ada.announce(Log.WORDS, list(ada.takes_in(Log.WORDS, cy.gives(Log.WORDS)).new))
    line.carry()
    assert len([f for f in line.frames(wire.Settled, by=bo) if getattr(f, "log", 0)]) == 1
    assert ada.knows() == bo.knows()


def test_a_run_asked_for_while_one_is_under_way_follows_it(ada: Person, bo: Person) -> None:
    """Again is not lost on a leader who is not live."""
    line = Line(bo, ada)
    until_settled_arrives(line, Log.WORDS)
    line.right.take(line.right.coming.popleft())
    ada.room.neighbour = None
    ada.write("too late for this run")
    ada.sign()
    line.left.take(wire.encode(wire.Again()))
    line.carry()
    assert bo.bodies() == {"too late for this run"}


def test_a_run_asked_for_is_not_gone_through_once_more_for_what_came_by_another_way(
    ada: Person, bo: Person
) -> None:
    """The leader was about to begin one by itself: the one that is asked for makes it good."""
    line = meet(bo, ada)
    talk = line.left.conversation
    talk.behind = True
    ada.room.neighbour = None
    ada.write("by another way")
    ada.sign()
    line.left.take(wire.encode(wire.Again()))
    line.carry()
    assert bo.bodies() == {"by another way"}
    assert not talk.due
    said = len(line.said)
    line.carry()
    assert len(line.said) == said


def test_what_came_and_was_not_kept_is_asked_for_again(ada: Person, bo: Person) -> None:
    """That it was here once hides nothing: the next run brings what is lacking."""
    line = meet(bo, ada)
    ada.write("here to stay")
    ada.write("once more")
    line.carry()
    bo.loses(_envelope_of(bo, seq=1))
    assert bo.bodies() == {"here to stay"}
    line.left.conversation.reconcile()
    line.carry()
    assert bo.bodies() == {"here to stay", "once more"}
    assert line.frames(wire.Ask) == []


def _envelope_of(person: Person, *, seq: int) -> bytes:
    found = person.db.read("SELECT envelope FROM ops WHERE log = 1 AND seq = ?", (seq,))
    ((name,),) = found
    return bytes(name)


def test_what_waits_for_its_secret_is_not_asked_for_again(ada: Person, bo: Person) -> None:
    """An authority envelope that does not open here yet is here all the same."""
    line = meet(bo, ada)
    talk = line.left.conversation
    talk._unopened._held[EnvelopeId(b"u" * 32)] = b"closed"
    talk.reconcile()
    leads = talk._leading
    assert leads is not None
    leads._ask([EnvelopeId(b"u" * 32), EnvelopeId(b"v" * 32)], [EnvelopeId(b"u" * 32)])
    assert [list(want.ids) for want in _wants(talk)] == [[b"v" * 32]]


def _wants(talk: Conversation) -> list[wire.Want]:
    frames = [wire.decode(frame) for frame in talk.to_send()]
    return [frame for frame in frames if isinstance(frame, wire.Want)]


def test_nobody_is_told_anything_before_hello(ada: Person, bo: Person) -> None:
    """Words, epochs and cards wait until it is known who is there."""
    talk = spoken_to(ada, bo, leads=False)
    talk.announce(Log.WORDS, [EnvelopeId(b"e" * 32)])
    talk.offer_epochs()
    talk.tell_cards([ada.shelf.own_card(["/ip4/192.0.2.1/tcp/1"])])
    assert not talk.to_send()
    assert not talk.may_sign


# ------------------------------------------------------------------------------- a restored disk


def test_a_restored_disk_gives_no_seq_twice(village: Village, ada: Person, bo: Person) -> None:
    """Ada's disk is put back to before three of her posts; what she writes now comes after."""
    ada.write("kept")
    meet(ada, bo).hang_up()
    backup = village.photograph(ada)
    for number in range(3):
        ada.write(f"forgotten {number}")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    again.write("written after")
    line = Line(again, bo)
    while again.room.posts.count_unsent():
        assert line.step()
    assert {s for s, _ in again.own_words()} == {0, 1, 2, 3, 4}
    line.carry()
    assert again.knows() == bo.knows()
    assert again.bodies() == {"kept", "forgotten 0", "forgotten 1", "forgotten 2", "written after"}
    assert frontier.gaps(bo.db, 1) == 0
    seqs = [s for s, _ in again.own_words()]
    assert seqs == sorted(set(seqs))


@pytest.mark.parametrize("leads", [True, False])
def test_a_restored_disk_signs_nothing_before_its_own_words_came(
    village: Village, ada: Person, bo: Person, leads: bool
) -> None:
    """At no frame of the meeting is there a fork, whoever dialled."""
    backup = village.photograph(ada)
    ada.write("forgotten")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    again.write("new")
    line = Line(again, bo) if leads else Line(bo, again)
    mine = line.left if leads else line.right
    while mine.conversation.phase is not Phase.LIVE:
        again.words_wait()
        assert again.own_words() or again.room.posts.count_unsent() == 1
        assert line.step()
    assert mine.conversation.may_sign
    line.carry()
    assert [s for s, _ in again.own_words()] == [0, 1]
    assert again.knows() == bo.knows()


@pytest.mark.parametrize("leads", [True, False])
def test_a_restored_disk_signs_nothing_while_the_one_who_has_its_words_puts_off(
    village: Village, ada: Person, bo: Person, *, leads: bool
) -> None:
    """Going live without words brings none; but an empty scope is not heeded for ever."""
    backup = village.photograph(ada)
    ada.write("forgotten")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    again.write("new")
    line = Line(again, bo) if leads else Line(bo, again)
    mine, theirs = (line.left, line.right) if leads else (line.right, line.left)
    theirs.conversation._scoping.hear = lambda *heard: _puts_off(theirs.conversation, *heard)  # type: ignore[method-assign]  # no turn to be had
    line.carry()
    assert mine.conversation.phase is Phase.LIVE
    again.words_wait()
    assert (again.own_words(), again.room.posts.count_unsent()) == ([], 1)
    village.watch.go_on(ms=AFTERWARDS)
    again.words_wait()
    assert again.room.posts.count_unsent() == 0


def _puts_off(conversation: Conversation, theirs: frozenset[EpochId], held: int) -> bool:
    scoping = conversation._scoping
    scoping.theirs, scoping._their_count = theirs, held
    before, scoping.put_off = scoping.put_off, True
    return not before


def test_once_the_words_have_been_gone_through_a_restored_disk_signs(
    village: Village, ada: Person, bo: Person
) -> None:
    """The run that was put off brings the words, and then the next seq is known."""
    backup = village.photograph(ada)
    ada.write("forgotten")
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    again.write("new")
    line = Line(again, bo)
    hear = line.right.conversation._scoping.hear
    line.right.conversation._scoping.hear = (  # type: ignore[method-assign]
        lambda *heard: _puts_off(line.right.conversation, *heard)
    )
    line.carry()
    line.right.conversation._scoping.hear = hear  # type: ignore[method-assign]
    assert line.right.conversation.reconcile()
    line.carry()
    assert [s for s, _ in again.own_words()] == [0, 1]
    assert again.knows() == bo.knows()


def test_words_handed_over_before_the_restore_are_not_handed_over_twice(
    village: Village, ada: Person, bo: Person
) -> None:
    """The backup still has as unsent what was sent since: one post stays one op."""
    post = ada.write("said once")
    backup = village.photograph(ada)
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    assert again.room.posts.count_unsent() == 1
    meet(again, bo)
    assert [p.post for p in bo.feed()] == [p.post for p in again.feed()] == [post]
    assert not again.feed()[0].unsent
    assert len(again.own_words()) == 1
    assert again.knows() == bo.knows()


# --------------------------------------------------------------------------- asked for and gone


def test_what_is_not_here_any_more_is_said_to_be_gone(ada: Person, bo: Person) -> None:
    """A want for ids that nobody knows is answered, and only those held are sent."""
    ada.write("here")
    line = meet(bo, ada)
    held = EnvelopeId(bytes(ada.items(Log.WORDS, None)[0][1]))
    other = b"x" * 32
    line.right.take(wire.encode(wire.Want(log=1, ids=[other, held])))
    line.carry()
    assert [f.ids for f in line.frames(wire.Gone) if isinstance(f, wire.Gone)] == [[other]]
    assert line.envelopes_said()[held] == 2


def test_what_went_away_while_it_was_asked_for_holds_nobody_up(ada: Person, bo: Person) -> None:
    """Ada erased it between naming and sending: Bo goes on without, and both agree."""
    ada.write("before")
    meet(bo, ada).hang_up()
    ada.write("stays")
    ada.write("goes")
    line = Line(bo, ada)
    while not any(f.log == Log.WORDS for f in line.frames(wire.Want) if isinstance(f, wire.Want)):
        assert line.step()
        line.send()
    here = {name for _, name in bo.items(Log.WORDS)}
    name = next(name for _, name in ada.items(Log.WORDS) if name not in here)
    ada.loses(name)
    line.carry()
    assert len(line.frames(wire.Gone)) == 1
    assert last_live(line) == [True, True]
    assert bo.bodies() == ada.bodies()


def test_what_vanishes_between_queue_and_line_is_left_out(ada: Person) -> None:
    """The queue holds names; an envelope that is not there any more is not sent."""
    ada.write("one")
    ada.sign()
    name = EnvelopeId(ada.items(Log.WORDS, None)[0][1])
    out = Outgoing(ada.shelf)
    out.put_envelopes(Log.WORDS, [EnvelopeId(b"g" * 32)], live=True)
    out.put_envelopes(Log.WORDS, [], live=False)
    assert out.take(1000) == []
    out.put_envelopes(Log.WORDS, [EnvelopeId(b"g" * 32)], live=False)
    (frame,) = out.take(1000)
    assert wire.decode(frame) == wire.Gone(log=1, ids=[b"g" * 32])
    out.put_envelopes(Log.WORDS, [EnvelopeId(b"g" * 32), name], live=True)
    (frame,) = out.take(1000)
    sent = wire.decode(frame)
    assert isinstance(sent, wire.Envelopes)
    assert len(sent.envelopes) == 1
    assert sent.live


def test_long_posts_go_in_several_frames(ada: Person, bo: Person) -> None:
    """A frame has at most 256 KiB of envelopes, and a slow reader is waited for."""
    for number in range(12):
        ada.write(f"{number:02}" * 20_000)
    line = meet(bo, ada)
    sizes = [
        sum(map(len, f.envelopes)) for f in line.frames(wire.Envelopes, by=ada)
        if isinstance(f, wire.Envelopes)
    ]  # fmt: skip
    assert len(sizes) >= 2
    assert max(sizes) <= wire.BATCH
    assert ada.knows() == bo.knows()


def test_the_queue_says_when_it_is_crowded(monkeypatch: pytest.MonkeyPatch, ada: Person) -> None:
    """So that nothing more is read; and it forgets the oldest of what it has seen."""
    out = Outgoing(ada.shelf)
    for _ in range(outgoing.CROWD):
        out.put(wire.Beat())
    before = out.crowded
    out.put(wire.Beat())
    assert (before, out.crowded) == (False, True)
    sent = 0
    while frames := out.take(100):
        sent += len(frames)
    assert sent == outgoing.CROWD + 1
    assert len(out.take(1)) == 0
    monkeypatch.setattr(outgoing, "SEEN", 2)
    names = [EnvelopeId(bytes((n,)) * 32) for n in range(4)]
    out.saw(names[:2])
    out.saw(names[2:3])
    assert out.unseen(names) == names[3:]
    out.saw(names[3:])
    assert out.unseen(names) == names[:2]


def test_a_crowded_conversation_says_so(ada: Person, bo: Person) -> None:
    """The node asks the conversation, not the queue."""
    talk = spoken_to(ada, bo, leads=True)
    assert not talk.out.crowded
    talk.receive(hello())
    for _ in range(outgoing.CROWD + 1):
        talk.tell_cards([ada.shelf.own_card([])])
    assert talk.out.crowded


# -------------------------------------------------------------------------------------- secrets


def test_a_secret_that_did_not_open_is_asked_for_again(ada: Person, bo: Person) -> None:
    """A spoilt grant is answered with a need, and a good one comes."""
    line = meet(bo, ada)
    epoch = ada.epoch()
    good = ada.shelf.grant(bo.device, [epoch])[0]
    bad = wire.Grant(epoch=epoch, granter=good.granter, box=spoilt(good.box))
    line.left.take(wire.encode(wire.Grants(grants=[bad])))
    line.carry()
    assert len(line.frames(wire.Need, by=bo)) == 1
    assert len(line.frames(wire.Ack, by=bo)) == 1


def test_a_secret_that_was_lost_on_its_way_is_granted_again_when_all_is_gone_through(
    ada: Person, bo: Person
) -> None:
    """The other's list tells that it was not taken; else words under it would never open there."""
    line = meet(bo, ada)
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    line.send()
    line.left.coming.clear()
    line.carry()
    assert epoch not in bo.shelf.epochs()
    post = ada.write("Under new keys.")
    ada.sign()
    line.carry()
    assert bo.room.posts.one(bytes.fromhex(post)) is None
    for end in (line.left, line.right):
        end.conversation.rested()
    line.left.conversation.reconcile()
    line.carry()
    assert epoch in bo.shelf.epochs()
    assert bo.bodies() >= {"Under new keys."}


def test_nobody_asks_for_ever(ada: Person, bo: Person) -> None:
    """Eight needs are answered, the ninth is a fault; and we ask eight times ourselves."""
    line = meet(bo, ada)
    need = wire.encode(wire.Need(epochs=[ada.epoch()]))
    for _ in range(granting.MAX_NEEDS):
        line.right.take(need)
    with pytest.raises(PeerFault, match="for ever"):
        line.right.take(need)
    line.hang_up()
    line = meet(bo, ada)
    rubbish = wire.Grant(epoch=b"r" * 32, granter=ada.device, box=b"?" * 1200)
    for _ in range(granting.MAX_NEEDS + 3):
        line.left.take(wire.encode(wire.Grants(grants=[rubbish])))
    line.send()
    assert len(line.frames(wire.Need, by=bo)) == granting.MAX_NEEDS


def test_a_need_for_what_one_may_not_have_is_not_answered(village: Village) -> None:
    """In a circle with a fresh start Bo asks for the epoch from before."""
    ada = village.founder("Ada", history=History.FRESH)
    before = ada.epoch()
    bo = village.joined(ada, "Bo")
    (line,) = [end.line for end in ada.ends]
    line.right.take(wire.encode(wire.Need(epochs=[before, b"u" * 32])))
    line.carry()
    assert not line.frames(wire.Grants)
    assert before not in bo.shelf.epochs()


def test_a_new_epoch_reaches_everybody_here_before_its_words(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Cy leaves; Bo's next word is sealed anew, and Ada can read it at once."""
    line, other = meet(bo, ada), meet(cy, ada)
    cy.leave()
    other.carry()
    line.carry()
    before = set(ada.shelf.epochs())
    bo.write("among us two")
    line.carry()
    assert "among us two" in ada.bodies()
    assert bo.epoch() == ada.epoch() not in before
    assert ada.knows() == bo.knows()
    assert "among us two" not in cy.bodies()


def test_both_make_an_epoch_at_once_and_name_both_next(ada: Person, bo: Person, cy: Person) -> None:
    """Concurrent epochs are all kept; everything stays readable for both."""
    line = meet(ada, cy)
    cy.leave()
    line.carry()
    meet(ada, bo).hang_up()
    ada.write("Ada's")
    ada.sign()
    bo.write("Bo's")
    bo.sign()
    made = {ada.epoch(), bo.epoch()}
    assert len(made) == 2
    meet(ada, bo)
    assert ada.knows() == bo.knows()
    assert ada.epoch() == bo.epoch()
    assert made <= set(ada.shelf.epochs()) & set(bo.shelf.epochs())
    assert ada.bodies() == bo.bodies() == {"Ada's", "Bo's"}


def test_who_has_no_key_that_counts_waits_for_one(ada: Person, bo: Person) -> None:
    """Instead of making one of their own, which nobody else could ever open."""
    bo.forgets_its_keys()
    before = bo.own_acts()
    bo.write("not lost")
    bo.sign()
    assert bo.room.posts.any_unsent()
    bo.shelf.authority_settled()
    with pytest.raises(Refused, match="none of the keys"):
        bo.does(Kind.PROFILE, acts.Profile(name="Bo B."))
    assert bo.own_acts() == before
    meet(bo, ada)
    assert "not lost" in ada.bodies()
    bo.does(Kind.PROFILE, acts.Profile(name="Bo B."))
    assert not bo.room.ledger.view.void


def test_who_has_no_key_that_counts_can_go_all_the_same(bo: Person) -> None:
    bo.forgets_its_keys()
    bo.leave()
    myself = bo.room.ledger.myself()
    assert myself is not None
    assert myself.left


def test_too_many_envelopes_that_nothing_opens_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, village: Village, ada: Person, bo: Person
) -> None:
    """They are held back for later, but not without end."""
    eve = village.founder("Eve")
    strange = eve.gives()
    line = meet(bo, ada)
    line.right.take(wire.encode(wire.Envelopes(log=0, envelopes=strange)))
    monkeypatch.setattr(unopened, "MOST", 1000)
    with pytest.raises(PeerFault, match="nothing opens"):
        line.right.take(wire.encode(wire.Envelopes(log=0, envelopes=strange)))


def test_authority_that_came_before_its_secret_is_opened_with_it(
    village: Village, ada: Person
) -> None:
    """The envelopes come first, the grant afterwards: nothing has to be sent again."""
    bo = village.newcomer(ada, "Bo")
    secrets = [(s.epoch, s.words, s.authority) for s in bo.room.ledger.keyring]
    with bo.db.write():
        for epoch, _, _ in secrets:
            circles.drop_secret(bo.db, bo.room.row.circle_no, epoch)
    bo.restart()
    talk = spoken_to(bo, ada, leads=False)
    talk.receive(hello())
    talk.happened()
    talk.receive(wire.encode(wire.Envelopes(log=0, envelopes=ada.gives())))
    assert not talk.happened()
    grants = [g for e, _, _ in secrets for g in ada.shelf.grant(bo.device, [e])]
    talk.receive(wire.encode(wire.Grants(grants=grants)))
    (brought,) = talk.happened()
    assert isinstance(brought, Brought)
    assert bo.knows()["authority"] == ada.knows()["authority"]


def test_words_opened_by_a_late_secret_are_handed_on(ada: Person, bo: Person, cy: Person) -> None:
    """Ada's words wait at Bo's until their secret comes; then Cy gets them over Bo at once."""
    line = meet(bo, cy)
    ada.write("sealed anew")
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    ada.sign()
    over = Line(ada, bo)
    over.carry(most=2)
    for log in Log:
        over.right.take(wire.encode(wire.Envelopes(log=log, envelopes=ada.gives(log))))
    assert "sealed anew" not in bo.bodies()
    grants = ada.shelf.grant(bo.device, [epoch])
    over.right.take(wire.encode(wire.Grants(grants=grants)))
    assert "sealed anew" in bo.bodies()
    line.carry()
    assert "sealed anew" in cy.bodies()


# ------------------------------------------------------------------------------ rounds and lies


def test_whoever_lies_about_the_digest_is_left_after_a_few_rounds(ada: Person, bo: Person) -> None:
    """Never equal: the leader goes round a bounded number of times and says so."""
    talk = spoken_to(ada, bo, leads=True)
    talk.receive(hello())
    rounds = 0
    settled = {0: 0, 1: 0}
    for _ in range(200):
        for data in talk.to_send():
            frame = wire.decode(data)
            match frame:
                case wire.Reconcile(log):
                    rounds += 1
                    talk.receive(wire.encode(wire.Reconcile(log=log, message=b"\x61")))
                case wire.Epochs():
                    talk.receive(wire.encode(wire.Epochs(ids=[], answer=True)))
                case wire.Scope(ids, held):
                    talk.receive(wire.encode(wire.Scope(ids=ids, held=held)))
                case wire.Settled(log):
                    settled[log] += 1
                    talk.receive(wire.encode(wire.Settled(log, b"l" * 32, b"f" * 32)))
                case _:
                    pass
    assert settled == {0: ROUNDS, 1: ROUNDS}
    assert rounds == 2 * ROUNDS
    assert [t.equal for t in talk.happened() if isinstance(t, WentLive)] == [False]


def test_whoever_is_asked_bears_lies_a_bounded_number_of_times(ada: Person, bo: Person) -> None:
    """The one who answers goes live after some rounds, too, and says that it was not equal."""
    talk = spoken_to(ada, bo, leads=False)
    talk.receive(hello())
    lie = wire.encode(wire.Settled(log=1, digest=b"l" * 32, frontier=b"f" * 32))
    with pytest.raises(PeerFault, match="scope"):
        talk.receive(lie)
    talk.receive(wire.encode(wire.Settled(log=0, digest=b"l" * 32)))
    talk.receive(wire.encode(wire.Scope(ids=[], held=0)))
    talk.happened()
    for _ in range(ROUNDS - 1):
        talk.receive(lie)
        assert not talk.happened()
    talk.receive(lie)
    assert talk.happened() == [WentLive(False)]


def test_reconciliation_in_many_messages(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """With the smallest messages it takes more of them, and comes to the same."""
    monkeypatch.setattr(leading, "RECONCILE_LIMIT", 4096)
    monkeypatch.setattr(wire, "MAX_IDS", 16)
    for person in (ada, bo):
        for number in range(260):
            person.write(f"{person.name} {number}")
    line = meet(bo, ada)
    assert line.equal
    assert ada.knows() == bo.knows()
    messages = [f for f in line.frames(wire.Reconcile, by=bo) if isinstance(f, wire.Reconcile)]
    assert sum(f.log == Log.WORDS for f in messages) > 1


# ------------------------------------------------------------------------- strangers and faults


def test_another_version_is_a_fault(ada: Person, bo: Person) -> None:
    """Version 1 is the only one there is."""
    with pytest.raises(PeerFault, match="version"):
        spoken_to(ada, bo, leads=False).receive(hello(version=2))


def samples(person: Person) -> dict[str, wire.AnyFrame]:
    """One well-made frame of every kind, and some in more than one form."""
    card = person.shelf.own_card(["/ip4/192.0.2.1/tcp/4001"])
    grant = wire.Grant(epoch=b"e" * 32, granter=person.device, box=b"b" * 1300)
    start = Initiator(ItemVector(person.items(Log.AUTHORITY, None))).start()
    envelopes = person.gives()
    held = [i for _, i in person.items(Log.AUTHORITY, None)]
    return {
        "hello": wire.Hello(version=1, hour=2**53 - 1, nonce=b"x" * 16, held=(2**53 - 1, 9)),
        "chain": wire.Chain(envelopes=envelopes),
        "reconcile authority": wire.Reconcile(log=0, message=start),
        "reconcile words": wire.Reconcile(log=1, message=start),
        "reconcile rubbish": wire.Reconcile(log=0, message=b"\x61\xff\xff"),
        "reconcile nothing": wire.Reconcile(log=1, message=b""),
        "envelopes": wire.Envelopes(log=0, envelopes=envelopes),
        "envelopes of the other log": wire.Envelopes(log=1, envelopes=envelopes, live=True),
        "envelopes rubbish": wire.Envelopes(log=1, envelopes=[b"\1" * 306]),
        "want": wire.Want(log=0, ids=[b"i" * 32, *held]),
        "gone": wire.Gone(log=1, ids=[b"i" * 32]),
        "epochs": wire.Epochs(ids=[b"i" * 32, bytes(32)]),
        "epochs answer": wire.Epochs(ids=[], answer=True),
        "grants": wire.Grants(grants=[grant]),
        "grants none": wire.Grants(grants=[]),
        "ack": wire.Ack(epochs=[b"i" * 32]),
        "need": wire.Need(epochs=[b"i" * 32, *person.shelf.epochs()]),
        "settled authority": wire.Settled(log=0, digest=b"d" * 32),
        "settled words": wire.Settled(log=1, digest=b"d" * 32, frontier=b"f" * 32),
        "scope": wire.Scope(ids=[*person.shelf.epochs(), b"i" * 32], held=3),
        "again": wire.Again(),
        "removed": wire.Removed(b"h" * 200, bytes(64), bytes(16), b""),
        "beat": wire.Beat(),
        "cards": wire.Cards(cards=[card]),
        "cards forged": wire.Cards(
            cards=[wire.Card(card.device, card.counter + 9, [], card.signature)]
        ),
        "knock": wire.Knock(rendezvous=b"r" * 32),
        "capsule": wire.Capsule(sealed=b"c" * 100),
        "request": wire.Request(box=b"b" * 100),
        "wait": wire.Wait(),
        "sorry": wire.Sorry(reason=1),
        "admitted": wire.Admitted(admit=b"a" * 32, grants=[grant]),
    }  # fmt: skip


ANYTIME = {"want", "gone", "grants", "grants none", "ack", "need", "beat", "cards"}


def after(left: Person, right: Person, frames: int) -> Line:
    line = Line(left, right)
    line.carry(most=frames)
    line.send()
    return line


def test_every_frame_at_every_moment_gives_a_value_or_a_fault(ada: Person, bo: Person) -> None:
    """Each kind of frame, after each frame of a meeting, at both ends: nothing else is raised."""
    ada.write("one")
    meet(bo, ada).hang_up()
    length = len(meet(bo, ada).said)
    hang_up(ada, bo)
    for name in samples(bo):
        for moment in range(length):
            for who in ("left", "right"):
                line = after(bo, ada, moment)
                end = getattr(line, who)
                frame = samples(end.other.person)[name]
                if name in ANYTIME and moment >= 3 and name != "cards":
                    end.take(wire.encode(frame))
                else:
                    with suppress(PeerFault):
                        end.take(wire.encode(frame))
                line.hang_up()
    assert meet(bo, ada).equal
    assert ada.knows() == bo.knows()


@pytest.mark.parametrize(
    "name",
    ["hello", "chain", "knock", "capsule", "request", "wait", "sorry", "admitted"],
)
def test_frames_of_the_door_have_no_place_in_a_conversation(
    ada: Person, bo: Person, name: str
) -> None:
    """After hello nobody says hello again, shows a chain, or knocks."""
    line = meet(bo, ada)
    for end in (line.left, line.right):
        with pytest.raises(PeerFault, match="out of place"):
            end.conversation.receive(wire.encode(samples(end.other.person)[name]))


def test_before_hello_only_hello_is_heard(ada: Person, bo: Person) -> None:
    """Anything else is a fault on both sides, also a heartbeat."""
    for leads in (True, False):
        for name, frame in samples(bo).items():
            if name in {"hello", "removed" if leads else "chain"}:
                continue
            talk = spoken_to(ada, bo, leads=leads)
            with pytest.raises(PeerFault, match="before hello"):
                talk.receive(wire.encode(frame))


def test_out_of_turn_is_a_fault(ada: Person, bo: Person) -> None:
    """Each of the leader's expectations, and each of the other's."""
    for leads, name, why in (
        (True, "reconcile words", "nobody began"),
        (True, "epochs", "out of turn"),
        (True, "settled authority", "out of turn"),
        (True, "settled words", "before any scope"),
        (True, "scope", "out of turn"),
        (False, "epochs answer", "out of turn"),
        (False, "reconcile words", "before their scope"),
        (False, "settled words", "before any scope"),
        (False, "again", "told to lead"),
    ):
        talk = spoken_to(ada, bo, leads=leads)
        talk.receive(hello())
        with pytest.raises(PeerFault, match=why):
            talk.receive(wire.encode(samples(bo)[name]))


def test_words_may_be_settled_again_when_live(ada: Person, bo: Person) -> None:
    """A settled that the leader does not wait for is a fault also after the scope."""
    line = meet(bo, ada)
    with pytest.raises(PeerFault, match="out of turn"):
        line.left.take(wire.encode(wire.Settled(log=1, digest=b"d" * 32, frontier=b"f" * 32)))


def test_a_heartbeat_says_nothing(ada: Person, bo: Person) -> None:
    """It changes nothing and is not answered."""
    line = meet(bo, ada)
    line.send()
    line.left.take(wire.encode(wire.Beat()))
    assert not line.left.conversation.to_send()


def test_the_epochs_answer_comes_in_its_time_only(ada: Person, bo: Person) -> None:
    """A second answer to the leader's list is heard and changes no phase."""
    line = meet(bo, ada)
    line.left.take(wire.encode(wire.Epochs(ids=[], answer=True)))
    assert line.left.conversation.phase is Phase.LIVE


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, Person]]:
    """Ada and Bo for many short conversations."""
    with a_village(tmp_path_factory.mktemp("pair")) as village:
        ada = village.founder("Ada")
        ada.write("one")
        bo = village.joined(ada, "Bo")
        hang_up(ada, bo)
        yield ada, bo


ids = st.lists(st.binary(min_size=32, max_size=32), max_size=5)
logs = st.integers(0, 1)
some_bytes = st.binary(max_size=400)
envelopes = st.lists(st.binary(min_size=64, max_size=700), max_size=4)
grants = st.lists(
    st.builds(
        wire.Grant, epoch=st.binary(min_size=32, max_size=32),
        granter=st.binary(min_size=32, max_size=32), box=st.binary(max_size=1400),
    ),
    max_size=3,
)  # fmt: skip
cards = st.lists(
    st.builds(
        wire.Card, device=st.binary(min_size=32, max_size=32), counter=st.integers(0, 2**53 - 1),
        addresses=st.lists(st.text(min_size=1, max_size=50), max_size=3),
        signature=st.binary(min_size=64, max_size=64),
    ),
    max_size=3,
)  # fmt: skip
valid_frames = st.one_of(
    st.builds(
        wire.Hello, version=st.integers(0, 2), hour=st.integers(0, 2**53 - 1),
        nonce=st.binary(min_size=16, max_size=16),
        held=st.tuples(st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1)),
    ),
    st.builds(wire.Chain, envelopes=envelopes),
    st.builds(wire.Reconcile, log=logs, message=some_bytes | some_bytes.map(lambda b: b"\x61" + b)),
    st.builds(wire.Envelopes, log=logs, envelopes=envelopes, live=st.booleans()),
    st.builds(wire.Want, log=logs, ids=ids),
    st.builds(wire.Gone, log=logs, ids=ids),
    st.builds(wire.Epochs, ids=ids, answer=st.booleans()),
    st.builds(wire.Grants, grants=grants),
    st.builds(wire.Ack, epochs=ids),
    st.builds(wire.Need, epochs=ids),
    st.builds(wire.Settled, log=logs, digest=st.binary(min_size=32, max_size=32)),
    st.builds(wire.Scope, ids=ids, held=st.integers(0, 100)),
    st.just(wire.Again()),
    st.just(wire.Beat()),
    st.builds(wire.Cards, cards=cards),
    st.builds(wire.Knock, rendezvous=st.binary(min_size=32, max_size=32)),
    st.builds(wire.Capsule, sealed=some_bytes),
    st.builds(wire.Request, box=some_bytes),
    st.just(wire.Wait()),
    st.builds(wire.Sorry, reason=st.integers(1, 3)),
    st.builds(wire.Admitted, admit=st.binary(min_size=32, max_size=32), grants=grants),
).map(wire.encode)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 17), st.booleans(),
    st.lists(valid_frames | st.binary(max_size=200), min_size=1, max_size=6),
)  # fmt: skip
@example(4, True, [wire.encode(wire.Reconcile(log=0, message=b"\x61" + b"\0" * 300_0))])
def test_any_frames_in_any_phase_give_values_or_a_fault(
    pair: tuple[Person, Person], moment: int, left: bool, frames: list[bytes]
) -> None:
    """Random bytes and well-made frames with random parts; never another exception, never long."""
    ada, bo = pair
    line = after(bo, ada, moment)
    end = line.left if left else line.right
    begun = time.perf_counter()
    with suppress(PeerFault):
        for frame in frames:
            end.take(frame)
            end.conversation.to_send()
    line.hang_up()
    assert time.perf_counter() - begun < 5


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_frame_bent_in_any_byte_gives_a_value_or_a_fault(
    pair: tuple[Person, Person], data: st.DataObject
) -> None:
    """Each frame of a real meeting, bent, in the place of the frame itself."""
    ada, bo = pair
    line = after(bo, ada, data.draw(st.integers(0, 15)))
    end = line.left if line.left.coming else line.right
    frame = bytearray(end.coming.popleft() if end.coming else b"\x91\x0e")
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(PeerFault):
        end.take(bytes(frame))
        line.carry()
    line.hang_up()
    again = meet(bo, ada)
    again.hang_up()
    assert again.equal
    assert ada.knows() == bo.knows()


# ----------------------------------------------------------------------------------- addresses


def test_addresses_are_told_to_all_and_the_newest_counts(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Bo's card reaches Cy over Ada; an older one changes nothing."""
    old = bo.shelf.own_card(["/ip4/192.0.2.1/tcp/1"])
    new = bo.shelf.own_card(["/ip4/192.0.2.2/tcp/1"])
    right = meet(cy, ada)
    left = meet(bo, ada)
    right.carry()
    assert any(isinstance(t, NewCards) for t in left.right.told)
    assert cy.shelf.cards() == [new]
    assert cy.shelf.take_cards([old, new]) == []
    assert ada.shelf.take_cards([new]) == []


def test_of_two_cards_in_one_frame_the_newer_stays(ada: Person, bo: Person) -> None:
    """In whichever order they stand, and also if one stands there twice."""
    first, second = (bo.shelf.own_card([f"/ip4/192.0.2.{n}/tcp/1"]) for n in (1, 2))
    assert ada.shelf.take_cards([second, first, second]) == [second]
    assert ada.shelf.cards() == [second]


def test_a_forged_card_is_a_fault_and_a_strangers_card_nothing(
    village: Village, ada: Person, bo: Person
) -> None:
    """Nobody moves a member to another address; who is no member has none here."""
    card = bo.shelf.own_card(["/ip4/192.0.2.1/tcp/1"])
    bent = wire.Card(card.device, card.counter, ["/ip4/198.51.100.9/tcp/1"], card.signature)
    with pytest.raises(PeerFault, match="card"):
        ada.shelf.take_cards([bent])
    eve = village.founder("Eve")
    assert ada.shelf.take_cards([eve.shelf.own_card([])]) == []
    assert ada.shelf.take_cards([ada.shelf.own_card([])]) == []


def test_the_addresses_of_a_card_can_not_be_parted_otherwise(ada: Person, bo: Person) -> None:
    """One address with a line break in it is not signed by the signature over two."""
    card = bo.shelf.own_card(["/ip4/192.0.2.1/tcp/1", "/ip4/192.0.2.2/tcp/1"])
    joined = wire.Card(card.device, card.counter, ["\n".join(card.addresses)], card.signature)
    with pytest.raises(PeerFault, match="card"):
        ada.shelf.take_cards([joined])


def test_many_cards_go_in_several_frames(ada: Person, bo: Person) -> None:
    """Sixty-four in each."""
    line = meet(bo, ada)
    line.send()
    many = [ada.shelf.own_card([]) for _ in range(130)]
    line.left.conversation.tell_cards(many)
    sizes = [
        len(frame.cards)
        for frame in map(wire.decode, line.left.conversation.to_send())
        if isinstance(frame, wire.Cards)
    ]
    assert sizes == [64, 64, 2]


# ---------------------------------------------------------------------------- what is on the disk


def test_a_full_disk_ends_the_conversation_and_is_said_once(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """What cannot be kept is not acknowledged; the next meeting brings it."""
    ada.write("too much")
    line = Line(bo, ada)
    real = ops.insert

    def full(*_: object) -> int:
        raise disk_full()

    ada.sign()
    monkeypatch.setattr(ops, "insert", full)
    with pytest.raises(OurFault, match="refused"):
        line.carry()
    monkeypatch.setattr(ops, "insert", real)
    told = [event.kind for event in bo.heard if isinstance(event, Trouble)]
    assert told == [Why.DISK_FULL.value]
    assert bo.bodies() == set()
    hang_up(ada, bo)
    meet(bo, ada)
    assert ada.knows() == bo.knows()


def test_the_knock_of_a_whole_visit(village: Village, ada: Person) -> None:
    """An answer that was lost is given again: the same keys, the same admission."""
    code = ada.invites()
    keys = Keys.fresh(seeded("Bo"))
    first = knock(ada, code, keys, "Bo", b"n" * 16)[1]
    second = knock(ada, code, keys, "Bo", b"n" * 16)[1]
    assert type(first) is type(second)
    assert getattr(first, "admit", None) == getattr(second, "admit", 0)
    assert len(village.people) == 1


def test_met_is_said_once_and_first(ada: Person, bo: Person) -> None:
    """With the device of the other side, at both ends."""
    line = meet(bo, ada)
    for end in (line.left, line.right):
        assert [t for t in end.told if isinstance(t, Met)] == [Met(end.other.person.device)]
        assert isinstance(end.told[0], Met)


def test_the_latest_hour_is_one_after_theirs(ada: Person, bo: Person) -> None:
    """Of a clock that is days off no notice is taken."""
    talk = spoken_to(ada, bo, leads=True)
    now = ada.watch.hour()
    for theirs, latest in (
        (now, now + 1), (now - 5, now - 4), (now + 5, now + 6),
        (10, now + 1), (2**53 - 1, now + 1),
    ):  # fmt: skip
        talk = spoken_to(ada, bo, leads=True)
        talk.receive(hello(hour=theirs))
        assert talk.latest_hour() == latest


@pytest.mark.parametrize("leads", [True, False])
def test_a_word_signed_in_a_later_run_bears_its_own_hour(
    village: Village, ada: Person, bo: Person, *, leads: bool
) -> None:
    """Not that of the beginning of a conversation which is hours old."""
    line = meet(bo, ada) if leads else meet(ada, bo)
    village.watch.go_on(hours=9)
    line.left.conversation.reconcile()
    while (line.left if leads else line.right).conversation.may_sign:
        assert line.step()
    bo.write("nine hours later")
    line.carry()
    assert "nine hours later" in ada.bodies()
    (hour,) = [hour for hour, _ in bo.items(Log.WORDS)]
    assert hour == village.watch.hour()


def test_a_profile_is_said_once(ada: Person, bo: Person) -> None:
    """Settling again says no name again."""
    before = bo.knows()
    for _ in range(3):
        meet(bo, ada).hang_up()
    assert bo.knows() == before
