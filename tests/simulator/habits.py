"""What a liar's computer says instead of what it should: habits change frames on their way out.

A habit is a function from the liar and one frame to the frames said instead.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from p2p import wire
from p2p.crypto import digest
from p2p.reconcile_wire import (
    FINGERPRINT_SIZE,
    INFINITY,
    PROTOCOL,
    START,
    Fingerprint,
    IdList,
    Range,
    parse,
    spell,
)

if TYPE_CHECKING:
    from tests.simulator.liars import LyingStream

Habit = Callable[["LyingStream", wire.AnyFrame], list[wire.AnyFrame]]


def _message(ranges: list[Range]) -> bytes:
    before = [START, *(given.upper for given in ranges)]
    return bytes((PROTOCOL,)) + b"".join(
        spell(given, at[0]) for given, at in zip(ranges, before, strict=False)
    )


def tells_false_fingerprints(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """As if something were different everywhere, always."""
    match frame:
        case wire.Reconcile(log, message):
            ranges = [
                Range(r.upper, Fingerprint(liar.chance.randbytes(FINGERPRINT_SIZE)))
                if isinstance(r.say, Fingerprint) else r
                for r in parse(message)
            ]  # fmt: skip
            return [wire.Reconcile(log=log, message=_message(ranges))]
    return [frame]


def never_comes_to_an_end(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Always one more range to be looked into."""
    match frame:
        case wire.Reconcile(log, _):
            print_ = Fingerprint(liar.chance.randbytes(FINGERPRINT_SIZE))
            return [wire.Reconcile(log=log, message=_message([Range(INFINITY, print_)]))]
    return [frame]


def says_it_has_nothing(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """So that all is sent to it, again and again."""
    match frame:
        case wire.Reconcile(log, _):
            return [wire.Reconcile(log=log, message=_message([Range(INFINITY, IdList([]))]))]
    return [frame]


def says_all_is_equal(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """So that nothing is sent to anybody."""
    match frame:
        case wire.Reconcile(log, _):
            return [wire.Reconcile(log=log, message=bytes((PROTOCOL,)))]
    return [frame]


def names_what_nobody_has(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Lists ids that are none, so that they are asked for."""
    match frame:
        case wire.Reconcile(log, _):
            ids = [liar.chance.randbytes(32) for _ in range(20)]
            return [wire.Reconcile(log=log, message=_message([Range(INFINITY, IdList(ids))]))]
    return [frame]


def settles_for_anything(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """A digest that is nobody's."""
    match frame:
        case wire.Settled(log):
            front = liar.chance.randbytes(32) if frame.frontier is not None else None
            return [wire.Settled(log=log, digest=liar.chance.randbytes(32), frontier=front)]
    return [frame]


def repeats_their_digest(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Says "equal" whatever it holds, where it knows what equal would be."""
    match frame:
        case wire.Settled(log, mine, front):
            digest_ = liar.their_digest or mine
            return [wire.Settled(log=log, digest=digest_, frontier=liar.their_frontier or front)]
    return [frame]


def keeps_to_itself(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """What it should hand over is gone, it says."""
    match frame:
        case wire.Envelopes(log, envelopes):
            ids = [digest("", envelope) for envelope in envelopes]
            return [wire.Gone(log=log, ids=ids)]
    return [frame]


def swallows_envelopes(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """What it should hand over never comes, and it says nothing."""
    return [] if isinstance(frame, wire.Envelopes) else [frame]


def wants_everything_thrice(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Asks for each thing three times, and for what is not there."""
    match frame:
        case wire.Want(log, ids):
            return [wire.Want(log=log, ids=[*ids, *ids, liar.chance.randbytes(32), *ids][:4096])]
    return [frame]


def claims_to_hold_more(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """More of your own words than you do, so that you dare not sign."""
    match frame:
        case wire.Hello(version, hour, nonce, _):
            most = wire.MAX_SAFE
            return [wire.Hello(version, hour, nonce, (most, most))]
    return [frame]


def lives_in_another_time(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """A clock that is centuries off."""
    match frame:
        case wire.Hello(version, _, nonce, held):
            hour = liar.chance.choice((0, 1, wire.MAX_SAFE, 2**31))
            return [wire.Hello(version, hour, nonce, held)]
    return [frame]


def asks_for_more_and_more(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Another whole run, again and again."""
    match frame:
        case wire.Hello() | wire.Chain():
            return [frame]
    return [frame, wire.Again()] if liar.chance.random() < 0.1 else [frame]


def grants_rubbish(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Boxes that nobody can open, for epochs that are none."""
    match frame:
        case wire.Epochs():
            box = liar.chance.randbytes(1200)
            grant = wire.Grant(liar.chance.randbytes(32), liar.chance.randbytes(32), box)
            return [wire.Grants(grants=[grant]), frame]
    return [frame]


def needs_the_same_again(_: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """Whatever opened did not open, it says."""
    match frame:
        case wire.Ack(epochs):
            return [wire.Need(epochs=epochs)]
    return [frame]


def adds_rubbish(liar: "LyingStream", frame: wire.AnyFrame) -> list[wire.AnyFrame]:
    """An envelope of noise among the others."""
    match frame:
        case wire.Envelopes(log, envelopes, live):
            noise = bytes((1, log)) + liar.chance.randbytes(304)
            return [wire.Envelopes(log=log, envelopes=[*envelopes, noise], live=live)]
    return [frame]


HABITS: tuple[Habit, ...] = (
    tells_false_fingerprints, never_comes_to_an_end, says_it_has_nothing, says_all_is_equal,
    names_what_nobody_has, settles_for_anything, repeats_their_digest, keeps_to_itself,
    swallows_envelopes, wants_everything_thrice, claims_to_hold_more, lives_in_another_time,
    asks_for_more_and_more, grants_rubbish, needs_the_same_again, adds_rubbish,
)  # fmt: skip


def some_of(number: int) -> tuple[Habit, ...]:
    """None to three of them."""
    chance = random.Random(number)
    return tuple(chance.sample(HABITS, chance.choice((0, 1, 1, 1, 2, 3))))
