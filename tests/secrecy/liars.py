"""What people who turned do with their real keys and real parts, against the rules.

A liar gives secrets away only to those who are in as far as it knows: what is told to somebody who
is out by somebody who is in, no computer can prevent. Of an epoch whose op it has not got, a liar
knows nobody who is out; then it is those who were not out for whom the epoch was made.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app import epochs
from app.circle import acts
from app.circle.acts import MAX_SAFE, Cut
from p2p.crypto import sign
from p2p.envelope import EpochSecrets, commitment, seal_body
from p2p.errors import OurFault
from p2p.ids import ZERO, DeviceId, EpochId, OpId
from p2p.op import SIGNATURE_DOMAIN, Kind, Log, SignedOp, encode
from tests.secrecy.homes import Home

if TYPE_CHECKING:
    from tests.secrecy.stories import Story

Deed = Callable[["Story", Home], list[SignedOp]]


def does(story: "Story", liar: Home, deed: Deed) -> None:
    """A deed, and its ops handed to some who are near, sealed so that all in can read them."""
    made = deed(story, liar)
    envelopes = [(op.header.log, _sealed(liar, op)) for op in made]
    for other in story.near(liar):
        if other.turned or story.odds(0.7):
            for log, envelope in envelopes:
                story.hamlet.hand(other, envelope, log=log)


def _sealed(liar: Home, op: SignedOp) -> bytes:
    keys = liar.keys_of(op.header.epoch, op.header.log)
    return seal_body(encode(op), op.header.hour, keys)


def _says(liar: Home, kind: Kind, act: acts.Act, **changes: object) -> SignedOp:
    log = Log.WORDS if kind >= Kind.POST else Log.AUTHORITY
    return liar.signs(log, kind, acts.encode(act), **changes)


def _again(liar: Home) -> dict[str, object]:
    """The place of the last act that the liar itself kept: one more there is a fork."""
    mine = [op for op in liar.authority().values() if op.header.device == liar.device]
    last = max(mine, key=lambda op: op.header.seq, default=None)
    if last is None or not last.header.seq:
        raise OurFault("nothing said yet")
    return {"seq": last.header.seq, "prev": last.header.prev}


def _old_heads(story: "Story", liar: Home) -> tuple[OpId, ...]:
    """As if little had been seen: the liar's own coming, or somewhere between."""
    order = liar.view.order
    if order is None or not order.placed:
        raise OurFault("nothing known yet")
    came = liar.view.at[liar.view.admitted_by[liar.device]] if liar.view.admitted_by.get(
        liar.device
    ) else order.placed[0]  # fmt: skip
    later = [p for p in order.placed if p.past >> came.index & 1] or [came]
    return (story.chance.choice([came, *later]).op,)


def _whom(story: "Story", liar: Home) -> Home:
    me = liar.room.ledger.me
    others = [h for h in story.hamlet.homes if h is not liar]
    may = [h for h in others if liar.view.may_remove(me, h.room.ledger.me)]
    return story.chance.choice(may if may and story.odds(0.8) else others)


def _cuts(story: "Story", of: Home) -> list[Cut]:
    """Nothing counts, all counts, or a number that is none."""
    seq = story.chance.choice((0, 0, MAX_SAFE, MAX_SAFE, MAX_SAFE + 1))
    name = of.dice._chance.randbytes(32)
    return [Cut(of.device, log, seq, name) for log in (0, 1)]


def _removal(story: "Story", liar: Home) -> acts.Act:
    whom = _whom(story, liar)
    return acts.Remove(whom.room.ledger.me, "no", _cuts(story, whom))


