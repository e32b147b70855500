"""What one conversation bears of each kind of frame, and what an honest one needs of it."""

from collections.abc import Callable

import pytest

from p2p import granting, patience, wire
from p2p.errors import PeerFault
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import HEAP, Outgoing
from p2p.sync import Conversation
from tests.p2p.village import Person, Village, meet

ROOM = 5  # times what an honest conversation needs
CROWD = 150  # members
POSTS = 100_000


@pytest.fixture
def ada(village: Village) -> Person:
    ada = village.founder("Ada")
    for number in range(30):
        ada.write(f"{number}: " + "word " * 20)
    ada.sign()
    return ada


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


def with_bo(ada: Person, bo: Person) -> Conversation:
    """Ada's side of a meeting that is live; Bo dialled."""
    for end in list(ada.ends):
        end.line.hang_up()
    return meet(bo, ada).right.conversation


def hears(talk: Conversation, frame: wire.AnyFrame) -> None:
    """One frame, and nothing more at hand; what is answered goes at once."""
    talk.receive(wire.encode(frame))
    talk.flush()
    while talk.to_send():
        pass


def held(person: Person) -> int:
    return sum(len(person.items(log)) for log in Log)


Bearing = tuple[Callable[[Person, Person], wire.AnyFrame], Callable[[Person], int], str]
"""The frame that is said again and again, how often that is borne, and the fault then."""

