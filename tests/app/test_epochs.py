"""Which secret opens what: nobody seals for who left, nobody is given what is not theirs."""

from dataclasses import replace

import msgspec
import pytest

from app import epochs
from app.circle import acts
from app.circle.state import History
from app.circle.view import EpochSeen, View
from app.epochs import ROOT, Keyring
from app.store import circles, frontier
from p2p.crypto import box, seal_public
from p2p.envelope import EpochSecrets, commitment, peek
from p2p.errors import PeerFault
from p2p.ids import DeviceId, EpochId
from p2p.op import Kind, Log, SignedOp
from p2p.wire import Grant
from tests.p2p.village import Line, Person, Village, meet, seeded, settle, spoilt

X = EpochId(b"x" * 32)


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person, bo: Person) -> Person:
    person = village.joined(ada, "Cy")
    settle(ada, bo, person)
    return person


def view(person: Person) -> View:
    return person.room.ledger.view


def usable(person: Person) -> EpochId | None:
    return epochs.usable(person.room.ledger.view, person.room.ledger.keyring)


def new_epoch(person: Person) -> EpochId:
    with person.room.change() as change:
        return person.outbox.new_epoch(change)


# -------------------------------------------------------------------------------- the write rule


def test_all_in_the_circle_seal_under_one_epoch(ada: Person, bo: Person, cy: Person) -> None:
    """As long as nobody leaves there is one, and its holders are the members."""
    assert usable(ada) == usable(bo) == usable(cy)
    epoch = ada.epoch()
    assert epochs.holders(view(ada), epoch) == {ada.device, bo.device, cy.device}
    assert all(epochs.reads(view(ada), one.device, epoch) for one in (ada, bo, cy))
    assert not epochs.reads(view(ada), DeviceId(X), epoch)


def test_after_a_leave_nothing_is_usable_and_the_next_to_seal_makes_one(
    ada: Person, bo: Person, cy: Person
) -> None:
    """Its holders are exactly those who remain, and who left can not open what is sealed there."""
    old = ada.epoch()
    cy.leave()
    meet(cy, ada)
    meet(ada, bo)
    assert usable(ada) is None
    ada.write("without Cy")
    ada.sign()
    fresh = ada.epoch()
    assert fresh != old
    assert epochs.holders(view(ada), fresh) == {ada.device, bo.device}
    assert view(ada).epochs[fresh].act.parents == [old]
    assert fresh not in cy.shelf.epochs()
    for envelope in ada.gives(Log.WORDS):
        assert not cy.opens(envelope)


def test_an_own_act_that_came_back_before_its_past_stops_nobody_from_writing(
    ada: Person, bo: Person, cy: Person
) -> None:
    """The disk was put back, and somebody brings Ada's last act without those that it names."""
    lost = bo.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile("Bob")))
    act = acts.encode(acts.Profile("Ada the elder"))
    own = ada.seals(ada.signs(Log.AUTHORITY, Kind.PROFILE, act, authority_heads=(lost.op_id,)))
    elsewhere = bo.seals(lost)
    cy.leave()
    meet(cy, ada)
    ada.takes(own)
    assert usable(ada) is None
    assert len(view(ada).waiting) == 1
    ada.write("all the same")
    ada.sign()
    meet(ada, bo)
    assert bo.bodies() == set()
    for person in (ada, bo):
        person.takes(elsewhere)
    meet(ada, bo)
    assert view(ada).waiting == frozenset()
    assert bo.bodies() == {"all the same"}


def test_while_own_acts_wait_for_their_past_nobody_is_granted_anything(
    village: Village, ada: Person, bo: Person
) -> None:
    """That would be said without end, as it makes nobody a holder; it is said when they count."""
    ada.does(Kind.ROLE, acts.Assign(bo.room.ledger.me, "host"))
    meet(ada, bo).hang_up()
    made = new_epoch(ada)
    dee = village.joined(bo, "Dee")
    lost = bo.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile("Bob")))
    act = acts.encode(acts.Profile("Ada the elder"))
    ada.takes(ada.seals(ada.signs(Log.AUTHORITY, Kind.PROFILE, act, authority_heads=(lost.op_id,))))
    ada.takes(*bo.gives(Log.AUTHORITY))
    before = ada.own_acts()
    assert made in ada.shelf.lacking(dee.device, frozenset())
    assert not ada.shelf.grant(dee.device, [made])
    assert ada.own_acts() == before
    ada.takes(bo.seals(lost))
    assert len(ada.shelf.grant(dee.device, [made])) == 1
    assert ada.own_acts() == before + 1


