"""The door: who knocks rightly is answered, everybody else finds nobody at home."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p import wire
from p2p.door import (
    MAX_REQUESTS,
    CapsuleCame,
    Doorkeeper,
    LetIn,
    ToldToWait,
    TurnedAway,
    Visit,
)
from p2p.errors import PeerFault
from p2p.ports import Answer, Shelf
from tests.p2p.test_wire import FRAMES, GRANT

HERE = b"h" * 32
DOOR = b"d" * 32


@dataclass
class Hallway:
    """A shelf as far as the door sees it: one invite, and an answer given beforehand."""

    answer: Answer = field(default_factory=Answer)
    asked: list[tuple[bytes, bytes]] = field(default_factory=list)

    def capsule(self, rendezvous: bytes) -> bytes | None:
        return b"sealed" if rendezvous == HERE else None

    def request(self, box: bytes, door: bytes) -> Answer:
        self.asked.append((box, door))
        return self.answer


def keeper(answer: Answer | None = None) -> tuple[Doorkeeper, Hallway]:
    hallway = Hallway(answer or Answer())
    shelf: Shelf = hallway  # type: ignore[assignment]  # the door asks for no more
    return Doorkeeper(shelf, DOOR), hallway


def visit(answer: Answer) -> tuple[Doorkeeper, list[object]]:
    """A whole visit: what the newcomer learned."""
    door, _ = keeper(answer)
    newcomer = Visit(HERE)
    first = newcomer.receive(door.receive(newcomer.knock()))
    second = newcomer.receive(door.receive(newcomer.ask(b"box")))
    return door, [first, second]


def test_a_newcomer_is_let_in() -> None:
    """Knock, capsule, request, secrets."""
    door, learned = visit(Answer(admit=b"a" * 32, grants=(GRANT,)))
    assert learned == [CapsuleCame(b"sealed"), LetIn(b"a" * 32, (GRANT,))]
    assert door.admitted


def test_a_newcomer_waits_or_is_turned_away() -> None:
    """Either is said; nobody was admitted."""
    for answer, outcome in (
        (Answer(), ToldToWait()),
        (Answer(refused=1), TurnedAway(1)),
        (Answer(refused=3), TurnedAway(3)),
    ):
        door, learned = visit(answer)
        assert learned[1] == outcome
        assert not door.admitted


def test_the_door_tells_who_stands_there() -> None:
    """The key that Noise has proved goes with the request."""
    door, hallway = keeper()
    door.receive(wire.encode(wire.Knock(rendezvous=HERE)))
    door.receive(wire.encode(wire.Request(box=b"box")))
    assert hallway.asked == [(b"box", DOOR)]


def test_a_knock_at_no_door_is_not_answered() -> None:
    """As if nobody were home."""
    door, _ = keeper()
    with pytest.raises(PeerFault, match="no door"):
        door.receive(wire.encode(wire.Knock(rendezvous=b"x" * 32)))
    with pytest.raises(PeerFault):
        door.receive(wire.encode(wire.Request(box=b"box")))


def test_whoever_did_not_knock_asks_nothing() -> None:
    """The request alone is a fault, and reaches nobody."""
    door, hallway = keeper()
    with pytest.raises(PeerFault):
        door.receive(wire.encode(wire.Request(box=b"box")))
    assert hallway.asked == []


def test_nobody_knocks_twice_or_asks_for_ever() -> None:
    """One knock and four requests on one stream."""
    door, hallway = keeper()
    knock, ask = wire.encode(wire.Knock(rendezvous=HERE)), wire.encode(wire.Request(box=b"box"))
    door.receive(knock)
    with pytest.raises(PeerFault):
        door.receive(knock)
    for _ in range(MAX_REQUESTS):
        assert wire.decode(door.receive(ask)) == wire.Wait()
    with pytest.raises(PeerFault):
        door.receive(ask)
    assert len(hallway.asked) == MAX_REQUESTS


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("knocked", [False, True])
def test_any_other_frame_at_the_door_is_a_fault(frame: wire.AnyFrame, knocked: bool) -> None:
    """Before and after the knock."""
    door, _ = keeper()
    if knocked:
        door.receive(wire.encode(wire.Knock(rendezvous=HERE)))
    if isinstance(frame, wire.Request) and knocked:
        return
    with pytest.raises(PeerFault):
        door.receive(wire.encode(frame))


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("stage", ["knocked", "asked", "over"])
def test_an_answer_out_of_place_is_a_fault(frame: wire.AnyFrame, stage: str) -> None:
    """A capsule is awaited after the knock, an answer after the request, and then nothing."""
    newcomer = Visit(HERE)
    newcomer.knock()
    if stage != "knocked":
        newcomer.receive(wire.encode(wire.Capsule(sealed=b"sealed")))
        newcomer.ask(b"box")
    if stage == "over":
        newcomer.receive(wire.encode(wire.Sorry(reason=2)))
    in_place = {
        "knocked": (wire.Capsule,), "asked": (
                wire.Admitted, wire.Wait, wire.Sorry, wire.Questions, wire.Held, wire.Parcels,
            ),
        "over": (),
    }[stage]  # fmt: skip
    if isinstance(frame, in_place):
        newcomer.receive(wire.encode(frame))
        return
    with pytest.raises(PeerFault, match="out of place"):
        newcomer.receive(wire.encode(frame))


def test_whoever_waits_may_be_answered_later() -> None:
    """Wait is not the end."""
    newcomer = Visit(HERE)
    newcomer.receive(wire.encode(wire.Capsule(sealed=b"sealed")))
    newcomer.ask(b"box")
    assert newcomer.receive(wire.encode(wire.Wait())) == ToldToWait()
    assert newcomer.receive(wire.encode(wire.Sorry(reason=1))) == TurnedAway(1)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_at_the_door_give_a_value_or_a_fault(data: bytes, knocked: bool) -> None:
    """On both sides of it."""
    door, _ = keeper()
    newcomer = Visit(HERE)
    if knocked:
        door.receive(wire.encode(wire.Knock(rendezvous=HERE)))
        newcomer.ask(b"box")
    with suppress(PeerFault):
        door.receive(data)
    with suppress(PeerFault):
        newcomer.receive(data)
