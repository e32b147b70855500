"""Two implementations of docs/authority.md agree on every history, in every order of arrival."""

import dataclasses
import random
from collections import Counter
from functools import cache

import msgspec
import pytest

from app.circle import acts
from app.circle.acts import Act
from app.circle.fold import AuthorityOp, fold
from app.circle.state import Role
from app.circle.view import View
from p2p.ids import CircleId, OpId
from tests.authority.histories import a_history
from tests.authority.second import Result, resolve
from tests.authority.teller import Teller

SEEDS, LONG, BATCH = 500, 10_000, 50
ORDERS = 5
SAID = (
    "founding", "founder", "first", "heir", "rules", "door", "keeps", "mailboxes", "vouches",
    "people", "owner", "invites", "epochs", "granted", "linked", "admitted_by", "came",
    "waits_for_host", "cuts", "forked", "void", "heads", "waiting", "order",
)  # fmt: skip


def plain(value: object) -> object:
    """A value as nested tuples: sets sorted, everything else as it stands."""
    if isinstance(value, dict):
        return tuple((plain(k), plain(v)) for k, v in value.items())
    if isinstance(value, set | frozenset):
        return tuple(sorted(value))
    if isinstance(value, list | tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, msgspec.Struct):
        return tuple(plain(getattr(value, name)) for name in value.__struct_fields__)
    if dataclasses.is_dataclass(value):
        return tuple(plain(getattr(value, f.name)) for f in dataclasses.fields(value))
    return value


def to_bytes(view: View) -> bytes:
    return repr([(name, plain(getattr(view, name))) for name in SAID]).encode()


def by_the_first(view: View) -> dict[str, object]:
    return {
        "people": {
            m: (
                p.role.value,
                p.name,
                p.picture,
                set(p.devices),
                p.left,
                p.removed and p.removed.at.op,
            )
            for m, p in view.people.items()
        },
        "waiting for a host": set(view.waits_for_host),
        "rules": view.rules,
        "door": view.door,
        "keeps": [tuple(one) for one in view.keeps],
        "mailboxes": [(box, seen.op, seen.first) for box, seen in view.mailboxes.items()],
        "vouches": view.vouches,
        "invites": {key: (seen.op, seen.withdrawn) for key, seen in view.invites.items()},
        "words that count": view.cuts,
        "forked": view.forked,
        "epochs": {epoch: seen.members for epoch, seen in view.epochs.items()},
        "out as of epochs": {epoch: seen.out for epoch, seen in view.epochs.items()},
        "granted": view.granted,
        "first and heir": (view.first, view.heir),
        "void": view.void,
        "waiting": view.waiting,
    }


def by_the_second(result: Result, said: dict[bytes, Act | None]) -> dict[str, object]:
    return {
        "people": {
            m: (p.role, p.name, p.picture, p.devices, p.gone, p.removed)
            for m, p in result.people.items()
        },
        "waiting for a host": result.waits_for_host,
        "rules": result.rules and said[result.rules],
        "door": result.door and said[result.door],
        "keeps": [*result.keeps],
        "mailboxes": result.mailboxes,
        "vouches": result.vouches,
        "invites": result.invites,
        "words that count": result.words,
        "forked": result.forked,
        "epochs": result.epochs,
        "out as of epochs": result.out,
        "granted": result.granted,
        "first and heir": (result.first, result.heir),
        "void": result.void,
        "waiting": result.waiting,
    }


def kinds(ops: list[AuthorityOp], result: Result) -> Counter[str]:
    """What there was in a history, so that the test can tell when its histories grow dull."""
    seen: Counter[str] = Counter()
    removed: set[tuple[bytes, bytes]] = set()
    for o in ops:
        if o.op in result.waiting:
            continue
        fate = "void" if o.op in result.void else "holds"
        seen[f"{type(o.act).__name__} {fate}"] += 1
        if isinstance(o.act, acts.Remove):
            removed.add((o.header.device, o.act.member))
            cut = any(not c.log and not c.seq and c.device == o.act.member for c in o.act.cuts)
            seen["cut at nothing"] += cut and fate == "holds"
    went = {m for m, p in result.people.items() if p.removed}
    seen["removed each other"] += any((b, a) in removed and {a, b} & went for a, b in removed)
    seen["fallen"] += len(result.fallen)
    seen["forked"] += len(result.forked)
    seen["waits for a host"] += len(result.waits_for_host)
    seen["more mailboxes than count"] += len(live_boxes(ops, result)) > 8
    seen["heir"] += result.heir is not None
    seen["waiting"] += len(result.waiting)
    return seen