@pytest.mark.usefixtures("bo")
def test_who_left_is_granted_nothing(ada: Person, cy: Person) -> None:
    """Neither offered nor on asking, not even what they held."""
    old = ada.epoch()
    cy.leave()
    meet(cy, ada)
    fresh = new_epoch(ada)
    for theirs in (frozenset[EpochId](), frozenset({old})):
        assert ada.shelf.lacking(cy.device, theirs) == []
    assert ada.shelf.grant(cy.device, [fresh, old]) == []
    assert view(ada).granted.get(fresh) is None


@pytest.mark.usefixtures("bo")
def test_nobody_unknown_is_granted_anything(ada: Person) -> None:
    """A device that is no member's."""
    stranger = DeviceId(b"s" * 32)
    assert ada.shelf.lacking(stranger, frozenset()) == []
    before = ada.knows()
    assert ada.shelf.grant(stranger, [ada.epoch()]) == []
    assert ada.knows() == before


@pytest.mark.usefixtures("bo")
def test_the_deepest_usable_epoch_is_taken_then_the_lowest_id(ada: Person) -> None:
    """Never the newest by time."""
    first = ada.epoch()
    second = new_epoch(ada)
    assert ada.epoch() == second != first
    seen = view(ada).epochs[second]
    twin = replace(seen, epoch=EpochId(bytes(32)[:-1] + b"\1"))
    view(ada).epochs[twin.epoch] = twin
    ada.room.ledger.keyring.add(twin.epoch, b"w" * 32, b"a" * 32)
    assert usable(ada) == twin.epoch


@pytest.mark.usefixtures("bo")
def test_an_epoch_granted_to_somebody_who_left_is_not_usable(village: Village, ada: Person) -> None:
    """Holders are also those who were given it later; who is no member is given nothing."""
    dee = village.joined(ada, "Dee")
    for end in list(ada.ends):
        end.line.hang_up()
    fresh = ada.epoch()
    assert dee.device in view(ada).granted[fresh]
    assert dee.device not in view(ada).epochs[fresh].members
    dee.leave()
    ada.takes(*dee.gives())
    assert usable(ada) is None
    newer = new_epoch(ada)
    ada.does(Kind.GRANTED, acts.Granted(newer, [dee.device]))
    assert usable(ada) == newer


@pytest.mark.usefixtures("bo")
def test_an_epoch_reached_by_a_link_has_the_holders_of_both(village: Village, ada: Person) -> None:
    """Whoever holds the newer can walk back to the older; two ways back count once."""
    old = ada.epoch()
    newer, newest = new_epoch(ada), new_epoch(ada)
    cy = village.joined(ada, "Cy")
    ada.does(
        Kind.LINK,
        epochs.link(view(ada), ada.room.ledger.keyring, newest, [newer, old]),
    )
    assert cy.device in epochs.holders(view(ada), old)
    assert epochs.holders(view(ada), X) == frozenset()


def test_an_epoch_known_by_halves_is_not_used(ada: Person) -> None:
    """Without the words secret nothing is sealed, and without its op neither."""
    keyring, known = Keyring(), view(ada)
    secrets = ada.room.ledger.keyring.get(ada.epoch())
    assert secrets is not None
    keyring.add(secrets.epoch, None, secrets.authority)
    keyring.add(X, b"w" * 32, b"a" * 32)
    assert epochs.usable(known, keyring) is None
    assert epochs.tips(known, keyring) == []
    act, _, _ = epochs.make(known, keyring, seeded("dice"))
    assert act.parents == [ROOT]


# --------------------------------------------------------------------------------------- making


