"""The door: how a newcomer and a member talk before the newcomer belongs. No socket, no clock.

A newcomer names an invite's rendezvous id, gets its sealed capsule, and hands in a sealed request.
Whoever opens with anything else, or names an invite that is not known here, hears nothing at all.
Source: protocol, sections 9 and 10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from p2p import wire
from p2p.errors import PeerFault
from p2p.padding import pad
from p2p.ports import Shelf

MAX_REQUESTS = 4  # requests one stranger may hand in on one stream


class Doorkeeper:
    """A member's side. Answers a `Knock`, then a few `Request`s, and nothing else."""

    def __init__(self, shelf: Shelf, door: bytes) -> None:
        """`door`: the newcomer's key as Noise proved it."""
        self._shelf = shelf
        self._door = door
        self._knocked = False
        self._requests = 0
        self.admitted = False

    def receive(self, data: bytes) -> bytes:
        """The answer to one frame. Raises `PeerFault`: say nothing and hang up."""
        match wire.decode(data):
            case wire.Knock(rendezvous) if not self._knocked:
                sealed = self._shelf.capsule(rendezvous)
                if sealed is None:
                    raise PeerFault("a knock at no door")
                self._knocked = True
                return pad(wire.encode(wire.Capsule(sealed=sealed)))
            case wire.Request(box) if self._knocked and self._requests < MAX_REQUESTS:
                self._requests += 1
                return pad(wire.encode(self._answer(box)))
            case _:
                raise PeerFault("a stranger said something else")

    def _answer(self, box: bytes) -> wire.AnyFrame:
        answer = self._shelf.request(box, self._door)
        if answer.admit is not None:
            self.admitted = True
            return wire.Admitted(admit=answer.admit, grants=list(answer.grants))
        if answer.refused:
            return wire.Sorry(reason=answer.refused, note=answer.note)
        return answer.asks or wire.Wait(kept=answer.kept)


class Stage(Enum):
    """How far a visit has come."""

    KNOCKED = auto()
    ASKED = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class CapsuleCame:
    """The capsule: open it with the code and ask by `Visit.ask`."""

    sealed: bytes


@dataclass(frozen=True, slots=True)
class LetIn:
    """Admitted, with the secrets to begin with; by a mailbox, with the circle's `box` there."""

    admit: bytes
    grants: tuple[wire.Grant, ...]
    box: bytes = b""


@dataclass(frozen=True, slots=True)
class ToldToWait:
    """Reached a member who can't admit; `kept`: who can admit has the request, and will decide."""

    kept: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Something has to be answered before anybody decides."""

    questions: tuple[str, ...]
    affiliation: bool


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Refused for good; the reason is that of `wire.Sorry`, with what the host says to it."""

    reason: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class PutBy:
    """A mailbox has the request: look by `Visit.collect` whether an answer lies there."""


@dataclass(frozen=True, slots=True)
class ParcelsCame:
    """What lies there, sealed: open it and hand what is inside to `Visit.unpacked`."""

    parcels: tuple[bytes, ...]


Outcome = CapsuleCame | LetIn | ToldToWait | Asked | TurnedAway | PutBy | ParcelsCame


class Visit:
    """The newcomer's side."""

    def __init__(self, rendezvous: bytes) -> None:
        """`rendezvous`: 32 bytes out of the invite's code."""
        self._rendezvous = rendezvous
        self._stage = Stage.KNOCKED

    def knock(self) -> bytes:
        """The first frame to send."""
        return pad(wire.encode(wire.Knock(rendezvous=self._rendezvous)))

    def ask(self, box: bytes) -> bytes:
        """The second frame to send."""
        self._stage = Stage.ASKED
        return pad(wire.encode(wire.Request(box=box)))

    def collect(self, tags: Sequence[bytes]) -> bytes:
        """The third frame, where a mailbox has put the request by."""
        return pad(wire.encode(wire.Collect(list(tags))))

    def unpacked(self, frame: bytes) -> Outcome:
        """What a parcel that was for us means."""
        match wire.decode(frame):
            case wire.Welcome(admit, grants, box):
                self._stage = Stage.OVER
                return LetIn(admit, tuple(grants), box)
            case told:
                return self._heard(told)

    def receive(self, data: bytes) -> Outcome:
        """What an answer means. Raises `PeerFault` where it is none."""
        return self._heard(wire.decode(data))

    def _heard(self, frame: wire.AnyFrame) -> Outcome:
        match frame, self._stage:
            case wire.Capsule(sealed), Stage.KNOCKED:
                return CapsuleCame(sealed)
            case wire.Admitted(admit, grants), Stage.ASKED:
                self._stage = Stage.OVER
                return LetIn(admit, tuple(grants))
            case wire.Wait(kept), Stage.ASKED:
                return ToldToWait(kept)
            case wire.Held(), Stage.ASKED:
                return PutBy()
            case wire.Parcels(parcels), Stage.ASKED:
                return ParcelsCame(tuple(parcels))
            case wire.Questions(questions, affiliation), Stage.ASKED:
                return Asked(tuple(questions), affiliation)
            case wire.Sorry(reason, note), Stage.ASKED:
                self._stage = Stage.OVER
                return TurnedAway(reason, note)
            case _:
                raise PeerFault("an answer out of place")
