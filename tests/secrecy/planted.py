"""Checks dropped on purpose, one at a time, so that the oracle must notice: each is one real check.

`tests/secrecy/test_planted.py` names the seed that notices each.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Annotated
from unittest import mock

import msgspec
from msgspec import Meta, Struct

from app import epochs
from app.circle import acts, allowing, rules, standing
from app.circle.facts import Removal
from app.circle.state import History, Role
from app.circle.view import View
from p2p import log, op
from p2p.ids import DeviceId, EpochId, MemberId, OpId
from p2p.log import Placed
from p2p.op import Header, Kind

Plant = Callable[[], AbstractContextManager[object]]


# -- secrets ---------------------------------------------------------------------------------------


def newest_epoch_wins() -> AbstractContextManager[object]:
    """The deepest epoch that opens is sealed under, whoever else holds it."""

    def usable(view: View, keyring: epochs.Keyring) -> EpochId | None:
        held = [e for e in keyring.readable() if e in view.epochs]
        return min(held, key=lambda e: (-view.epochs[e].depth, e), default=None)

    return mock.patch.object(epochs, "usable", usable)


def forgets_the_author() -> AbstractContextManager[object]:
    """Whoever made an epoch may not know it: it was granted to all but its author."""
    real = epochs.may_know

    def may_know(view: View, epoch: EpochId) -> frozenset[DeviceId]:
        return real(view, epoch) - {view.epochs[epoch].author}

    return mock.patch.object(epochs, "may_know", may_know)


def forgets_the_granters() -> AbstractContextManager[object]:
    """Whoever says that they granted it may not."""
    real = epochs.may_know

    def may_know(view: View, epoch: EpochId) -> frozenset[DeviceId]:
        granters = {
            DeviceId(told.at.header.device) for told in view.told
            if isinstance(told.act, acts.Granted) and told.act.epoch == epoch
        }  # fmt: skip
        return real(view, epoch) - granters

    return mock.patch.object(epochs, "may_know", may_know)


def forgets_whom_it_was_granted() -> AbstractContextManager[object]:
    """Only those may know it who were members when it was made."""

    def may_know(view: View, epoch: EpochId) -> frozenset[DeviceId]:
        return view.epochs[epoch].members

    return mock.patch.object(epochs, "may_know", may_know)


def believes_what_is_said_of_grants() -> AbstractContextManager[object]:
    """Whoever is said to hold it, and nobody else, may know it."""
    return mock.patch.object(epochs, "may_know", epochs.holders)


def believes_any_secret() -> AbstractContextManager[object]:
    """What a grant or a link says is a secret is one."""
    return mock.patch.object(epochs, "matches", return_value=True)


@contextmanager
def gives_newcomers_the_past() -> Iterator[None]:
    """Where history is fresh, everything is handed over all the same."""
    with mock.patch.object(epochs, "may_have", return_value=True):
        yield


def links_tell_words() -> AbstractContextManager[object]:
    """Where history is fresh, links have the words of the epochs before."""
    real = epochs.link

    def link(
        view: View, keyring: epochs.Keyring, epoch: EpochId, parents: list[bytes]
    ) -> acts.Link:
        with mock.patch.object(View, "history", History.OPEN):
            return real(view, keyring, epoch, parents)

    return mock.patch.object(epochs, "link", link)


# -- cuts ------------------------------------------------------------------------------------------


def takes_a_cut_of_nothing_for_none() -> AbstractContextManager[object]:
    """A removal that lets nothing stand lets stand what its author had seen."""
    real = standing.Standing._within

    def within(self: standing.Standing, removal: Removal, device: DeviceId) -> int:
        cuts = tuple(cut for cut in removal.cuts if cut.seq)
        return real(self, replace(removal, cuts=cuts), device)

    return mock.patch.object(standing.Standing, "_within", within)


def believes_a_cut_of_everything() -> AbstractContextManager[object]:
    """A cut may name an op that nobody has, and then all that came counts."""
    real = standing.Standing._within

    def within(self: standing.Standing, removal: Removal, device: DeviceId) -> int:
        for cut in removal.cuts:
            if cut.device == device and not cut.log and OpId(cut.op) not in self.at and cut.seq:
                return self.signed.get(device, 0)
        return real(self, removal, device)

    return mock.patch.object(standing.Standing, "_within", within)


def reads_acts_beyond_all_numbers() -> AbstractContextManager[object]:
    """A cut may be at 2^53."""

    class Cut(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
        device: acts.Id32
        log: Annotated[int, Meta(ge=0, le=1)]
        seq: int
        op: acts.Id32

    class Remove(acts.Remove, frozen=True):
        cuts: list[Cut]  # type: ignore[assignment]

    lax = {**acts._decoders, Kind.REMOVE: msgspec.msgpack.Decoder(Remove)}
    return mock.patch.object(acts, "_decoders", lax)


def reads_ops_beyond_all_numbers() -> AbstractContextManager[object]:
    """An op may have the number 2^53."""

    class Whole(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=0):
        device: bytes
        seq: int
        prev: OpId
        heads: tuple[OpId, ...]
        authority_heads: tuple[OpId, ...]
        kind: int
        written_at: int
        signature: bytes
        salt: bytes
        payload: bytes

    return mock.patch.multiple(op, _BODY_DECODER=msgspec.msgpack.Decoder(Whole), _Whole=Whole)


# -- rights ----------------------------------------------------------------------------------------


def lets_anybody_rise() -> AbstractContextManager[object]:
    """Whoever is in may make anybody, and themselves, a host."""
    real = rules.roles_are_given_by_hosts_to_their_juniors

    def may_give(
        allowed: allowing.Allowed, at: Placed, author: MemberId, whom: MemberId, role: Role
    ) -> bool:
        own = author == whom and allowed.standing.is_member(whom, at.past)
        return own or real(allowed, at, author, whom, role)

    return mock.patch.object(rules, "roles_are_given_by_hosts_to_their_juniors", may_give)


def judges_by_what_came_later() -> AbstractContextManager[object]:
    """An act is judged by all that is before it in the order, also what its author had not seen."""
    real = allowing.Allowed.take

    def take(self: allowing.Allowed, at: Placed) -> None:
        real(self, replace(at, past=(1 << at.index) - 1))

    return mock.patch.object(allowing.Allowed, "take", take)


def judges_before_the_past_is_here() -> AbstractContextManager[object]:
    """An act whose past is not all here is judged by what there is."""

    real, real_parents = log.Arranging.add, log.parents

    def add(self: log.Arranging, op: OpId, header: Header) -> None:
        def parents(of: Header) -> frozenset[OpId]:
            return frozenset(p for p in real_parents(of) if p in self._headers)

        with mock.patch.object(log, "parents", parents):
            real(self, op, header)

    return mock.patch.object(log.Arranging, "add", add)


def believes_stale_heads() -> AbstractContextManager[object]:
    """What somebody signed before is no part of what they had seen: only the heads they name."""
    real = log.parents

    def parents(header: Header) -> frozenset[OpId]:
        named = frozenset(header.authority_heads)
        return named if named and not header.log else real(header)

    return mock.patch.object(log, "parents", parents)


def lets_stand_what_lies_beyond_a_cut() -> AbstractContextManager[object]:
    """What somebody who was removed says as of before their removal counts."""
    return mock.patch.object(standing.Standing, "_beyond", return_value=0)


def counts_words_beyond_a_cut() -> AbstractContextManager[object]:
    """And so do their words."""
    return mock.patch.object(View, "within_cut", return_value=True)


def cuts_by_number() -> AbstractContextManager[object]:
    """Up to a cut counts whatever has a lower number, also what the op cut at does not follow."""
    real = standing.Standing._within

    def within(self: standing.Standing, removal: Removal, device: DeviceId) -> int:
        found = real(self, removal, device)
        for cut in removal.cuts:
            last = self.at.get(OpId(cut.op))
            if cut.device == device and not cut.log and last is not None and cut.seq:
                mine = self.signed.get(device, 0)
                found |= sum(
                    1 << at.index for at in self.placed
                    if mine >> at.index & 1 and at.header.seq < cut.seq
                )  # fmt: skip
        return found

    return mock.patch.object(standing.Standing, "_within", within)


ALL: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        newest_epoch_wins, forgets_the_author, forgets_the_granters, forgets_whom_it_was_granted,
        believes_what_is_said_of_grants, believes_any_secret,
        gives_newcomers_the_past, links_tell_words,
        takes_a_cut_of_nothing_for_none, believes_a_cut_of_everything,
        reads_acts_beyond_all_numbers, reads_ops_beyond_all_numbers,
        lets_anybody_rise, judges_by_what_came_later, judges_before_the_past_is_here,
        believes_stale_heads, lets_stand_what_lies_beyond_a_cut, counts_words_beyond_a_cut,
        cuts_by_number,
    )
}  # fmt: skip