def hands_out_in_secret(story: "Story", liar: Home) -> list[SignedOp]:
    """All secrets it has to somebody who is in, and no word of it, or word of somebody else."""
    devices = liar.view.devices()
    near = [h for h in story.near(liar) if h.device in devices]
    if not near or not liar.inside:
        return []
    to = story.chance.choice(near)
    told: list[SignedOp] = []
    for name in epochs.deepest_first(liar.view, liar.room.ledger.keyring.readable())[:3]:
        secrets = liar.room.ledger.keyring.get(name)
        if secrets is None or secrets.words is None or secrets.authority is None:
            continue
        if liar.view.history.value == "fresh" and liar.view.in_past_of_admission(name, to.device):
            continue  # a member who copies the past to a newcomer: nobody can prevent that
        if name not in liar.view.epochs and _was_out(story, to, name):
            continue  # nor one who copies to somebody whose removal it has not heard of
        grant = epochs.seal_grant(
            liar.circle, secrets, liar.device, to.device, devices[to.device].seal
        )
        story.hamlet.grant(to, [grant])
        story.favoured.append(to.room.ledger.me)
        if not told and story.odds(0.5):
            told.append(_says(liar, Kind.GRANTED, acts.Granted(name, [liar.device])))
    return told


def _was_out(story: "Story", of: Home, epoch: EpochId) -> bool:
    """Whether an epoch was made with somebody out, by what any computer knows that has its op."""
    seen = (home.view.epochs.get(epoch) for home in story.hamlet.homes)
    return any(one is not None and of.device in one.out for one in seen)


def grants_lies(story: "Story", liar: Home) -> list[SignedOp]:
    """Secrets of its own making, passed off as those of an epoch."""
    near = [h for h in story.near(liar) if h.device in liar.view.devices()]
    if not near or not liar.view.epochs:
        return []
    to = story.chance.choice(near)
    name = story.chance.choice(list(liar.view.epochs))
    lie = EpochSecrets(name, liar.entropy(32), liar.entropy(32))
    seal = liar.view.devices()[to.device].seal
    grant = epochs.seal_grant(liar.circle, lie, liar.device, to.device, seal)
    story.hamlet.grant(to, [grant])
    return []


def links_lies(story: "Story", liar: Home) -> list[SignedOp]:
    """The same, in a link."""
    names = epochs.deepest_first(liar.view, liar.view.epochs) or [EpochId(ZERO)]
    name = names[0] if story.odds(0.7) else story.chance.choice(names)
    lie = acts.ParentSecrets(name, liar.entropy(32), liar.entropy(32))
    return [_says(liar, Kind.LINK, acts.Link(liar.epoch(), [lie]))]


def copies_commitments(story: "Story", liar: Home) -> list[SignedOp]:
    """An epoch of its own with the secrets of another."""
    names = list(liar.view.epochs)
    if not names:
        return []
    seen = liar.view.epochs[story.chance.choice(names)]
    under = liar.epoch()
    act = acts.Epoch(seen.act.words, seen.act.authority, [under], [])
    return [_says(liar, Kind.EPOCH, act, epoch=under)]


def makes_an_epoch_aside(story: "Story", liar: Home) -> list[SignedOp]:
    """Without some who are in, or having seen little."""
    under = liar.epoch()
    words, authority = liar.entropy(32), liar.entropy(32)
    whom = _whom(story, liar)
    story.favoured.append(whom.room.ledger.me)
    aside: list[bytes] = [whom.device]
    act = acts.Epoch(commitment(words), commitment(authority), [under], aside)
    made = _says(liar, Kind.EPOCH, act, epoch=under)
    secrets = EpochSecrets(EpochId(made.op_id), words, authority)
    devices = liar.view.devices()
    for other in story.near(liar):
        if other.device in devices and liar.inside and story.odds(0.6):
            grant = epochs.seal_grant(
                liar.circle, secrets, liar.device, other.device, devices[other.device].seal
            )
            story.hamlet.grant(other, [grant])
    return [made]


def cuts_by_force(story: "Story", liar: Home) -> list[SignedOp]:
    """Removes with a cut of nothing, of everything, or beyond all numbers.

    Whom it hits may be saying something at that very moment.
    """
    whom = _whom(story, liar)
    act = acts.Remove(whom.room.ledger.me, "no", _cuts(story, whom))
    made = _says(liar, Kind.REMOVE, act)
    if whom.inside and story.odds(0.6):
        whom.does(Kind.PROFILE, acts.Profile(f"{whom.name} still"))
        for other in story.near(whom)[:2]:
            story.hamlet.share(whom, other)
    return [made]


