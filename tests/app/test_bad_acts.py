"""What comes from a peer who means no well: good signatures under acts that nobody may do.

What a home refuses its own person is tested with its commands. Here the acts are signed and sealed
by hand, and arrive: they are kept, they change nothing, and every home has it so.
"""

from collections.abc import Callable
from itertools import permutations

import pytest

from app import commands as c
from app import epochs, governing
from app.circle import acts
from app.circle.acts import Act
from app.circle.rules import JOIN, request_message
from app.circle.state import Role
from app.doorkeeping import DECLINED, EXPIRED
from app.founding import Keys
from app.invite import Code
from p2p.crypto import digest, sign
from p2p.door import LetIn, Outcome, TurnedAway
from p2p.envelope import seal_body
from p2p.errors import PeerFault
from p2p.ids import ZERO
from p2p.op import Kind, Log, SignedOp, encode
from tests.p2p.village import Person, Village, hang_up, knock, meet, seeded, settle


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Cy")


def gives(by: Person, whom: Person, role: Role) -> None:
    asked = c.SetRole(circle=by.room.hex, member=whom.room.ledger.me.hex(), role=role)
    governing.govern(by.room, by.outbox, asked)


def says(by: Person, kind: int, act: Act, **changes: object) -> SignedOp:
    return by.signs(Log.AUTHORITY, kind, acts.encode(act), **changes)


def seen(person: Person) -> dict[str, object]:
    """All that a person, or whoever writes next, goes by."""
    view = person.room.ledger.view
    return {
        "people": {m: (p.name, p.role, p.left, p.picture) for m, p in view.people.items()},
        "devices": dict(view.devices()),
        "founder": (view.first, view.heir),
        "settings": (view.rules, view.door),
        "invites": (dict(view.invites), dict(view.vouches)),
        "log": governing.log(person.room),
        "epochs": (set(view.epochs), view.granted, view.linked),
        "waiting": dict(view.waits_for_host),
        "cuts": (view.cuts, view.forked),
        "seals under": epochs.usable(view, person.room.ledger.keyring),
    }


def what_may_not_be(ada: Person, bo: Person, cy: Person) -> dict[str, list[tuple[int, Act]]]:
    """Acts of Cy's, by what is wrong with them. Cy is a guest."""
    invites = ada.room.ledger.view.invites
    key = next(key for key, made in invites.items() if not made.used)
    mine, theirs, founder = (p.room.ledger.me for p in (cy, bo, ada))
    keys = Keys.fresh(seeded("puppet"))
    puppet = acts.Admit(key, keys.public(), b"n" * 16, bytes(64), bytes(64), bytes(64))
    door = acts.Door(False, ["Buy pills."], [], False, False)
    epoch = ada.epoch()
    return {
        "roles": [
            (Kind.ROLE, acts.Assign(mine, "host")), (Kind.ROLE, acts.Assign(theirs, "guest")),
        ],
        "removals": [
            (Kind.REMOVE, acts.Remove(theirs, "Mine now.", [])),
            (Kind.REMOVE, acts.Remove(founder, "", [acts.Cut(ada.device, 0, 0, ZERO)])),
            (Kind.REMOVE, acts.Remove(b"x" * 32, "Nobody.", [])),
        ],
        "the circle": [
            (Kind.RULES, acts.Rules("Pills", "Cheap.")), (Kind.DOOR, door),
            (Kind.HANDOVER, acts.Handover(mine, at_once=True)),
            (Kind.MAILBOX, acts.Mailbox(b"b" * 32, b"p" * 32, ["/ip4/192.0.2.7"], "Mine", False)),
        ],
        "the door": [
            (Kind.INVITE, acts.Invite(b"k" * 32, b"r" * 32, 2**40, 9, b"", bytes(1216))),
            (Kind.WITHDRAW, acts.Withdraw(key)), (Kind.VOUCH, acts.Vouch(key, "A friend.")),
            (Kind.ADMIT, puppet),
        ],
        "keys": [
            (Kind.DEVICE, acts.Device(bo.keys.public())),
            (Kind.DEVICE, acts.Device(keys.public())),
            (Kind.EPOCH, acts.Epoch(digest("w"), digest("a"), [b"e" * 32])),
            (Kind.EPOCH, acts.Epoch(digest("w"), digest("a"), [ZERO])),
            (Kind.GRANTED, acts.Granted(b"e" * 32, [cy.device])),
            (Kind.GRANTED, acts.Granted(epoch, [b"s" * 32])),
            (Kind.LINK, acts.Link(epoch, [])),
        ],
        "nothing known": [(Kind.RULES, acts.Profile("not rules")), (40, acts.Profile("later"))],
    }  # fmt: skip


