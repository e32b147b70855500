"""The key that secrets are sealed to: renewed each month, and the old one forgotten in time."""

from app.resealing import FORGOTTEN_AFTER, ROTATED_AFTER
from app.store import circles
from p2p.ids import DeviceId
from tests.p2p.village import Person, Village, meet, settle


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
    all_go_on(ada, bo, ms=ROTATED_AFTER - FORGOTTEN_AFTER)
    settle(ada, bo)
    assert keys_of(ada) == before
    all_go_on(ada, bo, ms=FORGOTTEN_AFTER)
    settle(ada, bo)
    (new, old) = keys_of(ada)
    assert [old] == before
    assert sealed_to(bo, ada.device) == new
    assert len(keys_of(bo)) == 2
    assert bo.room.ledger.view.void == frozenset()


def test_the_old_key_is_forgotten_a_day_later_and_secrets_still_come(
    village: Village, ada: Person
) -> None:
    """What was handed over is sealed to the new one; nothing that was open is closed."""
    bo = village.joined(ada, "Bo")
    settle(ada, bo)
    all_go_on(ada, bo, ms=ROTATED_AFTER)
    settle(ada, bo)
    assert (len(keys_of(ada)), len(keys_of(bo))) == (2, 2)
    all_go_on(ada, bo, ms=FORGOTTEN_AFTER - 1)
    settle(ada, bo)
    assert len(keys_of(bo)) == 2
    all_go_on(ada, bo, ms=1)
    settle(ada, bo)
    assert (len(keys_of(ada)), len(keys_of(bo))) == (1, 1)
    bo.restart()
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    ada.write("to the new key")
    ada.sign()
    meet(ada, bo).hang_up()
    assert epoch in bo.room.ledger.keyring.readable()
    assert bo.bodies() == {"to the new key"}


def test_who_was_away_for_the_change_is_reached_by_the_newest_key_known(
    village: Village, ada: Person
) -> None:
    """Ada's record comes to Cy by Bo; then Cy's secret comes to Ada."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy)
    all_go_on(ada, bo, cy, ms=ROTATED_AFTER)
    meet(ada, bo).hang_up()
    all_go_on(ada, bo, cy, ms=FORGOTTEN_AFTER)
    meet(ada, bo).hang_up()
    assert len(keys_of(ada)) == 1
    with cy.room.change() as change:
        epoch = cy.outbox.new_epoch(change)
    meet(ada, cy).hang_up()
    assert epoch in ada.room.ledger.keyring.readable()