def counts_beyond(_: "Story", liar: Home) -> list[SignedOp]:
    """An act with the number 2^53, which the liar's own parts would not sign."""
    act = acts.Profile("Nobody")
    good = _says(liar, Kind.PROFILE, act, seq=MAX_SAFE, prev=OpId(liar.dice._chance.randbytes(32)))
    heads = good.header.authority_heads
    header = msgspec.structs.replace(good.header, seq=MAX_SAFE + 1, prev=heads[0])
    data = msgspec.msgpack.encode(header)
    op = SignedOp(header, data, b"", good.salt, good.payload)
    signature = sign(liar.room.row.device_seed, SIGNATURE_DOMAIN, op.op_id)
    return [msgspec.structs.replace(op, signature=signature)]


def promotes_itself(story: "Story", liar: Home) -> list[SignedOp]:
    """Makes itself a host, and uses it at once."""
    up = _says(liar, Kind.ROLE, acts.Assign(liar.room.ledger.me, "host"))
    place = {"seq": up.header.seq + 1, "prev": up.op_id, "authority_heads": (up.op_id,)}
    return [up, _says(liar, Kind.REMOVE, _removal(story, liar), **place)]


def stands_on_what_nobody_has(story: "Story", liar: Home) -> list[SignedOp]:
    """Acts whose past is not there: they must wait for ever, and nothing come of them."""
    order = liar.view.order
    if order is None or not order.placed:
        raise OurFault("nothing known yet")
    heads = (*order.heads[:3], OpId(liar.dice._chance.randbytes(32)))
    act = story.chance.choice(
        [acts.Assign(liar.room.ledger.me, "host"), _removal(story, liar), acts.Profile("Up")]
    )
    kind = next(kind for kind, of in acts.KINDS.items() if of is type(act))
    return [_says(liar, Kind(kind), act, authority_heads=heads)]


def has_seen_little(story: "Story", liar: Home) -> list[SignedOp]:
    """Removes, promotes, admits nobody and writes, as of long ago: with stale heads."""
    heads = _old_heads(story, liar)
    act = story.chance.choice(
        [
            _removal(story, liar), acts.Assign(_whom(story, liar).room.ledger.me, "host"),
            acts.Rules("Mine", ""), acts.Profile("As ever"),
        ]
    )  # fmt: skip
    kind = next(kind for kind, of in acts.KINDS.items() if of is type(act))
    writing = acts.Writing(liar.dice._chance.randbytes(16), "story", "", "as ever")
    return [
        _says(liar, Kind(kind), act, authority_heads=heads),
        _says(liar, Kind.POST, writing, authority_heads=heads),
    ]


def forks_its_last_act(story: "Story", liar: Home) -> list[SignedOp]:
    """Another act with the number of its last one: of its removal of others, if that was it."""
    act = story.chance.choice(
        [_removal(story, liar), acts.Profile("Other"), acts.Assign(liar.room.ledger.me, "host")]
    )
    kind = next(kind for kind, of in acts.KINDS.items() if of is type(act))
    heads = {"authority_heads": _old_heads(story, liar)} if story.odds(0.5) else {}
    return [_says(liar, Kind(kind), act, **_again(liar), **heads)]


def grants_itself(story: "Story", liar: Home) -> list[SignedOp]:
    """Says that it was given what it was not, or that others were."""
    names = list(liar.view.epochs)
    if not names:
        return []
    some = [liar.device, _whom(story, liar).device][story.odds(0.5) :]
    devices: list[bytes] = [DeviceId(d) for d in some]
    return [_says(liar, Kind.GRANTED, acts.Granted(story.chance.choice(names), devices))]


DEEDS: tuple[Deed, ...] = (
    hands_out_in_secret, hands_out_in_secret, grants_lies, links_lies, links_lies,
    copies_commitments, makes_an_epoch_aside, makes_an_epoch_aside, cuts_by_force, cuts_by_force,
    counts_beyond, promotes_itself, stands_on_what_nobody_has, has_seen_little, has_seen_little,
    forks_its_last_act, forks_its_last_act, grants_itself,
)  # fmt: skip
