"""Ops that a liar forges with its real keys: each deed gives envelopes to hand to different people.

A deed answers with groups of (log, envelope); the first group goes to some, the second to others,
so that one group alone goes to everybody.
"""

import hashlib
from collections.abc import Callable

from msgspec.structs import replace
from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp

from app.circle import acts
from app.store import ops, sums
from p2p.ids import ZERO, EnvelopeId, OpId
from p2p.op import Kind, Log, Place, SignedOp, decode, strip
from tests.p2p.village import Person

Handout = list[tuple[Log, bytes]]
Deed = Callable[[Person], list[Handout]]

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
MOST = 2**53 - 1


def _post(by: Person, body: str, **reply: bytes) -> bytes:
    kind = "reply" if reply else "story"
    return acts.encode(acts.Writing(by.entropy(16), kind, "", body, **reply))  # type: ignore[arg-type]


def _words(by: Person, **changes: object) -> SignedOp:
    return by.signs(Log.WORDS, Kind.POST, _post(by, "a liar's words"), **changes)


def _name(by: Person, name: str, **changes: object) -> SignedOp:
    return by.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile(name)), **changes)


def _sealed(by: Person, *made: SignedOp) -> Handout:
    return [(op.header.log, by.seals(op)) for op in made]


def forks_its_words(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by)), _sealed(by, _words(by))]


def forks_its_authority(by: Person) -> list[Handout]:
    return [_sealed(by, _name(by, "One")), _sealed(by, _name(by, "Other"))]


def leaves_a_gap(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, seq=1000, prev=OpId(by.entropy(32))))]


def counts_to_the_end(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, seq=MOST, prev=OpId(by.entropy(32))))]


def counts_to_the_end_in_authority(by: Person) -> list[Handout]:
    # An authority prev is a parent; one that nobody has makes it wait for ever.
    return [_sealed(by, _name(by, "Last", seq=MOST, prev=OpId(by.entropy(32))))]


def names_a_wrong_prev(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, seq=7, prev=OpId(by.entropy(32))))]


def begins_anew(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, seq=0, prev=OpId(ZERO)))]


def answers_what_nobody_wrote(by: Person) -> list[Handout]:
    payload = _post(by, "quite so", reply_to=by.entropy(32), thread=by.entropy(32))
    return [_sealed(by, by.signs(Log.WORDS, Kind.REPLY, payload))]


def has_seen_what_nobody_has(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, heads=tuple(OpId(by.entropy(32)) for _ in range(8))))]


def stands_on_nothing(by: Person) -> list[Handout]:
    heads = tuple(OpId(by.entropy(32)) for _ in range(4))
    return [_sealed(by, _words(by, authority_heads=heads), _name(by, "Z", authority_heads=heads))]


def stands_on_its_childhood(by: Person) -> list[Handout]:
    order = by.room.ledger.view.order
    assert order is not None
    first = order.placed[0].op
    return [_sealed(by, _words(by, authority_heads=(first,)))]


def lives_in_another_hour(by: Person) -> list[Handout]:
    return [_sealed(by, _words(by, hour=0), _words(by, hour=2**32 - 1))]


def forges_a_signature(by: Person) -> list[Handout]:
    """Somebody else's op in another envelope, with a signature that is none."""
    ids = [EnvelopeId(name) for _, name in sums.items(by.db, 1, Log.WORDS, None)]
    found = [
        decode(kept.body, Place(by.circle, kept.log, kept.epoch, kept.hour))
        for _, kept in ops.bodies(by.db, 1, ids)
        if kept is not None
    ]
    return [_sealed(by, replace(found[-1], signature=by.entropy(64)))] if found else []


def strips_its_words(by: Person) -> list[Handout]:
    return [_sealed(by, strip(_words(by)))]


def signs_twice(by: Person) -> list[Handout]:
    """One op with two true signatures: two envelopes, and only one may stay."""
    op = _words(by)
    return [_sealed(by, op), _sealed(by, replace(op, signature=_otherwise(by, op)))]


def signs_a_name_twice(by: Person) -> list[Handout]:
    op = _name(by, "Twice")
    return [_sealed(by, op), _sealed(by, replace(op, signature=_otherwise(by, op)))]