ALIKE: dict[str, Bearing] = {
    "epochs": (lambda _, bo: wire.Epochs([bytes(e) for e in bo.shelf.epochs()]),
               lambda _: patience.RUNS, "begins a run"),
    "scopes": (lambda _, bo: wire.Scope([bytes(e) for e in bo.shelf.epochs()], 0),
               lambda _: patience.RUNS, "begins a run"),
    "what is gone": (lambda *_: wire.Gone(1, [bytes(32)] * 4096),
                     lambda _: patience.GONE // 4096, "has lost more"),
    "wanting what is held": (
        lambda ada, _: wire.Want(1, [bytes(i) for _, i in ada.items(Log.WORDS)]),
        lambda ada: (patience.ASKED + patience.ROUNDS * held(ada))
        // (len(ada.items(Log.WORDS)) + patience.ASKING),
        "asks for the same",
    ),
    "wanting what is not": (lambda *_: wire.Want(1, [bytes(32)] * 4080),
                            lambda _: patience.ASKED // 4096, "asks for the same"),
    "asking for a log": (
        lambda ada, _: wire.Ask(ada.device, 1, 0, 100),
        lambda ada: (patience.ASKED + patience.ROUNDS * held(ada)) // len(ada.items(Log.WORDS)),
        "asks for the same",
    ),
    "grants that do not open": (
        lambda _, bo: wire.Grants([wire.Grant(bytes(32), bo.device, bytes(1200))] * 64),
        lambda _: granting.MAX_CLOSED // 64, "secrets without end",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_so_much_is_borne_and_no_more(ada: Person, bo: Person, name: str) -> None:
    """All that is allowed passes, the next one is a fault, and a rest forgives."""
    make, times, match = ALIKE[name]
    frame, count = make(ada, bo), times(ada)
    talk = with_bo(ada, bo)
    talk.rested()
    for _ in range(count):
        hears(talk, frame)
    with pytest.raises(PeerFault, match=match):
        hears(talk, frame)
    talk.rested()
    hears(talk, frame)


def test_beats_are_borne_at_a_higher_pace_than_anybody_has(ada: Person, bo: Person) -> None:
    """One every two seconds is 450 in a quarter of an hour."""
    assert patience.TALK >= ROOM * (450 + CROWD * 2)
    talk = with_bo(ada, bo)
    talk.rested()
    for _ in range(patience.TALK):
        hears(talk, wire.Beat())
    with pytest.raises(PeerFault, match="talks of nothing"):
        hears(talk, wire.Beat())


def test_a_large_frame_of_a_later_version_counts_for_more(ada: Person, bo: Person) -> None:
    """A third of a mebibyte that is passed over is no heartbeat."""
    later = b"\x92\xcc\xff\xc6" + (380_000).to_bytes(4) + bytes(380_000)
    talk = with_bo(ada, bo)
    talk.rested()
    for _ in range(patience.TALK // (1 + len(later) // patience.PAGE)):
        talk.receive(later)
    with pytest.raises(PeerFault, match="talks of nothing"):
        talk.receive(later)


def test_what_is_here_already_is_borne_for_a_while(ada: Person, bo: Person) -> None:
    """Envelopes that bring nothing new are counted in bytes."""
    frame = wire.Envelopes(1, ada.gives(Log.WORDS) * 20)
    size = len(wire.encode(frame))
    talk = with_bo(ada, bo)
    talk.rested()
    most = patience.NOTHING + patience.NOTHING_EACH * held(ada)
    for _ in range(most // size):
        hears(talk, frame)
    with pytest.raises(PeerFault, match="nothing new"):
        hears(talk, frame)


def test_what_is_new_counts_for_nothing(ada: Person, bo: Person) -> None:
    """Whoever brings words is not counted as one who brings none."""
    talk = with_bo(ada, bo)
    before = talk._patience._nothing
    bo.write("x" * 40_000)
    here = ada.gives(Log.WORDS)
    new = [envelope for envelope in bo.gives(Log.WORDS) if envelope not in here]
    assert len(new) == 1
    hears(talk, wire.Envelopes(1, new, live=True))
    assert talk._patience._nothing - before < 100  # bytes around it


def test_newer_cards_of_one_device_come_to_an_end(ada: Person, bo: Person) -> None:
    """A dozen changes of address in a quarter of an hour are borne five times."""
    talk = with_bo(ada, bo)
    talk.rested()
    for _ in range(patience.CARDS):
        hears(talk, wire.Cards([bo.shelf.own_card(["/ip4/192.0.2.1/tcp/4001"])]))
    card = bo.shelf.own_card(["/ip4/192.0.2.1/tcp/4001"])
    with pytest.raises(PeerFault, match="newer card"):
        hears(talk, wire.Cards([card]))


def test_a_large_circle_stays_far_below_every_bound(ada: Person, bo: Person) -> None:
    """Counted over a whole first meeting with much to hand over: a fifth, or less, of each."""
    for number in range(400):
        ada.write(f"{number}")
    ada.sign()
    for end in list(ada.ends):
        end.line.hang_up()
    line = meet(bo, ada)
    for side in (line.left, line.right):
        spent = side.conversation._patience
        assert ROOM * max(spent._runs.values(), default=0) <= patience.RUNS
        assert ROOM * spent._talk <= patience.TALK
        assert ROOM * spent._asked <= patience.ASKED + patience.ROUNDS * held(ada)
        assert ROOM * spent._nothing <= patience.NOTHING
        assert ROOM * spent._settled <= patience.SETTLED
        assert ROOM * spent._gone <= patience.GONE


def test_the_sums_for_a_hundred_thousand_posts() -> None:
    """Everything asked for once; and everything brought once more than needed, a KiB each."""
    frames = POSTS // wire.MAX_IDS + 1
    asked = POSTS + frames * patience.ASKING
    assert ROOM * asked <= patience.ASKED + patience.ROUNDS * POSTS
    assert ROOM * POSTS * 1024 <= patience.NOTHING + patience.NOTHING_EACH * POSTS
    assert ROOM * CROWD * granting.FRAME <= granting.MAX_GRANTS
    assert ROOM * (450 + 2 * CROWD + frames) <= patience.TALK


def test_what_waits_is_not_put_twice(ada: Person) -> None:
    """The queue holds each word once."""
    out = Outgoing(ada.shelf)
    names = [EnvelopeId(name) for _, name in ada.items(Log.WORDS)]
    for _ in range(50):
        out.put_bulk(names)
    assert out.crowded is False
    sent = [wire.decode(frame) for frame in out.take(10**9)]
    assert sum(len(f.envelopes) for f in sent if isinstance(f, wire.Envelopes)) == len(names)


def test_large_frames_that_wait_crowd_and_leave_room_again(ada: Person) -> None:
    """More than `HEAP` bytes of them."""
    out = Outgoing(ada.shelf)
    for _ in range(HEAP // wire.BATCH + 1):
        out.put(wire.Reconcile(1, bytes(wire.BATCH)))
    full = out.crowded
    out.take(10**9)
    assert (full, out.crowded) == (True, False)
