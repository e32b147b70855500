"""The oracle itself: it finds every way to a secret, and says so of the right ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import epochs
from app.circle import acts
from app.circle.state import History
from app.founding import Keys
from app.store.db import open_store
from p2p.envelope import EpochSecrets
from p2p.ids import EpochId
from p2p.op import Kind, Log
from tests.p2p.village import KEY
from tests.secrecy.homes import Hamlet, Home
from tests.secrecy.knowledge import Secret
from tests.secrecy.oracle import Oracle, outside


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    empty = tmp_path / "empty.db"
    open_store(empty, KEY, create=True).close()
    with Hamlet(tmp_path, 0, empty) as made:
        yield made


@pytest.fixture
def oracle(hamlet: Hamlet) -> Oracle:
    return Oracle(hamlet)


@pytest.fixture
def ada(hamlet: Hamlet, oracle: Oracle) -> Home:
    home = hamlet.begins("Ada", History.OPEN)
    home.sealing = oracle.sealing
    return home


def joined(hamlet: Hamlet, oracle: Oracle, host: Home, name: str) -> Home:
    home = hamlet.home(name)
    keys = Keys.fresh(home.entropy)
    let_in = hamlet.knocks(home, keys, host, host.invites())
    assert let_in is not None
    hamlet.moves_in(home, keys, host, let_in)
    home.sealing = oracle.sealing
    hamlet.share(host, home)
    return home


def new_epoch(home: Home) -> EpochId:
    with home.room.change() as change:
        return home.outbox.new_epoch(change)


def true(home: Home, epoch: EpochId, log: Log) -> Secret:
    held = home.room.ledger.keyring.get(epoch)
    assert held is not None
    value = held.words if log is Log.WORDS else held.authority
    assert value is not None
    return Secret(epoch, log, value)


def test_it_knows_what_was_drawn_granted_and_linked(
    hamlet: Hamlet, oracle: Oracle, ada: Home
) -> None:
    """By the founder, who drew all; by whoever came in, back to the root."""
    first = ada.epoch()
    later = new_epoch(ada)
    bo = joined(hamlet, oracle, ada, "Bo")
    assert list(oracle.wrong()) == []
    adas, bos = oracle.known(ada), oracle.known(bo)
    for log in Log:
        for epoch in (first, later):
            assert true(ada, epoch, log) in adas
            assert true(ada, epoch, log) in bos
    path = hamlet.archive.path(bos, true(ada, first, Log.WORDS))
    assert path == "a link of 2 by Ada by Ada, from Bo had a grant by Ada"


def test_it_says_so_where_somebody_seals_for_whoever_is_out(
    hamlet: Hamlet, oracle: Oracle, ada: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wrote, what, under which epoch, who is out, and by what way they know."""
    bo = joined(hamlet, oracle, ada, "Bo")
    shared = ada.epoch()
    bo.leave()
    hamlet.share(bo, ada)
    assert set(outside(ada.view)) == {bo.device}
    assert list(oracle.wrong()) == []
    with monkeypatch.context() as careless:
        careless.setattr(epochs, "usable", lambda _, __: shared)
        ada.write("for Bo too")
        ada.sign()
    (told,) = oracle.wrong()
    assert told == (
        "step 0: Ada seals a post under 1 by Ada; out are Bo, and know its words secret: "
        "Bo had a grant by Ada"
    )


def test_what_one_can_open_all_know_who_pool(hamlet: Hamlet, oracle: Oracle, ada: Home) -> None:
    """Cy was told an authority secret, and with it opens a link that anybody may hand to them."""
    bo, cy = (joined(hamlet, oracle, ada, name) for name in ("Bo", "Cy"))
    old = ada.epoch()
    new_epoch(ada)
    newest = new_epoch(ada)
    hamlet.collect()
    secret = true(ada, newest, Log.AUTHORITY)
    middle = [e for e in ada.view.epochs if e not in {old, newest}][-1]
    key = epochs.seal_chain_key(
        ada.circle, EpochSecrets(newest, None, secret.value), ada.device, cy.device,
        ada.view.devices()[cy.device].seal,
    )  # fmt: skip
    hamlet.archive.box(key, cy.device)
    archive = hamlet.archive
    wanted = true(ada, middle, Log.WORDS)
    assert wanted not in archive.known([bo.device])
    assert wanted in archive.known([cy.device])
    assert wanted in archive.known([bo.device, cy.device])
    assert true(ada, newest, Log.WORDS) not in archive.known([bo.device, cy.device])


def test_it_does_not_hold_against_anybody_that_a_removal_was_taken_back(
    hamlet: Hamlet, oracle: Oracle, ada: Home
) -> None:
    """Others knew more by then, and rightly gave them the keys."""
    bo = joined(hamlet, oracle, ada, "Bo")
    before = ada.epoch()
    act = acts.Remove(bo.room.ledger.me, "", [])
    removal = ada.does(Kind.REMOVE, act)
    assert set(outside(ada.view)) == {bo.device}
    why = outside(ada.view)[bo.device]
    assert why == {removal}
    assert not oracle._back(bo.device, why)
    oracle._inside.append((frozenset({bo.device}), frozenset({removal})))
    assert oracle._back(bo.device, why)
    assert before in bo.view.epochs


def test_it_notices_a_way_that_it_does_not_see(hamlet: Hamlet, oracle: Oracle, ada: Home) -> None:
    """What a home holds must be known to the oracle, or its silence would mean nothing."""
    bo = joined(hamlet, oracle, ada, "Bo")
    made = new_epoch(ada)
    bo.takes(*ada.gives())
    secret = ada.room.ledger.keyring.get(made)
    assert secret is not None
    with bo.db.write():
        assert bo.room.ledger.learn(made, secret.words, secret.authority)
    assert set(oracle.wrong()) == {
        "Bo knows words of an epoch in an unseen way",
        "Bo knows authority of an epoch in an unseen way",
    }


def test_it_notices_a_view_that_is_not_by_the_rule(
    hamlet: Hamlet, oracle: Oracle, ada: Home
) -> None:
    """Whoever sees other members than the second implementation."""
    bo = joined(hamlet, oracle, ada, "Bo")
    assert list(oracle.disagreements(ada)) == []
    ada.view.people[bo.room.ledger.me].left = True
    assert list(oracle.disagreements(ada)) == ["Ada sees other people than the rule"]
