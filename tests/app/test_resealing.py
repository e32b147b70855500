"""The key that secrets are sealed to: renewed each month, and the old ones kept for a while."""

from app.circle import acts
from app.circle.state import Role
from app.resealing import KEPT, ROTATED_AFTER
from app.store import circles
from p2p.ids import DeviceId
from p2p.op import Kind
from tests.p2p.village import Person, Village, meet, settle

DAY = 86_400_000  # ms


def keys_of(person: Person) -> list[bytes]:
    return [key.public for key in circles.seal_keys(person.db, person.room.row.circle_no)]


def sealed_to(reader: Person, device: DeviceId) -> bytes:
    return reader.room.ledger.view.devices()[device].seal


def all_go_on(*people: Person, ms: int) -> None:
    now = max(person.watch.at for person in people) + ms
    for person in people:
        person.watch.at = now


def test_a_seal_key_is_followed_by_another_after_a_month(village: Village, ada: Person) -> None:
    """Told to all when authority is settled; not a moment before it is due."""
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    before = keys_of(ada)
    all_go_on(ada, bo, ms=ROTATED_AFTER - DAY)
    settle(ada, bo)
    assert keys_of(ada) == before
    all_go_on(ada, bo, ms=DAY)
    settle(ada, bo)
    (new, old) = keys_of(ada)
    assert [old] == before
    assert sealed_to(bo, ada.device) == new
    assert len(keys_of(bo)) == 2
    assert bo.room.ledger.view.void == frozenset()


def test_a_few_old_keys_are_kept_and_secrets_still_come(village: Village, ada: Person) -> None:
    """What is handed over is sealed to the newest; nothing that was open is closed."""
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    made = keys_of(bo)
    for _ in range(KEPT):
        all_go_on(ada, bo, ms=ROTATED_AFTER)
        settle(ada, bo)
        made[:0] = [keys_of(bo)[0]]
    assert len(set(made)) == KEPT + 1
    assert keys_of(bo) == made[:KEPT]
    bo.restart()
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    ada.write("to the new key")
    ada.sign()
    meet(ada, bo).hang_up()
    assert epoch in bo.room.ledger.keyring.readable()
    assert bo.bodies() == {"to the new key"}


def test_whom_somebody_let_in_who_had_not_heard_of_the_new_key_is_understood(
    village: Village, ada: Person
) -> None:
    """Cy is apart, makes an epoch, lets Di in under it and is gone: Di knows Bo's old key only."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    ada.does(Kind.ROLE, acts.Assign(cy.room.ledger.me, Role.HOST.value))
    settle(ada, bo, cy)
    for _ in range(KEPT - 1):
        all_go_on(ada, bo, ms=ROTATED_AFTER)
        settle(ada, bo)
    with cy.room.change() as change:
        cy.outbox.new_epoch(change)
    di = village.joined(cy, "Di")
    old = sealed_to(di, bo.device)
    assert old == keys_of(bo)[-1] != sealed_to(ada, bo.device)
    meet(di, bo).hang_up()
    assert bo.room.ledger.view.people.keys() == di.room.ledger.view.people.keys()
    assert bo.room.ledger.keyring.readable() >= di.room.ledger.keyring.readable()


def test_who_was_away_for_the_change_is_reached_by_the_newest_key_known(
    village: Village, ada: Person
) -> None:
    """Ada's record comes to Cy by Bo; then Cy's secret comes to Ada."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy)
    all_go_on(ada, bo, cy, ms=ROTATED_AFTER)
    meet(ada, bo).hang_up()
    assert len(keys_of(ada)) == 2
    with cy.room.change() as change:
        epoch = cy.outbox.new_epoch(change)
    meet(ada, cy).hang_up()
    assert epoch in ada.room.ledger.keyring.readable()