def test_concurrent_epochs_are_all_named_by_the_next(ada: Person, bo: Person) -> None:
    """Deepest first, then lowest id; never merged."""
    settle(ada, bo)
    for person in (ada, bo):
        for end in list(person.ends):
            end.line.hang_up()
    one, other = new_epoch(ada), new_epoch(bo)
    settle(ada, bo)
    both = epochs.tips(view(ada), ada.room.ledger.keyring)
    assert set(both) == {one, other}
    assert epochs.tips(view(bo), bo.room.ledger.keyring) == both
    last = new_epoch(ada)
    assert view(ada).epochs[last].act.parents == both
    (first,) = view(ada).epochs[one].act.parents
    assert epochs.holders(view(ada), EpochId(first)) == {ada.device, bo.device}
    assert view(ada).linked[last] == tuple(both)
    mine = ada.room.ledger.keyring.get(last)
    assert mine is not None
    for epoch in both:
        older = ada.room.ledger.keyring.get(epoch)
        assert older is not None
        assert mine.words not in {older.words, older.authority}


def test_a_new_epoch_commits_to_both_its_secrets() -> None:
    """And they are not the same."""
    act, words, authority = epochs.make(View(), Keyring(), seeded("dice"))
    assert (act.words, act.authority) == (commitment(words), commitment(authority))
    assert words != authority


def with_epochs(names: bytes) -> View:
    """One deeper than the other, each named by a letter; the first follows the founding."""
    view, act = View(), acts.Epoch(X, X, [ROOT])
    for depth, name in enumerate(names, 1):
        epoch = EpochId(bytes((name,)) * 32)
        device = DeviceId(b"d" * 32)
        view.epochs[epoch] = EpochSeen(epoch, device, act, 1, depth, depth, frozenset())
    return view


def test_a_new_epoch_follows_sixteen_of_many() -> None:
    """As many as an act may name, the deepest of them."""
    names = b"abcdefghijklmnopqrst"
    keyring = Keyring()
    for name in names:
        keyring.add(EpochId(bytes((name,)) * 32), b"w" * 32, b"a" * 32)
    act, *_ = epochs.make(with_epochs(names), keyring, seeded("dice"))
    assert act.parents == [bytes((name,)) * 32 for name in b"tsrqponmlkjihgfe"]


def test_epochs_go_deepest_first_and_those_not_known_yet_come_last() -> None:
    """Whatever their ids."""
    every = [EpochId(bytes((name,)) * 32) for name in b"zmca"]
    assert epochs.deepest_first(with_epochs(b"mz"), every) == [
        EpochId(bytes((name,)) * 32) for name in b"zmac"
    ]


@pytest.mark.parametrize("history", list(History))
def test_who_came_later_reads_what_was_before_only_where_history_is_open(
    village: Village, history: History
) -> None:
    """By the way that links lead; where all is fresh, links carry no words."""
    ada = village.founder("Ada", history=history)
    first = ada.epoch()
    new_epoch(ada)
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    now = usable(ada)
    assert now is not None
    for person in (ada, bo):
        assert epochs.reads(view(person), ada.device, first)
        assert epochs.reads(view(person), bo.device, first) is (history is History.OPEN)
        assert epochs.reads(view(person), bo.device, now)


@pytest.mark.parametrize("history", list(History))
def test_links_walk_back_to_the_founding(village: Village, history: History) -> None:
    """All authority is always open to a newcomer; the words before only where history is open."""
    ada = village.founder("Ada", history=history)
    chain = [ada.epoch()]
    for number in range(4):
        ada.write(f"word {number}")
        ada.sign()
        chain.append(new_epoch(ada))
    bo = village.joined(ada, "Bo")
    assert bo.knows()["authority"] == ada.knows()["authority"]
    ring = bo.room.ledger.keyring
    for epoch in (ROOT, *chain[:-1]):
        secrets = ring.get(epoch)
        assert secrets is not None
        assert secrets.authority is not None
        assert (secrets.words is not None) is (history is History.OPEN and epoch != ROOT)
    expected = {f"word {n}" for n in range(4)} if history is History.OPEN else set()
    assert bo.bodies() == expected