def says_nonsense(by: Person) -> list[Handout]:
    return [_sealed(
        by, by.signs(Log.WORDS, Kind.POST, by.entropy(100)),
        by.signs(Log.WORDS, 99, by.entropy(10), seq=5, prev=OpId(by.entropy(32))),
        by.signs(Log.AUTHORITY, 33, by.entropy(10)),
    )]  # fmt: skip


def says_one_thing_twice(by: Person) -> list[Handout]:
    payload = _post(by, "twice")
    one = by.signs(Log.WORDS, Kind.POST, payload)
    other = by.signs(Log.WORDS, Kind.POST, payload, seq=one.header.seq + 1, prev=one.op_id)
    return [_sealed(by, one, other), _sealed(by, other, one)]


def makes_a_false_epoch(by: Person) -> list[Handout]:
    """Commitments to secrets that are nobody's, and a link that lies."""
    parent = by.epoch()
    act = acts.Epoch(by.entropy(32), by.entropy(32), [parent], [])
    made = by.signs(Log.AUTHORITY, Kind.EPOCH, acts.encode(act))
    lie = acts.Link(parent, [acts.ParentSecrets(parent, by.entropy(32), by.entropy(32))])
    return [_sealed(by, made, by.signs(Log.AUTHORITY, Kind.LINK, acts.encode(lie)))]


def goes_with_hostile_cuts(by: Person) -> list[Handout]:
    """Leaves, takes its own words away, and tries to take those of the others."""
    devices = list(by.room.ledger.view.devices())
    cuts = [acts.Cut(device, log, 0, by.entropy(32)) for device in devices for log in (0, 1)]
    return [_sealed(by, by.signs(Log.AUTHORITY, Kind.LEAVE, acts.encode(acts.Leave(cuts))))]


def talks_on_after_leaving(by: Person) -> list[Handout]:
    """A word beyond the cut of its own leaving: some hear the one first, some the other."""
    seq, prev = ops.next_place(by.db, 1, Log.WORDS, by.device)
    word = _words(by)
    act = acts.Leave([acts.Cut(by.device, int(Log.WORDS), seq, prev or by.entropy(32))])
    gone = by.signs(Log.AUTHORITY, Kind.LEAVE, acts.encode(act))
    return [_sealed(by, word, gone), _sealed(by, gone, word)]


def puts_words_in_a_mouth(by: Person) -> list[Handout]:
    """The next words of somebody else, who has not signed them."""
    others = sorted(device for device in by.room.ledger.view.devices() if device != by.device)
    if not others:
        return []
    whose = others[by.entropy(1)[0] % len(others)]
    seq, prev = ops.next_place(by.db, 1, Log.WORDS, whose)
    return [_sealed(by, _words(by, device=whose, seq=seq, prev=prev or OpId(ZERO)))]


DEEDS: tuple[Deed, ...] = (
    forks_its_words, forks_its_words, forks_its_authority, leaves_a_gap, counts_to_the_end,
    counts_to_the_end_in_authority, names_a_wrong_prev, begins_anew, answers_what_nobody_wrote,
    has_seen_what_nobody_has, stands_on_nothing, stands_on_its_childhood, lives_in_another_hour,
    forges_a_signature, strips_its_words, signs_twice, signs_a_name_twice, says_nonsense,
    says_one_thing_twice, makes_a_false_epoch, goes_with_hostile_cuts, talks_on_after_leaving,
    puts_words_in_a_mouth,
)  # fmt: skip

TWINS = frozenset((signs_twice, signs_a_name_twice))
"""Those that give two envelopes of one op."""


def _otherwise(by: Person, op: SignedOp) -> bytes:
    """Another true signature of the same op: Ed25519 with a nonce of one's own choice."""
    expanded = hashlib.sha512(by.room.row.device_seed).digest()
    scalar = int.from_bytes(expanded[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    nonce = int.from_bytes(by.entropy(64), "little") % GROUP_ORDER
    point = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    said = b"hearthside/op-signature/1" + op.op_id
    hashed = hashlib.sha512(point + op.header.device + said).digest()
    answer = (nonce + int.from_bytes(hashed, "little") * scalar) % GROUP_ORDER
    return point + answer.to_bytes(32, "little")
