"""What a mailbox asks of whoever keeps its envelopes: boxes, parcels, capsules, requests.

All of it is synchronous and durable on return: what `put` names is on disk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.reconcile import ItemSet


@dataclass(frozen=True, slots=True)
class Box:
    """What one circle has at this mailbox, which knows it by a random id only.

    `counter`: of the owner's last order. `used`, `quota`: bytes of envelopes. `seen`: grows with
    everything that comes. `days`: how long words are kept. `held`: how many envelopes.
    """

    box_no: int
    box: bytes
    owner: bytes
    capabilities: frozenset[bytes]
    counter: int
    used: int
    quota: int
    days: int
    seen: int
    held: int


class Books(Protocol):
    """Everything that a mailbox holds."""

    token: bytes
    """16 bytes on the mailbox's card: whoever knows them may ask for a box."""

    def box(self, box: bytes) -> Box | None:
        """The box of that id."""

    def offers(self) -> tuple[int, int] | None:
        """The bytes and days that a new box would have; None where there are as many as may be."""

    def found(self, box: bytes, owner: bytes, capability: bytes) -> bool:
        """Make a box. False where there are as many as this mailbox takes, or it is there."""

    def succeed(self, box: Box, capability: bytes) -> bool:
        """One more capability. False where there are as many as a box has."""

    def retain(self, box: Box, capabilities: Iterable[bytes], counter: int) -> None:
        """These capabilities and no others."""

    def items(self, box: Box, log: Log, since: int) -> ItemSet:
        """(hour, envelope id) of what is held of a log from an hour on."""

    def put(
        self, box: Box, log: Log, envelopes: Mapping[EnvelopeId, tuple[int, bytes]]
    ) -> list[EnvelopeId]:
        """Keep envelopes with their hours; which are held now, as far as there was room."""

    def envelopes(self, box: Box, log: Log, ids: Sequence[bytes]) -> Iterable[bytes | None]:
        """Each in the order asked; None for one that is not here."""

    def drop(self, box: Box, ids: Iterable[bytes], counter: int) -> None:
        """Hold these no more."""

    def put_parcels(self, box: Box, parcels: Iterable[tuple[bytes, bytes]]) -> bool:
        """Keep (tag, sealed). False where there is no room for them."""

    def lacking(self, box: Box, tags: Iterable[bytes]) -> list[bytes]:
        """The tags under which there is nothing."""

    def collect(self, tags: Iterable[bytes]) -> list[bytes]:
        """What lies under these tags, whoever asks: the tag is known to whom it is for."""

    def put_capsule(self, box: Box, rendezvous: bytes, sealed: bytes, until: int) -> bool:
        """Show it to whoever names the rendezvous id. False where there is no room."""

    def capsule(self, rendezvous: bytes) -> bytes | None:
        """What to show to whoever names this."""

    def hand_in(self, rendezvous: bytes, request: bytes) -> bool:
        """Keep a request. False where there is no room for it."""

    def requests(
        self, box: Box, rendezvous: Iterable[bytes], after: int, most: int
    ) -> list[tuple[int, bytes]]:
        """(number, request) of those handed in, above a number."""