KINDS = ("roles", "removals", "the circle", "the door", "keys", "nothing known")


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_may_not_do_changes_nothing_on_any_home(
    village: Village, ada: Person, bo: Person, cy: Person, kind: str
) -> None:
    """In whatever order it came: it is handed on, stands in no log, and holds up nobody."""
    ada.invites()
    gives(ada, cy, Role.GUEST)
    dee = village.joined(ada, "Dee")
    settle(ada, bo, cy, dee, rounds=2)
    hang_up(ada, bo, cy, dee)
    said = [says(cy, number, act) for number, act in what_may_not_be(ada, bo, cy)[kind]]
    envelopes = [cy.seals(op) for op in said]
    homes = (ada, bo, dee)
    before = [seen(home) for home in homes]
    for home, order in zip(homes, permutations(envelopes), strict=False):
        home.takes(*order)
    settle(ada, bo, dee, rounds=2)
    assert [seen(home) for home in homes] == before
    for home in homes:
        assert home.room.ledger.view.void >= {op.op_id for op in said}
        assert home.knows() == homes[0].knows()
    post = bo.write("As ever")
    settle(ada, bo, dee, rounds=1)
    assert post in {p.post for p in dee.feed()}
    assert not cy.room.ledger.view.void  # never kept by who sent it, and it goes on all the same
    meet(cy, ada).hang_up()
    assert post in {p.post for p in cy.feed()}
    assert seen(cy) == seen(ada)


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x93\x01", b"\x91" * 300, b"\x90tail"])
@pytest.mark.parametrize("kind", [Kind.REMOVE, Kind.ADMIT, Kind.EPOCH, Kind.FORK])
def test_an_act_that_cannot_be_read_is_void_everywhere(
    ada: Person, bo: Person, cy: Person, kind: Kind, payload: bytes
) -> None:
    """Also of a host: it is kept, and nothing else."""
    gives(ada, cy, Role.HOST)
    settle(ada, bo, cy, rounds=1)
    hang_up(ada, bo, cy)
    before = seen(bo)
    op = cy.signs(Log.AUTHORITY, kind, payload)
    for home in (ada, bo):
        home.takes(cy.seals(op))
        assert seen(home) == before
        assert home.room.ledger.view.void == {op.op_id}


def resealed(op: SignedOp, home: Person) -> bytes:
    """Any op at all, as the circle of a home seals its own."""
    return seal_body(encode(op), op.header.hour, home.keys_of(home.epoch(), op.header.log))


def test_an_act_of_one_circle_says_nothing_in_another(village: Village, ada: Person) -> None:
    """Bo, in both, brings Ada's words and acts from there, sealed as the other circle seals."""
    village.joined(ada, "Bo")
    ada.write("Among ourselves")
    ada.sign()
    gwen = village.founder("Gwen", circle="Mornings")
    before, heard = gwen.knows(), list(gwen.heard)
    removal = says(ada, Kind.REMOVE, acts.Remove(gwen.room.ledger.me, "", []))
    words = ada.signs(Log.WORDS, Kind.POST, b"")
    with pytest.raises(PeerFault):
        gwen.takes(resealed(removal, gwen))
    # Of words the author could still be shown to have been in: they wait, out of sight.
    assert gwen.takes_in(Log.WORDS, [resealed(words, gwen)]).new == ()
    for log in Log:
        for envelope in ada.gives(log):
            gwen.takes(envelope, log=log)  # closed to her: as if it were of an epoch not known yet
    assert (gwen.knows(), gwen.heard) == (before, heard)


def test_a_request_to_one_circle_opens_no_door_of_another(village: Village, ada: Person) -> None:
    """The same invite key, the same newcomer: signed for another circle it is none."""
    gwen = village.founder("Gwen", circle="Mornings")
    code = ada.invites(uses=5)
    made = ada.room.ledger.view.invites[code.key].invite
    gwen.does(Kind.INVITE, made)
    assert isinstance(comes(ada, code, "Nia"), LetIn)
    view = ada.room.ledger.view
    (admit,) = [t.act for t in view.told if isinstance(t.act, acts.Admit)]
    op = says(gwen, Kind.ADMIT, admit)
    gwen.takes(gwen.seals(op))
    assert gwen.room.ledger.view.void == {op.op_id}
    assert len(gwen.room.ledger.view.people) == 1
    assert len(view.people) == 2


