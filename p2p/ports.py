"""What this floor asks from above: a place that keeps ops, judges people and knows secrets.

All of it is synchronous and durable on return: when `take_in` answers, the ops are on disk.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from p2p.ids import DeviceId, EnvelopeId, EpochId
from p2p.op import Log
from p2p.reconcile import ItemSet
from p2p.wire import Card, Chain, Grant, Holding, Logbook, Questions, Removed, Waiting

Turn = tuple[int, int, int]
"""When an envelope is handed over among many: lower first. Newest hour, then a log at a time."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Seqs of a device's log that are not here: from `first` up to, not including, `end`."""

    device: DeviceId
    log: Log
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of envelopes handed in.

    `new` are now held; `closed` open under no secret held here (hand them in again once one more
    secret is known); `learned` tells that a secret was learned on the way; `holes` lie right before
    what is new words; `lacking` tells of new acts whose past is not here; `authors` wrote what is
    new.
    """

    new: tuple[EnvelopeId, ...] = ()
    closed: tuple[bytes, ...] = ()
    learned: bool = False
    holes: tuple[Hole, ...] = ()
    lacking: bool = False
    authors: frozenset[DeviceId] = frozenset()


class Shelf(Protocol):
    """One circle's ops, people and secrets, as one computer knows them."""

    def farewell(self, door: bytes) -> Removed | Waiting | None:
        """The op by which whoever has this door key is out, or that they wait for a host.

        None for anybody else.
        """

    def take_farewell(self, told: Removed | Waiting) -> None:
        """We are shown that we were removed, or wait. Raises `PeerFault` where that is not so."""

    def device_at(self, door: bytes) -> DeviceId | None:
        """The current member's device whose door key this is; None for anybody else."""

    def held_of(self, device: DeviceId) -> tuple[int, int]:
        """How many ops of a device's authority and words logs are known (highest seq + 1)."""

    def item_set(
        self, log: Log, epochs: frozenset[EpochId] | None, *, but: Collection[EnvelopeId] = ()
    ) -> ItemSet:
        """(hour, envelope id) of everything held in a log, or of these epochs of it; not `but`."""

    def sorted_ids(
        self, log: Log, epochs: frozenset[EpochId] | None, *, but: Collection[EnvelopeId] = ()
    ) -> bytes:
        """The envelope ids of the same set, sorted, end to end."""

    def parting(self) -> tuple[EnvelopeId, ...]:
        """The act by which we left this circle; and those by which others left that came since.

        Nothing while we are a member.
        """

    def frontier(self, epochs: frozenset[EpochId]) -> bytes:
        """The digest over all authentic words of these epochs, pending ones left out."""

    def logs(self, epochs: frozenset[EpochId]) -> list[Logbook]:
        """The same ops, a log at a time."""

    def in_log(self, hole: Hole, epochs: frozenset[EpochId]) -> list[EnvelopeId]:
        """What is held in a stretch of a log, the newest of it where it is long."""

    def holes(self) -> Sequence[Hole]:
        """What is missing below the highest seq held of each log."""

    def held(self, log: Log, ids: Iterable[EnvelopeId]) -> set[EnvelopeId]:
        """Which of these envelopes are held."""

    def newest_first(self, ids: Sequence[EnvelopeId]) -> list[tuple[Turn, EnvelopeId]]:
        """Those of these envelopes that are held, each with its turn; in no order."""

    def newest(self, epochs: frozenset[EpochId], most: int) -> list[EnvelopeId]:
        """What a person would read first: the newest posts of these epochs, newest first."""

    def envelopes(self, ids: Sequence[EnvelopeId]) -> Iterator[tuple[EnvelopeId, bytes]]:
        """Each id with its envelope, in the order asked; empty bytes for one that is not held."""

    def take_in(self, log: Log, envelopes: Mapping[EnvelopeId, bytes]) -> TakenIn:
        """Open, check, judge and keep. Raises `PeerFault` where the sender broke a rule."""

    def epochs(self) -> Sequence[EpochId]:
        """The epochs whose words can be opened here, deepest first."""

    def lacking(self, device: DeviceId, theirs: frozenset[EpochId]) -> Sequence[EpochId]:
        """Which epochs held here that device may have and lacks."""

    def grant(self, device: DeviceId, epochs: Sequence[EpochId]) -> list[Grant]:
        """Boxes for a device; a needed `granted` op is written first; leaves out the rest."""

    def take_grant(self, grant: Grant) -> bool:
        """Open and keep a secret. False where it does not open or match."""

    def authority_settled(self) -> None:
        """Both hold the same authority ops now: write what this device still owes (its profile)."""

    def sign_waiting(self, latest_hour: int) -> None:
        """Number, sign and seal the unsent words; none may bear an hour after `latest_hour`."""

    def chain(self, device: DeviceId) -> Chain:
        """What shows this device's admission to another, at most 64 envelopes, with their keys.

        The other may have missed the newest epochs, and is handed no grant by somebody unknown.
        """

    def take_chain(self, chain: Chain, door: bytes) -> None:
        """Authority ops by somebody not known; kept only if that door is then a member's."""

    def claims(self, device: DeviceId, words: int) -> None:
        """A device says it holds so many of our own words; 0: all it holds has come."""

    def talk_over(self, device: DeviceId) -> None:
        """The conversation with a device has ended, or went live without its words.

        What it claims is heeded for a while; the words may come yet.
        """

    def cards(self) -> list[Card]:
        """The newest address card of every current device, our own too."""

    def take_cards(self, cards: Sequence[Card]) -> list[Card]:
        """Keep what is newer; answers with those that were."""

    def hold(self, authors: Iterable[DeviceId]) -> list[Holding]:
        """Say what is held here of these devices' words, where that is not what was said before."""

    def heard(self, device: DeviceId) -> bytes:
        """What is known here of who holds what, as the rows of `wire.Heard` for that device."""

    def unheard(self, device: DeviceId, rows: bytes) -> list[Holding]:
        """What that device, which knows these rows, should hear from us. Raises `PeerFault`."""

    def take_holdings(self, holdings: Sequence[Holding]) -> list[Holding]:
        """Keep what is newer; answers with those that were. Raises `PeerFault` on a false one."""

    def capsule(self, rendezvous: bytes) -> bytes | None:
        """The sealed capsule of an invite known here, also of one that is used up or expired."""

    def request(self, box: bytes, door: bytes) -> "Answer":
        """Judge a request to come in."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request: admitted with secrets, refused for a reason, asked, or none yet.

    `kept`: a person who may admit has it before them. `refused` is a reason of `wire.Sorry`, with
    the `note` of whoever refused.
    """

    admit: bytes | None = None
    grants: tuple[Grant, ...] = ()
    refused: int = 0
    note: str = ""
    asks: Questions | None = None
    kept: bool = False