def test_a_link_tells_only_what_is_known(ada: Person) -> None:
    """A parent whose secret is not here, or is here without authority, is left out."""
    keyring = Keyring()
    keyring.add(X, b"w" * 32, None)
    assert epochs.link(view(ada), keyring, ada.epoch(), [X, ROOT]).parents == []


# -------------------------------------------------------------------------------- a fresh start


@pytest.fixture
def fresh(village: Village) -> tuple[Person, Person, EpochId]:
    """Ada's circle with a fresh start, Bo just in, and the epoch from before."""
    ada = village.founder("Ada", history=History.FRESH)
    ada.write("before Bo")
    ada.sign()
    before = ada.epoch()
    return ada, village.joined(ada, "Bo"), before


def test_a_newcomer_to_a_fresh_start_never_gets_the_words_before(
    village: Village, fresh: tuple[Person, Person, EpochId]
) -> None:
    """Not at the door, not at any later meeting, not by asking, not from anybody else."""
    ada, bo, before = fresh
    cy = village.joined(ada, "Cy")
    for _ in range(2):
        settle(ada, bo, cy)
    for newcomer in (bo, cy):
        assert before not in newcomer.shelf.epochs()
        assert before not in ada.shelf.lacking(newcomer.device, frozenset())
        assert ada.shelf.grant(newcomer.device, [before]) == []
        assert not epochs.reads(view(ada), newcomer.device, before)
        assert newcomer.device in epochs.holders(view(ada), before)
        assert newcomer.bodies() == set()
    assert bo.epoch() == ada.epoch() == cy.epoch()


def test_a_second_newcomer_does_not_read_what_the_first_was_told(
    village: Village, fresh: tuple[Person, Person, EpochId]
) -> None:
    """Each begins at their own door."""
    ada, bo, _ = fresh
    settle(ada, bo)
    bo.write("before Cy")
    settle(ada, bo)
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    bo.write("with Cy")
    settle(ada, bo, cy)
    assert cy.bodies() == {"with Cy"}
    assert bo.bodies() == {"before Cy", "with Cy"}
    assert ada.bodies() == {"before Bo", "before Cy", "with Cy"}


def test_an_epoch_made_beside_an_admission_may_be_had(
    fresh: tuple[Person, Person, EpochId], village: Village
) -> None:
    """Bo made it without knowing that Cy came in: Cy may read it, after a `granted` op."""
    ada, bo, _ = fresh
    for person in (ada, bo):
        for end in list(person.ends):
            end.line.hang_up()
    beside = new_epoch(bo)
    bo.write("beside")
    bo.sign()
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    assert beside in cy.shelf.epochs()
    assert cy.device in view(ada).granted[beside]
    assert "beside" in cy.bodies()


# --------------------------------------------------------------------------------------- grants


def test_a_grant_is_bound_to_all_it_says(ada: Person, bo: Person) -> None:
    """Another circle, epoch, granter, recipient or key: it does not open."""
    epoch = ada.epoch()
    (grant,) = ada.shelf.grant(bo.device, [epoch])
    seed = bo.keys.seal
    opened = epochs.open_grant(ada.circle, grant, bo.device, [seed])
    secrets = ada.room.ledger.keyring.get(epoch)
    assert secrets is not None
    assert opened == (secrets.words, secrets.authority)
    other = b"o" * 32
    for bent in (
        msgspec.structs.replace(grant, epoch=other),
        msgspec.structs.replace(grant, granter=other),
        msgspec.structs.replace(grant, box=spoilt(grant.box)),
        msgspec.structs.replace(grant, box=b""),
    ):
        assert epochs.open_grant(ada.circle, bent, bo.device, [seed]) is None
        assert not bo.shelf.take_grant(bent)
    assert epochs.open_grant(other, grant, bo.device, [seed]) is None
    assert epochs.open_grant(ada.circle, grant, ada.device, [seed]) is None
    assert epochs.open_grant(ada.circle, grant, bo.device, [ada.keys.seal]) is None
    assert epochs.open_grant(ada.circle, grant, bo.device, []) is None
    assert epochs.open_grant(ada.circle, grant, bo.device, [ada.keys.seal, seed]) == opened