def live_boxes(ops: list[AuthorityOp], result: Result) -> set[bytes]:
    """Of which somebody told, in an act that holds, and nobody that they are retired."""
    out = result.void | result.waiting
    told = [o.act for o in ops if isinstance(o.act, acts.Mailbox) and o.op not in out]
    return {act.box for act in told} - {act.box for act in told if act.retired}


def with_a_stranger(ops: list[AuthorityOp]) -> tuple[list[AuthorityOp], OpId]:
    """The same history, and beside all of it something that a stranger said."""
    teller = Teller(random.Random(0), ops={o.op: o for o in ops})
    founding = min(ops, key=lambda o: (bool(o.header.authority_heads), o.header.circle)).op
    teller.circle, teller.past[founding] = CircleId(founding), frozenset()
    stray = teller.says("Nobody", None, sees=(founding,))
    return [*teller.ops.values()], stray


@cache
def outcome(number: int) -> tuple[list[str], Counter[str]]:
    """What is wrong with the history of a seed, and what there was in it."""
    ops = a_history(number)
    view = fold(ops)
    expected, wrong = to_bytes(view), list[str]()
    for attempt in range(ORDERS - 1):
        shuffled = random.Random(attempt).sample(ops, len(ops))
        if to_bytes(fold(shuffled)) != expected:
            wrong.append("another view in another order of arrival")
    result = resolve((o.op, o.header, o.act) for o in ops)
    one, other = by_the_first(view), by_the_second(result, {o.op: o.act for o in ops})
    wrong += [f"other {what}" for what in one if one[what] != other[what]]
    more, stray = with_a_stranger(ops)
    again = by_the_first(fold(more))
    for state in ("void", "waiting"):  # it may name something of its own log that waits
        again[state] = {*again.pop(state)} - {stray}  # type: ignore[misc]
    wrong += [f"a stranger changes {what}" for what in one if one[what] != again[what]]
    present = [p.role for p in view.people.values() if not p.left]
    if present and Role.HOST not in present:
        wrong.append("nobody is host")
    return wrong, kinds(ops, result)


def disagreements(numbers: range) -> dict[int, list[str]]:
    return {n: wrong for n in numbers if (wrong := outcome(n)[0])}


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_both_find_the_same_circle_in_every_history(first: int) -> None:
    """The same people, roles, removals, epochs and void ops; and never a circle without a host."""
    assert disagreements(range(first, first + BATCH)) == {}


@pytest.mark.long
@pytest.mark.parametrize("first", range(SEEDS, LONG, BATCH * 10))
def test_both_find_the_same_circle_in_very_many_histories(first: int) -> None:
    """The same, for hours' worth of trouble."""
    assert disagreements(range(first, min(first + BATCH * 10, LONG))) == {}


def test_the_histories_have_everything_in_them() -> None:
    """Every kind of act both holds and does not; and all that is hard happens."""
    seen: Counter[str] = Counter()
    for number in range(SEEDS):
        seen += outcome(number)[1]
    every = ["Admit", "Assign", "Device", "Epoch", "Fork", "Founding", "Granted", "Handover"]
    every += ["Invite", "Leave", "Link", "Portrait", "Profile", "Remove", "Rules", "Withdraw"]
    every += ["Door", "Vouch", "Retention", "Mailbox"]
    needed = {f"{kind} {fate}": 20 for kind in every for fate in ("holds", "void")}
    needed |= {"NoneType void": 20, "Writing void": 20, "cut at nothing": 20, "forked": 20}
    needed |= {"removed each other": 10, "fallen": 200, "waits for a host": 15, "heir": 10}
    needed |= {"waiting": 50, "more mailboxes than count": 10}
    assert {what: seen[what] for what, least in needed.items() if seen[what] < least} == {}
