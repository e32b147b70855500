"""What words are worth as far as authority tells, and whose standing has changed."""

from dataclasses import dataclass
from typing import Final

from app.circle.view import View
from app.room import Room
from app.store.ops import OpState
from p2p.ids import DeviceId, MemberId, OpId
from p2p.op import Header

NEVER: Final = 2**62  # beyond every seq


@dataclass(frozen=True, slots=True)
class Standing:
    """What the worth of a device's words hangs on, besides their own heads."""

    member: MemberId | None  # nobody's: let in by acts of which none holds
    arrivals: frozenset[OpId]
    cut: int  # how many of its words count

    def counts_from(self, now: "Standing | None") -> int:
        """The first seq whose worth may be another now."""
        if now is None or (self.member, self.arrivals) != (now.member, now.arrivals):
            return 0
        return min(self.cut, now.cut)


def standing(view: View) -> dict[DeviceId, Standing]:
    """How every device stands that the acts tell of."""
    found: dict[DeviceId, Standing] = {}
    for device, member in view.owner.items():
        arrivals = frozenset(came.op for came in view.arrived[device])
        cut = view.cuts.get(device, NEVER)
        found[device] = Standing(member, arrivals, cut)
    for device in view.standing.arrivals:
        if fell(view, device):
            found[device] = Standing(None, frozenset(), 0)
    return found


def fell(view: View, device: DeviceId) -> bool:
    """Whether a device was let in, and no admission of it holds any more."""
    return device in view.standing.arrivals and device not in view.came


class Verdicts:
    """What words are worth as far as authority tells; the same heads are asked about once."""

    def __init__(self, room: Room) -> None:
        """By the ledger of this room, as it is now."""
        self._ledger = room.ledger
        self._known: dict[tuple[bytes, tuple[OpId, ...]], OpState] = {}

    def of(self, header: Header) -> OpState:
        """Pending, accepted or void, as far as membership goes."""
        key = header.device, header.authority_heads
        state = self._known.get(key)
        if state is None:
            state = self._known[key] = self._by_heads(header)
        if state is OpState.ACCEPTED and not self._ledger.view.within_cut(
            header.device, header.seq
        ):
            return OpState.VOID
        return state

    def _by_heads(self, header: Header) -> OpState:
        ledger = self._ledger
        if not all(ledger.knows(head) for head in header.authority_heads):
            return OpState.PENDING
        # Not void where no admission is known: it may be on the way, and no verdict may hang on
        # what came first. One that was taken back is known; once one holds, all is judged anew.
        if header.device not in ledger.view.owner:
            return OpState.VOID if fell(ledger.view, header.device) else OpState.PENDING
        fit = ledger.view.was_admitted(header.device, header.authority_heads)
        return OpState.ACCEPTED if fit else OpState.VOID