def test_a_grant_of_the_wrong_length_is_none(ada: Person, bo: Person) -> None:
    """A box that opens and holds something else."""
    short = EpochSecrets(X, b"w" * 32, b"a" * 32)
    grant = epochs.seal_grant(ada.circle, short, ada.device, bo.device, seal_public(bo.keys.seal))
    assert epochs.open_grant(ada.circle, grant, bo.device, [bo.keys.seal]) is not None
    info = b"hearthside/grant/1" + ada.circle + X + ada.device + bo.device
    for length in (0, 32, 63, 65, 128):
        other = Grant(X, ada.device, box(seal_public(bo.keys.seal), info, b"z" * length))
        assert epochs.open_grant(ada.circle, other, bo.device, [bo.keys.seal]) is None


def test_only_whole_epochs_are_granted(ada: Person, bo: Person) -> None:
    """Half of one is a fault of whoever asked, and is left out of what is offered."""
    for words, authority in ((None, b"a" * 32), (b"w" * 32, None)):
        with pytest.raises(PeerFault):
            epochs.seal_grant(
                ada.circle, EpochSecrets(X, words, authority), ada.device, bo.device, b""
            )


def test_of_a_chain_only_known_authority_is_told(ada: Person, bo: Person) -> None:
    """Its box is for that reader and epoch, and is no grant; words are in none."""
    circle, key, seeds = ada.circle, seal_public(bo.keys.seal), [bo.keys.seal]
    known = EpochSecrets(X, b"w" * 32, b"a" * 32)
    told = epochs.seal_chain_key(circle, known, ada.device, bo.device, key)
    assert epochs.open_chain_key(circle, told, bo.device, seeds) == b"a" * 32
    assert epochs.open_grant(circle, told, bo.device, seeds) is None
    for bent in (
        msgspec.structs.replace(told, epoch=b"o" * 32),
        msgspec.structs.replace(told, granter=b"o" * 32),
        msgspec.structs.replace(told, box=spoilt(told.box)),
        epochs.seal_grant(circle, known, ada.device, bo.device, key),
        Grant(X, ada.device, box(key, chain_info(ada, bo), b"z" * 33)),
    ):
        assert epochs.open_chain_key(circle, bent, bo.device, seeds) is None
    with pytest.raises(PeerFault):
        epochs.seal_chain_key(circle, EpochSecrets(X, b"w" * 32, None), ada.device, bo.device, key)


def chain_info(ada: Person, bo: Person) -> bytes:
    return b"hearthside/chain-key/1" + ada.circle + X + ada.device + bo.device


def test_only_what_is_lacking_is_offered(ada: Person, bo: Person) -> None:
    """What links give is not granted, and what they hold neither."""
    first, second = ada.epoch(), new_epoch(ada)
    assert ada.shelf.lacking(bo.device, frozenset()) == [second]
    assert ada.shelf.lacking(bo.device, frozenset({first})) == [second]
    assert ada.shelf.lacking(bo.device, frozenset({second})) == []


def test_a_grant_to_an_entitled_device_that_is_no_holder_is_written_down(
    village: Village, ada: Person, bo: Person
) -> None:
    """First the `granted` op, then the box."""
    cy = village.newcomer(ada, "Cy")
    for person in (ada, bo):
        for end in list(person.ends):
            end.line.hang_up()
    made = new_epoch(bo)
    meet(ada, bo).hang_up()
    assert cy.device not in epochs.holders(view(ada), made)
    (grant,) = ada.shelf.grant(cy.device, [made])
    assert grant.epoch == made
    assert cy.device in view(ada).granted[made]
    again = len(ada.gives())
    ada.shelf.grant(cy.device, [made])
    assert len(ada.gives()) == again


# ----------------------------------------------------------------------------------------- lies


def a_lie(ada: Person, bo: Person, epoch: EpochId) -> Grant:
    """Secrets of Ada's invention for an epoch, boxed for Bo as they should be."""
    secrets = EpochSecrets(epoch, b"l" * 32, b"m" * 32)
    return epochs.seal_grant(ada.circle, secrets, ada.device, bo.device, seal_public(bo.keys.seal))