# ----------------------------------------------------------------------------- invites


def comes(home: Person, code: Code, name: str) -> Outcome:
    """How somebody's knock at a home's door ends."""
    return knock(home, code, Keys.fresh(seeded(name)), name, b"n" * 16)[1]


def withdraws(by: Person, code: Code) -> None:
    asked = c.WithdrawInvite(circle=by.room.hex, invite=code.key.hex())
    governing.govern(by.room, by.outbox, asked)


@pytest.fixture
def hosts(ada: Person, bo: Person, cy: Person) -> tuple[Person, Person, Person]:
    """Ada, and two other hosts; none has a line to another."""
    for other in (bo, cy):
        gives(ada, other, Role.HOST)
    settle(ada, bo, cy, rounds=2)
    hang_up(ada, bo, cy)
    return ada, bo, cy


def test_who_comes_by_a_withdrawn_invite_where_that_is_not_known_yet_is_in(
    hosts: tuple[Person, Person, Person],
) -> None:
    """Everywhere, and nobody after them: as soon as a home hears of it its door is shut."""
    ada, bo, cy = hosts
    code = ada.invites(uses=9)
    settle(ada, bo, cy, rounds=1)
    withdraws(ada, code)
    assert comes(ada, code, "Too early") == TurnedAway(DECLINED)
    assert isinstance(comes(bo, code, "Dee"), LetIn)
    settle(ada, bo, cy, rounds=2)
    assert ada.knows() == bo.knows() == cy.knows()
    assert len(ada.room.ledger.view.devices()) == 4
    for home in hosts:
        assert comes(home, code, f"Late at {home.name}'s") == TurnedAway(DECLINED)
    assert len(ada.room.ledger.view.devices()) == 4


def test_an_invite_that_is_over_is_over_at_every_door(
    hosts: tuple[Person, Person, Person],
) -> None:
    """And a host whose clock lags lets in nobody else's guest for good: the admission counts."""
    ada, bo, cy = hosts
    code = ada.invites(uses=9, seconds=60)
    settle(ada, bo, cy, rounds=1)
    ada.watch.go_on(ms=60_001)
    for home in hosts:
        before = home.knows()
        assert comes(home, code, f"Late at {home.name}'s") == TurnedAway(EXPIRED)
        assert home.knows() == before
    ada.watch.go_on(ms=-2)
    assert isinstance(comes(bo, code, "Dee"), LetIn)
    ada.watch.go_on(ms=2)
    settle(ada, bo, cy, rounds=2)
    assert ada.knows() == bo.knows() == cy.knows()
    assert len(ada.room.ledger.view.devices()) == 4


def is_withdrawn(_: Person, bo: Person, code: Code) -> None:
    withdraws(bo, code)


def is_used_up(ada: Person, _: Person, code: Code) -> None:
    assert isinstance(comes(ada, code, "Dee"), LetIn)


def is_of_who_left(_: Person, bo: Person, __: Code) -> None:
    bo.leave()


@pytest.mark.parametrize("over", [is_withdrawn, is_used_up, is_of_who_left])
def test_a_host_who_lets_somebody_in_all_the_same_lets_in_nobody(
    hosts: tuple[Person, Person, Person], over: Callable[[Person, Person, Code], None]
) -> None:
    """Cy knows that the invite is over, and signs the admission by hand; the request is good."""
    ada, bo, cy = hosts
    code = bo.invites(uses=1)
    settle(ada, bo, cy, rounds=1)
    keys = Keys.fresh(seeded("Puppet"))
    signed = request_message(ada.circle, code.key, keys.public(), b"n" * 16)
    seeds = (code.key_seed, keys.member, keys.device)
    admit = acts.Admit(
        code.key, keys.public(), b"n" * 16, *(sign(seed, JOIN, signed) for seed in seeds)
    )
    over(ada, bo, code)
    for home in (ada, cy):
        home.takes(*bo.gives())
    homes = [home for home in hosts if home.device in ada.room.ledger.view.devices()]
    cy.does(Kind.PROFILE, acts.Profile("Cyril"))
    settle(*homes, rounds=2)
    before = [seen(home) for home in homes]
    op = says(cy, Kind.ADMIT, admit)
    for home in homes:
        home.takes(cy.seals(op))
        assert op.op_id in home.room.ledger.view.void
    assert [seen(home) for home in homes] == before
    assert isinstance(comes(ada, code, "Puppet"), TurnedAway)
