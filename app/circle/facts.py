"""What was allowed in a circle, as the fold puts it down: who came, went, rose, handed over."""

from dataclasses import dataclass
from typing import TypeAlias

from app.circle.acts import Cut, DeviceKeys
from app.circle.state import Role
from p2p.ids import DeviceId, MemberId, OpId
from p2p.log import Placed

Seniority: TypeAlias = tuple[int, int, bytes]
"""Less is more senior: founder; hosts, then moderators, by appointment; the others by coming."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A founding or admission that was allowed. `again`: a host's second word for the same keys."""

    at: Placed
    member: MemberId
    keys: DeviceKeys
    invite: OpId | None = None
    again: bool = False

    @property
    def device(self) -> DeviceId:
        """The device that came."""
        return DeviceId(self.keys.device)


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal or leaving that was allowed, by an author of such seniority."""

    at: Placed
    by: MemberId
    member: MemberId
    seniority: Seniority
    cuts: tuple[Cut, ...]
    reason: str = ""

    @property
    def leaving(self) -> bool:
        """Whether somebody removed themselves."""
        return self.by == self.member


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role that was allowed to be given."""

    at: Placed
    role: Role


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a founder, or the heir, was allowed to say of who comes after."""

    at: Placed
    by: MemberId
    to: MemberId
    at_once: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The founder (`since`: by what, after the first), who comes after, and who was before."""

    first: MemberId | None
    since: Placed | None = None
    heir: MemberId | None = None
    former: tuple[MemberId, ...] = ()


@dataclass(frozen=True, slots=True)
class Forked:
    """A proof, that counts, of a device that signed two ops with one number."""

    at: Placed
    words: int  # how many of the device's words count