def test_secrets_that_do_not_match_the_epoch_are_not_kept(ada: Person, bo: Person) -> None:
    """Where the epoch is known, at once, in memory and on disk."""
    fresh = new_epoch(ada)
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    assert fresh in view(bo).epochs
    assert not bo.shelf.take_grant(a_lie(ada, bo, fresh))
    assert fresh not in bo.shelf.epochs()
    assert fresh not in {e for e, _, _ in circles.secrets_of(bo.db, bo.room.row.circle_no)}
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)


def test_secrets_that_came_first_are_dropped_when_the_epoch_comes(ada: Person, bo: Person) -> None:
    """A lie about an epoch that is not known yet; and then the truth can be learned."""
    fresh = new_epoch(ada)
    assert bo.shelf.take_grant(a_lie(ada, bo, fresh))
    assert fresh in bo.shelf.epochs()
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    assert fresh in view(bo).epochs
    assert fresh not in bo.shelf.epochs()
    assert fresh not in {e for e, _, _ in circles.secrets_of(bo.db, bo.room.row.circle_no)}
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)
    bo.restart()
    assert fresh in bo.shelf.epochs()


def test_a_lie_does_not_take_the_true_half_away(
    fresh: tuple[Person, Person, EpochId],
) -> None:
    """Bo rightly knows the authority of an old epoch; a lie about its words changes nothing."""
    ada, bo, before = fresh
    known = bo.room.ledger.keyring.get(before)
    assert known is not None
    assert known.words is None
    authority = known.authority
    assert bo.shelf.take_grant(a_lie(ada, bo, before)) is True
    ada.does(Kind.LINK, acts.Link(ada.epoch(), [acts.ParentSecrets(before, authority or b"", X)]))
    bo.takes(*ada.gives())
    known = bo.room.ledger.keyring.get(before)
    assert known is not None
    assert (known.words, known.authority) == (None, authority)
    assert all(bo.gives())


def test_secrets_without_an_epoch_are_bounded(ada: Person, bo: Person) -> None:
    """Sixty-odd inventions are kept for a while, not more; what is true still gets in."""
    ledger = bo.room.ledger
    fresh = new_epoch(ada)
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    with bo.db.write():
        for number in range(100):
            ledger.learn_granted(EpochId(number.to_bytes(32)), b"w" * 32, b"a" * 32)
    assert len(list(ledger.keyring)) < 80
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)


def test_matching_is_yes_no_or_not_known_yet(ada: Person) -> None:
    """For the root, for a known epoch, for one by halves, and for one nobody has heard of."""
    known, ring = view(ada), ada.room.ledger.keyring
    root, secrets = ring.get(ROOT), ring.get(ada.epoch())
    assert root is not None
    assert secrets is not None
    matches = epochs.matches
    assert matches(known, root) is True
    assert matches(known, EpochSecrets(ROOT, None, b"l" * 32)) is False
    assert matches(known, EpochSecrets(ROOT, b"w" * 32, None)) is None
    assert matches(View(), root) is None
    assert matches(known, secrets) is True
    assert matches(known, EpochSecrets(secrets.epoch, secrets.words, None)) is True
    assert matches(known, EpochSecrets(secrets.epoch, None, secrets.authority)) is True
    assert matches(known, EpochSecrets(secrets.epoch, b"l" * 32, secrets.authority)) is False
    assert matches(known, EpochSecrets(secrets.epoch, secrets.words, b"l" * 32)) is False
    assert matches(known, EpochSecrets(X, b"w" * 32, b"a" * 32)) is None


# -------------------------------------------------------------------------------------- keyring


def test_a_keyring_adds_what_is_new_and_keeps_what_it_has() -> None:
    """Halves come together; what contradicts is kept beside it, up to a few."""
    ring = Keyring()
    assert ring.get(X) is None
    assert ring.add(X, None, b"a" * 32)
    assert ring.readable() == frozenset()
    assert ring.add(X, b"w" * 32, b"a" * 32)
    assert not ring.add(X, b"w" * 32, None)
    assert ring.get(X) == EpochSecrets(X, b"w" * 32, b"a" * 32)
    assert ring.readable() == {X}
    for number in range(1, 4):
        assert ring.add(X, bytes((number,)) * 32, None)
    assert not ring.add(X, b"y" * 32, None)
    assert len(list(ring)) == epochs.CANDIDATES == 4
    assert ring.epochs() == [X]


def test_a_keyring_says_when_something_else_is_known(ada: Person) -> None:
    """Whoever remembers what could not be opened looks again then, and only then."""
    known, truth = view(ada), ada.room.ledger.keyring.get(ada.epoch())
    assert truth is not None
    ring, versions = Keyring(), list[int]()

    def changes() -> bool:
        versions.append(ring.version)
        return versions.count(ring.version) == 1

    assert changes()
    for words, authority, new in (
        (None, truth.authority, True), (truth.words, truth.authority, True),
        (truth.words, None, False), (None, truth.authority, False), (b"l" * 32, None, True),
    ):  # fmt: skip
        assert ring.add(truth.epoch, words, authority) is new
        assert changes() is new
    for new in (True, False):
        assert ring.settle(known, truth.epoch) == truth
        assert changes() is new
    assert ring.settle(known, X) is None
    assert not changes()
    assert ring.add(X, b"w" * 32, None)
    assert changes()
    assert ring.settle(known, X) is None
    assert changes()


def test_of_what_is_kept_only_the_proven_stays(ada: Person) -> None:
    """Each half by itself; where nothing is true nothing stays."""
    known, truth = view(ada), ada.room.ledger.keyring.get(ada.epoch())
    assert truth is not None
    for lies_first in (True, False):
        ring = Keyring()
        kept = [(b"l" * 32, truth.authority), (truth.words, b"m" * 32), (b"z" * 32, b"z" * 32)]
        for words, authority in kept if lies_first else reversed(kept):
            assert ring.add(truth.epoch, words, authority)
        assert ring.settle(known, truth.epoch) == truth
        assert list(ring) == [truth]
    ring = Keyring()
    ring.add(truth.epoch, None, b"l" * 32)
    ring.add(truth.epoch, b"l" * 32, None)
    assert ring.settle(known, truth.epoch) is None
    assert ring.settle(known, X) is None
    assert list(ring) == []


def test_a_keyring_finds_the_epoch_of_an_envelope(ada: Person) -> None:
    """By its hint, per class, newest first; rubbish is a fault."""
    ada.write("word")
    ada.sign()
    (envelope,) = ada.gives(Log.WORDS)
    ring = Keyring()
    ring.add(ada.epoch(), None, b"a" * 32)
    assert ring.fitting(peek(envelope)) == []
    (found,) = ada.room.ledger.keyring.fitting(peek(envelope))
    assert found.epoch == ada.epoch()
    with pytest.raises(PeerFault):
        ring.fitting(peek(b"rubbish"))


# ----------------------------------------------------------------------------------- quarantine


def shut_away(person: Person) -> int:
    return int(person.db.read("SELECT count(*) FROM quarantine")[0][0])


def test_words_under_an_unknown_epoch_wait_for_their_secret(ada: Person, bo: Person) -> None:
    """Shut away, not lost and not held; opened when the secret comes, also after a restart."""
    for end in list(ada.ends):
        end.line.hang_up()
    fresh = new_epoch(ada)
    post = ada.write("under a new epoch")
    ada.sign()
    envelopes = ada.gives(Log.WORDS)
    taken = bo.takes_in(Log.WORDS, envelopes)
    assert (taken.new, taken.closed) == ((), ())
    bo.takes_in(Log.WORDS, envelopes)
    assert shut_away(bo) == 1
    assert bo.items(Log.WORDS, None) == []
    bo.restart()
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)
    bo.takes(*ada.gives())
    assert shut_away(bo) == 0
    assert [p.post for p in bo.feed()] == [post]


def test_what_does_not_open_under_an_unproven_secret_is_nobodys_fault(
    ada: Person, bo: Person
) -> None:
    """Whether the secret is a lie or the envelope is bent can't be told: it waits."""
    for end in list(ada.ends):
        end.line.hang_up()
    fresh = new_epoch(ada)
    ada.write("good")
    ada.sign()
    truth = ada.room.ledger.keyring.get(fresh)
    assert truth is not None
    assert truth.words is not None
    twofaced = EpochSecrets(fresh, truth.words, b"l" * 32)
    seal_key = seal_public(bo.keys.seal)
    assert bo.shelf.take_grant(
        epochs.seal_grant(ada.circle, twofaced, ada.device, bo.device, seal_key)
    )
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)
    (envelope,) = ada.gives(Log.WORDS)
    bent = spoilt(envelope)
    bo.takes(bent, log=Log.WORDS)
    assert shut_away(bo) == 1
    bo.takes(*ada.gives())
    assert fresh in view(bo).epochs
    bo.takes(envelope, log=Log.WORDS)
    assert bo.bodies() == {"good"}
    with pytest.raises(PeerFault):
        bo.takes(bent[:-1] + bytes((bent[-1] ^ 2,)), log=Log.WORDS)


def test_what_fits_an_unproven_secret_and_does_not_open_waits_on(ada: Person, bo: Person) -> None:
    """It is looked at again with the next secret, and dropped once the secret is proven."""
    for end in list(ada.ends):
        end.line.hang_up()
    fresh = new_epoch(ada)
    ada.write("good")
    ada.sign()
    (envelope,) = ada.gives(Log.WORDS)
    bo.takes(spoilt(envelope), log=Log.WORDS)
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)
    assert shut_away(bo) == 1
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    newer = new_epoch(ada)
    (grant,) = ada.shelf.grant(bo.device, [newer])
    assert bo.shelf.take_grant(grant)
    assert shut_away(bo) == 0


def test_words_wait_for_a_secret_that_a_link_brings(village: Village, ada: Person) -> None:
    """Not only for grants: what was pushed too early is shown once the way back is known."""
    ada.write("from the beginning")
    ada.sign()
    new_epoch(ada)
    bo = village.newcomer(ada, "Bo")
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert shut_away(bo) == 1
    meet(bo, ada)
    assert bo.bodies() == {"from the beginning"}
    assert shut_away(bo) == 0


def test_what_is_shut_away_is_bounded(
    monkeypatch: pytest.MonkeyPatch, ada: Person, bo: Person
) -> None:
    """The oldest goes first."""
    monkeypatch.setattr("app.store.quarantine.MOST", 3)
    for end in list(ada.ends):
        end.line.hang_up()
    new_epoch(ada)
    for number in range(5):
        ada.write(f"word {number}")
        ada.sign()
    envelopes = ada.gives(Log.WORDS)
    for envelope in envelopes:
        bo.takes_in(Log.WORDS, [envelope])
    kept = {bytes(e) for (e,) in bo.db.read("SELECT bytes FROM quarantine")}
    assert kept == set(envelopes[-3:])


def test_a_poisoned_envelope_does_not_keep_its_secret_away(ada: Person, bo: Person) -> None:
    """Eve seals rubbish under the new epoch; whoever then grants it to Bo is not to blame."""
    for end in list(ada.ends):
        end.line.hang_up()
    fresh = new_epoch(ada)
    ada.write("good")
    ada.sign()
    op = ada.signs(Log.WORDS, Kind.POST, b"")
    header = msgspec.structs.replace(op.header, seq=0)  # a first op that names one before it
    poisoned = SignedOp(header, op.header_bytes, op.signature, op.salt, op.payload)
    bo.takes_in(Log.WORDS, [ada.seals(poisoned), *ada.gives(Log.WORDS)])
    assert shut_away(bo) == 2
    bo.takes(*(e for e in ada.gives() if bo.opens(e)))
    (grant,) = ada.shelf.grant(bo.device, [fresh])
    assert bo.shelf.take_grant(grant)
    assert shut_away(bo) == 0
    line = Line(bo, ada)
    line.carry()
    assert bo.bodies() == {"good"}
    assert frontier.gaps(bo.db, bo.room.row.circle_no) == 0


def test_seen_epochs_are_plain_values() -> None:
    """Frozen; a view can be asked about one that nobody made."""
    seen = EpochSeen(X, DeviceId(b"d" * 32), acts.Epoch(X, X, [ROOT]), 1, 0, 0, frozenset())
    assert seen.act.parents == [ROOT]
